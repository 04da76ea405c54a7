//! Choices decoded from a rank, so that no two ranks of a space make the same visible choices.
//!
//! This is weighted sampling without replacement. Of the indexes of the space some share all choices
//! so far; each has its rank among them. A visible choice, one that can be told from the text, deals
//! them out to its outcomes in proportion to the weights. A hidden choice comes out the same for all
//! of them: it is drawn from a generator that the visible choices so far decide. Once nobody shares
//! the choices any more, an ordinary generator that belongs to the index goes on.

use super::capped::{Capped, Dealt, Probe};
use super::census::{Census, Path, Place};
use super::prefix::Prefix;
use super::shares::{self, Share, Weights};
use super::{Choices, Neighbours, PERIOD, Random, Rank, Sight};

/// Inside of a hidden part.
const HIDDEN: u8 = 1;

/// Inside of a value.
const VALUE: u8 = 2;

/// How it is decided which way ranks go.
#[derive(Debug, Clone)]
enum Way<'a> {
    /// By weight alone.
    Weights,
    /// As the census says: our place in it.
    Counted(Place<'a>),
    /// The census is being taken: along this path.
    Walked(Box<Path>),
    /// By weight, but for what is dealt out otherwise: our place in it.
    Capped(Dealt<'a>),
    /// It is looked at what follows given choices.
    Probed(Box<Probe>),
}

/// The indexes that share the choices so far: a source that decides visible choices and draws hidden
/// ones from what the visible ones decide.
#[derive(Debug, Clone)]
struct Shared<'a> {
    prefix: Prefix,
    sight: Sight,
    /// Our rank among them.
    rank: u64,
    /// How many they are.
    sharing: u64,
    /// Indexes from here on are not made.
    units: u64,
    /// The indexes with the same remainder by [`PERIOD`].
    alike: Neighbours,
    /// Whether nothing is hidden.
    exhaustive: bool,
    way: Way<'a>,
}

impl Shared<'_> {
    /// A visible choice among `n` outcomes that are alike; 0 stands for 2^64.
    #[inline]
    fn visible_below(&mut self, n: u64) -> u64 {
        let shift = match n {
            0 => self.prefix.bits(),
            _ => self.prefix.below(n),
        };
        let share = match self.way {
            Way::Weights => shares::alike(self.rank, self.sharing, shift, n),
            _ => self.by_way(shift, &Weights::Alike(n)),
        };
        self.take(share)
    }

    /// A visible choice by weights.
    #[inline]
    fn visible_pick(&mut self, sums: &[u64]) -> u64 {
        // The total fits.
        let shift = self.prefix.below(Weights::Sums(sums).total() as u64);
        let share = match self.way {
            Way::Weights => shares::by_sums(self.rank, self.sharing, shift, sums),
            _ => self.by_way(shift, &Weights::Sums(sums)),
        };
        self.take(share)
    }

    /// A visible choice between the first outcome, which has `part` of a million, and the second.
    #[inline]
    fn visible_chance(&mut self, part: u64) -> u64 {
        let shift = self.prefix.below(1_000_000);
        let share = match self.way {
            Way::Weights => shares::chance(self.rank, self.sharing, shift, part),
            _ => self.by_way(shift, &Weights::Sums(&[part, 1_000_000])),
        };
        self.take(share)
    }

    #[inline(never)]
    fn by_way(&mut self, shift: u64, weights: &Weights<'_>) -> Share {
        let (rank, sharing) = (self.rank, self.sharing);
        match &mut self.way {
            Way::Counted(place) => return place.decide(weights, rank, sharing),
            Way::Walked(path) => return (path.decide(weights), rank, sharing),
            Way::Capped(place) => match place.decide(rank, sharing) {
                Some(share) => return share,
                None => self.way = Way::Weights,
            },
            Way::Probed(probe) => {
                if let Some(share) = probe.decide(weights) {
                    return share;
                }
            }
            Way::Weights => {}
        }
        shares::decide(rank, sharing, shift, weights)
    }

    #[inline]
    fn take(&mut self, (outcome, rank, sharing): Share) -> u64 {
        (self.rank, self.sharing) = (rank, sharing);
        self.prefix.chose(outcome);
        outcome
    }

    fn is_hidden(&self) -> bool {
        self.sight.0 & HIDDEN != 0
    }

    fn add(&mut self, sight: u8) -> Sight {
        let before = self.sight;
        self.sight.0 |= sight;
        before
    }
}

