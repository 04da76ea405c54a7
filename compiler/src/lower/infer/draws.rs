//! Draws, lists of draws and the arguments of builtins.

use super::super::formula::{and, atom, elements, exists, for_all, open};
use super::lists::{each_element, each_item};
use super::{Inference, OPEN_REPETITION, constant};
use crate::builtins::{Builtin, DrawDomain, Role};
use crate::hir::{self, ExprKind};
use crate::ir::{self, Argument, Expr, ExprId, Site};
use crate::source::Span;
use rqg_runtime::demand::{Atom, Demand, Domain, Field, Property, Term};
use rqg_runtime::types::Classes;

impl<'a> Inference<'a> {
    /// A builtin whose i-th argument's value has the slot that `slot_of` gives (if any).
    pub(super) fn with_arguments(
        &mut self,
        builtin: Builtin,
        arguments: &'a [hir::Expr],
        rest: Demand,
        slot_of: impl Fn(usize, &hir::Expr) -> Option<u16>,
    ) -> (Demand, ExprId) {
        let mut demand = rest;
        let mut lowered = Vec::with_capacity(arguments.len());
        for (i, argument) in arguments.iter().enumerate().rev() {
            if let ExprKind::Str(text) = &argument.kind {
                lowered.push(Argument::Literal(self.builder.literal(text)));
                continue;
            }
            let slot = slot_of(i, argument).unwrap_or_else(|| self.temporary());
            let (before, id) = self.bind(slot, argument, demand);
            demand = before;
            lowered.push(Argument::Value(id));
        }
        lowered.reverse();
        (demand, self.builder.expr(Expr::Builtin(builtin, lowered)))
    }

