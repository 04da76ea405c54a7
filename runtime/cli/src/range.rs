//! The indexes of a run.

use crate::Failure;
use rqg_runtime::engine::Shard;
use std::ops::Range;
use std::time::Duration;

/// The indexes of the run, or of the shard; a run for a time ends before it runs out of them.
///
/// # Errors
/// The last index would exceed the largest one.
pub fn of_run(
    start: u64,
    count: u64,
    duration: Option<Duration>,
    shard: Option<Shard>,
) -> Result<Range<u64>, Failure> {
    if duration.is_some() {
        return Ok(start..u64::MAX);
    }
    let end = start.checked_add(count).ok_or_else(|| {
        Failure::Usage("--start and --count together exceed the largest index".to_owned())
    })?;
    let whole = start..end;
    Ok(match shard {
        Some(shard) => shard.slice(whole),
        None => whole,
    })
}
