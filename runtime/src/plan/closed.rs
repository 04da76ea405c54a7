//! Which parts of a unit's state a demand looks at.

use crate::demand::{Atom, Clause, Demand, Domain, Field, Term};
use std::cell::Cell;

/// What a demand depends on, apart from the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Dependence {
    /// Slots of the frame, each once.
    pub slots: Vec<u16>,
    /// The scope or the context.
    pub surroundings: bool,
    /// Variables of quantifiers outside of it (0 is the innermost of those).
    pub outer: bool,
}

impl Dependence {
    /// What an atom depends on, below `quantifiers` quantifiers of its own.
    pub fn of_atom(atom: &Atom, quantifiers: u16) -> Self {
        let mut dependence = Self::default();
        dependence.atom(atom, quantifiers);
        dependence
    }

    /// What a demand depends on, below `quantifiers` quantifiers of its own.
    pub fn of_demand(demand: &Demand, quantifiers: u16) -> Self {
        let mut dependence = Self::default();
        dependence.demand(demand, quantifiers);
        dependence
    }

    /// What a domain depends on.
    pub fn of_domain(domain: &Domain) -> Self {
        let mut dependence = Self::default();
        dependence.domain(domain, 0);
        dependence
    }

    /// Whether the run alone decides.
    pub fn is_closed(&self) -> bool {
        self.slots.is_empty() && !self.surroundings && !self.outer
    }

    fn demand(&mut self, demand: &Demand, quantifiers: u16) {
        for atom in demand.clauses.iter().flat_map(|clause| &clause.atoms) {
            self.atom(atom, quantifiers);
        }
    }

    fn atom(&mut self, atom: &Atom, quantifiers: u16) {
        match atom {
            Atom::Guard(_) => {}
            Atom::TypeIn(term, ..) | Atom::Has(term, _) => self.term(term, quantifiers),
            Atom::Same(left, right, _) | Atom::Compare(left, _, right) => {
                self.term(left, quantifiers);
                self.term(right, quantifiers);
            }
            Atom::ContextIn(_) => self.surroundings = true,
            Atom::Exists { domain, body, .. } | Atom::ForAll { domain, body } => {
                self.domain(domain, quantifiers);
                self.demand(body, quantifiers + 1);
            }
        }
    }

    fn domain(&mut self, domain: &Domain, quantifiers: u16) {
        match domain {
            Domain::Visible | Domain::Enclosing => self.surroundings = true,
            Domain::Tables
            | Domain::Views
            | Domain::Sources
            | Domain::Types(_)
            | Domain::ForeignKeys
            | Domain::Functions
            | Domain::Aggregates => {}
            Domain::Columns(term)
            | Domain::Insertable(term)
            | Domain::Required(term)
            | Domain::Updatable(term)
            | Domain::ForeignKeysFrom(term)
            | Domain::ForeignKeysTo(term)
            | Domain::UniqueKeys(term)
            | Domain::Elements(term) => self.term(term, quantifiers),
        }
    }

    fn term(&mut self, term: &Term, quantifiers: u16) {
        match term {
            Term::Slot(slot) => {
                if !self.slots.contains(slot) {
                    self.slots.push(*slot);
                }
            }
            Term::Bound(n) => self.outer |= *n >= quantifiers,
            Term::Type(_) | Term::Int(_) | Term::Bool(_) => {}
            Term::Field(of, _) => self.term(of, quantifiers),
            Term::Of(relation, column) => {
                self.term(relation, quantifiers);
                self.term(column, quantifiers);
            }
        }
    }
}

/// What an atom needs apart from scope and context: weaker than the atom itself. None if nothing
/// is left that tells candidates or slots apart.
pub(super) fn apart_from_surroundings(atom: &Atom) -> Option<Atom> {
    if !Dependence::of_atom(atom, 0).surroundings {
        return Some(atom.clone());
    }
    let Atom::Exists { domain, min, body } = atom else {
        return None;
    };
    if Dependence::of_domain(domain).surroundings {
        return None;
    }
    let clauses = body.clauses.iter().map(|clause| Clause {
        atoms: clause
            .atoms
            .iter()
            .filter_map(apart_from_surroundings)
            .collect(),
        depth: clause.depth,
    });
    Some(Atom::Exists {
        domain: domain.clone(),
        min: *min,
        body: Demand {
            clauses: clauses.collect(),
        },
    })
}

/// An atom with a slot made the variable `Bound(0)` outside of the atom's own quantifiers.
pub(super) fn slot_as_bound(atom: &Atom, slot: u16) -> Atom {
    let rename = |term: &Term, quantifiers: u16| match term {
        Term::Slot(own) if *own == slot => Some(Term::Bound(quantifiers)),
        _ => None,
    };
    Rename(&rename).atom(atom, 0)
}

/// A quantifier's body that looks at nothing but the type of its element, with the type for the
/// element; none for one that looks at more.
pub(super) fn type_as_bound(body: &Demand) -> Option<Demand> {
    let more = Cell::new(false);
    let rename = |term: &Term, quantifiers: u16| match term {
        Term::Field(of, Field::Type) if **of == Term::Bound(quantifiers) => {
            Some(Term::Bound(quantifiers))
        }
        Term::Bound(n) if *n == quantifiers => {
            more.set(true);
            None
        }
        _ => None,
    };
    let body = Rename(&rename).demand(body, 0);
    (!more.get()).then_some(body)
}

/// Replaces terms, below so many quantifiers.
struct Rename<'r>(&'r dyn Fn(&Term, u16) -> Option<Term>);

impl Rename<'_> {
    fn demand(&self, demand: &Demand, quantifiers: u16) -> Demand {
        let clauses = demand.clauses.iter().map(|clause| Clause {
            atoms: clause
                .atoms
                .iter()
                .map(|atom| self.atom(atom, quantifiers))
                .collect(),
            depth: clause.depth,
        });
        Demand {
            clauses: clauses.collect(),
        }
    }

    fn atom(&self, atom: &Atom, quantifiers: u16) -> Atom {
        let term = |term: &Term| self.term(term, quantifiers);
        match atom {
            Atom::Guard(_) | Atom::ContextIn(_) => atom.clone(),
            Atom::TypeIn(of, classes, wanted) => Atom::TypeIn(term(of), *classes, *wanted),
            Atom::Has(of, property) => Atom::Has(term(of), *property),
            Atom::Same(left, right, wanted) => Atom::Same(term(left), term(right), *wanted),
            Atom::Compare(left, comparison, right) => {
                Atom::Compare(term(left), *comparison, term(right))
            }
            Atom::Exists { domain, min, body } => Atom::Exists {
                domain: domain.map(|term| self.term(term, quantifiers)),
                min: *min,
                body: self.demand(body, quantifiers + 1),
            },
            Atom::ForAll { domain, body } => Atom::ForAll {
                domain: domain.map(|term| self.term(term, quantifiers)),
                body: self.demand(body, quantifiers + 1),
            },
        }
    }

    fn term(&self, term: &Term, quantifiers: u16) -> Term {
        if let Some(renamed) = (self.0)(term, quantifiers) {
            return renamed;
        }
        match term {
            Term::Slot(_) | Term::Bound(_) | Term::Type(_) | Term::Int(_) | Term::Bool(_) => {
                term.clone()
            }
            Term::Field(of, field) => Term::Field(Box::new(self.term(of, quantifiers)), *field),
            Term::Of(relation, column) => Term::Of(
                Box::new(self.term(relation, quantifiers)),
                Box::new(self.term(column, quantifiers)),
            ),
        }
    }
}
