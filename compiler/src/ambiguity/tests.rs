//! What is proven and what must not be.

mod fixtures;
mod hidden;
pub(crate) mod random;

use super::{Proof, Verdict, prove};
use crate::diagnostics::render;
use crate::ir::{Program, RuleId};
use crate::source::Sources;
use crate::{Input, compile};
use std::sync::Arc;

/// A grammar that compiles, with its program.
fn compiled(text: &str) -> (Arc<Program>, Sources) {
    let text = format!("grammar test;\n{text}");
    let compilation = compile(&Input::text("test.rqg", &*text));
    match compilation.program {
        Some(program) => (program, compilation.sources),
        None => panic!(
            "{}",
            render::human(&compilation.diagnostics, &compilation.sources, false)
        ),
    }
}

fn proof(text: &str) -> Proof {
    let (program, _) = compiled(text);
    proof_of(&program)
}

pub(crate) fn proof_of(program: &Program) -> Proof {
    let mut rules = program.rules.iter();
    let start = rules
        .position(|rule| rule.name == "query")
        .expect("a rule query");
    prove(program, RuleId(start as u32), None)
}

/// The diagnostics of a grammar, as people see them, with examples.
fn shown(text: &str) -> String {
    let (program, sources) = compiled(text);
    match proof_of(&program).verdict() {
        Verdict::Proven => "proven".to_owned(),
        Verdict::Unproven(places) => {
            let diagnostics: Vec<_> = places
                .iter()
                .map(|place| place.diagnostic.clone())
                .collect();
            render::human(&diagnostics, &sources, false)
        }
    }
}
