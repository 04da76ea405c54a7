//! What is generated executes: every statement, on real servers.
//!
//! One connection runs a unit after the other, so nothing that another session does can be to
//! blame for a failure.

#![allow(
    clippy::print_stdout,
    reason = "the shares executed are what a reader of the log wants"
)]

use rqg_tests::compile::{self, Checked, Settings};
use rqg_tests::fixtures;
use rqg_tests::postgres::{Server, Session, Tally};
use std::path::Path;

/// The seed of the run over the bundled grammar.
const SEED: u64 = 20_240_715;

#[test]
fn crud_executes_on_postgresql_15() {
    crud_executes(15);
}

#[test]
fn crud_executes_on_postgresql_18() {
    crud_executes(18);
}

fn crud_executes(major: u32) {
    let settings = Settings::postgresql(major, SEED);
    let checked = compile::check(Path::new("../grammars/crud/crud.rqg"), &settings);
    assert!(!checked.has_errors(), "{}", checked.rendered);
    let server = Server::start(major).expect("a server");
    let tally = execute(&checked, &settings, &mut connect(&server), 10_000);
    println!("crud on PostgreSQL {major}: {tally}");
    assert!(tally.all_succeeded(), "crud on PostgreSQL {major}: {tally}");
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
    let mut session = server.connect().expect("a connection");
    session
        .execute("SET statement_timeout = '30s'")
        .expect("a timeout");
    session
}

/// Creates the schema of the run in a new database namespace and executes `count` units.
fn execute(checked: &Checked, settings: &Settings, session: &mut Session, count: u64) -> Tally {
    session
        .execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .expect("an empty schema");
    let ddl = checked.ddl(settings).expect("the schema");
    session.execute(&ddl).expect("the schema is created");
    let mut tally = Tally::default();
    for (index, statement) in checked.statements(settings, 0..count).expect("statements") {
        tally.count(index, &statement, session.execute(&statement));
    }
    tally
}
