//! `rqgc generate`

use crate::cli::{GenerateArgs, OutputFormat};
use crate::failure::Failure;
use crate::identity::Compiled;
use crate::progress::Progress;
use crate::range;
use crate::server;
use crate::signals::{self, Leftovers};
use crate::terminal;
use indicatif::{HumanBytes, HumanCount};
use rqg_runtime::engine::{
    self, Control, DiscardSink, FileSink, Outcome, Settings, Sink, Statistics, StdoutSink,
};
use std::io::IsTerminal;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub fn run(args: &GenerateArgs) -> Result<(), Failure> {
    let range = range::of_run(args.start, args.count, args.duration, args.shard)?;
    let compiled = Compiled::new(&args.identity)?;
    let server = server::for_schema(args.dsn.as_deref())?;
    let identity = compiled.resolve(server.as_ref())?;
    // Nothing holds a connection while the units are made.
    drop(server);
    let settings = Settings {
        range: range.clone(),
        duration: args.duration,
        threads: threads(args),
        ordered: !args.unordered,
        stack_size: identity.generator.required_stack(),
    };
    let format = identity.format(args.format);
    let control = Control::default();
    let leftovers = Leftovers::default();
    signals::install(&control, &leftovers)?;

    let mut output = Output::open(args)?;
    leftovers.set(output.temporary());
    identity.announce(&args.identity);
    if args.duration.is_none()
        && (args.identity.verbose || terminal::stderr_is_terminal())
        && let Some(shortage) = identity.keys_repeat(&range)
    {
        terminal::note(&format!("warning: {shortage}"));
    }
    let total = args.duration.is_none().then(|| range.end - range.start);
    let progress = Progress::start(args.progress, output.is_on_terminal(), &control, total);
    let result = engine::run(&settings, &format, &control, output.sink(), || {
        identity.generator.worker()
    });
    drop(progress);
    let statistics = result?;

    match statistics.outcome {
        Outcome::Complete => {
            output.finish()?;
            leftovers.set(None);
        }
        // The reader has seen what it wanted.
        Outcome::Closed => return Ok(()),
        Outcome::Stopped => return Err(interrupted(args, &range, &statistics, &output)),
    }
    if args.identity.verbose || terminal::stderr_is_terminal() {
        terminal::note(&summary(&statistics));
    }
    Ok(())
}

fn threads(args: &GenerateArgs) -> usize {
    args.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// Where the output goes.
enum Output {
    Stdout(StdoutSink),
    File(FileSink),
    Nowhere(DiscardSink),
}

impl Output {
    fn open(args: &GenerateArgs) -> Result<Self, Failure> {
        Ok(match args.output.as_deref() {
            Some(path) if path != Path::new("-") => Self::File(FileSink::create(path)?),
            _ if args.format == OutputFormat::Null => Self::Nowhere(DiscardSink),
            _ => Self::Stdout(StdoutSink::default()),
        })
    }

    fn sink(&mut self) -> &mut dyn Sink {
        match self {
            Self::Stdout(sink) => sink,
            Self::File(sink) => sink,
            Self::Nowhere(sink) => sink,
        }
    }

    fn is_on_terminal(&self) -> bool {
        matches!(self, Self::Stdout(_)) && std::io::stdout().is_terminal()
    }

    fn temporary(&self) -> Option<PathBuf> {
        match self {
            Self::File(sink) => sink.temporary().map(Path::to_owned),
            _ => None,
        }
    }

    fn finish(self) -> Result<(), Failure> {
        if let Self::File(sink) = self {
            sink.finish()?;
        }
        Ok(())
    }
}

/// What to tell after a signal. An incomplete regular file is gone, so that run starts over.
fn interrupted(
    args: &GenerateArgs,
    range: &Range<u64>,
    statistics: &Statistics,
    output: &Output,
) -> Failure {
    let (next, kept) = match output.temporary() {
        Some(_) => (range.start, "; the incomplete file was removed"),
        None => (statistics.next, ""),
    };
    let rest = match args.duration {
        Some(_) => String::new(),
        None => format!(" --count {}", range.end - next),
    };
    let whole = args.shard.map_or("", |_| " and no --shard");
    Failure::Interrupted(format!(
        "interrupted after {} units{kept}; resume with --start {next}{rest}{whole}",
        statistics.units
    ))
}

fn summary(statistics: &Statistics) -> String {
    let seconds = statistics.elapsed.as_secs_f64();
    let rate = statistics.statements as f64 / seconds.max(1e-9);
    format!(
        "rqgc: {} units, {} statements, {} in {seconds:.2} s ({} statements/s)",
        HumanCount(statistics.units),
        HumanCount(statistics.statements),
        HumanBytes(statistics.bytes),
        HumanCount(rate as u64),
    )
}
