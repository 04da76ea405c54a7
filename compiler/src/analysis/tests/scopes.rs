//! Scopes, narrowing, statement breaks.

use super::{assert_found, assert_tells};

#[test]
fn bind_needs_a_scope() {
    assert_found(
        "rule query = let t = table(); bind t; scope { bind t, t.columns; e };
         rule e = let t = table(); bind t; (A column());",
        &[(301, "bind t;"), (201, "t.columns"), (301, "bind t;")],
    );
}

#[test]
fn columns_of_the_scope_need_one() {
    assert_found(
        "rule query = a | scope { b } | column() | c; rule a = b; rule b = column(number) \"=\" literal(integer);
         rule c = literal(integer) | column(number);",
        &[(307, "column()"), (307, "b"), (307, "column(number)")],
    );
    assert_tells(
        "rule query = b scope { b }; rule b = column();",
        "`b` needs an open scope",
    );
}

#[test]
fn rules_with_another_way_need_no_scope() {
    assert_found(
        "rule query = e scope { let t = table(); bind t; e }; rule e = column(number) | literal(integer) | column()? A{0..=3};",
        &[],
    );
}

#[test]
fn modules_are_judged_by_their_importers() {
    assert_found(
        "rule predicate = column() full { A } bar; rule bar = when context == agg: A | B;",
        &[],
    );
}

#[test]
fn full_needs_narrow() {
    assert_found(
        "rule query = full { A } scope { let t = table(); bind t; let cs = distinct column(){1..=2}; narrow(cs) { agg full { column() } } };
         rule agg = full { column() };",
        &[(303, "full { A }")],
    );
}

#[test]
fn narrow_takes_columns() {
    assert_found(
        "rule query = scope { let t = table(); bind t; narrow(t) { column() } };",
        &[(201, "t")],
    );
}

const HEAD: &str =
    "rule e = column() | literal(integer); rule r() -> table = return alias(table());
    rule sub(x: text) = scope { let s = r(); bind s; SELECT x FROM s };
    rule pass(x: text) = sub(x);
    rule corr(x: text) = scope correlated { let s = r(); bind s; SELECT x FROM s };\n";

fn assert_scoped(query: &str, expected: &[(u16, &str)]) {
    assert_found(
        &format!("{HEAD} rule query = sub({{ A }}) pass({{ B }}) corr({{ C }}) {query};"),
        expected,
    );
}

#[test]
fn text_stays_in_its_scope() {
    assert_scoped(
        "scope { let s = r(); bind s; let x = { e }; let y = { LIMIT int(1..=3) }; x y \
         scope { let u = r(); bind u; x y } scope correlated { let u = r(); bind u; x } }",
        &[(302, "x")],
    );
}

#[test]
fn text_does_not_enter_narrow_from_outside() {
    assert_scoped(
        "scope { let s = r(); bind s; let x = { e }; let cs = distinct column(){1..=2}; \
         narrow(cs) { x full { x } let z = { e }; z (for c in cs { c }) full { z } } }",
        &[(302, "x")],
    );
}

#[test]
fn text_is_not_passed_where_it_is_invisible() {
    assert_scoped(
        "scope { let s = r(); bind s; let x = { e }; sub(x) pass({ x }) corr(x) sub({ A }) pass(e) }",
        &[(302, "x"), (302, "{ x }"), (302, "e")],
    );
}

#[test]
fn text_is_not_returned_out_of_a_scope() {
    assert_found(
        "rule query = let (x, t) = good(); let y = bad(); let c = column_of(); let z = inner(); x t y c z;
         rule e = column();
         rule good() -> (text, table) = let t = alias(table()); return ({ scope { bind t; e } }, t);
         rule bad() -> table = scope { let t = alias(table()); bind t; return t; };
         rule column_of() -> column = scope { let t = alias(table()); bind t; let c = column(); return c; };
         rule inner() -> list<text> = scope { let t = alias(table()); bind t; return [{ e }, { A }]; };",
        &[(203, "z"), (302, "c"), (302, "[{ e }, { A }]")],
    );
}

#[test]
fn subqueries_are_closed() {
    assert_scoped(
        "scope { let s = r(); bind s; let q = { \"(\" scope { let u = r(); bind u; SELECT e FROM u } \")\" }; \
         scope { let u = r(); bind u; q } }",
        &[],
    );
}

#[test]
fn breaks_stay_out_of_values() {
    assert_found(
        "rule query = A ;; two (B ;; C)? { D ;; E } f({ F ;; G }) f(two) let x = three; x;
         rule two = A ;; B; rule three = two; rule f(x: text) = x;",
        &[(305, ";;"), (305, "two"), (305, "three")],
    );
    assert_tells(
        "rule query = let x = two; x; rule two = A ;; B;",
        "a statement ends here",
    );
}
