//! What identifies a run besides the grammar and the schema model.

use crate::dialect::Dialect;
use crate::entropy::{KeySchedule, MasterKey, StateBits};
use crate::features::{self, FEATURES};
use crate::run::Uniqueness;
use std::collections::BTreeSet;
use std::num::NonZeroU64;

/// Nested rule calls before only the shallowest alternatives remain.
pub const DEFAULT_BUDGET: u32 = 24;

/// What identifies a run besides the grammar and the schema model.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The rule that every unit derives.
    pub start: String,
    /// The dialect.
    pub dialect: Dialect,
    /// Further dialects: units are only what all of them can run.
    pub also: Vec<Dialect>,
    /// The features that are on.
    pub features: BTreeSet<String>,
    /// The key of everything random.
    pub key: MasterKey,
    /// The state of each unit's own generator.
    pub state_bits: StateBits,
    /// After so many indexes another epoch begins, whose seed follows from the key; none for one.
    pub reseed_interval: Option<NonZeroU64>,
    /// Part of the names of created objects, so that runs don't disturb each other: lower-case
    /// letters and digits.
    pub run_tag: String,
    /// Nested rule calls before only the shallowest alternatives remain.
    pub budget: u32,
    /// The key of the rows that the schema's tables hold.
    pub data_seed: u64,
    /// Added to the index of a unit for the keys of its new rows.
    pub key_offset: u64,
    /// How units are kept apart.
    pub uniqueness: Uniqueness,
    /// How many indexes a strict run has, of which each makes at most one unit; none if that follows
    /// from the grammar, the schema and the dialect.
    pub space: Option<u64>,
}

impl Settings {
    /// Rule `query` for the default dialect and its features.
    #[must_use]
    pub fn new(key: MasterKey) -> Self {
        Self::for_dialect(key, Dialect::default())
    }

    /// Rule `query` for a dialect and its features.
    #[must_use]
    pub fn for_dialect(key: MasterKey, dialect: Dialect) -> Self {
        Self {
            start: "query".to_owned(),
            features: FEATURES
                .iter()
                .filter(|feature| feature.enabled(&dialect))
                .map(|feature| feature.name.to_owned())
                .collect(),
            dialect,
            also: Vec::new(),
            key,
            state_bits: StateBits::default(),
            reseed_interval: None,
            run_tag: "0".to_owned(),
            budget: DEFAULT_BUDGET,
            data_seed: 0,
            key_offset: 0,
            uniqueness: Uniqueness::None,
            space: None,
        }
    }

    /// What the choices of every unit follow from.
    #[must_use]
    pub fn key_schedule(&self) -> KeySchedule {
        KeySchedule {
            master: self.key,
            state_bits: self.state_bits,
            reseed_interval: self.reseed_interval,
        }
    }

    /// Rule `query` for several dialects and the features that all of them have. Without any it is the
    /// default dialect.
    #[must_use]
    pub fn for_dialects(key: MasterKey, dialects: &[Dialect]) -> Self {
        let (dialect, also) = match dialects.split_first() {
            Some((first, rest)) => (first.clone(), rest.to_vec()),
            None => (Dialect::default(), Vec::new()),
        };
        let mut settings = Self::for_dialect(key, dialect);
        for dialect in &also {
            let is_had = |name: &String| features::enabled(dialect, name);
            settings.features.retain(is_had);
        }
        settings.also = also;
        settings
    }

    /// All dialects that units are for.
    pub fn dialects(&self) -> impl Iterator<Item = &Dialect> {
        std::iter::once(&self.dialect).chain(&self.also)
    }

    /// The oldest of the major versions of PostgreSQL that the dialects are or are based on.
    #[must_use]
    pub fn postgresql_major(&self) -> u32 {
        let majors = self.dialects().map(Dialect::postgresql_major);
        majors.min().unwrap_or_default()
    }
}
