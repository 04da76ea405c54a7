//! The indexes of a run, and the number of units that end it.

use crate::Failure;
use rqg_runtime::engine::Shard;
use rqg_runtime::run::Uniqueness;
use rqg_runtime::uniqueness::{Filter, PATIENCE, Selection};
use std::ops::Range;
use std::time::Duration;

/// Which part of a run is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// First index.
    pub start: u64,
    /// How many units the whole run has.
    pub count: u64,
    /// How long it takes instead.
    pub duration: Option<Duration>,
    /// The slice of it.
    pub shard: Option<Shard>,
}

/// The indexes of a run, and which of their units are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The indexes.
    pub indexes: Range<u64>,
    /// The run ends with so many units; none if it ends with its indexes or its time.
    pub limit: Option<u64>,
    /// How the units are kept apart.
    pub uniqueness: Uniqueness,
    /// Which slice of a run it is.
    pub shard: Option<Shard>,
    /// A run by time ends before it if it has so many units: its filter holds no more.
    pub capacity: Option<u64>,
    /// How many indexes a strict run has.
    pub space: Option<u64>,
}

impl Asked {
    /// Checks what can be checked before the grammar is known.
    ///
    /// # Errors
    /// The last index would exceed the largest one.
    pub fn check(&self) -> Result<(), Failure> {
        self.counted().map(drop)
    }

    /// As many indexes as units; a run for a time ends before it runs out of them.
    fn counted(&self) -> Result<Range<u64>, Failure> {
        if self.duration.is_some() {
            return Ok(self.start..u64::MAX);
        }
        let end = self.start.checked_add(self.count).ok_or_else(|| {
            Failure::Usage("--start and --count together exceed the largest index".to_owned())
        })?;
        Ok(self.start..end)
    }

    /// The indexes of the run, or of the shard. Where units are dropped or skipped, an unsharded run
    /// goes on until it has as many as were asked for, and a shard is a slice of the indexes.
    ///
    /// `space` is how many indexes a strict run has.
    ///
    /// # Errors
    /// The last index would exceed the largest one.
    pub fn extent(&self, uniqueness: Uniqueness, space: u64) -> Result<Extent, Failure> {
        let whole = match uniqueness {
            Uniqueness::None => self.counted()?,
            Uniqueness::Probabilistic if self.shard.is_some() => self.counted()?,
            Uniqueness::Probabilistic => self.start..u64::MAX,
            Uniqueness::Strict => self.start.min(space)..space,
        };
        let limit = match (uniqueness, self.duration) {
            (Uniqueness::None, _) => None,
            _ if self.shard.is_some() => None,
            // Ended by time; a space that ends before falls short all the same.
            (_, Some(_)) => Some(u64::MAX),
            (_, None) => Some(self.count),
        };
        Ok(Extent {
            indexes: match self.shard {
                Some(shard) => shard.slice(whole),
                None => whole,
            },
            limit,
            uniqueness,
            shard: self.shard,
            capacity: None,
            space: (uniqueness == Uniqueness::Strict).then_some(space),
        })
    }
}

