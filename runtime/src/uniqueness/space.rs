//! The space of a strict run: its indexes, each of which is decoded into a derivation.

use crate::choices::{Capped, Census, Enumerated, PERIOD, Permutation, Random};
use crate::entropy::MasterKey;
use crate::unit_text::{Emission, UnitText};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The stream of the ChaCha20 instance that gives a space its keys, so that they are no other use's.
const DOMAIN: u64 = u64::from_le_bytes(*b"rqgspace");

/// The largest space.
pub const LARGEST: u64 = 1 << 63;

/// Indexes that are tried to learn which share of a space has units.
const SAMPLE: u64 = 1_000;

/// The same to learn whether a census is worth while.
const SHORT_SAMPLE: u64 = 256;

/// How many texts a census counts before it gives up, by space.
const LIMITS: [u64; 3] = [1 << 14, 1 << 17, 1 << 20];

/// The same to learn whether a larger space has more units at all.
const LONG_SAMPLE: u64 = 8_192;

/// The largest space that is tried for a number of units, as a multiple of it.
const MOST_PER_UNIT: u64 = 1 << 12;

/// Where twice as many indexes have hardly more units there are no more, or only rare ones: this many
/// times as many are for those.
const FOR_RARE: u64 = 4;

/// The indexes of a strict run.
///
/// Everything in it follows from the run's identity: the grammar, the schema, the dialect, the key
/// and the number of indexes.
#[derive(Debug, Clone)]
pub struct Space {
    permutation: Permutation,
    run: [u64; 2],
    census: Option<Census>,
    /// The shares of the first choices, where they are not those of the weights.
    capped: Option<Capped>,
    /// Whether every derivation has an index of its own, so that texts may come twice.
    exhaustive: bool,
}

/// In smaller spaces shares go by weight, if texts are not counted.
const LEAST_CAPPED: u64 = 1 << 16;

