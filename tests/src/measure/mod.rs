//! What a grammar's statements do on a server, in figures.
//!
//! [`measure`] executes units of a compiled grammar one statement after the other, so every outcome is that of its own
//! statement, and counts what was executed, what returned or changed rows, and which forms (the
//! alternatives of the start rule) were made. [`Thresholds`] says what the figures have to be.

mod classify;

pub use classify::{Class, classify};

use crate::compile::Plan;
use crate::postgres::{Session, Tally};
use rqg_compiler::coverage::Counts;
use rqg_compiler::ir::{ChoiceId, Node, NodeId, Program};
use rqg_runtime::native::AnyGenerator;
use rqg_runtime::run::with_stack;
use rqg_runtime::unit_text::UnitText;
use std::fmt;
use std::ops::Range;

/// Some of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many have what is counted.
    pub part: u64,
    /// How many could.
    pub whole: u64,
}

impl Share {
    fn count(&mut self, has: bool) {
        self.whole += 1;
        self.part += u64::from(has);
    }

    /// In percent; none if there are no candidates.
    #[must_use]
    pub fn percent(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 * 100.0 / self.whole as f64)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(f, "{percent:.1} % of {}", self.whole),
            None => f.write_str("none"),
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct Measurement {
    /// What was executed, and how the rest failed.
    pub tally: Tally,
    /// The first unit that the interpreter makes otherwise.
    pub different: Option<u64>,
    /// Units made.
    pub units: u64,
    /// Bytes of all statements.
    pub bytes: u64,
    /// Queries with a WHERE, HAVING or JOIN that returned a row.
    pub returning: Share,
    /// UPDATEs and DELETEs that changed a row.
    pub changing: Share,
    /// INSERTs with ON CONFLICT.
    pub on_conflict: Share,
    /// Statements that could not be classified, and the first of them.
    pub unclassified: (u64, Option<String>),
    /// How often each form was made, in the order of the grammar.
    pub forms: Vec<(String, u64)>,
}

impl Measurement {
    /// Mean bytes of a statement.
    #[must_use]
    pub fn mean_bytes(&self) -> f64 {
        self.bytes as f64 / self.tally.total.max(1) as f64
    }

    fn count(&mut self, statement: &str, rows: u64) {
        match classify(statement) {
            Class::Filtered => self.returning.count(rows > 0),
            Class::Change => self.changing.count(rows > 0),
            Class::Insert { on_conflict } => self.on_conflict.count(on_conflict),
            Class::Query | Class::Other => {}
            Class::Unknown => {
                self.unclassified.0 += 1;
                self.unclassified
                    .1
                    .get_or_insert_with(|| statement.to_owned());
            }
        }
    }

    /// What does not reach the thresholds, a line for each.
    #[must_use]
    pub fn breaches(&self, thresholds: &Thresholds) -> Vec<String> {
        let mut breaches = Vec::new();
        if let Some(index) = self.different {
            breaches.push(format!("unit {index} is another one when interpreted"));
        }
        if !self.tally.all_succeeded() {
            breaches.push(format!("not all was executed: {}", self.tally));
        }
        let mut bound = |what: &str, share: Share, holds: &dyn Fn(f64) -> bool| {
            if share.percent().is_some_and(|percent| !holds(percent)) {
                breaches.push(format!("{what}: {share}"));
            }
        };
        if let Some(least) = thresholds.returning {
            bound("queries that return a row", self.returning, &|share| {
                share >= least
            });
        }
        if let Some(least) = thresholds.changing {
            bound("changes that affect a row", self.changing, &|share| {
                share >= least
            });
        }
        if let Some(most) = thresholds.on_conflict {
            bound("INSERTs with ON CONFLICT", self.on_conflict, &|share| {
                share <= most
            });
        }
        for (form, count) in &self.forms {
            let share = Share {
                part: *count,
                whole: self.units,
            };
            bound(form, share, &|share| share >= thresholds.form);
        }
        let unclassified = Share {
            part: self.unclassified.0,
            whole: self.tally.total,
        };
        bound("unclassified statements", unclassified, &|share| {
            share <= thresholds.unclassified
        });
        if self.mean_bytes() < thresholds.mean_bytes {
            breaches.push(format!("mean bytes: {:.0}", self.mean_bytes()));
        }
        breaches
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} bytes each; a row from {} filtered queries, of {} changes; ON CONFLICT in {} \
             INSERTs; {} unclassified",
            self.mean_bytes(),
            self.returning,
            self.changing,
            self.on_conflict,
            self.unclassified.0
        )?;
        if let Some(first) = &self.unclassified.1 {
            write!(f, "\n  first unclassified: {first}")?;
        }
        write!(f, "\n  forms:")?;
        for (form, count) in &self.forms {
            let share = *count as f64 * 100.0 / self.units.max(1) as f64;
            write!(f, " {form} {share:.1}")?;
        }
        write!(f, "\n  {}", self.tally)
    }
}

