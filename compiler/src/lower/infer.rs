//! Requirement inference and emission, one backward pass over each rule.
//!
//! A sequence is walked from its end. `demand` is what the rest needs; a binding turns what it says of
//! the bound slot into a filter of the draw (its site's demand) and into the statement that such a
//! candidate exists; what cannot be pushed back that way loses its clause. The same code runs until
//! the demands of all rule instances are stable and then once more to emit nodes.
//!
//! An *instance* is a source rule together with what its caller demands of the values that it
//! returns: those demands reach the draws inside it, so each such pair is lowered apart.

use super::builder::Builder;
use super::formula::{
    abstract_slot, and, atom, deeper, elements, exists, flat, for_all, map_terms, mentions,
    normalize, or, replace_atoms, slots, substitute, subsumes,
};
use super::guards::{self, GuardContext};
use crate::builtins::{Builtin, DrawDomain, Role};
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{self, ElementKind, ExprKind, Ty};
use crate::ir::{self, Argument, DemandId, DialectGuard, Expr, ExprId, Node, NodeId, Site};
use crate::source::Span;
use rqg_runtime::demand::{Atom, Clause, Demand, Domain, Field, Property, Term};
use rqg_runtime::types::Classes;
use std::collections::{BTreeSet, HashMap};

/// In a demand on results, slot `RESULT + i` stands for the i-th result.
const RESULT: u16 = 60_000;
/// In a demand on results, slot `EXTRA + j` stands for the j-th value handed down by the caller.
const EXTRA: u16 = 50_000;
/// More instances than this of one rule mean that demands feed on themselves.
const MAX_INSTANCES_OF_A_RULE: usize = 24;
/// An instance whose demand has changed this often is left as it is (an under-approximation).
const MAX_ROUNDS: u32 = 40;
/// What an open upper bound of a repetition of text adds to the lower one.
pub const OPEN_REPETITION: i64 = 7;

/// A rule with what is demanded of its results.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The source rule.
    pub rule: hir::RuleId,
    /// What the caller demands of the results (over `RESULT` and `EXTRA` slots).
    pub on_results: Option<Demand>,
    /// How many values the caller hands down for that, after the parameters.
    pub extras: u16,
    /// What it demands of its caller: its own parameters and scope.
    pub demand: Demand,
    rounds: u32,
    callers: BTreeSet<usize>,
}

/// The state of inference over a whole grammar.
pub struct Inference<'a> {
    grammar: &'a hir::Grammar,
    pub instances: Vec<Instance>,
    index: HashMap<(hir::RuleId, Option<Demand>), usize>,
    per_rule: Vec<usize>,
    pub builder: Builder,
    pub diagnostics: Vec<Diagnostic>,
    /// Rank of each rule for the work list: callees first.
    rank: Vec<u32>,
    pending: BTreeSet<(u32, usize)>,
    /// The instance under analysis.
    current: usize,
    next_slot: u16,
    most_slots: u16,
}

/// An emitted rule instance.
pub struct Emitted {
    pub body: NodeId,
    pub slots: u16,
}

impl<'a> Inference<'a> {
    /// Starts with the base instance of every rule, at index `rule id`.
    pub fn new(grammar: &'a hir::Grammar, rank: Vec<u32>) -> Self {
        let mut builder = Builder::new();
        builder.emitting = false;
        let mut inference = Self {
            grammar,
            instances: Vec::new(),
            index: HashMap::new(),
            per_rule: vec![0; grammar.rules.len()],
            builder,
            diagnostics: Vec::new(),
            rank,
            pending: BTreeSet::new(),
            current: 0,
            next_slot: 0,
            most_slots: 0,
        };
        for rule in 0..grammar.rules.len() {
            inference.instance(hir::RuleId(rule as u32), None, 0);
        }
        inference
    }

    /// Runs until every instance's demand is stable.
    pub fn solve(&mut self) {
        while let Some((_, id)) = self.pending.pop_first() {
            let (found, ..) = self.rule(id);
            let found = deeper(&found);
            let instance = &mut self.instances[id];
            let added = accept(&mut instance.demand, &found);
            instance.rounds += 1;
            if added && instance.rounds < MAX_ROUNDS {
                let callers: Vec<usize> = instance.callers.iter().copied().collect();
                for caller in callers {
                    self.enqueue(caller);
                }
            }
        }
    }

    /// Emits the nodes of an instance; its final demand is known.
    pub fn emit(&mut self, id: usize) -> Emitted {
        self.builder.emitting = true;
        let (_, body, slots) = self.rule(id);
        Emitted { body, slots }
    }

    fn enqueue(&mut self, id: usize) {
        let rank = self.rank[self.instances[id].rule.0 as usize];
        self.pending.insert((rank, id));
    }

    /// The instance of a rule for a demand on its results; made if it is new.
    fn instance(&mut self, rule: hir::RuleId, on_results: Option<Demand>, extras: u16) -> usize {
        let key = (rule, on_results);
        if let Some(&known) = self.index.get(&key) {
            return known;
        }
        let id = self.instances.len();
        self.instances.push(Instance {
            rule,
            on_results: key.1.clone(),
            extras,
            demand: Demand::never(),
            rounds: 0,
            callers: BTreeSet::new(),
        });
        self.per_rule[rule.0 as usize] += 1;
        self.index.insert(key, id);
        self.enqueue(id);
        id
    }

