//! Features that guards can ask for, `feature(merge)`, and which dialects have them.

use crate::dialect::{Database, Dialect};

/// A feature of SQL that some supported versions lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Its name in the language and on the command line.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The first major version of PostgreSQL that has it; none: no version has it.
    pub postgresql: Option<u32>,
    /// The major version of PostgreSQL that a YugabyteDB with it is based on; none: no version has it.
    pub yugabytedb: Option<u32>,
}

macro_rules! features {
    ($($name:ident $postgresql:expr, $yugabytedb:expr, $doc:literal;)*) => {
        /// Every known feature, by name.
        pub const FEATURES: &[Feature] = &[$(Feature {
            name: stringify!($name),
            doc: $doc,
            postgresql: $postgresql,
            yugabytedb: $yugabytedb,
        },)*];
    };
}

features! {
    advisory_locks Some(9), None, "pg_advisory_lock and its relatives";
    any_value Some(16), Some(16), "the aggregate any_value";
    colocation None, Some(11), "tables that share a tablet";
    copy_from_where Some(12), Some(15), "COPY … FROM … WHERE";
    cte_materialized Some(12), Some(15), "WITH … AS [NOT] MATERIALIZED";
    cycle_clause Some(14), Some(15), "CYCLE clause of recursive queries";
    date_bin Some(14), Some(15), "the function date_bin";
    exclusion_constraints Some(9), None, "EXCLUDE constraints";
    fetch_with_ties Some(13), Some(15), "FETCH FIRST … WITH TIES";
    generated_columns Some(12), Some(15), "GENERATED ALWAYS AS (…) STORED";
    group_by_distinct Some(14), Some(15), "GROUP BY DISTINCT";
    grouping_sets Some(9), Some(11), "GROUPING SETS, CUBE and ROLLUP";
    is_json Some(16), Some(16), "the predicate IS JSON";
    json_constructors Some(16), Some(16), "JSON_OBJECT, JSON_ARRAY and their aggregates as in the standard";
    json_query_functions Some(17), Some(17), "JSON_EXISTS, JSON_QUERY and JSON_VALUE";
    json_table Some(17), Some(17), "JSON_TABLE";
    jsonb_subscripting Some(14), Some(15), "subscripts of jsonb";
    lateral Some(9), Some(11), "LATERAL subqueries and functions";
    listen_notify Some(9), None, "LISTEN and NOTIFY";
    merge Some(15), None, "MERGE";
    merge_by_source Some(17), None, "MERGE … WHEN NOT MATCHED BY SOURCE";
    merge_returning Some(17), None, "MERGE … RETURNING";
    multirange Some(14), Some(15), "multirange types";
    nulls_not_distinct Some(15), Some(15), "UNIQUE NULLS NOT DISTINCT";
    numeric_literals Some(16), Some(16), "hexadecimal, octal, binary and underscored integer literals";
    parallel_query Some(10), Some(11), "parallel plans";
    partitioning Some(10), Some(11), "declarative partitioning";
    procedures Some(11), Some(11), "CREATE PROCEDURE and CALL";
    range_agg Some(14), Some(15), "the aggregates range_agg and range_intersect_agg";
    regexp_functions Some(15), Some(15), "regexp_count, regexp_instr, regexp_like and regexp_substr";
    reindex_concurrently Some(12), None, "REINDEX CONCURRENTLY";
    returning_old_new Some(18), Some(18), "old and new in RETURNING";
    savepoints Some(9), Some(11), "SAVEPOINT";
    search_clause Some(14), Some(15), "SEARCH clause of recursive queries";
    security_invoker_views Some(15), Some(15), "views with security_invoker";
    subquery_without_alias Some(16), Some(16), "subqueries in FROM without an alias";
    table_inheritance Some(9), None, "INHERITS";
    tablesample Some(9), None, "TABLESAMPLE";
    temporal_keys Some(18), None, "WITHOUT OVERLAPS and PERIOD";
    truncate Some(9), Some(11), "TRUNCATE";
    unnest_ordinality Some(9), Some(11), "WITH ORDINALITY";
    virtual_generated Some(18), Some(18), "GENERATED ALWAYS AS (…) VIRTUAL";
    window_frame_groups Some(11), Some(11), "GROUPS frames and frame exclusion";
}

/// Looks a feature up by its name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|feature| feature.name == name)
}

impl Feature {
    /// Whether a dialect has it.
    #[must_use]
    pub fn enabled(&self, dialect: &Dialect) -> bool {
        let since = match dialect.database {
            Database::PostgreSql => self.postgresql,
            Database::YugabyteDb => self.yugabytedb,
        };
        since.is_some_and(|major| dialect.postgresql_major() >= major)
    }
}

/// Whether a dialect has the feature of that name; an unknown one is never had.
#[must_use]
pub fn enabled(dialect: &Dialect, name: &str) -> bool {
    named(name).is_some_and(|feature| feature.enabled(dialect))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(dialect: &str, feature: &str) -> bool {
        enabled(&dialect.parse().unwrap(), feature)
    }

    #[test]
    fn versions_decide() {
        assert!(has("postgresql@15", "merge"));
        assert!(!has("postgresql@14", "merge"));
        assert!(!has("yugabytedb@2.25", "merge"));
        assert!(has("yugabytedb@2.25", "generated_columns"));
        assert!(!has("yugabytedb@2.14", "generated_columns"));
        assert!(has("yugabytedb@2.14", "grouping_sets"));
        assert!(!has("yugabytedb@2024.2", "multirange"));
        assert!(has("yugabytedb@2025.1", "multirange"));
        assert!(has("yugabytedb@2.14", "colocation"));
        assert!(!has("postgresql@18", "colocation"));
        assert!(!has("postgresql@18", "no_such_thing"));
    }

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(FEATURES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
