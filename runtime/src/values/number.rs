//! Numbers as text, without allocation.

/// Appends an integer.
pub fn push_int(value: i128, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    // Division of 64 bits takes a fraction of the time.
    let digits = match u64::try_from(value.unsigned_abs()) {
        Ok(small) => buffer.format(small),
        Err(_) => buffer.format(value.unsigned_abs()),
    };
    out.extend_from_slice(digits.as_bytes());
}

/// Appends `unscaled * 10^-scale` in plain digits, with exactly `scale` digits after the point.
pub fn push_decimal(unscaled: i128, scale: u32, out: &mut Vec<u8>) {
    if scale == 0 {
        push_int(unscaled, out);
        return;
    }
    let scale = scale as usize;
    let start = out.len();
    push_int(unscaled, out);
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

/// Appends a number with leading zeros up to a width.
pub fn push_padded(value: u64, width: usize, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value).as_bytes();
    for _ in digits.len()..width {
        out.push(b'0');
    }
    out.extend_from_slice(digits);
}

/// Appends a number in a base up to 36, padded with zeros.
pub fn push_radix(value: u128, radix: u32, width: usize, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let radix = radix.clamp(2, 36);
    let mut digits = [0_u8; 128];
    let mut at = digits.len();
    let mut push = |digit: u32| {
        at -= 1;
        digits[at] = DIGITS[digit as usize];
        at
    };
    let mut start = 128;
    let mut wide = value;
    while wide > u128::from(u64::MAX) {
        start = push((wide % u128::from(radix)) as u32);
        wide /= u128::from(radix);
    }
    let mut rest = wide as u64;
    if radix == 16 {
        while rest > 0 {
            start = push((rest & 15) as u32);
            rest >>= 4;
        }
    } else {
        while rest > 0 {
            start = push((rest % u64::from(radix)) as u32);
            rest /= u64::from(radix);
        }
    }
    let digits = &digits[start..];
    for _ in digits.len()..width.max(1) {
        out.push(b'0');
    }
    out.extend_from_slice(digits);
}

/// `10^n`, saturating.
#[must_use]
pub fn power_of_ten(n: u32) -> i128 {
    10_i128.checked_pow(n).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(text(|out| push_int(i128::MIN, out)), i128::MIN.to_string());
        assert_eq!(text(|out| push_padded(7, 3, out)), "007");
        assert_eq!(text(|out| push_radix(35, 36, 3, out)), "00z");
        assert_eq!(text(|out| push_radix(0, 2, 1, out)), "0");
        assert_eq!(text(|out| push_radix(0, 16, 0, out)), "0");
        assert_eq!(text(|out| push_radix(0xfe, 16, 4, out)), "00fe");
        assert_eq!(
            text(|out| push_radix(u128::MAX, 2, 1, out)),
            "1".repeat(128)
        );
        let wide = text(|out| push_radix(u128::MAX, 36, 1, out));
        assert_eq!(u128::from_str_radix(&wide, 36), Ok(u128::MAX));
        assert_eq!(
            text(|out| push_int(i64::MIN.into(), out)),
            i64::MIN.to_string()
        );
    }
}
