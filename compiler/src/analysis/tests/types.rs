//! Names, types, calls, fields.

use super::{assert_found, assert_tells, checked};

#[test]
fn unknown_names_get_suggestions() {
    assert_found(
        "rule query = SELECT predicat(1) item U nme;\nrule item = A;\nrule predicate(n: int) = \"x\" ~ n;",
        &[(101, "predicat"), (101, "nme")],
    );
    assert_tells(
        "rule query = predicat; rule predicate = A;",
        "did you mean `predicate`",
    );
    assert_tells("rule query = let t = tabel(); t;", "did you mean `table`");
    assert_tells(
        "rule query = let cols = [fresh(\"a\")]; for c in col { c };",
        "did you mean `cols`",
    );
    assert_tells(
        "rule query = f(T); rule f(U: type) = type_name(U);",
        "no parameter or local `T`",
    );
}

#[test]
fn uppercase_words_are_locals_where_bound() {
    assert_found(
        "rule query = let T = type(number); e(T) T; rule e(T: type) = literal(T) U;",
        &[(203, "T")],
    );
}

#[test]
fn errors_cause_no_followups() {
    assert_found(
        "rule query = let t = nothing(); let c = column(t); let x = [c, c.type]; \
         (for y in x { y }) (for z in t.columns { z.name }) f(t) value(c);
         rule f(n: int) = A;",
        &[(101, "nothing"), (201, "c.type")],
    );
    assert_found("rule query = broken A; rule broken = ) ;", &[(5, ")")]);
}

#[test]
fn all_rules_are_reported() {
    assert_found(
        "rule query = a1; rule b = b1; rule c = c1; rule d = { let x = e1; x };",
        &[(101, "a1"), (101, "b1"), (101, "c1"), (101, "e1")],
    );
}

#[test]
fn argument_counts_and_types_of_rules() {
    assert_found(
        "rule query = f(1) f(1, 2) f(1, table()) f(\"x\", bool);\n\
         rule f(n: int, T: type) = \"x\" ~ n literal(T);",
        &[(202, "f(1)"), (201, "2"), (201, "table()"), (201, "\"x\"")],
    );
    assert_found("rule query = f; rule f(n: int) = \"x\" ~ n;", &[(202, "f")]);
    assert_tells(
        "rule query = f(table()); rule f(x: text) = x;",
        "put it in braces",
    );
}

#[test]
fn overloads_are_resolved_by_types() {
    assert_found(
        "rule query = let t = table(); scope { bind t; \
         column() column(number) column(integer) column(t) column(t, number) column(t, integer) \
         column(in number) column(t.columns) column(\"x\") column(t, t, t) type_name(type(comparable)) };",
        &[
            (201, "column(t.columns)"),
            (201, "column(\"x\")"),
            (202, "column(t, t, t)"),
        ],
    );
    assert_tells(
        "rule query = column(\"x\");",
        "form: `column(table, type) -> column`",
    );
    assert_tells(
        "rule query = int(1);",
        "`int` needs a range such as `1..=100`",
    );
}

#[test]
fn arguments_of_builtins() {
    assert_found(
        "rule query = let n = int(1..=3); int(n..=n + 4) int(1..) int(0..n, zipf(1.5)) \
         decimal(0.5..=9.75, 2) decimal(0..=9, n) int(0.5..=1) text(0..=10, normal(5, 2)) \
         regex(n) fresh(\"A b\") quote(n) quote(bool) date(1990..=2000) text(1..=1000000);",
        &[
            (201, "1.."),
            (201, "n"),
            (201, "0.5"),
            (201, "n"),
            (201, "\"A b\""),
            (201, "bool"),
            (8, "1..=1000000"),
        ],
    );
}

#[test]
fn names_in_arguments_are_types_before_rules_unless_text_is_wanted() {
    assert_found(
        "rule query = f(date) g(date) h(text) let d = date; d; rule date = D; \
         rule f(T: type) = literal(T); rule g(x: text) = x; rule h(x: type) = literal(x);",
        &[],
    );
}

#[test]
fn rules_hide_functions() {
    assert_found("rule query = value quote(value); rule value = A;", &[]);
    assert_found("rule query = zip; rule zip = A;", &[(110, "zip")]);
}

#[test]
fn fields() {
    assert_found(
        "rule query = let t = table(); let f = fk(t); let k = unique_key(t); let c = column(t); \
         t.name (for x in f.columns { x.name x.type }) f.from f.to k.predicate c.table.name \
         (for x in t.columns.name { x }) c.nam t.columns.columns t.foo (for l in [t].columns { A }) f.name;",
        &[
            (203, "x.type"),
            (115, "nam"),
            (115, "columns"),
            (115, "foo"),
            (115, "columns"),
            (115, "name"),
        ],
    );
    assert_tells(
        "rule query = let t = table(); t.columns.nam;",
        "did you mean `name`",
    );
}

