//! From one master key to the choices of all units.
//!
//! The master key is the key of a ChaCha8 stream. Unit `i` owns its bytes `32·i .. 32·i + 32`, which
//! seed the unit's own generator: any unit can be made alone, and neighbours share nothing.

use super::{MasterKey, Seed};
use crate::choices::Random;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use std::fmt;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;

/// The state of a unit's own generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StateBits {
    /// 128 bits: xoroshiro128++.
    Bits128,
    /// 256 bits: xoshiro256++.
    #[default]
    Bits256,
}

impl fmt::Display for StateBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bits128 => "128",
            Self::Bits256 => "256",
        })
    }
}

/// What the choices of every unit of a run follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySchedule {
    /// The key of the run, and of its first epoch.
    pub master: MasterKey,
    /// The state of a unit's own generator.
    pub state_bits: StateBits,
    /// After so many indexes another epoch begins, with a seed of its own; none for one epoch.
    pub reseed_interval: Option<NonZeroU64>,
}

impl From<MasterKey> for KeySchedule {
    fn from(master: MasterKey) -> Self {
        Self {
            master,
            state_bits: StateBits::default(),
            reseed_interval: None,
        }
    }
}

/// The indexes that share a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// Which one, from 0.
    pub number: u64,
    /// Its indexes.
    pub indexes: RangeInclusive<u64>,
    /// Its seed; none for the first one, which has that of the run.
    pub seed: Option<Seed>,
}

/// The stream of the ChaCha20 instance that makes the seeds of epochs, so that no other use of a
/// master key gives the same bytes.
const EPOCH_DOMAIN: u64 = u64::from_le_bytes(*b"rqg-epoc");

/// Words of 32 bits in a unit's key and in an epoch's seed.
const WORDS_PER_KEY: u128 = 8;

impl KeySchedule {
    /// The epoch of an index. Its seed is bytes `32·e .. 32·e + 32` of the ChaCha20 stream `rqg-epoc`
    /// under the run's master key, where `e` is its number, and its master key that of the seed:
    /// every machine finds it from the run's seed alone, and no epoch's seed tells that of another.
    #[must_use]
    pub fn epoch(&self, index: u64) -> Epoch {
        let Some(interval) = self.reseed_interval else {
            return Epoch {
                number: 0,
                indexes: 0..=u64::MAX,
                seed: None,
            };
        };
        let number = index / interval;
        let first = number * interval.get();
        let seed = (number > 0).then(|| {
            let mut stream = ChaCha20Rng::from_seed(self.master.0);
            stream.set_stream(EPOCH_DOMAIN);
            stream.set_word_pos(u128::from(number) * WORDS_PER_KEY);
            let mut bytes = [0; 32];
            stream.fill_bytes(&mut bytes);
            Seed { bytes }
        });
        Epoch {
            number,
            indexes: first..=first.saturating_add(interval.get() - 1),
            seed,
        }
    }
}

/// Hands every index its own key. Consecutive indexes are read on from the cipher's position.
#[derive(Debug, Clone)]
pub struct UnitKeys {
    schedule: KeySchedule,
    /// The indexes that the stream is for.
    epoch: RangeInclusive<u64>,
    stream: ChaCha8Rng,
    /// The index whose key follows in the stream; none after the last one.
    next: Option<u64>,
}

impl UnitKeys {
    /// The keys under a master key, or after a schedule.
    #[must_use]
    pub fn new(schedule: impl Into<KeySchedule>) -> Self {
        let schedule = schedule.into();
        Self {
            epoch: schedule.epoch(0).indexes,
            stream: ChaCha8Rng::from_seed(schedule.master.0),
            schedule,
            next: Some(0),
        }
    }

    /// The key of a unit.
    pub fn key(&mut self, index: u64) -> [u8; 32] {
        if !self.epoch.contains(&index) {
            self.enter(index);
        }
        if self.next != Some(index) {
            self.stream.set_word_pos(u128::from(index) * WORDS_PER_KEY);
        }
        self.next = index.checked_add(1);
        let mut key = [0; 32];
        self.stream.fill_bytes(&mut key);
        key
    }

    /// The choices of a unit.
    pub fn choices(&mut self, index: u64) -> Random {
        let key = self.key(index);
        match self.schedule.state_bits {
            StateBits::Bits256 => Random::new(key),
            StateBits::Bits128 => Random::with_128_bits(key),
        }
    }

    /// Begins the epoch of an index.
    #[cold]
    fn enter(&mut self, index: u64) {
        let epoch = self.schedule.epoch(index);
        let master = epoch
            .seed
            .map_or(self.schedule.master, |seed| seed.master_key());
        self.stream = ChaCha8Rng::from_seed(master.0);
        self.epoch = epoch.indexes;
        self.next = Some(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_depend_on_the_order() {
        let mut forward = UnitKeys::new(Seed::from(42).master_key());
        let keys: Vec<_> = (0..100).map(|i| forward.key(i)).collect();
        let mut other = UnitKeys::new(Seed::from(42).master_key());
        for i in (0..100).rev() {
            assert_eq!(other.key(i), keys[i as usize]);
        }
        assert_eq!(other.key(u64::MAX), other.key(u64::MAX));
        assert_eq!(other.key(0), keys[0]);
    }

    fn reseeded(interval: u64) -> KeySchedule {
        KeySchedule {
            reseed_interval: NonZeroU64::new(interval),
            ..Seed::from(42).master_key().into()
        }
    }

    #[test]
    fn an_epoch_is_a_run_under_its_seed() {
        let schedule = reseeded(1000);
        let mut keys = UnitKeys::new(schedule);
        let mut whole = UnitKeys::new(schedule.master);
        for index in [0, 999, 1000, 1001, 2500, 1000, 3, u64::MAX, 1999] {
            let epoch = schedule.epoch(index);
            assert_eq!(epoch.number, index / 1000);
            assert_eq!(*epoch.indexes.start(), index / 1000 * 1000);
            assert!(epoch.indexes.contains(&index));
            let found = keys.key(index);
            match epoch.seed {
                None => assert_eq!(found, whole.key(index)),
                Some(seed) => {
                    assert_eq!(found, UnitKeys::new(seed.master_key()).key(index));
                    assert_ne!(found, whole.key(index));
                }
            }
        }
        assert_ne!(schedule.epoch(1000).seed, schedule.epoch(2000).seed);
        assert_eq!(*schedule.epoch(u64::MAX).indexes.end(), u64::MAX);
    }

    #[test]
    fn seeds_of_epochs_never_change() {
        let seed = reseeded(10).epoch(10).seed;
        assert_eq!(
            seed.map(|it| it.bytes[..4].to_vec()),
            Some(vec![45, 58, 88, 234])
        );
    }

    #[test]
    fn both_states_differ_and_repeat() {
        use crate::choices::Choices;
        let words = |state_bits| {
            let mut keys = UnitKeys::new(KeySchedule {
                state_bits,
                ..reseeded(10)
            });
            let mut words = Vec::new();
            for index in 0..20 {
                let mut choices = keys.choices(index);
                words.extend([choices.bits(), choices.bits(), choices.below(1000)]);
            }
            words
        };
        assert_eq!(words(StateBits::Bits128), words(StateBits::Bits128));
        assert_ne!(words(StateBits::Bits128), words(StateBits::Bits256));
    }
}
