//! What is decided once per run: guards, demands and candidates as far as dialect, features and
//! schema model decide them.
//!
//! AFTER planning: a demand that the run decides is a constant. An atom that speaks of one slot only
//! is looked up for each value of the model, and what it asks of scope and context is a test of bits
//! that a unit answers at once. Where that decides a choice or a demand, a table over the slots has
//! the outcome, and a draw has its candidates listed by table, by type and by outcome. What is left
//! is evaluated; the answers are the same.

mod candidates;
mod choices;
mod closed;
mod decider;
mod demands;
mod guard;
mod kinds;
mod lists;
mod memo;
mod names;
mod places;
mod questions;
mod reading;
mod sites;
mod table;

pub use candidates::{Asking, By, Candidate, Candidates, Listed, Order, VisibleLists};
pub use choices::{Alternative, Fixed, PlannedChoice};
pub use demands::PlannedDemand;
pub use guard::dialect_holds;
pub(crate) use questions::{Answers, Seen};
pub use sites::PlannedSite;

use crate::demand::{Atom, Demand, Domain, Property, View};
use crate::functions::{FUNCTIONS, Function};
use crate::rows::Rows;
use crate::schema::model::{Model, Table, TableId};
use crate::types::TypeId;
use crate::unit::Unit;
use crate::unit::scope::TypeSet;
use crate::unit::value::{ColumnRef, FunctionId, Value};
use crate::values::Fitting;
use crate::values::Pattern;
use crate::values::has_literal;
use choices::Quick;
use lists::Lists;
use names::Names;
use places::Places;
use questions::Questions;
use std::sync::Arc;

/// Fewer new rows than this are no use to a run: no INSERT names such a table.
const LEAST_NEW_ROWS: u64 = 1 << 20;

/// A draw from a finite domain, as the compiler hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What is drawn from.
    pub domain: Domain,
    /// What each candidate has to satisfy: an index into [`Setup::demands`].
    pub demand: u32,
}

/// What a plan is made from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The schema model.
    pub model: Arc<Model>,
    /// The major version of PostgreSQL whose functions there are.
    pub postgresql_major: u32,
    /// Whether each guard of the program holds.
    pub guards: Vec<bool>,
    /// The program's demands.
    pub demands: Vec<Demand>,
    /// The program's draws.
    pub sites: Vec<Site>,
    /// The program's choices.
    pub choices: Vec<Vec<Alternative>>,
    /// The program's regular expressions.
    pub regexes: Vec<String>,
    /// Part of the names of objects that units create, so that runs don't disturb each other.
    pub run_tag: String,
    /// How deeply rule calls nest before only shallow alternatives remain.
    pub budget: u32,
    /// The key of the rows that the model's tables hold.
    pub data_seed: u64,
    /// Added to the index of a unit for the keys of its new rows.
    pub key_offset: u64,
}

/// Everything that is fixed for a run.
#[derive(Debug, Clone)]
pub struct Plan {
    model: Arc<Model>,
    places: Places,
    names: Names,
    lists: Lists,
    guards: Vec<bool>,
    demands: Vec<PlannedDemand>,
    sites: Vec<PlannedSite>,
    choices: Vec<PlannedChoice>,
    quick: Quick,
    fitting: Fitting,
    rows: Rows,
    patterns: Vec<Option<Pattern>>,
    has_literal: Vec<bool>,
    functions: Vec<bool>,
    bare_names: Vec<String>,
    /// By table and column: whether every INSERT has to name it.
    required: Vec<Vec<bool>>,
    /// By table: the types of its columns.
    types: Vec<TypeSet>,
    /// What the demands ask of scope and context.
    questions: Questions,
    taken_numbers: Vec<u32>,
    run_tag: String,
    budget: u32,
    key_offset: u64,
}