#[test]
fn lists() {
    assert_found(
        "rule query = let a = [1, \"x\"]; let b = []; let c = [[1]]; let d = int(1..=2){3}; \
         (for x in d { x }) d (for x in 5 { x }) f([]) (for x in table() { x }) {a b c};
         rule f(ts: list<type>) = for T in ts { literal(T) };",
        &[
            (201, "\"x\""),
            (201, "[]"),
            (201, "[[1]]"),
            (203, "d"),
            (205, "5"),
            (205, "table()"),
            (203, "a"),
            (203, "b"),
        ],
    );
}

#[test]
fn distinct_needs_a_draw() {
    assert_found(
        "rule query = let a = distinct int(1..=9){2}; let b = distinct table(){1..}; \
         let c = distinct f(){2}; let d = distinct one_of(table().columns){1..=2}; \
         (for x in a { x }) (for x in b { x }) (for x in c { x }) (for x in d { x });
         rule f() = A;",
        &[(212, "int(1..=9)"), (212, "f()")],
    );
}

#[test]
fn calls_of_what_is_no_function() {
    assert_found(
        "rule query = let t = table(); t(1) zip([1]) zipf(1.1) integer(3) feature(merge);",
        &[
            (204, "t"),
            (210, "zip([1])"),
            (204, "zipf"),
            (204, "integer"),
            (204, "feature"),
        ],
    );
}

#[test]
fn types_of_parameters() {
    assert_found(
        "rule f(a: integer, b: tabel, c: list, d: list<list<int>>, e: int<int>, a: int) = B;
         rule g() -> txt = return 1;",
        &[
            (113, "integer"),
            (113, "tabel"),
            (113, "list"),
            (113, "list<int>"),
            (113, "int<int>"),
            (103, "a"),
            (113, "txt"),
        ],
    );
    assert_tells(
        "rule query = A; rule f(a: integer) = B;",
        "did you mean `int`?",
    );
}

#[test]
fn values_out_of_place() {
    assert_found(
        "rule query = let a = 1.5; let b = 1..=2; let c = in number; let d = number; f(number) {a b c d}; \
         rule f(T: type) = literal(T);",
        &[
            (201, "1.5"),
            (201, "1..=2"),
            (201, "in number"),
            (201, "number"),
            (201, "number"),
        ],
    );
}

#[test]
fn unknown_classes() {
    assert_found(
        "rule query = type_name(type(numbr)) type_name(type(bool)) e(bool); \
         rule e(T: type) = | when T in nubmer: A | when T in number: literal(T) | B;",
        &[(114, "numbr"), (114, "bool"), (114, "nubmer")],
    );
    assert_tells("rule query = type_name(type(uuid));", "`uuid` belongs to");
}

#[test]
fn bounds_make_no_draws() {
    assert_found(
        "rule query = let n = int(1..=3); let xs = [1, 2]; A{n} A{1..=n * 2} A{xs.length} A{query} A{xs} A{-1..=3};",
        &[(201, "query"), (201, "xs"), (9, "-1")],
    );
}

#[test]
fn distributions() {
    assert_found(
        "rule query = A{1..=9, zipf(1.1)} A{1..=9, zipf(0)} A{1..=9, zipf} A{1..=9, normal(3)} \
         A{1..=9, geometric(1.0)} A{1..=9, uniform} A{1..=9, zpif(1)} A{1..=9, 5} \
         A{1..=9, exponential(-1)} A{1..=9, normal(\"x\", 1)};",
        &[
            (213, "zipf(0)"),
            (213, "zipf"),
            (213, "normal(3)"),
            (213, "geometric(1.0)"),
            (213, "zpif"),
            (213, "5"),
            (213, "exponential(-1)"),
            (213, "\"x\""),
        ],
    );
    assert_tells("rule query = A{1..=9, zpif(1)};", "did you mean `zipf`");
}

#[test]
fn regular_expressions() {
    assert_found(
        r#"rule query = regex("[a-z]{2,5}") regex("a(") regex("^a$") regex("a\\bc") regex("+1{3}") regex("[^\\x00-\\u{10FFFF}]");"#,
        &[
            (214, r#""a(""#),
            (214, r#""a\\bc""#),
            (214, r#""[^\\x00-\\u{10FFFF}]""#),
        ],
    );
}

#[test]
fn extern_fns() {
    assert_found(
        "extern fn shout(s: text) -> text; extern fn odd(t: table, n: int) -> column;\n\
         rule query = shout(\"x\") shout(1);",
        &[(609, "table"), (609, "column"), (201, "1")],
    );
}

#[test]
fn deep_names_are_found_quickly() {
    let mut text = String::from("rule query = r0;\n");
    for i in 0..5000 {
        text.push_str(&format!(
            "rule r{i} = A r{} | nothing{i};\n",
            (i + 1) % 5000
        ));
    }
    let checked = checked(&text);
    assert_eq!(checked.found.len(), 5000);
}
