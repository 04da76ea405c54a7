//! `rqgc data`

mod support;

use std::io::Read;
use std::process::Stdio;
use support::{Scratch, command, rqgc, stderr, stdout};

const SCHEMA: &str = "\
CREATE TABLE parents (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE shop.\"Odd/Name\" (p integer NOT NULL REFERENCES parents, line smallint,
    id bigint GENERATED ALWAYS AS IDENTITY, note text, PRIMARY KEY (p, line));
CREATE TABLE shop.flags (f boolean PRIMARY KEY);
CREATE VIEW shop.names AS SELECT name FROM parents;
";

#[test]
fn one_script_fills_everything() {
    let script = stdout(&["data", "--rows", "customers=3", "--rows", "orders=2"]);
    let copies: Vec<&str> = script
        .lines()
        .filter(|line| line.starts_with("COPY "))
        .collect();
    assert_eq!(copies.len(), 2);
    assert!(
        copies[0].starts_with("COPY customers (id, email,"),
        "{script}"
    );
    assert!(
        copies[1].starts_with("COPY orders (id, customer_id,"),
        "{script}"
    );
    let lines: Vec<&str> = script.lines().collect();
    let start = lines.iter().position(|line| *line == copies[1]).unwrap();
    assert!(lines[start + 1].starts_with("1\t"));
    assert!(lines[start + 2].starts_with("2\t"));
    assert_eq!(lines[start + 3], "\\.");
    assert!(script.contains("SELECT setval(pg_get_serial_sequence('customers', 'id'), 3);"));
    assert!(script.ends_with("ANALYZE customers;\nANALYZE orders;\n"));
    let inserts = stdout(&["data", "--rows", "customers=150", "--format", "insert"]);
    assert_eq!(inserts.matches("INSERT INTO customers (").count(), 2);
}

#[test]
fn the_data_seed_decides_and_nothing_else() {
    let data = |more: &[&str]| stdout(&[&["data", "--rows", "*=500"], more].concat());
    let one = data(&["--threads", "1"]);
    assert_eq!(one, data(&["--threads", "3", "--data-seed", "0"]));
    assert_eq!(data(&["--data-seed", "0x10"]), data(&["--data-seed", "16"]));
    assert_ne!(one, data(&["--data-seed", "1"]));
}

#[test]
fn files_are_numbered_in_load_order() {
    let scratch = Scratch::new();
    let schema = scratch.file("schema.sql", SCHEMA);
    for (format, ending) in [("copy", "copy"), ("csv", "csv"), ("insert", "sql")] {
        let target = Scratch::new();
        let path = target.path().to_str().unwrap();
        let args = ["data", "--schema", &schema, "--format", format, "-o", path];
        stdout(&[&args[..], &["--rows", "parents=20", "--rows", "shop.O*=30"]].concat());
        let last = if format == "csv" { "load" } else { "finish" };
        assert_eq!(
            target.names(),
            [
                format!("01-parents.{ending}"),
                format!("02-shop.Odd_Name.{ending}"),
                format!("03-{last}.sql"),
            ]
        );
        let second = target.read(&format!("02-shop.Odd_Name.{ending}"));
        let last = target.read(&format!("03-{last}.sql"));
        assert!(last.contains("setval(pg_get_serial_sequence('shop.\"Odd/Name\"', 'id'), 30)"));
        match format {
            "copy" => assert!(second.contains("COPY shop.\"Odd/Name\" (p, line, id, note) FROM")),
            "csv" => {
                assert!(second.starts_with("p,line,id,note\n"));
                assert!(last.contains(
                    "\\copy shop.\"Odd/Name\" (p, line, id, note) \
                     FROM '02-shop.Odd_Name.csv' WITH (FORMAT csv, HEADER)"
                ));
            }
            _ => assert!(second.contains("(p, line, id, note) OVERRIDING SYSTEM VALUE VALUES\n(")),
        }
    }
}

#[test]
fn shards_join_to_the_whole() {
    for (format, ending) in [("csv", "csv"), ("insert", "sql")] {
        let whole = Scratch::new();
        let args = ["data", "--rows", "customers=1001", "--format", format, "-o"];
        stdout(&[&args[..], &[whole.path().to_str().unwrap()]].concat());
        let parts = Scratch::new();
        let path = parts.path().to_str().unwrap();
        let mut joined = String::new();
        for shard in ["0/3", "1/3", "2/3"] {
            stdout(&[&args[..], &[path, "--shard", shard]].concat());
            let name = format!("01-customers-{}.{ending}", shard.replace('/', "of"));
            joined.push_str(&parts.read(&name));
        }
        let session = "SET client_encoding = 'UTF8';\nSET lc_monetary = 'C';\n";
        let all = whole.read(&format!("01-customers.{ending}"));
        assert!(joined.replace(session, "") == all.replace(session, ""));
        assert_eq!(parts.names().len(), 6);
    }
    // Slices of COPY are scripts of their own.
    let rows = |args: &[&str]| -> Vec<String> {
        stdout(&[&["data", "--rows", "customers=1001"], args].concat())
            .lines()
            .filter(|line| line.contains('\t'))
            .map(str::to_owned)
            .collect()
    };
    let joined = [rows(&["--shard", "0/2"]), rows(&["--shard", "1/2"])].concat();
    assert!(joined == rows(&[]));
}

#[test]
fn csv_goes_to_standard_output_for_one_table() {
    let csv = stdout(&["data", "--rows", "suppliers=40", "--format", "csv"]);
    assert!(csv.starts_with("id,name,website,tax_number,on_time\n"));
    assert!(csv.contains(",,") || csv.contains(",\n"), "NULL is empty");
    let error = stderr(2, &["data", "--rows", "*=1", "--format", "csv"]);
    assert!(error.contains("-o DIR"), "{error}");
}

#[test]
fn what_cannot_be_had_is_said() {
    let scratch = Scratch::new();
    let schema = scratch.file("schema.sql", SCHEMA);
    let done = rqgc(&["data", "--schema", &schema, "--rows", "*=9"]);
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    assert!(
        done.stderr
            .contains("warning: shop.flags holds 2 of the 9 rows asked for: its unique key (f)"),
        "{}",
        done.stderr
    );
    assert!(done.stdout.contains("ANALYZE shop.flags;"));
}

#[test]
fn usage_is_told() {
    let scratch = Scratch::new();
    let schema = scratch.file("schema.sql", SCHEMA);
    let error = |args: &[&str]| stderr(2, &[&["data", "--schema", &schema], args].concat());
    assert!(error(&[]).contains("--rows"));
    assert!(error(&["--rows", "parent=1"]).contains("did you mean `parents`?"));
    assert!(error(&["--rows", "shop.flag=1"]).contains("did you mean `shop.flags`?"));
    assert!(error(&["--rows", "none*=1"]).contains("`none*`"));
    assert!(error(&["--rows", "names=1"]).contains("is a view"));
    error(&["--rows", "parents"]);
    error(&["--rows", "parents=1", "--data-seed", "x"]);
    error(&["--rows", "parents=1", "--shard", "2/2"]);
    stderr(
        3,
        &["data", "--schema", "/nonexistent.sql", "--rows", "*=1"],
    );
    let empty = scratch.file("empty.sql", "SELECT 1;");
    stderr(1, &["data", "--schema", &empty, "--rows", "*=1"]);
    stderr(3, &["data", "--rows", "*=1", "-o", "/dev/null/x"]);
}

#[test]
fn a_reader_may_leave() {
    let mut child = command(&["data", "--rows", "customers=10_000_000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 1000];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(done.stderr, b"");
}
