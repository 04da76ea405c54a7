//! Where the output of a run goes and in which form, as the flags ask for it.

use crate::Failure;
use crate::args::{OutputFormat, RunArgs, parse_interval};
use crate::filter::parse_size;
use clap::{Args, ValueEnum};
use rqg_runtime::engine::{Compression, OutputSettings, Split, Unfinished};
use std::io::{self, IsTerminal};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

/// The heading of these flags in the help.
pub(crate) const OUTPUT: &str = "Output";

/// The form of the output.
#[derive(Debug, Clone, Default, Args)]
pub struct OutputArgs {
    /// Write several files of at most N units; they have a number before the ending: out-00000.sql
    #[arg(long, value_name = "N", value_parser = parse_interval, requires = "output", help_heading = OUTPUT)]
    pub split_units: Option<NonZeroU64>,
    /// Write several files of at most so much text before compression, such as 1GiB
    #[arg(long, value_name = "SIZE", value_parser = parse_split_size, requires = "output", help_heading = OUTPUT)]
    pub split_size: Option<NonZeroU64>,
    /// Compress the output [default: as the ending of the file says, .zst or .gz]
    #[arg(long, value_name = "FORM", value_enum, help_heading = OUTPUT)]
    pub compress: Option<Compress>,
}

/// How the output is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compress {
    /// Not at all
    None,
    /// Zstandard
    Zstd,
    /// gzip
    Gzip,
}

/// A number of bytes, with or without a unit.
fn parse_split_size(text: &str) -> Result<NonZeroU64, String> {
    let size = parse_size(text)?;
    NonZeroU64::new(size).ok_or_else(|| "give at least 1".to_owned())
}

impl OutputArgs {
    /// When another file begins.
    #[must_use]
    pub fn split(&self) -> Split {
        Split {
            units: self.split_units,
            size: self.split_size,
        }
    }

    /// What the form of the output depends on, in words.
    fn words(&self, compression: Compression) -> String {
        let number = |name: &str, number: Option<NonZeroU64>| {
            number.map_or_else(String::new, |it| format!(" {name}={it}"))
        };
        let compression = match compression {
            Compression::None => "",
            Compression::Zstd => " compress=zstd",
            Compression::Gzip => " compress=gzip",
        };
        format!(
            "{}{}{compression}",
            number("split-units", self.split_units),
            number("split-size", self.split_size)
        )
    }

    fn compression(&self, path: Option<&Path>) -> Compression {
        let ending = path.and_then(Path::extension).and_then(|it| it.to_str());
        match (self.compress, ending) {
            (Some(Compress::Zstd), _) | (None, Some("zst")) => Compression::Zstd,
            (Some(Compress::Gzip), _) | (None, Some("gz")) => Compression::Gzip,
            (Some(Compress::None) | None, _) => Compression::None,
        }
    }
}

impl RunArgs {
    /// The file of the output; none for standard output.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.output.clone().filter(|path| path != Path::new("-"))
    }

    /// Whether the output is on a terminal.
    pub(crate) fn is_on_terminal(&self) -> bool {
        self.file().is_none() && !self.writes_nothing() && io::stdout().is_terminal()
    }

    /// Whether nothing is written at all.
    pub(crate) fn writes_nothing(&self) -> bool {
        self.file().is_none() && self.format == OutputFormat::Null
    }

    /// The run with this identity as far as its output depends on it, on one line.
    pub(crate) fn line(&self, identity: &str, output: &OutputSettings) -> String {
        let length = match self.duration {
            Some(_) => "duration".to_owned(),
            None => format!("count={}", self.count),
        };
        let shard = self
            .shard
            .map_or_else(String::new, |it| format!(" shard={it}"));
        let form = self.form.words(output.compression);
        let format = match self.format {
            OutputFormat::Sql => "sql",
            OutputFormat::Jsonl if self.prepared.prepared => "jsonl prepared",
            OutputFormat::Jsonl => "jsonl",
            OutputFormat::Null => "null",
        };
        format!(
            "{identity} start={} {length}{shard} format={format}{form}",
            self.start
        )
    }

    /// What a sink has to know.
    ///
    /// # Errors
    /// What is not in a file can't be split.
    pub(crate) fn output_settings(
        &self,
        threads: usize,
        is_kept: bool,
        unfinished: &Unfinished,
    ) -> Result<OutputSettings, Failure> {
        let path = self.file();
        let split = self.form.split();
        if split.is_split() && path.is_none() {
            return Err(Failure::Usage(
                "--split-units and --split-size number files: name one with --output".to_owned(),
            ));
        }
        Ok(OutputSettings {
            compression: self.form.compression(path.as_deref()),
            path,
            split,
            threads,
            is_kept,
            unfinished: unfinished.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_the_compression_unless_the_flag_does() {
        let of = |compress, path: &str| {
            let args = OutputArgs {
                compress,
                ..OutputArgs::default()
            };
            args.compression(Some(Path::new(path)))
        };
        assert_eq!(of(None, "a.sql.zst"), Compression::Zstd);
        assert_eq!(of(None, "a.gz"), Compression::Gzip);
        assert_eq!(of(None, "a.sql"), Compression::None);
        assert_eq!(of(Some(Compress::None), "a.gz"), Compression::None);
        assert_eq!(of(Some(Compress::Gzip), "a.zst"), Compression::Gzip);
    }
}
