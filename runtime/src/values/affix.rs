//! Short texts, appended without a call.

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
        match &self.long {
            None => push_first(self.short, self.length as usize, out),
            Some(long) => out.extend_from_slice(long),
        }
    }
}

/// Texts of which one is chosen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    /// One after the other, with [`SHORT`] bytes behind the last.
    bytes: Box<[u8]>,
    /// Where each starts; one more at the end.
    starts: Box<[u32]>,
}

impl Texts {
    /// So many texts, each of which is printed by its number.
    pub fn new(count: usize, mut print: impl FnMut(usize, &mut Vec<u8>)) -> Self {
        let mut bytes = Vec::new();
        let mut starts = vec![0];
        for n in 0..count {
            print(n, &mut bytes);
            starts.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
        bytes.extend_from_slice(&[0; SHORT]);
        Self {
            bytes: bytes.into(),
            starts: starts.into(),
        }
    }

    /// How many there are.
    #[inline]
    pub fn count(&self) -> u64 {
        (self.starts.len() as u64).saturating_sub(1)
    }

    /// Appends one; nothing if there are fewer.
    #[inline]
    pub fn push(&self, n: u64, out: &mut Vec<u8>) {
        let n = n as usize;
        let (Some(&start), Some(&end)) = (self.starts.get(n), self.starts.get(n + 1)) else {
            return;
        };
        let (start, length) = (start as usize, (end - start) as usize);
        let short = self.bytes.get(start..).and_then(<[u8]>::first_chunk);
        match short {
            Some(short) if length <= SHORT => push_first::<SHORT>(*short, length, out),
            _ => out.extend_from_slice(self.bytes.get(start..start + length).unwrap_or_default()),
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
        assert_eq!(listed.count(), 5);
        for (n, text) in (0..).zip(texts) {
            let expected = [b"before ", text.as_bytes()].concat();
            let mut out = b"before ".to_vec();
            Affix::new(text.as_bytes()).push(&mut out);
            assert_eq!(out, expected);
            out.truncate(7);
            listed.push(n, &mut out);
            assert_eq!(out, expected);
        }
        let mut out = Vec::new();
        listed.push(5, &mut out);
        assert!(out.is_empty());
    }
}