/// Derives a unit from choices.
type Derive<'a> = &'a mut dyn FnMut(&mut Enumerated<'_>);

/// The keys of a space.
#[derive(Debug, Clone, Copy)]
struct Keys {
    run: [u64; 2],
    permutation: [u64; 2],
}

impl Keys {
    fn new(master: &MasterKey) -> Self {
        let mut stream = ChaCha20Rng::from_seed(master.0);
        stream.set_stream(DOMAIN);
        let mut pair = || [stream.next_u64(), stream.next_u64()];
        Self {
            run: pair(),
            permutation: pair(),
        }
    }
}

/// The limits at which a census gave up.
type Tried = Vec<u64>;

impl Space {
    /// The space of a run: of the given size, or for so many units.
    ///
    /// If it is not `proven` that what is not hidden tells units apart, somebody has to drop those
    /// that come twice. Where there are at most 2^20 derivations, all of them are made then, so that
    /// no text is missing.
    #[must_use]
    pub fn of_run(
        master: &MasterKey,
        size: Option<u64>,
        units: u64,
        proven: bool,
        derive: Derive<'_>,
    ) -> Self {
        if !proven && let Some(all) = Self::of_all(master, size, units, derive) {
            return all;
        }
        match size {
            Some(size) => Self::new(master, size, derive),
            None => Self::for_units(master, units, derive),
        }
    }

    /// The space of all derivations, if they are few beside what is asked for; `size` may be larger.
    fn of_all(
        master: &MasterKey,
        size: Option<u64>,
        units: u64,
        derive: Derive<'_>,
    ) -> Option<Self> {
        let keys = Keys::new(master);
        let limit = limit(size.unwrap_or(units));
        let counted = Census::take(keys.run, u64::MAX, limit, true, &mut *derive)?;
        let size = size.unwrap_or(counted.texts());
        Some(Self {
            permutation: Permutation::new(size.min(LARGEST), keys.permutation),
            run: keys.run,
            census: Some(counted),
            capped: None,
            exhaustive: true,
        })
    }

    /// The space with `size` indexes, at most 2^63. `derive` derives a unit of the run.
    #[must_use]
    pub fn new(master: &MasterKey, size: u64, derive: Derive<'_>) -> Self {
        let keys = Keys::new(master);
        Self::with_keys(keys, size.min(LARGEST), derive, &mut Tried::new())
    }

    /// The space of a run that is to make `units` units: as small as is expected to hold them.
    ///
    /// Where the grammar makes so few texts that they are counted, that is as many indexes as units,
    /// or as texts. Else the share of the indexes that have units is estimated from samples; should
    /// the grammar make fewer than `units`, the space is large enough for nearly all of them.
    #[must_use]
    pub fn for_units(master: &MasterKey, units: u64, derive: Derive<'_>) -> Self {
        let keys = Keys::new(master);
        let units = units.clamp(1, LARGEST);
        let most = units.saturating_mul(MOST_PER_UNIT).min(LARGEST);
        let mut given_up = Tried::new();
        let mut before: Vec<Self> = Vec::new();
        let mut step = 0_u32;
        loop {
            // 1, 1 1/8, 1 1/4, 1 1/2, 2, 3, 4, 6, 8, … times as many.
            let size = match step {
                0 => units,
                1 => units.saturating_add(units.div_ceil(8)),
                2 => units.saturating_add(units.div_ceil(4)),
                _ if step % 2 == 1 => {
                    let whole = units.saturating_mul(1 << ((step - 3) / 2));
                    whole.saturating_add(whole.div_ceil(2))
                }
                _ => units.saturating_mul(1 << ((step - 2) / 2)),
            };
            let size = size.min(most);
            let space = Self::with_keys(keys, size, derive, &mut given_up);
            if let Some(census) = &space.census {
                let texts = census.texts();
                return if texts < size {
                    Self::with_keys(keys, texts, derive, &mut given_up)
                } else {
                    space
                };
            }
            if size == most || space.expected(derive) >= units {
                return space;
            }
            if let Some(half) = before
                .iter()
                .find(|half| half.size().abs_diff(size / 2) < 2)
                && half.is_exhausted(&space, derive)
            {
                let size = size.saturating_mul(FOR_RARE).min(most);
                return Self::with_keys(keys, size, derive, &mut given_up);
            }
            before.push(space);
            step += 1;
        }
    }

    fn with_keys(keys: Keys, size: u64, derive: Derive<'_>, given_up: &mut Tried) -> Self {
        let limit = limit(size);
        let mut space = Self {
            permutation: Permutation::new(size, keys.permutation),
            run: keys.run,
            census: None,
            capped: None,
            exhaustive: false,
        };
        if !given_up.contains(&limit) {
            // If most of four times as many indexes have units, there are too many texts to count.
            let probe = Self {
                permutation: Permutation::new(4 * limit, keys.permutation),
                ..space.clone()
            };
            if probe.emitted(SHORT_SAMPLE, derive) <= SHORT_SAMPLE / 2 {
                space.census = Census::take(keys.run, size, limit, false, &mut *derive);
            }
            if space.census.is_none() {
                given_up.push(limit);
            }
        }
        if space.census.is_none() && size >= LEAST_CAPPED {
            let alike = if size > PERIOD { size / PERIOD } else { 0 };
            space.capped = Capped::take(keys.run, size, alike, derive);
        }
        space
    }

    /// How many of a sample of indexes have units.
    fn emitted(&self, sample: u64, derive: Derive<'_>) -> u64 {
        let size = self.size();
        let mut emitted = 0;
        for n in 0..sample {
            let index = (u128::from(n) * u128::from(size) / u128::from(sample)) as u64;
            let mut unit = [0; 32];
            unit[..8].copy_from_slice(&index.to_le_bytes());
            let unit = Random::new(unit);
            if let Some(mut choices) = self.choices(index, unit) {
                derive(&mut choices);
                emitted += u64::from(choices.is_emitted());
            }
        }
        emitted
    }

    /// Whether a space of twice the size has hardly more units than this one.
    fn is_exhausted(&self, twice: &Self, derive: Derive<'_>) -> bool {
        let mut hardly_more = |sample| {
            let (here, there) = (self.emitted(sample, derive), twice.emitted(sample, derive));
            // The shares of the indexes; there are twice as many there.
            2 * there * 20 < here * 21
        };
        self.size() >= LONG_SAMPLE && hardly_more(SAMPLE) && hardly_more(LONG_SAMPLE)
    }

    /// How many units it has at least, by all that is likely.
    fn expected(&self, derive: Derive<'_>) -> u64 {
        let size = self.size();
        if size <= SAMPLE {
            return self.emitted(size, derive);
        }
        let sample = SAMPLE as f64;
        let share = self.emitted(SAMPLE, derive) as f64 / sample;
        // Four standard deviations of what a sample of this size can be off.
        let margin = 4.0 * libm::sqrt((share * (1.0 - share)).max(1.0 / sample) / sample);
        (size as f64 * (share - margin).max(0.0)) as u64
    }

    /// How many indexes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.permutation.space()
    }

    /// The units whose new rows have keys of their own, of those that the keys suffice for: where
    /// these are not all, keys repeat every [`PERIOD`] units, so that it can be told who shares them.
    #[must_use]
    pub fn keyed(&self, units: u64) -> u64 {
        if units < self.size() {
            units.min(PERIOD)
        } else {
            units
        }
    }

    /// Whether every derivation has an index of its own, and nothing is hidden: texts may come twice.
    #[must_use]
    pub fn is_exhaustive(&self) -> bool {
        self.exhaustive
    }

    /// How many units it has, where they are counted.
    #[must_use]
    pub fn units(&self) -> Option<u64> {
        let census = self.census.as_ref()?;
        Some(census.texts().min(self.size()))
    }

    /// The choices of an index, with those that are its own; none if it is sure to have no unit.
    #[must_use]
    #[inline]
    pub fn choices(&self, index: u64, unit: Random) -> Option<Enumerated<'_>> {
        let size = self.size();
        if index >= size {
            return None;
        }
        let rank = self.permutation.apply(index);
        let ranks = self.units().unwrap_or(size);
        (rank.rank < ranks).then(|| {
            Enumerated::new((rank, ranks), size, self.run, unit, self.census.as_ref())
                .with_shares(self.capped.as_ref())
                .exhaustive(self.exhaustive)
        })
    }
}

