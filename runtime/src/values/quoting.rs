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
    // No short circuit, so that the loop has no branch. Nearly all texts end here.
    let special = |b: u8| b == b'\'' || needs_escape(b);
    if !out[start..].iter().fold(false, |any, &b| any | special(b)) {
        out.push(b'\'');
        out.insert(start, b'\'');
        return;
    }
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

/// Appends the text of a string literal that [`push_string`] printed; another literal is appended
/// as it is.
pub fn push_unquoted(literal: &[u8], out: &mut Vec<u8>) {
    let (escapes, quoted) = match literal.strip_prefix(b"E") {
        Some(rest) => (true, rest),
        None => (false, literal),
    };
    let Some(body) = quoted
        .strip_prefix(b"'")
        .and_then(|rest| rest.strip_suffix(b"'"))
    else {
        out.extend_from_slice(literal);
        return;
    };
    let digit = |b: u8| char::from(b).to_digit(16).unwrap_or(0) as u8;
    let mut at = 0;
    while let Some(&b) = body.get(at) {
        let (unescaped, taken) = match (b, body.get(at + 1)) {
            (b'\'', _) => (b, 2),
            (b'\\', Some(&kind)) if escapes => match (kind, body.get(at + 2..at + 4)) {
                (b'n', _) => (b'\n', 2),
                (b'r', _) => (b'\r', 2),
                (b't', _) => (b'\t', 2),
                (b'x', Some(&[high, low])) => (digit(high) << 4 | digit(low), 4),
                (other, _) => (other, 2),
            },
            _ => (b, 1),
        };
        out.push(unescaped);
        at += taken;
    }
}

/// Makes what stands behind `start` an element of an array's text form, in place.
pub fn quote_element_from(out: &mut Vec<u8>, start: usize) {
    let start = start.min(out.len());
    let content = &out[start..];
    let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.' | b':' | b'_');
    if !content.is_empty() && content.iter().all(bare) && !content.eq_ignore_ascii_case(b"null") {
        return;
    }
    insert_before(out, start, b'\\', |b| matches!(b, b'"' | b'\\'));
    out.insert(start, b'"');
    out.push(b'"');
}

/// Puts a byte before every byte behind `start` that asks for it, in place.
fn insert_before(out: &mut Vec<u8>, start: usize, inserted: u8, special: impl Fn(u8) -> bool) {
    let count = out[start..].iter().filter(|&&b| special(b)).count();
    let mut from = out.len();
    let mut to = from + count;
    out.resize(to, 0);
    // Backwards, so that nothing is overwritten before it is read.
    while to > from {
        from -= 1;
        to -= 1;
        let b = out[from];
        out[to] = b;
        if special(b) {
            to -= 1;
            out[to] = inserted;
        }
    }
}

/// Makes what stands behind `start` a field of COPY's text format, in place.
pub fn escape_copy_from(out: &mut Vec<u8>, start: usize) {
    let start = start.min(out.len());
    let special = |b: u8| matches!(b, b'\\' | b'\n' | b'\r' | b'\t');
    // No short circuit, so that the loop has no branch.
    if !out[start..].iter().fold(false, |any, &b| any | special(b)) {
        return;
    }
    insert_before(out, start, b'\\', special);
    // COPY reads a backslash before the control character itself too, but then a line of the file
    // would not be a row.
    let mut escaped = false;
    for b in &mut out[start..] {
        if escaped {
            *b = match *b {
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                other => other,
            };
            escaped = false;
        } else {
            escaped = *b == b'\\';
        }
    }
}

/// Makes what stands behind `start` a field of CSV that is not NULL, in place: quoted if it is
/// empty, or holds what could be taken for something else.
pub fn quote_csv_from(out: &mut Vec<u8>, start: usize) {
    let start = start.min(out.len());
    let content = &out[start..];
    // A line with nothing but `\.` would end COPY's data; blanks at the ends are not lost to every
    // reader if they are quoted.
    let special = |b: &u8| matches!(b, b'"' | b',' | b'\n' | b'\r' | b'\\');
    let blank = |b: Option<&u8>| b.is_none_or(|&b| b == b' ' || b == b'\t');
    if !blank(content.first()) && !blank(content.last()) && !content.iter().any(special) {
        return;
    }
    insert_before(out, start, b'"', |b| b == b'"');
    out.insert(start, b'"');
    out.push(b'"');
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

    #[test]
    fn elements_of_arrays_are_quoted_where_needed() {
        for (text, printed) in [
            ("a1", "a1"),
            ("-1.5", "-1.5"),
            ("", "\"\""),
            ("NULL", "\"NULL\""),
            ("a b", "\"a b\""),
            ("a,{}", "\"a,{}\""),
            ("a\\\"", "\"a\\\\\\\"\""),
        ] {
            let mut out = format!("{{{text}").into_bytes();
            quote_element_from(&mut out, 1);
            assert_eq!(String::from_utf8(out).unwrap(), format!("{{{printed}"));
        }
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
            let mut out = b"x".to_vec();
            push_unquoted(literal.as_bytes(), &mut out);
            prop_assert_eq!(String::from_utf8(out), Ok(format!("x{}", text.replace('\0', ""))));
        }

        #[test]
        fn fields_read_back(text in "[a-c'\\\\\n\t\r\u{1}é]{0,20}") {
            let mut out = format!("x{text}").into_bytes();
            escape_copy_from(&mut out, 1);
            let mut read = String::new();
            let field = String::from_utf8(out.split_off(1)).unwrap();
            prop_assert!(!field.contains(['\n', '\t', '\r']));
            let mut characters = field.chars();
            while let Some(c) = characters.next() {
                read.push(match c {
                    '\\' => match characters.next().unwrap() {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    },
                    other => other,
                });
            }
            prop_assert_eq!(read, text);
        }
    }
}
