//! The tree of all visible choices of a grammar that can make few texts.
//!
//! Dealing indexes out by weight alone gives some outcomes more indexes than there are texts below
//! them. Where the whole tree is small it is walked once, before the first unit; then no outcome gets
//! more indexes than it has texts, what is left over goes to the others by weight, and every index
//! is a text of its own.

use super::Enumerated;
use super::prefix::Prefix;
use super::shares::{Share, Weights, capped};

/// No node.
const NONE: u32 = u32::MAX;

/// The most texts that a census counts.
const MOST: u64 = 1 << 20;

/// A choice in the tree.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Its first outcome in [`Census::outcomes`].
    first: u32,
    /// How many outcomes it has.
    count: u32,
}

/// An outcome of a choice in the tree.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    /// The first rank that comes out so.
    start: u32,
    /// The next choice with several outcomes.
    then: u32,
}

/// The tree of all visible choices, with the ranks that go each way.
#[derive(Debug, Clone)]
pub struct Census {
    nodes: Vec<Node>,
    outcomes: Vec<Outcome>,
    root: u32,
    texts: u64,
}

impl Census {
    /// Walks the tree of what `derive` derives, with the key that all indexes of the run share, and
    /// deals out `space` ranks, or as many as there are texts. None if there are more than `limit`
    /// texts, or more than 2^20. `exhaustive` is that of [`Enumerated::exhaustive`]: then derivations
    /// are counted, of which several may make one text.
    #[must_use]
    pub fn take(
        key: [u64; 2],
        space: u64,
        limit: u64,
        exhaustive: bool,
        mut derive: impl FnMut(&mut Enumerated<'_>),
    ) -> Option<Self> {
        let mut path = Box::new(Path::new(limit.min(MOST)));
        loop {
            let mut choices = Enumerated::walking(key, path).exhaustive(exhaustive);
            derive(&mut choices);
            path = choices.into_path();
            if path.gave_up {
                return None;
            }
            if let Some((texts, root)) = path.next_path() {
                return Some(path.tree.deal(key, texts, root, space.min(texts)));
            }
        }
    }

    /// How many texts there are.
    #[must_use]
    pub fn texts(&self) -> u64 {
        self.texts
    }

    pub(super) fn start(&self) -> Place<'_> {
        Place {
            census: self,
            node: self.root,
        }
    }
}

/// A place in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    census: &'a Census,
    node: u32,
}

impl Place<'_> {
    /// The outcome of a rank, with its rank and their number among those that share the outcome.
    pub fn decide(&mut self, weights: &Weights<'_>, rank: u64, sharing: u64) -> Share {
        if let Some(only) = only(weights) {
            return (only, rank, sharing);
        }
        let Some(node) = self.census.nodes.get(self.node as usize) else {
            return (weights.at(0), rank, sharing);
        };
        let first = node.first as usize;
        let outcomes = self.census.outcomes.get(first..first + node.count as usize);
        let outcomes = outcomes.unwrap_or_default();
        let next = outcomes.partition_point(|outcome| u64::from(outcome.start) <= rank);
        let chosen = next.saturating_sub(1);
        let start = |at: usize| outcomes.get(at).map(|outcome| u64::from(outcome.start));
        let from = start(chosen).unwrap_or(0);
        let to = start(next).unwrap_or(sharing);
        self.node = outcomes.get(chosen).map_or(NONE, |outcome| outcome.then);
        (chosen as u64, rank - from, to - from)
    }
}

/// The outcome, if there is only one.
fn only(weights: &Weights<'_>) -> Option<u64> {
    match weights {
        Weights::Alike(n) => (*n == 1).then_some(0),
        Weights::Sums(_) => {
            let first = weights.at(0);
            let (_, with) = weights.around(first);
            (with == weights.total()).then_some(first)
        }
    }
}

/// What was found below an outcome: texts, and the next choice.
type Found = (u64, u32);

/// The tree in the making.
#[derive(Debug, Clone, Default)]
struct Tree {
    nodes: Vec<Node>,
    found: Vec<Found>,
    /// The weight of each outcome; none for the nodes whose outcomes are alike.
    weights: Vec<Option<Box<[u64]>>>,
}

