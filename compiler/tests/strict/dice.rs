//! Small random grammars with finitely many texts, each of which has one derivation: whatever can be
//! chosen begins with a word of its own and ends with one.

use rqg_runtime::choices::{Choices, Random};
use rqg_runtime::entropy::Seed;
use std::fmt::Write as _;

const RULES: u64 = 4;

struct Dice {
    random: Random,
    words: u32,
}

impl Dice {
    /// A word that nothing else prints.
    fn word(&mut self) -> String {
        self.words += 1;
        format!("W{}", self.words)
    }

    fn weight(&mut self) -> u64 {
        match self.random.below(6) {
            0 => 1,
            1 => 1 + self.random.below(1_000_000),
            _ => 1 + self.random.below(9),
        }
    }

    fn alternatives(&mut self, rule: u64, depth: u64) -> String {
        let count = 2 + self.random.below(3);
        let alternatives = (0..count).map(|_| {
            let (weight, word) = (self.weight(), self.word());
            format!("{weight}: {word} {}", self.sequence(rule, depth))
        });
        alternatives.collect::<Vec<_>>().join(" | ")
    }

    fn sequence(&mut self, rule: u64, depth: u64) -> String {
        let parts = (0..self.random.below(3)).map(|_| self.part(rule, depth));
        parts.collect::<Vec<_>>().join(" ")
    }

    fn part(&mut self, rule: u64, depth: u64) -> String {
        let (begin, end) = (self.word(), self.word());
        if depth == 0 {
            return begin;
        }
        match self.random.below(8) {
            0 => begin,
            1 => format!("int(0..={})", self.random.below(5)),
            2 => {
                let chance = 1 + self.random.below(99);
                format!("({begin} {})?{chance}%", self.sequence(rule, depth - 1))
            }
            3 => {
                let body = self.sequence(rule, depth - 1);
                format!("({begin} {body}){{0..={}}} {end}", self.random.below(3))
            }
            4 => format!("({}) {end}", self.alternatives(rule, depth - 1)),
            5 => format!("{begin} boolean() {end}"),
            _ if rule + 1 < RULES => {
                let called = rule + 1 + self.random.below(RULES - rule - 1);
                format!("r{called} {end}")
            }
            _ => begin,
        }
    }
}

/// The grammar of a seed.
pub fn grammar(seed: u64) -> String {
    let mut dice = Dice {
        random: Random::new(Seed::from(seed).master_key().0),
        words: 0,
    };
    let mut text = "grammar test;\n".to_owned();
    let _ = writeln!(text, "rule query = {};", dice.alternatives(0, 3));
    for rule in 1..RULES {
        let _ = writeln!(text, "rule r{rule} = {};", dice.alternatives(rule, 2));
    }
    text
}
