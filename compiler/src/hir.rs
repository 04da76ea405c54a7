//! The checked grammar: names resolved, types known, scopes verified; still a tree with spans.
//!
//! AFTER analysis builds it: every name is a local, rule, builtin, type or class; every expression
//! has a type; every placed value has text; every guard can be decided; weights are in range and
//! sum to at least 1 in each block; scopes, contexts and returns are well formed.

use crate::builtins::Builtin;
use crate::source::Span;
use rqg_runtime::demand::{Comparison, Field};
use rqg_runtime::types::{Classes, TypeId};
use std::fmt;

/// Index of a rule in [`Grammar::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// Index of a local (parameters first) in [`Rule::locals`]; its slot in the rule's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u16);

/// A type of the language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ty {
    /// Derived or generated text.
    Text,
    /// A whole number (i64).
    Int,
    /// A truth value.
    Bool,
    /// An SQL type.
    Type,
    /// Any relation: table, view, CTE, subquery, alias.
    Table,
    /// A column of a relation.
    Column,
    /// A function of the catalog.
    Function,
    /// An identifier.
    Name,
    /// A foreign key.
    Fk,
    /// A primary key, unique constraint or unique index.
    UniqueKey,
    /// A row of a table: one that is there, or a new one.
    Row,
    /// A list.
    List(Box<Ty>),
    /// Several values, as returned by a rule.
    Tuple(Vec<Ty>),
    /// The type of an expression that was reported already; fits everything.
    Error,
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Int => f.write_str("int"),
            Self::Bool => f.write_str("bool"),
            Self::Type => f.write_str("type"),
            Self::Table => f.write_str("table"),
            Self::Column => f.write_str("column"),
            Self::Function => f.write_str("function"),
            Self::Name => f.write_str("name"),
            Self::Fk => f.write_str("fk"),
            Self::UniqueKey => f.write_str("unique_key"),
            Self::Row => f.write_str("row"),
            Self::List(element) => write!(f, "list<{element}>"),
            Self::Tuple(parts) => {
                f.write_str("(")?;
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{part}")?;
                }
                f.write_str(")")
            }
            Self::Error => f.write_str("?"),
        }
    }
}

/// A checked grammar with everything that it imports.
#[derive(Debug, Clone, Default)]
pub struct Grammar {
    /// The name in the header, else the file's stem.
    pub name: String,
    /// `//!` text.
    pub docs: Vec<String>,
    /// The dialects it supports; empty: all. Each is (dialect name, comparison, version parts).
    pub dialects: Vec<DialectTest>,
    /// The text of `schema "…";` resolved to the file's content: (name, DDL).
    pub schema: Option<EmbeddedSchema>,
    /// What ends each statement in the sql format.
    pub terminator: String,
    /// All rules reachable through names, overrides applied.
    pub rules: Vec<Rule>,
    /// All extern fns.
    pub externs: Vec<ExternFn>,
    /// Context names; index 0 is `none`. At most 32.
    pub contexts: Vec<String>,
    /// The rule that a run starts with, where that is known.
    pub start: Option<RuleId>,
    /// Whether parts of it were left out by [`crate::steering`].
    pub steered: bool,
}

/// DDL that a grammar brings along.
#[derive(Debug, Clone)]
pub struct EmbeddedSchema {
    /// The file as written in the grammar.
    pub name: String,
    /// Its text.
    pub ddl: String,
    /// The place in the grammar.
    pub span: Span,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, prefixed by its module's path when it is not of the main file (`std::predicates::predicate`).
    pub name: String,
    /// The name's place.
    pub span: Span,
    /// Its `///` text.
    pub docs: Vec<String>,
    /// How many of the locals are parameters (they come first).
    pub params: u16,
    /// Every parameter and local, one slot each.
    pub locals: Vec<Local>,
    /// What it returns: `[Text]` for a rule that derives text.
    pub results: Vec<Ty>,
    /// Whether the results are written by `return` (false: the body's text is the result).
    pub returns: bool,
    /// What it derives.
    pub body: Block,
    /// Whether it belongs to the main file (not to an import).
    pub main: bool,
}

/// A parameter or local.
#[derive(Debug, Clone)]
pub struct Local {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Where it is bound.
    pub span: Span,
}

/// A declared external function.
#[derive(Debug, Clone)]
pub struct ExternFn {
    /// Its name.
    pub name: String,
    /// Parameter types (text, int, bool).
    pub params: Vec<Ty>,
    /// Result type (text, int, bool).
    pub result: Ty,
    /// Where.
    pub span: Span,
}

/// Alternatives, at least one.
#[derive(Debug, Clone)]
pub struct Block {
    /// The alternatives in source order.
    pub alternatives: Vec<Alternative>,
    /// Where.
    pub span: Span,
}

/// One alternative.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// Its weight (0 to 1,000,000).
    pub weight: u32,
    /// Its place, from 0, among the alternatives of the block as they are written.
    pub ordinal: u32,
    /// What has to hold for it.
    pub guard: Option<Guard>,
    /// Its elements in order.
    pub elements: Vec<Element>,
    /// Where.
    pub span: Span,
}

