//! Where the crates come from that a native generator builds on.

use crate::cli::RuntimeArgs;
use crate::failure::Failure;
use std::fs;
use std::path::{Path, PathBuf};

/// The source that the command was built from.
const OWN_SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The crates, and where they are in a checkout.
const CRATES: [(&str, &str); 3] = [
    ("rqg-runtime", "runtime"),
    ("rqg-cli", "runtime/cli"),
    ("rqg-build", "build-support"),
];

/// Where the crates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// A checkout, by its absolute path.
    Checkout(PathBuf),
    /// A git repository.
    Git(String),
    /// The registry: a requirement on the version.
    Registry(String),
}

impl Runtime {
    /// What the arguments name, else the source of this command, else the registry.
    pub fn resolve(args: &RuntimeArgs) -> Result<Self, Failure> {
        let Some(named) = &args.runtime else {
            return Ok(checkout(Path::new(OWN_SOURCE))
                .map_or_else(|| Self::Registry(format!("={VERSION}")), Self::Checkout));
        };
        let path = Path::new(named);
        if path.is_dir() {
            return checkout(path).map(Self::Checkout).ok_or_else(|| {
                Failure::Usage(format!(
                    "--runtime: `{named}` is no checkout of rqg: it has no runtime/cli/Cargo.toml"
                ))
            });
        }
        if ["https://", "http://", "ssh://", "git://", "file://"]
            .iter()
            .any(|scheme| named.starts_with(scheme))
        {
            return Ok(Self::Git(named.clone()));
        }
        let digits = named.trim_start_matches(['=', '^', '~', ' ']);
        let is_version = digits.starts_with(|first: char| first.is_ascii_digit())
            && digits
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
        if is_version {
            return Ok(Self::Registry(named.clone()));
        }
        Err(Failure::Usage(format!(
            "--runtime: `{named}` is neither a directory, nor the URL of a git repository such as \
             https://…, nor a version such as {VERSION}"
        )))
    }

    /// A line of a table of dependencies.
    pub fn dependency(&self, name: &str) -> String {
        let folder = CRATES.iter().find(|(known, _)| *known == name);
        let source = match (self, folder) {
            (Self::Checkout(root), Some((_, folder))) => {
                format!(
                    "{{ path = {} }}",
                    quoted(&root.join(folder).display().to_string())
                )
            }
            (Self::Git(url), _) => format!("{{ git = {} }}", quoted(url)),
            (Self::Registry(version), _) => quoted(version),
            (Self::Checkout(_), None) => quoted(VERSION),
        };
        format!("{name} = {source}")
    }

    /// The versions of other crates that it was tested with, as a lock file.
    pub fn lock_file(&self) -> Option<String> {
        match self {
            Self::Checkout(root) => fs::read_to_string(root.join("Cargo.lock")).ok(),
            Self::Git(_) | Self::Registry(_) => None,
        }
    }
}

/// The absolute path of a checkout, if the directory is one.
fn checkout(path: &Path) -> Option<PathBuf> {
    let path = fs::canonicalize(path).ok()?;
    let has = |(_, folder): &(&str, &str)| path.join(folder).join("Cargo.toml").is_file();
    CRATES.iter().all(has).then_some(path)
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Result<Runtime, String> {
        let args = RuntimeArgs {
            runtime: Some(text.to_owned()),
        };
        Runtime::resolve(&args).map_err(|failure| failure.to_string())
    }

    #[test]
    fn sources_are_told_apart() {
        assert!(matches!(named(OWN_SOURCE), Ok(Runtime::Checkout(_))));
        assert!(named(env!("CARGO_MANIFEST_DIR")).is_err());
        assert!(named("no/such/directory").is_err());
        let git = named("https://example.org/rqg.git").map(|it| it.dependency("rqg-cli"));
        assert_eq!(
            git,
            Ok("rqg-cli = { git = \"https://example.org/rqg.git\" }".to_owned())
        );
        let version = named("0.1").map(|it| it.dependency("rqg-build"));
        assert_eq!(version, Ok("rqg-build = \"0.1\"".to_owned()));
    }

    #[test]
    fn strings_are_quoted_for_toml() {
        assert_eq!(quoted(r#"C:\a "b""#), r#""C:\\a \"b\"""#);
        assert_eq!(quoted("a\nb"), r#""a\U0000000Ab""#);
    }
}
