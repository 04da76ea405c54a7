//! From the graph to a verdict.

use super::automaton::{Automaton, Fork, Regions, Unbuilt};
use super::build::{Built, build};
use super::cover::{Cover, Covered};
use super::items::{Item, Items};
use super::pairs::{Pairs, Twins, Undecided};
use super::report;
use super::words::{WordId, Words};
use super::{Place, Point, Proof, Verdict, lr};
use crate::ir::{ChoiceId, Program, RuleId};
use rqg_runtime::schema::model::Model;
use rqg_runtime::values::{Pattern, Shape};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// Tries to prove a start rule.
pub fn prove(program: &Program, start: RuleId, model: Option<&Model>) -> Proof {
    let mut built = build(program, start, model);
    let mut decision = Decision {
        program,
        start,
        hidden: HashSet::new(),
        places: Vec::new(),
        decided: HashMap::new(),
    };
    if !built.complete {
        decision.places.push(report::too_large(program, start));
    }
    decision.run(&mut built)
}

struct Decision<'a> {
    program: &'a Program,
    start: RuleId,
    /// Choices that do not show.
    hidden: HashSet<Point>,
    places: Vec<Place>,
    /// By region and number of the fork: whether it was found right, hidden or not.
    decided: HashMap<(WordId, usize, bool), bool>,
}

