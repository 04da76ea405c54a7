//! What can be said of all texts that a regular expression matches.

use rqg_runtime::values::Shape;

/// Whether all texts of a pattern are one word: letters, digits and `_`, at least one.
pub fn is_word(pattern: &[Shape]) -> bool {
    pattern.iter().all(holds_word_characters) && !pattern.iter().all(may_be_empty)
}

fn word(code: u32) -> bool {
    char::from_u32(code).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn holds_word_characters(shape: &Shape) -> bool {
    match shape {
        Shape::Text(bytes) => bytes.iter().all(|&b| word(b.into())),
        Shape::Class(ranges) => ranges
            .iter()
            .all(|&(low, high)| high < 128 && (low..=high).all(word)),
        Shape::Either(branches) => branches.iter().flatten().all(holds_word_characters),
        Shape::Repeat(_, _, body) => body.iter().all(holds_word_characters),
    }
}

fn may_be_empty(shape: &Shape) -> bool {
    match shape {
        Shape::Text(bytes) => bytes.is_empty(),
        Shape::Class(_) => false,
        Shape::Either(branches) => branches
            .iter()
            .any(|branch| branch.iter().all(may_be_empty)),
        Shape::Repeat(low, _, body) => *low == 0 || body.iter().all(may_be_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::is_word;
    use rqg_runtime::values::Pattern;

    fn shape(pattern: &str) -> bool {
        is_word(&Pattern::new(pattern).expect("a pattern").shape())
    }

    #[test]
    fn words_are_told_from_other_texts() {
        for pattern in [
            "[a-z]{1,3}",
            "[A-Z]{2}[0-9]{4}",
            "x[a-z0-9_]",
            "[a-z]{0,3}x",
            "[a-z]+",
            "a|b",
            "\\w",
        ] {
            assert!(shape(pattern), "{pattern}");
        }
        for pattern in ["[a-z]{0,3}", "[^a]", "[a-]", "a b", "", "[a-z]?", "a|"] {
            assert!(!shape(pattern), "{pattern}");
        }
    }
}
