//! The address of a server: a URL or `key=value` pairs, completed from the environment as libpq
//! does. What is printed of it never holds a password.

use crate::tls::Verification;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long connecting to one host may take, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What stays as it is in the parts of a URL.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Where a server is, and who we are there.
#[derive(Clone)]
pub struct Dsn {
    /// For the client, password included.
    pub(crate) config: Config,
    /// How the server proves who it is.
    pub(crate) verification: Verification,
    /// The certificates to trust instead of the system's.
    pub(crate) root_certificates: Option<PathBuf>,
    mode: String,
}

/// Why an address can't be used. Never repeats a part that could be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DsnError {
    /// It is neither of the two forms.
    #[error(
        "the address of the server cannot be read: {0}\n\
         help: write postgresql://USER@HOST:PORT/DATABASE or 'host=HOST port=PORT user=USER \
         dbname=DATABASE', with the password in PGPASSWORD"
    )]
    Form(String),
    /// A value that an option does not take.
    #[error("the server's option {option} cannot be `{value}`; it takes {takes}")]
    Value {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// What could be.
        takes: &'static str,
    },
    /// An option of libpq that is not supported, or a mistyped one.
    #[error("the address of the server has the option `{0}`, which is not supported")]
    Unsupported(&'static str),
}

/// Options of libpq that mean something which is not done here; silence would be wrong.
const UNSUPPORTED: &[&str] = &[
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "sslcompression",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "sslcertmode",
    "service",
    "servicefile",
    "passfile",
    "require_auth",
    "requirepeer",
    "krbsrvname",
    "gssencmode",
    "gsslib",
    "gssdelegation",
    "replication",
    "client_encoding",
    "fallback_application_name",
];

/// The options that are handled here and not by the client library.
#[derive(Default)]
struct Own {
    mode: Option<String>,
    root: Option<String>,
    unsupported: Option<&'static str>,
}

impl Own {
    /// Takes an option if it is one of ours.
    fn take(&mut self, key: &str, value: &str) -> bool {
        match key {
            "sslmode" => self.mode = Some(value.to_owned()),
            "sslrootcert" => self.root = Some(value.to_owned()),
            _ => match UNSUPPORTED.iter().find(|option| **option == key) {
                Some(option) => self.unsupported = Some(option),
                None => return false,
            },
        }
        true
    }
}

impl Dsn {
    /// Reads an address and completes it: `PGHOST`, `PGHOSTADDR`, `PGPORT`, `PGUSER`,
    /// `PGPASSWORD`, `PGDATABASE`, `PGOPTIONS`, `PGSSLMODE`, `PGSSLROOTCERT` and
    /// `PGCONNECT_TIMEOUT` stand in for what it leaves out. (The port of a host in a URL is 5432
    /// unless it is written there.)
    ///
    /// # Errors
    ///
    /// When it can't be read, or asks for what is not supported.
    pub fn parse(text: &str) -> Result<Self, DsnError> {
        Self::complete(text, |name| std::env::var(name).ok())
    }

    fn complete(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, DsnError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut own = Own::default();
        let rest = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            from_url(text, &mut own)
        } else {
            from_pairs(text, &mut own)?
        };
        if let Some(option) = own.unsupported {
            return Err(DsnError::Unsupported(option));
        }
        let mut config = Config::from_str(&rest).map_err(|error| DsnError::Form(reason(&error)))?;
        fill(&mut config, &variable)?;
        let mode = own.mode.or_else(|| variable("PGSSLMODE"));
        let mode = mode.unwrap_or_else(|| "prefer".to_owned());
        let root = own.root.or_else(|| variable("PGSSLROOTCERT"));
        // As in libpq: what names the certificates to trust wants them to be looked at.
        let (ssl, verification) = match (mode.as_str(), &root) {
            ("disable", _) => (SslMode::Disable, Verification::None),
            ("allow" | "prefer", _) => (SslMode::Prefer, Verification::None),
            ("require", None) => (SslMode::Require, Verification::None),
            ("require", Some(_)) | ("verify-ca", _) => (SslMode::Require, Verification::Issuer),
            ("verify-full", _) => (SslMode::Require, Verification::Full),
            _ => {
                return Err(DsnError::Value {
                    option: "sslmode",
                    value: mode,
                    takes: "disable, allow, prefer, require, verify-ca or verify-full",
                });
            }
        };
        config.ssl_mode(ssl);
        Ok(Self {
            config,
            verification,
            root_certificates: root.filter(|root| root != "system").map(PathBuf::from),
            mode,
        })
    }

    /// Host and port of every server it names.
    #[must_use]
    pub fn places(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let addresses = self.config.get_hostaddrs();
        let hosts: Vec<String> = if self.config.get_hosts().is_empty() {
            addresses.iter().map(ToString::to_string).collect()
        } else {
            hosts.collect()
        };
        let places: Vec<String> = hosts
            .iter()
            .enumerate()
            .map(|(n, host)| {
                let port = ports.get(n).or(ports.first()).copied().unwrap_or(5432);
                if host.contains(':') {
                    format!("[{host}]:{port}")
                } else {
                    format!("{host}:{port}")
                }
            })
            .collect();
        places.join(",")
    }

    /// Host, port and database: what to call it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.places(), self.database())
    }

    /// The user to log in as.
    #[must_use]
    pub fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }
}