impl Tree {
    fn add(&mut self, level: Level) -> Found {
        let texts = level.found.iter().map(|&(texts, _)| texts).sum();
        let node = Node {
            first: self.found.len() as u32,
            count: level.found.len() as u32,
        };
        self.found.extend(level.found);
        self.weights.push(level.sums);
        self.nodes.push(node);
        (texts, self.nodes.len() as u32 - 1)
    }

    /// Deals out ranks, from the root down.
    fn deal(self, key: [u64; 2], texts: u64, root: u32, space: u64) -> Census {
        let mut outcomes: Vec<Outcome> = self
            .found
            .iter()
            .map(|&(_, then)| Outcome { start: 0, then })
            .collect();
        let mut open = vec![(root, space)];
        while let Some((id, sharing)) = open.pop() {
            let Some(node) = self.nodes.get(id as usize) else {
                continue;
            };
            if sharing == 0 {
                continue;
            }
            let range = node.first as usize..(node.first + node.count) as usize;
            let found = self.found.get(range.clone()).unwrap_or_default();
            let sums = self.weights.get(id as usize).and_then(Option::as_deref);
            let weight = |at: usize| match sums {
                Some(sums) => sums[at] - at.checked_sub(1).map_or(0, |before| sums[before]),
                None => 1,
            };
            let caps: Vec<(u64, u64)> = found
                .iter()
                .enumerate()
                .map(|(at, &(texts, _))| (weight(at), texts))
                .collect();
            let mut prefix = Prefix::new(key);
            prefix.chose(id.into());
            let mut start = 0;
            for (share, outcome) in capped(&caps, sharing, &mut prefix)
                .into_iter()
                .zip(&mut outcomes[range])
            {
                outcome.start = start as u32;
                start += share;
                if share > 1 {
                    open.push((outcome.then, share));
                }
            }
        }
        Census {
            nodes: self.nodes,
            outcomes,
            root,
            texts,
        }
    }
}

/// A choice on the path that is being walked.
#[derive(Debug, Clone)]
struct Level {
    /// The outcome that is being looked at.
    chosen: u64,
    /// How many outcomes there are.
    count: u64,
    /// The ascending sums of the weights; none where all are alike.
    sums: Option<Box<[u64]>>,
    /// What was found below the outcomes before.
    found: Vec<Found>,
}

impl Level {
    fn has_weight(&self, outcome: u64) -> bool {
        match &self.sums {
            None => true,
            Some(sums) => {
                let (before, with) = Weights::Sums(sums).around(outcome);
                with > before
            }
        }
    }

    /// Goes on to the next outcome.
    fn advance(&mut self, found: Found) -> bool {
        self.found.push(found);
        self.chosen += 1;
        while self.chosen < self.count && !self.has_weight(self.chosen) {
            self.found.push((0, NONE));
            self.chosen += 1;
        }
        self.chosen < self.count
    }
}

/// The path that is being walked.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    levels: Vec<Level>,
    at: usize,
    tree: Tree,
    /// Texts found so far.
    found: u64,
    /// Outcomes that wait: there is a text below each.
    waiting: u64,
    limit: u64,
    gave_up: bool,
}

impl Path {
    fn new(limit: u64) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// After a derivation: goes on to the next path, or gives what was found if it was the last.
    fn next_path(&mut self) -> Option<Found> {
        self.at = 0;
        self.found += 1;
        let mut found = (1, NONE);
        while let Some(level) = self.levels.last_mut() {
            if level.advance(found) {
                self.waiting = self.waiting.saturating_sub(1);
                return None;
            }
            if let Some(level) = self.levels.pop() {
                found = self.tree.add(level);
            }
        }
        Some(found)
    }
}

