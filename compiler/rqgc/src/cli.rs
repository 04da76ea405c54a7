//! The command line, defined once: parsing, help, completions and the manual page come from here.

use crate::monitoring::MonitorArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rqg_cli::args::{
    IDENTITY, OutputFormat, PreparedArgs, RowsArgs, RunArgs, Unique, parse_count, parse_duration,
};
use rqg_cli::filter::FilterArgs;
use rqg_compiler::steering::{Steering, Weight};
use rqg_config::LARGEST_CACHE;
use rqg_runtime::engine::Shard;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

/// Generate valid, schema-aware SQL from random-query grammars.
#[derive(Debug, Parser)]
#[command(
    name = "rqgc",
    version,
    arg_required_else_help = true,
    after_help = EXIT_STATUS,
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "\
Exit status: 0 done, 1 the input is wrong, 2 wrong usage, 3 the environment failed,
4 not all that was asked could be had, 130 interrupted.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the bundled grammars
    List,
    /// Check grammars and print all diagnostics
    Check(CheckArgs),
    /// Write grammars in their canonical form, comments kept
    Fmt(FmtArgs),
    /// Explain a diagnostic, with an example
    Explain {
        /// A code such as RQG0101
        code: String,
    },
    /// Tell which rules a grammar reaches, and its expected size and depth
    Analyze(AnalyzeArgs),
    /// Make a native generator of a grammar: Rust code, a crate or an executable
    Compile(CompileArgs),
    /// Make a new grammar package
    New(NewArgs),
    /// Generate units
    Generate(GenerateArgs),
    /// Run units on a server and tell how they fared
    Exec(ExecArgs),
    /// Make one unit again
    Show(ShowArgs),
    /// Print a schema as DDL
    Schema(SchemaArgs),
    /// Make the rows that tables hold
    Data(DataArgs),
    /// Check a configuration, and print what it comes to
    Config(ConfigArgs),
    /// Print a completion script
    Completions {
        /// For this shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Grammars: paths, or names of bundled ones
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// How to print the diagnostics: for people on stderr, or as lines of JSON on stdout
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Grammars
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Change nothing; name the files that are not in canonical form and exit with 1
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// A path to a .rqg file, or the name of a bundled grammar
    pub grammar: String,
    #[command(flatten)]
    pub run: rqg_cli::args::IdentityArgs,
    #[command(flatten)]
    pub steering: SteeringArgs,
    /// Of how many units to say how many differ
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1_000_000, value_parser = parse_count)]
    pub count: u64,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

#[derive(Debug, Args)]
pub struct CompileArgs {
    /// A path to a .rqg file, or the name of a bundled grammar
    pub grammar: String,
    /// Write to this file, or directory for a crate; it appears when it is complete
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// What to make
    #[arg(long, value_enum, default_value_t)]
    pub emit: Emit,
    #[command(flatten)]
    pub steering: SteeringArgs,
    #[command(flatten)]
    pub runtime: RuntimeArgs,
    /// The cargo profile of an executable
    #[arg(long, value_name = "NAME", default_value = "release")]
    pub profile: String,
    /// Where cargo keeps what it builds for an executable [default: CARGO_TARGET_DIR, else a cache
    /// of the user]
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
    /// Show what cargo says even if stderr is no terminal
    #[arg(short, long)]
    pub verbose: bool,
}

/// Where the crates come from that a native generator builds on.
#[derive(Debug, Args)]
#[group(skip)]
pub struct RuntimeArgs {
    /// Take the runtime from a checkout of rqg, from a git repository, or in this version from the
    /// registry [default: the source that rqgc was built from if it is still there, else the
    /// version of rqgc]
    #[arg(long, value_name = "PATH|GIT-URL|VERSION")]
    pub runtime: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Emit {
    /// The generated module, for a crate that depends on rqg-runtime
    Rust,
    /// A crate that builds by itself
    Crate,
    /// One self-contained executable, built with cargo
    #[default]
    Bin,
}

#[derive(Debug, Args)]
pub struct NewArgs {
    /// Its name: lower-case letters, digits and underscores
    pub name: String,
    /// The directory to make [default: NAME in the current one]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub runtime: RuntimeArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportFormat {
    /// For people
    #[default]
    Human,
    /// For tools
    Json,
}

/// How the mix of a grammar's derivations is changed.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub struct SteeringArgs {
    /// Give an alternative of a rule, by its number or by what it begins with, another weight; 0
    /// leaves it out. May be given several times
    #[arg(long, value_name = "RULE.ALTERNATIVE=W", help_heading = IDENTITY)]
    pub weight: Vec<Weight>,
    /// Make only units that use this rule, or another one that is named so
    #[arg(long, value_name = "RULE", help_heading = IDENTITY)]
    pub only: Vec<String>,
    /// Make only units that do not use this rule. May be given several times
    #[arg(long, value_name = "RULE", help_heading = IDENTITY)]
    pub without: Vec<String>,
}

