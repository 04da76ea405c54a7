//! Printing: on one line what fits, else broken at alternatives, statements and brackets.

mod lines;

use super::tree::{Alternative, Block, Chunk, ChunkKind, Comment, File, Item, List, Node};
use lines::Printer;

/// The longest line.
const WIDTH: usize = 100;
/// One level.
const INDENT: usize = 4;

/// The text of a file.
pub(super) fn file(file: &File<'_>) -> String {
    let mut printer = Printer::default();
    let mut before_is_long = false;
    for (i, item) in file.items.iter().enumerate() {
        let mut shown = Printer::default();
        shown.item(item);
        let long = shown.out.trim_end().contains('\n');
        let trailing = item.comments.iter().take_while(|c| !c.own_line).count();
        printer.comments(&item.comments[..trailing]);
        let own = &item.comments[trailing..];
        let blank = own.first().map_or(item.blank, |comment| comment.blank);
        if i > 0 || trailing > 0 {
            printer.line_break(blank || (i > 0 && (long || before_is_long)));
        }
        printer.comments(own);
        if !own.is_empty() {
            printer.line_break(item.blank);
        }
        printer.out.push_str(&shown.out);
        printer.column = shown.column;
        printer.pending = shown.pending;
        before_is_long = long;
    }
    printer.comments(&file.end);
    if !printer.out.is_empty() {
        printer.line_break(false);
    }
    printer.out
}

impl Printer {
    // ---- nodes

