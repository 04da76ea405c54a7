//! The prepared form of units: it is made of the same text, a server does the same with it, and what
//! is prepared is kept within its bounds.

use rqg_runtime::engine::Control;
use rqg_runtime::prepared::Prepared;
use rqg_runtime::unit_text::{Generate as _, UnitText};
use rqg_server::executor::{self, PreparedRow, Rules, Settings as ExecSettings, Summary};
use rqg_server::outcome::Outcome;
use rqg_tests::compile::{self, Checked, Plan, Settings};
use rqg_tests::exec::{connect, count, settings};
use rqg_tests::fixtures;
use rqg_tests::load::load;
use rqg_tests::postgres::{Failure, Server, Session};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

/// Units of each run that compares the forms.
const UNITS: u64 = 400;

/// Literals of every type of a schema, in places where they mean a value and where they mean a
/// position.
const LITERALS: &str = "grammar literals;
rule query =
    | SELECT one() \",\" two() ORDER BY int(1..=2)
    | one() \"UNION ALL\" one() LIMIT int(0..=3);
rule one = let T = type(literal); literal(T);
rule two = let T = type(comparable); literal(T) comparison literal(T);
rule comparison = \"=\" | \"<\" | \">=\";
";

fn grammar(text: &str) -> Checked {
    let checked = compile::check_bytes("test.rqg", text.as_bytes(), &Settings::default());
    assert!(!checked.has_errors(), "{}", checked.rendered);
    checked
}

fn bundled(name: &str) -> Checked {
    let path = format!("../grammars/{name}/{name}.rqg");
    let checked = compile::check(Path::new(&path), &Settings::default());
    assert!(!checked.has_errors(), "{}", checked.rendered);
    checked
}

/// The run over a schema, an own one or a file of the fixtures.
fn over(schema: Option<&str>, major: u32, rows: u64) -> Settings {
    let schema = schema.map(|name| format!("fixtures/schemas/{name}.sql").into());
    Settings {
        rows,
        schema,
        ..Settings::postgresql(major, 5)
    }
}

/// Leaves nothing in the database but the schema of a run and its rows.
fn set_up(checked: &Checked, settings: &Settings, session: &mut Session) -> Plan {
    session.clear().expect("an empty database");
    let ddl = checked.ddl(settings).expect("the schema");
    session.execute(&ddl).expect("the schema is created");
    let plan = checked.plan(settings).expect("a plan");
    let fixed = plan.fixed();
    load(session, fixed.model(), fixed.rows()).expect("the rows are loaded");
    plan
}

/// The shape with the literals of the text put back.
fn put_back(statement: &[u8], prepared: &Prepared) -> Vec<u8> {
    let shape = prepared.shape();
    let mut text = Vec::new();
    let (mut copied, mut read) = (0, 0);
    for (at, parameter) in prepared.parameters().enumerate() {
        let same = parameter.literal.start - read;
        text.extend_from_slice(&shape[copied..copied + same]);
        let mark = format!("${}", at + 1);
        assert!(shape[copied + same..].starts_with(mark.as_bytes()));
        copied += same + mark.len();
        read = parameter.literal.end;
        text.extend_from_slice(&statement[parameter.literal.start..read]);
    }
    text.extend_from_slice(&shape[copied..]);
    text
}

#[test]
fn the_prepared_form_is_made_of_the_text() {
    let mut all: Vec<Checked> = ["crud", "queries", "json"].map(bundled).into();
    for fixture in fixtures::of_kind("run").expect("the fixtures") {
        let settings = Settings::of(&fixture.path, &fixture.header).expect("a header");
        all.push(compile::check(&fixture.path, &settings));
    }
    all.push(grammar(LITERALS));
    let (mut made, mut parameters) = (0, 0);
    for checked in all {
        // Extern functions are compiled ones.
        let Ok(plan) = checked.plan(&over(None, 16, 100)) else {
            continue;
        };
        plan.on_enough_stack(|plan| {
            let (mut worker, mut prepared) = (plan.worker(), Prepared::default());
            let (mut plain, mut told) = (UnitText::default(), UnitText::recording_values());
            for index in 0..200 {
                worker.generate(index, &mut plain);
                worker.generate(index, &mut told);
                assert_eq!((&plain.bytes, &plain.ends), (&told.bytes, &told.ends));
                for (statement, values) in told.statements_with_values() {
                    prepared.make(statement, values);
                    assert_eq!(put_back(statement, &prepared), statement);
                    parameters += prepared.parameters().len();
                }
                for (statement, values) in plain.statements_with_values() {
                    assert_eq!(values.count(), 0);
                    prepared.make(statement, std::iter::empty());
                    assert_eq!(prepared.shape(), statement);
                }
                made += 1;
            }
        });
    }
    assert!(made > 3_000 && parameters > 5_000, "{made}, {parameters}");
}

