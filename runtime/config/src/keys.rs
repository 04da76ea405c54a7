//! The keys that have a value even if nobody gives one, and those that nothing follows yet.

/// A key of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its path.
    pub path: &'static str,
    /// What holds if it is not given, as HOCON writes it; `null`: nothing, or it depends.
    pub default: &'static str,
}

macro_rules! keys {
    ($($path:literal = $default:literal,)*) => {
        /// The keys with a fixed name, in the order in which they are shown. Others are below
        /// `data.rows`, `data.correlations` and `data.domains`.
        pub const KEYS: &[Key] = &[$(Key { path: $path, default: $default }),*];
    };
}

keys! {
    "entropy.primary_source" = "\"urandom\"",
    "entropy.seed" = "null",
    "entropy.state_bits" = "256",
    "entropy.reseed_interval" = "null",
    "threading.num_threads" = "null",
    "threading.queue_size" = "null",
    "threading.batch_size" = "null",
    "threading.backpressure_threshold" = "null",
    "data.seed" = "0",
    "data.cache_size" = "512",
    "data.distributions.numeric" = "null",
    "data.distributions.string" = "null",
    "data.distributions.date" = "null",
    "uniqueness.mode" = "\"none\"",
    "uniqueness.space" = "null",
    "uniqueness.false_positive_rate" = "null",
    "uniqueness.bloom_filter_size" = "null",
    "uniqueness.rotation_interval" = "null",
    "databases.primary" = "\"postgresql\"",
    "databases.primary_version" = "\"16\"",
    "databases.secondary" = "null",
    "databases.secondary_version" = "null",
    "databases.features" = "null",
    "databases.disabled_features" = "null",
    "monitoring.enable" = "false",
    "monitoring.interval" = "\"10s\"",
    "monitoring.metrics" = "null",
}

/// Keys and objects that are read and checked but that nothing follows yet.
pub const WITHOUT_EFFECT: &[&str] = &["data.distributions", "data.correlations", "data.domains"];

/// The part of [`WITHOUT_EFFECT`] that a key is of.
#[must_use]
pub fn without_effect(path: &str) -> Option<&'static str> {
    let is_of = |known: &&&str| {
        let rest = path.strip_prefix(**known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    WITHOUT_EFFECT.iter().find(is_of).copied()
}
