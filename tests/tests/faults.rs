//! Servers that fail while units run: what was in flight is reported once, never run again, and
//! the run goes on or says that the server is gone.

use rqg_server::executor::{End, Rules};
use rqg_server::outcome::Outcome;
use rqg_tests::exec::{connect, count, run, settings};
use rqg_tests::postgres::Server;
use std::process::Command;
use std::thread;
use std::time::Duration;

const NO_LIMIT: Duration = Duration::from_secs(60);

/// The statement that faults hit.
const SLEEP: &str = "SELECT pg_sleep(50)";

/// Unit 10 sleeps, the others count.
fn sleeper(index: u64) -> Vec<String> {
    vec![match index {
        10 => SLEEP.to_owned(),
        _ => format!("INSERT INTO t VALUES ({index})"),
    }]
}

fn server_with_table() -> Server {
    let server = Server::start(15).expect("a server");
    let mut session = server.connect().expect("a connection");
    session
        .execute("CREATE TABLE t (a integer)")
        .expect("a table");
    // The servers of tests don't wait for their disk; what a crash must not lose has to.
    session
        .execute("ALTER DATABASE postgres SET synchronous_commit = on")
        .expect("a setting");
    session.execute("CHECKPOINT").expect("a checkpoint");
    server
}

/// Waits until the sleeping statement runs; returns its backend.
fn wait_for_sleeper(server: &Server) -> u32 {
    let mut client =
        postgres::Client::connect(&server.dsn(), postgres::NoTls).expect("a connection");
    loop {
        let found = client
            .query(
                "SELECT pid FROM pg_stat_activity WHERE query = $1 AND state = 'active'",
                &[&SLEEP],
            )
            .expect("the activity");
        if let Some(row) = found.first() {
            return u32::try_from(row.get::<_, i32>(0)).expect("a process");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn kill(process: u32) {
    let killed = Command::new("kill")
        .arg("-KILL")
        .arg(process.to_string())
        .status();
    assert!(killed.expect("kill").success());
}

/// The rows that the units left: each was executed at most once, and those reported as executed
/// were.
fn assert_rows(server: &Server, expected: u64) {
    let mut client =
        postgres::Client::connect(&server.dsn(), postgres::NoTls).expect("a connection");
    let row = client
        .query_one("SELECT count(*), count(DISTINCT a) FROM t", &[])
        .expect("the rows");
    let (all, distinct): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(all, distinct);
    assert_eq!(u64::try_from(all), Ok(expected));
}

#[test]
fn a_backend_that_is_terminated_costs_its_unit() {
    let postgres = server_with_table();
    let server = connect(&postgres, 2, NO_LIMIT);
    let summary = run(&server, &settings(100, 2), Rules::default(), |index| {
        if index % 20 == 10 {
            return vec!["SELECT pg_terminate_backend(pg_backend_pid())".to_owned()];
        }
        sleeper(index + 1000)
    });
    assert!(matches!(summary.end, End::Complete), "{summary:#?}");
    assert_eq!(count(&summary, Outcome::Lost, "57P01"), 5, "{summary:#?}");
    assert_eq!(count(&summary, Outcome::Ok, "-"), 95);
    assert_rows(&postgres, 95);
}

#[test]
fn a_backend_that_dies_is_a_crash() {
    let postgres = server_with_table();
    let server = connect(&postgres, 1, NO_LIMIT);
    let summary = thread::scope(|scope| {
        scope.spawn(|| kill(wait_for_sleeper(&postgres)));
        run(&server, &settings(100, 1), Rules::default(), sleeper)
    });
    assert!(matches!(summary.end, End::Complete), "{summary:#?}");
    assert_eq!(count(&summary, Outcome::Crash, "-"), 1, "{summary:#?}");
    let crash = summary
        .outcomes
        .iter()
        .find(|row| row.outcome == Outcome::Crash);
    let first = crash.and_then(|row| row.first.as_ref()).expect("the unit");
    assert_eq!((first.index, first.statement.as_str()), (10, SLEEP));
    assert_eq!(count(&summary, Outcome::Ok, "-"), 99);
    assert_rows(&postgres, 99);
}

#[test]
fn sessions_beside_a_crash_are_told_and_go_on() {
    let postgres = server_with_table();
    let server = connect(&postgres, 3, NO_LIMIT);
    let summary = thread::scope(|scope| {
        scope.spawn(|| kill(wait_for_sleeper(&postgres)));
        run(&server, &settings(4_000, 3), Rules::default(), sleeper)
    });
    assert!(matches!(summary.end, End::Complete), "{summary:#?}");
    // The unit whose backend died, and what the other sessions had in flight; the server tells
    // these why (57P02) if it still can.
    let silent = count(&summary, Outcome::Crash, "-");
    let told = count(&summary, Outcome::Crash, "57P02");
    assert_eq!(silent + told, summary.failures, "{summary:#?}");
    assert!((1..=3).contains(&summary.failures), "{summary:#?}");
    let mut crashes = summary.outcomes.iter().filter(|row| row.sqlstate == "-");
    let crash = crashes.find(|row| row.outcome == Outcome::Crash);
    let first = crash.and_then(|row| row.first.as_ref()).expect("the unit");
    assert_eq!((first.index, first.statement.as_str()), (10, SLEEP));
    assert_eq!(count(&summary, Outcome::Ok, "-") + summary.failures, 4_000);
}

#[test]
fn a_postmaster_that_is_killed_and_comes_back_is_a_crash() {
    let mut postgres = server_with_table();
    let server = connect(&postgres, 1, NO_LIMIT);
    let summary = thread::scope(|scope| {
        let run = scope.spawn(|| run(&server, &settings(100, 1), Rules::default(), sleeper));
        wait_for_sleeper(&postgres);
        postgres.kill().expect("it runs");
        postgres.restart().expect("it starts again");
        run.join().expect("a summary")
    });
    assert!(matches!(summary.end, End::Complete), "{summary:#?}");
    let crash = summary
        .outcomes
        .iter()
        .find(|row| row.outcome == Outcome::Crash);
    let first = crash.and_then(|row| row.first.as_ref()).expect("a crash");
    assert_eq!((first.index, summary.failures), (10, 1));
    assert_rows(&postgres, 99);
}

#[test]
fn a_server_that_stays_away_ends_the_run() {
    let postgres = server_with_table();
    let server = connect(&postgres, 1, NO_LIMIT);
    let mut settings = settings(100, 1);
    settings.reconnect = Duration::from_millis(500);
    let summary = thread::scope(|scope| {
        scope.spawn(|| {
            wait_for_sleeper(&postgres);
            postgres.kill().expect("it runs");
        });
        run(&server, &settings, Rules::default(), sleeper)
    });
    let End::Unreachable(error) = &summary.end else {
        panic!("{summary:#?}");
    };
    assert!(error.to_string().contains("cannot connect"), "{error}");
    // The unit in flight is the last, and the crash is told.
    assert_eq!((summary.next, summary.failures), (11, 1));
    let crash = summary
        .outcomes
        .iter()
        .find(|row| row.outcome == Outcome::Crash);
    assert_eq!(
        crash.and_then(|row| Some(row.first.as_ref()?.index)),
        Some(10)
    );
}

#[test]
fn a_run_goes_on_with_the_connections_that_there_are() {
    let postgres = server_with_table();
    // The server has room for 20.
    let server = connect(&postgres, 30, NO_LIMIT);
    let mut settings = settings(300, 30);
    settings.reconnect = Duration::from_millis(200);
    let summary = run(&server, &settings, Rules::default(), |index| {
        vec![format!("INSERT INTO t SELECT {index} FROM pg_sleep(0.05)")]
    });
    assert!(matches!(summary.end, End::Complete), "{summary:#?}");
    assert_eq!(count(&summary, Outcome::Ok, "-"), 300, "{summary:#?}");
    assert!(
        summary
            .retired
            .iter()
            .all(|reason| reason.contains("53300")),
        "{summary:#?}"
    );
    assert!(!summary.retired.is_empty());
    drop(server);
    assert_rows(&postgres, 300);
}

#[test]
fn a_server_without_room_says_so() {
    let postgres = server_with_table();
    let held: Vec<_> = (0..20).map_while(|_| postgres.connect().ok()).collect();
    let dsn = rqg_server::Dsn::parse(&postgres.dsn()).expect("an address");
    let error = rqg_server::Server::connect(&dsn, &rqg_server::Options::default())
        .err()
        .expect("no connection")
        .to_string();
    assert!(
        error.contains("53300") && error.contains("max_connections"),
        "{error}"
    );
    drop(held);
}

#[test]
fn a_lock_that_is_held_costs_the_time_of_a_statement() {
    let postgres = server_with_table();
    let mut other = postgres.connect().expect("a connection");
    for statement in [
        "CREATE TABLE locked (a integer)",
        "BEGIN",
        "LOCK TABLE locked",
    ] {
        other.execute(statement).expect("a lock");
    }
    let server = connect(&postgres, 2, Duration::from_millis(250));
    let summary = run(&server, &settings(60, 2), Rules::default(), |index| {
        if index % 20 == 0 {
            return vec!["SELECT * FROM locked".to_owned()];
        }
        sleeper(index + 1000)
    });
    assert!(matches!(summary.end, End::Complete));
    assert_eq!(
        count(&summary, Outcome::Timeout, "57014"),
        3,
        "{summary:#?}"
    );
    assert_eq!(count(&summary, Outcome::Ok, "-"), 57);
}
