//! The flags that decide what is made and where it goes, and how their values are read.

use crate::Failure;
use crate::checkpoint::CheckpointArgs;
use crate::filter::FilterArgs;
use crate::output::OutputArgs;
use crate::range::Asked;
use clap::{Args, ValueEnum};
use rqg_runtime::dialect::Dialect;
use rqg_runtime::engine::{Queue, Shard};
use rqg_runtime::entropy::{EntropyError, Seed, StateBits};
use rqg_runtime::run::Uniqueness;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

/// The heading of identity flags in the help.
pub const IDENTITY: &str = "Identity";

/// What decides the text of a unit.
#[derive(Debug, Clone, Default, Args)]
pub struct IdentityArgs {
    /// Seed: a decimal number, or 0x and up to 64 hexadecimal digits [default: random, printed]
    #[arg(long, value_name = "N|0xHEX", value_parser = parse_seed, help_heading = IDENTITY)]
    pub seed: Option<Seed>,
    /// Where the seed comes from [default: deterministic if --seed is given, else urandom]
    #[arg(long, value_name = "SOURCE", value_enum, help_heading = IDENTITY)]
    pub entropy: Option<EntropySource>,
    /// State of the generator that makes the choices of a unit [default: 256]
    #[arg(long, value_name = "BITS", value_enum, help_heading = IDENTITY)]
    pub state_bits: Option<StateSize>,
    /// Give so many indexes at a time a seed of their own, which follows from the run's [default:
    /// one seed for all]
    #[arg(long, value_name = "N", value_parser = parse_interval, help_heading = IDENTITY)]
    pub reseed_interval: Option<NonZeroU64>,
    /// Start rule [default: query]
    #[arg(long, value_name = "NAME", help_heading = IDENTITY)]
    pub rule: Option<String>,
    /// Schema as DDL [default: the grammar's own, else a built-in one]
    #[arg(long, value_name = "FILE.sql", help_heading = IDENTITY)]
    pub schema: Option<PathBuf>,
    /// Database and version, such as postgresql@15 or yugabytedb@2.25; of several, separated by
    /// commas, only what all can run is made [default: that of the server, if the run has one, else
    /// PostgreSQL 16]
    #[arg(long, value_name = "DIALECT", value_delimiter = ',', help_heading = IDENTITY)]
    pub dialect: Vec<Dialect>,
    /// Switch a feature on that the dialect lacks
    #[arg(long, value_name = "FEATURE", help_heading = IDENTITY)]
    pub enable: Vec<String>,
    /// Switch a feature off that the dialect has
    #[arg(long, value_name = "FEATURE", help_heading = IDENTITY)]
    pub disable: Vec<String>,
    /// What the tables hold.
    #[command(flatten)]
    pub rows: RowsArgs,
    /// Take the keys of new rows as unit INDEX + N would: for a further run against tables that
    /// runs have filled before
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = parse_count, help_heading = IDENTITY)]
    pub key_offset: u64,
    /// How units are kept apart [default: none]
    #[arg(long, value_name = "MODE", value_enum, help_heading = IDENTITY)]
    pub unique: Option<Unique>,
    /// How many indexes a strict run has; each makes at most one unit [default: by grammar, schema,
    /// dialect and count]
    #[arg(long, value_name = "S", value_parser = parse_space, help_heading = IDENTITY)]
    pub space: Option<u64>,
    /// Print the run's identity, warnings and statistics even if stderr is no terminal
    #[arg(short, long)]
    pub verbose: bool,
}

/// Which units are made, how, and where they go.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// How many units the whole run has
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = parse_count)]
    pub count: u64,
    /// Generate for this long instead, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with_all = ["count", "shard"])]
    pub duration: Option<Duration>,
    /// First index
    #[arg(long, value_name = "INDEX", default_value_t = 0, value_parser = parse_count)]
    pub start: u64,
    /// Only the K-th (from 0) of M contiguous slices of the run
    #[arg(long, value_name = "K/M")]
    pub shard: Option<Shard>,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// What to write for a unit
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
    /// The prepared form.
    #[command(flatten)]
    pub prepared: PreparedArgs,
    /// Write to this file, - for stdout; regular files appear when they are complete
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The form of the output.
    #[command(flatten)]
    pub form: OutputArgs,
    /// How it can be resumed.
    #[command(flatten)]
    pub checkpoint: CheckpointArgs,
    /// Write units in the order of their indexes (the default)
    #[arg(long, overrides_with = "unordered")]
    pub ordered: bool,
    /// Write units as they come
    #[arg(long, overrides_with = "ordered")]
    pub unordered: bool,
    /// How much waits for the output: a configuration may say so.
    #[arg(skip)]
    pub queue: Queue,
    /// The filter that keeps units apart.
    #[command(flatten)]
    pub filter: FilterArgs,
}

impl RunArgs {
    /// Which part of the run is asked for.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked {
            start: self.start,
            count: self.count,
            duration: self.duration,
            shard: self.shard,
        }
    }
}

/// Where a seed comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EntropySource {
    /// The operating system
    #[value(alias = "os")]
    Urandom,
    /// The processor, where it has RDSEED
    Hardware,
    /// --seed
    Deterministic,
}

/// State of a unit's generator, in bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StateSize {
    /// xoroshiro128++
    #[value(name = "128")]
    Bits128,
    /// xoshiro256++
    #[default]
    #[value(name = "256")]
    Bits256,
}

impl From<StateSize> for StateBits {
    fn from(size: StateSize) -> Self {
        match size {
            StateSize::Bits128 => Self::Bits128,
            StateSize::Bits256 => Self::Bits256,
        }
    }
}

