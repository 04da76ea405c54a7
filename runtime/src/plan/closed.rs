//! Which parts of a unit's state a demand looks at.

use crate::demand::{Atom, Demand, Domain, Term};

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
    /// What an atom depends on.
    pub fn of_atom(atom: &Atom) -> Self {
        let mut dependence = Self::default();
        dependence.atom(atom, 0);
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
