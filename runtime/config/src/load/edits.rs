//! A text that is changed in places before the parser sees it.

use crate::source::File;

/// A text that replaces what stands somewhere.
#[derive(Debug, Clone)]
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// The changes of a file, none of which overlap.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    edits: Vec<Edit>,
}

impl Edits {
    /// Puts a text in the place of another.
    pub fn replace(&mut self, start: usize, end: usize, text: impl Into<String>) {
        let text = text.into();
        let at = self.edits.partition_point(|edit| edit.start < start);
        self.edits.insert(at, Edit { start, end, text });
    }

    /// The text with all changes, but for those of what has been blanked since.
    #[must_use]
    pub fn apply(&self, file: &File) -> String {
        let text = &file.text;
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for edit in self.current(file) {
            out.push_str(text.get(at..edit.start).unwrap_or_default());
            out.push_str(&edit.text);
            at = edit.end.max(at);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    /// Where an offset of the changed text was before.
    #[must_use]
    pub fn before(&self, file: &File, offset: usize) -> usize {
        let (mut added, mut removed) = (0, 0);
        for edit in self.current(file) {
            if edit.end + added > offset + removed {
                break;
            }
            added += edit.text.len();
            removed += edit.end - edit.start;
        }
        (offset + removed).saturating_sub(added)
    }

    fn current<'a>(&'a self, file: &'a File) -> impl Iterator<Item = &'a Edit> {
        let is_there = |edit: &&Edit| {
            let byte = file.text.as_bytes().get(edit.start);
            byte.is_some_and(|byte| !byte.is_ascii_whitespace())
        };
        self.edits.iter().filter(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_found_again() {
        let mut file = File::new("f".to_owned(), "abcdefghij");
        let mut edits = Edits::default();
        edits.replace(4, 6, "xxxx");
        edits.replace(1, 1, ">");
        assert_eq!(edits.apply(&file), "a>bcdxxxxghij");
        assert_eq!([0, 2, 9].map(|at| edits.before(&file, at)), [0, 1, 6]);
        file.blank(4, 6);
        file.blank(5, 6);
        assert_eq!(edits.apply(&file), "a>bcdxxxxghij");
        file.blank(3, 6);
        assert_eq!(edits.apply(&file), "a>bc0  ghij");
    }
}
