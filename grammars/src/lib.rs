//! The bundled grammars: a folder `NAME` with `NAME.rqg` at its root becomes one when this crate is
//! built, as Rust.

use rqg_runtime::native::FromPlan;

/// A grammar that comes with the command.
#[derive(Debug, Clone, Copy)]
pub struct Bundled {
    /// Its name, that of its folder.
    pub name: &'static str,
    /// What it makes: the first line of its documentation.
    pub description: &'static str,
    /// The dialects that it is for.
    pub dialects: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Its compiled form: takes a run over that was planned for this very text.
    pub native: FromPlan,
}

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// The bundled grammar of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Bundled> {
    BUNDLED.iter().find(|bundled| bundled.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grammar_says_what_it_makes() {
        assert!(named("crud").is_some() && named("json").is_some());
        for bundled in BUNDLED {
            assert!(!bundled.description.is_empty(), "{}", bundled.name);
            assert!(bundled.text.contains("rule query"), "{}", bundled.name);
        }
        assert!(BUNDLED.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
