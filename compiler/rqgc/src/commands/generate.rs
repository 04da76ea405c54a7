//! `rqgc generate`

use crate::cli::GenerateArgs;
use crate::config;
use crate::failure::Failure;
use crate::identity::Compiled;
use crate::monitoring::Plan;
use crate::progress::Progress;
use crate::server;
use rqg_cli::generate::{self, Job};
use rqg_cli::terminal;

pub fn run(args: &GenerateArgs) -> Result<(), Failure> {
    let args = &config::generate(args)?;
    args.run.asked().check()?;
    let compiled = Compiled::new(&args.identity)?;
    let server = server::for_schema(args.dsn.as_deref())?;
    let identity = compiled.resolve(server.as_ref(), Some(&args.run.asked()))?;
    // Nothing holds a connection while the units are made.
    drop(server);
    let mut extent = identity.extent(&args.run.asked())?;
    let filter = args
        .run
        .filter
        .open(&mut extent, identity.proof(), identity.line())?;
    let added = filter.as_ref().map_or("", |it| &it.identity).to_owned();
    let expected = extent.expected();
    let job = Job {
        program: "rqgc",
        worker: || identity.worker(),
        stack: identity.required_stack(),
        extent,
        filter,
        format: identity.format(args.run.format),
        verbose: args.identity.run.verbose,
    };
    let plan = Plan::open(&args.monitor, args.identity.is_unique())?;
    let is_told = args.run.duration.is_none()
        && (args.identity.run.verbose || terminal::stderr_is_terminal());
    let shortage = identity.keys_repeat(&expected);
    generate::run(&args.run, job, |watched| {
        identity.announce_run(&args.identity, &added, &expected);
        if let Some(shortage) = shortage.filter(|_| is_told) {
            terminal::note(&format!("warning: {shortage}"));
        }
        let (control, total) = (watched.control, watched.total);
        let on_terminal = watched.on_terminal || plan.is_on_terminal();
        let progress = Progress::start(args.progress, on_terminal, control, total);
        (plan.start(control), progress)
    })?;
    Ok(())
}
