//! Shares of a large space that no outcome gets more of than it has texts for.
//!
//! By weight alone, half of the indexes of a large space could be those of a short form that makes few
//! texts, nearly all of them skipped. What a form can use is found by trying: some indexes are decoded
//! below it, as if so many shared it. Where too many of them have no unit, it is looked at its choices
//! one by one, down to what matters no more. What an outcome can't use goes to the others by weight.
//!
//! Units are different whatever the shares are, as all indexes know them; so an estimate will do.

use super::Random;
use super::enumerated::Enumerated;
use super::permutation::{Neighbours, Rank};
use super::prefix::Prefix;
use super::shares::{Share, Weights, capped};

/// No choice.
const NONE: u32 = u32::MAX;

/// Indexes that are decoded to see how many have units.
const SAMPLE: u64 = 32;

/// It is looked at a choice if this share of the space is lost below it.
const LEAST_LOST: u64 = 1 << 10;

/// Choices with more outcomes are not looked at.
const MOST_OUTCOMES: u64 = 64;

/// Nor are choices behind so many others.
const DEEPEST: usize = 24;

/// Samples that are taken in all.
const MOST_SAMPLES: u32 = 20_000;

/// The outcomes of a choice, in [`Capped::outcomes`].
#[derive(Debug, Clone, Copy)]
struct Node {
    first: u32,
    count: u32,
}

#[derive(Debug, Clone, Copy)]
struct Outcome {
    /// The first rank that comes out so.
    start: u64,
    /// The next choice; none if what follows goes by weight.
    then: u32,
}

/// The first choices of a space, with the ranks that go each way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capped {
    nodes: Vec<Node>,
    outcomes: Vec<Outcome>,
}

impl Capped {
    /// Shares for a space of `size` indexes, of which `alike` have each key: what `derive` derives
    /// with the key that all of them share. None if all of them can be used, or nothing helps.
    pub fn take(
        key: [u64; 2],
        size: u64,
        alike: u64,
        derive: &mut dyn FnMut(&mut Enumerated<'_>),
    ) -> Option<Self> {
        let mut surveyor = Surveyor {
            key,
            size,
            alike,
            derive,
            samples: 0,
        };
        let (_, split) = surveyor.usable(&mut Vec::new(), size);
        let mut dealt = Self::default();
        let mut prefix = Prefix::new(key);
        dealt.add(&split?, size, &mut prefix);
        Some(dealt)
    }

    /// Deals out ranks below a choice, and says where it is.
    fn add(&mut self, split: &Split, ranks: u64, prefix: &mut Prefix) -> u32 {
        let id = self.nodes.len() as u32;
        let first = self.outcomes.len();
        let count = split.parts.len();
        self.nodes.push(Node {
            first: first as u32,
            count: count as u32,
        });
        let caps: Vec<_> = split.parts.iter().map(|it| (it.weight, it.cap)).collect();
        let shares = capped(&caps, ranks, prefix);
        let mut start = 0;
        for share in &shares {
            self.outcomes.push(Outcome { start, then: NONE });
            start += share;
        }
        for (at, (part, share)) in split.parts.iter().zip(shares).enumerate() {
            if let Some(split) = part.then.as_ref().filter(|_| share > 1) {
                let then = self.add(split, share, prefix);
                if let Some(outcome) = self.outcomes.get_mut(first + at) {
                    outcome.then = then;
                }
            }
        }
        id
    }

    #[inline]
    pub(super) fn start(&self) -> Dealt<'_> {
        Dealt {
            capped: self,
            node: 0,
        }
    }
}

/// A place among the first choices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dealt<'a> {
    capped: &'a Capped,
    node: u32,
}

impl Dealt<'_> {
    /// The share of a rank; none behind the first choices.
    #[inline]
    pub fn decide(&mut self, rank: u64, sharing: u64) -> Option<Share> {
        let node = self.capped.nodes.get(self.node as usize)?;
        let first = node.first as usize;
        let outcomes = self
            .capped
            .outcomes
            .get(first..first + node.count as usize)?;
        let next = outcomes.partition_point(|outcome| outcome.start <= rank);
        let chosen = outcomes.get(next.checked_sub(1)?)?;
        let end = outcomes.get(next).map_or(sharing, |outcome| outcome.start);
        self.node = chosen.then;
        Some((next as u64 - 1, rank - chosen.start, end - chosen.start))
    }
}

/// The weights of a choice that was seen.
#[derive(Debug, Clone)]
enum Seen {
    Alike(u64),
    Sums(Box<[u64]>),
}

