//! Tables that decide by the values of a few slots and by what is asked of the surroundings.
//!
//! Each value of a slot belongs to a class of values of which the same tests hold, and need the same
//! of the surroundings. A combination of classes leaves a few tests open, and each of their outcomes
//! is listed.

use super::Plan;
use super::demands::Test;
use super::kinds::Kinds;
use super::questions::Needs;
use super::table::Table;
use crate::demand::View;
use crate::unit::Unit;
use crate::unit::value::Value;

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

/// A test that the classes do not decide.
#[derive(Debug, Clone, PartialEq)]
enum Ask {
    Needs(Needs),
    Test(Test),
}

/// What is known of a test in a combination of classes.
#[derive(Debug, Clone, PartialEq)]
enum Known {
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

impl<T: PartialEq> Decider<T> {
    /// The most combinations of classes.
    const MOST_COMBINATIONS: usize = 1 << 12;
    /// The most tests that a combination leaves open.
    const MOST_ASKS: usize = 8;
    /// The most outcomes to work out.
    const MOST_WORK: usize = 1 << 15;

    /// Decides by which of the tests hold, a bit for each. None if that takes too large tables.
    pub fn new(plan: &Plan, tests: &Tests, mut decide: impl FnMut(u128) -> T) -> Option<Self> {
        let unit = Unit::new(plan);
        let view = View { plan, unit: &unit };
        let slots = slots(view, &tests.0);
        let combinations = slots
            .iter()
            .try_fold(1, |all: usize, slot| all.checked_mul(slot.samples.len()))?;
        if combinations == 0 || combinations > Self::MOST_COMBINATIONS {
            return None;
        }
        let mut decider = Self {
            slots: Vec::new(),
            combinations: Vec::with_capacity(combinations),
            cells: Vec::new(),
            outcomes: Vec::new(),
        };
        let mut work = 0;
        for combination in 0..combinations {
            let known = tests.0.iter().map(|test| {
                let mut rest = combination;
                for slot in &slots {
                    let sample = slot.samples[rest % slot.samples.len()];
                    rest /= slot.samples.len();
                    if let Test::Slot(own, memo) = test
                        && *own == slot.slot
                        && let Some(needs) = memo.needs(view, sample)
                    {
                        return needs.into();
                    }
                }
                match test {
                    Test::Surroundings(needs) => needs.clone().into(),
                    _ => Known::Open(Ask::Test(test.clone())),
                }
            });
            let known: Vec<Known> = known.collect();
            let cell = decider.cell(&known, &mut work, &mut decide)?;
            let at = decider.cells.iter().position(|known| *known == cell);
            let at = at.unwrap_or_else(|| {
                decider.cells.push(cell);
                decider.cells.len() - 1
            });
            decider.combinations.push(u16::try_from(at).ok()?);
        }
        let mut stride = 1;
        for slot in slots {
            // Below the number of combinations.
            let place = |class: u16| class.saturating_mul(stride as u16);
            let unknown = u16::MAX;
            let places = |class| if class == unknown { unknown } else { place(class) };
            decider.slots.push((slot.slot, slot.classes.map(places)));
            stride *= slot.samples.len();
        }
        Some(decider)
    }

    /// What is left to ask, with the outcomes.
    fn cell(
        &mut self,
        known: &[Known],
        work: &mut usize,
        decide: &mut impl FnMut(u128) -> T,
    ) -> Option<Cell> {
        let mut asks: Vec<&Ask> = Vec::new();
        for test in known {
            if let Known::Open(ask) = test
                && !asks.contains(&ask)
            {
                asks.push(ask);
            }
        }
        *work += 1 << asks.len().min(Self::MOST_ASKS + 1);
        if asks.len() > Self::MOST_ASKS || *work > Self::MOST_WORK {
            return None;
        }
        // The tests that hold anyway, and those that each answer decides.
        let bits = |wanted: &dyn Fn(&Known) -> bool| {
            let bits = known.iter().enumerate();
            bits.fold(0_u128, |bits, (at, test)| {
                bits | u128::from(wanted(test)) << at
            })
        };
        let always = bits(&|test| *test == Known::Truth(true));
        let open: Vec<u128> = asks
            .iter()
            .map(|&ask| bits(&|test| matches!(test, Known::Open(own) if own == ask)))
            .collect();
        let mut outcomes: Vec<u16> = Vec::with_capacity(1 << asks.len());
        for answers in 0..1_usize << asks.len() {
            let held = open.iter().enumerate();
            let held = held.filter(|(at, _)| answers >> at & 1 == 1);
            let outcome = decide(held.fold(always, |held, (_, tests)| held | tests));
            let at = self.outcomes.iter().position(|known| *known == outcome);
            let at = at.unwrap_or_else(|| {
                self.outcomes.push(outcome);
                self.outcomes.len() - 1
            });
            outcomes.push(u16::try_from(at).ok()?);
        }
        let mut cell = Cell {
            asks: asks.into_iter().cloned().collect(),
            outcomes,
        };
        for at in (0..cell.asks.len()).rev() {
            cell.forget_idle(at);
        }
        Some(cell)
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
        let cell = self.cells.get(usize::from(*self.combinations.get(place)?))?;
        let mut answers = 0;
        for (at, ask) in cell.asks.iter().enumerate() {
            let holds = match ask {
                Ask::Needs(needs) => needs.met(view.answers()),
                Ask::Test(test) => test.holds(view, None),
            };
            answers |= usize::from(holds) << at;
        }
        self.outcomes.get(usize::from(*cell.outcomes.get(answers)?))
    }

    /// The same with the outcomes numbered, and these.
    pub fn numbered(self) -> (Decider<u16>, Vec<T>) {
        let numbered = Decider {
            slots: self.slots,
            combinations: self.combinations,
            cells: self.cells,
            outcomes: (0..self.outcomes.len() as u16).collect(),
        };
        (numbered, self.outcomes)
    }
}

impl Cell {
    /// Takes out an ask on which no outcome depends.
    fn forget_idle(&mut self, at: usize) {
        let bit = 1 << at;
        let pairs = (0..self.outcomes.len()).filter(|answers| answers & bit == 0);
        let idle = pairs
            .clone()
            .all(|answers| self.outcomes[answers] == self.outcomes[answers | bit]);
        if idle {
            self.outcomes = pairs.map(|answers| self.outcomes[answers]).collect();
            self.asks.remove(at);
        }
    }
}

impl From<Needs> for Known {
    fn from(needs: Needs) -> Self {
        match needs.decided() {
            Some(truth) => Self::Truth(truth),
            None => Self::Open(Ask::Needs(needs)),
        }
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
