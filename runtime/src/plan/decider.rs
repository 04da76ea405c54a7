//! Tables that decide by the values of a few slots and by what is asked of the surroundings.
//!
//! Each value of a slot belongs to a class of values of which the same tests hold, and need the same
//! of the surroundings. A combination of classes leaves a few tests open, and each of their outcomes
//! is listed.

use super::Plan;
use super::demands::Test;
use super::kinds::Kinds;
use super::questions::Needs;
use super::table::{Table, unit_of_samples};
use crate::demand::View;
use crate::unit::value::Value;
use std::collections::HashMap;

/// Decides by tests of slots and surroundings.
#[derive(Debug, Clone)]
pub(super) struct Decider<T> {
    /// The slots, and the place of each value's class, times the stride.
    slots: Vec<(u16, Table<u16>)>,
    /// The cell of each sum of places.
    combinations: Vec<u16>,
    cells: Vec<Cell>,
    outcomes: Vec<T>,
}

/// What is left to ask where the classes of the slots are known.
#[derive(Debug, Clone, PartialEq)]
struct Cell {
    asks: Vec<Ask>,
    /// By the answers, the first one's in the lowest bit.
    outcomes: Vec<u16>,
}

/// What the classes leave open of a goal: clauses of needs, and of tests that are evaluated. One
/// of the clauses has to hold.
#[derive(Debug, Clone, PartialEq)]
struct Ask(Vec<(Needs, Vec<Test>)>);

impl Ask {
    #[inline]
    fn holds(&self, view: View<'_>) -> bool {
        self.0.iter().any(|(needs, tests)| {
            needs.met(view.answers()) && tests.iter().all(|test| test.holds(view, None))
        })
    }
}

/// What is known of a test in a combination of classes.
#[derive(Debug, Clone)]
enum Known<'t> {
    Needs(Needs),
    Test(&'t Test),
}

/// What is known of a goal.
#[derive(Debug, Clone, PartialEq)]
enum Left {
    Truth(bool),
    Open(Ask),
}

/// Different tests, at most [`Tests::MOST`].
#[derive(Debug, Clone, Default)]
pub(super) struct Tests(Vec<Test>);

impl Tests {
    /// A bit for each.
    const MOST: usize = 128;

    /// The bits of tests that all have to hold; none if there are too many, or one speaks of a
    /// candidate.
    pub fn bits(&mut self, tests: &[Test]) -> Option<u128> {
        let mut bits = 0;
        for test in tests {
            let known = self.0.iter().position(|known| known == test);
            let at = match known {
                Some(at) => at,
                None if self.0.len() < Self::MOST && test.is_common() => {
                    self.0.push(test.clone());
                    self.0.len() - 1
                }
                None => return None,
            };
            bits |= 1 << at;
        }
        Some(bits)
    }
}

/// The values of a slot by class.
struct Slot {
    slot: u16,
    classes: Table<u16>,
    /// A value of each class.
    samples: Vec<Value>,
}

impl Decider<u64> {
    /// The most combinations of classes.
    const MOST_COMBINATIONS: usize = 1 << 12;
    /// The most goals that a combination leaves open.
    const MOST_ASKS: usize = 8;
    /// The most outcomes to work out.
    const MOST_OUTCOMES: usize = 1 << 12;

