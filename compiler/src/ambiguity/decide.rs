//! From the graph to a verdict.

use super::automaton::{Automaton, Fork, Regions, Unbuilt};
use super::build::{Built, build};
use super::cover::{Cover, Covered};
use super::items::{Item, Items};
use super::pairs::{Pairs, Twins, Undecided};
use super::report;
use super::words::{QUOTES, WordId, Words};
use super::{Place, Point, Proof, Verdict, lr};
use crate::ir::{ChoiceId, Program, RuleId};
use rqg_runtime::schema::model::Model;
use rqg_runtime::values::Pattern;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// How often a rule stands within itself where an example is looked for.
const NESTING: usize = 2;

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
        let words = Words::new(&built.items, built.root, &patterns);
        match &words {
            Ok(words) => {
                if let Some(covered) = self.by_pairs(built, words) {
                    return self.proven(built, &covered);
                }
            }
            Err(uncut) => self.places.extend(uncut.iter().map(report::uncut)),
        }
        if !built.complete {
            return self.unproven();
        }
        // Other ways to the same end; if they fail as well, the first tells best why.
        let places = std::mem::take(&mut self.places);
        if let Ok(words) = &words
            && words.is_separable()
            && !words.quotes()
            && self.by_reading(built, words)
        {
            return self.read(built);
        }
        let characters = Words::characters_of(&built.items, built.root, &patterns);
        if let Some(covered) = self.by_pairs(built, &characters) {
            return self.proven(built, &covered);
        }
        self.places.clear();
        if characters.inner_quotes.is_empty() && self.by_reading(built, &characters) {
            return self.read(built);
        }
        let conflicts = std::mem::replace(&mut self.places, places);
        if self.places.iter().all(|place| place.example.is_none()) {
            self.places.extend(conflicts);
        }
        self.unproven()
    }

    /// Whether no two paths print the same; gives what shows then.
    fn by_pairs(&mut self, built: &mut Built, words: &Words) -> Option<Covered> {
        self.hidden.clear();
        self.decided.clear();
        loop {
            let before = self.hidden.len();
            let covered = Cover::decide(&mut built.items, built.root, &self.hidden);
            self.hidden.extend(covered.lost.iter().copied());
            let mut pairs = Pairs::new(Regions::new(words, &built.items));
            self.regions(words, &built.items, &mut pairs);
            if !self.places.is_empty() {
                return None;
            }
            if self.hidden.len() == before {
                return Some(covered);
            }
        }
    }

    /// Whether the grammar can be read from left to right.
    fn by_reading(&mut self, built: &Built, words: &Words) -> bool {
        match lr::prove(words, &built.items, words.root) {
            Ok(()) => true,
            Err(lr::Unproven::Size) => false,
            Err(lr::Unproven::Conflicts(conflicts)) => {
                let places = conflicts
                    .iter()
                    .filter_map(|found| report::conflict(words, found));
                self.places.extend(places);
                false
            }
        }
    }

    /// The proof of a grammar that can be read: what is derived in one way shows wherever it is
    /// placed.
    fn read(mut self, built: &mut Built) -> Proof {
        self.hidden.clear();
        let covered = Cover::decide(&mut built.items, built.root, &self.hidden);
        self.hidden.extend(covered.lost.iter().copied());
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
        open.extend(
            words
                .inner_quotes
                .iter()
                .map(|&inner| (Some(QUOTES), inner)),
        );
        while let Some((within, region)) = open.pop() {
            if !seen.insert(region) {
                continue;
            }
            let automaton = match pairs.regions.get(region) {
                Ok(automaton) => automaton,
                Err(unbuilt) => {
                    self.unbuilt(words, region, unbuilt);
                    self.example(words, items, pairs, region);
                    continue;
                }
            };
            for seam in automaton.seams(words, within) {
                self.places.push(report::seam(words, &seam));
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

    /// Looks for two derivations of one text in a region that nests, where it nests but little.
    fn example(&mut self, words: &Words, items: &Items, pairs: &mut Pairs<'_>, region: WordId) {
        let Ok(automaton) = Automaton::nested(words, items, region, NESTING) else {
            return;
        };
        for fork in automaton
            .forks
            .iter()
            .filter(|fork| fork.item.is_some() && !fork.again)
        {
            if let Ok(Some(twins)) = pairs.twins(&automaton, fork, false) {
                self.places.push(self.place(words, items, fork, &twins));
                return;
            }
        }
    }

    fn undecided(&mut self, words: &Words, region: WordId, undecided: Undecided) {
        match undecided {
            Undecided::Pairs => self.places.push(report::large_region(words.spans[region])),
            Undecided::Unbuilt(unbuilt) => self.unbuilt(words, region, unbuilt),
        }
    }
}
