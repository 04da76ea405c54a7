//! What a configuration and the flags come to, key by key, and where each value is from.

use super::cores;
use crate::cli::ConfigArgs;
use clap::ValueEnum;
use rqg_cli::args::EntropySource;
use rqg_config::keys::{KEYS, without_effect};
use rqg_config::path::show;
use rqg_config::text::quoted;
use rqg_config::{Interval, Reading};
use std::collections::BTreeMap;

/// A key's value, in HOCON, and where it is from.
type Line = (String, String);

/// All keys with their values, as a configuration that says the same again.
pub fn resolved(args: &ConfigArgs, reading: Option<&Reading>) -> String {
    let mut known = BTreeMap::new();
    for key in KEYS {
        let line = (key.default.to_owned(), "default".to_owned());
        known.insert(key.path.to_owned(), line);
    }
    let mut extra: Vec<(String, Line)> = Vec::new();
    for given in reading.iter().flat_map(|reading| &reading.given) {
        let origin = reading.map_or_else(String::new, |it| it.origin(given.place));
        let line = (given.text.clone(), origin);
        match known.get_mut(&given.path) {
            Some(known) => *known = line,
            None => extra.push((given.path.clone(), line)),
        }
    }
    threads(reading, &mut known);
    seed(args, &mut known);
    for (path, line) in flags(args) {
        match known.get_mut(&path) {
            Some(known) => *known = line,
            None => {
                extra.retain(|(other, _)| *other != path);
                extra.push((path, line));
            }
        }
    }
    write(&mut known, extra)
}

/// Flags that stand for one key each.
fn flags(args: &ConfigArgs) -> Vec<(String, Line)> {
    let (identity, run) = (&args.identity, &args.run);
    let mut lines = Vec::new();
    let mut add = |path: &str, flag: &str, text: Option<String>| {
        let line = text.map(|text| (path.to_owned(), (text, flag.to_owned())));
        lines.extend(line);
    };
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    add(
        "entropy.state_bits",
        "--state-bits",
        name(identity.state_bits),
    );
    let interval = identity.reseed_interval.map(Into::into);
    add(
        "entropy.reseed_interval",
        "--reseed-interval",
        number(interval),
    );
    let threads = run.threads.map(u64::from);
    add("threading.num_threads", "--threads", number(threads));
    add("data.seed", "--data-seed", number(identity.rows.data_seed));
    let size = args.cache.cache_size.map(|size| size.to_string());
    add("data.cache_size", "--cache-size", size);
    let mode = name(identity.unique).map(|name| quoted(&name));
    add("uniqueness.mode", "--unique", mode);
    add("uniqueness.space", "--space", number(identity.space));
    let rate = run.filter.false_positive_rate.map(|rate| rate.to_string());
    add(
        "uniqueness.false_positive_rate",
        "--false-positive-rate",
        rate,
    );
    let size = number(run.filter.bloom_filter_size);
    add("uniqueness.bloom_filter_size", "--bloom-filter-size", size);
    let interval = number(run.filter.rotation_interval);
    add(
        "uniqueness.rotation_interval",
        "--rotation-interval",
        interval,
    );
    if !identity.disable.is_empty() {
        let names: Vec<_> = identity.disable.iter().map(|it| quoted(it)).collect();
        let text = format!("[{}]", names.join(", "));
        add("databases.disabled_features", "--disable", Some(text));
    }
    if !identity.dialect.is_empty() {
        for (at, owner) in ["primary", "secondary"].into_iter().enumerate() {
            let dialect = identity.dialect.get(at);
            let database = dialect.map(|it| quoted(it.database.name()));
            let version = dialect.map(|dialect| {
                let parts: Vec<_> = dialect.version.iter().map(u32::to_string).collect();
                quoted(&parts.join("."))
            });
            let null = || Some("null".to_owned());
            let path = format!("databases.{owner}");
            add(&path, "--dialect", database.or_else(null));
            let path = format!("{path}_version");
            add(&path, "--dialect", version.or_else(null));
        }
    }
    let stats = args.monitor.stats.as_ref().map(|_| "true".to_owned());
    add("monitoring.enable", "--stats", stats);
    let every = args.monitor.stats_every.map(|every| match every {
        Interval::Units(units) => units.to_string(),
        Interval::Time(time) => quoted(&humantime::format_duration(time).to_string()),
    });
    add("monitoring.interval", "--stats-every", every);
    for rows in &identity.rows.rows {
        let path = show(&["data", "rows", &rows.pattern]);
        add(&path, "--rows", Some(rows.count.to_string()));
    }
    lines
}