    /// Decides which goals are reached, a bit for each: a goal is clauses of tests. None if that
    /// takes too large tables.
    pub fn new(plan: &Plan, tests: &Tests, goals: &[Vec<u128>]) -> Option<Self> {
        let unit = unit_of_samples(plan);
        let view = View { plan, unit: &unit };
        let slots = slots(view, &tests.0);
        let combinations = slots
            .iter()
            .try_fold(1, |all: usize, slot| all.checked_mul(slot.samples.len()))?;
        if combinations == 0 || combinations > Self::MOST_COMBINATIONS || goals.len() > 64 {
            return None;
        }
        let mut decider = Self {
            slots: Vec::new(),
            combinations: Vec::with_capacity(combinations),
            cells: Vec::new(),
            outcomes: Vec::new(),
        };
        let mut seen: HashMap<Vec<Option<bool>>, u16> = HashMap::new();
        for combination in 0..combinations {
            let known: Vec<Known<'_>> = tests
                .0
                .iter()
                .map(|test| known(view, &slots, combination, test))
                .collect();
            let left: Vec<Left> = goals.iter().map(|goal| left(&known, goal)).collect();
            let truths = left.iter().map(|left| match left {
                Left::Truth(truth) => Some(*truth),
                Left::Open(_) => None,
            });
            let truths: Vec<Option<bool>> = truths.collect();
            let closed = !truths.contains(&None);
            let at = match seen.get(&truths) {
                Some(&at) if closed => at,
                _ => {
                    let at = u16::try_from(decider.add(&left)?).ok()?;
                    seen.insert(truths, at);
                    at
                }
            };
            decider.combinations.push(at);
        }
        let mut stride = 1;
        for slot in slots {
            // Below the number of combinations.
            let place = |class: u16| class.saturating_mul(stride as u16);
            let unknown = u16::MAX;
            let places = |class| {
                if class == unknown {
                    unknown
                } else {
                    place(class)
                }
            };
            decider.slots.push((slot.slot, slot.classes.map(places)));
            stride *= slot.samples.len();
        }
        Some(decider)
    }

    /// The cell of what is left of the goals.
    fn add(&mut self, left: &[Left]) -> Option<usize> {
        let mut asks: Vec<&Ask> = Vec::new();
        for goal in left {
            if let Left::Open(ask) = goal
                && !asks.contains(&ask)
            {
                asks.push(ask);
            }
        }
        if asks.len() > Self::MOST_ASKS {
            return None;
        }
        let bits = |wanted: &dyn Fn(&Left) -> bool| {
            let bits = left.iter().enumerate();
            bits.fold(0_u64, |bits, (at, goal)| {
                bits | u64::from(wanted(goal)) << at
            })
        };
        let always = bits(&|goal| *goal == Left::Truth(true));
        let open: Vec<u64> = asks
            .iter()
            .map(|&ask| bits(&|goal| matches!(goal, Left::Open(own) if own == ask)))
            .collect();
        let mut outcomes: Vec<u16> = Vec::with_capacity(1 << asks.len());
        for answers in 0..1_usize << asks.len() {
            let reached = open.iter().enumerate();
            let reached = reached.filter(|(at, _)| answers >> at & 1 == 1);
            let outcome = reached.fold(always, |all, (_, goals)| all | goals);
            let at = self.outcomes.iter().position(|known| *known == outcome);
            let at = at.unwrap_or_else(|| {
                self.outcomes.push(outcome);
                self.outcomes.len() - 1
            });
            outcomes.push(u16::try_from(at).ok()?);
        }
        let cell = Cell {
            asks: asks.into_iter().cloned().collect(),
            outcomes,
        };
        if self.outcomes.len() > Self::MOST_OUTCOMES {
            return None;
        }
        let at = self.cells.iter().position(|known| *known == cell);
        Some(at.unwrap_or_else(|| {
            self.cells.push(cell);
            self.cells.len() - 1
        }))
    }
}

/// What is known of a test in a combination of classes.
fn known<'t>(view: View<'_>, slots: &[Slot], combination: usize, test: &'t Test) -> Known<'t> {
    match test {
        Test::Surroundings(needs) => return Known::Needs(needs.clone()),
        Test::Slot(own, memo) => {
            let mut rest = combination;
            for slot in slots {
                let sample = slot.samples[rest % slot.samples.len()];
                rest /= slot.samples.len();
                if *own == slot.slot
                    && let Some(needs) = memo.needs(view, sample)
                {
                    return Known::Needs(needs);
                }
            }
        }
        _ => {}
    }
    Known::Test(test)
}

