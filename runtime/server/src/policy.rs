//! The policy: which refusals of the server a run expects.
//!
//! ```toml
//! [[expect]]
//! sqlstate = ["23505", "22"]     # codes, or classes of two characters
//! kinds = ["INSERT", "MERGE"]    # optional: only of these statements
//! note = "keys may collide"      # optional, for readers
//! ```

use crate::statement::Kind;
use serde::Deserialize;

/// The refusals that a run expects. The empty policy expects none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(default)]
    expect: Vec<Expectation>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    sqlstate: Vec<String>,
    kinds: Option<Vec<String>>,
    #[serde(default, rename = "note")]
    _note: String,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, with its place where that is known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let policy: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for expectation in &policy.expect {
            for state in &expectation.sqlstate {
                check_state(state)?;
            }
        }
        Ok(policy)
    }

    /// Whether a statement of this kind may fail with this SQLSTATE.
    #[must_use]
    pub fn expects(&self, sqlstate: &str, kind: Kind) -> bool {
        self.expect.iter().any(|expectation| {
            expectation
                .sqlstate
                .iter()
                .any(|state| sqlstate.starts_with(state.as_str()))
                && expectation
                    .kinds
                    .as_ref()
                    .is_none_or(|kinds| kinds.iter().any(|name| kind.is(name)))
        })
    }
}

/// A SQLSTATE has five digits or capital letters, a class the first two of them.
pub(crate) fn check_state(state: &str) -> Result<(), String> {
    let plain = state
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if plain && matches!(state.len(), 2 | 5) {
        Ok(())
    } else {
        Err(format!(
            "`{state}` is no SQLSTATE: write five digits or capital letters such as 23505, or the \
             two of a class such as 23"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_classes_and_kinds() {
        let policy = Policy::parse(
            "[[expect]]\nsqlstate = ['23505', '22']\nkinds = ['INSERT']\nnote = 'keys'\n\
             [[expect]]\nsqlstate = ['57014']\n",
        )
        .unwrap();
        let insert = Kind::of("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING");
        let select = Kind::of("SELECT 1");
        assert!(policy.expects("23505", insert) && policy.expects("22012", insert));
        assert!(!policy.expects("23503", insert) && !policy.expects("23505", select));
        assert!(policy.expects("57014", select));
        assert!(!Policy::default().expects("23505", insert));
    }

    #[test]
    fn mistakes_are_told() {
        for text in [
            "[[expect]]\nsqlstate = ['2350']",
            "[[expect]]\nsqlstat = ['23505']",
            "[expect]",
            "x",
        ] {
            assert!(Policy::parse(text).is_err(), "{text}");
        }
    }
}
