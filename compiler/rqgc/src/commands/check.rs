//! `rqgc check`

use crate::cli::{CheckArgs, ReportFormat};
use crate::failure::{self, Failure};
use crate::grammar;
use crate::report::Report;
use rqg_compiler::compile;
use rqg_compiler::schema::{self, Origin};

pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    failure::for_each(&args.files, |file| {
        let compilation = compile(&grammar::input(file)?);
        let mut report = Report::new(compilation.sources, true);
        report.add(compilation.diagnostics);
        if let Some(program) = &compilation.program
            && let Some(embedded) = &program.schema
        {
            let schema = schema::read(&Origin::Embedded(embedded), report.sources());
            report.add(schema.diagnostics);
        }
        match args.format {
            ReportFormat::Human => report.print(),
            ReportFormat::Json => report.print_json(),
        }
    })
}
