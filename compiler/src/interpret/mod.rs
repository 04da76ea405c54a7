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

pub use observe::Observer;
pub use rqg_runtime::run::{DEFAULT_BUDGET, KeyLimit, Settings};
pub(crate) use setup::guards;
pub use tree::Tree;

use crate::diagnostics::Diagnostic;
use crate::ir::{Program, RuleId};
use crate::visibility::{self, Visibility};
use code::Code;
use machine::Machine;
use observe::Unwatched;
use rqg_runtime::choices::{Choices, Random};
use rqg_runtime::entropy::{KeySchedule, UnitKeys};
use rqg_runtime::native::Planned;
use rqg_runtime::plan::Plan;
use rqg_runtime::run::{Stack, key_limit, with_stack};
use rqg_runtime::schema::model::Model;
use rqg_runtime::uniqueness::Space;
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
    /// Which choices the text tells, and the indexes, of a strict run.
    strict: Option<(Visibility, Arc<Space>)>,
}

impl Shared {
    fn unit(&self) -> Unit {
        let mut unit = Unit::new(&self.plan);
        unit.limit_calls(self.stack.calls);
        if let Some((_, space)) = &self.strict {
            unit.set_space(space.size());
        }
        unit
    }

    /// Makes unit `index` from given choices and tells an observer what happens.
    fn derive<C: Choices, O: Observer>(
        &self,
        unit: &mut Unit,
        index: u64,
        choices: &mut C,
        observer: &mut O,
        text: &mut UnitText,
    ) {
        unit.make(&self.plan, index, text, |unit| {
            Machine {
                program: &self.program,
                code: if O::WATCHES {
                    let visibility = self.strict.as_ref().map(|(visibility, _)| visibility);
                    let code = || Code::new(&self.program, true, visibility);
                    self.watched.get_or_init(code)
                } else {
                    &self.code
                },
                plan: &self.plan,
                unit,
                choices,
                observer,
                hidden: Vec::new(),
                entered: Vec::new(),
            }
            .start(self.start);
        });
    }
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
        Ok(Self::of(Shared {
            code: Code::new(&program, false, None),
            watched: OnceLock::new(),
            program,
            plan: Arc::new(plan),
            start,
            keys,
            stack,
            strict: None,
        }))
    }

    fn of(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The same with units that can't repeat: index by index of a space, which has `size` indexes (at
    /// most 2^63), or as many as are expected to have `units` units. Makes units to learn about them.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn enumerated(self, size: Option<u64>, units: u64) -> std::io::Result<Self> {
        let shared = &*self.shared;
        let visibility = visibility::decide(&shared.program);
        let mut shared = Shared {
            code: Code::new(&shared.program, false, Some(&visibility)),
            watched: OnceLock::new(),
            program: Arc::clone(&shared.program),
            plan: Arc::clone(&shared.plan),
            strict: None,
            ..*shared
        };
        let proven = visibility.proven() == Some(shared.start);
        let space = with_stack(shared.stack.bytes, || {
            let mut unit = shared.unit();
            let mut text = UnitText::default();
            Space::of_run(&shared.keys.master, size, units, proven, &mut |choices| {
                shared.derive(&mut unit, 0, choices, &mut Unwatched, &mut text);
            })
        })?;
        shared.strict = Some((visibility, Arc::new(space)));
        Ok(Self::of(shared))
    }

    /// A worker; one for each thread. The thread needs [`Generator::required_stack`].
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker {
            unit: self.shared.unit(),
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
            key_limit(self.plan(), self.space().map(Arc::as_ref))
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
            space: self.space().cloned(),
        }
    }

    /// The indexes of a strict run; none of any other.
    #[must_use]
    pub fn space(&self) -> Option<&Arc<Space>> {
        self.shared.strict.as_ref().map(|(_, space)| space)
    }

    /// Whether it is proven that no two units of a strict run are the same.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let strict = self.shared.strict.as_ref();
        strict.is_some_and(|(visibility, _)| visibility.proven() == Some(self.shared.start))
    }

    /// The rule that units are derived from.
    #[must_use]
    pub fn start(&self) -> RuleId {
        self.shared.start
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
        self.shared
            .derive(&mut self.unit, index, choices, observer, text);
    }

    /// Makes unit `index` with its derivation tree, if the index has a unit.
    pub fn tree(&mut self, index: u64, text: &mut UnitText) -> Option<Tree> {
        let mut tree = Tree::default();
        let emission = self.generate_and_watch(index, &mut tree, text);
        (emission == Emission::Emitted).then_some(tree)
    }

    /// Makes unit `index`, if it has one, and tells an observer what happens.
    pub fn generate_and_watch<O: Observer>(
        &mut self,
        index: u64,
        observer: &mut O,
        text: &mut UnitText,
    ) -> Emission {
        let mut choices = self.keys.choices(index);
        let Self { shared, unit, .. } = self;
        let Some((_, space)) = &shared.strict else {
            shared.derive(unit, index, &mut choices, observer, text);
            return Emission::Emitted;
        };
        space.emit(index, choices, text, |choices, text| {
            shared.derive(unit, index, choices, observer, text);
        })
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
        self.generate_and_watch(index, &mut Unwatched, unit)
    }
}
