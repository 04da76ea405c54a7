//! The pipeline as a whole.

use super::*;
use crate::uniqueness::{Filter, Fingerprint};
use crate::unit_text::{Emission, UnitText};
use std::sync::atomic::{AtomicU64, Ordering};

/// Units of very different lengths, some without statements, some of two.
struct Uneven;

impl Generate for Uneven {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        unit.clear();
        for statement in 0..index % 3 {
            let length = if index.is_multiple_of(97) {
                40_000
            } else {
                index % 50
            };
            let text = format!("S {index} {statement} {}", "x".repeat(length as usize));
            unit.bytes.extend_from_slice(text.as_bytes());
            unit.ends.push(unit.bytes.len());
        }
        Emission::Emitted
    }
}

fn sql() -> Format {
    Format::Sql {
        terminator: ";".to_owned(),
    }
}

fn bytes(settings: &Settings) -> (Vec<u8>, Statistics) {
    let mut sink = Vec::new();
    let statistics = run(settings, &sql(), &Control::default(), &mut sink, || Uneven).unwrap();
    (sink, statistics)
}

#[test]
fn ordered_output_does_not_depend_on_threads() {
    let (expected, one) = bytes(&Settings::new(5..5000));
    for threads in [2, 3, 8, 64] {
        let settings = Settings {
            threads,
            ..Settings::new(5..5000)
        };
        let (found, statistics) = bytes(&settings);
        assert!(found == expected, "{threads} threads");
        assert_eq!(statistics.units, 4995);
        assert_eq!(statistics.statements, one.statements);
        assert_eq!(statistics.bytes, expected.len() as u64);
        assert_eq!(statistics.units_per_worker.iter().sum::<u64>(), 4995);
        assert_eq!(statistics.next, 5000);
    }
}

#[test]
fn unordered_output_holds_the_same_units() {
    let lines = |bytes: Vec<u8>| {
        let mut lines: Vec<_> = bytes.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    let (expected, _) = bytes(&Settings::new(0..3000));
    let (found, _) = bytes(&Settings {
        threads: 4,
        ordered: false,
        ..Settings::new(0..3000)
    });
    assert!(lines(found) == lines(expected));
}

#[test]
fn the_end_of_all_indexes_is_reached() {
    let (found, statistics) = bytes(&Settings {
        threads: 2,
        ..Settings::new(u64::MAX - 3..u64::MAX)
    });
    assert_eq!(statistics.next, u64::MAX);
    assert_eq!(statistics.units, 3);
    assert!(found.starts_with(b"S 18446744073709551613 0"));
    let (nothing, statistics) = bytes(&Settings::new(7..7));
    assert!(nothing.is_empty());
    assert_eq!((statistics.units, statistics.next), (0, 7));
}

/// A sink that fails after some bytes.
struct Failing(usize, io::ErrorKind);

impl Sink for Failing {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        match self.0.checked_sub(batch.text.len()) {
            Some(left) => self.0 = left,
            None => return Err(self.1.into()),
        }
        Ok(())
    }

    fn name(&self) -> String {
        "the test".to_owned()
    }
}

#[test]
fn a_failing_sink_ends_the_run() {
    let settings = Settings {
        threads: 4,
        ..Settings::new(0..u64::MAX)
    };
    let mut full = Failing(1_000_000, io::ErrorKind::StorageFull);
    let error = run(&settings, &sql(), &Control::default(), &mut full, || Uneven).unwrap_err();
    assert!(error.to_string().starts_with("cannot write to the test: "));

    let mut closed = Failing(1_000_000, io::ErrorKind::BrokenPipe);
    let statistics = run(&settings, &sql(), &Control::default(), &mut closed, || {
        Uneven
    })
    .unwrap();
    assert_eq!(statistics.outcome, Outcome::Closed);
}

