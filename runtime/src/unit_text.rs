//! The text of one unit: its statements, back to back in one reusable buffer.

/// The statements of one unit. Cleared and filled again for each unit; keeps its memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitText {
    /// The bytes of all statements, without separators.
    pub bytes: Vec<u8>,
    /// Where each statement ends in `bytes`. Empty statements are not listed.
    pub ends: Vec<usize>,
}

impl UnitText {
    /// Forgets the statements, keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// The statements in order.
    pub fn statements(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
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
