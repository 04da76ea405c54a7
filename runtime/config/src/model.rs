//! What can be configured.

use crate::read::{Section, Setting};
use crate::value::{self, Interval};
use rqg_runtime::dialect::{Database, Dialect};
use rqg_runtime::entropy::Seed;
use rqg_runtime::values::Pattern;
use std::num::NonZeroU32;

/// All of a configuration. What is not given is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Where randomness comes from.
    pub entropy: Entropy,
    /// How the work is spread.
    pub threading: Threading,
    /// What the tables hold, and what values look like.
    pub data: Data,
    /// How units are kept apart.
    pub uniqueness: Uniqueness,
    /// What the units are for.
    pub databases: Databases,
    /// What is told while a run goes on.
    pub monitoring: Monitoring,
}

/// Where the master key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrimarySource {
    /// The operating system.
    Urandom,
    /// The processor.
    Hardware,
    /// The seed.
    Deterministic,
}

/// Where randomness comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entropy {
    /// Where the master key comes from.
    pub primary_source: Option<Setting<PrimarySource>>,
    /// The seed of a deterministic run.
    pub seed: Option<Setting<Seed>>,
    /// The state of a unit's generator, in bits.
    pub state_bits: Option<Setting<u16>>,
    /// A new master key is taken after so many units.
    pub reseed_interval: Option<Setting<u64>>,
}

/// How the work is spread.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Threading {
    /// Worker threads.
    pub num_threads: Option<Setting<u16>>,
    /// Units that wait for the output at most.
    pub queue_size: Option<Setting<u64>>,
    /// Units that a worker makes at a time.
    pub batch_size: Option<Setting<u64>>,
    /// The share of the queue that makes workers wait.
    pub backpressure_threshold: Option<Setting<f64>>,
}

/// What the tables hold, and what values look like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    /// The key of the rows.
    pub seed: Option<Setting<u64>>,
    /// How many statements a connection keeps prepared.
    pub cache_size: Option<Setting<NonZeroU32>>,
    /// How many rows tables hold, by name or pattern.
    pub rows: Vec<(String, Setting<u64>)>,
    /// How numbers are distributed.
    pub numeric: Option<Setting<Shape>>,
    /// How texts are distributed.
    pub string: Option<Setting<Shape>>,
    /// How dates and times are distributed.
    pub date: Option<Setting<Shape>>,
    /// Columns that depend on each other.
    pub correlations: Vec<Correlation>,
    /// How columns of a meaning are filled, by its name.
    pub domains: Vec<(String, Domain)>,
}

/// A distribution, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All alike.
    Uniform,
    /// Around a mean.
    Normal,
    /// Around a mean of the logarithm.
    LogNormal,
    /// Falling from the low end.
    Exponential,
    /// Few that are very common.
    Zipf,
    /// A long tail.
    Pareto,
}

/// How columns depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependence {
    /// Each is at least the one before.
    Sequential,
    /// The last follows from the others.
    Derived,
    /// The first determines the others.
    Functional,
}

/// Columns that depend on each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// The columns.
    pub fields: Setting<Vec<String>>,
    /// How.
    pub dependence: Setting<Dependence>,
    /// What holds.
    pub constraint: Option<Setting<String>>,
}

/// What fills columns of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainGenerator {
    /// Data as people have it.
    Faker,
    /// A pattern.
    Regex,
}

/// How columns of a meaning are filled.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// By what.
    pub generator: Setting<DomainGenerator>,
    /// Of which country, such as `en_US`.
    pub locale: Option<Setting<String>>,
    /// The pattern of [`DomainGenerator::Regex`].
    pub pattern: Option<Setting<String>>,
}

/// How units are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They may repeat.
    None,
    /// A filter drops those that came before.
    Probabilistic,
    /// They can't repeat.
    Strict,
}

/// How units are kept apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Uniqueness {
    /// How.
    pub mode: Option<Setting<Mode>>,
    /// How many indexes a strict run has.
    pub space: Option<Setting<u64>>,
    /// The share of good units that a filter may drop.
    pub false_positive_rate: Option<Setting<f64>>,
    /// The memory of a filter, in bytes.
    pub bloom_filter_size: Option<Setting<u64>>,
    /// The units after which the filter takes a further part.
    pub rotation_interval: Option<Setting<u64>>,
}

/// What the units are for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Databases {
    /// The database.
    pub primary: Option<Setting<Dialect>>,
    /// Another one: only what both can run is made.
    pub secondary: Option<Setting<Dialect>>,
    /// Features that are to be used.
    pub features: Option<Setting<Vec<String>>>,
    /// Features that are not to be used.
    pub disabled_features: Option<Setting<Vec<String>>>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Units a second.
    Qps,
    /// Bytes written.
    Bytes,
    /// Memory in use.
    Memory,
    /// Processor time.
    Cpu,
    /// The share of units that were new.
    UniquenessRate,
    /// How busy the workers are.
    ThreadUtilization,
    /// What waits for the output.
    QueueDepth,
    /// How full the filter is.
    FilterFill,
    /// What caches spare.
    CacheHitRate,
}

