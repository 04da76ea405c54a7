//! The content of strings.

use super::affix::push_first;
use super::quoting::quote_from;
use super::word::Word;
use super::words::{SAMPLES, WORDS};
use crate::choices::Choices;

/// Longest texts that are made of their own accord.
const USUAL_LENGTH: u32 = 32;

/// No sample has more characters.
const LONGEST_SAMPLE: u32 = 10;

/// Bytes of a word that is written at once.
const PADDED: usize = 16;

/// The common words, with blanks behind; the last byte is the length.
static PADDED_WORDS: [[u8; PADDED]; WORDS.len()] = {
    let mut words = [[b' '; PADDED]; WORDS.len()];
    let mut n = 0;
    while n < WORDS.len() {
        let word = WORDS[n].as_bytes();
        let mut at = 0;
        while at < word.len() {
            words[n][at] = word[at];
            at += 1;
        }
        // A blank and the length have to fit behind it.
        assert!(word.len() < PADDED - 1);
        words[n][PADDED - 1] = word.len() as u8;
        n += 1;
    }
    words
};

/// Appends text of `low..=high` characters, as a string literal if it is to be `quoted`. ASCII
/// whenever the length is bound from below; never blank at its ends. Takes a fresh word.
pub(super) fn push_text<C: Choices>(
    low: u32,
    high: u32,
    quoted: bool,
    word: &mut Word,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    let kind = word.below(32);
    if kind >= 29 && low == 0 {
        if kind == 31 {
            push_first(*b"''", 2 * usize::from(quoted), out);
            return;
        }
        // A sample that is too long is not printed.
        let sample = if high >= LONGEST_SAMPLE {
            word.shown(SAMPLES.len() as u64, choices)
        } else {
            word.below(SAMPLES.len() as u64)
        };
        let sample = SAMPLES[sample as usize % SAMPLES.len()];
        if high >= LONGEST_SAMPLE || sample.chars().count() <= high as usize {
            let start = out.len();
            out.extend_from_slice(sample.as_bytes());
            if quoted {
                quote_from(out, start);
            }
            return;
        }
    }
    let longest = high.max(low).min(low.saturating_add(USUAL_LENGTH));
    // Short texts are likelier: the shorter of two lengths.
    let span = u64::from(longest - low) + 1;
    let length = low + word.below(span).min(word.below(span)) as u32;
    let length = length.max(u32::from(high > 0));
    // Words hold nothing to escape.
    push_first([b'\''], usize::from(quoted), out);
    push_exactly(length, word, choices, out);
    push_first([b'\''], usize::from(quoted), out);
}

/// Appends text of exactly so many ASCII characters, none of which needs escaping, unquoted. Takes a
/// word of which no more than some 20 bits are taken.
pub(super) fn push_exactly<C: Choices>(
    length: u32,
    word: &mut Word,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    let end = out.len() + length as usize;
    // So many words take no more bits than there are.
    let mut left = 3;
    loop {
        if left == 0 {
            *word = Word::draw(choices);
            left = 5;
        }
        left -= 1;
        let room = end - out.len();
        let chosen = if room >= PADDED {
            // It is printed whole, with a blank behind it.
            word.shown(WORDS.len() as u64, choices)
        } else {
            word.below(WORDS.len() as u64)
        };
        let chosen = PADDED_WORDS[chosen as usize % WORDS.len()];
        let taken = usize::from(chosen[PADDED - 1]) + 1;
        if taken >= room {
            push_first(chosen, room, out);
            break;
        }
        push_first(chosen, taken, out);
    }
    if length > 0
        && let Some(last) = out.last_mut()
        && *last == b' '
    {
        *last = b's';
    }
}

/// Appends a common word.
pub(super) fn push_word<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    push_one_of(WORDS, choices, out);
}

/// Appends one of some texts.
pub(super) fn push_one_of<C: Choices>(texts: &[&str], choices: &mut C, out: &mut Vec<u8>) {
    if let Some(text) = texts.get(choices.below(texts.len().max(1) as u64) as usize) {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Random;
    use proptest::prelude::*;

    #[test]
    fn samples_are_as_short_as_promised() {
        let longest = SAMPLES.iter().map(|text| text.chars().count()).max();
        assert_eq!(longest, Some(LONGEST_SAMPLE as usize));
    }

    proptest! {
        #[test]
        fn texts_have_their_length(low in 0_u32..100, more in 0_u32..100, key: [u8; 32]) {
            let high = low + more;
            let mut random = Random::new(key);
            for _ in 0..64 {
                let mut out = b"'".to_vec();
                push_text(low, high, false, &mut Word::draw(&mut random), &mut random, &mut out);
                let text = String::from_utf8(out.split_off(1)).unwrap();
                prop_assert!((low as usize..=high as usize).contains(&text.chars().count()));
                prop_assert!(!text.starts_with(' ') && !text.ends_with(' '));
                push_exactly(low, &mut Word::draw(&mut random), &mut random, &mut out);
                prop_assert_eq!(out.len(), low as usize + 1);
            }
        }
    }
}
