//! What the generator promises of values holds on real servers: literals are of their type,
//! functions of the catalog exist and do not fail, values fit their columns.

use rqg_runtime::choices::Choices;
use rqg_runtime::functions::FUNCTIONS;
use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::schema::{DEFAULT_DDL, Identity, Model, TableId, TableKind};
use rqg_runtime::types::{Classes, TypeId};
use rqg_runtime::values::{Fitting, Ordinals, has_literal, literal};
use rqg_tests::postgres::{Server, Session, Tally};

const VERSIONS: [u32; 3] = [12, 15, 18];
const HOSTILE_DDL: &str = include_str!("../fixtures/schemas/hostile.sql");

/// splitmix64.
struct Random(u64);

impl Choices for Random {
    fn below(&mut self, n: u64) -> u64 {
        self.bits() % n
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn text(print: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    print(&mut out);
    String::from_utf8(out).expect("values are text")
}

/// The model of a script, loaded into the server.
fn load(session: &mut Session, ddl: &str) -> Model {
    session.execute(ddl).expect("the schema loads");
    let reading = read_ddl(ddl);
    assert_eq!(reading.warnings, []);
    assert_eq!(reading.errors, []);
    reading.model
}

fn on_every_version(check: impl Fn(u32, &mut Session, &mut Tally)) {
    for major in VERSIONS {
        let server = Server::start(major).expect("a server");
        let mut session = server.connect().expect("a connection");
        let mut tally = Tally::default();
        check(major, &mut session, &mut tally);
        assert!(tally.all_succeeded(), "PostgreSQL {major}: {tally}");
    }
}

#[test]
fn literals_are_of_their_type() {
    on_every_version(|_, session, tally| {
        for ddl in [DEFAULT_DDL, HOSTILE_DDL] {
            let model = load(session, ddl);
            let mut random = Random(1);
            for (id, info) in (0_u16..).zip(&model.types) {
                if !has_literal(&model, TypeId(id)) {
                    continue;
                }
                for index in 0..100 {
                    let value = text(|out| literal(&model, TypeId(id), &mut random, out));
                    let name = info.sql.replace('\'', "''");
                    let mut statement = format!(
                        "SELECT {value}::text, 1 / (pg_typeof({value}) = '{name}'::regtype)::int"
                    );
                    if info.classes.intersects(Classes::EQUATABLE) {
                        statement += &format!(", 1 / ({value} = {value})::int");
                    }
                    tally.count(index, &statement, session.execute(&statement));
                }
            }
        }
    });
}

#[test]
fn functions_exist_and_do_not_fail() {
    on_every_version(|major, session, tally| {
        let model = load(session, DEFAULT_DDL);
        let mut random = Random(2);
        for function in FUNCTIONS.iter().filter(|function| function.since <= major) {
            for index in 0..60 {
                let arguments: Vec<String> = function
                    .arguments
                    .iter()
                    .map(|ty| text(|out| literal(&model, ty.id(), &mut random, out)))
                    .collect();
                let statement = format!(
                    "SELECT 1 / (pg_typeof({}({})) = '{}'::regtype)::int",
                    function.name,
                    arguments.join(", "),
                    function.result.sql()
                );
                tally.count(index, &statement, session.execute(&statement));
            }
        }
    });
}

#[test]
fn values_fit_their_columns() {
    on_every_version(|_, session, tally| {
        for ddl in [DEFAULT_DDL, HOSTILE_DDL] {
            let model = load(session, ddl);
            let fitting = Fitting::new(&model);
            let mut random = Random(3);
            let mut insertable = 0;
            for (n, table) in model.tables.iter().enumerate() {
                let id = TableId(u32::try_from(n).expect("few tables"));
                let required = |c: &rqg_runtime::schema::Column| c.not_null && !c.has_default;
                let possible = table.kind == TableKind::Table
                    && (0_u16..)
                        .zip(&table.columns)
                        .all(|(c, column)| fitting.has_value(id, c) || !required(column));
                insertable += usize::from(possible);
                for index in 0..500 {
                    let mut ordinals = Ordinals::new(index);
                    let (mut names, mut values) = (Vec::new(), Vec::new());
                    for (c, column) in (0_u16..).zip(&table.columns) {
                        if !fitting.has_value(id, c) {
                            continue;
                        }
                        if model.ty(column.ty).classes.intersects(Classes::EQUATABLE) && index < 50
                        {
                            let value =
                                text(|out| fitting.comparand(&model, id, c, &mut random, out));
                            let statement = format!(
                                "SELECT 1 FROM {} WHERE {} = {value}",
                                table.reference, column.reference
                            );
                            tally.count(index, &statement, session.execute(&statement));
                        }
                        let named = required(column) || random.below(4) > 0;
                        if named && column.identity != Some(Identity::Always) {
                            names.push(column.reference.as_str());
                            values.push(text(|out| {
                                fitting.value(&model, id, c, &mut ordinals, &mut random, out);
                            }));
                        }
                    }
                    if possible && !names.is_empty() {
                        let statement = format!(
                            "INSERT INTO {} ({}) VALUES ({})",
                            table.reference,
                            names.join(", "),
                            values.join(", ")
                        );
                        tally.count(index, &statement, session.execute(&statement));
                    }
                }
            }
            assert!(insertable >= 3, "{insertable} tables");
        }
    });
}
