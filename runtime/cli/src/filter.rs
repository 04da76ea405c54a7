//! The filter that keeps the units of a run apart, as the flags ask for it.

use crate::Failure;
use crate::args::parse_count;
use crate::checkpoint::Checkpoint;
use crate::range::Extent;
use bytesize::ByteSize;
use clap::Args;
use rqg_runtime::run::Uniqueness;
use rqg_runtime::uniqueness::Filter;
use rqg_runtime::uniqueness::bloom::{BloomFilter, BloomSettings, SizingError};
use rqg_runtime::uniqueness::store::{DEFAULT_MEMORY, ExactStore, StoreSettings};
use std::path::PathBuf;

/// The heading of these flags in the help.
const UNIQUENESS: &str = "Uniqueness";

/// How large a filter is and how sure.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Memory of the filter of --unique probabilistic, such as 512MiB or 1GB [default: what the count
    /// needs; 1GiB for a run by time]
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = UNIQUENESS)]
    pub bloom_filter_size: Option<u64>,
    /// The largest share of good units that it may drop, up to 0.0001 [default: 0.00005]
    #[arg(long, value_name = "SHARE", help_heading = UNIQUENESS)]
    pub false_positive_rate: Option<f64>,
    /// Take the memory in steps, one for so many units; each step slows look-ups down
    #[arg(long, value_name = "UNITS", value_parser = parse_count, help_heading = UNIQUENESS)]
    pub rotation_interval: Option<u64>,
    /// Keep the units of a strict run that needs to remember them in this directory, so that it can
    /// be resumed [default: temporary files]
    #[arg(long, value_name = "DIR", help_heading = UNIQUENESS)]
    pub store: Option<PathBuf>,
    /// Memory of such a run before it goes on in files [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = UNIQUENESS)]
    pub store_memory: Option<u64>,
}

/// What makes units differ in a strict run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The grammar is proven to print different derivations differently.
    Proven,
    /// It may print two derivations alike: units have to be remembered.
    Unproven,
}

/// A filter that is ready, and what to say of it.
#[derive(Debug)]
pub struct Opened {
    /// The filter.
    pub filter: Box<dyn Filter>,
    /// What it adds to the run's identity: which units it drops depends on it.
    pub identity: String,
    /// What a user has to know.
    pub note: Option<String>,
    /// It remembers all units of the run below this index, and is asked for those from there on.
    pub from: u64,
    /// Whether it is a store that remembered units of other runs when this one began.
    pub continues_store: bool,
}

/// A number of bytes, with or without a unit.
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_size(text: &str) -> Result<u64, String> {
    match text.parse::<ByteSize>() {
        Ok(size) if size.as_u64() > 0 => Ok(size.as_u64()),
        _ => Err("write it like 67108864, 512MiB or 1GB".to_owned()),
    }
}

impl FilterArgs {
    /// Makes the filter of a run, if it has one, and bounds the run where the filter does. `identity`
    /// is the run's, on one line; `resumed` is where it goes on, if it does.
    ///
    /// # Errors
    /// The flags are for another mode, or there is no such filter for so many units.
    pub fn open(
        &self,
        extent: &mut Extent,
        proof: Proof,
        identity: &str,
        resumed: Option<&Checkpoint>,
    ) -> Result<Option<Opened>, Failure> {
        self.check(extent.uniqueness)?;
        match (extent.uniqueness, proof) {
            (Uniqueness::None, _) | (Uniqueness::Strict, Proof::Proven) => Ok(None),
            (Uniqueness::Probabilistic, _) => self.open_bloom(extent).map(Some),
            (Uniqueness::Strict, Proof::Unproven) => {
                self.open_store(extent, identity, resumed).map(Some)
            }
        }
    }

