//! The syntax tree of one grammar file: as written, nothing resolved, every node with its span.

use crate::source::Span;

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The name as written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A quoted string, unescaped, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrLit {
    /// The unescaped text.
    pub text: String,
    /// Where, quotes included.
    pub span: Span,
}

/// One parsed file. Items that could not be parsed are missing; their errors were reported.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// `//!` lines at the top, without the marker.
    pub docs: Vec<String>,
    /// The items in source order.
    pub items: Vec<Item>,
    /// Names of rules whose text could not be parsed (so that uses of them are not reported again).
    pub broken_rules: Vec<String>,
}

/// A top-level item.
#[derive(Debug, Clone)]
pub struct Item {
    /// `///` lines before it, without the marker.
    pub docs: Vec<String>,
    /// What it is.
    pub kind: ItemKind,
    /// The whole item, without its docs.
    pub span: Span,
}

/// The kinds of top-level items.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// `grammar crud;`
    Grammar(Ident),
    /// `use std::predicates::{predicate, comparison as compare};` or `use std::predicates::*;`
    Use(Use),
    /// `dialect postgresql >= 12, yugabytedb >= 2.14;`
    Dialect(Vec<DialectRange>),
    /// `schema "shop.sql";`
    Schema(StrLit),
    /// `terminator ";";` what ends each statement in the sql format.
    Terminator(StrLit),
    /// `rule name(params) -> results = body ;`
    Rule(Rule),
    /// `extern fn name(params) -> type;`
    Extern(ExternFn),
}

/// `use` of another module. The path's last segment is the file: `std::predicates` is bundled,
/// `common::dates` is `common/dates.rqg` beside the importing file.
#[derive(Debug, Clone)]
pub struct Use {
    /// The module's path.
    pub module: Vec<Ident>,
    /// What is imported.
    pub names: UseNames,
}

/// What a `use` imports.
#[derive(Debug, Clone)]
pub enum UseNames {
    /// Every rule of the module.
    All(Span),
    /// Some, each with an optional new name.
    Some(Vec<(Ident, Option<Ident>)>),
}

/// `postgresql >= 12`; also in guards.
#[derive(Debug, Clone)]
pub struct DialectRange {
    /// The dialect's name.
    pub name: Ident,
    /// The version bound, if there is one.
    pub bound: Option<(CompareOp, VersionLit)>,
    /// Where.
    pub span: Span,
}

/// A version number such as `12`, `2.14` or `15.3.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionLit {
    /// Its parts, most significant first.
    pub parts: Vec<u32>,
    /// Where.
    pub span: Span,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `override rule …` replaces an imported rule, also for the module it came from.
    pub overrides: bool,
    /// Its name.
    pub name: Ident,
    /// Its typed parameters.
    pub params: Vec<Param>,
    /// `-> type` or `-> (type, type)`; empty: text.
    pub results: Vec<TypeExpr>,
    /// What it derives.
    pub body: Block,
}

/// `extern fn name(params) -> type;`
#[derive(Debug, Clone)]
pub struct ExternFn {
    /// Its name.
    pub name: Ident,
    /// Its typed parameters.
    pub params: Vec<Param>,
    /// What it returns; none: text.
    pub result: Option<TypeExpr>,
}

/// `name: type`
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
}

/// A type of the language: `text`, `table`, `list<column>`.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// The outer name.
    pub name: Ident,
    /// The element type of `list<…>`.
    pub argument: Option<Box<TypeExpr>>,
    /// Where.
    pub span: Span,
}

/// Alternatives: a rule's body, a group, or what stands in braces.
#[derive(Debug, Clone)]
pub struct Block {
    /// At least one.
    pub alternatives: Vec<Alternative>,
    /// Where, delimiters included.
    pub span: Span,
}

/// One alternative: `weight when guard: element element …`.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The weight as written, with its value if it fits.
    pub weight: Option<Number>,
    /// The guard after `when`.
    pub guard: Option<Guard>,
    /// What it derives, in order.
    pub elements: Vec<Element>,
    /// Where.
    pub span: Span,
}

