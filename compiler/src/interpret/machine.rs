//! The walk over a program: which runtime function is called in which order. What a call means is
//! decided in the runtime, which generated code shares.

use super::code::{Bounds, Code, Op, Operand, Operands, Position, Walk};
use super::observe::Observer;
use crate::hir::EffectKind;
use crate::ir::{ChoiceId, ExprId, Program, RuleId};
use crate::syntax::ast::ArithmeticOp;
use rqg_runtime::choices::{Choices, Sight};
use rqg_runtime::plan::Plan;
use rqg_runtime::unit::value::Value;
use rqg_runtime::unit::{self, To, Unit};

/// One derivation under way.
pub(super) struct Machine<'a, C, O> {
    pub program: &'a Program,
    pub code: &'a Code,
    pub plan: &'a Plan,
    pub unit: &'a mut Unit,
    pub choices: &'a mut C,
    pub observer: &'a mut O,
    /// What was visible before, of everything that is hidden at present.
    pub hidden: Vec<Sight>,
    /// The rules that were entered in place, and where their text starts.
    pub entered: Vec<(RuleId, usize)>,
}

impl<'a, C: Choices, O: Observer> Machine<'a, C, O> {
    /// Runs a body.
    fn run(&mut self, body: Position) {
        let code = self.code;
        let mut at = body as usize;
        while let Some(op) = code.ops.get(at) {
            at += 1;
            match op {
                Op::End => return,
                Op::Jump(target) => at = *target as usize,
                Op::Token(token) => self.unit.known(&code.tokens, *token),
                Op::Choice(choice, first) => {
                    let chosen = self.unit.choose(self.plan, choice.0, self.choices);
                    if O::WATCHES {
                        self.report(*choice, chosen);
                    }
                    if let Some(&target) = code.targets.get(*first as usize + chosen) {
                        at = target as usize;
                    }
                }
                Op::Optional {
                    chance,
                    demand,
                    otherwise,
                } => {
                    if !self.unit.option(self.plan, *demand, *chance, self.choices) {
                        at = *otherwise as usize;
                    }
                }
                Op::Repeat(repeat) => at = self.repeat(*repeat, at as Position),
                Op::For(walk) => {
                    if let Some(walk) = code.walks.get(*walk as usize) {
                        self.walk_lists(walk, at as Position);
                        at = walk.then as usize;
                    }
                }
                Op::Call(rule, arguments) => {
                    let height = self.unit.text().len();
                    self.call(*rule, *arguments, height);
                }
                Op::PlaceSlot(slot) => {
                    let value = self.unit.slot(*slot);
                    self.unit.place(self.plan, value);
                }
                Op::PlaceBuiltin(builtin, arguments, whole) => {
                    let value = match code.arguments.get(*arguments as usize) {
                        Some(arguments) if !O::WANTS_TEXT => {
                            self.builtin(*builtin, arguments, To::Place)
                        }
                        _ => self.expr(*whole),
                    };
                    self.unit.place(self.plan, value);
                }
                Op::Place(expr) => {
                    let value = self.expr(*expr);
                    self.unit.place(self.plan, value);
                }
                Op::Let(slot, expr) => {
                    let value = self.expr(*expr);
                    self.unit.set_slot(*slot, value);
                }
                Op::Glue => self.unit.glue(),
                rare => at = self.rare(rare, at as Position),
            }
        }
    }

