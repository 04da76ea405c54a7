//! Why a run can't start.

use super::explain;
use crate::demand::Demand;
use crate::dialect::Dialect;
use crate::plan::Plan;
use std::fmt;

/// A draw that the schema holds nothing for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetDraw {
    /// Its place in the grammar; empty where the message is shown at that place.
    pub place: String,
    /// What is missing.
    pub message: String,
}

/// Why a run can't start: grammar, settings and schema do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupError {
    /// No rule of that name.
    UnknownRule {
        /// The name.
        name: String,
        /// The rules to start from.
        known: Vec<String>,
    },
    /// The rule has parameters, or derives no text.
    StartRule(String),
    /// The grammar is not for the dialect.
    Dialect(Dialect),
    /// The schema lacks what the start rule needs.
    SchemaLacks {
        /// The start rule.
        rule: String,
        /// Its draws that find nothing.
        draws: Vec<UnmetDraw>,
        /// What would have to hold, one line for each way to meet it.
        needed: Vec<String>,
    },
}

impl SetupError {
    /// The schema of a plan lacks what a demand of a rule needs.
    #[must_use]
    pub fn schema_lacks(rule: &str, draws: Vec<UnmetDraw>, plan: &Plan, demand: &Demand) -> Self {
        Self::SchemaLacks {
            rule: rule.to_owned(),
            draws,
            needed: explain::missing(plan, demand),
        }
    }

    /// What is wrong, on one line.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::UnknownRule { name, .. } => format!("no rule is named `{name}`"),
            Self::StartRule(name) => format!("`{name}` cannot be the start rule"),
            Self::Dialect(dialect) => format!("the grammar does not support {dialect}"),
            Self::SchemaLacks { rule, .. } => {
                format!("the schema lacks what rule `{rule}` needs")
            }
        }
    }

    /// The same more closely, where there is something to add.
    #[must_use]
    pub fn label(&self) -> Option<&'static str> {
        match self {
            Self::UnknownRule { .. } => None,
            Self::StartRule(_) => Some("a start rule has no parameters and derives text"),
            Self::Dialect(_) => Some("the dialects that it supports"),
            Self::SchemaLacks { .. } => {
                Some("no alternative can be derived with this schema and dialect")
            }
        }
    }

    /// What to do about it, line by line.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        match self {
            Self::UnknownRule { known, .. } if !known.is_empty() => {
                vec![format!("rules to start from: {}", known.join(", "))]
            }
            Self::SchemaLacks { needed, .. } => needed.clone(),
            Self::UnknownRule { .. } | Self::StartRule(_) | Self::Dialect(_) => Vec::new(),
        }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match self {
            Self::StartRule(_) | Self::SchemaLacks { .. } => {
                write!(f, ": {}", self.label().unwrap_or_default())?;
            }
            Self::UnknownRule { .. } | Self::Dialect(_) => {}
        }
        if let Self::SchemaLacks { draws, .. } = self {
            for draw in draws {
                write!(f, "\n  {}: {}", draw.place, draw.message)?;
            }
        }
        for line in self.help() {
            write!(f, "\nhelp: {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SetupError {}
