//! What GRAMMAR and FILE arguments name.

use crate::commands::list;
use crate::failure::Failure;
use rqg_compiler::Input;
use rqg_compiler::diagnostics::suggest;
use rqg_grammars::{BUNDLED, Bundled};
use std::fs::File;
use std::path::Path;

/// The grammar that an argument names: a bundled one, or a file.
///
/// What has a directory or an extension is a path, so that a bundled grammar of a later version
/// never changes what a path means.
pub fn input(argument: &str) -> Result<Input, Failure> {
    let path = Path::new(argument);
    if let Some(bundled) = bundled(argument) {
        return Ok(Input::text(format!("<{argument}>"), bundled.text));
    }
    if is_path(path) || path.is_file() {
        // Opened first: a file that can't be had is no fault of the grammar.
        return match File::open(path).and_then(|file| file.metadata()) {
            Ok(found) if found.is_dir() => {
                Err(Failure::read(path, std::io::ErrorKind::IsADirectory.into()))
            }
            Ok(_) => Ok(Input::path(path)),
            Err(cause) => Err(Failure::read(path, cause)),
        };
    }
    Err(Failure::Input(unknown(argument)))
}

/// The bundled grammar that an argument names.
pub fn bundled(argument: &str) -> Option<&'static Bundled> {
    if is_path(Path::new(argument)) {
        None
    } else {
        rqg_grammars::named(argument)
    }
}

fn is_path(path: &Path) -> bool {
    path.extension().is_some() || path.components().count() > 1
}

fn unknown(argument: &str) -> String {
    let names = BUNDLED.iter().map(|bundled| bundled.name);
    let suggestion = suggest::closest(argument, names)
        .map(|name| format!("\nhelp: did you mean `{name}`?"))
        .unwrap_or_default();
    format!(
        "`{argument}` is neither a bundled grammar nor a file{suggestion}\n\nbundled grammars:\n{}",
        list::table().trim_end()
    )
}