impl SteeringArgs {
    /// As the compiler takes it.
    pub fn steering(&self) -> Steering {
        Steering {
            weights: self.weight.clone(),
            only: self.only.clone(),
            without: self.without.clone(),
        }
    }
}

/// What decides the text of a unit, and what makes it.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub struct IdentityArgs {
    /// A path to a .rqg file, or the name of a bundled grammar
    pub grammar: String,
    #[command(flatten)]
    pub run: rqg_cli::args::IdentityArgs,
    #[command(flatten)]
    pub steering: SteeringArgs,
    /// Force the interpreter: bundled grammars are compiled, other ones are interpreted anyway
    #[arg(long)]
    pub interpret: bool,
    /// Read settings from this file in HOCON; flags win over it
    #[arg(long, value_name = "FILE.conf")]
    pub config: Option<PathBuf>,
    /// Features that the configuration wants.
    #[arg(skip)]
    pub wanted: Vec<Wanted>,
}

impl IdentityArgs {
    /// Whether units of the run differ.
    pub fn is_unique(&self) -> bool {
        self.run.unique.is_some_and(|mode| mode != Unique::None)
    }
}

/// A feature that a configuration wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub feature: String,
    /// Where it says so, as `file:line`.
    pub origin: String,
}

#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The configuration, in HOCON
    #[arg(long, value_name = "FILE.conf")]
    pub config: Option<PathBuf>,
    /// Print each key, its value and where that comes from; else the file is only checked
    #[arg(long)]
    pub print: bool,
    #[command(flatten)]
    pub identity: rqg_cli::args::IdentityArgs,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub cache: CacheArgs,
    #[command(flatten)]
    pub monitor: MonitorArgs,
}

#[derive(Debug, Clone, Args)]
pub struct GenerateArgs {
    #[command(flatten)]
    pub identity: IdentityArgs,
    /// Read the schema from this database
    #[arg(long, value_name = "URL", conflicts_with = "schema", help_heading = IDENTITY)]
    pub dsn: Option<String>,
    #[command(flatten)]
    pub run: RunArgs,
    /// Tell which rules and alternatives were used how often: as text in FILE, as JSON in FILE.json,
    /// or as the coloured grammar in FILE.html
    #[arg(long, value_name = "FILE")]
    pub coverage: Option<PathBuf>,
    /// Show progress on stderr; auto: if it is a terminal that does not show the output as well
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub progress: When,
    #[command(flatten)]
    pub monitor: MonitorArgs,
}

#[derive(Debug, Clone, Args)]
pub struct ExecArgs {
    #[command(flatten)]
    pub identity: IdentityArgs,
    /// The database: postgresql://USER@HOST:PORT/NAME, or 'host=… dbname=…'; the password may be in
    /// PGPASSWORD. Its schema is read, unless --schema gives one
    #[arg(long, value_name = "URL")]
    pub dsn: String,
    /// How many units the whole run has
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = parse_count)]
    pub count: u64,
    /// Run for this long instead, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with_all = ["count", "shard"])]
    pub duration: Option<Duration>,
    /// First index
    #[arg(long, value_name = "INDEX", default_value_t = 0, value_parser = parse_count)]
    pub start: u64,
    /// Only the K-th (from 0) of M contiguous slices of the run
    #[arg(long, value_name = "K/M")]
    pub shard: Option<Shard>,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Connections that run units at the same time
    #[arg(short, long, value_name = "C", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub connections: u16,
    /// Execute units in their prepared form: statements with $1, $2, … for their values, each
    /// prepared once on a connection
    #[arg(long)]
    pub prepared: bool,
    #[command(flatten)]
    pub cache: CacheArgs,
    /// A statement may take this long, such as 10s or 500ms; 0s: as long as it likes
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub statement_timeout: Duration,
    /// Stop and exit with 4 when more units than this have failed
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = parse_count)]
    pub max_failures: u64,
    /// Repeat a transaction at most so often after a serialization failure or a deadlock
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub retries: u32,
    /// Try for this long to get a lost connection again
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub reconnect: Duration,
    /// Which errors are expected, by SQLSTATE and kind of statement
    #[arg(long, value_name = "FILE.toml", help_heading = FINDINGS)]
    pub policy: Option<PathBuf>,
    /// Failures that are known, by SQLSTATE and message: counted, but no failures of the run
    #[arg(long, value_name = "FILE.toml", help_heading = FINDINGS)]
    pub known: Option<PathBuf>,
    /// Keep each distinct failure in DIR/findings.jsonl, with the command that makes it again
    #[arg(long, value_name = "DIR", help_heading = FINDINGS)]
    pub findings: Option<PathBuf>,
    /// Write the result as junit=FILE or json=FILE; may be given for both
    #[arg(long, value_name = "FORM=FILE", value_parser = parse_report, help_heading = FINDINGS)]
    pub report: Vec<(ReportForm, PathBuf)>,
    /// Tell which rules and alternatives were used how often: as text in FILE, as JSON in FILE.json,
    /// or as the coloured grammar in FILE.html
    #[arg(long, value_name = "FILE", help_heading = FINDINGS)]
    pub coverage: Option<PathBuf>,
    /// Show progress on stderr; auto: if it is a terminal
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub progress: When,
    #[command(flatten)]
    pub monitor: MonitorArgs,
}

