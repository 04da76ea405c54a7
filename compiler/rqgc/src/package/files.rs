//! Writes packages: whole ones or none.

use crate::failure::Failure;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a package: paths below its root, with their texts.
pub type Files = Vec<(String, String)>;

/// Makes a directory with these files, which must not exist yet. It appears when it is complete.
///
/// `finish` can look at the files, which are in the directory that it gets, and give more.
pub fn create(
    path: &Path,
    files: &Files,
    finish: impl FnOnce(&Path) -> Result<Files, Failure>,
) -> Result<(), Failure> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(Failure::Usage(format!(
            "`{}` exists already; choose another name or remove it first",
            path.display()
        )));
    }
    let temporary = Temporary::beside(path)?;
    write(&temporary.0, files)?;
    let more = finish(&temporary.0)?;
    write(&temporary.0, &more)?;
    fs::rename(&temporary.0, path).map_err(|cause| Failure::Directory {
        path: path.to_owned(),
        cause,
    })
}

/// Writes files below a directory.
fn write(root: &Path, files: &Files) -> Result<(), Failure> {
    for (name, text) in files {
        let path = root.join(name);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|cause| Failure::Write { path, cause })?;
    }
    Ok(())
}

/// A directory that goes away, unless it was given another name.
struct Temporary(PathBuf);

impl Temporary {
    /// Makes one in the directory where `path` is to be.
    fn beside(path: &Path) -> Result<Self, Failure> {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}", std::process::id()));
        let temporary = path.with_file_name(name);
        fs::create_dir(&temporary).map_err(|cause| Failure::Directory {
            path: temporary.clone(),
            cause,
        })?;
        Ok(Self(temporary))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
