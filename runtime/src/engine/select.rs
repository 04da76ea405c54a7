//! Takes out of a buffer what a run does not want.

use super::sink::Mark;
use super::worker::Buffer;
use crate::uniqueness::{FilterError, Selection};

/// Leaves the units of a buffer that are written. When the run is over with one of them, what comes
/// behind it counts as if it had never been made.
pub(super) fn select(
    selection: &mut Selection<'_>,
    buffer: &mut Buffer,
    counts_text: bool,
) -> Result<(), FilterError> {
    if selection.takes_whole(buffer.units) {
        return Ok(());
    }
    let mut marks = std::mem::take(&mut buffer.marks);
    let fingerprints = std::mem::take(&mut buffer.fingerprints);
    let first = buffer.first;
    // Indexes below this are counted, and so are those of them that had no unit.
    let mut next = first;
    let mut decided = 0;
    let mut kept = Kept::default();
    let mut start = 0;
    let result = selection.decide(marks.len(), &fingerprints, |is_written| {
        let mark = marks[decided];
        decided += 1;
        next = mark.index + 1;
        let unit = start..mark.end;
        start = mark.end;
        if is_written {
            kept.units += 1;
            kept.statements += mark.statements;
            kept.bytes += mark.bytes;
            if unit.start != kept.end {
                buffer.text.copy_within(unit.clone(), kept.end);
            }
            kept.end += unit.len();
            // Never ahead of the mark that was just read.
            marks[kept.marks] = Mark {
                end: kept.end,
                ..mark
            };
            kept.marks += 1;
        }
    });
    if !selection.is_over() {
        next = buffer.next;
    }
    buffer.text.truncate(kept.end);
    buffer.skipped = next - first - decided as u64;
    buffer.next = next;
    buffer.units = kept.units;
    buffer.statements = kept.statements;
    buffer.bytes = if counts_text {
        kept.end as u64
    } else {
        kept.bytes
    };
    // Their memory is used again.
    marks.truncate(kept.marks);
    (buffer.marks, buffer.fingerprints) = (marks, fingerprints);
    result
}

/// What is left of a buffer.
#[derive(Default)]
struct Kept {
    units: u64,
    statements: u64,
    bytes: u64,
    /// Where its text ends.
    end: usize,
    marks: usize,
}
