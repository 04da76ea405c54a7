//! What the operating system says of this process.

use cpu_time::ProcessTime;
use std::time::Duration;

/// Resident memory in bytes; none where the system does not tell.
pub fn resident_memory() -> Option<u64> {
    let stats = memory_stats::memory_stats()?;
    Some(stats.physical_mem as u64)
}

/// Processor time of all threads so far; none where the system does not tell.
pub fn cpu_time() -> Option<Duration> {
    Some(ProcessTime::try_now().ok()?.as_duration())
}
