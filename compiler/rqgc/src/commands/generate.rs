//! `rqgc generate`

use crate::cli::GenerateArgs;
use crate::config;
use crate::coverage::Counting;
use crate::failure::Failure;
use crate::identity::Compiled;
use crate::monitoring::{self, Plan, Profile};
use crate::progress::Progress;
use crate::server;
use rqg_cli::generate::{self, Job};
use rqg_cli::terminal;
use tracing::span::EnteredSpan;

pub fn run(args: &GenerateArgs) -> Result<(), Failure> {
    monitoring::start_trace(args.monitor.trace.as_deref())?;
    let profile = Profile::start(args.monitor.profile.as_deref())?;
    let done = make_units(args);
    let profiled = profile.finish();
    done.and(profiled)
}

fn make_units(args: &GenerateArgs) -> Result<(), Failure> {
    let args = &config::generate(args)?;
    args.run.asked().check()?;
    let compiled = Compiled::new(&args.identity)?;
    let server = server::for_schema(args.dsn.as_deref())?;
    let identity = compiled.resolve(server.as_ref(), Some(&args.run.asked()))?;
    // Nothing holds a connection while the units are made.
    drop(server);
    let resumed = args.run.checkpoint.resumed()?;
    let mut extent = identity.extent(&args.run.asked())?;
    let (proof, line) = (identity.proof(), identity.line());
    let filter = args
        .run
        .filter
        .open(&mut extent, proof, line, resumed.as_ref())?;
    let added = filter.as_ref().map_or("", |it| &it.identity).to_owned();
    let expected = extent.expected();
    let mut counting = Counting::start(args.coverage.as_deref(), &identity, args.run.threads)?;
    let job = Job {
        program: "rqgc",
        worker: || identity.worker(),
        stack: identity.required_stack(),
        identity: format!("{line}{added}"),
        extent,
        filter,
        resumed,
        format: identity.format(args.run.format, args.run.prepared)?,
        told: counting.as_ref().map(Counting::told_batches),
        verbose: args.identity.run.verbose,
    };
    let plan = Plan::open(&args.monitor, args.identity.is_unique())?;
    let is_told = args.run.duration.is_none()
        && (args.identity.run.verbose || terminal::stderr_is_terminal());
    let shortage = identity.keys_repeat(&expected);
    let mut finishing = None;
    let done = generate::run(&args.run, job, |watched| {
        identity.announce_run(&args.identity, &added, &expected);
        if let Some(shortage) = shortage.filter(|_| is_told) {
            terminal::note(&format!("warning: {shortage}"));
        }
        let (control, total) = (watched.control, watched.total);
        let on_terminal = watched.on_terminal || plan.is_on_terminal();
        let progress = Progress::start(args.progress, on_terminal, control, total);
        let generating = tracing::info_span!("generate").entered();
        // Dropped one after the other when all units are written.
        (
            plan.start(control),
            progress,
            generating,
            Finishing(&mut finishing),
        )
    });
    Counting::report(counting.take(), &identity, done.map_err(Failure::from))
}

/// Begins the span of what is done when all units are written.
struct Finishing<'a>(&'a mut Option<EnteredSpan>);

impl Drop for Finishing<'_> {
    fn drop(&mut self) {
        *self.0 = Some(tracing::info_span!("finish").entered());
    }
}