impl Choices for Shared<'_> {
    fn below(&mut self, n: u64) -> u64 {
        match n {
            0 | 1 => 0,
            _ if self.sight.0 != 0 => self.prefix.below(n),
            _ => self.visible_below(n),
        }
    }

    fn bits(&mut self) -> u64 {
        if self.sight.0 != 0 {
            self.prefix.bits()
        } else {
            self.visible_below(0)
        }
    }

    fn pick(&mut self, cumulative: &[u64]) -> usize {
        if self.sight.0 != 0 {
            let weights = Weights::Sums(cumulative);
            let position = self.prefix.below(weights.total() as u64);
            weights.at(position) as usize
        } else {
            self.visible_pick(cumulative) as usize
        }
    }

    fn chance(&mut self, parts_per_million: u32) -> bool {
        let part = u64::from(parts_per_million).min(1_000_000);
        if self.sight.0 != 0 {
            self.prefix.below(1_000_000) < part
        } else {
            self.visible_chance(part) == 0
        }
    }

    fn hide(&mut self, hidden: bool) -> Sight {
        self.add(if hidden && !self.exhaustive {
            HIDDEN
        } else {
            0
        })
    }

    fn begin_value(&mut self) -> Sight {
        self.add(VALUE)
    }

    fn restore(&mut self, before: Sight) {
        self.sight = before;
    }

    fn shown(&mut self, n: u64) -> Option<u64> {
        match n {
            _ if self.is_hidden() => None,
            0 | 1 => Some(0),
            _ => Some(self.visible_below(n)),
        }
    }

    fn shown_pick(&mut self, cumulative: &[u64]) -> Option<usize> {
        (!self.is_hidden()).then(|| self.visible_pick(cumulative) as usize)
    }

    fn tells_apart(&mut self) -> bool {
        !self.is_hidden()
    }

    fn told_apart(&mut self, units: u64) {
        if self.is_hidden() {
            return;
        }
        match &mut self.way {
            // As many texts as there are indexes.
            Way::Walked(path) => path.give_up(),
            Way::Probed(probe) if probe.is_on_its_way() => {
                probe.told_apart();
                (self.rank, self.sharing) = (0, 1);
            }
            _ if units >= self.units => (self.rank, self.sharing) = (0, 1),
            // That is what keys repeat after which are too few for the space.
            _ if units >= PERIOD => {
                // Left are those with the same remainder, whose ranks lie around ours.
                let before = self.rank.min(self.alike.before);
                let behind = (self.sharing - 1 - self.rank).min(self.alike.behind);
                (self.rank, self.sharing) = (before, before + 1 + behind);
                // What was dealt out was so among more.
                if let Way::Capped(_) = self.way {
                    self.way = Way::Weights;
                }
            }
            _ => {}
        }
    }
}

/// The choices of one index of a space.
#[derive(Debug, Clone)]
pub struct Enumerated<'a> {
    /// Whether nobody shares the choices so far.
    alone: bool,
    /// What goes on then.
    random: Random,
    shared: Shared<'a>,
}

impl<'a> Enumerated<'a> {
    /// The choices of the index with a rank among `space` indexes, at most 2^63; the rank is below.
    /// `run` is the key that all of them share, `unit` gives the index's own choices. Indexes are below `units`.
    /// With a census the ranks are below the number of texts that it counts.
    #[must_use]
    pub fn new(
        (rank, space): (Rank, u64),
        units: u64,
        run: [u64; 2],
        unit: Random,
        census: Option<&'a Census>,
    ) -> Self {
        Self {
            alone: space <= 1,
            random: unit,
            shared: Shared {
                prefix: Prefix::new(run),
                sight: Sight(0),
                rank: rank.rank,
                sharing: space,
                units,
                alike: rank.alike,
                exhaustive: false,
                way: census.map_or(Way::Weights, |census| Way::Counted(census.start())),
            },
        }
    }

