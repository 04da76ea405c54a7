//! The intermediate representation that both backends consume: resolved, flat, with demands.
//!
//! AFTER lowering: neighbouring terminals are merged into one literal whose inner spacing is final;
//! every alternative and every draw carries its demand; slots are numbered; nothing refers to source
//! text any more except for spans, names and labels (for `show`, coverage and generated comments).

use crate::builtins::Builtin;
use crate::hir::{DialectTest, Distribution, EffectKind, EmbeddedSchema, ExternFn, Ty};
use crate::source::Span;
use rqg_runtime::demand::{Comparison, Demand, Domain, Field};
use rqg_runtime::types::{Classes, TypeId};
use std::sync::Arc;

macro_rules! index {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {
        $($(#[doc = $doc])* #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)] pub struct $name(pub u32);
        impl $name {
            /// As an index into its table.
            #[must_use]
            pub fn index(self) -> usize { self.0 as usize }
        })*
    };
}

index! {
    /// Index into [`Program::rules`].
    RuleId;
    /// Index into [`Program::nodes`].
    NodeId;
    /// Index into [`Program::exprs`].
    ExprId;
    /// Index into [`Program::literals`].
    LiteralId;
    /// Index into [`Program::choices`].
    ChoiceId;
    /// Index into [`Program::sites`].
    SiteId;
    /// Index into [`Program::demands`]; [`DemandId::ALWAYS`] is index 0.
    DemandId;
}

impl DemandId {
    /// The demand that always holds.
    pub const ALWAYS: Self = Self(0);
}

/// A lowered grammar: immutable, shared by all workers, independent of schema and dialect.
#[derive(Debug, Clone)]
pub struct Program {
    /// The grammar's name.
    pub name: String,
    /// Rules; instances of one source rule (for different demands on its results) follow each other.
    pub rules: Vec<Rule>,
    /// Nodes of all bodies.
    pub nodes: Vec<Node>,
    /// Where each node comes from.
    pub node_spans: Vec<Span>,
    /// Expressions of all bodies.
    pub exprs: Vec<Expr>,
    /// Merged literal texts.
    pub literals: Vec<Arc<str>>,
    /// Choices among alternatives.
    pub choices: Vec<Choice>,
    /// Draws from finite domains.
    pub sites: Vec<Site>,
    /// Interned demands; index 0 always holds.
    pub demands: Vec<Demand>,
    /// Guards on dialect and features, referred to by `Atom::Guard`.
    pub guards: Vec<DialectGuard>,
    /// Regular expressions.
    pub regexes: Vec<String>,
    /// Context names; index 0 is `none`.
    pub contexts: Vec<String>,
    /// The extern fns, by index.
    pub externs: Vec<ExternFn>,
    /// The dialects that the grammar supports; empty: all.
    pub dialects: Vec<DialectTest>,
    /// The schema that the grammar brings along.
    pub schema: Option<EmbeddedSchema>,
    /// What ends each statement in the sql format.
    pub terminator: String,
    /// A fingerprint of everything that decides the output.
    pub fingerprint: u64,
}

/// A guard that dialect and features decide when a run starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DialectGuard {
    /// `postgresql >= 15`, or its negation.
    Dialect(DialectTest, bool),
    /// `feature(name)`, or its negation.
    Feature(String, bool),
    /// One of these. They are kept together since each of a run's dialects may meet another one.
    Any(Vec<DialectGuard>),
    /// All of these; within [`DialectGuard::Any`].
    All(Vec<DialectGuard>),
}

/// A rule instance.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The rule's name.
    pub name: String,
    /// Its place.
    pub span: Span,
    /// Whether the rule is of the main file.
    pub main: bool,
    /// Number of parameters: they are slots `0..params`.
    pub params: u16,
    /// Number of slots of its frame.
    pub slots: u16,
    /// Types of its results.
    pub results: Vec<Ty>,
    /// Whether results come from a `Return` node (false: its text is the result).
    pub returns: bool,
    /// Its body.
    pub body: NodeId,
    /// What it demands of its parameters, scope and schema.
    pub demand: DemandId,
    /// Upper bound of the nested calls of its shallowest derivation.
    pub min_depth: u32,
}

impl Program {
    /// The rule of a name that units can start from.
    #[must_use]
    pub fn start(&self, name: &str) -> Option<RuleId> {
        let mut rules = self.rules.iter();
        let at = rules.position(|rule| rule.name == name && rule.params == 0 && !rule.returns)?;
        Some(RuleId(at as u32))
    }
}

impl Rule {
    /// The choice that the whole rule is, if it is one.
    #[must_use]
    pub fn choice(&self, program: &Program) -> Option<ChoiceId> {
        match program.nodes.get(self.body.index()) {
            Some(Node::Choice(choice)) => Some(*choice),
            _ => None,
        }
    }
}