impl Decision<'_> {
    fn run(mut self, built: &mut Built) -> Proof {
        let patterns: Vec<_> = self
            .program
            .regexes
            .iter()
            .map(|pattern| Pattern::new(pattern).map_or_else(|_| Vec::new(), |found| found.shape()))
            .collect();
        let mut covered;
        let words = Words::new(&built.items, built.root, &patterns);
        loop {
            let before = self.hidden.len();
            covered = Cover::decide(&mut built.items, built.root, &self.hidden);
            self.hidden.extend(covered.lost.iter().copied());
            match &words {
                Ok(words) => {
                    let mut pairs = Pairs::new(Regions::new(words, &built.items));
                    self.regions(words, &built.items, &mut pairs);
                }
                Err(uncut) if self.places.is_empty() => {
                    self.places.extend(uncut.iter().map(report::uncut));
                }
                Err(_) => {}
            }
            if self.hidden.len() == before || !self.places.is_empty() {
                break;
            }
        }
        if !self.places.is_empty() {
            if !built.complete || !self.is_deterministic(built, words.ok().as_ref(), &patterns) {
                return self.unproven();
            }
            // What is derived in one way shows wherever it is placed.
            self.hidden.clear();
            covered = Cover::decide(&mut built.items, built.root, &self.hidden);
            self.hidden.extend(covered.lost.iter().copied());
        }
        self.proven(built, &covered)
    }

    fn proven(self, built: &Built, covered: &Covered) -> Proof {
        let mut recoverable = BTreeSet::new();
        let mut not = BTreeSet::new();
        for item in &built.items.all {
            match item {
                Item::Branch(branch) => {
                    recoverable.insert(branch.point);
                }
                Item::Loop(found) => recoverable.extend(found.point),
                _ => {}
            }
        }
        for (draw, shows) in built.items.draws.iter().zip(&covered.draws) {
            if let Some(point) = draw.point {
                if *shows {
                    recoverable.insert(point);
                } else {
                    not.insert(point);
                }
            }
        }
        not.extend(self.hidden.iter().copied());
        recoverable.retain(|point| !not.contains(point));
        Proof {
            verdict: Verdict::Proven,
            recoverable,
            hidden: not,
        }
    }

    /// Whether the grammar can be read from left to right, as tokens or as characters.
    fn is_deterministic(
        &mut self,
        built: &Built,
        words: Option<&Words>,
        patterns: &[Vec<Shape>],
    ) -> bool {
        if let Some(words) = words
            && words.is_separable()
            && !words.quotes()
        {
            match lr::prove(words, &built.items, words.root) {
                Ok(()) => return true,
                Err(unproven) => self.conflicts(words, &unproven),
            }
        }
        let words = Words::characters_of(&built.items, built.root, patterns);
        match lr::prove(&words, &built.items, words.root) {
            Ok(()) => true,
            Err(unproven) => {
                self.conflicts(&words, &unproven);
                false
            }
        }
    }

    /// Adds conflicts, if nothing clearer was found.
    fn conflicts(&mut self, words: &Words, unproven: &lr::Unproven) {
        let lr::Unproven::Conflicts(conflicts) = unproven else {
            return;
        };
        if self.places.iter().all(|place| place.example.is_none()) {
            let places = conflicts
                .iter()
                .filter_map(|found| report::conflict(words, found));
            self.places.extend(places);
        }
    }

    fn unproven(mut self) -> Proof {
        report::sort(&mut self.places);
        Proof {
            verdict: Verdict::Unproven(self.places),
            recoverable: BTreeSet::new(),
            hidden: BTreeSet::new(),
        }
    }

    /// Looks at all regions that can be reached.
    fn regions(&mut self, words: &Words, items: &Items, pairs: &mut Pairs<'_>) {
        let of_rows = words.of_rows();
        // How a value is told apart from itself is of no interest.
        let mut seen = words.within_values();
        let mut open = vec![(None, words.root)];
        while let Some((within, region)) = open.pop() {
            if !seen.insert(region) {
                continue;
            }
            let automaton = match pairs.regions.get(region) {
                Ok(automaton) => automaton,
                Err(unbuilt) => {
                    self.unbuilt(words, region, unbuilt);
                    continue;
                }
            };
            for (before, after) in automaton.seams(words, within) {
                self.places.push(report::seam(words, before, after));
            }
            open.extend(automaton.regions().map(|(kind, inner)| (Some(kind), inner)));
            for at in 0..automaton.forks.len() {
                self.fork(words, items, pairs, (region, &automaton, at), &of_rows);
            }
        }
    }

    fn fork(
        &mut self,
        words: &Words,
        items: &Items,
        pairs: &mut Pairs<'_>,
        (region, automaton, at): (WordId, &Rc<Automaton>, usize),
        of_rows: &HashSet<WordId>,
    ) {
        let fork = &automaton.forks[at];
        let point = fork.item.and_then(|item| match &items.all[item] {
            Item::Branch(branch) => Some(branch.point),
            Item::Loop(found) => found.point,
            _ => None,
        });
        let hidden = point.is_some_and(|point| self.hidden.contains(&point));
        let confined = hidden || fork.item.is_none();
        if fork.again && !hidden {
            return;
        }
        if self.decided.contains_key(&(region, at, confined)) {
            return;
        }
        self.decided.insert((region, at, confined), true);
        let twins = match pairs.twins(automaton, fork, confined) {
            Ok(None) => return,
            Ok(Some(twins)) => twins,
            Err(undecided) => {
                self.undecided(words, region, undecided);
                return;
            }
        };
        if !confined
            && let Some(Point::Choice(choice)) = point
            && self.may_hide(choice, (words, items, fork), &twins, of_rows)
            && matches!(pairs.twins(automaton, fork, true), Ok(None))
        {
            self.hidden.insert(Point::Choice(choice));
            return;
        }
        self.places.push(self.place(words, items, fork, &twins));
    }

    /// Whether a choice may be one that does not show: the alternatives in question print values
    /// that rows or columns decide, and it is not the first of a unit.
    fn may_hide(
        &self,
        choice: ChoiceId,
        (words, items, fork): (&Words, &Items, &Fork),
        twins: &Twins,
        of_rows: &HashSet<WordId>,
    ) -> bool {
        let found = self.program.choices.get(choice.index());
        let below = found.is_some_and(|choice| choice.rule != self.start);
        let arms = fork.item.and_then(|item| words.arms(items, item));
        below
            && arms.is_some_and(|arms| {
                let by_rows = |arm: &usize| arms.get(*arm).is_some_and(|arm| of_rows.contains(arm));
                twins.arms.iter().all(by_rows)
            })
    }

    fn place(&self, words: &Words, items: &Items, fork: &Fork, twins: &Twins) -> Place {
        report::twins(self.program, words, items, fork, twins)
    }

    fn unbuilt(&mut self, words: &Words, region: WordId, unbuilt: Unbuilt) {
        let place = match unbuilt {
            Unbuilt::Recursion(rule) => report::recursion(self.program, rule),
            Unbuilt::Size => report::large_region(words.spans[region]),
        };
        self.places.push(place);
    }

    fn undecided(&mut self, words: &Words, region: WordId, undecided: Undecided) {
        match undecided {
            Undecided::Pairs => self.places.push(report::large_region(words.spans[region])),
            Undecided::Unbuilt(unbuilt) => self.unbuilt(words, region, unbuilt),
        }
    }
}