    /// The same, with these shares.
    #[must_use]
    #[inline]
    pub(crate) fn with_shares(mut self, capped: Option<&'a Capped>) -> Self {
        if let Some(capped) = capped {
            self.shared.way = Way::Capped(capped.start());
        }
        self
    }

    /// The choices after those of a probe, and the probe at the end.
    pub(super) fn probing(
        rank: Rank,
        units: u64,
        run: [u64; 2],
        unit: Random,
        probe: Box<Probe>,
    ) -> Self {
        let (at, sharing) = probe.start();
        let rank = Rank { rank: at, ..rank };
        let mut choices = Self::new((rank, sharing), units, run, unit, None);
        choices.shared.way = Way::Probed(probe);
        choices
    }

    /// The probe that was sent.
    pub(super) fn into_probe(self) -> Box<Probe> {
        match self.shared.way {
            Way::Probed(probe) => probe,
            _ => Box::default(),
        }
    }

    /// The same, in which nothing is hidden: so all derivations are made, and a text may come twice.
    #[must_use]
    pub fn exhaustive(mut self, exhaustive: bool) -> Self {
        self.shared.exhaustive = exhaustive;
        self
    }

    /// The choices along a path of the tree of all visible choices.
    pub(super) fn walking(run: [u64; 2], path: Box<Path>) -> Self {
        let mut choices = Self::new(
            (Rank::of(0), u64::MAX >> 1),
            u64::MAX,
            run,
            Random::new([0; 32]),
            None,
        );
        choices.shared.way = Way::Walked(path);
        choices
    }

    /// The path that was walked.
    pub(super) fn into_path(self) -> Box<Path> {
        match self.shared.way {
            Way::Walked(path) => path,
            _ => Box::default(),
        }
    }

    /// Whether the unit that was derived is to be emitted: of those that share all choices, one is.
    #[must_use]
    pub fn is_emitted(&self) -> bool {
        self.alone || self.shared.rank == 0
    }

    /// Whether nobody shares the choices so far.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.alone
    }

    /// Decides a choice and sees whether somebody still shares the choices.
    #[inline(never)]
    fn decide<T>(&mut self, decide: impl FnOnce(&mut Shared<'a>) -> T) -> T {
        let decided = decide(&mut self.shared);
        self.alone = self.shared.sharing <= 1;
        decided
    }
}

