//! Tests of the prepared form.

use super::*;
use crate::values::quoting::push_string;
use proptest::prelude::*;

/// The prepared form of a statement in which values stand between `‹` and `›`.
fn prepared(marked: &str) -> Prepared {
    let (text, values) = unmarked(marked);
    let mut prepared = Prepared::default();
    prepared.make(text.as_bytes(), values.into_iter());
    prepared
}

fn unmarked(marked: &str) -> (String, Vec<Placed>) {
    let (mut text, mut values, mut start) = (String::new(), Vec::new(), 0);
    for c in marked.chars() {
        match c {
            '‹' => start = text.len(),
            '›' => values.push(Placed {
                start,
                end: text.len(),
            }),
            _ => text.push(c),
        }
    }
    (text, values)
}

/// The shape, and for each parameter its type and value.
fn told(marked: &str) -> (String, String) {
    let prepared = prepared(marked);
    let parameters = prepared.parameters().map(|it| {
        let value = it.value.map_or("NULL".to_owned(), |it| format!("[{it}]"));
        format!("{} {value}", it.type_name)
    });
    let parameters: Vec<_> = parameters.collect();
    let shape = String::from_utf8_lossy(prepared.shape()).into_owned();
    (shape, parameters.join(", "))
}

#[test]
fn literals_of_values_become_parameters() {
    for (marked, shape, parameters) in [
        (
            "SELECT a FROM t WHERE b = ‹5› AND c <> ‹'x''y'› LIMIT ‹10›",
            "SELECT a FROM t WHERE b = $1 AND c <> $2 LIMIT $3",
            "integer [5], unknown [x'y], integer [10]",
        ),
        (
            "INSERT INTO t VALUES (‹NULL›, ‹'a'::uuid›, ‹DATE '2020-01-01'›, ‹(-5)::smallint›)",
            "INSERT INTO t VALUES ($1, $2::uuid, $3, $4::smallint)",
            "unknown NULL, uuid [a], date [2020-01-01], integer [-5]",
        ),
        (
            "(SELECT ‹ARRAY['a', NULL]::character varying(3)[]›)",
            "(SELECT $1::character varying(3)[])",
            "character varying(3)[] [{a,NULL}]",
        ),
        (
            "WITH a AS (SELECT ‹-1›) UPDATE t SET b=‹2› WHERE c IN (‹3›, 4)",
            "WITH a AS (SELECT $1) UPDATE t SET b=$2 WHERE c IN ($3, 4)",
            "integer [-1], integer [2], integer [3]",
        ),
        ("SELECT 1", "SELECT 1", ""),
    ] {
        assert_eq!(told(marked), (shape.to_owned(), parameters.to_owned()));
        assert!(prepared(marked).is_planned(), "{marked}");
    }
}

#[test]
fn what_means_something_of_its_own_stays() {
    for marked in [
        // Positions of columns.
        "SELECT a, b FROM t ORDER BY ‹1›, a DESC, (‹2›) NULLS FIRST",
        "SELECT a FROM t GROUP BY ROLLUP (‹1›, (a, ‹2›))",
        "SELECT DISTINCT ON (‹1›) a FROM t",
        "SELECT sum(a) OVER (PARTITION BY b ORDER BY ‹1›) FROM t",
        // What tells an index.
        "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) WHERE b = ‹5› DO NOTHING",
        // Modifiers.
        "SELECT a::numeric(‹5›, ‹2›) FROM t",
        "SELECT CAST(a AS character varying(‹5›)) FROM t",
        "SELECT a::s.\"t\"(‹5›) FROM t",
        // Strings of a type.
        "SELECT INTERVAL ‹'1'›",
        "SELECT ‹INTERVAL '1 days'› DAY",
        // A minus that binds otherwise.
        "SELECT ‹-5›::text",
        "SELECT ‹-5› [1]",
        "SELECT (a) ‹-5›",
        "SELECT 3 ‹-5›",
        "SELECT a =‹-5›",
        // Parts of tokens, strings and comments.
        "SELECT a‹5›",
        "SELECT ‹5›a",
        "SELECT '‹5›', \"‹5›\", $$ ‹5› $$, E'\\' ‹5› ' -- ‹5›",
        "SELECT /* ‹5› */ 1",
        "SELECT 'a'\n‹'b'›",
        "SELECT ‹'a'›\n'b'",
        "SELECT U&‹'a'›",
        "SELECT ‹1›.‹5›",
        // No literals that values print.
        "SELECT ‹users›, ‹DEFAULT›, ‹1e5›, ‹›",
    ] {
        let (text, _) = unmarked(marked);
        assert_eq!(told(marked), (text, String::new()));
    }
}

#[test]
fn behind_what_stays_parameters_go_on() {
    for (marked, shape) in [
        (
            "SELECT a FROM t ORDER BY ‹1› LIMIT ‹5› OFFSET ‹6›",
            "SELECT a FROM t ORDER BY 1 LIMIT $1 OFFSET $2",
        ),
        (
            "SELECT a FROM t GROUP BY ‹1› HAVING sum(b) > ‹5› UNION SELECT ‹6›",
            "SELECT a FROM t GROUP BY 1 HAVING sum(b) > $1 UNION SELECT $2",
        ),
        (
            "SELECT a FROM t ORDER BY (SELECT b FROM u WHERE c = ‹5› ORDER BY ‹1›), ‹2›",
            "SELECT a FROM t ORDER BY (SELECT b FROM u WHERE c = $1 ORDER BY 1), 2",
        ),
        (
            "INSERT INTO t VALUES (‹1›) ON CONFLICT (a) DO UPDATE SET b = ‹2› WHERE t.c = ‹3›",
            "INSERT INTO t VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = $2 WHERE t.c = $3",
        ),
        (
            "SELECT a::numeric(5) + ‹1› AS b FROM f(‹2›) AS c (d) WHERE x::int IN (‹3›)",
            "SELECT a::numeric(5) + $1 AS b FROM f($2) AS c (d) WHERE x::int IN ($3)",
        ),
        (
            "SELECT DISTINCT ON (a) b FROM t JOIN u ON (a = ‹1›)",
            "SELECT DISTINCT ON (a) b FROM t JOIN u ON (a = $1)",
        ),
    ] {
        assert_eq!(told(marked).0, shape);
    }
}

