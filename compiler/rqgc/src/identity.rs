//! The identity of a run: all that its units depend on, resolved from the arguments.

use crate::cli::IdentityArgs;
use crate::config;
use crate::failure::Failure;
use crate::grammar;
use crate::report::Report;
use crate::terminal;
use rqg_cli::args::{OutputFormat, PreparedArgs};
use rqg_cli::filter::Proof;
use rqg_cli::identity::{self, Identity as Decided};
use rqg_cli::range::{Asked, Extent};
use rqg_compiler::compile;
use rqg_compiler::coverage::{Counts, Coverage};
use rqg_compiler::hir::Grammar;
use rqg_compiler::interpret::{self, Generator};
use rqg_compiler::ir::Program;
use rqg_compiler::schema::{self, Origin};
use rqg_compiler::source::Sources;
use rqg_runtime::engine::{EngineError, Format};
use rqg_runtime::entropy::StateBits;
use rqg_runtime::native::AnyGenerator;
use rqg_runtime::run::Uniqueness;
use rqg_runtime::schema::Model;
use rqg_runtime::unit_text::{Emission, Generate, UnitText};
use rqg_server::Server;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A grammar that is ready to run.
pub struct Identity {
    pub generator: Generator,
    /// The compiled form of a bundled grammar, unless the interpreter is forced.
    native: Option<Box<dyn AnyGenerator>>,
    decided: Decided,
    /// All of it on one line.
    line: String,
    /// The grammar before it is steered.
    written: Grammar,
    sources: Sources,
}

/// A grammar that is compiled: what can be said of a run before any server is asked.
pub struct Compiled<'a> {
    args: &'a IdentityArgs,
    program: Arc<Program>,
    /// The grammar before it is steered.
    written: Grammar,
    report: Report,
    /// The file that `--schema` names, and its text.
    schema: Option<(&'a Path, String)>,
}

impl<'a> Compiled<'a> {
    /// Compiles the grammar and reads the file of the schema. Prints what is wrong with the grammar.
    pub fn new(args: &'a IdentityArgs) -> Result<Self, Failure> {
        let mut input = tracing::info_span!("read").in_scope(|| grammar::input(&args.grammar))?;
        if let Some(rule) = &args.run.rule {
            input = input.start(rule);
        }
        input = input.steer(args.steering.steering());
        let schema = match &args.run.schema {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|cause| Failure::read(path, cause))?;
                Some((path.as_path(), String::from_utf8_lossy(&bytes).into_owned()))
            }
            None => None,
        };
        let compilation = tracing::info_span!("analyse").in_scope(|| compile(&input));
        let mut report = Report::new(compilation.sources, args.run.verbose);
        report.add(compilation.diagnostics);
        match (compilation.program, compilation.grammar) {
            (Some(program), Some(grammar)) => Ok(Self {
                args,
                program,
                written: compilation.written.unwrap_or(grammar),
                report,
                schema,
            }),
            _ => Err(report.fail()),
        }
    }

    /// Reads the schema and checks that it and the grammar fit. Prints what is wrong, and warnings
    /// if asked for.
    ///
    /// The server, if there is one, gives the dialect and the schema that the arguments leave open,
    /// and says which rows it holds. `asked` is the part of the run that is made, none if a single
    /// unit is.
    pub fn resolve(
        mut self,
        server: Option<&Server>,
        asked: Option<&Asked>,
    ) -> Result<Identity, Failure> {
        let args = self.args;
        let dialect = server.and_then(|server| server.version().dialect());
        let mut decided = Decided::resolve(&args.run, dialect)?;
        let dialects: Vec<_> = decided.settings.dialects().cloned().collect();
        config::warn_of_missing(&args.wanted, &dialects, &args.run.enable);
        let (name, mut model) = tracing::info_span!("schema").in_scope(|| self.schema(server))?;
        decided.settings.data_seed = rows(args, server, &mut model)?;
        let grammar = (self.program.name.clone(), self.program.fingerprint);
        let schema = (name, model.fingerprint());
        let planning = tracing::info_span!("plan").entered();
        let generator =
            match Generator::new(self.program, Arc::new(model), decided.settings.clone()) {
                Ok(generator) => generator,
                Err(found) => {
                    self.report.add(found);
                    return Err(self.report.fail());
                }
            };
        drop(planning);
        let generator = if decided.settings.uniqueness == Uniqueness::Strict {
            let _counting = tracing::info_span!("space").entered();
            let units = identity::units(&decided.settings, asked)?;
            let enumerated = generator.enumerated(decided.settings.space, units);
            let generator = enumerated.map_err(EngineError::Spawn)?;
            decided.settings.space = generator.space().map(|space| space.size());
            generator
        } else {
            generator
        };
        let line = decided.line(
            &args.run,
            env!("CARGO_PKG_VERSION"),
            (&grammar.0, grammar.1),
            (&schema.0, schema.1),
        );
        let steering = args.steering.steering();
        let steered = steering
            .flags()
            .map(|(name, value)| format!(" {name}={value}"));
        Ok(Identity {
            native: native(args, &generator),
            generator,
            decided,
            line: line + &steered.collect::<String>(),
            written: self.written,
            sources: self.report.into_sources(),
        })
    }

    /// The schema of the run and its name.
    fn schema(&mut self, server: Option<&Server>) -> Result<(String, Model), Failure> {
        let read = match (server, &self.schema) {
            (Some(server), None) => Some((server.dsn().name(), server.ddl()?)),
            _ => None,
        };
        let origin = match (&self.schema, &read, &self.program.schema) {
            (Some((path, text)), _, _) => Origin::File(path, text),
            (None, Some((name, ddl)), _) => Origin::Database(name, ddl),
            (None, None, Some(embedded)) => Origin::Embedded(embedded),
            (None, None, None) => Origin::Default,
        };
        let schema = schema::read(&origin, self.report.sources());
        self.report.add(schema.diagnostics);
        self.report.print()?;
        Ok((schema.name, schema.model))
    }
}

