//! The statements of a script, one by one.

use super::check::{self, Finding};
use super::cursor::{Cursor, Fault};
use super::draft::{DomainValue, Draft, DraftKey};
use super::split::{Kind, Splitter, Token};
use super::types::Types;
use super::{DdlError, DdlWarning, Reading, finish};
use crate::schema::model::{Allowed, TableKind};
use std::collections::HashMap;

/// What was read so far.
pub(super) struct Reader<'a> {
    text: &'a str,
    /// The types.
    pub types: Types,
    /// Tables and views, in order.
    pub drafts: Vec<Draft>,
    by_name: HashMap<(String, String), usize>,
    /// The schema of unqualified names.
    pub schema: String,
    faults: Vec<Fault>,
}

/// A script of nonsense gets no more warnings than somebody might read.
const MAX_WARNINGS: usize = 1_000;

/// Statements that say nothing about the shape of a schema.
const IGNORED: &[&str] = &[
    "select",
    "comment",
    "grant",
    "revoke",
    "insert",
    "update",
    "delete",
    "copy",
    "begin",
    "commit",
    "start",
    "do",
    "analyze",
    "vacuum",
    "refresh",
    "security",
    "reset",
    "reindex",
    "cluster",
    "truncate",
    "with",
    "end",
    "rollback",
    "lock",
    "notify",
    "reassign",
    "import",
    "abort",
    "call",
    "checkpoint",
    "discard",
    "load",
    "merge",
    "savepoint",
    "release",
    "values",
    "explain",
    "show",
    "listen",
    "unlisten",
    "prepare",
    "execute",
    "deallocate",
];

/// Objects whose CREATE, ALTER or DROP leaves tables and types as they are.
const IGNORED_OBJECTS: &[&str] = &[
    "schema",
    "sequence",
    "extension",
    "function",
    "procedure",
    "aggregate",
    "operator",
    "cast",
    "collation",
    "text",
    "policy",
    "publication",
    "subscription",
    "statistics",
    "role",
    "user",
    "group",
    "database",
    "language",
    "trusted",
    "procedural",
    "server",
    "conversion",
    "event",
    "access",
    "transform",
    "tablespace",
    "default",
    "routine",
    "large",
    "constraint",
    "trigger",
    "rule",
    "system",
    "foreign",
    "view",
    "materialized",
    "index",
    "domain",
    "type",
];