/// Choices that are given, to see what follows them.
#[derive(Debug, Clone, Default)]
pub(super) struct Probe {
    given: Vec<u64>,
    made: usize,
    /// Our rank among those that make these choices, and their number.
    rank: u64,
    sharing: u64,
    /// The choice behind them.
    next: Option<Seen>,
    /// Whether units are told apart before that.
    told: bool,
}

impl Probe {
    /// Rank and number at the start.
    pub fn start(&self) -> (u64, u64) {
        if self.given.is_empty() {
            (self.rank, self.sharing)
        } else {
            (0, u64::MAX >> 1)
        }
    }

    /// Whether the choice behind those given is still to come.
    pub fn is_on_its_way(&self) -> bool {
        self.next.is_none()
    }

    pub fn told_apart(&mut self) {
        self.told = true;
    }

    /// The share of a given choice; none if the choice is behind them.
    pub fn decide(&mut self, weights: &Weights<'_>) -> Option<Share> {
        if let Some(&outcome) = self.given.get(self.made) {
            self.made += 1;
            let (rank, sharing) = if self.made == self.given.len() {
                (self.rank, self.sharing)
            } else {
                (0, u64::MAX >> 1)
            };
            return Some((outcome, rank, sharing));
        }
        if self.next.is_none() {
            self.next = Some(match *weights {
                Weights::Alike(n) => Seen::Alike(n),
                Weights::Sums(sums) => Seen::Sums(sums.into()),
            });
        }
        None
    }
}

/// A choice at which shares are dealt out.
#[derive(Debug, Clone)]
struct Split {
    parts: Vec<Part>,
}

/// One of its outcomes.
#[derive(Debug, Clone)]
struct Part {
    weight: u64,
    /// How many indexes it can use, as far as was tried.
    cap: u64,
    then: Option<Split>,
}

/// Finds out how many indexes can be used.
struct Surveyor<'a> {
    key: [u64; 2],
    size: u64,
    alike: u64,
    derive: &'a mut dyn FnMut(&mut Enumerated<'_>),
    samples: u32,
}

impl Surveyor<'_> {
    /// How many of `asked` indexes that make given choices can be used, `u64::MAX` if all; and how
    /// they are dealt out at the choices that follow, if not by weight.
    fn usable(&mut self, path: &mut Vec<u64>, asked: u64) -> (u64, Option<Split>) {
        let (mut used, next) = self.sample(path, asked);
        // A twentieth may be lost.
        if used * 20 >= SAMPLE * 19 {
            return (u64::MAX, None);
        }
        let lost = asked / SAMPLE * (SAMPLE - used);
        if lost >= self.size / LEAST_LOST
            && path.len() < DEEPEST
            && self.samples < MOST_SAMPLES
            && let Some(weights) = next.and_then(Seen::list)
        {
            let split = self.split(path, asked, &weights);
            let caps = split.parts.iter().map(|part| part.cap);
            return (caps.fold(0, u64::saturating_add), Some(split));
        }
        // Fewer, as long as that makes a difference: what has many rare texts beside a few common ones
        // loses some of any number.
        let mut fewer = asked;
        while used * 4 < SAMPLE * 3 && fewer > SAMPLE {
            let tried = fewer / SAMPLE * used.max(1);
            let (then, _) = self.sample(path, tried);
            if used * 2 > SAMPLE && then < used + SAMPLE / 8 {
                break;
            }
            (fewer, used) = (tried, then);
        }
        (fewer, None)
    }

    /// What the outcomes of a choice with these weights can use.
    fn split(&mut self, path: &mut Vec<u64>, asked: u64, weights: &[u64]) -> Split {
        let unknown = |&weight| Part {
            weight,
            cap: if weight == 0 { 0 } else { u64::MAX },
            then: None,
        };
        let mut parts: Vec<Part> = weights.iter().map(unknown).collect();
        let mut tried = vec![0; parts.len()];
        // What some can't use goes to others, which then may not be able to use that.
        for _ in 0..3 {
            let caps: Vec<_> = parts.iter().map(|part| (part.weight, part.cap)).collect();
            let shares = capped(&caps, asked, &mut Prefix::new(self.key));
            let mut changed = false;
            for (at, share) in shares.into_iter().enumerate() {
                let Some(part) = parts.get_mut(at) else {
                    continue;
                };
                if part.cap != u64::MAX || share / 5 * 4 <= tried[at] {
                    continue;
                }
                tried[at] = share;
                path.push(at as u64);
                (part.cap, part.then) = self.usable(path, share);
                path.pop();
                changed |= part.cap != u64::MAX;
            }
            if !changed {
                break;
            }
        }
        Split { parts }
    }

    /// How many of [`SAMPLE`] indexes that make given choices have units, if so many share them; and
    /// the choice that follows, if it is the same for all of them.
    fn sample(&mut self, path: &[u64], sharing: u64) -> (u64, Option<Seen>) {
        self.samples += 1;
        let (mut used, mut next) = (0, None);
        for nth in 0..SAMPLE {
            let mut unit = [0; 32];
            unit[..8].copy_from_slice(&nth.to_le_bytes());
            unit[8..16].copy_from_slice(&u64::from(self.samples).to_le_bytes());
            let mut unit = Random::new(unit);
            let part = |n: u64| (u128::from(sharing) * u128::from(n) / u128::from(SAMPLE)) as u64;
            let rank =
                part(nth) + super::Choices::below(&mut unit, (part(nth + 1) - part(nth)).max(1));
            let before = super::Choices::below(&mut unit, self.alike.max(1));
            let probe = Probe {
                given: path.to_vec(),
                rank,
                sharing,
                ..Probe::default()
            };
            let alike = Neighbours {
                before,
                behind: self.alike.saturating_sub(1) - before,
            };
            let rank = Rank { rank, alike };
            let mut choices = Enumerated::probing(rank, self.size, self.key, unit, Box::new(probe));
            (self.derive)(&mut choices);
            used += u64::from(choices.is_emitted());
            let probe = choices.into_probe();
            if !probe.told {
                next = next.or(probe.next);
            }
        }
        (used, next)
    }
}

