//! The book of a run: every unit entered once.

use super::End;
use super::unit::Report;
use crate::findings::{Findings, FindingsError, Occurrence};
use crate::known::Known;
use crate::outcome::Outcome;
use crate::statement::Kind;
use hdrhistogram::Histogram;
use rqg_runtime::engine::CacheCounts;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The longest latency that is told apart, in microseconds: an hour.
const LONGEST: u64 = 3_600_000_000;

/// What a run did.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Why it ended.
    #[serde(serialize_with = "end_in_words")]
    pub end: End,
    /// All indexes of the run below this were executed, had no unit or were dropped; none from here
    /// on was executed.
    pub next: u64,
    /// Units executed; the outcomes add up to it.
    pub units: u64,
    /// Statements sent that count: those of repeated transactions count once.
    pub statements: u64,
    /// Bytes of the units.
    pub bytes: u64,
    /// Indexes that the generator came upon and that have no unit.
    pub skipped: u64,
    /// Units that the generator made and a filter dropped.
    pub dropped: u64,
    /// Units that are failures.
    pub failures: u64,
    /// How often a transaction was repeated after a serialization failure or a deadlock.
    pub retries: u64,
    /// How long it took.
    #[serde(rename = "seconds", serialize_with = "in_seconds")]
    pub elapsed: Duration,
    /// How the units fared.
    pub outcomes: Vec<OutcomeRow>,
    /// What the kinds of statements did.
    pub kinds: Vec<KindRow>,
    /// Occurrences of known issues.
    pub known: Vec<KnownRow>,
    /// How shapes were found, if units were executed in their prepared form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared: Option<PreparedRow>,
    /// Why sessions retired that could not get a connection again.
    pub retired: Vec<String>,
}

/// How the shapes of statements were found. Each statement that has a plan is a hit, a miss or a
/// fallback.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PreparedRow {
    /// Statements whose shape was prepared before.
    pub hits: u64,
    /// Statements whose shape was prepared for them.
    pub misses: u64,
    /// Statements that were executed as text, since the server does not take their shape.
    pub fallbacks: u64,
    /// Shapes that were given up for others.
    pub evictions: u64,
    /// The share of hits, from 0 to 1.
    pub hit_rate: f64,
}

impl From<CacheCounts> for PreparedRow {
    fn from(counts: CacheCounts) -> Self {
        Self {
            hits: counts.hits,
            misses: counts.misses,
            fallbacks: counts.fallbacks,
            evictions: counts.evictions,
            hit_rate: counts.hit_rate().unwrap_or(0.0),
        }
    }
}

impl fmt::Display for PreparedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} hits ({:.2} %), {} misses, {} evictions, {} statements as text",
            self.hits,
            self.hit_rate * 100.0,
            self.misses,
            self.evictions,
            self.fallbacks
        )
    }
}

/// The units with one outcome and SQLSTATE.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeRow {
    /// The outcome.
    pub outcome: Outcome,
    /// The SQLSTATE; `-` without one.
    pub sqlstate: String,
    /// How many units.
    pub count: u64,
    /// Their share of all units, from 0 to 1.
    pub share: f64,
    /// The one with the lowest index, unless all is well.
    pub first: Option<First>,
}

/// The first unit of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct First {
    /// Its index.
    pub index: u64,
    /// The kind of the statement that ended it.
    pub kind: Kind,
    /// That statement.
    pub statement: String,
    /// What the server said, or what was seen.
    pub message: String,
}

/// What the statements of one kind did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindRow {
    /// The kind.
    pub kind: Kind,
    /// Statements executed.
    pub executed: u64,
    /// Statements that ended their unit.
    pub failed: u64,
    /// Rows that came.
    pub rows: u64,
    /// Rows changed.
    pub affected: u64,
    /// Half of the statements executed took at most so many microseconds.
    pub p50: u64,
    /// Nine in ten.
    pub p90: u64,
    /// Ninety-nine in a hundred.
    pub p99: u64,
    /// All.
    pub max: u64,
}

/// The occurrences of a known issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownRow {
    /// Its SQLSTATE and note.
    pub issue: String,
    /// How many units.
    pub count: u64,
}

fn end_in_words<S: Serializer>(end: &End, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match end {
        End::Complete => "complete",
        End::Exhausted => "exhausted",
        End::Stopped => "stopped",
        End::TooManyFailures => "too many failures",
        End::Unreachable(_) => "unreachable",
    })
}

fn in_seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

