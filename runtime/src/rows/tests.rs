use super::mix::{Draws, Key};
use super::*;
use crate::choices::Choices;
use crate::schema::ddl::read_ddl;
use crate::schema::{Identity, TableKind, default_model};
use std::collections::{HashMap, HashSet};

const HOSTILE: &str = include_str!("../../../tests/fixtures/schemas/hostile.sql");

fn model(ddl: &str, rows: u64) -> Model {
    let reading = read_ddl(ddl);
    assert_eq!((reading.warnings, reading.errors), (vec![], vec![]));
    with_rows(reading.model, rows)
}

fn with_rows(mut model: Model, rows: u64) -> Model {
    for table in &mut model.tables {
        if table.kind == TableKind::Table {
            table.rows = rows;
        }
    }
    model
}

fn table(model: &Model, name: &str) -> TableId {
    let n = model.tables.iter().position(|table| table.name == name);
    TableId(u32::try_from(n.expect(name)).unwrap())
}

fn literal(model: &Model, rows: &Rows, table: TableId, column: u16, row: u64) -> Option<String> {
    let mut out = b"before".to_vec();
    let there = rows.literal(model, table, column, row, &mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(there, text != "before");
    assert_eq!(there, !rows.is_null(table, column, row));
    there.then(|| text["before".len()..].to_owned())
}

fn column(model: &Model, rows: &Rows, name: &str, column: u16, upto: u64) -> Vec<Option<String>> {
    let table = table(model, name);
    (0..upto)
        .map(|row| literal(model, rows, table, column, row))
        .collect()
}

/// Checks every promise over all rows and some new ones of every table.
fn check(model: &Model, rows: &Rows) {
    let mut loaded = HashSet::new();
    for &id in rows.load_order() {
        let table = model.table(id);
        let count = rows.count(id);
        let beyond = rows.new_rows(id).min(500);
        for (at, column) in (0_u16..).zip(&table.columns) {
            let nulls = (0..count).filter(|&row| rows.is_null(id, at, row)).count();
            if column.not_null && rows.is_loaded(id, at) {
                assert_eq!(nulls, 0, "{} {}", table.name, column.name);
            }
            assert!(
                count == 0 || rows.is_loaded(id, at) || column.has_default || !column.not_null,
                "{} {}",
                table.name,
                column.name
            );
        }
        for key in &table.unique_keys {
            let key = &model.unique_keys[key.0 as usize];
            let mut seen: HashMap<Vec<Option<String>>, u64> = HashMap::new();
            for row in 0..count + beyond {
                let values: Vec<_> = key
                    .columns
                    .iter()
                    .map(|&at| literal(model, rows, id, at, row))
                    .collect();
                if key.nulls_not_distinct || values.iter().all(Option::is_some) {
                    let other = seen.insert(values.clone(), row);
                    assert_eq!(other, None, "{} {row} {values:?}", table.name);
                }
            }
        }
        for &key_id in &table.references {
            let key = &model.foreign_keys[key_id.0 as usize];
            for row in 0..count + beyond {
                let own: Vec<_> = key
                    .columns
                    .iter()
                    .map(|&at| literal(model, rows, id, at, row))
                    .collect();
                let nulls = own.iter().filter(|value| value.is_none()).count();
                let Some(parent) = rows.partner(key_id, row) else {
                    assert!(nulls > 0, "{} {row}", table.name);
                    assert!(!key.full || nulls == own.len());
                    continue;
                };
                let referenced: Vec<_> = key
                    .targets
                    .iter()
                    .map(|&at| literal(model, rows, key.to, at, parent))
                    .collect();
                assert_eq!(own, referenced, "{} {row}", table.name);
                if key.to == id {
                    assert!(parent <= row && (parent < rows.stable(id) || parent == row));
                } else {
                    assert!(parent < rows.stable(key.to));
                    assert!(loaded.contains(&key.to));
                }
            }
        }
        loaded.insert(id);
    }
}

fn checked(ddl: &str, count: u64) -> (Model, Rows) {
    let model = model(ddl, count);
    let rows = Rows::new(&model, 0);
    check(&model, &rows);
    (model, rows)
}

#[test]
fn the_default_schema_holds_rows() {
    for count in [1, 3, 9, 10, 100, 1_000] {
        let model = with_rows(default_model(), count);
        let rows = Rows::new(&model, 0);
        check(&model, &rows);
        for (n, table) in (0..).zip(&model.tables) {
            let expected = if table.kind == TableKind::Table {
                count
            } else {
                0
            };
            assert_eq!(rows.count(TableId(n)), expected, "{}", table.name);
        }
        assert_eq!(rows.limits(), []);
    }
}

#[test]
fn the_hostile_schema_holds_rows() {
    let (model, rows) = checked(HOSTILE, 1_000);
    for &id in rows.load_order() {
        assert_eq!(rows.count(id), 1_000, "{}", model.table(id).name);
    }
}

#[test]
fn identities_count_from_one_and_stay_clear_of_sequences() {
    let (model, rows) = checked(
        "CREATE TABLE a (id serial PRIMARY KEY, n int UNIQUE);
         CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY, v text);
         CREATE TABLE c (id smallint PRIMARY KEY CHECK (id >= 10 AND id < 200));
         CREATE TABLE d (id smallserial PRIMARY KEY);",
        100,
    );
    let first = |name| column(&model, &rows, name, 0, 3);
    let text = |n: &str| Some(n.to_owned());
    assert_eq!(first("a"), [text("1"), text("2"), text("3")]);
    assert_eq!(first("b"), [text("1"), text("2"), text("3")]);
    assert_eq!(first("c"), [text("10"), text("11"), text("12")]);
    let new = |name| literal(&model, &rows, table(&model, name), 0, 100);
    assert_eq!(new("a"), text("1000000000"));
    assert_eq!(new("c"), text("110"));
    assert_eq!(new("d"), text("16383"));
    assert_eq!(rows.new_rows(table(&model, "c")), 90);
    assert_eq!(rows.new_rows(table(&model, "d")), 32_767 - 16_383 + 1);
    let unique = column(&model, &rows, "a", 1, 100);
    assert!(!unique.is_sorted());
    assert_eq!(model.tables[1].columns[0].identity, Some(Identity::Always));
}

