//! Demands on lists as demands on each of their elements.

use super::super::formula::{
    abstract_slot, and, atom, elements, for_all, map_terms, mentions, normalize, open, or,
    replace_atoms, slots,
};
use rqg_runtime::demand::{Atom, Clause, Demand, Domain, Field, Property, Term};

/// What is demanded of every element of a list, and what is demanded besides.
pub(super) struct EachElement {
    /// Over the element as `Bound(0)`: what makes it a candidate, each clause with its depth.
    pub(super) inside: Demand,
    /// From the shallowest on: what all elements satisfy (a part of `inside`), and what is demanded
    /// of everything else then.
    pub(super) levels: Vec<(Demand, Demand)>,
}

impl EachElement {
    /// The demand that `level` makes of everything that it says, the elements' part given.
    pub(super) fn demand(&self, mut elements: impl FnMut(&Demand) -> Demand) -> Demand {
        or(self
            .levels
            .iter()
            .map(|(inside, outside)| and(outside, &elements(inside))))
    }
}

/// Splits a demand on a list that has at least `min` elements. All elements have to satisfy one and
/// the same clause of it, so that only clauses which want the same of the elements as the shallowest
/// one, or less, can stand beside it.
pub(super) fn each_element(demand: &Demand, slot: u16, min: u32) -> EachElement {
    let mut split: Vec<(Demand, Clause)> = demand
        .clauses
        .iter()
        .filter_map(|clause| split_clause(clause, slot, min))
        .collect();
    split.sort_by_key(|(_, clause)| clause.depth);
    let mut result = EachElement {
        inside: Demand::never(),
        levels: Vec::new(),
    };
    for (inside, outside) in split {
        let depth = outside.depth;
        let outside = normalize(vec![outside]);
        if let Some((_, known)) = result.levels.iter_mut().find(|(known, _)| *known == inside) {
            *known = or([known.clone(), outside]);
            continue;
        }
        let last = result
            .levels
            .last()
            .map(|(known, _)| known.clone())
            .unwrap_or_default();
        if !last
            .clauses
            .iter()
            .all(|clause| inside.clauses.contains(clause))
        {
            continue;
        }
        for clause in &inside.clauses {
            if !last.clauses.contains(clause) {
                result.inside.clauses.push(Clause {
                    atoms: clause.atoms.clone(),
                    depth,
                });
            }
        }
        result.levels.push((inside, outside));
    }
    result
}

/// One clause: what it wants of each element, and its other atoms. `None` where it says something of
/// the list that a draw cannot promise.
pub(super) fn split_clause(clause: &Clause, slot: u16, min: u32) -> Option<(Demand, Clause)> {
    let mut inside = Demand::always(0);
    let mut outside = Vec::new();
    for atom in &clause.atoms {
        if !mentions(atom, slot) {
            outside.push(atom.clone());
            continue;
        }
        let (domain, body) = match atom {
            Atom::ForAll { domain, body } => (domain, body),
            Atom::Exists {
                domain,
                min: needed,
                body,
            } if *needed <= min => (domain, body),
            _ => return None,
        };
        if *domain != Domain::Elements(Term::Slot(slot)) || slots(body).contains(&slot) {
            return None;
        }
        inside = and(&inside, body);
    }
    Some((
        inside,
        Clause {
            atoms: outside,
            depth: clause.depth,
        },
    ))
}

/// A demand on a list of given items, as a demand on the items, whose values are in `slots`.
pub(super) fn each_item(demand: &Demand, list: u16, slots: &[u16]) -> Demand {
    let items = Domain::Elements(Term::Slot(list));
    let opened =
        |body: &Demand| -> Vec<Demand> { slots.iter().map(|&slot| open(body, slot)).collect() };
    let all = |body: &Demand| {
        opened(body)
            .iter()
            .fold(Demand::always(0), |sum, one| and(&sum, one))
    };
    let spelled = replace_atoms(demand, &mut |quantified, _| match quantified {
        Atom::ForAll { domain, body } if *domain == items => Some(all(body)),
        Atom::Exists {
            domain,
            min: 1,
            body,
        } if *domain == items => Some(or(opened(body))),
        Atom::Exists { domain, min, body } if *domain == items => {
            Some(if slots.len() >= *min as usize {
                all(body)
            } else {
                Demand::never()
            })
        }
        _ => None,
    });
    normalize(
        spelled
            .clauses
            .into_iter()
            .filter(|clause| !clause.atoms.iter().any(|atom| mentions(atom, list)))
            .collect(),
    )
}

