//! Choices that are written down as they are made.

use super::{Choices, Sight};

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
    /// A number below this bound that the text tells.
    Shown(u64),
    /// One of so many weighted alternatives, and the text tells which.
    ShownPick(u32),
    /// Choices tell units apart here.
    Apart,
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

    fn hide(&mut self, hidden: bool) -> Sight {
        self.inner.hide(hidden)
    }

    fn begin_value(&mut self) -> Sight {
        self.inner.begin_value()
    }

    fn restore(&mut self, before: Sight) {
        self.inner.restore(before);
    }

    fn shown(&mut self, n: u64) -> Option<u64> {
        let shown = self.inner.shown(n)?;
        self.record(Kind::Shown(n), shown);
        Some(shown)
    }

    fn shown_pick(&mut self, cumulative: &[u64]) -> Option<usize> {
        let picked = self.inner.shown_pick(cumulative)?;
        self.record(Kind::ShownPick(cumulative.len() as u32), picked as u64);
        Some(picked)
    }

    fn tells_apart(&mut self) -> bool {
        let apart = self.inner.tells_apart();
        if apart {
            self.record(Kind::Apart, 1);
        }
        apart
    }

    fn told_apart(&mut self, units: u64) {
        self.inner.told_apart(units);
    }
}