#[test]
fn small_domains_limit_the_rows() {
    let (model, rows) = checked(
        "CREATE TYPE mood AS ENUM ('a', 'b', 'c');
         CREATE DOMAIN d AS char(1);
         CREATE TABLE flags (f boolean PRIMARY KEY);
         CREATE TABLE moods (m mood NOT NULL UNIQUE, x text);
         CREATE TABLE letters (c char(2) PRIMARY KEY);
         CREATE TABLE numbers (n smallint PRIMARY KEY);
         CREATE TABLE negative (n smallint NOT NULL UNIQUE CHECK (n BETWEEN -100 AND 2));
         CREATE TABLE listed (l text PRIMARY KEY CHECK (l IN ('x', 'X', 'y', 'y ')));
         CREATE TABLE domains (v d NOT NULL, w boolean NOT NULL, UNIQUE (v, w));
         CREATE TABLE nullable (f boolean UNIQUE, g mood, h boolean NOT NULL, UNIQUE (g, h));
         CREATE TABLE both (f boolean NOT NULL, g mood NOT NULL, h boolean NOT NULL,
             UNIQUE (f, g), UNIQUE (g, h));",
        50,
    );
    let counts: Vec<(&str, u64, u64)> = rows
        .load_order()
        .iter()
        .map(|&id| {
            (
                model.table(id).name.as_str(),
                rows.count(id),
                rows.new_rows(id),
            )
        })
        .collect();
    assert_eq!(
        counts,
        [
            ("flags", 2, 0),
            ("moods", 3, 0),
            ("letters", 50, 36 * 36 - 50),
            ("numbers", 50, 32_767 - 50),
            ("negative", 50, 53),
            ("listed", 2, 0),
            ("domains", 50, 22),
            ("nullable", 50, u64::MAX - 50),
            ("both", 2, 0),
        ]
    );
    assert_eq!(rows.limits().len(), 4);
    assert_eq!(
        rows.limits()[0],
        Limit {
            table: table(&model, "flags"),
            asked: 50,
            possible: 2,
            reason: "its unique key (f) has room for 2 rows".to_owned(),
        }
    );
    let held = column(&model, &rows, "nullable", 0, 50);
    assert_eq!(held.iter().flatten().count(), 2);
}

#[test]
fn nulls_that_collide_are_avoided() {
    let (model, rows) = checked(
        "CREATE TABLE t (f boolean UNIQUE NULLS NOT DISTINCT, g int);
         CREATE TABLE u (f boolean, g boolean, UNIQUE NULLS NOT DISTINCT (f, g), UNIQUE (g));",
        50,
    );
    assert_eq!(rows.count(table(&model, "t")), 2);
    assert_eq!(rows.count(table(&model, "u")), 2);
}

