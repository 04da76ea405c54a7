//! Random bytes from the processor.

/// Fills `bytes` from RDSEED, which passes on what the processor's entropy source gives (Intel,
/// "Digital Random Number Generator Software Implementation Guide").
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub(super) fn fill(bytes: &mut [u8; 32]) -> Result<(), String> {
    use rand_chacha::rand_core::TryRng;
    use rdrand::RdSeed;
    let mut source = RdSeed::new().map_err(|error| error.to_string())?;
    source
        .try_fill_bytes(bytes)
        .map_err(|error| error.to_string())?;
    check(bytes)
}

/// Other processors' sources are not asked.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub(super) fn fill(_: &mut [u8; 32]) -> Result<(), String> {
    Err("it is no x86 processor".to_owned())
}

/// Some processors have been known to give a constant without saying that they fail.
#[cfg_attr(
    not(any(target_arch = "x86", target_arch = "x86_64")),
    allow(dead_code)
)]
fn check(bytes: &[u8; 32]) -> Result<(), String> {
    let (words, _) = bytes.as_chunks::<8>();
    if words.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("it repeats itself".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn constants_are_no_entropy() {
        assert!(check(&[0; 32]).is_err());
        assert!(check(&[255; 32]).is_err());
        assert!(check(&std::array::from_fn(|at| at as u8)).is_ok());
    }
}
