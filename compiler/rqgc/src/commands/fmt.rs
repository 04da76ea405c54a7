//! `rqgc fmt`

use crate::cli::FmtArgs;
use crate::failure::{self, Failure};
use crate::report::Report;
use crate::terminal;
use rqg_compiler::source::{Source, SourceId, Sources};
use rqg_compiler::syntax::{self, format};
use rqg_runtime::engine::{EngineError, FileSink};
use std::path::Path;

pub fn run(args: &FmtArgs) -> Result<(), Failure> {
    failure::for_each(&args.files, |file| {
        let bytes = std::fs::read(file).map_err(|cause| Failure::read(file, cause))?;
        let formatted = canonical(file, bytes.clone())?;
        if formatted.as_bytes() == bytes {
            return Ok(());
        }
        if args.check {
            terminal::note(&format!("`{}` is not in canonical form", file.display()));
            return Err(Failure::Reported);
        }
        replace(file, &formatted)
    })
}

/// The canonical form of a file's content. Prints what is wrong with one that does not parse.
fn canonical(file: &Path, bytes: Vec<u8>) -> Result<String, Failure> {
    let (text, invalid) = match syntax::read(bytes) {
        Ok(text) => (text, None),
        Err(invalid) => (invalid.lossy.clone(), Some(invalid)),
    };
    let mut sources = Sources::default();
    let source: SourceId = sources.add(Source {
        name: file.display().to_string(),
        path: Some(file.to_owned()),
        text: text.as_str().into(),
    });
    let formatted = match invalid {
        Some(invalid) => Err(vec![invalid.diagnostic(source)]),
        None => format::format(source, &text),
    };
    formatted.map_err(|found| {
        let mut report = Report::new(sources, false);
        report.add(found);
        report.fail()
    })
}

/// Replaces a file at once, so that no half of it is ever seen.
fn replace(file: &Path, text: &str) -> Result<(), Failure> {
    let mut sink = FileSink::create(file)?;
    sink.append(text.as_bytes())
        .map_err(|cause| EngineError::Write {
            name: format!("`{}`", file.display()),
            cause,
        })?;
    Ok(sink.finish()?)
}
