//! Numbers as text, without allocation.

use super::affix::push_first;

/// Numbers below have at most eight digits.
const EIGHT_DIGITS: u64 = 100_000_000;

/// The eight digits of a number below 10^8 as bytes 0 to 9, the first in the lowest byte.
#[inline]
fn eight_digits(n: u32) -> u64 {
    // Halves, then halves of those, side by side: no loop.
    let halves = u64::from(n / 10_000) | u64::from(n % 10_000) << 32;
    let hundreds = ((halves * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | (halves - hundreds * 100) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (pairs - tens * 10) << 8
}

/// What makes characters of eight digits.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Appends a number.
#[inline(always)]
fn push_magnitude(n: u64, out: &mut Vec<u8>) {
    if n >= EIGHT_DIGITS {
        push_long(n, out);
        return;
    }
    let digits = eight_digits(n as u32);
    // All are zeros of 0, which has one digit though.
    let leading = (digits.trailing_zeros() / 8).min(7);
    let text = (digits | ZEROS) >> (8 * leading);
    push_first(text.to_le_bytes(), 8 - leading as usize, out);
}

#[inline(never)]
fn push_long(n: u64, out: &mut Vec<u8>) {
    let (high, low) = (n / EIGHT_DIGITS, n % EIGHT_DIGITS);
    if high >= EIGHT_DIGITS {
        push_magnitude(high / EIGHT_DIGITS, out);
        push_eight((high % EIGHT_DIGITS) as u32, out);
    } else {
        push_magnitude(high, out);
    }
    push_eight(low as u32, out);
}

fn push_eight(n: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&eight_characters(n).to_le_bytes());
}

/// Appends a whole number of 64 bits.
#[inline(always)]
pub fn push_word(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    push_magnitude(value.unsigned_abs(), out);
}

/// Appends an integer.
#[inline]
pub fn push_int(value: i128, out: &mut Vec<u8>) {
    match i64::try_from(value) {
        Ok(value) => push_word(value, out),
        Err(_) => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
    }
}

/// Appends `unscaled * 10^-scale` in plain digits, with exactly `scale` digits after the point.
#[inline(always)]
pub fn push_fixed(unscaled: i64, scale: u32, out: &mut Vec<u8>) {
    if scale == 0 {
        push_word(unscaled, out);
        return;
    }
    let magnitude = unscaled.unsigned_abs();
    if scale > 7 || magnitude >= EIGHT_DIGITS {
        push_long_fixed(unscaled, scale, out);
        return;
    }
    if unscaled < 0 {
        out.push(b'-');
    }
    let digits = eight_digits(magnitude as u32);
    let leading = (digits.trailing_zeros() / 8).min(7 - scale);
    let text = (digits | ZEROS) >> (8 * leading);
    let point = 8 * (8 - leading - scale);
    // Eight digits and a point are nine bytes: what is behind the point moves up by one.
    let whole = text & ((1 << point) - 1);
    let fraction = u128::from(text ^ whole) << 8;
    let text = u128::from(whole | u64::from(b'.') << point) | fraction;
    push_first(text.to_le_bytes(), 9 - leading as usize, out);
}

#[inline(never)]
fn push_long_fixed(unscaled: i64, scale: u32, out: &mut Vec<u8>) {
    let magnitude = unscaled.unsigned_abs();
    if unscaled < 0 {
        out.push(b'-');
    }
    match POWERS.get(scale as usize).map(|&unit| unit as u64) {
        Some(unit) if scale <= 18 => {
            push_magnitude(magnitude / unit, out);
            out.push(b'.');
            push_padded(magnitude % unit, scale as usize, out);
        }
        _ => {
            out.extend_from_slice(b"0.");
            let zeros = (scale as usize).saturating_sub(20);
            out.resize(out.len() + zeros, b'0');
            push_padded(magnitude, scale as usize - zeros, out);
        }
    }
}

/// Appends `unscaled * 10^-scale` in plain digits, with exactly `scale` digits after the point.
pub fn push_decimal(unscaled: i128, scale: u32, out: &mut Vec<u8>) {
    // Nearly all fit 64 bits.
    if let Ok(unscaled) = i64::try_from(unscaled) {
        push_fixed(unscaled, scale, out);
        return;
    }
    let scale = scale as usize;
    let start = out.len();
    push_int(unscaled, out);
    if scale == 0 {
        return;
    }
    let digits_start = start + usize::from(unscaled < 0);
    let digits = out.len() - digits_start;
    if digits <= scale {
        let zeros = scale + 1 - digits;
        out.resize(out.len() + zeros, b'0');
        out[digits_start..].rotate_right(zeros);
    }
    let point = out.len() - scale;
    out.push(b'.');
    out[point..].rotate_right(1);
}

/// The eight digits of a number below 10^8, the first in the lowest byte.
#[inline]
pub(super) fn eight_characters(n: u32) -> u64 {
    eight_digits(n) | ZEROS
}

/// Appends a number with leading zeros up to a width of at most 20.
#[inline]
pub fn push_padded(value: u64, width: usize, out: &mut Vec<u8>) {
    if value < EIGHT_DIGITS && width <= 8 {
        let digits = eight_digits(value as u32);
        let leading = (digits.trailing_zeros() / 8).min(8 - width.max(1) as u32);
        let text = (digits | ZEROS) >> (8 * leading);
        push_first(text.to_le_bytes(), 8 - leading as usize, out);
        return;
    }
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(value).as_bytes();
    push_first([b'0'; 20], width.saturating_sub(digits.len()), out);
    out.extend_from_slice(digits);
}

/// The eight hexadecimal digits of a number.
#[inline]
pub(super) fn hexadecimal(n: u32) -> [u8; 8] {
    // Four bits to a byte, then all bytes are made characters at once.
    let mut digits = u64::from(n);
    digits = (digits | digits << 16) & 0x0000_ffff_0000_ffff;
    digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff;
    digits = (digits | digits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = ((digits + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    let to_letters = u64::from(b'a' - b'0' - 10);
    (digits + ZEROS + letters * to_letters).to_be_bytes()
}

/// Appends a number in base 36, padded with zeros up to a width.
pub(super) fn push_base_36(n: u64, width: usize, out: &mut Vec<u8>) {
    /// No number of 64 bits has more digits.
    const MOST: usize = 13;
    let zeros = width.saturating_sub(MOST);
    out.resize(out.len() + zeros, b'0');
    // The last digit is the highest byte.
    let (mut text, mut rest, mut count) = (0_u128, n, 0);
    while rest > 0 || count < (width - zeros).max(1) {
        text = text << 8 | u128::from(DIGITS[(rest % 36) as usize]);
        rest /= 36;
        count += 1;
    }
    push_first(text.to_le_bytes(), count, out);
}

/// The digits of all bases.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Appends a number in a base up to 36, padded with zeros.
#[inline]
pub fn push_radix(value: u128, radix: u32, width: usize, out: &mut Vec<u8>) {
    let radix = radix.clamp(2, 36);
    let start = out.len();
    let mut rest = value;
    // What fits 64 bits takes a fraction of the time.
    while rest > u128::from(u64::MAX) {
        let radix = u128::from(radix);
        out.push(DIGITS[(rest % radix) as usize]);
        rest /= radix;
    }
    let mut rest = rest as u64;
    while rest > 0 || out.len() - start < width.max(1) {
        let radix = u64::from(radix);
        out.push(DIGITS[(rest % radix) as usize]);
        rest /= radix;
    }
    out[start..].reverse();
}

/// The powers of ten that 128 bits hold.
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut n = 1;
    while n < powers.len() {
        powers[n] = powers[n - 1] * 10;
        n += 1;
    }
    powers
};

/// `10^n`, saturating.
#[must_use]
#[inline]
pub fn power_of_ten(n: u32) -> i128 {
    POWERS.get(n as usize).copied().unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(print: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        print(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn prints_decimals() {
        assert_eq!(text(|out| push_decimal(5, 2, out)), "0.05");
        assert_eq!(text(|out| push_decimal(-5, 2, out)), "-0.05");
        assert_eq!(text(|out| push_decimal(12345, 2, out)), "123.45");
        assert_eq!(text(|out| push_decimal(0, 3, out)), "0.000");
        assert_eq!(text(|out| push_decimal(-7, 0, out)), "-7");
        assert_eq!(
            text(|out| push_decimal(i64::MIN.into(), 18, out)),
            "-9.223372036854775808"
        );
        assert_eq!(
            text(|out| push_decimal(i128::from(u64::MAX) + 1, 2, out)),
            "184467440737095516.16"
        );
        assert_eq!(
            text(|out| push_decimal(12, 20, out)),
            "0.00000000000000000012"
        );
        assert_eq!(text(|out| push_int(i128::MIN, out)), i128::MIN.to_string());
        assert_eq!(text(|out| push_padded(0, 0, out)), "0");
        assert_eq!(
            text(|out| push_padded(123_456_789, 12, out)),
            "000123456789"
        );
        assert_eq!(text(|out| push_padded(7, 3, out)), "007");
        assert_eq!(text(|out| push_padded(1234, 3, out)), "1234");
        assert_eq!(
            text(|out| push_radix(u128::MAX - 1, 16, 1, out)),
            "fffffffffffffffffffffffffffffffe"
        );
        assert_eq!(text(|out| push_radix(35, 36, 3, out)), "00z");
        assert_eq!(text(|out| push_radix(0, 2, 1, out)), "0");
    }

    #[test]
    fn prints_every_number_of_digits() {
        let decimal = |value: i64, scale: usize| {
            let sign = if value < 0 { "-" } else { "" };
            let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            format!("{sign}{whole}.{fraction}")
        };
        let mut n = 1_i64;
        while n < i64::MAX / 10 {
            for value in [n - 1, n, n + 1, n * 7, -n] {
                assert_eq!(text(|out| push_word(value, out)), value.to_string());
                for scale in 1..30 {
                    let printed = text(|out| push_fixed(value, scale, out));
                    assert_eq!(printed, decimal(value, scale as usize));
                }
            }
            n *= 10;
        }
        for value in [i64::MIN, i64::MAX] {
            assert_eq!(text(|out| push_word(value, out)), value.to_string());
        }
    }

    proptest! {
        #[test]
        fn prints_digits_of_other_bases(value: u64, shift in 0_u32..64, width in 0_usize..20) {
            let value = value >> shift;
            prop_assert_eq!(
                text(|out| push_base_36(value, width, out)),
                text(|out| push_radix(value.into(), 36, width, out))
            );
            let half = value as u32;
            prop_assert_eq!(hexadecimal(half).to_vec(), format!("{half:08x}").into_bytes());
        }

        #[test]
        fn prints_numbers_as_others_do(value: i64, shift in 0_u32..64) {
            let value = value >> shift;
            prop_assert_eq!(text(|out| push_word(value, out)), value.to_string());
        }
    }
}
