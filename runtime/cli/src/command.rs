//! The command of one compiled grammar.

use crate::Failure;
use crate::args::{IdentityArgs, OutputFormat, PreparedArgs, RunArgs, parse_count};
use crate::filter::Proof;
use crate::generate::{self, Job};
use crate::identity::{self, Identity, keys_repeat};
use crate::range::{Asked, Extent};
use crate::terminal;
use clap::error::ErrorKind;
use clap::{Args, Command, FromArgMatches};
use rqg_runtime::engine::{self, Control, EngineError, Format, Settings};
use rqg_runtime::native::tables::Tables;
use rqg_runtime::native::{Generator, Grammar};
use rqg_runtime::run::Uniqueness;
use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::schema::{Model, default_model};
use rqg_runtime::uniqueness::Space;
use rqg_runtime::unit_text::{Emission, Generate};
use std::process::ExitCode;
use std::sync::Arc;

const EXIT_STATUS: &str = "\
Exit status: 0 done, 1 the input is wrong, 2 wrong usage, 3 the environment failed,
4 not all that was asked could be had, 130 interrupted.";

#[derive(Debug, Args)]
struct GenerateArgs {
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Args)]
struct ShowArgs {
    #[command(flatten)]
    identity: IdentityArgs,
    /// Which unit
    #[arg(long, value_name = "I", value_parser = parse_count)]
    index: u64,
    /// What to write
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
    #[command(flatten)]
    prepared: PreparedArgs,
}

/// Does what the command line of this process asks for, with the grammar `G`: the whole of a
/// generator's `main`.
#[must_use]
pub fn main<G: Grammar>() -> ExitCode {
    let mut command = definition(G::TABLES);
    // Ends the process with 2 if the arguments are wrong, with 0 after help and version.
    let matches = command.get_matches_mut();
    let done = match matches.subcommand() {
        Some(("generate", found)) => GenerateArgs::from_arg_matches(found)
            .map_err(|error| error.exit())
            .and_then(|args| generate::<G>(&args)),
        Some(("show", found)) => ShowArgs::from_arg_matches(found)
            .map_err(|error| error.exit())
            .and_then(|args| show::<G>(&args)),
        _ => Ok(()),
    };
    let Err(failure) = done else {
        return ExitCode::SUCCESS;
    };
    if let Failure::Usage(message) = &failure {
        // Printed as clap prints its own findings.
        let _ = command.error(ErrorKind::ValueValidation, message).print();
    } else {
        terminal::note(&failure.message(G::TABLES.name));
    }
    ExitCode::from(failure.exit_code())
}

