//! Numbers as text, without allocation.

/// Appends an integer.
pub fn push_int(value: i128, out: &mut Vec<u8>) {
    // Nearly all fit 64 bits, which take a fraction of the time.
    let mut digits = itoa::Buffer::new();
    let digits = match i64::try_from(value) {
        Ok(value) => digits.format(value),
        Err(_) => digits.format(value),
    };
    out.extend_from_slice(digits.as_bytes());
}

/// Appends `unscaled * 10^-scale` in plain digits, with exactly `scale` digits after the point.
pub fn push_decimal(unscaled: i128, scale: u32, out: &mut Vec<u8>) {
    if scale == 0 {
        push_int(unscaled, out);
        return;
    }
    if let (Ok(magnitude), Some(&unit)) = (
        u64::try_from(unscaled.unsigned_abs()),
        POWERS.get(scale as usize).filter(|_| scale <= 18),
    ) {
        // Nearly all: the digits after the point behind a one, of which the point takes the place.
        let unit = unit as u64;
        if unscaled < 0 {
            out.push(b'-');
        }
        let mut digits = itoa::Buffer::new();
        out.extend_from_slice(digits.format(magnitude / unit).as_bytes());
        let point = out.len();
        out.extend_from_slice(digits.format(unit + magnitude % unit).as_bytes());
        if let Some(one) = out.get_mut(point) {
            *one = b'.';
        }
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

/// The two digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut n = 0;
    while n < 100 {
        pairs[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    pairs
};

/// The last two digits of a number.
#[inline]
pub(super) fn pair(value: u32) -> [u8; 2] {
    PAIRS[value as usize % 100]
}

/// Appends a number with leading zeros up to a width.
pub fn push_padded(value: u64, width: usize, out: &mut Vec<u8>) {
    const ZEROS: &[u8] = &[b'0'; 20];
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(value).as_bytes();
    let zeros = width.saturating_sub(digits.len());
    out.extend_from_slice(ZEROS.get(..zeros).unwrap_or(ZEROS));
    out.extend_from_slice(digits);
}

/// Appends a number in a base up to 36, padded with zeros.
pub fn push_radix(value: u128, radix: u32, width: usize, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
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
        assert_eq!(text(|out| push_padded(7, 3, out)), "007");
        assert_eq!(text(|out| push_padded(1234, 3, out)), "1234");
        assert_eq!(
            text(|out| push_radix(u128::MAX - 1, 16, 1, out)),
            "fffffffffffffffffffffffffffffffe"
        );
        assert_eq!(text(|out| push_radix(35, 36, 3, out)), "00z");
        assert_eq!(text(|out| push_radix(0, 2, 1, out)), "0");
    }
}
