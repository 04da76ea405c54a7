//! Decides unit by unit what is written and when a run has enough.

use super::{Filter, FilterError, Fingerprint, Occupancy};

/// A run whose filter dropped so many units in a row has, as good as certainly, no other ones left:
/// it ends. About a million units, which a filter looks up in less than a second.
pub const PATIENCE: u64 = 1 << 20;

/// Decides in the order of the indexes which units are written, and when there are enough.
#[derive(Debug)]
pub struct Selection<'a> {
    filter: Option<&'a mut (dyn Filter + 'static)>,
    /// Units that are still wanted; none if all are.
    wanted: Option<u64>,
    /// Units dropped in a row after which the run ends; none if it goes on whatever is dropped.
    patience: Option<u64>,
    /// Units dropped since the last one that was written.
    in_a_row: u64,
    /// What the filter says of a few units.
    admitted: Vec<bool>,
    /// Units that the filter dropped.
    dropped: u64,
}

impl<'a> Selection<'a> {
    /// Everything is written.
    #[must_use]
    pub fn all() -> Self {
        Self {
            filter: None,
            wanted: None,
            patience: None,
            in_a_row: 0,
            admitted: Vec::new(),
            dropped: 0,
        }
    }

    /// The run ends when this many units are written.
    #[must_use]
    pub fn limit(mut self, units: u64) -> Self {
        self.wanted = Some(units);
        self
    }