/// A step of a derivation that writes text or binds slots.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Nothing.
    Empty,
    /// A literal token (or several, merged).
    Literal(LiteralId),
    /// One after the other.
    Sequence(Vec<NodeId>),
    /// One of several.
    Choice(ChoiceId),
    /// With a probability (parts per million), if the demand holds; else no draw is made.
    Optional {
        /// Parts per million.
        chance: u32,
        /// What the body needs.
        demand: DemandId,
        /// The body.
        body: NodeId,
    },
    /// Several times.
    Repeat {
        /// How many times.
        count: Count,
        /// Between the items.
        separator: Option<LiteralId>,
        /// What the body needs; where it does not hold the count is 0 (its low is 0 then).
        demand: DemandId,
        /// The body.
        body: NodeId,
    },
    /// Once for each element of the lists, walked together.
    For {
        /// The slot of each list's current element.
        slots: Vec<u16>,
        /// The lists.
        lists: Vec<ExprId>,
        /// Between the rounds.
        separator: Option<LiteralId>,
        /// The body.
        body: NodeId,
    },
    /// Derives a rule's text in place (a rule with `returns == false`).
    Call(RuleId, Vec<ExprId>),
    /// The same of a rule whose body is derived as if it stood here: no deeper, with no slots of its
    /// own.
    Within(RuleId, NodeId),
    /// The body is the first alternative of the choice, the only one that can be chosen of several
    /// that are written: nothing is chosen.
    Only(ChoiceId, NodeId),
    /// Writes a value's text.
    Place(ExprId),
    /// Binds slots; several: the value is a tuple.
    Let(Vec<u16>, ExprId),
    /// The next token follows without a space.
    Glue,
    /// Opens a scope for the body; resets the context to `none`.
    Scope {
        /// Whether enclosing columns stay visible.
        correlated: bool,
        /// The body.
        body: NodeId,
    },
    /// Adds relations (table or `list<table>`) to the current scope.
    Bind(Vec<ExprId>),
    /// Only these columns are visible in the body.
    Narrow(ExprId, NodeId),
    /// The scope around the innermost narrow is visible in the body.
    Full(NodeId),
    /// The context holds in the body.
    Context(u8, NodeId),
    /// Ends a statement.
    StatementBreak,
    /// Changes the overlay.
    Effect(EffectKind, ExprId),
    /// Sets the results of the rule.
    Return(Vec<ExprId>),
}

/// A choice among alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// How many alternatives it has as it is written.
    pub written: u32,
    /// The place of each alternative among those, from 0, before the passes.
    pub places: Vec<u32>,
    /// The alternatives in source order; those without weight are left out.
    pub alternatives: Vec<Alternative>,
    /// The rule that it belongs to.
    pub rule: RuleId,
    /// Where.
    pub span: Span,
}

/// An alternative of a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Its weight.
    pub weight: u32,
    /// Guard and requirements together. Its clauses' depths count rule calls nested below.
    pub demand: DemandId,
    /// Upper bound of the nested calls of its shallowest derivation.
    pub min_depth: u32,
    /// What it derives.
    pub body: NodeId,
    /// Where.
    pub span: Span,
    /// The alternatives, as they are written, that it stands for, outermost first; none: itself.
    pub stands_for: Vec<Step>,
}

/// An alternative of a choice before the passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The choice.
    pub choice: ChoiceId,
    /// The alternative's index in [`Choice::places`].
    pub alternative: u32,
}

/// How many times.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// At least.
    pub low: ExprId,
    /// At most, inclusive; none: open.
    pub high: Option<ExprId>,
    /// None: uniform.
    pub distribution: Option<Distribution>,
}

/// A draw from a finite domain.
///
/// Candidates are the elements that satisfy the demand. In shallow mode (budget or fuel used up) only
/// those of the least clause depth are candidates; a list that needs `low` elements then takes
/// the least depth at which `low` elements are left. Without this, termination is not certain.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// What is drawn from; its terms speak of the frame's slots at this point.
    pub domain: Domain,
    /// What each candidate (`Bound(0)`) has to satisfy, the type argument of the draw included.
    pub demand: DemandId,
    /// Where.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A slot.
    Slot(u16),
    /// A number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A literal text.
    Str(LiteralId),
    /// A built-in type.
    Type(TypeId),
    /// Binds a slot to the first expression's value, then gives the second one's (an argument that
    /// the demand of a draw speaks of).
    Let(u16, ExprId, ExprId),
    /// A property.
    Field(ExprId, Field),
    /// One element of a domain.
    Draw(SiteId),
    /// A list of draws. Distinct: without replacement, in the domain's order for insertable columns
    /// (required and included ones always), in drawn order else.
    DrawList {
        /// The draw of each element.
        site: SiteId,
        /// How many; clamped to what there is.
        count: Count,
        /// Without replacement.
        distinct: bool,
        /// Columns that are always included (a `list<column>`), for insertable draws.
        including: Option<ExprId>,
    },
    /// A list of values that are no draws (or draws without a shared domain): the item is
    /// evaluated anew for each element.
    Generate {
        /// Each element.
        item: ExprId,
        /// How many.
        count: Count,
    },
    /// A builtin that is no draw.
    Builtin(Builtin, Vec<Argument>),
    /// The results of a rule: its text (derived aside), its value, or a tuple.
    Call(RuleId, Vec<ExprId>),
    /// An extern fn.
    Extern(u32, Vec<ExprId>),
    /// Given elements.
    List(Vec<ExprId>),
    /// Text derived aside.
    Text(NodeId),
    /// Arithmetic over int, saturating.
    Arithmetic(crate::syntax::ast::ArithmeticOp, ExprId, ExprId),
}

/// An argument of a builtin that is no draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A value.
    Value(ExprId),
    /// A literal text.
    Literal(LiteralId),
    /// A number known at compile time.
    Constant(i64),
    /// A range with inclusive bounds.
    Range(ExprId, ExprId),
    /// A range of constant fractional numbers.
    FractionalRange(f64, f64),
    /// A distribution.
    Distribution(Distribution),
    /// A compiled regular expression (index into [`Program::regexes`]).
    Regex(u32),
    /// A class.
    Class(Classes),
}

/// A comparison kept here so that backends need no other import.
pub type CompareOp = Comparison;
