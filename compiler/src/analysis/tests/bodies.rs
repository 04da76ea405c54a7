//! Patterns, returns, guards, weights, effects, unused bindings.

use super::{assert_found, assert_tells};

#[test]
fn patterns() {
    assert_found(
        "rule query = let (a, b) = pair(); let c = pair(); let (d, e) = table(); let (f, f) = pair(); \
         let (_, _) = pair(); (for (g, h) in [1] { g h }) (for i in zip([1], [2]) { i }) \
         (for (j, k) in zip([1], [2]) { j k }) (for l in zip([1]) { l }) a b c d e f;
         rule pair() -> (text, int) = return ({ A }, 1);",
        &[
            (206, "c"),
            (206, "d, e"),
            (103, "f"),
            (206, "g, h"),
            (206, "i"),
            (210, "zip([1])"),
        ],
    );
}

#[test]
fn returns() {
    assert_found(
        "rule query = {let t = a(); let u = b(); let v = c(); let (w, x) = d(); t u v w x};
         rule a() -> table = return table();
         rule b() -> table = A return table();
         rule c() -> table = | let t = table(); return t; | A | return 1;
         rule d() -> (int, table) = | return (1, table()); | return 1; | return (table(), 1); | return d();
         rule e() -> int = return 1; A
         | (return 2)? | scope { return 3; } | ( | return 4; | B );
         rule f = A return 1;",
        &[
            (209, "A"),
            (207, "A"),
            (208, "1"),
            (208, "1"),
            (208, "table()"),
            (208, "1"),
            (208, "d()"),
            (209, "return 1;"),
            (209, "return 2"),
            (207, "B"),
            (208, "return 1"),
        ],
    );
}

#[test]
fn guards() {
    assert_found(
        "dialect postgresql >= 13;
         rule query = let n = int(1..=3); let t = table(); let T = type(); let b = true; (
         | when n > 2 && n != 3: A
         | when b || !b: B
         | when T == bool || T in number || T != T: C
         | when t == t: D
         | when postgresql >= 15 || postgresql < 15.2: E
         | when feature(merge) && !feature(json_table): F
         | when t.columns.length > 3 && t.columns.length < 2 + 2: G
         | H);",
        &[],
    );
}

#[test]
fn guards_that_cannot_be_decided() {
    assert_found(
        "rule query = let n = int(1..=3); let T = type(); let s = \"x\"; let t = table(); (
         | when n: A | when T: A | when T < bool: A | when n == T: A | when s == s: A
         | when other(): A | when other: A | when n + 1 > 2: A | when n > 1.5: A | when nn > 1: A
         | when t in number: A | when context: A | when feature(): A | when postgresql > n: A
         | when postgre >= 15: A | when feature(mrege): A | when merge: A | A );
         rule other = A;",
        &[
            (211, "n"),
            (211, "T"),
            (211, "T < bool"),
            (211, "n == T"),
            (211, "s == s"),
            (211, "other()"),
            (211, "other"),
            (211, "n + 1"),
            (211, "1.5"),
            (101, "nn"),
            (201, "t"),
            (211, "context"),
            (211, "feature()"),
            (211, "n"),
            (101, "postgre"),
            (602, "mrege"),
            (101, "merge"),
        ],
    );
    assert_tells(
        "rule query = when feature(mrege): A | B;",
        "did you mean `merge`",
    );
    assert_tells("rule query = when merge: A | B;", "feature(merge)");
    assert_tells(
        "rule query = when postgresq >= 15: A | B;",
        "did you mean `postgresql`",
    );
}

#[test]
fn dialects_and_versions() {
    assert_found(
        "dialect postgresql >= 14, oracle >= 19, yugabytedb >= 15;
         rule query = | when postgresql < 14: A | when yugabytedb: B | when postgresql == 14.2: C | when postgresql >= 2.14: D | E;",
        &[
            (601, "oracle"),
            (603, "15"),
            (611, "postgresql < 14"),
            (611, "yugabytedb"),
            (603, "2.14"),
        ],
    );
}

#[test]
fn weights() {
    assert_found(
        "rule query = a b c d; rule a = 0: A | B; rule b = 0: A | 0: B; rule c = -3: A | B; \
         rule d = 1000001: A | 1000000: B;",
        &[(401, "0"), (404, "0"), (402, "-3"), (403, "1000001")],
    );
    let many = format!("rule query = {};", vec!["1000000: A"; 2200].join(" | "));
    let found = super::checked(&many).found;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code as u16, 403);
}

#[test]
fn effects() {
    assert_found(
        "rule query = let p = new_table([fresh(\"a\")], [integer]); let t = table(); let q = made(); let a = alias(p);
         CREATE p effect create(p) ;; DROP p effect drop(p) ;; DROP t effect drop(t) ;; DROP q effect drop(q) ;;
         A effect delete(p) ;; B effect drop() ;; C effect drop(1) a drop_it(p) effect drop(a);
         rule made() -> table = return new_table([fresh(\"a\")], [integer]);
         rule drop_it(t: table) = DROP t effect drop(t);",
        &[
            (306, "t"),
            (116, "delete"),
            (202, "drop"),
            (201, "1"),
            (306, "a"),
        ],
    );
}

#[test]
fn unused_bindings() {
    assert_found(
        "rule query = let a = table(); let _b = table(); let (c, _) = f(1); let d = int(1..=2); X{d} (for e in [1] { Y });
         rule f(n: int) -> (int, int) = return (1, 2);",
        &[(119, "a"), (119, "c")],
    );
    assert_found("rule query = let a = table(); aa;", &[(101, "aa")]);
}

#[test]
fn shadowing_ends_with_the_block() {
    assert_found(
        "rule query = let x = table(); { let x = int(1..=2); X{x} } x.name (let y = 1; \"a\" ~ y) y;",
        &[(101, "y")],
    );
}

#[test]
fn contexts() {
    assert_found(
        "rule query = context agg { e } e; rule e = | when context == agg: A | when context != none: B | when context == aggr: C | D;",
        &[(101, "aggr")],
    );
    let opened: Vec<String> = (0..33).map(|i| format!("context c{i} {{ A }}")).collect();
    assert_found(
        &format!("rule query = {};", opened.join(" ")),
        &[(304, "c31")],
    );
}
