//! The algebra of demands: conjunction, disjunction, substitution, quantification.
//!
//! Every operation may lose clauses (a demand then holds in fewer situations than it could), never
//! invent one: an under-approximation of "can be derived" is sound, an over-approximation is not.

use rqg_runtime::demand::{Atom, Clause, Comparison, Demand, Domain, Field, Property, Term};
use rqg_runtime::types::{BuiltinType, Classes};

/// How many clauses a demand may have; further ones (the deepest) are dropped.
const MAX_CLAUSES: usize = 12;
/// How many atoms a clause may have, those inside of quantifiers counted; larger ones are dropped.
const MAX_ATOMS: usize = 32;
/// How deep quantifiers may nest; clauses with deeper ones are dropped.
const MAX_NESTING: usize = 6;

/// The demand of a single atom.
pub fn atom(atom: Atom) -> Demand {
    normalize(vec![Clause {
        atoms: vec![atom],
        depth: 0,
    }])
}

/// Both hold.
pub fn and(a: &Demand, b: &Demand) -> Demand {
    if a.is_always() && b.is_always() && a.clauses.len() == 1 && b.clauses.len() == 1 {
        return Demand::always(a.clauses[0].depth.max(b.clauses[0].depth));
    }
    let mut clauses = Vec::with_capacity(a.clauses.len() * b.clauses.len());
    for left in &a.clauses {
        for right in &b.clauses {
            clauses.push(join(left, right));
        }
    }
    normalize(clauses)
}

/// One of them holds.
pub fn or(demands: impl IntoIterator<Item = Demand>) -> Demand {
    normalize(
        demands
            .into_iter()
            .flat_map(|demand| demand.clauses)
            .collect(),
    )
}

/// One rule call deeper.
pub fn deeper(demand: &Demand) -> Demand {
    let mut demand = demand.clone();
    for clause in &mut demand.clauses {
        clause.depth = clause.depth.saturating_add(1);
    }
    demand
}

/// The clauses of both in one conjunction.
pub fn join(a: &Clause, b: &Clause) -> Clause {
    let mut atoms = a.atoms.clone();
    for atom in &b.atoms {
        if !atoms.contains(atom) {
            atoms.push(atom.clone());
        }
    }
    Clause {
        atoms,
        depth: a.depth.max(b.depth),
    }
}

/// Folds constants, drops what another clause subsumes, sorts by depth, limits the size.
pub fn normalize(clauses: Vec<Clause>) -> Demand {
    let mut folded: Vec<Clause> = clauses.into_iter().filter_map(fold).collect();
    folded.sort_by_key(|clause| (clause.depth, clause.atoms.len()));
    let mut kept: Vec<Clause> = Vec::with_capacity(folded.len().min(MAX_CLAUSES));
    for clause in folded {
        if kept.len() == MAX_CLAUSES {
            break;
        }
        if !kept.iter().any(|known| subsumes(known, &clause)) {
            kept.push(clause);
        }
    }
    Demand { clauses: kept }
}

/// Whether `special` says all that `general` says, and perhaps more, at no smaller depth.
pub fn subsumes(general: &Clause, special: &Clause) -> bool {
    general.depth <= special.depth
        && general
            .atoms
            .iter()
            .all(|atom| special.atoms.contains(atom))
}

/// Whether `general` is seen to hold wherever `special` does, at no greater depth. Weaker than
/// [`subsumes`]: what the general clause quantifies may be weaker too, and may then speak of more
/// values; that is why clauses are not dropped for it while values are still to be bound.
pub fn covers(general: &Clause, special: &Clause) -> bool {
    general.depth <= special.depth && weaker(&general.atoms, &special.atoms)
}

/// Whether every atom of `general` follows from one of `special`.
fn weaker(general: &[Atom], special: &[Atom]) -> bool {
    general
        .iter()
        .all(|wanted| special.iter().any(|given| implies(given, wanted)))
}

/// Whether an atom follows from another: it is the same, or quantifies a weaker demand.
fn implies(given: &Atom, wanted: &Atom) -> bool {
    match (given, wanted) {
        (
            Atom::Exists { domain, min, body },
            Atom::Exists {
                domain: wanted_domain,
                min: wanted_min,
                body: wanted_body,
            },
        ) => domain == wanted_domain && min >= wanted_min && follows(body, wanted_body),
        (
            Atom::ForAll { domain, body },
            Atom::ForAll {
                domain: wanted_domain,
                body: wanted_body,
            },
        ) => domain == wanted_domain && follows(body, wanted_body),
        _ => given == wanted,
    }
}

