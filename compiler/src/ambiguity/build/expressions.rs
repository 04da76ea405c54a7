//! What is known of the values of expressions.

use super::{Builder, Frame};
use crate::ambiguity::Point;
use crate::ambiguity::items::{Draw, Id, Part, TOLD_APART};
use crate::ambiguity::known::{Known, Naming};
use crate::ir::{Count, Expr, ExprId, SiteId};
use crate::source::Span;
use rqg_runtime::demand::{Domain, Term};

impl Builder<'_> {
    pub(super) fn exprs(&mut self, frame: &mut Frame, exprs: &[ExprId]) -> Vec<Known> {
        exprs.iter().map(|&expr| self.expr(frame, expr)).collect()
    }

    pub(super) fn expr(&mut self, frame: &mut Frame, id: ExprId) -> Known {
        let program = self.program;
        let Some(expr) = program.exprs.get(id.index()) else {
            return Known::Unknown;
        };
        match expr {
            Expr::Slot(slot) => frame.slot(*slot),
            Expr::Int(number) => Known::constant(*number),
            Expr::Bool(_) => Known::Nothing,
            Expr::Str(literal) => Known::Literal(self.literal_text(*literal)),
            Expr::Type(_) => Known::Type(None),
            Expr::Let(slot, value, then) => {
                let value = self.expr(frame, *value);
                frame.set(*slot, value);
                self.expr(frame, *then)
            }
            Expr::Field(of, field) => {
                let of = self.expr(frame, *of);
                of.field(*field, &mut self.items)
            }
            Expr::Draw(site) => {
                let drawn = self.items.id();
                let (known, needs) = self.domain(frame, *site, drawn);
                self.drawn(Draw {
                    point: Some(Point::Expr(id)),
                    text: None,
                    needs,
                });
                known
            }
            Expr::DrawList {
                site,
                count,
                distinct,
                including,
            } => {
                let least = self.bounds(frame, count);
                if let Some(including) = including {
                    self.expr(frame, *including);
                }
                let list = self.items.id();
                let element = self.items.part(list, Part::Element);
                let (known, needs) = self.domain(frame, *site, element);
                let needs = if needs == [element] {
                    vec![list]
                } else {
                    Vec::new()
                };
                self.list(id, list, needs);
                Known::List {
                    id: Some(list),
                    element: Box::new(known),
                    distinct: *distinct,
                    least,
                }
            }
            Expr::Generate { item, count } => {
                let least = self.bounds(frame, count);
                self.fresh = None;
                let element = self.expr(frame, *item);
                self.fresh = None;
                let list = self.items.id();
                self.list(id, list, Vec::new());
                Known::List {
                    id: Some(list),
                    element: Box::new(element),
                    distinct: false,
                    least,
                }
            }
            Expr::Builtin(builtin, arguments) => self.builtin(frame, id, *builtin, arguments),
            Expr::Call(rule, arguments) => {
                let arguments = self.exprs(frame, arguments);
                if program
                    .rules
                    .get(rule.index())
                    .is_some_and(|rule| rule.returns)
                {
                    return self.results(*rule, arguments);
                }
                let item = self.call(*rule, arguments, Span::default());
                self.text(item)
            }
            Expr::Extern(_, values) => {
                self.exprs(frame, values);
                Known::Unknown
            }
            Expr::List(values) => {
                let values = self.exprs(frame, values);
                let count = values.len();
                let distinct = values.iter().all(Known::is_fresh);
                let told = values.iter().all(Known::is_told_apart);
                let joined = values.into_iter().reduce(|a, b| a.join(b, &mut self.items));
                let element = joined.unwrap_or(Known::Nothing);
                Known::List {
                    id: None,
                    element: Box::new(if told {
                        element
                    } else {
                        element.not_told_apart()
                    }),
                    distinct,
                    least: count.min(TOLD_APART as usize) as u32,
                }
            }
            Expr::Text(body) => {
                let placed = self.placed.clone();
                let item = self.node(&mut frame.clone(), *body);
                self.placed = placed;
                self.text(item)
            }
            Expr::Arithmetic(_, left, right) => {
                self.exprs(frame, &[*left, *right]);
                Known::Int {
                    constant: None,
                    negative: true,
                    id: None,
                }
            }
        }
    }

    /// How many elements a count gives at least, up to [`TOLD_APART`].
    pub(super) fn bounds(&mut self, frame: &mut Frame, count: &Count) -> u32 {
        if let Some(high) = count.high {
            self.expr(frame, high);
        }
        self.constant(frame, count.low)
            .map_or(0, |low| low.clamp(0, TOLD_APART.into()) as u32)
    }

    /// A list that is drawn: its elements and its length.
    pub(super) fn list(&mut self, expr: ExprId, id: Id, needs: Vec<Id>) {
        self.drawn(Draw {
            point: Some(Point::Expr(expr)),
            text: None,
            needs,
        });
        let length = self.items.length(id);
        self.drawn(Draw {
            point: Some(Point::Length(expr)),
            text: None,
            needs: vec![length],
        });
    }

    /// An element of what a site draws from, and what has to show for it to be known.
    pub(super) fn domain(&mut self, frame: &mut Frame, site: SiteId, id: Id) -> (Known, Vec<Id>) {
        let program = self.program;
        let Some(site) = program.sites.get(site.index()) else {
            return (Known::Unknown, Vec::new());
        };
        match &site.domain {
            Domain::Tables | Domain::Views | Domain::Sources => (
                Known::Relation {
                    id: Some(id),
                    naming: Naming::Base,
                    distinct: true,
                },
                vec![id],
            ),
            Domain::Columns(of)
            | Domain::Insertable(of)
            | Domain::Required(of)
            | Domain::Updatable(of) => {
                let of = self.term(frame, of);
                let distinct = of.has_distinct_columns();
                let known = of.column(Some(id));
                (known, if distinct { vec![id] } else { Vec::new() })
            }
            Domain::Visible | Domain::Enclosing => (
                Known::Column {
                    id: Some(id),
                    naming: Naming::Unknown,
                    bare: false,
                },
                if self.bare_scope {
                    Vec::new()
                } else {
                    vec![id]
                },
            ),
            Domain::Types(_) => (Known::Type(Some(id)), vec![id]),
            Domain::ForeignKeys | Domain::ForeignKeysFrom(_) | Domain::ForeignKeysTo(_) => {
                let parts: &[Part] = match &site.domain {
                    Domain::ForeignKeysFrom(_) if self.keys.foreign_by_columns => &[Part::Columns],
                    _ if self.keys.foreign_by_columns => &[Part::From, Part::Columns],
                    Domain::ForeignKeysFrom(_) => &[Part::To, Part::Columns, Part::Targets],
                    Domain::ForeignKeysTo(_) => &[Part::From, Part::Columns, Part::Targets],
                    _ => &[Part::From, Part::To, Part::Columns, Part::Targets],
                };
                let needs = parts.iter().map(|&part| self.items.part(id, part));
                (Known::ForeignKey(Some(id)), needs.collect())
            }
            Domain::UniqueKeys(_) => {
                let columns = self.items.part(id, Part::Columns);
                let told = self.keys.unique_by_columns;
                let needs = if told { vec![columns] } else { Vec::new() };
                (Known::UniqueKey(Some(id)), needs)
            }
            // Functions of one name take different arguments.
            Domain::Functions | Domain::Aggregates => (Known::Function, Vec::new()),
            Domain::Elements(of) => match self.term(frame, of) {
                Known::List {
                    element, distinct, ..
                } => (
                    element.with_id(id),
                    if distinct { vec![id] } else { Vec::new() },
                ),
                _ => (Known::Unknown, Vec::new()),
            },
        }
    }

    pub(super) fn term(&mut self, frame: &Frame, term: &Term) -> Known {
        match term {
            Term::Slot(slot) => frame.slot(*slot),
            Term::Field(of, field) => {
                let of = self.term(frame, of);
                of.field(*field, &mut self.items)
            }
            Term::Of(relation, column) => {
                let relation = self.term(frame, relation);
                let column = self.term(frame, column);
                relation.column(column.id())
            }
            _ => Known::Unknown,
        }
    }
}
