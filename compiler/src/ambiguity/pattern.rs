//! What can be said of a regular expression without running it.

/// Whether all texts that a pattern matches are one word: letters, digits and `_`, at least one.
/// Patterns with anything but such characters, classes of them and counts are not looked at.
pub fn is_word(pattern: &str) -> bool {
    let mut rest = pattern;
    let mut certain = false;
    while let Some(first) = rest.chars().next() {
        let atom = if first == '[' {
            let Some(end) = rest.find(']') else {
                return false;
            };
            if end < 2 || !rest[1..end].chars().all(|c| word(c) || c == '-') {
                return false;
            }
            // A dash at an end is itself.
            if rest[1..].starts_with('-') || rest[..end].ends_with('-') {
                return false;
            }
            end + 1
        } else if word(first) {
            1
        } else {
            return false;
        };
        rest = &rest[atom..];
        let Some(inner) = rest.strip_prefix('{') else {
            certain = true;
            continue;
        };
        let Some((count, after)) = inner.split_once('}') else {
            return false;
        };
        let low = count.split(',').next().unwrap_or_default();
        let Ok(low) = low.parse::<u32>() else {
            return false;
        };
        certain |= low > 0;
        rest = after;
    }
    certain
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::is_word;

    #[test]
    fn words_are_told_from_other_texts() {
        for pattern in ["[a-z]{1,3}", "[A-Z]{2}[0-9]{4}", "x[a-z0-9_]", "[a-z]{0,3}x"] {
            assert!(is_word(pattern), "{pattern}");
        }
        for pattern in ["[a-z]{0,3}", "[a-z]+", "a|b", "[^a]", "[a-]", "a b", "", "\\w", "[a-z]?"] {
            assert!(!is_word(pattern), "{pattern}");
        }
    }
}