    /// Prints nodes; `reserve` characters follow the last on its line.
    fn nodes(&mut self, nodes: &[Node<'_>], reserve: usize) {
        for (i, node) in nodes.iter().enumerate() {
            if self.failed {
                return;
            }
            match node {
                Node::Text(text) => self.text_after_comment(text),
                Node::Space if self.flat.is_some() => self.space(),
                Node::Space => self.space_or_break(&nodes[i + 1..], reserve),
                Node::Comment(comment) => self.indented(INDENT, |this| this.comment(comment)),
                Node::Block(block) => self.block(block, following(&nodes[i + 1..], reserve)),
                Node::List(list) => self.list(list, following(&nodes[i + 1..], reserve)),
            }
        }
    }

    /// Punctuation stands directly after what it follows, also after a comment.
    fn text_after_comment(&mut self, text: &str) {
        if matches!(text, "," | ";" | ")" | "]" | ":") && !self.pending {
            let kept = self.out.trim_end_matches(' ').len();
            if self.out[..kept].ends_with("*/") {
                self.column -= self.out.len() - kept;
                self.out.truncate(kept);
            }
        }
        if self.pending {
            self.indented(INDENT, |this| this.text(text));
        } else {
            self.text(text);
        }
    }

    /// A space, or a line break when what comes up to the next space does not fit.
    fn space_or_break(&mut self, rest: &[Node<'_>], reserve: usize) {
        let next = rest
            .iter()
            .position(|node| matches!(node, Node::Space))
            .unwrap_or(rest.len());
        let reserve = if next == rest.len() { reserve } else { 0 };
        let piece = &rest[..next];
        let breakable = piece
            .iter()
            .any(|node| matches!(node, Node::Block(_) | Node::List(_)));
        // A comment would be another one at the start of a line.
        let commented = matches!(piece.first(), Some(Node::Comment(_)));
        if breakable
            || commented
            || self.pending
            || self.fits(self.column + 1, reserve, piece)
            || !self.fits(self.indent + INDENT, reserve, piece)
        {
            self.space();
        } else {
            self.line_break(false);
            self.out
                .extend(std::iter::repeat_n(' ', self.indent + INDENT));
            self.column = self.indent + INDENT;
        }
    }

    fn list(&mut self, list: &List<'_>, reserve: usize) {
        if self.flat.is_some() {
            self.text(list.open);
            for (i, entry) in list.entries.iter().enumerate() {
                if i > 0 {
                    self.text_after_comment(",");
                    self.space();
                }
                self.nodes(entry, 0);
            }
            self.comments(&list.end);
            self.text_after_comment(list.close);
            return;
        }
        if self.try_flat(reserve, |flat| flat.list(list, 0)) {
            return;
        }
        self.text(list.open);
        if let [only] = list.entries.as_slice()
            && list.end.is_empty()
            && breaks(only)
        {
            self.nodes(only, reserve + 1);
        } else {
            self.indented(INDENT, |this| {
                for (i, entry) in list.entries.iter().enumerate() {
                    // A comment after a comma stays on its line.
                    let mut commented = 0;
                    while let Some(Node::Comment(comment)) = entry.get(commented) {
                        this.comment(comment);
                        commented += 1;
                    }
                    this.line_break(false);
                    this.nodes(&entry[commented..], 1);
                    if i + 1 < list.entries.len() {
                        this.text_after_comment(",");
                    }
                }
                this.comments(&list.end);
            });
            self.line_break(false);
        }
        self.text_after_comment(list.close);
    }

    // ---- blocks

    fn block(&mut self, block: &Block<'_>, reserve: usize) {
        let braces = block.open == "{";
        if self.flat.is_some() {
            self.text(block.open);
            let empty = matches!(block.alternatives.as_slice(), [one] if is_empty(one))
                && block.end.is_empty();
            if braces && !empty {
                self.space();
            }
            self.flat_alternatives(&block.alternatives);
            self.comments(&block.end);
            if braces && !empty {
                self.space();
                self.text(block.close);
            } else {
                self.text_after_comment(block.close);
            }
            return;
        }
        if self.try_flat(reserve, |flat| flat.block(block, 0)) {
            return;
        }
        self.text(block.open);
        if let [one] = block.alternatives.as_slice()
            && !braces
            && block.end.is_empty()
            && let Some(nodes) = hugged(one)
        {
            self.nodes(nodes, reserve + 1);
        } else {
            self.indented(INDENT, |this| {
                this.broken_alternatives(&block.alternatives, &block.end);
            });
            self.line_break(false);
        }
        self.text(block.close);
    }

    fn flat_alternatives(&mut self, alternatives: &[Alternative<'_>]) {
        let many = alternatives.len() > 1;
        self.failed |= wants_lines(alternatives);
        for (i, alternative) in alternatives.iter().enumerate() {
            // A bar before an empty first alternative, or it would be none.
            if i > 0 || (many && is_empty(alternative)) {
                if i > 0 {
                    self.space();
                }
                self.text("|");
                if !is_empty(alternative) {
                    self.space();
                }
            }
            self.comments(&alternative.comments);
            self.nodes(&alternative.header, 0);
            if !alternative.header.is_empty() && !alternative.chunks.is_empty() {
                self.space();
            }
            self.flat_chunks(&alternative.chunks);
            if self.failed {
                return;
            }
        }
    }

    fn flat_chunks(&mut self, chunks: &[Chunk<'_>]) {
        for (i, chunk) in chunks.iter().enumerate() {
            if i > 0 {
                self.space();
            }
            self.comments(&chunk.comments);
            self.nodes(&chunk.nodes, 0);
            if chunk.kind == ChunkKind::Return {
                self.text_after_comment(";");
            }
            if self.failed {
                return;
            }
        }
    }

    /// Alternatives on lines of their own, and the comments after them.
    fn broken_alternatives(&mut self, alternatives: &[Alternative<'_>], end: &[Comment<'_>]) {
        let bars = alternatives.len() > 1 || alternatives.iter().any(|a| !a.header.is_empty());
        // The author may have laid short ones out in rows.
        let rows = alternatives.first().is_some_and(|first| first.starts_line);
        let mut in_row = false;
        for (i, alternative) in alternatives.iter().enumerate() {
            if in_row && !alternative.starts_line && self.goes_on(alternative) {
                continue;
            }
            self.comments_around(&alternative.comments);
            self.line_break(alternative.blank && i > 0 && alternative.comments.is_empty());
            if bars {
                self.text("|");
                in_row = self.after_bar(alternative) && rows;
            } else {
                self.chunks(&alternative.chunks, 0, true);
            }
        }
        self.comments(end);
    }

    /// Prints an alternative in the row of the one before, if it fits there.
    fn goes_on(&mut self, alternative: &Alternative<'_>) -> bool {
        alternative.comments.is_empty()
            && !self.pending
            && !wants_own_lines(alternative)
            && self.try_flat(0, |flat| {
                flat.space();
                flat.text("|");
                flat.flat_after_bar(alternative);
            })
    }

    fn flat_after_bar(&mut self, alternative: &Alternative<'_>) {
        let Alternative { header, chunks, .. } = alternative;
        if !is_empty(alternative) {
            self.space();
        }
        self.nodes(header, 0);
        if !header.is_empty() && !chunks.is_empty() {
            self.space();
        }
        self.flat_chunks(chunks);
    }

    /// Comments before an alternative.
    fn comments_around(&mut self, comments: &[Comment<'_>]) {
        for comment in comments {
            self.comment(comment);
            // What is not at the end of a line goes on a line of its own.
            self.pending = true;
        }
    }

    /// An alternative after its bar; whether it stays in the line.
    fn after_bar(&mut self, alternative: &Alternative<'_>) -> bool {
        let Alternative { header, chunks, .. } = alternative;
        if !wants_own_lines(alternative)
            && self.try_flat(0, |flat| flat.flat_after_bar(alternative))
        {
            return true;
        }
        self.space();
        self.nodes(header, 0);
        let commented = chunks
            .first()
            .is_some_and(|chunk| !chunk.comments.is_empty());
        if !commented && hugs(chunks) && !self.fits(self.indent + INDENT, 0, &chunks[0].nodes) {
            self.space();
            self.nodes(&chunks[0].nodes, 0);
            return false;
        }
        self.indented(INDENT, |this| {
            let statements = chunks.iter().any(|chunk| chunk.kind != ChunkKind::Element);
            let fresh = !header.is_empty() || statements;
            this.chunks(chunks, 0, fresh);
        });
        false
    }

    /// A sequence: statements on lines of their own, elements as many as fit on each line.
    fn chunks(&mut self, chunks: &[Chunk<'_>], reserve: usize, fresh: bool) {
        for (i, chunk) in chunks.iter().enumerate() {
            let last = i + 1 == chunks.len();
            let reserve = if last { reserve } else { 0 };
            self.comments(&chunk.comments);
            let before = i.checked_sub(1).map(|before| chunks[before].kind);
            let on_own_line = match before {
                None => fresh,
                Some(before) => {
                    !matches!(before, ChunkKind::Element | ChunkKind::Break)
                        || chunk.kind != ChunkKind::Element
                }
            };
            if on_own_line || self.pending || (i > 0 && chunk.starts_line) {
                self.line_break(chunk.blank && i > 0);
            } else if i > 0 && !self.follows(chunk, reserve) {
                self.line_break(false);
            } else if i > 0 {
                self.space();
            }
            if chunk.kind == ChunkKind::Return {
                self.nodes(&chunk.nodes, reserve + 1);
                self.text_after_comment(";");
            } else {
                self.nodes(&chunk.nodes, reserve);
            }
        }
    }

    /// Whether an element goes on the same line: it fits there, or it has to be broken anyway.
    fn follows(&self, chunk: &Chunk<'_>, reserve: usize) -> bool {
        if self.fits(self.column + 1, reserve, &chunk.nodes) {
            return true;
        }
        let breakable = chunk
            .nodes
            .iter()
            .position(|node| matches!(node, Node::Block(_) | Node::List(_)));
        let Some(first) = breakable else {
            return false;
        };
        !self.fits(self.indent, reserve, &chunk.nodes)
            && self.fits(self.column + 1, 30, &chunk.nodes[..first])
    }

    // ---- items

    fn item(&mut self, item: &Item<'_>) {
        let Some(body) = &item.body else {
            self.nodes(&item.head, 1);
            self.comments(&item.end);
            self.text_after_comment(";");
            return;
        };
        let many = body.len() > 1 || body.iter().any(|a| !a.header.is_empty());
        let returns = body
            .iter()
            .any(|a| a.chunks.iter().any(|chunk| chunk.kind == ChunkKind::Return));
        let flat = !(wants_lines(body) || many && returns)
            && self.try_flat(0, |flat| {
                flat.nodes(&item.head, 0);
                flat.space();
                if let [one] = body.as_slice() {
                    flat.only_alternative(one);
                } else {
                    flat.flat_alternatives(body);
                }
                flat.comments(&item.end);
                flat.text_after_comment(";");
            });
        if flat {
            return;
        }
        self.nodes(&item.head, 0);
        if many {
            self.indented(INDENT, |this| {
                this.broken_alternatives(body, &item.end);
                this.line_break(false);
                this.text(";");
            });
            return;
        }
        for one in body {
            let hugged = hugged(one)
                .filter(|nodes| item.end.is_empty() && !self.fits(self.indent + INDENT, 1, nodes));
            if let Some(nodes) = hugged {
                self.space();
                self.nodes(nodes, 1);
            } else {
                self.indented(INDENT, |this| {
                    this.comments(&one.comments);
                    this.sequence_of_rule(one);
                    this.comments(&item.end);
                });
            }
            self.indented(INDENT, |this| this.text_after_comment(";"));
        }
    }

    fn only_alternative(&mut self, one: &Alternative<'_>) {
        self.comments(&one.comments);
        self.nodes(&one.header, 0);
        if !one.header.is_empty() {
            self.space();
        }
        match one.chunks.split_last() {
            // The rule's semicolon serves as that of the `return`.
            Some((last, rest)) if last.kind == ChunkKind::Return => {
                self.flat_chunks(rest);
                self.space();
                self.comments(&last.comments);
                self.nodes(&last.nodes, 0);
            }
            _ => self.flat_chunks(&one.chunks),
        }
    }

    /// The elements of the only alternative of a rule.
    fn sequence_of_rule(&mut self, one: &Alternative<'_>) {
        match one.chunks.split_last() {
            Some((last, rest)) if last.kind == ChunkKind::Return => {
                self.chunks(rest, 0, true);
                self.comments(&last.comments);
                self.line_break(last.blank && last.comments.is_empty());
                self.nodes(&last.nodes, 1);
            }
            _ => self.chunks(&one.chunks, 1, true),
        }
    }
}

/// Whether the author gave alternatives or statements lines of their own.
fn wants_lines(alternatives: &[Alternative<'_>]) -> bool {
    match alternatives {
        [one] => one.starts_line && on_lines(&one.chunks),
        [first, ..] => first.starts_line,
        [] => false,
    }
}

fn wants_own_lines(alternative: &Alternative<'_>) -> bool {
    !alternative.header.is_empty() && on_lines(&alternative.chunks)
}

/// Whether there are statements, the first element on a new line.
fn on_lines(chunks: &[Chunk<'_>]) -> bool {
    chunks.first().is_some_and(|chunk| chunk.starts_line)
        && chunks.iter().any(|chunk| chunk.kind != ChunkKind::Element)
}

fn is_empty(alternative: &Alternative<'_>) -> bool {
    alternative.header.is_empty() && alternative.chunks.is_empty()
}

/// Whether nodes hold something that can be broken.
fn breaks(nodes: &[Node<'_>]) -> bool {
    nodes
        .iter()
        .any(|node| matches!(node, Node::Block(_) | Node::List(_)))
}

fn hugs(chunks: &[Chunk<'_>]) -> bool {
    matches!(chunks, [one] if one.kind == ChunkKind::Element && breaks(&one.nodes))
}

/// The nodes of an alternative that consists of one thing with brackets of its own: the brackets
/// around it need no lines of their own.
fn hugged<'a, 't>(alternative: &'a Alternative<'t>) -> Option<&'a [Node<'t>]> {
    match alternative.chunks.as_slice() {
        [one]
            if alternative.header.is_empty()
                && alternative.comments.is_empty()
                && one.comments.is_empty()
                && hugs(&alternative.chunks) =>
        {
            Some(&one.nodes)
        }
        _ => None,
    }
}

/// How many characters follow on the same line, up to where it can be broken.
fn following(rest: &[Node<'_>], reserve: usize) -> usize {
    let mut width = 0;
    for node in rest {
        match node {
            Node::Text(text) => width += text.chars().count(),
            Node::Space => return width,
            Node::Comment(_) => {}
            Node::Block(_) | Node::List(_) => return width + 1,
        }
    }
    width + reserve
}
