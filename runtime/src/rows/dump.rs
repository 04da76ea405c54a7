//! The rows of a table as text that a server loads: as COPY's text format, as CSV or as INSERT.

use super::Rows;
use super::recipe::Source;
use crate::engine::Shard;
use crate::schema::model::{Identity, Model, TableId};
use crate::unit_text::{Emission, Generate, UnitText};
use crate::values::quoting::{push_string, quote_csv_from};
use std::ops::Range;

/// Rows of one unit, and of one INSERT.
const GROUP: u64 = 100;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpFormat {
    /// `COPY … FROM stdin;`, lines in COPY's text format, and `\.`, as psql reads it.
    Copy,
    /// RFC 4180 with line feeds and a header: NULL is empty, the empty string is quoted, as
    /// `COPY … WITH (FORMAT csv, HEADER)` reads it.
    Csv,
    /// INSERT statements of up to 100 rows.
    Insert,
}

/// The rows of a table, or a slice of them, as text. Its units are runs of 100 rows, each a pure
/// function of its index, so that the [engine](crate::engine) can make them in parallel.
#[derive(Debug, Clone)]
pub struct Dump<'a> {
    model: &'a Model,
    rows: &'a Rows,
    table: TableId,
    format: DumpFormat,
    columns: Vec<u16>,
    slice: Range<u64>,
    /// Whether it is the slice that the header belongs to.
    first: bool,
}

impl<'a> Dump<'a> {
    /// Of a table that holds rows; of one slice of it, if a shard is given. The slices of all
    /// shards hold each row once, in order; those of INSERT are cut between statements.
    #[must_use]
    pub fn new(
        model: &'a Model,
        rows: &'a Rows,
        table: TableId,
        format: DumpFormat,
        shard: Option<Shard>,
    ) -> Self {
        let count = rows.count(table);
        let slice = match (shard, format) {
            (None, _) => 0..count,
            (Some(shard), DumpFormat::Insert) => {
                let groups = shard.slice(0..count.div_ceil(GROUP));
                groups.start * GROUP..groups.end.saturating_mul(GROUP).min(count)
            }
            (Some(shard), _) => shard.slice(0..count),
        };
        Self {
            model,
            rows,
            table,
            format,
            columns: loaded_columns(model, rows, table),
            slice,
            first: shard.is_none_or(|shard| shard.slice(0..u64::MAX).start == 0),
        }
    }

    /// The rows.
    #[must_use]
    pub fn slice(&self) -> Range<u64> {
        self.slice.clone()
    }

    /// How many units there are: their indexes count from 0.
    #[must_use]
    pub fn units(&self) -> u64 {
        (self.slice.end - self.slice.start).div_ceil(GROUP)
    }

    /// The table and its columns, as COPY and INSERT name them.
    #[must_use]
    pub fn target(&self) -> String {
        target(self.model, self.table, &self.columns)
    }

    /// What stands before the first row.
    #[must_use]
    pub fn head(&self) -> Vec<u8> {
        match self.format {
            DumpFormat::Copy => format!("COPY {} FROM stdin;\n", self.target()).into_bytes(),
            DumpFormat::Csv if self.first => {
                let mut line = Vec::new();
                for (n, &at) in self.columns.iter().enumerate() {
                    if n > 0 {
                        line.push(b',');
                    }
                    let start = line.len();
                    let column = &self.model.table(self.table).columns[usize::from(at)];
                    line.extend_from_slice(column.name.as_bytes());
                    quote_csv_from(&mut line, start);
                }
                line.push(b'\n');
                line
            }
            DumpFormat::Csv | DumpFormat::Insert => Vec::new(),
        }
    }

    /// What stands behind the last row.
    #[must_use]
    pub fn tail(&self) -> &'static [u8] {
        match self.format {
            DumpFormat::Copy => b"\\.\n",
            DumpFormat::Csv | DumpFormat::Insert => b"",
        }
    }

    /// Makes the units.
    #[must_use]
    pub fn generator(&self) -> DumpGenerator<'_> {
        let table = self.model.table(self.table);
        let always = self
            .columns
            .iter()
            .any(|&at| table.columns[usize::from(at)].identity == Some(Identity::Always));
        let overriding = if always {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        DumpGenerator {
            start: format!("INSERT INTO {}{overriding} VALUES", self.target()),
            dump: self,
        }
    }
}

