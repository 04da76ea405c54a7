//! `--config`: a configuration as if its keys were flags, where no flag says otherwise.

pub mod show;

use crate::cli::{
    ConfigArgs, DataArgs, ExecArgs, GenerateArgs, IdentityArgs, ShowArgs, SteeringArgs, Wanted,
};
use crate::failure::Failure;
use crate::monitoring::MonitorArgs;
use crate::terminal;
use rqg_cli::args::{EntropySource, RowCount, RowsArgs, StateSize, Unique};
use rqg_cli::filter::FilterArgs;
use rqg_config::keys::without_effect;
use rqg_config::{Config, Environment, Mode, Place, PrimarySource, Problem, Reading, Setting};
use rqg_runtime::dialect::{Database, Dialect};
use rqg_runtime::engine::Queue;
use rqg_runtime::features;
use std::num::NonZeroU64;
use std::path::Path;

/// Reads the file that `--config` names. Prints what is wrong with it, and warnings.
pub fn read(path: Option<&Path>) -> Result<Option<Reading>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let environment: Environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let reading = Reading::of_file(path, &environment);
    let reading = reading.map_err(|cause| Failure::read(path, cause))?;
    if !reading.problems.is_empty() {
        let report = reading.render(rqg_cli::terminal::stderr_is_terminal());
        terminal::note(report.trim_end());
        return Err(Failure::Reported);
    }
    warn_without_effect(&reading);
    Ok(Some(reading))
}

/// Names the keys that are read but that nothing follows yet, in one line.
fn warn_without_effect(reading: &Reading) {
    let mut named: Vec<&str> = Vec::new();
    for given in &reading.given {
        if let Some(key) = without_effect(&given.path)
            && !named.contains(&key)
        {
            named.push(key);
        }
    }
    if let Some(file) = reading.files.first().filter(|_| !named.is_empty()) {
        terminal::note(&format!(
            "warning: {}: no effect in this version: {}",
            file.name,
            named.join(", ")
        ));
    }
}

/// The arguments of `generate`, with what the configuration says where they say nothing.
pub fn generate(args: &GenerateArgs) -> Result<GenerateArgs, Failure> {
    let mut args = args.clone();
    if let Some(reading) = read(args.identity.config.as_deref())? {
        apply_identity(&reading, &mut args.identity)?;
        apply_threads(&reading, &mut args.run.threads);
        apply_filter(&reading, &args.identity, &mut args.run.filter);
        let threading = &reading.config.threading;
        args.run.queue = Queue {
            size: value(&threading.queue_size),
            batch: value(&threading.batch_size),
            threshold: value(&threading.backpressure_threshold),
        };
        apply_monitoring(&reading.config, &mut args.monitor);
    }
    Ok(args)
}

/// As [`generate`], for `show`.
pub fn show(args: &ShowArgs) -> Result<ShowArgs, Failure> {
    let mut args = args.clone();
    if let Some(reading) = read(args.identity.config.as_deref())? {
        apply_identity(&reading, &mut args.identity)?;
    }
    Ok(args)
}

/// As [`generate`], for `exec`.
pub fn exec(args: &ExecArgs) -> Result<ExecArgs, Failure> {
    let mut args = args.clone();
    if let Some(reading) = read(args.identity.config.as_deref())? {
        apply_identity(&reading, &mut args.identity)?;
        apply_filter(&reading, &args.identity, &mut args.filter);
        let size = value(&reading.config.data.cache_size);
        args.cache.cache_size = args.cache.cache_size.or(size);
        apply_monitoring(&reading.config, &mut args.monitor);
    }
    Ok(args)
}

/// As [`generate`], for `data`.
pub fn data(args: &DataArgs) -> Result<DataArgs, Failure> {
    let mut args = args.clone();
    if let Some(reading) = read(args.config.as_deref())? {
        apply_rows(&reading.config, &mut args.rows);
        if args.load.is_none() {
            apply_threads(&reading, &mut args.threads);
        }
    }
    Ok(args)
}

/// What a configuration comes to, for `config`: as for `generate`, but with nothing to generate.
pub fn check(args: &ConfigArgs, reading: &Reading) -> Result<(), Failure> {
    let mut identity = IdentityArgs {
        steering: SteeringArgs::default(),
        grammar: String::new(),
        run: args.identity.clone(),
        interpret: false,
        config: None,
        wanted: Vec::new(),
    };
    apply_identity(reading, &mut identity)?;
    apply_threads(reading, &mut args.run.threads.clone());
    apply_filter(reading, &identity, &mut args.run.filter.clone());
    let mut dialects = identity.run.dialect;
    if dialects.is_empty() {
        dialects.push(Dialect::default());
    }
    warn_of_missing(&identity.wanted, &dialects, &identity.run.enable);
    Ok(())
}

