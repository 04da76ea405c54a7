//! A batch whose units stay in memory, for programs that want them one by one.

use super::sink::{Batch, Mark, Sink};
use super::{Control, EngineError, Format, Settings, Statistics, run};
use crate::unit_text::Generate;
use std::io;

/// Units in memory, in the order in which they were written. As a [`Sink`] it takes the units of runs
/// with [`Settings::marked`]; batches that do not tell their units apart add none.
#[derive(Debug, Clone, Default)]
pub struct Units {
    text: Vec<u8>,
    /// With ends in `text`.
    marks: Vec<Mark>,
}

/// One of [`Units`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadeUnit<'a> {
    /// Its index.
    pub index: u64,
    /// Its text in the format of the run: with [`Format::Sql`], a line for each statement.
    pub text: &'a [u8],
    /// How many statements it has.
    pub statements: u64,
}

impl Units {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The units one by one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = MadeUnit<'_>> {
        let mut start = 0;
        self.marks.iter().map(move |mark| {
            let unit = std::mem::replace(&mut start, mark.end)..mark.end;
            MadeUnit {
                index: mark.index,
                text: self.text.get(unit).unwrap_or_default(),
                statements: mark.statements,
            }
        })
    }

    /// Forgets the units, keeps the memory: for the next batch.
    pub fn clear(&mut self) {
        self.text.clear();
        self.marks.clear();
    }
}

impl Sink for Units {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        if batch.marks.is_empty() {
            return Ok(());
        }
        let start = self.text.len();
        // The marks are those of all of the text.
        self.text.extend_from_slice(batch.text);
        self.marks.extend(batch.marks.iter().map(|mark| Mark {
            end: start + mark.end,
            ..*mark
        }));
        Ok(())
    }

    fn name(&self) -> String {
        "memory".to_owned()
    }
}

/// Makes a batch, on as many threads as the settings say, and gives its units and what was done. All
/// of them are in memory, so that a program that wants many asks for one batch after the other; the
/// threads end with the batch. What a batch holds depends on the generator and the range alone.
///
/// ```
/// use rqg_runtime::engine::{Control, Format, Settings, run_batch};
/// use rqg_runtime::unit_text::{Emission, Generate, UnitText};
///
/// struct Count;
/// impl Generate for Count {
///     fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
///         unit.clear();
///         unit.bytes.extend_from_slice(format!("SELECT {index}").as_bytes());
///         unit.ends.push(unit.bytes.len());
///         Emission::Emitted
///     }
/// }
///
/// let settings = Settings { threads: 2, ..Settings::new(1_000..1_100) };
/// let (units, statistics) = run_batch(&settings, &Format::Raw, &Control::default(), || Count)?;
/// assert_eq!((units.len(), statistics.units), (100, 100));
/// let last = units.iter().last().unwrap();
/// assert_eq!((last.index, last.text), (1_099, &b"SELECT 1099"[..]));
/// # Ok::<(), rqg_runtime::engine::EngineError>(())
/// ```
///
/// # Errors
///
/// If no thread can be started or a worker panics.
pub fn run_batch<F, G>(
    settings: &Settings,
    format: &Format,
    control: &Control,
    factory: F,
) -> Result<(Units, Statistics), EngineError>
where
    F: Fn() -> G + Sync,
    G: Generate,
{
    let mut units = Units::default();
    let settings = Settings {
        marked: true,
        ..settings.clone()
    };
    let statistics = run(&settings, format, control, &mut units, factory)?;
    Ok((units, statistics))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit_text::{Emission, UnitText};

    /// Skips every third index; the others have as many statements as their last digit says.
    struct Counting;

    impl Generate for Counting {
        fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
            unit.clear();
            if index.is_multiple_of(3) {
                return Emission::Skipped;
            }
            for number in 0..index % 10 {
                let text = format!("S{index}.{number}");
                unit.bytes.extend_from_slice(text.as_bytes());
                unit.ends.push(unit.bytes.len());
            }
            Emission::Emitted
        }
    }

    fn batch(threads: usize, ordered: bool) -> (Units, Statistics) {
        let settings = Settings {
            threads,
            ordered,
            ..Settings::new(500..9_500)
        };
        let format = Format::Sql {
            terminator: ";".to_owned(),
        };
        run_batch(&settings, &format, &Control::default(), || Counting).unwrap()
    }

    #[test]
    fn a_batch_holds_each_unit_with_its_index() {
        for threads in [1, 3] {
            let (units, statistics) = batch(threads, true);
            assert_eq!(units.len(), 6_000);
            assert_eq!((statistics.units, statistics.skipped), (6_000, 3_000));
            let expected = (500..9_500).filter(|index| index % 3 != 0);
            for (unit, index) in units.iter().zip(expected) {
                assert_eq!((unit.index, unit.statements), (index, index % 10));
                let lines = (0..index % 10).map(|number| format!("S{index}.{number};\n"));
                assert_eq!(unit.text, lines.collect::<String>().as_bytes());
            }
        }
        let (unordered, _) = batch(3, false);
        let mut indexes: Vec<u64> = unordered.iter().map(|it| it.index).collect();
        indexes.sort_unstable();
        indexes.dedup();
        assert_eq!(indexes.len(), 6_000);
    }

    #[test]
    fn units_can_be_cleared_for_the_next_batch() {
        let (mut units, _) = batch(1, true);
        units.clear();
        assert!(units.is_empty());
        assert_eq!(units.iter().count(), 0);
    }
}
