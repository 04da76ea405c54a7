//! The data of a grammar as constants: what a plan is made from, borrowed instead of owned.
//!
//! The types mirror those of [`crate::demand`] so that generated code can hold them in statics.

use crate::demand::{self, Comparison, Field, Property};
use crate::plan::Alternative;
use crate::types::{Classes, TypeId};

/// Everything that decides a grammar's output apart from its code.
#[derive(Debug)]
pub struct Tables {
    /// The grammar's name.
    pub name: &'static str,
    /// The version of the compiler that made it.
    pub compiler: &'static str,
    /// The fingerprint that the compiler gives the program.
    pub fingerprint: u64,
    /// What ends each statement in the sql format.
    pub terminator: &'static str,
    /// The start rule, an index into [`Tables::rules`], whose texts are proven to have one derivation
    /// each, but for what is hidden.
    pub proven: Option<u32>,
    /// The schema that the grammar brings along.
    pub schema: Option<Schema>,
    /// The dialects that the grammar supports; empty: all.
    pub dialects: &'static [DialectTest],
    /// The rules, by index.
    pub rules: &'static [Rule],
    /// Guards on dialect and features.
    pub guards: &'static [Guard],
    /// Demands; the first always holds.
    pub demands: &'static [Demand],
    /// Draws from finite domains.
    pub sites: &'static [Site],
    /// The alternatives of each choice.
    pub choices: &'static [&'static [Alternative]],
    /// Regular expressions.
    pub regexes: &'static [&'static str],
    /// How large the frames of one rule call are at most, in parts of the program: nodes and
    /// expressions in the functions that call each other for it.
    pub frame: usize,
    /// The most slots that a rule has.
    pub slots: u16,
}

/// DDL that a grammar brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// The file as written in the grammar.
    pub name: &'static str,
    /// Its text.
    pub ddl: &'static str,
}

/// `postgresql >= 15`: a dialect, and the bound of its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialectTest {
    /// The dialect's name.
    pub dialect: &'static str,
    /// How its version compares with which.
    pub bound: Option<(Comparison, &'static [u32])>,
}

/// A guard that dialect and features decide when a run starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// A dialect, or (`false`) any other.
    Dialect(DialectTest, bool),
    /// A feature that is on, or (`false`) off.
    Feature(&'static str, bool),
    /// One of these.
    Any(&'static [Guard]),
    /// All of these.
    All(&'static [Guard]),
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// Whether units can start from it: it has no parameters and derives text.
    pub start: bool,
    /// Whether it is of the grammar's own file.
    pub main: bool,
    /// What it demands: an index into [`Tables::demands`].
    pub demand: u32,
    /// The choice that the whole rule is, if it is one: an index into [`Tables::choices`].
    pub choice: Option<u32>,
    /// Upper bound of the nested calls of its shallowest derivation.
    pub min_depth: u32,
    /// Whether it makes values that no other unit makes.
    pub makes_rows: bool,
    /// The rules that it calls: indexes into [`Tables::rules`].
    pub calls: &'static [u32],
    /// Its draws: indexes into [`Tables::sites`].
    pub draws: &'static [u32],
}

/// A draw from a finite domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// What is drawn from.
    pub domain: Domain,
    /// What each candidate has to satisfy: an index into [`Tables::demands`].
    pub demand: u32,
    /// Where: file, line and column.
    pub place: &'static str,
}

/// See [`demand::Demand`]: its clauses.
pub type Demand = &'static [Clause];

/// See [`demand::Clause`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    /// All of these must hold.
    pub atoms: &'static [Atom],
    /// The depth of a derivation if they do.
    pub depth: u32,
}

/// See [`demand::Atom`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the same as there")]
pub enum Atom {
    Guard(u32),
    TypeIn(Term, Classes, bool),
    Same(Term, Term, bool),
    Compare(Term, Comparison, Term),
    ContextIn(u32),
    Has(Term, Property),
    Exists(Domain, u32, Demand),
    ForAll(Domain, Demand),
}