/// How many texts a census of a space counts before it gives up.
fn limit(size: u64) -> u64 {
    let wanted = size.saturating_mul(4);
    let [least, middle, most] = LIMITS;
    let limit = [least, middle].into_iter().find(|&limit| limit >= wanted);
    limit.unwrap_or(most)
}

impl Space {
    /// Makes the unit of an index with its own choices into `text`, if it has one.
    #[inline]
    pub fn emit(
        &self,
        index: u64,
        unit: Random,
        text: &mut UnitText,
        derive: impl FnOnce(&mut Enumerated<'_>, &mut UnitText),
    ) -> Emission {
        if let Some(mut choices) = self.choices(index, unit) {
            derive(&mut choices, text);
            if choices.is_emitted() {
                return Emission::Emitted;
            }
        }
        text.clear();
        Emission::Skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Choices;
    use crate::entropy::Seed;
    use std::collections::HashSet;

    fn key() -> MasterKey {
        Seed::from(3).master_key()
    }

    /// What the space makes, index by index.
    fn texts<T: std::hash::Hash + Eq>(
        space: &Space,
        mut make: impl FnMut(&mut Enumerated<'_>) -> T,
    ) -> Vec<Option<T>> {
        let unit = |index: u64| {
            let mut unit = [0; 32];
            unit[..8].copy_from_slice(&index.to_le_bytes());
            Random::new(unit)
        };
        let indexes = 0..space.size();
        indexes
            .map(|index| {
                let mut choices = space.choices(index, unit(index))?;
                let made = make(&mut choices);
                choices.is_emitted().then_some(made)
            })
            .collect()
    }

    fn small(choices: &mut Enumerated<'_>) -> (usize, u64) {
        match choices.pick(&[1, 1_000_000]) {
            0 => (0, choices.below(48)),
            _ => (1, 0),
        }
    }

    #[test]
    fn a_small_language_comes_out_whole() {
        let mut derive = |choices: &mut Enumerated<'_>| {
            small(choices);
        };
        for (asked, expected) in [(1, 1), (20, 20), (49, 49), (50, 49), (1 << 40, 49)] {
            let space = Space::for_units(&key(), asked, &mut derive);
            assert_eq!(space.size(), expected);
            let made = texts(&space, small);
            assert!(made.iter().all(Option::is_some));
            let different: HashSet<_> = made.into_iter().flatten().collect();
            assert_eq!(different.len() as u64, expected);
        }
    }

    #[test]
    fn a_given_space_may_have_fewer_units_than_indexes() {
        let mut derive = |choices: &mut Enumerated<'_>| {
            small(choices);
        };
        let space = Space::new(&key(), 1_000, &mut derive);
        assert_eq!((space.size(), space.units()), (1_000, Some(49)));
        let made: Vec<_> = texts(&space, small).into_iter().flatten().collect();
        let different: HashSet<_> = made.iter().collect();
        assert_eq!((made.len(), different.len()), (49, 49));
    }

    fn large(choices: &mut Enumerated<'_>) -> (bool, u64, u64) {
        let rare = choices.chance(100_000);
        let n = if rare { 1 << 40 } else { 4_000 };
        (rare, choices.below(n), choices.below(n))
    }

    #[test]
    fn a_space_holds_what_was_asked_for() {
        let mut derive = |choices: &mut Enumerated<'_>| {
            large(choices);
        };
        for asked in [1, 500, 20_000, 100_000] {
            let space = Space::for_units(&key(), asked, &mut derive);
            assert_eq!(space.units(), None);
            let made: Vec<_> = texts(&space, large).into_iter().flatten().collect();
            assert!(made.len() as u64 >= asked);
            let different: HashSet<_> = made.iter().collect();
            assert_eq!(different.len(), made.len());
            // A space that is given is the same.
            let again = Space::new(&key(), space.size(), &mut derive);
            let again: Vec<_> = texts(&again, large).into_iter().flatten().collect();
            assert_eq!(again, made);
        }
    }

    #[test]
    fn a_large_language_that_is_asked_for_more_is_made_whole() {
        // Two million texts, a hundredth of them of a rare form.
        let make = |choices: &mut Enumerated<'_>| match choices.pick(&[1, 1_000]) {
            0 => choices.below(20_000),
            _ => 20_000 + choices.below(1_980_000),
        };
        let space = Space::for_units(&key(), 3_000_000, &mut |choices| {
            make(choices);
        });
        assert!(space.size() < 100_000_000, "{}", space.size());
        let made: HashSet<u64> = texts(&space, make).into_iter().flatten().collect();
        assert_eq!(made.len(), 2_000_000);
    }
}
