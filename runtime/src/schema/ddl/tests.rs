use super::*;
use crate::schema::model::{Allowed, Identity, Table, TableKind, TypeKind};
use crate::types::{BuiltinType, Classes};
use proptest::prelude::*;

fn model(text: &str) -> Model {
    let reading = read_ddl(text);
    assert_eq!(reading.warnings, []);
    assert_eq!(reading.errors, []);
    reading.model
}

fn table<'a>(model: &'a Model, name: &str) -> &'a Table {
    model
        .tables
        .iter()
        .find(|table| table.name == name)
        .unwrap_or_else(|| panic!("no table {name}"))
}

fn column_types(model: &Model, name: &str) -> Vec<String> {
    table(model, name)
        .columns
        .iter()
        .map(|column| model.ty(column.ty).sql.clone())
        .collect()
}

#[test]
fn reads_types() {
    let model = model(
        "CREATE TYPE app.mood AS ENUM ('a', 'it''s');
         CREATE TABLE t (
            a int, b serial, c numeric(10,2), d varchar(20), e char, f timestamp(3) with time zone,
            g time without time zone, h double precision, i character varying(5)[], j int[][],
            k app.mood, l bit varying(7), m interval day to second(2), n pg_catalog.bpchar,
            o \"char\", p tsvector, q float(10), r integer ARRAY[4], s numeric(4), t national character(3)
         );",
    );
    assert_eq!(
        column_types(&model, "t"),
        [
            "integer",
            "integer",
            "numeric(10,2)",
            "character varying(20)",
            "character(1)",
            "timestamp(3) with time zone",
            "time without time zone",
            "double precision",
            "character varying(5)[]",
            "integer[]",
            "app.mood",
            "bit varying(7)",
            "interval day to second(2)",
            "character",
            "\"char\"",
            "tsvector",
            "real",
            "integer[]",
            "numeric(4,0)",
            "character(3)",
        ]
    );
    let columns = &table(&model, "t").columns;
    assert!(columns[1].not_null && columns[1].has_default);
    assert_eq!(model.ty(columns[2].ty).base, BuiltinType::Numeric.id());
    let array = model.ty(columns[8].ty);
    assert_eq!(model.ty(array.base).sql, "character varying[]");
    assert_eq!(model.ty(columns[14].ty).kind, TypeKind::Other);
    let labels = vec!["a".to_owned(), "it's".to_owned()];
    assert_eq!(model.ty(columns[10].ty).kind, TypeKind::Enum(labels));
}

#[test]
fn reads_keys_and_references() {
    let model = model(
        "CREATE TABLE b (a_x int REFERENCES a (x), up int REFERENCES b, id int PRIMARY KEY,
             p int, q text, FOREIGN KEY (p, q) REFERENCES c, UNIQUE (p, q) DEFERRABLE);
         CREATE TABLE a (x int UNIQUE);
         CREATE TABLE c (p int, q text, PRIMARY KEY (p, q));
         CREATE UNIQUE INDEX ON a USING btree (x DESC NULLS LAST) WHERE (x >  5);
         CREATE UNIQUE INDEX i ON c (lower(q));",
    );
    let b = table(&model, "b");
    assert_eq!(b.references.len(), 3);
    assert_eq!(b.unique_keys.len(), 2);
    let key = |n: usize| &model.foreign_keys[b.references[n].0 as usize];
    assert_eq!(model.table(key(0).to).name, "a");
    assert_eq!(
        (key(1).columns.as_slice(), key(1).targets.as_slice()),
        (&[1][..], &[2][..])
    );
    assert_eq!(
        (key(2).columns.as_slice(), key(2).targets.as_slice()),
        (&[3, 4][..], &[0, 1][..])
    );
    assert_eq!(table(&model, "c").referenced_by, [b.references[2]]);
    assert!(b.columns[2].not_null && b.columns[2].unique == b.primary_key);
    assert!(
        !model.unique_keys[b.unique_keys[0].0 as usize].inferable
            || b.columns[2].unique == Some(b.unique_keys[0])
    );
    let a = table(&model, "a");
    let partial = &model.unique_keys[a.unique_keys[1].0 as usize];
    assert_eq!(partial.predicate.as_deref(), Some("(x > 5)"));
    let c = table(&model, "c");
    assert!(!model.unique_keys[c.unique_keys[1].0 as usize].inferable);
    assert!(!c.opaque_constraint);
}

