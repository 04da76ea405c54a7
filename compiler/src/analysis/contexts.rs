//! Names of contexts: free, but at most 31 besides `none`, and tested only if opened somewhere.

use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::syntax::ast::Ident;
use std::collections::HashMap;

/// Demands hold contexts in 32 bits, `none` included.
const MOST: usize = 32;

/// The contexts of a grammar, in order of appearance.
pub(super) struct Contexts {
    names: Vec<String>,
    opened: Vec<bool>,
    numbers: HashMap<String, u8>,
    /// Contexts that guards of the main file test.
    tested: Vec<(u8, Ident)>,
    full: bool,
}

impl Default for Contexts {
    fn default() -> Self {
        Self {
            names: vec!["none".to_owned()],
            opened: vec![true],
            numbers: HashMap::from([("none".to_owned(), 0)]),
            tested: Vec::new(),
            full: false,
        }
    }
}

impl Contexts {
    /// The number of a context that a block opens.
    pub fn open(&mut self, name: &Ident, diagnostics: &mut Diagnostics) -> u8 {
        let number = self.number(name, diagnostics);
        self.opened[usize::from(number)] = true;
        number
    }

    /// The number of a context that a guard tests.
    pub fn test(&mut self, name: &Ident, main: bool, diagnostics: &mut Diagnostics) -> u8 {
        let number = self.number(name, diagnostics);
        if main {
            self.tested.push((number, name.clone()));
        }
        number
    }

    fn number(&mut self, name: &Ident, diagnostics: &mut Diagnostics) -> u8 {
        if let Some(&number) = self.numbers.get(&name.text) {
            return number;
        }
        if self.names.len() == MOST {
            if !self.full {
                self.full = true;
                let message = format!("a grammar has at most {} contexts", MOST - 1);
                diagnostics.push(
                    Diagnostic::new(Code::TooManyContexts, name.span, message)
                        .label("one too many"),
                );
            }
            return 0;
        }
        let number = self.names.len() as u8;
        self.names.push(name.text.clone());
        self.opened.push(false);
        self.numbers.insert(name.text.clone(), number);
        number
    }

    /// Reports guards on contexts that nothing opens. A module is judged with its importer only:
    /// that may open what the module tests.
    pub fn report(&self, whole_grammar: bool, diagnostics: &mut Diagnostics) {
        for (number, name) in &self.tested {
            if !whole_grammar || self.opened[usize::from(*number)] || self.full {
                continue;
            }
            let opened = self
                .names
                .iter()
                .zip(&self.opened)
                .filter(|(_, opened)| **opened);
            let message = format!("no `context {} {{ … }}` exists", name.text);
            diagnostics.push(
                Diagnostic::new(Code::UnknownName, name.span, message)
                    .label("never holds")
                    .suggest(closest(&name.text, opened.map(|(name, _)| name.as_str()))),
            );
        }
    }

    /// The names by number.
    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}
