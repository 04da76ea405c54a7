//! The tokens of a grammar, grouped for printing.

/// A comment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'t> {
    pub(super) text: &'t str,
    /// Whether a line break stands before it.
    pub(super) own_line: bool,
    /// Whether an empty line stands before it.
    pub(super) blank: bool,
    /// Whether it ends with its line.
    pub(super) line: bool,
}

/// A piece of a line.
#[derive(Debug)]
pub(super) enum Node<'t> {
    Text(&'t str),
    /// A space, or a line break in a line that is too long.
    Space,
    Comment(Comment<'t>),
    Block(Block<'t>),
    List(List<'t>),
}

/// Alternatives in brackets.
#[derive(Debug)]
pub(super) struct Block<'t> {
    pub(super) open: &'t str,
    pub(super) alternatives: Vec<Alternative<'t>>,
    /// Comments before the closing bracket.
    pub(super) end: Vec<Comment<'t>>,
    pub(super) close: &'t str,
}

/// Things separated by commas, in brackets.
#[derive(Debug)]
pub(super) struct List<'t> {
    pub(super) open: &'t str,
    pub(super) entries: Vec<Vec<Node<'t>>>,
    /// Comments before the closing bracket.
    pub(super) end: Vec<Comment<'t>>,
    pub(super) close: &'t str,
}

#[derive(Debug)]
pub(super) struct Alternative<'t> {
    /// Comments before it.
    pub(super) comments: Vec<Comment<'t>>,
    /// Whether an empty line stands before it.
    pub(super) blank: bool,
    /// Whether it, or the bar before it, starts a line.
    pub(super) starts_line: bool,
    /// Weight and guard with the colon; empty when there is none.
    pub(super) header: Vec<Node<'t>>,
    pub(super) chunks: Vec<Chunk<'t>>,
}

/// What stays together in a sequence.
#[derive(Debug)]
pub(super) struct Chunk<'t> {
    pub(super) comments: Vec<Comment<'t>>,
    pub(super) blank: bool,
    pub(super) starts_line: bool,
    pub(super) kind: ChunkKind,
    pub(super) nodes: Vec<Node<'t>>,
}

/// How a chunk stands among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkKind {
    Element,
    /// On a line of its own: `let`, `bind`.
    Statement,
    /// As that, and it may share its semicolon with the rule.
    Return,
    /// Starts a line: `;;`.
    Break,
}

#[derive(Debug)]
pub(super) struct Item<'t> {
    pub(super) comments: Vec<Comment<'t>>,
    pub(super) blank: bool,
    /// Everything, or what stands before a rule's body.
    pub(super) head: Vec<Node<'t>>,
    /// The body of a rule.
    pub(super) body: Option<Vec<Alternative<'t>>>,
    /// Comments before the last semicolon.
    pub(super) end: Vec<Comment<'t>>,
}

#[derive(Debug)]
pub(super) struct File<'t> {
    pub(super) items: Vec<Item<'t>>,
    pub(super) end: Vec<Comment<'t>>,
}
