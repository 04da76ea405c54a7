//! Grammars of which it is known whether two derivations print one text.

use super::{proof, shown};

/// Each has a text with two derivations.
const AMBIGUOUS: &[(&str, &str)] = &[
    ("the same twice", "rule query = SELECT A | SELECT A;"),
    ("letters", r#"rule query = "a" | "a";"#),
    (
        "rules that print the same",
        "rule query = x | y; rule x = A B; rule y = A (B | C);",
    ),
    (
        "numbers that touch",
        "rule query = int(1..=99) ~ int(1..=99);",
    ),
    (
        "overlapping numbers",
        "rule query = int(1..=5) | int(3..=9);",
    ),
    (
        "a number that is written",
        r#"rule query = "7" | int(1..=9);"#,
    ),
    (
        "words that touch",
        r#"rule query = ("a" | "ab") ~ ("c" | "bc");"#,
    ),
    (
        "a word and a number",
        r#"rule query = "a" ~ int(1..=20) | "a1" ~ int(0..=9);"#,
    ),
    (
        "dangling else",
        "rule query = statement; rule statement = 3: DO | IF C THEN statement (ELSE statement)?;",
    ),
    ("a text with a space", r#"rule query = "a b" | "a" "b";"#),
    (
        "a text with a space, in parts",
        r#"rule query = ("a" | "a b") ("c" | "b c")?;"#,
    ),
    ("nothing or nothing", "rule query = A (B?)?;"),
    (
        "an empty repetition in an option",
        "rule query = A (B{0..=2})?;",
    ),
    ("an empty alternative", "rule query = A (B | C? | D?);"),
    (
        "a separator in an element",
        r#"rule query = (A | A "," A){1..=3 ","};"#,
    ),
    (
        "neighbouring repetitions",
        "rule query = A{1..=3} A{0..=2};",
    ),
    ("neighbouring options", "rule query = A? A? B;"),
    (
        "lists of lists",
        r#"rule query = list{1..=3 ","}; rule list = A{1..=3 ","};"#,
    ),
    (
        "a repetition of nothing",
        "rule query = SELECT (A?){1..=3};",
    ),
    (
        "operators without precedence",
        r#"rule query = sum; rule sum = 3: N | sum "+" sum;"#,
    ),
    (
        "two operators",
        r#"rule query = e; rule e = 3: N | e "+" N | N "+" e;"#,
    ),
    (
        "a nullable cycle",
        "rule query = x; rule x = 3: A | y; rule y = 3: B | x | C;",
    ),
    (
        "a word that is a name",
        r#"rule query = SELECT ("id" | name_of()); rule name_of = let t = table(); column(t).name;"#,
    ),
    (
        "an alias that is a keyword",
        r#"rule query = let t = table(); SELECT (column(t)) ("asc")? ORDER BY "x" | let t = table(); SELECT (column(t)) t.name ORDER BY "x";"#,
    ),
    (
        "a pattern and a word",
        r#"rule query = regex("[a-z]{1,3}") | word();"#,
    ),
    (
        "patterns",
        r#"rule query = quote({ regex("[a-c]") ~ "%" }) | quote({ regex("[c-f]") ~ "%" });"#,
    ),
    (
        "texts in quotes",
        r#"rule query = quote({ ("a" | "ab") ~ ("c" | "bc") });"#,
    ),
    (
        "a text and its quotes",
        r#"rule query = "'x'" | quote("x");"#,
    ),
    (
        "raw text",
        r#"rule query = regex("[a ]{1,3}") regex("[a ]{1,3}");"#,
    ),
    (
        "glue where a space would be",
        r#"rule query = "(" A ")" | "(" ~ A ~ ")";"#,
    ),
    (
        "a dot",
        r#"rule query = "a" ~ "." ~ "b" | "a" "." "b" | C;"#,
    ),
    (
        "a dot in a number",
        r#"rule query = int(1..=9) ~ "." ~ int(1..=9) | decimal(1..=9, 1);"#,
    ),
    (
        "brackets elsewhere",
        r#"rule query = "(" x | x ")" | "(" A ")"; rule x = "(" A ")" | A ")" | "(" A;"#,
    ),
    (
        "nested choices",
        "rule query = x{1..=2}; rule x = A | A B | B (A | C)?;",
    ),
    (
        "a text that is placed at times",
        "rule query = (x | A); rule x = let y = { B | C }; (A | D y);",
    ),
    ("statements", "rule query = A? ;; A? ;; B?;"),
    (
        "a list of texts",
        r#"rule query = let xs = x(){1..=2}; for x in xs "," { x } ("," A)?; rule x() -> text = A | B;"#,
    ),
    (
        "a case of two brackets",
        r#"rule query = "(" x ")"; rule x = A | "(" x ")" | B? A;"#,
    ),
    (
        "a quote in a quote",
        r#"rule query = "'a'" ~ "'b'" | "'a''b'";"#,
    ),
    (
        "glue around what may be left out",
        r#"rule query = "a" (~ "b" ~){0..=1} "c" | "a" "c" | "abc";"#,
    ),
    (
        "a rest that stands first",
        "rule query = let (x, y) = both(); y x; rule both() -> (text, text) = | return ({ A }, { A B }); | return ({ B A }, { A }); ;",
    ),
    (
        "a list walked in what does not show",
        r#"rule query = let t = table(); let cs = distinct column(t){1..=3}; kind(t, cs) B (for c in cs "," { c }) ("," column(t))? FROM t;
        rule kind(t: table, cs: list<column>) = | (for c in cs "," { value(c) }) | (for c in cs "," { comparand(c) });"#,
    ),
    (
        "a negative number",
        r#"rule query = A "-" ~ int(1..=5) | A int(-5..=5);"#,
    ),
];

/// Each text of these has one derivation.
const UNAMBIGUOUS: &[(&str, &str)] = &[
    ("a sequence", "rule query = SELECT A B;"),
    ("words", "rule query = A | B | C D | C E;"),
    ("an option", "rule query = A B? C;"),
    ("a list", r#"rule query = A{1..=5 ","};"#),
    ("a repetition that ends", "rule query = A{0..=3} B;"),
    (
        "lists in brackets",
        r#"rule query = list{1..=3 ","}; rule list = "(" A{1..=3 ","} ")";"#,
    ),
    ("numbers", "rule query = int(1..=99) int(1..=99);"),
    (
        "numbers apart",
        r#"rule query = int(1..=99) ~ "," ~ int(1..=99);"#,
    ),
    (
        "operands in parentheses",
        r#"rule query = e; rule e = 3: N | "(" e ("+" | "*") e ")";"#,
    ),
    (
        "precedence",
        r#"rule query = sum; rule sum = 3: product | sum "+" product; rule product = 3: factor | product "*" factor; rule factor = 3: N | "(" sum ")";"#,
    ),
    (
        "a list to the right",
        r#"rule query = list; rule list = 3: A | A "," list;"#,
    ),
    (
        "a list to the left",
        r#"rule query = list; rule list = 3: A | list "," A;"#,
    ),
    (
        "if with an end",
        "rule query = statement; rule statement = 3: DO | IF C THEN statement (ELSE statement)? FI;",
    ),
    ("letters", r#"rule query = ("a" | "b"){1..=3} ~ ".";"#),
    (
        "letters that touch",
        r#"rule query = ("a" | "b") ~ ("c" | "d");"#,
    ),
    (
        "digits that touch",
        r#"rule query = digit ~ digit ~ digit; rule digit = "0" | "1" | "2";"#,
    ),
    (
        "long before the difference",
        "rule query = A{1..=5} x{1..=2} B | A{1..=5} y{1..=2} C; rule x = D; rule y = D;",
    ),
    ("the last but one", "rule query = (A | B){0..=5} A (A | B);"),
    (
        "columns of a table",
        r#"rule query = let t = table(); SELECT (for c in distinct column(t){1..=4} "," { c }) FROM t (WHERE column(t) IS NULL)?;"#,
    ),
    (
        "aliases",
        r#"rule query = let t = table(); let r = alias(t); let s = alias(t); SELECT (column(r) | column(s)) FROM t AS r "," t AS s;"#,
    ),
    (
        "joins",
        r#"rule query = let k = fk(); let a = alias(k.from); let b = alias(k.to); scope { bind a, b; SELECT column() FROM k.from AS a JOIN k.to AS b ON (for (c, d) in zip(k.columns, k.targets) "AND" { of(a, c) "=" of(b, d) }) };"#,
    ),
    (
        "texts that are returned",
        "rule query = let (x, y) = both(); x C y; rule both() -> (text, text) = | return ({ A }, { B | D }); | return ({ B }, { B | E }); ;",
    ),
    (
        "a text placed twice",
        "rule query = let x = { A | B C }; x D x;",
    ),
    (
        "a list walked twice",
        r#"rule query = let t = table(); let cs = distinct column(t){1..=3}; (for c in cs "," { c }) (for c in cs "," { c }) (for d in distinct column(t){0..=2} "," { d });"#,
    ),
    ("strings", r#"rule query = text(1..=5) text(1..=5)?;"#),
    (
        "patterns",
        r#"rule query = quote({ regex("[a-z]") ~ "%" }) | quote({ "%" ~ regex("[a-z]{1,2}") ~ "%" }) | quote({ word() ~ "%" });"#,
    ),
    (
        "words of a pattern",
        r#"rule query = SELECT regex("[a-z]{1,3}[0-9]") FROM "t";"#,
    ),
    (
        "dates",
        "rule query = A date() | A timestamp() | A boolean();",
    ),
    ("statements", "rule query = BEGIN ;; A{1..=2} ;; COMMIT;"),
    (
        "a space that tells",
        r#"rule query = A "-" int(1..=5) | A int(-5..=5);"#,
    ),
    (
        "a letter before a number",
        r#"rule query = "r" ~ int(1..=9) | "s" ~ int(1..=9);"#,
    ),
    (
        "types",
        r#"rule query = let T = type(literal); CAST ~ "(" literal(T) AS type_name(T) ")";"#,
    ),
];

#[test]
fn what_is_ambiguous_is_not_proven() {
    for (name, text) in AMBIGUOUS {
        assert!(!proof(text).is_proven(), "{name}: {text}");
    }
    assert!(AMBIGUOUS.len() >= 20);
}

#[test]
fn what_is_unambiguous_is_proven() {
    let mut failed = Vec::new();
    for (name, text) in UNAMBIGUOUS {
        if !proof(text).is_proven() {
            failed.push(format!("{name}: {}", shown(text)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(UNAMBIGUOUS.len() >= 15);
}

#[test]
fn places_are_shown_with_what_conflicts() {
    let texts = [
        "rule query = SELECT x | SELECT y;\nrule x = A B?;\nrule y = A (B | C);",
        "rule query = SELECT int(1..=99) ~ int(1..=99);",
        "rule query = WITH A{1..=3} A?;",
        "rule query = sum;\nrule sum = 3: N | sum \"+\" sum;",
        "rule query = \"'\" ~ A | B regex(\"[a ]{1,3}\");",
    ];
    let all: Vec<_> = texts.iter().map(|text| shown(text)).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}
