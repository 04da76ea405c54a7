//! What inference finds, on grammars as text.

use super::lower;
use crate::analysis;
use crate::diagnostics::{Code, Diagnostics};
use crate::ir::{Expr, Node, Program};
use crate::modules::FileLoader;
use crate::source::{Source, Sources};
use crate::syntax;
use rqg_runtime::demand::{Atom, Demand, Domain};

fn compile(text: &str) -> (Option<Program>, Vec<Code>) {
    let mut sources = Sources::default();
    let source = Source {
        name: "test.rqg".into(),
        path: None,
        text: text.into(),
    };
    let main = sources.add(source);
    let mut diagnostics = Diagnostics::default();
    let file = syntax::parse(main, text, &mut diagnostics);
    let loader = FileLoader::new(".");
    let grammar =
        analysis::analyze(&mut sources, main, file, None, &loader, &mut diagnostics).unwrap();
    assert!(
        !diagnostics.has_errors(),
        "{:#?}",
        diagnostics.into_sorted()
    );
    let program = lower(&grammar, &mut diagnostics);
    (
        program,
        diagnostics
            .into_sorted()
            .iter()
            .map(|found| found.code)
            .collect(),
    )
}

fn program(text: &str) -> Program {
    let (program, codes) = compile(text);
    program.unwrap_or_else(|| panic!("{codes:?}"))
}

fn demand_of<'p>(program: &'p Program, rule: &str) -> &'p Demand {
    let rule = program
        .rules
        .iter()
        .find(|known| known.name == rule)
        .unwrap();
    &program.demands[rule.demand.index()]
}

fn site_demands(program: &Program) -> Vec<(&Domain, &Demand)> {
    program
        .sites
        .iter()
        .map(|site| (&site.domain, &program.demands[site.demand.index()]))
        .collect()
}