/// Whether every clause of `given` is one of `wanted`, or stronger.
fn follows(given: &Demand, wanted: &Demand) -> bool {
    given.clauses.iter().all(|special| {
        wanted
            .clauses
            .iter()
            .any(|general| weaker(&general.atoms, &special.atoms))
    })
}

/// Removes atoms that always hold; `None` where one never holds or the clause is too large.
fn fold(clause: Clause) -> Option<Clause> {
    let mut atoms: Vec<Atom> = Vec::with_capacity(clause.atoms.len());
    for atom in clause.atoms {
        match decide(&atom) {
            Some(true) => {}
            Some(false) => return None,
            None if atoms.contains(&atom) => {}
            None => atoms.push(atom),
        }
    }
    let (count, nesting) = extent(&atoms);
    (count <= MAX_ATOMS && nesting <= MAX_NESTING).then_some(Clause {
        atoms,
        depth: clause.depth,
    })
}

/// How many atoms these are with those inside of their quantifiers, and how deep quantifiers nest.
fn extent(atoms: &[Atom]) -> (usize, usize) {
    let (mut count, mut nesting) = (0, 0);
    for atom in atoms {
        count += 1;
        if let Atom::Exists { body, .. } | Atom::ForAll { body, .. } = atom {
            nesting = nesting.max(1);
            for clause in &body.clauses {
                let (inner, inside) = extent(&clause.atoms);
                count += inner;
                nesting = nesting.max(inside + 1);
            }
        }
    }
    (count, nesting)
}

/// Decides an atom of constants.
fn decide(atom: &Atom) -> Option<bool> {
    match atom {
        Atom::TypeIn(_, classes, positive) if classes.intersects(Classes::ANY) => Some(*positive),
        Atom::TypeIn(Term::Type(id), classes, positive) => {
            let builtin = BuiltinType::from_id(*id)?;
            Some(builtin.classes().intersects(*classes) == *positive)
        }
        Atom::Same(a, b, positive) if a == b => Some(*positive),
        Atom::Same(Term::Type(a), Term::Type(b), positive) => Some((a == b) == *positive),
        Atom::Same(Term::Bool(a), Term::Bool(b), positive) => Some((a == b) == *positive),
        Atom::Same(Term::Int(a), Term::Int(b), positive) => Some((a == b) == *positive),
        Atom::Has(Term::Type(id), Property::HasLiteral) => Some(
            BuiltinType::from_id(*id)?
                .classes()
                .intersects(Classes::LITERAL),
        ),
        Atom::Compare(Term::Int(a), comparison, Term::Int(b)) => Some(compare(*a, *comparison, *b)),
        Atom::ContextIn(0) => Some(false),
        Atom::ContextIn(u32::MAX) => Some(true),
        Atom::Exists {
            domain: Domain::Types(classes),
            min,
            body,
        } => {
            let certain =
                |builtin: &&BuiltinType| builtin.classes().intersects(*classes) && body.is_always();
            if body.is_never() {
                Some(false)
            } else if BuiltinType::ALL.iter().filter(certain).count() >= *min as usize {
                Some(true)
            } else {
                None
            }
        }
        Atom::Exists { min: 0, .. } => Some(true),
        Atom::Exists { body, .. } if body.is_never() => Some(false),
        Atom::ForAll { body, .. } if body.is_always() => Some(true),
        _ => None,
    }
}

fn compare(a: i64, comparison: Comparison, b: i64) -> bool {
    match comparison {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::AtMost => a <= b,
        Comparison::Greater => a > b,
        Comparison::AtLeast => a >= b,
    }
}

/// Rewrites every term, knowing how many quantifiers stand around it. `None` from `f` keeps a term
/// (its parts are rewritten all the same).
pub fn map_terms(demand: &Demand, f: &mut dyn FnMut(&Term, u16) -> Option<Term>) -> Demand {
    map_terms_at(demand, 0, f)
}

