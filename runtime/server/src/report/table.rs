//! The tables that people read at the end of a run.

use super::About;
use crate::executor::Summary;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Longer statements and messages are cut off: the whole is in the findings.
const LONGEST: usize = 300;

/// The summary in words and columns.
#[must_use]
pub fn table(about: &About<'_>, summary: &Summary) -> String {
    let mut out = String::new();
    let seconds = summary.elapsed.as_secs_f64();
    let rate = summary.statements as f64 / seconds.max(1e-9);
    // Writing to a String never fails.
    let _ = writeln!(
        out,
        "{} units, {} statements in {seconds:.2} s ({rate:.0} statements/s)",
        summary.units, summary.statements
    );
    if summary.skipped > 0 {
        let _ = writeln!(out, "{} indexes skipped", summary.skipped);
    }
    if summary.dropped > 0 {
        let _ = writeln!(out, "{} duplicates dropped", summary.dropped);
    }
    if summary.retries > 0 {
        let _ = writeln!(
            out,
            "{} repetitions after serialization failures and deadlocks",
            summary.retries
        );
    }
    if let Some(row) = &summary.prepared {
        let _ = writeln!(out, "prepared: {row}");
    }
    let mut retired: BTreeMap<&str, u64> = BTreeMap::new();
    for reason in &summary.retired {
        *retired.entry(reason).or_default() += 1;
    }
    for (reason, count) in retired {
        let _ = writeln!(out, "connections given up: {count}: {reason}");
    }
    let _ = writeln!(
        out,
        "\n{:<11} {:<8} {:>12} {:>9}",
        "outcome", "sqlstate", "units", "share"
    );
    for row in &summary.outcomes {
        let _ = writeln!(
            out,
            "{:<11} {:<8} {:>12} {:>7.2} %",
            row.outcome,
            row.sqlstate,
            row.count,
            row.share * 100.0
        );
        if let Some(first) = &row.first {
            let _ = writeln!(out, "    {}", shortened(&first.message));
            let _ = writeln!(
                out,
                "    first: seed {} index {}: {}",
                about.seed,
                first.index,
                shortened(&first.statement)
            );
        }
    }
    for row in &summary.known {
        let _ = writeln!(out, "known: {:>6} × {}", row.count, row.issue);
    }
    if !summary.kinds.is_empty() {
        let _ = writeln!(
            out,
            "\n{:<20} {:>10} {:>7} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "statements",
            "executed",
            "failed",
            "rows",
            "changed",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "max ms"
        );
    }
    let ms = |micros: u64| micros as f64 / 1000.0;
    for row in &summary.kinds {
        let _ = writeln!(
            out,
            "{:<20} {:>10} {:>7} {:>10} {:>9} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
            row.kind,
            row.executed,
            row.failed,
            row.rows,
            row.affected,
            ms(row.p50),
            ms(row.p90),
            ms(row.p99),
            ms(row.max)
        );
    }
    out
}

/// One line of bounded length.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
