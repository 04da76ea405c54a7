//! For the `build.rs` of a grammar package: makes Rust of a grammar when the package is built.
//!
//! ```no_run
//! rqg_build::compile("dates.rqg");
//! ```
//!
//! The package includes the code with `rqg_runtime::include_grammar!("dates")`. The build fails with
//! the compiler's diagnostics if the grammar has an error, and is run again whenever the grammar, one
//! of its imports or its schema changes.

mod build;
mod check;

pub use build::Build;
pub use check::{BuildError, Checked, try_check};
pub use rqg_compiler::steering::{Steering, Weight};

use std::io::{self, Write as _};
use std::path::Path;

/// Makes Rust of the grammar at `path`, relative to the package's root: `OUT_DIR/NAME.rs` of
/// `NAME.rqg`. Prints warnings on stderr, and ends the process with 1 if there are errors.
pub fn compile(path: impl AsRef<Path>) -> Checked {
    Build::new(path).compile()
}

/// Checks the grammar at `path`, relative to the package's root, without making code. Prints
/// warnings on stderr, and ends the process with 1 if there are errors.
pub fn check(path: impl AsRef<Path>) -> Checked {
    finish(try_check(path))
}

/// Tells cargo what to watch and the user what was found.
fn finish(result: Result<Checked, BuildError>) -> Checked {
    let (files, report) = match &result {
        Ok(checked) => (&checked.files, &checked.warnings),
        Err(error) => (&error.files, &error.report),
    };
    let mut stdout = io::stdout().lock();
    for file in files {
        // Where nobody reads it, nobody minds that it is not written.
        let _ = writeln!(stdout, "cargo:rerun-if-changed={}", file.display());
    }
    let _ = io::stderr().write_all(report.as_bytes());
    result.unwrap_or_else(|_| std::process::exit(1))
}
