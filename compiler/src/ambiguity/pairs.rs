//! Pairs of paths with one text.
//!
//! Two paths that part at a fork are followed side by side, each step being one token that both may
//! print or one pair of brackets whose insides can be the same. If they come to the same state, or
//! both to the end, one text has two derivations.

use super::automaton::{Automaton, Fork, Move, Regions, State, Unbuilt};
use super::words::{QUOTES, Word, WordId};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// More pairs of states are not looked at for one fork.
const MOST_PAIRS: usize = 2_000_000;
/// More are not looked at altogether.
const MOST_WORK: usize = 30_000_000;

/// Two paths that part at a fork and print the same.
#[derive(Debug, Clone)]
pub struct Twins {
    /// The arms that they take.
    pub arms: [usize; 2],
    /// The nodes that they print, side by side; brackets with what stands in them.
    pub printed: Vec<[WordId; 2]>,
    /// Whether the text goes on alike for both.
    pub goes_on: bool,
}

/// Why a fork was not decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// There are too many pairs.
    Pairs,
    /// A region within has no automaton.
    Unbuilt(Unbuilt),
}

impl From<Unbuilt> for Undecided {
    fn from(unbuilt: Unbuilt) -> Self {
        Self::Unbuilt(unbuilt)
    }
}

/// What is known of pairs.
#[derive(Debug)]
pub struct Pairs<'a> {
    /// The automata.
    pub regions: Regions<'a>,
    meets: HashMap<(WordId, WordId), bool>,
    work: usize,
}

/// A state at which a token is due, or the end; whether the exit was passed on the way.
type Stop = (State, bool);

/// The pairs that were seen: two states in one word, and which paths passed the exit.
type Seen = HashSet<(u64, [bool; 2]), BuildHasherDefault<Mix>>;

