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

/// Makes the units of one run; one instance a thread.
pub trait Generate {
    /// Makes unit `index` into `unit`, replacing what it held. A pure function of the run's
    /// identity and `index`.
    fn generate(&mut self, index: u64, unit: &mut UnitText);
}

impl<G: Generate + ?Sized> Generate for Box<G> {
    fn generate(&mut self, index: u64, unit: &mut UnitText) {
        (**self).generate(index, unit);
    }
}
