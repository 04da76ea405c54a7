//! Paths of keys, as they are written.

/// A path in the notation of HOCON; elements of lists, `[0]`, follow without a dot.
#[must_use]
pub fn show<S: AsRef<str>>(path: &[S]) -> String {
    let mut text = String::new();
    for part in path {
        let part = part.as_ref();
        if !text.is_empty() && !part.starts_with('[') {
            text.push('.');
        }
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '[' | ']');
        if !part.is_empty() && part.chars().all(is_plain) {
            text.push_str(part);
        } else {
            text.push_str(&crate::text::quoted(part));
        }
    }
    text
}
