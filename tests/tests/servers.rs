//! The harness itself: servers start, run statements, tell failures apart and are gone afterwards.

use rqg_tests::postgres::{Server, Tally};

#[test]
fn a_server_runs_statements_and_classifies_failures() {
    let server = Server::start(15).expect("a server of PostgreSQL 15");
    let mut session = server.connect().expect("a connection");
    let mut tally = Tally::default();
    for (index, statement) in [
        "CREATE TABLE t (a integer PRIMARY KEY)",
        "INSERT INTO t (a) VALUES (1)",
        "INSERT INTO t (a) VALUES (1)",
        "SELECT b FROM t",
        "SELECT a FROM t",
    ]
    .into_iter()
    .enumerate()
    {
        tally.count(index as u64, statement, session.execute(statement));
    }
    assert_eq!(tally.total, 5);
    assert_eq!(tally.failed["23505"].index, 2);
    assert_eq!(tally.failed["42703"].statement, "SELECT b FROM t");
    assert!(!tally.all_succeeded());
    assert!(
        tally
            .to_string()
            .starts_with("3 of 5 statements executed (60.00 %)")
    );
}

#[test]
fn a_server_has_the_version_asked_for() {
    for major in [15, 18] {
        let server = Server::start(major).expect("a server");
        let mut session = server.connect().expect("a connection");
        let test = format!(
            "SELECT 1 / (current_setting('server_version_num')::int / 10000 = {major})::int"
        );
        assert_eq!(session.execute(&test), Ok(()));
    }
}

#[test]
fn an_unknown_version_is_refused() {
    let error = Server::start(7).err().expect("no such server").to_string();
    assert!(error.contains("11 to 18"), "{error}");
}