impl Plan {
    /// Decides what can be decided.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let model = setup.model;
        let types = 0..model.types.len().min(usize::from(u16::MAX));
        let places = Places::new(&model);
        let mut plan = Self {
            has_literal: types
                .map(|ty| has_literal(&model, TypeId(ty as u16)))
                .collect(),
            names: Names::new(&model),
            lists: Lists::new(&model, &places),
            places,
            fitting: Fitting::new(&model),
            rows: Rows::new(&model, setup.data_seed),
            patterns: setup
                .regexes
                .iter()
                .map(|pattern| Pattern::new(pattern).ok())
                .collect(),
            functions: FUNCTIONS
                .iter()
                .map(|function| function.since <= setup.postgresql_major)
                .collect(),
            bare_names: model
                .tables
                .iter()
                .map(|table| bare_name(&table.reference).to_owned())
                .collect(),
            types: model
                .tables
                .iter()
                .map(|table| types_of(&model, table))
                .collect(),
            taken_numbers: taken_numbers(&model),
            questions: Questions::new(&model),
            required: Vec::new(),
            guards: setup.guards,
            demands: Vec::new(),
            sites: Vec::new(),
            choices: Vec::new(),
            quick: Quick::default(),
            run_tag: setup.run_tag,
            budget: setup.budget,
            key_offset: setup.key_offset,
            model,
        };
        plan.required = plan.with_empty_unit(|view| required(view, &plan.model));
        let demands: Vec<Demand> = setup
            .demands
            .iter()
            .map(|demand| demands::simplify(&plan, demand))
            .collect();
        let mut memos = memo::Memos::new(&plan);
        let planned = demands
            .iter()
            .map(|demand| demands::plan(&plan, &mut memos, demand))
            .collect();
        let never = Demand::default();
        let sites = setup
            .sites
            .iter()
            .map(|site| {
                let demand = demands.get(site.demand as usize).unwrap_or(&never);
                sites::plan(&plan, &mut memos, &site.domain, demand)
            })
            .collect();
        plan.questions = memos.into_questions();
        plan.demands = planned;
        plan.sites = sites;
        let choices = setup
            .choices
            .iter()
            .map(|choice| choices::plan(&plan, choice));
        plan.choices = choices.collect();
        plan.quick = Quick::new(&plan.choices);
        plan
    }

    /// The schema model.
    #[must_use]
    #[inline]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How deeply rule calls nest before only shallow alternatives remain.
    #[must_use]
    #[inline]
    pub fn budget(&self) -> u32 {
        self.budget
    }

    /// What is added to the index of a unit for the keys of its new rows.
    #[must_use]
    pub fn key_offset(&self) -> u64 {
        self.key_offset
    }

    /// The run's part of the names of created objects.
    #[must_use]
    pub fn run_tag(&self) -> &str {
        &self.run_tag
    }

    /// Whether a guard holds.
    #[must_use]
    pub fn guard(&self, guard: u32) -> bool {
        self.guards.get(guard as usize).copied().unwrap_or(false)
    }

    /// A demand by its index in [`Setup::demands`]; one that never holds for an unknown index.
    #[must_use]
    #[inline]
    pub fn demand(&self, demand: u32) -> &PlannedDemand {
        self.demands
            .get(demand as usize)
            .unwrap_or(&PlannedDemand::NEVER)
    }

    /// The depth of a demand where no unit has begun; none if it does not hold there.
    #[must_use]
    pub fn start_depth(&self, demand: u32) -> Option<u32> {
        self.with_empty_unit(|view| self.demand(demand).holds(view))
    }

    /// Whether units can start from a rule with a demand: it holds, or that of an alternative does
    /// where the rule is a choice. A rule's own demand may be narrower than those of its
    /// alternatives, since the number of its clauses is limited.
    #[must_use]
    pub fn can_start(&self, demand: u32, choice: Option<u32>) -> bool {
        let alternatives = choice.and_then(|choice| self.choice(choice));
        let mut demands = alternatives
            .into_iter()
            .flat_map(|choice| &choice.alternatives)
            .map(|alternative| alternative.demand);
        self.start_depth(demand).is_some()
            || demands.any(|demand| self.start_depth(demand).is_some())
    }

    /// Whether an atom holds where no unit has begun.
    #[must_use]
    pub fn holds_at_start(&self, atom: &Atom) -> bool {
        self.with_empty_unit(|view| view.atom(atom, None))
    }

    /// A draw by its index in [`Setup::sites`].
    #[must_use]
    #[inline]
    pub fn site(&self, site: u32) -> Option<&PlannedSite> {
        self.sites.get(site as usize)
    }

    /// Whether the run decides that a draw has no candidates.
    #[must_use]
    pub fn finds_nothing(&self, site: u32) -> bool {
        self.site(site).is_some_and(
            |site| matches!(&site.candidates, Candidates::Fixed { list, .. } if list.candidates.is_empty()),
        )
    }

    /// A choice by its index in [`Setup::choices`].
    #[must_use]
    #[inline]
    pub fn choice(&self, choice: u32) -> Option<&PlannedChoice> {
        self.choices.get(choice as usize)
    }

    /// The choices whose weights the run decides.
    #[inline(always)]
    pub(crate) fn quick(&self) -> &Quick {
        &self.quick
    }

    /// A function of the catalog.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> Option<&'static Function> {
        FUNCTIONS.get(usize::from(id.0))
    }

    /// Whether the server has a function.
    #[must_use]
    pub fn has_function(&self, id: FunctionId) -> bool {
        self.functions
            .get(usize::from(id.0))
            .copied()
            .unwrap_or(false)
    }

    /// The name of a table without its schema, quoted where needed.
    #[must_use]
    pub fn bare_name(&self, table: TableId) -> &str {
        self.bare_names
            .get(table.0 as usize)
            .map_or("", String::as_str)
    }

    /// Whether every INSERT has to name a column of a table.
    #[inline]
    pub(crate) fn is_required(&self, table: TableId, column: u16) -> bool {
        let of_table = self.required.get(table.0 as usize);
        of_table.is_some_and(|columns| columns.get(usize::from(column)) == Some(&true))
    }

    /// The places of the columns of the model's tables.
    #[inline]
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// How tables and columns are referred to.
    #[inline]
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// How a table is referred to.
    pub(crate) fn table_reference(&self, table: TableId) -> &str {
        let table = self.model.tables.get(table.0 as usize);
        table.map_or("", |table| &table.reference)
    }

    /// How a column of a table is referred to.
    pub(crate) fn column_reference(&self, column: ColumnRef) -> &str {
        let table = self.places.table(column);
        let table = table.and_then(|table| self.model.tables.get(table.0 as usize));
        let column = table.and_then(|table| table.columns.get(usize::from(column.position)));
        column.map_or("", |column| &column.reference)
    }

    /// The lists that the model decides.
    #[inline]
    pub(crate) fn lists(&self) -> &Lists {
        &self.lists
    }

    /// What the demands ask of scope and context.
    #[inline]
    pub(crate) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// The types of a table's columns.
    #[must_use]
    pub(crate) fn types_of(&self, table: TableId) -> Option<&TypeSet> {
        self.types.get(table.0 as usize)
    }

    /// Whether a name that ends in this number may be that of a table of the model.
    #[must_use]
    pub fn is_taken(&self, number: u32) -> bool {
        self.taken_numbers.binary_search(&number).is_ok()
    }

    /// The rows that tables hold, and new ones.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// How values are made for every column of the model.
    #[must_use]
    pub fn fitting(&self) -> &Fitting {
        &self.fitting
    }

    /// A regular expression by its index in [`Setup::regexes`]; none if it cannot be used, which the
    /// compiler reports.
    #[must_use]
    pub fn pattern(&self, pattern: u32) -> Option<&Pattern> {
        self.patterns.get(pattern as usize)?.as_ref()
    }

    /// Whether a value has a property.
    #[must_use]
    pub fn has(&self, view: View<'_>, value: Value, property: Property) -> bool {
        match (value, property) {
            (Value::Column(column), Property::HasValue) => self.column_has_value(view, column),
            (Value::Column(column), Property::IsInsertable) => view.is_insertable(column),
            (Value::Type(ty), Property::HasLiteral) => self.type_has_literal(ty),
            (Value::Column(column), Property::HasLiteral) => view
                .column_type(column)
                .is_some_and(|ty| self.type_has_literal(ty)),
            (Value::Column(column), Property::HasRows) => {
                view.model_column(column).is_some_and(|(table, _)| {
                    self.rows.stable(table) > 0 && self.rows.holds(table, column.position)
                })
            }
            (Value::Column(column), Property::HasNewKey) => self.column_has_new_value(view, column),
            (Value::Column(column), Property::HasVictims) => {
                self.has(view, Value::Relation(column.relation), property)
            }
            (Value::Relation(relation), Property::HasRows) => view.has_rows(relation),
            (Value::Relation(relation), Property::HasNewKey) => view
                .model_table(relation)
                .is_some_and(|table| self.takes_new_rows(table)),
            (Value::Relation(relation), Property::HasVictims) => view
                .model_table(relation)
                .is_some_and(|table| !self.rows.victims(table).is_empty()),
            _ => false,
        }
    }

    /// Whether the generator can print a literal of a type.
    #[must_use]
    pub fn type_has_literal(&self, ty: TypeId) -> bool {
        self.has_literal
            .get(usize::from(ty.0))
            .copied()
            .unwrap_or(false)
    }

    /// Whether a table has room for the new rows of a run.
    #[must_use]
    pub fn takes_new_rows(&self, table: TableId) -> bool {
        self.rows.new_rows(table) >= LEAST_NEW_ROWS
    }

    /// Whether a column has a value in new rows.
    fn column_has_new_value(&self, view: View<'_>, column: ColumnRef) -> bool {
        match view.model_column(column) {
            // Where no row can be new in its keys, the table has no new rows at all.
            Some((table, _)) if self.rows.is_new_value(table, column.position) => true,
            _ => self.column_has_value(view, column),
        }
    }

    fn column_has_value(&self, view: View<'_>, column: ColumnRef) -> bool {
        match view.model_column(column) {
            Some((table, _)) => self.fitting.has_value(table, column.position),
            None => view
                .column_type(column)
                .is_some_and(|ty| self.type_has_literal(ty)),
        }
    }

    /// A view of this plan and an empty unit, for what no unit decides.
    fn with_empty_unit<T>(&self, see: impl FnOnce(View<'_>) -> T) -> T {
        let unit = Unit::new(self);
        see(View {
            plan: self,
            unit: &unit,
        })
    }
}

