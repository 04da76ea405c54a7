//! `--rows`: what the tables of a run's schema hold.

use crate::Failure;
use crate::args::RowsArgs;
use crate::names::closest;
use rqg_runtime::schema::{Model, Table, TableKind};
use wildmatch::WildMatch;

impl RowsArgs {
    /// The data seed, where no database says another.
    #[must_use]
    pub fn data_seed(&self) -> u64 {
        self.data_seed.unwrap_or(0)
    }

    /// Sets the row counts of the model's tables. A name or pattern that means no table is wrong
    /// usage.
    ///
    /// # Errors
    /// A name or pattern means no table.
    pub fn apply(&self, model: &mut Model) -> Result<(), Failure> {
        for asked in &self.rows {
            let pattern = WildMatch::new(&asked.pattern);
            let is_meant = |table: &Table| {
                pattern.matches(&table.name)
                    || pattern.matches(&qualified(table))
                    || table.reference == asked.pattern
            };
            let mut found = false;
            for table in &mut model.tables {
                if !is_view(table) && is_meant(table) {
                    table.rows = asked.count;
                    found = true;
                }
            }
            if !found {
                return Err(unknown(model, &asked.pattern));
            }
        }
        Ok(())
    }
}

fn qualified(table: &Table) -> String {
    format!("{}.{}", table.schema, table.name)
}

fn is_view(table: &Table) -> bool {
    matches!(table.kind, TableKind::View | TableKind::MaterializedView)
}

fn unknown(model: &Model, pattern: &str) -> Failure {
    let named = |table: &&Table| table.name == pattern || qualified(table) == pattern;
    if model
        .tables
        .iter()
        .filter(|table| is_view(table))
        .any(|table| named(&table))
    {
        return Failure::Usage(format!(
            "`{pattern}` is a view: its rows come from the tables behind it"
        ));
    }
    let names: Vec<String> = model
        .tables
        .iter()
        .filter(|table| !is_view(table))
        .flat_map(|table| [table.name.clone(), qualified(table)])
        .collect();
    let names = names.iter().map(String::as_str);
    let help = match closest(pattern, names) {
        Some(name) => format!("did you mean `{name}`?"),
        None if pattern.contains(['*', '?']) => {
            "`*` stands for any characters, `?` for one".to_owned()
        }
        None => "`--rows '*=10'` would fill all".to_owned(),
    };
    Failure::Usage(format!(
        "--rows: the schema has no table `{pattern}`; {help}"
    ))
}