impl<'a> Reader<'a> {
    /// Before the first statement.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            types: Types::new(),
            drafts: Vec::new(),
            by_name: HashMap::new(),
            schema: "public".to_owned(),
            faults: Vec::new(),
        }
    }

    /// Reads the whole script.
    pub fn read(mut self) -> Reading {
        let mut splitter = Splitter::new(self.text);
        let mut tokens = Vec::new();
        while splitter.next_statement(&mut tokens) {
            if let Err(fault) = self.statement(&tokens) {
                self.warn(fault);
            }
        }
        for (offset, message) in std::mem::take(&mut splitter.complaints) {
            self.warn(Fault {
                offset,
                message: message.to_owned(),
            });
        }
        let mut errors = Vec::new();
        let (model, faults) = finish::finish(self.types, self.drafts, &mut errors);
        self.faults.extend(faults);
        if model.tables.is_empty() {
            errors.push(DdlError::NoTable);
        }
        Reading {
            model,
            warnings: located(self.text, self.faults),
            errors,
        }
    }

    /// Notes what was skipped.
    pub fn warn(&mut self, fault: Fault) {
        match self.faults.len() {
            0..MAX_WARNINGS => self.faults.push(fault),
            MAX_WARNINGS => self.faults.push(Fault {
                offset: fault.offset,
                message: "there are more warnings than are kept".to_owned(),
            }),
            _ => {}
        }
    }

    /// Finds a table or view; without a schema along the search path.
    pub fn find(&self, schema: Option<&str>, name: &str) -> Option<usize> {
        let schemas = match schema {
            Some(schema) => [schema, schema],
            None => [self.schema.as_str(), "public"],
        };
        schemas.iter().find_map(|&schema| {
            let found = self.by_name.get(&(schema.to_owned(), name.to_owned()))?;
            (!self.drafts[*found].dropped).then_some(*found)
        })
    }

    /// Adds a table or view that was read.
    pub fn add_draft(&mut self, draft: Draft) {
        let key = (draft.table.schema.clone(), draft.table.name.clone());
        self.by_name.insert(key, self.drafts.len());
        self.drafts.push(draft);
    }

    fn statement(&mut self, tokens: &[Token]) -> Result<(), Fault> {
        let mut cursor = Cursor::new(self.text, tokens);
        let whole = cursor;
        if cursor.accept(&["create"]) {
            return self.create(cursor, whole);
        }
        if cursor.accept(&["alter", "table"]) {
            return self.alter_table(cursor);
        }
        if cursor.accept(&["alter", "type"]) {
            return self.alter_type(cursor);
        }
        if cursor.accept(&["alter", "domain"]) {
            return self.alter_domain(cursor);
        }
        if cursor.accept(&["drop"]) {
            return self.drop_objects(cursor);
        }
        if cursor.accept(&["set"]) {
            self.set(cursor);
            return Ok(());
        }
        if cursor.accept(&["alter"]) && cursor.is_any_word(IGNORED_OBJECTS) {
            return Ok(());
        }
        if whole.is_any_word(IGNORED) || whole.is_symbol('(') {
            return Ok(());
        }
        whole.expected("a statement that is understood")
    }

    fn create(&mut self, mut cursor: Cursor<'_>, whole: Cursor<'_>) -> Result<(), Fault> {
        cursor.accept(&["or", "replace"]);
        while [
            "global",
            "local",
            "temp",
            "temporary",
            "unlogged",
            "recursive",
        ]
        .iter()
        .any(|&word| cursor.accept(&[word]))
        {}
        if cursor.accept(&["table"]) {
            return self.create_table(cursor);
        }
        if cursor.accept(&["type"]) {
            return self.create_type(cursor);
        }
        if cursor.accept(&["domain"]) {
            return self.create_domain(cursor);
        }
        if cursor.accept(&["view"]) {
            return self.create_view(cursor, TableKind::View);
        }
        if cursor.accept(&["materialized", "view"]) {
            cursor.accept(&["if", "not", "exists"]);
            return self.create_view(cursor, TableKind::MaterializedView);
        }
        if cursor.accept(&["unique", "index"]) {
            return self.create_unique_index(cursor);
        }
        if cursor.is_any_word(&["trigger", "rule"]) || cursor.accept(&["constraint", "trigger"]) {
            return Err(whole.fault("triggers and rules are not modelled"));
        }
        if cursor.is_word("foreign") && cursor.is_word_at(1, "table") {
            return Err(whole.fault("foreign tables are not modelled"));
        }
        if cursor.is_any_word(IGNORED_OBJECTS) {
            return Ok(());
        }
        cursor.expected("an object that is understood")
    }

    fn create_type(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        let name = cursor.qualified_name()?;
        let schema = name.schema.unwrap_or_else(|| self.schema.clone());
        if cursor.accept(&["as", "enum"]) {
            let mut labels = Vec::new();
            for mut part in cursor.group()?.split_commas() {
                labels.push(part.string()?);
            }
            self.types.declare_enum(&schema, &name.name, labels);
        } else {
            self.types.declare_other(&schema, &name.name);
        }
        Ok(())
    }

    fn create_domain(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        let name = cursor.qualified_name()?;
        let own_schema = name.schema.unwrap_or_else(|| self.schema.clone());
        cursor.accept(&["as"]);
        let schema = self.schema.clone();
        let over = self.types.read(&mut cursor, &schema)?.ty;
        let mut not_null = false;
        let mut allowed = Allowed::Any;
        while !cursor.is_empty() {
            if cursor.accept(&["not", "null"]) {
                not_null = true;
            } else if cursor.accept(&["check"]) {
                let expression = cursor.group()?;
                let value = DomainValue {
                    over,
                    types: &self.types,
                };
                for finding in check::findings(&expression, &value) {
                    match finding {
                        Finding::Column {
                            allowed: found,
                            not_null: excluded,
                            ..
                        } => {
                            allowed = check::both(&allowed, &found);
                            not_null |= excluded;
                        }
                        Finding::Opaque => allowed = Allowed::Unknown,
                    }
                }
            } else if cursor.accept(&["default"]) {
                cursor.take_until(&["constraint", "not", "null", "check", "collate"]);
            } else {
                cursor.skip();
            }
        }
        self.types
            .declare_domain(&own_schema, &name.name, over, not_null, allowed);
        Ok(())
    }

    fn alter_type(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        let name = cursor.qualified_name()?;
        if !cursor.accept(&["add", "value"]) {
            return match cursor.is_any_word(&["owner"]) {
                true => Ok(()),
                false => Err(cursor.fault("this alteration of a type is not understood")),
            };
        }
        cursor.accept(&["if", "not", "exists"]);
        let label = cursor.string()?;
        let beside = if cursor.accept(&["before"]) {
            Some((cursor.string()?, 0))
        } else if cursor.accept(&["after"]) {
            Some((cursor.string()?, 1))
        } else {
            None
        };
        let beside = beside
            .as_ref()
            .map(|(other, offset)| (other.as_str(), *offset));
        let known = self.types.declared(&name, &self.schema);
        match known.is_some_and(|id| self.types.add_label(id, label, beside)) {
            true => Ok(()),
            false => Err(cursor.fault(format!("there is no enumeration {}", name.name))),
        }
    }

    fn alter_domain(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        let name = cursor.qualified_name()?;
        if cursor.is_any_word(&["owner", "validate"]) {
            return Ok(());
        }
        if let Some(id) = self.types.declared(&name, &self.schema) {
            self.types.forget_checks(id);
        }
        Err(cursor.fault("alterations of domains are not understood"))
    }

    fn drop_objects(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        let relation = cursor.accept(&["table"])
            || cursor.accept(&["view"])
            || cursor.accept(&["materialized", "view"]);
        if !relation {
            return Ok(());
        }
        cursor.accept(&["if", "exists"]);
        for mut part in cursor.split_commas() {
            let name = part.qualified_name()?;
            if let Some(found) = self.find(name.schema.as_deref(), &name.name) {
                self.drafts[found].dropped = true;
            }
        }
        Ok(())
    }

    /// `SET search_path`; every other setting is ignored.
    fn set(&mut self, mut cursor: Cursor<'_>) {
        cursor.accept(&["local"]);
        cursor.accept(&["session"]);
        if cursor.accept(&["search_path"]) {
            cursor.skip();
            let name = match cursor.kind() {
                Some(Kind::Text) => cursor.string(),
                _ => cursor.identifier(),
            };
            if let Ok(name) = name {
                self.schema = match name.as_str() {
                    "" | "$user" | "default" => "public".to_owned(),
                    _ => name,
                };
            }
        }
    }

    /// Reads `CREATE UNIQUE INDEX`, the cursor behind these words.
    fn create_unique_index(&mut self, mut cursor: Cursor<'_>) -> Result<(), Fault> {
        cursor.accept(&["concurrently"]);
        cursor.accept(&["if", "not", "exists"]);
        if !cursor.is_word("on") {
            cursor.qualified_name()?;
        }
        cursor.expect_word("on")?;
        cursor.accept(&["only"]);
        let table_offset = cursor;
        let name = cursor.qualified_name()?;
        let Some(table) = self.find(name.schema.as_deref(), &name.name) else {
            return Err(table_offset.fault(format!("there is no table {}", name.name)));
        };
        if cursor.accept(&["using"]) {
            cursor.identifier()?;
        }
        let elements = cursor.group()?.split_commas();
        let mut nulls_not_distinct = false;
        let mut predicate = None;
        while !cursor.is_empty() {
            if cursor.accept(&["nulls", "not", "distinct"]) {
                nulls_not_distinct = true;
            } else if cursor.accept(&["where"]) {
                predicate = Some(
                    cursor
                        .source()
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" "),
                );
                break;
            } else if cursor.is_symbol('(') {
                cursor.group()?;
            } else {
                cursor.skip();
            }
        }
        let draft = &mut self.drafts[table];
        let mut columns = Vec::new();
        let mut inferable = true;
        for element in elements {
            match index_element(element, draft) {
                Some((column, plain)) => {
                    inferable &= plain;
                    if !columns.contains(&column) {
                        columns.push(column);
                    }
                }
                // Distinct values of the columns may still collide in such an index.
                None => {
                    draft.table.opaque_constraint = true;
                    return Ok(());
                }
            }
        }
        draft.keys.push(DraftKey {
            columns,
            predicate,
            inferable,
            primary: false,
            nulls_not_distinct,
        });
        Ok(())
    }
}

