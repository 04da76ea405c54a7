//! Short texts, appended without a call.

use std::collections::HashSet;

/// Appends the first `length` bytes of a few.
///
/// All are written and then cut: no loop, no branch, no call.
#[inline]
pub(crate) fn push_first<const N: usize>(bytes: [u8; N], length: usize, out: &mut Vec<u8>) {
    let end = out.len() + length.min(N);
    out.extend_from_slice(&bytes);
    out.truncate(end);
}

/// Bytes of a short text.
const SHORT: usize = 16;

/// What stands before or behind every value of a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Affix {
    short: [u8; SHORT],
    length: u32,
    /// The text if it is longer.
    long: Option<Box<[u8]>>,
}

impl Affix {
    /// Of a text.
    pub fn new(text: &[u8]) -> Self {
        let mut affix = Self {
            length: u32::try_from(text.len()).unwrap_or(u32::MAX),
            ..Self::default()
        };
        match affix.short.get_mut(..text.len()) {
            Some(short) => short.copy_from_slice(text),
            None => affix.long = Some(text.into()),
        }
        affix
    }

    /// Appends it.
    #[inline]
    pub fn push(&self, out: &mut Vec<u8>) {
        // Nothing is the most common.
        if self.length == 0 {
            return;
        }
        match &self.long {
            None => push_first(self.short, self.length as usize, out),
            Some(long) => out.extend_from_slice(long),
        }
    }
}

/// Bytes of a listed text that is written at once.
const PADDED: usize = 32;

/// Texts of which one is chosen.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    listed: Listed,
    distinct: bool,
}

#[derive(Debug, Clone)]
enum Listed {
    /// Short ones: the last byte is the length.
    Short(Box<[[u8; PADDED]]>),
    /// Any.
    Long(Box<[Box<[u8]>]>),
}

impl Texts {
    /// So many texts, each of which is printed by its number.
    pub fn new(count: usize, mut print: impl FnMut(usize, &mut Vec<u8>)) -> Self {
        let texts: Box<[Box<[u8]>]> = (0..count)
            .map(|n| {
                let mut text = Vec::new();
                print(n, &mut text);
                text.into()
            })
            .collect();
        let padded = |text: &[u8]| {
            let mut padded = [0; PADDED];
            padded[..PADDED - 1]
                .get_mut(..text.len())?
                .copy_from_slice(text);
            padded[PADDED - 1] = text.len() as u8;
            Some(padded)
        };
        let mut seen = HashSet::new();
        let distinct = texts.iter().all(|text| seen.insert(text));
        let listed = match texts.iter().map(|text| padded(text)).collect() {
            Some(short) => Listed::Short(short),
            None => Listed::Long(texts),
        };
        Self { listed, distinct }
    }

    /// Whether no two are the same.
    #[inline]
    pub fn are_distinct(&self) -> bool {
        self.distinct
    }

    /// How many there are.
    #[inline]
    pub fn count(&self) -> u64 {
        match &self.listed {
            Listed::Short(texts) => texts.len() as u64,
            Listed::Long(texts) => texts.len() as u64,
        }
    }

    /// Appends one; nothing if there are fewer.
    #[inline]
    pub fn push(&self, n: u64, out: &mut Vec<u8>) {
        match &self.listed {
            Listed::Short(texts) => {
                if let Some(&text) = texts.get(n as usize) {
                    push_first(text, text[PADDED - 1].into(), out);
                }
            }
            Listed::Long(texts) => {
                if let Some(text) = texts.get(n as usize) {
                    out.extend_from_slice(text);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts_are_appended() {
        let texts = [
            "",
            "a",
            "of sixteen bytes",
            "longer than sixteen bytes",
            "z",
        ];
        let listed = Texts::new(texts.len(), |n, out| {
            out.extend_from_slice(texts[n].as_bytes());
        });
        assert_eq!(listed.count(), texts.len() as u64);
        for (n, text) in (0..).zip(texts.iter()) {
            let expected = [b"before ", text.as_bytes()].concat();
            let mut out = b"before ".to_vec();
            Affix::new(text.as_bytes()).push(&mut out);
            assert_eq!(out, expected);
            out.truncate(7);
            listed.push(n, &mut out);
            assert_eq!(out, expected);
        }
        let mut out = Vec::new();
        listed.push(listed.count(), &mut out);
        assert!(out.is_empty());
    }
}