/// What is left of a goal where something is known of the tests.
fn left(known: &[Known<'_>], goal: &[u128]) -> Left {
    let mut open: Vec<(Needs, Vec<Test>)> = Vec::new();
    for clause in goal {
        let tests = known.iter().enumerate();
        let tests = tests.filter(|(at, _)| clause >> at & 1 == 1);
        let mut all = Needs::from(true);
        let mut left = Vec::new();
        for (_, test) in tests {
            match test {
                Known::Test(test) => left.push((*test).clone()),
                Known::Needs(needs) => match all.and(needs).filter(Needs::is_short) {
                    Some(both) => all = both,
                    None => left.push(Test::Surroundings(needs.clone())),
                },
            }
        }
        match (all.decided(), left.is_empty()) {
            (Some(true), true) => return Left::Truth(true),
            (Some(false), _) => {}
            (_, true) => {
                let alone = open.iter_mut().find(|(_, tests)| tests.is_empty());
                let any = alone.and_then(|(needs, _)| Some((needs.clone().or(&all)?, needs)));
                match any.filter(|(any, _)| any.is_short()) {
                    Some((any, needs)) => *needs = any,
                    None => open.push((all, left)),
                }
            }
            (_, false) => open.push((all, left)),
        }
    }
    match open.as_slice() {
        [] => Left::Truth(false),
        [(needs, tests)] if tests.is_empty() && needs.decided() == Some(true) => Left::Truth(true),
        _ => Left::Open(Ask(open)),
    }
}

impl<T> Decider<T> {
    /// What the tests decide; none if a slot holds a value that is not of the model.
    #[inline]
    pub fn decide(&self, view: View<'_>) -> Option<&T> {
        let mut place = 0;
        for (slot, places) in &self.slots {
            place += usize::from(places.get(view, view.unit.slot(*slot))?);
        }
        let cell = self
            .cells
            .get(usize::from(*self.combinations.get(place)?))?;
        let mut answers = 0;
        for (at, ask) in cell.asks.iter().enumerate() {
            answers |= usize::from(ask.holds(view)) << at;
        }
        self.outcomes.get(usize::from(*cell.outcomes.get(answers)?))
    }

    /// The same with something that follows from each outcome.
    pub fn map<U>(self, follows: impl FnMut(T) -> U) -> Decider<U> {
        Decider {
            slots: self.slots,
            combinations: self.combinations,
            cells: self.cells,
            outcomes: self.outcomes.into_iter().map(follows).collect(),
        }
    }

    /// The same with the outcomes numbered, and these.
    pub fn numbered(self) -> (Decider<u16>, Vec<T>) {
        let mut outcomes = Vec::new();
        let numbered = self.map(|outcome| {
            outcomes.push(outcome);
            (outcomes.len() - 1) as u16
        });
        (numbered, outcomes)
    }
}

/// The slots that tests speak of, with their values by class, as far as it is known what these need.
fn slots(view: View<'_>, tests: &[Test]) -> Vec<Slot> {
    let mut spoken_of: Vec<(u16, Kinds)> = Vec::new();
    for test in tests {
        let Test::Slot(slot, memo) = test else {
            continue;
        };
        match spoken_of.iter_mut().find(|(known, _)| known == slot) {
            Some((_, kinds)) => *kinds = *kinds & memo.known_kinds(),
            None => spoken_of.push((*slot, memo.known_kinds())),
        }
    }
    spoken_of
        .into_iter()
        .filter(|(_, kinds)| *kinds != Kinds::NONE)
        .filter_map(|(slot, kinds)| by_class(view, tests, slot, kinds))
        .collect()
}

fn by_class(view: View<'_>, tests: &[Test], slot: u16, kinds: Kinds) -> Option<Slot> {
    let mut known: Vec<Vec<Needs>> = Vec::new();
    let mut samples = Vec::new();
    let classes = Table::new(view.plan, kinds, |value| {
        let of_slot = tests.iter().filter_map(|test| match test {
            Test::Slot(own, memo) if *own == slot => Some(memo.needs(view, value)),
            _ => None,
        });
        let Some(needs) = of_slot.collect::<Option<Vec<Needs>>>() else {
            return u16::MAX;
        };
        let class = known.iter().position(|known| *known == needs);
        let class = class.unwrap_or_else(|| {
            known.push(needs);
            samples.push(value);
            known.len() - 1
        });
        u16::try_from(class).unwrap_or(u16::MAX)
    })?;
    Some(Slot {
        slot,
        classes,
        samples,
    })
}