/// Sets how many rows the tables hold, as the arguments say or the server has it recorded. Returns
/// what their values depend on.
fn rows(args: &IdentityArgs, server: Option<&Server>, model: &mut Model) -> Result<u64, Failure> {
    let recorded = match server {
        Some(server) if args.run.rows.rows.is_empty() => server.record()?,
        _ => None,
    };
    let Some(record) = recorded else {
        args.run.rows.apply(model)?;
        return Ok(args.run.rows.data_seed());
    };
    let given = args.run.rows.data_seed;
    if given.is_some_and(|seed| seed != record.data_seed) {
        return Err(Failure::Usage(format!(
            "the database holds data of seed {}, not of the given --data-seed; say with --rows \
             what its tables hold if it is known better",
            record.data_seed
        )));
    }
    if !record.apply(model) {
        terminal::note(
            "warning: the data of the database was made for another schema than it has now; \
             values that are looked for may not be there",
        );
    }
    Ok(record.data_seed)
}

impl Identity {
    /// Makes units on one thread, which needs [`Identity::required_stack`].
    pub fn worker(&self) -> Worker {
        match &self.native {
            Some(native) => Worker::Native(native.any_worker()),
            None => Worker::Interpreted(Box::new(self.generator.worker())),
        }
    }

    /// The stack of a thread with a worker, in bytes.
    pub fn required_stack(&self) -> usize {
        match &self.native {
            Some(native) => native.required_stack(),
            None => self.generator.required_stack(),
        }
    }

    /// Whether it is proven that no two units of a strict run are the same.
    pub fn proof(&self) -> Proof {
        if self.generator.is_proven() {
            Proof::Proven
        } else {
            Proof::Unproven
        }
    }

    /// The indexes of a run, and which of their units are written.
    pub fn extent(&self, asked: &Asked) -> Result<Extent, Failure> {
        let settings = &self.decided.settings;
        let space = settings.space.unwrap_or(u64::MAX);
        Ok(asked.extent(settings.uniqueness, space)?)
    }

