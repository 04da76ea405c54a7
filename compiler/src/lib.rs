//! The compiler of random-query grammars: `.rqg` to a checked, lowered program, and its interpreter.
//!
//! The pipeline: [`Input::read`] gets the text, [`syntax::parse`] makes a tree of it,
//! [`analysis::analyze`] loads what it imports and checks everything, [`steering`] changes the mix if
//! it is asked to, [`lower::lower`] infers requirements and makes the program, and [`passes::run`]
//! makes it cheaper to run for both backends. Each stage reports all that it finds; requirements are
//! inferred only for what has no errors.

// The parser that pest generates without `std` asks for it.
extern crate alloc;

pub mod ambiguity;
pub mod analysis;
pub mod builtins;
pub mod codegen;
pub mod coverage;
pub mod diagnostics;
pub mod hir;
mod input;
pub mod interpret;
pub mod ir;
pub mod lower;
pub mod modules;
pub mod passes;
pub mod schema;
pub mod source;
pub mod space;
pub mod steering;
pub mod syntax;
pub mod visibility;

pub use input::Input;

use diagnostics::{Diagnostic, Diagnostics, Severity};
use source::Sources;
use std::sync::Arc;

/// A grammar that was read and compiled as far as its errors allow.
#[derive(Debug, Clone)]
pub struct Compilation {
    /// Every file that was read, the grammar first.
    pub sources: Sources,
    /// What was found, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// The checked grammar, steered; sound only if there is a program.
    pub grammar: Option<hir::Grammar>,
    /// If it is steered, what is written, with the weights that were asked for.
    pub written: Option<hir::Grammar>,
    /// The program; none if there was an error.
    pub program: Option<Arc<ir::Program>>,
}

impl Compilation {
    /// Whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        self.diagnostics.iter().any(is_error)
    }
}

/// Compiles a grammar with everything that it imports.
#[must_use]
pub fn compile(input: &Input) -> Compilation {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::default();
    let mut grammar = check(input, &mut sources, &mut diagnostics);
    let mut written = None;
    if let Some(checked) = grammar.as_mut()
        && !input.steering().is_empty()
        && !diagnostics.has_errors()
        && let Some(steered) = steering::steer(checked, input.steering(), &mut diagnostics)
    {
        *checked = steered.grammar;
        written = Some(steered.written);
    }
    let program = match &grammar {
        Some(grammar) if !diagnostics.has_errors() => lower::lower(grammar, &mut diagnostics),
        // What steering finds is said after what is checked here.
        Some(grammar) if input.steering().is_empty() => {
            lower::check_unsound(grammar, &mut diagnostics);
            None
        }
        _ => None,
    };
    let sound = !diagnostics.has_errors();
    Compilation {
        sources,
        diagnostics: diagnostics.into_sorted(),
        grammar,
        written,
        program: program.filter(|_| sound).map(Arc::new),
    }
}

/// Reads, parses and analyses a grammar.
pub fn check(
    input: &Input,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<hir::Grammar> {
    let main = input.read(sources, diagnostics)?;
    let text = sources.get(main).text.clone();
    let file = syntax::parse(main, &text, diagnostics);
    let loader = input.loader();
    analysis::analyze(
        sources,
        main,
        file,
        input.start_rule(),
        &loader,
        diagnostics,
    )
}
