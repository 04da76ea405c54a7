//! The identity of a run: all that its units depend on, resolved from the arguments.

use crate::cli::{IdentityArgs, OutputFormat};
use crate::failure::Failure;
use crate::grammar;
use crate::report::Report;
use crate::terminal;
use rqg_compiler::compile;
use rqg_compiler::diagnostics::suggest;
use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::ir::Program;
use rqg_compiler::schema::{self, Origin};
use rqg_runtime::dialect::Dialect;
use rqg_runtime::engine::Format;
use rqg_runtime::entropy::{MasterKey, Seed};
use rqg_runtime::features::{self, FEATURES};
use rqg_runtime::schema::Model;
use rqg_server::Server;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A grammar that is ready to run.
pub struct Identity {
    pub generator: Generator,
    seed: Seed,
    rule: String,
    dialect: Dialect,
    /// All of it on one line.
    line: String,
}

/// A grammar that is compiled: what can be said of a run before any server is asked.
pub struct Compiled<'a> {
    args: &'a IdentityArgs,
    program: Arc<Program>,
    report: Report,
    /// The file that `--schema` names, and its text.
    schema: Option<(&'a Path, String)>,
}

impl<'a> Compiled<'a> {
    /// Compiles the grammar and reads the file of the schema. Prints what is wrong with the grammar.
    pub fn new(args: &'a IdentityArgs) -> Result<Self, Failure> {
        let mut input = grammar::input(&args.grammar)?;
        if let Some(rule) = &args.rule {
            input = input.start(rule);
        }
        let schema = match &args.schema {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|cause| Failure::read(path, cause))?;
                Some((path.as_path(), String::from_utf8_lossy(&bytes).into_owned()))
            }
            None => None,
        };
        let compilation = compile(&input);
        let mut report = Report::new(compilation.sources, args.verbose);
        report.add(compilation.diagnostics);
        match compilation.program {
            Some(program) => Ok(Self {
                args,
                program,
                report,
                schema,
            }),
            None => Err(report.fail()),
        }
    }

    /// Reads the schema and checks that it and the grammar fit. Prints what is wrong, and warnings
    /// if asked for.
    ///
    /// The server, if there is one, gives the dialect and the schema that the arguments leave open,
    /// and says which rows it holds.
    pub fn resolve(mut self, server: Option<&Server>) -> Result<Identity, Failure> {
        let args = self.args;
        let dialect = args
            .dialect
            .clone()
            .or_else(|| server.and_then(|server| server.version().dialect()))
            .unwrap_or_default();
        let features = features(args, &dialect)?;
        let (name, mut model) = self.schema(server)?;
        let data_seed = rows(args, server, &mut model)?;
        let seed = match args.seed {
            Some(seed) => seed,
            None => Seed::from_os()?,
        };
        let rule = args
            .rule
            .as_deref()
            .unwrap_or(rqg_compiler::analysis::START);
        let line = format!(
            "rqgc: version={} grammar={}@{:016x} rule={rule} schema={name}@{:016x} dialect={}{} seed={seed}",
            env!("CARGO_PKG_VERSION"),
            self.program.name,
            self.program.fingerprint,
            model.fingerprint(),
            dialect,
            switches(args) + &data(args, data_seed),
        );
        let key = seed.master_key();
        let settings = Settings {
            start: rule.to_owned(),
            dialect: dialect.clone(),
            features,
            run_tag: run_tag(&key),
            data_seed,
            key_offset: args.key_offset,
            ..Settings::new(key)
        };
        match Generator::new(self.program, Arc::new(model), settings) {
            Ok(generator) => Ok(Identity {
                generator,
                seed,
                rule: rule.to_owned(),
                dialect,
                line,
            }),
            Err(found) => {
                self.report.add(found);
                Err(self.report.fail())
            }
        }
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
        Some(server) if args.rows.rows.is_empty() => server.record()?,
        _ => None,
    };
    let Some(record) = recorded else {
        args.rows.apply(model)?;
        return Ok(args.rows.data_seed());
    };
    let given = args.rows.data_seed;
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
    /// What is wrong with a run over these indexes, if new rows take keys that others took before.
    pub fn keys_repeat(&self, range: &Range<u64>) -> Option<String> {
        let limit = self.generator.key_limit()?;
        (range.end > limit.units).then(|| {
            format!(
                "the keys of table {} suffice for new rows of the first {} units; from there on \
                 INSERTs repeat keys. Use a type with more values for its key, fewer units, or a \
                 rule that does not insert into it",
                limit.table, limit.units
            )
        })
    }

    /// Prints it on stderr, or just the seed if nobody else knows that.
    pub fn announce(&self, args: &IdentityArgs) {
        if args.verbose || terminal::stderr_is_terminal() {
            terminal::note(&self.line);
        } else if args.seed.is_none() {
            terminal::note(&format!("rqgc: seed={}", self.seed));
        }
    }

    /// All of it on one line.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The seed.
    pub fn seed(&self) -> String {
        self.seed.to_string()
    }

    /// The arguments that say it again, quoted for a shell; all but those that name a server.
    pub fn arguments(&self, args: &IdentityArgs) -> String {
        let mut words = vec![args.grammar.clone()];
        let mut flag = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
        flag("--seed", &self.seed());
        if let Some(rule) = &args.rule {
            flag("--rule", rule);
        }
        if let Some(schema) = &args.schema {
            flag("--schema", &schema.display().to_string());
        }
        flag("--dialect", &self.dialect.to_string());
        for name in &args.enable {
            flag("--enable", name);
        }
        for name in &args.disable {
            flag("--disable", name);
        }
        for rows in &args.rows.rows {
            flag("--rows", &format!("{}={}", rows.pattern, rows.count));
        }
        if let Some(seed) = args.rows.data_seed {
            flag("--data-seed", &seed.to_string());
        }
        if args.key_offset != 0 {
            flag("--key-offset", &args.key_offset.to_string());
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
    pub fn format(&self, format: OutputFormat) -> Format {
        let terminator = self.generator.program().terminator.clone();
        match format {
            OutputFormat::Sql => Format::Sql { terminator },
            OutputFormat::Jsonl => {
                let seed = self.seed.to_string();
                let is_number = seed.bytes().all(|byte| byte.is_ascii_digit());
                Format::JsonLines {
                    terminator,
                    seed: if is_number {
                        seed
                    } else {
                        format!("\"{seed}\"")
                    },
                    rule: self.rule.clone(),
                }
            }
            OutputFormat::Null => Format::Null,
        }
    }
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

/// The features of the dialect, as switched.
fn features(args: &IdentityArgs, dialect: &Dialect) -> Result<BTreeSet<String>, Failure> {
    for name in args.enable.iter().chain(&args.disable) {
        if features::named(name).is_none() {
            let known = FEATURES.iter().map(|feature| feature.name);
            let suggestion = suggest::closest(name, known.clone()).map_or_else(
                || format!("known: {}", known.collect::<Vec<_>>().join(", ")),
                |name| format!("did you mean `{name}`?"),
            );
            return Err(Failure::Usage(format!(
                "there is no feature `{name}`; {suggestion}"
            )));
        }
    }
    let on = FEATURES.iter().filter(|feature| {
        let is_named = |names: &[String]| names.iter().any(|name| name == feature.name);
        (feature.enabled(dialect) || is_named(&args.enable)) && !is_named(&args.disable)
    });
    Ok(on.map(|feature| feature.name.to_owned()).collect())
}

/// The switched features, for the identity.
fn switches(args: &IdentityArgs) -> String {
    let part = |name: &str, features: &[String]| match features {
        [] => String::new(),
        _ => format!(" {name}={}", features.join(",")),
    };
    part("enable", &args.enable) + &part("disable", &args.disable)
}

/// What the tables hold, apart from the row counts in the schema's fingerprint.
fn data(args: &IdentityArgs, data_seed: u64) -> String {
    let part = |name: &str, number: u64| match number {
        0 => String::new(),
        _ => format!(" {name}={number}"),
    };
    part("data-seed", data_seed) + &part("key-offset", args.key_offset)
}

/// Runs with other seeds create objects with other names.
fn run_tag(key: &MasterKey) -> String {
    key.0[..3]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
