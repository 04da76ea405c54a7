//! How large a filter has to be.
//!
//! Everything is computed with the portable functions of `libm`, since the size of a filter decides
//! which units it drops.

use super::blocks::{BLOCK_BITS, BLOCK_BYTES, WORD_BITS, WORDS};
use std::fmt;

/// The largest share of good units that a filter may drop.
pub const HIGHEST_RATE: f64 = 0.0001;

/// The share that a filter is made for where none is given.
pub const DEFAULT_RATE: f64 = 0.00005;

/// The size of a filter that is made for no number of units where none is given, in bytes.
pub const DEFAULT_SIZE: u64 = 1 << 30;

/// No filter is made smaller unless its size is given, in bytes: it drops next to nothing of a short run.
const SMALLEST: u64 = 4 << 20;

/// A filter has at most so many generations.
const MOST_GENERATIONS: u64 = 1024;

/// The largest filter, in bytes.
const LARGEST: u64 = 1 << 46;

/// What is asked of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BloomSettings {
    /// How many units it has to hold; none if the run ends by time: then as many as its size allows.
    pub units: Option<u64>,
    /// Its size in bytes; none: as large as it has to be.
    pub size: Option<u64>,
    /// The largest share of good units that it may drop, up to [`HIGHEST_RATE`]; none for
    /// [`DEFAULT_RATE`].
    pub false_positive_rate: Option<f64>,
    /// Units after which another generation of the filter begins; none for only one. No generation
    /// is forgotten; memory is taken when a generation begins.
    pub rotation_interval: Option<u64>,
}

/// The size of a filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizing {
    /// Blocks of 64 bytes in each generation.
    pub blocks: u64,
    /// How many generations there will be.
    pub generations: u64,
    /// Units that each of them holds.
    pub interval: u64,
    /// Units that all of them hold with the rate that was asked for.
    pub capacity: u64,
}

/// Why there is no such filter.
#[derive(Debug, Clone, PartialEq)]
pub enum SizingError {
    /// The rate is not in the range that is promised.
    Rate(f64),
    /// An interval of no units.
    Interval,
    /// So many generations would have to be asked for each unit.
    Generations(u64),
    /// The size does not suffice.
    TooSmall {
        /// The size in bytes.
        size: u64,
        /// Units that it holds.
        holds: u64,
        /// Units that were asked for.
        units: u64,
        /// The size that does, in bytes; none if no filter is that large.
        needed: Option<u64>,
    },
    /// The machine has less memory to give, in bytes.
    Memory {
        /// What the filter takes.
        needed: u64,
        /// What there is.
        available: u64,
    },
    /// No filter is large enough for so many units.
    TooLarge(u64),
}

impl fmt::Display for SizingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(rate) => write!(
                f,
                "a false-positive rate of {rate} is not possible: it lies above 0 and is at most \
                 {HIGHEST_RATE}"
            ),
            Self::Interval => f.write_str("a rotation interval is at least one unit"),
            Self::Generations(count) => write!(
                f,
                "the rotation interval makes {count} generations, which are all asked for each \
                 unit; at most {MOST_GENERATIONS} are possible"
            ),
            Self::TooSmall {
                size,
                holds,
                units,
                needed,
            } => {
                write!(
                    f,
                    "a filter of {size} bytes keeps {holds} units apart with fewer good ones \
                     dropped than allowed, not {units}"
                )?;
                match needed {
                    Some(needed) => write!(f, ": {needed} bytes do"),
                    None => Ok(()),
                }
            }
            Self::Memory { needed, available } => write!(
                f,
                "the filter takes {needed} bytes of memory, and {available} are available"
            ),
            Self::TooLarge(units) => write!(f, "no filter keeps {units} units apart"),
        }
    }
}

impl std::error::Error for SizingError {}