#[test]
fn keys_of_references_are_kept() {
    let (model, rows) = checked(
        "CREATE TABLE p (id serial PRIMARY KEY, code varchar(8) UNIQUE NOT NULL, x uuid NOT NULL,
             UNIQUE (x, code));
         CREATE TABLE junction (a int REFERENCES p, b varchar(8) REFERENCES p (code),
             PRIMARY KEY (a, b));
         CREATE TABLE one (id int PRIMARY KEY REFERENCES p, note text);
         CREATE TABLE lines (p int REFERENCES p, line smallint, PRIMARY KEY (p, line));
         CREATE TABLE named (p int NOT NULL REFERENCES p, n text NOT NULL, UNIQUE (n, p));
         CREATE TABLE maybe (p int UNIQUE REFERENCES p, c boolean);
         CREATE TABLE state (id int PRIMARY KEY, p int NOT NULL DEFAULT 1 REFERENCES p,
             q int DEFAULT 3 UNIQUE, x uuid NOT NULL, code varchar(8),
             FOREIGN KEY (code, x) REFERENCES p (code, x) MATCH FULL,
             UNIQUE NULLS NOT DISTINCT (p, code));
         CREATE TABLE two (id serial PRIMARY KEY, x uuid, code varchar(8),
             FOREIGN KEY (code, x) REFERENCES p (code, x) MATCH FULL, UNIQUE (x, code));
         CREATE TABLE deep (id int PRIMARY KEY REFERENCES one, j varchar(8), a int,
             FOREIGN KEY (j, a) REFERENCES junction (b, a));",
        200,
    );
    let count = |name| rows.count(table(&model, name));
    assert_eq!(count("junction"), 200);
    assert_eq!(rows.new_rows(table(&model, "junction")), 180 * 180 - 200);
    assert_eq!(count("one"), 180);
    assert_eq!(rows.new_rows(table(&model, "one")), 0);
    assert_eq!(count("lines"), 200);
    assert_eq!(count("state"), 180);
    assert_eq!(count("maybe"), 200);
    assert_eq!(count("deep"), 162);
    let codes: HashSet<_> = column(&model, &rows, "junction", 1, 200)
        .into_iter()
        .collect();
    assert!(codes.len() > 50, "{}", codes.len());
    let lines: HashSet<_> = column(&model, &rows, "lines", 1, 200).into_iter().collect();
    assert_eq!(lines, HashSet::from([Some("1".into()), Some("2".into())]));
}

#[test]
fn references_that_share_columns_agree() {
    let (model, rows) = checked(
        "CREATE TABLE tenants (id serial PRIMARY KEY);
         CREATE TABLE users (tenant int NOT NULL REFERENCES tenants, id int NOT NULL, v text,
             PRIMARY KEY (tenant, id));
         CREATE TABLE posts (id serial PRIMARY KEY, tenant int NOT NULL REFERENCES tenants,
             author int, FOREIGN KEY (tenant, author) REFERENCES users);
         CREATE TABLE shared (id serial PRIMARY KEY, tenant int NOT NULL, author int NOT NULL,
             editor int, FOREIGN KEY (tenant, author) REFERENCES users,
             FOREIGN KEY (tenant, editor) REFERENCES users);
         CREATE TABLE both (id serial PRIMARY KEY, tenant int NOT NULL, author int NOT NULL,
             editor int NOT NULL, FOREIGN KEY (tenant, author) REFERENCES users,
             FOREIGN KEY (tenant, editor) REFERENCES users);
         CREATE TABLE projects (id serial PRIMARY KEY, tenant int NOT NULL REFERENCES tenants,
             UNIQUE (id, tenant));
         CREATE TABLE three (id serial PRIMARY KEY, tenant int NOT NULL REFERENCES tenants,
             author int, project int NOT NULL, FOREIGN KEY (tenant, author) REFERENCES users,
             FOREIGN KEY (tenant, project) REFERENCES projects (tenant, id));
         CREATE TABLE notes (tenant int NOT NULL REFERENCES tenants, id int NOT NULL,
             reply_to int, copy_of int, PRIMARY KEY (tenant, id),
             FOREIGN KEY (tenant, reply_to) REFERENCES notes,
             FOREIGN KEY (tenant, copy_of) REFERENCES notes);
         CREATE TABLE pairs (a int, b int, PRIMARY KEY (a, b));
         CREATE TABLE stuck (id serial PRIMARY KEY, a int NOT NULL, b int NOT NULL,
             c int NOT NULL, FOREIGN KEY (a, b) REFERENCES pairs,
             FOREIGN KEY (a, c) REFERENCES pairs);
         CREATE TABLE base (id int PRIMARY KEY);
         CREATE TABLE child (id int PRIMARY KEY REFERENCES base);
         CREATE TABLE grandchild (id int PRIMARY KEY REFERENCES base REFERENCES child);",
        100,
    );
    assert_eq!(rows.count(table(&model, "posts")), 100);
    for name in ["shared", "both", "three"] {
        assert_eq!(rows.count(table(&model, name)), 100, "{name}");
    }
    let editors = column(&model, &rows, "shared", 3, 100);
    assert!(editors.iter().any(Option::is_none) && editors.iter().any(Option::is_some));
    let notes = table(&model, "notes");
    let replies = (90..100)
        .filter(|&row| !rows.is_null(notes, 2, row))
        .count();
    assert!(replies >= 5, "{replies}");
    let authors = column(&model, &rows, "posts", 2, 100);
    assert!(authors.iter().any(Option::is_none) && authors.iter().any(Option::is_some));
    assert_eq!(rows.count(table(&model, "stuck")), 0);
    assert_eq!(rows.count(table(&model, "grandchild")), 81);
}

