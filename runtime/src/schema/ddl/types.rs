//! The types of a schema while it is read: names to ids.

use super::cursor::{Cursor, Fault, QualifiedName};
use super::split::Kind;
use crate::schema::model::{Allowed, Model, TypeInfo, TypeKind};
use crate::schema::names;
use crate::types::{BuiltinType, Classes, TypeId};
use std::collections::HashMap;

/// The types read so far.
#[derive(Debug)]
pub(super) struct Types {
    /// By id.
    pub list: Vec<TypeInfo>,
    by_sql: HashMap<String, TypeId>,
    declared: HashMap<(String, String), TypeId>,
    /// Whether there were more types than a model holds.
    pub overflow: bool,
}

/// A type as written in a column definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenType {
    /// The type.
    pub ty: TypeId,
    /// Whether it is one of the serial types, which bring NOT NULL and a default.
    pub serial: bool,
}

impl Types {
    /// The built-in types.
    pub fn new() -> Self {
        Self {
            list: Model::builtin_types(),
            by_sql: HashMap::new(),
            declared: HashMap::new(),
            overflow: false,
        }
    }

    /// The type of an id handed out here.
    pub fn get(&self, id: TypeId) -> &TypeInfo {
        &self.list[usize::from(id.0)]
    }

    /// What a type is, domains followed to the end.
    pub fn underlying(&self, id: TypeId) -> &TypeInfo {
        let mut info = self.get(id);
        while let TypeKind::Domain { over, .. } = info.kind {
            info = self.get(over);
        }
        info
    }

    fn add(&mut self, info: TypeInfo) -> TypeId {
        let Ok(id) = u16::try_from(self.list.len()) else {
            self.overflow = true;
            return BuiltinType::Unknown.id();
        };
        self.list.push(info);
        TypeId(id)
    }

    fn intern(&mut self, sql: String, make: impl FnOnce(&str, TypeId) -> TypeInfo) -> TypeId {
        if let Some(&id) = self.by_sql.get(&sql) {
            return id;
        }
        let next = TypeId(u16::try_from(self.list.len()).unwrap_or(u16::MAX));
        let info = make(&sql, next);
        let id = self.add(info);
        self.by_sql.insert(sql, id);
        id
    }

    fn declare(&mut self, schema: &str, name: &str, info: TypeInfo) -> TypeId {
        let id = self.add(info);
        self.declared
            .insert((schema.to_owned(), name.to_owned()), id);
        id
    }

    fn next_id(&self) -> TypeId {
        TypeId(u16::try_from(self.list.len()).unwrap_or(u16::MAX))
    }

    /// Declares an enumeration.
    pub fn declare_enum(&mut self, schema: &str, name: &str, labels: Vec<String>) {
        let mut classes = Classes::ANY
            | Classes::ENUM
            | Classes::EQUATABLE
            | Classes::COMPARABLE
            | Classes::EXTREMAL;
        if !labels.is_empty() {
            classes = classes | Classes::LITERAL;
        }
        let info = TypeInfo {
            sql: names::reference(schema, name),
            base: self.next_id(),
            kind: TypeKind::Enum(labels),
            classes,
            length: None,
            scale: None,
        };
        self.declare(schema, name, info);
    }

    /// Declares a type that no values can be made of.
    pub fn declare_other(&mut self, schema: &str, name: &str) {
        let info = other(names::reference(schema, name), self.next_id());
        self.declare(schema, name, info);
    }

    /// Declares a domain; its checks are combined with those of the domain that it is over.
    pub fn declare_domain(
        &mut self,
        schema: &str,
        name: &str,
        over: TypeId,
        not_null: bool,
        allowed: Allowed,
    ) {
        let under = self.get(over);
        let (not_null, allowed) = match &under.kind {
            TypeKind::Domain {
                not_null: inner_not_null,
                allowed: inner,
                ..
            } => (
                not_null || *inner_not_null,
                super::check::both(inner, &allowed),
            ),
            _ => (not_null, allowed),
        };
        // PostgreSQL resolves no operator and no polymorphic function for a domain over an enum.
        let mut classes = match self.underlying(over).kind {
            TypeKind::Enum(_) => Classes(under.classes.0 & (Classes::ANY | Classes::LITERAL).0),
            _ => under.classes,
        };
        if allowed == Allowed::Unknown {
            classes = Classes(classes.0 & !Classes::LITERAL.0);
        }
        let info = TypeInfo {
            sql: names::reference(schema, name),
            base: under.base,
            classes,
            length: under.length,
            scale: under.scale,
            kind: TypeKind::Domain {
                over,
                not_null,
                allowed,
            },
        };
        self.declare(schema, name, info);
    }

