//! What kind of statement a text is, told from its keywords alone.

use std::fmt;

/// The kind of a statement, such as `SELECT`, `INSERT ON CONFLICT` or `CREATE TABLE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind {
    first: &'static str,
    second: &'static str,
}

/// Statements that their first keyword names.
const PLAIN: &[&str] = &[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "VALUES",
    "TABLE",
    "BEGIN",
    "START",
    "COMMIT",
    "END",
    "ROLLBACK",
    "ABORT",
    "SAVEPOINT",
    "RELEASE",
    "TRUNCATE",
    "COPY",
    "EXPLAIN",
    "ANALYZE",
    "VACUUM",
    "REINDEX",
    "CLUSTER",
    "REFRESH",
    "LOCK",
    "SET",
    "RESET",
    "SHOW",
    "DISCARD",
    "PREPARE",
    "EXECUTE",
    "DEALLOCATE",
    "DECLARE",
    "FETCH",
    "MOVE",
    "CLOSE",
    "DO",
    "CALL",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "COMMENT",
    "GRANT",
    "REVOKE",
    "CHECKPOINT",
    "LOAD",
    "SECURITY",
    "IMPORT",
    "REASSIGN",
];

/// Statements that are named together with what they make, change or remove.
const DEFINING: &[&str] = &["CREATE", "ALTER", "DROP"];

/// What they make, change or remove. What may stand before it (`UNIQUE`, `OR REPLACE`, …) is none
/// of these.
const OBJECTS: &[&str] = &[
    "TABLE",
    "INDEX",
    "VIEW",
    "SEQUENCE",
    "TYPE",
    "DOMAIN",
    "SCHEMA",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "AGGREGATE",
    "TRIGGER",
    "RULE",
    "POLICY",
    "EXTENSION",
    "STATISTICS",
    "ROLE",
    "USER",
    "DATABASE",
    "COLLATION",
    "CAST",
    "OPERATOR",
    "PUBLICATION",
    "SUBSCRIPTION",
    "TABLESPACE",
    "SERVER",
    "LANGUAGE",
    "CONVERSION",
    "TRANSFORM",
    "SYSTEM",
    "TEXT",
    "ACCESS",
];

/// What the query behind a `WITH` list can be.
const BEHIND_WITH: &[&str] = &[
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE",
];

impl Kind {
    /// What none of the others is.
    pub const OTHER: Self = Self::plain("OTHER");

    const fn plain(first: &'static str) -> Self {
        Self { first, second: "" }
    }

    /// Tells the kind of a statement by its keywords outside of literals, comments and
    /// parentheses:
    ///
    /// - the first keyword, where that says it (`SELECT`, `UPDATE`, `BEGIN`, …); parentheses
    ///   before it are ignored;
    /// - `INSERT ON CONFLICT`, where these words follow an `INSERT`;
    /// - `COPY FROM STDIN` and `COPY TO STDOUT`, where the client has a part in it;
    /// - `ROLLBACK TO SAVEPOINT`, and `AND CHAIN` behind what ends a transaction;
    /// - `WITH` and the verb of the query behind the list, such as `WITH SELECT`;
    /// - `CREATE`, `ALTER` or `DROP` and the kind of object, such as `CREATE TABLE`;
    /// - else `OTHER`.
    #[must_use]
    pub fn of(sql: &str) -> Self {
        let mut words = Words::new(sql);
        let Some((_, first)) = words.next() else {
            return Self::OTHER;
        };
        if let Some(first) = known(PLAIN, first) {
            return match first {
                "INSERT" if has_on_conflict(words.clone()) => Self {
                    first,
                    second: "ON CONFLICT",
                },
                "COPY" => Self {
                    first,
                    second: way_of_copy(words),
                },
                "COMMIT" | "END" | "ROLLBACK" | "ABORT" => Self {
                    first,
                    second: end_of_transaction(words),
                },
                _ => Self::plain(first),
            };
        }
        if let Some(first) = known(DEFINING, first) {
            let object = words.find_map(|(_, word)| known(OBJECTS, word));
            return Self {
                first,
                second: object.unwrap_or_default(),
            };
        }
        if first.eq_ignore_ascii_case("WITH") {
            let verb = words
                .filter(|(depth, _)| *depth == 0)
                .find_map(|(_, word)| known(BEHIND_WITH, word));
            return Self {
                first: "WITH",
                second: verb.unwrap_or_default(),
            };
        }
        Self::OTHER
    }