/// How the forms of units compare.
#[derive(Debug, Default)]
struct Comparison {
    /// Statements that both sessions executed, one of them in its prepared form.
    compared: u64,
    /// Those of them that failed, in both.
    failed: u64,
    /// Parameters of them.
    parameters: u64,
    /// Statements whose shape the server does not take.
    refused: u64,
    refusals: BTreeSet<String>,
    differences: Vec<String>,
}

impl Comparison {
    fn check(&self, what: &str) {
        let count = self.differences.len();
        assert!(
            count == 0,
            "{what}: {count}\n{}",
            self.differences.join("\n\n")
        );
    }
}

/// Executes units over a schema in both forms, each in a database of its own.
fn compare_over(
    checked: &Checked,
    settings: &Settings,
    sessions: &mut [Session; 2],
    units: u64,
) -> Comparison {
    let plans = sessions.each_mut().map(|session| {
        let plan = set_up(checked, settings, session);
        session.execute(TIMELESS).expect("no time in defaults");
        let set = "SET statement_timeout = '30s'; SET plan_cache_mode = 'force_custom_plan'";
        session.execute(set).expect("settings");
        plan
    });
    let [text, prepared] = sessions;
    compare(&plans[0], text, prepared, units)
}

/// Executes units in their text form in one session and in their prepared form in another.
fn compare(plan: &Plan, text: &mut Session, prepared: &mut Session, units: u64) -> Comparison {
    let mut comparison = Comparison::default();
    let units: Vec<UnitText> = plan.on_enough_stack(|plan| {
        let mut worker = plan.worker();
        let unit = |index| {
            let mut unit = UnitText::recording_values();
            worker.generate(index, &mut unit);
            unit
        };
        (0..units).map(unit).collect()
    });
    for unit in &units {
        compare_unit(unit, text, prepared, &mut comparison);
    }
    comparison
}

fn compare_unit(
    unit: &UnitText,
    text: &mut Session,
    prepared: &mut Session,
    comparison: &mut Comparison,
) {
    let mut shapes = Vec::new();
    for (statement, values) in unit.statements_with_values() {
        let mut shape = Prepared::default();
        shape.make(statement, values);
        let taken = match shape.is_planned() {
            true => Some(prepared.prepare(&format!("p{}", shapes.len()), &shape)),
            false => None,
        };
        if let Some(Err(refusal)) = &taken {
            comparison.refused += 1;
            let shape = String::from_utf8_lossy(shape.shape());
            comparison.refusals.insert(format!("{refusal}: {shape}"));
        }
        shapes.push((statement, shape, taken.and_then(Result::ok)));
    }
    for session in [&mut *text, &mut *prepared] {
        session.execute("BEGIN").expect("a transaction");
    }
    for (statement, shape, taken) in &shapes {
        let sql = String::from_utf8_lossy(statement);
        let Some(taken) = taken else {
            let done = [text.execute(&sql), prepared.execute(&sql)];
            if done.iter().any(Result::is_err) {
                break;
            }
            continue;
        };
        let plain = text.answer(&sql);
        let shaped = prepared.answer(taken);
        comparison.compared += 1;
        comparison.parameters += shape.parameters().len() as u64;
        let state = |failure: &Failure| failure.sqlstate.clone();
        let (plain_state, shaped_state) = (
            plain.as_ref().map_err(state),
            shaped.as_ref().map_err(state),
        );
        // What tells the time is executed, but tells another one.
        if plain_state != shaped_state && !sql.contains("CURRENT_TIMESTAMP") {
            let shape = String::from_utf8_lossy(shape.shape());
            comparison
                .differences
                .push(format!("{sql}\n{plain:?}\nbut {shape}\n{shaped:?}"));
        }
        if plain.is_err() || shaped.is_err() {
            comparison.failed += 1;
            break;
        }
    }
    for session in [text, prepared] {
        session
            .execute("ROLLBACK; DEALLOCATE ALL")
            .expect("it ends");
    }
}

/// Makes defaults that tell the time tell always the same, so that two databases agree.
const TIMELESS: &str = "DO $$
    DECLARE c record;
    BEGIN
        FOR c IN SELECT table_schema, table_name, column_name, data_type
            FROM information_schema.columns
            WHERE column_default ~* 'now|current_' AND table_schema NOT LIKE 'pg\\_%'
        LOOP
            EXECUTE format('ALTER TABLE %I.%I ALTER COLUMN %I SET DEFAULT %L::%s', c.table_schema,
                c.table_name, c.column_name, '2020-01-01', c.data_type);
        END LOOP;
    END $$";

