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
    if proof.is_proven() {
        for (i, choice) in program.choices.iter().enumerate() {
            let p = Point::Choice(rqg_compiler::ir::ChoiceId(i as u32));
            if !proof.is_recoverable(p) {
                let (l, c) = compilation.sources.position(choice.span.source, choice.span.start);
                println!("hidden choice {}:{l}:{c}", compilation.sources.get(choice.span.source).name);
            }
        }
        for (i, site) in program.exprs.iter().enumerate() {
            let p = Point::Expr(rqg_compiler::ir::ExprId(i as u32));
            use rqg_compiler::ir::Expr;
            if let Expr::Draw(s) | Expr::DrawList { site: s, .. } = site {
                let s = &program.sites[s.index()];
                if !proof.is_recoverable(p) {
                    let (l, c) = compilation.sources.position(s.span.source, s.span.start);
                    println!("hidden draw {}:{l}:{c} {:?}", compilation.sources.get(s.span.source).name, s.domain);
                }
            }
        }
    }
}
