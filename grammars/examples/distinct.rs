//! Reads lines from standard input and tells how many came before: exactly, by fingerprints of 64
//! bits that have nothing to do with those of the generator (SipHash, of the standard library).
//!
//! ```text
//! rqgc generate crud --unique strict -n 100000000 | distinct [TOP-BYTES [FILE]]
//! ```
//!
//! TOP-BYTES, `0` or `0-15`, leaves only lines whose fingerprint has such a top byte (0-255 if not
//! given): lines that are the same have the same, so each share is checked whole. A line takes 8
//! bytes of memory in the mean, and 16 while a part of them grows.
//!
//! FILE keeps the fingerprints: those of inputs before are read from it, so that the shards of a run
//! are checked one after the other, each against all before. Its 8-byte numbers are in order.
//!
//! Different lines may share a fingerprint, with a probability of n²/2⁶⁵ for n lines (0.03 % of 100
//! million): what is called different is.

use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, BufRead as _, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: distinct [TOP-BYTES [FILE]]";

/// Bytes that are read at a time.
const READ: usize = 1 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(asked) = Asked::of(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match read(&asked).and_then(|found| tell(&found, &asked.kept)) {
        Ok(all_differ) => ExitCode::from(u8::from(!all_differ)),
        Err(error) => {
            eprintln!("distinct: {error}");
            ExitCode::from(3)
        }
    }
}

/// What the arguments ask for.
struct Asked {
    /// The top bytes of fingerprints that are kept.
    kept: RangeInclusive<u8>,
    /// Where fingerprints of inputs before are.
    file: Option<PathBuf>,
}

impl Asked {
    /// None if the arguments are wrong.
    fn of(arguments: &[String]) -> Option<Self> {
        let (kept, file) = match arguments {
            [] => (None, None),
            [kept] => (Some(kept), None),
            [kept, file] => (Some(kept), Some(file.into())),
            _ => return None,
        };
        let kept = match kept {
            None => 0..=u8::MAX,
            Some(bytes) => {
                let (first, last) = bytes.split_once('-').unwrap_or((bytes, bytes));
                let (first, last) = (first.parse().ok()?, last.parse().ok()?);
                (first <= last).then_some(first..=last)?
            }
        };
        Some(Self { kept, file })
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

/// What was read.
struct Found {
    lines: u64,
    /// Those whose fingerprints were kept.
    checked: u64,
    /// Those of them that were the same as one before.
    repeated: u64,
}

fn read(asked: &Asked) -> io::Result<Found> {
    let mut input = io::BufReader::with_capacity(READ, io::stdin().lock());
    // By top byte, so that no list is large.
    let mut fingerprints = vec![Vec::new(); 256];
    if let Some(file) = asked.file.as_deref().filter(|file| file.exists()) {
        for number in saved(file)? {
            fingerprints[top(number)].push(number);
        }
    }
    let before: usize = fingerprints.iter().map(Vec::len).sum();
    let mut line = Vec::new();
    let mut lines = 0;
    while input.read_until(b'\n', &mut line)? > 0 {
        lines += 1;
        let fingerprint = fingerprint(&line);
        let top = top(fingerprint);
        if asked.kept.contains(&(top as u8)) {
            fingerprints[top].push(fingerprint);
        }
        line.clear();
    }
    let mut found = Found {
        lines,
        checked: 0,
        repeated: 0,
    };
    for part in &mut fingerprints {
        found.checked += part.len() as u64;
        found.repeated += repeated(part);
    }
    found.checked -= before as u64;
    if let Some(file) = &asked.file {
        save(file, &fingerprints)?;
    }
    Ok(found)
}

fn top(fingerprint: u64) -> usize {
    usize::from((fingerprint >> 56) as u8)
}

/// The fingerprints of inputs before.
fn saved(file: &Path) -> io::Result<Vec<u64>> {
    let bytes = std::fs::read(file)?;
    let (numbers, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        let message = format!("{}: not a list of fingerprints", file.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(numbers
        .iter()
        .map(|&number| u64::from_le_bytes(number))
        .collect())
}

/// Writes them all: beside the file first, so that it is whole at any time.
fn save(file: &Path, fingerprints: &[Vec<u64>]) -> io::Result<()> {
    let new = file.with_added_extension("new");
    let mut out = io::BufWriter::new(std::fs::File::create(&new)?);
    for fingerprint in fingerprints.iter().flatten() {
        out.write_all(&fingerprint.to_le_bytes())?;
    }
    out.into_inner()?.sync_all()?;
    std::fs::rename(new, file)
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
