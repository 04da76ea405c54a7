//! What does not show, and what does.

use super::{compiled, proof_of};
use crate::ambiguity::{Point, prove};
use crate::ir::{Expr, ExprId, Program, RuleId};
use rqg_runtime::demand::Domain;

/// How many draws of a kind there are that show, and that do not.
fn draws(program: &Program, wanted: fn(&Domain) -> bool) -> (usize, usize) {
    let proof = proof_of(program);
    assert!(proof.is_proven(), "{:?}", proof.verdict());
    let (mut shown, mut hidden) = (0, 0);
    for (at, expr) in program.exprs.iter().enumerate() {
        if let Expr::Draw(site) | Expr::DrawList { site, .. } = expr
            && wanted(&program.sites[site.index()].domain)
        {
            let point = Point::Expr(ExprId(at as u32));
            shown += usize::from(proof.is_recoverable(point));
            hidden += usize::from(proof.hidden().any(|found| found == point));
        }
    }
    (shown, hidden)
}

#[test]
fn a_table_shows_where_it_is_placed() {
    let tables = |domain: &Domain| matches!(domain, Domain::Tables);
    let (program, _) = compiled("rule query = let t = table(); SELECT column(t) FROM t;");
    assert_eq!(draws(&program, tables), (1, 0));
    let (program, _) = compiled("rule query = let t = table(); SELECT column(t) (FROM t)?;");
    assert_eq!(draws(&program, tables), (0, 1));
    let (program, _) = compiled("rule query = let t = table(); SELECT column(t);");
    assert_eq!(draws(&program, tables), (0, 1));
    // Through a rule, and through what a rule returns.
    let (program, _) = compiled(
        "rule query = let (t, x) = from_one(); SELECT column(t) x;
         rule from_one() -> (table, text) = let t = table(); return (t, { FROM t });",
    );
    assert_eq!(draws(&program, tables), (1, 0));
    // Either way.
    let (program, _) = compiled(
        "rule query = let t = table(); SELECT (A t | B t | C other(t)); rule other(t: table) = D t;",
    );
    assert_eq!(draws(&program, tables), (1, 0));
}

#[test]
fn a_key_shows_by_its_columns_if_the_schema_tells_them_apart() {
    let text = r#"rule query = let t = table(); let k = unique_key(t); SELECT (for c in k.columns "," { c }) FROM t;"#;
    let (program, _) = compiled(text);
    let keys = |domain: &Domain| matches!(domain, Domain::UniqueKeys(_));
    assert_eq!(draws(&program, keys), (0, 1));
    let mut sources = crate::source::Sources::default();
    let schema = crate::schema::read(&crate::schema::Origin::Default, &mut sources);
    let proof = prove(&program, RuleId(0), Some(&schema.model));
    assert!(proof.is_proven());
    assert_eq!(proof.hidden().count(), 0);
}

#[test]
fn what_a_text_is_made_of_shows_if_the_text_does() {
    let choices = |text: &str| {
        let (program, _) = compiled(text);
        let proof = proof_of(&program);
        assert!(proof.is_proven(), "{text}: {:?}", proof.verdict());
        let hidden = proof.hidden();
        hidden
            .filter(|point| matches!(point, Point::Choice(_)))
            .count()
    };
    assert_eq!(choices("rule query = let x = { A | B }; C x;"), 0);
    assert_eq!(choices("rule query = let x = { A | B }; C (D x)?;"), 1);
    assert_eq!(choices("rule query = let x = { A | B }; C;"), 1);
    let both = "rule both() -> (text, text) = | return ({ A }, { B }); | return ({ C }, { D }); ;";
    let returned = |body: &str| {
        choices(&format!(
            "rule query = let (x, y) = both(); {body};\n{both}"
        ))
    };
    assert_eq!(returned("x E y"), 0);
    assert_eq!(returned("y E x"), 0);
    assert_eq!(returned("E y"), 0);
    assert_eq!(returned("E x? y"), 0);
    assert_eq!(returned("E x?"), 1);
    assert_eq!(returned("E x? y?"), 1);
    assert_eq!(choices("rule query = let x = { A | B }; (C x | D x);"), 0);
    assert_eq!(
        choices("rule query = let x = quote({ \"a\" | \"b\" }); C x;"),
        0
    );
    assert_eq!(
        choices("rule query = let x = quote({ \"a\" | \"b\" }); C x?;"),
        1
    );
}

#[test]
fn values_of_rows_may_be_made_in_ways_that_do_not_show() {
    let (program, _) = compiled(
        r#"rule query = let t = table(); SELECT "*" FROM t WHERE test(column(t));
        rule test(c: column) = c "=" operand(c) | c "<" operand(c) | c IS NULL;
        rule operand(c: column) = 2: value(c) | comparand(c) | literal(c.type);"#,
    );
    let proof = proof_of(&program);
    assert!(proof.is_proven(), "{:?}", proof.verdict());
    let hidden: Vec<Point> = proof.hidden().collect();
    assert_eq!(hidden.len(), 1, "{hidden:?}");
    // The first choice of a unit tells units apart: without it there is one alternative for all.
    let (program, _) = compiled(
        "rule query = let t = table(); let c = column(t); (SELECT c value(c) FROM t | SELECT c comparand(c) FROM t);",
    );
    assert!(!proof_of(&program).is_proven());
}

#[test]
fn the_bundled_modules_and_grammars_are_proven() {
    for name in ["crud", "json", "queries"] {
        let path = format!(
            "{}/../grammars/{name}/{name}.rqg",
            env!("CARGO_MANIFEST_DIR")
        );
        let compilation = crate::compile(&crate::Input::path(std::path::Path::new(&path)));
        let program = compilation.program.expect("a bundled grammar compiles");
        let proof = proof_of(&program);
        assert!(proof.is_proven(), "{name}: {:?}", proof.verdict());
        // The forms of statements always show.
        let first = program.rules.iter().find(|rule| rule.name == "query");
        if let Some(choice) = first.and_then(|rule| rule.choice(&program)) {
            assert!(proof.is_recoverable(Point::Choice(choice)), "{name}");
        }
    }
}
