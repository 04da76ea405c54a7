//! Looking at SQL text.

/// The text with the inside of quoted strings and identifiers taken out (the quotes stay).
#[must_use]
pub fn outside_of_quotes(sql: &str) -> String {
    let mut bare = String::with_capacity(sql.len());
    let mut open = None;
    for character in sql.chars() {
        match open {
            None => {
                bare.push(character);
                if matches!(character, '\'' | '"') {
                    open = Some(character);
                }
            }
            Some(quote) if character == quote => {
                bare.push(character);
                open = None;
            }
            Some(_) => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::outside_of_quotes;

    #[test]
    fn quoted_text_is_taken_out() {
        assert_eq!(
            outside_of_quotes("SELECT 'a  b''c', \"x .y\" FROM t"),
            "SELECT '''', \"\" FROM t"
        );
    }
}
