//! A compiled grammar made ready for a run, and its workers.

use super::plan;
use super::{Grammar, tables::Tables};
use crate::choices::{Choices, Enumerated, Random};
use crate::entropy::{KeySchedule, UnitKeys};
use crate::plan::Plan;
use crate::run::{KeyLimit, Settings, SetupError, Stack, key_limit, with_stack};
use crate::schema::model::Model;
use crate::uniqueness::Space;
use crate::unit::Unit;
use crate::unit_text::{Emission, Generate, UnitText};
use std::marker::PhantomData;
use std::sync::Arc;

/// A compiled grammar made ready for a run: shared by all workers, cheap to clone.
pub struct Generator<G> {
    shared: Arc<Shared>,
    grammar: PhantomData<fn() -> G>,
}

/// A run that is planned already.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The fingerprint of its program.
    pub fingerprint: u64,
    /// What is fixed for it.
    pub plan: Arc<Plan>,
    /// The index of the start rule.
    pub start: usize,
    /// What everything random follows from.
    pub keys: KeySchedule,
    /// The indexes of a strict run.
    pub space: Option<Arc<Space>>,
}

/// A generator of whatever grammar.
pub trait AnyGenerator: std::fmt::Debug + Send + Sync {
    /// A worker; one for each thread. The thread needs [`AnyGenerator::required_stack`].
    fn any_worker(&self) -> Box<dyn Generate>;

    /// The stack, in bytes, that a thread needs to run a worker.
    fn required_stack(&self) -> usize;
}

impl<G: Grammar> AnyGenerator for Generator<G> {
    fn any_worker(&self) -> Box<dyn Generate> {
        Box::new(self.worker())
    }

    fn required_stack(&self) -> usize {
        self.shared.stack.bytes
    }
}

/// Makes a generator of one grammar; none if the plan is that of another.
pub type FromPlan = fn(Planned) -> Option<Box<dyn AnyGenerator>>;

/// Makes a generator of the grammar `G`; none if the plan is that of another.
#[must_use]
pub fn from_plan<G: Grammar>(planned: Planned) -> Option<Box<dyn AnyGenerator>> {
    Some(Box::new(Generator::<G>::from_plan(planned)?))
}

#[derive(Debug)]
struct Shared {
    plan: Arc<Plan>,
    start: usize,
    keys: KeySchedule,
    stack: Stack,
    space: Option<Arc<Space>>,
}

impl Shared {
    /// Makes unit `index` from given choices.
    #[inline]
    fn derive<G: Grammar, C: Choices>(
        &self,
        unit: &mut Unit,
        index: u64,
        choices: &mut C,
        text: &mut UnitText,
    ) {
        unit.make(&self.plan, index, text, |unit| {
            unit.start_compiled(G::TABLES.slots.into());
            G::derive(self.start, &self.plan, unit, choices);
        });
    }
}

impl<G> std::fmt::Debug for Generator<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shared.fmt(f)
    }
}

impl<G> Clone for Generator<G> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            grammar: PhantomData,
        }
    }
}

impl<G: Grammar> Generator<G> {
    /// Decides what the run decides, and checks that every unit can be made.
    ///
    /// # Errors
    /// The start rule does not exist or has parameters, the grammar does not support the dialect,
    /// or the schema lacks what the start rule requires.
    pub fn new(model: Arc<Model>, settings: Settings) -> Result<Self, Vec<SetupError>> {
        let start = plan::check(G::TABLES, &settings)?;
        let keys = settings.key_schedule();
        let stack = plan::stack(G::TABLES, settings.budget);
        let plan = plan::plan(G::TABLES, model, settings);
        plan::check_schema(G::TABLES, &plan, start)?;
        Ok(Self::of(Shared {
            plan: Arc::new(plan),
            start,
            keys,
            stack,
            space: None,
        }))
    }

    /// The same with units that can't repeat: index by index of a space, which has `size` indexes (at
    /// most 2^63), or as many as are expected to have `units` units. Makes units to learn about them.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn enumerated(self, size: Option<u64>, units: u64) -> std::io::Result<Self> {
        let key = self.shared.keys.master;
        let proven = self.is_proven();
        let space = self.with_stack(|generator| {
            let mut worker = generator.worker();
            let mut text = UnitText::default();
            Space::of_run(&key, size, units, proven, &mut |choices| {
                worker.generate_from(0, choices, &mut text);
            })
        })?;
        let shared = &*self.shared;
        Ok(Self::of(Shared {
            plan: Arc::clone(&shared.plan),
            space: Some(Arc::new(space)),
            ..*shared
        }))
    }

    fn of(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
            grammar: PhantomData,
        }
    }

    /// Takes over a plan that was made for the interpreter, with its start rule. None if it was made
    /// from another program.
    #[must_use]
    pub fn from_plan(planned: Planned) -> Option<Self> {
        let is_start = |start: usize| G::TABLES.rules.get(start).is_some_and(|rule| rule.start);
        if planned.fingerprint != G::TABLES.fingerprint || !is_start(planned.start) {
            return None;
        }
        Some(Self::of(Shared {
            stack: plan::stack(G::TABLES, planned.plan.budget()),
            plan: planned.plan,
            start: planned.start,
            keys: planned.keys,
            space: planned.space,
        }))
    }

    /// A worker; one for each thread. The thread needs [`Generator::required_stack`].
    #[must_use]
    pub fn worker(&self) -> Worker<G> {
        let mut unit = Unit::new(&self.shared.plan);
        unit.limit_calls(self.shared.stack.calls);
        if let Some(space) = &self.shared.space {
            unit.set_space(space.size());
        }
        Worker {
            unit,
            keys: UnitKeys::new(self.shared.keys),
            shared: Arc::clone(&self.shared),
            grammar: PhantomData,
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
        let reached = plan::reached(G::TABLES, self.shared.start);
        let mut rules = G::TABLES.rules.iter().zip(reached);
        if rules.any(|(rule, reached)| reached && rule.makes_rows) {
            key_limit(&self.shared.plan, self.space())
        } else {
            None
        }
    }

    /// Whether it is proven that no two units of a strict run are the same.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        G::TABLES.proven == Some(self.shared.start as u32)
    }

    /// The indexes of a strict run; none of any other.
    #[must_use]
    pub fn space(&self) -> Option<&Space> {
        self.shared.space.as_deref()
    }

    /// The data of the grammar.
    #[must_use]
    pub fn tables(&self) -> &'static Tables {
        G::TABLES
    }

    /// What is fixed for the run.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.shared.plan
    }
}

/// Makes units on one thread.
#[derive(Debug)]
pub struct Worker<G> {
    shared: Arc<Shared>,
    unit: Unit,
    keys: UnitKeys,
    grammar: PhantomData<fn() -> G>,
}

impl<G: Grammar> Worker<G> {
    /// Makes unit `index` from given choices.
    pub fn generate_from<C: Choices>(&mut self, index: u64, choices: &mut C, text: &mut UnitText) {
        self.shared
            .derive::<G, C>(&mut self.unit, index, choices, text);
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

impl<G: Grammar> Generate for Worker<G> {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        let mut choices = self.keys.choices(index);
        let shared = &*self.shared;
        let Some(space) = &shared.space else {
            shared.derive::<G, Random>(&mut self.unit, index, &mut choices, unit);
            return Emission::Emitted;
        };
        space.emit(index, choices, unit, |choices, unit| {
            shared.derive::<G, Enumerated<'_>>(&mut self.unit, index, choices, unit);
        })
    }
}