/// What decides the text of a unit.
fn apply_identity(reading: &Reading, identity: &mut IdentityArgs) -> Result<(), Failure> {
    let config = &reading.config;
    let args = &mut identity.run;
    if args.seed.is_none() && args.entropy.is_none() {
        let entropy = &config.entropy;
        args.seed = entropy.seed.as_ref().map(|seed| seed.value);
        let source = entropy.primary_source.as_ref();
        args.entropy = source.map(|source| match source.value {
            PrimarySource::Urandom => EntropySource::Urandom,
            PrimarySource::Hardware => EntropySource::Hardware,
            PrimarySource::Deterministic => EntropySource::Deterministic,
        });
        if args.entropy == Some(EntropySource::Deterministic) && args.seed.is_none() {
            let message = "entropy.primary_source: \"deterministic\" takes the seed from the user, \
                           and there is none";
            let problem = Problem::new(message, source.and_then(|source| source.place));
            let problem = problem.help("write seed = … beside it, or give --seed");
            return Err(refuse(reading, problem));
        }
    }
    let state_bits = config.entropy.state_bits.as_ref();
    args.state_bits = args.state_bits.or(state_bits.map(|bits| match bits.value {
        128 => StateSize::Bits128,
        _ => StateSize::Bits256,
    }));
    let interval = config.entropy.reseed_interval.as_ref();
    let interval = interval.and_then(|interval| NonZeroU64::new(interval.value));
    args.reseed_interval = args.reseed_interval.or(interval);

    let mode = &config.uniqueness.mode;
    args.unique = args.unique.or(value(mode).map(|mode| match mode {
        Mode::None => Unique::None,
        Mode::Probabilistic => Unique::Probabilistic,
        Mode::Strict => Unique::Strict,
    }));
    let space = &config.uniqueness.space;
    if args.unique == Some(Unique::Strict) {
        args.space = args.space.or(value(space));
    } else if let Some(place) = place(space).filter(|_| value(mode) != Some(Mode::Strict)) {
        of_no_use(reading, "uniqueness.space", place, "strict");
    }

    let databases = &config.databases;
    if args.dialect.is_empty() {
        let dialects = databases.primary.iter().chain(&databases.secondary);
        args.dialect = dialects.map(|dialect| dialect.value.clone()).collect();
    }
    if let Some(disabled) = &databases.disabled_features {
        let names = disabled.value.iter();
        let names = names.filter(|name| !args.enable.contains(name));
        args.disable.extend(names.cloned());
    }
    apply_rows(config, &mut args.rows);
    if let Some(features) = &databases.features {
        let origin = reading.origin(features.place);
        let wanted = features.value.iter().map(|name| Wanted {
            feature: name.clone(),
            origin: origin.clone(),
        });
        identity.wanted = wanted.collect();
    }
    Ok(())
}

fn apply_rows(config: &Config, args: &mut RowsArgs) {
    let rows = config.data.rows.iter().map(|(pattern, count)| RowCount {
        pattern: pattern.clone(),
        count: count.value,
    });
    // Later ones win: those of flags.
    args.rows = rows.chain(std::mem::take(&mut args.rows)).collect();
    let seed = config.data.seed.as_ref().map(|seed| seed.value);
    args.data_seed = args.data_seed.or(seed);
}

/// Statistics that are switched on go to standard error, unless a flag names a file.
fn apply_monitoring(config: &Config, args: &mut MonitorArgs) {
    let monitoring = &config.monitoring;
    if args.stats.is_none() {
        if value(&monitoring.enable) != Some(true) {
            return;
        }
        args.stats = Some("-".into());
    }
    args.stats_every = args.stats_every.or(value(&monitoring.interval));
    args.figures = monitoring.metrics.as_ref().map(|it| it.value.clone());
}

/// More threads than cores only get in each other's way.
fn apply_threads(reading: &Reading, threads: &mut Option<u16>) {
    let Some(asked) = &reading.config.threading.num_threads else {
        return;
    };
    if threads.is_some() {
        return;
    }
    let cores = cores();
    if asked.value > cores {
        let message = format!(
            "threading.num_threads: {} is more than the {cores} cores of this machine; {cores} \
             are used",
            asked.value
        );
        warn(reading, &Problem::new(message, asked.place));
    }
    *threads = Some(asked.value.min(cores));
}

/// The cores of this machine.
fn cores() -> u16 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    u16::try_from(cores).unwrap_or(u16::MAX)
}