fn map_terms_at(
    demand: &Demand,
    level: u16,
    f: &mut dyn FnMut(&Term, u16) -> Option<Term>,
) -> Demand {
    let clauses = demand.clauses.iter().map(|clause| Clause {
        atoms: clause
            .atoms
            .iter()
            .map(|atom| map_atom(atom, level, f))
            .collect(),
        depth: clause.depth,
    });
    normalize(clauses.collect())
}

fn map_atom(atom: &Atom, level: u16, f: &mut dyn FnMut(&Term, u16) -> Option<Term>) -> Atom {
    match atom {
        Atom::Guard(_) | Atom::ContextIn(_) => atom.clone(),
        Atom::TypeIn(term, classes, positive) => {
            Atom::TypeIn(map_term(term, level, f), *classes, *positive)
        }
        Atom::Same(a, b, positive) => {
            Atom::Same(map_term(a, level, f), map_term(b, level, f), *positive)
        }
        Atom::Compare(a, comparison, b) => {
            Atom::Compare(map_term(a, level, f), *comparison, map_term(b, level, f))
        }
        Atom::Has(term, property) => Atom::Has(map_term(term, level, f), *property),
        Atom::Exists { domain, min, body } => {
            let body = map_terms_at(body, level + 1, f);
            let (domain, body) = unmap(domain.map(|term| map_term(term, level, f)), body);
            Atom::Exists {
                domain,
                min: *min,
                body,
            }
        }
        Atom::ForAll { domain, body } => {
            let body = map_terms_at(body, level + 1, f);
            let (domain, body) = unmap(domain.map(|term| map_term(term, level, f)), body);
            Atom::ForAll { domain, body }
        }
    }
}

/// Moves a mapping field of a list (`columns.type`) from the domain into the body.
fn unmap(domain: Domain, body: Demand) -> (Domain, Demand) {
    match &domain {
        Domain::Elements(list @ Term::Field(_, field)) if maps(*field) => elements(list, &body),
        _ => (domain, body),
    }
}

/// Whether a field of a list stands for the list of its elements' fields.
fn maps(field: Field) -> bool {
    matches!(
        field,
        Field::Type | Field::Name | Field::Qualified | Field::Table | Field::Element
    )
}

fn map_term(term: &Term, level: u16, f: &mut dyn FnMut(&Term, u16) -> Option<Term>) -> Term {
    if let Some(mapped) = f(term, level) {
        return mapped;
    }
    match term {
        Term::Field(base, field) => Term::Field(Box::new(map_term(base, level, f)), *field),
        Term::Of(relation, column) => Term::Of(
            Box::new(map_term(relation, level, f)),
            Box::new(map_term(column, level, f)),
        ),
        _ => term.clone(),
    }
}

/// Replaces a slot by a term that has no bound variable.
pub fn substitute(demand: &Demand, slot: u16, by: &Term) -> Demand {
    map_terms(demand, &mut |term, _| {
        (*term == Term::Slot(slot)).then(|| by.clone())
    })
}

/// Turns a slot into the variable of a quantifier put around the demand.
pub fn abstract_slot(demand: &Demand, slot: u16) -> Demand {
    map_terms(demand, &mut |term, level| {
        (*term == Term::Slot(slot)).then_some(Term::Bound(level))
    })
}

/// The body of a quantifier whose element is the value of a slot.
pub fn open(body: &Demand, slot: u16) -> Demand {
    map_terms(body, &mut |term, level| match term {
        Term::Bound(n) if *n == level => Some(Term::Slot(slot)),
        Term::Bound(n) if *n > level => Some(Term::Bound(n - 1)),
        _ => None,
    })
}

/// Whether an atom speaks of the slot.
pub fn mentions(atom: &Atom, slot: u16) -> bool {
    let mut found = false;
    map_atom(atom, 0, &mut |term, _| {
        found |= *term == Term::Slot(slot);
        None
    });
    found
}

