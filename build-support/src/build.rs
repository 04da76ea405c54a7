//! Makes Rust of a grammar.

use crate::check::{self, BuildError, Checked};
use rqg_compiler::codegen::{self, Options};
use rqg_compiler::steering::Steering;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// How Rust is made of a grammar: [`crate::compile`] with settings.
///
/// ```no_run
/// rqg_build::Build::new("dates.rqg")
///     .externs("crate::functions")
///     .compile();
/// ```
#[derive(Debug, Clone)]
pub struct Build {
    grammar: PathBuf,
    options: Options,
    steering: Steering,
    directory: Option<PathBuf>,
}

impl Build {
    /// Of the grammar at `path`, relative to the package's root.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            grammar: path.as_ref().to_owned(),
            options: Options {
                root: env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from),
                ..Options::default()
            },
            steering: Steering::default(),
            directory: None,
        }
    }

    /// The module with the functions that the grammar declares as `extern fn`; `crate` by default.
    #[must_use]
    pub fn externs(mut self, module: &str) -> Self {
        module.clone_into(&mut self.options.externs);
        self
    }

    /// How the mix of the grammar's derivations is changed; not at all by default.
    #[must_use]
    pub fn steer(mut self, steering: Steering) -> Self {
        self.steering = steering;
        self
    }

    /// Where the code is written to; `OUT_DIR` by default.
    #[must_use]
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    /// Makes the code. A file that is as it should be is left alone.
    ///
    /// # Errors
    ///
    /// If the grammar has errors, or the file can't be written.
    pub fn try_compile(&self) -> Result<Checked, BuildError> {
        let (checked, program, sources) = check::read(&self.grammar, &self.steering)?;
        let failed = |report: String| BuildError {
            report: format!("{}error: {report}\n", checked.warnings),
            files: checked.files.clone(),
        };
        let code = codegen::generate(&program, &sources, &self.options)
            .map_err(|error| failed(error.to_string()))?;
        let path = self.output().ok_or_else(|| {
            let name = self.grammar.display();
            failed(format!(
                "no directory for the code of `{name}`: OUT_DIR is not set"
            ))
        })?;
        write(&path, &code)
            .map_err(|cause| failed(format!("cannot write `{}`: {cause}", path.display())))?;
        Ok(checked)
    }

    /// Makes the code and tells cargo what to watch. Prints warnings on stderr, and ends the
    /// process with 1 if there are errors.
    pub fn compile(&self) -> Checked {
        crate::finish(self.try_compile())
    }

    /// The file that is written.
    fn output(&self) -> Option<PathBuf> {
        let default = || env::var_os("OUT_DIR").map(PathBuf::from);
        let directory = self.directory.clone().or_else(default)?;
        let stem = self.grammar.file_stem()?.to_string_lossy();
        Some(directory.join(format!("{stem}.rs")))
    }
}

/// Writes a text, unless the file has it already: cargo then need not build what includes it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|written| written == text.as_bytes()) {
        return Ok(());
    }
    fs::write(path, text)
}