#[test]
fn a_stopped_run_resumes_without_gap() {
    struct StopAt(Control);
    impl Generate for StopAt {
        fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
            if index == 2000 {
                self.0.stop();
            }
            Uneven.generate(index, unit)
        }
    }
    let settings = Settings {
        threads: 3,
        ..Settings::new(0..1_000_000)
    };
    let control = Control::default();
    let mut first = Vec::new();
    let stopped = run(&settings, &sql(), &control, &mut first, || {
        StopAt(control.clone())
    })
    .unwrap();
    assert_eq!(stopped.outcome, Outcome::Stopped);
    assert!(stopped.next > 2000 && stopped.next < 1_000_000);
    assert_eq!(control.counts().units, stopped.next);

    let (rest, _) = bytes(&Settings::new(stopped.next..stopped.next + 500));
    let (whole, _) = bytes(&Settings::new(0..stopped.next + 500));
    first.extend(rest);
    assert!(first == whole);
}

#[test]
fn a_duration_ends_an_endless_range() {
    let settings = Settings {
        duration: Some(Duration::from_millis(20)),
        threads: 2,
        ..Settings::new(0..u64::MAX)
    };
    let control = Control::default();
    let mut sink = DiscardSink;
    let statistics = run(&settings, &Format::Null, &control, &mut sink, || Uneven).unwrap();
    assert_eq!(statistics.outcome, Outcome::Complete);
    assert_eq!(statistics.units, statistics.next);
    assert!(statistics.bytes > 0);
}

#[test]
fn a_panicking_worker_ends_the_run() {
    struct Panics;
    impl Generate for Panics {
        fn generate(&mut self, index: u64, _: &mut UnitText) -> Emission {
            assert!(index != 5000, "this panic is expected");
            Emission::Emitted
        }
    }
    let settings = Settings {
        threads: 3,
        ..Settings::new(0..u64::MAX)
    };
    let result = std::panic::catch_unwind(|| {
        let mut sink = DiscardSink;
        run(&settings, &sql(), &Control::default(), &mut sink, || Panics)
    });
    let Ok(Err(EngineError::WorkerPanicked { index, message })) = result else {
        panic!("{result:?}");
    };
    assert_eq!(index, Some(5000));
    assert!(message.contains("this panic is expected"), "{message}");
}

#[test]
fn text_that_a_panicking_generator_keeps_is_not_counted() {
    struct Keeps;
    impl Generate for Keeps {
        fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
            if index == 10 {
                unit.bytes = Vec::new();
                panic!("this panic is expected");
            }
            Uneven.generate(index, unit)
        }
    }
    let settings = Settings::new(0..100);
    let mut found = Vec::new();
    let control = Control::default();
    let result = run(&settings, &sql(), &control, &mut found, || Keeps);
    let Err(EngineError::WorkerPanicked { index, .. }) = result else {
        panic!("{result:?}");
    };
    assert_eq!(
        (index, control.counts().units, found.len()),
        (Some(10), 0, 0)
    );
}

#[test]
fn what_was_made_before_a_panic_is_written() {
    struct PanicsAt(u64);
    impl Generate for PanicsAt {
        fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
            assert!(index != self.0, "this panic is expected");
            Uneven.generate(index, unit)
        }
    }
    let batches = [None, Some(1), Some(1000)];
    for (threads, batch) in [1, 2, 5]
        .into_iter()
        .flat_map(|it| batches.map(|batch| (it, batch)))
    {
        let settings = Settings {
            threads,
            queue: Queue {
                batch,
                ..Queue::default()
            },
            ..Settings::new(0..u64::MAX)
        };
        let mut found = Vec::new();
        let control = Control::default();
        let result = run(&settings, &sql(), &control, &mut found, || PanicsAt(1234));
        assert!(matches!(
            result,
            Err(EngineError::WorkerPanicked {
                index: Some(1234),
                ..
            })
        ));
        let (expected, _) = bytes(&Settings::new(0..1234));
        assert!(found == expected, "{threads} threads, {batch:?}");
    }
}