#[test]
fn tables_may_reference_themselves_and_each_other() {
    let (model, rows) = checked(
        "CREATE TABLE tree (id serial PRIMARY KEY, up int REFERENCES tree, name text NOT NULL,
             UNIQUE (up, name));
         CREATE TABLE root (id int PRIMARY KEY, up int NOT NULL REFERENCES root);
         CREATE TABLE next (id int PRIMARY KEY, n int NOT NULL UNIQUE REFERENCES next);
         CREATE TABLE own (id int PRIMARY KEY REFERENCES own);
         CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL);
         CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
         ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
         CREATE TABLE c (id int PRIMARY KEY, d int NOT NULL);
         CREATE TABLE d (id int PRIMARY KEY, c int NOT NULL REFERENCES c);
         ALTER TABLE c ADD FOREIGN KEY (d) REFERENCES d;
         CREATE TABLE e (id int PRIMARY KEY, c int NOT NULL REFERENCES c, d int REFERENCES d);
         CREATE TABLE f (id int PRIMARY KEY, c int REFERENCES c);",
        100,
    );
    for (name, count) in [
        ("tree", 100),
        ("root", 100),
        ("next", 100),
        ("own", 100),
        ("a", 100),
        ("b", 100),
        ("c", 0),
        ("d", 0),
        ("e", 0),
        ("f", 100),
    ] {
        assert_eq!(rows.count(table(&model, name)), count, "{name}");
    }
    assert_eq!(column(&model, &rows, "root", 1, 1), [Some("1".into())]);
    assert_eq!(column(&model, &rows, "tree", 1, 1), [None]);
    let reasons: Vec<&str> = rows.limits().iter().map(|l| l.reason.as_str()).collect();
    assert_eq!(reasons.len(), 3);
    assert!(reasons[2].contains("has no rows"), "{reasons:?}");
}

#[test]
fn values_fit_the_referencing_column() {
    let (model, rows) = checked(
        "CREATE TABLE big (id bigint PRIMARY KEY, t text UNIQUE, n numeric(9, 2) UNIQUE NOT NULL);
         CREATE TABLE fits (id int PRIMARY KEY, b smallint NOT NULL REFERENCES big,
             c int CHECK (c > 0) REFERENCES big, n numeric(9, 1) REFERENCES big (n));
         CREATE TABLE strict (id int PRIMARY KEY, b int NOT NULL CHECK (b > 5) REFERENCES big);
         CREATE TABLE short (id int PRIMARY KEY, t varchar(3) REFERENCES big (t), u text
             REFERENCES big (t));",
        100,
    );
    assert_eq!(rows.count(table(&model, "fits")), 100);
    assert!(rows.holds(table(&model, "fits"), 2));
    assert_eq!(rows.count(table(&model, "strict")), 0);
    assert!(!rows.holds(table(&model, "short"), 1));
    assert!(rows.holds(table(&model, "short"), 2));
}

