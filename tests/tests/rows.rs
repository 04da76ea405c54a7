//! The rows that the generator says a table holds are loaded into real servers, keep every
//! constraint there, and are found by the literals that it says they hold.

use rqg_runtime::choices::Random;
use rqg_runtime::rows::{DumpFormat, Rows};
use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::schema::{DEFAULT_DDL, Model, TableId};
use rqg_runtime::types::Classes;
use rqg_runtime::values::{Fitting, Ordinals};
use rqg_tests::load::load_table;
use rqg_tests::postgres::{Server, Session};

const HOSTILE_DDL: &str = include_str!("../fixtures/schemas/hostile.sql");
const KEYS_DDL: &str = include_str!("../fixtures/schemas/keys.sql");

/// Loads a table.
fn load(session: &mut Session, model: &Model, rows: &Rows, id: TableId, format: DumpFormat) {
    let outcome = load_table(session, model, rows, id, format);
    assert_eq!(outcome, Ok(()), "{} {format:?}", model.table(id).reference);
}

/// Looks up sampled values of every column: the row is found, and no other if the column is
/// unique.
fn find(session: &mut Session, model: &Model, rows: &Rows, id: TableId) -> u64 {
    let table = model.table(id);
    let count = rows.count(id);
    let mut found = 0;
    // Values that tell a row apart, to see that it is this row that has the value.
    let key = table.unique_keys.iter().find_map(|key| {
        let key = &model.unique_keys[key.0 as usize];
        (key.predicate.is_none() && (key.primary || table.primary_key.is_none())).then_some(key)
    });
    let literal = |at: u16, row: u64| {
        let mut out = Vec::new();
        let there = rows.literal(model, id, at, row, &mut out);
        there.then(|| String::from_utf8(out).expect("text"))
    };
    for row in (0..count).step_by(usize::try_from(count / 40 + 1).expect("few rows")) {
        let name = |at: u16| table.columns[usize::from(at)].reference.as_str();
        let mut conditions = Vec::new();
        for &at in key.map_or(&[][..], |key| &key.columns) {
            conditions.extend(literal(at, row).map(|value| format!("{} = {value}", name(at))));
        }
        for (at, column) in (0_u16..).zip(&table.columns) {
            if !rows.is_loaded(id, at)
                || !model.ty(column.ty).classes.intersects(Classes::EQUATABLE)
            {
                continue;
            }
            let value = literal(at, row);
            let condition = match &value {
                Some(value) => format!("{} = {value}", name(at)),
                None => format!("{} IS NULL", name(at)),
            };
            let whole = format!(
                "SELECT count(*) FROM {} WHERE {}",
                table.reference,
                [conditions.as_slice(), std::slice::from_ref(&condition)]
                    .concat()
                    .join(" AND ")
            );
            let answer = session.query(&whole).expect(&whole)[0][0].clone();
            let answer = answer.expect("a number");
            if key.is_some_and(|key| conditions.len() == key.columns.len()) {
                assert_eq!(answer, "1", "{whole}");
            } else {
                assert_ne!(answer, "0", "{whole}");
            }
            found += 1;
            if value.is_some() && column.unique.is_some() {
                let alone = format!("SELECT count(*) FROM {} WHERE {condition}", table.reference);
                assert_eq!(
                    session.query(&alone).expect(&alone)[0][0].as_deref(),
                    Some("1"),
                    "{alone}"
                );
            }
        }
    }
    found
}

/// New rows that each table gets.
const NEW: u64 = 60;

/// New rows are accepted: half by their own keys, half by those that sequences hand out where the
/// table has one, so that both are clear of each other.
fn new_rows_go_in(session: &mut Session, model: &Model, rows: &Rows, id: TableId) {
    let table = model.table(id);
    let fitting = Fitting::new(model);
    let mut random = Random::new([9; 32]);
    for row in (rows.count(id)..).take(usize::try_from(NEW.min(rows.new_rows(id))).expect("few")) {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (at, column) in (0_u16..).zip(&table.columns) {
            if !rows.is_loaded(id, at) {
                continue;
            }
            let by_sequence = row % 2 == 0 && column.has_default && column.unique.is_some();
            let mut value = Vec::new();
            if by_sequence {
                value.extend_from_slice(b"DEFAULT");
            } else if !rows.is_new_value(id, at) {
                let mut ordinals = Ordinals::new(row);
                fitting.value(model, id, at, &mut ordinals, &mut random, &mut value);
            } else if !rows.literal(model, id, at, row, &mut value) {
                value.extend_from_slice(b"NULL");
            }
            names.push(column.reference.as_str());
            values.push(String::from_utf8(value).expect("text"));
        }
        let statement = format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
            table.reference,
            names.join(", "),
            values.join(", ")
        );
        assert_eq!(session.execute(&statement), Ok(()), "{statement}");
    }
}

