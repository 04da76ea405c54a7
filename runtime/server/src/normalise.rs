//! Messages without what differs from one occurrence to the next.

/// Replaces literals, quoted names and numbers of a message by `?`, so that the same complaint
/// about another table or value is the same text. White space becomes one space.
#[must_use]
pub fn normalise(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let after_word = out
            .chars()
            .next_back()
            .is_some_and(|last| last.is_alphanumeric() || last == '_');
        let taken = match first {
            '"' => quoted(rest, '"'),
            '`' => quoted(rest, '`'),
            // An apostrophe inside of a word opens no literal.
            '\'' if !after_word => quoted(rest, '\''),
            _ => None,
        };
        if let Some(length) = taken {
            out.push('?');
            rest = &rest[length..];
        } else if first.is_ascii_digit() && !after_word {
            let length = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'))
                .unwrap_or(rest.len());
            // A full stop behind a number ends the sentence.
            let number = rest[..length].trim_end_matches('.');
            out.push('?');
            rest = &rest[number.len()..];
        } else {
            if first.is_whitespace() {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            } else {
                out.push(first);
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    out.trim().to_owned()
}

/// The length of what stands between quotes, both included; a doubled quote is part of it.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find(quote)? + 1;
        if !text[at..].starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn what_differs_is_replaced() {
        for (message, normal) in [
            (
                "duplicate key value violates unique constraint \"t_pkey\"",
                "duplicate key value violates unique constraint ?",
            ),
            (
                "relation \"My \"\"App\"\"\".x line 12,  not 3.5.",
                "relation ?.x line ?, not ?.",
            ),
            ("invalid input 'it''s' at 0x1F", "invalid input ? at ?"),
            (
                "can't cast type int4 to uuid",
                "can't cast type int4 to uuid",
            ),
            ("value 1e5 is out of range", "value ? is out of range"),
            ("unclosed \"name", "unclosed \"name"),
        ] {
            assert_eq!(normalise(message), normal);
        }
    }
}
