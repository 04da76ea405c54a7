//! What holds for every grammar, on random ones. `RQG_RANDOM_GRAMMARS` says how many are compiled
//! when this package is built, `RQG_RANDOM_SEED` from which seed on.

mod constructs;
mod support;

use constructs::Constructs;
use rqg_compiler::coverage::Counts;
use rqg_compiler::diagnostics::{Code, render};
use rqg_compiler::interpret::Generator;
use rqg_compiler::steering::Steering;
use rqg_compiler::{Compilation, Input, compile};
use rqg_native_tests::{Compiled, RANDOM, TRIED, Units, random};
use rqg_runtime::choices::{Recorded, Replay};
use rqg_runtime::schema::model::Model;
use rqg_runtime::unit_text::{Generate as _, UnitText};
use rqg_tests::watchdog::guarded;
use std::fs;
use std::sync::Arc;
use support::{DIALECTS, compared, models, program, settings};

/// Units of each grammar over each schema, with each number of rows, for each dialect.
const UNITS: u64 = 200;

/// Grammars that the interpreter alone runs, and units of each run.
const INTERPRETED: u64 = 200;
const INTERPRETED_UNITS: u64 = 30;

/// Grammars that are steered by each of their rules.
const STEERED: u64 = 40;

fn compiled_text(seed: u64) -> (String, Compilation) {
    let text = random::grammar(seed);
    let compilation = compile(&Input::text(format!("random_{seed}.rqg"), text.clone()));
    (text, compilation)
}

#[test]
fn both_backends_make_the_same_bytes() {
    let models = models();
    let half = RANDOM.len().div_ceil(2).max(1);
    let made: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = RANDOM
            .chunks(half)
            .map(|some| {
                let models = &models;
                scope.spawn(move || {
                    some.iter()
                        .map(|one| same_everywhere(one, models))
                        .sum::<u64>()
                })
            })
            .collect();
        let made = threads.into_iter().map(|thread| match thread.join() {
            Ok(made) => made,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        made.sum()
    });
    let runs = RANDOM.len() * models.len() * DIALECTS.len();
    let most = UNITS * runs as u64;
    // Some need rows or are for one dialect only.
    assert!(made * 10 > most * 7, "only {made} of {most} units");
}

fn same_everywhere(compiled: &Compiled, models: &[(String, Arc<Model>)]) -> u64 {
    let program = program(compiled);
    let mut made = 0;
    for (name, model) in models {
        for dialect in DIALECTS {
            let settings = settings(dialect, 7);
            let units = Units::Random(0..UNITS);
            match compared(compiled, &program, model, &settings, &units) {
                Ok(some) => made += some,
                Err(difference) => panic!(
                    "{}, {dialect}, {name}: {difference}\n\n{}",
                    compiled.path,
                    fs::read_to_string(compiled.path).unwrap_or_default()
                ),
            }
        }
    }
    made
}

#[test]
fn bytes_and_small_budgets_make_the_same_bytes() {
    let (name, model) = &models()[1];
    for compiled in RANDOM {
        let program = program(compiled);
        for budget in [0, 2, 24] {
            let mut settings = settings("postgresql@16", 9);
            settings.budget = budget;
            let bytes = (0..2_000_u32).map(|n| (n * 11 % 253) as u8).collect();
            for units in [Units::Random(500..530), Units::Bytes(bytes)] {
                if let Err(difference) = compared(compiled, &program, model, &settings, &units) {
                    panic!(
                        "{}, budget {budget}, {name}: {difference}\n\n{}",
                        compiled.path,
                        fs::read_to_string(compiled.path).unwrap_or_default()
                    );
                }
            }
        }
    }
}

#[test]
fn most_of_them_have_no_errors_and_they_have_every_construct() {
    let mut constructs = Constructs::default();
    let mut accepted = 0;
    for seed in TRIED {
        let (text, compilation) = compiled_text(seed);
        let expected = [Code::NotPushable, Code::Unsatisfiable];
        let errors = compilation.diagnostics.iter().filter(|found| {
            found.code.severity() == rqg_compiler::diagnostics::Severity::Error
                && !expected.contains(&found.code)
        });
        let errors: Vec<_> = errors.cloned().collect();
        let shown = render::human(&errors, &compilation.sources, false);
        assert!(errors.is_empty(), "seed {seed}: {shown}\n{text}");
        if compilation.program.is_some() {
            accepted += 1;
            constructs.add(&text, &compilation.grammar.expect("it was lowered"));
        }
    }
    assert_eq!(accepted, RANDOM.len());
    let tried = TRIED.count();
    assert!(accepted * 5 > tried * 4, "{accepted} of {tried}");
    // A few grammars need not have what most of many have.
    if accepted >= 60 {
        assert_eq!(constructs.rarer_than(2), [""; 0]);
    }
}

