//! Which slots demands and domains speak of: their values are handed over with a choice or draw.

use crate::ir::{Choice, DemandId, Program, SiteId};
use rqg_runtime::demand::{Atom, Demand, Domain, Term};
use std::collections::BTreeSet;

/// The slots of the frame that something speaks of, ascending.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    slots: BTreeSet<u16>,
}

impl Mentions {
    /// Of a demand.
    pub fn of_demand(program: &Program, id: DemandId) -> Vec<u16> {
        let mut mentions = Self::default();
        mentions.demand_id(program, id);
        mentions.ascending()
    }

    /// Of the demands of a choice's alternatives.
    pub fn of_choice(program: &Program, choice: &Choice) -> Vec<u16> {
        let mut mentions = Self::default();
        for alternative in &choice.alternatives {
            mentions.demand_id(program, alternative.demand);
        }
        mentions.ascending()
    }

    /// Of what a draw draws from and of its demand.
    pub fn of_site(program: &Program, id: SiteId) -> Vec<u16> {
        let mut mentions = Self::default();
        if let Some(site) = program.sites.get(id.index()) {
            mentions.domain(&site.domain);
            mentions.demand_id(program, site.demand);
        }
        mentions.ascending()
    }

    fn ascending(self) -> Vec<u16> {
        self.slots.into_iter().collect()
    }

    fn demand_id(&mut self, program: &Program, id: DemandId) {
        if let Some(demand) = program.demands.get(id.index()) {
            self.demand(demand);
        }
    }

    fn demand(&mut self, demand: &Demand) {
        let atoms = demand.clauses.iter().flat_map(|clause| &clause.atoms);
        atoms.for_each(|atom| self.atom(atom));
    }

    fn atom(&mut self, atom: &Atom) {
        match atom {
            Atom::Guard(_) | Atom::ContextIn(_) => {}
            Atom::TypeIn(term, ..) | Atom::Has(term, _) => self.term(term),
            Atom::Same(left, right, _) | Atom::Compare(left, _, right) => {
                self.term(left);
                self.term(right);
            }
            Atom::Exists { domain, body, .. } | Atom::ForAll { domain, body } => {
                self.domain(domain);
                self.demand(body);
            }
        }
    }

    fn domain(&mut self, domain: &Domain) {
        match domain {
            Domain::Columns(term)
            | Domain::Insertable(term)
            | Domain::Required(term)
            | Domain::Updatable(term)
            | Domain::ForeignKeysFrom(term)
            | Domain::ForeignKeysTo(term)
            | Domain::UniqueKeys(term)
            | Domain::Elements(term) => self.term(term),
            Domain::Tables
            | Domain::Views
            | Domain::Sources
            | Domain::Visible
            | Domain::Enclosing
            | Domain::Types(_)
            | Domain::ForeignKeys
            | Domain::Functions
            | Domain::Aggregates => {}
        }
    }

    fn term(&mut self, term: &Term) {
        match term {
            Term::Slot(slot) => {
                self.slots.insert(*slot);
            }
            Term::Field(of, _) => self.term(of),
            Term::Of(relation, column) => {
                self.term(relation);
                self.term(column);
            }
            Term::Bound(_) | Term::Type(_) | Term::Int(_) | Term::Bool(_) => {}
        }
    }
}
