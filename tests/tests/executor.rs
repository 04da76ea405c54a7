//! Units on a real server: how each fares, what is counted, and that the next finds a clean session.

use rqg_server::executor::{End, Rules};
use rqg_server::known::Known;
use rqg_server::outcome::Outcome;
use rqg_server::policy::Policy;
use rqg_tests::exec::{connect, count, run, settings};
use rqg_tests::postgres::Server;
use std::time::Duration;

const NO_LIMIT: Duration = Duration::from_secs(60);

fn one(statement: &str) -> Vec<String> {
    vec![statement.to_owned()]
}

fn several(statements: &[&str]) -> Vec<String> {
    statements.iter().map(ToString::to_string).collect()
}

#[test]
fn outcomes_and_rows_are_told_apart() {
    let postgres = Server::start(15).expect("a server");
    let mut session = postgres.connect().expect("a connection");
    session
        .execute("CREATE TABLE t (a integer PRIMARY KEY)")
        .expect("a table");
    let server = connect(&postgres, 3, Duration::from_millis(300));
    let rules = Rules {
        policy: Policy::parse("[[expect]]\nsqlstate = ['23']\nkinds = ['INSERT']").unwrap(),
        known: Known::parse("[[issue]]\nsqlstate = '42703'\nmessage = '^column [?] does'").unwrap(),
    };
    let summary = run(&server, &settings(90, 3), rules, |index| {
        match index % 9 {
            0 => one("SELECT generate_series(1, 5)"),
            1 => one(&format!(
                "INSERT INTO t SELECT {index} UNION SELECT -{index} RETURNING a"
            )),
            2 => one("INSERT INTO t VALUES (NULL)"),
            3 => one("SELECT nothing FROM t"),
            4 => one("SELECT nosuch()"),
            5 if index < 20 => one("SELECT pg_sleep(20)"),
            5 => one("DO $$ BEGIN RAISE EXCEPTION SQLSTATE 'XX000'; END $$"),
            // Cancelled, but not by the timeout.
            6 => one("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(0.1)"),
            7 => several(&["BEGIN", "UPDATE t SET a = a WHERE a < 0", "COMMIT"]),
            _ => Vec::new(),
        }
    });
    assert!(matches!(summary.end, End::Complete));
    assert_eq!(summary.units, 90);
    let expected = [
        (Outcome::Ok, "-", 40),
        (Outcome::Expected, "23502", 10),
        (Outcome::Known, "42703", 10),
        (Outcome::Unexpected, "42883", 10),
        (Outcome::Timeout, "57014", 2),
        (Outcome::Crash, "XX000", 8),
        (Outcome::Unexpected, "57014", 10),
    ];
    for (outcome, sqlstate, units) in expected {
        assert_eq!(count(&summary, outcome, sqlstate), units, "{summary:#?}");
    }
    assert_eq!(summary.failures, 30);
    assert_eq!(summary.known[0].count, 10);
    let kind = |name: &str| {
        let mut rows = summary.kinds.iter();
        rows.find(|row| row.kind.to_string() == name)
            .unwrap_or_else(|| panic!("{name}: {summary:#?}"))
    };
    assert_eq!((kind("SELECT").executed, kind("SELECT").rows), (10, 50));
    assert_eq!(kind("SELECT").failed, 32);
    let insert = kind("INSERT");
    assert_eq!(
        (insert.executed, insert.rows, insert.affected),
        (10, 20, 20)
    );
    assert_eq!(kind("COMMIT").executed, 10);
    let sent: u64 = summary
        .kinds
        .iter()
        .map(|row| row.executed + row.failed)
        .sum();
    assert_eq!(sent, summary.statements);
    let first = summary.outcomes.iter().find(|row| row.sqlstate == "42883");
    let first = first.and_then(|row| row.first.as_ref()).expect("a unit");
    assert_eq!(
        (first.index, first.statement.as_str()),
        (4, "SELECT nosuch()")
    );
}

#[test]
fn every_unit_finds_a_clean_session() {
    let postgres = Server::start(15).expect("a server");
    let server = connect(&postgres, 1, NO_LIMIT);
    let summary = run(&server, &settings(60, 1), Rules::default(), |index| {
        match index % 6 {
            0 => several(&[
                "BEGIN",
                "CREATE TEMP TABLE here (a integer)",
                "SELECT 1 / 0",
            ]),
            1 => several(&[
                "SET search_path = nowhere",
                "PREPARE p AS SELECT 1",
                "SELECT 1 / 0",
            ]),
            2 => several(&[
                "CREATE TEMP TABLE there (a integer)",
                "SELECT 1 / 0",
                "SELECT 2",
            ]),
            // Left open, though nothing failed.
            3 => several(&["BEGIN", "SELECT set_config('rqg.x', '1', true)"]),
            4 => several(&["BEGIN", "SAVEPOINT a", "ROLLBACK TO a"]),
            // Fails if anything of that can still be seen.
            _ => one(
                "SELECT 1 / (current_setting('search_path') = '\"$user\", public' \
                 AND coalesce(current_setting('rqg.x', true), '') = '' \
                 AND now() = statement_timestamp() \
                 AND to_regclass('here') IS NULL AND to_regclass('there') IS NULL \
                 AND current_setting('statement_timeout') = '1min' \
                 AND NOT EXISTS (SELECT FROM pg_prepared_statements))::int",
            ),
        }
    });
    assert_eq!(
        count(&summary, Outcome::Unexpected, "22012"),
        30,
        "{summary:#?}"
    );
    assert_eq!(count(&summary, Outcome::Ok, "-"), 30);
}

