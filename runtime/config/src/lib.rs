//! The configuration of a run: a file in HOCON, read strictly into typed settings.
//!
//! Everything that is wrong is reported at once, with the key's path, its value, file and line:
//! what the parser finds, keys that do not exist, values of a wrong type, and what does not go
//! together. What each key means is in the book's chapter on configuration.
//!
//! ```
//! use rqg_config::{Reading, Environment};
//!
//! let text = b"uniqueness { mode = \"probabilistik\" }";
//! let reading = Reading::of_text("run.conf".as_ref(), text, &Environment::new());
//! assert_eq!(reading.problems[0].help.as_deref(), Some("did you mean `probabilistic`?"));
//! ```

pub mod keys;
mod load;
mod model;
pub mod path;
pub mod problem;
mod read;
mod source;
mod suggest;
pub mod text;
mod value;

pub use model::{
    Config, Correlation, Data, Databases, Dependence, Domain, DomainGenerator, Entropy,
    LARGEST_CACHE, Metric, Mode, Monitoring, PrimarySource, Shape, Threading, Uniqueness,
};
pub use problem::Problem;
pub use read::{Given, Setting};
pub use source::{File, FileId, Place};
pub use value::Interval;

use std::collections::HashMap;
use std::io;
use std::path::Path;

/// The variables that substitutions find where there is no key.
pub type Environment = HashMap<String, String>;

/// A configuration that was read.
#[derive(Debug)]
pub struct Reading {
    /// What it says, where it is right.
    pub config: Config,
    /// The keys that it gives and that are right.
    pub given: Vec<Given>,
    /// Its file and those that it includes.
    pub files: Vec<File>,
    /// What is wrong: the configuration can be used if nothing is.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// Reads a file and those that it includes.
    ///
    /// # Errors
    /// The file itself can't be read; what is wrong in it is in [`Reading::problems`].
    pub fn of_file(path: &Path, environment: &Environment) -> io::Result<Self> {
        Ok(Self::new(load::load(path, environment)?))
    }

    /// Reads a text as if it were the file of that path.
    #[must_use]
    pub fn of_text(path: &Path, text: &[u8], environment: &Environment) -> Self {
        Self::new(load::load_text(path, text, environment))
    }

    fn new(mut loaded: load::Loaded) -> Self {
        let mut reader = read::Reader::new(&loaded);
        let config = Config::read(reader.root());
        let (found, given) = (reader.problems, reader.given);
        let mut problems = std::mem::take(&mut loaded.problems);
        problems.extend(found);
        Self {
            config,
            given,
            files: loaded.files,
            problems,
        }
    }

    /// The problems as the user reads them.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        problem::render(&self.problems, &self.files, colour)
    }

    /// Where a key was given, as `file:line`.
    #[must_use]
    pub fn origin(&self, place: Option<Place>) -> String {
        place.map_or_else(String::new, |place| problem::origin(&self.files, place))
    }
}
