//! Shards: contiguous slices of a run's indexes.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// The `number`-th (from 0) of `count` contiguous slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    count: u64,
}

impl Shard {
    /// Slice `number` of `count`, if there is such a slice.
    #[must_use]
    pub fn new(number: u64, count: u64) -> Option<Self> {
        (number < count).then_some(Self { number, count })
    }

    /// Its part of `whole`. The slices of all numbers join to the whole, and differ in length by
    /// at most one.
    #[must_use]
    pub fn slice(self, whole: Range<u64>) -> Range<u64> {
        let length = u128::from(whole.end.saturating_sub(whole.start));
        let border = |number: u64| {
            let offset = length * u128::from(number) / u128::from(self.count);
            // `offset` is at most `length`, which fits.
            whole
                .start
                .saturating_add(u64::try_from(offset).unwrap_or(u64::MAX))
        };
        border(self.number)..border(self.number + 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text
            .split_once('/')
            .and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        let Some((number, count)) = parsed else {
            return Err("a shard is written K/M, such as 0/4".to_owned());
        };
        Self::new(number, count)
            .ok_or_else(|| format!("there is no shard {number} of {count}: they count from 0"))
    }
}
