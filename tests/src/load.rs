//! Loads the rows that tables hold into a server.

use crate::postgres::{Failure, Session};
use rqg_runtime::rows::{Dump, DumpFormat, Rows};
use rqg_runtime::schema::{Model, TableId};
use rqg_runtime::unit_text::{Generate as _, UnitText};

/// Loads all rows, sets the sequences and has the planner look at them.
///
/// # Errors
///
/// What the server said.
pub fn load(session: &mut Session, model: &Model, rows: &Rows) -> Result<(), Failure> {
    for &table in rows.load_order() {
        load_table(session, model, rows, table, DumpFormat::Copy)?;
    }
    session.execute(&rows.finish_script(model))
}

/// Loads the rows of one table, written in some form.
///
/// # Errors
///
/// What the server said.
pub fn load_table(
    session: &mut Session,
    model: &Model,
    rows: &Rows,
    table: TableId,
    format: DumpFormat,
) -> Result<(), Failure> {
    if rows.count(table) == 0 {
        return Ok(());
    }
    let dump = Dump::new(model, rows, table, format, None);
    let target = dump.target();
    match format {
        DumpFormat::Copy => session.copy_in(&format!("COPY {target} FROM STDIN"), &text(&dump)),
        DumpFormat::Csv => {
            let data = [dump.head(), text(&dump)].concat();
            let statement = format!("COPY {target} FROM STDIN WITH (FORMAT csv, HEADER)");
            session.copy_in(&statement, &data)
        }
        DumpFormat::Insert => session.execute(&String::from_utf8_lossy(&text(&dump))),
    }
}

/// The text of a dump, without what psql alone understands.
fn text(dump: &Dump<'_>) -> Vec<u8> {
    let mut generator = dump.generator();
    let mut unit = UnitText::default();
    let mut text = Vec::new();
    for index in 0..dump.units() {
        generator.generate(index, &mut unit);
        text.extend_from_slice(&unit.bytes);
    }
    text
}
