//! The identity of a run: all that its units depend on, as settings and in words.

use crate::Failure;
use crate::args::{IdentityArgs, OutputFormat, PreparedArgs};
use crate::features;
use crate::range::Asked;
use crate::terminal;
use rqg_runtime::dialect::Dialect;
use rqg_runtime::engine::Format;
use rqg_runtime::entropy::{MasterKey, Seed, StateBits};
use rqg_runtime::run::{KeyLimit, Settings, Uniqueness};
use std::ops::Range;

/// The rule that units are derived from where none is named.
pub const START: &str = "query";

/// So many epochs of a run are told when it starts.
const MOST_EPOCHS: usize = 16;

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
        let mut dialects = args.dialect.iter().cloned();
        let dialect = dialects.next().or(dialect).unwrap_or_default();
        let also: Vec<_> = dialects.collect();
        let all: Vec<_> = std::iter::once(&dialect).chain(&also).collect();
        let features = features::switched(&all, &args.enable, &args.disable)?;
        let uniqueness = Uniqueness::from(args.unique.unwrap_or_default());
        check_uniqueness(uniqueness, args)?;
        let seed = args.new_seed()?;
        let key = seed.master_key();
        let settings = Settings {
            start: args.rule.as_deref().unwrap_or(START).to_owned(),
            dialect,
            also,
            features,
            run_tag: run_tag(&key),
            data_seed: args.rows.data_seed(),
            key_offset: args.key_offset,
            uniqueness,
            space: args.space,
            state_bits: args.state_bits.unwrap_or_default().into(),
            reseed_interval: args.reseed_interval,
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
            "version={version} grammar={}@{:016x} rule={} schema={}@{:016x} dialect={}{}{}{} seed={}{}",
            grammar.0,
            grammar.1,
            self.settings.start,
            schema.0,
            schema.1,
            dialects(&self.settings),
            switches(args),
            data(&self.settings),
            uniqueness(&self.settings),
            self.seed,
            entropy(&self.settings),
        )
    }

    /// The form of the output, for a grammar with this terminator.
    ///
    /// # Errors
    /// The format has no prepared form.
    pub fn format(
        &self,
        format: OutputFormat,
        prepared: PreparedArgs,
        terminator: &str,
    ) -> Result<Format, Failure> {
        let terminator = terminator.to_owned();
        let rule = self.settings.start.clone();
        Ok(match (format, prepared.prepared) {
            (OutputFormat::Sql, false) => Format::Sql { terminator },
            (OutputFormat::Null, false) => Format::Null,
            (OutputFormat::Jsonl, true) => Format::PreparedJsonLines {
                seed: self.seed_in_json(),
                rule,
            },
            (OutputFormat::Jsonl, false) => Format::JsonLines {
                terminator,
                seed: self.seed_in_json(),
                rule,
            },
            (OutputFormat::Sql | OutputFormat::Null, true) => {
                let message = "--prepared writes parameters beside the statements: it needs \
                               --format jsonl";
                return Err(Failure::Usage(message.to_owned()));
            }
        })
    }

    /// The seed, a string where it does not fit into 64 bits.
    fn seed_in_json(&self) -> String {
        let seed = self.seed.to_string();
        if seed.bytes().all(|byte| byte.is_ascii_digit()) {
            seed
        } else {
            format!("\"{seed}\"")
        }
    }

    /// The epoch of an index in words, if the run has several: with it, show makes its units.
    #[must_use]
    pub fn epoch(&self, index: u64) -> Option<String> {
        self.settings.reseed_interval?;
        let epoch = self.settings.key_schedule().epoch(index);
        Some(format!(
            "epoch={} first-index={} epoch-seed={}",
            epoch.number,
            epoch.indexes.start(),
            epoch.seed.unwrap_or(self.seed)
        ))
    }

    /// The first epochs of a run over these indexes, if it has several.
    fn epochs(&self, indexes: &Range<u64>) -> Vec<String> {
        let schedule = self.settings.key_schedule();
        let mut told = Vec::new();
        let mut next = Some(indexes.start);
        while let Some(index) = next.filter(|it| *it < indexes.end) {
            if told.len() == MOST_EPOCHS {
                told.push("further epochs: as show --index tells".to_owned());
                break;
            }
            let Some(epoch) = self.epoch(index) else {
                break;
            };
            told.push(epoch);
            next = schedule.epoch(index).indexes.end().checked_add(1);
        }
        told
    }

    /// Prints the identity of a run over these indexes as [`Identity::announce`], with its epochs.
    pub fn announce_run(
        &self,
        args: &IdentityArgs,
        program: &str,
        line: &str,
        filter: &str,
        indexes: &Range<u64>,
    ) {
        self.announce(args, program, line, filter);
        if args.verbose || terminal::stderr_is_terminal() {
            for epoch in self.epochs(indexes) {
                terminal::note(&format!("{program}: {epoch}"));
            }
        }
    }

    /// Prints the identity's line on stderr with what a filter adds to it, or just the seed if nobody
    /// else knows that.
    pub fn announce(&self, args: &IdentityArgs, program: &str, line: &str, filter: &str) {
        if args.verbose || terminal::stderr_is_terminal() {
            terminal::note(&format!("{program}: {line}{filter}"));
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

/// All dialects, as `--dialect` takes them.
#[must_use]
pub fn dialects(settings: &Settings) -> String {
    let names: Vec<_> = settings.dialects().map(ToString::to_string).collect();
    names.join(",")
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

/// How seeds become choices, where that is not as usual.
fn entropy(settings: &Settings) -> String {
    let state = match settings.state_bits {
        StateBits::Bits256 => String::new(),
        bits @ StateBits::Bits128 => format!(" state-bits={bits}"),
    };
    let interval = settings.reseed_interval;
    let interval = interval.map(|indexes| format!(" reseed-interval={indexes}"));
    state + &interval.unwrap_or_default()
}

/// Refuses what does not go together.
fn check_uniqueness(mode: Uniqueness, args: &IdentityArgs) -> Result<(), Failure> {
    if mode == Uniqueness::Strict && args.reseed_interval.is_some() {
        return Err(Failure::Usage(
            "--reseed-interval does not go with --unique strict: units of different epochs could \
             be the same"
                .to_owned(),
        ));
    }
    if mode != Uniqueness::Strict && args.space.is_some() {
        return Err(Failure::Usage(
            "--space is for --unique strict: other runs have any number of indexes".to_owned(),
        ));
    }
    Ok(())
}

/// How many units a strict run without a given space is to make.
const UNITS_OF_A_TIME: u64 = 1 << 32;

/// How many units decide the space of a strict run that names none; `asked` is the part of a run that
/// is made, none if a single unit is.
///
/// # Errors
/// Without the number of units the space has to be given.
pub fn units(settings: &Settings, asked: Option<&Asked>) -> Result<u64, Failure> {
    match asked {
        _ if settings.space.is_some() => Ok(0),
        Some(asked) if asked.duration.is_some() => Ok(UNITS_OF_A_TIME),
        Some(asked) => Ok(asked.start.saturating_add(asked.count)),
        None => Err(Failure::Usage(
            "--unique strict needs --space here: how many indexes the run has, as its identity says"
                .to_owned(),
        )),
    }
}

/// Runs with other seeds create objects with other names.
fn run_tag(key: &MasterKey) -> String {
    key.0[..3]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
