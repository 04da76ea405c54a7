//! How much memory the machine has to give.

/// Bytes that can be taken without swapping, where the system tells: Linux does.
pub(in crate::uniqueness) fn available() -> Option<u64> {
    available_in(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// The line `MemAvailable:   12345 kB` of `/proc/meminfo` (proc_meminfo(5)).
fn available_in(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|it| it.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read() {
        let text = "MemTotal:       24 kB\nMemAvailable:   12 kB\n";
        assert_eq!(available_in(text), Some(12 * 1024));
        assert_eq!(available_in("MemTotal: 24 kB"), None);
    }
}