/// What is kept prepared.
#[derive(Debug, Clone, Default, Args)]
pub struct CacheArgs {
    /// With exec --prepared, each connection keeps the N statements prepared that it used last
    /// [default: 512]
    #[arg(long, value_name = "N", value_parser = parse_cache_size)]
    pub cache_size: Option<NonZeroU32>,
}

impl CacheArgs {
    /// How many statements a connection keeps prepared.
    pub fn size(&self) -> NonZeroUsize {
        const DEFAULT: usize = 512;
        let asked = self.cache_size.and_then(|size| {
            let size = usize::try_from(size.get()).ok()?;
            NonZeroUsize::new(size)
        });
        asked
            .or(NonZeroUsize::new(DEFAULT))
            .unwrap_or(NonZeroUsize::MIN)
    }
}

/// A number from 1 to 1,000,000.
fn parse_cache_size(text: &str) -> Result<NonZeroU32, String> {
    let size = parse_count(text)
        .ok()
        .and_then(|size| u32::try_from(size).ok());
    let size = size.filter(|&size| size <= LARGEST_CACHE);
    size.and_then(NonZeroU32::new)
        .ok_or_else(|| format!("give a whole number from 1 to {LARGEST_CACHE}"))
}

const FINDINGS: &str = "Findings";

/// A form of the result of `exec` that tools read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    Junit,
    Json,
}

#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    pub identity: IdentityArgs,
    /// Read the schema from this database
    #[arg(long, value_name = "URL", conflicts_with = "schema", help_heading = IDENTITY)]
    pub dsn: Option<String>,
    /// Which unit
    #[arg(long, value_name = "I", value_parser = parse_count)]
    pub index: u64,
    /// What to write
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
    #[command(flatten)]
    pub prepared: PreparedArgs,
    /// Print the derivation as a tree
    #[arg(long)]
    pub tree: bool,
}

#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// Schema as DDL [default: that of the database to load, else a built-in one]
    #[arg(long, value_name = "FILE.sql")]
    pub schema: Option<PathBuf>,
    #[command(flatten)]
    pub rows: RowsArgs,
    /// How to write the rows
    #[arg(long, value_enum, default_value_t)]
    pub format: DataFormat,
    /// Write a file for each table, and a script to run last, into this directory; files appear
    /// when they are complete [default: one script on stdout]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Load the rows into this database, whose tables exist and are empty, and record them there
    #[arg(long, value_name = "URL", conflicts_with_all = ["output", "format", "shard", "threads"])]
    pub load: Option<String>,
    /// Empty the tables first, and those that reference them
    #[arg(long, requires = "load")]
    pub replace: bool,
    /// Connections that load at the same time
    #[arg(short, long, value_name = "C", default_value_t = 2, requires = "load", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub connections: u16,
    /// Only the K-th (from 0) of M contiguous slices of each table's rows
    #[arg(long, value_name = "K/M")]
    pub shard: Option<Shard>,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Read settings from this file in HOCON; flags win over it
    #[arg(long, value_name = "FILE.conf")]
    pub config: Option<PathBuf>,
    /// Print statistics even if stderr is no terminal
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DataFormat {
    /// COPY … FROM stdin with its data, for psql
    #[default]
    Copy,
    /// CSV with a header; NULL is empty, the empty string is quoted
    Csv,
    /// INSERT statements of up to 100 rows
    Insert,
}

#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The built-in schema, which is used where neither run nor grammar names one
    #[arg(long, required_unless_present = "from")]
    pub default: bool,
    /// The schema of this database, as --dsn reads it: for runs without the server
    #[arg(long, value_name = "URL", conflicts_with = "default")]
    pub from: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// `junit=FILE` or `json=FILE`.
fn parse_report(text: &str) -> Result<(ReportForm, PathBuf), String> {
    let (form, file) = text.split_once('=').unwrap_or((text, ""));
    let form = match form {
        "junit" => ReportForm::Junit,
        "json" => ReportForm::Json,
        _ => return Err("write junit=FILE or json=FILE".to_owned()),
    };
    if file.is_empty() {
        return Err("the name of the file is missing".to_owned());
    }
    Ok((form, PathBuf::from(file)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
