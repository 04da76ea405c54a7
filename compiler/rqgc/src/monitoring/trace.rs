//! How long each phase of a run took: the spans of `tracing`, as lines of JSON.

use crate::failure::Failure;
use std::path::Path;

/// Writes a line for each span that ends, from now on, if a file is named.
///
/// # Errors
/// The file can't be written, or there is no tracing in this build.
#[cfg(feature = "trace")]
pub fn start(path: Option<&Path>) -> Result<(), Failure> {
    use std::fs::File;
    use std::sync::Mutex;
    use tracing_subscriber::fmt::format::FmtSpan;

    let Some(path) = path else { return Ok(()) };
    let file = File::create(path).map_err(|cause| Failure::Write {
        path: path.to_owned(),
        cause,
    })?;
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_target(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(Mutex::new(file))
        .finish();
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|cause| Failure::Environment(format!("cannot trace: {cause}")))
}

/// Refuses to trace.
///
/// # Errors
/// A file is named.
#[cfg(not(feature = "trace"))]
pub fn start(path: Option<&Path>) -> Result<(), Failure> {
    match path {
        None => Ok(()),
        Some(_) => Err(Failure::Usage(super::not_built_in("--trace", "trace"))),
    }
}
