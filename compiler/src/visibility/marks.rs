//! Marks for choices and values.

use super::alike::{has_alike, is_empty};
use super::reveal::{Known, Told, given, is_slot, table_of_key, table_of_row};
use crate::ambiguity::{Point, Proof};
use crate::builtins::Builtin;
use crate::hir::Ty;
use crate::interpret::reach::{Part, children};
use crate::ir::{Argument, ChoiceId, Count, Expr, ExprId, Node, NodeId, Program, RuleId, SiteId};
use rqg_runtime::demand::Domain;
use std::collections::{HashMap, HashSet};

/// Which choices of a program the text does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visibility {
    choices: HashSet<ChoiceId>,
    nodes: HashSet<NodeId>,
    exprs: HashSet<ExprId>,
    apart: HashSet<ExprId>,
    /// The start rule whose texts are proven to have one derivation each, but for what is hidden.
    proven: Option<RuleId>,
}

impl Visibility {
    /// Whether it is hidden which alternative is chosen. What is chosen in the alternative need not
    /// be.
    #[must_use]
    pub fn hides_choice(&self, choice: ChoiceId) -> bool {
        self.choices.contains(&choice)
    }

    /// Of an option whether it is hidden if it was taken, of a repetition how many rounds it has; of
    /// a call whether all that is chosen in it is hidden.
    #[must_use]
    pub fn hides_node(&self, node: NodeId) -> bool {
        self.nodes.contains(&node)
    }

    /// Whether all that is drawn for a value is hidden.
    #[must_use]
    pub fn hides_expr(&self, expr: ExprId) -> bool {
        self.exprs.contains(&expr)
    }

    /// The start rule of which it is proven that what is not hidden tells its units apart.
    #[must_use]
    pub fn proven(&self) -> Option<RuleId> {
        self.proven
    }

    /// Whether a value holds the index of the unit and is placed in any case.
    #[must_use]
    pub fn tells_apart(&self, expr: ExprId) -> bool {
        self.apart.contains(&expr)
    }
}

impl Visibility {
    /// Takes over what a proof says of the derivations from its start rule: of choices, options and
    /// rounds all, of values what is hidden. A foreign key is told by its columns and tables, and only
    /// a proof sees that all of them are placed.
    pub(super) fn prefer(&mut self, program: &Program, start: RuleId, proof: &Proof) {
        self.proven = Some(start);
        for point in proof.recoverable() {
            match point {
                Point::Choice(choice) => {
                    self.choices.remove(&choice);
                }
                Point::Node(node) => {
                    self.nodes.remove(&node);
                }
                Point::Expr(expr) if draws_foreign_key(program, expr) => {
                    self.exprs.remove(&expr);
                }
                Point::Expr(_) | Point::Length(_) => {}
            }
        }
        for point in proof.hidden() {
            match point {
                Point::Choice(choice) => {
                    self.choices.insert(choice);
                }
                Point::Node(node) => {
                    self.nodes.insert(node);
                }
                Point::Expr(expr) | Point::Length(expr) => {
                    self.exprs.insert(expr);
                }
            }
        }
    }
}

pub(super) fn mark(program: &Program) -> Visibility {
    let draws = drawing(program);
    let mut known = Known::default();
    loop {
        let mut marker = Marker {
            program,
            draws: &draws,
            known: &mut known,
            marks: Visibility::default(),
            rule: RuleId(0),
            covered: false,
            aside: false,
            lets: HashMap::new(),
        };
        for id in (0..program.rules.len() as u32).map(RuleId) {
            marker.rule(id);
        }
        let marks = marker.marks;
        known.settle_params(program);
        if !known.take_change() {
            return marks;
        }
    }
}

