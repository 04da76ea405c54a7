//! Modules: finding, reading and parsing whatever a grammar imports.
//!
//! AFTER [`load`]: every file that the main file reaches through `use` is parsed once, the main file
//! is module 0, and each `use` knows its module or was reported.

pub mod bundled;
mod cycles;

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{self, ast};
use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Source files above this size are refused.
pub const MAX_SOURCE_BYTES: u64 = 64 << 20;

/// Why a file could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// There is none; the text says where it was looked for.
    Missing(String),
    /// It is there but cannot be used; the text says why.
    Unreadable(String),
}

/// Where modules and schema files come from.
pub trait Loader {
    /// The module `path` as imported by `from`.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    fn module(&self, from: &Source, path: &[&str]) -> Result<Source, LoadError>;

    /// The file `name` (of DDL) beside `from`.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    fn schema(&self, from: &Source, name: &str) -> Result<Source, LoadError>;
}

/// Loads from the file system, and `std::…` from the compiler itself.
#[derive(Debug, Clone, Default)]
pub struct FileLoader {
    base: PathBuf,
}

impl FileLoader {
    /// A loader that looks beside the importing file, or in `base` for text that has no file.
    #[must_use]
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into() }
    }

    fn beside(&self, from: &Source) -> PathBuf {
        match &from.path {
            Some(path) => path.parent().unwrap_or(Path::new("")).to_owned(),
            None => self.base.clone(),
        }
    }
}

impl Loader for FileLoader {
    fn module(&self, from: &Source, path: &[&str]) -> Result<Source, LoadError> {
        if path.first() == Some(&"std") {
            return bundled::module(path);
        }
        let mut file = self.beside(from);
        file.extend(path);
        file.set_extension("rqg");
        read_source(&file)
    }

    fn schema(&self, from: &Source, name: &str) -> Result<Source, LoadError> {
        read_source(&self.beside(from).join(name))
    }
}

/// Reads a file as UTF-8 text.
///
/// # Errors
/// If it does not exist, is too large, is not UTF-8 or cannot be read.
pub fn read_source(path: &Path) -> Result<Source, LoadError> {
    let text = String::from_utf8(read_bytes(path)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        LoadError::Unreadable(format!("byte {at} is not valid UTF-8"))
    })?;
    Ok(Source {
        name: path.display().to_string(),
        path: Some(path.to_owned()),
        text: text.into(),
    })
}

/// Reads a file of at most [`MAX_SOURCE_BYTES`].
///
/// # Errors
/// If it does not exist, is too large or cannot be read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => LoadError::Missing(path.display().to_string()),
        _ => LoadError::Unreadable(error.to_string()),
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_SOURCE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_SOURCE_BYTES {
        let limit = MAX_SOURCE_BYTES >> 20;
        return Err(LoadError::Unreadable(format!(
            "it is larger than {limit} MiB"
        )));
    }
    Ok(bytes)
}

/// A parsed file and what its `use` items refer to.
#[derive(Debug)]
pub struct Module {
    /// Its source.
    pub source: SourceId,
    /// How rules of it are prefixed: empty for the main file, `std::predicates` for an import.
    pub path: String,
    /// Its syntax tree.
    pub file: ast::File,
    /// For each item of the file, the module that it imports (none: no `use`, or one reported).
    pub uses: Vec<Option<usize>>,
}

/// Loads everything that `file` reaches, breadth first, so that the order depends on the text alone.
pub fn load(
    sources: &mut Sources,
    main: SourceId,
    file: ast::File,
    loader: &dyn Loader,
    diagnostics: &mut Diagnostics,
) -> Vec<Module> {
    let mut modules = vec![Module {
        source: main,
        path: String::new(),
        file,
        uses: Vec::new(),
    }];
    let mut known = HashMap::from([(identity(sources.get(main)), 0)]);
    let mut next = 0;
    while next < modules.len() {
        let wanted: Vec<Option<Import>> = modules[next].file.items.iter().map(import_of).collect();
        let from = modules[next].source;
        let mut uses = Vec::with_capacity(wanted.len());
        for import in wanted {
            uses.push(import.and_then(|import| {
                let source = read_import(sources, from, &import, loader, diagnostics)?;
                let key = identity(&source);
                if let Some(&module) = known.get(&key) {
                    return Some(module);
                }
                let text = source.text.clone();
                let id = sources.add(source);
                modules.push(Module {
                    source: id,
                    path: import.path.join("::"),
                    file: syntax::parse(id, &text, diagnostics),
                    uses: Vec::new(),
                });
                known.insert(key, modules.len() - 1);
                Some(modules.len() - 1)
            }));
        }
        modules[next].uses = uses;
        next += 1;
    }
    cycles::report(&modules, diagnostics);
    modules
}

/// A `use` item: the module's path and its place.
struct Import {
    path: Vec<String>,
    span: Span,
}

fn import_of(item: &ast::Item) -> Option<Import> {
    let ast::ItemKind::Use(import) = &item.kind else {
        return None;
    };
    let first = import.module.first()?.span;
    let last = import.module.last()?.span;
    Some(Import {
        path: import.module.iter().map(|part| part.text.clone()).collect(),
        span: first.to(last),
    })
}

/// What tells two files apart: the path on disk, else the shown name.
fn identity(source: &Source) -> PathBuf {
    match &source.path {
        Some(path) => path.canonicalize().unwrap_or_else(|_| path.clone()),
        None => PathBuf::from(&source.name),
    }
}

fn read_import(
    sources: &Sources,
    from: SourceId,
    import: &Import,
    loader: &dyn Loader,
    diagnostics: &mut Diagnostics,
) -> Option<Source> {
    let path: Vec<&str> = import.path.iter().map(String::as_str).collect();
    let shown = path.join("::");
    let error = match loader.module(sources.get(from), &path) {
        Ok(source) => return Some(source),
        Err(error) => error,
    };
    diagnostics.push(match error {
        LoadError::Missing(place) => {
            let message = format!("there is no module `{shown}`");
            let diagnostic = Diagnostic::new(Code::UnknownModule, import.span, message)
                .label(format!("looked for {place}"));
            if path.first() == Some(&"std") {
                diagnostic.help(format!("bundled modules: {}", bundled::names().join(", ")))
            } else {
                diagnostic
            }
        }
        LoadError::Unreadable(reason) => {
            let message = format!("the module `{shown}` cannot be read");
            Diagnostic::new(Code::ModuleUnreadable, import.span, message).label(reason)
        }
    });
    None
}