/// What is told while a run goes on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Monitoring {
    /// Whether anything is.
    pub enable: Option<Setting<bool>>,
    /// How often.
    pub interval: Option<Setting<Interval>>,
    /// What.
    pub metrics: Option<Setting<Vec<Metric>>>,
}

const SOURCES: &[(&str, PrimarySource)] = &[
    ("urandom", PrimarySource::Urandom),
    ("hardware", PrimarySource::Hardware),
    ("deterministic", PrimarySource::Deterministic),
];

const SHAPES: &[(&str, Shape)] = &[
    ("uniform", Shape::Uniform),
    ("normal", Shape::Normal),
    ("lognormal", Shape::LogNormal),
    ("exponential", Shape::Exponential),
    ("zipfian", Shape::Zipf),
    ("zipf", Shape::Zipf),
    ("pareto", Shape::Pareto),
];

const MODES: &[(&str, Mode)] = &[
    ("none", Mode::None),
    ("probabilistic", Mode::Probabilistic),
    ("strict", Mode::Strict),
];

const METRICS: &[(&str, Metric)] = &[
    ("qps", Metric::Qps),
    ("bytes", Metric::Bytes),
    ("memory", Metric::Memory),
    ("cpu", Metric::Cpu),
    ("uniqueness_rate", Metric::UniquenessRate),
    ("thread_utilization", Metric::ThreadUtilization),
    ("queue_depth", Metric::QueueDepth),
    ("filter_fill", Metric::FilterFill),
    ("cache_hit_rate", Metric::CacheHitRate),
];

/// The largest space of a strict run.
const LARGEST_SPACE: u64 = 1 << 63;

/// The most statements that a connection keeps prepared.
pub const LARGEST_CACHE: u32 = 1_000_000;

/// The most units that wait or are made at a time.
const LARGEST_QUEUE: u64 = 1 << 30;

impl Config {
    /// Reads all keys.
    #[must_use]
    pub fn read(mut root: Section<'_, '_>) -> Self {
        root.ignore("vars");
        let config = Self {
            entropy: root.section("entropy", Entropy::read),
            threading: root.section("threading", Threading::read),
            data: root.section("data", Data::read),
            uniqueness: root.section("uniqueness", Uniqueness::read),
            databases: root.section("databases", Databases::read),
            monitoring: root.section("monitoring", Monitoring::read),
        };
        root.finish();
        config
    }
}

impl Entropy {
    fn read(section: &mut Section<'_, '_>) -> Self {
        let read = Self {
            primary_source: section.get("primary_source", value::choice(SOURCES)),
            seed: section.get("seed", value::seed),
            state_bits: section.get("state_bits", value::choice(&[("128", 128), ("256", 256)])),
            reseed_interval: section.get("reseed_interval", value::count(1..=u64::MAX)),
        };
        if let (Some(source), Some(_)) = (&read.primary_source, &read.seed)
            && source.value != PrimarySource::Deterministic
        {
            let help = "leave the seed out, or write primary_source = \"deterministic\"";
            section.refuse("primary_source", source, "a seed is given as well", help);
        }
        read
    }
}

impl Threading {
    fn read(section: &mut Section<'_, '_>) -> Self {
        let threads = section.get("num_threads", value::count(1..=u64::from(u16::MAX)));
        Self {
            num_threads: threads.map(|it| Setting {
                value: it.value as u16,
                place: it.place,
            }),
            queue_size: section.get("queue_size", value::count(1..=LARGEST_QUEUE)),
            batch_size: section.get("batch_size", value::count(1..=LARGEST_QUEUE)),
            backpressure_threshold: section.get("backpressure_threshold", value::share),
        }
    }
}

/// A size that is read is at least 1.
fn cache_size(section: &mut Section<'_, '_>) -> Option<Setting<NonZeroU32>> {
    let size = section.get("cache_size", value::count(1..=u64::from(LARGEST_CACHE)))?;
    Some(Setting {
        value: NonZeroU32::new(size.value as u32)?,
        place: size.place,
    })
}

