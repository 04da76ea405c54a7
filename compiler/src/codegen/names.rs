//! Names of generated items.

use crate::ir::Program;
use std::collections::HashSet;

/// The module of a grammar.
pub(super) fn module(grammar: &str) -> String {
    let name = snake_case(grammar);
    // A raw identifier would not do for all of them: `self` and `crate` have none.
    match syn::parse_str::<syn::Ident>(&name) {
        Ok(_) => name,
        Err(_) => format!("grammar_{name}"),
    }
}

/// Names of functions, each given once.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// The functions of all rules: `rule_select`, and `rule_select_2` for a second instance.
    pub fn of_rules(&mut self, program: &Program) -> Vec<String> {
        let rules = program.rules.iter();
        rules
            .map(|rule| self.unique(&format!("rule_{}", snake_case(&rule.name))))
            .collect()
    }

    /// The wanted name, with a number if it is taken.
    pub fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        name
    }
}

/// Words in lower case, with one underscore between them.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        if c.is_ascii_alphanumeric() {
            snake.push(c.to_ascii_lowercase());
        } else if !snake.ends_with('_') {
            snake.push('_');
        }
    }
    snake.trim_matches('_').to_owned()
}
