//! Where randomness comes from: a seed gives a master key, and that the keys of all units.

mod hardware;
mod keys;

pub use keys::{Epoch, KeySchedule, StateBits, UnitKeys};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::fmt;

/// The 256 bits that decide everything random in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MasterKey(pub [u8; 32]);

/// Why there is no master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntropyError {
    /// The operating system gave no random bytes.
    OperatingSystem(String),
    /// The processor gave no random bytes, or has no source of them.
    Hardware(String),
    /// The text is neither a decimal number below 2^64 nor `0x` with 1 to 64 hexadecimal digits.
    BadSeed(String),
}

impl fmt::Display for EntropyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OperatingSystem(cause) => {
                write!(f, "the operating system gives no random bytes: {cause}")
            }
            Self::Hardware(cause) => {
                write!(f, "the processor gives no random bytes (RDSEED): {cause}")
            }
            Self::BadSeed(text) => write!(
                f,
                "`{text}` is no seed: give a whole number below 2^64, or 0x and up to 64 hexadecimal digits"
            ),
        }
    }
}

impl std::error::Error for EntropyError {}

/// The stream of the ChaCha20 instance that expands seeds, so that no other use of a seed as a key
/// gives the same bytes.
const SEED_DOMAIN: u64 = u64::from_le_bytes(*b"rqg-seed");

/// A seed: a number of at most 256 bits, as given with `--seed` and printed with a run's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed {
    /// Least significant byte first.
    bytes: [u8; 32],
}

impl Seed {
    /// A new seed from the operating system.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn from_os() -> Result<Self, EntropyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| EntropyError::OperatingSystem(error.to_string()))?;
        Ok(Self { bytes })
    }

    /// A new seed from the processor's own source, the instruction RDSEED of x86 processors.
    ///
    /// # Errors
    /// The processor has none, or it gave nothing for too long.
    pub fn from_hardware() -> Result<Self, EntropyError> {
        let mut bytes = [0; 32];
        hardware::fill(&mut bytes).map_err(EntropyError::Hardware)?;
        Ok(Self { bytes })
    }

    /// Reads a decimal number below 2^64, or `0x` and up to 64 hexadecimal digits. Equal numbers
    /// are equal seeds however they are written.
    ///
    /// # Errors
    /// The text is neither.
    pub fn parse(text: &str) -> Result<Self, EntropyError> {
        let bad = || EntropyError::BadSeed(text.to_owned());
        let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) else {
            if !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(bad());
            }
            return text.parse::<u64>().map(Self::from).map_err(|_| bad());
        };
        if digits.is_empty() || digits.len() > 64 {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (i, digit) in digits.chars().rev().enumerate() {
            let value = digit.to_digit(16).ok_or_else(bad)? as u8;
            bytes[i / 2] |= value << (4 * (i % 2));
        }
        Ok(Self { bytes })
    }

    /// The master key of a seed: the first 32 bytes of the ChaCha20 stream `rqg-seed` whose key is
    /// the seed, least significant byte first. Stable across versions and platforms.
    #[must_use]
    pub fn master_key(&self) -> MasterKey {
        let mut stream = ChaCha20Rng::from_seed(self.bytes);
        stream.set_stream(SEED_DOMAIN);
        let mut key = [0; 32];
        stream.fill_bytes(&mut key);
        MasterKey(key)
    }
}

impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Self { bytes }
    }
}

impl fmt::Display for Seed {
    /// Decimal below 2^64, hexadecimal above.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.bytes.split_at(8);
        if high.iter().all(|&byte| byte == 0) {
            let mut number = [0; 8];
            number.copy_from_slice(low);
            return write!(f, "{}", u64::from_le_bytes(number));
        }
        f.write_str("0x")?;
        self.bytes
            .iter()
            .rev()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_seeds() {
        assert_eq!(Seed::parse("255"), Seed::parse("0xff"));
        assert_eq!(Seed::parse("0x00FF"), Ok(Seed::from(255)));
        assert_ne!(Seed::from(1).master_key(), Seed::from(2).master_key(),);
        for bad in ["", "0x", "-1", "+1", "18446744073709551616", "0xg", "1.5"] {
            assert!(Seed::parse(bad).is_err(), "{bad}");
        }
        let wide = "0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        assert_eq!(
            Seed::parse(wide).map(|seed| seed.to_string()),
            Ok(wide.to_owned())
        );
    }

    #[test]
    fn the_expansion_never_changes() {
        assert_eq!(
            Seed::from(1).master_key().0[..8],
            [173, 37, 20, 158, 132, 225, 141, 167],
        );
    }

    #[test]
    fn new_seeds_differ() {
        assert_ne!(Seed::from_os(), Seed::from_os());
        // Not every processor has a source.
        if let (Ok(one), Ok(other)) = (Seed::from_hardware(), Seed::from_hardware()) {
            assert_ne!(one, other);
        }
    }
}