/// By expression: whether something may be drawn when it is evaluated.
fn drawing(program: &Program) -> Vec<bool> {
    let mut draws = Vec::with_capacity(program.exprs.len());
    for at in 0..program.exprs.len() as u32 {
        let mut open = vec![Part::Expr(ExprId(at))];
        let mut found = false;
        while let Some(part) = open.pop() {
            found |= match part {
                Part::Rule(_) => true,
                Part::Node(node) => matches!(
                    program.nodes.get(node.index()),
                    Some(Node::Choice(_) | Node::Optional { .. } | Node::Repeat { .. })
                ),
                Part::Expr(expr) => match program.exprs.get(expr.index()) {
                    Some(Expr::Builtin(builtin, _)) => builtin.draws(),
                    Some(
                        Expr::Draw(_)
                        | Expr::DrawList { .. }
                        | Expr::Generate { .. }
                        | Expr::Extern(..),
                    ) => true,
                    _ => false,
                },
            };
            if found {
                break;
            }
            children(program, part, &mut |child| open.push(child));
        }
        draws.push(found);
    }
    draws
}

/// Whether the text of a builtin's value tells what the builtin drew; the runtime hides what it does
/// not tell of single draws.
fn builtin_tells(builtin: Builtin) -> bool {
    matches!(
        builtin,
        Builtin::Int
            | Builtin::Decimal
            | Builtin::Text
            | Builtin::Regex
            | Builtin::Date
            | Builtin::Timestamp
            | Builtin::Boolean
            | Builtin::Uuid
            | Builtin::Word
            | Builtin::Literal
            | Builtin::FittingValue
            | Builtin::RowValue
            | Builtin::Existing
            | Builtin::ExistingIn
            | Builtin::Comparand
            | Builtin::Quote
            | Builtin::Of
            | Builtin::NewKey
            | Builtin::Fresh
    )
}

struct Marker<'a> {
    program: &'a Program,
    draws: &'a [bool],
    known: &'a mut Known,
    marks: Visibility,
    rule: RuleId,
    /// Whether all that is looked at is hidden.
    covered: bool,
    /// Whether what is printed here is dropped: the rule returns values, and no text is derived.
    aside: bool,
    /// What slots of the rule are bound to; none if it is bound at several places.
    lets: HashMap<u16, Option<ExprId>>,
}

