//! What is generated executes: every statement, on real servers.
//!
//! The bundled grammars run compiled, as they do in the command, and the interpreter has to make
//! every unit as well.
//!
//! Each run has a database of its own, in which one connection runs a unit after the other, so
//! nothing that another session does can be to blame for a failure.

#![allow(
    clippy::print_stdout,
    reason = "the shares executed are what a reader of the log wants"
)]

use rqg_runtime::native::AnyGenerator;
use rqg_tests::compile::{self, Checked, Plan, Settings};
use rqg_tests::fixtures;
use rqg_tests::load::load;
use rqg_tests::measure::{Measurement, Thresholds, measure};
use rqg_tests::postgres::{Server, Session, Tally};
use std::fmt;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The seed of the runs over the bundled grammars.
const SEED: u64 = 20_240_715;

/// The bundled grammars of SQL, each over every schema and on every version of the suite.
const GRAMMARS: [&str; 2] = ["crud", "queries"];
const SCHEMAS: [&str; 6] = [
    "default",
    "clinic",
    "tickets",
    "warehouse",
    "tpcc",
    "chinook",
];
const MAJORS: [u32; 3] = [12, 15, 18];

/// Units of each run.
const UNITS: u64 = 10_000;

/// Units of a second run against the database of a first.
const FURTHER_UNITS: u64 = 2_000;

/// Rows that every table is asked to hold.
const ROWS: u64 = 1_000;

/// What is asked of each run.
const THRESHOLDS: Thresholds = Thresholds {
    returning: Some(60.0),
    changing: Some(60.0),
    on_conflict: Some(20.0),
    form: 2.0,
    mean_bytes: 100.0,
    unclassified: 0.1,
};

/// One run of the suite.
#[derive(Clone, Copy)]
struct Case {
    grammar: &'static str,
    schema: &'static str,
    major: u32,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            grammar,
            schema,
            major,
        } = self;
        write!(f, "{grammar} over {schema} on PostgreSQL {major}")
    }
}

#[test]
fn bundled_grammars_execute_over_every_schema() {
    let cases: Vec<Case> = GRAMMARS
        .iter()
        .flat_map(|&grammar| SCHEMAS.map(|schema| (grammar, schema)))
        .flat_map(|(grammar, schema)| {
            MAJORS.map(|major| Case {
                grammar,
                schema,
                major,
            })
        })
        .collect();
    let servers = MAJORS.map(|major| Server::start(major).expect("a server"));
    let next = AtomicUsize::new(0);
    let breaches = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads.min(cases.len()) {
            scope.spawn(|| {
                // A database of its own on each server, so that runs do not meet.
                let mut sessions = servers.each_ref().map(|server| {
                    let session = server.connect_apart().expect("a database");
                    (server.major(), limited(session))
                });
                while let Some(&case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (_, session) = sessions
                        .iter_mut()
                        .find(|(major, _)| *major == case.major)
                        .expect("a server of each version");
                    let (measured, again) = run(case, session);
                    println!("{case}: {measured}");
                    let mut breaches = breaches.lock().expect("no panic");
                    if let Some(again) = again {
                        println!("{case}, a second run: {}", again.tally);
                        if !again.tally.all_succeeded() {
                            breaches.push(format!("{case}, a second run: {}", again.tally));
                        }
                        if let Some(index) = again.different {
                            breaches.push(format!("{case}, a second run: unit {index} differs"));
                        }
                    }
                    for breach in measured.breaches(&THRESHOLDS) {
                        breaches.push(format!("{case}: {breach}"));
                    }
                }
            });
        }
    });
    let breaches = breaches.into_inner().expect("no panic");
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

