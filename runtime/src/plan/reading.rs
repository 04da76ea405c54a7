//! Reads from an atom what it needs of its surroundings, where everything else is known.

use super::closed::{Dependence, type_as_bound};
use super::memo::{Memo, Memos};
use super::questions::{Needs, Question};
use crate::demand::{Atom, Bound, Cursor, Demand, Domain, View};
use crate::types::TypeId;
use crate::unit::value::Value;
use std::sync::Arc;

/// Reads atoms for one state of slots.
pub(super) struct Reading<'a> {
    /// The plan, and a unit with the slots.
    pub view: View<'a>,
    /// What is known of other atoms, and the questions that are asked.
    pub memos: &'a mut Memos,
}

/// An atom of a quantifier's body, as far as it is the same for all elements.
enum Prepared<'a> {
    /// The surroundings have no part in it.
    Apart(&'a Atom),
    /// The element has no part in it.
    Common(Needs),
    /// What it needs is known for each element.
    Known(&'a Atom, Arc<Memo>),
    /// Any other.
    Atom(&'a Atom),
}

impl Reading<'_> {
    /// What the surroundings have to be for an atom to hold; none if that is no matter of questions.
    pub fn atom(&mut self, atom: &Atom, bound: Option<&Bound<'_>>) -> Option<Needs> {
        if !Dependence::of_atom(atom, 0).surroundings {
            return Some(self.view.atom(atom, bound).into());
        }
        match atom {
            Atom::ContextIn(contexts) => self.ask(&Question::Context(*contexts)),
            Atom::Exists {
                domain: Domain::Visible,
                min,
                body,
            } => self.visible(*min, body, bound),
            Atom::Exists {
                domain,
                min: 1,
                body,
            } => {
                let mut any = Needs::NEVER;
                self.each(domain, body, bound, |needs| {
                    any = std::mem::take(&mut any).or(&needs)?;
                    Some(any.decided() != Some(true))
                })?;
                self.shortened(any)
            }
            Atom::ForAll { domain, body } => {
                let mut all = Needs::from(true);
                self.each(domain, body, bound, |needs| {
                    all = all.and(&needs)?;
                    Some(all.decided() != Some(false))
                })?;
                all.is_short().then_some(all)
            }
            _ => None,
        }
    }

    fn ask(&mut self, question: &Question) -> Option<Needs> {
        let answer = self.memos.questions().ask(self.view.model(), question)?;
        Some(Needs::question(answer))
    }

    /// Visits what each element of a domain needs that the surroundings do not decide, until a visit
    /// says that this is enough.
    fn each(
        &mut self,
        domain: &Domain,
        body: &Demand,
        bound: Option<&Bound<'_>>,
        mut visit: impl FnMut(Needs) -> Option<bool>,
    ) -> Option<()> {
        if Dependence::of_domain(domain).surroundings {
            return None;
        }
        let clauses = body.clauses.iter();
        let clauses = clauses.map(|clause| {
            let atoms = clause.atoms.iter();
            atoms
                .map(|atom| self.prepare(atom))
                .collect::<Option<Vec<_>>>()
        });
        let clauses: Vec<Vec<Prepared<'_>>> = clauses.collect::<Option<_>>()?;
        let view = self.view;
        let mut cursor = Cursor::start(domain, view, bound);
        while let Some(value) = cursor.next(view) {
            let inner = Bound {
                value,
                outer: bound,
            };
            if !visit(self.clauses(&clauses, &inner)?)? {
                break;
            }
        }
        Some(())
    }

    fn prepare<'b>(&mut self, atom: &'b Atom) -> Option<Prepared<'b>> {
        let dependence = Dependence::of_atom(atom, 0);
        if !dependence.surroundings {
            return Some(Prepared::Apart(atom));
        }
        if !dependence.slots.is_empty() || Dependence::of_atom(atom, 1).outer {
            return Some(Prepared::Atom(atom));
        }
        Some(if dependence.outer {
            let memo = self.memos.memo(self.view.plan, atom, true)?;
            Prepared::Known(atom, memo)
        } else {
            Prepared::Common(self.memos.common(self.view.plan, atom)?)
        })
    }

    fn clauses(&mut self, clauses: &[Vec<Prepared<'_>>], bound: &Bound<'_>) -> Option<Needs> {
        let mut any = Needs::NEVER;
        for clause in clauses {
            // Most clauses fail here.
            let mut apart = clause.iter().filter_map(|atom| match atom {
                Prepared::Apart(atom) => Some(atom),
                _ => None,
            });
            if !apart.all(|atom| self.view.atom(atom, Some(bound))) {
                continue;
            }
            let mut all = Needs::from(true);
            for atom in clause {
                if all == Needs::NEVER {
                    break;
                }
                let needs = match atom {
                    Prepared::Apart(_) => continue,
                    Prepared::Common(needs) => needs.clone(),
                    Prepared::Known(atom, memo) => match memo.needs(self.view, bound.value) {
                        Some(needs) => needs,
                        None => self.atom(atom, Some(bound))?,
                    },
                    Prepared::Atom(atom) => self.atom(atom, Some(bound))?,
                };
                all = all.and(&needs)?;
            }
            any = any.or(&all)?;
        }
        self.shortened(any)
    }

    /// The question whether visible columns satisfy a body that looks at nothing but their types.
    fn visible(&mut self, min: u32, body: &Demand, bound: Option<&Bound<'_>>) -> Option<Needs> {
        if Dependence::of_demand(body, 1).surroundings {
            return None;
        }
        let body = type_as_bound(body)?;
        let satisfies = |value| {
            let inner = Bound {
                value,
                outer: bound,
            };
            self.view.holds(&body, Some(&inner)).is_some()
        };
        let types = 0..self.view.model().types.len().min(usize::from(u16::MAX)) as u16;
        let types: Vec<bool> = types.map(|ty| satisfies(Value::Type(TypeId(ty)))).collect();
        let unknown = satisfies(Value::Nothing);
        if !unknown && !types.contains(&true) {
            return Some(Needs::NEVER);
        }
        self.ask(&Question::Visible {
            types,
            unknown,
            min,
        })
    }

    /// The same as one question where it asks whether one of many types is visible.
    fn shortened(&mut self, needs: Needs) -> Option<Needs> {
        let any = needs
            .any_of()
            .filter(|any| any.count_ones() > 1)
            .and_then(|any| self.memos.questions().any(any));
        match any {
            Some(any) => self.ask(&any),
            None => needs.is_short().then_some(needs),
        }
    }
}