    /// Units that the filter does not admit are not written.
    #[must_use]
    pub fn filter(mut self, filter: &'a mut (dyn Filter + 'static)) -> Self {
        self.filter = Some(filter);
        self
    }

    /// The run ends when so many units in a row were dropped.
    #[must_use]
    pub fn patience(mut self, units: u64) -> Self {
        self.patience = Some(units);
        self
    }

    /// So many units of the run were written before.
    #[must_use]
    pub fn after(mut self, units: u64) -> Self {
        self.wanted = self.wanted.map(|wanted| wanted.saturating_sub(units));
        self
    }

    /// Lets the filter write down what it remembers; all indexes below `next` were decided.
    ///
    /// # Errors
    /// The filter can't.
    pub fn save(&mut self, next: u64) -> Result<(), FilterError> {
        match &mut self.filter {
            Some(filter) => filter.save(next),
            None => Ok(()),
        }
    }

    /// Whether anything has to be decided unit by unit.
    #[must_use]
    pub fn is_trivial(&self) -> bool {
        self.filter.is_none() && self.wanted.is_none()
    }

    /// Whether it asks for fingerprints.
    #[must_use]
    pub fn needs_fingerprints(&self) -> bool {
        self.filter.is_some()
    }

    /// How many units are still wanted; none if all are.
    #[must_use]
    pub fn wanted(&self) -> Option<u64> {
        self.wanted
    }

    /// Whether a number of units was asked for and is not reached.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.wanted.is_some_and(|wanted| wanted > 0)
    }

    /// Whether the run ends here.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.wanted == Some(0)
            || self
                .patience
                .is_some_and(|patience| self.in_a_row >= patience)
    }

    /// Units that the filter dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How full the filter is, if there is one that can tell.
    #[must_use]
    pub fn occupancy(&self) -> Option<Occupancy> {
        self.filter.as_ref()?.occupancy()
    }

    /// Takes the next units of the run, as many as `units`, if no decision on one of them is needed:
    /// they are all written.
    pub fn takes_whole(&mut self, units: u64) -> bool {
        if self.filter.is_some() {
            return false;
        }
        let Some(wanted) = &mut self.wanted else {
            return true;
        };
        let takes = *wanted > units;
        if takes {
            *wanted -= units;
        }
        takes
    }

    /// Decides on the next units of the run, as many as `units`; with a filter, `fingerprints` has
    /// one for each. `decide` is called for each in order, with whether it is written, until the run
    /// is over; units behind that are not decided.
    ///
    /// # Errors
    /// The filter can't go on.
    pub fn decide(
        &mut self,
        units: usize,
        fingerprints: &[Fingerprint],
        mut decide: impl FnMut(bool),
    ) -> Result<(), FilterError> {
        let mut at = 0;
        while at < units && !self.is_over() {
            // A filter that was asked for more than is wanted would remember units that are not
            // written, depending on how the run is divided.
            let most = usize::try_from(self.most()).unwrap_or(usize::MAX);
            let count = (units - at).min(most);
            if let Some(filter) = &mut self.filter {
                let asked = fingerprints.get(at..at + count).unwrap_or_default();
                filter.admit(asked, &mut self.admitted)?;
            }
            for k in 0..count {
                let is_new = self.filter.is_none() || self.admitted.get(k) == Some(&true);
                if is_new {
                    self.in_a_row = 0;
                    if let Some(wanted) = &mut self.wanted {
                        *wanted -= 1;
                    }
                } else {
                    self.in_a_row += 1;
                    self.dropped += 1;
                }
                decide(is_new);
            }
            at += count;
        }
        Ok(())
    }

    /// How many units can be decided together, whatever becomes of them, before the run is over.
    fn most(&self) -> u64 {
        let patience = self
            .patience
            .map_or(u64::MAX, |patience| patience - self.in_a_row);
        self.wanted.unwrap_or(u64::MAX).min(patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[derive(Debug, Default)]
    struct Exact(HashSet<Fingerprint>);

    impl Filter for Exact {
        fn admit(
            &mut self,
            fingerprints: &[Fingerprint],
            admitted: &mut Vec<bool>,
        ) -> Result<(), FilterError> {
            admitted.clear();
            admitted.extend(fingerprints.iter().map(|&it| self.0.insert(it)));
            Ok(())
        }

        fn report(&self) -> String {
            String::new()
        }
    }

    fn decided(selection: &mut Selection<'_>, fingerprints: &[Fingerprint]) -> Vec<bool> {
        let mut decided = Vec::new();
        selection
            .decide(fingerprints.len(), fingerprints, |it| decided.push(it))
            .unwrap();
        decided
    }

    #[test]
    fn a_run_ends_with_the_last_unit_wanted() {
        let mut exact = Exact::default();
        let mut selection = Selection::all().filter(&mut exact).limit(3);
        assert_eq!(decided(&mut selection, &[7, 7]), [true, false]);
        assert!(selection.is_short() && !selection.is_over());
        assert_eq!(decided(&mut selection, &[8, 7, 9, 10]), [true, false, true]);
        assert!(selection.is_over() && !selection.is_short());
        assert_eq!(selection.dropped(), 2);
        assert!(!exact.0.contains(&10));
    }

    #[test]
    fn the_division_does_not_matter() {
        let fingerprints: Vec<Fingerprint> = (0..1000).map(|i| (i * i) % 389).collect();
        let run = |size: usize| {
            let mut exact = Exact::default();
            let mut selection = Selection::all().filter(&mut exact).limit(150).patience(40);
            let chunks = fingerprints.chunks(size);
            let decided: Vec<bool> = chunks
                .flat_map(|chunk| decided(&mut selection, chunk))
                .collect();
            (decided, selection.dropped(), selection.is_over(), exact.0)
        };
        let whole = run(1000);
        for size in [1, 3, 64, 500] {
            assert!(run(size) == whole, "{size}");
        }
    }

    #[test]
    fn what_was_written_before_counts() {
        let mut selection = Selection::all().limit(5).after(3);
        assert_eq!(decided(&mut selection, &[1, 2, 3]), [true, true]);
        assert!(selection.is_over());
        assert!(Selection::all().limit(5).after(5).is_over());
        assert_eq!(Selection::all().after(5).wanted(), None);
    }

    #[test]
    fn patience_ends() {
        let mut exact = Exact::default();
        let mut selection = Selection::all().filter(&mut exact).limit(9).patience(3);
        let decided = decided(&mut selection, &[1, 1, 2, 1, 2, 1, 5]);
        assert_eq!(decided, [true, false, true, false, false, false]);
        assert!(selection.is_over() && selection.is_short());
    }
}