/// A hash of a few numbers that nobody chooses.
#[derive(Debug, Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&b| self.write_u64(b.into()));
    }

    fn write_u64(&mut self, n: u64) {
        // As splitmix64 has it: all bits of the number reach the upper ones.
        let mixed = (self.0 ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(n.into());
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

/// A pair of paths.
struct Pair {
    states: [State; 2],
    passed: [bool; 2],
    before: usize,
    printed: Option<[WordId; 2]>,
}

impl<'a> Pairs<'a> {
    /// Nothing is known yet.
    pub fn new(regions: Regions<'a>) -> Self {
        Self {
            regions,
            meets: HashMap::new(),
            work: 0,
        }
    }

    /// Two paths that part at a fork and print the same. If `confined`, paths are left alone that
    /// pass the fork's exit together, or meet before it.
    ///
    /// # Errors
    /// It could not be decided.
    pub fn twins(
        &mut self,
        automaton: &Automaton,
        fork: &Fork,
        confined: bool,
    ) -> Result<Option<Twins>, Undecided> {
        let Move::Free(ways) = &automaton.moves[fork.state as usize] else {
            return Ok(None);
        };
        let exit = confined.then_some(fork.exit);
        let starts: Vec<Vec<Stop>> = ways
            .iter()
            .map(|&way| stops(automaton, way, exit))
            .collect();
        let mut pairs: Vec<Pair> = Vec::new();
        let mut arms: Vec<[usize; 2]> = Vec::new();
        let mut seen = Seen::default();
        for (i, first) in starts.iter().enumerate() {
            for (j, second) in starts.iter().enumerate().skip(i + 1) {
                let from = pairs.len();
                if let Some(found) = extend(
                    automaton,
                    &mut pairs,
                    &mut seen,
                    (first, second),
                    [false; 2],
                    (usize::MAX, None),
                    exit,
                ) {
                    return Ok(Some(Twins {
                        arms: [i, j],
                        printed: Vec::new(),
                        goes_on: automaton.moves[found as usize] != Move::End,
                    }));
                }
                arms.resize(pairs.len(), [i, j]);
                debug_assert!(from <= pairs.len());
            }
        }
        let mut at = 0;
        while at < pairs.len() {
            self.work += 1;
            if pairs.len() > MOST_PAIRS || self.work > MOST_WORK {
                return Err(Undecided::Pairs);
            }
            let Pair { states, passed, .. } = pairs[at];
            let step = match (
                &automaton.moves[states[0] as usize],
                &automaton.moves[states[1] as usize],
            ) {
                (Move::Token(first, to), Move::Token(second, other)) => self
                    .overlap(*first, *second)
                    .then_some((*first, *second, *to, *other)),
                (Move::Bracket(kind, first, to), Move::Bracket(like, second, other)) => {
                    (kind == like && self.meet(*first, *second)?)
                        .then_some((*first, *second, *to, *other))
                }
                (Move::Bracket(QUOTES, first, to), Move::Token(second, other))
                | (Move::Token(second, other), Move::Bracket(QUOTES, first, to))
                    if self.overlap(self.regions.words.sides[QUOTES][0], *second) =>
                {
                    match &automaton.moves[states[0] as usize] {
                        Move::Bracket(..) => Some((*first, *second, *to, *other)),
                        _ => Some((*second, *first, *other, *to)),
                    }
                }
                _ => None,
            };
            if let Some((first, second, to, other)) = step {
                let next = (stops(automaton, to, exit), stops(automaton, other, exit));
                let printed = Some([first, second]);
                if let Some(met) = extend(
                    automaton,
                    &mut pairs,
                    &mut seen,
                    (&next.0, &next.1),
                    passed,
                    (at, printed),
                    exit,
                ) {
                    let mut path = vec![[first, second]];
                    let mut from = at;
                    while let Some(printed) = pairs[from].printed {
                        path.push(printed);
                        from = pairs[from].before;
                    }
                    path.reverse();
                    return Ok(Some(Twins {
                        arms: arms[from],
                        printed: path,
                        goes_on: automaton.moves[met as usize] != Move::End,
                    }));
                }
            }
            at += 1;
        }
        Ok(None)
    }

    fn overlap(&self, first: WordId, second: WordId) -> bool {
        match (
            &self.regions.words.all[first],
            &self.regions.words.all[second],
        ) {
            (Word::Token(first), Word::Token(second)) => first.overlaps(second),
            _ => false,
        }
    }

    /// Whether two regions can print the same; yes where that is being decided already.
    fn meet(&mut self, first: WordId, second: WordId) -> Result<bool, Undecided> {
        if first == second {
            return Ok(true);
        }
        let key = (first.min(second), first.max(second));
        if let Some(&known) = self.meets.get(&key) {
            return Ok(known);
        }
        self.meets.insert(key, true);
        let (one, other) = (self.regions.get(first)?, self.regions.get(second)?);
        let mut seen = HashSet::new();
        let mut open = Vec::new();
        let product = |a: &[Stop], b: &[Stop], open: &mut Vec<(State, State)>| {
            for (a, _) in a {
                open.extend(b.iter().map(|(b, _)| (*a, *b)));
            }
        };
        product(&stops(&one, 0, None), &stops(&other, 0, None), &mut open);
        let mut met = false;
        while let Some((a, b)) = open.pop() {
            if !seen.insert((a, b)) {
                continue;
            }
            self.work += 1;
            if seen.len() > MOST_PAIRS || self.work > MOST_WORK {
                return Err(Undecided::Pairs);
            }
            let next = match (&one.moves[a as usize], &other.moves[b as usize]) {
                (Move::End, Move::End) => {
                    met = true;
                    break;
                }
                (Move::Token(first, to), Move::Token(second, also)) => {
                    self.overlap(*first, *second).then_some((*to, *also))
                }
                (Move::Bracket(kind, first, to), Move::Bracket(like, second, also)) => {
                    (kind == like && self.meet(*first, *second)?).then_some((*to, *also))
                }
                (Move::Bracket(QUOTES, _, to), Move::Token(word, also))
                | (Move::Token(word, to), Move::Bracket(QUOTES, _, also)) => self
                    .overlap(self.regions.words.sides[QUOTES][0], *word)
                    .then_some((*to, *also)),
                _ => None,
            };
            if let Some((a, b)) = next {
                product(&stops(&one, a, None), &stops(&other, b, None), &mut open);
            }
        }
        self.meets.insert(key, met);
        Ok(met)
    }
}

/// Adds all pairs of two sets; gives the state in which both are, if that is not to be.
#[allow(clippy::too_many_arguments, reason = "the state of one search")]
fn extend(
    automaton: &Automaton,
    pairs: &mut Vec<Pair>,
    seen: &mut Seen,
    (first, second): (&[Stop], &[Stop]),
    passed: [bool; 2],
    (before, printed): (usize, Option<[WordId; 2]>),
    exit: Option<State>,
) -> Option<State> {
    for &(a, crosses) in first {
        for &(b, also) in second {
            let dead = |state: State| {
                let alive = automaton.alive.as_ref();
                alive.is_some_and(|alive| !alive[state as usize])
            };
            if dead(a) || dead(b) {
                continue;
            }
            let now = [passed[0] || crosses, passed[1] || also];
            if exit.is_some() {
                let together = passed == [false; 2] && now == [true; 2];
                let inside = now == [false; 2] && a == b;
                if together || inside {
                    continue;
                }
            }
            if a == b {
                return Some(a);
            }
            if seen.insert((u64::from(a) << 32 | u64::from(b), now)) {
                pairs.push(Pair {
                    states: [a, b],
                    passed: now,
                    before,
                    printed,
                });
            }
        }
    }
    None
}

/// Where a token is due, or the end, without text from a state on.
fn stops(automaton: &Automaton, from: State, exit: Option<State>) -> Vec<Stop> {
    let mut found = Vec::new();
    let mut seen: HashSet<Stop, BuildHasherDefault<Mix>> = HashSet::default();
    let mut open = vec![(from, false)];
    while let Some((state, passed)) = open.pop() {
        let passed = passed || exit == Some(state);
        if !seen.insert((state, passed)) {
            continue;
        }
        match &automaton.moves[state as usize] {
            Move::End | Move::Token(..) | Move::Bracket(..) => found.push((state, passed)),
            Move::Free(ways) => open.extend(ways.iter().map(|&way| (way, passed))),
            Move::Glue(to) => open.push((*to, passed)),
        }
    }
    found.sort_unstable();
    found
}