    /// Whether the number that the server reports for it is that of rows changed.
    #[must_use]
    pub fn changes_rows(self) -> bool {
        let verb = if self.first == "WITH" {
            self.second
        } else {
            self.first
        };
        ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(&verb)
    }

    /// Whether it opens a transaction.
    #[must_use]
    pub fn opens_transaction(self) -> bool {
        matches!(self.first, "BEGIN" | "START")
    }

    /// Whether it ends the open transaction and opens no other.
    #[must_use]
    pub fn closes_transaction(self) -> bool {
        matches!(self.first, "COMMIT" | "END" | "ROLLBACK" | "ABORT") && self.second.is_empty()
    }

    /// Whether it ends the open transaction and opens the next.
    #[must_use]
    pub fn chains_transaction(self) -> bool {
        self.second == CHAIN
    }

    /// Whether it changes what statements behind it mean: the schema, or what is prepared.
    #[must_use]
    pub fn defines(self) -> bool {
        DEFINING.contains(&self.first) || self.forgets_prepared()
    }

    /// Whether it may forget what is prepared.
    #[must_use]
    pub fn forgets_prepared(self) -> bool {
        matches!(self.first, "DISCARD" | "DEALLOCATE")
    }

    /// Whether it leaves something prepared in the session.
    #[must_use]
    pub fn prepares(self) -> bool {
        self.first == "PREPARE"
    }

    /// Whether the server waits for rows from the client.
    #[must_use]
    pub fn copies_in(self) -> bool {
        self.second == COPY_IN
    }

    /// Whether the server sends rows as COPY does.
    #[must_use]
    pub fn copies_out(self) -> bool {
        self.second == COPY_OUT
    }