    /// Runs an operation that is needed once or twice a statement, and gives where it goes on.
    #[inline(never)]
    fn rare(&mut self, op: &Op, next: Position) -> usize {
        let mut then = next;
        match *op {
            Op::LetTuple(slots, expr) => {
                let value = self.expr(expr);
                let code = self.code;
                let slots = code
                    .slots
                    .get(slots as usize)
                    .map_or(&[][..], |slots| slots);
                for (at, &slot) in slots.iter().enumerate() {
                    let element = self.unit.element(value, at);
                    self.unit.set_slot(slot, element);
                }
            }
            Op::Scope(correlated, end) => {
                let outer = self.unit.open_scope(correlated);
                self.run(next);
                self.unit.close_scope(outer);
                then = end;
            }
            Op::Bind(relations) => {
                for &relation in self.operands(relations) {
                    let relation = self.eval(relation);
                    self.unit.bind(relation);
                }
            }
            Op::Narrow(columns, end) => {
                let columns = self.expr(columns);
                let outer = self.unit.open_narrow(columns);
                self.run(next);
                self.unit.close_scope(outer);
                then = end;
            }
            Op::Full(end) => {
                let outer = self.unit.open_full();
                self.run(next);
                self.unit.close_scope(outer);
                then = end;
            }
            Op::Context(context, end) => {
                let outer = self.unit.set_context(context);
                self.run(next);
                self.unit.restore_context(outer);
                then = end;
            }
            Op::StatementBreak => self.unit.end_statement(),
            Op::Hide => {
                let before = self.choices.hide(true);
                self.hidden.push(before);
            }
            Op::Show => {
                if let Some(before) = self.hidden.pop() {
                    self.choices.restore(before);
                }
            }
            Op::Enter(rule) => {
                self.entered.push((rule, self.unit.text().len()));
                self.observer.enter(rule);
            }
            Op::Leave => {
                if let Some((rule, height)) = self.entered.pop() {
                    let text = self.unit.text().get(height..).unwrap_or_default();
                    self.observer.leave(rule, text);
                }
            }
            Op::Only(choice) => self.observer.alternative(choice, 0),
            Op::Reach(part) => self.observer.reach(part),
            Op::Take(part) => self.observer.take(part),
            Op::Effect(effect, relation) => {
                let relation = self.expr(relation);
                match effect {
                    EffectKind::Create => self.unit.create(relation),
                    EffectKind::Drop => self.unit.drop_table(relation),
                }
            }
            Op::Return(results) => {
                let results = match self.operands(results) {
                    &[result] => self.eval(result),
                    _ => self.list(results),
                };
                self.unit.set_results(results);
            }
            // The others are run in place.
            _ => {}
        }
        then as usize
    }

    /// Tells the observer which alternatives, as they are written, were chosen.
    fn report(&mut self, choice: ChoiceId, chosen: usize) {
        let found = self.program.choices.get(choice.index());
        let steps = found.and_then(|choice| choice.alternatives.get(chosen));
        match steps.map_or(&[][..], |alternative| &alternative.stands_for) {
            [] => self.observer.alternative(choice, chosen),
            steps => {
                for step in steps {
                    let alternative = step.alternative as usize;
                    self.observer.alternative(step.choice, alternative);
                }
            }
        }
    }

