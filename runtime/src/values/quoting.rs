//! String literals. Output never holds a raw control character: such text takes the `E''` form,
//! as does text with backslashes, so that it reads the same whatever `standard_conforming_strings`
//! says.

/// Appends a string literal of a text. NUL, which no SQL string holds, is left out.
pub fn push_string(text: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(text);
    quote_from(out, start);
}

/// Makes what stands behind `start` a string literal, in place.
pub fn quote_from(out: &mut Vec<u8>, start: usize) {
    let start = start.min(out.len());
    drop_nuls(out, start);
    let escaped = out[start..].iter().any(|&b| needs_escape(b));
    let length: usize = out[start..].iter().map(|&b| width(b, escaped)).sum();
    let prefix = if escaped { 2 } else { 1 };
    let mut from = out.len();
    let end = start + prefix + length + 1;
    out.resize(end, 0);
    out[end - 1] = b'\'';
    // Backwards, so that nothing is overwritten before it is read.
    let mut to = end - 1;
    let keep = |out: &mut Vec<u8>, to: &mut usize, bytes: &[u8]| {
        *to -= bytes.len();
        out[*to..*to + bytes.len()].copy_from_slice(bytes);
    };
    while from > start {
        from -= 1;
        let b = out[from];
        match b {
            b'\'' => keep(out, &mut to, b"''"),
            b'\\' => keep(out, &mut to, b"\\\\"),
            b'\n' => keep(out, &mut to, b"\\n"),
            b'\r' => keep(out, &mut to, b"\\r"),
            b'\t' => keep(out, &mut to, b"\\t"),
            _ if needs_escape(b) => {
                let hex = b"0123456789abcdef";
                let high = hex[usize::from(b >> 4)];
                let low = hex[usize::from(b & 15)];
                keep(out, &mut to, &[b'\\', b'x', high, low]);
            }
            _ => keep(out, &mut to, &[b]),
        }
    }
    if escaped {
        out[start] = b'E';
    }
    out[start + prefix - 1] = b'\'';
}

fn drop_nuls(out: &mut Vec<u8>, start: usize) {
    if out[start..].contains(&0) {
        let mut kept = start;
        for n in start..out.len() {
            if out[n] != 0 {
                out[kept] = out[n];
                kept += 1;
            }
        }
        out.truncate(kept);
    }
}

fn needs_escape(b: u8) -> bool {
    b == b'\\' || b < 0x20 || b == 0x7f
}

/// How many bytes a byte takes within a literal.
fn width(b: u8, escaped: bool) -> usize {
    match b {
        b'\'' => 2,
        _ if !escaped => 1,
        b'\\' | b'\n' | b'\r' | b'\t' => 2,
        _ if needs_escape(b) => 4,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quoted(text: &str) -> String {
        let mut out = b"x ".to_vec();
        push_string(text.as_bytes(), &mut out);
        String::from_utf8(out).unwrap().split_off(2)
    }

    #[test]
    fn doubles_quotes_and_escapes_controls() {
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's"), "'it''s'");
        assert_eq!(quoted("a\\b'\n"), "E'a\\\\b''\\n'");
        assert_eq!(quoted("\u{1}é"), "E'\\x01é'");
        assert_eq!(quoted("a\0b\0\0\0\0"), "'ab'");
        assert_eq!(quoted("\0\0\0\0\0\n"), "E'\\n'");
    }

    /// Reads a literal as PostgreSQL does.
    fn unquoted(literal: &str) -> String {
        let (escapes, body) = match literal.strip_prefix('E') {
            Some(rest) => (true, rest),
            None => (false, literal),
        };
        let body = &body[1..body.len() - 1];
        let mut text = String::new();
        let mut characters = body.chars();
        while let Some(c) = characters.next() {
            match c {
                '\'' => assert_eq!(characters.next(), Some('\'')),
                '\\' if escapes => {
                    match characters.next().unwrap() {
                        'n' => text.push('\n'),
                        'r' => text.push('\r'),
                        't' => text.push('\t'),
                        'x' => {
                            let digits: String = characters.by_ref().take(2).collect();
                            text.push(char::from(u8::from_str_radix(&digits, 16).unwrap()));
                        }
                        other => text.push(other),
                    }
                    continue;
                }
                _ => {}
            }
            text.push(c);
        }
        text
    }

    proptest! {
        #[test]
        fn reads_back(text in "[a-c'\\\\\n\t\u{0}\u{1}é]{0,20}") {
            let literal = quoted(&text);
            prop_assert!(literal.bytes().all(|b| b >= 0x20));
            prop_assert_eq!(unquoted(&literal), text.replace('\0', ""));
        }
    }
}