#[test]
fn reads_checks() {
    let range = |low, high| Allowed::Range { low, high };
    for (ty, check, allowed) in [
        ("int", "c > 0", range(Some((1, 0)), None)),
        (
            "int",
            "0 < c AND c <= 10",
            range(Some((1, 0)), Some((10, 0))),
        ),
        (
            "numeric(8,2)",
            "(c >= (0)::numeric) AND (c < (10)::numeric)",
            range(Some((0, 0)), Some((999, 2))),
        ),
        (
            "numeric",
            "c BETWEEN '-0.5'::numeric AND 1.25",
            range(Some((-5, 1)), Some((125, 2))),
        ),
        (
            "int",
            "c IN (1, -2)",
            Allowed::OneOf(vec!["1".into(), "-2".into()]),
        ),
        (
            "varchar(9)",
            "(c)::text = ANY ((ARRAY['a'::character varying, 'b''s'::character varying])::text[])",
            Allowed::OneOf(vec!["'a'".into(), "'b''s'".into()]),
        ),
        (
            "text",
            "char_length(c) <= 10 AND length(trim(c)) > 2",
            Allowed::Length(3, 10),
        ),
        ("text", "c <> ''", Allowed::Length(1, u32::MAX)),
        ("int", "c IS NULL OR c >= 3", range(Some((3, 0)), None)),
        (
            "text",
            "c = 'a' OR c = 'b'",
            Allowed::OneOf(vec!["'a'".into(), "'b'".into()]),
        ),
        ("text", "c ~ '^x'", Allowed::Unknown),
        (
            "float",
            "c >= 1.5e1 AND c <= 2e3",
            range(Some((15, 0)), Some((2000, 0))),
        ),
        ("int", "c % 2 = 0", Allowed::Unknown),
        ("int", "c > 0 AND c % 2 = 0", Allowed::Unknown),
        ("date", "c > '2000-01-01'", Allowed::Unknown),
        ("int", "c !!! 'bad'", Allowed::Unknown),
    ] {
        let model = model(&format!("CREATE TABLE t (c {ty} CHECK ({check}), d int);"));
        assert_eq!(table(&model, "t").columns[0].allowed, allowed, "{check}");
        assert!(!table(&model, "t").opaque_constraint, "{check}");
    }
    let model = model("CREATE TABLE t (c int, d int, CHECK (c < d), CHECK (c > 1 AND d > 2));");
    assert!(table(&model, "t").opaque_constraint);
    assert_eq!(
        table(&model, "t").columns[1].allowed,
        range(Some((3, 0)), None)
    );
}

#[test]
fn reads_domains() {
    let model = model(
        "CREATE TYPE m AS ENUM ('x');
         CREATE DOMAIN a AS int NOT NULL CHECK (VALUE > 0) CHECK (VALUE < 10);
         CREATE DOMAIN b AS a CHECK (VALUE <> 5);
         CREATE DOMAIN c AS m;
         CREATE TABLE t (a a, b b, c c, d a[]);",
    );
    let columns = &table(&model, "t").columns;
    assert!(columns[0].not_null);
    let range = Allowed::Range {
        low: Some((1, 0)),
        high: Some((9, 0)),
    };
    assert_eq!(columns[0].allowed, range);
    assert_eq!(columns[1].allowed, Allowed::Unknown);
    assert!(!model.ty(columns[1].ty).classes.intersects(Classes::LITERAL));
    assert_eq!(model.ty(columns[1].ty).base, BuiltinType::Int4.id());
    assert!(
        !model
            .ty(columns[2].ty)
            .classes
            .intersects(Classes::EQUATABLE)
    );
    assert_eq!(model.ty(columns[3].ty).sql, "a[]");
}

