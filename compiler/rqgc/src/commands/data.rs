//! `rqgc data`

use crate::cli::{DataArgs, DataFormat};
use crate::config;
use crate::failure::Failure;
use crate::report::Report;
use crate::server;
use crate::terminal;
use indicatif::{HumanBytes, HumanCount};
use rqg_cli::signals;
use rqg_compiler::schema::{self, Origin};
use rqg_compiler::source::Sources;
use rqg_runtime::engine::{
    self, Batch, Control, EngineError, FileSink, Format, Outcome, Settings, Sink, StdoutSink,
    Unfinished,
};
use rqg_runtime::rows::{Dump, DumpFormat, Rows};
use rqg_runtime::schema::{Model, TableId};
use rqg_server::{Server, load};
use std::io;
use std::path::Path;
use std::time::Instant;

/// What makes a script mean the same in every session.
const SESSION: &str = "SET client_encoding = 'UTF8';\nSET lc_monetary = 'C';\n";

pub fn run(args: &DataArgs) -> Result<(), Failure> {
    let args = &config::data(args)?;
    let server = server::for_load(args.load.as_deref(), args.connections)?;
    let model = model(args, server.as_ref())?;
    let rows = Rows::new(&model, args.rows.data_seed());
    for limit in rows.limits() {
        terminal::note(&format!(
            "warning: {} holds {} of the {} rows asked for: {}",
            model.table(limit.table).reference,
            limit.possible,
            limit.asked,
            limit.reason
        ));
    }
    let tables: Vec<TableId> = rows
        .load_order()
        .iter()
        .copied()
        .filter(|&id| rows.count(id) > 0)
        .collect();
    if args.format == DataFormat::Csv && args.output.is_none() && tables.len() > 1 {
        return Err(Failure::Usage(format!(
            "--format csv on standard output takes one table, and {} have rows: give -o DIR",
            tables.len()
        )));
    }
    let control = Control::default();
    let unfinished = Unfinished::default();
    signals::install(&control, &unfinished, "rqgc")?;

    if let Some(server) = server {
        load(args, &server, &model, &rows, &control)?;
        return complete(&rows);
    }
    let started = Instant::now();
    let mut job = Job {
        args,
        model: &model,
        rows: &rows,
        control: &control,
        unfinished: &unfinished,
        made: 0,
    };
    let done = match &args.output {
        Some(directory) => job.files(directory, &tables)?,
        None => job.script(&tables)?,
    };
    let made = job.made;
    if done && (args.verbose || terminal::stderr_is_terminal()) {
        let (seconds, bytes) = (started.elapsed().as_secs_f64(), control.counts().bytes);
        terminal::note(&format!(
            "rqgc: {} rows of {} tables, {} in {seconds:.2} s ({} rows/s)",
            HumanCount(made),
            tables.len(),
            HumanBytes(bytes),
            HumanCount((made as f64 / seconds.max(1e-9)) as u64),
        ));
    }
    complete(&rows)
}

/// Whether there are as many rows as were asked for.
fn complete(rows: &Rows) -> Result<(), Failure> {
    if rows.limits().is_empty() {
        return Ok(());
    }
    Err(Failure::Incomplete(
        "not all rows that were asked for could be had".to_owned(),
    ))
}

/// Loads everything into a database.
fn load(
    args: &DataArgs,
    server: &Server,
    model: &Model,
    rows: &Rows,
    control: &Control,
) -> Result<(), Failure> {
    let settings = load::Settings {
        connections: usize::from(args.connections),
        replace: args.replace,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let seed = args.rows.data_seed();
    let loaded = load::load(server, model, rows, seed, &settings, control)?;
    if args.verbose || terminal::stderr_is_terminal() {
        let seconds = loaded.elapsed.as_secs_f64();
        terminal::note(&format!(
            "rqgc: {} rows into {} tables, {} in {seconds:.2} s ({} rows/s)",
            HumanCount(loaded.rows),
            loaded.tables,
            HumanBytes(loaded.bytes),
            HumanCount((loaded.rows as f64 / seconds.max(1e-9)) as u64),
        ));
    }
    Ok(())
}

/// The schema with its row counts.
fn model(args: &DataArgs, server: Option<&Server>) -> Result<Model, Failure> {
    if args.rows.rows.is_empty() {
        return Err(Failure::Usage(
            "--rows says how many rows a table is to hold, such as --rows orders=1000 or \
             --rows '*=1000'"
                .to_owned(),
        ));
    }
    let text = match &args.schema {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|cause| Failure::read(path, cause))?;
            Some((path, String::from_utf8_lossy(&bytes).into_owned()))
        }
        None => None,
    };
    let read = match (server, &text) {
        (Some(server), None) => Some((server.dsn().name(), server.ddl()?)),
        _ => None,
    };
    let origin = match (&text, &read) {
        (Some((path, text)), _) => Origin::File(path, text),
        (None, Some((name, ddl))) => Origin::Database(name, ddl),
        (None, None) => Origin::Default,
    };
    let mut report = Report::new(Sources::default(), args.verbose);
    let schema = schema::read(&origin, report.sources());
    report.add(schema.diagnostics);
    report.print()?;
    let mut model = schema.model;
    args.rows.apply(&mut model)?;
    Ok(model)
}

/// One run of the command.
struct Job<'a> {
    args: &'a DataArgs,
    model: &'a Model,
    rows: &'a Rows,
    control: &'a Control,
    unfinished: &'a Unfinished,
    /// Rows written.
    made: u64,
}

