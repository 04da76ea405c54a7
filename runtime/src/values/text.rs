//! The content of strings.

use super::words::{SAMPLES, WORDS};
use crate::choices::Choices;

/// Longest texts that are made of their own accord.
const USUAL_LENGTH: u32 = 32;

/// Appends text of `low..=high` characters, unquoted. ASCII whenever the length is bound from
/// below; never blank at its ends.
pub(super) fn push_content<C: Choices>(low: u32, high: u32, choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    match choices.below(32) {
        0 if low == 0 => return,
        1..=2 if low == 0 => {
            let sample = SAMPLES[choices.below(SAMPLES.len() as u64) as usize];
            if sample.chars().count() <= high as usize {
                out.extend_from_slice(sample.as_bytes());
                return;
            }
        }
        _ => {}
    }
    let longest = high.max(low).min(low.saturating_add(USUAL_LENGTH));
    // Short texts are likelier: the shorter of two lengths.
    let span = u64::from(longest - low) + 1;
    let length = low + choices.below(span).min(choices.below(span)) as u32;
    push_length(length.max(u32::from(high > 0)), choices, out, start);
}

/// Appends text of exactly so many ASCII characters, unquoted.
pub(super) fn push_exactly<C: Choices>(length: u32, choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    push_length(length, choices, out, start);
}

fn push_length<C: Choices>(length: u32, choices: &mut C, out: &mut Vec<u8>, start: usize) {
    let end = start + length as usize;
    while out.len() < end {
        if out.len() > start {
            out.push(b' ');
        }
        push_word(choices, out);
    }
    out.truncate(end);
    if out.len() > start && out.last() == Some(&b' ') {
        out.pop();
        out.push(b's');
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
