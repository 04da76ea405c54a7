//! Grammars from their text to units, for tests.

use crate::fixtures::Header;
use rqg_compiler::diagnostics::{Diagnostic, Severity, render};
use rqg_compiler::hir::EmbeddedSchema;
use rqg_compiler::interpret::{self, Generator, Worker};
use rqg_compiler::ir::Program;
use rqg_compiler::schema::{self, Origin, Schema};
use rqg_compiler::source::{Source, Sources};
use rqg_compiler::steering::Steering;
use rqg_compiler::{Compilation, Input, compile};
use rqg_runtime::choices::{Bytes, Record, Recorded, Replay};
use rqg_runtime::dialect::Dialect;
use rqg_runtime::entropy::Seed;
use rqg_runtime::features::FEATURES;
use rqg_runtime::native::Planned;
use rqg_runtime::schema::DEFAULT_DDL;
use rqg_runtime::schema::model::TableKind;
use rqg_runtime::unit_text::{Generate as _, UnitText};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// What a run is asked for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The start rule.
    pub rule: Option<String>,
    /// How the grammar is steered.
    pub steering: Steering,
    /// The dialect.
    pub dialect: Dialect,
    /// A file of DDL; none: the grammar's own schema, else the default one.
    pub schema: Option<PathBuf>,
    /// The seed.
    pub seed: u64,
    /// Rows that every table is asked to hold.
    pub rows: u64,
    /// Added to the indexes of units for the keys of new rows.
    pub key_offset: u64,
    /// Whether checking goes on until a unit could be made, which needs a schema.
    pub prepare: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rule: None,
            steering: Steering::default(),
            dialect: Dialect::default(),
            schema: None,
            seed: 7,
            rows: 0,
            key_offset: 0,
            prepare: false,
        }
    }
}

impl Settings {
    /// Default settings with a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// A seed, for a PostgreSQL of a major version.
    #[must_use]
    pub fn postgresql(major: u32, seed: u64) -> Self {
        let mut settings = Self::seeded(seed);
        settings.dialect.version = vec![major];
        settings
    }

    /// What the header of a fixture asks for; a schema lies beside the fixture.
    ///
    /// # Errors
    ///
    /// A setting is unknown or its value cannot be read.
    pub fn of(fixture: &Path, header: &Header) -> Result<Self, String> {
        let mut settings = Self {
            prepare: !header.settings.is_empty(),
            ..Self::default()
        };
        for (key, value) in &header.settings {
            match key.as_str() {
                "rule" => settings.rule = Some(value.clone()),
                "only" => settings.steering.only = listed(value),
                "without" => settings.steering.without = listed(value),
                "weight" => {
                    let weights = listed(value).into_iter();
                    settings.steering.weights =
                        weights.map(|it| it.parse()).collect::<Result<_, _>>()?;
                }
                "dialect" => {
                    settings.dialect = value.parse().map_err(|error| format!("{error}"))?;
                }
                "schema" => {
                    settings.schema = Some(fixture.with_file_name("").join(value));
                }
                "seed" => settings.seed = value.parse().map_err(|error| format!("{error}"))?,
                "rows" => settings.rows = value.parse().map_err(|error| format!("{error}"))?,
                "n" => {}
                _ => return Err(format!("unknown setting `{key}`")),
            }
        }
        Ok(settings)
    }
}

/// The parts of a value between commas.
fn listed(value: &str) -> Vec<String> {
    value.split(',').map(str::to_owned).collect()
}

/// A grammar after checking.
#[derive(Debug)]
pub struct Checked {
    /// Everything that was found, as a human reads it, without colours.
    pub rendered: String,
    compilation: Compilation,
    found: Vec<Diagnostic>,
}

/// Checks a file.
#[must_use]
pub fn check(path: &Path, settings: &Settings) -> Checked {
    checked(Input::path(path), settings)
}

