//! A flame graph of a run.

use crate::failure::Failure;
use std::path::Path;

#[cfg(all(feature = "profile", unix))]
pub use sampling::Profile;

/// There is no profiler in this build.
#[cfg(not(all(feature = "profile", unix)))]
#[derive(Debug)]
pub struct Profile;

#[cfg(not(all(feature = "profile", unix)))]
impl Profile {
    /// Refuses to sample.
    ///
    /// # Errors
    /// A file is named.
    pub fn start(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(_) = path else { return Ok(Self) };
        Err(Failure::Usage(if cfg!(unix) {
            super::not_built_in("--profile", "profile")
        } else {
            "--profile: there is no profiler for this platform".to_owned()
        }))
    }

    /// There is nothing to write.
    ///
    /// # Errors
    /// None.
    pub fn finish(self) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(all(feature = "profile", unix))]
mod sampling {
    use super::{Failure, Path};
    use crate::terminal;
    use pprof::{ProfilerGuard, ProfilerGuardBuilder};
    use std::io;
    use std::path::PathBuf;

    /// Samples a second of processor time: no divisor of what timers usually have.
    const FREQUENCY: i32 = 199;

    /// Samples the process while it lives.
    pub struct Profile(Option<(PathBuf, ProfilerGuard<'static>)>);

    impl Profile {
        /// Starts to sample, if a file is named.
        ///
        /// # Errors
        /// The file can't be written, or the system gives no timer.
        pub fn start(path: Option<&Path>) -> Result<Self, Failure> {
            let Some(path) = path else {
                return Ok(Self(None));
            };
            // Not after hours.
            std::fs::write(path, b"").map_err(|cause| cannot_write(path, cause))?;
            let guard = ProfilerGuardBuilder::default()
                .frequency(FREQUENCY)
                // Unwinding within these may wait for a lock that the interrupted thread holds.
                .blocklist(&["libc", "libgcc", "pthread", "vdso"])
                .build()
                .map_err(|cause| Failure::Environment(format!("cannot profile: {cause}")))?;
            Ok(Self(Some((path.to_owned(), guard))))
        }

        /// Writes the flame graph.
        ///
        /// # Errors
        /// It can't be made or written.
        pub fn finish(self) -> Result<(), Failure> {
            let Some((path, guard)) = self.0 else {
                return Ok(());
            };
            let cannot =
                |cause| Failure::Environment(format!("cannot make a flame graph: {cause}"));
            let report = guard.report().build().map_err(cannot)?;
            if report.data.is_empty() {
                let _ = std::fs::remove_file(&path);
                terminal::note("warning: no profile: the run was too short for a sample");
                return Ok(());
            }
            let mut graph = Vec::new();
            report.flamegraph(&mut graph).map_err(cannot)?;
            std::fs::write(&path, graph).map_err(|cause| cannot_write(&path, cause))
        }
    }

    fn cannot_write(path: &Path, cause: io::Error) -> Failure {
        let path = path.to_owned();
        Failure::Write { path, cause }
    }
}
