//! Cycles of imports.

use super::Module;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Reports each `use` that closes a cycle. Works with a stack of its own: chains may be long.
pub(super) fn report(modules: &[Module], diagnostics: &mut Diagnostics) {
    let mut states = vec![State::New; modules.len()];
    let mut path = vec![(0, 0)];
    states[0] = State::Open;
    while let Some((module, item)) = path.last_mut() {
        let module = *module;
        let Some(used) = modules[module].uses.get(*item) else {
            states[module] = State::Done;
            path.pop();
            continue;
        };
        let span = modules[module].file.items[*item].span;
        *item += 1;
        let Some(used) = *used else { continue };
        match states[used] {
            State::Done => {}
            State::New => {
                states[used] = State::Open;
                path.push((used, 0));
            }
            State::Open => {
                let start = path.iter().position(|&(open, _)| open == used).unwrap_or(0);
                let mut names: Vec<&str> = path[start..]
                    .iter()
                    .map(|&(open, _)| shown(modules, open))
                    .collect();
                names.push(shown(modules, used));
                let message = format!("modules import each other: {}", names.join(" → "));
                diagnostics.push(
                    Diagnostic::new(Code::ImportCycle, span, message)
                        .label("this closes the cycle")
                        .help("move what both need into a module of its own"),
                );
            }
        }
    }
}

fn shown(modules: &[Module], module: usize) -> &str {
    match modules[module].path.as_str() {
        "" => "the main file",
        path => path,
    }
}