#[test]
fn both_forms_of_a_unit_mean_the_same() {
    let cases = [
        ("crud", bundled("crud"), None, 200),
        ("crud", bundled("crud"), Some("hostile"), 0),
        ("queries", bundled("queries"), None, 200),
        ("literals", grammar(LITERALS), Some("hostile"), 0),
    ];
    for major in [12, 18] {
        let server = Server::start(major).expect("a server");
        let mut sessions = [(); 2].map(|()| server.connect_apart().expect("a database"));
        for (name, checked, schema, rows) in &cases {
            let settings = over(*schema, major, *rows);
            let made = compare_over(checked, &settings, &mut sessions, UNITS);
            let what = format!("{name} over {schema:?} on PostgreSQL {major}");
            made.check(&what);
            assert!(made.compared > 100, "{what}: {made:#?}");
            assert!(made.parameters > made.compared / 2, "{what}: {made:#?}");
            assert!(made.failed * 4 < made.compared, "{what}: {made:#?}");
            assert!(made.refused * 5 < made.compared, "{what}: {made:#?}");
        }
    }
}

#[test]
fn both_forms_of_the_fixtures_mean_the_same() {
    let server = Server::start(15).expect("a server");
    let mut sessions = [(); 2].map(|()| server.connect_apart().expect("a database"));
    let (mut compared, mut parameters) = (0, 0);
    for fixture in fixtures::of_kind("run").expect("the fixtures") {
        let mut live = fixture.header.live.iter();
        if live.all(|(database, _)| database != "postgresql") {
            continue;
        }
        let settings = Settings {
            dialect: Settings::postgresql(15, 0).dialect,
            ..Settings::of(&fixture.path, &fixture.header).expect("a header")
        };
        let checked = compile::check(&fixture.path, &settings);
        let made = compare_over(&checked, &settings, &mut sessions, 60);
        made.check(&fixture.name);
        compared += made.compared;
        parameters += made.parameters;
    }
    assert!(
        compared > 600 && parameters > 600,
        "{compared}, {parameters}"
    );
}

/// Runs a grammar on a server, in the form that the settings ask for.
fn execute(server: &Server, plan: &Plan, settings: &ExecSettings) -> Summary {
    let connected = connect(server, settings.connections, Duration::from_secs(30));
    let settings = ExecSettings {
        stack_size: plan.required_stack(),
        ..settings.clone()
    };
    let (rules, control) = (Rules::default(), Control::default());
    executor::run(&connected, &settings, rules, &control, None, || {
        plan.worker()
    })
    .expect("it can be carried out")
}

fn prepared(units: u64, connections: usize, size: usize) -> ExecSettings {
    ExecSettings {
        prepared: NonZeroUsize::new(size),
        ..settings(units, connections)
    }
}

fn row(summary: &Summary) -> PreparedRow {
    summary.prepared.expect("a run in the prepared form")
}

/// What the statements of a run did, but for how long they took.
fn deeds(summary: &Summary) -> Vec<String> {
    let outcomes = summary
        .outcomes
        .iter()
        .map(|it| format!("{} {} {}", it.outcome, it.sqlstate, it.count));
    let kinds = summary.kinds.iter().map(|it| {
        let (executed, failed) = (it.executed, it.failed);
        let (rows, affected) = (it.rows, it.affected);
        format!("{} {executed} {failed} {rows} {affected}", it.kind)
    });
    outcomes.chain(kinds).collect()
}

#[test]
fn runs_in_both_forms_fare_the_same() {
    let server = Server::start(15).expect("a server");
    let mut session = server.connect().expect("a connection");
    let plans = "ALTER ROLE CURRENT_USER SET plan_cache_mode = 'force_custom_plan'";
    session.execute(plans).expect("a setting");
    for name in ["crud", "queries"] {
        let checked = bundled(name);
        let run = |session: &mut Session, settings: &ExecSettings| {
            let plan = set_up(&checked, &over(None, 15, 200), session);
            execute(&server, &plan, settings)
        };
        let text = run(&mut session, &settings(1_000, 1));
        assert_eq!(text.prepared, None);
        let shaped = run(&mut session, &prepared(1_000, 1, 300));
        assert_eq!(deeds(&shaped), deeds(&text));
        assert_eq!(count(&shaped, Outcome::Ok, "-"), 1_000);
        let found = row(&shaped);
        assert_eq!(found.hits + found.misses + found.fallbacks, 1_000);
        assert!(found.fallbacks < 50, "{found:?}");
        // Those of `queries` hardly ever come again.
        assert!(found.hits > 50 || name == "queries", "{found:?}");
        // With room for one shape there is hardly a hit, and nothing else changes.
        let crowded = run(&mut session, &prepared(1_000, 1, 1));
        assert_eq!(deeds(&crowded), deeds(&text));
        let few = row(&crowded);
        assert_eq!(few.evictions, few.misses - 1);
        assert!(few.hits <= found.hits, "{few:?}");
    }
}

