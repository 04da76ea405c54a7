//! Prints a grammar of so many rules and a start rule, to see how the time and the size of what is
//! compiled grow with a grammar:
//!
//! ```text
//! rules RULES
//! ```
//!
//! The rules are as those of SQL grammars: choices, lists, parameters, recursion, values of columns.
//! They come in families of ten, none like the other in its words, each of which calls the next.

use std::fmt::Write as _;
use std::process::ExitCode;

/// The rules of a family. `@` is its number and `&` that of the next family.
const FAMILY: &str = r#"
rule select_@ =
    let t = table();
    SELECT items_@(t) FROM t (WHERE condition_@(t))?80% order_@(t)?50%
    (LIMIT int(1..=10@, zipf(1.1)))?40%;
rule items_@(t: table) =
    | 1: "*"
    | 8: (for c in distinct column(t){1..=5} "," { item_@(c) })
    ;
rule item_@(c: column) =
    | 16: c
    | 2: COALESCE ~ "(" c "," comparand(c) ")" AS c.name
    | 2: F@ ~ "(" c "," expression_@ ")" AS c.name
    | 1: "(" c IS NOT?50% NULL ")" AS c.name
    ;
rule condition_@(t: table) =
    | 6: test_@(t)
    | 1: test_&(t)
    | 2: "(" condition_@(t) (AND | OR) condition_@(t) ")"
    | 1: NOT "(" condition_&(t) ")"
    ;
rule test_@(t: table) =
    let c = column(t, comparable);
    (
        | 6: c ("=" | "<" | ">" | "<>" | "<=" | ">=") comparand(c)
        | 2: c NOT?30% IN "(" (comparand(c) ","){0..=4} comparand(c) ")"
        | 1: c IS NOT?50% NULL
    );
rule order_@(t: table) =
    ORDER BY (for c in distinct column(t, comparable){1..=3} "," { c direction_@ });
rule direction_@ = 4: | 2: ASC | 2: DESC | 1: ASC NULLS FIRST | 1: DESC NULLS LAST;
rule expression_@ =
    | 4: int(1..=100@)
    | 2: "(" expression_@ ("+" | "-" | "*") expression_& ")"
    | 1: CASE WHEN expression_& "=" int(0..=9) THEN expression_@ ELSE "@" END
    ;
rule insert_@ =
    let t = table();
    let cs = distinct insertable(t){1..};
    INSERT INTO t "(" (for c in cs "," { c }) ")" VALUES "(" (for c in cs "," { value(c) }) ")";
rule update_@ =
    let t = table();
    let c = updatable(t);
    UPDATE t SET c "=" value(c) WHERE condition_@(t);
"#;

/// How many rules a family has.
const FAMILY_RULES: u32 = 10;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let rules: Option<u32> = arguments.next().and_then(|rules| rules.parse().ok());
    match (rules, arguments.next()) {
        (Some(rules), None) if rules >= FAMILY_RULES => {
            print(rules / FAMILY_RULES);
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: rules RULES, which come by the {FAMILY_RULES}");
            ExitCode::from(2)
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the grammar is what this program is for"
)]
fn print(families: u32) {
    let mut grammar = String::from("grammar rules;\n\nrule query =\n");
    for family in 0..families {
        // Writing to a string never fails.
        let _ = writeln!(
            grammar,
            "    | 2: select_{family} | insert_{family} | update_{family}"
        );
    }
    grammar.push_str("    ;\n");
    for family in 0..families {
        let next = (family + 1) % families;
        grammar += &FAMILY
            .replace('@', &family.to_string())
            .replace('&', &next.to_string());
    }
    print!("{grammar}");
}
