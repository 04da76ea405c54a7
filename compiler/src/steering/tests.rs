//! What is derived when a grammar is steered.

use super::Steering;
use super::names::{find_alternative, find_rule};
use crate::ambiguity::tests::proof_of;
use crate::ambiguity::tests::random::{Numbers, Odometer, grammar};
use crate::interpret::{Generator, Observer, Settings, Worker};
use crate::ir::{Program, RuleId};
use crate::schema::{self, Origin};
use crate::{Compilation, Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::Model;
use rqg_runtime::unit_text::{Generate as _, UnitText};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// `--weight a.b=1 --only c --without d`, without the dashes.
fn steering(text: &str) -> Steering {
    let mut steering = Steering::default();
    let words: Vec<&str> = text.split_whitespace().collect();
    for pair in words.chunks(2) {
        let value = pair[1].to_owned();
        match pair[0] {
            "weight" => steering.weights.push(value.parse().expect("a weight")),
            "only" => steering.only.push(value),
            "without" => steering.without.push(value),
            other => panic!("{other}"),
        }
    }
    steering
}

fn compiled(grammar: &str, flags: &str) -> Compilation {
    let text = format!("grammar test;\n{grammar}");
    compile(&Input::text("test.rqg", text).steer(steering(flags)))
}

/// How often each text comes among some hundred units.
fn texts(grammar: &str, flags: &str) -> BTreeMap<String, u64> {
    let compilation = compiled(grammar, flags);
    let found = &compilation.diagnostics;
    let program = compilation.program.unwrap_or_else(|| panic!("{found:?}"));
    let model = schema::read(&Origin::Default, &mut compilation.sources.clone()).model;
    let settings = Settings::new(Seed::from(5).master_key());
    let generator = Generator::new(program, Arc::new(model), settings).expect("it can start");
    let run = |generator: &Generator| {
        let mut worker: Worker = generator.worker();
        let mut unit = UnitText::default();
        let mut counts = BTreeMap::new();
        for index in 0..1000 {
            worker.generate(index, &mut unit);
            assert_eq!(worker.unmet(), 0);
            let text = String::from_utf8_lossy(unit.text()).into_owned();
            *counts.entry(text).or_default() += 1;
        }
        counts
    };
    generator.with_stack(run).expect("a thread")
}

/// The texts alone.
fn set(grammar: &str, flags: &str) -> Vec<String> {
    texts(grammar, flags).into_keys().collect()
}

/// The messages of what is wrong, with their labels and help.
fn errors(grammar: &str, flags: &str) -> Vec<String> {
    let compilation = compiled(grammar, flags);
    assert!(compilation.program.is_none(), "nothing is wrong");
    let errors = compilation.diagnostics.into_iter();
    let errors = errors.filter(|found| found.severity == crate::diagnostics::Severity::Error);
    errors
        .map(|found| {
            let secondary = found.secondary.iter().map(|label| label.text.clone());
            let parts = std::iter::once(format!("{}: {}", found.code, found.message))
                .chain(secondary)
                .chain(found.help.clone());
            parts.collect::<Vec<_>>().join(" | ")
        })
        .collect()
}

const LETTERS: &str = r#"
    rule query = 3: a | 1: b | C | D "(" ")" | D "[" "]";
    rule a = A; rule b = B;
"#;

#[test]
fn weights_replace_those_that_are_written() {
    let counts = texts(
        LETTERS,
        "weight query.a=1 weight query.2=8 weight query.c=0",
    );
    let (a, b) = (counts["A"], counts["B"]);
    // Weights 1, 8, 0, 1 and 1.
    assert!(!counts.contains_key("C"));
    assert!((60..130).contains(&a), "{a}");
    assert!((680..770).contains(&b), "{b}");
    // The last one wins.
    let flags = "weight query.a=0 weight query.a=7 weight query.b=0";
    let counts = texts(LETTERS, flags);
    assert!(counts["A"] > 600 && !counts.contains_key("B"));
}

#[test]
fn the_weights_that_are_written_change_nothing() {
    let plain = compiled(LETTERS, "").program.expect("no errors");
    let same = compiled(LETTERS, "weight query.a=3")
        .program
        .expect("no errors");
    let other = compiled(LETTERS, "weight query.a=4")
        .program
        .expect("no errors");
    assert_eq!(plain.fingerprint, same.fingerprint);
    assert_ne!(plain.fingerprint, other.fingerprint);
}

#[test]
fn alternatives_are_called_by_what_they_begin_with() {
    let grammar = r#"
        rule query =
            let t = table(); FROM t
            | (SELECT one)
            | scope { let t = table(); one }
            | int(1..=9)
            | "-x"
            | (one | SELECT)
            | "true"
            ;
        rule one = "1";
    "#;
    for (name, at) in [
        ("from", 0),
        ("SELECT", 1),
        ("one", 2),
        ("int", 3),
        ("true", 6),
        ("5", 4),
    ] {
        let compilation = compiled(grammar, "");
        let grammar = compilation.grammar.expect("a grammar");
        let query = find_rule(&grammar, "query").expect("the rule");
        let found = find_alternative(&grammar, query, name).map_err(|found| found.message);
        assert_eq!(found, Ok(at), "{name}");
    }
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let told = errors(
        LETTERS,
        "weight query.aa=1 weight query.d=2 weight query.6=1 weight qery.a=1 only c without a::b",
    );
    assert_eq!(
        told,
        [
            "RQG0701: there is no rule `c` to steer by",
            "RQG0701: there is no rule `a::b` to steer by",
            "RQG0701: there is no rule `qery` to steer by | did you mean `query`?",
            "RQG0701: `query` has no alternative `aa` | did you mean `a`? | its alternatives: 1 a, 2 b, 3 C, 4 D, 5 D",
            "RQG0701: `query` has no alternative `6` | its alternatives: 1 a, 2 b, 3 C, 4 D, 5 D",
            "RQG0701: several alternatives of `query` begin with `d` | another one | its alternatives: 1 a, 2 b, 3 C, 4 D, 5 D",
        ]
    );
}

#[test]
fn a_rule_keeps_an_alternative_with_a_weight() {
    let grammar = "rule query = A | B;";
    assert_eq!(
        errors(grammar, "weight query.1=0 weight query.2=0"),
        [
            "RQG0702: no alternative of `query` is left that has a weight | the last one, without weight by query.2=0 | give another alternative a weight, or leave the rule out with --without"
        ]
    );
    // What then never ends is said as of any grammar.
    let grammar = r#"rule query = "(" query ")" | X;"#;
    assert!(errors(grammar, "weight query.x=0")[0].starts_with("RQG0405"));
}

const STATEMENTS: &str = r#"
    rule query = select | insert | WITH (C AS select)? insert;
    rule select = SELECT item{1..=2 ","} (WHERE item)?;
    rule insert = INSERT (VALUES item{0..=1} | DEFAULT VALUES);
    rule item = "1" | sub;
    rule sub = "(" select ")" | "2";
"#;

#[test]
fn without_a_rule_what_needs_it_goes() {
    assert_eq!(
        set(STATEMENTS, "without select without sub"),
        [
            "INSERT DEFAULT VALUES",
            "INSERT VALUES",
            "INSERT VALUES 1",
            "WITH INSERT DEFAULT VALUES",
            "WITH INSERT VALUES",
            "WITH INSERT VALUES 1",
        ]
    );
    // A list that may be empty is.
    assert_eq!(
        set(
            "rule query = let xs = x(){0..=2}; A (for x in xs { x })?; rule x = X;",
            "without x"
        ),
        ["A"]
    );
}

#[test]
fn what_cannot_do_without_is_told_with_the_way() {
    assert_eq!(
        errors(
            "rule query = A b | B b; rule b = (c | D c); rule c = C;",
            "without c"
        ),
        [
            "RQG0702: `query` can't do without `c` | `query` needs `b` | `b` needs `c` | leave another rule out, or give the rule an alternative that does without"
        ]
    );
}

#[test]
fn each_unit_uses_a_rule_that_is_asked_for() {
    for text in set(STATEMENTS, "only sub without insert") {
        assert!(text.contains(['2', '(']), "{text}");
    }
    let inserts = set(STATEMENTS, "only insert");
    assert!(inserts.iter().all(|text| text.contains("INSERT")));
    assert!(
        inserts
            .iter()
            .any(|text| text.starts_with("WITH C AS SELECT"))
    );
    // One or the other; the start rule itself is always used.
    let either = set(STATEMENTS, "only insert only select");
    assert!(either.iter().any(|text| text.starts_with("SELECT")));
    assert_eq!(texts(LETTERS, "only query"), texts(LETTERS, ""));
    // The share of an alternative stays what it was, however many ways lead through it.
    let grammar = "rule query = 3: x | x x x | y; rule x = X | Y; rule y = Y;";
    let grammar = grammar
        .replace("Y;", "y;")
        .replace("rule y = y;", "rule y = Y;");
    let counts = texts(&grammar, "only y");
    let single = counts["Y"];
    assert!((770..830).contains(&single), "{single}");
}

#[test]
fn what_is_asked_for_has_to_be_reached() {
    assert_eq!(
        errors(STATEMENTS, "only insert without insert"),
        [
            "RQG0702: no derivation from `query` uses `insert` | name a rule that `query` leads to, or start from another rule with --rule"
        ]
    );
    let sub = errors(STATEMENTS, "only sub without item");
    assert_eq!(sub.len(), 1, "{sub:?}");
    let module = r#"rule other = A b; rule b = B;"#;
    assert_eq!(
        errors(module, "only b"),
        [
            "RQG0702: what uses a rule depends on where a run starts | name the start rule with --rule"
        ]
    );
}

#[test]
fn rules_of_modules_are_called_with_or_without_their_module() {
    let grammar = r#"
        use std::predicates::predicate;
        rule query = let t = table(); SELECT "1" FROM t (WHERE predicate(t))?;
    "#;
    for name in ["predicate", "std::predicates::predicate"] {
        let without = set(grammar, &format!("without {name}"));
        assert!(without.iter().all(|text| !text.contains("WHERE")));
        let only = set(grammar, &format!("only {name}"));
        assert!(only.iter().all(|text| text.contains("WHERE")));
    }
}

/// Names of the rules that a derivation enters.
struct Entered<'p> {
    program: &'p Program,
    rules: BTreeSet<&'p str>,
}

