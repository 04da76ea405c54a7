//! Random grammars, whose derivations the interpreter makes one by one.

use super::proof_of;
use crate::interpret::{Generator, Settings};
use rqg_runtime::choices::Choices;
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::Model;
use rqg_runtime::unit_text::UnitText;
use std::collections::HashMap;
use std::sync::Arc;

/// Makes all choices, one derivation after the other.
#[derive(Default)]
pub(crate) struct Odometer {
    /// What was chosen of how many.
    digits: Vec<(u64, u64)>,
    at: usize,
}

impl Odometer {
    fn next(&mut self, n: u64) -> u64 {
        if self.at == self.digits.len() {
            self.digits.push((0, n));
        }
        self.at += 1;
        self.digits[self.at - 1].0
    }

    /// Goes on to the next derivation, if there is one.
    pub(crate) fn advance(&mut self) -> bool {
        self.at = 0;
        while let Some((chosen, n)) = self.digits.pop() {
            if chosen + 1 < n {
                self.digits.push((chosen + 1, n));
                return true;
            }
        }
        false
    }
}

impl Choices for Odometer {
    fn below(&mut self, n: u64) -> u64 {
        self.next(n)
    }

    fn bits(&mut self) -> u64 {
        self.next(2)
    }

    fn pick(&mut self, cumulative: &[u64]) -> usize {
        // What has no weight now is no candidate.
        let mut before = 0;
        let candidates: Vec<usize> = (0..cumulative.len())
            .filter(|&at| cumulative[at] > std::mem::replace(&mut before, cumulative[at]))
            .collect();
        candidates[self.next(candidates.len() as u64) as usize]
    }

    fn chance(&mut self, _parts_per_million: u32) -> bool {
        self.next(2) == 1
    }
}