impl Marker<'_> {
    fn rule(&mut self, id: RuleId) {
        let Some(rule) = self.program.rules.get(id.index()) else {
            return;
        };
        self.rule = id;
        self.aside = rule.returns;
        self.lets.clear();
        self.collect_lets(rule.body);
        self.node(rule.body);
    }

    fn collect_lets(&mut self, body: NodeId) {
        let program = self.program;
        let mut open = vec![Part::Node(body)];
        while let Some(part) = open.pop() {
            if let Part::Node(node) = part {
                match program.nodes.get(node.index()) {
                    Some(Node::Let(slots, expr)) => {
                        for &slot in slots {
                            let single = (slots.len() == 1).then_some(*expr);
                            let bound = self.lets.entry(slot);
                            bound.and_modify(|known| *known = None).or_insert(single);
                        }
                    }
                    Some(Node::For { slots, .. }) => {
                        for &slot in slots {
                            self.lets.insert(slot, None);
                        }
                    }
                    _ => {}
                }
            }
            children(program, part, &mut |child| {
                if !matches!(child, Part::Rule(_)) {
                    open.push(child);
                }
            });
        }
    }

    fn node(&mut self, id: NodeId) {
        let program = self.program;
        let Some(node) = program.nodes.get(id.index()) else {
            return;
        };
        match node {
            Node::Sequence(nodes) => {
                for (at, &node) in nodes.iter().enumerate() {
                    match program.nodes.get(node.index()) {
                        Some(Node::Let(slots, expr)) => {
                            let rest = nodes.get(at + 1..).unwrap_or_default();
                            self.bind(slots, *expr, rest);
                        }
                        _ => self.node(node),
                    }
                }
            }
            Node::Let(slots, expr) => self.bind(slots, *expr, &[]),
            Node::Choice(choice) => self.choice(*choice),
            Node::Optional { body, .. } => {
                self.hide_node(id, self.aside || is_empty(program, *body));
                self.node(*body);
            }
            Node::Repeat { count, body, .. } => {
                self.hide_node(id, self.aside || is_empty(program, *body));
                self.bounds(count);
                self.node(*body);
            }
            Node::For {
                slots, lists, body, ..
            } => {
                for &list in lists {
                    let told = match (slots.as_slice(), lists.as_slice()) {
                        (&[element], &[_]) if !self.aside => {
                            let told = self.told(list);
                            self.known
                                .nodes(program, self.rule, &[*body], element, told)
                        }
                        _ => false,
                    };
                    self.value(list, told);
                }
                self.node(*body);
            }
            Node::Call(rule, arguments) => {
                self.hide_node(id, self.aside);
                self.arguments(*rule, arguments, !self.aside);
            }
            Node::Place(expr) => self.value(*expr, !self.aside),
            Node::Bind(values) => values.iter().for_each(|&value| self.value(value, false)),
            Node::Effect(_, value) => self.value(*value, false),
            Node::Narrow(columns, body) => {
                self.value(*columns, false);
                self.node(*body);
            }
            Node::Return(results) => {
                for (at, &result) in results.iter().enumerate() {
                    let told = self.known.result(self.rule, at);
                    self.value(result, told);
                }
            }
            Node::Within(_, body)
            | Node::Only(_, body)
            | Node::Scope { body, .. }
            | Node::Full(body)
            | Node::Context(_, body) => self.node(*body),
            Node::Empty | Node::Literal(_) | Node::Glue | Node::StatementBreak => {}
        }
    }

    fn choice(&mut self, id: ChoiceId) {
        let Some(choice) = self.program.choices.get(id.index()) else {
            return;
        };
        if self.aside || has_alike(self.program, choice) {
            self.marks.choices.insert(id);
        }
        for alternative in &choice.alternatives {
            self.node(alternative.body);
        }
    }

    fn hide_node(&mut self, node: NodeId, hidden: bool) {
        if hidden {
            self.marks.nodes.insert(node);
        }
    }

    fn bounds(&mut self, count: &Count) {
        self.value(count.low, false);
        count.high.iter().for_each(|&high| self.value(high, false));
    }

    /// Binds slots whose values `rest` may tell.
    fn bind(&mut self, slots: &[u16], expr: ExprId, rest: &[NodeId]) {
        let program = self.program;
        if let &[slot] = slots {
            let told = match self.told(expr) {
                Told::Value if table_of_row(program, expr).is_some() => {
                    self.row_is_told(slot, expr, rest)
                }
                told => self.known.nodes(program, self.rule, rest, slot, told),
            };
            self.value(expr, told);
            return;
        }
        if let Some(Expr::Call(rule, _)) = program.exprs.get(expr.index()) {
            let results = program.rules.get(rule.index());
            let results = results.map_or(&[][..], |rule| &rule.results);
            for (at, (&slot, ty)) in slots.iter().zip(results).enumerate() {
                let told = told_of_type(ty);
                if !self.known.nodes(program, self.rule, rest, slot, told) {
                    self.known.drop_result(*rule, at);
                }
            }
        }
        self.value(expr, true);
    }

    /// Whether a bound row is told by a unique key of its table.
    fn row_is_told(&mut self, slot: u16, row: ExprId, rest: &[NodeId]) -> bool {
        let table = table_of_row(self.program, row);
        let keys = self.lets.iter().filter_map(|(&key, &bound)| {
            let of = table_of_key(self.program, bound?);
            (of.is_some() && of == table).then_some(key)
        });
        let keys: Vec<u16> = keys.collect();
        keys.into_iter().any(|key| {
            let told = Told::Row(key);
            self.known.nodes(self.program, self.rule, rest, slot, told)
        }) || self.row_is_handed_on(slot, table, rest)
    }

    /// Whether a call takes a row and a unique key of its table that is drawn there.
    fn row_is_handed_on(&mut self, slot: u16, table: Option<u16>, rest: &[NodeId]) -> bool {
        rest.iter()
            .any(|node| match self.program.nodes.get(node.index()) {
                Some(Node::Call(rule, arguments)) => {
                    let key = arguments.iter().position(|&argument| {
                        let of = table_of_key(self.program, argument);
                        of.is_some() && of == table
                    });
                    let row = arguments
                        .iter()
                        .position(|&argument| is_slot(self.program, argument, slot));
                    match (key, row) {
                        (Some(key), Some(row)) => {
                            self.known.param(*rule, row as u16, Told::Row(key as u16))
                        }
                        _ => false,
                    }
                }
                _ => false,
            })
    }

    /// What has to be told of the value of an expression.
    fn told(&self, expr: ExprId) -> Told {
        let site = |site: &SiteId| self.program.sites.get(site.index());
        match self.program.exprs.get(given(self.program, expr).index()) {
            Some(Expr::Draw(id) | Expr::DrawList { site: id, .. }) => {
                match site(id).map(|site| &site.domain) {
                    Some(domain) if draws_columns(domain) => Told::Column,
                    _ => Told::Value,
                }
            }
            Some(Expr::Let(_, _, then)) => self.told(*then),
            Some(Expr::Call(rule, _)) => match self.program.rules.get(rule.index()) {
                Some(rule) if rule.results.len() == 1 => told_of_type(&rule.results[0]),
                _ => Told::Value,
            },
            _ => Told::Value,
        }
    }

    fn arguments(&mut self, rule: RuleId, arguments: &[ExprId], visible: bool) {
        let program = self.program;
        for (at, &argument) in (0_u16..).zip(arguments) {
            let told = if let Some(table) = table_of_row(program, argument) {
                visible && self.row_argument_is_told(rule, at, table, arguments)
            } else {
                let told = self.told(argument);
                visible && self.draws(argument) && self.known.param(rule, at, told)
            };
            self.value(argument, told);
        }
    }

    /// Whether a row that is drawn as an argument is told by a unique key that is another one.
    fn row_argument_is_told(
        &mut self,
        rule: RuleId,
        at: u16,
        table: u16,
        arguments: &[ExprId],
    ) -> bool {
        let program = self.program;
        let key = arguments.iter().position(|&argument| {
            let of = match program.exprs.get(argument.index()) {
                Some(Expr::Slot(slot)) => {
                    let bound = self.lets.get(slot).copied().flatten();
                    bound.and_then(|bound| table_of_key(program, bound))
                }
                _ => table_of_key(program, argument),
            };
            of == Some(table)
        });
        key.is_some_and(|key| self.known.param(rule, at, Told::Row(key as u16)))
    }

    fn draws(&self, expr: ExprId) -> bool {
        self.draws.get(expr.index()).copied().unwrap_or(true)
    }

    fn hide(&mut self, expr: ExprId) {
        if self.draws(expr) && !self.covered {
            self.marks.exprs.insert(expr);
        }
    }

    /// Marks an expression whose value is told, or not.
    fn value(&mut self, id: ExprId, told: bool) {
        let program = self.program;
        let Some(expr) = program.exprs.get(id.index()) else {
            return;
        };
        let told = told && self.can_be_told(expr);
        if !told {
            self.hide(id);
            self.drop_results(expr);
        }
        let covered = self.covered;
        self.covered |= !told;
        self.parts(id, expr, told);
        self.covered = covered;
    }

    /// Marks what an expression is made of.
    fn parts(&mut self, id: ExprId, expr: &Expr, told: bool) {
        match expr {
            Expr::Slot(_)
            | Expr::Int(_)
            | Expr::Bool(_)
            | Expr::Str(_)
            | Expr::Type(_)
            | Expr::Draw(_) => {}
            Expr::Let(bound, value, then) => {
                let is_given = is_slot(self.program, *then, *bound);
                self.value(*value, told && is_given);
                self.value(*then, told);
            }
            Expr::Arithmetic(_, left, right) => {
                self.value(*left, false);
                self.value(*right, false);
            }
            Expr::Field(of, _) => self.value(*of, false),
            Expr::DrawList {
                count, including, ..
            } => {
                self.bounds(count);
                including.iter().for_each(|&list| self.value(list, false));
            }
            Expr::Generate { item, count } => {
                self.bounds(count);
                self.value(*item, told);
            }
            Expr::Builtin(builtin, arguments) => {
                if told
                    && matches!(
                        builtin,
                        Builtin::NewTable | Builtin::FreshObject | Builtin::Index
                    )
                {
                    self.marks.apart.insert(id);
                }
                for (at, argument) in arguments.iter().enumerate() {
                    match argument {
                        Argument::Value(value) => {
                            let passes =
                                matches!((builtin, at), (Builtin::Quote, 0) | (Builtin::Of, 1));
                            self.value(*value, told && passes);
                        }
                        Argument::Range(low, high) => {
                            self.value(*low, false);
                            self.value(*high, false);
                        }
                        _ => {}
                    }
                }
            }
            Expr::Call(rule, arguments) => self.arguments(*rule, arguments, told),
            Expr::Extern(_, values) | Expr::List(values) => {
                values.iter().for_each(|&value| self.value(value, false));
            }
            Expr::Text(body) => {
                let aside = std::mem::replace(&mut self.aside, false);
                self.node(*body);
                self.aside = aside;
            }
        }
    }

    /// Whoever calls for results and does not place them leaves nothing to be told of them.
    fn drop_results(&mut self, expr: &Expr) {
        if let Expr::Call(rule, _) = expr
            && let Some(found) = self.program.rules.get(rule.index())
            && found.returns
        {
            for at in 0..found.results.len() {
                self.known.drop_result(*rule, at);
            }
        }
    }

    /// Whether the text of an expression's value can tell what was drawn for it.
    fn can_be_told(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Draw(site) | Expr::DrawList { site, .. } => {
                let site = self.program.sites.get(site.index());
                site.is_some_and(|site| prints_differently(&site.domain))
            }
            Expr::Builtin(builtin, _) => match builtin {
                Builtin::Key | Builtin::Victim | Builtin::NewTable | Builtin::FreshObject => true,
                Builtin::Index => true,
                other => builtin_tells(*other),
            },
            Expr::Call(rule, _) => {
                let Some(found) = self.program.rules.get(rule.index()) else {
                    return false;
                };
                let is_told =
                    |(at, ty): (usize, &Ty)| *ty == Ty::Text && self.known.result(*rule, at);
                !found.returns || found.results.iter().enumerate().any(is_told)
            }
            Expr::Extern(..) | Expr::Arithmetic(..) | Expr::Field(..) | Expr::List(_) => false,
            Expr::Slot(_)
            | Expr::Int(_)
            | Expr::Bool(_)
            | Expr::Str(_)
            | Expr::Type(_)
            | Expr::Let(..)
            | Expr::Generate { .. }
            | Expr::Text(_) => true,
        }
    }
}

fn draws_foreign_key(program: &Program, expr: ExprId) -> bool {
    let Some(Expr::Draw(site)) = program.exprs.get(expr.index()) else {
        return false;
    };
    matches!(
        program.sites.get(site.index()).map(|site| &site.domain),
        Some(Domain::ForeignKeys | Domain::ForeignKeysFrom(_) | Domain::ForeignKeysTo(_))
    )
}

fn told_of_type(ty: &Ty) -> Told {
    match ty {
        Ty::Column => Told::Column,
        Ty::List(element) => told_of_type(element),
        _ => Told::Value,
    }
}

fn draws_columns(domain: &Domain) -> bool {
    matches!(
        domain,
        Domain::Columns(_)
            | Domain::Insertable(_)
            | Domain::Required(_)
            | Domain::Updatable(_)
            | Domain::Visible
            | Domain::Enclosing
    )
}

/// Whether no two elements of a domain have the same text, given what was drawn before. Where that
/// depends on the unit, it is seen to when the unit is made.
fn prints_differently(domain: &Domain) -> bool {
    draws_columns(domain) || matches!(domain, Domain::Tables | Domain::Views | Domain::Sources)
}
