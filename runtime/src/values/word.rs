//! One draw that decides several things.

use crate::choices::Choices;

/// Random bits of one draw, taken from the front: each piece leaves the rest for the next. What is
/// taken in all is to stay below some 40 bits, so that the last piece is even too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word(u64);

impl Word {
    /// Draws one.
    #[inline]
    pub fn draw<C: Choices>(choices: &mut C) -> Self {
        // Of a word that decides several things the text does not tell all bits.
        let before = choices.begin_value();
        let bits = choices.bits();
        choices.restore(before);
        Self(bits)
    }

    /// Of bits that were drawn.
    #[inline]
    pub fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// A number of `0..n`; 0 if `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        let product = u128::from(self.0) * u128::from(n);
        self.0 = product as u64;
        (product >> 64) as u64
    }

    /// A number of `0..n` that can be told from the text, given what was drawn before; 0 if `n` is 0.
    #[inline]
    pub fn shown<C: Choices>(&mut self, n: u64, choices: &mut C) -> u64 {
        match choices.shown(n) {
            Some(number) => number,
            None => self.below(n),
        }
    }

    /// True in so many of 65,536 words. It is taken from the end, first of all and only once.
    #[inline]
    pub fn happens(self, share: u16) -> bool {
        (self.0 as u16) < share
    }
}
