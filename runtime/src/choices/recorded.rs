//! Choices that are written down as they are made.

use super::Choices;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A number below this bound.
    Below(u64),
    /// 64 bits.
    Bits,
    /// One of so many weighted alternatives.
    Pick(u32),
    /// A yes with so many parts per million.
    Chance(u32),
}

/// One choice and its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    /// What was asked for.
    pub kind: Kind,
    /// What came out: the number, the bits, the alternative, or 1 for yes.
    pub value: u64,
}

/// Passes an inner source's choices on and records them.
#[derive(Debug, Clone)]
pub struct Recorded<C> {
    inner: C,
    records: Vec<Record>,
}

impl<C: Choices> Recorded<C> {
    /// Records what `inner` chooses.
    pub fn new(inner: C) -> Self {
        Self {
            inner,
            records: Vec::new(),
        }
    }

    /// The choices so far.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The recording.
    #[must_use]
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }

    fn record(&mut self, kind: Kind, value: u64) {
        self.records.push(Record { kind, value });
    }
}

impl<C: Choices> Choices for Recorded<C> {
    fn below(&mut self, n: u64) -> u64 {
        let value = self.inner.below(n);
        self.record(Kind::Below(n), value);
        value
    }

    fn bits(&mut self) -> u64 {
        let value = self.inner.bits();
        self.record(Kind::Bits, value);
        value
    }

    fn pick(&mut self, cumulative: &[u64]) -> usize {
        let picked = self.inner.pick(cumulative);
        self.record(Kind::Pick(cumulative.len() as u32), picked as u64);
        picked
    }

    fn chance(&mut self, parts_per_million: u32) -> bool {
        let yes = self.inner.chance(parts_per_million);
        self.record(Kind::Chance(parts_per_million), u64::from(yes));
        yes
    }
}
