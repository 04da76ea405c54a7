//! Groups tokens for printing. The text has been parsed before, so whatever the grammar rules out
//! does not occur here; should it occur all the same, tokens are taken as they come.

use super::tree::{Alternative, Block, Chunk, ChunkKind, Comment, File, Item, List, Node};
use crate::syntax::is_reserved;
use crate::syntax::scan::{ITEM_KEYWORDS, Token, TokenKind, is_upper};

/// A token with the comments before it.
#[derive(Debug)]
struct Word<'t> {
    text: &'t str,
    kind: TokenKind,
    /// Whether nothing stands between it and the token before.
    adjacent: bool,
    /// Whether it starts a line.
    starts_line: bool,
    /// Whether an empty line stands before it.
    blank: bool,
    comments: Vec<Comment<'t>>,
}

/// Groups tokens.
pub(super) struct Reader<'t> {
    words: Vec<Word<'t>>,
    at: usize,
    end: Vec<Comment<'t>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, tokens: &[Token]) -> Self {
        let mut words: Vec<Word<'t>> = Vec::with_capacity(tokens.len());
        let mut comments = Vec::new();
        let mut before = 0;
        let mut starts_line = true;
        for token in tokens {
            let range = token.range();
            let between = &text[before..range.start];
            let breaks = between.bytes().filter(|b| *b == b'\n').count();
            starts_line |= breaks > 0;
            let first = before == 0 && words.is_empty() && comments.is_empty();
            let written = token.text(text);
            if token.is_comment() {
                comments.push(Comment {
                    text: written.trim_end(),
                    own_line: breaks > 0 || first,
                    blank: breaks > 1 && !first,
                    line: token.kind != TokenKind::BlockComment,
                });
                starts_line |= token.kind != TokenKind::BlockComment;
            } else {
                words.push(Word {
                    text: written,
                    kind: token.kind,
                    adjacent: between.is_empty() && comments.is_empty() && !first,
                    starts_line: std::mem::take(&mut starts_line),
                    blank: breaks > 1 && !first,
                    comments: std::mem::take(&mut comments),
                });
            }
            before = range.end;
        }
        Self {
            words,
            at: 0,
            end: comments,
        }
    }

    pub(super) fn file(mut self) -> File<'t> {
        let mut items = Vec::new();
        while self.at < self.words.len() {
            items.push(self.item());
        }
        File {
            items,
            end: self.end,
        }
    }

    // ---- looking and taking

    fn peek(&self) -> &'t str {
        self.words.get(self.at).map_or("", |word| word.text)
    }

    fn kind(&self) -> Option<TokenKind> {
        self.words.get(self.at).map(|word| word.kind)
    }

    fn adjacent(&self) -> bool {
        self.words.get(self.at).is_some_and(|word| word.adjacent)
    }

    fn starts_line(&self) -> bool {
        self.words.get(self.at).is_some_and(|word| word.starts_line)
    }

    /// The comments before the next token.
    fn comments(&mut self) -> Vec<Comment<'t>> {
        self.words
            .get_mut(self.at)
            .map_or_else(Vec::new, |word| std::mem::take(&mut word.comments))
    }

    /// Moves the comments before the next token to the one after it.
    fn skip(&mut self) {
        let comments = self.comments();
        self.at += 1;
        match self.words.get_mut(self.at) {
            Some(word) => drop(word.comments.splice(0..0, comments)),
            None => drop(self.end.splice(0..0, comments)),
        }
    }

    /// Adds the next token with its comments.
    fn take(&mut self, nodes: &mut Vec<Node<'t>>) {
        let text = self.peek();
        nodes.extend(self.comments().into_iter().map(Node::Comment));
        nodes.push(Node::Text(text));
        self.at += 1;
    }

    fn take_if(&mut self, text: &str, nodes: &mut Vec<Node<'t>>) -> bool {
        let found = self.peek() == text;
        if found {
            self.take(nodes);
        }
        found
    }

    fn ends_item(&self) -> bool {
        self.at + 1 >= self.words.len() || ITEM_KEYWORDS.contains(&self.words[self.at + 1].text)
    }

    // ---- items

    fn item(&mut self) -> Item<'t> {
        let comments = self.comments();
        let blank = self.words[self.at].blank;
        let mut head = Vec::new();
        let keyword = self.peek();
        self.take(&mut head);
        let mut body = None;
        if matches!(keyword, "rule" | "override") {
            self.head_of_rule(&mut head);
            body = Some(self.alternatives());
        } else {
            self.header_item(&mut head);
        }
        let end = self.comments();
        self.at += 1;
        Item {
            comments,
            blank,
            head,
            body,
            end,
        }
    }

    /// From the name to the `=`.
    fn head_of_rule(&mut self, head: &mut Vec<Node<'t>>) {
        while self.at < self.words.len() {
            match self.peek() {
                "(" => {
                    let list = self.list(Self::typed);
                    head.push(Node::List(list));
                }
                "=" => {
                    head.push(Node::Space);
                    self.take(head);
                    return;
                }
                "->" => {
                    head.push(Node::Space);
                    self.take(head);
                    head.push(Node::Space);
                    if self.peek() == "(" {
                        let list = self.list(Self::typed);
                        head.push(Node::List(list));
                    } else {
                        self.typed(head);
                    }
                }
                _ => {
                    head.push(Node::Space);
                    self.take(head);
                }
            }
        }
    }

    /// `name: list<type>`, `list<type>`
    fn typed(&mut self, nodes: &mut Vec<Node<'t>>) {
        while !matches!(self.peek(), "" | "," | ")" | "=" | ";") {
            let colon = self.peek() == ":";
            self.take(nodes);
            if colon {
                nodes.push(Node::Space);
            }
        }
    }

    /// Any item but a rule, after its keyword.
    fn header_item(&mut self, nodes: &mut Vec<Node<'t>>) {
        let mut space = true;
        while !matches!(self.peek(), "" | ";") {
            match self.peek() {
                "{" => {
                    let list = self.list(|this, nodes| {
                        let mut first = true;
                        while !matches!(this.peek(), "" | "," | "}") {
                            if !std::mem::take(&mut first) {
                                nodes.push(Node::Space);
                            }
                            this.take(nodes);
                        }
                    });
                    nodes.push(Node::List(list));
                }
                "(" => {
                    let list = self.list(Self::typed);
                    nodes.push(Node::List(list));
                }
                "->" => {
                    nodes.push(Node::Space);
                    self.take(nodes);
                    nodes.push(Node::Space);
                    self.typed(nodes);
                }
                "," if self
                    .words
                    .get(self.at + 1)
                    .is_some_and(|word| word.text == ";") =>
                {
                    self.skip();
                }
                text => {
                    let joined = matches!(text, "::" | ",");
                    if space && !joined {
                        nodes.push(Node::Space);
                    }
                    self.take(nodes);
                    space = text != "::";
                }
            }
        }
    }

    // ---- alternatives and elements

    fn alternatives(&mut self) -> Vec<Alternative<'t>> {
        let mut alternatives = Vec::new();
        let mut blank = false;
        let mut starts_line = false;
        let mut bar = self.peek() == "|";
        loop {
            if bar {
                blank = self.words[self.at].blank;
                starts_line = self.words[self.at].starts_line;
                self.skip();
            }
            let mut alternative = self.alternative();
            alternative.blank |= blank;
            alternative.starts_line |= starts_line;
            alternatives.push(alternative);
            bar = self.peek() == "|";
            if !bar {
                return alternatives;
            }
        }
    }

    fn alternative(&mut self) -> Alternative<'t> {
        let empty = matches!(self.peek(), "|" | ")" | "}" | ";");
        let starts_line = self.starts_line() && !empty;
        let comments = if empty {
            // They belong to what follows.
            Vec::new()
        } else {
            self.comments()
        };
        let mut header = Vec::new();
        if self.kind() == Some(TokenKind::Number) || matches!(self.peek(), "-" | "when") {
            self.expression(&mut header);
            if self.peek() == "when" {
                if !header.is_empty() {
                    header.push(Node::Space);
                }
                self.take(&mut header);
                header.push(Node::Space);
                self.expression(&mut header);
            }
            self.take_if(":", &mut header);
        }
        let mut chunks = Vec::new();
        while !matches!(self.peek(), "" | "|" | ")" | "}" | ";") {
            let chunk = self.chunk();
            chunks.push(chunk);
        }
        Alternative {
            comments,
            blank: false,
            starts_line,
            header,
            chunks,
        }
    }

    fn chunk(&mut self) -> Chunk<'t> {
        let blank = self.words[self.at].blank;
        let starts_line = self.starts_line();
        let comments = self.comments();
        let mut nodes = Vec::new();
        let mut kind = ChunkKind::Element;
        match self.peek() {
            "let" => {
                kind = ChunkKind::Statement;
                self.take(&mut nodes);
                nodes.push(Node::Space);
                self.pattern(&mut nodes);
                nodes.push(Node::Space);
                self.take(&mut nodes);
                nodes.push(Node::Space);
                self.expression(&mut nodes);
                self.take_if(";", &mut nodes);
            }
            "bind" => {
                kind = ChunkKind::Statement;
                self.take(&mut nodes);
                nodes.push(Node::Space);
                self.expression(&mut nodes);
                while self.take_if(",", &mut nodes) {
                    nodes.push(Node::Space);
                    self.expression(&mut nodes);
                }
                self.take_if(";", &mut nodes);
            }
            "return" => {
                kind = ChunkKind::Return;
                self.take(&mut nodes);
                nodes.push(Node::Space);
                self.expression(&mut nodes);
                self.skip_own_semicolon();
            }
            "effect" => {
                self.take(&mut nodes);
                nodes.push(Node::Space);
                self.expression(&mut nodes);
                self.skip_own_semicolon();
            }
            "for" => {
                self.take(&mut nodes);
                nodes.push(Node::Space);
                self.pattern(&mut nodes);
                nodes.push(Node::Space);
                self.take(&mut nodes);
                nodes.push(Node::Space);
                self.expression(&mut nodes);
                if self.kind() == Some(TokenKind::String) {
                    nodes.push(Node::Space);
                    self.take(&mut nodes);
                }
                self.body(&mut nodes);
            }
            "scope" | "full" | "context" => {
                self.take(&mut nodes);
                if self.peek() != "{" {
                    nodes.push(Node::Space);
                    self.take(&mut nodes);
                }
                self.body(&mut nodes);
            }
            "narrow" => {
                self.take(&mut nodes);
                let list = self.list(Self::expression);
                nodes.push(Node::List(list));
                self.body(&mut nodes);
            }
            ";;" => {
                kind = ChunkKind::Break;
                self.take(&mut nodes);
            }
            _ => self.glued(&mut nodes),
        }
        Chunk {
            comments,
            blank,
            starts_line,
            kind,
            nodes,
        }
    }

    /// The semicolon that ends the rule is not the element's own.
    fn skip_own_semicolon(&mut self) {
        if self.peek() == ";" && !self.ends_item() {
            self.skip();
        }
    }

    fn body(&mut self, nodes: &mut Vec<Node<'t>>) {
        nodes.push(Node::Space);
        let block = self.block(nodes);
        nodes.push(Node::Block(block));
    }

    fn pattern(&mut self, nodes: &mut Vec<Node<'t>>) {
        if self.peek() == "(" {
            let list = self.list(Self::expression);
            nodes.push(Node::List(list));
        } else {
            self.take(nodes);
        }
    }

    /// Operands joined by `~`.
    fn glued(&mut self, nodes: &mut Vec<Node<'t>>) {
        loop {
            if self.peek() != "~" {
                self.operand(nodes);
            }
            if self.peek() != "~" {
                return;
            }
            while self.peek() == "~" {
                if !nodes.is_empty() {
                    nodes.push(Node::Space);
                }
                self.take(nodes);
            }
            let operand = matches!(self.peek(), "(" | "{")
                || self.kind() == Some(TokenKind::String)
                || (self.kind() == Some(TokenKind::Word) && !is_reserved(self.peek()));
            if !operand {
                return;
            }
            nodes.push(Node::Space);
        }
    }

    /// A word, string, call, group or block with its suffixes.
    fn operand(&mut self, nodes: &mut Vec<Node<'t>>) {
        if matches!(self.peek(), "(" | "{") {
            let block = self.block(nodes);
            nodes.push(Node::Block(block));
        } else {
            let literal = self.kind() == Some(TokenKind::String) || is_upper(self.peek());
            self.take(nodes);
            if self.peek() == "(" && self.adjacent() {
                if literal {
                    // A group; where it stands is kept, for the compiler warns about it.
                    let block = self.block(nodes);
                    nodes.push(Node::Block(block));
                } else {
                    let list = self.list(Self::expression);
                    nodes.push(Node::List(list));
                }
            }
        }
        while self.adjacent() {
            match self.peek() {
                "." => {
                    self.take(nodes);
                    self.take(nodes);
                }
                "?" => {
                    self.take(nodes);
                    if self.kind() == Some(TokenKind::Number) && self.adjacent() {
                        self.take(nodes);
                        self.take(nodes);
                    }
                }
                "{" => self.repetition(nodes),
                _ => return,
            }
        }
    }

    fn block(&mut self, nodes: &mut Vec<Node<'t>>) -> Block<'t> {
        nodes.extend(self.comments().into_iter().map(Node::Comment));
        let open = self.peek();
        self.at += 1;
        let alternatives = self.alternatives();
        let end = self.comments();
        let close = self.peek();
        self.at += 1;
        Block {
            open,
            alternatives,
            end,
            close,
        }
    }

    fn list(&mut self, entry: impl Fn(&mut Self, &mut Vec<Node<'t>>)) -> List<'t> {
        let open = self.peek();
        // Nothing but a comment could stand before the bracket; it goes into the list.
        self.skip();
        let mut entries = Vec::new();
        while !matches!(self.peek(), "" | ")" | "]" | "}") {
            let start = self.at;
            let mut nodes = Vec::new();
            entry(self, &mut nodes);
            entries.push(nodes);
            if self.peek() == "," {
                self.skip();
            } else if self.at == start {
                break;
            }
        }
        let end = self.comments();
        let close = self.peek();
        self.at += 1;
        List {
            open,
            entries,
            end,
            close,
        }
    }

    // ---- expressions

    /// An expression or guard, up to what cannot belong to it.
    fn expression(&mut self, nodes: &mut Vec<Node<'t>>) {
        let mut operand_before = false;
        loop {
            let text = self.peek();
            match self.kind() {
                None => return,
                Some(TokenKind::Close) => return,
                Some(TokenKind::Open) => match (text, operand_before, self.adjacent()) {
                    ("{", true, true) => self.repetition(nodes),
                    ("(", true, true) | ("(" | "[", false, _) => {
                        let list = self.list(Self::expression);
                        nodes.push(Node::List(list));
                        operand_before = true;
                    }
                    ("{", false, _) => {
                        let block = self.block(nodes);
                        nodes.push(Node::Block(block));
                        operand_before = true;
                    }
                    _ => return,
                },
                Some(TokenKind::Word) => match text {
                    "in" if operand_before => {
                        nodes.push(Node::Space);
                        self.take(nodes);
                        nodes.push(Node::Space);
                        operand_before = false;
                    }
                    "in" | "distinct" => {
                        self.take(nodes);
                        nodes.push(Node::Space);
                    }
                    "when" => return,
                    _ if operand_before => return,
                    _ => {
                        self.take(nodes);
                        operand_before = true;
                    }
                },
                Some(TokenKind::Punctuation) => match text {
                    "." => {
                        self.take(nodes);
                        self.take(nodes);
                        operand_before = true;
                    }
                    ".." | "..=" | "!" => {
                        self.take(nodes);
                        operand_before = false;
                    }
                    "-" if !operand_before => self.take(nodes),
                    "+" | "-" | "*" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||" => {
                        nodes.push(Node::Space);
                        self.take(nodes);
                        nodes.push(Node::Space);
                        operand_before = false;
                    }
                    _ => return,
                },
                Some(_) if operand_before => return,
                // A string after an open range is a separator.
                Some(TokenKind::String) if ends_open(nodes) => return,
                Some(_) => {
                    self.take(nodes);
                    operand_before = true;
                }
            }
        }
    }

    /// `{2..=5 ",", zipf(1.1)}`
    fn repetition(&mut self, nodes: &mut Vec<Node<'t>>) {
        self.take(nodes);
        self.expression(nodes);
        if self.kind() == Some(TokenKind::String) {
            nodes.push(Node::Space);
            self.take(nodes);
        }
        if self.take_if(",", nodes) {
            nodes.push(Node::Space);
            self.expression(nodes);
        }
        self.take_if("}", nodes);
    }
}

/// Whether the nodes end with the dots of a range.
fn ends_open(nodes: &[Node<'_>]) -> bool {
    matches!(nodes.last(), Some(Node::Text("..")))
}