impl Choices for Enumerated<'_> {
    #[inline(always)]
    fn below(&mut self, n: u64) -> u64 {
        if self.alone {
            return self.random.below(n);
        }
        self.decide(|shared| shared.below(n))
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        if self.alone {
            return self.random.bits();
        }
        self.decide(Choices::bits)
    }

    #[inline]
    fn pick(&mut self, cumulative: &[u64]) -> usize {
        if self.alone {
            return self.random.pick(cumulative);
        }
        self.decide(|shared| shared.pick(cumulative))
    }

    #[inline(always)]
    fn pick_listed(&mut self, cumulative: &[u64], listed: &[u8]) -> usize {
        if self.alone {
            return self.random.pick_listed(cumulative, listed);
        }
        self.decide(|shared| shared.pick(cumulative))
    }

    #[inline]
    fn chance(&mut self, parts_per_million: u32) -> bool {
        if self.alone {
            return self.random.chance(parts_per_million);
        }
        self.decide(|shared| shared.chance(parts_per_million))
    }

    #[inline]
    fn hide(&mut self, hidden: bool) -> Sight {
        self.shared.hide(hidden)
    }

    #[inline]
    fn begin_value(&mut self) -> Sight {
        self.shared.begin_value()
    }

    #[inline]
    fn restore(&mut self, before: Sight) {
        self.shared.restore(before);
    }

    #[inline]
    fn shown(&mut self, n: u64) -> Option<u64> {
        if self.alone {
            return None;
        }
        self.decide(|shared| shared.shown(n))
    }

    #[inline]
    fn shown_pick(&mut self, cumulative: &[u64]) -> Option<usize> {
        if self.alone {
            return None;
        }
        self.decide(|shared| shared.shown_pick(cumulative))
    }

    #[inline]
    fn tells_apart(&mut self) -> bool {
        !self.alone && self.shared.tells_apart()
    }

    #[inline]
    fn told_apart(&mut self, units: u64) {
        if !self.alone {
            self.decide(|shared| shared.told_apart(units));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    fn enumerated(rank: u64, space: u64) -> Enumerated<'static> {
        let mut unit = [3; 32];
        unit[..8].copy_from_slice(&rank.to_le_bytes());
        Enumerated::new(
            (Rank::of(rank), space),
            space,
            [1, 2],
            Random::new(unit),
            None,
        )
    }

    /// A grammar of words of letters with different weights, ended at random.
    fn word(choices: &mut impl Choices) -> Vec<usize> {
        let mut letters = Vec::new();
        while letters.len() < 8 && choices.chance(700_000) {
            letters.push(choices.pick(&[1, 1, 5, 9]));
        }
        letters
    }

    #[test]
    fn ranks_that_are_emitted_make_different_choices() {
        for space in [1, 2, 100, 5_000, 1 << 40] {
            let mut seen = HashSet::new();
            let mut emitted = 0;
            for rank in 0..space.min(20_000) {
                let mut choices = enumerated(rank, space);
                let word = word(&mut choices);
                if choices.is_emitted() {
                    emitted += 1;
                    assert!(seen.insert(word), "rank {rank} of {space}");
                }
            }
            assert_eq!(seen.len(), emitted);
        }
    }

    #[test]
    fn frequencies_follow_the_weights() {
        let space = 1 << 50;
        let mut counts: HashMap<usize, u32> = HashMap::new();
        for step in 0..32_000_u64 {
            // Ranks spread over the space.
            let rank = step.wrapping_mul(0x9e37_79b9_7f4a_7c15) % space;
            let mut choices = enumerated(rank, space);
            *counts.entry(choices.pick(&[1, 1, 5, 16])).or_default() += 1;
        }
        assert!(!counts.contains_key(&1));
        for (outcome, expected) in [(0, 2_000), (2, 8_000), (3, 22_000)] {
            assert!(counts[&outcome].abs_diff(expected) < 400, "{counts:?}");
        }
    }

    #[test]
    fn hidden_choices_come_out_the_same_for_all_that_share() {
        let mut hidden = HashSet::new();
        for rank in 0..1_000 {
            let mut choices = enumerated(rank, 1_000);
            let before = choices.hide(true);
            hidden.insert((choices.below(1 << 30), choices.bits(), choices.shown(9)));
            choices.restore(before);
            let value = choices.begin_value();
            hidden.insert((choices.below(1 << 30), choices.bits(), None));
            assert!(choices.shown(9).is_some_and(|shown| shown < 9));
            choices.restore(value);
            assert!(choices.tells_apart());
        }
        assert_eq!(hidden.len(), 2);
    }

    #[test]
    fn a_repeated_key_leaves_those_that_have_it() {
        let neighbours = |before, behind| Rank {
            rank: 500,
            alike: Neighbours { before, behind },
        };
        for (rank, left) in [
            (neighbours(3, 4), (3, 8)),
            (neighbours(600, 2), (500, 503)),
            (neighbours(0, 600), (0, 500)),
        ] {
            let mut choices = Enumerated::new(
                (rank, 1_000),
                PERIOD * 2,
                [1, 2],
                Random::new([0; 32]),
                None,
            );
            choices.told_apart(PERIOD - 1);
            assert_eq!((choices.shared.rank, choices.shared.sharing), (500, 1_000));
            choices.told_apart(PERIOD);
            assert_eq!((choices.shared.rank, choices.shared.sharing), left);
        }
    }

    #[test]
    fn who_is_told_apart_is_alone() {
        let mut choices = enumerated(7, 1_000);
        choices.told_apart(999);
        assert!(!choices.is_alone());
        choices.told_apart(1_000);
        assert!(choices.is_alone() && choices.is_emitted());
        assert_eq!(choices.shown(5), None);
    }
}
