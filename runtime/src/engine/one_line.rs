//! Puts a statement on one line without changing what it means.

/// Appends `statement` to `out` on one line:
///
/// - a line break in a string (`'…'`, `$$…$$`) makes it an `E'…\n…'`, in a quoted name a `U&"…"`;
/// - strings that only a line break joins become one string;
/// - `--` comments are left out where something follows on the line that they would hide: the rest
///   of the statement, or, if `terminated`, its terminator;
/// - any other line break becomes a space.
///
/// A statement to which none of this applies is copied as it is; so is any text on one line that is
/// not `terminated`, which therefore need not be SQL.
pub fn write_one_line(statement: &[u8], terminated: bool, out: &mut Vec<u8>) {
    if needs_rewriting(statement, terminated) {
        let mut rewriter = Rewriter {
            text: statement.trim_ascii(),
            at: 0,
            start: out.len(),
            out,
        };
        rewriter.run();
    } else {
        out.extend_from_slice(statement);
    }
}

/// True for a statement that may have a line break, or, if `terminated`, a `--` comment.
///
/// Every byte is looked at together with the one after it, in blocks without a branch that the
/// compiler turns into vector instructions: dashes are too frequent in dates to be searched for.
pub(crate) fn needs_rewriting(statement: &[u8], terminated: bool) -> bool {
    let dash = if terminated { b'-' } else { b'\n' };
    let found = |byte: u8, next: u8| is_break(byte) | ((byte == dash) & (next == dash));
    let Some((&last, before)) = statement.split_last() else {
        return false;
    };
    let after = &statement[1..];
    let mut any = [0_u8; BLOCK];
    let mut look = |block: &[u8; BLOCK], next: &[u8; BLOCK]| {
        for i in 0..BLOCK {
            any[i] |= u8::from(found(block[i], next[i]));
        }
    };
    let (blocks, _) = before.as_chunks();
    let (next_blocks, _) = after.as_chunks();
    for (block, next) in blocks.iter().zip(next_blocks) {
        look(block, next);
    }
    // The last block overlaps the one before it.
    let in_rest = match (before.last_chunk(), after.last_chunk()) {
        (Some(block), Some(next)) => {
            look(block, next);
            false
        }
        _ => before
            .iter()
            .zip(after)
            .any(|(&byte, &next)| found(byte, next)),
    };
    in_rest | is_break(last) | any.iter().fold(false, |all, &any| all | (any != 0))
}

/// Bytes that are looked at together.
const BLOCK: usize = 32;

/// Walks the tokens of a statement as PostgreSQL's scanner does.
struct Rewriter<'a> {
    text: &'a [u8],
    at: usize,
    /// Where the statement starts in `out`.
    start: usize,
    out: &'a mut Vec<u8>,
}

/// The kinds of quoted tokens that escape differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoted {
    /// `'…'`
    Plain,
    /// `N'…'`
    National,
    /// `E'…'`
    Escape,
    /// `B'…'` or `X'…'`
    Bits,
    /// `U&'…'`
    Unicode,
    /// `"…"`
    Name,
    /// `U&"…"`
    UnicodeName,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_break(byte: u8) -> bool {
    (byte == b'\n') | (byte == b'\r')
}