#[test]
fn statements_without_a_plan_stay() {
    for marked in [
        "CREATE TABLE t (a integer DEFAULT ‹5›)",
        "EXPLAIN SELECT ‹5›",
        "SET a = ‹5›",
        "PREPARE a AS SELECT $1, ‹5›",
        "SELECT ‹5› INTO t",
        "SELECT $1, ‹5›",
        "",
        "/* SELECT ‹5› */",
    ] {
        let (text, _) = unmarked(marked);
        assert_eq!(told(marked), (text, String::new()));
        assert!(!prepared(marked).is_planned(), "{marked}");
    }
    assert!(prepared("INSERT INTO t SELECT ‹5›").is_planned());
}

#[test]
fn there_are_no_more_parameters_than_the_protocol_holds() {
    let marked = format!("SELECT ‹1›{}", ", ‹1›".repeat(65_535));
    let prepared = prepared(&marked);
    assert_eq!(prepared.parameters().len(), 65_535);
    assert!(prepared.shape().ends_with(b", $65535, 1"));
}

/// The literal that has a value, of types whose literal a value tells.
fn literal(parameter: &Parameter<'_>) -> String {
    let value = parameter.value.unwrap_or_default();
    match parameter.ty {
        ParameterType::Unknown if parameter.value.is_none() => "NULL".to_owned(),
        ParameterType::Boolean => value.to_ascii_uppercase(),
        ParameterType::Integer | ParameterType::Bigint | ParameterType::Numeric => value.to_owned(),
        _ => {
            let mut text = Vec::new();
            push_string(value.as_bytes(), &mut text);
            let text = String::from_utf8(text).unwrap();
            match parameter.ty {
                ParameterType::Unknown | ParameterType::Cast => text,
                ParameterType::Bit => format!("B{text}"),
                ty => format!("{} {text}", ty.name().to_ascii_uppercase()),
            }
        }
    }
}

/// The shape with a text for each parameter.
fn filled(prepared: &Prepared, text: impl Fn(&Parameter<'_>) -> String) -> String {
    let shape = String::from_utf8_lossy(prepared.shape());
    let mut parts = shape.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (n, (part, parameter)) in parts.zip(prepared.parameters()).enumerate() {
        filled += &text(&parameter);
        filled += part.strip_prefix(&(n + 1).to_string()).expect("in order");
    }
    filled
}

proptest! {
    #[test]
    fn the_literals_put_back_give_the_text(
        values in proptest::collection::vec(
            prop_oneof![
                "[^$]{0,12}".prop_map(|text| {
                    let mut literal = Vec::new();
                    push_string(text.as_bytes(), &mut literal);
                    String::from_utf8(literal).unwrap()
                }),
                any::<i64>().prop_map(|n| n.to_string()),
                any::<i32>().prop_map(|n| n.to_string()),
                "-?[0-9]{1,20}\\.[0-9]{1,9}",
                "(DATE|TIMESTAMPTZ|INTERVAL) '[a-z0-9: -]{0,9}'",
                "B'[01]{1,9}'(::bit varying)?",
                "'[a-z]{0,5}'::(uuid|s\\.\"T\"|character varying\\(5\\))",
                Just("TRUE".to_owned()),
                Just("FALSE".to_owned()),
                Just("NULL".to_owned()),
            ],
            0..20,
        )
    ) {
        let marked: Vec<_> = values.iter().map(|value| format!("‹{value}›")).collect();
        let marked = format!("SELECT f({})", marked.join(", "));
        let (text, _) = unmarked(&marked);
        // The marks themselves are no text.
        prop_assume!(!values.iter().any(|value| value.contains(['‹', '›'])));
        let prepared = prepared(&marked);
        prop_assert_eq!(prepared.parameters().len(), values.len());
        prop_assert_eq!(filled(&prepared, literal), text.clone());
        let spelled = |it: &Parameter<'_>| text[it.literal.start..it.literal.end].to_owned();
        prop_assert_eq!(filled(&prepared, spelled), text.clone());
    }

    #[test]
    fn any_text_has_a_prepared_form(
        text in "(SELECT |\\(|\\)|'|\"|\\$|\\$1|E'|::|--|/\\*|\\*/|[0-9]|[ -~]){0,30}",
        places in proptest::collection::vec(0_usize..60, 0..8),
    ) {
        let mut places = places;
        places.sort_unstable();
        let values = places.chunks_exact(2).map(|it| Placed {
            start: it[0].min(text.len()),
            end: it[1].min(text.len()),
        });
        let mut prepared = Prepared::default();
        prepared.make(text.as_bytes(), values);
        if prepared.parameters().len() == 0 {
            prop_assert_eq!(prepared.shape(), text.as_bytes());
        }
    }
}
