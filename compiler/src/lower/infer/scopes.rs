//! What scopes, narrowing and contexts make of a demand on what is visible.

use super::super::formula::{atom, map_terms, or, replace_atoms};
use rqg_runtime::demand::{Atom, Demand, Domain, Term};

pub(super) fn is_visible(domain: &Domain) -> bool {
    matches!(domain, Domain::Visible | Domain::Enclosing)
}

/// What the inside of a scope demands from outside: at its start nothing is visible unless it is
/// correlated, and the context is `none`.
pub(super) fn close_scope(demand: &Demand, correlated: bool) -> Demand {
    let demand = decide_context(demand, 0);
    if correlated {
        return swap_domain(&demand, &Domain::Enclosing, &Domain::Visible);
    }
    replace_atoms(&demand, &mut |atom, _| match atom {
        Atom::Exists { domain, .. } if is_visible(domain) => Some(Demand::never()),
        Atom::ForAll { domain, .. } if is_visible(domain) => Some(Demand::always(0)),
        _ => None,
    })
}

/// Before a relation in `slot` is bound: a column is found among its columns or was visible already.
pub(super) fn bind_visible(demand: &Demand, slot: u16, list: bool) -> Demand {
    replace_atoms(demand, &mut |visible, _| match visible {
        Atom::Exists { domain, min, body } if is_visible(domain) => {
            let within = if list {
                // Each of the listed relations has such a column.
                let columns = Domain::Columns(Term::Bound(0));
                let lifted = lift(body);
                let each = atom(Atom::Exists {
                    domain: columns,
                    min: *min,
                    body: lifted,
                });
                atom(Atom::ForAll {
                    domain: Domain::Elements(Term::Slot(slot)),
                    body: each,
                })
            } else {
                let columns = Domain::Columns(Term::Slot(slot));
                atom(Atom::Exists {
                    domain: columns,
                    min: *min,
                    body: body.clone(),
                })
            };
            Some(or([within, atom(visible.clone())]))
        }
        _ => None,
    })
}

/// A quantifier's body under one more quantifier that stands outside of it: what spoke of outer
/// variables skips the new one.
pub(super) fn lift(body: &Demand) -> Demand {
    map_terms(body, &mut |term, level| match term {
        Term::Bound(n) if *n > level => Some(Term::Bound(n + 1)),
        _ => None,
    })
}

/// Before `narrow`: the visible columns are the elements of the list in `slot`, and what `full`
/// reopened inside is what is visible here.
pub(super) fn narrow_visible(demand: &Demand, slot: u16) -> Demand {
    let narrowed = swap_domain(
        demand,
        &Domain::Visible,
        &Domain::Elements(Term::Slot(slot)),
    );
    swap_domain(&narrowed, &Domain::Enclosing, &Domain::Visible)
}

pub(super) fn swap_domain(demand: &Demand, from: &Domain, to: &Domain) -> Demand {
    replace_atoms(demand, &mut |quantified, _| match quantified {
        Atom::Exists { domain, min, body } if domain == from => Some(atom(Atom::Exists {
            domain: to.clone(),
            min: *min,
            body: body.clone(),
        })),
        Atom::ForAll { domain, body } if domain == from => Some(atom(Atom::ForAll {
            domain: to.clone(),
            body: body.clone(),
        })),
        _ => None,
    })
}

pub(super) fn decide_context(demand: &Demand, context: u8) -> Demand {
    replace_atoms(demand, &mut |atom, _| match atom {
        Atom::ContextIn(mask) if mask & (1 << (context & 31)) != 0 => Some(Demand::always(0)),
        Atom::ContextIn(_) => Some(Demand::never()),
        _ => None,
    })
}