#[test]
fn what_cannot_be_loaded_is_said() {
    let (model, rows) = checked(
        "CREATE TABLE opaque (a int, b int, CHECK (a < b));
         CREATE TABLE unknown (a int NOT NULL CHECK (a % 2 = 0), b int);
         CREATE TABLE defaulted (a int NOT NULL DEFAULT 2 CHECK (a % 2 = 0), b int);
         CREATE TABLE other (t tsvector NOT NULL);
         CREATE TABLE parts (a int) PARTITION BY RANGE (a);
         CREATE TABLE derived (a text, b text GENERATED ALWAYS AS (lower(a)) STORED UNIQUE);
         CREATE VIEW v AS SELECT b FROM defaulted;",
        20,
    );
    let mut asked = model.clone();
    asked.tables[4].rows = 5;
    let planned = Rows::new(&asked, 0);
    let said: Vec<(&str, u64)> = planned
        .limits()
        .iter()
        .map(|limit| (model.table(limit.table).name.as_str(), limit.possible))
        .collect();
    assert_eq!(
        said,
        [
            ("opaque", 0),
            ("unknown", 0),
            ("other", 0),
            ("parts", 0),
            ("derived", 1)
        ]
    );
    let defaulted = table(&model, "defaulted");
    assert_eq!(rows.count(defaulted), 20);
    assert!(!rows.is_loaded(defaulted, 0) && rows.is_loaded(defaulted, 1));
}

#[test]
fn values_do_not_depend_on_other_tables_or_on_order() {
    let ddl = "CREATE TABLE t (id serial PRIMARY KEY, a text, b uuid UNIQUE, c int[]);";
    let (alone, rows) = checked(ddl, 40);
    let more = format!("CREATE TABLE s (x int UNIQUE, y text);{ddl}CREATE TABLE z (q date);");
    let (among, others) = checked(&more, 40);
    for at in 0..4 {
        let first = column(&alone, &rows, "t", at, 60);
        let mut second: Vec<_> = (0..60)
            .rev()
            .map(|row| literal(&among, &others, table(&among, "t"), at, row))
            .collect();
        second.reverse();
        assert_eq!(first, second);
    }
    let other_seed = Rows::new(&alone, 1);
    assert_ne!(
        column(&alone, &rows, "t", 1, 40),
        column(&alone, &other_seed, "t", 1, 40)
    );
}

#[test]
fn the_last_tenth_is_volatile() {
    for (count, stable) in [(0, 0), (9, 9), (10, 9), (19, 18), (20, 18), (1_000, 900)] {
        let (model, rows) = checked("CREATE TABLE t (a int);", count);
        let id = table(&model, "t");
        assert_eq!(rows.stable(id), stable);
        assert_eq!(rows.victims(id), stable..count);
    }
}

#[test]
fn huge_tables_cost_nothing() {
    let model = with_rows(default_model(), 1 << 40);
    let rows = Rows::new(&model, 0);
    let orders = table(&model, "orders");
    assert_eq!(rows.count(orders), 1 << 40);
    let row = (1 << 40) - 1;
    assert_eq!(
        literal(&model, &rows, orders, 0, row),
        Some((1_u64 << 40).to_string())
    );
    assert!(literal(&model, &rows, table(&model, "addresses"), 0, 0).is_some());
}

#[test]
fn fields_of_copy_are_escaped() {
    let (model, rows) = checked(
        "CREATE TABLE t (a text, b bytea, c text[], d bit(3)[], e boolean, f bytea[]);",
        2_000,
    );
    let mut special = 0;
    for row in 0..2_000 {
        for at in 0..6 {
            let mut out = Vec::new();
            rows.copy_field(&model, TableId(0), at, row, &mut out);
            assert!(!out.contains(&b'\n') && !out.contains(&b'\t'));
            special += usize::from(out.contains(&b'\\'));
            assert_eq!(out == b"\\N", rows.is_null(TableId(0), at, row));
            if at == 2 && out != b"\\N" {
                assert!(out.starts_with(b"{") && out.ends_with(b"}"));
            }
        }
    }
    assert!(special > 100);
}