/// How large a filter is: of use where there is one.
fn apply_filter(reading: &Reading, identity: &IdentityArgs, args: &mut FilterArgs) {
    let asked = &reading.config.uniqueness;
    if identity.run.unique == Some(Unique::Probabilistic) {
        let (size, rate) = (&asked.bloom_filter_size, &asked.false_positive_rate);
        let interval = &asked.rotation_interval;
        args.bloom_filter_size = args.bloom_filter_size.or(value(size));
        args.false_positive_rate = args.false_positive_rate.or(value(rate));
        args.rotation_interval = args.rotation_interval.or(value(interval));
        return;
    }
    if asked.mode.as_ref().map(|mode| mode.value) == Some(Mode::Probabilistic) {
        // A flag chose another mode.
        return;
    }
    for (key, place) in [
        ("bloom_filter_size", place(&asked.bloom_filter_size)),
        ("false_positive_rate", place(&asked.false_positive_rate)),
        ("rotation_interval", place(&asked.rotation_interval)),
    ] {
        if let Some(place) = place {
            of_no_use(
                reading,
                &format!("uniqueness.{key}"),
                place,
                "probabilistic",
            );
        }
    }
}

fn value<T: Copy>(setting: &Option<Setting<T>>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value)
}

/// The place of a setting, if it is given.
fn place<T>(setting: &Option<Setting<T>>) -> Option<Option<Place>> {
    setting.as_ref().map(|setting| setting.place)
}

fn of_no_use(reading: &Reading, key: &str, place: Option<Place>, mode: &str) {
    let message = format!("{key}: of no use unless uniqueness.mode = \"{mode}\"");
    warn(reading, &Problem::new(message, place));
}

fn warn(reading: &Reading, problem: &Problem) {
    terminal::note(&format!("warning: {}", problem.line(&reading.files)));
}

/// Prints an error of the configuration that only shows beside the flags.
fn refuse(reading: &Reading, problem: Problem) -> Failure {
    let colour = rqg_cli::terminal::stderr_is_terminal();
    let report = rqg_config::problem::render(&[problem], &reading.files, colour);
    terminal::note(report.trim_end());
    Failure::Reported
}

/// Warns of features that the configuration wants and a dialect lacks: they stay off.
pub fn warn_of_missing(wanted: &[Wanted], dialects: &[Dialect], enabled: &[String]) {
    for wanted in wanted {
        let Some(feature) = features::named(&wanted.feature) else {
            continue;
        };
        let is_enabled = enabled.contains(&wanted.feature);
        let lacking = dialects.iter().find(|it| !feature.enabled(it));
        let Some(dialect) = lacking.filter(|_| !is_enabled) else {
            continue;
        };
        let reason = match (dialect.database, feature.postgresql, feature.yugabytedb) {
            (Database::PostgreSql, Some(major), _) => format!("needs PostgreSQL {major}"),
            (Database::PostgreSql, None, _) => "PostgreSQL does not have it".to_owned(),
            (Database::YugabyteDb, _, Some(major)) => {
                format!("needs a YugabyteDB that is based on PostgreSQL {major}")
            }
            (Database::YugabyteDb, _, None) => "YugabyteDB does not have it".to_owned(),
        };
        terminal::note(&format!(
            "warning: {}: databases.features: {}: {reason}; it stays off for {dialect}",
            wanted.origin, feature.name
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser as _;

    /// The arguments of `generate` with this configuration.
    fn with(config: &str, arguments: &[&str]) -> GenerateArgs {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        let path = file.path().to_str().unwrap();
        let line = ["rqgc", "generate", "crud", "--config", path];
        match Cli::parse_from(line.iter().chain(arguments)).command {
            Command::Generate(args) => generate(&args).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn threading_reaches_the_engine() {
        let config = "threading {
            num_threads = 1, queue_size = 10_000, batch_size = 1000, backpressure_threshold = 80%
        }";
        let args = with(config, &[]);
        assert_eq!(args.run.threads, Some(1));
        let queue = Queue {
            size: Some(10_000),
            batch: Some(1000),
            threshold: Some(0.8),
        };
        assert_eq!(args.run.queue, queue);
        assert_eq!(with(config, &["--threads", "7"]).run.threads, Some(7));
        let clamped = with("threading.num_threads = 65535", &[]);
        assert_eq!(clamped.run.threads, Some(cores()));
        assert_eq!(with("", &[]).run.queue, Queue::default());
    }

    #[test]
    fn the_rows_of_flags_come_last() {
        let args = with("data.rows.orders = 5", &["--rows", "orders=6"]);
        let counts: Vec<_> = args
            .identity
            .run
            .rows
            .rows
            .iter()
            .map(|it| it.count)
            .collect();
        assert_eq!(counts, [5, 6]);
    }
}