impl BloomSettings {
    /// The size of the filter that holds what is asked of it. Depends on the settings alone.
    ///
    /// # Errors
    /// There is no such filter.
    pub fn sizing(&self) -> Result<Sizing, SizingError> {
        let rate = self.false_positive_rate.unwrap_or(DEFAULT_RATE);
        if !(rate > 0.0 && rate <= HIGHEST_RATE) {
            return Err(SizingError::Rate(rate));
        }
        if self.rotation_interval == Some(0) {
            return Err(SizingError::Interval);
        }
        match (self.units, self.size) {
            (Some(units), None) => self.for_units(units, rate),
            (Some(units), Some(size)) => {
                let sizing = self.shape(units, size)?;
                if sizing.holds(units, rate) {
                    return Ok(sizing);
                }
                let holds = self.for_size(size, rate).map_or(0, |it| it.capacity);
                let needed = self.for_units(units, rate).ok().map(|it| it.bytes());
                Err(SizingError::TooSmall {
                    size,
                    holds,
                    units,
                    needed,
                })
            }
            (None, size) => self.for_size(size.unwrap_or(DEFAULT_SIZE), rate),
        }
    }

    /// A filter of `size` bytes, cut into the generations of `units`.
    fn shape(&self, units: u64, size: u64) -> Result<Sizing, SizingError> {
        let interval = self.rotation_interval.unwrap_or(u64::MAX).min(units.max(1));
        let generations = units.max(1).div_ceil(interval);
        if generations > MOST_GENERATIONS {
            return Err(SizingError::Generations(generations));
        }
        Ok(Sizing {
            blocks: (size / BLOCK_BYTES / generations).max(1),
            generations,
            interval,
            capacity: units,
        })
    }

    /// The smallest filter for `units`.
    fn for_units(&self, units: u64, rate: f64) -> Result<Sizing, SizingError> {
        let shaped = |size: u64| self.shape(units, size);
        let (mut low, mut high) = (0, SMALLEST);
        while !shaped(high)?.holds(units, rate) {
            low = high;
            high *= 2;
            if high > LARGEST {
                return Err(SizingError::TooLarge(units));
            }
        }
        // To one part in 256.
        while high > SMALLEST && high - low > high / 256 {
            let middle = low + (high - low) / 2;
            if shaped(middle)?.holds(units, rate) {
                high = middle;
            } else {
                low = middle;
            }
        }
        shaped(high)
    }

    /// The most units for a size: whole generations, or what one generation holds.
    fn for_size(&self, size: u64, rate: f64) -> Result<Sizing, SizingError> {
        let holds = |units: u64| match self.shape(units, size) {
            Ok(sizing) => sizing.holds(units, rate),
            Err(_) => false,
        };
        let (mut low, mut high) = (0, 1_u64 << 50);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if holds(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.shape(low, size)
    }
}

impl Sizing {
    /// Memory of all generations, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.blocks
            .saturating_mul(self.generations)
            .saturating_mul(BLOCK_BYTES)
    }

    /// How many good units the filter is expected to drop while it takes `units`.
    #[must_use]
    pub fn expected_drops(&self, units: u64) -> f64 {
        let interval = self.interval as f64;
        let whole = units / self.interval;
        let rest = (units % self.interval) as f64;
        let full = false_positives(interval / self.blocks as f64);
        let before = whole as f64;
        let within = |units: f64| units * mean_false_positives(units / self.blocks as f64);
        // Each generation is also asked for the units of all later ones.
        before * within(interval)
            + interval * full * before * (before - 1.0) / 2.0
            + within(rest)
            + rest * full * before
    }

    /// Whether as good as certainly no larger share than `rate` of `units` is dropped.
    fn holds(&self, units: u64, rate: f64) -> bool {
        let expected = self.expected_drops(units);
        // Drops are rare and independent: four standard deviations above what is expected.
        expected + 4.0 * libm::sqrt(expected) <= rate * units as f64
    }
}

