//! The interpreter: makes units of a program without compiling it.

pub(crate) mod builtin;
mod code;
mod machine;
mod observe;
pub(crate) mod reach;
mod setup;
#[cfg(test)]
mod tests;
mod tree;

pub use observe::{Coverage, Observer};
pub use rqg_runtime::run::{DEFAULT_BUDGET, KeyLimit, Settings};
pub(crate) use setup::guards;
pub use tree::Tree;

use crate::diagnostics::Diagnostic;
use crate::ir::{Program, RuleId};
use code::Code;
use machine::Machine;
use observe::Unwatched;
use rqg_runtime::choices::{Choices, Random};
use rqg_runtime::entropy::{KeySchedule, UnitKeys};
use rqg_runtime::native::Planned;
use rqg_runtime::plan::Plan;
use rqg_runtime::run::{Stack, key_limit, with_stack};
use rqg_runtime::schema::model::Model;
use rqg_runtime::unit::Unit;
use rqg_runtime::unit_text::{Emission, Generate, UnitText};
use std::sync::{Arc, OnceLock};

/// A program made ready for a run: shared by all workers, cheap to clone.
#[derive(Debug, Clone)]
pub struct Generator {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    program: Arc<Program>,
    code: Code,
    /// The same to be watched, made when it is first needed.
    watched: OnceLock<Code>,
    plan: Arc<Plan>,
    start: RuleId,
    keys: KeySchedule,
    stack: Stack,
}

impl Generator {
    /// Decides what the run decides, and checks that every unit can be made.
    ///
    /// # Errors
    /// The start rule does not exist or has parameters, the grammar does not support the dialect, it
    /// needs an extern fn, or the schema lacks what the start rule requires.
    pub fn new(
        program: Arc<Program>,
        model: Arc<Model>,
        settings: Settings,
    ) -> Result<Self, Vec<Diagnostic>> {
        let start = setup::check(&program, &settings)?;
        let keys = settings.key_schedule();
        let stack = setup::stack(&program, settings.budget);
        let plan = setup::plan(&program, model, settings);
        setup::check_schema(&program, &plan, start)?;
        Ok(Self {
            shared: Arc::new(Shared {
                code: Code::new(&program, false),
                watched: OnceLock::new(),
                program,
                plan: Arc::new(plan),
                start,
                keys,
                stack,
            }),
        })
    }

    /// A worker; one for each thread. The thread needs [`Generator::required_stack`].
    #[must_use]
    pub fn worker(&self) -> Worker {
        let mut unit = Unit::new(&self.shared.plan);
        unit.limit_calls(self.shared.stack.calls);
        Worker {
            unit,
            keys: UnitKeys::new(self.shared.keys),
            shared: Arc::clone(&self.shared),
        }
    }

    /// The stack, in bytes, that a thread needs to run a worker: derivations recurse.
    #[must_use]
    pub fn required_stack(&self) -> usize {
        self.shared.stack.bytes
    }

    /// Runs something that uses workers on a thread with enough stack, and waits for it.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn with_stack<T: Send>(&self, run: impl FnOnce(&Self) -> T + Send) -> std::io::Result<T> {
        with_stack(self.required_stack(), || run(self))
    }

    /// Up to which index new rows have keys that no other unit takes; none if the start rule makes
    /// no new rows, or no table has a key that they could collide in.
    #[must_use]
    pub fn key_limit(&self) -> Option<KeyLimit> {
        let reached = reach::from(self.program(), self.shared.start);
        let makes_rows = reached.builtins.iter().any(|builtin| builtin.makes_rows());
        if makes_rows {
            key_limit(self.plan())
        } else {
            None
        }
    }

    /// The run as the native backend takes it over.
    #[must_use]
    pub fn planned(&self) -> Planned {
        Planned {
            fingerprint: self.shared.program.fingerprint,
            plan: Arc::clone(&self.shared.plan),
            start: self.shared.start.index(),
            keys: self.shared.keys,
        }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.shared.program
    }

    /// What is fixed for the run.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.shared.plan
    }
}

/// Makes units on one thread.
#[derive(Debug, Clone)]
pub struct Worker {
    shared: Arc<Shared>,
    unit: Unit,
    keys: UnitKeys,
}

impl Worker {
    /// Makes unit `index` from given choices.
    pub fn generate_from<C: Choices>(&mut self, index: u64, choices: &mut C, text: &mut UnitText) {
        self.generate_watched(index, choices, &mut Unwatched, text);
    }

    /// Makes unit `index` from given choices and tells an observer what happens.
    pub fn generate_watched<C: Choices, O: Observer>(
        &mut self,
        index: u64,
        choices: &mut C,
        observer: &mut O,
        text: &mut UnitText,
    ) {
        let shared = &*self.shared;
        self.unit.begin(&shared.plan, index, text);
        Machine {
            program: &shared.program,
            code: if O::WATCHES {
                let code = || Code::new(&shared.program, true);
                shared.watched.get_or_init(code)
            } else {
                &shared.code
            },
            plan: &shared.plan,
            unit: &mut self.unit,
            choices,
            observer,
            entered: Vec::new(),
        }
        .start(shared.start);
        self.unit.finish(text);
    }

    /// Makes unit `index` with its derivation tree.
    pub fn tree(&mut self, index: u64, text: &mut UnitText) -> Tree {
        let mut choices = self.choices(index);
        let mut tree = Tree::default();
        self.generate_watched(index, &mut choices, &mut tree, text);
        tree
    }

    /// The choices that make unit `index`.
    pub fn choices(&mut self, index: u64) -> Random {
        self.keys.choices(index)
    }

    /// Choices and draws of the last unit that found nothing to meet their demand: 0, unless the
    /// checks of the compiler are wrong.
    #[must_use]
    pub fn unmet(&self) -> u32 {
        self.unit.unmet()
    }
}

impl Generate for Worker {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        let mut choices = self.choices(index);
        self.generate_from(index, &mut choices, unit);
        Emission::Emitted
    }
}
