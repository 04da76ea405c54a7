//! Canonical spacing: one space between tokens; none after `(`, `[` and `.`, none before `)`, `]`,
//! `,`, `;` and `.`. Decided from the bytes that meet, at compile time where both are known.

/// Whether no space follows a token that ends with this byte.
#[must_use]
#[inline]
pub const fn tight_after(last: u8) -> bool {
    matches!(last, b'(' | b'[' | b'.')
}

/// Whether no space precedes a token that starts with this byte.
#[must_use]
#[inline]
pub const fn tight_before(first: u8) -> bool {
    matches!(first, b')' | b']' | b',' | b';' | b'.')
}

/// Whether a space stands between two tokens; never beside an empty one.
#[must_use]
pub fn space_between(before: &str, after: &str) -> bool {
    match (before.as_bytes().last(), after.as_bytes().first()) {
        (Some(&last), Some(&first)) => !tight_after(last) && !tight_before(first),
        _ => false,
    }
}