#[test]
fn terminals_merge_with_canonical_spacing() {
    let program = program(r#"rule query = SELECT COUNT ~ "(" "*" ")" "," "1";"#);
    assert_eq!(
        program.literals.last().map(|text| &**text),
        Some("SELECT COUNT(*), 1")
    );
    let body = &program.nodes[program.rules[0].body.index()];
    assert!(matches!(body, Node::Literal(_)), "{body:?}");
}

#[test]
fn a_recursive_rule_with_a_fallback_demands_nothing() {
    let program = program(
        r#"
        rule query = scope { expr(integer) };
        rule expr(T: type) = | column(T) | literal(T) | "(" expr(T) "+" expr(T) ")";
        "#,
    );
    let demand = demand_of(&program, "expr");
    assert!(
        demand.clauses.iter().any(|clause| clause.depth == 1),
        "{demand:?}"
    );
    assert!(demand_of(&program, "query").is_always());
}

#[test]
fn a_later_use_narrows_the_draw_of_a_table() {
    let program = program(
        r"
        rule query = let t = table(); UPDATE t SET assignment(t);
        rule assignment(t: table) = let c = updatable(t); c;
        ",
    );
    let (_, demand) = site_demands(&program)
        .into_iter()
        .find(|(domain, _)| **domain == Domain::Tables)
        .unwrap();
    let atoms = &demand.clauses[0].atoms;
    assert!(
        matches!(
            &atoms[..],
            [Atom::Exists {
                domain: Domain::Updatable(_),
                ..
            }]
        ),
        "{atoms:?}"
    );
}

#[test]
fn required_columns_have_to_satisfy_what_listed_ones_do() {
    let program = program(
        r#"
        rule query =
            let t = table();
            let cs = distinct insertable(t){1..};
            INSERT INTO t "(" (for c in cs "," { c }) ")" VALUES "(" (for c in cs "," { value(c) }) ")";
        "#,
    );
    let demand = demand_of(&program, "query");
    let [
        Atom::Exists {
            domain: Domain::Tables,
            body,
            ..
        },
    ] = &demand.clauses[0].atoms[..]
    else {
        panic!("{demand:?}")
    };
    let has = |wanted: fn(&Atom) -> bool| body.clauses[0].atoms.iter().any(wanted);
    assert!(has(|atom| matches!(
        atom,
        Atom::ForAll {
            domain: Domain::Required(_),
            ..
        }
    )));
    assert!(has(|atom| matches!(
        atom,
        Atom::Exists {
            domain: Domain::Insertable(_),
            ..
        }
    )));
}

#[test]
fn a_type_argument_that_is_drawn_goes_into_a_slot() {
    let program = program(
        r"
        rule query = let t = table(); SELECT column(t, type(number)) FROM t;
        ",
    );
    assert!(
        program
            .exprs
            .iter()
            .any(|expr| matches!(expr, Expr::Let(..)))
    );
    let types = program
        .sites
        .iter()
        .find(|site| matches!(site.domain, Domain::Types(_)))
        .unwrap();
    let demand = &program.demands[types.demand.index()];
    assert!(
        !demand.is_always(),
        "the type is drawn among those that the table has"
    );
}

#[test]
fn demands_on_results_reach_the_draws_inside_the_rule() {
    let program = program(
        r#"
        rule query =
            let (src, r) = from_item();
            scope { bind r; SELECT column(uuid) FROM src };
        rule from_item() -> (text, table) =
            let t = table();
            let r = alias(t);
            return ({ t AS r }, r);
        "#,
    );
    let instances: Vec<_> = program
        .rules
        .iter()
        .filter(|rule| rule.name == "from_item")
        .collect();
    assert_eq!(instances.len(), 2, "one for what the caller demands");
    let tables: Vec<&Demand> = site_demands(&program)
        .into_iter()
        .filter(|(domain, _)| **domain == Domain::Tables)
        .map(|(_, demand)| demand)
        .collect();
    assert!(
        tables.iter().any(|demand| {
            demand.clauses.iter().any(|clause| {
                matches!(
                    &clause.atoms[..],
                    [Atom::Exists {
                        domain: Domain::Columns(_),
                        ..
                    }]
                )
            })
        }),
        "{tables:?}"
    );
}

#[test]
fn endless_recursion_is_an_error_once_for_each_cycle() {
    let (program, codes) = compile("rule query = a; rule a = A b; rule b = B a; rule c = C c | D;");
    assert!(program.is_none());
    assert_eq!(
        codes
            .iter()
            .filter(|code| **code == Code::EndlessRecursion)
            .count(),
        1
    );
}

#[test]
fn contradictory_requirements_are_an_error() {
    let (program, codes) = compile(
        r"
        rule query = e(integer);
        rule e(T: type) = | when T == text && T == bool: A;
        ",
    );
    assert!(program.is_none());
    assert!(codes.contains(&Code::Unsatisfiable), "{codes:?}");
}

#[test]
fn a_supercritical_recursion_is_a_warning() {
    let (program, codes) = compile(r#"rule query = | 3: "(" query "+" query ")" | 1: X;"#);
    assert!(program.is_some());
    assert_eq!(codes, [Code::InfiniteSize]);
}

#[test]
fn what_a_rule_promises_its_alternatives_keep() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for folder in [
        "std",
        "../tests/fixtures/run",
        "../grammars/crud",
        "../grammars/json",
    ] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "rqg") {
                continue;
            }
            let mut sources = Sources::default();
            let mut diagnostics = Diagnostics::default();
            let input = crate::Input::path(&path);
            let grammar = crate::check(&input, &mut sources, &mut diagnostics).unwrap();
            let graph = super::CallGraph::new(&grammar);
            let mut inference = super::Inference::new(&grammar, graph.component.clone());
            inference.solve();
            inference.retract();
            for id in 0..inference.instances.len() {
                let name = &grammar.rules[inference.instances[id].rule.0 as usize].name;
                if inference.broken_promises(id) {
                    broken.push(format!("{}: {name}", path.display()));
                }
                if inference.instances[id].demand.is_never() {
                    broken.push(format!("{}: {name} promises nothing", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_long_chain_is_lowered_without_recursion() {
    let mut text = String::from("rule query = r0;\n");
    for i in 0..10_000 {
        text.push_str(&format!("rule r{i} = r{};\n", i + 1));
    }
    text.push_str("rule r10000 = END;\n");
    let program = program(&text);
    assert_eq!(program.rules[0].min_depth, 10_002);
}

#[test]
fn endless_recursion_is_reported_beside_other_errors() {
    let compilation = crate::compile(&crate::Input::text(
        "test.rqg",
        "rule query = a nowhere; rule a = A a;",
    ));
    let codes: Vec<Code> = compilation
        .diagnostics
        .iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(codes, [Code::UnknownName, Code::EndlessRecursion]);
}

#[test]
fn nothing_is_written_to_a_relation_that_is_no_table() {
    for write in ["insertable(r)", "updatable(r)"] {
        let of = |relation: &str| {
            format!("rule query = let r = {relation}, [fresh(\"c\")], [integer]); {write};")
        };
        let (program, codes) = compile(&of("relation(fresh(\"v\")"));
        assert!(program.is_none(), "{write}");
        assert_eq!(codes, [Code::NotPushable], "{write}");
        let created = of("new_table(").replace("(, ", "(");
        let (program, codes) = compile(&created);
        assert!(program.is_some(), "{created}: {codes:?}");
    }
}
