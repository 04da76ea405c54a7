//! Reads the literals that values print, and only those: what is not recognised stays in the text.

use super::ParameterType;
use crate::values::quoting::{push_unquoted, quote_element_from};

/// What a literal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    /// What its parameter is declared as.
    pub ty: ParameterType,
    /// Whether it is NULL: then there is no value.
    pub is_null: bool,
    /// Its first bytes, for which a parameter stands. A cast behind them is no part of it.
    pub length: usize,
    /// Whether it is a bare number with a minus, which binds less than what may stand behind it.
    pub is_negative: bool,
}

/// The keywords before strings, and the types that they stand for.
const KEYWORDS: &[(&[u8], ParameterType)] = &[
    (b"DATE ", ParameterType::Date),
    (b"TIME ", ParameterType::Time),
    (b"TIMETZ ", ParameterType::Timetz),
    (b"TIMESTAMP ", ParameterType::Timestamp),
    (b"TIMESTAMPTZ ", ParameterType::Timestamptz),
    (b"INTERVAL ", ParameterType::Interval),
];

/// Reads a literal and appends its value: the text that the input function of its type reads.
/// None, and nothing is appended, for any other text.
pub(super) fn read(text: &[u8], value: &mut Vec<u8>) -> Option<Literal> {
    let start = value.len();
    let read = read_into(text, value);
    let is_whole = read.is_some_and(|it| {
        let rest = text.get(it.length..).unwrap_or_default();
        let is_cast = rest.starts_with(b"::");
        // `-5::text` is the negation of a text.
        rest.is_empty() || (is_cast && !it.is_negative)
    });
    if !is_whole || std::str::from_utf8(&value[start..]).is_err() {
        value.truncate(start);
        return None;
    }
    read
}

fn read_into(text: &[u8], value: &mut Vec<u8>) -> Option<Literal> {
    let literal = |ty, length| Literal {
        ty,
        is_null: false,
        length,
        is_negative: false,
    };
    match *text.first()? {
        b'\'' | b'E' => {
            let length = string(text, value)?;
            let ty = match text.get(length..).unwrap_or_default() {
                [] => ParameterType::Unknown,
                _ => ParameterType::Cast,
            };
            Some(literal(ty, length))
        }
        b'-' | b'0'..=b'9' => {
            let length = number(text, value)?;
            let mut read = literal(type_of_number(text.get(..length)?), length);
            read.is_negative = text.starts_with(b"-");
            Some(read)
        }
        b'(' => {
            let inside = text.get(1..)?;
            let length = number(inside, value)?;
            let ty = type_of_number(inside.get(..length)?);
            (inside.get(length) == Some(&b')')).then(|| literal(ty, length + 2))
        }
        b'B' => {
            let length = 1 + string(text.get(1..)?, value)?;
            Some(literal(ParameterType::Bit, length))
        }
        b'A' => array(text, value).map(|length| literal(ParameterType::Cast, length)),
        _ => {
            let words: [(&[u8], ParameterType, bool); 3] = [
                (b"NULL", ParameterType::Unknown, true),
                (b"TRUE", ParameterType::Boolean, false),
                (b"FALSE", ParameterType::Boolean, false),
            ];
            for (word, ty, is_null) in words {
                if text.starts_with(word) {
                    if !is_null {
                        value.extend(word.iter().map(u8::to_ascii_lowercase));
                    }
                    let read = literal(ty, word.len());
                    return Some(Literal { is_null, ..read });
                }
            }
            let mut keywords = KEYWORDS.iter();
            let &(keyword, ty) = keywords.find(|(keyword, _)| text.starts_with(keyword))?;
            let length = keyword.len() + string(text.get(keyword.len()..)?, value)?;
            Some(literal(ty, length))
        }
    }
}

/// The type that PostgreSQL gives to a number.
fn type_of_number(digits: &[u8]) -> ParameterType {
    let number = std::str::from_utf8(digits).ok();
    match number.and_then(|digits| digits.parse::<i64>().ok()) {
        Some(number) if i32::try_from(number).is_ok() => ParameterType::Integer,
        Some(_) => ParameterType::Bigint,
        None => ParameterType::Numeric,
    }
}

/// Reads a number at the start of a text and appends it. Gives its length.
fn number(text: &[u8], value: &mut Vec<u8>) -> Option<usize> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let sign = usize::from(text.starts_with(b"-"));
    let mut length = sign + digits(sign);
    if length == sign {
        return None;
    }
    if text.get(length) == Some(&b'.') {
        let fraction = digits(length + 1);
        if fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    // `1e5`, `0x1f` and `1_000` are numbers of other kinds.
    let behind = text.get(length);
    if behind.is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    value.extend_from_slice(text.get(..length)?);
    Some(length)
}

