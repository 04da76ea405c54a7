//! `generate`: runs the engine over a range of indexes.

use crate::Failure;
use crate::args::{OutputFormat, RunArgs};
use crate::filter::Opened;
use crate::range::{Asked, Extent};
use crate::signals::{self, Leftovers};
use crate::terminal;
use rqg_runtime::engine::{
    self, Control, DiscardSink, EngineError, FileSink, Format, Outcome, Settings, Sink, Statistics,
    StdoutSink,
};
use rqg_runtime::unit_text::Generate;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// What makes the units of a run.
#[derive(Debug)]
pub struct Job<W> {
    /// The name that messages begin with.
    pub program: &'static str,
    /// Makes a worker, on the thread that it is for.
    pub worker: W,
    /// The stack of such a thread, in bytes.
    pub stack: usize,
    /// Which units are written.
    pub extent: Extent,
    /// Drops units that came before.
    pub filter: Option<Opened>,
    /// How units are written.
    pub format: Format,
    /// Whether to print statistics even if stderr is no terminal.
    pub verbose: bool,
}

/// What is known of a run when it starts, to watch it.
#[derive(Debug)]
pub struct Watched<'a> {
    /// Tells how far it is.
    pub control: &'a Control,
    /// Whether the output is on a terminal.
    pub on_terminal: bool,
    /// How many units it makes, if that is known.
    pub total: Option<u64>,
}

/// Makes the units. `watch` is called when the output is open; what it gives is kept until the units
/// are made.
///
/// # Errors
/// The output can't be written, a thread can't be had, there are fewer units than asked for, or the
/// run was interrupted.
pub fn run<G, W, T>(
    args: &RunArgs,
    mut job: Job<W>,
    watch: impl FnOnce(&Watched<'_>) -> T,
) -> Result<(), Failure>
where
    G: Generate,
    W: Fn() -> G + Sync,
{
    let extent = &job.extent;
    let settings = Settings {
        range: extent.indexes.clone(),
        duration: args.duration,
        threads: threads(args),
        ordered: !args.unordered,
        stack_size: job.stack,
        queue: args.queue,
    };
    let control = Control::default();
    let leftovers = Leftovers::default();
    signals::install(&control, &leftovers, job.program)?;

    let mut output = Output::open(args)?;
    leftovers.set(output.temporary());
    let watcher = watch(&Watched {
        control: &control,
        on_terminal: output.is_on_terminal(),
        total: extent.total(),
    });
    if let Some(note) = job.filter.as_ref().and_then(|it| it.note.as_ref()) {
        terminal::note(&format!("{}: {note}", job.program));
    }
    let filter = job.filter.as_mut().map(|it| it.filter.as_mut());
    let mut selection = extent.selection(filter);
    let (format, worker) = (&job.format, &job.worker);
    let sink = output.sink();
    let result = engine::run_selected(&settings, format, &control, &mut selection, sink, worker);
    drop(watcher);
    let statistics = result?;
    // What was thrown away, or not written, is not remembered: it comes again.
    let is_kept = match statistics.outcome {
        Outcome::Complete | Outcome::Exhausted => true,
        Outcome::Stopped => output.temporary().is_none(),
        Outcome::Closed => false,
    };
    if is_kept && let Some(opened) = &mut job.filter {
        let finished = opened.filter.finish(statistics.next);
        finished.map_err(EngineError::from)?;
    }

    match statistics.outcome {
        Outcome::Complete | Outcome::Exhausted => {
            output.finish()?;
            leftovers.set(None);
        }
        // The reader has seen what it wanted.
        Outcome::Closed => return Ok(()),
        Outcome::Stopped => {
            let asked = args.asked();
            return Err(interrupted(&asked, extent, &statistics, &output));
        }
    }
    if job.verbose || terminal::stderr_is_terminal() {
        terminal::note(&format!("{}: {}", job.program, summary(&statistics)));
        if let Some(opened) = &job.filter {
            let report = opened.filter.report();
            terminal::note(&format!("{}: {report}", job.program));
        }
    }
    if statistics.outcome == Outcome::Exhausted {
        return Err(Failure::Incomplete(extent.shortfall(statistics.units)));
    }
    match extent.overflow(statistics.units) {
        Some(message) => Err(Failure::Incomplete(message)),
        None => Ok(()),
    }
}

fn threads(args: &RunArgs) -> usize {
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
    fn open(args: &RunArgs) -> Result<Self, Failure> {
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
    asked: &Asked,
    extent: &Extent,
    statistics: &Statistics,
    output: &Output,
) -> Failure {
    let (next, units, kept) = match output.temporary() {
        Some(_) => (extent.indexes.start, 0, "; the incomplete file was removed"),
        None => (statistics.next, statistics.units, ""),
    };
    let resume = extent.resume(asked, next, units);
    Failure::Interrupted(format!(
        "interrupted after {} units{kept}; {resume}",
        statistics.units
    ))
}

fn summary(statistics: &Statistics) -> String {
    let seconds = statistics.elapsed.as_secs_f64();
    let rate = statistics.statements as f64 / seconds.max(1e-9);
    let part = |number: u64, what: &str| match number {
        0 => String::new(),
        _ => format!(", {} {what}", grouped(number)),
    };
    format!(
        "{} units, {} statements, {:.2} MiB in {seconds:.2} s ({} statements/s){}{}",
        grouped(statistics.units),
        grouped(statistics.statements),
        statistics.bytes as f64 / f64::from(1 << 20),
        grouped(rate as u64),
        part(statistics.skipped, "indexes skipped"),
        part(statistics.dropped, "duplicates dropped"),
    )
}

/// A number with commas between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped() {
        let spelled = [0, 12, 123, 1_234, 123_456, 1_234_567].map(grouped);
        assert_eq!(spelled, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
