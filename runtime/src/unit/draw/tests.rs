//! What is decided in advance agrees with the evaluation of demands as they are written, in units
//! of all kinds of states.

use super::*;
use crate::choices::Random;
use crate::demand::{Atom, Bound, Clause, Comparison, Demand, Domain, Field, Property};
use crate::plan::{Alternative, Setup, Site};
use crate::schema::default_model;
use crate::schema::model::ForeignKeyId;
use crate::types::{BuiltinType, Classes, TypeId};
use std::sync::Arc;

const TYPE: u16 = 0;
const RELATION: u16 = 1;
const COLUMN: u16 = 2;
const FOREIGN_KEY: u16 = 3;
const TRUTH: u16 = 4;
const NUMBER: u16 = 5;
const OTHER_RELATION: u16 = 6;
const SLOTS: u16 = 7;

fn field(of: Term, field: Field) -> Term {
    Term::Field(Box::new(of), field)
}

fn body(atoms: Vec<Atom>) -> Demand {
    Demand {
        clauses: vec![Clause { atoms, depth: 0 }],
    }
}

fn exists(domain: Domain, min: u32, atoms: Vec<Atom>) -> Atom {
    let body = body(atoms);
    Atom::Exists { domain, min, body }
}

fn for_all(domain: Domain, atoms: Vec<Atom>) -> Atom {
    let body = body(atoms);
    Atom::ForAll { domain, body }
}

