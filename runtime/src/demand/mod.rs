//! Demands: what a piece of a grammar needs of its arguments, its scope and the schema so that it
//! can be derived to its end. Inferred by the compiler, pushed back into the draws, evaluated here.
//!
//! A demand is a monotone formula in disjunctive normal form. Each clause carries the number of
//! nested rule calls within which a derivation can end when the clause holds, so that close to the
//! depth budget only the shallowest alternatives remain candidates and every derivation ends complete.

mod cursor;
mod evaluate;
mod view;

pub(crate) use cursor::Cursor;
pub use evaluate::Bound;
pub use view::View;

use crate::types::{Classes, TypeId};

/// A disjunction of clauses. No clause: never holds. A clause without atoms: always holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Demand {
    /// The clauses, shallowest first.
    pub clauses: Vec<Clause>,
}

/// A conjunction of atoms.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Clause {
    /// All of these must hold.
    pub atoms: Vec<Atom>,
    /// If they hold, a derivation exists that nests at most this many rule calls.
    pub depth: u32,
}

/// A value that an atom speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// A slot of the current rule's frame.
    Slot(u16),
    /// The variable of the n-th enclosing quantifier, counted outwards from 0.
    Bound(u16),
    /// A built-in type.
    Type(TypeId),
    /// A number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A property of another value.
    Field(Box<Term>, Field),
    /// A column seen through a relation (an alias of the table that it belongs to).
    Of(Box<Term>, Box<Term>),
}

/// A property of a value, as written `value.field`. On a list of columns, `.type` and `.name` map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// column: its type. `list<column>`: their types.
    Type,
    /// column or unique key: the relation it belongs to.
    Table,
    /// table, column, function: the bare name, unqualified, quoted where needed.
    Name,
    /// column: the name qualified by the relation's reference name.
    Qualified,
    /// table: all its columns. fk and unique key: the columns of the key.
    Columns,
    /// fk: the referencing table.
    From,
    /// fk: the referenced table.
    To,
    /// fk: the referenced columns, in the order of `.columns`.
    Targets,
    /// unique key: the predicate of a partial index as text (empty when there is none).
    Predicate,
    /// unique key: whether its index is partial, for guards.
    Partial,
    /// column: whether it may hold NULL. unique key: whether one of its columns may. For guards.
    Nullable,
    /// table: whether the run knows of rows in it, for guards.
    HasRows,
    /// function: the types of its arguments.
    Arguments,
    /// function: the type of its result.
    Result,
    /// list: how many elements it has.
    Length,
    /// array type: the type of its elements.
    Element,
}

/// A finite set that a quantifier ranges over and a draw picks from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Domain {
    /// The base tables of the schema.
    Tables,
    /// The views of the schema.
    Views,
    /// Tables and views.
    Sources,
    /// The columns of a relation.
    Columns(Term),
    /// The columns of a table that an INSERT may name (generated-always columns excluded).
    Insertable(Term),
    /// The columns of a table that every INSERT has to name: NOT NULL without a default, and those
    /// of a unique key whose default may repeat (that of whole numbers is taken for a sequence).
    Required(Term),
    /// The columns of a table that an UPDATE may set: not generated, and no part of a primary,
    /// unique or foreign key.
    Updatable(Term),
    /// The columns visible in the current scope.
    Visible,
    /// The columns visible around the innermost `narrow` (what `full { … }` reopens); the same as
    /// [`Domain::Visible`] where nothing is narrowed.
    Enclosing,
    /// The types of the model that belong to a class.
    Types(Classes),
    /// All foreign keys.
    ForeignKeys,
    /// The foreign keys that reference from a table.
    ForeignKeysFrom(Term),
    /// The foreign keys that reference a table.
    ForeignKeysTo(Term),
    /// The unique keys of a table that ON CONFLICT can infer.
    UniqueKeys(Term),
    /// The scalar functions of the catalog.
    Functions,
    /// The aggregate functions of the catalog.
    Aggregates,
    /// The elements of a list value.
    Elements(Term),
}

/// A property that the schema model, the catalog or the run decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Property {
    /// column: the generator can make values that fit it; NULL counts where it is nullable.
    HasValue,
    /// column: an INSERT may name it (generated-always columns excluded).
    IsInsertable,
    /// type: the generator can print a literal of it.
    HasLiteral,
    /// table: it has rows that the run knows of. column: such rows hold values in it.
    HasRows,
    /// table: rows can be made that differ in every unique key from those that it holds. column: a
    /// value can be made for it in such a row; NULL counts where it is nullable.
    HasNewKey,
    /// table: it has a range of volatile rows (rows that may be deleted).
    HasVictims,
}

/// Comparison in a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparison {
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

/// The smallest statement a demand is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Atom {
    /// A guard that the dialect and its features decide (index into the program's guards).
    Guard(u32),
    /// The type belongs to one of the classes (`true`) or to none of them (`false`).
    TypeIn(Term, Classes, bool),
    /// Both are the same value (`true`) or not (`false`): types by their base type, Booleans, columns.
    Same(Term, Term, bool),
    /// A comparison of numbers.
    Compare(Term, Comparison, Term),
    /// The current context is among these (bit `n` is context `n`; bit 0 is `none`).
    ContextIn(u32),
    /// The value has the property.
    Has(Term, Property),
    /// At least `min` elements of the domain satisfy `body` (which sees the element as `Bound(0)`).
    Exists {
        /// What is ranged over.
        domain: Domain,
        /// How many elements are needed, at least 1.
        min: u32,
        /// What each of them has to satisfy.
        body: Demand,
    },
    /// All elements of the domain satisfy `body` (which sees the element as `Bound(0)`).
    ForAll {
        /// What is ranged over.
        domain: Domain,
        /// What each of them has to satisfy.
        body: Demand,
    },
}

impl Domain {
    /// Whether foreign keys are drawn from.
    #[must_use]
    pub fn is_foreign_keys(&self) -> bool {
        matches!(
            self,
            Self::ForeignKeys | Self::ForeignKeysFrom(_) | Self::ForeignKeysTo(_)
        )
    }

    /// The same domain of another value: the term that it speaks of, if any, is mapped.
    #[must_use]
    pub fn map(&self, mut term: impl FnMut(&Term) -> Term) -> Self {
        match self {
            Self::Columns(of) => Self::Columns(term(of)),
            Self::Insertable(of) => Self::Insertable(term(of)),
            Self::Required(of) => Self::Required(term(of)),
            Self::Updatable(of) => Self::Updatable(term(of)),
            Self::ForeignKeysFrom(of) => Self::ForeignKeysFrom(term(of)),
            Self::ForeignKeysTo(of) => Self::ForeignKeysTo(term(of)),
            Self::UniqueKeys(of) => Self::UniqueKeys(term(of)),
            Self::Elements(of) => Self::Elements(term(of)),
            Self::Tables
            | Self::Views
            | Self::Sources
            | Self::Visible
            | Self::Enclosing
            | Self::Types(_)
            | Self::ForeignKeys
            | Self::Functions
            | Self::Aggregates => self.clone(),
        }
    }
}

impl Demand {
    /// The demand that always holds, with a derivation of the given depth.
    #[must_use]
    pub fn always(depth: u32) -> Self {
        Self {
            clauses: vec![Clause {
                atoms: Vec::new(),
                depth,
            }],
        }
    }

    /// The demand that never holds.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Whether it holds whatever the arguments are.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.clauses.iter().any(|clause| clause.atoms.is_empty())
    }

    /// Whether it holds for no argument at all.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.clauses.is_empty()
    }
}