/// What the figures of a run have to be; shares in percent. Everything has to be executed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// At least this share of the filtered queries returns a row; none: not asked for.
    pub returning: Option<f64>,
    /// At least this share of the changes affects a row; none: not asked for.
    pub changing: Option<f64>,
    /// At most this share of the INSERTs has ON CONFLICT; none: not asked for.
    pub on_conflict: Option<f64>,
    /// At least this share of the units has each form.
    pub form: f64,
    /// At least so many bytes in the mean.
    pub mean_bytes: f64,
    /// At most this share of the statements is not understood by the parser that classifies.
    pub unclassified: f64,
}

/// Executes units and counts what they do. The compiled form of the plan's grammar makes them; the
/// interpreter makes them again, tells what they are made of, and has to agree.
///
/// # Panics
///
/// When there is no thread to be had.
#[must_use]
pub fn measure(
    plan: &Plan,
    compiled: &dyn AnyGenerator,
    session: &mut Session,
    units: Range<u64>,
) -> Measurement {
    let mut measured = Measurement::default();
    let mut coverage = Counts::default();
    let stack = plan.required_stack().max(compiled.required_stack());
    let done = with_stack(stack, || {
        let mut compiled = compiled.any_worker();
        let mut interpreter = plan.worker();
        let (mut unit, mut interpreted) = (UnitText::default(), UnitText::default());
        for index in units {
            compiled.generate(index, &mut unit);
            let mut choices = interpreter.choices(index);
            interpreter.generate_watched(index, &mut choices, &mut coverage, &mut interpreted);
            if unit != interpreted {
                measured.different.get_or_insert(index);
            }
            measured.units += 1;
            for statement in unit.statements() {
                let statement = String::from_utf8_lossy(statement);
                measured.bytes += statement.len() as u64;
                let outcome = session.rows(&statement);
                if let Ok(rows) = outcome {
                    measured.count(&statement, rows);
                }
                measured
                    .tally
                    .count(index, &statement, outcome.map(|_rows| ()));
            }
        }
    });
    if let Err(error) = done {
        panic!("no thread: {error}");
    }
    measured.forms = forms(plan.program(), &coverage);
    measured
}

/// The alternatives of the start rule by the rules that they call, with their counts.
fn forms(program: &Program, coverage: &Counts) -> Vec<(String, u64)> {
    let Some(start) = program
        .rules
        .iter()
        .find(|rule| rule.main && rule.name == "query")
    else {
        return Vec::new();
    };
    let node = |id: NodeId| program.nodes.get(id.index());
    let Some(&Node::Choice(choice)) = node(start.body) else {
        return Vec::new();
    };
    let counts = coverage.alternatives.get(choice.index());
    alternatives(program, choice)
        .into_iter()
        .enumerate()
        .map(|(at, name)| {
            let count = counts.and_then(|counts| counts.get(at)).copied();
            (name, count.unwrap_or(0))
        })
        .collect()
}

/// What the alternatives of a choice are called.
fn alternatives(program: &Program, choice: ChoiceId) -> Vec<String> {
    let Some(choice) = program.choices.get(choice.index()) else {
        return Vec::new();
    };
    choice
        .alternatives
        .iter()
        .enumerate()
        .map(|(at, alternative)| {
            let called = match program.nodes.get(alternative.body.index()) {
                Some(Node::Call(rule, _)) => program.rules.get(rule.index()),
                _ => None,
            };
            called.map_or_else(
                || format!("alternative {}", at + 1),
                |rule| rule.name.clone(),
            )
        })
        .collect()
}
