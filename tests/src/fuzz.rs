//! The bodies of the fuzz targets in `tests/fuzz`: each takes any bytes and may do anything but
//! panic, overflow the stack or hang. An ordinary test replays the corpora.

use crate::compile::{self, Settings};
use rqg_compiler::diagnostics::Diagnostics;
use rqg_compiler::source::SourceId;
use rqg_runtime::rows::Rows;
use rqg_runtime::schema::ddl::read_ddl;

/// Parses a grammar.
pub fn parse(data: &[u8]) {
    if let Ok(text) = rqg_compiler::syntax::read(data.to_vec()) {
        rqg_compiler::syntax::parse(SourceId(0), &text, &mut Diagnostics::default());
    }
}

/// Checks and lowers a grammar.
pub fn check(data: &[u8]) {
    drop(compile::check_bytes("fuzz.rqg", data, &Settings::default()));
}

/// Derives a unit: what follows the first zero byte are its choices, what is before is the grammar.
pub fn interpret(data: &[u8]) {
    let (grammar, choices) = match data.iter().position(|&byte| byte == 0) {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[][..]),
    };
    let settings = Settings::default();
    let checked = compile::check_bytes("fuzz.rqg", grammar, &settings);
    for rows in [0, 20] {
        let settings = Settings {
            rows,
            ..settings.clone()
        };
        if let Ok(plan) = checked.plan(&settings) {
            let unit = plan.from_bytes(1, choices);
            assert_eq!(unit, plan.from_bytes(1, choices));
        }
    }
}

/// Reads a schema and makes rows for its tables.
pub fn ddl(data: &[u8]) {
    let mut model = read_ddl(&String::from_utf8_lossy(data)).model;
    for table in &mut model.tables {
        table.rows = 30;
    }
    let rows = Rows::new(&model, 1);
    let mut text = Vec::new();
    for &table in rows.load_order() {
        for column in 0..model.table(table).columns.len() as u16 {
            for row in [0, 1, 29, 30, u64::MAX] {
                text.clear();
                rows.copy_field(&model, table, column, row, &mut text);
            }
        }
    }
}

/// Reads what the command is given for a server: an address, a policy, known issues, a statement.
pub fn server(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(dsn) = rqg_server::Dsn::parse(&text) {
        // What is printed of an address can be read again.
        assert!(rqg_server::Dsn::parse(&dsn.to_string()).is_ok(), "{dsn}");
    }
    drop(rqg_server::policy::Policy::parse(&text));
    drop(rqg_server::known::Known::parse(&text));
    let _ = rqg_server::statement::Kind::of(&text);
}

/// Reads a configuration.
pub fn config(data: &[u8]) {
    let path = std::path::Path::new("/nowhere/at/all/run.conf");
    let reading = rqg_config::Reading::of_text(path, data, &rqg_config::Environment::new());
    let shown = reading.render(false);
    assert_eq!(reading.problems.is_empty(), shown.is_empty());
}
