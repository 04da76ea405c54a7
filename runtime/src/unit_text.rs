//! The text of one unit: its statements, back to back in one reusable buffer.

/// Where a value was placed in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
}

impl Placed {
    /// The same in a text that starts at `to` instead of at `from`.
    #[must_use]
    pub(crate) fn moved(self, from: usize, to: usize) -> Self {
        Self {
            start: self.start - from + to,
            end: self.end - from + to,
        }
    }
}

/// The statements of one unit. Cleared and filled again for each unit; keeps its memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitText {
    /// The bytes of all statements, without separators: behind other text where the unit is made to
    /// be appended to it.
    pub bytes: Vec<u8>,
    /// Where each statement ends in `bytes`. Empty statements are not listed.
    pub ends: Vec<usize>,
    /// Where the unit starts in `bytes`.
    start: usize,
    /// Where values were placed in `bytes`, in order, if they are recorded.
    placed: Vec<Placed>,
    /// Whether they are.
    records_values: bool,
}

impl UnitText {
    /// Units that are made into it also tell where they placed values. Their text is the same.
    #[must_use]
    pub fn recording_values() -> Self {
        Self {
            records_values: true,
            ..Self::default()
        }
    }

    /// Whether units that are made into it tell where they placed values.
    #[must_use]
    #[inline]
    pub fn records_values(&self) -> bool {
        self.records_values
    }

    /// Forgets the statements, keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.truncate(self.start);
        self.ends.clear();
        self.placed.clear();
    }

    /// Becomes another unit.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.clear();
        let moved = |end: &usize| end - other.start + self.start;
        self.ends.extend(other.ends.iter().map(moved));
        let moved = |placed: &Placed| placed.moved(other.start, self.start);
        self.placed.extend(other.placed.iter().map(moved));
        self.bytes.extend_from_slice(other.text());
    }

    /// The bytes of all statements.
    #[must_use]
    #[inline]
    pub fn text(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Where the unit starts in `bytes`.
    #[must_use]
    #[inline]
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Units are made behind what is in `bytes` now, from here on.
    #[inline]
    pub(crate) fn start_here(&mut self) {
        self.start = self.bytes.len();
        self.ends.clear();
        self.placed.clear();
    }

    /// Swaps the places of values with those of whoever makes the unit.
    #[inline]
    pub(crate) fn swap_placed(&mut self, placed: &mut Vec<Placed>) {
        std::mem::swap(&mut self.placed, placed);
    }

    /// The statements in order, each with where values were placed in it: none unless that was
    /// [recorded](Self::recording_values).
    pub fn statements_with_values(
        &self,
    ) -> impl Iterator<Item = (&[u8], impl Iterator<Item = Placed>)> {
        let (mut start, mut first) = (self.start, 0);
        self.ends.iter().map(move |&end| {
            let (from, behind) = (start, self.placed.get(first..).unwrap_or_default());
            let count = behind.partition_point(|placed| placed.end <= end);
            let values = behind.iter().take(count);
            (start, first) = (end, first + count);
            let statement = self.bytes.get(from..end).unwrap_or_default();
            (statement, values.map(move |placed| placed.moved(from, 0)))
        })
    }

    /// The statements in order.
    pub fn statements(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = self.start;
        self.ends.iter().map(move |&end| {
            let statement = &self.bytes[start..end];
            start = end;
            statement
        })
    }
}

/// Whether an index has a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emission {
    /// The unit is there, though it may be without statements.
    Emitted,
    /// No unit belongs to the index: another one of the run's space makes the same derivation. There
    /// is no text.
    Skipped,
}

/// Makes the units of one run; one instance a thread.
pub trait Generate {
    /// Makes unit `index` into `unit`, replacing what it held. A pure function of the run's
    /// identity and `index`. `unit` is left empty where the index is skipped.
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission;
}

impl<G: Generate + ?Sized> Generate for Box<G> {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        (**self).generate(index, unit)
    }
}