    /// Finds a type that the script declared.
    pub fn declared(&self, name: &QualifiedName, current_schema: &str) -> Option<TypeId> {
        let schemas = match &name.schema {
            Some(schema) => [schema.as_str(), schema.as_str()],
            None => [current_schema, "public"],
        };
        schemas.iter().find_map(|&schema| {
            self.declared
                .get(&(schema.to_owned(), name.name.clone()))
                .copied()
        })
    }

    /// Adds a label to an enumeration, at a position.
    pub fn add_label(&mut self, id: TypeId, label: String, beside: Option<(&str, usize)>) -> bool {
        let info = &mut self.list[usize::from(id.0)];
        let TypeKind::Enum(labels) = &mut info.kind else {
            return false;
        };
        if !labels.contains(&label) {
            let place = beside.and_then(|(other, offset)| {
                labels
                    .iter()
                    .position(|known| known == other)
                    .map(|n| n + offset)
            });
            labels.insert(place.unwrap_or(labels.len()), label);
        }
        info.classes = info.classes | Classes::LITERAL;
        true
    }

    /// Takes back what is known of the checks of a domain.
    pub fn forget_checks(&mut self, id: TypeId) {
        let info = &mut self.list[usize::from(id.0)];
        if let TypeKind::Domain { allowed, .. } = &mut info.kind {
            *allowed = Allowed::Unknown;
            info.classes = Classes(info.classes.0 & !Classes::LITERAL.0);
        }
    }

    /// The array of a type.
    pub fn array_of(&mut self, element: TypeId) -> TypeId {
        let info = self.get(element);
        if matches!(info.kind, TypeKind::Array(_)) {
            // An array of arrays is the same type in PostgreSQL.
            return element;
        }
        let sql = format!("{}[]", info.sql);
        let (element_base, element_classes) = (info.base, info.classes);
        let domain = matches!(info.kind, TypeKind::Domain { .. });
        let base = if element_base == element || domain {
            None
        } else {
            Some(self.array_of(element_base))
        };
        let mut classes = Classes::ANY | Classes::ARRAY;
        if element_classes.intersects(Classes::COMPARABLE) {
            classes = classes | Classes::EQUATABLE | Classes::COMPARABLE | Classes::EXTREMAL;
        }
        if element_classes.intersects(Classes::LITERAL) {
            classes = classes | Classes::LITERAL;
        }
        self.intern(sql, |sql, own| TypeInfo {
            sql: sql.to_owned(),
            base: base.unwrap_or(own),
            kind: TypeKind::Array(element),
            classes,
            length: None,
            scale: None,
        })
    }

    /// A built-in type with a modifier.
    fn modified(
        &mut self,
        builtin: BuiltinType,
        sql: String,
        length: Option<u32>,
        scale: Option<i32>,
    ) -> TypeId {
        let mut classes = builtin.classes();
        if builtin == BuiltinType::Bit && length.is_some_and(|bits| bits > MAX_BITS) {
            classes = Classes(classes.0 & !Classes::LITERAL.0);
        }
        self.intern(sql, |sql, _| TypeInfo {
            sql: sql.to_owned(),
            base: builtin.id(),
            kind: TypeKind::Builtin(builtin),
            classes,
            length,
            scale,
        })
    }

