//! The modules that come with the compiler: `std::…`, the files of `compiler/std`.

use super::LoadError;
use crate::source::Source;

macro_rules! bundled {
    ($($name:literal)*) => {
        /// Every bundled module: its path in the language and its text, sorted.
        pub const MODULES: &[(&str, &str)] = &[
            $((concat!("std::", $name), include_str!(concat!("../../std/", $name, ".rqg"))),)*
        ];
    };
}

bundled! {
    "expressions"
    "predicates"
}

/// The paths of all bundled modules.
#[must_use]
pub fn names() -> Vec<&'static str> {
    MODULES.iter().map(|(name, _)| *name).collect()
}

/// The bundled module of a path.
///
/// # Errors
/// If there is none.
pub fn module(path: &[&str]) -> Result<Source, LoadError> {
    let name = path.join("::");
    MODULES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(known, text)| Source {
            name: format!("<{known}>"),
            path: None,
            text: (*text).into(),
        })
        .ok_or_else(|| LoadError::Missing("the bundled modules".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_the_files() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/std");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| Some(format!("std::{}", name.strip_suffix(".rqg")?)))
            .collect();
        files.sort();
        assert_eq!(names(), files);
    }
}
