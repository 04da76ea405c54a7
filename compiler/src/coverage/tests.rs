//! What is counted is what the text tells.

use super::*;
use crate::interpret::Settings;
use crate::schema::{self, Origin};
use crate::steering::Steering;
use crate::{Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::unit_text::{Emission, UnitText};
use std::sync::Arc;

/// The coverage of some units, with their texts.
fn coverage(grammar: &str, steering: &Steering, strict: bool) -> (Coverage, Vec<String>) {
    let input = Input::text("test.rqg", format!("grammar test;\n{grammar}"));
    let mut compilation = compile(&input.steer(steering.clone()));
    let found = &compilation.diagnostics;
    let program = compilation.program.unwrap_or_else(|| panic!("{found:?}"));
    let written = compilation.written.or(compilation.grammar);
    let model = schema::read(&Origin::Default, &mut compilation.sources).model;
    let settings = Settings::new(Seed::from(5).master_key());
    let mut generator = Generator::new(program, Arc::new(model), settings).expect("it can start");
    if strict {
        generator = generator.enumerated(Some(700), 700).expect("a thread");
    }
    let run = |generator: &Generator| {
        let mut worker = generator.worker();
        let mut unit = UnitText::default();
        let (mut counts, mut texts) = (Counts::default(), Vec::new());
        for index in 0..700 {
            let mut more = Counts::default();
            if worker.generate_and_watch(index, &mut more, &mut unit) == Emission::Emitted {
                counts.add(&more);
                texts.push(String::from_utf8_lossy(unit.text()).into_owned());
            }
        }
        (counts, texts)
    };
    let (counts, texts) = generator.with_stack(run).expect("a thread");
    let written = written.expect("a grammar");
    let units = texts.len() as u64;
    let coverage = Coverage::new(&generator, &written, &compilation.sources, &counts, units);
    (coverage, texts)
}

/// Alternatives and parts begin with words of their own.
const SPELLED: &str = r#"
    rule query = 3: A0 small | A1 (B0 | B1 small | 0: B2)? | A2 (C0 small){0..=2 ","} | A3 once
        | when yugabytedb: A4;
    rule small = D0 | D1 letter | D2 | 0: D3;
    rule letter = E0 | 2: E1 | E2;
    rule once = F0;
    rule idle = G0;
"#;

/// How often a word comes in the texts.
fn words(texts: &[String], word: &str) -> u64 {
    let words = texts.iter().flat_map(|text| text.split([' ', ',']));
    words.filter(|found| *found == word).count() as u64
}

/// Compares all counts of alternatives with the words that they begin with.
fn is_what_the_text_tells(coverage: &Coverage, texts: &[String]) {
    let mut compared = 0;
    for rule in &coverage.rules {
        for choice in &rule.choices {
            let mut sum = 0;
            for alternative in &choice.alternatives {
                let name = alternative.name.as_deref().expect("a word");
                assert_eq!(alternative.uses, words(texts, name), "{name}");
                sum += alternative.uses;
                compared += 1;
            }
            assert_eq!(choice.uses, sum);
            if choice.whole_rule {
                assert_eq!(rule.uses, sum, "{}", rule.name);
            }
        }
    }
    assert!(compared > 12, "{compared}");
}

#[test]
fn counts_are_what_the_text_tells() {
    for strict in [false, true] {
        let (coverage, texts) = coverage(SPELLED, &Steering::default(), strict);
        is_what_the_text_tells(&coverage, &texts);
        let named = |name: &str| coverage.rules.iter().find(|rule| rule.name == name);
        let query = named("query").expect("it is reached");
        assert_eq!(query.uses, texts.len() as u64);
        assert_eq!(
            named("once").map(|rule| rule.uses),
            Some(words(&texts, "F0"))
        );
        assert!(named("idle").is_none());
        let [option, repetition] = query.parts.as_slice() else {
            panic!("{:?}", query.parts);
        };
        assert_eq!(option.kind, PartKind::Option);
        assert_eq!(option.reached, words(&texts, "A1"));
        assert_eq!(option.taken, words(&texts, "B0") + words(&texts, "B1"));
        assert_eq!(repetition.reached, words(&texts, "A2"));
        assert_eq!(repetition.taken, words(&texts, "C0"));
        // Weight 0, and another dialect.
        let off = coverage.rules.iter().flat_map(|rule| &rule.choices);
        let off = off.flat_map(|choice| &choice.alternatives);
        let off = off.filter(|found| found.state == State::Off);
        let off: Vec<_> = off.filter_map(|found| found.name.as_deref()).collect();
        assert_eq!(off, ["A4", "B2", "D3"]);
        assert_eq!(coverage.alternatives_used, Share { used: 12, of: 12 });
        assert_eq!(coverage.rules_used, Share { used: 4, of: 4 });
    }
}

#[test]
fn counts_of_a_steered_grammar_are_at_the_places_as_written() {
    let steering = Steering {
        weights: vec!["letter.e2=0".parse().expect("a weight")],
        only: vec!["letter".to_owned()],
        without: vec!["once".to_owned()],
    };
    let (coverage, texts) = coverage(SPELLED, &steering, false);
    is_what_the_text_tells(&coverage, &texts);
    let query = &coverage.rules[0];
    let alternatives = &query.choices[0].alternatives;
    let states: Vec<State> = alternatives.iter().map(|found| found.state).collect();
    use State::{Off, Used};
    assert_eq!(states, [Used, Used, Used, Off, Off]);
    // The option is always taken on the way to the rule that is asked for.
    assert_eq!(query.parts[0].reached, words(&texts, "A1"));
    assert_eq!(query.parts[0].taken, query.parts[0].reached);
    // Expected are the weights of those that are left.
    let expected = alternatives.iter().map(|found| found.expected);
    assert_eq!(
        expected.collect::<Vec<_>>(),
        [Some(0.6), Some(0.2), Some(0.2), None, None]
    );
}

#[test]
fn what_can_be_used_and_is_not_is_told_from_what_cannot() {
    let grammar = "rule query = 1000000: A0 | 1: rare; rule rare = B0;";
    let (coverage, _) = coverage(grammar, &Steering::default(), false);
    let states = coverage.rules.iter().map(|rule| rule.state);
    assert_eq!(states.collect::<Vec<_>>(), [State::Used, State::Unused]);
    assert_eq!(coverage.rules_used, Share { used: 1, of: 2 });
    assert_eq!(coverage.alternatives_used, Share { used: 1, of: 2 });
}
