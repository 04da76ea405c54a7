//! Coverage of the bundled grammars is what the derivation trees of their units tell.

use rqg_compiler::coverage::{Counts, Coverage};
use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_grammars::BUNDLED;
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::default_model;
use rqg_runtime::unit_text::{Emission, Generate as _, UnitText};
use std::collections::BTreeMap;
use std::sync::Arc;

const UNITS: u64 = 300;

/// How often the rules were entered, and alternatives chosen, as the lines of trees say.
#[derive(Default)]
struct Told {
    rules: BTreeMap<String, u64>,
    alternatives: u64,
}

impl Told {
    fn add(&mut self, tree: &str) {
        for line in tree.lines().map(str::trim_start) {
            if line.starts_with("| alternative ") {
                self.alternatives += 1;
            } else if let Some((rule, _)) = line.split_once(": ").filter(|_| !line.starts_with('='))
            {
                *self.rules.entry(rule.to_owned()).or_default() += 1;
            }
        }
    }
}

fn counts(generator: &Generator) -> (Counts, Told, u64) {
    let mut worker = generator.worker();
    let (mut counts, mut told, mut units) = (Counts::default(), Told::default(), 0);
    let (mut plain, mut watched) = (UnitText::default(), UnitText::default());
    for index in 0..UNITS {
        if worker.generate(index, &mut plain) == Emission::Skipped {
            continue;
        }
        worker.generate_and_watch(index, &mut counts, &mut watched);
        assert_eq!(plain, watched, "{index}");
        let tree = worker.tree(index, &mut watched).expect("it has a unit");
        told.add(&tree.print(generator.program()));
        units += 1;
    }
    (counts, told, units)
}

#[test]
fn counts_are_those_of_the_trees() {
    for bundled in BUNDLED {
        let compilation = compile(&Input::text(bundled.name, bundled.text));
        let program = compilation.program.expect("no errors");
        let written = compilation.grammar.expect("no errors");
        let settings = Settings::new(Seed::from(3).master_key());
        let model = Arc::new(default_model());
        let plain = Generator::new(program, model, settings).expect("a run");
        let strict = plain.clone().enumerated(None, UNITS).expect("a thread");
        for generator in [plain, strict] {
            let (counts, told, units) = generator.with_stack(counts).expect("a thread");
            let coverage =
                Coverage::new(&generator, &written, &compilation.sources, &counts, units);
            let used = coverage.rules.iter().filter(|rule| rule.uses > 0);
            let used: BTreeMap<String, u64> = used.map(|it| (it.name.clone(), it.uses)).collect();
            assert_eq!(used, told.rules, "{}", bundled.name);
            let choices = coverage.rules.iter().flat_map(|rule| {
                let sum = |uses: &u64| rule.choices[0].whole_rule && *uses != rule.uses;
                let wrong = rule.choices.first().map(|it| it.uses).filter(sum);
                assert_eq!(wrong, None, "{}", rule.name);
                &rule.choices
            });
            let chosen: u64 = choices.map(|choice| choice.uses).sum();
            assert_eq!(chosen, told.alternatives, "{}", bundled.name);
        }
    }
}