impl Rewriter<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\'' => self.quoted(Quoted::Plain, 1),
                b'"' => self.quoted(Quoted::Name, 1),
                b'$' => self.dollar(),
                b'-' if self.follows(b"--") => self.line_comment(),
                b'/' if self.follows(b"/*") => self.block_comment(),
                b'\n' | b'\r' => {
                    self.at += 1;
                    self.space();
                }
                _ if is_word(byte) => self.word(),
                _ => self.copy(1),
            }
        }
        while self.out.len() > self.start && self.out.last() == Some(&b' ') {
            self.out.pop();
        }
    }

    fn follows(&self, expected: &[u8]) -> bool {
        self.text[self.at..].starts_with(expected)
    }

    fn copy(&mut self, length: usize) {
        let end = (self.at + length).min(self.text.len());
        self.out.extend_from_slice(&self.text[self.at..end]);
        self.at = end;
    }

    /// A space, unless one is there.
    fn space(&mut self) {
        if self.out.len() > self.start && self.out.last() != Some(&b' ') {
            self.out.push(b' ');
        }
    }

    /// A word, or a quoted token with a prefix.
    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest
            .iter()
            .position(|&byte| !is_word(byte) && byte != b'$')
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        match (word, after) {
            (b"E" | b"e", [b'\'', ..]) => self.quoted(Quoted::Escape, 2),
            (b"N" | b"n", [b'\'', ..]) => self.quoted(Quoted::National, 2),
            (b"B" | b"b" | b"X" | b"x", [b'\'', ..]) => self.quoted(Quoted::Bits, 2),
            (b"U" | b"u", [b'&', b'\'', ..]) => self.quoted(Quoted::Unicode, 3),
            (b"U" | b"u", [b'&', b'"', ..]) => self.quoted(Quoted::UnicodeName, 3),
            _ => self.copy(length),
        }
    }

    /// A quoted token whose opening, prefix and quote, has `opening` bytes.
    fn quoted(&mut self, kind: Quoted, opening: usize) {
        let from = self.at;
        self.at += opening;
        let is_name = matches!(kind, Quoted::Name | Quoted::UnicodeName);
        let content = self.content(if is_name { b'"' } else { b'\'' }, kind == Quoted::Escape);
        if !content.iter().copied().any(is_break) {
            self.out.extend_from_slice(&self.text[from..from + opening]);
            self.out.extend_from_slice(&content);
            self.out.push(if is_name { b'"' } else { b'\'' });
            return;
        }
        match kind {
            Quoted::Plain => self.escape_string(&content),
            Quoted::National => {
                self.out.extend_from_slice(b"nchar ");
                self.escape_string(&content);
            }
            Quoted::Escape => {
                self.out.extend_from_slice(b"E'");
                self.escape_breaks(&content);
                self.out.push(b'\'');
            }
            Quoted::Bits => {
                self.copy_opening(from, opening);
                self.out
                    .extend(content.iter().filter(|byte| !is_break(**byte)));
                self.out.push(b'\'');
            }
            Quoted::Unicode => {
                let escape = self.unicode_escape();
                self.copy_opening(from, opening);
                self.unicode_breaks(&content, escape, false);
                self.out.push(b'\'');
            }
            Quoted::UnicodeName => {
                let escape = self.unicode_escape();
                self.copy_opening(from, opening);
                self.unicode_breaks(&content, escape, false);
                self.out.push(b'"');
            }
            Quoted::Name => {
                self.part();
                self.out.extend_from_slice(b"U&\"");
                self.unicode_breaks(&content, b'\\', true);
                self.out.push(b'"');
            }
        }
    }

    fn copy_opening(&mut self, from: usize, opening: usize) {
        self.out.extend_from_slice(&self.text[from..from + opening]);
    }

    /// What stands between the quotes, as written; parts joined by a line break become one.
    fn content(&mut self, quote: u8, backslashes: bool) -> Vec<u8> {
        let mut content = Vec::new();
        while let Some(&byte) = self.text.get(self.at) {
            let pair = self.text.get(self.at + 1).copied();
            self.at += 1;
            if byte == quote && pair == Some(quote) || byte == b'\\' && backslashes {
                content.push(byte);
                content.extend(pair);
                self.at += 1;
            } else if byte == quote {
                match self.continuation() {
                    Some(next) if quote == b'\'' => self.at = next,
                    _ => break,
                }
            } else {
                content.push(byte);
            }
        }
        self.at = self.at.min(self.text.len());
        content
    }

    /// Where a string goes on that only a line break interrupts.
    fn continuation(&self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let blank = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        (rest[blank] == b'\'' && rest[..blank].iter().copied().any(is_break))
            .then_some(self.at + blank + 1)
    }

    /// The escape character that `UESCAPE 'c'` behind the token sets.
    fn unicode_escape(&self) -> u8 {
        let rest = self.text[self.at..].trim_ascii_start();
        match rest.split_at_checked(b"UESCAPE".len()) {
            Some((keyword, after)) if keyword.eq_ignore_ascii_case(b"UESCAPE") => {
                match after.trim_ascii_start() {
                    [b'\'', escape, b'\'', ..] => *escape,
                    _ => b'\\',
                }
            }
            _ => b'\\',
        }
    }

    /// Keeps a prefix that was not there before apart from the word before it.
    fn part(&mut self) {
        let last = self.out[self.start..].last();
        if last.is_some_and(|&last| is_word(last) || last == b'$') {
            self.out.push(b' ');
        }
    }

    /// The content of a plain string as an escape string.
    fn escape_string(&mut self, content: &[u8]) {
        self.part();
        self.out.extend_from_slice(b"E'");
        for &byte in content {
            match byte {
                b'\\' => self.out.extend_from_slice(b"\\\\"),
                b'\n' => self.out.extend_from_slice(b"\\n"),
                b'\r' => self.out.extend_from_slice(b"\\r"),
                _ => self.out.push(byte),
            }
        }
        self.out.push(b'\'');
    }

    /// Escapes the line breaks of an escape string; a backslash before one means just the break.
    fn escape_breaks(&mut self, content: &[u8]) {
        let mut bytes = content.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match (byte, bytes.peek()) {
                (b'\\', Some(&next)) if is_break(next) => {}
                (b'\\', Some(&next)) => {
                    self.out.extend_from_slice(&[byte, next]);
                    bytes.next();
                }
                (b'\n', _) => self.out.extend_from_slice(b"\\n"),
                (b'\r', _) => self.out.extend_from_slice(b"\\r"),
                _ => self.out.push(byte),
            }
        }
    }

    fn unicode_breaks(&mut self, content: &[u8], escape: u8, double_escape: bool) {
        for &byte in content {
            match byte {
                b'\n' => self.out.extend([escape, b'0', b'0', b'0', b'A']),
                b'\r' => self.out.extend([escape, b'0', b'0', b'0', b'D']),
                _ if byte == escape && double_escape => self.out.extend([escape, escape]),
                _ => self.out.push(byte),
            }
        }
    }

    /// `$tag$ … $tag$`, or a lone `$`.
    fn dollar(&mut self) {
        let rest = &self.text[self.at..];
        let tag = rest[1..].iter().position(|&byte| !is_word(byte));
        let delimiter = match tag {
            Some(length) if rest[length + 1] == b'$' && !rest[1].is_ascii_digit() => {
                &rest[..length + 2]
            }
            _ => return self.copy(1),
        };
        let body = &rest[delimiter.len()..];
        let Some(length) = memchr::memmem::find(body, delimiter) else {
            return self.copy(1);
        };
        let (content, whole) = (&body[..length], 2 * delimiter.len() + length);
        if content.iter().copied().any(is_break) {
            let mut doubled = Vec::with_capacity(content.len());
            for &byte in content {
                doubled.push(byte);
                if byte == b'\'' {
                    doubled.push(byte);
                }
            }
            self.at += whole;
            self.escape_string(&doubled);
        } else {
            self.copy(whole);
        }
    }

    fn line_comment(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest
            .iter()
            .position(|&byte| is_break(byte))
            .unwrap_or(rest.len());
        self.space();
    }

    /// Comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(&byte) = self.text.get(self.at) {
            if self.follows(b"/*") {
                depth += 1;
                self.copy(2);
            } else if self.follows(b"*/") {
                depth -= 1;
                self.copy(2);
                if depth == 0 {
                    break;
                }
            } else if is_break(byte) {
                self.at += 1;
                self.space();
            } else {
                self.copy(1);
            }
        }
    }
}