/// Checks a text.
#[must_use]
pub fn check_bytes(name: &str, bytes: &[u8], settings: &Settings) -> Checked {
    match rqg_compiler::syntax::read(bytes.to_vec()) {
        Ok(text) => checked(Input::text(name, text), settings),
        Err(invalid) => {
            let mut sources = Sources::default();
            let source = sources.add(Source {
                name: name.to_owned(),
                path: None,
                text: invalid.lossy.as_str().into(),
            });
            let found = vec![invalid.diagnostic(source)];
            Checked {
                rendered: render::human(&found, &sources, false),
                compilation: Compilation {
                    sources,
                    diagnostics: Vec::new(),
                    grammar: None,
                    written: None,
                    program: None,
                },
                found,
            }
        }
    }
}

/// Checks a file, or gives what an earlier call for it found.
#[must_use]
pub fn check_once(path: &Path) -> Arc<Checked> {
    static KEPT: OnceLock<Mutex<BTreeMap<PathBuf, Arc<Checked>>>> = OnceLock::new();
    let mut kept = KEPT
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let checked = kept
        .entry(path.to_owned())
        .or_insert_with(|| Arc::new(check(path, &Settings::default())));
    Arc::clone(checked)
}

fn checked(input: Input, settings: &Settings) -> Checked {
    let input = match &settings.rule {
        Some(rule) => input.start(rule),
        None => input,
    };
    let compilation = compile(&input.steer(settings.steering.clone()));
    let mut checked = Checked {
        found: compilation.diagnostics.clone(),
        rendered: String::new(),
        compilation,
    };
    if settings.prepare && !checked.has_errors() {
        checked.prepare(settings);
    }
    checked.rendered = render::human(&checked.found, &checked.compilation.sources, false);
    checked
}