/// An element of a sequence.
#[derive(Debug, Clone)]
pub struct Element {
    /// What it is.
    pub kind: ElementKind,
    /// Where.
    pub span: Span,
}

/// The kinds of elements.
#[derive(Debug, Clone)]
pub enum ElementKind {
    /// A literal token.
    Terminal(String),
    /// No space between the neighbours.
    Glue,
    /// Alternatives in place.
    Group(Block),
    /// Present with the probability, in parts per million.
    Optional(Block, u32),
    /// Several times.
    Repeat(Block, Count),
    /// Once for each element of the lists, walked together (the shortest ends it).
    For {
        /// One local for each list.
        pattern: Vec<LocalId>,
        /// The lists.
        lists: Vec<Expr>,
        /// Between the rounds.
        separator: Option<String>,
        /// Each round.
        body: Block,
    },
    /// The value's text.
    Place(Expr),
    /// Binds locals; several: the value is a tuple.
    Let(Vec<LocalId>, Expr),
    /// Makes relations (table or `list<table>`) visible in the enclosing scope.
    Bind(Vec<Expr>),
    /// A lexical scope; correlated: the enclosing scope stays visible. Resets the context to `none`.
    Scope {
        /// Whether enclosing columns stay visible.
        correlated: bool,
        /// Inside.
        body: Block,
    },
    /// Only the columns of the list are visible inside.
    Narrow(Expr, Block),
    /// The scope around the innermost `narrow` is visible again inside.
    Full(Block),
    /// The context (index into [`Grammar::contexts`]) holds inside.
    Context(u8, Block),
    /// Ends a statement of the unit.
    StatementBreak,
    /// Changes the overlay of the schema model.
    Effect(EffectKind, Expr),
    /// The rule's results; last of its alternative.
    Return(Vec<Expr>),
}

/// Declared effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EffectKind {
    /// The relation exists from here to the unit's end or its drop.
    Create,
    /// It does not exist any more.
    Drop,
}

/// How many times, and how lengths are distributed.
#[derive(Debug, Clone)]
pub struct Count {
    /// At least (an int expression: constant, parameter or arithmetic).
    pub low: Box<Expr>,
    /// At most, inclusive; none: open (repetition: `low + 7`; a distinct list: all there are).
    pub high: Option<Box<Expr>>,
    /// Between the items, for repetitions of text.
    pub separator: Option<String>,
    /// None: uniform.
    pub distribution: Option<Distribution>,
}

/// A distribution over a range, with its parameters checked.
pub use rqg_runtime::values::Distribution;

/// A typed expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Ty,
    /// Where.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A parameter or local.
    Local(LocalId),
    /// A number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A literal string.
    Str(String),
    /// A built-in SQL type.
    Type(TypeId),
    /// A class of types, as an argument of a draw.
    Class(Classes),
    /// A range of numbers, as an argument of a value builtin; bounds inclusive.
    Range(Option<Box<Expr>>, Option<Box<Expr>>),
    /// A fixed-point number (unscaled value, digits after the point), as an argument.
    Float(f64),
    /// A distribution, as an argument.
    Distribution(Distribution),
    /// A property. On lists it maps, except `Length`.
    Field(Box<Expr>, Field),
    /// A builtin, its overload resolved.
    Builtin(Builtin, Vec<Expr>),
    /// A rule.
    Call(RuleId, Vec<Expr>),
    /// An extern fn, index into [`Grammar::externs`].
    Extern(u32, Vec<Expr>),
    /// A list of draws; distinct: without replacement (then `item` is a column, fk, unique key,
    /// table or type draw).
    Draws {
        /// Without replacement.
        distinct: bool,
        /// Each element.
        item: Box<Expr>,
        /// How many.
        count: Count,
    },
    /// A list of given elements.
    List(Vec<Expr>),
    /// Derived text.
    Text(Block),
    /// Arithmetic over int (wrapping never: saturating).
    Arithmetic(crate::syntax::ast::ArithmeticOp, Box<Expr>, Box<Expr>),
}

/// A guard.
#[derive(Debug, Clone)]
pub struct Guard {
    /// What it is.
    pub kind: GuardKind,
    /// Where.
    pub span: Span,
}

/// The kinds of guards.
#[derive(Debug, Clone)]
pub enum GuardKind {
    /// `a || b`
    Or(Box<Guard>, Box<Guard>),
    /// `a && b`
    And(Box<Guard>, Box<Guard>),
    /// `!a`
    Not(Box<Guard>),
    /// The dialect is this one, of a version that compares.
    Dialect(DialectTest),
    /// The feature is on.
    Feature(String),
    /// Same type (by base type), Boolean, column or table.
    Same(Expr, Expr, bool),
    /// The type belongs to the class.
    In(Expr, Classes),
    /// Numbers compare.
    Compare(Expr, Comparison, Expr),
    /// The Boolean is true.
    IsTrue(Expr),
    /// The current context is this one.
    Context(u8),
}

/// `postgresql >= 15`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DialectTest {
    /// The dialect's name (`postgresql`, `yugabytedb`).
    pub dialect: String,
    /// The bound: comparison and version parts.
    pub bound: Option<(Comparison, Vec<u32>)>,
    /// Where.
    pub span: Span,
}
