//! `rqgc analyze`

mod report;

use crate::cli::{AnalyzeArgs, ReportFormat};
use crate::failure::Failure;
use crate::report::Report;
use crate::{grammar, terminal};
use report::Analysis;
use rqg_cli::identity::Identity;
use rqg_compiler::ambiguity::{self, Proof};
use rqg_compiler::compile;
use rqg_compiler::diagnostics::Code;
use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::ir::{Program, RuleId};
use rqg_compiler::lower;
use rqg_compiler::schema::{self, Origin};
use rqg_compiler::space::{Sample, Space, by_budget};
use rqg_runtime::engine::EngineError;
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::Model;
use std::sync::Arc;

/// How many units the sample has.
const SAMPLE: u64 = 20_000;

pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    let start = args.run.rule.as_deref().unwrap_or(rqg_cli::identity::START);
    let input = grammar::input(&args.grammar)?.start(start);
    let compilation = compile(&input.steer(args.steering.steering()));
    let mut report = Report::new(compilation.sources, args.run.verbose);
    report.add(compilation.diagnostics);
    report.print()?;
    let (Some(grammar), Some(program)) = (compilation.grammar, compilation.program) else {
        return Err(Failure::Reported);
    };
    let missing = || Failure::Input(format!("there is no rule `{start}`"));
    let rule = grammar.rules.iter().position(|rule| rule.name == start);
    let rule = rule.ok_or_else(missing)?;
    let named = |rule: &rqg_compiler::ir::Rule| rule.name == start;
    let first = program.rules.iter().position(named).ok_or_else(missing)?;
    let first = RuleId(first as u32);

    let settings = settings(args)?;
    let mut model = model(args, &program, &mut report)?;
    args.run.rows.apply(&mut model)?;
    let model = Arc::new(model);
    let sample = sample(&program, &model, &settings, &mut report)?;
    let proof = ambiguity::prove(&program, first, Some(&model));
    let analysis = Analysis {
        start: rule,
        reached: lower::reached_from(&grammar, rule),
        sizes: lower::sizes(&grammar),
        ways: ways(&program, &grammar, &settings, &model),
        budgets: by_budget(&program, &settings, Some(&model), first),
        proof,
        sample,
        count: args.count,
        grammar: &grammar,
    };
    match args.format {
        ReportFormat::Human => terminal::print(&analysis.human(report.sources())),
        ReportFormat::Json => terminal::print(&format!("{:#}\n", analysis.json(report.sources()))),
    }
}

/// The same seed each time, so that the sample is the same.
fn settings(args: &AnalyzeArgs) -> Result<Settings, Failure> {
    let mut run = args.run.clone();
    if run.seed.is_none() {
        run.seed = Seed::parse("0").ok();
    }
    Ok(Identity::resolve(&run, None)?.settings)
}

fn model(args: &AnalyzeArgs, program: &Program, report: &mut Report) -> Result<Model, Failure> {
    let text = match &args.run.schema {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|cause| Failure::read(path, cause))?;
            Some((path.as_path(), String::from_utf8_lossy(&bytes).into_owned()))
        }
        None => None,
    };
    let origin = match (&text, &program.schema) {
        (Some((path, text)), _) => Origin::File(path, text),
        (None, Some(embedded)) => Origin::Embedded(embedded),
        (None, None) => Origin::Default,
    };
    let read = schema::read(&origin, report.sources());
    report.add(read.diagnostics);
    report.print()?;
    Ok(read.model)
}

/// A sample of units; none if the grammar needs what only its compiled form has.
fn sample(
    program: &Arc<Program>,
    model: &Arc<Model>,
    settings: &Settings,
    report: &mut Report,
) -> Result<Option<Sample>, Failure> {
    match Generator::new(Arc::clone(program), Arc::clone(model), settings.clone()) {
        Ok(generator) => Sample::take(&generator, SAMPLE)
            .map(Some)
            .map_err(|cause| EngineError::Spawn(cause).into()),
        Err(found)
            if found
                .iter()
                .all(|found| found.code == Code::ExternNeedsNative) =>
        {
            Ok(None)
        }
        Err(found) => {
            report.add(found);
            report.print()?;
            Err(Failure::Reported)
        }
    }
}

/// By rule of the grammar: its derivations without a budget. Of a rule that the program has in
/// several forms those of the first.
fn ways(
    program: &Program,
    grammar: &rqg_compiler::hir::Grammar,
    settings: &Settings,
    model: &Model,
) -> Vec<Option<rqg_compiler::space::Ways>> {
    let mut space = Space::new(program, settings, Some(model), None);
    grammar
        .rules
        .iter()
        .map(|rule| {
            let at = program
                .rules
                .iter()
                .position(|other| other.name == rule.name);
            at.map(|at| space.rule(RuleId(at as u32)))
        })
        .collect()
}

/// Whether the grammar is proven, in the words of the contract.
fn word(proof: &Proof) -> &'static str {
    if proof.is_proven() {
        "proven"
    } else {
        "unproven"
    }
}