fn rows_are_found(major: u32, ddl: &str, count: u64) {
    let server = Server::start(major).expect("a server");
    let mut session = server.connect().expect("a connection");
    session.execute(ddl).expect("the schema loads");
    let mut model = read_ddl(ddl).model;
    for table in &mut model.tables {
        table.rows = count;
    }
    let rows = Rows::new(&model, 3);
    let mut found = 0;
    for &id in rows.load_order() {
        load(&mut session, &model, &rows, id, DumpFormat::Copy);
        let table = model.table(id);
        let counted = session
            .query(&format!("SELECT count(*) FROM {}", table.reference))
            .expect("a count");
        assert_eq!(
            counted[0][0],
            Some(rows.count(id).to_string()),
            "{}",
            table.reference
        );
        // Nearly all tables can hold what is asked for.
        assert!(rows.count(id) * 10 >= count * 6, "{}", table.reference);
        found += find(&mut session, &model, &rows, id);
    }
    let script = rows.finish_script(&model);
    assert_eq!(session.execute(&script), Ok(()), "{script}");
    for &id in rows.load_order() {
        new_rows_go_in(&mut session, &model, &rows, id);
    }
    // What is volatile can be deleted, all of it, in any order of the tables.
    for &id in rows.load_order() {
        let table = model.table(id);
        let Some(key) = table.primary_key else {
            continue;
        };
        let key = &model.unique_keys[key.0 as usize];
        for row in rows.victims(id) {
            let mut statement = format!("DELETE FROM {} WHERE TRUE", table.reference);
            for &at in &key.columns {
                let mut value = Vec::new();
                assert!(rows.literal(&model, id, at, row, &mut value));
                let value = String::from_utf8(value).expect("text");
                let name = &table.columns[usize::from(at)].reference;
                statement.push_str(&format!(" AND {name} = {value}"));
            }
            assert_eq!(session.execute(&statement), Ok(()), "{statement}");
        }
        let counted = session
            .query(&format!("SELECT count(*) FROM {}", table.reference))
            .expect("a count");
        let kept = rows.stable(id) + NEW.min(rows.new_rows(id));
        assert_eq!(counted[0][0], Some(kept.to_string()));
    }
    assert!(found > 500, "{found} values");
}

#[test]
fn rows_of_the_default_schema_are_found() {
    rows_are_found(15, DEFAULT_DDL, 1_500);
}

#[test]
fn rows_of_hard_keys_are_found() {
    rows_are_found(15, KEYS_DDL, 1_200);
}

#[test]
fn rows_of_hostile_names_and_types_are_found() {
    rows_are_found(15, HOSTILE_DDL, 1_000);
}

/// Every form of the same rows gives the same tables, on the oldest and newest servers too.
#[test]
fn all_forms_are_equal() {
    for (major, ddl) in [
        (12, DEFAULT_DDL),
        (12, KEYS_DDL),
        (18, HOSTILE_DDL),
        (18, KEYS_DDL),
    ] {
        let mut model = read_ddl(ddl).model;
        for table in &mut model.tables {
            table.rows = 700;
        }
        let rows = Rows::new(&model, 1);
        let contents: Vec<Vec<Option<String>>> =
            [DumpFormat::Copy, DumpFormat::Csv, DumpFormat::Insert]
                .into_iter()
                .map(|format| {
                    let server = Server::start(major).expect("a server");
                    let mut session = server.connect().expect("a connection");
                    session.execute(ddl).expect("the schema loads");
                    let mut contents = Vec::new();
                    for &id in rows.load_order() {
                        load(&mut session, &model, &rows, id, format);
                        let name = &model.table(id).reference;
                        let answer = session
                            .query(&format!(
                                "SELECT string_agg(t::text, E'\n' ORDER BY t::text) FROM {name} t"
                            ))
                            .expect("a content");
                        assert!(answer[0][0].as_ref().is_some_and(|text| text.len() > 700));
                        contents.push(answer[0][0].clone());
                    }
                    contents
                })
                .collect();
        for ((copy, csv), insert) in contents[0].iter().zip(&contents[1]).zip(&contents[2]) {
            assert!(copy == csv && copy == insert);
        }
    }
}
