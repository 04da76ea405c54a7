//! `rqgc exec`

use crate::cli::{ExecArgs, ReportForm};
use crate::config;
use crate::coverage::Counting;
use crate::failure::Failure;
use crate::identity::{Compiled, Identity, shell_word};
use crate::monitoring::{self, Plan, Profile};
use crate::progress::Progress;
use crate::terminal;
use rqg_cli::range::{Asked, Extent};
use rqg_cli::signals;
use rqg_runtime::engine::{Control, Unfinished};
use rqg_server::executor::{self, End, Rules, Settings, Summary};
use rqg_server::findings::{Context, Findings};
use rqg_server::known::Known;
use rqg_server::policy::Policy;
use rqg_server::report::{self, About};
use rqg_server::{Dsn, Options, Server};
use std::io;
use std::path::Path;

pub fn run(args: &ExecArgs) -> Result<(), Failure> {
    monitoring::start_trace(args.monitor.trace.as_deref())?;
    let profile = Profile::start(args.monitor.profile.as_deref())?;
    let done = execute(args);
    let profiled = profile.finish();
    done.and(profiled)
}

fn execute(args: &ExecArgs) -> Result<(), Failure> {
    // A configuration may be for other runs as well.
    if args.cache.cache_size.is_some() && !args.prepared {
        let message = "--cache-size is of no use without --prepared";
        return Err(Failure::Usage(message.to_owned()));
    }
    let args = &config::exec(args)?;
    let asked = Asked {
        start: args.start,
        count: args.count,
        duration: args.duration,
        shard: args.shard,
    };
    asked.check()?;
    let rules = Rules {
        policy: read(args.policy.as_deref(), Policy::parse)?,
        known: read(args.known.as_deref(), Known::parse)?,
    };
    let compiled = Compiled::new(&args.identity)?;
    let dsn = Dsn::parse(&args.dsn)?;
    let options = Options {
        connections: usize::from(args.connections),
        statement_timeout: args.statement_timeout,
    };
    let server = Server::connect(&dsn, &options)?;
    let identity = compiled.resolve(Some(&server), Some(&asked))?;
    let mut extent = identity.extent(&asked)?;
    let mut opened = args
        .filter
        .open(&mut extent, identity.proof(), identity.line(), None)?;
    if args.duration.is_none()
        && let Some(shortage) = identity.keys_repeat(&extent.expected())
    {
        return Err(Failure::Input(shortage));
    }
    let plan = Plan::open(&args.monitor, args.identity.is_unique())?;
    let findings = open_findings(args, &identity, &server)?;
    let counting = Counting::start(args.coverage.as_deref(), &identity, Some(1))?;
    let settings = Settings {
        told: counting.as_ref().map(Counting::told_units),
        duration: args.duration,
        stack_size: identity.required_stack(),
        connections: usize::from(args.connections),
        max_failures: args.max_failures,
        retries: args.retries,
        reconnect: args.reconnect,
        prepared: args.prepared.then(|| args.cache.size()),
        ..Settings::new(extent.indexes.clone())
    };
    let control = Control::default();
    signals::install(&control, &Unfinished::default(), "rqgc")?;
    let added = opened.as_ref().map_or("", |it| &it.identity);
    identity.announce_run(&args.identity, added, &extent.expected());
    if let Some(note) = opened.as_ref().and_then(|it| it.note.as_ref()) {
        terminal::note(&format!("rqgc: {note}"));
    }

    let on_terminal = plan.is_on_terminal();
    let progress = Progress::start(args.progress, on_terminal, &control, extent.total());
    let monitor = plan.start(&control);
    let filter = opened.as_mut().map(|it| it.filter.as_mut());
    let selection = &mut extent.selection(filter);
    let executing = tracing::info_span!("execute").entered();
    let result = executor::run_selected(
        &server,
        &settings,
        rules,
        &control,
        selection,
        findings,
        || identity.worker(),
    );
    drop((monitor, progress, executing));
    let _finishing = tracing::info_span!("finish").entered();
    let summary = result?;
    if let Some(opened) = &mut opened {
        // The generator is ahead of the sessions: a run that stops has remembered too much.
        if matches!(summary.end, End::Complete | End::Exhausted) {
            let finished = opened.filter.save(summary.next);
            finished.map_err(executor::ExecError::from)?;
        }
        terminal::note(&format!("rqgc: {}", opened.filter.report()));
    }
    tell(args, &identity, &server, &summary)?;
    let verdict = verdict(args, &asked, &extent, summary);
    Counting::report(counting, &identity, verdict)
}

/// Reads a file of rules, if one is named.
fn read<T: Default>(
    path: Option<&Path>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    let Some(path) = path else {
        return Ok(T::default());
    };
    let text = std::fs::read_to_string(path).map_err(|cause| Failure::read(path, cause))?;
    parse(&text).map_err(|error| Failure::Input(format!("`{}`: {error}", path.display())))
}

fn open_findings(
    args: &ExecArgs,
    identity: &Identity,
    server: &Server,
) -> Result<Option<Findings>, Failure> {
    let Some(directory) = &args.findings else {
        return Ok(None);
    };
    let command = format!(
        "rqgc exec {} --dsn {}",
        identity.arguments(&args.identity),
        shell_word(&server.dsn().to_string()),
    );
    let form = if args.prepared { " --prepared" } else { "" };
    let context = Context {
        seed: identity.seed(),
        server: server.version().text.clone(),
        replay: Box::new(move |index| format!("{command} --start {index} -n 1{form}")),
    };
    Ok(Some(Findings::open(directory, context)?))
}

/// Prints the tables and writes the reports.
fn tell(
    args: &ExecArgs,
    identity: &Identity,
    server: &Server,
    summary: &Summary,
) -> Result<(), Failure> {
    let seed = identity.seed();
    let about = About {
        name: &args.identity.grammar,
        identity: identity.line().trim_start_matches("rqgc: "),
        server: &server.version().text,
        seed: &seed,
    };
    terminal::note(report::table(&about, summary).trim_end());
    for (form, path) in &args.report {
        let text = match form {
            ReportForm::Json => report::json(&about, summary).map_err(io::Error::from),
            ReportForm::Junit => report::junit(&about, summary).map_err(io::Error::other),
        };
        text.and_then(|text| std::fs::write(path, text))
            .map_err(|cause| Failure::Write {
                path: path.clone(),
                cause,
            })?;
    }
    Ok(())
}

/// What the end of the run means for the command.
fn verdict(
    args: &ExecArgs,
    asked: &Asked,
    extent: &Extent,
    summary: Summary,
) -> Result<(), Failure> {
    let resume = extent.resume(asked, summary.next, summary.units);
    match summary.end {
        End::TooManyFailures => Err(Failure::Incomplete(format!(
            "{} of {} units failed, {} may (--max-failures); {resume}",
            summary.failures, summary.units, args.max_failures
        ))),
        End::Unreachable(error) => {
            terminal::note(&format!(
                "rqgc: the server is gone after {} units; {resume}",
                summary.units
            ));
            Err(error.into())
        }
        End::Stopped => Err(Failure::Interrupted(format!(
            "interrupted after {} units; {resume}",
            summary.units
        ))),
        End::Exhausted => Err(Failure::Incomplete(extent.shortfall(summary.units))),
        End::Complete => match extent.overflow(summary.units) {
            Some(message) => Err(Failure::Incomplete(message)),
            None => Ok(()),
        },
    }
}