impl Path {
    /// The outcome of a choice on the path: the first one behind its end.
    pub fn decide(&mut self, weights: &Weights<'_>) -> u64 {
        if let Some(only) = only(weights) {
            return only;
        }
        if let Some(level) = self.levels.get(self.at) {
            self.at += 1;
            return level.chosen;
        }
        let (count, outcomes, sums) = match *weights {
            Weights::Alike(0) => (u64::MAX, u64::MAX, None),
            Weights::Alike(n) => (n, n, None),
            Weights::Sums(sums) => {
                let level = sums.len() as u64;
                let some = (0..level).filter(|&at| {
                    let (before, with) = weights.around(at);
                    with > before
                });
                (level, some.count() as u64, Some(sums.into()))
            }
        };
        self.waiting = self.waiting.saturating_add(outcomes - 1);
        if self.gave_up || self.found.saturating_add(self.waiting) >= self.limit {
            self.gave_up |= self.found.saturating_add(self.waiting) >= self.limit;
            return weights.at(0);
        }
        let chosen = weights.at(0);
        self.levels.push(Level {
            chosen,
            count,
            sums,
            found: (0..chosen).map(|_| (0, NONE)).collect(),
        });
        self.at += 1;
        chosen
    }

    /// There are too many texts.
    pub fn give_up(&mut self) {
        self.gave_up = true;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Choices, Random, Rank};
    use super::*;
    use std::collections::HashSet;

    /// 1 + 2 + 30 + 3 texts, with very uneven weights.
    fn uneven(choices: &mut impl Choices) -> String {
        match choices.pick(&[1_000_000, 1_000_001, 1_000_001, 1_000_003, 1_000_004]) {
            0 => "one".to_owned(),
            1 => format!("two {}", choices.chance(10)),
            3 => format!("many {} {}", choices.below(10), choices.pick(&[5, 6, 9])),
            4 => {
                // Hidden, so it adds nothing.
                let before = choices.hide(true);
                choices.below(100);
                choices.restore(before);
                format!("three {}", choices.below(3))
            }
            _ => "never".to_owned(),
        }
    }

    #[test]
    fn every_index_makes_a_text_of_its_own() {
        const KEY: [u64; 2] = [11, 12];
        for space in 1..40 {
            let derive = |walk: &mut Enumerated<'_>| {
                uneven(walk);
            };
            let census = Census::take(KEY, space, 1_000, false, derive).expect("it is small");
            assert_eq!(census.texts(), 36);
            let ranks = space.min(census.texts());
            let texts: HashSet<String> = (0..ranks)
                .map(|rank| {
                    let unit = Random::new([1; 32]);
                    let mut choices =
                        Enumerated::new((Rank::of(rank), ranks), space, KEY, unit, Some(&census));
                    let text = uneven(&mut choices);
                    assert!(choices.is_emitted());
                    text
                })
                .collect();
            assert_eq!(texts.len() as u64, ranks);
        }
    }

    #[test]
    fn large_trees_are_given_up() {
        let texts = |limit, n: u64| {
            let census = Census::take([1, 2], 10, limit, false, |walk| {
                walk.below(n);
                walk.below(n);
            });
            census.map(|census| census.texts())
        };
        assert_eq!(texts(100, 10), Some(100));
        assert_eq!(texts(99, 10), None);
        assert_eq!(texts(u64::MAX, 1 << 40), None);
        assert_eq!(texts(u64::MAX, 1_000), Some(1_000_000));
    }

    #[test]
    fn what_prints_the_index_has_no_end() {
        let census = Census::take([1, 2], 10, 100, false, |walk| walk.told_apart(1));
        assert!(census.is_none());
    }

    #[test]
    fn weights_decide_while_there_are_texts() {
        let caps = [(1, 100), (3, 100), (0, 50)];
        let mut prefix = Prefix::new([1, 2]);
        assert_eq!(capped(&caps, 8, &mut prefix), [2, 6, 0]);
        assert_eq!(capped(&caps, 120, &mut prefix), [30, 90, 0]);
        assert_eq!(capped(&caps, 180, &mut prefix), [80, 100, 0]);
        assert_eq!(capped(&[(1, 0), (1, 7)], 7, &mut prefix), [0, 7]);
    }
}