/// A grammar with shapes that come again and again.
fn small(rules: &str) -> Plan {
    let checked = grammar(&format!("grammar small;\n{rules}\n"));
    checked.plan(&Settings::postgresql(15, 3)).expect("a plan")
}

#[test]
fn what_is_prepared_stays_within_its_bounds() {
    let server = Server::start(15).expect("a server");
    let mut watcher = server.connect().expect("a connection");
    watcher
        .execute("CREATE TABLE seen (count integer)")
        .expect("a table");
    // The statements that the client library looks types up with are not counted.
    let plan = small(
        "rule query =
            | SELECT int(1..=99)
            | SELECT int(1..=99) \"+\" int(1..=99)
            | SELECT int(1..=99) \"-\" int(1..=99)
            | SELECT int(1..=99) \"*\" int(1..=99)
            | INSERT INTO \"seen\" SELECT COUNT ~ \"(*)\" FROM \"pg_prepared_statements\"
                WHERE \"statement\" LIKE \"'%$1%'\" AND int(1..=9) \"> 0\";",
    );
    let summary = execute(&server, &plan, &prepared(2_000, 1, 3));
    assert_eq!(count(&summary, Outcome::Ok, "-"), 2_000);
    let found = row(&summary);
    assert_eq!(found.fallbacks, 0);
    assert_eq!(found.evictions, found.misses - 3);
    assert!(found.hits > 500 && found.misses > 500, "{found:?}");
    let most = watcher.query("SELECT max(count), min(count) FROM seen");
    let most = most.expect("what was seen").concat();
    // One is given up when the next is there already.
    let bounds: Vec<u32> = most
        .iter()
        .map(|it| it.as_ref().expect("a number").parse().expect("a number"))
        .collect();
    assert!(bounds[0] <= 4 && bounds[1] >= 1, "{bounds:?}");
}

#[test]
fn what_the_server_does_not_take_is_executed_as_text() {
    let server = Server::start(15).expect("a server");
    let plan = small(
        "rule query =
            | SELECT quote(word()) IS NULL
            | SELECT \"acldefault('r', 10) WHERE\" int(1..=9) \"> 0\"
            | BEGIN ;; SELECT int(1..=9) ;; SELECT \"acldefault('T', 10) WHERE\" int(1..=9) \"> 0\" ;; COMMIT
            | SELECT int(1..=9) \"/ 0\";",
    );
    let summary = execute(&server, &plan, &prepared(400, 1, 100));
    let (ok, failed) = (
        count(&summary, Outcome::Ok, "-"),
        count(&summary, Outcome::Unexpected, "22012"),
    );
    assert_eq!(ok + failed, 400, "{summary:#?}");
    assert!(ok > 200 && failed > 50, "{summary:#?}");
    let found = row(&summary);
    assert!(found.fallbacks > 200, "{found:?}");
    // After a failure the session is cleaned, and what is prepared stays.
    assert!(found.misses < 10, "{found:?}");
    assert_eq!(summary.retries, 0);
}

#[test]
fn what_units_change_or_forget_is_prepared_again() {
    let server = Server::start(15).expect("a server");
    let mut session = server.connect().expect("a connection");
    session
        .execute("CREATE TABLE w (a integer); INSERT INTO w SELECT generate_series(1, 9)")
        .expect("a table");
    let plan = small(
        "rule query =
            | 4: read
            | 2: BEGIN ;; read ;; read ;; COMMIT
            | ALTER TABLE \"w\" ADD COLUMN IF NOT EXISTS \"b integer\"
            | ALTER TABLE \"w\" DROP COLUMN IF EXISTS \"b\"
            | DISCARD ALL
            | BEGIN ;; CREATE TEMP TABLE \"x\" \"(y integer)\" ;; INSERT INTO \"x\" VALUES \"(\" int(1..=9) \")\" ;; ROLLBACK
            | PREPARE \"p AS\" read ;; EXECUTE \"p\" ;; DEALLOCATE \"p\"
            | PREPARE \"p AS\" read ;; SELECT int(1..=9) \"/ 0\";
        rule read = SELECT \"*\" FROM \"w\" WHERE \"a\" \"=\" int(1..=9);",
    );
    let summary = execute(&server, &plan, &prepared(600, 1, 100));
    let (ok, failed) = (
        count(&summary, Outcome::Ok, "-"),
        count(&summary, Outcome::Unexpected, "22012"),
    );
    assert_eq!(ok + failed, 600, "{summary:#?}");
    assert!(failed > 20, "{summary:#?}");
    let found = row(&summary);
    assert!(found.hits > 100, "{found:?}");
    assert!(found.fallbacks > 20, "{found:?}");
    let rows = summary
        .kinds
        .iter()
        .find(|it| it.kind.to_string() == "SELECT");
    let rows = rows.expect("they were executed");
    // Each reads one row, but for those that divide.
    assert_eq!(rows.rows, rows.executed);
}