#[test]
fn what_the_server_undid_is_repeated_and_counted_once() {
    let postgres = Server::start(15).expect("a server");
    let mut session = postgres.connect().expect("a connection");
    session
        .execute("CREATE TABLE t (id integer, n bigint); INSERT INTO t VALUES (1, 0), (2, 0)")
        .expect("a table");
    session
        .execute("ALTER DATABASE postgres SET deadlock_timeout = '10ms'")
        .expect("a setting");
    let server = connect(&postgres, 4, NO_LIMIT);
    let mut settings = settings(200, 4);
    settings.retries = 10_000;
    let add = |id: u64| format!("UPDATE t SET n = n + 1 WHERE id = {id}");
    let summary = run(&server, &settings, Rules::default(), |index| {
        let (first, second) = if index % 2 == 0 { (1, 2) } else { (2, 1) };
        let mut unit = several(&["BEGIN ISOLATION LEVEL SERIALIZABLE"]);
        unit.extend([add(first), "SELECT pg_sleep(0.001)".to_owned(), add(second)]);
        unit.push("COMMIT".to_owned());
        unit
    });
    assert_eq!(count(&summary, Outcome::Ok, "-"), 200, "{summary:#?}");
    assert!(summary.retries > 0, "nothing collided: {summary:#?}");
    // Each statement of each unit once, however often it was sent.
    assert_eq!(summary.statements, 1000);
    let update = summary
        .kinds
        .iter()
        .find(|row| row.kind.to_string() == "UPDATE");
    assert_eq!(
        update.map(|row| (row.executed, row.affected)),
        Some((400, 400))
    );
    session
        .execute("SELECT 1 / (SELECT (bool_and(n = 200))::int FROM t)")
        .expect("each unit took effect once");
}

#[test]
fn copies_and_what_cannot_be_sent_are_no_trap() {
    let postgres = Server::start(15).expect("a server");
    let mut session = postgres.connect().expect("a connection");
    session
        .execute("CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (2)")
        .expect("a table");
    let server = connect(&postgres, 1, Duration::from_secs(1));
    let summary = run(
        &server,
        &settings(20, 1),
        Rules::default(),
        |index| match index % 5 {
            0 => one("COPY t FROM STDIN"),
            1 => one("COPY (SELECT a FROM t) TO STDOUT"),
            2 => one("COPY nowhere FROM STDIN"),
            3 => one("SELECT 'a \0 in it'"),
            _ => one("SELECT 1; SELECT a FROM t"),
        },
    );
    assert_eq!(count(&summary, Outcome::Ok, "-"), 12, "{summary:#?}");
    assert_eq!(count(&summary, Outcome::Unexpected, "42P01"), 4);
    assert_eq!(count(&summary, Outcome::Unexpected, "-"), 4);
    let rows: u64 = summary.kinds.iter().map(|row| row.rows).sum();
    assert_eq!(rows, 4 * 2 + 4 * 3);
}

#[test]
fn conflicts_that_do_not_go_away_are_reported() {
    let postgres = Server::start(15).expect("a server");
    let server = connect(&postgres, 1, NO_LIMIT);
    let mut settings = settings(3, 1);
    settings.retries = 2;
    let summary = run(&server, &settings, Rules::default(), |_| {
        one("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$")
    });
    assert_eq!(count(&summary, Outcome::Conflict, "40001"), 3);
    assert_eq!(summary.retries, 6);
}

#[test]
fn a_run_stops_when_too_much_failed_and_says_where() {
    let postgres = Server::start(15).expect("a server");
    let server = connect(&postgres, 2, NO_LIMIT);
    let mut settings = settings(1_000_000, 2);
    settings.max_failures = 5;
    settings.range = 100..1_000_000;
    // What `run` asserts is that everything below `next` was executed, and nothing above.
    let summary = run(&server, &settings, Rules::default(), |index| {
        one(if index % 10 == 0 {
            "SELECT 1 / 0"
        } else {
            "SELECT 1"
        })
    });
    assert!(matches!(summary.end, End::TooManyFailures));
    assert!((6..=7).contains(&summary.failures), "{summary:#?}");
}