impl Checked {
    /// Whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found
            .iter()
            .any(|found| found.severity == Severity::Error)
    }

    /// The codes that were reported.
    #[must_use]
    pub fn codes(&self) -> BTreeSet<String> {
        self.found
            .iter()
            .map(|found| found.code.to_string())
            .collect()
    }

    /// The DDL of a run.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn ddl(&self, settings: &Settings) -> Result<String, String> {
        match (&settings.schema, self.own_schema()) {
            (Some(path), _) => {
                fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
            }
            (None, Some(own)) => Ok(own.ddl.clone()),
            (None, None) => Ok(DEFAULT_DDL.to_owned()),
        }
    }

    /// Everything that a run decides before its first unit.
    ///
    /// # Errors
    ///
    /// The grammar has errors, or it and the settings do not go together.
    pub fn plan(&self, settings: &Settings) -> Result<Plan, String> {
        // Reading a schema adds a source; the other methods leave what was checked as it is.
        let mut copy = Self {
            rendered: String::new(),
            compilation: self.compilation.clone(),
            found: self.found.clone(),
        };
        let schema = copy.schema(settings)?;
        match copy.generator(schema, settings) {
            Ok(generator) => Ok(Plan { generator }),
            Err(found) => Err(render::human(&found, &copy.compilation.sources, false)),
        }
    }

    /// The texts of units, their statements joined by line ends.
    ///
    /// # Errors
    ///
    /// As [`Checked::plan`].
    pub fn units(&self, settings: &Settings, range: Range<u64>) -> Result<Vec<String>, String> {
        let plan = self.plan(settings)?;
        Ok(plan.on_enough_stack(|plan| {
            let mut worker = plan.worker();
            range
                .map(|index| {
                    let mut unit = UnitText::default();
                    worker.generate(index, &mut unit);
                    statements(&unit).join("\n")
                })
                .collect()
        }))
    }

    /// All statements with the indexes of their units.
    ///
    /// # Errors
    ///
    /// As [`Checked::plan`].
    pub fn statements(
        &self,
        settings: &Settings,
        range: Range<u64>,
    ) -> Result<Vec<(u64, String)>, String> {
        let plan = self.plan(settings)?;
        Ok(plan.on_enough_stack(|plan| {
            let mut worker = plan.worker();
            let mut unit = UnitText::default();
            range
                .flat_map(|index| {
                    worker.generate(index, &mut unit);
                    statements(&unit).into_iter().map(move |text| (index, text))
                })
                .collect()
        }))
    }

    /// Goes on until a unit could be made.
    fn prepare(&mut self, settings: &Settings) {
        match self.schema(settings) {
            Ok(schema) => {
                self.found.extend(schema.diagnostics.iter().cloned());
                if !self.has_errors()
                    && let Err(found) = self.generator(schema, settings)
                {
                    self.found.extend(found);
                }
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn schema(&mut self, settings: &Settings) -> Result<Schema, String> {
        let text;
        let own = self.own_schema().cloned();
        let origin = match (&settings.schema, &own) {
            (Some(path), _) => {
                text = self.ddl(settings)?;
                Origin::File(path, &text)
            }
            (None, Some(own)) => Origin::Embedded(own),
            (None, None) => Origin::Default,
        };
        let mut schema = schema::read(&origin, &mut self.compilation.sources);
        for table in &mut schema.model.tables {
            if table.kind == TableKind::Table {
                table.rows = settings.rows;
            }
        }
        Ok(schema)
    }

    fn own_schema(&self) -> Option<&EmbeddedSchema> {
        self.compilation.program.as_ref()?.schema.as_ref()
    }

    fn generator(&self, schema: Schema, settings: &Settings) -> Result<Generator, Vec<Diagnostic>> {
        let Some(program) = &self.compilation.program else {
            return Err(self.found.clone());
        };
        let mut run = interpret::Settings::new(Seed::from(settings.seed).master_key());
        if let Some(rule) = &settings.rule {
            run.start.clone_from(rule);
        }
        run.key_offset = settings.key_offset;
        run.dialect = settings.dialect.clone();
        run.features = FEATURES
            .iter()
            .filter(|feature| feature.enabled(&run.dialect))
            .map(|feature| feature.name.to_owned())
            .collect();
        Generator::new(Arc::clone(program), Arc::new(schema.model), run)
    }
}

/// A run, ready to make units.
#[derive(Debug, Clone)]
pub struct Plan {
    generator: Generator,
}

impl Plan {
    /// The program that it runs.
    #[must_use]
    pub fn program(&self) -> &Program {
        self.generator.program()
    }

    /// What is fixed for the run: schema model, rows.
    #[must_use]
    pub fn fixed(&self) -> &rqg_runtime::plan::Plan {
        self.generator.plan()
    }

    /// The run as the native backend takes it over.
    #[must_use]
    pub fn planned(&self) -> Planned {
        self.generator.planned()
    }

    /// A generator for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker {
        self.generator.worker()
    }

    /// The stack that a thread with a worker needs.
    #[must_use]
    pub fn required_stack(&self) -> usize {
        self.generator.required_stack()
    }

    /// Calls something that uses workers on a thread with the stack that they need.
    ///
    /// # Panics
    ///
    /// When there is no thread to be had.
    pub fn on_enough_stack<T: Send>(&self, call: impl FnOnce(&Self) -> T + Send) -> T {
        match self.generator.with_stack(|_| call(self)) {
            Ok(result) => result,
            Err(error) => panic!("no thread: {error}"),
        }
    }

    /// A unit with the choices that made it.
    #[must_use]
    pub fn record(&self, index: u64) -> (UnitText, Vec<Record>) {
        self.on_enough_stack(|plan| {
            let mut worker = plan.worker();
            let mut choices = Recorded::new(worker.choices(index));
            let mut unit = UnitText::default();
            worker.generate_from(index, &mut choices, &mut unit);
            (unit, choices.into_records())
        })
    }

    /// A unit made of recorded choices.
    #[must_use]
    pub fn replay(&self, index: u64, records: &[Record]) -> UnitText {
        self.on_enough_stack(|plan| {
            let mut unit = UnitText::default();
            plan.worker()
                .generate_from(index, &mut Replay::new(records), &mut unit);
            unit
        })
    }

    /// A unit made of bytes.
    #[must_use]
    pub fn from_bytes(&self, index: u64, bytes: &[u8]) -> UnitText {
        self.on_enough_stack(|plan| {
            let mut unit = UnitText::default();
            plan.worker()
                .generate_from(index, &mut Bytes::new(bytes), &mut unit);
            unit
        })
    }
}

fn statements(unit: &UnitText) -> Vec<String> {
    unit.statements()
        .map(|statement| String::from_utf8_lossy(statement).into_owned())
        .collect()
}