impl Observer for Entered<'_> {
    fn enter(&mut self, rule: RuleId) {
        self.rules.insert(&self.program.rules[rule.index()].name);
    }
}

/// So many derivations are looked at.
const MOST: usize = 300;

/// All derivations, each as its text with the rules that it enters, if there are not too many.
fn derivations(program: &Arc<Program>) -> Option<Vec<(String, BTreeSet<String>)>> {
    let model = Model {
        types: Model::builtin_types(),
        tables: Vec::new(),
        foreign_keys: Vec::new(),
        unique_keys: Vec::new(),
    };
    let settings = Settings::new(Seed::from(1).master_key());
    let generator = Generator::new(Arc::clone(program), Arc::new(model), settings).ok()?;
    let mut worker = generator.worker();
    let mut odometer = Odometer::default();
    let mut unit = UnitText::default();
    let mut all = Vec::new();
    while all.len() < MOST {
        let mut entered = Entered {
            program,
            rules: BTreeSet::new(),
        };
        worker.generate_watched(0, &mut odometer, &mut entered, &mut unit);
        let rules = entered.rules.iter().map(|&rule| rule.to_owned());
        all.push((
            String::from_utf8_lossy(unit.text()).into_owned(),
            rules.collect(),
        ));
        if !odometer.advance() {
            all.sort();
            return Some(all);
        }
    }
    None
}