    /// Reads a type as written in a column definition or a cast.
    pub fn read(&mut self, cursor: &mut Cursor<'_>, schema: &str) -> Result<WrittenType, Fault> {
        let mut written = self.read_scalar(cursor, schema)?;
        let mut array = false;
        loop {
            if cursor.is_symbol('[') {
                cursor.group()?;
            } else if !cursor.accept(&["array"]) {
                break;
            }
            array = true;
        }
        if array {
            written.ty = self.array_of(written.ty);
        }
        Ok(written)
    }

    fn read_scalar(&mut self, cursor: &mut Cursor<'_>, schema: &str) -> Result<WrittenType, Fault> {
        let quoted = cursor.kind() == Some(Kind::Quoted);
        let mut name = cursor.qualified_name()?;
        let catalog = name.schema.as_deref() == Some("pg_catalog");
        if catalog {
            name.schema = None;
        }
        if name.schema.is_some() || (quoted && !catalog) || !is_builtin(&name.name) {
            return self.read_declared(cursor, &name, schema);
        }
        let plain = |ty| WrittenType { ty, serial: false };
        let serial = |builtin: BuiltinType| WrittenType {
            ty: builtin.id(),
            serial: true,
        };
        Ok(match name.name.as_str() {
            "serial" | "serial4" => serial(BuiltinType::Int4),
            "bigserial" | "serial8" => serial(BuiltinType::Int8),
            "smallserial" | "serial2" => serial(BuiltinType::Int2),
            "int" => plain(BuiltinType::Int4.id()),
            "double" => {
                cursor.expect_word("precision")?;
                plain(BuiltinType::Float8.id())
            }
            "float" => {
                let (precision, _) = modifiers(cursor)?;
                plain(match precision {
                    Some(1..=24) => BuiltinType::Float4.id(),
                    _ => BuiltinType::Float8.id(),
                })
            }
            "numeric" | "decimal" | "dec" => {
                let (precision, scale) = modifiers(cursor)?;
                plain(match precision {
                    None => BuiltinType::Numeric.id(),
                    Some(precision) => {
                        let scale = scale.unwrap_or(0);
                        let sql = format!("numeric({precision},{scale})");
                        self.modified(BuiltinType::Numeric, sql, Some(precision), Some(scale))
                    }
                })
            }
            "national" | "character" | "char" | "nchar" | "varchar" | "bpchar" => {
                plain(self.character(&name.name, cursor)?)
            }
            "bit" | "varbit" => {
                let varying = name.name == "varbit" || cursor.accept(&["varying"]);
                let (length, _) = modifiers(cursor)?;
                plain(match (varying, length) {
                    (true, None) => BuiltinType::Varbit.id(),
                    (true, Some(n)) => self.modified(
                        BuiltinType::Varbit,
                        format!("bit varying({n})"),
                        length,
                        None,
                    ),
                    (false, n) => {
                        let n = n.unwrap_or(1);
                        self.modified(BuiltinType::Bit, format!("bit({n})"), Some(n), None)
                    }
                })
            }
            "time" | "timestamp" | "timetz" | "timestamptz" => {
                plain(self.time(&name.name, cursor)?)
            }
            "interval" => plain(self.interval(cursor)?),
            known => match BuiltinType::named(known) {
                Some(builtin) => plain(builtin.id()),
                None => return Err(cursor.fault(format!("unknown type {known}"))),
            },
        })
    }

    fn read_declared(
        &mut self,
        cursor: &mut Cursor<'_>,
        name: &QualifiedName,
        schema: &str,
    ) -> Result<WrittenType, Fault> {
        let ty = match self.declared(name, schema) {
            Some(ty) => ty,
            None => {
                let modifier = if cursor.is_symbol('(') {
                    format!("({})", cursor.group()?.source())
                } else {
                    String::new()
                };
                let sql = match &name.schema {
                    Some(schema) => names::reference(schema, &name.name),
                    None => names::identifier(&name.name),
                };
                self.intern(sql + &modifier, |sql, own| other(sql.to_owned(), own))
            }
        };
        Ok(WrittenType { ty, serial: false })
    }