impl Seen {
    /// The weights of its outcomes, if they are few.
    fn list(self) -> Option<Vec<u64>> {
        match self {
            Self::Alike(n) => (1..=MOST_OUTCOMES)
                .contains(&n)
                .then(|| vec![1; n as usize]),
            Self::Sums(sums) => (sums.len() as u64 <= MOST_OUTCOMES).then(|| {
                let before = std::iter::once(0).chain(sums.iter().copied());
                sums.iter()
                    .zip(before)
                    .map(|(sum, before)| sum - before)
                    .collect()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Choices;
    use super::*;
    use std::collections::HashSet;

    const KEY: [u64; 2] = [21, 22];

    /// A short form that makes few texts, a middling one, and a long one.
    fn text(choices: &mut Enumerated<'_>) -> (usize, Vec<u64>) {
        let form = choices.pick(&[50, 80, 100]);
        let letters = [2, 4, 12][form];
        (form, (0..letters).map(|_| choices.below(9)).collect())
    }

    fn choices(rank: u64, space: u64, capped: Option<&Capped>) -> Enumerated<'_> {
        let mut unit = [0; 32];
        unit[..8].copy_from_slice(&rank.to_le_bytes());
        Enumerated::new((Rank::of(rank), space), space, KEY, Random::new(unit), None)
            .with_shares(capped)
    }

    #[test]
    fn what_a_form_cannot_use_goes_to_others() {
        let space = 200_000;
        let capped = Capped::take(KEY, space, 0, &mut |choices| drop(text(choices)));
        let capped = capped.expect("81 and 6,561 texts are few");
        let mut made = [0_u64; 3];
        let mut skipped = 0;
        let mut seen = HashSet::new();
        for rank in 0..space {
            let mut choices = choices(rank, space, Some(&capped));
            let text = text(&mut choices);
            if choices.is_emitted() {
                made[text.0] += 1;
                assert!(seen.insert(text));
            } else {
                skipped += 1;
            }
        }
        assert!(skipped < space / 50, "{skipped}");
        assert!(made[0] > 40 && made[1] > 3_000, "{made:?}");
    }

    #[test]
    fn large_languages_go_by_weight() {
        let long = |choices: &mut Enumerated<'_>| {
            choices.pick(&[1, 9]);
            for _ in 0..40 {
                choices.below(9);
            }
        };
        assert!(Capped::take(KEY, 1 << 40, 0, &mut { long }).is_none());
    }

    #[test]
    fn whoever_is_told_apart_needs_no_choices() {
        let told = |choices: &mut Enumerated<'_>| {
            if choices.pick(&[1, 2]) == 0 {
                choices.told_apart(u64::MAX);
            }
            choices.below(3);
        };
        let space = 1 << 30;
        let capped = Capped::take(KEY, space, 0, &mut { told }).expect("three texts are few");
        for rank in (0..space).step_by(1 << 20) {
            let mut choices = choices(rank, space, Some(&capped));
            told(&mut choices);
            assert!(choices.is_emitted() || rank > space - 1_000);
        }
    }
}