    /// What is wrong with a run over these indexes, if new rows take keys that others took before.
    pub fn keys_repeat(&self, range: &Range<u64>) -> Option<String> {
        identity::keys_repeat(self.generator.key_limit(), range)
    }

    /// Prints it on stderr with what a filter adds to it, or just the seed if nobody else knows that.
    pub fn announce(&self, args: &IdentityArgs, filter: &str) {
        self.decided.announce(&args.run, "rqgc", &self.line, filter);
    }

    /// The same for a run over these indexes, with its epochs.
    pub fn announce_run(&self, args: &IdentityArgs, filter: &str, indexes: &Range<u64>) {
        self.decided
            .announce_run(&args.run, "rqgc", &self.line, filter, indexes);
    }

    /// The epoch of an index, to be added to the identity; nothing if the run has only one.
    pub fn epoch(&self, index: u64) -> String {
        let epoch = self.decided.epoch(index);
        epoch.map(|it| format!(" {it}")).unwrap_or_default()
    }

    /// What was counted in so many units.
    pub fn coverage(&self, counts: &Counts, units: u64) -> Coverage {
        Coverage::new(&self.generator, &self.written, &self.sources, counts, units)
    }

    /// The files that the grammar was read from.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// All of it on one line.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The seed.
    pub fn seed(&self) -> String {
        self.decided.seed.to_string()
    }

    /// The arguments that say it again, quoted for a shell; all but those that name a server.
    pub fn arguments(&self, args: &IdentityArgs) -> String {
        let mut words = vec![args.grammar.clone()];
        let settings = &self.decided.settings;
        let mut flag = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
        flag("--seed", &self.seed());
        if let Some(rule) = &args.run.rule {
            flag("--rule", rule);
        }
        if let Some(schema) = &args.run.schema {
            flag("--schema", &schema.display().to_string());
        }
        for (name, value) in args.steering.steering().flags() {
            flag(&format!("--{name}"), &value);
        }
        flag("--dialect", &identity::dialects(&self.decided.settings));
        for name in &args.run.enable {
            flag("--enable", name);
        }
        for name in &args.run.disable {
            flag("--disable", name);
        }
        for rows in &args.run.rows.rows {
            flag("--rows", &format!("{}={}", rows.pattern, rows.count));
        }
        if let Some(seed) = args.run.rows.data_seed {
            flag("--data-seed", &seed.to_string());
        }
        if args.run.key_offset != 0 {
            flag("--key-offset", &args.run.key_offset.to_string());
        }
        if settings.state_bits == StateBits::Bits128 {
            flag("--state-bits", "128");
        }
        if let Some(interval) = settings.reseed_interval {
            flag("--reseed-interval", &interval.to_string());
        }
        // A filter decides which units come, not what they say.
        if settings.uniqueness == Uniqueness::Strict {
            flag("--unique", "strict");
        }
        if let Some(space) = settings.space {
            flag("--space", &space.to_string());
        }
        if args.interpret {
            words.push("--interpret".to_owned());
        }
        words
            .iter()
            .map(|word| shell_word(word))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The form of the output.
    ///
    /// # Errors
    /// The format has no prepared form.
    pub fn format(&self, format: OutputFormat, prepared: PreparedArgs) -> Result<Format, Failure> {
        let terminator = &self.generator.program().terminator;
        Ok(self.decided.format(format, prepared, terminator)?)
    }
}

/// Makes units, with either backend: the same ones.
pub enum Worker {
    Interpreted(Box<interpret::Worker>),
    Native(Box<dyn Generate>),
}

impl Generate for Worker {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        match self {
            Self::Interpreted(worker) => worker.generate(index, unit),
            Self::Native(worker) => worker.generate(index, unit),
        }
    }
}

/// The compiled form of a bundled grammar takes the run over, if it is that of the grammar as it is
/// steered.
fn native(args: &IdentityArgs, generator: &Generator) -> Option<Box<dyn AnyGenerator>> {
    if args.interpret {
        return None;
    }
    let bundled = grammar::bundled(&args.grammar)?;
    (bundled.native)(generator.planned())
}

/// A word as a POSIX shell takes it.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/@:=,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
