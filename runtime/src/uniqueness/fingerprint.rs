//! What stands for a unit's text where that is too long to keep.

use crate::engine::{needs_rewriting, write_one_line};
use crate::unit_text::UnitText;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128, xxh3_128_with_seed};

/// 128 bits of a unit's text. Among 10 billion different texts, two share a fingerprint with a
/// probability of less than 2·10⁻¹⁹.
pub type Fingerprint = u128;

/// Makes fingerprints: XXH3 of 128 bits, without a key, so that they agree on all machines.
#[derive(Debug, Default)]
pub struct Fingerprinter {
    /// The statements on one line each, where they are not so already.
    lines: Vec<u8>,
    /// Where each ends.
    ends: Vec<u8>,
}

impl Fingerprinter {
    /// The fingerprint of a unit as it is printed: of its statements on one line each, comments that
    /// are left out then not counted, and of where each of them ends.
    pub fn fingerprint(&mut self, unit: &UnitText) -> Fingerprint {
        self.fingerprint_of(unit, is_printed_as_it_is(unit))
    }

    /// The same, where it is known whether the unit [is printed as it is](is_printed_as_it_is).
    #[inline]
    pub(crate) fn fingerprint_of(&mut self, unit: &UnitText, as_it_is: bool) -> Fingerprint {
        if as_it_is {
            return xxh3_128(unit.text());
        }
        self.lines.clear();
        self.ends.clear();
        for statement in unit.statements() {
            write_one_line(statement, true, &mut self.lines);
            self.ends
                .extend_from_slice(&(self.lines.len() as u64).to_le_bytes());
        }
        match unit.ends.len() {
            0 | 1 => xxh3_128(&self.lines),
            // Statements of the same text that is cut elsewhere are other ones.
            _ => xxh3_128_with_seed(&self.lines, xxh3_64(&self.ends)),
        }
    }
}

/// Whether a unit is one statement at most, which is on one line and has no comments.
#[inline]
pub(crate) fn is_printed_as_it_is(unit: &UnitText) -> bool {
    unit.ends.len() <= 1 && !needs_rewriting(unit.text(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(statements: &[&str]) -> Fingerprint {
        let mut unit = UnitText::default();
        for statement in statements {
            unit.bytes.extend_from_slice(statement.as_bytes());
            unit.ends.push(unit.bytes.len());
        }
        Fingerprinter::default().fingerprint(&unit)
    }

    #[test]
    fn fingerprints_never_change() {
        // The reference implementation's values of the empty text and of `SELECT 1`.
        assert_eq!(fingerprint(&[]), 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
        assert_eq!(fingerprint(&["SELECT 1"]), xxh3_128(b"SELECT 1"));
        assert_eq!(
            fingerprint(&["SELECT 1", "SELECT 2"]),
            fingerprint(&["SELECT 1", "SELECT 2"]),
        );
    }

    #[test]
    fn where_statements_end_counts() {
        let all = [
            fingerprint(&["ab", "c"]),
            fingerprint(&["a", "bc"]),
            fingerprint(&["abc"]),
        ];
        assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
    }

    #[test]
    fn what_is_printed_alike_is_alike() {
        assert_eq!(fingerprint(&["SELECT\n1"]), fingerprint(&["SELECT 1"]));
        assert_eq!(
            fingerprint(&["SELECT 1 -- one"]),
            fingerprint(&["SELECT 1 -- uno"]),
        );
        assert_ne!(
            fingerprint(&["SELECT '--'"]),
            fingerprint(&["SELECT '-- '"])
        );
    }
}