#[test]
fn reads_what_pg_dump_writes() {
    let model = model(
        "SET statement_timeout = 0;
         SELECT pg_catalog.set_config('search_path', '', false);
         \\restrict abc
         CREATE SCHEMA app;
         ALTER SCHEMA app OWNER TO postgres;
         CREATE TABLE app.\"Order\" (
             id bigint NOT NULL,
             \"user\" character varying(20) DEFAULT 'x'::character varying NOT NULL COLLATE pg_catalog.\"C\",
             n integer GENERATED ALWAYS AS ((1 + 1)) STORED,
             CONSTRAINT c CHECK (((\"user\")::text <> ''::text))
         ) WITH (fillfactor='70');
         ALTER TABLE app.\"Order\" OWNER TO postgres;
         COMMENT ON TABLE app.\"Order\" IS 'a;b';
         ALTER TABLE app.\"Order\" ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
             SEQUENCE NAME app.order_id_seq START WITH 1 NO MINVALUE CACHE 1);
         CREATE SEQUENCE app.s START WITH 1;
         ALTER TABLE ONLY app.\"Order\" ALTER COLUMN n SET STATISTICS 100;
         CREATE TABLE app.p (k integer NOT NULL, o bigint) PARTITION BY RANGE (k);
         CREATE TABLE app.p1 (k integer NOT NULL, o bigint);
         ALTER TABLE ONLY app.p ATTACH PARTITION app.p1 FOR VALUES FROM (0) TO (10);
         COPY app.p1 (k, o) FROM stdin;\n1\t2;'\n\\.\n
         ALTER TABLE ONLY app.\"Order\" ADD CONSTRAINT pk PRIMARY KEY (id);
         ALTER TABLE app.p ADD CONSTRAINT fk FOREIGN KEY (o) REFERENCES app.\"Order\"(id) ON DELETE SET NULL NOT VALID;
         GRANT ALL ON TABLE app.p TO someone;",
    );
    let order = table(&model, "Order");
    assert_eq!(order.reference, "app.\"Order\"");
    assert_eq!(order.columns[1].reference, "\"user\"");
    assert_eq!(order.columns[0].identity, Some(Identity::ByDefault));
    assert!(order.columns[2].generated && !order.opaque_constraint);
    assert!(order.primary_key.is_some() && order.referenced_by.len() == 1);
    assert_eq!(table(&model, "p").kind, TableKind::Partitioned);
    assert!(table(&model, "p1").opaque_constraint);
}

#[test]
fn reads_views() {
    let reading = read_ddl(
        "CREATE TABLE t (id int, name varchar(5)); CREATE TABLE u (id int, t_id int);
         CREATE VIEW v AS SELECT name AS n, t.id, u.* , count(*) AS k FROM t JOIN u ON u.t_id = t.id WHERE false;
         CREATE VIEW w (x, y) AS SELECT a.id::text, b.t_id FROM (t a JOIN u b ON ((a.id = b.t_id)));
         CREATE MATERIALIZED VIEW x AS SELECT id FROM t WITH NO DATA;
         CREATE VIEW bad AS SELECT id + 1 AS z FROM t;",
    );
    let model = &reading.model;
    assert_eq!(reading.warnings.len(), 2);
    assert_eq!(
        (reading.warnings[0].line, reading.warnings[0].column),
        (2, 27)
    );
    assert_eq!(column_types(model, "w"), ["text", "integer"]);
    assert_eq!(table(model, "x").kind, TableKind::MaterializedView);
}

#[test]
fn an_unreadable_statement_skips_only_itself() {
    let reading = read_ddl(
        "CREATE TABLE a (x int;\nCREATE TABLE b (x int, y 12);\nFROBNICATE;\nCREATE TABLE c (x int);",
    );
    let names: Vec<_> = reading
        .model
        .tables
        .iter()
        .map(|t| t.name.as_str())
        .collect();
    assert_eq!(names, ["b", "c"]);
    assert!(reading.model.tables[0].opaque_constraint);
    let lines: Vec<_> = reading.warnings.iter().map(|w| w.line).collect();
    assert_eq!(lines, [1, 2, 3]);
    assert_eq!(read_ddl("-- nothing").errors, [DdlError::NoTable]);
}

#[test]
fn deep_and_long_input_is_no_danger() {
    let deep = format!(
        "CREATE TABLE t (a int CHECK ({}a{}));",
        "(".repeat(100_000),
        ")".repeat(100_000)
    );
    let long = format!(
        "CREATE TABLE u (a int CHECK (a > 0{}));",
        " AND a > 0".repeat(200_000)
    );
    let near = format!(
        "CREATE TABLE v (a int CHECK (a > 0{}));",
        " + 1".repeat(1_900)
    );
    let arrays = format!("CREATE TABLE w (a int{});", "[]".repeat(100_000));
    let open = "/*;\n'".repeat(100_000);
    let reading = read_ddl(&format!("{deep}{long}{near}{arrays}{open}"));
    assert_eq!(reading.model.tables.len(), 4);
    assert!(read_ddl(&"x;".repeat(500_000)).warnings.len() < 2_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn never_panics(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..40)) {
        let reading = read_ddl(&words.join(" "));
        prop_assert!(!reading.model.tables.is_empty() || !reading.errors.is_empty());
        prop_assert_eq!(reading.model.fingerprint(), reading.model.clone().fingerprint());
    }
}

const WORDS: &[&str] = &[
    "CREATE",
    "TABLE",
    "t",
    "u",
    "(",
    "(",
    ")",
    ")",
    ",",
    ";",
    "a",
    "b",
    "int",
    "PRIMARY",
    "KEY",
    "UNIQUE",
    "REFERENCES",
    "FOREIGN",
    "CHECK",
    "a > 0",
    "NOT",
    "NULL",
    "DEFAULT",
    "1",
    "ALTER",
    "ADD",
    "CONSTRAINT",
    "COLUMN",
    "VIEW",
    "AS",
    "SELECT",
    "FROM",
    "*",
    "INDEX",
    "ON",
    "'x'",
    "[",
    "]",
    "CREATE TABLE t (a int, b text);",
    "ALTER TABLE t",
    "CREATE DOMAIN d AS int",
    "VALUE",
    "GENERATED",
    "ALWAYS",
    "IDENTITY",
    "LIKE",
    "PARTITION",
    "OF",
    "numeric(",
    "é",
    "$$",
    "'",
    "\"",
    "CREATE UNIQUE INDEX i ON t (",
    "TYPE",
    "ENUM",
    ".",
    "COPY t FROM stdin;",
    "\\.",
    "\n",
    "--",
];