/// The probability that a block has all bits of another element, when blocks hold `load` elements on
/// average: the number in one block is Poisson-distributed.
pub(super) fn false_positives(load: f64) -> f64 {
    if load <= 0.0 {
        return 0.0;
    }
    // Nearly all bits are set.
    if load > BLOCK_BITS as f64 {
        return 1.0;
    }
    let most = (load + 12.0 * libm::sqrt(load) + 24.0) as u32;
    let unset = 1.0 - 1.0 / WORD_BITS as f64;
    let logarithm = libm::log(load);
    // Of the number, whose logarithm is added up term by term.
    let mut probability = -load;
    let mut sum = 0.0;
    let mut empty = 1.0;
    for number in 1..=most {
        probability += logarithm - libm::log(f64::from(number));
        empty *= unset;
        sum += libm::exp(probability) * libm::pow(1.0 - empty, WORDS as f64);
    }
    sum
}

/// The share of bits that are set in blocks that hold `load` elements in the mean: their number is
/// spread after Poisson, and each sets one bit of each word.
pub(super) fn fill(load: f64) -> f64 {
    1.0 - libm::exp(-load / WORD_BITS as f64)
}

/// The mean of [`false_positives`] while the load grows from nothing.
fn mean_false_positives(load: f64) -> f64 {
    const STEPS: u32 = 32;
    let at = |step: u32| false_positives(load * (f64::from(step) + 0.5) / f64::from(STEPS));
    (0..STEPS).map(at).sum::<f64>() / f64::from(STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(units: u64) -> BloomSettings {
        BloomSettings {
            units: Some(units),
            ..BloomSettings::default()
        }
    }

    #[test]
    fn a_billion_units_take_less_than_three_gigabytes() {
        let sizing = settings(1_000_000_000).sizing().unwrap();
        assert!(
            (2_000_000_000..3_000_000_000).contains(&sizing.bytes()),
            "{sizing:?}"
        );
        assert_eq!((sizing.generations, sizing.interval), (1, 1_000_000_000));
    }

    #[test]
    fn sizes_never_change() {
        let sizes =
            [10, 100_000, 10_000_000].map(|units| settings(units).sizing().unwrap().bytes());
        assert_eq!(sizes, SIZES);
    }

    const SIZES: [u64; 3] = [4_194_304, 4_194_304, 24_641_536];

    #[test]
    fn what_fits_is_what_suffices() {
        for interval in [None, Some(1_000_000), Some(123_456)] {
            let asked = BloomSettings {
                size: Some(16 << 20),
                rotation_interval: interval,
                ..BloomSettings::default()
            };
            let holds = asked.sizing().unwrap().capacity;
            let units = |units| BloomSettings {
                units: Some(units),
                ..asked
            };
            assert!(units(holds).sizing().is_ok());
            let Err(SizingError::TooSmall {
                holds: told,
                needed: Some(needed),
                ..
            }) = units(holds + holds / 100).sizing()
            else {
                panic!("too many for the size");
            };
            assert_eq!(told, holds);
            let larger = BloomSettings {
                size: Some(needed),
                ..units(holds + holds / 100)
            };
            assert!(larger.sizing().is_ok());
        }
    }

    #[test]
    fn what_cannot_be_promised_is_refused() {
        let rate = |rate| BloomSettings {
            false_positive_rate: Some(rate),
            ..settings(10)
        };
        for bad in [0.0, -1.0, 0.001, f64::NAN, f64::INFINITY] {
            assert!(matches!(rate(bad).sizing(), Err(SizingError::Rate(_))));
        }
        let rotated = |interval| BloomSettings {
            rotation_interval: Some(interval),
            ..settings(1_000_000)
        };
        assert_eq!(rotated(0).sizing(), Err(SizingError::Interval));
        assert_eq!(rotated(10).sizing(), Err(SizingError::Generations(100_000)));
        assert!(matches!(
            settings(u64::MAX).sizing(),
            Err(SizingError::TooLarge(_))
        ));
    }
}