    /// The domain of a draw over its arguments, the filter that its type argument is, and the
    /// arguments that must be evaluated into slots first.
    pub(super) fn domain(
        &mut self,
        domain: DrawDomain,
        arguments: &'a [hir::Expr],
    ) -> (Domain, Demand, Vec<(u16, &'a hir::Expr)>) {
        let mut temporaries = Vec::new();
        let mut terms = Vec::new();
        let mut class = Classes::ANY;
        for argument in arguments {
            if let ExprKind::Class(classes) = &argument.kind {
                class = *classes;
                continue;
            }
            terms.push(self.term(argument).unwrap_or_else(|| {
                let slot = self.temporary();
                temporaries.push((slot, argument));
                Term::Slot(slot)
            }));
        }
        let mut terms = terms.into_iter();
        let mut next = || terms.next().unwrap_or(Term::Int(0));
        let field = |field| Term::Field(Box::new(Term::Bound(0)), field);
        let of_type = |ty| atom(Atom::Same(field(Field::Type), ty, true));
        let result = |ty| atom(Atom::Same(field(Field::Result), ty, true));
        let in_class = || atom(Atom::TypeIn(field(Field::Type), class, true));
        let any = Demand::always(0);
        let (domain, filter) = match domain {
            DrawDomain::Tables => (Domain::Tables, any),
            DrawDomain::Views => (Domain::Views, any),
            DrawDomain::Sources => (Domain::Sources, any),
            DrawDomain::ColumnsOf => (Domain::Columns(next()), any),
            DrawDomain::ColumnsOfWithType => (Domain::Columns(next()), of_type(next())),
            DrawDomain::ColumnsOfInClass => (Domain::Columns(next()), in_class()),
            DrawDomain::Visible => (Domain::Visible, any),
            DrawDomain::VisibleWithType => (Domain::Visible, of_type(next())),
            DrawDomain::VisibleInClass => (Domain::Visible, in_class()),
            DrawDomain::Insertable | DrawDomain::InsertableIncluding => {
                (Domain::Insertable(next()), any)
            }
            DrawDomain::Updatable => (Domain::Updatable(next()), any),
            DrawDomain::Types => (Domain::Types(Classes::LITERAL), any),
            DrawDomain::TypesInClass => (Domain::Types(class), any),
            DrawDomain::ForeignKeys => (Domain::ForeignKeys, any),
            DrawDomain::ForeignKeysFrom => (Domain::ForeignKeysFrom(next()), any),
            DrawDomain::ForeignKeysTo => (Domain::ForeignKeysTo(next()), any),
            DrawDomain::UniqueKeysOf => (Domain::UniqueKeys(next()), any),
            DrawDomain::FunctionsReturning => (Domain::Functions, result(next())),
            DrawDomain::AggregatesReturning => (Domain::Aggregates, result(next())),
            DrawDomain::Elements => (Domain::Elements(next()), any),
        };
        (domain, filter, temporaries)
    }

    /// Evaluates the temporaries of a draw before it.
    pub(super) fn wrap(
        &mut self,
        temporaries: Vec<(u16, &'a hir::Expr)>,
        demand: Demand,
        draw: ExprId,
    ) -> (Demand, ExprId) {
        let (mut demand, mut draw) = (demand, draw);
        for (slot, argument) in temporaries.into_iter().rev() {
            let (before, value) = self.bind(slot, argument, demand);
            demand = before;
            draw = self.builder.expr(Expr::Let(slot, value, draw));
        }
        (demand, draw)
    }

    /// Arguments of a value builtin: ranges, literals, distributions and values.
    pub(super) fn value_arguments(
        &mut self,
        arguments: &'a [hir::Expr],
        rest: Demand,
    ) -> (Demand, Vec<Argument>) {
        let mut demand = rest;
        let mut lowered = Vec::with_capacity(arguments.len());
        for argument in arguments.iter().rev() {
            let value = match &argument.kind {
                ExprKind::Str(text) => Argument::Literal(self.builder.literal(text)),
                ExprKind::Class(classes) => Argument::Class(*classes),
                ExprKind::Distribution(distribution) => Argument::Distribution(*distribution),
                ExprKind::Int(value) => Argument::Constant(*value),
                ExprKind::Range(low, high) => self.range(low.as_deref(), high.as_deref()),
                _ => {
                    let slot = self.temporary();
                    let (before, id) = self.bind(slot, argument, demand);
                    demand = before;
                    Argument::Value(id)
                }
            };
            lowered.push(value);
        }
        lowered.reverse();
        (demand, lowered)
    }

    pub(super) fn range(
        &mut self,
        low: Option<&'a hir::Expr>,
        high: Option<&'a hir::Expr>,
    ) -> Argument {
        let fractional = |bound: Option<&hir::Expr>| match bound.map(|bound| &bound.kind) {
            Some(ExprKind::Float(value)) => Some(*value),
            _ => None,
        };
        if fractional(low).is_some() || fractional(high).is_some() {
            let value = |bound: Option<&hir::Expr>| {
                fractional(bound)
                    .or(bound.and_then(constant).map(|whole| whole as f64))
                    .unwrap_or(0.0)
            };
            return Argument::FractionalRange(value(low), value(high));
        }
        let low = self.bound(low, 0);
        let high = self.bound(high, i64::MAX);
        Argument::Range(low, high)
    }

    /// An int expression, or the default where it is left out.
    pub(super) fn bound(&mut self, bound: Option<&'a hir::Expr>, default: i64) -> ExprId {
        match bound {
            Some(expr) => {
                let slot = self.temporary();
                self.bind(slot, expr, Demand::always(0)).1
            }
            None => self.builder.expr(Expr::Int(default)),
        }
    }

    pub(super) fn count(&mut self, count: &'a hir::Count, of_text: bool) -> ir::Count {
        let low = self.bound(Some(&count.low), 0);
        let high = match (&count.high, constant(&count.low)) {
            (Some(high), _) => Some(self.bound(Some(high), 0)),
            (None, Some(low)) if of_text => Some(
                self.builder
                    .expr(Expr::Int(low.saturating_add(OPEN_REPETITION))),
            ),
            (None, None) if of_text => {
                let more = self.builder.expr(Expr::Int(OPEN_REPETITION));
                let op = crate::syntax::ast::ArithmeticOp::Add;
                Some(self.builder.expr(Expr::Arithmetic(op, low, more)))
            }
            (None, _) => None,
        };
        ir::Count {
            low,
            high,
            distribution: count.distribution,
        }
    }

    pub(super) fn bind_draws(
        &mut self,
        slot: u16,
        distinct: bool,
        item: &'a hir::Expr,
        count: &'a hir::Count,
        rest: &Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        let low = constant(&count.low);
        let min = low.map_or(1, |low| u32::try_from(low).unwrap_or(0));
        // What later uses demand of each element (as `Bound(0)`), and what they demand besides.
        let wanted = each_element(rest, slot, min);
        self.note_lost(rest, &wanted.demand(|_| Demand::always(0)), span);
        let lowered = self.count(count, false);
        let draw = match &item.kind {
            ExprKind::Builtin(builtin, arguments) => match builtin.overload().role {
                Role::Draw(domain) => Some((domain, arguments)),
                _ => None,
            },
            _ => None,
        };
        let Some((kind, arguments)) = draw else {
            // Not a draw: the item is evaluated anew for each element.
            let element = self.temporary();
            let (inside, outside) = wanted.levels.into_iter().next().unwrap_or_default();
            let (demand, item) = self.bind(element, item, open(&inside, element));
            let demand = and(&demand, &outside);
            return (
                demand,
                self.builder.expr(Expr::Generate {
                    item,
                    count: lowered,
                }),
            );
        };
        let (domain, filter, mut temporaries) = self.domain(kind, arguments);
        let including = (kind == DrawDomain::InsertableIncluding).then(|| {
            let list = &arguments[1];
            self.term(list).unwrap_or_else(|| {
                let slot = self.temporary();
                temporaries.push((slot, list));
                Term::Slot(slot)
            })
        });
        let narrowed = and(&wanted.inside, &filter);
        let demand = wanted.demand(|inside| {
            let each = and(inside, &filter);
            let mut demand = Demand::always(0);
            if let Domain::Insertable(table) = &domain {
                demand = and(&demand, &for_all(&Domain::Required(table.clone()), &each));
            }
            if let Some(list) = &including {
                let insertable = atom(Atom::Has(Term::Bound(0), Property::IsInsertable));
                let (list, body) = elements(list, &and(&each, &insertable));
                demand = and(&demand, &for_all(&list, &body));
            }
            if min > 0 {
                let needed = if distinct { min } else { 1 };
                demand = and(&demand, &exists(&domain, needed, &each));
            }
            demand
        });
        let site = Site {
            domain,
            demand: self.builder.demand(&narrowed),
            span,
        };
        let site = self.builder.site(site);
        let including = match (&including, arguments.get(1)) {
            (Some(Term::Slot(slot)), _) if temporaries.iter().any(|(known, _)| known == slot) => {
                Some(self.builder.expr(Expr::Slot(*slot)))
            }
            (Some(_), Some(list)) => Some(self.pure(list, Demand::always(0)).1),
            _ => None,
        };
        let list = self.builder.expr(Expr::DrawList {
            site,
            count: lowered,
            distinct,
            including,
        });
        self.wrap(temporaries, demand, list)
    }

    pub(super) fn bind_list(
        &mut self,
        slot: u16,
        items: &'a [hir::Expr],
        rest: &Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        let slots: Vec<u16> = items.iter().map(|_| self.temporary()).collect();
        let demand = each_item(rest, slot, &slots);
        self.note_lost(rest, &demand, span);
        let (demand, ids) = self.bind_all(&slots, items, demand);
        (demand, self.builder.expr(Expr::List(ids)))
    }
}