/// Draws demands and states.
struct Draw(Random);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u64) as usize
    }

    fn truth(&mut self) -> bool {
        self.below(2) == 0
    }

    fn classes(&mut self) -> Classes {
        [
            Classes::NUMBER,
            Classes::STRING,
            Classes::COMPARABLE,
            Classes::TEMPORAL,
            Classes::ARRAY,
            Classes::JSON,
        ][self.below(6)]
    }

    fn ty(&mut self) -> Term {
        let types = [
            BuiltinType::Int4,
            BuiltinType::Text,
            BuiltinType::Bool,
            BuiltinType::Numeric,
        ];
        Term::Type(types[self.below(4)].id())
    }

    /// An atom that speaks of no candidate.
    fn atom(&mut self) -> Atom {
        let own_type = || field(Term::Bound(0), Field::Type);
        let held = Term::Slot;
        let wanted = self.below(4) > 0;
        let relation = [RELATION, OTHER_RELATION][self.below(2)];
        match self.below(22) {
            0 => Atom::TypeIn(held(TYPE), self.classes(), wanted),
            1 => Atom::Same(held(TYPE), self.ty(), wanted),
            2 => Atom::TypeIn(field(held(COLUMN), Field::Type), self.classes(), wanted),
            3 => Atom::Has(held(COLUMN), Property::HasValue),
            4 => Atom::Has(held(relation), Property::HasRows),
            5 => Atom::Same(held(TRUTH), Term::Bool(true), wanted),
            6 => Atom::Compare(held(NUMBER), Comparison::Greater, Term::Int(1)),
            7 => Atom::ContextIn(self.below(8) as u32),
            8 => {
                let min = 1 + self.below(2) as u32;
                let classes = self.classes();
                let of_class = Atom::TypeIn(own_type(), classes, wanted);
                exists(Domain::Visible, min, vec![of_class])
            }
            9 => exists(Domain::Visible, 1 + self.below(3) as u32, Vec::new()),
            10 | 11 => exists(
                Domain::Visible,
                1,
                vec![Atom::Same(own_type(), held(TYPE), true)],
            ),
            12 => {
                let of_column = field(held(COLUMN), Field::Type);
                let same = Atom::Same(own_type(), of_column, wanted);
                exists(Domain::Visible, 1, vec![same])
            }
            13 => {
                let same = Atom::Same(own_type(), Term::Bound(1), true);
                let visible = exists(Domain::Visible, 1, vec![same]);
                exists(Domain::Types(self.classes()), 1, vec![visible])
            }
            14 => {
                let of_other = field(Term::Bound(1), Field::Type);
                let same = Atom::Same(own_type(), of_other, true);
                let visible = exists(Domain::Visible, 1, vec![same]);
                for_all(Domain::Columns(held(relation)), vec![visible])
            }
            15 => {
                let min = 1 + self.below(2) as u32;
                let of_class = Atom::TypeIn(own_type(), self.classes(), wanted);
                exists(Domain::Columns(held(relation)), min, vec![of_class])
            }
            16 => {
                let to = field(held(FOREIGN_KEY), Field::To);
                let of_class = Atom::TypeIn(own_type(), self.classes(), true);
                exists(Domain::Columns(to), 1, vec![of_class])
            }
            17 => {
                let has = Atom::Has(Term::Bound(0), Property::HasValue);
                for_all(Domain::Updatable(held(relation)), vec![has])
            }
            18 => Atom::Same(held(RELATION), held(OTHER_RELATION), wanted),
            19 => {
                let result = field(Term::Bound(0), Field::Result);
                let same = Atom::Same(own_type(), field(Term::Bound(1), Field::Result), true);
                let visible = exists(Domain::Visible, 1, vec![same]);
                let result = Atom::Same(result, held(TYPE), true);
                exists(Domain::Functions, 1, vec![result, visible])
            }
            20 => exists(
                Domain::Enclosing,
                1,
                vec![Atom::TypeIn(own_type(), self.classes(), true)],
            ),
            _ => {
                let has = Atom::Has(Term::Bound(0), Property::HasValue);
                exists(Domain::Visible, 1, vec![has])
            }
        }
    }

    /// An atom that speaks of a candidate of a domain.
    fn candidate_atom(&mut self, domain: &Domain) -> Atom {
        let candidate = || Term::Bound(0);
        let own_type = || field(candidate(), Field::Type);
        let wanted = self.below(4) > 0;
        let visible = |ty| {
            let same = Atom::Same(own_type(), ty, true);
            exists(Domain::Visible, 1, vec![same])
        };
        match domain {
            Domain::Types(_) => match self.below(4) {
                0 => Atom::TypeIn(candidate(), self.classes(), wanted),
                1 => Atom::Same(candidate(), self.ty(), wanted),
                _ => visible(Term::Bound(1)),
            },
            Domain::Functions => match self.below(3) {
                0 => visible(field(Term::Bound(1), Field::Result)),
                _ => Atom::Same(field(candidate(), Field::Result), Term::Slot(TYPE), wanted),
            },
            Domain::ForeignKeysFrom(_) => {
                let to = field(candidate(), Field::To);
                let of_class = Atom::TypeIn(own_type(), self.classes(), true);
                exists(Domain::Columns(to), 1, vec![of_class])
            }
            Domain::UniqueKeys(_) => {
                let partial = field(candidate(), Field::Partial);
                Atom::Same(partial, Term::Bool(true), wanted)
            }
            _ => match self.below(6) {
                0 => Atom::TypeIn(own_type(), self.classes(), wanted),
                1 => Atom::Has(candidate(), Property::HasValue),
                2 => visible(field(Term::Bound(1), Field::Type)),
                3 => Atom::Same(own_type(), field(Term::Slot(COLUMN), Field::Type), wanted),
                _ => Atom::Same(own_type(), Term::Slot(TYPE), wanted),
            },
        }
    }

    /// A demand, shallower clauses first as the compiler gives them.
    fn demand(&mut self, domain: Option<&Domain>) -> Demand {
        let mut depth = 0;
        let clauses = (0..1 + self.below(4)).map(|_| {
            depth += self.below(2) as u32;
            let atoms = 0..self.below(3) + usize::from(domain.is_none());
            let atoms = atoms.map(|_| match domain {
                Some(domain) if self.truth() => self.candidate_atom(domain),
                _ => self.atom(),
            });
            Clause {
                atoms: atoms.collect(),
                depth,
            }
        });
        Demand {
            clauses: clauses.collect(),
        }
    }

    fn domain(&mut self) -> Domain {
        let held = Term::Slot(RELATION);
        match self.below(10) {
            0..=2 => Domain::Visible,
            3 => Domain::Enclosing,
            4 => Domain::Columns(held),
            5 => Domain::Insertable(held),
            6 => Domain::UniqueKeys(held),
            7 => Domain::ForeignKeysFrom(field(Term::Slot(FOREIGN_KEY), Field::To)),
            8 => Domain::Types(self.classes()),
            _ => Domain::Functions,
        }
    }

    /// A table of the model, an alias of one, or a subquery.
    fn relation(&mut self, plan: &Plan, unit: &mut Unit) -> Value {
        let table = Value::Relation(RelationId(self.below(plan.model().tables.len()) as u32));
        match self.below(4) {
            0 => table,
            1 | 2 => unit.alias(plan, table, None),
            _ => {
                let count = 1 + self.below(3);
                let height = unit.height();
                for _ in 0..count {
                    let name = unit.fresh(plan, "n");
                    unit.push(name);
                }
                let names = unit.pop_list(height);
                for _ in 0..count {
                    let ty = self.below(plan.model().types.len());
                    unit.push(Value::Type(TypeId(ty as u16)));
                }
                let types = unit.pop_list(height);
                let name = unit.fresh(plan, "w");
                unit.derived(plan, name, names, types)
            }
        }
    }

    fn state(&mut self, plan: &Plan) -> Unit {
        let mut unit = Unit::new(plan);
        unit.reach = 100;
        unit.set_lone_slot(SLOTS - 1, Value::Nothing);
        let mut relations = Vec::new();
        for _ in 0..4 {
            relations.push(self.relation(plan, &mut unit));
        }
        for _ in 0..self.below(4) {
            let _ = match self.below(5) {
                0 => unit.open_full(),
                1 => {
                    let relation = relations[self.below(relations.len())];
                    let height = unit.height();
                    if let Value::Relation(relation) = relation {
                        let view = View { plan, unit: &unit };
                        let column = view.column(relation, 0, false);
                        unit.push(column);
                    }
                    let list = unit.pop_list(height);
                    unit.open_narrow(list)
                }
                _ => {
                    let outer = unit.open_scope(self.truth());
                    for _ in 0..self.below(3) {
                        if let Value::Relation(relation) = relations[self.below(relations.len())] {
                            unit.scopes.bind(relation);
                        }
                    }
                    outer
                }
            };
        }
        unit.context = self.below(3) as u8;
        let model = plan.model();
        let column_of = relations[self.below(relations.len())];
        let column = match column_of {
            Value::Relation(relation) => {
                let view = View { plan, unit: &unit };
                let count = usize::from(view.column_count(relation));
                view.column(relation, self.below(count) as u16, true)
            }
            other => other,
        };
        unit.set_slot(
            TYPE,
            Value::Type(TypeId(self.below(model.types.len()) as u16)),
        );
        unit.set_slot(RELATION, relations[self.below(relations.len())]);
        unit.set_slot(OTHER_RELATION, relations[self.below(relations.len())]);
        unit.set_slot(COLUMN, column);
        let key = ForeignKeyId(self.below(model.foreign_keys.len()) as u32);
        unit.set_slot(FOREIGN_KEY, Value::ForeignKey(key));
        unit.set_slot(TRUTH, Value::Bool(self.truth()));
        unit.set_slot(NUMBER, Value::Int(self.below(4) as i64));
        unit
    }
}