    fn rule(&mut self, id: usize) -> (Demand, NodeId, u16) {
        self.current = id;
        let rule = &self.grammar.rules[self.instances[id].rule.0 as usize];
        self.next_slot = rule.locals.len() as u16 + self.instances[id].extras;
        self.most_slots = self.next_slot;
        let (demand, body) = self.block(&rule.body);
        (demand, body, self.most_slots)
    }

    fn source_rule(&self) -> &'a hir::Rule {
        &self.grammar.rules[self.instances[self.current].rule.0 as usize]
    }

    /// The slot of a local: parameters, then what the caller hands down, then the other locals.
    fn slot(&self, local: hir::LocalId) -> u16 {
        let rule = self.source_rule();
        if local.0 < rule.params {
            local.0
        } else {
            local.0 + self.instances[self.current].extras
        }
    }

    fn temporary(&mut self) -> u16 {
        let slot = self.next_slot;
        self.next_slot += 1;
        self.most_slots = self.most_slots.max(self.next_slot);
        slot
    }

    // ---- blocks and elements ---------------------------------------------------------------

    /// Alternatives: what the block demands, and its node.
    fn block(&mut self, block: &'a hir::Block) -> (Demand, NodeId) {
        let usable: Vec<&hir::Alternative> = block
            .alternatives
            .iter()
            .filter(|alternative| alternative.weight > 0)
            .collect();
        let mut demands = Vec::with_capacity(usable.len());
        let mut lowered = Vec::with_capacity(usable.len());
        for alternative in usable {
            let first_slot = self.next_slot;
            let (rest, body) = self.elements(&alternative.elements, alternative.span);
            self.next_slot = first_slot;
            let demand = match &alternative.guard {
                Some(guard) => and(&guards::demand(guard, true, self), &rest),
                None => rest,
            };
            if demand.is_never() && self.builder.emitting {
                self.report_never(alternative, &block.alternatives);
            }
            let min_depth = demand
                .clauses
                .iter()
                .map(|clause| clause.depth)
                .max()
                .unwrap_or(0);
            lowered.push(ir::Alternative {
                weight: alternative.weight,
                demand: self.builder.demand(&demand),
                min_depth,
                body,
                span: alternative.span,
            });
            demands.push(demand);
        }
        lowered.retain(|alternative| {
            !self.builder.emitting || !self.builder.demands[alternative.demand.index()].is_never()
        });
        if let ([single], true) = (lowered.as_slice(), demands.len() == 1) {
            // One alternative whose demand the block's own demand repeats: no choice is made.
            return (or(demands), single.body);
        }
        let rule = ir::RuleId(self.current as u32);
        let choice = self.builder.choice(ir::Choice {
            alternatives: lowered,
            rule,
            span: block.span,
        });
        let node = self.builder.node(Node::Choice(choice), block.span);
        (or(demands), node)
    }

    fn report_never(&mut self, alternative: &hir::Alternative, all: &[hir::Alternative]) {
        if all.len() > 1 && self.instances[self.current].on_results.is_none() {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::LeftoverAlternative,
                    alternative.span,
                    "this alternative can never be chosen",
                )
                .label("its guard or its requirements can never be met")
                .help("remove it, or loosen what its draws require"),
            );
        }
    }

    /// A sequence, walked from its end.
    fn elements(&mut self, elements: &'a [hir::Element], span: Span) -> (Demand, NodeId) {
        let mut demand = Demand::always(0);
        let mut nodes = Vec::with_capacity(elements.len());
        for element in elements.iter().rev() {
            let (before, node) = self.element(element, demand);
            demand = before;
            nodes.push(node);
        }
        nodes.reverse();
        let node = self.builder.sequence(&nodes, span);
        (demand, node)
    }

    /// One element before `rest`: what both demand, and the element's node.
    fn element(&mut self, element: &'a hir::Element, rest: Demand) -> (Demand, NodeId) {
        let span = element.span;
        match &element.kind {
            ElementKind::Terminal(text) if text.is_empty() => (rest, NodeId(0)),
            ElementKind::Terminal(text) => {
                let literal = self.builder.literal(text);
                (rest, self.builder.node(Node::Literal(literal), span))
            }
            ElementKind::Glue => (rest, self.builder.node(Node::Glue, span)),
            ElementKind::Group(block) => {
                let (demand, node) = self.block(block);
                (and(&demand, &rest), node)
            }
            ElementKind::Optional(block, chance) => {
                let (demand, body) = self.block(block);
                let demand = self.builder.demand(&demand);
                let node = Node::Optional {
                    chance: *chance,
                    demand,
                    body,
                };
                (rest, self.builder.node(node, span))
            }
            ElementKind::Repeat(block, count) => self.repeat(block, count, rest, span),
            ElementKind::For {
                pattern,
                lists,
                separator,
                body,
            } => self.for_each(pattern, lists, separator.as_deref(), body, rest, span),
            ElementKind::Place(expr) => self.place(expr, rest, span),
            ElementKind::Let(pattern, expr) => self.let_binding(pattern, expr, rest, span),
            ElementKind::Scope { correlated, body } => {
                let (demand, body) = self.block(body);
                let demand = close_scope(&demand, *correlated);
                let node = Node::Scope {
                    correlated: *correlated,
                    body,
                };
                (and(&demand, &rest), self.builder.node(node, span))
            }
            ElementKind::Bind(relations) => {
                let mut demand = rest;
                let mut ids = Vec::with_capacity(relations.len());
                for relation in relations.iter().rev() {
                    let slot = self.temporary();
                    demand = bind_visible(&demand, slot, matches!(relation.ty, Ty::List(_)));
                    let (before, id) = self.bind(slot, relation, demand);
                    demand = before;
                    ids.push(id);
                }
                ids.reverse();
                (demand, self.builder.node(Node::Bind(ids), span))
            }
            ElementKind::Narrow(list, body) => {
                let (inside, body) = self.block(body);
                let slot = self.temporary();
                let narrowed = narrow_visible(&inside, slot);
                let (demand, list) = self.bind(slot, list, and(&narrowed, &rest));
                (demand, self.builder.node(Node::Narrow(list, body), span))
            }
            ElementKind::Full(body) => {
                let (inside, body) = self.block(body);
                let demand = swap_domain(&inside, &Domain::Visible, &Domain::Enclosing);
                (
                    and(&demand, &rest),
                    self.builder.node(Node::Full(body), span),
                )
            }
            ElementKind::Context(context, body) => {
                let (inside, body) = self.block(body);
                let demand = decide_context(&inside, *context);
                (
                    and(&demand, &rest),
                    self.builder.node(Node::Context(*context, body), span),
                )
            }
            ElementKind::StatementBreak => (rest, self.builder.node(Node::StatementBreak, span)),
            ElementKind::Effect(kind, relation) => {
                let slot = self.temporary();
                let (demand, relation) = self.bind(slot, relation, rest);
                (
                    demand,
                    self.builder.node(Node::Effect(*kind, relation), span),
                )
            }
            ElementKind::Return(values) => self.return_values(values, span),
        }
    }

    fn repeat(
        &mut self,
        block: &'a hir::Block,
        count: &'a hir::Count,
        rest: Demand,
        span: Span,
    ) -> (Demand, NodeId) {
        let (inside, body) = self.block(block);
        let needed = constant(&count.low) != Some(0);
        let demand = if needed {
            DemandId::ALWAYS
        } else {
            self.builder.demand(&inside)
        };
        let separator = count
            .separator
            .as_deref()
            .map(|text| self.builder.literal(text));
        let count = self.count(count, true);
        let node = self.builder.node(
            Node::Repeat {
                count,
                separator,
                demand,
                body,
            },
            span,
        );
        (if needed { and(&inside, &rest) } else { rest }, node)
    }

    fn for_each(
        &mut self,
        pattern: &[hir::LocalId],
        lists: &'a [hir::Expr],
        separator: Option<&str>,
        body: &'a hir::Block,
        rest: Demand,
        span: Span,
    ) -> (Demand, NodeId) {
        let (inside, body) = self.block(body);
        let slots: Vec<u16> = pattern.iter().map(|&local| self.slot(local)).collect();
        let temporaries: Vec<u16> = lists.iter().map(|_| self.temporary()).collect();
        let every = every_round(&inside, &slots, &temporaries);
        self.note_lost(&inside, &every, span);
        let mut demand = and(&every, &rest);
        let mut ids = Vec::with_capacity(lists.len());
        for (list, &slot) in lists.iter().zip(&temporaries).rev() {
            let (before, id) = self.bind(slot, list, demand);
            demand = before;
            ids.push(id);
        }
        ids.reverse();
        let separator = separator.map(|text| self.builder.literal(text));
        let node = Node::For {
            slots,
            lists: ids,
            separator,
            body,
        };
        (demand, self.builder.node(node, span))
    }

    fn place(&mut self, expr: &'a hir::Expr, rest: Demand, span: Span) -> (Demand, NodeId) {
        match &expr.kind {
            ExprKind::Call(rule, arguments) if !self.returns(*rule) => {
                let id = self.call_instance(*rule, None, 0);
                let (demand, arguments) = self.call(id, arguments, rest);
                (
                    demand,
                    self.builder
                        .node(Node::Call(ir::RuleId(id as u32), arguments), span),
                )
            }
            ExprKind::Text(block) => {
                let (demand, node) = self.block(block);
                (and(&demand, &rest), node)
            }
            ExprKind::Str(text) => {
                let literal = self.builder.literal(text);
                (rest, self.builder.node(Node::Literal(literal), span))
            }
            _ => {
                let slot = self.temporary();
                let (demand, id) = self.bind(slot, expr, rest);
                (demand, self.builder.node(Node::Place(id), span))
            }
        }
    }

    fn let_binding(
        &mut self,
        pattern: &[hir::LocalId],
        expr: &'a hir::Expr,
        rest: Demand,
        span: Span,
    ) -> (Demand, NodeId) {
        let slots: Vec<u16> = pattern.iter().map(|&local| self.slot(local)).collect();
        let (demand, id) = match (&expr.kind, slots.as_slice()) {
            (ExprKind::Call(rule, arguments), _) if self.returns(*rule) => {
                self.bind_results(&slots, *rule, arguments, rest, expr.span)
            }
            (_, [slot]) => self.bind(*slot, expr, rest),
            _ => (rest, ExprId(0)),
        };
        (demand, self.builder.node(Node::Let(slots, id), span))
    }

    fn return_values(&mut self, values: &'a [hir::Expr], span: Span) -> (Demand, NodeId) {
        let instance = &self.instances[self.current];
        let params = self.source_rule().params;
        let mut demand = match &instance.on_results {
            Some(on_results) => map_terms(on_results, &mut |term, _| match term {
                Term::Slot(slot) if (EXTRA..RESULT).contains(slot) => {
                    Some(Term::Slot(slot - EXTRA + params))
                }
                _ => None,
            }),
            None => Demand::always(0),
        };
        let mut ids = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate().rev() {
            let (before, id) = self.bind(RESULT + i as u16, value, demand);
            demand = before;
            ids.push(id);
        }
        ids.reverse();
        (demand, self.builder.node(Node::Return(ids), span))
    }

    // ---- expressions -----------------------------------------------------------------------

    fn returns(&self, rule: hir::RuleId) -> bool {
        self.grammar.rules[rule.0 as usize].returns
    }

    /// Binds `slot` to the expression's value before `rest`: what both demand, and the expression.
    fn bind(&mut self, slot: u16, expr: &'a hir::Expr, rest: Demand) -> (Demand, ExprId) {
        if let Some(term) = self.term(expr) {
            let (demand, id) = self.pure(expr, substitute(&rest, slot, &term));
            return (demand, id);
        }
        match &expr.kind {
            ExprKind::Builtin(builtin, arguments) => {
                self.bind_builtin(slot, *builtin, arguments, rest, expr.span)
            }
            ExprKind::Call(rule, arguments) => {
                if self.returns(*rule) {
                    return self.bind_results(&[slot], *rule, arguments, rest, expr.span);
                }
                let id = self.call_instance(*rule, None, 0);
                let rest = self.without(&rest, slot, expr.span);
                let (demand, arguments) = self.call(id, arguments, rest);
                (
                    demand,
                    self.builder
                        .expr(Expr::Call(ir::RuleId(id as u32), arguments)),
                )
            }
            ExprKind::Draws {
                distinct,
                item,
                count,
            } => self.bind_draws(slot, *distinct, item, count, rest, expr.span),
            ExprKind::List(items) => self.bind_list(slot, items, rest, expr.span),
            ExprKind::Text(block) => {
                let (demand, node) = self.block(block);
                (and(&demand, &rest), self.builder.expr(Expr::Text(node)))
            }
            ExprKind::Str(text) => {
                let literal = self.builder.literal(text);
                (rest, self.builder.expr(Expr::Str(literal)))
            }
            ExprKind::Extern(index, arguments) => {
                let rest = self.without(&rest, slot, expr.span);
                let (demand, arguments) = self.arguments(arguments, rest, |_, demand| demand);
                (demand, self.builder.expr(Expr::Extern(*index, arguments)))
            }
            ExprKind::Arithmetic(op, a, b) => {
                let rest = self.without(&rest, slot, expr.span);
                let (second, first) = (self.temporary(), self.temporary());
                let (rest, b) = self.bind(second, b, rest);
                let (demand, a) = self.bind(first, a, rest);
                (demand, self.builder.expr(Expr::Arithmetic(*op, a, b)))
            }
            ExprKind::Field(base, field) => {
                let temporary = self.temporary();
                let by = Term::Field(Box::new(Term::Slot(temporary)), *field);
                let (demand, base) = self.bind(temporary, base, substitute(&rest, slot, &by));
                (demand, self.builder.expr(Expr::Field(base, *field)))
            }
            // Arguments of builtins only; analysis lets them stand nowhere else.
            ExprKind::Class(_)
            | ExprKind::Range(..)
            | ExprKind::Float(_)
            | ExprKind::Distribution(_) => (rest, self.builder.expr(Expr::Int(0))),
            ExprKind::Local(_) | ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Type(_) => {
                self.pure(expr, rest)
            }
        }
    }

    /// Emits an expression that has a term: no draw is made. An alias has a term, and an effect of
    /// its own (a fresh name).
    fn pure(&mut self, expr: &'a hir::Expr, rest: Demand) -> (Demand, ExprId) {
        let lowered = match &expr.kind {
            ExprKind::Local(local) => Expr::Slot(self.slot(*local)),
            ExprKind::Int(value) => Expr::Int(*value),
            ExprKind::Bool(value) => Expr::Bool(*value),
            ExprKind::Type(id) => Expr::Type(*id),
            ExprKind::Field(base, field) => {
                let (rest, base) = self.pure(base, rest);
                return (rest, self.builder.expr(Expr::Field(base, *field)));
            }
            ExprKind::Builtin(builtin, arguments) => {
                let (rest, arguments) = self.value_arguments(arguments, rest);
                return (rest, self.builder.expr(Expr::Builtin(*builtin, arguments)));
            }
            _ => Expr::Int(0),
        };
        (rest, self.builder.expr(lowered))
    }

    /// The term of an expression whose value is known without a draw.
    fn term(&self, expr: &hir::Expr) -> Option<Term> {
        match &expr.kind {
            ExprKind::Local(local) => Some(Term::Slot(self.slot(*local))),
            ExprKind::Int(value) => Some(Term::Int(*value)),
            ExprKind::Bool(value) => Some(Term::Bool(*value)),
            ExprKind::Type(id) => Some(Term::Type(*id)),
            ExprKind::Field(base, field) => Some(Term::Field(Box::new(self.term(base)?), *field)),
            ExprKind::Builtin(builtin, arguments) => match builtin.overload().role {
                // An alias has the columns of what it stands for, a column seen through it its own.
                Role::Alias => self.term(&arguments[0]),
                Role::Of => {
                    self.term(&arguments[0])?;
                    self.term(&arguments[1])
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Clauses that say nothing of a value that no draw decides; the others are lost.
    fn without(&mut self, demand: &Demand, slot: u16, span: Span) -> Demand {
        let kept = normalize(
            demand
                .clauses
                .iter()
                .filter(|clause| !clause.atoms.iter().any(|atom| mentions(atom, slot)))
                .cloned()
                .collect(),
        );
        self.note_lost(demand, &kept, span);
        kept
    }

    /// Reports a demand that was satisfiable and is not any more because it can't be pushed back.
    fn note_lost(&mut self, before: &Demand, after: &Demand, span: Span) {
        if self.builder.emitting && after.is_never() && !before.is_never() {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::NotPushable,
                    span,
                    "what later uses require of this value cannot be pushed back into how it is made",
                )
                .label("made here")
                .help("draw it where the requirement is known, for example with a type argument, or give the later use an alternative that needs less"),
            );
        }
    }

    fn bind_builtin(
        &mut self,
        slot: u16,
        builtin: Builtin,
        arguments: &'a [hir::Expr],
        rest: Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        match builtin.overload().role {
            Role::Draw(domain) => {
                let (domain, filter, temporaries) = self.domain(domain, arguments);
                let narrowed = and(&abstract_slot(&rest, slot), &filter);
                let site = Site {
                    domain: domain.clone(),
                    demand: self.builder.demand(&narrowed),
                    span,
                };
                let site = self.builder.site(site);
                let draw = self.builder.expr(Expr::Draw(site));
                self.wrap(temporaries, exists(&domain, 1, &narrowed), draw)
            }
            Role::Plain if builtin == Builtin::Regex => {
                let rest = self.without(&rest, slot, span);
                let pattern = match arguments.first().map(|argument| &argument.kind) {
                    Some(ExprKind::Str(pattern)) => self.builder.regex(pattern),
                    _ => 0,
                };
                let arguments = vec![Argument::Regex(pattern)];
                (rest, self.builder.expr(Expr::Builtin(builtin, arguments)))
            }
            Role::Plain => {
                let rest = self.without(&rest, slot, span);
                let (demand, arguments) = self.value_arguments(arguments, rest);
                (demand, self.builder.expr(Expr::Builtin(builtin, arguments)))
            }
            Role::Needs(property) => {
                let rest = self.without(&rest, slot, span);
                let needs = |terms: &[Term], demand: Demand| match terms.first() {
                    Some(term) => and(&atom(Atom::Has(term.clone(), property)), &demand),
                    None => demand,
                };
                let (demand, ids) = self.arguments(arguments, rest, needs);
                let arguments = ids.into_iter().map(Argument::Value).collect();
                (demand, self.builder.expr(Expr::Builtin(builtin, arguments)))
            }
            Role::Alias => {
                let temporary = self.temporary();
                let rest = substitute(&rest, slot, &Term::Slot(temporary));
                self.with_arguments(builtin, arguments, rest, |i, _| {
                    (i == 0).then_some(temporary)
                })
            }
            Role::Of => {
                let temporary = self.temporary();
                let rest = substitute(&rest, slot, &Term::Slot(temporary));
                self.with_arguments(builtin, arguments, rest, |i, _| {
                    (i == 1).then_some(temporary)
                })
            }
            Role::Relation => {
                let temporary = self.temporary();
                let demand = relation_of_types(&rest, slot, temporary);
                self.note_lost(&rest, &demand, span);
                let last = arguments.len() - 1;
                self.with_arguments(builtin, arguments, demand, move |i, _| {
                    (i == last).then_some(temporary)
                })
            }
        }
    }

    /// A builtin whose i-th argument's value has the slot that `slot_of` gives (if any).
    fn with_arguments(
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
    fn domain(
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
    fn wrap(
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
    fn value_arguments(
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

    fn range(&mut self, low: Option<&'a hir::Expr>, high: Option<&'a hir::Expr>) -> Argument {
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
    fn bound(&mut self, bound: Option<&'a hir::Expr>, default: i64) -> ExprId {
        match bound {
            Some(expr) => {
                let slot = self.temporary();
                self.bind(slot, expr, Demand::always(0)).1
            }
            None => self.builder.expr(Expr::Int(default)),
        }
    }

    fn count(&mut self, count: &'a hir::Count, of_text: bool) -> ir::Count {
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

    fn bind_draws(
        &mut self,
        slot: u16,
        distinct: bool,
        item: &'a hir::Expr,
        count: &'a hir::Count,
        rest: Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        let low = constant(&count.low);
        let min = low.map_or(1, |low| u32::try_from(low).unwrap_or(0));
        // What later uses demand of each element (as `Bound(0)`), and what they demand besides.
        let wanted = each_element(&rest, slot, min);
        self.note_lost(&rest, &wanted.demand(), span);
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
            let inside = open_element(&wanted.inside, element);
            let (demand, item) = self.bind(element, item, inside);
            let demand = and(&demand, &wanted.outside);
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
        let mut demand = wanted.outside.clone();
        if let Domain::Insertable(table) = &domain {
            demand = and(
                &demand,
                &for_all(&Domain::Required(table.clone()), &narrowed),
            );
        }
        if let Some(list) = &including {
            let (list, body) = elements(list, &narrowed);
            demand = and(&demand, &for_all(&list, &body));
        }
        if min > 0 {
            let needed = if distinct { min } else { 1 };
            demand = and(&demand, &exists(&domain, needed, &narrowed));
        }
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

    fn bind_list(
        &mut self,
        slot: u16,
        items: &'a [hir::Expr],
        rest: Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        let wanted = each_element(&rest, slot, items.len() as u32);
        self.note_lost(&rest, &wanted.demand(), span);
        let mut demand = wanted.outside;
        let mut ids = Vec::with_capacity(items.len());
        for item in items.iter().rev() {
            let element = self.temporary();
            let each = open_element(&wanted.inside, element);
            let (before, id) = self.bind(element, item, and(&each, &demand));
            demand = before;
            ids.push(id);
        }
        ids.reverse();
        (demand, self.builder.expr(Expr::List(ids)))
    }

    // ---- calls -----------------------------------------------------------------------------

    fn call_instance(
        &mut self,
        rule: hir::RuleId,
        on_results: Option<Demand>,
        extras: u16,
    ) -> usize {
        let full = self.per_rule[rule.0 as usize] > MAX_INSTANCES_OF_A_RULE;
        let known = self.index.contains_key(&(rule, on_results.clone()));
        let id = if full && !known {
            rule.0 as usize
        } else {
            self.instance(rule, on_results, extras)
        };
        if !self.builder.emitting {
            self.instances[id].callers.insert(self.current);
        }
        id
    }

    /// Evaluates arguments left to right; `with_terms` says what the callee demands of them.
    fn arguments(
        &mut self,
        arguments: &'a [hir::Expr],
        rest: Demand,
        with_terms: impl FnOnce(&[Term], Demand) -> Demand,
    ) -> (Demand, Vec<ExprId>) {
        let mut pending = Vec::new();
        let terms: Vec<Term> = arguments
            .iter()
            .map(|argument| {
                self.term(argument).unwrap_or_else(|| {
                    let slot = self.temporary();
                    pending.push(slot);
                    Term::Slot(slot)
                })
            })
            .collect();
        let mut demand = with_terms(&terms, rest);
        let mut ids = Vec::with_capacity(arguments.len());
        for (argument, term) in arguments.iter().zip(&terms).rev() {
            let (before, id) = match term {
                Term::Slot(slot) if pending.contains(slot) => {
                    // Temporaries that come earlier live in no slot when this one is drawn.
                    let earlier: Vec<u16> = pending
                        .iter()
                        .copied()
                        .take_while(|other| other != slot)
                        .collect();
                    let alone = without_pairs(&demand, *slot, &earlier);
                    self.note_lost(&demand, &alone, argument.span);
                    self.bind(*slot, argument, alone)
                }
                _ => self.pure(argument, demand),
            };
            demand = before;
            ids.push(id);
        }
        ids.reverse();
        (demand, ids)
    }

    fn call(
        &mut self,
        id: usize,
        arguments: &'a [hir::Expr],
        rest: Demand,
    ) -> (Demand, Vec<ExprId>) {
        let callee = self.instances[id].demand.clone();
        self.arguments(arguments, rest, move |terms, rest| {
            let demand = map_terms(&callee, &mut |term, _| match term {
                Term::Slot(slot) => terms.get(usize::from(*slot)).cloned(),
                _ => None,
            });
            and(&demand, &rest)
        })
    }

    /// A rule that returns values: what is demanded of them goes into an instance of its own,
    /// unless a clause demands nothing of them.
    fn bind_results(
        &mut self,
        results: &[u16],
        rule: hir::RuleId,
        arguments: &'a [hir::Expr],
        rest: Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        let speaks = |clause: &Clause| {
            clause
                .atoms
                .iter()
                .any(|atom| results.iter().any(|&slot| mentions(atom, slot)))
        };
        let free: Vec<Clause> = rest
            .clauses
            .iter()
            .filter(|clause| !speaks(clause))
            .cloned()
            .collect();
        if !free.is_empty() || rest.is_never() {
            let id = self.call_instance(rule, None, 0);
            let (demand, arguments) = self.call(id, arguments, normalize(free));
            return (
                demand,
                self.builder
                    .expr(Expr::Call(ir::RuleId(id as u32), arguments)),
            );
        }
        let as_result = map_terms(&rest, &mut |term, _| match term {
            Term::Slot(slot) => results
                .iter()
                .position(|result| result == slot)
                .map(|i| Term::Slot(RESULT + i as u16)),
            _ => None,
        });
        let handed: Vec<u16> = slots(&as_result)
            .into_iter()
            .filter(|&slot| slot < EXTRA)
            .collect();
        let on_results = map_terms(&as_result, &mut |term, _| match term {
            Term::Slot(slot) => handed
                .iter()
                .position(|other| other == slot)
                .map(|j| Term::Slot(EXTRA + j as u16)),
            _ => None,
        });
        let id = self.call_instance(rule, Some(flat(&on_results)), handed.len() as u16);
        if self.instances[id].on_results.is_none() {
            self.note_lost(&rest, &Demand::never(), span);
            return (Demand::never(), self.builder.expr(Expr::Int(0)));
        }
        let params = arguments.len();
        let callee = self.instances[id].demand.clone();
        let depth = rest
            .clauses
            .iter()
            .map(|clause| clause.depth)
            .max()
            .unwrap_or(0);
        let values: Vec<ExprId> = handed
            .iter()
            .map(|&slot| self.builder.expr(Expr::Slot(slot)))
            .collect();
        let (demand, mut ids) = self.arguments(arguments, Demand::always(depth), |terms, rest| {
            let demand = map_terms(&callee, &mut |term, _| match term {
                Term::Slot(slot) if usize::from(*slot) < params => {
                    terms.get(usize::from(*slot)).cloned()
                }
                Term::Slot(slot) => handed
                    .get(usize::from(*slot) - params)
                    .map(|&slot| Term::Slot(slot)),
                _ => None,
            });
            and(&demand, &rest)
        });
        ids.extend(values);
        (
            demand,
            self.builder.expr(Expr::Call(ir::RuleId(id as u32), ids)),
        )
    }
}

impl GuardContext for Inference<'_> {
    fn term(&self, expr: &hir::Expr) -> Option<Term> {
        Inference::term(self, expr)
    }

    fn dialect_guard(&mut self, guard: DialectGuard) -> u32 {
        self.builder.guard(guard)
    }
}

/// Adds the clauses that are new; known ones stay (others may rely on them) unless a new one says
/// the same of more situations. Returns whether anything changed.
fn accept(known: &mut Demand, found: &Demand) -> bool {
    let mut changed = false;
    for clause in &found.clauses {
        if known.clauses.iter().any(|old| subsumes(old, clause)) {
            continue;
        }
        known.clauses.retain(|old| !subsumes(clause, old));
        known.clauses.push(clause.clone());
        changed = true;
    }
    if changed {
        known
            .clauses
            .sort_by_key(|clause| (clause.depth, clause.atoms.len()));
    }
    changed
}

/// The value of a constant int expression.
pub fn constant(expr: &hir::Expr) -> Option<i64> {
    use crate::syntax::ast::ArithmeticOp;
    match &expr.kind {
        ExprKind::Int(value) => Some(*value),
        ExprKind::Arithmetic(op, a, b) => {
            let (a, b) = (constant(a)?, constant(b)?);
            Some(match op {
                ArithmeticOp::Add => a.saturating_add(b),
                ArithmeticOp::Subtract => a.saturating_sub(b),
                ArithmeticOp::Multiply => a.saturating_mul(b),
            })
        }
        _ => None,
    }
}

// ---- scopes ----------------------------------------------------------------------------------

fn is_visible(domain: &Domain) -> bool {
    matches!(domain, Domain::Visible | Domain::Enclosing)
}

/// What the inside of a scope demands from outside: at its start nothing is visible unless it is
/// correlated, and the context is `none`.
fn close_scope(demand: &Demand, correlated: bool) -> Demand {
    let demand = decide_context(demand, 0);
    if correlated {
        return swap_domain(&demand, &Domain::Enclosing, &Domain::Visible);
    }
    replace_atoms(&demand, &mut |atom, _| match atom {
        Atom::Exists { domain, .. } if is_visible(domain) => Some(Demand::never()),
        Atom::ForAll { domain, .. } if is_visible(domain) => Some(Demand::always(0)),
        _ => None,
    })
}

/// Before a relation in `slot` is bound: a column is found among its columns or was visible already.
fn bind_visible(demand: &Demand, slot: u16, list: bool) -> Demand {
    replace_atoms(demand, &mut |visible, _| match visible {
        Atom::Exists { domain, min, body } if is_visible(domain) => {
            let within = if list {
                // Each of the listed relations has such a column.
                let columns = Domain::Columns(Term::Bound(0));
                let lifted = lift(body);
                let each = atom(Atom::Exists {
                    domain: columns,
                    min: *min,
                    body: lifted,
                });
                atom(Atom::ForAll {
                    domain: Domain::Elements(Term::Slot(slot)),
                    body: each,
                })
            } else {
                let columns = Domain::Columns(Term::Slot(slot));
                atom(Atom::Exists {
                    domain: columns,
                    min: *min,
                    body: body.clone(),
                })
            };
            Some(or([within, atom(visible.clone())]))
        }
        _ => None,
    })
}

/// A quantifier's body under one more quantifier that stands outside of it: what spoke of outer
/// variables skips the new one.
fn lift(body: &Demand) -> Demand {
    map_terms(body, &mut |term, level| match term {
        Term::Bound(n) if *n > level => Some(Term::Bound(n + 1)),
        _ => None,
    })
}

/// Before `narrow`: the visible columns are the elements of the list in `slot`, and what `full`
/// reopened inside is what is visible here.
fn narrow_visible(demand: &Demand, slot: u16) -> Demand {
    let narrowed = swap_domain(
        demand,
        &Domain::Visible,
        &Domain::Elements(Term::Slot(slot)),
    );
    swap_domain(&narrowed, &Domain::Enclosing, &Domain::Visible)
}

fn swap_domain(demand: &Demand, from: &Domain, to: &Domain) -> Demand {
    replace_atoms(demand, &mut |quantified, _| match quantified {
        Atom::Exists { domain, min, body } if domain == from => Some(atom(Atom::Exists {
            domain: to.clone(),
            min: *min,
            body: body.clone(),
        })),
        Atom::ForAll { domain, body } if domain == from => Some(atom(Atom::ForAll {
            domain: to.clone(),
            body: body.clone(),
        })),
        _ => None,
    })
}

fn decide_context(demand: &Demand, context: u8) -> Demand {
    replace_atoms(demand, &mut |atom, _| match atom {
        Atom::ContextIn(mask) if mask & (1 << (context & 31)) != 0 => Some(Demand::always(0)),
        Atom::ContextIn(_) => Some(Demand::never()),
        _ => None,
    })
}

// ---- lists -----------------------------------------------------------------------------------

/// What is demanded of every element of a list, and what is demanded besides.
struct EachElement {
    /// Over the element as `Bound(0)`.
    inside: Demand,
    /// Over everything else.
    outside: Demand,
}

impl EachElement {
    fn demand(&self) -> Demand {
        if self.inside.is_never() {
            Demand::never()
        } else {
            self.outside.clone()
        }
    }
}

/// Splits a demand on a list that has at least `min` elements. All elements have to satisfy one and
/// the same clause: the clauses that want the same of the elements as the first (or less) remain.
fn each_element(demand: &Demand, slot: u16, min: u32) -> EachElement {
    let split: Vec<(Demand, Clause)> = demand
        .clauses
        .iter()
        .filter_map(|clause| split_clause(clause, slot, min))
        .collect();
    let Some((first, _)) = split.iter().min_by_key(|(inside, clause)| {
        (
            inside.clauses.iter().map(|c| c.atoms.len()).max(),
            clause.depth,
        )
    }) else {
        return EachElement {
            inside: Demand::never(),
            outside: Demand::never(),
        };
    };
    let first = first.clone();
    let outside = normalize(
        split
            .into_iter()
            .filter(|(inside, _)| {
                first
                    .clauses
                    .iter()
                    .all(|clause| inside.clauses.contains(clause))
                    && inside.clauses.len() == first.clauses.len()
            })
            .map(|(_, clause)| clause)
            .collect(),
    );
    EachElement {
        inside: first,
        outside,
    }
}

/// One clause: what it wants of each element, and its other atoms. `None` where it says something of
/// the list that a draw cannot promise.
fn split_clause(clause: &Clause, slot: u16, min: u32) -> Option<(Demand, Clause)> {
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

/// The element variable of a demand as a slot again.
fn open_element(demand: &Demand, slot: u16) -> Demand {
    map_terms(demand, &mut |term, level| {
        (*term == Term::Bound(level)).then_some(Term::Slot(slot))
    })
}

/// `for` over lists: every round's demand, as demands on the lists' elements. Over several lists an
/// atom may speak of one of the loop variables only.
fn every_round(inside: &Demand, slots: &[u16], lists: &[u16]) -> Demand {
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

/// Drops clauses in which an atom speaks of `slot` and of one of the others.
fn without_pairs(demand: &Demand, slot: u16, others: &[u16]) -> Demand {
    if others.is_empty() {
        return demand.clone();
    }
    let paired =
        |atom: &Atom| mentions(atom, slot) && others.iter().any(|&other| mentions(atom, other));
    normalize(
        demand
            .clauses
            .iter()
            .filter(|clause| !clause.atoms.iter().any(paired))
            .cloned()
            .collect(),
    )
}

/// A demand on a relation made of types, as a demand on the list of types in `types`: its columns
/// are known by their types alone.
fn relation_of_types(demand: &Demand, relation: u16, types: u16) -> Demand {
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
            Domain::Columns(term) | Domain::Insertable(term) | Domain::Updatable(term)
                if *term == columns => {}
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
fn by_type_alone(body: &Demand) -> bool {
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