/// Without a number it is that of the cores, and never more.
fn threads(reading: Option<&Reading>, known: &mut BTreeMap<String, Line>) {
    let Some(line) = known.get_mut("threading.num_threads") else {
        return;
    };
    let asked = reading.and_then(|it| it.config.threading.num_threads.as_ref());
    let asked = asked.map(|asked| asked.value);
    if let Some(asked) = asked.filter(|asked| *asked > cores()) {
        line.1 += &format!(", of {asked}");
    }
    line.0 = asked
        .map_or(cores(), |asked| asked.min(cores()))
        .to_string();
}

/// A seed that is given names its source, and a source that is given leaves no seed of the file.
fn seed(args: &ConfigArgs, known: &mut BTreeMap<String, Line>) {
    let null = || "null".to_owned();
    let deterministic = || quoted("deterministic");
    let (source, seed) = ("entropy.primary_source", "entropy.seed");
    match (args.identity.seed, args.identity.entropy) {
        (None, None) => {
            let given = known.get(seed).filter(|line| line.1 != "default").cloned();
            let is_open = known.get(source).is_some_and(|line| line.1 == "default");
            if let (Some(given), true) = (given, is_open) {
                known.insert(source.to_owned(), (deterministic(), given.1));
            }
        }
        (given, entropy) => {
            let (flag, name) = match entropy {
                Some(entropy) => ("--entropy", name(Some(entropy))),
                None => ("--seed", name(Some(EntropySource::Deterministic))),
            };
            let text = name.map_or_else(null, |name| quoted(&name));
            known.insert(source.to_owned(), (text, flag.to_owned()));
            let flag = if given.is_some() { "--seed" } else { flag };
            let text = given.map_or_else(null, |given| quoted(&given.to_string()));
            known.insert(seed.to_owned(), (text, flag.to_owned()));
        }
    }
}

/// The lines, those of tables, correlations and domains behind the rest of `data`.
fn write(known: &mut BTreeMap<String, Line>, mut extra: Vec<(String, Line)>) -> String {
    let mut lines: Vec<(String, Line)> = Vec::new();
    extra.sort_by_key(|(path, _)| !path.starts_with("data.rows."));
    let mut extra = Some(extra);
    for key in KEYS {
        if key.path.starts_with("uniqueness.") {
            lines.extend(extra.take().unwrap_or_default());
        }
        lines.extend(known.remove_entry(key.path));
    }
    let width = |(path, line): &(String, Line)| path.len() + line.0.chars().count();
    let widest = lines.iter().map(width).filter(|width| *width <= WIDEST);
    let widest = widest.max().unwrap_or(0);
    let mut out = String::new();
    for entry in &lines {
        let gap = " ".repeat(widest.saturating_sub(width(entry)));
        let (path, (text, origin)) = entry;
        let is_given = origin != "default" && text != "null";
        let note = match without_effect(path) {
            Some(_) if is_given => ", no effect in this version",
            _ => "",
        };
        out.push_str(&format!("{path} = {text}{gap}  // {origin}{note}\n"));
    }
    out
}

/// Longer lines do not move the column of the origins.
const WIDEST: usize = 60;

/// The name of a flag's value.
fn name<T: ValueEnum>(value: Option<T>) -> Option<String> {
    let value = value?.to_possible_value()?;
    Some(value.get_name().to_owned())
}
