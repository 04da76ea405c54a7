//! Which kinds of values an atom can speak of, from how it uses its variable.

use crate::demand::{Atom, Demand, Domain, Field, Property, Term};
use std::ops::BitAnd;

/// A set of kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    /// SQL types.
    pub const TYPES: Self = Self(1);
    /// Relations.
    pub const RELATIONS: Self = Self(2);
    /// Columns.
    pub const COLUMNS: Self = Self(4);
    /// Foreign keys.
    pub const FOREIGN_KEYS: Self = Self(8);
    /// Unique keys.
    pub const UNIQUE_KEYS: Self = Self(16);
    /// Functions.
    pub const FUNCTIONS: Self = Self(32);
    /// Truth values.
    pub const TRUTHS: Self = Self(64);
    /// Columns of CTEs and subqueries, as far as nothing but their type matters.
    pub const LISTED: Self = Self(128);
    /// All that the model and the catalog list, truth values, and columns of subqueries.
    pub const ALL: Self = Self(255);
    /// The same without columns of subqueries.
    const NAMED: Self = Self(127);
    /// None of them: numbers, lists and the like.
    pub const NONE: Self = Self(0);

    /// Whether the sets share a kind.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The kinds of values that `Bound(0)` of an atom can be.
    pub fn of_atom(atom: &Atom) -> Self {
        atom_kinds(atom, 0)
    }
}