#[test]
fn memory_stays_bounded_when_units_are_large() {
    /// Counts what is in flight between worker and sink.
    struct Huge;
    impl Generate for Huge {
        fn generate(&mut self, _: u64, unit: &mut UnitText) -> Emission {
            unit.clear();
            unit.bytes.resize(1 << 20, b'x');
            unit.ends.push(unit.bytes.len());
            Emission::Emitted
        }
    }
    static LARGEST: AtomicU64 = AtomicU64::new(0);
    struct Measure;
    impl Sink for Measure {
        fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
            LARGEST.fetch_max(batch.text.len() as u64, Ordering::Relaxed);
            Ok(())
        }
        fn name(&self) -> String {
            String::new()
        }
    }
    let settings = Settings {
        threads: 2,
        ..Settings::new(0..100)
    };
    run(&settings, &sql(), &Control::default(), &mut Measure, || {
        Huge
    })
    .unwrap();
    assert!(LARGEST.load(Ordering::Relaxed) < 2 << 20);
}

#[test]
fn shards_join_to_the_whole() {
    for count in [1, 3, 7, 1000] {
        let mut next = 10;
        for number in 0..count {
            let slice = Shard::new(number, count).unwrap().slice(10..333);
            assert_eq!(slice.start, next);
            next = slice.end;
        }
        assert_eq!(next, 333);
    }
    let last = Shard::new(6, 7).unwrap().slice(0..u64::MAX);
    assert_eq!(last.end, u64::MAX);
    assert!("3/3".parse::<Shard>().is_err());
    assert!("x".parse::<Shard>().is_err());
    assert_eq!("2/3".parse::<Shard>().unwrap().to_string(), "2/3");
}

