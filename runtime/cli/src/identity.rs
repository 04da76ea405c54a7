//! The identity of a run: all that its units depend on, as settings and in words.

use crate::Failure;
use crate::args::{IdentityArgs, OutputFormat};
use crate::features;
use crate::terminal;
use rqg_runtime::dialect::Dialect;
use rqg_runtime::engine::Format;
use rqg_runtime::entropy::{MasterKey, Seed};
use rqg_runtime::run::{KeyLimit, Settings, Uniqueness};
use std::ops::Range;

/// The rule that units are derived from where none is named.
pub const START: &str = "query";

/// What the arguments decide, apart from the schema.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The seed.
    pub seed: Seed,
    /// What a generator is made with.
    pub settings: Settings,
}

impl Identity {
    /// Takes the arguments; `dialect` is that of a run that names none.
    ///
    /// # Errors
    /// There is no such feature, no seed to be had, or no such mode.
    pub fn resolve(args: &IdentityArgs, dialect: Option<Dialect>) -> Result<Self, Failure> {
        let dialect = args.dialect.clone().or(dialect).unwrap_or_default();
        let features = features::switched(&dialect, &args.enable, &args.disable)?;
        let seed = match args.seed {
            Some(seed) => seed,
            None => Seed::from_os()?,
        };
        let uniqueness = Uniqueness::from(args.unique);
        check_uniqueness(uniqueness, args.space)?;
        let key = seed.master_key();
        let settings = Settings {
            start: args.rule.as_deref().unwrap_or(START).to_owned(),
            dialect,
            features,
            run_tag: run_tag(&key),
            data_seed: args.rows.data_seed(),
            key_offset: args.key_offset,
            uniqueness,
            space: args.space,
            ..Settings::new(key)
        };
        Ok(Self { seed, settings })
    }

    /// All of it on one line. Grammar and schema are a name with a fingerprint.
    #[must_use]
    pub fn line(
        &self,
        args: &IdentityArgs,
        version: &str,
        grammar: (&str, u64),
        schema: (&str, u64),
    ) -> String {
        format!(
            "version={version} grammar={}@{:016x} rule={} schema={}@{:016x} dialect={}{}{}{} seed={}",
            grammar.0,
            grammar.1,
            self.settings.start,
            schema.0,
            schema.1,
            self.settings.dialect,
            switches(args),
            data(&self.settings),
            uniqueness(&self.settings),
            self.seed,
        )
    }

    /// The form of the output, for a grammar with this terminator.
    #[must_use]
    pub fn format(&self, format: OutputFormat, terminator: &str) -> Format {
        let terminator = terminator.to_owned();
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
                    rule: self.settings.start.clone(),
                }
            }
            OutputFormat::Null => Format::Null,
        }
    }

    /// Prints the identity's line on stderr, or just the seed if nobody else knows that.
    pub fn announce(&self, args: &IdentityArgs, program: &str, line: &str) {
        if args.verbose || terminal::stderr_is_terminal() {
            terminal::note(&format!("{program}: {line}"));
        } else if args.seed.is_none() {
            terminal::note(&format!("{program}: seed={}", self.seed));
        }
    }
}

/// What is wrong with a run over these indexes, if new rows take keys that others took before.
#[must_use]
pub fn keys_repeat(limit: Option<KeyLimit>, range: &Range<u64>) -> Option<String> {
    let limit = limit?;
    (range.end > limit.units).then(|| {
        format!(
            "the keys of table {} suffice for new rows of the first {} units; from there on \
             INSERTs repeat keys. Use a type with more values for its key, fewer units, or a \
             rule that does not insert into it",
            limit.table, limit.units
        )
    })
}

/// The switched features.
fn switches(args: &IdentityArgs) -> String {
    let part = |name: &str, features: &[String]| match features {
        [] => String::new(),
        _ => format!(" {name}={}", features.join(",")),
    };
    part("enable", &args.enable) + &part("disable", &args.disable)
}

/// What the tables hold, apart from the row counts in the schema's fingerprint.
fn data(settings: &Settings) -> String {
    let part = |name: &str, number: u64| match number {
        0 => String::new(),
        _ => format!(" {name}={number}"),
    };
    part("data-seed", settings.data_seed) + &part("key-offset", settings.key_offset)
}

/// How units are kept apart.
fn uniqueness(settings: &Settings) -> String {
    let mode = match settings.uniqueness {
        Uniqueness::None => String::new(),
        mode => format!(" unique={mode}"),
    };
    let space = settings.space.map(|space| format!(" space={space}"));
    mode + &space.unwrap_or_default()
}

/// Refuses what does not go together.
fn check_uniqueness(mode: Uniqueness, space: Option<u64>) -> Result<(), Failure> {
    if mode != Uniqueness::None {
        let message = format!("--unique {mode} is not supported by this version");
        return Err(Failure::Usage(message));
    }
    if space.is_some() {
        return Err(Failure::Usage(
            "--space is for --unique strict: other runs have any number of indexes".to_owned(),
        ));
    }
    Ok(())
}

/// Runs with other seeds create objects with other names.
fn run_tag(key: &MasterKey) -> String {
    key.0[..3]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
