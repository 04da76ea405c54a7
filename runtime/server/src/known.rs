//! Known issues: failures that somebody has looked at already.
//!
//! ```toml
//! [[issue]]
//! sqlstate = "XX000"                        # or a class; left out: any, or none
//! message = "^could not find pathkey item"  # a regular expression on the normalised message
//! location = "createplan.c"                 # optional: part of `file:line routine`
//! note = "reported upstream"                # what to show for it
//! ```
//!
//! In the normalised message literals, quoted names and numbers are `?`.

use crate::normalise::normalise;
use crate::outcome::Fault;
use crate::policy::check_state;
use regex::Regex;
use serde::Deserialize;

/// The known issues of a run.
#[derive(Debug, Clone, Default)]
pub struct Known {
    issues: Vec<Issue>,
}

#[derive(Debug, Clone)]
struct Issue {
    sqlstate: Option<String>,
    message: Regex,
    location: Option<String>,
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    issue: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sqlstate: Option<String>,
    message: String,
    location: Option<String>,
    #[serde(default)]
    note: String,
}

impl Known {
    /// Reads a file of known issues.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, with its place where that is known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let issues = file.issue.into_iter().map(|written| {
            if let Some(state) = &written.sqlstate {
                check_state(state)?;
            }
            Ok(Issue {
                message: Regex::new(&written.message).map_err(|error| error.to_string())?,
                sqlstate: written.sqlstate,
                location: written.location,
                note: written.note,
            })
        });
        Ok(Self {
            issues: issues.collect::<Result<_, String>>()?,
        })
    }

    /// The first issue that a fault is an occurrence of, by its position.
    #[must_use]
    pub fn find(&self, fault: &Fault) -> Option<usize> {
        if self.issues.is_empty() {
            return None;
        }
        let message = normalise(&fault.message);
        self.issues.iter().position(|issue| {
            let state = fault.sqlstate.as_deref().unwrap_or("");
            issue
                .sqlstate
                .as_ref()
                .is_none_or(|wanted| state.starts_with(wanted.as_str()))
                && issue.message.is_match(&message)
                && issue.location.as_ref().is_none_or(|wanted| {
                    fault
                        .location
                        .as_ref()
                        .is_some_and(|location| location.contains(wanted.as_str()))
                })
        })
    }

    /// What to call an issue.
    #[must_use]
    pub fn label(&self, issue: usize) -> String {
        self.issues.get(issue).map_or_else(String::new, |issue| {
            let state = issue.sqlstate.as_deref().unwrap_or("-");
            let note = if issue.note.is_empty() {
                issue.message.as_str()
            } else {
                &issue.note
            };
            format!("{state} {note}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_are_recognised() {
        let known = Known::parse(
            "[[issue]]\nsqlstate = '42'\nmessage = '^column [?] does not exist$'\nnote = 'typo'\n\
             [[issue]]\nmessage = 'broke'\n\
             [[issue]]\nsqlstate = 'XX000'\nmessage = ''\nlocation = 'plan.c'\n",
        )
        .unwrap();
        let fault = |state: Option<&str>, message: &str, location: Option<&str>| Fault {
            sqlstate: state.map(str::to_owned),
            message: message.to_owned(),
            location: location.map(str::to_owned),
            ..Fault::default()
        };
        let column = fault(Some("42703"), "column \"x\" does not exist", None);
        assert_eq!(known.find(&column), Some(0));
        assert_eq!(known.label(0), "42 typo");
        assert_eq!(
            known.find(&fault(None, "the connection broke", None)),
            Some(1)
        );
        let internal = |place| fault(Some("XX000"), "oops", place);
        assert_eq!(known.find(&internal(Some("plan.c:1 make"))), Some(2));
        assert_eq!(known.find(&internal(None)), None);
        assert_eq!(known.find(&fault(Some("23505"), "x", None)), None);
    }

    #[test]
    fn mistakes_are_told() {
        for text in [
            "[[issue]]\nsqlstate = 'XX000'",
            "[[issue]]\nmessage = '('",
            "[[issue]]\nmessage = ''\nsqlstate = 'x'",
            "[[issues]]\nmessage = ''",
        ] {
            assert!(Known::parse(text).is_err(), "{text}");
        }
    }
}