    fn operands(&self, operands: Operands) -> &'a [Operand] {
        self.code.operands.get(operands.range()).unwrap_or_default()
    }

    #[inline(never)]
    fn repeat(&mut self, repeat: u32, body: Position) -> usize {
        let code = self.code;
        let Some(repeat) = code.repeats.get(repeat as usize) else {
            return body as usize;
        };
        let count = self.count(&repeat.count);
        let before = self.choices.hide(repeat.hidden);
        let rounds = self
            .unit
            .repetitions(self.plan, repeat.demand, &count, self.choices);
        self.choices.restore(before);
        for round in 0..rounds {
            if !self.unit.round() {
                break;
            }
            if let (Some(separator), true) = (repeat.separator, round > 0) {
                self.unit.known(&code.tokens, separator);
            }
            self.run(body);
        }
        repeat.then as usize
    }

    #[inline(never)]
    fn walk_lists(&mut self, walk: &Walk, body: Position) {
        if let (&[slot], &[list]) = (&*walk.slots, self.operands(walk.lists)) {
            let list = self.eval(list);
            let rounds = self.unit.list(list).len();
            for round in 0..rounds {
                if !self.next_round(walk, round) {
                    break;
                }
                let element = self.unit.element(list, round);
                self.unit.set_slot(slot, element);
                self.run(body);
            }
            return;
        }
        // The lists wait on the stack.
        let height = self.unit.height();
        let mut rounds = usize::MAX;
        for &list in self.operands(walk.lists) {
            let list = self.eval(list);
            rounds = rounds.min(self.unit.list(list).len());
            self.unit.push(list);
        }
        let rounds = if walk.lists.len() == 0 { 0 } else { rounds };
        for round in 0..rounds {
            if !self.next_round(walk, round) {
                break;
            }
            for (at, &slot) in walk.slots.iter().enumerate() {
                let element = self.unit.element(self.unit.pushed(height + at), round);
                self.unit.set_slot(slot, element);
            }
            self.run(body);
        }
        self.unit.pop_to(height);
    }

    /// Begins a round of a walk, unless the unit ends.
    #[inline(always)]
    fn next_round(&mut self, walk: &Walk, round: usize) -> bool {
        if !self.unit.round() {
            return false;
        }
        if let (Some(separator), true) = (walk.separator, round > 0) {
            self.unit.known(&self.code.tokens, separator);
        }
        true
    }

    /// Enters a rule, derives it and leaves it.
    #[inline]
    fn call(&mut self, id: RuleId, arguments: Operands, height: usize) {
        let Some(&rule) = self.code.rules.get(id.index()) else {
            return;
        };
        if !self.unit.can_call() {
            return;
        }
        for &argument in self.operands(arguments) {
            let argument = self.eval(argument);
            self.unit.push(argument);
        }
        let caller = self.unit.enter(arguments.len(), rule.slots);
        self.observer.enter(id);
        self.run(rule.body);
        let text = self.unit.text().get(height..).unwrap_or_default();
        self.observer.leave(id, text);
        self.unit.leave(caller);
    }

    /// Derives the start rule.
    pub fn start(&mut self, id: RuleId) {
        let Some(&rule) = self.code.rules.get(id.index()) else {
            return;
        };
        self.unit.start();
        let caller = self.unit.enter(0, rule.slots);
        self.observer.enter(id);
        self.run(rule.body);
        self.observer.leave(id, self.unit.text());
        self.unit.leave(caller);
    }

    /// Evaluates an expression of the program.
    #[inline]
    pub fn expr(&mut self, id: ExprId) -> Value {
        match self.code.exprs.get(id.index()) {
            Some(&operand) => self.eval(operand),
            None => Value::Nothing,
        }
    }

    /// Evaluates an expression; what only has to be looked up without a call.
    #[inline]
    pub fn eval(&mut self, operand: Operand) -> Value {
        match operand {
            Operand::Slot(slot) => self.unit.slot(slot),
            Operand::Int(number) => Value::Int(number),
            Operand::SlotField(slot, field) => {
                let value = self.unit.slot(slot);
                self.unit.field(self.plan, value, field)
            }
            other => self.compute(other),
        }
    }

    #[inline(never)]
    fn compute(&mut self, operand: Operand) -> Value {
        let (program, code) = (self.program, self.code);
        match operand {
            Operand::Slot(slot) => self.unit.slot(slot),
            Operand::Int(number) => Value::Int(number),
            Operand::SlotField(slot, field) => {
                let value = self.unit.slot(slot);
                self.unit.field(self.plan, value, field)
            }
            Operand::Bool(truth) => Value::Bool(truth),
            Operand::Str(literal) => match program.literals.get(literal.index()) {
                Some(text) => self.unit.literal(text.as_bytes()),
                None => Value::Nothing,
            },
            Operand::Type(ty) => Value::Type(ty),
            Operand::Let(slot, value, then) => {
                let value = self.expr(value);
                self.unit.set_slot(slot, value);
                self.expr(then)
            }
            Operand::Field(of, field) => {
                let value = self.expr(of);
                self.unit.field(self.plan, value, field)
            }
            Operand::Draw(site) => {
                let value = self.unit.draw(self.plan, site, self.choices);
                self.watch("draw", value);
                value
            }
            Operand::DrawList(list) => self.draw_list(list),
            Operand::Generate(generated) => self.generate(generated),
            Operand::Builtin(builtin, arguments) => {
                let Some(arguments) = code.arguments.get(arguments as usize) else {
                    return Value::Nothing;
                };
                let value = self.builtin(builtin, arguments, To::Value);
                self.watch(builtin.name(), value);
                value
            }
            Operand::Call(rule, arguments) => self.call_for_results(rule, arguments),
            Operand::Nothing => Value::Nothing,
            Operand::Hidden(veiled) => {
                let before = self.choices.hide(true);
                let value = self.veiled(veiled);
                self.choices.restore(before);
                value
            }
            Operand::Apart(veiled) => {
                let value = self.veiled(veiled);
                self.choices.told_apart(u64::MAX);
                value
            }
            Operand::List(elements) => self.list(elements),
            Operand::Text(text) => {
                let aside = self.unit.begin_text();
                if let Some(&body) = code.texts.get(text as usize) {
                    self.run(body);
                }
                self.unit.end_text(aside)
            }
            Operand::Arithmetic(op, left, right) => {
                let (left, right) = (self.int(left), self.int(right));
                Value::Int(match op {
                    ArithmeticOp::Add => left.saturating_add(right),
                    ArithmeticOp::Subtract => left.saturating_sub(right),
                    ArithmeticOp::Multiply => left.saturating_mul(right),
                })
            }
        }
    }

    fn veiled(&mut self, veiled: u32) -> Value {
        match self.code.veiled.get(veiled as usize) {
            Some(&operand) => self.eval(operand),
            None => Value::Nothing,
        }
    }

    #[inline(never)]
    fn generate(&mut self, generated: u32) -> Value {
        let Some(generated) = self.code.generated.get(generated as usize) else {
            return Value::Nothing;
        };
        let count = self.count(&generated.count);
        let rounds = self.unit.generated(&count, self.choices);
        let height = self.unit.height();
        for _ in 0..rounds {
            if !self.unit.round() {
                break;
            }
            let item = self.expr(generated.item);
            self.unit.push(item);
        }
        self.unit.pop_list(height)
    }

    #[inline(never)]
    fn draw_list(&mut self, list: u32) -> Value {
        let Some(list) = self.code.lists.get(list as usize) else {
            return Value::Nothing;
        };
        let including = self.eval(list.including);
        let count = self.count(&list.count);
        let (plan, site) = (self.plan, list.site);
        let value = if list.distinct {
            self.unit
                .draw_distinct(plan, site, &count, including, self.choices)
        } else {
            self.unit.draw_list(plan, site, &count, self.choices)
        };
        self.watch("draws", value);
        value
    }

    #[inline(never)]
    fn list(&mut self, elements: Operands) -> Value {
        let height = self.unit.height();
        for &element in self.operands(elements) {
            let element = self.eval(element);
            self.unit.push(element);
        }
        self.unit.pop_list(height)
    }

    #[inline(never)]
    fn call_for_results(&mut self, id: RuleId, arguments: Operands) -> Value {
        let rule = self.code.rules.get(id.index());
        let returns = rule.is_some_and(|rule| rule.returns);
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

    /// The number of an expression; 0 for anything else.
    #[inline]
    fn number(&mut self, operand: Operand) -> i64 {
        match self.eval(operand) {
            Value::Int(number) => number,
            _ => 0,
        }
    }

    fn count(&mut self, count: &Bounds) -> unit::Count {
        unit::Count {
            low: self.number(count.low),
            high: count.high.map(|high| self.number(high)),
            distribution: count.distribution,
        }
    }

    fn watch(&mut self, what: &str, value: Value) {
        if O::WANTS_TEXT {
            let text = self.unit.spelled(self.plan, value);
            self.observer.drawn(what, &text);
        }
    }
}
