//! Reads from an atom what it needs of its surroundings, where everything else is known.

use super::closed::{Dependence, type_as_bound};
use super::questions::{Needs, Question, Questions};
use crate::demand::{Atom, Bound, Cursor, Demand, Domain, View};
use crate::types::TypeId;
use crate::unit::value::Value;

/// Reads atoms for one state of slots.
pub(super) struct Reading<'a> {
    /// The plan, and a unit with the slots.
    pub view: View<'a>,
    /// The questions that are asked.
    pub questions: &'a mut Questions,
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
                    any = any.clone().or(&needs)?;
                    Some(())
                })?;
                self.shortened(any)
            }
            Atom::ForAll { domain, body } => {
                let mut all = Needs::from(true);
                self.each(domain, body, bound, |needs| {
                    all = all.and(&needs)?;
                    Some(())
                })?;
                Some(all)
            }
            _ => None,
        }
    }

    fn ask(&mut self, question: &Question) -> Option<Needs> {
        let answer = self.questions.ask(self.view.model(), question)?;
        Some(Needs::question(answer))
    }

    /// What each element of a domain needs that the surroundings do not decide.
    fn each(
        &mut self,
        domain: &Domain,
        body: &Demand,
        bound: Option<&Bound<'_>>,
        mut visit: impl FnMut(Needs) -> Option<()>,
    ) -> Option<()> {
        if Dependence::of_domain(domain).surroundings {
            return None;
        }
        let view = self.view;
        let mut cursor = Cursor::start(domain, view, bound);
        while let Some(value) = cursor.next(view) {
            let inner = Bound {
                value,
                outer: bound,
            };
            visit(self.demand(body, &inner)?)?;
        }
        Some(())
    }

    fn demand(&mut self, demand: &Demand, bound: &Bound<'_>) -> Option<Needs> {
        let mut any = Needs::NEVER;
        for clause in &demand.clauses {
            let mut all = Needs::from(true);
            for atom in &clause.atoms {
                all = all.and(&self.atom(atom, Some(bound))?)?;
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
        let types: Vec<bool> = types
            .map(|ty| satisfies(Value::Type(TypeId(ty))))
            .collect();
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
            .and_then(|any| self.questions.any(any));
        match any {
            Some(any) => self.ask(&any),
            None => Some(needs),
        }
    }
}
