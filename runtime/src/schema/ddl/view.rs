//! CREATE VIEW: the columns of simple queries.

use super::check;
use super::cursor::{Cursor, Fault};
use super::draft::Draft;
use super::reader::Reader;
use super::split::Splitter;
use crate::functions;
use crate::schema::model::{TableKind, TypeKind};
use crate::types::{BuiltinType, TypeId};
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Query, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, TableFactor, TableWithJoins, Value,
};

/// A relation in the FROM clause: the name it goes by, and its table.
struct Source {
    name: String,
    draft: usize,
}

impl Reader<'_> {
    /// Reads a view, the cursor behind VIEW.
    pub(super) fn create_view(
        &mut self,
        mut cursor: Cursor<'_>,
        kind: TableKind,
    ) -> Result<(), Fault> {
        let name = cursor.qualified_name()?;
        let schema = name.schema.unwrap_or_else(|| self.schema.clone());
        let names = if cursor.is_symbol('(') {
            cursor.column_list()?
        } else {
            Vec::new()
        };
        while !cursor.is_empty() && !cursor.is_word("as") {
            if cursor.is_symbol('(') {
                cursor.group()?;
            } else {
                cursor.skip();
            }
        }
        cursor.expect_word("as")?;
        let skipped = |cause: &str| cursor.fault(format!("view {} is skipped: {cause}", name.name));
        let columns = match self.typed_nulls(cursor) {
            Some(columns) => columns,
            None => {
                // Clauses of the view behind its query are left unread.
                let Some(query) = check::parser(&cursor).and_then(|mut p| p.parse_query().ok())
                else {
                    return Err(skipped("its query is not understood"));
                };
                self.query_columns(&query)
                    .map_err(|cause| skipped(&cause))?
            }
        };
        if self.find(Some(&schema), &name.name).is_some() {
            return Err(skipped("the name is taken"));
        }
        let mut draft = Draft::new(schema, name.name.clone(), kind);
        for (n, (column, ty)) in columns.into_iter().enumerate() {
            let column = names.get(n).cloned().unwrap_or(column);
            if draft.add_column(&column, ty).is_none() {
                return Err(skipped("two of its columns have the same name"));
            }
        }
        self.add_draft(draft);
        Ok(())
    }

    /// The columns of `SELECT NULL::type AS name, …`: what pg_dump writes first for views that
    /// refer to each other, and what is written for views whose types a server has told.
    fn typed_nulls(&mut self, mut cursor: Cursor<'_>) -> Option<Vec<(String, TypeId)>> {
        if !cursor.accept(&["select", "null"]) {
            return None;
        }
        let mut columns = Vec::new();
        for mut part in cursor.split_commas() {
            if !columns.is_empty() && !part.accept(&["null"]) {
                return None;
            }
            if !(part.accept_symbol(':') && part.accept_symbol(':')) {
                return None;
            }
            let schema = self.schema.clone();
            let ty = self.types.read(&mut part, &schema).ok()?.ty;
            if !part.accept(&["as"]) {
                return None;
            }
            columns.push((part.identifier().ok()?, ty));
            if !part.is_empty() {
                return None;
            }
        }
        Some(columns)
    }

    /// Names and types of the columns of a query.
    fn query_columns(&mut self, query: &Query) -> Result<Vec<(String, TypeId)>, String> {
        let SetExpr::Select(select) = query.body.as_ref() else {
            return Err("it is no plain SELECT".to_owned());
        };
        if query.with.is_some() {
            return Err("it has a WITH clause".to_owned());
        }
        let mut sources = Vec::new();
        for relation in &select.from {
            self.collect(relation, &mut sources)?;
        }
        let mut columns = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::Wildcard(_) => {
                    for source in &sources {
                        self.all_columns(source.draft, &mut columns);
                    }
                }
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(name),
                    _,
                ) => {
                    let last = name.0.last().and_then(|part| part.as_ident()).map(folded);
                    let source = sources
                        .iter()
                        .find(|source| Some(&source.name) == last.as_ref());
                    let source = source.ok_or_else(|| format!("{name} is not known"))?;
                    self.all_columns(source.draft, &mut columns);
                }
                SelectItem::UnnamedExpr(expression) => {
                    let ty = self.type_of(expression, &sources)?;
                    columns.push((implicit_name(expression)?, ty));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    columns.push((folded(alias), self.type_of(expr, &sources)?));
                }
                other => return Err(format!("`{other}` is not understood")),
            }
        }
        Ok(columns)
    }

    fn all_columns(&self, draft: usize, columns: &mut Vec<(String, TypeId)>) {
        let table = &self.drafts[draft].table;
        columns.extend(
            table
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.ty)),
        );
    }

    /// The relations of a FROM item.
    fn collect(&self, item: &TableWithJoins, sources: &mut Vec<Source>) -> Result<(), String> {
        let relations = std::iter::once(&item.relation);
        for relation in relations.chain(item.joins.iter().map(|join| &join.relation)) {
            match relation {
                TableFactor::Table {
                    name,
                    alias,
                    args: None,
                    ..
                } => {
                    let parts: Vec<String> = name
                        .0
                        .iter()
                        .filter_map(|part| part.as_ident())
                        .map(folded)
                        .collect();
                    let (table, schema) = match parts.as_slice() {
                        [table] => (table, None),
                        [.., schema, table] => (table, Some(schema.as_str())),
                        [] => return Err(format!("`{name}` is not understood")),
                    };
                    let draft = self
                        .find(schema, table)
                        .ok_or_else(|| format!("{name} is not known"))?;
                    if alias
                        .as_ref()
                        .is_some_and(|alias| !alias.columns.is_empty())
                    {
                        return Err("column aliases are not understood".to_owned());
                    }
                    let name = alias
                        .as_ref()
                        .map_or_else(|| table.clone(), |a| folded(&a.name));
                    sources.push(Source { name, draft });
                }
                // pg_dump writes joins in parentheses.
                TableFactor::NestedJoin {
                    table_with_joins,
                    alias: None,
                } => self.collect(table_with_joins, sources)?,
                other => return Err(format!("`{other}` is no table")),
            }
        }
        Ok(())
    }

    fn type_of(&mut self, expression: &Expr, sources: &[Source]) -> Result<TypeId, String> {
        let not_understood = || {
            let text: String = expression.to_string().chars().take(60).collect();
            format!("the type of `{text}` is not known")
        };
        match expression {
            Expr::Nested(inner) => self.type_of(inner, sources),
            Expr::Identifier(name) => {
                let name = folded(name);
                let mut found = sources
                    .iter()
                    .filter_map(|source| self.column(source, &name));
                match (found.next(), found.next()) {
                    (Some(ty), None) => Ok(ty),
                    _ => Err(not_understood()),
                }
            }
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., relation, name] => {
                    let (relation, name) = (folded(relation), folded(name));
                    sources
                        .iter()
                        .find(|source| source.name == relation)
                        .and_then(|source| self.column(source, &name))
                        .ok_or_else(not_understood)
                }
                _ => Err(not_understood()),
            },
            Expr::Cast { data_type, .. } => {
                let text = data_type.to_string();
                let mut tokens = Vec::new();
                Splitter::new(&text).next_statement(&mut tokens);
                let schema = self.schema.clone();
                match self.types.read(&mut Cursor::new(&text, &tokens), &schema) {
                    Ok(written) => Ok(written.ty),
                    Err(_) => Err(not_understood()),
                }
            }
            Expr::Value(value) => match &value.value {
                Value::Boolean(_) => Ok(BuiltinType::Bool.id()),
                Value::SingleQuotedString(_) => Ok(BuiltinType::Text.id()),
                Value::Number(digits, _) if digits.parse::<i32>().is_ok() => {
                    Ok(BuiltinType::Int4.id())
                }
                _ => Err(not_understood()),
            },
            Expr::Function(function) => {
                let arguments = arguments(function).ok_or_else(not_understood)?;
                let mut types = Vec::new();
                for argument in arguments {
                    let ty = self.type_of(argument, sources)?;
                    let base = self.types.get(ty).base;
                    match self.types.get(base).kind {
                        TypeKind::Builtin(builtin) => types.push(builtin),
                        _ => return Err(not_understood()),
                    }
                }
                let name = function.name.to_string().to_lowercase();
                functions::result_of(&name, &types)
                    .map(BuiltinType::id)
                    .ok_or_else(not_understood)
            }
            _ => Err(not_understood()),
        }
    }

    fn column(&self, source: &Source, name: &str) -> Option<TypeId> {
        let draft = &self.drafts[source.draft];
        Some(draft.table.columns[*draft.positions.get(name)?].ty)
    }
}

/// The positional arguments of a call; none for `f(*)`.
fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::Subquery(_) => None,
        FunctionArguments::List(list) => list
            .args
            .iter()
            .filter_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(Some(expression)),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => None,
                _ => Some(None),
            })
            .collect(),
    }
}

/// The name that PostgreSQL gives to an output column.
fn implicit_name(expression: &Expr) -> Result<String, String> {
    match expression {
        Expr::Nested(inner) => implicit_name(inner),
        Expr::Identifier(name) => Ok(folded(name)),
        Expr::CompoundIdentifier(parts) => parts
            .last()
            .map(folded)
            .ok_or_else(|| "a column has no name".to_owned()),
        Expr::Cast { expr, .. } => implicit_name(expr),
        Expr::Function(function) => match function.name.0.last().and_then(|part| part.as_ident()) {
            Some(name) => Ok(folded(name)),
            None => Err("a column has no name".to_owned()),
        },
        _ => Err("a column has no name".to_owned()),
    }
}

fn folded(identifier: &Ident) -> String {
    match identifier.quote_style {
        Some(_) => identifier.value.clone(),
        None => identifier.value.to_lowercase(),
    }
}
