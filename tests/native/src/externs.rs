//! What the fixtures declare as `extern fn`.

use rqg_runtime::choices::Choices;

/// A checksum over so many rounds, salted by a draw.
pub fn checksum(choices: &mut dyn Choices, input: &str, rounds: i64) -> String {
    let mut sum = choices.below(1_000);
    for _ in 0..rounds {
        for byte in input.bytes() {
            sum = sum.wrapping_mul(31).wrapping_add(u64::from(byte));
        }
    }
    format!("'{input}:{sum:016x}'")
}
