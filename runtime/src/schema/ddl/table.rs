//! CREATE TABLE and ALTER TABLE.

use super::check::{self, Finding};
use super::cursor::{Cursor, Fault};
use super::draft::{DefaultKind, Draft, DraftForeignKey, DraftKey, TableColumns};
use super::reader::Reader;
use super::split::Kind;
use crate::schema::model::{Allowed, Identity, TableKind};
use crate::types::Classes;

/// Keywords that start or join column constraints: where the expression of a DEFAULT ends.
const CONSTRAINT_STARTS: &[&str] = &[
    "constraint",
    "not",
    "null",
    "check",
    "unique",
    "primary",
    "references",
    "generated",
    "collate",
    "default",
    "deferrable",
    "initially",
    "compression",
    "storage",
];

/// How a unique constraint or index is written behind its columns.
#[derive(Debug, Clone, Copy, Default)]
struct KeyTraits {
    deferrable: bool,
    nulls_not_distinct: bool,
}

impl Reader<'_> {
    /// Reads `CREATE TABLE`, the cursor behind these words.
    pub(super) fn create_table(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        cursor.accept(&["if", "not", "exists"]);
        let name = cursor.qualified_name()?;
        let schema = name.schema.unwrap_or_else(|| self.schema.clone());
        if self.find(Some(&schema), &name.name).is_some() {
            return Err(cursor.fault(format!("there is already a table {}", name.name)));
        }
        let mut draft = Draft::new(schema, name.name, TableKind::Table);
        if cursor.accept(&["partition", "of"]) {
            let parent_name = cursor.qualified_name()?;
            let Some(parent) = self.find(parent_name.schema.as_deref(), &parent_name.name) else {
                return Err(cursor.fault(format!("there is no table {}", parent_name.name)));
            };
            draft.copy_columns(&self.drafts[parent], true, true);
            draft.copy_keys(&self.drafts[parent], true);
            // Its rows have to fit the bounds of the partition.
            draft.table.opaque_constraint = true;
            let mut pending = Vec::new();
            if cursor.is_symbol('(') {
                for part in cursor.group()?.split_commas() {
                    self.element(part, &mut draft, &mut pending);
                }
            }
            self.apply_checks(&mut draft, &pending);
        } else {
            if !cursor.is_symbol('(') {
                return Err(cursor.fault("only tables with a list of columns are understood"));
            }
            let elements = cursor.group()?.split_commas();
            let mut pending = Vec::new();
            // Constraints may stand before the columns that they name.
            let (constraints, columns): (Vec<_>, Vec<_>) =
                elements.into_iter().partition(is_table_constraint);
            for part in columns.into_iter().chain(constraints) {
                self.element(part, &mut draft, &mut pending);
            }
            if cursor.accept(&["inherits"]) {
                for mut parent in cursor.group()?.split_commas() {
                    let parent = parent.qualified_name()?;
                    match self.find(parent.schema.as_deref(), &parent.name) {
                        Some(found) => draft.copy_columns(&self.drafts[found], true, false),
                        None => draft.table.opaque_constraint = true,
                    }
                }
            }
            self.apply_checks(&mut draft, &pending);
        }
        while !cursor.is_empty() {
            if cursor.accept(&["partition", "by"]) {
                draft.table.kind = TableKind::Partitioned;
            } else if cursor.accept(&["as"]) {
                return Err(cursor.fault("CREATE TABLE AS is not understood"));
            } else {
                cursor.skip();
            }
        }
        self.add_draft(draft);
        Ok(())
    }

    /// One element of a table's definition. What cannot be read makes the table one that inserts
    /// are not promised for.
    fn element<'a>(&mut self, part: Cursor<'a>, draft: &mut Draft, checks: &mut Vec<Cursor<'a>>) {
        let read = if is_table_constraint(&part) {
            self.table_constraint(part, draft, checks)
        } else {
            self.column_definition(part, draft, checks)
        };
        if let Err(fault) = read {
            draft.table.opaque_constraint = true;
            self.warn(fault);
        }
    }

    fn column_definition<'a>(
        &mut self,
        mut cursor: Cursor<'a>,
        draft: &mut Draft,
        checks: &mut Vec<Cursor<'a>>,
    ) -> Result<(), Fault> {
        let start = cursor;
        let name = cursor.identifier()?;
        // In a partition: `name WITH OPTIONS constraints` of a column that is there already.
        let inherited = draft.positions.get(&name).copied();
        let column = match inherited {
            Some(column) if cursor.is_empty() || cursor.is_any_word(CONSTRAINT_STARTS) => column,
            Some(column) if cursor.accept(&["with", "options"]) => column,
            _ => {
                let schema = self.schema.clone();
                let written = self.types.read(&mut cursor, &schema)?;
                let Some(column) = draft.add_column(&name, written.ty) else {
                    return Err(
                        start.fault(format!("column {name} is there already, or one too many"))
                    );
                };
                if written.serial {
                    draft.table.columns[column].not_null = true;
                    draft.set_default(column, DefaultKind::Distinct);
                }
                column
            }
        };
        while !cursor.is_empty() {
            self.column_constraint(&mut cursor, draft, column, checks)?;
        }
        Ok(())
    }

    fn column_constraint<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        draft: &mut Draft,
        column: usize,
        checks: &mut Vec<Cursor<'a>>,
    ) -> Result<(), Fault> {
        let position = u16::try_from(column).unwrap_or(u16::MAX);
        if cursor.accept(&["constraint"]) {
            cursor.identifier()?;
        } else if cursor.accept(&["not", "null"]) {
            draft.table.columns[column].not_null = true;
            cursor.accept(&["no", "inherit"]);
        } else if cursor.accept(&["default"]) {
            let default = default_kind(&cursor.take_until(CONSTRAINT_STARTS));
            draft.set_default(column, default);
        } else if cursor.accept(&["check"]) {
            checks.push(cursor.group()?);
            cursor.accept(&["no", "inherit"]);
        } else if cursor.accept(&["unique"]) {
            let traits = key_traits(cursor)?;
            draft.keys.push(key(vec![position], false, traits));
        } else if cursor.accept(&["primary", "key"]) {
            let traits = key_traits(cursor)?;
            add_primary_key(draft, vec![position], traits);
        } else if cursor.is_word("references") {
            self.references(cursor, draft, vec![position])?;
        } else if cursor.accept(&["generated"]) {
            generated(cursor, draft, column)?;
        } else if cursor.accept(&["collate"]) {
            cursor.qualified_name()?;
        } else if cursor.accept(&["compression"]) || cursor.accept(&["storage"]) {
            cursor.skip();
        } else if !(cursor.accept(&["null"])
            || cursor.accept(&["deferrable"])
            || cursor.accept(&["not", "deferrable"])
            || cursor.accept(&["initially", "deferred"])
            || cursor.accept(&["initially", "immediate"])
            || cursor.accept(&["enforced"])
            || cursor.accept(&["not", "enforced"])
            || cursor.accept(&["not", "valid"]))
        {
            return cursor.expected("a column constraint");
        }
        Ok(())
    }

    /// A constraint of a table, perhaps with its name.
    pub(super) fn table_constraint<'a>(
        &mut self,
        mut cursor: Cursor<'a>,
        draft: &mut Draft,
        checks: &mut Vec<Cursor<'a>>,
    ) -> Result<(), Fault> {
        if cursor.accept(&["constraint"]) {
            cursor.identifier()?;
        }
        let positions = |draft: &Draft, cursor: &mut Cursor<'a>| {
            let here = *cursor;
            draft
                .column_positions(&cursor.column_list()?)
                .map_err(|message| here.fault(message))
        };
        if cursor.accept(&["primary", "key"]) {
            let columns = positions(draft, &mut cursor)?;
            let traits = key_traits(&mut cursor)?;
            add_primary_key(draft, columns, traits);
        } else if cursor.accept(&["unique"]) {
            let mut traits = key_traits(&mut cursor)?;
            let columns = positions(draft, &mut cursor)?;
            let behind = key_traits(&mut cursor)?;
            traits.deferrable |= behind.deferrable;
            draft.keys.push(key(columns, false, traits));
        } else if cursor.accept(&["foreign", "key"]) {
            let columns = positions(draft, &mut cursor)?;
            self.references(&mut cursor, draft, columns)?;
        } else if cursor.accept(&["check"]) {
            checks.push(cursor.group()?);
        } else if cursor.accept(&["not", "null"]) {
            let name = cursor.identifier()?;
            match draft.positions.get(&name) {
                Some(&column) => draft.table.columns[column].not_null = true,
                None => return Err(cursor.fault(format!("there is no column {name}"))),
            }
        } else if cursor.accept(&["like"]) {
            let name = cursor.qualified_name()?;
            let Some(source) = self.find(name.schema.as_deref(), &name.name) else {
                return Err(cursor.fault(format!("there is no table {}", name.name)));
            };
            let including = |what: &str| {
                let mut rest = cursor;
                while !rest.is_empty() {
                    if rest.is_word("including")
                        && (rest.is_word_at(1, what) || rest.is_word_at(1, "all"))
                    {
                        return true;
                    }
                    rest.skip();
                }
                false
            };
            let source = self.drafts[source].clone();
            draft.copy_columns(&source, including("defaults"), including("generated"));
            if including("indexes") {
                draft.copy_keys(&source, false);
            }
        } else if cursor.is_word("exclude") {
            draft.table.opaque_constraint = true;
        } else {
            return cursor.expected("a table constraint");
        }
        Ok(())
    }

    /// `REFERENCES table (columns) …`
    fn references(
        &mut self,
        cursor: &mut Cursor<'_>,
        draft: &mut Draft,
        columns: Vec<u16>,
    ) -> Result<(), Fault> {
        let offset = cursor.offset();
        cursor.expect_word("references")?;
        let mut to = cursor.qualified_name()?;
        if to.schema.is_none() {
            // Looked up when all tables are read, so the search path of now has to be kept.
            let own = to.name == draft.table.name;
            let known = self
                .find(None, &to.name)
                .map(|n| self.drafts[n].table.schema.clone());
            to.schema = if own {
                Some(draft.table.schema.clone())
            } else {
                known
            };
        }
        let targets = if cursor.is_symbol('(') {
            cursor.column_list()?
        } else {
            Vec::new()
        };
        let mut full = false;
        loop {
            if cursor.accept(&["match", "full"]) {
                full = true;
            } else if cursor.accept(&["match"]) {
                cursor.skip();
            } else if cursor.accept(&["on", "delete"]) || cursor.accept(&["on", "update"]) {
                if cursor.accept(&["set", "null"]) || cursor.accept(&["set", "default"]) {
                    if cursor.is_symbol('(') {
                        cursor.group()?;
                    }
                } else if !cursor.accept(&["no", "action"]) {
                    cursor.skip();
                }
            } else {
                break;
            }
        }
        draft.foreign_keys.push(DraftForeignKey {
            columns,
            to,
            targets,
            full,
            offset,
        });
        Ok(())
    }

    /// Looks into the checks that were collected.
    pub(super) fn apply_checks(&mut self, draft: &mut Draft, checks: &[Cursor<'_>]) {
        for expression in checks {
            let columns = TableColumns {
                draft,
                types: &self.types,
            };
            for finding in check::findings(expression, &columns) {
                match finding {
                    Finding::Opaque => draft.table.opaque_constraint = true,
                    Finding::Column {
                        column,
                        allowed,
                        not_null,
                    } => {
                        let target = &mut draft.table.columns[column];
                        target.allowed = check::both(&target.allowed, &allowed);
                        target.not_null |= not_null;
                    }
                }
            }
        }
    }

    /// Reads `ALTER TABLE`, the cursor behind these words.
    pub(super) fn alter_table(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        cursor.accept(&["if", "exists"]);
        cursor.accept(&["only"]);
        let name = cursor.qualified_name()?;
        cursor.accept_symbol('*');
        let Some(table) = self.find(name.schema.as_deref(), &name.name) else {
            // Of a sequence or an index, or of a table that was skipped: that has been said.
            return Ok(());
        };
        for action in cursor.split_commas() {
            let mut draft = self.drafts[table].clone();
            match self.alteration(action, &mut draft) {
                Ok(()) => self.drafts[table] = draft,
                Err(fault) => {
                    self.drafts[table].table.opaque_constraint = true;
                    self.warn(fault);
                }
            }
        }
        Ok(())
    }

    fn alteration(&mut self, mut cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), Fault> {
        let mut checks = Vec::new();
        if cursor.accept(&["add"]) {
            if !cursor.is_word("column") && is_table_constraint(&cursor) {
                let constraint = cursor;
                while !cursor.is_empty() {
                    if cursor.accept(&["using", "index"]) {
                        // The unique index is known under its own name.
                        return Ok(());
                    }
                    cursor.skip();
                }
                self.table_constraint(constraint, draft, &mut checks)?;
            } else {
                cursor.accept(&["column"]);
                cursor.accept(&["if", "not", "exists"]);
                self.column_definition(cursor, draft, &mut checks)?;
            }
            self.apply_checks(draft, &checks);
        } else if cursor.accept(&["alter"]) {
            cursor.accept(&["column"]);
            let name = cursor.identifier()?;
            let Some(&column) = draft.positions.get(&name) else {
                return Err(cursor.fault(format!("there is no column {name}")));
            };
            if cursor.accept(&["set", "not", "null"]) {
                draft.table.columns[column].not_null = true;
            } else if cursor.accept(&["drop", "not", "null"]) {
                draft.table.columns[column].not_null = false;
            } else if cursor.accept(&["set", "default"]) {
                draft.set_default(column, default_kind(&cursor));
            } else if cursor.accept(&["drop", "default"]) {
                draft.set_default(column, DefaultKind::None);
            } else if cursor.accept(&["add", "generated"]) {
                generated(&mut cursor, draft, column)?;
            } else if cursor.accept(&["type"]) || cursor.accept(&["set", "data", "type"]) {
                let schema = self.schema.clone();
                draft.table.columns[column].ty = self.types.read(&mut cursor, &schema)?.ty;
            } else if !cursor.is_any_word(&["set", "reset"]) {
                return cursor.expected("an alteration of the column that is understood");
            }
        } else if cursor.accept(&["attach", "partition"]) {
            let name = cursor.qualified_name()?;
            if let Some(partition) = self.find(name.schema.as_deref(), &name.name) {
                self.drafts[partition].table.opaque_constraint = true;
            }
        } else if cursor.is_any_word(&["drop", "rename"]) && !cursor.is_word_at(1, "constraint") {
            return cursor.expected("an alteration that is understood");
        }
        Ok(())
    }
}