    /// Whether a name, such as `INSERT`, covers this kind: it is the kind or its first words.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        let own = self.to_string();
        let name = name.trim();
        own.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
            && !name.is_empty()
            && own[name.len()..].chars().next().is_none_or(|c| c == ' ')
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self.second {
            "" => self.first.to_owned(),
            second => format!("{} {second}", self.first),
        })
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn known(list: &[&'static str], word: &str) -> Option<&'static str> {
    list.iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(word))
}

/// Behind what ends a transaction: it opens the next at once.
const CHAIN: &str = "AND CHAIN";

/// Behind COPY: the client is to send the rows.
const COPY_IN: &str = "FROM STDIN";

/// Behind COPY: the client gets the rows.
const COPY_OUT: &str = "TO STDOUT";

/// Whether a COPY needs the client.
fn way_of_copy(words: Words<'_>) -> &'static str {
    let mut before = "";
    for (_, word) in words.filter(|(depth, _)| *depth == 0) {
        if before.eq_ignore_ascii_case("FROM") && word.eq_ignore_ascii_case("STDIN") {
            return COPY_IN;
        }
        if before.eq_ignore_ascii_case("TO") && word.eq_ignore_ascii_case("STDOUT") {
            return COPY_OUT;
        }
        before = word;
    }
    ""
}

/// What stands behind COMMIT or ROLLBACK, as far as it matters.
fn end_of_transaction(words: Words<'_>) -> &'static str {
    let mut before = "";
    for (_, word) in words {
        if word.eq_ignore_ascii_case("TO") {
            return "TO SAVEPOINT";
        }
        if word.eq_ignore_ascii_case("CHAIN") && !before.eq_ignore_ascii_case("NO") {
            return CHAIN;
        }
        before = word;
    }
    ""
}

fn has_on_conflict(words: Words<'_>) -> bool {
    let mut on = false;
    for (depth, word) in words {
        if depth > 0 {
            continue;
        }
        if on && word.eq_ignore_ascii_case("CONFLICT") {
            return true;
        }
        on = word.eq_ignore_ascii_case("ON");
    }
    false
}

/// The bare words of a statement with the depth of parentheses around each; literals, quoted names
/// and comments are passed over. Parentheses that nothing stands before don't count: those around
/// a whole query.
#[derive(Clone)]
struct Words<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    started: bool,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            started: false,
        }
    }

    /// Passes over what is quoted, the opening quote included.
    fn quoted(&mut self, quote: u8, backslashes: bool) {
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            if byte == b'\\' && backslashes {
                self.at += 1;
            } else if byte == quote {
                if bytes.get(self.at) != Some(&quote) {
                    return;
                }
                self.at += 1;
            }
        }
    }

    /// Passes over `$tag$ … $tag$`, or a lone `$`.
    fn dollar(&mut self) {
        let rest = &self.text[self.at..];
        let tag = rest[1..]
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|length| rest[1 + length..].starts_with('$'))
            .map(|length| &rest[..length + 2]);
        let end = tag.and_then(|tag| {
            let body = rest[tag.len()..].find(tag)?;
            Some(body + 2 * tag.len())
        });
        self.at += end.unwrap_or(1);
    }

    fn comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            let rest = &self.text.as_bytes()[self.at..];
            if rest.starts_with(b"/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with(b"*/") {
                depth = depth.saturating_sub(1);
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            let rest = &bytes[self.at..];
            match byte {
                b'\'' => self.quoted(b'\'', false),
                b'"' => self.quoted(b'"', false),
                b'$' => self.dollar(),
                b'-' if rest.starts_with(b"--") => {
                    let end = rest.iter().position(|&byte| byte == b'\n');
                    self.at += end.unwrap_or(rest.len());
                }
                b'/' if rest.starts_with(b"/*") => self.comment(),
                b'(' => {
                    self.depth += usize::from(self.started);
                    self.at += 1;
                }
                b')' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                _ if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                    let length = rest
                        .iter()
                        .position(|&byte| {
                            !(byte.is_ascii_alphanumeric()
                                || matches!(byte, b'_' | b'$')
                                || byte >= 0x80)
                        })
                        .unwrap_or(rest.len());
                    let word = &self.text[self.at..self.at + length];
                    self.at += length;
                    if bytes.get(self.at) == Some(&b'\'') {
                        // The prefix of a literal: E'…', B'…' and the like.
                        self.quoted(b'\'', word.eq_ignore_ascii_case("e"));
                        continue;
                    }
                    self.started = true;
                    return Some((self.depth, word));
                }
                _ => self.at += 1,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_keywords() {
        for (sql, kind) in [
            ("SELECT 1", "SELECT"),
            ("  ((select 1) union select 2)", "SELECT"),
            ("-- x\n/* a /* b */ */ update t set a = 1", "UPDATE"),
            ("INSERT INTO t (a) VALUES (1)", "INSERT"),
            (
                "INSERT INTO t VALUES ('ON CONFLICT') ON CONFLICT DO NOTHING",
                "INSERT ON CONFLICT",
            ),
            (
                "INSERT INTO t SELECT 1 FROM a JOIN b ON (conflict)",
                "INSERT",
            ),
            ("INSERT INTO t VALUES (E'\\' ON CONFLICT')", "INSERT"),
            (
                "INSERT INTO \"on conflict\" VALUES ($x$ ON CONFLICT $x$)",
                "INSERT",
            ),
            (
                "WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a",
                "WITH SELECT",
            ),
            (
                "WITH RECURSIVE a(x) AS NOT MATERIALIZED (SELECT 1) INSERT INTO t TABLE a",
                "WITH INSERT",
            ),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)",
                "CREATE INDEX",
            ),
            ("CREATE OR REPLACE TEMP VIEW v AS TABLE t", "CREATE VIEW"),
            ("DROP TABLE IF EXISTS t", "DROP TABLE"),
            ("COPY t (a) FROM STDIN", "COPY FROM STDIN"),
            ("copy (select 1) to stdout (format csv)", "COPY TO STDOUT"),
            ("COPY t TO PROGRAM 'to stdout'", "COPY"),
            ("BEGIN", "BEGIN"),
            ("COMMIT AND NO CHAIN", "COMMIT"),
            ("rollback work and chain", "ROLLBACK AND CHAIN"),
            ("ROLLBACK TO a", "ROLLBACK TO SAVEPOINT"),
            ("", "OTHER"),
            ("FROB x", "OTHER"),
            ("é", "OTHER"),
            ("'unclosed", "OTHER"),
        ] {
            assert_eq!(Kind::of(sql).to_string(), kind, "{sql}");
        }
    }

    #[test]
    fn a_name_covers_kinds() {
        let kind = Kind::of("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING");
        assert!(kind.is("insert") && kind.is("INSERT ON CONFLICT") && kind.changes_rows());
        assert!(!kind.is("INS") && !kind.is("") && !kind.is("INSERT ON CONFLICT DO"));
        assert!(Kind::of("WITH a AS (SELECT 1) DELETE FROM t").changes_rows());
        assert!(!Kind::of("WITH a AS (DELETE FROM t) SELECT 1").changes_rows());
    }
}
