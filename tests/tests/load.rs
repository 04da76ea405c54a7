//! Rows loaded into a real server, and the record of them.

use rqg_runtime::engine::Control;
use rqg_runtime::rows::Rows;
use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::schema::{DEFAULT_DDL, Model};
use rqg_server::Server;
use rqg_server::load::{LoadError, Loaded, Settings, load};
use rqg_tests::exec::connect;
use rqg_tests::postgres;
use std::time::Duration;

fn start(script: &str) -> (postgres::Server, Server) {
    let server = postgres::Server::start(15).expect("a server");
    let mut session = server.connect().expect("a connection");
    session.execute(script).expect("the schema");
    let reader = connect(&server, 3, Duration::ZERO);
    (server, reader)
}

/// The server's schema with so many rows in every table.
fn model(server: &Server, rows: u64) -> Model {
    let mut model = read_ddl(&server.ddl().expect("the schema")).model;
    for table in &mut model.tables {
        table.rows = rows;
    }
    model
}

fn fill(server: &Server, model: &Model, seed: u64, replace: bool) -> Result<Loaded, LoadError> {
    let settings = Settings {
        connections: 3,
        replace,
        version: "1.2.3".to_owned(),
    };
    let rows = Rows::new(model, seed);
    load(server, model, &rows, seed, &settings, &Control::default())
}

fn number(server: &postgres::Server, query: &str) -> i64 {
    let mut client = ::postgres::Client::connect(&server.dsn(), ::postgres::NoTls).expect("one");
    client.query_one(query, &[]).expect("a row").get(0)
}

#[test]
fn all_rows_are_loaded_and_recorded() {
    let (postgres, server) = start(DEFAULT_DDL);
    let model = model(&server, 3_000);
    let rows = Rows::new(&model, 7);
    let loaded = fill(&server, &model, 7, false).expect("it is loaded");
    let mut sum = 0;
    for &table in rows.load_order() {
        let reference = &model.table(table).reference;
        let count = number(&postgres, &format!("SELECT count(*) FROM {reference}"));
        assert_eq!(u64::try_from(count), Ok(rows.count(table)), "{reference}");
        sum += rows.count(table);
    }
    assert_eq!(loaded.rows, sum);
    assert!(loaded.bytes > 0);
    let next = "SELECT nextval(pg_get_serial_sequence('orders', 'id'))";
    assert_eq!(number(&postgres, next), 3_001);
    let analyzed = "SELECT reltuples::bigint FROM pg_class WHERE relname = 'orders'";
    assert_eq!(number(&postgres, analyzed), 3_000);

    let record = server.record().expect("an answer").expect("a record");
    assert_eq!((record.data_seed, record.version.as_str()), (7, "1.2.3"));
    assert_eq!(record.tables["orders"], 3_000);
    // The record makes the model of the data again, and the schema that holds it is not part of it.
    let mut again = read_ddl(&server.ddl().expect("the schema")).model;
    assert!(record.apply(&mut again));
    assert_eq!(again.fingerprint(), model.fingerprint());
    // However its keys are declared.
    let mut script = read_ddl(DEFAULT_DDL).model;
    assert!(record.apply(&mut script));
    let mut changed = read_ddl("CREATE TABLE orders (id integer)").model;
    assert!(!record.apply(&mut changed));
    assert_eq!(changed.tables[0].rows, 3_000);
}

#[test]
fn what_is_there_is_kept_unless_it_is_to_be_replaced() {
    let (postgres, server) = start(DEFAULT_DDL);
    let small = model(&server, 50);
    fill(&server, &small, 1, false).expect("it is loaded");
    let error = fill(&server, &small, 1, false).expect_err("twice");
    assert!(matches!(error, LoadError::NotEmpty(_)), "{error}");
    assert!(error.to_string().contains("data seed 1"), "{error}");
    let mut session = postgres.connect().expect("a connection");
    session.execute("DELETE FROM rqg.data").expect("gone");
    let error = fill(&server, &small, 1, false).expect_err("not empty");
    assert!(
        error.to_string().contains("holds rows\nhelp: --replace"),
        "{error}"
    );

    let other = model(&server, 80);
    fill(&server, &other, 2, true).expect("replaced");
    assert_eq!(number(&postgres, "SELECT count(*) FROM customers"), 80);
    let record = server.record().expect("an answer").expect("a record");
    assert_eq!(record.data_seed, 2);
}

#[test]
fn a_load_that_fails_leaves_no_record() {
    let (postgres, server) = start(DEFAULT_DDL);
    let small = model(&server, 50);
    fill(&server, &small, 1, false).expect("it is loaded");
    let mut session = postgres.connect().expect("a connection");
    // A rule that the model does not know.
    session
        .execute("ALTER TABLE orders ADD CHECK (id < 0) NOT VALID")
        .expect("a constraint");
    let error = fill(&server, &small, 1, true).expect_err("refused");
    let LoadError::Refused { table, message } = &error else {
        panic!("{error}");
    };
    assert_eq!(table, "orders");
    assert!(message.contains("23514"), "{message}");
    assert_eq!(server.record().expect("an answer"), None);

    let control = Control::default();
    control.stop();
    let settings = Settings {
        connections: 2,
        replace: true,
        version: String::new(),
    };
    let rows = Rows::new(&small, 1);
    let error = load(&server, &small, &rows, 1, &settings, &control).expect_err("stopped");
    assert!(matches!(error, LoadError::Interrupted), "{error}");
}
