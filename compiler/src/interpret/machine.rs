//! The walk over a program: which runtime function is called in which order. What a call means is
//! decided in the runtime, which generated code shares.

use super::observe::Observer;
use crate::hir::EffectKind;
use crate::ir::{Count, Expr, ExprId, LiteralId, Node, NodeId, Program, RuleId};
use crate::syntax::ast::ArithmeticOp;
use rqg_runtime::choices::Choices;
use rqg_runtime::plan::Plan;
use rqg_runtime::unit::value::Value;
use rqg_runtime::unit::{self, To, Unit};

/// One derivation under way.
pub(super) struct Machine<'a, C, O> {
    pub program: &'a Program,
    pub plan: &'a Plan,
    pub unit: &'a mut Unit,
    pub choices: &'a mut C,
    pub observer: &'a mut O,
}

impl<C: Choices, O: Observer> Machine<'_, C, O> {
    /// Derives a node.
    pub fn node(&mut self, id: NodeId) {
        let program = self.program;
        let Some(node) = program.nodes.get(id.index()) else {
            return;
        };
        match node {
            Node::Empty => {}
            Node::Literal(literal) => self.literal(*literal),
            Node::Sequence(nodes) => nodes.iter().for_each(|&node| self.node(node)),
            Node::Choice(choice) => {
                let chosen = self.unit.choose(self.plan, choice.0, self.choices);
                self.observer.alternative(*choice, chosen);
                let alternatives = program.choices.get(choice.index());
                if let Some(chosen) = alternatives.and_then(|all| all.alternatives.get(chosen)) {
                    self.node(chosen.body);
                }
            }
            Node::Optional {
                chance,
                demand,
                body,
            } => {
                if self.unit.option(self.plan, demand.0, *chance, self.choices) {
                    self.node(*body);
                }
            }
            Node::Repeat {
                count,
                separator,
                demand,
                body,
            } => {
                let count = self.count(count);
                let rounds = self
                    .unit
                    .repetitions(self.plan, demand.0, count, self.choices);
                for round in 0..rounds {
                    if self.unit.is_exhausted() {
                        break;
                    }
                    self.unit.spend();
                    if let (Some(separator), true) = (separator, round > 0) {
                        self.literal(*separator);
                    }
                    self.node(*body);
                }
            }
            Node::For {
                slots,
                lists,
                separator,
                body,
            } => self.walk_lists(slots, lists, *separator, *body),
            Node::Call(rule, arguments) => {
                let height = self.unit.text().len();
                self.call(*rule, arguments, height);
            }
            Node::Place(expr) => {
                let value = match program.exprs.get(expr.index()) {
                    Some(Expr::Slot(slot)) => self.unit.slot(*slot),
                    Some(Expr::Builtin(builtin, arguments)) if !O::WANTS_TEXT => {
                        self.builtin(*builtin, arguments, To::Place)
                    }
                    _ => self.expr(*expr),
                };
                self.unit.place(self.plan, value);
            }
            Node::Let(slots, expr) => {
                let value = self.expr(*expr);
                match slots.as_slice() {
                    &[slot] => self.unit.set_slot(slot, value),
                    slots => {
                        for (at, &slot) in slots.iter().enumerate() {
                            let element = self.unit.element(value, at);
                            self.unit.set_slot(slot, element);
                        }
                    }
                }
            }
            Node::Glue => self.unit.glue(),
            Node::Scope { correlated, body } => {
                let outer = self.unit.open_scope(*correlated);
                self.node(*body);
                self.unit.close_scope(outer);
            }
            Node::Bind(relations) => {
                for &relation in relations {
                    let relation = self.expr(relation);
                    self.unit.bind(relation);
                }
            }
            Node::Narrow(columns, body) => {
                let columns = self.expr(*columns);
                let outer = self.unit.open_narrow(columns);
                self.node(*body);
                self.unit.close_scope(outer);
            }
            Node::Full(body) => {
                let outer = self.unit.open_full();
                self.node(*body);
                self.unit.close_scope(outer);
            }
            Node::Context(context, body) => {
                let outer = self.unit.set_context(*context);
                self.node(*body);
                self.unit.restore_context(outer);
            }
            Node::StatementBreak => self.unit.end_statement(),
            Node::Effect(effect, relation) => {
                let relation = self.expr(*relation);
                match effect {
                    EffectKind::Create => self.unit.create(relation),
                    EffectKind::Drop => self.unit.drop_table(relation),
                }
            }
            Node::Return(results) => {
                let results = match results.as_slice() {
                    &[result] => self.expr(result),
                    results => self.list(results),
                };
                self.unit.set_results(results);
            }
        }
    }

    fn literal(&mut self, literal: LiteralId) {
        if let Some(text) = self.program.literals.get(literal.index()) {
            self.unit.token(text.as_bytes());
        }
    }

    fn walk_lists(
        &mut self,
        slots: &[u16],
        lists: &[ExprId],
        separator: Option<LiteralId>,
        body: NodeId,
    ) {
        // The lists wait on the stack: a single one, the usual case, needs no room there.
        let height = self.unit.height();
        let mut rounds = usize::MAX;
        for &list in lists {
            let list = self.expr(list);
            rounds = rounds.min(self.unit.list(list).len());
            self.unit.push(list);
        }
        let rounds = if lists.is_empty() { 0 } else { rounds };
        for round in 0..rounds {
            if self.unit.is_exhausted() {
                break;
            }
            self.unit.spend();
            if let (Some(separator), true) = (separator, round > 0) {
                self.literal(separator);
            }
            for (at, &slot) in slots.iter().enumerate() {
                let element = self.unit.element(self.unit.pushed(height + at), round);
                self.unit.set_slot(slot, element);
            }
            self.node(body);
        }
        self.unit.pop_to(height);
    }

    /// Enters a rule, derives it and leaves it.
    fn call(&mut self, id: RuleId, arguments: &[ExprId], height: usize) {
        let Some(rule) = self.program.rules.get(id.index()) else {
            return;
        };
        if !self.unit.can_call() {
            return;
        }
        for &argument in arguments {
            let argument = self.expr(argument);
            self.unit.push(argument);
        }
        let caller = self.unit.enter(arguments.len(), rule.slots);
        self.observer.enter(id);
        self.node(rule.body);
        let text = self.unit.text().get(height..).unwrap_or_default();
        self.observer.leave(id, text);
        self.unit.leave(caller);
    }

    /// Derives the start rule.
    pub fn start(&mut self, id: RuleId) {
        let Some(rule) = self.program.rules.get(id.index()) else {
            return;
        };
        self.unit.start();
        let caller = self.unit.enter(0, rule.slots);
        self.observer.enter(id);
        self.node(rule.body);
        self.observer.leave(id, self.unit.text());
        self.unit.leave(caller);
    }

    /// Evaluates an expression.
    pub fn expr(&mut self, id: ExprId) -> Value {
        let program = self.program;
        let Some(expr) = program.exprs.get(id.index()) else {
            return Value::Nothing;
        };
        match expr {
            Expr::Slot(slot) => self.unit.slot(*slot),
            Expr::Int(number) => Value::Int(*number),
            Expr::Bool(truth) => Value::Bool(*truth),
            Expr::Str(literal) => match program.literals.get(literal.index()) {
                Some(text) => self.unit.literal(text.as_bytes()),
                None => Value::Nothing,
            },
            Expr::Type(ty) => Value::Type(*ty),
            Expr::Let(slot, value, then) => {
                let value = self.expr(*value);
                self.unit.set_slot(*slot, value);
                self.expr(*then)
            }
            Expr::Field(of, field) => {
                let value = self.expr(*of);
                self.unit.field(self.plan, value, *field)
            }
            Expr::Draw(site) => {
                let value = self.unit.draw(self.plan, site.0, self.choices);
                self.watch("draw", value);
                value
            }
            Expr::DrawList {
                site,
                count,
                distinct,
                including,
            } => {
                let including = including.map_or(Value::Nothing, |including| self.expr(including));
                let count = self.count(count);
                let value = self.unit.draw_list(
                    self.plan,
                    site.0,
                    count,
                    *distinct,
                    including,
                    self.choices,
                );
                self.watch("draws", value);
                value
            }
            Expr::Generate { item, count } => {
                let count = self.count(count);
                let rounds = self.unit.generated(self.plan, count, self.choices);
                let height = self.unit.height();
                for _ in 0..rounds {
                    if self.unit.is_exhausted() {
                        break;
                    }
                    self.unit.spend();
                    let item = self.expr(*item);
                    self.unit.push(item);
                }
                self.unit.pop_list(height)
            }
            Expr::Builtin(builtin, arguments) => {
                let value = self.builtin(*builtin, arguments, To::Value);
                self.watch(builtin.name(), value);
                value
            }
            Expr::Call(rule, arguments) => self.call_for_results(*rule, arguments),
            // Refused before the first unit.
            Expr::Extern(..) => Value::Nothing,
            Expr::List(elements) => self.list(elements),
            Expr::Text(body) => {
                let aside = self.unit.begin_text();
                self.node(*body);
                self.unit.end_text(aside)
            }
            Expr::Arithmetic(op, left, right) => {
                let (left, right) = (self.int(*left), self.int(*right));
                Value::Int(match op {
                    ArithmeticOp::Add => left.saturating_add(right),
                    ArithmeticOp::Subtract => left.saturating_sub(right),
                    ArithmeticOp::Multiply => left.saturating_mul(right),
                })
            }
        }
    }

    fn list(&mut self, elements: &[ExprId]) -> Value {
        let height = self.unit.height();
        for &element in elements {
            let element = self.expr(element);
            self.unit.push(element);
        }
        self.unit.pop_list(height)
    }

    fn call_for_results(&mut self, id: RuleId, arguments: &[ExprId]) -> Value {
        let returns = self
            .program
            .rules
            .get(id.index())
            .is_some_and(|rule| rule.returns);
        let aside = self.unit.begin_text();
        let height = self.unit.text().len();
        self.call(id, arguments, height);
        if returns {
            self.unit.drop_text(aside);
            self.unit.take_results()
        } else {
            self.unit.end_text(aside)
        }
    }

    /// The number of an expression; 0 for anything else.
    pub fn int(&mut self, id: ExprId) -> i64 {
        match self.expr(id) {
            Value::Int(number) => number,
            _ => 0,
        }
    }

    fn count(&mut self, count: &Count) -> unit::Count {
        let low = self.int(count.low);
        let high = count.high.map(|high| self.int(high));
        unit::Count {
            low,
            high,
            distribution: count.distribution.unwrap_or_default(),
        }
    }

    fn watch(&mut self, what: &str, value: Value) {
        if O::WANTS_TEXT {
            let text = self.unit.spelled(self.plan, value);
            self.observer.drawn(what, &text);
        }
    }
}
