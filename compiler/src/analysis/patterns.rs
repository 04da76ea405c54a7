//! Patterns of `let` and `for`.

use super::rules::{Checker, Origin};
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{LocalId, Ty};
use crate::source::Span;
use crate::syntax::ast::Ident;

impl<'c> Checker<'c, '_> {
    /// Binds the names of a pattern to values of these types; `span` is the place of the values.
    pub fn declare_pattern(
        &mut self,
        pattern: &'c [Ident],
        types: &[Ty],
        span: Span,
        origin: Origin,
    ) -> Vec<LocalId> {
        self.report_duplicates(pattern);
        let fits = pattern.len() == types.len();
        if !fits {
            let (names, values) = (
                counted(pattern.len(), "name"),
                counted(types.len(), "value"),
            );
            let place = match (pattern.first(), pattern.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => span,
            };
            let message = format!("the pattern has {names} for {values}");
            self.report(
                Diagnostic::new(Code::PatternMismatch, place, message)
                    .also(span, format!("gives {values}")),
            );
        }
        let typed = |i: usize| if fits { types[i].clone() } else { Ty::Error };
        pattern
            .iter()
            .enumerate()
            .map(|(i, name)| self.declare(name, typed(i), origin))
            .collect()
    }

    fn report_duplicates(&mut self, pattern: &[Ident]) {
        for (i, name) in pattern.iter().enumerate() {
            let first = pattern[..i].iter().find(|other| other.text == name.text);
            if let Some(first) = first.filter(|_| name.text != "_") {
                let message = format!("`{}` is bound twice", name.text);
                self.report(
                    Diagnostic::new(Code::DuplicateLocal, name.span, message)
                        .also(first.span, "the first is here"),
                );
            }
        }
    }
}

fn counted(n: usize, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        _ => format!("{n} {what}s"),
    }
}