impl Job<'_> {
    fn format(&self) -> DumpFormat {
        match self.args.format {
            DataFormat::Copy => DumpFormat::Copy,
            DataFormat::Csv => DumpFormat::Csv,
            DataFormat::Insert => DumpFormat::Insert,
        }
    }

    fn dump(&self, table: TableId) -> Dump<'_> {
        let (model, rows) = (self.model, self.rows);
        Dump::new(model, rows, table, self.format(), self.args.shard)
    }

    /// Everything as one script, or one table as CSV, on standard output. False if the reader went
    /// away.
    fn script(&mut self, tables: &[TableId]) -> Result<bool, Failure> {
        let mut sink = StdoutSink::default();
        let is_script = self.args.format != DataFormat::Csv;
        if is_script && !write(&mut sink, SESSION.as_bytes())? {
            return Ok(false);
        }
        for &table in tables {
            if !self.table(table, &mut sink)? {
                return Ok(false);
            }
        }
        if is_script {
            return write(&mut sink, self.rows.finish_script(self.model).as_bytes());
        }
        Ok(true)
    }

    /// A file for each table, and what to run last. False if a reader of one went away.
    fn files(&mut self, directory: &Path, tables: &[TableId]) -> Result<bool, Failure> {
        std::fs::create_dir_all(directory).map_err(|cause| Failure::Directory {
            path: directory.to_owned(),
            cause,
        })?;
        let width = (tables.len() + 1).to_string().len().max(2);
        let shard = self.args.shard.map_or_else(String::new, |shard| {
            format!("-{}", shard.to_string().replace('/', "of"))
        });
        let ending = match self.args.format {
            DataFormat::Copy => "copy",
            DataFormat::Csv => "csv",
            DataFormat::Insert => "sql",
        };
        let mut last = String::from(SESSION);
        for (number, &table) in (1_usize..).zip(tables) {
            let name = format!(
                "{number:0width$}-{}{shard}.{ending}",
                file_name(self.model, table)
            );
            if self.args.format == DataFormat::Csv {
                last.push_str(&import(&self.dump(table), &name));
            }
            let is_script = self.args.format != DataFormat::Csv;
            let head = if is_script { SESSION } else { "" };
            let written = self.file(&directory.join(name), head, |job, sink| {
                job.table(table, sink)
            })?;
            if !written {
                return Ok(false);
            }
        }
        last.push_str(&self.rows.finish_script(self.model));
        let what = match self.args.format {
            DataFormat::Csv => "load",
            _ => "finish",
        };
        let name = format!("{:0width$}-{what}{shard}.sql", tables.len() + 1);
        self.file(&directory.join(name), &last, |_, _| Ok(true))
    }

    fn file(
        &mut self,
        path: &Path,
        head: &str,
        fill: impl FnOnce(&mut Self, &mut FileSink) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let mut sink = FileSink::create_for(path, self.unfinished)?;
        if !write(&mut sink, head.as_bytes())? || !fill(self, &mut sink)? {
            return Ok(false);
        }
        sink.finish()?;
        Ok(true)
    }

    /// The rows of a table. False if the reader went away.
    fn table(&mut self, table: TableId, sink: &mut dyn Sink) -> Result<bool, Failure> {
        let dump = Dump::new(self.model, self.rows, table, self.format(), self.args.shard);
        if !write(sink, &dump.head())? {
            return Ok(false);
        }
        let settings = Settings {
            threads: self.args.threads.map_or_else(
                || std::thread::available_parallelism().map_or(1, usize::from),
                usize::from,
            ),
            ..Settings::new(0..dump.units())
        };
        let generator = || dump.generator();
        let statistics = engine::run(&settings, &Format::Raw, self.control, sink, generator)?;
        match statistics.outcome {
            Outcome::Complete | Outcome::Exhausted => {}
            Outcome::Closed => return Ok(false),
            Outcome::Stopped => return Err(self.interrupted(table)),
        }
        let slice = dump.slice();
        self.made += slice.end - slice.start;
        write(sink, dump.tail())
    }

    fn interrupted(&self, table: TableId) -> Failure {
        let files = match self.args.output {
            Some(_) => "; the files of the tables before it are complete",
            None => "",
        };
        Failure::Interrupted(format!(
            "interrupted at table {}{files}",
            self.model.table(table).reference
        ))
    }
}

/// Writes text behind what was written. False if the reader went away.
fn write(sink: &mut dyn Sink, text: &[u8]) -> Result<bool, Failure> {
    if text.is_empty() {
        return Ok(true);
    }
    let batch = Batch {
        indexes: 0..0,
        text,
        units: 0,
        statements: 0,
        marks: &[],
    };
    match sink.write(&batch) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(cause) => Err(EngineError::Write {
            name: sink.name(),
            cause,
        }
        .into()),
    }
}

/// The name of a table as part of a file's name: its schema unless that is `public`, and nothing
/// that a file system or a shell could take amiss.
fn file_name(model: &Model, table: TableId) -> String {
    let table = model.table(table);
    let schema = match table.schema.as_str() {
        "public" => String::new(),
        other => format!("{other}."),
    };
    format!("{schema}{}", table.name)
        .chars()
        .map(|c| match c {
            c if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') => c,
            _ => '_',
        })
        .take(100)
        .collect()
}

/// How psql reads a CSV file beside the script.
fn import(dump: &Dump<'_>, file: &str) -> String {
    let header = if dump.head().is_empty() {
        ""
    } else {
        ", HEADER"
    };
    format!(
        "\\copy {} FROM '{file}' WITH (FORMAT csv{header})\n",
        dump.target()
    )
}