/// Whether an element of a table's definition is a constraint (or LIKE).
fn is_table_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.is_any_word(&[
        "constraint",
        "primary",
        "unique",
        "check",
        "foreign",
        "like",
    ]) || (cursor.is_word("not") && cursor.is_word_at(1, "null"))
        || (cursor.is_word("exclude") && {
            let mut rest = *cursor;
            rest.skip();
            rest.is_word("using") || rest.is_symbol('(')
        })
}

fn key(columns: Vec<u16>, primary: bool, traits: KeyTraits) -> DraftKey {
    DraftKey {
        columns,
        predicate: None,
        inferable: !traits.deferrable,
        primary,
        nulls_not_distinct: traits.nulls_not_distinct,
    }
}

fn add_primary_key(draft: &mut Draft, columns: Vec<u16>, traits: KeyTraits) {
    for &column in &columns {
        draft.table.columns[usize::from(column)].not_null = true;
    }
    draft.keys.push(key(columns, true, traits));
}

/// What may stand around the columns of a unique constraint.
fn key_traits(cursor: &mut Cursor<'_>) -> Result<KeyTraits, Fault> {
    let mut traits = KeyTraits::default();
    loop {
        if cursor.accept(&["nulls", "not", "distinct"]) {
            traits.nulls_not_distinct = true;
        } else if cursor.accept(&["deferrable"]) || cursor.accept(&["initially", "deferred"]) {
            traits.deferrable = true;
        } else if cursor.accept(&["include"]) || cursor.accept(&["with"]) {
            cursor.group()?;
        } else if cursor.accept(&["using", "index", "tablespace"]) {
            cursor.identifier()?;
        } else if !(cursor.accept(&["nulls", "distinct"])
            || cursor.accept(&["not", "deferrable"])
            || cursor.accept(&["initially", "immediate"]))
        {
            return Ok(traits);
        }
    }
}