#[test]
fn json_lines_are_escaped() {
    let format = Format::JsonLines {
        terminator: ";".to_owned(),
        seed: "42".to_owned(),
        rule: "query".to_owned(),
    };
    let mut unit = UnitText::default();
    for statement in ["SELECT \"a\\b\"", "SELECT '\n\u{1}ü'"] {
        unit.bytes.extend_from_slice(statement.as_bytes());
        unit.ends.push(unit.bytes.len());
    }
    let mut out = Vec::new();
    format.write(7, &unit, &mut out);
    let expected = concat!(
        r#"{"index":7,"seed":42,"rule":"query","#,
        r#""sql":"SELECT \"a\\b\";\nSELECT '\n\u0001ü'"}"#,
        "\n"
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn statements_are_put_on_one_line() {
    let cases = [
        ("SELECT 1", "SELECT 1"),
        ("SELECT\n  1\r\n", "SELECT   1"),
        ("SELECT 'a\nb'", r"SELECT E'a\nb'"),
        ("SELECT 'a''\n\\b'", r"SELECT E'a''\n\\b'"),
        ("SELECT'a\nb'", r"SELECT E'a\nb'"),
        ("SELECT 'a' \n 'b'", "SELECT 'ab'"),
        ("SELECT E'a\\'\n\\\nb'", r"SELECT E'a\'\n\nb'"),
        ("SELECT N'a\nb'", r"SELECT nchar E'a\nb'"),
        ("SELECT U&'a\nb\\0041'", r"SELECT U&'a\000Ab\0041'"),
        (
            "SELECT U&'a\nb' UESCAPE '!'",
            "SELECT U&'a!000Ab' UESCAPE '!'",
        ),
        ("SELECT \"a\\\nb\"", r#"SELECT U&"a\\\000Ab""#),
        ("SELECT $$a'\n\\$$, $1", r"SELECT E'a''\n\\', $1"),
        ("SELECT $x$a$$b$x$,\n$1", "SELECT $x$a$$b$x$, $1"),
        ("SELECT 1 -- it's\n, 2 -- end", "SELECT 1 , 2"),
        (
            "SELECT '--' /* a\n/* b\n*/ */",
            "SELECT '--' /* a /* b */ */",
        ),
        ("SELECT 1 - -1", "SELECT 1 - -1"),
        ("SELECT 'open\n\\", r"SELECT E'open\n\\'"),
        ("SELECT $", "SELECT $"),
        ("SELECT\n$", "SELECT $"),
        ("SELECT\n$a", "SELECT $a"),
    ];
    for (statement, expected) in cases {
        let mut out = b"before ".to_vec();
        write_one_line(statement.as_bytes(), true, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            format!("before {expected}"),
            "{statement:?}"
        );
    }
}

#[test]
fn text_on_one_line_without_terminator_need_not_be_sql() {
    let json = br#"{"a\\"--b": 1}"#;
    let mut out = Vec::new();
    write_one_line(json, false, &mut out);
    assert_eq!(out, json);
}

#[test]
fn files_get_their_name_when_complete() {
    let directory = std::env::temp_dir().join(format!("rqg-sink-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("out.sql");
    let entries = || std::fs::read_dir(&directory).unwrap().count();
    let batch = Batch {
        indexes: 0..1,
        text: b"SELECT 1;\n",
        units: 1,
        statements: 1,
        marks: &[],
    };

    let mut dropped = FileSink::create(&path).unwrap();
    dropped.write(&batch).unwrap();
    assert!(!path.exists());
    assert_eq!(entries(), 1);
    drop(dropped);
    assert_eq!(entries(), 0);

    let mut kept = FileSink::create(&path).unwrap();
    kept.write(&batch).unwrap();
    kept.finish().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"SELECT 1;\n");
    assert_eq!(entries(), 1);

    assert!(FileSink::create(&directory).is_err());
    assert!(FileSink::create(&directory.join("none/out.sql")).is_err());
    std::fs::remove_dir_all(&directory).unwrap();
}

/// Every third index has no unit, and every tenth index that has one repeats the text of index 0.
struct Sparse;

impl Generate for Sparse {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        unit.clear();
        if index % 3 == 1 {
            return Emission::Skipped;
        }
        let number = if index.is_multiple_of(10) { 0 } else { index };
        let text = format!("S {number} {}", "x".repeat(number as usize % 90));
        unit.bytes.extend_from_slice(text.as_bytes());
        unit.ends.push(unit.bytes.len());
        Emission::Emitted
    }
}

/// Drops what it has seen.
#[derive(Debug, Default)]
struct Seen(std::collections::HashSet<Fingerprint>);

impl Filter for Seen {
    fn admit(
        &mut self,
        fingerprints: &[Fingerprint],
        admitted: &mut Vec<bool>,
    ) -> Result<(), FilterError> {
        admitted.clear();
        admitted.extend(fingerprints.iter().map(|&it| self.0.insert(it)));
        Ok(())
    }

    fn report(&self) -> String {
        String::new()
    }
}

/// What a run over `range` writes that ends with its `limit`-th unit.
fn selected(
    range: std::ops::Range<u64>,
    limit: Option<u64>,
    filtered: bool,
    threads: usize,
    format: &Format,
) -> (Vec<u8>, Statistics) {
    let settings = Settings {
        threads,
        ordered: threads.is_multiple_of(2),
        ..Settings::new(range)
    };
    let mut seen = Seen::default();
    let mut selection = Selection::all();
    if filtered {
        selection = selection.filter(&mut seen);
    }
    if let Some(limit) = limit {
        selection = selection.limit(limit);
    }
    let mut sink = Vec::new();
    let control = Control::default();
    let done = run_selected(
        &settings,
        format,
        &control,
        &mut selection,
        &mut sink,
        || Sparse,
    );
    let statistics = done.unwrap();
    // What can be watched is exact in the end.
    let readings = control.readings();
    let counts = Counts {
        units: statistics.units,
        statements: statistics.statements,
        bytes: statistics.bytes,
        skipped: statistics.skipped,
        dropped: statistics.dropped,
    };
    assert_eq!(readings.counts, counts);
    assert_eq!(readings.elapsed, Some(statistics.elapsed));
    assert_eq!(readings.making.len(), statistics.units_per_worker.len());
    (sink, statistics)
}

/// The same, one index after the other.
fn selected_by_hand(
    range: std::ops::Range<u64>,
    limit: u64,
    filtered: bool,
) -> (Vec<u8>, [u64; 4]) {
    let mut unit = UnitText::default();
    let mut seen = std::collections::HashSet::new();
    let mut text = Vec::new();
    let [mut units, mut skipped, mut dropped, mut next] = [0, 0, 0, range.start];
    for index in range {
        if units == limit {
            break;
        }
        next = index + 1;
        if Sparse.generate(index, &mut unit) == Emission::Skipped {
            skipped += 1;
        } else if filtered && !seen.insert(unit.bytes.clone()) {
            dropped += 1;
        } else {
            units += 1;
            sql().write(index, &unit, &mut text);
        }
    }
    (text, [units, skipped, dropped, next])
}

#[test]
fn units_are_selected_in_the_order_of_their_indexes() {
    for filtered in [false, true] {
        for limit in [1, 2, 63, 64, 4000, 20_000] {
            let (expected, counts) = selected_by_hand(5..u64::MAX, limit, filtered);
            for threads in [1, 2, 3, 16] {
                let run = selected(5..u64::MAX, Some(limit), filtered, threads, &sql());
                let (found, statistics) = run;
                assert!(found == expected, "{limit} on {threads} threads");
                let found = [
                    statistics.units,
                    statistics.skipped,
                    statistics.dropped,
                    statistics.next,
                ];
                assert_eq!(found, counts, "{limit} on {threads} threads");
                assert_eq!(statistics.bytes, expected.len() as u64);
                assert_eq!(statistics.statements, counts[0]);
                assert_eq!(statistics.outcome, Outcome::Complete);
            }
        }
    }
}

#[test]
fn bytes_of_selected_units_are_counted_without_output() {
    let (text, written) = selected(0..u64::MAX, Some(5000), true, 2, &sql());
    let (nothing, counted) = selected(0..u64::MAX, Some(5000), true, 3, &Format::Null);
    assert!(nothing.is_empty());
    // Each statement is written with a terminator and a line break.
    assert_eq!(counted.bytes, text.len() as u64 - 2 * 5000);
    assert_eq!(counted.next, written.next);
}

#[test]
fn a_range_with_too_few_units_is_exhausted() {
    for threads in [1, 2, 8] {
        let (expected, [units, skipped, dropped, _]) = selected_by_hand(0..3000, 10_000, true);
        let (found, statistics) = selected(0..3000, Some(10_000), true, threads, &sql());
        assert!(found == expected);
        assert_eq!(statistics.outcome, Outcome::Exhausted);
        assert_eq!(statistics.units, units);
        assert_eq!((statistics.skipped, statistics.dropped), (skipped, dropped));
        assert_eq!(statistics.next, 3000);
        // As many as there are is not too few.
        let (_, statistics) = selected(0..3000, Some(units), true, threads, &sql());
        assert_eq!(statistics.outcome, Outcome::Complete);
        let (_, statistics) = selected(0..3000, None, true, threads, &sql());
        assert_eq!(statistics.outcome, Outcome::Complete);
        let (nothing, statistics) = selected(0..3000, Some(0), true, threads, &sql());
        assert!(nothing.is_empty());
        assert_eq!(
            (statistics.outcome, statistics.next),
            (Outcome::Complete, 0)
        );
    }
}

#[test]
fn patience_ends_a_run_that_only_repeats() {
    struct Constant;
    impl Generate for Constant {
        fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
            unit.clear();
            unit.bytes
                .extend_from_slice(format!("S {}", index % 7).as_bytes());
            unit.ends.push(unit.bytes.len());
            Emission::Emitted
        }
    }
    for threads in [1, 4] {
        let mut seen = Seen::default();
        let mut selection = Selection::all().filter(&mut seen).limit(8).patience(1000);
        let settings = Settings {
            threads,
            ..Settings::new(0..u64::MAX)
        };
        let mut sink = Vec::new();
        let control = Control::default();
        let done = run_selected(
            &settings,
            &sql(),
            &control,
            &mut selection,
            &mut sink,
            || Constant,
        );
        let statistics = done.unwrap();
        assert_eq!(statistics.outcome, Outcome::Exhausted);
        assert_eq!((statistics.units, statistics.dropped), (7, 1000));
        assert_eq!(statistics.next, 1007);
    }
}
