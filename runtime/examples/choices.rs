//! Writes what the choices of units are made from, as bytes without end: for batteries of statistical
//! tests.
//!
//! ```text
//! cargo run --release -p rqg-runtime --example choices -- 256 words | dieharder -g 200 -a
//! ```
//!
//! - `first`: the first word of each unit, of consecutive indexes;
//! - `words`: sixteen words of each;
//! - `draws`: 64 draws below 256 of each, several of which share a word.

use rqg_runtime::choices::{Choices, Random};
use rqg_runtime::entropy::{KeySchedule, Seed, StateBits, UnitKeys};
use std::error::Error;
use std::io::{self, Write};

/// Bytes that are written together.
const BUFFER: usize = 1 << 16;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (bits, of_unit): (_, fn(&mut Random, &mut Vec<u8>)) = match words[..] {
        [bits, "first"] => (bits, |choices, out| words_of(1, choices, out)),
        [bits, "words"] => (bits, |choices, out| words_of(16, choices, out)),
        [bits, "draws"] => (bits, |choices, out| {
            out.extend((0..64).map(|_| choices.below(256) as u8));
        }),
        _ => return Err("usage: choices 128|256 first|words|draws".into()),
    };
    let mut keys = UnitKeys::new(KeySchedule {
        state_bits: match bits {
            "128" => StateBits::Bits128,
            "256" => StateBits::Bits256,
            _ => return Err("a state has 128 or 256 bits".into()),
        },
        ..Seed::from(1).master_key().into()
    });
    let mut out = Vec::with_capacity(2 * BUFFER);
    let mut stdout = io::stdout().lock();
    for index in 0.. {
        of_unit(&mut keys.choices(index), &mut out);
        if out.len() >= BUFFER {
            match stdout.write_all(&out) {
                // The tests have seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                done => done?,
            }
            out.clear();
        }
    }
    Ok(())
}

fn words_of(count: usize, choices: &mut Random, out: &mut Vec<u8>) {
    for _ in 0..count {
        out.extend_from_slice(&choices.bits().to_le_bytes());
    }
}
