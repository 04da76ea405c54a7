//! `generate`: runs the engine over a range of indexes.

use crate::Failure;
use crate::args::RunArgs;
use crate::checkpoint::{Checkpoint, Keeper, KeptSink, State};
use crate::filter::Opened;
use crate::range::{Asked, Extent};
use crate::signals;
use crate::terminal;
use rqg_runtime::engine::{
    self, Batch, Control, DiscardSink, EngineError, Format, Outcome, OutputSettings, OutputSink,
    Position, Reached, Settings, Sink, Statistics, Unfinished,
};
use rqg_runtime::uniqueness::Selection;
use rqg_runtime::unit_text::Generate;
use std::path::PathBuf;
use std::{fmt, io};

/// Is told each batch that is written.
pub struct Told(pub Box<dyn FnMut(&Batch<'_>)>);

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

/// What makes the units of a run.
#[derive(Debug)]
pub struct Job<W> {
    /// The name that messages begin with.
    pub program: &'static str,
    /// Makes a worker, on the thread that it is for.
    pub worker: W,
    /// The stack of such a thread, in bytes.
    pub stack: usize,
    /// What the units depend on, and which of them a filter drops, on one line.
    pub identity: String,
    /// Which units are written.
    pub extent: Extent,
    /// Drops units that came before.
    pub filter: Option<Opened>,
    /// Where the run goes on, if it was interrupted before.
    pub resumed: Option<Checkpoint>,
    /// How units are written.
    pub format: Format,
    /// Is told what is written, with its units one by one.
    pub told: Option<Told>,
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
    /// How many units are made from now on, if that is known.
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
    let mut settings = Settings {
        range: extent.indexes.clone(),
        duration: args.duration,
        threads: threads(args),
        ordered: !args.unordered,
        stack_size: job.stack,
        queue: args.queue,
        marked: args.form.split().is_split() || job.told.is_some(),
    };
    let control = Control::default();
    let unfinished = Unfinished::default();
    let is_kept = args.checkpoint.is_asked();
    let output_settings = args.output_settings(settings.threads, is_kept, &unfinished)?;
    let mut keeper = Keeper::new(
        args,
        &output_settings,
        args.line(&job.identity, &output_settings),
        (
            extent.indexes.start,
            job.filter.as_ref().is_some_and(|it| it.continues_store),
        ),
        job.resumed.as_ref(),
    )?;
    signals::install(&control, &unfinished, job.program)?;

    if let Some(checkpoint) = job.resumed.as_ref()
        && checkpoint.state != State::Running
    {
        OutputSink::complete(&output_settings, &checkpoint.position)?;
        terminal::note(&format!("{}: the run was complete already", job.program));
        return ended(extent, checkpoint.state, checkpoint.units);
    }
    let position = job.resumed.as_ref().map(|it| &it.position);
    let mut output = Output::open(args, &output_settings, position)?;
    let known = job.filter.as_ref().map(|it| it.from);
    // Units before this index are made again, for the filter.
    let refilled = |checkpoint: &Checkpoint| known.filter(|&known| known < checkpoint.next);
    let before = match &job.resumed {
        Some(checkpoint) if refilled(checkpoint).is_none() => checkpoint.units,
        _ => 0,
    };
    let watcher = watch(&Watched {
        control: &control,
        on_terminal: args.is_on_terminal(),
        total: extent.total().map(|total| total.saturating_sub(before)),
    });
    if let Some(note) = job.filter.as_ref().and_then(|it| it.note.as_ref()) {
        terminal::note(&format!("{}: {note}", job.program));
    }
    let filter = job.filter.as_mut().map(|it| it.filter.as_mut());
    let mut selection = extent.selection(filter);
    let (format, worker) = (&job.format, &job.worker);
    if let Some(checkpoint) = &job.resumed {
        settings.range.start = checkpoint.next;
        match refilled(checkpoint) {
            Some(known) => {
                let settings = Settings {
                    range: known..checkpoint.next,
                    duration: None,
                    ..settings.clone()
                };
                let done = refill(&settings, &control, &mut selection, checkpoint, worker)?;
                if done == Outcome::Stopped {
                    let advice = keeper.as_ref().map_or_else(String::new, Keeper::advice);
                    return Err(Failure::Interrupted(format!(
                        "interrupted before the units that are there were gone through again; \
                         {advice}"
                    )));
                }
            }
            None => selection = selection.after(checkpoint.units),
        }
    }
    let told = job.told.as_mut();
    let result = output.with_sink(keeper.as_mut(), |sink| {
        let mut run = |sink: &mut dyn Sink| {
            engine::run_selected(&settings, format, &control, &mut selection, sink, worker)
        };
        match told {
            Some(told) => run(&mut TellingSink { sink, told }),
            None => run(sink),
        }
    });
    drop(watcher);
    let statistics = match result {
        Ok(statistics) => statistics,
        Err(error @ EngineError::WorkerPanicked { .. }) => {
            let left = output.leave(keeper.as_mut(), &mut selection)?;
            return Err(Failure::Panicked { error, left });
        }
        Err(error) => return Err(error.into()),
    };
    let units = keeper.as_ref().map_or(0, Keeper::before) + statistics.units;

    let state = match statistics.outcome {
        Outcome::Complete => State::Complete,
        Outcome::Exhausted => State::Exhausted,
        // The reader has seen what it wanted.
        Outcome::Closed => return Ok(()),
        Outcome::Stopped => State::Running,
    };
    if state == State::Running {
        let next = statistics.next;
        let told = match keeper.as_mut() {
            Some(keeper) => {
                output.checkpoint(keeper, state, &mut selection)?;
                let advice = keeper.advice();
                format!("interrupted after {units} units, before index {next}; {advice}")
            }
            None => {
                let is_gone = output.is_regular();
                if !is_gone {
                    selection.save(next).map_err(EngineError::from)?;
                    output.finish()?;
                }
                interrupted(&args.asked(), extent, &statistics, is_gone)
            }
        };
        return Err(Failure::Interrupted(told));
    }
    match keeper.as_mut() {
        Some(keeper) => output.checkpoint(keeper, state, &mut selection)?,
        None => selection.save(statistics.next).map_err(EngineError::from)?,
    }
    output.finish()?;
    if job.verbose || terminal::stderr_is_terminal() {
        terminal::note(&format!("{}: {}", job.program, summary(&statistics)));
        if let Some(opened) = &job.filter {
            let report = opened.filter.report();
            terminal::note(&format!("{}: {report}", job.program));
        }
    }
    ended(extent, state, units)
}

/// What becomes of a run that is over, after so many units.
fn ended(extent: &Extent, state: State, units: u64) -> Result<(), Failure> {
    if state == State::Exhausted {
        return Err(Failure::Incomplete(extent.shortfall(units)));
    }
    match extent.overflow(units) {
        Some(message) => Err(Failure::Incomplete(message)),
        None => Ok(()),
    }
}

/// Makes the units before a checkpoint again, for what keeps them apart: nothing is written.
fn refill<G, W>(
    settings: &Settings,
    control: &Control,
    selection: &mut Selection<'_>,
    checkpoint: &Checkpoint,
    worker: &W,
) -> Result<Outcome, Failure>
where
    G: Generate,
    W: Fn() -> G + Sync,
{
    let mut nowhere = DiscardSink;
    let done = engine::run_selected(
        settings,
        &Format::Null,
        control,
        selection,
        &mut nowhere,
        worker,
    )?;
    if done.outcome != Outcome::Stopped && done.units != checkpoint.units {
        return Err(Failure::Input(format!(
            "the checkpoint tells of {} units below index {}, and there are {}: it is damaged",
            checkpoint.units, checkpoint.next, done.units
        )));
    }
    Ok(done.outcome)
}

fn threads(args: &RunArgs) -> usize {
    args.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// Where the output goes.
#[derive(Debug)]
enum Output {
    Nowhere(DiscardSink),
    Somewhere(Box<OutputSink>),
}

impl Output {
    /// Begins an output, or goes on with one.
    fn open(
        args: &RunArgs,
        settings: &OutputSettings,
        position: Option<&Position>,
    ) -> Result<Self, Failure> {
        if args.writes_nothing() {
            return Ok(Self::Nowhere(DiscardSink));
        }
        let sink = match position {
            Some(position) => OutputSink::resume(settings, position)?,
            None => OutputSink::open(settings)?,
        };
        Ok(Self::Somewhere(Box::new(sink)))
    }

    /// Lends the sink, with checkpoints in between if there is somebody who keeps them.
    fn with_sink<R>(
        &mut self,
        keeper: Option<&mut Keeper>,
        lend: impl FnOnce(&mut dyn Sink) -> R,
    ) -> R {
        match (self, keeper) {
            (Self::Nowhere(sink), _) => lend(sink),
            (Self::Somewhere(sink), None) => lend(sink.as_mut()),
            (Self::Somewhere(sink), Some(keeper)) => lend(&mut KeptSink { sink, keeper }),
        }
    }

    /// Writes the last checkpoint.
    fn checkpoint(
        &mut self,
        keeper: &mut Keeper,
        state: State,
        selection: &mut Selection<'_>,
    ) -> Result<(), EngineError> {
        let Self::Somewhere(sink) = self else {
            return Ok(());
        };
        if state != State::Running {
            sink.seal()?;
        }
        keeper.write(state, sink, selection)
    }

    /// Whether it goes away unless it is complete.
    fn is_regular(&self) -> bool {
        matches!(self, Self::Somewhere(sink) if sink.is_regular())
    }

    fn finish(self) -> Result<(), EngineError> {
        match self {
            Self::Nowhere(_) => Ok(()),
            Self::Somewhere(sink) => sink.finish(),
        }
    }

    /// Leaves what was written of a run that can't go on. Tells where it is.
    fn leave(
        mut self,
        keeper: Option<&mut Keeper>,
        selection: &mut Selection<'_>,
    ) -> Result<Option<PathBuf>, EngineError> {
        if let Some(keeper) = keeper {
            self.checkpoint(keeper, State::Running, selection)?;
            return Ok(Some(keeper.path().to_owned()));
        }
        match self {
            Self::Nowhere(_) => Ok(None),
            Self::Somewhere(sink) => sink.leave(),
        }
    }
}

/// Writes, and tells what it wrote.
struct TellingSink<'a> {
    sink: &'a mut dyn Sink,
    told: &'a mut Told,
}

impl Sink for TellingSink<'_> {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        self.sink.write(batch)?;
        (self.told.0)(batch);
        Ok(())
    }

    fn name(&self) -> String {
        self.sink.name()
    }

    fn reached(
        &mut self,
        reached: &Reached,
        selection: &mut Selection<'_>,
    ) -> Result<(), EngineError> {
        self.sink.reached(reached, selection)
    }
}

/// What to tell after a signal. If the incomplete file is gone, that run starts over.
fn interrupted(asked: &Asked, extent: &Extent, statistics: &Statistics, is_gone: bool) -> String {
    let (next, units, kept) = if is_gone {
        let start = extent.indexes.start;
        (
            start,
            0,
            "; the incomplete file was removed (--checkpoint keeps it)",
        )
    } else {
        (statistics.next, statistics.units, "")
    };
    let resume = extent.resume(asked, next, units);
    format!(
        "interrupted after {} units{kept}; {resume}",
        statistics.units
    )
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