/// `ALWAYS AS IDENTITY`, `BY DEFAULT AS IDENTITY`, `ALWAYS AS (expression)`, behind GENERATED.
fn generated(cursor: &mut Cursor<'_>, draft: &mut Draft, column: usize) -> Result<(), Fault> {
    let always = cursor.accept(&["always"]);
    if !always && !cursor.accept(&["by", "default"]) {
        return cursor.expected("ALWAYS or BY DEFAULT");
    }
    cursor.expect_word("as")?;
    if cursor.accept(&["identity"]) {
        if cursor.is_symbol('(') {
            cursor.group()?;
        }
        draft.set_identity(
            column,
            if always {
                Identity::Always
            } else {
                Identity::ByDefault
            },
        );
        return Ok(());
    }
    let expression = cursor.group()?;
    // Columns that stand further down are among them: looked up when the table is complete.
    draft.operands.extend(check::names(&expression));
    draft.table.columns[column].generated = true;
    draft.table.columns[column].has_default = true;
    if !cursor.accept(&["stored"]) {
        cursor.accept(&["virtual"]);
    }
    Ok(())
}

/// What the expression of a DEFAULT gives.
fn default_kind(expression: &Cursor<'_>) -> DefaultKind {
    let mut cursor = *expression;
    while cursor.accept_symbol('(') {}
    if cursor.is_word("null") {
        return DefaultKind::None;
    }
    let named = cursor.kind() == Some(Kind::Word);
    match cursor.qualified_name() {
        Ok(name)
            if named
                && cursor.is_symbol('(')
                && (name.name == "nextval" || name.name.contains("uuid")) =>
        {
            DefaultKind::Distinct
        }
        _ => DefaultKind::Constant,
    }
}

/// Keeps generated columns from overflowing: what they are made of stays small.
pub(super) fn bound_operands(draft: &mut Draft, types: &super::types::Types) {
    for name in std::mem::take(&mut draft.operands) {
        let Some(&operand) = draft.positions.get(&name) else {
            continue;
        };
        let number = {
            let columns = TableColumns { draft, types };
            check::Columns::digits(&columns, operand)
        };
        let column = &mut draft.table.columns[operand];
        if column.allowed == Allowed::Any {
            column.allowed = match number {
                Some(_) => Allowed::Range {
                    low: Some((1, 0)),
                    high: Some((1_000, 0)),
                },
                // Only strings have a length; other types ignore it.
                None => match types.underlying(column.ty).classes {
                    classes if classes.intersects(Classes::STRING) => Allowed::Length(0, 12),
                    _ => continue,
                },
            };
        }
    }
}