/// Numbers that look random.
pub(crate) struct Numbers(pub u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

const TERMINALS: [&str; 14] = [
    "A", "B", "\"a\"", "\"b\"", "\"ab\"", "\"a b\"", "\"1\"", "\"12\"", "\",\"", "\"(\"", "\")\"",
    "\"'a'\"", "\".\"", "\"-\"",
];

fn element(numbers: &mut Numbers, rule: u64, rules: u64, depth: u32) -> String {
    let deeper = |numbers: &mut Numbers| body(numbers, rule, rules, depth + 1);
    let word = |numbers: &mut Numbers| TERMINALS[numbers.below(14) as usize].to_owned();
    match numbers.below(if depth > 1 { 7 } else { 14 }) {
        0..=2 => word(numbers),
        // Texts that were derived before, and what a rule returns.
        3 => match numbers.below(5) {
            0 => "x".to_owned(),
            1 => "y".to_owned(),
            2 => "z".to_owned(),
            _ => word(numbers),
        },
        4 if rule + 1 < rules => format!("r{}", rule + 1 + numbers.below(rules - rule - 1)),
        5 => format!("int({}..={})", numbers.below(2), 9 + numbers.below(3)),
        6 => format!("{}?", word(numbers)),
        7 => format!("({})", deeper(numbers)),
        8 => format!("({})?", deeper(numbers)),
        9 => format!("({}){{{}..=2}}", deeper(numbers), numbers.below(2)),
        10 => format!(
            "({}){{1..=2 {}}}",
            deeper(numbers),
            TERMINALS[2 + numbers.below(12) as usize]
        ),
        11 => format!("\"(\" ({}) \")\"", deeper(numbers)),
        12 => format!("quote({{ {} }})", deeper(numbers)),
        // Comes back to itself or another rule; most of the time it ends.
        13 if numbers.below(3) == 0 => {
            let called = numbers.below(rules);
            format!("(20: {} | 1: r{called})", word(numbers))
        }
        _ => word(numbers),
    }
}

fn sequence(numbers: &mut Numbers, rule: u64, rules: u64, depth: u32) -> String {
    let mut text = element(numbers, rule, rules, depth);
    for _ in 0..numbers.below(3) {
        text.push_str(if numbers.below(4) == 0 { " ~ " } else { " " });
        text.push_str(&element(numbers, rule, rules, depth));
    }
    text
}

fn body(numbers: &mut Numbers, rule: u64, rules: u64, depth: u32) -> String {
    let mut text = sequence(numbers, rule, rules, depth);
    for _ in 0..numbers.below(3) {
        text.push_str(" | ");
        text.push_str(&sequence(numbers, rule, rules, depth));
    }
    text
}

pub(crate) fn grammar(numbers: &mut Numbers) -> String {
    let rules = 1 + numbers.below(3);
    let mut text = String::from("rule query = r0;\n");
    let mut texts = false;
    for rule in 0..rules {
        let body = body(numbers, rule, rules, 0);
        let uses = |name: &str| {
            body.split([' ', '(', ')', '?', '{', '}'])
                .any(|word| word == name)
        };
        let mut bound = String::new();
        if uses("x") {
            bound.push_str(&format!("let x = {{ {} }}; ", words(numbers)));
        }
        if uses("y") || uses("z") {
            texts = true;
            bound.push_str("let (y, z) = texts(); ");
        }
        text.push_str(&format!("rule r{rule} = {bound}({body});\n"));
    }
    if texts {
        text.push_str("rule texts() -> (text, text) =");
        for _ in 0..=numbers.below(2) {
            let (first, second) = (words(numbers), words(numbers));
            text.push_str(&format!(" | return ({{ {first} }}, {{ {second} }});"));
        }
        text.push_str(" ;\n");
    }
    text
}

/// A few words, in several ways.
fn words(numbers: &mut Numbers) -> String {
    let mut text = TERMINALS[numbers.below(14) as usize].to_owned();
    for _ in 0..numbers.below(3) {
        let more = TERMINALS[numbers.below(14) as usize];
        let joined = match numbers.below(4) {
            0 => format!(" | {more}"),
            1 => format!(" {more}?"),
            2 => format!(" ~ {more}"),
            _ => format!(" {more}{{1..=2}}"),
        };
        text.push_str(&joined);
    }
    text
}

/// Two derivations of one text, if there are any among the first ones; whether those are all.
fn twins(program: Arc<crate::ir::Program>) -> Option<(Option<String>, bool)> {
    const MOST: usize = 1_000;
    let model = Model {
        types: Model::builtin_types(),
        tables: Vec::new(),
        foreign_keys: Vec::new(),
        unique_keys: Vec::new(),
    };
    let settings = Settings {
        budget: 3,
        ..Settings::new(Seed::parse("1").expect("a number is a seed").master_key())
    };
    let generator = Generator::new(program, Arc::new(model), settings).ok()?;
    let mut worker = generator.worker();
    let mut odometer = Odometer::default();
    let mut seen: HashMap<Vec<u8>, ()> = HashMap::new();
    for _ in 0..MOST {
        let mut text = UnitText::default();
        worker.generate_from(0, &mut odometer, &mut text);
        // Statements stand apart.
        let whole = text.statements().collect::<Vec<_>>().join(&b'\n');
        if seen.insert(whole.clone(), ()).is_some() {
            return Some((Some(String::from_utf8_lossy(&whole).into_owned()), false));
        }
        if !odometer.advance() {
            return Some((None, true));
        }
    }
    Some((None, false))
}

#[test]
fn what_is_proven_has_no_text_with_two_derivations() {
    let mut numbers = Numbers(7);
    let (mut proven, mut ambiguous, mut missed, mut hidden) = (0, 0, 0, 0);
    for _ in 0..400 {
        let text = grammar(&mut numbers);
        let compilation = crate::compile(&crate::Input::text("test.rqg", &*text));
        let Some(program) = compilation.program else {
            continue;
        };
        let proof = proof_of(&program);
        let Some((twin, all)) = twins(program) else {
            continue;
        };
        if let Some(twin) = &twin {
            assert!(
                !proof.is_proven() || proof.hidden().next().is_some(),
                "`{twin}` has two derivations:\n{text}"
            );
            ambiguous += 1;
            hidden += usize::from(proof.is_proven());
        } else if proof.is_proven() {
            proven += 1;
        } else if all {
            missed += 1;
        }
    }
    // Both happen, and little of what could be proven is not.
    assert!(ambiguous > 50, "{ambiguous}");
    assert!(proven > 50, "{proven}");
    assert!(missed * 4 < proven, "{missed} of {proven}");
    // Where choices do not show, strict runs hide them.
    assert!(hidden < proven, "{hidden} of {proven}");
}
