//! Reads lines from standard input and tells how many came before: exactly, by fingerprints of 64
//! bits that have nothing to do with those of the generator (SipHash, of the standard library).
//!
//! ```text
//! rqgc generate crud --unique strict -n 100000000 | distinct [TOP-BYTES]
//! ```
//!
//! TOP-BYTES, `0` or `0-15`, leaves only lines whose fingerprint has such a top byte (0-255 if not
//! given): lines that are the same have the same, so each share is checked whole. A line takes 8
//! bytes of memory in the mean, and 16 while a part of them grows.
//!
//! Different lines may share a fingerprint, with a probability of n²/2⁶⁵ for n lines (0.03 % of 100
//! million): what is called different is.

use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, BufRead as _, Write as _};
use std::ops::RangeInclusive;
use std::process::ExitCode;

const USAGE: &str = "usage: distinct [TOP-BYTES]";

/// Bytes that are read at a time.
const READ: usize = 1 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(kept) = kept(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match read(&kept).and_then(|found| tell(&found, &kept)) {
        Ok(all_differ) => ExitCode::from(u8::from(!all_differ)),
        Err(error) => {
            eprintln!("distinct: {error}");
            ExitCode::from(3)
        }
    }
}

/// Writes what was found, and says whether no line came before.
fn tell(found: &Found, kept: &RangeInclusive<u8>) -> io::Result<bool> {
    writeln!(
        io::stdout(),
        "{} lines, {} of them with a top byte of {} to {}; {} came before",
        found.lines,
        found.checked,
        kept.start(),
        kept.end(),
        found.repeated
    )?;
    Ok(found.repeated == 0)
}

/// The top bytes of fingerprints that are kept; none if the arguments are wrong.
fn kept(arguments: &[String]) -> Option<RangeInclusive<u8>> {
    match arguments {
        [] => Some(0..=u8::MAX),
        [bytes] => {
            let (first, last) = bytes.split_once('-').unwrap_or((bytes, bytes));
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(first..=last)
        }
        _ => None,
    }
}

/// What was read.
struct Found {
    lines: u64,
    /// Those whose fingerprints were kept.
    checked: u64,
    /// Those of them that were the same as one before.
    repeated: u64,
}

fn read(kept: &RangeInclusive<u8>) -> io::Result<Found> {
    let mut input = io::BufReader::with_capacity(READ, io::stdin().lock());
    // By top byte, so that no list is large.
    let mut fingerprints = vec![Vec::new(); 256];
    let mut line = Vec::new();
    let mut lines = 0;
    while input.read_until(b'\n', &mut line)? > 0 {
        lines += 1;
        let fingerprint = fingerprint(&line);
        let top = (fingerprint >> 56) as u8;
        if kept.contains(&top) {
            fingerprints[usize::from(top)].push(fingerprint);
        }
        line.clear();
    }
    let mut found = Found {
        lines,
        checked: 0,
        repeated: 0,
    };
    for mut part in fingerprints {
        found.checked += part.len() as u64;
        found.repeated += repeated(&mut part);
    }
    Ok(found)
}

fn fingerprint(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(line);
    hasher.finish()
}

/// How many of some fingerprints came before.
fn repeated(fingerprints: &mut [u64]) -> u64 {
    fingerprints.sort_unstable();
    let pairs = fingerprints.windows(2);
    pairs.filter(|pair| pair[0] == pair[1]).count() as u64
}