    fn character(&mut self, name: &str, cursor: &mut Cursor<'_>) -> Result<TypeId, Fault> {
        if name == "national" && !cursor.accept(&["character"]) {
            cursor.expect_word("char")?;
        }
        let varying = name == "varchar" || cursor.accept(&["varying"]);
        let (length, _) = modifiers(cursor)?;
        Ok(match (varying, length) {
            (true, None) => BuiltinType::Varchar.id(),
            (true, Some(n)) => self.modified(
                BuiltinType::Varchar,
                format!("character varying({n})"),
                length,
                None,
            ),
            (false, None) if name == "bpchar" => BuiltinType::Char.id(),
            (false, n) => {
                let n = n.unwrap_or(1);
                self.modified(BuiltinType::Char, format!("character({n})"), Some(n), None)
            }
        })
    }

    fn time(&mut self, name: &str, cursor: &mut Cursor<'_>) -> Result<TypeId, Fault> {
        let (precision, _) = modifiers(cursor)?;
        let zoned = name.ends_with("tz") || cursor.accept(&["with", "time", "zone"]);
        if !zoned {
            cursor.accept(&["without", "time", "zone"]);
        }
        let builtin = match (name.starts_with("timestamp"), zoned) {
            (true, true) => BuiltinType::Timestamptz,
            (true, false) => BuiltinType::Timestamp,
            (false, true) => BuiltinType::Timetz,
            (false, false) => BuiltinType::Time,
        };
        Ok(match precision {
            None => builtin.id(),
            Some(n) => {
                let sql = builtin.sql().replacen(' ', &format!("({n}) "), 1);
                self.modified(builtin, sql, precision, None)
            }
        })
    }

    fn interval(&mut self, cursor: &mut Cursor<'_>) -> Result<TypeId, Fault> {
        const FIELDS: &[&str] = &["year", "month", "day", "hour", "minute", "second"];
        let mut fields = String::new();
        for &field in FIELDS {
            if cursor.accept(&[field]) {
                fields = format!(" {field}");
                break;
            }
        }
        if !fields.is_empty() && cursor.accept(&["to"]) {
            for &field in FIELDS {
                if cursor.accept(&[field]) {
                    fields = format!("{fields} to {field}");
                    break;
                }
            }
        }
        let (precision, _) = modifiers(cursor)?;
        if let Some(n) = precision {
            fields = format!("{fields}({n})");
        }
        Ok(if fields.is_empty() {
            BuiltinType::Interval.id()
        } else {
            self.modified(
                BuiltinType::Interval,
                format!("interval{fields}"),
                precision,
                None,
            )
        })
    }
}

/// Bit strings longer than this are not made.
const MAX_BITS: u32 = 10_000;

fn other(sql: String, own: TypeId) -> TypeInfo {
    TypeInfo {
        sql,
        base: own,
        kind: TypeKind::Other,
        classes: Classes::ANY,
        length: None,
        scale: None,
    }
}

/// Whether a bare word names a type known here (also as the first word of its name).
fn is_builtin(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "serial",
        "serial4",
        "bigserial",
        "serial8",
        "smallserial",
        "serial2",
        "int",
        "double",
        "float",
        "dec",
        "national",
        "nchar",
        "varbit",
        "timetz",
        "timestamptz",
    ];
    WORDS.contains(&name) || (name != "unknown" && BuiltinType::named(name).is_some())
}

/// `(n)` or `(n, m)` behind a type's name.
fn modifiers(cursor: &mut Cursor<'_>) -> Result<(Option<u32>, Option<i32>), Fault> {
    if !cursor.is_symbol('(') {
        return Ok((None, None));
    }
    let group = cursor.group()?;
    let parts: Vec<&str> = group.source().split(',').map(str::trim).collect();
    let number = |n: usize| parts.get(n).map(|part| part.replace(' ', ""));
    let first = number(0).and_then(|part| part.parse().ok());
    let second = match number(1) {
        None => None,
        Some(part) => match part.parse() {
            Ok(scale) => Some(scale),
            Err(_) => return Err(group.fault("a scale has to be a number")),
        },
    };
    match first {
        Some(length) if parts.len() <= 2 => Ok((Some(length), second)),
        _ => Err(group.fault("this type modifier is not understood")),
    }
}