#[test]
fn every_unit_ends_meets_what_it_demands_and_can_be_replayed() {
    let models = models();
    for seed in 0..INTERPRETED {
        let (text, compilation) = compiled_text(seed);
        let Some(program) = compilation.program else {
            continue;
        };
        for (at, (_, model)) in models.iter().enumerate() {
            let settings = settings(DIALECTS[at % DIALECTS.len()], seed);
            let Ok(generator) = Generator::new(Arc::clone(&program), Arc::clone(model), settings)
            else {
                continue;
            };
            let wrong = guarded(&format!("seed {seed}"), move || {
                generator.with_stack(first_wrong)
            });
            let wrong = wrong.expect("a thread");
            assert!(
                wrong.is_none(),
                "seed {seed}, {}: {wrong:?}\n{text}",
                models[at].0
            );
        }
    }
}

#[test]
fn steered_grammars_end_and_keep_to_it() {
    let models = models();
    let (mut runs, mut refused) = (0, 0);
    for seed in 0..STEERED {
        let (text, compilation) = compiled_text(seed);
        let Some(grammar) = compilation
            .grammar
            .filter(|_| compilation.program.is_some())
        else {
            continue;
        };
        for rule in grammar.rules.iter().filter(|rule| rule.name != "query") {
            for only in [false, true] {
                let name = vec![rule.name.clone()];
                let (only, without) = if only { (name, vec![]) } else { (vec![], name) };
                let steering = Steering {
                    only,
                    without,
                    ..Steering::default()
                };
                let what = format!("seed {seed}, {steering:?}");
                let input = Input::text(format!("random_{seed}.rqg"), text.clone());
                let steered = compile(&input.steer(steering.clone()));
                let Some(program) = steered.program else {
                    refused += 1;
                    continue;
                };
                let (_, model) = &models[seed as usize % models.len()];
                let settings = settings(DIALECTS[seed as usize % DIALECTS.len()], seed);
                let Ok(generator) = Generator::new(program, Arc::clone(model), settings) else {
                    continue;
                };
                runs += 1;
                let wrong = guarded(&what, move || {
                    generator.with_stack(|generator| {
                        first_wrong(generator).or_else(|| strays(generator, &steering))
                    })
                });
                let wrong = wrong.expect("a thread");
                assert!(wrong.is_none(), "{what}: {wrong:?}\n{text}");
            }
        }
    }
    assert!(runs > 100 && refused > 5, "{runs} runs, {refused} refused");
}

/// The first unit that uses a rule that is left out.
fn strays(generator: &Generator, steering: &Steering) -> Option<String> {
    let mut worker = generator.worker();
    let mut unit = UnitText::default();
    let mut counts = Counts::default();
    for index in 0..INTERPRETED_UNITS {
        worker.generate_and_watch(index, &mut counts, &mut unit);
        let rules = generator.program().rules.iter().zip(&counts.rules);
        let mut used = rules
            .filter(|(_, uses)| **uses > 0)
            .map(|(rule, _)| &rule.name);
        if used.any(|name| steering.without.contains(name)) {
            return Some(format!("unit {index} uses a rule that is left out"));
        }
    }
    None
}

/// The first unit that has a draw or choice without candidates, or that its choices don't make again.
fn first_wrong(generator: &Generator) -> Option<String> {
    let mut worker = generator.worker();
    let (mut unit, mut again) = (UnitText::default(), UnitText::default());
    for index in 0..INTERPRETED_UNITS {
        worker.generate(index, &mut unit);
        if worker.unmet() > 0 {
            return Some(format!("unit {index}: {} unmet", worker.unmet()));
        }
        let mut choices = Recorded::new(worker.choices(index));
        worker.generate_from(index, &mut choices, &mut again);
        let records = choices.into_records();
        let recorded = unit == again;
        worker.generate_from(index, &mut Replay::new(&records), &mut again);
        if !recorded || unit != again {
            return Some(format!("unit {index} is another one when replayed"));
        }
    }
    None
}