/// An unsigned number as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// As written, a minus sign included (weights may be written negative; analysis reports it).
    pub text: String,
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
    /// An UPPERCASE word: itself, unless a parameter or local of that name is in scope.
    Word(Ident),
    /// `"literal"`
    Literal(StrLit),
    /// `~`: no space between its neighbours.
    Glue,
    /// `( … )`
    Group(Block),
    /// `x?` or `x?30%` (the text before the percent sign, such as `30` or `0.5`).
    Optional(Box<Element>, Option<Number>),
    /// `x{2..=5 ","}` directly after `x`.
    Repeat(Box<Element>, Repetition),
    /// `for v in list sep { … }`; `for (a, b) in zip(as, bs) sep { … }`
    For(For),
    /// A name, call or field access to be placed.
    Place(Expr),
    /// `let x = e;` or `let (a, b) = e;`
    Let(Vec<Ident>, Expr),
    /// `bind r, s;`: makes relations visible in the enclosing `scope`.
    Bind(Vec<Expr>),
    /// `scope { … }`, `scope correlated { … }`
    Scope(bool, Block),
    /// `narrow(list) { … }`
    Narrow(Expr, Block),
    /// `full { … }`
    Full(Block),
    /// `context name { … }`
    Context(Ident, Block),
    /// `;;`
    StatementBreak,
    /// `effect create(p)`
    Effect(Ident, Vec<Expr>),
    /// `return e;` or `return (e, e);` as the last element of an alternative.
    Return(Vec<Expr>),
}

/// `for` over one or several lists.
#[derive(Debug, Clone)]
pub struct For {
    /// The loop variables.
    pub pattern: Vec<Ident>,
    /// The list (a call of `zip` walks several).
    pub list: Expr,
    /// What stands between the rounds.
    pub separator: Option<StrLit>,
    /// What each round derives.
    pub body: Block,
}

/// `{2..=5 "," , zipf(1.1)}`
#[derive(Debug, Clone)]
pub struct Repetition {
    /// The lower bound; none is 0.
    pub low: Option<Box<Expr>>,
    /// The upper bound, inclusive after normalisation; none is open. `{3}` has low = high = 3.
    pub high: Option<Box<Expr>>,
    /// Whether the upper bound was written with `..` (exclusive).
    pub exclusive: bool,
    /// What stands between the items.
    pub separator: Option<StrLit>,
    /// How the length is distributed; none is uniform.
    pub distribution: Option<Box<Expr>>,
    /// Where, braces included.
    pub span: Span,
}

/// An expression: what `let` binds, what is placed, what is passed.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A local, parameter, rule without arguments, SQL type or class name.
    Name(Ident),
    /// `f(a, b)`; the name of the callee directly before the parenthesis.
    Call(Ident, Vec<Expr>),
    /// `e.field`
    Field(Box<Expr>, Ident),
    /// `42`, `-1`
    Int(Number),
    /// `1.1`
    Float(Number),
    /// `"text"`
    Str(StrLit),
    /// `true`, `false`
    Bool(bool),
    /// `1..=100`, `1..10`, `1..`
    Range {
        /// Lower bound.
        low: Option<Box<Expr>>,
        /// Upper bound.
        high: Option<Box<Expr>>,
        /// Whether the upper bound is excluded.
        exclusive: bool,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `e{1..=4}` or `distinct e{1..=4}`: a list of draws.
    Draws {
        /// Without replacement.
        distinct: bool,
        /// What is drawn each time.
        item: Box<Expr>,
        /// How many.
        count: Repetition,
    },
    /// `{ … }`: derived text.
    Text(Block),
    /// `in number`: a class where a type of the same name could be meant.
    Class(Ident),
    /// `a + b`, `a - b`, `a * b` over int.
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
}

/// Arithmetic over int.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
}

/// A guard after `when`.
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
    /// `postgresql >= 15` and `feature(merge)` and `T == bool` and `n > 0` and a plain Boolean: one
    /// operand, or two with a comparison. Which it is, analysis decides by the names.
    Compare(Expr, Option<(CompareOp, GuardOperand)>),
    /// `T in numeric`
    In(Expr, Ident),
}

/// The right-hand side of a comparison in a guard.
#[derive(Debug, Clone)]
pub enum GuardOperand {
    /// A name, number or field.
    Expr(Expr),
    /// A number with dots: a version.
    Version(VersionLit),
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}
