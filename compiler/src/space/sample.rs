//! What a sample of units says: how large they are, how unlikely, how often they come again.

use crate::interpret::{Generator, Observer, Worker};
use crate::ir::RuleId;
use rqg_runtime::choices::Choices;
use rqg_runtime::unit_text::UnitText;
use std::collections::{BTreeMap, HashMap};
use std::io;

/// What a sample says of units that are drawn independently.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// How many units were made.
    pub units: u64,
    /// Bytes of a unit, on average.
    pub mean_bytes: f64,
    /// Bytes of the largest.
    pub most_bytes: usize,
    /// Nested rule calls of a unit, on average.
    pub mean_depth: f64,
    /// Nested rule calls of the deepest.
    pub most_depth: u32,
    /// Mean of the negative base-2 logarithm of how probable what is drawn for a unit is: an estimate
    /// of the entropy of its derivation. Bits that values take as a whole count in full, so this
    /// is at least the entropy of the texts.
    pub bits: f64,
    /// Different texts.
    pub distinct: u64,
    /// Pairs of equal texts.
    pub pairs: u64,
    /// By how often a text was seen, how many were.
    pub seen: BTreeMap<u64, u64>,
}

impl Sample {
    /// Makes the units with the first indexes.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn take(generator: &Generator, units: u64) -> io::Result<Self> {
        generator.with_stack(|generator| Self::take_here(&mut generator.worker(), units))
    }

    fn take_here(worker: &mut Worker, units: u64) -> Self {
        let mut texts: HashMap<u128, u64> = HashMap::new();
        let mut text = UnitText::default();
        let (mut bytes, mut most_bytes, mut depths, mut most_depth, mut bits) = (0, 0, 0, 0, 0.0);
        for index in 0..units {
            let mut choices = Weighing {
                inner: worker.choices(index),
                bits: 0.0,
            };
            let mut depth = Depth::default();
            worker.generate_watched(index, &mut choices, &mut depth, &mut text);
            let length = text.bytes.len();
            bytes += length as u64;
            most_bytes = most_bytes.max(length);
            depths += u64::from(depth.most);
            most_depth = most_depth.max(depth.most);
            bits += choices.bits;
            *texts.entry(fingerprint(&text)).or_default() += 1;
        }
        let mean = |sum: f64| if units == 0 { 0.0 } else { sum / units as f64 };
        Self {
            units,
            mean_bytes: mean(bytes as f64),
            most_bytes,
            mean_depth: mean(depths as f64),
            most_depth,
            bits: mean(bits),
            distinct: texts.len() as u64,
            seen: texts.values().fold(BTreeMap::new(), |mut seen, &times| {
                *seen.entry(times).or_default() += 1;
                seen
            }),
            pairs: texts.values().map(|&times| times * (times - 1) / 2).sum(),
        }
    }

    /// How probable it is that two units are equal: the share of the pairs of the sample that are.
    #[must_use]
    pub fn collision(&self) -> f64 {
        let pairs = self.units as f64 * (self.units as f64 - 1.0) / 2.0;
        if pairs > 0.0 {
            self.pairs as f64 / pairs
        } else {
            0.0
        }
    }

    /// The collision entropy in bits; infinite if no two units of the sample are equal.
    #[must_use]
    pub fn collision_bits(&self) -> f64 {
        -self.collision().log2()
    }

    /// About how many different units a run of so many has, and never more than `most`.
    ///
    /// For no more units than the sample has, as many as a part of it has; beyond, from how many
    /// texts were seen once and twice (Chao et al., Rarefaction and extrapolation with Hill numbers,
    /// 2014), which is good for a few times the sample and a lower bound for more.
    #[must_use]
    pub fn distinct_of(&self, units: u64, most: Option<f64>) -> f64 {
        let (wanted, made) = (units as f64, self.units as f64);
        let expected = if units <= self.units {
            let texts = self.seen.iter();
            let found = texts.map(|(&times, &texts)| {
                // The chance that a part of the sample, drawn without replacement, has none of them.
                let missed = (0..times).map(|at| {
                    let left = made - at as f64;
                    (left - wanted).max(0.0) / left
                });
                texts as f64 * (1.0 - missed.product::<f64>())
            });
            found.sum()
        } else {
            let seen = |times: u64| self.seen.get(&times).copied().unwrap_or(0) as f64;
            let (once, twice) = (seen(1), seen(2));
            let unseen = if twice > 0.0 {
                once * once / (2.0 * twice)
            } else {
                once * (once - 1.0).max(0.0) / 2.0
            };
            let rate = if once > 0.0 {
                once / (made * unseen + once)
            } else {
                0.0
            };
            // Accurate also where hardly any are equal.
            let missed = (wanted - made) * (-rate).ln_1p();
            self.distinct as f64 - unseen * missed.exp_m1()
        };
        let expected = expected.min(wanted);
        most.map_or(expected, |most| expected.min(most))
    }
}

/// Statements count apart.
fn fingerprint(text: &UnitText) -> u128 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    for statement in text.statements() {
        hash.update(statement);
        hash.update(b"\0");
    }
    hash.digest128()
}

/// Adds up how improbable what is drawn is.
struct Weighing<C> {
    inner: C,
    bits: f64,
}

impl<C: Choices> Weighing<C> {
    fn picked(&mut self, cumulative: &[u64], chosen: usize) -> usize {
        let at = |at: usize| cumulative.get(at).copied().unwrap_or(0);
        let before = chosen.checked_sub(1).map_or(0, at);
        let share = at(chosen).saturating_sub(before);
        let total = cumulative.last().copied().unwrap_or(1);
        if share > 0 {
            self.bits += (total as f64 / share as f64).log2();
        }
        chosen
    }
}

impl<C: Choices> Choices for Weighing<C> {
    fn below(&mut self, n: u64) -> u64 {
        self.bits += (n.max(1) as f64).log2();
        self.inner.below(n)
    }

    fn bits(&mut self) -> u64 {
        self.bits += 64.0;
        self.inner.bits()
    }

    fn pick(&mut self, cumulative: &[u64]) -> usize {
        let chosen = self.inner.pick(cumulative);
        self.picked(cumulative, chosen)
    }

    fn pick_listed(&mut self, cumulative: &[u64], listed: &[u8]) -> usize {
        let chosen = self.inner.pick_listed(cumulative, listed);
        self.picked(cumulative, chosen)
    }

    fn chance(&mut self, parts_per_million: u32) -> bool {
        let taken = self.inner.chance(parts_per_million);
        let share = f64::from(parts_per_million.min(1_000_000)) / 1e6;
        let share = if taken { share } else { 1.0 - share };
        if share > 0.0 {
            self.bits -= share.log2();
        }
        taken
    }
}

/// How deeply rule calls nest.
#[derive(Default)]
struct Depth {
    now: u32,
    most: u32,
}

impl Observer for Depth {
    fn enter(&mut self, _rule: RuleId) {
        self.now += 1;
        self.most = self.most.max(self.now);
    }

    fn leave(&mut self, _rule: RuleId, _text: &[u8]) {
        self.now = self.now.saturating_sub(1);
    }
}
