//! Choices taken from a recording, perhaps an edited one.

use super::{Choices, Kind, Record};

/// Plays a recording back. An entry that is out of the range asked for is reduced into it, one of
/// another kind is taken as a number all the same, and a recording that is used up gives 0, the
/// simplest outcome: so every edit of a recording is a recording.
#[derive(Debug, Clone)]
pub struct Replay<'a> {
    rest: std::slice::Iter<'a, Record>,
}

impl<'a> Replay<'a> {
    /// Plays `records` from the start.
    #[must_use]
    pub fn new(records: &'a [Record]) -> Self {
        Self {
            rest: records.iter(),
        }
    }

    fn next(&mut self) -> u64 {
        self.rest.next().map_or(0, |record| record.value)
    }

    /// The next entry if it is of a kind that only some sources make.
    fn next_if(&mut self, is: impl FnOnce(Kind) -> bool) -> Option<u64> {
        let record = self.rest.as_slice().first()?;
        is(record.kind).then(|| self.next())
    }
}

/// An alternative that has weight: the one wanted, or the next one after it.
fn available(cumulative: &[u64], wanted: u64) -> usize {
    let wanted = (wanted % (cumulative.len() as u64).max(1)) as usize;
    let has_weight = |k: usize| cumulative[k] > if k == 0 { 0 } else { cumulative[k - 1] };
    (wanted..cumulative.len())
        .chain(0..wanted)
        .find(|&k| has_weight(k))
        .unwrap_or(0)
}

impl Choices for Replay<'_> {
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    fn bits(&mut self) -> u64 {
        self.next()
    }

    fn pick(&mut self, cumulative: &[u64]) -> usize {
        available(cumulative, self.next())
    }

    fn chance(&mut self, parts_per_million: u32) -> bool {
        match parts_per_million {
            0 => false,
            1_000_000.. => true,
            _ => self.next() != 0,
        }
    }

    fn shown(&mut self, n: u64) -> Option<u64> {
        let shown = self.next_if(|kind| matches!(kind, Kind::Shown(_)))?;
        Some(shown % n.max(1))
    }

    fn shown_pick(&mut self, cumulative: &[u64]) -> Option<usize> {
        let wanted = self.next_if(|kind| matches!(kind, Kind::ShownPick(_)))?;
        Some(available(cumulative, wanted))
    }

    fn tells_apart(&mut self) -> bool {
        self.next_if(|kind| kind == Kind::Apart).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Random, Recorded};
    use super::*;

    fn session(choices: &mut impl Choices) -> (u64, usize, bool, u64) {
        (
            choices.below(10),
            choices.pick(&[2, 2, 5]),
            choices.chance(500_000),
            choices.bits(),
        )
    }

    #[test]
    fn a_recording_replays_to_the_same() {
        for key in 0..50 {
            let mut recorded = Recorded::new(Random::new([key; 32]));
            let first = session(&mut recorded);
            assert_eq!(session(&mut Replay::new(recorded.records())), first);
        }
    }

    #[test]
    fn an_edited_or_exhausted_recording_stays_in_range() {
        let record = |value| Record {
            kind: Kind::Bits,
            value,
        };
        let records = [record(23), record(1)];
        assert_eq!(session(&mut Replay::new(&records)), (3, 2, false, 0));
        assert_eq!(session(&mut Replay::new(&[])), (0, 0, false, 0));
    }
}
