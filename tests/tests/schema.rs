//! However a schema is read, from its script, from what pg_dump writes or from a server, the model
//! is the same.
//!
//! What may differ is the order in which constraints were declared: a server knows a table's
//! primary key first, then its other keys and its checks as they were added, then unique indexes
//! that are no constraints. The numbers of keys and of types follow from that order. The text of
//! a partial index's predicate is the server's.
//!
//! The schemas of the live suite are read whole.

use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::schema::{DEFAULT_DDL, Model, Table};
use rqg_server::{Dsn, Options};
use rqg_tests::postgres::Server;

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
    lines.push(format!(
        "{:?} {} {}",
        table.kind, table.opaque_constraint, table.whole_rows_only
    ));
    lines
}

/// Expects the same tables, in any order.
fn assert_same(source: &Model, other: &Model) {
    assert_eq!(source.tables.len(), other.tables.len());
    for table in &source.tables {
        let same = other
            .tables
            .iter()
            .find(|other| other.reference == table.reference)
            .unwrap_or_else(|| panic!("{} is missing", table.reference));
        assert_eq!(
            describe(source, table),
            describe(other, same),
            "{}",
            table.reference
        );
    }
}

#[test]
fn a_dump_reads_as_its_source() {
    let source = read(&format!("{DEFAULT_DDL}{HOSTILE_DDL}"));
    assert_same(&source, &read(DUMP));
}

#[test]
fn a_server_of_postgresql_12_reads_as_its_source() {
    a_server_reads_as_its_source(12);
}

#[test]
fn a_server_of_postgresql_15_reads_as_its_source() {
    a_server_reads_as_its_source(15);
}

#[test]
fn a_server_of_postgresql_18_reads_as_its_source() {
    a_server_reads_as_its_source(18);
}

fn a_server_reads_as_its_source(major: u32) {
    let script = format!("{DEFAULT_DDL}{HOSTILE_DDL}");
    let server = Server::start(major).expect("a server");
    let mut session = server.connect().expect("a connection");
    session.execute(&script).expect("the schema is created");
    // Not part of the model: what is recorded of loaded data.
    session
        .execute("CREATE SCHEMA rqg; CREATE TABLE rqg.data (x integer)")
        .expect("a record");
    let dsn = Dsn::parse(&server.dsn()).expect("an address");
    let reader = rqg_server::Server::connect(&dsn, &Options::default()).expect("a connection");
    assert_eq!(reader.version().number / 10_000, major);
    let source = read(&script);
    let found = read(&reader.ddl().expect("the schema"));
    assert_same(&source, &found);
    let names = |model: &Model| -> Vec<String> {
        let tables = model.tables.iter();
        tables.map(|table| table.reference.clone()).collect()
    };
    assert_eq!(names(&source), names(&found));
    let declared = |model: &Model| {
        let mut types: Vec<String> = model
            .types
            .iter()
            .map(|ty| format!("{} {:?} {:?}", ty.sql, ty.classes, ty.length))
            .collect();
        types.sort();
        types
    };
    assert_eq!(declared(&source), declared(&found));
}

/// What a script can say in several ways, and what it takes to tell from a catalogue.
const ODD: &str = "
CREATE TABLE measures (
    at date NOT NULL, place integer NOT NULL, reading numeric(6,2) CHECK (reading > 0),
    PRIMARY KEY (at, place)
) PARTITION BY RANGE (at);
CREATE TABLE measures_old PARTITION OF measures FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE measures_new PARTITION OF measures DEFAULT;
CREATE TABLE notes (id serial PRIMARY KEY, at date, place integer, body text DEFAULT 'it''s',
    FOREIGN KEY (at, place) REFERENCES measures);
CREATE TABLE late (a integer, b integer, UNIQUE (a, b) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE spans (id integer, during int4range, EXCLUDE USING gist (during WITH &&));
CREATE TYPE point2 AS (x integer, y integer);
CREATE TYPE floats AS RANGE (SUBTYPE = float8);
CREATE TABLE shapes (id bigint GENERATED ALWAYS AS IDENTITY, corner point2, extent floats);
CREATE UNIQUE INDEX shapes_id ON shapes (id) WHERE id > 10;
CREATE UNIQUE INDEX shapes_twice ON shapes ((id * 2));
CREATE MATERIALIZED VIEW busy AS SELECT at, place, body FROM notes;
CREATE VIEW recent AS SELECT notes.id, notes.body::varchar(10) AS start FROM notes;
CREATE TABLE dropped (a integer, b text, c date);
ALTER TABLE dropped DROP COLUMN b;
";

#[test]
fn a_server_reads_the_odd_as_its_source() {
    let server = Server::start(15).expect("a server");
    let mut session = server.connect().expect("a connection");
    session.execute(ODD).expect("the schema is created");
    // Nobody's own: temporary, or an extension's.
    session
        .execute("CREATE TEMP TABLE passing (a integer)")
        .expect("a table");
    session
        .execute("CREATE EXTENSION pg_stat_statements")
        .expect("an extension");
    let dsn = Dsn::parse(&server.dsn()).expect("an address");
    let reader = rqg_server::Server::connect(&dsn, &Options::default()).expect("a connection");
    let found = read(&reader.ddl().expect("the schema"));
    let source = ODD.replace("a integer, b text, c date", "a integer, c date");
    let source = source.replace("ALTER TABLE dropped DROP COLUMN b;", "");
    assert_same(&read(&source), &found);
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

#[test]
fn a_server_reads_the_schemas_of_the_suite_as_their_source() {
    let server = Server::start(15).expect("a server");
    let mut session = server.connect().expect("a connection");
    for entry in std::fs::read_dir("fixtures/schemas/live").expect("the schemas") {
        let path = entry.expect("an entry").path();
        let script = std::fs::read_to_string(&path).expect("DDL");
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        session
            .execute(&format!("CREATE DATABASE {name}"))
            .expect("a database");
        // The later of two options is taken.
        let address = format!("{} dbname={name}", server.dsn());
        let mut inside = postgres::Client::connect(&address, postgres::NoTls).expect("it");
        inside
            .batch_execute(&script)
            .expect("the schema is created");
        let dsn = Dsn::parse(&address).expect("an address");
        let reader = rqg_server::Server::connect(&dsn, &Options::default()).expect("a connection");
        let found = read(&reader.ddl().expect("the schema"));
        assert_same(&read(&script), &found);
    }
}