/// The column of an index element, and whether it is the column itself; other expressions that
/// keep distinct values distinct are lower, upper and casts to text.
fn index_element(mut element: Cursor<'_>, draft: &Draft) -> Option<(u16, bool)> {
    let mut plain = true;
    while element.is_symbol('(') || element.accept(&["lower"]) || element.accept(&["upper"]) {
        element = element.group().ok()?;
        plain = false;
    }
    let name = element.identifier().ok()?;
    let column = u16::try_from(*draft.positions.get(&name)?).ok()?;
    if plain {
        // Behind a bare column: collation, operator class, order.
        return (!element.is_symbol('(')).then_some((column, true));
    }
    let text_cast = element.accept_symbol(':')
        && element.accept_symbol(':')
        && (element.accept(&["text"]) || element.accept(&["character", "varying"]));
    (text_cast || element.is_empty()).then_some((column, false))
}

/// Lines and columns for faults, in the order of the script.
fn located(text: &str, mut faults: Vec<Fault>) -> Vec<DdlWarning> {
    faults.sort_by_key(|fault| fault.offset);
    let (mut line, mut column, mut scanned) = (1, 1, 0);
    faults
        .into_iter()
        .map(|fault| {
            let offset = fault.offset.min(text.len());
            for c in text[scanned..offset].chars() {
                if c == '\n' {
                    line += 1;
                    column = 1;
                } else {
                    column += 1;
                }
            }
            scanned = offset;
            DdlWarning {
                line,
                column,
                message: fault.message,
            }
        })
        .collect()
}
