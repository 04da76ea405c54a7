//! Outputs of one file and of several, compressed or not.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use super::*;
use crate::engine::{Control, Format, Settings, run};
use crate::unit_text::{Emission, Generate, UnitText};
use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("rqg-sinks-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// All files, by their names.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(&self.0).unwrap().map(Result::unwrap);
        let mut files: Vec<_> = entries
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    fn names(&self) -> Vec<String> {
        self.files().into_iter().map(|(name, _)| name).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Units of 1 to 4 KiB, of one or two statements.
struct Long;

impl Generate for Long {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        unit.clear();
        for statement in 0..=index % 2 {
            let length = 1000 + index * 7919 % 1000;
            let text = format!("S {index} {statement} {}", "x".repeat(length as usize));
            unit.bytes.extend_from_slice(text.as_bytes());
            unit.ends.push(unit.bytes.len());
        }
        Emission::Emitted
    }
}

fn format() -> Format {
    Format::Sql {
        terminator: ";".to_owned(),
    }
}

fn settings(path: PathBuf) -> OutputSettings {
    OutputSettings {
        path: Some(path),
        threads: 2,
        is_kept: true,
        ..OutputSettings::default()
    }
}

fn number(number: u64) -> Option<NonZeroU64> {
    NonZeroU64::new(number)
}

fn fill(sink: &mut dyn Sink, indexes: Range<u64>, threads: usize) {
    let settings = Settings {
        threads,
        marked: true,
        ..Settings::new(indexes)
    };
    run(&settings, &format(), &Control::default(), sink, || Long).unwrap();
}

/// The text of units.
fn text(indexes: Range<u64>) -> Vec<u8> {
    let mut text = Vec::new();
    fill(&mut text, indexes, 1);
    text
}

#[test]
fn files_are_split_between_units() {
    let scratch = Scratch::new();
    let mut settings = settings(scratch.0.join("out.sql"));
    settings.split.units = number(40);
    let mut sink = OutputSink::open(&settings).unwrap();
    fill(&mut sink, 0..100, 3);
    sink.finish().unwrap();
    let expected = [
        ("out-00000.sql".to_owned(), text(0..40)),
        ("out-00001.sql".to_owned(), text(40..80)),
        ("out-00002.sql".to_owned(), text(80..100)),
    ];
    assert!(scratch.files() == expected, "{:?}", scratch.names());
}

#[test]
fn no_file_is_longer_than_asked_unless_one_unit_is() {
    for size in [1, 3000, 100_000] {
        let scratch = Scratch::new();
        let mut settings = settings(scratch.0.join("out.sql"));
        settings.split.size = number(size);
        let mut sink = OutputSink::open(&settings).unwrap();
        fill(&mut sink, 0..100, 2);
        sink.finish().unwrap();
        let mut next = 0;
        for (name, found) in scratch.files() {
            let first = next;
            while next < 100 && text(first..next).len() < found.len() {
                next += 1;
            }
            assert!(found == text(first..next), "{name}");
            assert!(found.len() as u64 <= size || next == first + 1, "{name}");
            // Another unit would have been too much.
            assert!(next == 100 || text(first..next + 1).len() as u64 > size);
        }
        assert_eq!(next, 100);
    }
}

#[test]
fn an_output_without_units_is_one_file() {
    let scratch = Scratch::new();
    let mut settings = settings(scratch.0.join("out"));
    settings.split.units = number(1);
    OutputSink::open(&settings).unwrap().finish().unwrap();
    assert_eq!(scratch.files(), [("out-00000".to_owned(), Vec::new())]);
}

#[test]
fn files_that_stay_are_called_partial() {
    let scratch = Scratch::new();
    let mut settings = settings(scratch.0.join("out.sql"));
    let mut sink = OutputSink::open(&settings).unwrap();
    fill(&mut sink, 0..10, 1);
    assert!(
        OutputSink::open(&settings).is_err(),
        "two may write one file"
    );
    drop(sink);
    assert_eq!(scratch.names(), ["out.sql.partial"]);
    assert_eq!(settings.partial(), Some(scratch.0.join("out.sql.partial")));
    fs::remove_file(scratch.0.join("out.sql.partial")).unwrap();

    settings.is_kept = false;
    let mut sink = OutputSink::open(&settings).unwrap();
    fill(&mut sink, 0..10, 1);
    assert_eq!(scratch.names().len(), 1);
    drop(sink);
    assert_eq!(scratch.names(), Vec::<String>::new());

    let mut sink = OutputSink::open(&settings).unwrap();
    fill(&mut sink, 0..10, 1);
    let left = sink.leave().unwrap();
    assert_eq!(left, Some(scratch.0.join("out.sql.partial")));
    assert!(fs::read(left.unwrap()).unwrap() == text(0..10));
}

#[test]
fn a_signal_handler_can_remove_what_is_unfinished() {
    let scratch = Scratch::new();
    let mut settings = settings(scratch.0.join("out.sql"));
    settings.is_kept = false;
    settings.split.units = number(4);
    let mut sink = OutputSink::open(&settings).unwrap();
    fill(&mut sink, 0..10, 1);
    settings.unfinished.remove();
    assert_eq!(scratch.names(), ["out-00000.sql", "out-00001.sql"]);
    drop(sink);
    // What is finished is never removed.
    settings.unfinished.remove();
    assert_eq!(scratch.names().len(), 2);
}

#[cfg(feature = "compress")]
fn decompressed(path: &Path, bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut text = Vec::new();
    if path.extension().is_some_and(|it| it == "gz") {
        let mut decoder = flate2::read::MultiGzDecoder::new(bytes);
        decoder.read_to_end(&mut text).unwrap();
    } else {
        text = zstd::decode_all(bytes).unwrap();
    }
    text
}

/// The forms that outputs have, with a name for each.
fn forms() -> Vec<(&'static str, Compression, Split)> {
    let splits = [
        Split::default(),
        Split {
            units: number(900),
            size: number(1_900_000),
        },
    ];
    let mut forms = Vec::new();
    for split in splits {
        forms.push(("out.sql", Compression::None, split));
        #[cfg(feature = "compress")]
        forms.extend([
            ("out.sql.zst", Compression::Zstd, split),
            ("out.sql.gz", Compression::Gzip, split),
        ]);
    }
    forms
}

#[cfg(feature = "compress")]
#[test]
fn what_is_compressed_holds_the_text_and_does_not_depend_on_threads() {
    for (name, compression, split) in forms() {
        if compression == Compression::None {
            continue;
        }
        let run = |makers: usize, compressors: usize| {
            let scratch = Scratch::new();
            let settings = OutputSettings {
                compression,
                split,
                threads: compressors,
                ..settings(scratch.0.join(name))
            };
            let mut sink = OutputSink::open(&settings).unwrap();
            fill(&mut sink, 0..2000, makers);
            sink.finish().unwrap();
            scratch.files()
        };
        let expected = run(1, 1);
        let whole: Vec<u8> = expected
            .iter()
            .flat_map(|(name, bytes)| decompressed(Path::new(name), bytes))
            .collect();
        assert!(whole == text(0..2000), "{name}");
        assert_eq!(expected.len() > 1, split.is_split());
        for (makers, compressors) in [(2, 3), (4, 1)] {
            assert!(run(makers, compressors) == expected, "{name}");
        }
    }
}

#[cfg(feature = "compress")]
#[test]
fn a_compressed_file_without_text_can_be_read() {
    for (name, compression, _) in forms() {
        if compression == Compression::None {
            continue;
        }
        let scratch = Scratch::new();
        let settings = OutputSettings {
            compression,
            ..settings(scratch.0.join(name))
        };
        OutputSink::open(&settings).unwrap().finish().unwrap();
        let files = scratch.files();
        assert!(!files[0].1.is_empty());
        assert!(decompressed(Path::new(name), &files[0].1).is_empty());
    }
}

#[test]
fn an_output_goes_on_from_each_position_as_if_nothing_had_happened() {
    for (name, compression, split) in forms() {
        let whole = Scratch::new();
        let of = |scratch: &Scratch| OutputSettings {
            compression,
            split,
            ..settings(scratch.0.join(name))
        };
        let mut sink = OutputSink::open(&of(&whole)).unwrap();
        fill(&mut sink, 0..2000, 2);
        sink.finish().unwrap();
        // The run gets to `at`, and is found dead at `dead`.
        for (at, dead) in [
            (0, 0),
            (0, 1),
            (3, 1100),
            (650, 651),
            (1100, 1950),
            (1999, 2000),
        ] {
            let scratch = Scratch::new();
            let mut sink = OutputSink::open(&of(&scratch)).unwrap();
            fill(&mut sink, 0..at, 2);
            let position = sink.position().unwrap();
            fill(&mut sink, at..dead, 2);
            sink.position().unwrap();
            drop(sink);
            let mut sink = OutputSink::resume(&of(&scratch), &position).unwrap();
            fill(&mut sink, at..2000, 2);
            sink.finish().unwrap();
            assert!(scratch.files() == whole.files(), "{name} {at} {dead}");
        }
    }
}

#[test]
fn what_a_position_vouches_for_has_to_be_there() {
    let scratch = Scratch::new();
    let settings = settings(scratch.0.join("out.sql"));
    let mut sink = OutputSink::open(&settings).unwrap();
    fill(&mut sink, 0..10, 1);
    let position = sink.position().unwrap();
    drop(sink);
    let partial = settings.partial().unwrap();
    fs::write(&partial, "short").unwrap();
    let error = OutputSink::resume(&settings, &position).unwrap_err();
    assert!(error.to_string().contains("vouches"), "{error}");
    fs::remove_file(&partial).unwrap();
    assert!(OutputSink::resume(&settings, &position).is_err());
}