impl IdentityArgs {
    /// The seed: that which is given, or a new one.
    ///
    /// # Errors
    /// A seed is given where another source is asked for, or none where it is needed, or the source
    /// gives nothing.
    pub fn new_seed(&self) -> Result<Seed, Failure> {
        use EntropySource::{Deterministic, Hardware, Urandom};
        let made: Result<Seed, EntropyError> = match (self.entropy, self.seed) {
            (None | Some(Deterministic), Some(seed)) => Ok(seed),
            (None | Some(Urandom), None) => Seed::from_os(),
            (Some(Hardware), None) => Seed::from_hardware(),
            (Some(Deterministic), None) => {
                let message = "--entropy deterministic takes its seed from --seed";
                return Err(Failure::Usage(message.to_owned()));
            }
            (Some(Urandom | Hardware), Some(_)) => {
                let message = "--seed gives the seed: --entropy names no other source of it";
                return Err(Failure::Usage(message.to_owned()));
            }
        };
        Ok(made?)
    }
}

/// How units are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Unique {
    /// Units may repeat
    #[default]
    None,
    /// A filter drops units that came before, and fewer than 0.01 % of the others
    Probabilistic,
    /// Units can't repeat
    Strict,
}

impl From<Unique> for Uniqueness {
    fn from(unique: Unique) -> Self {
        match unique {
            Unique::None => Self::None,
            Unique::Probabilistic => Self::Probabilistic,
            Unique::Strict => Self::Strict,
        }
    }
}

/// What the tables hold.
#[derive(Debug, Clone, Default, Args)]
pub struct RowsArgs {
    /// How many rows a table holds; TABLE may hold * and ?, with its schema or without; later ones
    /// win [default: as recorded in the database, else none]
    #[arg(long, value_name = "TABLE=N", value_parser = parse_rows, help_heading = IDENTITY)]
    pub rows: Vec<RowCount>,
    /// What the values of the rows depend on: a number below 2^64, decimal or 0x… [default: as
    /// recorded in the database, else 0]
    #[arg(long, value_name = "S", value_parser = parse_data_seed, help_heading = IDENTITY)]
    pub data_seed: Option<u64>,
}

/// `TABLE=N`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCount {
    /// Which tables.
    pub pattern: String,
    /// How many rows each.
    pub count: u64,
}

/// Whether units are written in their prepared form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct PreparedArgs {
    /// Write statements with $1, $2, … for their values, and these apart as "params"; needs
    /// --format jsonl
    #[arg(long)]
    pub prepared: bool,
}

/// What to write for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// Each statement on one line, ended by the grammar's terminator
    #[default]
    Sql,
    /// Each unit as a line {"index":…,"seed":…,"rule":…,"sql":…}; several statements are joined
    /// by terminator and line break
    Jsonl,
    /// Nothing: generate and count
    Null,
}

/// A seed: a decimal number, or 0x and up to 64 hexadecimal digits.
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_seed(text: &str) -> Result<Seed, String> {
    Seed::parse(text).map_err(|error| error.to_string())
}

/// A number in which underscores may group the digits.
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_count(text: &str) -> Result<u64, String> {
    let plain = text.starts_with(|first: char| first.is_ascii_digit());
    let digits = text.replace('_', "");
    match digits.parse() {
        Ok(number) if plain => Ok(number),
        _ => Err("give a whole number from 0 to 18446744073709551615".to_owned()),
    }
}

/// A number of indexes of at least 1.
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_interval(text: &str) -> Result<NonZeroU64, String> {
    NonZeroU64::new(parse_count(text)?).ok_or_else(|| "give at least 1".to_owned())
}

/// The largest space of a strict run.
const LARGEST_SPACE: u64 = 1 << 63;

/// A number of indexes from 1 to 2^63.
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_space(text: &str) -> Result<u64, String> {
    match parse_count(text) {
        Ok(space) if (1..=LARGEST_SPACE).contains(&space) => Ok(space),
        _ => Err(format!("give a whole number from 1 to {LARGEST_SPACE}")),
    }
}

/// `TABLE=N`
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_rows(text: &str) -> Result<RowCount, String> {
    // Names may hold an equals sign, numbers may not.
    let parts = text.rsplit_once('=').filter(|(name, _)| !name.is_empty());
    let Some((pattern, count)) = parts else {
        return Err("write it like orders=1000 or '*=1000'".to_owned());
    };
    Ok(RowCount {
        pattern: pattern.to_owned(),
        count: parse_count(count)?,
    })
}

/// A number below 2^64, decimal or 0x….
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_data_seed(text: &str) -> Result<u64, String> {
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => parse_count(text).ok(),
    };
    number.ok_or_else(|| "give a whole number below 2^64, decimal or 0x…".to_owned())
}

/// A time such as 30s or 5m.
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}; write it like 30s or 5m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_counts_name_tables() {
        let parsed = parse_rows("a=b=1_000");
        assert_eq!(
            parsed.map(|it| (it.pattern, it.count)),
            Ok(("a=b".to_owned(), 1_000))
        );
        for bad in ["", "t", "=1", "t=", "t=x", "t=-1"] {
            assert!(parse_rows(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_data_seed("0xff"), Ok(255));
        assert!(parse_data_seed("0x+f").is_err());
    }

    #[test]
    fn counts_may_be_grouped() {
        assert_eq!(parse_count("1_000_000"), Ok(1_000_000));
        for bad in ["", "_1", "+1", "-1", "1e6", "18446744073709551616"] {
            assert!(parse_count(bad).is_err(), "{bad}");
        }
    }
}