/// Reads a string literal at the start of a text, as `push_string` prints it, and appends its
/// content. Gives its length.
fn string(text: &[u8], value: &mut Vec<u8>) -> Option<usize> {
    let escapes = text.starts_with(b"E");
    let mut at = usize::from(escapes);
    if text.get(at) != Some(&b'\'') {
        return None;
    }
    at += 1;
    loop {
        match (*text.get(at)?, text.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => break,
            (b'\\', Some(b'\\' | b'n' | b'r' | b't')) if escapes => at += 2,
            (b'\\', Some(b'x')) if escapes => {
                let digits = text.get(at + 2..at + 4)?;
                // Two digits, and no third: a server reads them in its own encoding above 127.
                if !digits.iter().all(u8::is_ascii_hexdigit) || digits[0] > b'7' {
                    return None;
                }
                at += 4;
            }
            // Not printed by this program: what it means depends on the server's settings.
            (b'\\', _) => return None,
            _ => at += 1,
        }
    }
    at += 1;
    push_unquoted(text.get(..at)?, value);
    Some(at)
}

/// Reads `ARRAY[…]` with a cast behind it, and appends the array's text form. Gives the length without
/// the cast.
fn array(text: &[u8], value: &mut Vec<u8>) -> Option<usize> {
    const OPENING: &[u8] = b"ARRAY[";
    let mut rest = text.strip_prefix(OPENING)?;
    value.push(b'{');
    let mut is_first = true;
    while !rest.starts_with(b"]") {
        if !is_first {
            rest = rest.strip_prefix(b", ")?;
            value.push(b',');
        }
        is_first = false;
        if let Some(behind) = rest.strip_prefix(b"NULL") {
            value.extend_from_slice(b"NULL");
            rest = behind;
            continue;
        }
        let start = value.len();
        let element = read_into(rest, value)?;
        // An array in an array would be another dimension.
        if matches!(rest.first(), Some(b'A')) {
            return None;
        }
        quote_element_from(value, start);
        rest = rest.get(element.length..)?;
    }
    value.push(b'}');
    let behind = rest.get(1..)?;
    // Input of money depends on the server's locale, the cast of a number to it does not.
    let is_clear = behind.starts_with(b"::") && !behind.starts_with(b"::money");
    is_clear.then(|| text.len() - behind.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<(ParameterType, String, &str)> {
        let mut value = b"before".to_vec();
        let read = read(text.as_bytes(), &mut value);
        let value = String::from_utf8(value.split_off(6)).unwrap();
        let Some(read) = read else {
            assert_eq!(value, "");
            return None;
        };
        assert_eq!(read.is_null, text.starts_with("NULL"));
        Some((read.ty, value, &text[read.length..]))
    }

    #[test]
    fn literals_are_taken_apart() {
        use ParameterType::*;
        for (text, ty, value, rest) in [
            ("5", Integer, "5", ""),
            ("-2147483648", Integer, "-2147483648", ""),
            ("2147483648", Bigint, "2147483648", ""),
            ("9223372036854775808", Numeric, "9223372036854775808", ""),
            ("-1.50", Numeric, "-1.50", ""),
            ("(-5)", Integer, "-5", ""),
            ("(-5)::smallint", Integer, "-5", "::smallint"),
            ("5::numeric(4,2)", Integer, "5", "::numeric(4,2)"),
            ("'it''s'", Unknown, "it's", ""),
            (r"E'a\nb\\''\x01'", Unknown, "a\nb\\'\u{1}", ""),
            ("''::uuid", Cast, "", "::uuid"),
            ("B'101'::bit(3)", Bit, "101", "::bit(3)"),
            ("DATE '2020-01-01'", Date, "2020-01-01", ""),
            ("INTERVAL '-1 days'", Interval, "-1 days", ""),
            ("TRUE", Boolean, "true", ""),
            ("NULL", Unknown, "", ""),
            ("NULL::text", Unknown, "", "::text"),
            ("ARRAY[]::text[]", Cast, "{}", "::text[]"),
            ("ARRAY[1, NULL]::integer[]", Cast, "{1,NULL}", "::integer[]"),
            (
                "ARRAY['a,b', 'null', '', 'say \"x\"']::text[]",
                Cast,
                r#"{"a,b","null","","say \"x\""}"#,
                "::text[]",
            ),
        ] {
            assert_eq!(told(text), Some((ty, value.to_owned(), rest)), "{text}");
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "",
            "DEFAULT",
            "NULLIF",
            "TRUER",
            "-",
            "1.",
            "1e5",
            "0x1f",
            "-5::text",
            "(-5",
            "(5) + 1",
            "'open",
            "'a' 'b'",
            r"'back\slash'",
            r"E'\u0041'",
            r"E'\xff'",
            "X'1f'",
            "DATE",
            "ARRAY[1]",
            "ARRAY[1,2]::integer[]",
            "ARRAY[ARRAY[1]::integer[]]::integer[]",
            "ARRAY[1.50]::money[]",
            "users",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
