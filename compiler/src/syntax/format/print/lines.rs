//! Lines: text, spaces, breaks and comments.

use super::super::tree::{Comment, Node};
use super::WIDTH;

/// Collects text; knows the column.
#[derive(Debug, Default)]
pub(super) struct Printer {
    pub(super) out: String,
    /// Characters on the current line.
    pub(super) column: usize,
    /// Where lines start.
    pub(super) indent: usize,
    /// A comment has to end its line before anything follows.
    pub(super) pending: bool,
    /// Everything on one line of at most so many characters.
    pub(super) flat: Option<usize>,
    /// It did not fit.
    pub(super) failed: bool,
}

impl Printer {
    pub(super) fn text(&mut self, text: &str) {
        if self.failed {
            return;
        }
        if self.pending {
            self.line_break(false);
        }
        if self.column == 0 && self.flat.is_none() {
            self.out.extend(std::iter::repeat_n(' ', self.indent));
            self.column = self.indent;
        }
        // Two semicolons would be one break between statements.
        if text == ";" && self.out.ends_with(';') {
            self.space();
        }
        self.out.push_str(text);
        self.column += text.chars().count();
        self.failed |= self.flat.is_some_and(|most| self.column > most);
    }

    pub(super) fn space(&mut self) {
        if self.column > 0 && !self.pending && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
            self.column += 1;
        }
    }

    pub(super) fn line_break(&mut self, blank: bool) {
        if self.flat.is_some() {
            self.failed = true;
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if blank && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.column = 0;
        self.pending = false;
    }

    pub(super) fn comments(&mut self, comments: &[Comment<'_>]) {
        for comment in comments {
            self.comment(comment);
        }
    }

    pub(super) fn comment(&mut self, comment: &Comment<'_>) {
        if self.flat.is_some() && (comment.own_line || comment.line || comment.text.contains('\n'))
        {
            self.failed = true;
            return;
        }
        let own_line = comment.own_line || self.pending || self.column == 0;
        if own_line {
            self.line_break(comment.blank && !self.out.trim_end().ends_with(['(', '{', '[', '=']));
        } else if !self.out.ends_with(['(', '[', ' ', '\n']) {
            self.space();
        }
        let text = comment.text.replace("\r\n", "\n");
        self.text(&text);
        if let Some((_, last)) = text.rsplit_once('\n') {
            self.column = last.chars().count().max(1);
        }
        if comment.line || own_line {
            self.pending = true;
        } else {
            self.space();
        }
    }

    /// Tries to print on the rest of the line, with `reserve` characters to spare.
    pub(super) fn try_flat(&mut self, reserve: usize, print: impl FnOnce(&mut Self)) -> bool {
        if self.pending {
            self.line_break(false);
        }
        let column = if self.column == 0 {
            self.indent
        } else {
            self.column
        };
        let Some(most) = WIDTH.checked_sub(reserve).filter(|most| *most >= column) else {
            return false;
        };
        let mut flat = Self {
            column,
            flat: Some(most),
            // What stands before decides whether a space is needed.
            out: self
                .out
                .chars()
                .next_back()
                .map_or_else(String::new, String::from),
            ..Self::default()
        };
        let before = flat.out.len();
        print(&mut flat);
        if flat.failed {
            return false;
        }
        let printed = flat.out.split_off(before);
        if !printed.is_empty() {
            self.text(&printed);
        }
        true
    }

    pub(super) fn fits(&self, column: usize, reserve: usize, nodes: &[Node<'_>]) -> bool {
        let mut flat = Self {
            column: column.max(1),
            flat: Some(WIDTH.saturating_sub(reserve)),
            ..Self::default()
        };
        flat.nodes(nodes, 0);
        !flat.failed
    }

    pub(super) fn indented(&mut self, by: usize, print: impl FnOnce(&mut Self)) {
        self.indent += by;
        print(self);
        self.indent -= by;
    }
}