/// All slots that a demand speaks of, ascending.
pub fn slots(demand: &Demand) -> Vec<u16> {
    let mut found = Vec::new();
    map_terms(demand, &mut |term, _| {
        if let Term::Slot(slot) = term {
            found.push(*slot);
        }
        None
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// The same demand with all depths 0: what a quantifier's body needs.
pub fn flat(demand: &Demand) -> Demand {
    normalize(
        demand
            .clauses
            .iter()
            .map(|clause| Clause {
                atoms: clause.atoms.clone(),
                depth: 0,
            })
            .collect(),
    )
}

/// Replaces atoms, quantified ones from the inside out. `f` gets the number of quantifiers around
/// the atom and gives the demand that stands for it; `None` keeps it.
pub fn replace_atoms(demand: &Demand, f: &mut dyn FnMut(&Atom, u16) -> Option<Demand>) -> Demand {
    replace_atoms_at(demand, 0, f)
}

fn replace_atoms_at(
    demand: &Demand,
    level: u16,
    f: &mut dyn FnMut(&Atom, u16) -> Option<Demand>,
) -> Demand {
    or(demand.clauses.iter().map(|clause| {
        let mut result = Demand::always(clause.depth);
        for atom in &clause.atoms {
            let inner = match atom {
                Atom::Exists { domain, min, body } => Atom::Exists {
                    domain: domain.clone(),
                    min: *min,
                    body: replace_atoms_at(body, level + 1, f),
                },
                Atom::ForAll { domain, body } => Atom::ForAll {
                    domain: domain.clone(),
                    body: replace_atoms_at(body, level + 1, f),
                },
                other => other.clone(),
            };
            let replacement = f(&inner, level).unwrap_or_else(|| Demand {
                clauses: vec![Clause {
                    atoms: vec![inner],
                    depth: 0,
                }],
            });
            result = and(&result, &replacement);
        }
        result
    }))
}

/// `∃ elements of the domain: body`, one atom a clause, so that what does not speak of the element
/// stays outside and each clause keeps its depth. `body` sees the element as `Bound(0)`, and nothing
/// else in it is bound.
pub fn exists(domain: &Domain, min: u32, body: &Demand) -> Demand {
    let clauses = body.clauses.iter().map(|clause| {
        let (inside, outside): (Vec<Atom>, Vec<Atom>) =
            clause.atoms.iter().cloned().partition(bound);
        let mut atoms = outside;
        let body = Demand {
            clauses: vec![Clause {
                atoms: inside,
                depth: 0,
            }],
        };
        atoms.push(Atom::Exists {
            domain: domain.clone(),
            min,
            body,
        });
        Clause {
            atoms,
            depth: clause.depth,
        }
    });
    normalize(clauses.collect())
}

/// What the elements of a domain have to satisfy, without the atoms that each of them satisfies by
/// being one: "there is an element of the same domain such that …", where the element itself is such
/// a one. `body` sees the element as `Bound(0)`.
pub fn without_witnessed(domain: &Domain, body: &Demand) -> Demand {
    let witnessed = |atom: &Atom| match atom {
        Atom::Exists {
            domain: same,
            min: 1,
            body,
        } if same == domain => merge_elements(body).is_always(),
        _ => false,
    };
    let clauses = body.clauses.iter().map(|clause| Clause {
        atoms: clause
            .atoms
            .iter()
            .filter(|atom| !witnessed(atom))
            .cloned()
            .collect(),
        depth: clause.depth,
    });
    normalize(clauses.collect())
}

/// The body of a quantifier of which the element is that of the quantifier around it.
fn merge_elements(body: &Demand) -> Demand {
    map_terms(body, &mut |term, level| match term {
        Term::Bound(n) if *n > level => Some(Term::Bound(n - 1)),
        _ => None,
    })
}

/// `∀ elements of the domain: body`, as one clause for each depth that a clause of the body has
/// (what can be had at a small depth stays visible beside what needs a greater one), and one for each
/// clause of the body alone (what all elements can have in one and the same way needs less of the
/// values that only the other ways speak of).
pub fn for_all(domain: &Domain, body: &Demand) -> Demand {
    let clause = |clauses: Vec<Clause>, depth| {
        let body = flat(&Demand { clauses });
        Clause {
            atoms: vec![Atom::ForAll {
                domain: domain.clone(),
                body,
            }],
            depth,
        }
    };
    let mut depths: Vec<u32> = body.clauses.iter().map(|clause| clause.depth).collect();
    depths.dedup();
    let within = |depth: u32| -> Vec<Clause> {
        body.clauses
            .iter()
            .filter(|clause| clause.depth <= depth)
            .cloned()
            .collect()
    };
    let mut clauses: Vec<Clause> = depths
        .into_iter()
        .map(|depth| clause(within(depth), depth))
        .collect();
    if body.clauses.len() > 1 {
        clauses.extend(
            body.clauses
                .iter()
                .map(|one| clause(vec![one.clone()], one.depth)),
        );
    }
    normalize(clauses)
}

/// Whether an atom outside of any quantifier speaks of `Bound(0)`.
fn bound(atom: &Atom) -> bool {
    let mut found = false;
    map_atom(atom, 0, &mut |term, level| {
        found |= *term == Term::Bound(level);
        None
    });
    found
}

/// The elements of a list term, with a mapping field (`columns.type`) moved into the body.
pub fn elements(list: &Term, body: &Demand) -> (Domain, Demand) {
    match list {
        Term::Field(base, field) if maps(*field) => {
            let field = *field;
            let body = map_terms(body, &mut |term, level| {
                (*term == Term::Bound(level))
                    .then(|| Term::Field(Box::new(Term::Bound(level)), field))
            });
            elements(base, &body)
        }
        _ => (Domain::Elements(list.clone()), body.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(slot: u16) -> Demand {
        atom(Atom::Has(Term::Slot(slot), Property::HasValue))
    }

    #[test]
    fn always_subsumes_what_is_not_shallower() {
        let demand = or([has(0), Demand::always(0)]);
        assert_eq!(demand, Demand::always(0));
        let demand = or([has(0), Demand::always(3)]);
        assert_eq!(demand.clauses.len(), 2, "a shallower clause stays");
    }

    #[test]
    fn conjunction_multiplies_and_takes_the_greater_depth() {
        let both = and(&or([has(0), deeper(&has(1))]), &deeper(&deeper(&has(2))));
        assert_eq!(both.clauses.len(), 2);
        assert!(both.clauses.iter().all(|clause| clause.depth == 2));
    }

    #[test]
    fn quantifying_leaves_foreign_atoms_outside() {
        let demand = and(&has(0), &has(1));
        let quantified = exists(&Domain::Tables, 1, &abstract_slot(&demand, 1));
        assert_eq!(quantified.clauses[0].atoms.len(), 2);
        assert_eq!(slots(&quantified), [0]);
    }

    #[test]
    fn an_element_is_a_witness_of_itself() {
        let of_type = |element| Term::Field(Box::new(Term::Bound(element)), Field::Type);
        let same_type = atom(Atom::Same(of_type(0), of_type(1), true));
        let other = and(
            &same_type,
            &atom(Atom::Same(Term::Bound(0), Term::Bound(1), false)),
        );
        let there_is = |body: &Demand| {
            atom(Atom::Exists {
                domain: Domain::Visible,
                min: 1,
                body: body.clone(),
            })
        };
        let visible = |body: &Demand| without_witnessed(&Domain::Visible, body);
        assert!(visible(&there_is(&same_type)).is_always());
        assert!(
            !visible(&there_is(&other)).is_always(),
            "another one is needed"
        );
        assert!(!without_witnessed(&Domain::Enclosing, &there_is(&same_type)).is_always());
    }

    #[test]
    fn nested_variables_keep_their_binder() {
        let inner = atom(Atom::Same(
            Term::Field(Box::new(Term::Slot(1)), Field::Type),
            Term::Slot(0),
            true,
        ));
        let columns = exists(&Domain::Visible, 1, &abstract_slot(&inner, 1));
        let types = exists(
            &Domain::Types(Classes::ENUM),
            1,
            &abstract_slot(&columns, 0),
        );
        let Atom::Exists { body, .. } = &types.clauses[0].atoms[0] else {
            panic!("no quantifier")
        };
        let Atom::Exists { body, .. } = &body.clauses[0].atoms[0] else {
            panic!("no quantifier")
        };
        let expected = Atom::Same(
            Term::Field(Box::new(Term::Bound(0)), Field::Type),
            Term::Bound(1),
            true,
        );
        assert_eq!(body.clauses[0].atoms[0], expected);
    }

    #[test]
    fn for_all_keeps_each_depth() {
        let body = or([has(9), deeper(&has(8))]);
        let demand = for_all(&Domain::Elements(Term::Slot(0)), &abstract_slot(&body, 9));
        assert_eq!(
            demand.clauses.iter().map(|c| c.depth).collect::<Vec<_>>(),
            [0, 1, 1]
        );
    }
}
