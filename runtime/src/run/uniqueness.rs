//! How a run keeps its units apart.

use std::fmt;

/// How a run keeps its units apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Uniqueness {
    /// Units may repeat.
    #[default]
    None,
    /// A filter that remembers what came drops units that came before, and with a small probability
    /// units that did not. It decides which units are written, not what they say.
    Probabilistic,
    /// Units can't repeat: the index is decoded into a derivation.
    Strict,
}

impl fmt::Display for Uniqueness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Probabilistic => "probabilistic",
            Self::Strict => "strict",
        })
    }
}
