//! Headers, modules, imports, overrides, reachability. Imported files are in a temporary folder.

use super::{Checked, assert_found, checked_input};
use crate::Input;
use std::path::PathBuf;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder =
            std::env::temp_dir().join(format!("rqg-analysis-{name}-{}", std::process::id()));
        for (file, text) in files {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn checked(&self, text: &str) -> Checked {
        checked_input(&Input::text("main.rqg", text).base(&self.0))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn found(checked: &Checked) -> Vec<String> {
    checked
        .lines()
        .into_iter()
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect()
}

#[test]
fn headers_stand_once() {
    assert_found(
        "grammar a; grammar b; terminator \";\"; terminator \"\"; rule query = A;",
        &[(111, "grammar b;"), (111, "terminator \"\";")],
    );
    assert_found(
        "schema \"no/such.sql\"; rule query = A;",
        &[(605, "\"no/such.sql\"")],
    );
    assert_found("grammar a;", &[(112, "")]);
    assert_found("", &[(112, "")]);
}

#[test]
fn duplicate_rules() {
    assert_found(
        "rule query = a; rule a = A; rule a = nothing; extern fn a() -> text;",
        &[(102, "a"), (101, "nothing"), (102, "a")],
    );
    assert_found(
        "rule query = f(1, 2); rule f(n: int, n: int) = X{n};",
        &[(103, "n")],
    );
}

#[test]
fn start_rules() {
    assert_found("rule query(n: int) = X{n};", &[(121, "query")]);
    assert_found("rule query() -> table = return table();", &[(121, "query")]);
    let checked = checked_input(&Input::text("x", "rule quary = A;").start("quarry"));
    assert_eq!(found(&checked), ["RQG0610 at ``"]);
    let checked = checked_input(&Input::text("x", "rule main = A;").start("main"));
    assert_eq!(found(&checked), Vec::<String>::new());
}

#[test]
fn unreachable_rules() {
    assert_found(
        "rule query = a; rule a = b | A; rule b = a; rule c = d; rule d = A;",
        &[(117, "c"), (117, "d")],
    );
    assert_found("rule a = A; rule b = B;", &[]);
    assert_found("rule query = aa; rule a = A;", &[(101, "aa")]);
}

#[test]
fn imports() {
    let folder = Folder::new(
        "imports",
        &[
            (
                "words.rqg",
                "rule word = { W other }; rule other = O; rule third = T unused; rule unused = U;",
            ),
            (
                "more/words.rqg",
                "use deep::base::*; rule word = base; rule broken = );",
            ),
            ("more/deep/base.rqg", "rule base = B;"),
        ],
    );
    let ok = folder.checked(
        "use words::{word, other as o}; use more::words::word as w; rule query = word o w;",
    );
    assert_eq!(found(&ok), ["RQG0005 at `)`"]);
    let grammar = ok.grammar.unwrap();
    let names: Vec<&str> = grammar
        .rules
        .iter()
        .map(|rule| rule.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "query",
            "words::word",
            "words::other",
            "more::words::word",
            "deep::base::base"
        ]
    );

    let wrong = folder.checked(
        "use words::{wrd, other, word}; use more::words::{word, broken}; use nowhere::{x, y}; \
         use std::nothing::*; rule query = wrd word broken x; rule other = O;",
    );
    assert_eq!(
        found(&wrong),
        [
            "RQG0106 at `wrd`",
            "RQG0107 at `other`",
            "RQG0107 at `word`",
            "RQG0104 at `nowhere`",
            "RQG0104 at `std",
            "RQG0005 at `)`",
        ]
    );
}

#[test]
fn globs() {
    let folder = Folder::new(
        "globs",
        &[
            ("a.rqg", "rule x = A; rule y = A;"),
            ("b.rqg", "rule x = B; rule z = B;"),
        ],
    );
    assert_eq!(
        found(&folder.checked("use a::*; use b::*; rule query = x y z;")),
        ["RQG0107 at `x`"]
    );
    assert_eq!(
        found(&folder.checked("use a::*; use b::*; rule query = y z;")),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&folder.checked("use a::*; use b::x; rule query = x;")),
        ["RQG0118 at `use a"]
    );
    assert_eq!(
        found(&folder.checked("use a::*; use b::{x, z}; rule query = y x;")),
        ["RQG0118 at `z`"]
    );
    let own = folder.checked("use a::*; rule query = x y; rule x = Z;");
    assert_eq!(found(&own), Vec::<String>::new());
}

#[test]
fn cycles() {
    let folder = Folder::new(
        "cycles",
        &[
            ("a.rqg", "use b::y; rule x = y;"),
            ("b.rqg", "use a::x; rule y = x | Y;"),
        ],
    );
    let checked = folder.checked("use a::x; rule query = x;");
    assert_eq!(found(&checked), ["RQG0105 at `use a"]);
    assert!(
        checked.lines()[0].contains("a → b → a"),
        "{:?}",
        checked.lines()
    );
}

#[test]
fn overrides() {
    let folder = Folder::new(
        "overrides",
        &[
            (
                "a.rqg",
                "use b::inner; rule outer = inner leaf(1); rule leaf(n: int) = L{n};",
            ),
            ("b.rqg", "rule inner = I;"),
        ],
    );
    let ok = folder.checked(
        "use a::{outer, leaf}; use b::*; override rule leaf(k: int) = M{k}; override rule inner = J; rule query = outer;",
    );
    assert_eq!(found(&ok), Vec::<String>::new());
    let names: Vec<String> = ok
        .grammar
        .unwrap()
        .rules
        .into_iter()
        .map(|rule| rule.name)
        .collect();
    assert_eq!(names, ["leaf", "inner", "query", "a::outer"]);
    let wrong = folder.checked(
        "use a::{outer, leaf}; override rule leaf(k: text) = k; override rule lef = A; override rule inner = B; rule query = outer;",
    );
    assert_eq!(
        found(&wrong),
        [
            "RQG0109 at `leaf`",
            "RQG0108 at `lef`",
            "RQG0108 at `inner`"
        ]
    );
}

#[test]
fn schemas_are_embedded() {
    let folder = Folder::new("schemas", &[("s.sql", "CREATE TABLE t (a int);")]);
    let checked = folder.checked("schema \"s.sql\"; rule query = A;");
    let schema = checked.grammar.unwrap().schema.unwrap();
    assert_eq!(schema.ddl, "CREATE TABLE t (a int);");
    assert_eq!(schema.name, "s.sql");
}

#[test]
fn unreadable_files() {
    let missing = checked_input(&Input::path("no/such/file.rqg"));
    assert_eq!(found(&missing), ["RQG0122 at ``"]);
    let folder = Folder::new("unreadable", &[("d.rqg/x", "")]);
    assert_eq!(
        found(&folder.checked("use d::x; rule query = x;")),
        ["RQG0122 at `d`"]
    );
    std::fs::write(folder.0.join("bad.rqg"), b"rule x = \"\xff\";").unwrap();
    let bad = checked_input(&Input::path(folder.0.join("bad.rqg")));
    assert_eq!(bad.found[0].code as u16, 1);
}
