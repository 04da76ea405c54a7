//! Dialects and versions in headers and guards.

use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::DialectTest;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, DialectRange, Ident};
use rqg_runtime::demand::Comparison;
use rqg_runtime::dialect::Database;

/// A version from (inclusive) to (exclusive; none: no end), compared like numbers with dots.
type Interval = (Vec<u32>, Option<Vec<u32>>);

/// The test that a range of the header stands for.
pub(super) fn of_range(range: &DialectRange, diagnostics: &mut Diagnostics) -> Option<DialectTest> {
    let Some(database) = Database::named(&range.name.text) else {
        diagnostics.push(unknown(&range.name));
        return None;
    };
    let bound = range
        .bound
        .as_ref()
        .map(|(op, version)| (comparison(*op), version.parts.clone(), version.span));
    test(database, bound, range.span, diagnostics)
}

/// The diagnostic of an unknown dialect.
fn unknown(name: &Ident) -> Diagnostic {
    let canonical: Vec<&str> = Database::NAMED
        .iter()
        .map(|(database, _)| database.name())
        .collect();
    let message = format!("there is no dialect `{}`", name.text);
    Diagnostic::new(Code::UnknownDialect, name.span, message)
        .suggest(closest(&name.text, canonical.iter().copied()))
        .help(format!("dialects are {}", canonical.join(" and ")))
}

/// A test of a dialect, its version checked.
pub(super) fn test(
    database: Database,
    bound: Option<(Comparison, Vec<u32>, Span)>,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<DialectTest> {
    if let Some((_, parts, place)) = &bound
        && !plausible(database, parts)
    {
        let written: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let examples = match database {
            Database::PostgreSql => "versions of PostgreSQL look like 12, 15 or 16.2",
            Database::YugabyteDb => "versions of YugabyteDB look like 2.14, 2.25 or 2024.1",
        };
        let message = format!("{} has no version {}", database.name(), written.join("."));
        diagnostics.push(Diagnostic::new(Code::BadVersion, *place, message).help(examples));
        return None;
    }
    Some(DialectTest {
        dialect: database.name().to_owned(),
        bound: bound.map(|(comparison, parts, _)| (comparison, parts)),
        span,
    })
}

fn plausible(database: Database, parts: &[u32]) -> bool {
    let Some(&major) = parts.first() else {
        return false;
    };
    match database {
        Database::PostgreSql => (8..=99).contains(&major) && parts.len() <= 3,
        Database::YugabyteDb => {
            (major == 1 || major == 2 || (2024..=2099).contains(&major)) && parts.len() <= 4
        }
    }
}

pub(super) fn comparison(op: CompareOp) -> Comparison {
    match op {
        CompareOp::Equal => Comparison::Equal,
        CompareOp::NotEqual => Comparison::NotEqual,
        CompareOp::Less => Comparison::Less,
        CompareOp::AtMost => Comparison::AtMost,
        CompareOp::Greater => Comparison::Greater,
        CompareOp::AtLeast => Comparison::AtLeast,
    }
}

/// Whether some version that the grammar supports passes the test.
pub(super) fn may_hold(test: &DialectTest, supported: &[DialectTest]) -> bool {
    let wanted = intervals(test);
    if supported.is_empty() {
        let everything = DialectTest {
            bound: None,
            ..test.clone()
        };
        return overlap(&wanted, &intervals(&everything));
    }
    supported
        .iter()
        .filter(|range| range.dialect == test.dialect)
        .any(|range| overlap(&wanted, &intervals(range)))
}

fn intervals(test: &DialectTest) -> Vec<Interval> {
    let oldest = match Database::named(&test.dialect) {
        Some(Database::YugabyteDb) => vec![2, 14],
        _ => vec![12],
    };
    let Some((comparison, parts)) = &test.bound else {
        return vec![(oldest, None)];
    };
    let below = || (oldest.clone(), Some(parts.clone()));
    let above = || (after(parts).max(oldest.clone()), None);
    match comparison {
        Comparison::Equal => vec![(parts.clone().max(oldest.clone()), Some(after(parts)))],
        Comparison::NotEqual => vec![below(), above()],
        Comparison::Less => vec![below()],
        Comparison::AtMost => vec![(oldest.clone(), Some(after(parts)))],
        Comparison::Greater => vec![above()],
        Comparison::AtLeast => vec![(parts.clone().max(oldest.clone()), None)],
    }
}

/// The first version after all that start with `parts`.
fn after(parts: &[u32]) -> Vec<u32> {
    let mut next = parts.to_vec();
    if let Some(last) = next.last_mut() {
        *last = last.saturating_add(1);
    }
    next
}

fn overlap(left: &[Interval], right: &[Interval]) -> bool {
    left.iter().any(|a| {
        right.iter().any(|b| {
            let low = (&a.0).max(&b.0);
            let below = |end: &Option<Vec<u32>>| end.as_ref().is_none_or(|end| low < end);
            below(&a.1) && below(&b.1)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(dialect: &str, bound: Option<(Comparison, &[u32])>) -> DialectTest {
        DialectTest {
            dialect: dialect.to_owned(),
            bound: bound.map(|(comparison, parts)| (comparison, parts.to_vec())),
            span: Span::default(),
        }
    }

    #[test]
    fn guards_meet_the_supported_versions() {
        let supported = [range("postgresql", Some((Comparison::AtLeast, &[14])))];
        let pg = |comparison, parts| range("postgresql", Some((comparison, parts)));
        assert!(may_hold(&pg(Comparison::AtLeast, &[15]), &supported));
        assert!(!may_hold(&pg(Comparison::Less, &[14]), &supported));
        assert!(may_hold(&pg(Comparison::AtMost, &[14]), &supported));
        assert!(may_hold(&pg(Comparison::Less, &[14, 3]), &supported));
        assert!(may_hold(&pg(Comparison::Equal, &[14]), &supported));
        assert!(!may_hold(&pg(Comparison::Equal, &[13]), &supported));
        assert!(!may_hold(&range("yugabytedb", None), &supported));
        assert!(may_hold(&range("yugabytedb", None), &[]));
        assert!(!may_hold(&pg(Comparison::Less, &[12]), &[]));
    }
}