impl Extent {
    /// How many units the run makes, if that is known.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        let indexes = self.indexes.end - self.indexes.start;
        match self.limit {
            Some(u64::MAX) => None,
            Some(limit) => Some(limit),
            None if self.indexes.end == u64::MAX => None,
            None => Some(indexes),
        }
    }

    /// How many units a filter has to hold at most, if that is known.
    #[must_use]
    pub fn units(&self) -> Option<u64> {
        self.total()
    }

    /// The indexes that the run goes through, as far as that is known: none are counted for units
    /// that a filter may drop, or that indexes of a space may lack.
    #[must_use]
    pub fn expected(&self) -> Range<u64> {
        let Range { start, end } = self.indexes;
        match self.limit {
            Some(limit) => start..start.saturating_add(limit).min(end),
            None => start..end,
        }
    }

    /// Decides which units are written.
    #[must_use]
    pub fn selection<'a>(&self, filter: Option<&'a mut (dyn Filter + 'static)>) -> Selection<'a> {
        let mut selection = Selection::all();
        if let Some(limit) = self.limit {
            let limit = limit.min(self.capacity.unwrap_or(u64::MAX));
            selection = selection.limit(limit);
        }
        if let Some(filter) = filter {
            selection = selection.filter(filter);
        }
        if self.uniqueness == Uniqueness::Probabilistic {
            selection = selection.patience(PATIENCE);
        }
        selection
    }

    /// What to say of a run by time whose filter was full before, after so many `units`.
    #[must_use]
    pub fn overflow(&self, units: u64) -> Option<String> {
        let is_full = self.capacity.is_some_and(|capacity| units >= capacity);
        is_full.then(|| {
            format!(
                "the filter was full after {units} units, before the time was over: give it more \
                 memory with --bloom-filter-size"
            )
        })
    }

    /// What to say of a run that found no more than `units`.
    #[must_use]
    pub fn shortfall(&self, units: u64) -> String {
        let asked = match self.total() {
            Some(asked) => format!(" of the {asked} units asked for"),
            None => " units".to_owned(),
        };
        let cause = if self.uniqueness == Uniqueness::Strict {
            format!("the space of {} indexes holds no more", self.indexes.end)
        } else {
            format!("the {PATIENCE} made after the last one all came before")
        };
        format!("only {units}{asked} could be had: {cause}")
    }

    /// The flags that make the rest of a run that was stopped after `units`, at index `next`.
    #[must_use]
    pub fn resume(&self, asked: &Asked, next: u64, units: u64) -> String {
        let rest = match (asked.duration, self.limit) {
            (Some(_), _) => String::new(),
            (None, Some(limit)) => format!(" --count {}", limit - units),
            (None, None) => format!(" --count {}", self.indexes.end - next),
        };
        let whole = asked.shard.map_or("", |_| " and no --shard");
        // The rest alone would have another space.
        let space = match self.space {
            Some(space) => format!(" --space {space}"),
            None => String::new(),
        };
        format!("resume with --start {next}{rest}{space}{whole}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(start: u64, count: u64) -> Asked {
        Asked {
            start,
            count,
            duration: None,
            shard: None,
        }
    }

    fn extent(asked: &Asked, uniqueness: Uniqueness) -> (Range<u64>, Option<u64>) {
        match asked.extent(uniqueness, 1000) {
            Ok(extent) => (extent.indexes, extent.limit),
            Err(failure) => panic!("{failure}"),
        }
    }

    #[test]
    fn units_are_counted_where_indexes_do_not_tell() {
        let whole = asked(5, 70);
        assert_eq!(extent(&whole, Uniqueness::None), (5..75, None));
        let endless = (5..u64::MAX, Some(70));
        assert_eq!(extent(&whole, Uniqueness::Probabilistic), endless);
        assert_eq!(extent(&whole, Uniqueness::Strict), (5..1000, Some(70)));
    }

    #[test]
    fn a_run_is_expected_to_end_with_its_last_unit() {
        let expected = |uniqueness, space| {
            let extent = asked(5, 70).extent(uniqueness, space);
            extent.map(|extent| extent.expected()).ok()
        };
        assert_eq!(expected(Uniqueness::None, 0), Some(5..75));
        assert_eq!(expected(Uniqueness::Probabilistic, 0), Some(5..75));
        assert_eq!(expected(Uniqueness::Strict, 1000), Some(5..75));
        assert_eq!(expected(Uniqueness::Strict, 60), Some(5..60));
    }

    #[test]
    fn shards_are_slices_of_the_indexes() {
        let shard = Asked {
            shard: Shard::new(1, 2),
            ..asked(0, 70)
        };
        assert_eq!(extent(&shard, Uniqueness::None), (35..70, None));
        assert_eq!(extent(&shard, Uniqueness::Probabilistic), (35..70, None));
        assert_eq!(extent(&shard, Uniqueness::Strict), (500..1000, None));
    }

    #[test]
    fn an_index_beyond_the_last_one_is_refused() {
        assert!(asked(u64::MAX, 1).check().is_err());
        assert!(asked(u64::MAX, 0).check().is_ok());
        let (indexes, _) = extent(&asked(2000, 1), Uniqueness::Strict);
        assert!(indexes.is_empty());
    }
}