/// Of each table's columns whether every INSERT has to name it.
fn required(view: View<'_>, model: &Model) -> Vec<Vec<bool>> {
    let of_table = |id: u32| {
        let columns = view.plan.places().columns(TableId(id));
        columns.map(|column| view.is_required(column)).collect()
    };
    (0..model.tables.len() as u32).map(of_table).collect()
}

/// The types of a table's columns.
fn types_of(model: &Model, table: &Table) -> TypeSet {
    let mut types = TypeSet::default();
    for column in &table.columns {
        if let Some(info) = model.types.get(usize::from(column.ty.0)) {
            types.add(info.classes, info.base);
        }
    }
    types
}

/// A reference without its schema.
fn bare_name(reference: &str) -> &str {
    let mut quoted = false;
    let dot = reference.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'.' && !quoted
    });
    dot.and_then(|dot| reference.get(dot + 1..))
        .unwrap_or(reference)
}

/// The numbers that names of tables end in, ascending: fresh names avoid them.
fn taken_numbers(model: &Model) -> Vec<u32> {
    let mut numbers: Vec<u32> = model
        .tables
        .iter()
        .filter_map(|table| {
            let head = table.name.trim_end_matches(|c: char| c.is_ascii_digit());
            table.name.get(head.len()..)?.parse().ok()
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
