//! The types of what random grammars bind and pass on.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Bool,
    Type,
    Table,
    Column,
    Function,
    Name,
    Fk,
    UniqueKey,
    Row,
}

/// The type of a value: of one, or of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ty {
    pub(super) kind: Kind,
    pub(super) list: bool,
}

pub(super) const fn one(kind: Kind) -> Ty {
    Ty { kind, list: false }
}

pub(super) const fn list(kind: Kind) -> Ty {
    Ty { kind, list: true }
}

/// What rules take, and what `let` binds: the more often the more there is to do with it.
pub(super) const BOUND: [Ty; 28] = [
    one(Kind::Table),
    one(Kind::Table),
    one(Kind::Table),
    one(Kind::Table),
    one(Kind::Column),
    one(Kind::Column),
    one(Kind::Column),
    one(Kind::Type),
    one(Kind::Type),
    one(Kind::Int),
    one(Kind::Int),
    one(Kind::Text),
    one(Kind::Text),
    one(Kind::Name),
    one(Kind::Fk),
    one(Kind::Fk),
    one(Kind::UniqueKey),
    one(Kind::UniqueKey),
    one(Kind::Row),
    one(Kind::Row),
    one(Kind::Function),
    list(Kind::Column),
    list(Kind::Column),
    list(Kind::Column),
    list(Kind::Type),
    list(Kind::Name),
    list(Kind::Int),
    list(Kind::Table),
];

/// What else lists are made of.
pub(super) const LISTED: [Kind; 9] = [
    Kind::Column,
    Kind::Column,
    Kind::Column,
    Kind::Type,
    Kind::Int,
    Kind::Name,
    Kind::Text,
    Kind::Fk,
    Kind::UniqueKey,
];

/// What has text; most builtins make some.
pub(super) const PLACEABLE: [Kind; 8] = [
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Int,
    Kind::Table,
    Kind::Column,
    Kind::Function,
    Kind::Name,
];

/// Classes of types.
pub(super) const CLASSES: [&str; 20] = [
    "any",
    "number",
    "integral",
    "fractional",
    "string",
    "temporal",
    "duration",
    "logical",
    "binary",
    "document",
    "network",
    "bitstring",
    "array",
    "enumerated",
    "identifier",
    "equatable",
    "comparable",
    "summable",
    "extremal",
    "literal",
];

/// Classes that most schemas have columns of.
pub(super) const COMMON_CLASSES: [&str; 6] = [
    "any",
    "number",
    "string",
    "equatable",
    "comparable",
    "literal",
];

/// SQL types; most schemas have columns of the first few.
pub(super) const TYPES: [&str; 14] = [
    "integer",
    "text",
    "varchar",
    "numeric",
    "bool",
    "bigint",
    "date",
    "timestamp",
    "float8",
    "jsonb",
    "uuid",
    "interval",
    "bytea",
    "inet",
];

impl Kind {
    /// How locals of this type are named.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Text => "x",
            Self::Int => "n",
            Self::Bool => "b",
            Self::Type => "T",
            Self::Table => "t",
            Self::Column => "c",
            Self::Function => "f",
            Self::Name => "a",
            Self::Fk => "k",
            Self::UniqueKey => "u",
            Self::Row => "r",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Type => "type",
            Self::Table => "table",
            Self::Column => "column",
            Self::Function => "function",
            Self::Name => "name",
            Self::Fk => "fk",
            Self::UniqueKey => "unique_key",
            Self::Row => "row",
        }
    }
}

impl Ty {
    /// As a parameter's or a result's type.
    pub(super) fn written(self) -> String {
        let name = self.kind.name();
        if self.list {
            format!("list<{name}>")
        } else {
            name.to_owned()
        }
    }
}