/// The entries so far.
pub(super) struct Ledger {
    units: u64,
    statements: u64,
    bytes: u64,
    failures: u64,
    retries: u64,
    outcomes: BTreeMap<(Outcome, String), (u64, Option<First>)>,
    kinds: BTreeMap<Kind, KindBook>,
    known: BTreeMap<usize, u64>,
    findings: Option<Findings>,
    /// Why findings could not be written.
    broken: Option<FindingsError>,
}

/// The entries of one kind of statement.
#[derive(Default)]
struct KindBook {
    executed: u64,
    failed: u64,
    rows: u64,
    affected: u64,
    /// Microseconds; none if there is no memory for one.
    times: Option<Histogram<u64>>,
}

impl Ledger {
    pub(super) fn new(findings: Option<Findings>) -> Self {
        Self {
            units: 0,
            statements: 0,
            bytes: 0,
            failures: 0,
            retries: 0,
            outcomes: BTreeMap::new(),
            kinds: BTreeMap::new(),
            known: BTreeMap::new(),
            findings,
            broken: None,
        }
    }

    /// Units that failed.
    pub(super) fn failures(&self) -> u64 {
        self.failures
    }

    /// Whether findings could not be written.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Enters a unit.
    pub(super) fn record(&mut self, report: Report) {
        self.units += 1;
        self.statements += report.statements();
        self.bytes += report.bytes as u64;
        self.failures += u64::from(report.outcome.is_failure());
        self.retries += u64::from(report.retries);
        for executed in &report.executed {
            let book = self.kinds.entry(executed.kind).or_default();
            book.executed += 1;
            book.rows += executed.counts.rows;
            book.affected += executed.counts.affected;
            if book.times.is_none() {
                book.times = Histogram::new_with_bounds(1, LONGEST, 3).ok();
            }
            if let Some(times) = &mut book.times {
                let micros = u64::try_from(executed.time.as_micros()).unwrap_or(LONGEST);
                times.saturating_record(micros);
            }
        }
        let Some(failure) = report.failure else {
            let group = self.outcomes.entry((report.outcome, "-".to_owned()));
            group.or_default().0 += 1;
            return;
        };
        self.kinds.entry(failure.kind).or_default().failed += 1;
        if let Some(issue) = failure.issue {
            *self.known.entry(issue).or_default() += 1;
        }
        let key = (report.outcome, failure.fault.state().to_owned());
        let (count, first) = self.outcomes.entry(key).or_default();
        *count += 1;
        if first
            .as_ref()
            .is_none_or(|first| report.index < first.index)
        {
            *first = Some(First {
                index: report.index,
                kind: failure.kind,
                statement: failure.statement().to_owned(),
                message: failure.fault.message.clone(),
            });
        }
        if report.outcome.is_failure()
            && self.broken.is_none()
            && let Some(findings) = &mut self.findings
        {
            let written = findings.add(Occurrence {
                index: report.index,
                outcome: report.outcome,
                kind: failure.kind,
                fault: failure.fault,
                position: failure.position,
                statements: failure.statements,
                prepared: failure.prepared,
            });
            self.broken = written.err();
        }
    }

    /// Closes the book: writes the findings and sums up.
    pub(super) fn finish(&mut self, known: &Known) -> Result<Summary, FindingsError> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        if let Some(findings) = self.findings.take() {
            findings.finish()?;
        }
        let units = self.units;
        let outcomes = std::mem::take(&mut self.outcomes).into_iter().map(
            |((outcome, sqlstate), (count, first))| OutcomeRow {
                outcome,
                sqlstate,
                count,
                share: count as f64 / units.max(1) as f64,
                first,
            },
        );
        let kinds = std::mem::take(&mut self.kinds)
            .into_iter()
            .map(|(kind, book)| {
                let at = |quantile: f64| {
                    let times = book.times.as_ref();
                    times.map_or(0, |times| {
                        times.value_at_quantile(quantile).min(times.max())
                    })
                };
                KindRow {
                    kind,
                    executed: book.executed,
                    failed: book.failed,
                    rows: book.rows,
                    affected: book.affected,
                    p50: at(0.5),
                    p90: at(0.9),
                    p99: at(0.99),
                    max: at(1.0),
                }
            });
        let known = self.known.iter().map(|(&issue, &count)| KnownRow {
            issue: known.label(issue),
            count,
        });
        Ok(Summary {
            end: End::Complete,
            next: 0,
            units,
            statements: self.statements,
            bytes: self.bytes,
            failures: self.failures,
            skipped: 0,
            dropped: 0,
            retries: self.retries,
            elapsed: Duration::ZERO,
            outcomes: outcomes.collect(),
            kinds: kinds.collect(),
            known: known.collect(),
            prepared: None,
            retired: Vec::new(),
        })
    }
}