impl BitAnd for Kinds {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

fn demand_kinds(demand: &Demand, variable: u16) -> Kinds {
    let atoms = demand.clauses.iter().flat_map(|clause| &clause.atoms);
    atoms
        .map(|atom| atom_kinds(atom, variable))
        .fold(Kinds::ALL, BitAnd::bitand)
}

fn atom_kinds(atom: &Atom, variable: u16) -> Kinds {
    match atom {
        Atom::Guard(_) | Atom::ContextIn(_) => Kinds::ALL,
        Atom::TypeIn(term, ..) => term_kinds(term, variable, Kinds::TYPES),
        Atom::Has(term, property) => {
            let kinds = match property {
                Property::IsInsertable => Kinds::COLUMNS,
                Property::HasValue => Kinds::COLUMNS.or(Kinds::LISTED),
                Property::HasLiteral => Kinds::TYPES.or(Kinds::COLUMNS).or(Kinds::LISTED),
                Property::HasRows | Property::HasNewKey | Property::HasVictims => {
                    Kinds::RELATIONS.or(Kinds::COLUMNS).or(Kinds::LISTED)
                }
            };
            term_kinds(term, variable, kinds)
        }
        Atom::Same(left, right, _) => {
            term_kinds(left, variable, value_kinds(right) & Kinds::NAMED)
                & term_kinds(right, variable, value_kinds(left) & Kinds::NAMED)
        }
        Atom::Compare(left, _, right) => {
            term_kinds(left, variable, Kinds::NONE) & term_kinds(right, variable, Kinds::NONE)
        }
        Atom::Exists { domain, body, .. } | Atom::ForAll { domain, body } => {
            domain_kinds(domain, variable) & demand_kinds(body, variable + 1)
        }
    }
}

fn domain_kinds(domain: &Domain, variable: u16) -> Kinds {
    match domain {
        Domain::Columns(term)
        | Domain::Insertable(term)
        | Domain::Required(term)
        | Domain::Updatable(term)
        | Domain::ForeignKeysFrom(term)
        | Domain::ForeignKeysTo(term)
        | Domain::UniqueKeys(term) => term_kinds(term, variable, Kinds::RELATIONS),
        Domain::Elements(term) => term_kinds(term, variable, Kinds::NONE),
        Domain::Tables
        | Domain::Views
        | Domain::Sources
        | Domain::Visible
        | Domain::Enclosing
        | Domain::Types(_)
        | Domain::ForeignKeys
        | Domain::Functions
        | Domain::Aggregates => Kinds::ALL,
    }
}

/// What the variable can be where a term is used as one of the kinds.
fn term_kinds(term: &Term, variable: u16, used_as: Kinds) -> Kinds {
    match term {
        Term::Bound(n) if *n == variable => used_as,
        Term::Slot(_) | Term::Bound(_) | Term::Type(_) | Term::Int(_) | Term::Bool(_) => Kinds::ALL,
        Term::Field(of, Field::HasRows) if matches!(&**of, Term::Field(of, Field::Table) if **of == Term::Bound(variable)) =>
        {
            // A subquery is no table with rows.
            Kinds::COLUMNS.or(Kinds::UNIQUE_KEYS).or(Kinds::LISTED)
        }
        Term::Field(of, field) => {
            let kinds = match field {
                Field::Type => Kinds::COLUMNS.or(Kinds::LISTED),
                Field::Qualified => Kinds::COLUMNS,
                Field::Table => Kinds::COLUMNS.or(Kinds::UNIQUE_KEYS),
                Field::Name => Kinds::NAMED,
                Field::Columns => Kinds::RELATIONS
                    .or(Kinds::FOREIGN_KEYS)
                    .or(Kinds::UNIQUE_KEYS),
                Field::From | Field::To | Field::Targets => Kinds::FOREIGN_KEYS,
                Field::Predicate | Field::Partial => Kinds::UNIQUE_KEYS,
                Field::Nullable => Kinds::COLUMNS.or(Kinds::UNIQUE_KEYS).or(Kinds::LISTED),
                Field::HasRows => Kinds::RELATIONS,
                Field::Arguments | Field::Result => Kinds::FUNCTIONS,
                Field::Length => Kinds::NONE,
                Field::Element => Kinds::TYPES,
            };
            term_kinds(of, variable, kinds)
        }
        Term::Of(relation, column) => {
            term_kinds(relation, variable, Kinds::RELATIONS)
                & term_kinds(column, variable, Kinds::COLUMNS)
        }
    }
}

/// What a term's value can be.
fn value_kinds(term: &Term) -> Kinds {
    match term {
        Term::Slot(_) | Term::Bound(_) => Kinds::ALL,
        Term::Type(_) => Kinds::TYPES,
        Term::Int(_) => Kinds::NONE,
        Term::Bool(_) => Kinds::TRUTHS,
        Term::Of(..) => Kinds::COLUMNS,
        Term::Field(_, field) => match field {
            Field::Type | Field::Element | Field::Result => Kinds::TYPES,
            Field::Partial | Field::Nullable | Field::HasRows => Kinds::TRUTHS,
            Field::Table | Field::From | Field::To => Kinds::RELATIONS,
            Field::Name | Field::Qualified => Kinds::ALL,
            Field::Columns
            | Field::Targets
            | Field::Arguments
            | Field::Predicate
            | Field::Length => Kinds::NONE,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{BuiltinType, Classes};

    #[test]
    fn uses_tell_the_kind() {
        let field = |field| Term::Field(Box::new(Term::Bound(0)), field);
        let integer = Term::Type(BuiltinType::Int4.id());
        let kinds = |atom: &Atom| Kinds::of_atom(atom);
        assert_eq!(
            kinds(&Atom::Same(field(Field::Type), integer.clone(), true)),
            Kinds::COLUMNS.or(Kinds::LISTED)
        );
        assert_eq!(
            kinds(&Atom::Same(Term::Bound(0), integer, true)),
            Kinds::TYPES
        );
        let nested = Atom::Exists {
            domain: Domain::Columns(Term::Bound(0)),
            min: 1,
            body: Demand {
                clauses: vec![crate::demand::Clause {
                    atoms: vec![Atom::TypeIn(field(Field::Type), Classes::NUMBER, true)],
                    depth: 0,
                }],
            },
        };
        assert_eq!(kinds(&nested), Kinds::RELATIONS);
    }
}