/// The columns that rows are loaded with.
fn loaded_columns(model: &Model, rows: &Rows, table: TableId) -> Vec<u16> {
    (0_u16..)
        .zip(&model.table(table).columns)
        .filter(|&(at, _)| rows.is_loaded(table, at))
        .map(|(at, _)| at)
        .collect()
}

fn target(model: &Model, table: TableId, columns: &[u16]) -> String {
    let table = model.table(table);
    let names: Vec<&str> = columns
        .iter()
        .map(|&at| table.columns[usize::from(at)].reference.as_str())
        .collect();
    format!("{} ({})", table.reference, names.join(", "))
}

/// Makes the units of a [`Dump`]: lines that need nothing more.
#[derive(Debug)]
pub struct DumpGenerator<'a> {
    dump: &'a Dump<'a>,
    /// How an INSERT starts.
    start: String,
}

impl DumpGenerator<'_> {
    fn row(&self, row: u64, out: &mut Vec<u8>) {
        let Dump {
            model,
            rows,
            table,
            format,
            ..
        } = *self.dump;
        for (n, &column) in self.dump.columns.iter().enumerate() {
            match format {
                DumpFormat::Copy => {
                    if n > 0 {
                        out.push(b'\t');
                    }
                    rows.copy_field(model, table, column, row, out);
                }
                DumpFormat::Csv => {
                    if n > 0 {
                        out.push(b',');
                    }
                    let start = out.len();
                    if rows.text(model, table, column, row, out) {
                        quote_csv_from(out, start);
                    }
                }
                DumpFormat::Insert => {
                    out.extend_from_slice(if n > 0 { b", " } else { b"(" });
                    if !rows.literal(model, table, column, row, out) {
                        out.extend_from_slice(b"NULL");
                    }
                }
            }
        }
    }
}

impl Generate for DumpGenerator<'_> {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        unit.clear();
        let slice = &self.dump.slice;
        let first = slice.start + index * GROUP;
        let rows = first..first.saturating_add(GROUP).min(slice.end);
        let out = &mut unit.bytes;
        if self.dump.format != DumpFormat::Insert {
            for row in rows {
                self.row(row, out);
                out.push(b'\n');
            }
        } else {
            out.extend_from_slice(self.start.as_bytes());
            for row in rows {
                out.extend_from_slice(if row == first { b"\n" } else { b",\n" });
                self.row(row, out);
                out.push(b')');
            }
            out.extend_from_slice(b";\n");
        }
        unit.ends.push(unit.bytes.len());
        Emission::Emitted
    }
}

impl Rows {
    /// What to do when all rows are loaded, as SQL: sequences go on behind the numbers that the
    /// rows took, and the planner gets its statistics.
    #[must_use]
    pub fn finish_script(&self, model: &Model) -> String {
        let mut sequences = String::new();
        let mut analyze = String::new();
        for &id in &self.order {
            let table = model.table(id);
            let count = self.count(id);
            if count == 0 {
                continue;
            }
            for (at, column) in (0_u16..).zip(&table.columns) {
                let Some(Source::Serial { base, .. }) =
                    self.column(id, at).map(|column| &column.source)
                else {
                    continue;
                };
                if !column.has_default {
                    continue;
                }
                let (mut name, mut place) = (Vec::new(), Vec::new());
                push_string(table.reference.as_bytes(), &mut name);
                push_string(column.name.as_bytes(), &mut place);
                // NULL, and so nothing is done, where the default is no sequence.
                sequences.push_str(&format!(
                    "SELECT setval(pg_get_serial_sequence({}, {}), {});\n",
                    String::from_utf8_lossy(&name),
                    String::from_utf8_lossy(&place),
                    base + i128::from(count) - 1,
                ));
            }
            analyze.push_str(&format!("ANALYZE {};\n", table.reference));
        }
        sequences + &analyze
    }
}
