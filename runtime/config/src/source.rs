//! The files of a configuration, and places in them.

/// A file that was read.
#[derive(Debug, Clone)]
pub struct File {
    /// As the user or an `include` names it.
    pub name: String,
    /// What is in it, without a byte order mark.
    pub text: String,
    /// Where its lines begin, in bytes.
    lines: Vec<usize>,
}

impl File {
    /// A file of that name and text.
    #[must_use]
    pub fn new(name: String, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { name, text, lines }
    }

    /// The offset in bytes of a line and a column, both counted from 1, columns in characters. What is
    /// beyond the end is the end.
    #[must_use]
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let Some(&start) = self.lines.get(line.saturating_sub(1)) else {
            return self.text.len();
        };
        let rest = self.text.get(start..).unwrap_or_default();
        let found = rest.char_indices().nth(column.saturating_sub(1));
        found.map_or(self.text.len(), |(at, _)| start + at)
    }

    /// The line of an offset, from 1.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset).max(1)
    }

    /// Puts a `0` and spaces in the place of a text. Nothing else moves.
    pub fn blank(&mut self, start: usize, end: usize) {
        let blank = |(at, byte)| match byte {
            b'\n' => '\n',
            _ if at == 0 => '0',
            _ => ' ',
        };
        if let Some(text) = self.text.get(start..end) {
            let blank: String = text.bytes().enumerate().map(blank).collect();
            self.text.replace_range(start..end, &blank);
        }
    }

    /// Puts spaces in the place of a text.
    pub fn clear(&mut self, start: usize, end: usize) {
        self.blank(start, end);
        self.text.replace_range(start..(start + 1).min(end), " ");
    }

    /// Where the line of an offset ends, before its line break.
    #[must_use]
    pub fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.text.len(), |length| offset + length)
    }
}

/// Which file: its position among those of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub usize);

/// A part of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

#[cfg(test)]
mod tests {
    use super::File;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let file = File::new("f".to_owned(), "\u{feff}ä = 1\nb = 2");
        assert_eq!(file.offset(1, 2), 2);
        assert_eq!(file.offset(2, 1), 7);
        assert_eq!(file.offset(9, 9), file.text.len());
        assert_eq!([0, 6, 7].map(|at| file.line(at)), [1, 1, 2]);
        assert_eq!(file.line_end(0), 6);
    }
}
