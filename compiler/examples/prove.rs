use rqg_compiler::ambiguity::{Point, Verdict, prove};
use rqg_compiler::diagnostics::render;
use rqg_compiler::{Input, compile};
fn main() {
    let path = std::env::args().nth(1).expect("a grammar");
    let start = std::env::args().nth(2).unwrap_or("query".into());
    let compilation = compile(&Input::path(&path).start(&start));
    let program = compilation.program.expect("no errors");
    let at = program.rules.iter().position(|r| r.name == start).expect("rule");
    let proof = prove(&program, rqg_compiler::ir::RuleId(at as u32), None);
    match proof.verdict() {
        Verdict::Proven => println!("proven"),
        Verdict::Unproven(places) => {
            let all: Vec<_> = places.iter().map(|p| p.diagnostic.clone()).collect();
            println!("{}", render::human(&all, &compilation.sources, false));
        }
    }
    for point in proof.hidden() {
        use rqg_compiler::ir::{Expr, Node};
        let (span, what) = match point {
            Point::Choice(c) => (program.choices[c.index()].span, "choice".to_owned()),
            Point::Node(n) => (program.node_spans[n.index()], "node".to_owned()),
            Point::Expr(e) | Point::Length(e) => match &program.exprs[e.index()] {
                Expr::Draw(s) | Expr::DrawList { site: s, .. } => { let s = &program.sites[s.index()]; (s.span, format!("{:?}", s.domain)) }
                other => { let at = program.nodes.iter().position(|n| matches!(n, Node::Place(x) | Node::Let(_, x) if *x == e)); (at.map_or(Default::default(), |a| program.node_spans[a]), format!("{other:?}")) }
            },
        };
        let (l, c) = compilation.sources.position(span.source, span.start);
        println!("hidden {}:{l}:{c} {what}", compilation.sources.get(span.source).name);
    }
}