impl Data {
    fn read(section: &mut Section<'_, '_>) -> Self {
        let (numeric, string, date) = section.section("distributions", |section| {
            let shape = || value::choice(SHAPES);
            (
                section.get("numeric", shape()),
                section.get("string", shape()),
                section.get("date", shape()),
            )
        });
        Self {
            seed: section.get("seed", value::data_seed),
            cache_size: cache_size(section),
            rows: section.section("rows", |section| section.each(value::count(0..=u64::MAX))),
            numeric,
            string,
            date,
            correlations: section.list("correlations", Correlation::read),
            domains: section.section("domains", |section| {
                let domain = |name: &str, section: &mut Section<'_, '_>| {
                    Domain::read(section).map(|domain| (name.to_owned(), domain))
                };
                section.each_section(domain)
            }),
        }
    }
}

impl Correlation {
    fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        const KINDS: &[(&str, Dependence)] = &[
            ("sequential", Dependence::Sequential),
            ("derived", Dependence::Derived),
            ("functional", Dependence::Functional),
        ];
        let fields = section.required("fields", value::texts, "it names the columns");
        let dependence = section.required("type", value::choice(KINDS), "it says how");
        let constraint = section.get("constraint", value::text);
        if let Some(fields) = fields.as_ref().filter(|fields| fields.value.len() < 2) {
            section.refuse(
                "fields",
                fields,
                "these are fewer than two columns",
                "name two",
            );
        }
        Some(Self {
            fields: fields?,
            dependence: dependence?,
            constraint,
        })
    }
}

impl Domain {
    fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        const GENERATORS: &[(&str, DomainGenerator)] = &[
            ("faker", DomainGenerator::Faker),
            ("regex", DomainGenerator::Regex),
        ];
        let generator = value::choice(GENERATORS);
        let generator = section.required("generator", generator, "it makes the values");
        let locale = section.get("locale", value::text);
        let pattern = section.get("pattern", value::text);
        let kind = generator.as_ref().map(|generator| generator.value);
        if let Some(pattern) = &pattern {
            if let Err(error) = Pattern::new(&pattern.value) {
                let message = format!("no texts can be made from this pattern: {error}");
                section.refuse("pattern", pattern, &message, "correct the pattern");
            } else if kind == Some(DomainGenerator::Faker) {
                let help = "patterns are for generator = \"regex\"";
                section.refuse("pattern", pattern, "it has no use here", help);
            }
        } else if kind == Some(DomainGenerator::Regex) {
            section.missing("pattern", "generator = \"regex\" makes its values from it");
        }
        Some(Self {
            generator: generator?,
            locale,
            pattern,
        })
    }
}

impl Uniqueness {
    fn read(section: &mut Section<'_, '_>) -> Self {
        Self {
            mode: section.get("mode", value::choice(MODES)),
            space: section.get("space", value::count(1..=LARGEST_SPACE)),
            false_positive_rate: section.get("false_positive_rate", value::share),
            bloom_filter_size: section.get("bloom_filter_size", value::size),
            rotation_interval: section.get("rotation_interval", value::count(1..=u64::MAX)),
        }
    }
}

impl Databases {
    fn read(section: &mut Section<'_, '_>) -> Self {
        // What was written as `version` was given to the database before it when the file was read.
        section.ignore("version");
        let primary = dialect(section, "primary", "primary_version");
        let secondary = dialect(section, "secondary", "secondary_version");
        if let Some(secondary) = secondary.as_ref().filter(|_| !section.has("primary")) {
            let help = "name the first database with primary = …";
            section.refuse("secondary", secondary, "there is no primary", help);
        }
        Self {
            primary,
            secondary,
            features: section.get("features", value::feature_names),
            disabled_features: section.get("disabled_features", value::feature_names),
        }
    }
}

/// A database with its version.
fn dialect(
    section: &mut Section<'_, '_>,
    name: &'static str,
    version_name: &'static str,
) -> Option<Setting<Dialect>> {
    let database: Option<Setting<Database>> = section.get(name, value::database);
    let version = section.get(version_name, value::version);
    let Some(database) = database else {
        if let Some(version) = version {
            let help = format!("write {name} = … before it");
            section.refuse(version_name, &version, "there is no database for it", &help);
        }
        return None;
    };
    let text = match &version {
        Some(version) => format!("{}@{}", database.value.name(), version.value),
        None => database.value.name().to_owned(),
    };
    match text.parse() {
        Ok(dialect) => Some(Setting {
            value: dialect,
            place: database.place,
        }),
        Err(error) => {
            let place = version.map_or(database.place, |version| version.place);
            let setting = Setting { value: (), place };
            let help = "PostgreSQL is supported from 12 on, YugabyteDB from 2.14 on";
            section.refuse(version_name, &setting, &format!("{error}"), help);
            None
        }
    }
}

impl Monitoring {
    fn read(section: &mut Section<'_, '_>) -> Self {
        Self {
            enable: section.get("enable", value::boolean),
            interval: section.get("interval", value::interval),
            metrics: section.get("metrics", value::choices(METRICS)),
        }
    }
}
