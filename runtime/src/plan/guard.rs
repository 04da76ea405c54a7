//! Guards that dialect, version and features decide when a run starts.

use crate::demand::Comparison;
use crate::dialect::{Database, Dialect};
use std::cmp::Ordering;

/// Whether a run's dialect is the named one, of a version that compares with the bound.
#[must_use]
pub fn dialect_holds(dialect: &Dialect, name: &str, bound: Option<(Comparison, &[u32])>) -> bool {
    if Database::named(name) != Some(dialect.database) {
        return false;
    }
    let Some((comparison, version)) = bound else {
        return true;
    };
    let ordering = dialect.compare_version(version);
    comparison.holds(ordering, Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_in_the_bounds_precision() {
        let dialect: Dialect = "postgresql@15.3".parse().expect("a dialect");
        let holds = |name, comparison, version: &[u32]| {
            dialect_holds(&dialect, name, Some((comparison, version)))
        };
        assert!(holds("postgresql", Comparison::Equal, &[15]));
        assert!(holds("pg", Comparison::AtLeast, &[15]));
        assert!(!holds("postgresql", Comparison::Greater, &[15]));
        assert!(holds("postgresql", Comparison::Less, &[15, 4]));
        assert!(!holds("yugabytedb", Comparison::AtLeast, &[2]));
        assert!(dialect_holds(&dialect, "postgresql", None));
    }
}
