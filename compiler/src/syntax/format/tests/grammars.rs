//! Random grammars: every construct of the language, decoded from bytes.

/// A grammar decoded from bytes.
pub(super) fn random(bytes: &[u8]) -> String {
    let mut writer = Writer {
        bytes,
        at: 0,
        depth: 0,
        out: String::new(),
    };
    while writer.at < bytes.len() {
        writer.item();
    }
    writer.out
}

struct Writer<'b> {
    bytes: &'b [u8],
    at: usize,
    depth: usize,
    out: String,
}

impl Writer<'_> {
    /// A number below `n`; 0 when the bytes are used up.
    fn below(&mut self, n: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % n
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn pick(&mut self, texts: &[&str]) {
        let text = texts[self.below(texts.len())];
        self.put(text);
    }

    /// Runs one of the writers, the first when it is deep already.
    fn one_of(&mut self, writers: &[fn(&mut Self)]) {
        let which = if self.depth > 8 || self.at >= self.bytes.len() {
            0
        } else {
            self.below(writers.len())
        };
        self.depth += 1;
        writers[which](self);
        self.depth -= 1;
    }

    fn some(&mut self, most: usize, separator: &str, write: fn(&mut Self)) {
        for i in 0..=self.below(most) {
            if i > 0 {
                self.put(separator);
            }
            write(self);
        }
    }

    fn item(&mut self) {
        self.pick(&["", "\n", "/// docs\n", "// note\n", "\n\n// apart\n\n"]);
        self.one_of(&[
            Self::rule,
            |w| w.put("grammar g;"),
            |w| w.put("use a::b::{c, d as e,};"),
            |w| w.put("use a::b::*;"),
            |w| w.put("use a::b as c;"),
            |w| w.put("dialect postgresql >= 12, yugabytedb;"),
            |w| w.put("schema \"a.sql\";"),
            |w| w.put("terminator \"\\\\g\";"),
            |w| w.put("extern fn f(a: int, b: text) -> text;"),
            Self::rule,
            Self::rule,
            Self::rule,
        ]);
        self.pick(&["\n", "\n\n", " ", " // after\n", "\n\n\n"]);
    }

    fn rule(&mut self) {
        self.pick(&["rule r", "override rule r", "rule a_long_name_for_a_rule"]);
        self.pick(&["", "()", "(t: table)", "(T: type, xs: list<list<column>>,)"]);
        self.pick(&["", " -> int", " -> (text, list<table>)"]);
        self.put(" =");
        self.pick(&[" ", "\n    ", "\n\n"]);
        self.block();
        self.put(" ;");
    }

    fn block(&mut self) {
        self.pick(&["", "", "| ", "\n| "]);
        let n = self.below(3);
        for i in 0..=n {
            if i > 0 {
                self.pick(&[" | ", "\n    | ", " |\n"]);
            }
            self.alternative();
        }
    }

    fn alternative(&mut self) {
        match self.below(6) {
            3 => self.put("3: "),
            1 => self.guarded(),
            2 => {
                self.put("-1 ");
                self.guarded();
            }
            _ => {}
        }
        self.sequence();
    }

    fn sequence(&mut self) {
        for i in 0..self.below(6) {
            if i > 0 {
                self.pick(&[" ", "\n", "\n\n", " /* c */ "]);
            }
            self.element();
        }
    }

    fn guarded(&mut self) {
        self.put("when ");
        self.guard();
        self.pick(&[":", ": ", " :\n"]);
    }

    fn guard(&mut self) {
        self.one_of(&[
            |w| w.put("T == bool"),
            |w| w.put("postgresql >= 15.2"),
            |w| w.put("T in number"),
            |w| w.put("!feature(x)"),
            |w| w.put("context != none"),
            |w| w.put("n + 1 * 2 > -3"),
            |w| {
                w.put("(");
                w.guard();
                w.put(")");
            },
            |w| {
                w.guard();
                w.pick(&[" && ", " || ", "&&"]);
                w.guard();
            },
        ]);
    }

    fn element(&mut self) {
        self.one_of(&[
            |w| {
                w.pick(&[
                    "SELECT",
                    "A",
                    "\"lit\"",
                    "\"(\"",
                    "\"\\n\\u{e9}\"",
                    "name",
                    "t.name",
                    "T.name",
                ]);
            },
            |w| w.put("~ A"),
            |w| w.put(";;"),
            |w| {
                w.put("f(");
                w.some(3, ", ", Self::expr);
                w.put(")");
            },
            |w| {
                w.pick(&["(", "{", "COUNT("]);
                let close = if w.out.ends_with('{') { "}" } else { ")" };
                w.block();
                w.put(close);
            },
            |w| {
                w.put("(A ");
                w.sequence();
                w.put(" | ");
                w.block();
                w.put(")");
                w.pick(&[
                    "?",
                    "?30%",
                    "?0.5%",
                    "{2..=5 \",\"}",
                    "{1..}?",
                    "{3}",
                    "{1.. \",\", zipf(1.1)}",
                ]);
            },
            |w| {
                w.put("let ");
                w.pick(&["x", "(a, b)"]);
                w.put(" = ");
                w.expr();
                w.put(";");
            },
            |w| {
                w.put("for ");
                w.pick(&["x", "(a, T)"]);
                w.put(" in ");
                w.expr();
                // What follows an open range would be its end.
                if w.out.ends_with("..") {
                    w.put("9");
                }
                w.pick(&["", " \",\""]);
                w.put(" {");
                w.block();
                w.put("}");
            },
            |w| {
                w.pick(&[
                    "scope",
                    "scope correlated",
                    "full",
                    "context agg",
                    "narrow(cs)",
                ]);
                w.put(" { ");
                w.pick(&["", "bind r, s; "]);
                if w.out.ends_with("; ") {
                    w.sequence();
                } else {
                    w.block();
                }
                w.put("}");
            },
            |w| {
                w.put("effect create(p)");
                w.pick(&["", "; A"]);
            },
            |w| {
                w.put("return ");
                w.expr();
                w.put("; A");
            },
        ]);
    }

    fn expr(&mut self) {
        self.one_of(&[
            |w| {
                w.pick(&[
                    "x",
                    "42",
                    "-1",
                    "1.5",
                    "\"s\"",
                    "true",
                    "T",
                    "in number",
                    "a.b.c",
                ]);
            },
            |w| w.pick(&["1..=10", "1..n", "..=3", "2.."]),
            |w| w.pick(&["a + b * (c - 1)", "a - -1", "-1 + 2"]),
            |w| {
                w.put("g(");
                w.some(3, ", ", Self::expr);
                w.pick(&[")", ",)"]);
            },
            |w| {
                w.put("[");
                w.some(4, " , ", Self::expr);
                w.put("]");
            },
            |w| {
                w.put("{ ");
                w.block();
                w.put("}");
            },
            |w| {
                w.pick(&["distinct ", ""]);
                w.put("column(");
                w.expr();
                w.pick(&["){1..=5}", "){n}", "){1..}"]);
            },
        ]);
    }
}
