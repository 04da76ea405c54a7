//! Runs that lose nothing: checkpoints, and going on from them.
//!
//! # Architecture invariant
//!
//! What a checkpoint vouches for is on the disk before the checkpoint is: first the output, then what
//! keeps units apart, then the checkpoint. What was written after it is cut off and made again when the
//! run is resumed, so the whole is that of a run which nothing interrupted.

mod file;

pub use file::{Checkpoint, State};

use crate::Failure;
use crate::args::RunArgs;
use crate::args::parse_duration;
use crate::output::OUTPUT;
use clap::Args;
use rqg_runtime::engine::{
    Batch, EngineError, OutputSettings, OutputSink, Position, Reached, Sink,
};
use rqg_runtime::uniqueness::Selection;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Whether and how a run can be resumed.
#[derive(Debug, Clone, Args)]
pub struct CheckpointArgs {
    /// Write down in FILE how far the run is, so that --resume FILE goes on from there whatever
    /// ended it
    #[arg(long, value_name = "FILE", requires = "output", conflicts_with = "resume", help_heading = OUTPUT)]
    pub checkpoint: Option<PathBuf>,
    /// Go on with the run that wrote this checkpoint; the other arguments are as before
    #[arg(long, value_name = "FILE", requires = "output", help_heading = OUTPUT)]
    pub resume: Option<PathBuf>,
    /// How often a checkpoint is written; one more when the run ends
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration, help_heading = OUTPUT)]
    pub checkpoint_interval: Duration,
}

impl CheckpointArgs {
    /// Whether the run has checkpoints.
    pub(crate) fn is_asked(&self) -> bool {
        self.checkpoint.is_some() || self.resume.is_some()
    }

    /// The checkpoint that the run goes on from, if it does.
    ///
    /// # Errors
    /// It can't be read.
    pub fn resumed(&self) -> Result<Option<Checkpoint>, Failure> {
        self.resume.as_deref().map(Checkpoint::read).transpose()
    }
}

/// Writes the checkpoints of a run.
#[derive(Debug)]
pub(crate) struct Keeper {
    path: PathBuf,
    interval: Duration,
    due: Instant,
    /// The last checkpoint, or what the next one says.
    checkpoint: Checkpoint,
    /// Units written before the run was resumed.
    before: u64,
}

impl Keeper {
    /// The keeper of a run that asks for one. `run` is all that the output depends on, `start` the
    /// first index. For a new run the first checkpoint is written.
    ///
    /// # Errors
    /// The run can't have checkpoints, or is another one than that of the checkpoint which it is to go
    /// on from, or something would be lost.
    pub(crate) fn new(
        args: &RunArgs,
        output: &OutputSettings,
        run: String,
        (start, continues_store): (u64, bool),
        resumed: Option<&Checkpoint>,
    ) -> Result<Option<Self>, Failure> {
        let flags = &args.checkpoint;
        let Some(path) = flags.resume.as_ref().or(flags.checkpoint.as_ref()) else {
            return Ok(None);
        };
        check(args, output)?;
        let checkpoint = match resumed {
            Some(found) => {
                if let Some((there, here)) = found.difference(&run) {
                    let path = path.display();
                    return Err(Failure::Usage(format!(
                        "the checkpoint `{path}` is that of another run: it says {there}, and the \
                         arguments say {here}; give the arguments of that run, its seed included"
                    )));
                }
                found.clone()
            }
            None => {
                refuse_to_lose(path, output)?;
                let first = Checkpoint {
                    run,
                    state: State::Running,
                    next: start,
                    units: 0,
                    continues_store,
                    position: Position::default(),
                };
                first.write(path).map_err(|cause| failed(path, cause))?;
                first
            }
        };
        Ok(Some(Self {
            path: path.clone(),
            interval: flags.checkpoint_interval,
            due: Instant::now(),
            before: checkpoint.units,
            checkpoint,
        }))
    }

    /// Units written before the run was resumed.
    pub(crate) fn before(&self) -> u64 {
        self.before
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How the run goes on after a signal.
    pub(crate) fn advice(&self) -> String {
        format!(
            "resume with the same arguments and seed, and --resume {}",
            self.path.display()
        )
    }

    /// Writes down how far the run is.
    ///
    /// # Errors
    /// The output, what keeps units apart or the checkpoint can't be written.
    pub(crate) fn write(
        &mut self,
        state: State,
        sink: &mut OutputSink,
        selection: &mut Selection<'_>,
    ) -> Result<(), EngineError> {
        self.checkpoint.state = state;
        self.checkpoint.position = sink.position()?;
        selection.save(self.checkpoint.next)?;
        let written = self.checkpoint.write(&self.path);
        written.map_err(|cause| failed(&self.path, cause))
    }

    fn reached(&mut self, reached: &Reached) {
        self.checkpoint.next = reached.next;
        self.checkpoint.units = self.before + reached.units;
    }
}

/// A sink that writes checkpoints in between.
#[derive(Debug)]
pub(crate) struct KeptSink<'a> {
    pub(crate) sink: &'a mut OutputSink,
    pub(crate) keeper: &'a mut Keeper,
}

impl Sink for KeptSink<'_> {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        self.sink.write(batch)
    }

    fn name(&self) -> String {
        self.sink.name()
    }

    fn reached(
        &mut self,
        reached: &Reached,
        selection: &mut Selection<'_>,
    ) -> Result<(), EngineError> {
        self.keeper.reached(reached);
        let now = Instant::now();
        if now < self.keeper.due {
            return Ok(());
        }
        // An interval without an end never comes again.
        let later = Duration::from_secs(u64::from(u32::MAX));
        self.keeper.due = now + self.keeper.interval.min(later);
        self.keeper.write(State::Running, self.sink, selection)
    }
}

/// Only what is in a regular file in the order of its indexes can be gone on with.
fn check(args: &RunArgs, output: &OutputSettings) -> Result<(), Failure> {
    let refused = |message: &str| Err(Failure::Usage(message.to_owned()));
    if args.unordered {
        return refused("a run with a checkpoint writes its units in order: leave --unordered out");
    }
    let is_regular = |path: &Path| fs::metadata(path).map_or(true, |it| it.is_file());
    match &output.path {
        Some(path) if output.split.is_split() || is_regular(path) => Ok(()),
        _ => refused("a run with a checkpoint writes regular files: name one with --output"),
    }
}

/// A new run must not replace what another one could go on from.
fn refuse_to_lose(path: &Path, output: &OutputSettings) -> Result<(), Failure> {
    let name = path.display();
    if path.exists() && Checkpoint::read(path)?.state == State::Running {
        return Err(Failure::Usage(format!(
            "`{name}` is the checkpoint of a run that is not complete: go on with --resume {name}, \
             or remove it"
        )));
    }
    match output.partial().filter(|it| it.exists()) {
        Some(partial) => Err(Failure::Usage(format!(
            "`{}` is the output of a run that is not complete: go on with it (--resume), or remove it",
            partial.display()
        ))),
        None => Ok(()),
    }
}

fn failed(path: &Path, cause: io::Error) -> EngineError {
    EngineError::Write {
        name: format!("`{}`", path.display()),
        cause,
    }
}