/// What `generate` prints with these arguments, for tests of a grammar. Output goes nowhere else, and
/// one thread makes all of it.
///
/// # Errors
/// What the command would print as its error.
pub fn text_of<G: Grammar>(arguments: &[&str]) -> Result<String, String> {
    let line = [G::TABLES.name, "generate"]
        .into_iter()
        .chain(arguments.iter().copied());
    let matches = definition(G::TABLES).try_get_matches_from(line);
    let matches = matches.map_err(|error| error.to_string())?;
    let (_, found) = matches.subcommand().ok_or("no subcommand")?;
    let args = GenerateArgs::from_arg_matches(found).map_err(|error| error.to_string())?;
    let told = |failure: Failure| failure.message(G::TABLES.name);
    args.run.asked().check().map_err(told)?;
    let run = prepare::<G>(&args.identity, Some(&args.run.asked())).map_err(told)?;
    let format = run
        .format(args.run.format, args.run.prepared)
        .map_err(told)?;
    let mut extent = run.extent(&args.run).map_err(told)?;
    let opened = args
        .run
        .filter
        .open(&mut extent, run.proof(), &run.line, None);
    let mut opened = opened.map_err(told)?;
    let settings = Settings {
        duration: args.run.duration,
        stack_size: run.generator.required_stack(),
        ..Settings::new(extent.indexes.clone())
    };
    let filter = opened.as_mut().map(|it| it.filter.as_mut());
    let mut selection = extent.selection(filter);
    let mut text = Vec::new();
    let control = Control::default();
    let generator = &run.generator;
    engine::run_selected(
        &settings,
        &format,
        &control,
        &mut selection,
        &mut text,
        || generator.worker(),
    )
    .map_err(|error| told(error.into()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The command line.
fn definition(tables: &'static Tables) -> Command {
    let generate = GenerateArgs::augment_args(Command::new("generate"));
    let show = ShowArgs::augment_args(Command::new("show"));
    Command::new(tables.name)
        .version(tables.compiler)
        .about(format!("Generate units of the grammar `{}`.", tables.name))
        .after_help(EXIT_STATUS)
        .arg_required_else_help(true)
        .subcommand_required(true)
        // The groups of flags have descriptions of their own.
        .subcommand(generate.about("Generate units"))
        .subcommand(show.about("Make one unit again"))
}

fn generate<G: Grammar>(args: &GenerateArgs) -> Result<(), Failure> {
    args.run.asked().check()?;
    let run = prepare::<G>(&args.identity, Some(&args.run.asked()))?;
    let generator = &run.generator;
    let mut extent = run.extent(&args.run)?;
    let resumed = args.run.checkpoint.resumed()?;
    let (proof, line) = (run.proof(), &run.line);
    let filter = args
        .run
        .filter
        .open(&mut extent, proof, line, resumed.as_ref())?;
    let added = filter.as_ref().map_or("", |it| &it.identity).to_owned();
    let expected = extent.expected();
    let job = Job {
        program: G::TABLES.name,
        worker: || generator.worker(),
        stack: generator.required_stack(),
        identity: format!("{line}{added}"),
        extent,
        filter,
        resumed,
        format: run.format(args.run.format, args.run.prepared)?,
        told: None,
        verbose: args.identity.verbose,
    };
    let is_told =
        args.run.duration.is_none() && (args.identity.verbose || terminal::stderr_is_terminal());
    let shortage = keys_repeat(generator.key_limit(), &expected);
    generate::run(&args.run, job, |_| {
        let (name, line) = (G::TABLES.name, &run.line);
        run.identity
            .announce_run(&args.identity, name, line, &added, &expected);
        if let Some(shortage) = shortage.filter(|_| is_told) {
            terminal::note(&format!("warning: {shortage}"));
        }
    })
}

fn show<G: Grammar>(args: &ShowArgs) -> Result<(), Failure> {
    let run = prepare::<G>(&args.identity, None)?;
    let epoch = run.identity.epoch(args.index);
    let epoch = epoch.map(|it| format!(" {it}")).unwrap_or_default();
    run.announce(&args.identity, &epoch);
    let format = run.format(args.format, args.prepared)?;
    let text = run.generator.with_stack(|generator| {
        let mut unit = format.unit();
        let emission = generator.worker().generate(args.index, &mut unit);
        let mut text = Vec::new();
        format.write(args.index, &unit, &mut text);
        (emission == Emission::Emitted).then_some(text)
    });
    match text.map_err(EngineError::Spawn)? {
        Some(text) => terminal::print(&text),
        None => Err(Failure::skipped(args.index)),
    }
}

/// A run that is ready to start.
struct Run<G> {
    identity: Identity,
    generator: Generator<G>,
    /// All of the identity on one line.
    line: String,
}

impl<G: Grammar> Run<G> {
    fn announce(&self, args: &IdentityArgs, filter: &str) {
        let name = G::TABLES.name;
        self.identity.announce(args, name, &self.line, filter);
    }

    /// The form of the output.
    fn format(&self, format: OutputFormat, prepared: PreparedArgs) -> Result<Format, Failure> {
        self.identity.format(format, prepared, G::TABLES.terminator)
    }

    /// Whether it is proven that no two units of a strict run are the same.
    fn proof(&self) -> Proof {
        if self.generator.is_proven() {
            Proof::Proven
        } else {
            Proof::Unproven
        }
    }

    /// The indexes of the run, and which of their units are written.
    fn extent(&self, args: &RunArgs) -> Result<Extent, Failure> {
        let settings = &self.identity.settings;
        let space = settings.space.unwrap_or(u64::MAX);
        args.asked().extent(settings.uniqueness, space)
    }
}

/// Makes the generator that the arguments ask for; `asked` is the part of the run that is made, none
/// if a single unit is.
fn prepare<G: Grammar>(args: &IdentityArgs, asked: Option<&Asked>) -> Result<Run<G>, Failure> {
    let tables = G::TABLES;
    let mut identity = Identity::resolve(args, None)?;
    let (name, mut model) = schema(tables, args)?;
    args.rows.apply(&mut model)?;
    let grammar = (tables.name, tables.fingerprint);
    let schema = (name.as_str(), model.fingerprint());
    let generator = Generator::new(Arc::new(model), identity.settings.clone());
    let generator = generator.map_err(|found| {
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        Failure::Input(found.join("\nerror: "))
    })?;
    let generator = if identity.settings.uniqueness == Uniqueness::Strict {
        let units = identity::units(&identity.settings, asked)?;
        let enumerated = generator.enumerated(identity.settings.space, units);
        let generator = enumerated.map_err(EngineError::Spawn)?;
        identity.settings.space = generator.space().map(Space::size);
        generator
    } else {
        generator
    };
    let line = identity.line(args, tables.compiler, grammar, schema);
    Ok(Run {
        identity,
        generator,
        line,
    })
}

/// The schema of a run, and what its identity calls it: that of the arguments, else that of the
/// grammar, else the built-in one.
fn schema(tables: &Tables, args: &IdentityArgs) -> Result<(String, Model), Failure> {
    let (name, ddl) = match (&args.schema, &tables.schema) {
        (Some(path), _) => {
            let bytes = std::fs::read(path).map_err(|cause| Failure::read(path, cause))?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            (path.display().to_string(), text)
        }
        (None, Some(embedded)) => (embedded.name.to_owned(), embedded.ddl.to_owned()),
        (None, None) => return Ok(("default".to_owned(), default_model())),
    };
    let reading = read_ddl(&ddl);
    if args.verbose {
        for warning in &reading.warnings {
            terminal::note(&format!("warning: {name}:{warning}"));
        }
    }
    if !reading.errors.is_empty() {
        let found: Vec<_> = reading.errors.iter().map(ToString::to_string).collect();
        return Err(Failure::Input(format!("{name}: {}", found.join("; "))));
    }
    Ok((name, reading.model))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        let generate = GenerateArgs::augment_args(Command::new("generate"));
        let show = ShowArgs::augment_args(Command::new("show"));
        Command::new("all")
            .subcommands([generate, show])
            .debug_assert();
    }
}
