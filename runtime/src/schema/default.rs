//! The schema of a run that is given none: a web shop.

use super::ddl;
use super::model::Model;
use std::sync::OnceLock;

/// Its DDL, for PostgreSQL 12 and later.
pub const DEFAULT_DDL: &str = include_str!("default.sql");

/// Its model.
#[must_use]
pub fn default_model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL
        .get_or_init(|| ddl::read_ddl(DEFAULT_DDL).model)
        .clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_understood() {
        let reading = ddl::read_ddl(DEFAULT_DDL);
        assert_eq!(reading.warnings, []);
        assert_eq!(reading.errors, []);
        assert!(
            reading
                .model
                .tables
                .iter()
                .all(|table| !table.opaque_constraint)
        );
        assert_eq!(default_model(), reading.model);
    }
}