/// What a run did, and what a second one did where there is one.
fn run(case: Case, session: &mut Session) -> (Measurement, Option<Measurement>) {
    let mut settings = Settings::postgresql(case.major, SEED);
    settings.rows = ROWS;
    if case.schema != "default" {
        let file = format!("fixtures/schemas/live/{}.sql", case.schema);
        settings.schema = Some(file.into());
    }
    let checked = bundled(case.grammar);
    create_schema(&checked, &settings, session);
    let plan = checked.plan(&settings).expect("a plan");
    load_rows(&plan, session);
    let measured = measure(&plan, &*compiled(case.grammar, &plan), session, 0..UNITS);
    let again = case.grammar == "crud" && case.major == 15;
    (measured, again.then(|| run_again(case, &settings, session)))
}

/// A further run against the same database: other statements, and keys above those of the first.
fn run_again(case: Case, settings: &Settings, session: &mut Session) -> Measurement {
    let settings = Settings {
        seed: SEED + 1,
        key_offset: UNITS,
        ..settings.clone()
    };
    let plan = bundled(case.grammar).plan(&settings).expect("a plan");
    measure(
        &plan,
        &*compiled(case.grammar, &plan),
        session,
        0..FURTHER_UNITS,
    )
}

/// The compiled form of a bundled grammar, for a plan that was made from its text.
fn compiled(name: &str, plan: &Plan) -> Box<dyn AnyGenerator> {
    let bundled = rqg_grammars::named(name).expect("a bundled grammar");
    (bundled.native)(plan.planned()).expect("it is compiled from this very text")
}

fn bundled(name: &str) -> Arc<Checked> {
    let path = format!("../grammars/{name}/{name}.rqg");
    let checked = compile::check_once(Path::new(&path));
    assert!(!checked.has_errors(), "{}", checked.rendered);
    checked
}

/// Loads the rows that the run knows of.
fn load_rows(plan: &Plan, session: &mut Session) {
    let fixed = plan.fixed();
    load(session, fixed.model(), fixed.rows()).expect("the rows are loaded");
}

#[test]
fn fixtures_execute() {
    let mut failures = String::new();
    let mut executed = 0;
    for major in 11..=18 {
        let fixtures: Vec<_> = fixtures::of_kind("run")
            .expect("the fixtures")
            .into_iter()
            .filter(|fixture| fixture.header.live.contains(&("postgresql".into(), major)))
            .collect();
        if fixtures.is_empty() {
            continue;
        }
        let server = Server::start(major).expect("a server");
        for fixture in fixtures {
            let settings = Settings {
                dialect: Settings::postgresql(major, 0).dialect,
                ..Settings::of(&fixture.path, &fixture.header).expect("a header")
            };
            let checked = compile::check(&fixture.path, &settings);
            assert!(!checked.has_errors(), "{}", checked.rendered);
            let tally = execute(&checked, &settings, &mut connect(&server), 1_000);
            println!("{} on PostgreSQL {major}: {tally}", fixture.name);
            if !tally.all_succeeded() {
                failures.push_str(&format!("{} on PostgreSQL {major}: {tally}", fixture.name));
            }
            executed += 1;
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(executed > 0, "no fixture asks for a live server");
}

fn connect(server: &Server) -> Session {
    limited(server.connect().expect("a connection"))
}

/// A session in which no statement runs for long.
fn limited(mut session: Session) -> Session {
    session
        .execute("SET statement_timeout = '30s'")
        .expect("a timeout");
    session
}

/// Creates the schema of the run in a new database namespace and executes `count` units.
fn execute(checked: &Checked, settings: &Settings, session: &mut Session, count: u64) -> Tally {
    create_schema(checked, settings, session);
    load_rows(&checked.plan(settings).expect("a plan"), session);
    let mut tally = Tally::default();
    for (index, statement) in checked.statements(settings, 0..count).expect("statements") {
        tally.count(index, &statement, session.execute(&statement));
    }
    tally
}

/// Leaves nothing in the database but the schema of the run.
fn create_schema(checked: &Checked, settings: &Settings, session: &mut Session) {
    session.clear().expect("an empty database");
    let ddl = checked.ddl(settings).expect("the schema");
    session.execute(&ddl).expect("the schema is created");
}
