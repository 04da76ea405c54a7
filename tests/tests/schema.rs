//! What pg_dump writes of a schema reads as the script that the schema was made with, and the schemas
//! of the live suite are read whole.

use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::schema::{DEFAULT_DDL, Model, Table};

/// `pg_dump --schema-only` (version 15) of a database made with both scripts.
const DUMP: &str = include_str!("../fixtures/schemas/dump.sql");
const HOSTILE_DDL: &str = include_str!("../fixtures/schemas/hostile.sql");

fn read(text: &str) -> Model {
    let reading = read_ddl(text);
    assert_eq!(reading.warnings, []);
    assert_eq!(reading.errors, []);
    reading.model
}

/// A table in words, its keys by name, whatever the order of its definition.
fn describe(model: &Model, table: &Table) -> Vec<String> {
    let names = |table: &Table, columns: &[u16]| -> Vec<String> {
        columns
            .iter()
            .map(|&c| table.columns[usize::from(c)].name.clone())
            .collect()
    };
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            format!(
                "{} {} {:?} {:?}",
                column.reference,
                model.ty(column.ty).sql,
                (
                    column.not_null,
                    column.has_default,
                    column.identity,
                    column.generated
                ),
                (
                    &column.allowed,
                    column.unique.is_some(),
                    column.in_unique_key
                ),
            )
        })
        .collect();
    let mut keys: Vec<String> = Vec::new();
    for key in &table.unique_keys {
        let key = &model.unique_keys[key.0 as usize];
        keys.push(format!(
            "unique {:?} {:?}",
            names(table, &key.columns),
            (key.predicate.is_some(), key.inferable, key.primary)
        ));
    }
    for key in &table.references {
        let key = &model.foreign_keys[key.0 as usize];
        let to = model.table(key.to);
        let (from, targets) = (names(table, &key.columns), names(to, &key.targets));
        keys.push(format!("{from:?} references {} {targets:?}", to.reference));
    }
    keys.sort();
    lines.extend(keys);
    lines.push(format!("{:?} {}", table.kind, table.opaque_constraint));
    lines
}

#[test]
fn a_dump_reads_as_its_source() {
    let source = read(&format!("{DEFAULT_DDL}{HOSTILE_DDL}"));
    let dump = read(DUMP);
    assert_eq!(source.tables.len(), dump.tables.len());
    for table in &source.tables {
        let same = dump
            .tables
            .iter()
            .find(|other| other.reference == table.reference)
            .unwrap_or_else(|| panic!("{} is missing", table.reference));
        assert_eq!(
            describe(&source, table),
            describe(&dump, same),
            "{}",
            table.reference
        );
    }
}

#[test]
fn the_schemas_of_the_suite_are_read_whole() {
    let mut tables = Vec::new();
    for entry in std::fs::read_dir("fixtures/schemas/live").expect("the schemas") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("DDL");
        let reading = read_ddl(&text);
        assert_eq!(reading.warnings, [], "{}", path.display());
        assert_eq!(reading.errors, [], "{}", path.display());
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let model = reading.model;
        tables.push((
            name.into_owned(),
            model.tables.len(),
            model.foreign_keys.len(),
        ));
    }
    tables.sort();
    // Views included; counted by hand.
    let counts: Vec<_> = tables
        .iter()
        .map(|(name, tables, keys)| (name.as_str(), *tables, *keys))
        .collect();
    assert_eq!(
        counts,
        [
            ("chinook", 11, 11),
            ("clinic", 15, 20),
            ("tickets", 15, 20),
            ("tpcc", 9, 10),
            ("warehouse", 16, 23)
        ]
    );
}