/// A schema with keys of every shape over small and large domains.
fn random_schema(random: &mut Draws) -> String {
    const TYPES: &[&str] = &[
        "int",
        "int",
        "bigint",
        "smallint",
        "boolean",
        "text",
        "varchar(2)",
        "mood",
        "uuid",
        "numeric(3,1)",
        "small",
    ];
    struct Made {
        columns: Vec<(usize, bool)>,
        keys: Vec<Vec<usize>>,
        ddl: Vec<String>,
    }
    let name = |n: usize| format!("c{n}");
    let list = |columns: &[usize]| {
        let names: Vec<String> = columns.iter().map(|&n| name(n)).collect();
        names.join(", ")
    };
    let pick = |random: &mut Draws, n: usize| random.below(n as u64) as usize;
    let subset = |random: &mut Draws, n: usize, size: usize| {
        let mut all: Vec<usize> = (0..n).collect();
        (0..size.min(n))
            .map(|_| all.remove(pick(random, all.len())))
            .collect::<Vec<_>>()
    };
    let mut tables: Vec<Made> = Vec::new();
    // Few types: foreign keys share columns.
    let types = [2, 5, TYPES.len()][pick(random, 3)];
    for _ in 0..1 + random.below(6) {
        let count = 1 + pick(random, 5);
        let mut made = Made {
            columns: (0..count)
                .map(|_| (pick(random, types), random.below(2) == 0))
                .collect(),
            keys: Vec::new(),
            ddl: Vec::new(),
        };
        for n in 0..random.below(4) {
            let size = 1 + pick(random, 3);
            let key = subset(random, count, size);
            let kind = match (n, random.below(5)) {
                (0, 1..) => "PRIMARY KEY",
                (_, 0) => "UNIQUE NULLS NOT DISTINCT",
                _ => "UNIQUE",
            };
            made.ddl.push(format!("{kind} ({})", list(&key)));
            made.keys.push(key);
        }
        tables.push(made);
    }
    let mut references = Vec::new();
    for n in 0..tables.len() {
        for _ in 0..random.below(4) {
            let to = pick(random, tables.len());
            if tables[to].keys.is_empty() {
                continue;
            }
            let chosen = pick(random, tables[to].keys.len());
            let targets = tables[to].keys[chosen].clone();
            let mut own: Vec<usize> = Vec::new();
            for &target in &targets {
                let ty = tables[to].columns[target].0;
                let known = (0..tables[n].columns.len())
                    .filter(|at| tables[n].columns[*at].0 == ty && !own.contains(at))
                    .collect::<Vec<_>>();
                if known.is_empty() || random.below(3) == 0 {
                    tables[n].columns.push((ty, random.below(2) == 0));
                    own.push(tables[n].columns.len() - 1);
                } else {
                    own.push(known[pick(random, known.len())]);
                }
            }
            let full = if random.below(5) == 0 {
                " MATCH FULL"
            } else {
                ""
            };
            references.push(format!(
                "ALTER TABLE t{n} ADD FOREIGN KEY ({}) REFERENCES t{to} ({}){full};",
                list(&own),
                list(&targets)
            ));
        }
    }
    let mut ddl = "CREATE TYPE mood AS ENUM ('a', 'b', 'c');
        CREATE DOMAIN small AS int CHECK (VALUE BETWEEN -7 AND 7);\n"
        .to_owned();
    for (n, made) in tables.iter().enumerate() {
        let columns = made
            .columns
            .iter()
            .enumerate()
            .map(|(at, &(ty, not_null))| {
                let not_null = if not_null { " NOT NULL" } else { "" };
                format!("{} {}{not_null}", name(at), TYPES[ty])
            });
        let parts: Vec<String> = columns.chain(made.ddl.iter().cloned()).collect();
        ddl.push_str(&format!("CREATE TABLE t{n} ({});\n", parts.join(", ")));
    }
    ddl + &references.join("\n")
}

#[test]
fn random_schemas_hold_rows() {
    let mut held = 0;
    let mut asked = 0;
    for seed in 0..600 {
        let mut random = Draws::new(Key::new(seed, &["schema"]).hash(0));
        let ddl = random_schema(&mut random);
        let mut model = model(&ddl, 0);
        for table in &mut model.tables {
            table.rows = [0, 3, 12, 40, 150][random.below(5) as usize];
        }
        let rows = Rows::new(&model, seed);
        let checked = std::panic::catch_unwind(|| check(&model, &rows));
        assert!(checked.is_ok(), "{seed}:\n{ddl}");
        held += rows
            .load_order()
            .iter()
            .map(|&id| rows.count(id))
            .sum::<u64>();
        asked += model.tables.iter().map(|table| table.rows).sum::<u64>();
    }
    assert!(held * 2 > asked, "{held} of {asked} rows");
}

#[test]
fn plans_can_be_shared_between_threads() {
    fn shared<T: Clone + std::fmt::Debug + Send + Sync + 'static>() {}
    shared::<Rows>();
}