/// `for` over lists: every round's demand, as demands on the lists' elements. Over several lists an
/// atom may speak of one of the loop variables only.
pub(super) fn every_round(inside: &Demand, slots: &[u16], lists: &[u16]) -> Demand {
    if let ([slot], [list]) = (slots, lists) {
        let body = abstract_slot(inside, *slot);
        let (domain, body) = elements(&Term::Slot(*list), &body);
        return for_all(&domain, &body);
    }
    or(inside.clauses.iter().filter_map(|clause| {
        let mut result = Demand::always(clause.depth);
        for quantified in &clause.atoms {
            let spoken: Vec<usize> = (0..slots.len())
                .filter(|&i| mentions(quantified, slots[i]))
                .collect();
            let one = atom(quantified.clone());
            let demand = match spoken.as_slice() {
                [] => one,
                [i] => {
                    let (domain, body) =
                        elements(&Term::Slot(lists[*i]), &abstract_slot(&one, slots[*i]));
                    for_all(&domain, &body)
                }
                _ => return None,
            };
            result = and(&result, &demand);
        }
        Some(result)
    }))
}

/// A demand on a relation made of types, as a demand on the list of types in `types`: its columns
/// are known by their types alone. Nothing is written to it unless it is `writable`.
pub(super) fn relation_of_types(
    demand: &Demand,
    relation: u16,
    types: u16,
    writable: bool,
) -> Demand {
    let columns = Term::Slot(relation);
    let of_type = |body: &Demand| {
        map_terms(body, &mut |term, level| match term {
            Term::Field(base, Field::Type) if **base == Term::Bound(level) => {
                Some(Term::Bound(level))
            }
            _ => None,
        })
    };
    let translated = replace_atoms(demand, &mut |quantified, _| {
        let (domain, body) = match quantified {
            Atom::Exists { domain, body, .. } | Atom::ForAll { domain, body } => (domain, body),
            _ => return None,
        };
        match domain {
            Domain::Required(term) if *term == columns => return Some(Demand::always(0)),
            Domain::Insertable(term) | Domain::Updatable(term) if *term == columns && !writable => {
                return Some(match quantified {
                    Atom::Exists { .. } => Demand::never(),
                    _ => Demand::always(0),
                });
            }
            Domain::Columns(term) | Domain::Insertable(term) | Domain::Updatable(term)
                if *term == columns => {}
            Domain::Elements(Term::Field(base, Field::Columns)) if **base == columns => {}
            _ => return None,
        }
        let body = replace_atoms(body, &mut |inner, level| match inner {
            Atom::Has(term, Property::HasValue) if *term == Term::Bound(level) => {
                let ty = Term::Field(Box::new(Term::Bound(level)), Field::Type);
                Some(atom(Atom::Has(ty, Property::HasLiteral)))
            }
            _ => None,
        });
        if !by_type_alone(&body) {
            return Some(Demand::never());
        }
        let body = of_type(&body);
        let domain = Domain::Elements(Term::Slot(types));
        Some(atom(match quantified {
            Atom::Exists { min, .. } => Atom::Exists {
                domain,
                min: *min,
                body,
            },
            _ => Atom::ForAll { domain, body },
        }))
    });
    normalize(
        translated
            .clauses
            .into_iter()
            .filter(|clause| !clause.atoms.iter().any(|atom| mentions(atom, relation)))
            .collect(),
    )
}

/// Whether a body speaks of its element only through the element's type.
pub(super) fn by_type_alone(body: &Demand) -> bool {
    let mut alone = true;
    map_terms(body, &mut |term, level| match term {
        Term::Field(base, Field::Type) if **base == Term::Bound(level) => Some(Term::Int(0)),
        Term::Bound(n) if *n == level => {
            alone = false;
            None
        }
        _ => None,
    });
    alone
}
