//! Choices decoded from bytes that come from outside, as a coverage-guided fuzzer gives them.

use super::Choices;

/// Choices from bytes. Each draw takes as few bytes as its bound needs; when they are used up every
/// draw gives 0, the simplest outcome.
#[derive(Debug, Clone)]
pub struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// A source that reads `bytes` from the start.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, count: usize) -> u64 {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
            .iter()
            .fold(0, |value, &byte| value << 8 | u64::from(byte))
    }
}

impl Choices for Bytes<'_> {
    fn below(&mut self, n: u64) -> u64 {
        let n = n.max(1);
        let bits = u64::BITS - (n - 1).leading_zeros();
        self.take(bits.div_ceil(8) as usize) % n
    }

    fn bits(&mut self) -> u64 {
        self.take(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_bound_needs_and_ends_in_zeros() {
        let mut bytes = Bytes::new(&[5, 1, 2, 9]);
        assert_eq!(bytes.below(1), 0);
        assert_eq!(bytes.below(4), 1);
        assert_eq!(bytes.below(1000), 258);
        assert_eq!(bytes.below(256), 9);
        assert_eq!((bytes.below(100), bytes.bits()), (0, 0));
    }
}
