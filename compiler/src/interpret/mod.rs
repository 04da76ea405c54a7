//! The interpreter: makes units of a program without compiling it.

mod builtin;
mod code;
mod keys;
mod machine;
mod observe;
mod reach;
mod setup;
mod stack;
#[cfg(test)]
mod tests;
mod tree;

pub use keys::KeyLimit;
pub use observe::{Coverage, Observer};
pub use tree::Tree;

use crate::diagnostics::Diagnostic;
use crate::ir::{Program, RuleId};
use code::Code;
use machine::Machine;
use observe::Unwatched;
use rqg_runtime::choices::{Choices, Random};
use rqg_runtime::dialect::Dialect;
use rqg_runtime::entropy::{MasterKey, UnitKeys};
use rqg_runtime::features::FEATURES;
use rqg_runtime::plan::Plan;
use rqg_runtime::schema::model::Model;
use rqg_runtime::unit::Unit;
use rqg_runtime::unit_text::{Generate, UnitText};
use stack::Stack;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Nested rule calls before only the shallowest alternatives remain.
pub const DEFAULT_BUDGET: u32 = 24;

/// What identifies a run besides the grammar and the schema model.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The rule that every unit derives.
    pub start: String,
    /// The dialect.
    pub dialect: Dialect,
    /// The features that are on.
    pub features: BTreeSet<String>,
    /// The key of everything random.
    pub key: MasterKey,
    /// Part of the names of created objects, so that runs don't disturb each other: lower-case
    /// letters and digits.
    pub run_tag: String,
    /// Nested rule calls before only the shallowest alternatives remain.
    pub budget: u32,
    /// The key of the rows that the schema's tables hold.
    pub data_seed: u64,
    /// Added to the index of a unit for the keys of its new rows.
    pub key_offset: u64,
}

impl Settings {
    /// Rule `query` for the default dialect and its features.
    #[must_use]
    pub fn new(key: MasterKey) -> Self {
        let dialect = Dialect::default();
        Self {
            start: "query".to_owned(),
            features: FEATURES
                .iter()
                .filter(|feature| feature.enabled(&dialect))
                .map(|feature| feature.name.to_owned())
                .collect(),
            dialect,
            key,
            run_tag: "0".to_owned(),
            budget: DEFAULT_BUDGET,
            data_seed: 0,
            key_offset: 0,
        }
    }
}

/// A program made ready for a run: shared by all workers, cheap to clone.
#[derive(Debug, Clone)]
pub struct Generator {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    program: Arc<Program>,
    code: Code,
    plan: Plan,
    start: RuleId,
    key: MasterKey,
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
        let key = settings.key;
        let stack = Stack::new(&program, settings.budget);
        let plan = setup::plan(&program, model, settings);
        setup::check_schema(&program, &plan, start)?;
        Ok(Self {
            shared: Arc::new(Shared {
                code: Code::new(&program),
                program,
                plan,
                start,
                key,
                stack,
            }),
        })
    }

    /// A worker; one for each thread. The thread needs [`Generator::required_stack`].
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker {
            unit: Unit::new(&self.shared.plan),
            keys: UnitKeys::new(self.shared.key),
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
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .name("derivation".to_owned())
                .stack_size(self.required_stack())
                .spawn_scoped(scope, || run(self))?;
            thread
                .join()
                .or_else(|panic| std::panic::resume_unwind(panic))
        })
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
            code: &shared.code,
            plan: &shared.plan,
            unit: &mut self.unit,
            choices,
            observer,
            max_depth: shared.stack.calls,
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
        Random::new(self.keys.key(index))
    }

    /// Choices and draws of the last unit that found nothing to meet their demand: 0, unless the
    /// checks of the compiler are wrong.
    #[must_use]
    pub fn unmet(&self) -> u32 {
        self.unit.unmet()
    }
}

impl Generate for Worker {
    fn generate(&mut self, index: u64, unit: &mut UnitText) {
        let mut choices = self.choices(index);
        self.generate_from(index, &mut choices, unit);
    }
}