/// The candidates of a site as its demand says.
fn candidates(view: View<'_>, site: &Site, demand: &Demand) -> Vec<Candidate> {
    let mut cursor = Cursor::start(&site.domain, view, None);
    let mut candidates = Vec::new();
    while let Some(value) = cursor.next(view) {
        if let Some(depth) = view.holds(demand, Some(&Bound::new(value))) {
            candidates.push(Candidate { value, depth });
        }
    }
    candidates
}

#[test]
fn what_is_decided_in_advance_is_what_demands_say() {
    let mut draw = Draw(Random::new([7; 32]));
    let mut model = default_model();
    for (at, table) in model.tables.iter_mut().enumerate() {
        table.rows = at as u64 % 3;
    }
    let model = Arc::new(model);
    let (mut decided, mut found) = (0, 0);
    for _ in 0..30 {
        let mut demands: Vec<Demand> = (0..8).map(|_| draw.demand(None)).collect();
        let choices: Vec<Vec<Alternative>> = (0..4)
            .map(|_| {
                let alternatives = (0..2 + draw.below(4)).map(|_| Alternative {
                    weight: 1 + draw.below(3) as u32,
                    demand: draw.below(demands.len()) as u32,
                    min_depth: 0,
                });
                alternatives.collect()
            })
            .collect();
        let sites: Vec<Site> = (0..8)
            .map(|_| {
                let domain = draw.domain();
                demands.push(draw.demand(Some(&domain)));
                let demand = demands.len() as u32 - 1;
                Site { domain, demand }
            })
            .collect();
        let plan = Plan::new(Setup {
            model: Arc::clone(&model),
            postgresql_major: 16,
            guards: Vec::new(),
            demands: demands.clone(),
            sites: sites.clone(),
            choices: choices.clone(),
            regexes: Vec::new(),
            run_tag: String::new(),
            budget: 100,
            data_seed: 0,
            key_offset: 0,
        });
        for _ in 0..40 {
            let unit = draw.state(&plan);
            let view = View {
                plan: &plan,
                unit: &unit,
            };
            let holds = |demand: u32| view.holds(&demands[demand as usize], None);
            for demand in 0..8 {
                let depth = holds(demand);
                assert_eq!(
                    plan.demand(demand).holds(view),
                    depth,
                    "{:?}",
                    demands[demand as usize]
                );
                for room in 0..3 {
                    let fits = depth.is_some_and(|depth| depth <= room);
                    assert_eq!(plan.demand(demand).holds_within(view, room), fits);
                }
            }
            for (at, alternatives) in (0..).zip(&choices) {
                let planned = plan.choice(at).expect("a choice");
                let fixed = planned.fixed(view, |slot| unit.slot(slot));
                let Some(fixed) = fixed.or_else(|| planned.decided(view)) else {
                    continue;
                };
                decided += 1;
                let mut total = 0;
                for (alternative, sum) in alternatives.iter().zip(&fixed.cumulative) {
                    let depth = holds(alternative.demand);
                    if let Some(depth) = depth {
                        total += u64::from(alternative.weight);
                        assert!(depth <= fixed.deepest);
                    }
                    assert_eq!(*sum, total);
                }
            }
            for (at, site) in (0..).zip(&sites) {
                let demand = &demands[site.demand as usize];
                let planned = plan.site(at).expect("a site");
                let expected = candidates(view, site, demand);
                found += expected.len();
                let mut collected = Vec::new();
                unit.collect(&plan, planned, None, &mut collected);
                assert_eq!(collected, expected, "{site:?} {demand:?}");
                for room in 0..2 {
                    unit.collect(&plan, planned, Some(room), &mut collected);
                    let values = collected.iter().map(|found| found.value);
                    let fitting = expected.iter().filter(|found| found.depth <= room);
                    let fitting: Vec<Value> = fitting.map(|found| found.value).collect();
                    assert_eq!(values.collect::<Vec<_>>(), fitting, "{site:?} {demand:?}");
                }
            }
        }
    }
    assert!(decided > 1_000 && found > 10_000, "{decided} {found}");
}
