//! A grammar package with a domain of its own: payments by card, whose numbers a function in Rust
//! makes.
//!
//! `cargo run -p payments -- generate -n 10`

rqg_runtime::include_grammar!("payments");

pub use crate::payments::Grammar;

use rqg_runtime::choices::Choices;

/// How many digits a number has.
const LENGTH: usize = 16;

/// The number of a card as an SQL literal: the digits of the issuer, drawn ones, and the check digit.
pub fn card_number(choices: &mut dyn Choices, issuer: &str) -> String {
    let mut number = issuer.to_owned();
    while number.len() < LENGTH - 1 {
        number.push_str(&choices.below(10).to_string());
    }
    let check = (10 - luhn(&number, true) % 10) % 10;
    format!("'{number}{check}'")
}

/// The sum of the digits of a number, every second one from the right doubled (as one digit's sum):
/// from the last one on, or from the one before.
fn luhn(number: &str, from_last: bool) -> u32 {
    let digits = number.chars().rev().filter_map(|digit| digit.to_digit(10));
    let doubled = usize::from(!from_last);
    let digits = digits.enumerate().map(|(at, digit)| {
        if at % 2 == doubled {
            digit * 2 / 10 + digit * 2 % 10
        } else {
            digit
        }
    });
    digits.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_of_every_card_is_right() -> Result<(), String> {
        // The usual example.
        assert_eq!(luhn("79927398713", false) % 10, 0);
        let text = rqg_cli::text_of::<Grammar>(&["--seed", "42", "-n", "1000", "--rule", "pay"])?;
        let mut cards = 0;
        for line in text.lines() {
            let card = line.split('\'').nth(1).ok_or("a payment without a card")?;
            assert_eq!((card.len(), luhn(card, false) % 10), (LENGTH, 0), "{line}");
            cards += 1;
        }
        assert_eq!(cards, 1000);
        Ok(())
    }

    #[test]
    fn a_unit_can_be_made_again() -> Result<(), String> {
        let ten = rqg_cli::text_of::<Grammar>(&["--seed", "42", "-n", "10"])?;
        let last = rqg_cli::text_of::<Grammar>(&["--seed", "42", "-n", "1", "--start", "9"])?;
        assert!(ten.ends_with(&last) && !last.is_empty());
        Ok(())
    }
}