/// Of all derivations of random grammars those are left that are asked for, each once.
#[test]
fn derivations_are_kept_or_left_out() {
    let mut numbers = Numbers(11);
    let (mut without, mut only, mut exact, mut refused) = (0, 0, 0, 0);
    for _ in 0..200 {
        let text = grammar(&mut numbers);
        let plain = compile(&Input::text("test.rqg", &*text));
        let Some(all) = plain.program.as_ref().and_then(derivations) else {
            continue;
        };
        for rule in ["r0", "r1", "r2", "texts"] {
            let uses = |rules: &BTreeSet<String>| rules.contains(rule);
            for flag in ["without", "only"] {
                let steered = steering(&format!("{flag} {rule}"));
                let steered = compile(&Input::text("test.rqg", &*text).steer(steered));
                let wanted = all
                    .iter()
                    .filter(|(_, rules)| uses(rules) == (flag == "only"));
                let wanted: Vec<_> = wanted.cloned().collect();
                let Some(program) = steered.program else {
                    assert!(
                        wanted.is_empty() || !text.contains(&format!("rule {rule}")),
                        "{flag} {rule}:\n{text}"
                    );
                    refused += 1;
                    continue;
                };
                let kept = derivations(&program).expect("no more than there were");
                // Each round of a repetition uses what is asked for.
                if flag == "without" || !text.contains('{') {
                    assert_eq!(kept, wanted, "{flag} {rule}:\n{text}");
                    exact += usize::from(flag == "only");
                } else {
                    let mut left = wanted.iter();
                    for one in &kept {
                        assert!(
                            left.any(|other| other == one),
                            "{flag} {rule}: {one:?}\n{text}"
                        );
                    }
                }
                *(if flag == "only" {
                    &mut only
                } else {
                    &mut without
                }) += 1;
            }
        }
    }
    assert!(
        without > 40 && only > 50 && exact > 10 && refused > 50,
        "{without} {only} {exact} {refused}"
    );
}

#[test]
fn what_is_proven_stays_proven() {
    let proven = |flags: &str| {
        let program = compiled(STATEMENTS, flags).program.expect("no errors");
        proof_of(&program).is_proven()
    };
    for flags in [
        "",
        "only sub",
        "only item without select",
        "weight item.sub=5",
    ] {
        assert!(proven(flags), "{flags}");
    }
}