    /// The exact store of a strict run.
    fn open_store(
        &self,
        extent: &Extent,
        identity: &str,
        resumed: Option<&Checkpoint>,
    ) -> Result<Opened, Failure> {
        let mut store = ExactStore::open(StoreSettings {
            memory: self.store_memory.unwrap_or(DEFAULT_MEMORY),
            directory: self.store.clone(),
            identity: format!(
                "{identity} shard={}",
                extent
                    .shard
                    .map_or_else(|| "0/1".to_owned(), |it| it.to_string())
            ),
        })?;
        let start = extent.indexes.start;
        let from = match (store.next(), resumed) {
            (Some(next), Some(checkpoint)) if next == checkpoint.next => next,
            // It was saved, and the checkpoint that says so was not.
            (Some(next), Some(checkpoint)) if checkpoint.continues_store => {
                return Err(Failure::Usage(format!(
                    "the store remembers the units up to index {next}, and the checkpoint is at \
                     index {}: what the store held before this run can't be told apart; begin anew \
                     with another --store",
                    checkpoint.next
                )));
            }
            (_, Some(_)) => {
                store.forget();
                start
            }
            (Some(next), None) if next != start => {
                return Err(Failure::Usage(format!(
                    "the store remembers the units up to index {next}, and the run starts at \
                     {start}: go on with --start {next}, or name another --store"
                )));
            }
            (_, None) => start,
        };
        let continues_store = match resumed {
            Some(checkpoint) => checkpoint.continues_store,
            None => store.units() > 0,
        };
        let files = match &self.store {
            Some(path) => format!("in `{}`", path.display()),
            None => "in temporary files".to_owned(),
        };
        Ok(Opened {
            filter: Box::new(store),
            identity: String::new(),
            note: Some(format!(
                "the grammar is not proven to print different derivations differently: all units \
                 are remembered exactly, in memory and then {files}, 16 bytes each"
            )),
            from,
            continues_store,
        })
    }

    /// The filter of a probabilistic run.
    fn open_bloom(&self, extent: &mut Extent) -> Result<Opened, Failure> {
        let settings = BloomSettings {
            units: extent.units(),
            size: self.bloom_filter_size,
            false_positive_rate: self.false_positive_rate,
            rotation_interval: self.rotation_interval,
        };
        let sizing = settings.sizing().map_err(refused)?;
        let filter = BloomFilter::new(sizing).map_err(refused)?;
        if settings.units.is_none() {
            extent.capacity = Some(sizing.capacity);
        }
        let interval = self.rotation_interval;
        let interval = interval.map(|units| format!(" rotation-interval={units}"));
        let note = extent.shard.map(|_| {
            "the units are unique within this shard only: other shards may hold the same ones"
                .to_owned()
        });
        Ok(Opened {
            filter: Box::new(filter),
            identity: format!(
                " bloom-filter-size={}{}",
                sizing.bytes(),
                interval.unwrap_or_default()
            ),
            note,
            from: extent.indexes.start,
            continues_store: false,
        })
    }

    /// Refuses flags that would do nothing.
    fn check(&self, mode: Uniqueness) -> Result<(), Failure> {
        use Uniqueness::{Probabilistic, Strict};
        let flags = [
            (
                "--bloom-filter-size",
                self.bloom_filter_size.is_some(),
                Probabilistic,
            ),
            (
                "--false-positive-rate",
                self.false_positive_rate.is_some(),
                Probabilistic,
            ),
            (
                "--rotation-interval",
                self.rotation_interval.is_some(),
                Probabilistic,
            ),
            ("--store", self.store.is_some(), Strict),
            ("--store-memory", self.store_memory.is_some(), Strict),
        ];
        let mut idle = flags
            .iter()
            .filter(|(_, is_given, of)| *is_given && *of != mode);
        match idle.next() {
            Some((name, _, of)) => Err(Failure::Usage(format!(
                "{name} is for --unique {of}: it would do nothing here"
            ))),
            None => Ok(()),
        }
    }
}

fn refused(error: SizingError) -> Failure {
    match error {
        SizingError::Memory { .. } => Failure::Memory(error),
        SizingError::TooSmall { .. } => {
            Failure::Usage(format!("{error} (--bloom-filter-size, or fewer units)"))
        }
        _ => Failure::Usage(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("1GiB"), Ok(1 << 30));
        assert_eq!(parse_size("1GB"), Ok(1_000_000_000));
        assert_eq!(parse_size("4096"), Ok(4096));
        for bad in ["", "0", "-1", "1 parsec", "GiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