/// See [`demand::Term`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the same as there")]
pub enum Term {
    Slot(u16),
    Bound(u16),
    Type(TypeId),
    Int(i64),
    Bool(bool),
    Field(&'static Term, Field),
    Of(&'static Term, &'static Term),
}

/// See [`demand::Domain`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the same as there")]
pub enum Domain {
    Tables,
    Views,
    Sources,
    Columns(Term),
    Insertable(Term),
    Required(Term),
    Updatable(Term),
    Visible,
    Enclosing,
    Types(Classes),
    ForeignKeys,
    ForeignKeysFrom(Term),
    ForeignKeysTo(Term),
    UniqueKeys(Term),
    Functions,
    Aggregates,
    Elements(Term),
}

/// A demand from its clauses.
#[must_use]
pub fn demand(clauses: Demand) -> demand::Demand {
    let clauses = clauses.iter().map(|clause| demand::Clause {
        atoms: clause.atoms.iter().map(Atom::owned).collect(),
        depth: clause.depth,
    });
    demand::Demand {
        clauses: clauses.collect(),
    }
}

impl Atom {
    fn owned(&self) -> demand::Atom {
        match *self {
            Self::Guard(guard) => demand::Atom::Guard(guard),
            Self::TypeIn(term, classes, wanted) => {
                demand::Atom::TypeIn(term.owned(), classes, wanted)
            }
            Self::Same(left, right, wanted) => {
                demand::Atom::Same(left.owned(), right.owned(), wanted)
            }
            Self::Compare(left, comparison, right) => {
                demand::Atom::Compare(left.owned(), comparison, right.owned())
            }
            Self::ContextIn(contexts) => demand::Atom::ContextIn(contexts),
            Self::Has(term, property) => demand::Atom::Has(term.owned(), property),
            Self::Exists(domain, min, body) => demand::Atom::Exists {
                domain: domain.owned(),
                min,
                body: demand(body),
            },
            Self::ForAll(domain, body) => demand::Atom::ForAll {
                domain: domain.owned(),
                body: demand(body),
            },
        }
    }
}

impl Term {
    fn owned(&self) -> demand::Term {
        match *self {
            Self::Slot(slot) => demand::Term::Slot(slot),
            Self::Bound(variable) => demand::Term::Bound(variable),
            Self::Type(ty) => demand::Term::Type(ty),
            Self::Int(number) => demand::Term::Int(number),
            Self::Bool(truth) => demand::Term::Bool(truth),
            Self::Field(of, field) => demand::Term::Field(Box::new(of.owned()), field),
            Self::Of(relation, column) => {
                demand::Term::Of(Box::new(relation.owned()), Box::new(column.owned()))
            }
        }
    }
}

impl Domain {
    /// The domain as a plan has it.
    #[must_use]
    pub fn owned(&self) -> demand::Domain {
        match self {
            Self::Tables => demand::Domain::Tables,
            Self::Views => demand::Domain::Views,
            Self::Sources => demand::Domain::Sources,
            Self::Columns(of) => demand::Domain::Columns(of.owned()),
            Self::Insertable(of) => demand::Domain::Insertable(of.owned()),
            Self::Required(of) => demand::Domain::Required(of.owned()),
            Self::Updatable(of) => demand::Domain::Updatable(of.owned()),
            Self::Visible => demand::Domain::Visible,
            Self::Enclosing => demand::Domain::Enclosing,
            Self::Types(classes) => demand::Domain::Types(*classes),
            Self::ForeignKeys => demand::Domain::ForeignKeys,
            Self::ForeignKeysFrom(of) => demand::Domain::ForeignKeysFrom(of.owned()),
            Self::ForeignKeysTo(of) => demand::Domain::ForeignKeysTo(of.owned()),
            Self::UniqueKeys(of) => demand::Domain::UniqueKeys(of.owned()),
            Self::Functions => demand::Domain::Functions,
            Self::Aggregates => demand::Domain::Aggregates,
            Self::Elements(of) => demand::Domain::Elements(of.owned()),
        }
    }
}