/// A URL, or pairs where a socket's directory can't be written in one, without the password.
/// Whether a host is written in a URL as it is.
fn is_host_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    name.bytes().all(plain)
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = |text: &str| utf8_percent_encode(text, KEPT).to_string();
        let mut options = Vec::new();
        if self.mode != "prefer" {
            options.push(("sslmode", self.mode.clone()));
        }
        if let Some(root) = &self.root_certificates {
            options.push(("sslrootcert", root.display().to_string()));
        }
        if let Some(given) = self.config.get_options() {
            options.push(("options", given.to_owned()));
        }
        let hosts = self.config.get_hosts();
        // Any other name would have to be encoded, which the client library does not undo.
        let is_plain = matches!(hosts, [Host::Tcp(name)] if is_host_name(name))
            && self.config.get_ports().len() <= 1;
        if is_plain {
            let user = encoded(self.user());
            write!(f, "postgresql://{user}@{}", self.places())?;
            write!(f, "/{}", encoded(self.database()))?;
            for (n, (key, value)) in options.iter().enumerate() {
                let mark = if n == 0 { '?' } else { '&' };
                write!(f, "{mark}{key}={}", encoded(value))?;
            }
            return Ok(());
        }
        let list = |items: Vec<String>| items.join(",");
        let mut pairs = Vec::new();
        let names = hosts.iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        pairs.push(("host", list(names.collect())));
        let addresses = self.config.get_hostaddrs().iter();
        pairs.push((
            "hostaddr",
            list(addresses.map(ToString::to_string).collect()),
        ));
        let ports = self.config.get_ports().iter();
        pairs.push(("port", list(ports.map(ToString::to_string).collect())));
        pairs.push(("user", self.user().to_owned()));
        pairs.push(("dbname", self.database().to_owned()));
        pairs.extend(options);
        let written: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key}={}", quoted(value)))
            .collect();
        f.write_str(&written.join(" "))
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsn({self})")
    }
}

/// What the client library says of an address, unless that might repeat a part of a password.
fn reason(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    match cause {
        Some(cause) if cause.starts_with("invalid value for option") => cause,
        Some(cause) if cause.starts_with("unknown option") => {
            "it has an option that is not known".to_owned()
        }
        _ => "it has neither of the two forms".to_owned(),
    }
}

/// Takes our own options out of the query part of a URL.
fn from_url(text: &str, own: &mut Own) -> String {
    let Some((base, query)) = text.split_once('?') else {
        return text.to_owned();
    };
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            !own.take(&decoded(key), &decoded(value))
        })
        .collect();
    if kept.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{}", kept.join("&"))
    }
}

/// Takes our own options out of `key=value` pairs.
fn from_pairs(text: &str, own: &mut Own) -> Result<String, DsnError> {
    let unreadable = || DsnError::Form("it has neither of the two forms".to_owned());
    let mut kept = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, behind) = rest.split_once('=').ok_or_else(unreadable)?;
        let key = key.trim_end();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(unreadable());
        }
        let behind = behind.trim_start();
        let is_quoted = behind.starts_with('\'');
        let mut value = String::new();
        let mut end = behind.len();
        let mut closed = !is_quoted;
        let mut characters = behind.char_indices().skip(usize::from(is_quoted));
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => value.extend(characters.next().map(|(_, c)| c)),
                '\'' if is_quoted => {
                    (closed, end) = (true, at + 1);
                    break;
                }
                c if !is_quoted && c.is_whitespace() => {
                    end = at;
                    break;
                }
                c => value.push(c),
            }
        }
        if !closed {
            return Err(unreadable());
        }
        rest = behind[end..].trim_start();
        if !own.take(key, &value) {
            kept.push_str(&format!("{key}={} ", quoted(&value)));
        }
    }
    Ok(kept)
}

fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/,:@".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Completes what the address leaves out.
fn fill(config: &mut Config, variable: &dyn Fn(&str) -> Option<String>) -> Result<(), DsnError> {
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        match (variable("PGHOST"), variable("PGHOSTADDR")) {
            (None, None) => {
                config.host("localhost");
            }
            (hosts, addresses) => {
                for host in hosts.iter().flat_map(|hosts| hosts.split(',')) {
                    config.host(host);
                }
                for address in addresses.iter().flat_map(|addresses| addresses.split(',')) {
                    let parsed = address.parse().map_err(|_| DsnError::Value {
                        option: "PGHOSTADDR",
                        value: address.to_owned(),
                        takes: "numeric addresses",
                    })?;
                    config.hostaddr(parsed);
                }
            }
        }
    }
    if config.get_ports().is_empty()
        && let Some(ports) = variable("PGPORT")
    {
        for port in ports.split(',') {
            config.port(port.parse().map_err(|_| DsnError::Value {
                option: "PGPORT",
                value: port.to_owned(),
                takes: "a number from 1 to 65535",
            })?);
        }
    }
    if config.get_user().is_none() {
        let login = variable("PGUSER").or_else(|| variable("USER"));
        config.user(login.unwrap_or_else(|| "postgres".to_owned()));
    }
    if config.get_password().is_none()
        && let Some(password) = variable("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_dbname().is_none() {
        let user = config.get_user().unwrap_or_default().to_owned();
        config.dbname(variable("PGDATABASE").unwrap_or(user));
    }
    if config.get_options().is_none()
        && let Some(options) = variable("PGOPTIONS")
    {
        config.options(options);
    }
    if config.get_connect_timeout().is_none() {
        let seconds = match variable("PGCONNECT_TIMEOUT") {
            None => CONNECT_TIMEOUT,
            Some(text) => Duration::from_secs(text.parse().map_err(|_| DsnError::Value {
                option: "PGCONNECT_TIMEOUT",
                value: text.clone(),
                takes: "a number of seconds",
            })?),
        };
        config.connect_timeout(seconds);
    }
    config.application_name("rqgc");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Dsn, DsnError> {
        Dsn::complete(text, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn both_forms_are_read_and_shown_without_the_password() {
        for text in [
            "postgresql://me:s3cret@db.example:5433/shop?sslmode=verify-full&connect_timeout=3",
            "host=db.example port=5433 user=me password=s3cret dbname=shop sslmode=verify-full",
            "host = db.example port=5433 user=me password='s3cret' dbname='shop' sslmode=verify-full",
        ] {
            let dsn = read(text, &[]).unwrap();
            assert_eq!(dsn.config.get_password(), Some(&b"s3cret"[..]));
            assert_eq!(dsn.verification, Verification::Full);
            assert_eq!(
                dsn.to_string(),
                "postgresql://me@db.example:5433/shop?sslmode=verify-full"
            );
            assert!(!format!("{dsn:?}").contains("s3cret"));
            let again = read(&dsn.to_string(), &[]).unwrap();
            assert_eq!(again.to_string(), dsn.to_string());
        }
    }

    #[test]
    fn the_environment_fills_the_gaps() {
        let variables = [
            ("PGHOST", "/run/pg"),
            ("PGPORT", "6000"),
            ("PGUSER", "o'neil"),
            ("PGPASSWORD", "hidden"),
            ("PGSSLMODE", "disable"),
        ];
        let dsn = read("dbname=x", &variables).unwrap();
        assert_eq!(dsn.config.get_password(), Some(&b"hidden"[..]));
        assert_eq!(dsn.places(), "/run/pg:6000");
        assert_eq!(
            dsn.to_string(),
            r"host=/run/pg port=6000 user='o\'neil' dbname=x sslmode=disable"
        );
        assert_eq!(read(&dsn.to_string(), &[]).unwrap().user(), "o'neil");
        let url = read("postgresql://db/", &variables).unwrap();
        assert_eq!(url.database(), "o'neil");
        assert_eq!(url.places(), "db:5432");
    }

    #[test]
    fn what_cannot_be_read_repeats_no_password() {
        for text in [
            "postgresql://me:s3cret@host:port/x",
            "host=h password=not s3cret",
            "host=h password='s3cret",
            "s3cret",
            "host=h s3cret=1",
            "postgresql://me@host/x?s3cret=1",
            "postgresql://me@host/x?sslcert=s3cret",
        ] {
            let error = read(text, &[]).unwrap_err();
            assert!(!error.to_string().contains("s3cret"), "{text}: {error}");
        }
        let wrong = read("host=h sslmode=maybe", &[]).unwrap_err();
        assert!(wrong.to_string().contains("verify-ca"), "{wrong}");
        assert_eq!(
            read("service=x", &[]).unwrap_err(),
            DsnError::Unsupported("service")
        );
    }

    #[test]
    fn certificates_that_are_named_are_looked_at() {
        let dsn = read("host=h sslmode=require sslrootcert=/ca.pem", &[]).unwrap();
        assert_eq!(dsn.verification, Verification::Issuer);
        let dsn = read("host=h sslmode=require", &[]).unwrap();
        assert_eq!(dsn.verification, Verification::None);
        let dsn = read("host=h sslmode=verify-full sslrootcert=system", &[]).unwrap();
        assert_eq!(dsn.root_certificates, None);
    }
}
