//! The derivation tree of one unit.

use super::observe::Observer;
use crate::ir::{ChoiceId, Program, RuleId};
use std::fmt::Write;

/// What happened in a derivation, in order.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    events: Vec<Event>,
    open: Vec<usize>,
}

#[derive(Debug, Clone)]
enum Event {
    Enter { rule: RuleId, text: String },
    Leave,
    Alternative(ChoiceId, usize),
    Drawn(String, String),
}

impl Observer for Tree {
    const WANTS_TEXT: bool = true;

    fn enter(&mut self, rule: RuleId) {
        self.open.push(self.events.len());
        self.events.push(Event::Enter {
            rule,
            text: String::new(),
        });
    }

    fn leave(&mut self, _rule: RuleId, written: &[u8]) {
        if let Some(at) = self.open.pop()
            && let Some(Event::Enter { text, .. }) = self.events.get_mut(at)
        {
            *text = String::from_utf8_lossy(written).trim().to_owned();
        }
        self.events.push(Event::Leave);
    }

    fn alternative(&mut self, choice: ChoiceId, alternative: usize) {
        self.events.push(Event::Alternative(choice, alternative));
    }

    fn drawn(&mut self, what: &str, text: &[u8]) {
        let text = String::from_utf8_lossy(text).into_owned();
        self.events.push(Event::Drawn(what.to_owned(), text));
    }
}

impl Tree {
    /// One line an event, indented: a rule with the text that it derived, the alternative (from 1)
    /// chosen among several that are written, and what was drawn.
    #[must_use]
    pub fn print(&self, program: &Program) -> String {
        let mut out = String::new();
        let mut indent = 0;
        for event in &self.events {
            // Writing to a string does not fail.
            let _ = match event {
                Event::Enter { rule, text } => {
                    let name = program
                        .rules
                        .get(rule.index())
                        .map_or("?", |rule| rule.name.as_str());
                    indent += 1;
                    let width = 2 * (indent - 1);
                    writeln!(out, "{:width$}{name}: {text}", "")
                }
                Event::Leave => {
                    indent -= 1;
                    Ok(())
                }
                Event::Alternative(choice, alternative) => {
                    let found = program.choices.get(choice.index());
                    let of = found.map_or(0, |choice| choice.written);
                    let place = found.and_then(|choice| choice.places.get(*alternative));
                    let number = place.map_or(0, |place| place + 1);
                    let width = 2 * indent;
                    writeln!(out, "{:width$}| alternative {number} of {of}", "")
                }
                Event::Drawn(what, text) => {
                    let width = 2 * indent;
                    writeln!(out, "{:width$}= {what}: {text}", "")
                }
            };
        }
        out
    }
}
