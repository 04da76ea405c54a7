//! From a program to the graph of what it can print: the program is run once, with what is known
//! of values in their place.

mod builtins;
mod expressions;

use super::Point;
use super::items::{Arm, Branch, Draw, Id, Item, ItemId, Items, Loop, TOLD_APART};
use super::known::Known;
use crate::builtins::Builtin;
use crate::interpret::reach::{Part as Place, children};
use crate::ir::{ChoiceId, Count, Expr, ExprId, LiteralId, Node, NodeId, Program, RuleId};
use crate::source::Span;
use rqg_runtime::schema::model::Model;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What nests deeper is not looked at.
const DEEPEST: usize = 500;
/// More rules, each with its arguments, are not looked at.
const MOST_INSTANCES: usize = 20_000;

/// What a program can print.
pub struct Built {
    /// The graph.
    pub items: Items,
    /// What the start rule prints.
    pub root: ItemId,
    /// Whether all of the program was looked at.
    pub complete: bool,
}

/// Builds the graph of what a rule without parameters prints.
pub fn build(program: &Program, start: RuleId, model: Option<&Model>) -> Built {
    let mut builder = Builder {
        program,
        items: Items::new(),
        rules: looked_at(program),
        instances: HashMap::new(),
        active: Vec::new(),
        pending: Vec::new(),
        placed: BTreeSet::new(),
        fresh: Some(0),
        bare_scope: false,
        depth: 0,
        complete: true,
        keys: KeysOf::new(model),
    };
    let root = builder.call(start, Vec::new(), Span::default());
    Built {
        items: builder.items,
        root,
        complete: builder.complete,
    }
}

/// What tells the keys of a schema apart.
struct KeysOf {
    /// Foreign keys differ in their table or columns.
    foreign_by_columns: bool,
    /// The unique keys of a table differ in their columns.
    unique_by_columns: bool,
}

impl KeysOf {
    fn new(model: Option<&Model>) -> Self {
        let Some(model) = model else {
            return Self {
                foreign_by_columns: false,
                unique_by_columns: false,
            };
        };
        let foreign: BTreeSet<_> = model
            .foreign_keys
            .iter()
            .map(|key| (key.from.0, &key.columns))
            .collect();
        let unique: BTreeSet<_> = model
            .unique_keys
            .iter()
            .map(|key| (key.table.0, &key.columns))
            .collect();
        Self {
            foreign_by_columns: foreign.len() == model.foreign_keys.len(),
            unique_by_columns: unique.len() == model.unique_keys.len(),
        }
    }
}

/// What is known of a rule before it is run.
#[derive(Debug, Clone, Copy, Default)]
struct Looked {
    /// It comes back to itself.
    recursive: bool,
    /// It makes fresh names.
    fresh: bool,
}

fn looked_at(program: &Program) -> Vec<Looked> {
    let count = program.rules.len();
    (0..count)
        .map(|start| {
            let mut looked = Looked::default();
            let mut seen = vec![false; count];
            let mut open = vec![Place::Rule(RuleId(start as u32))];
            while let Some(place) = open.pop() {
                looked.fresh |= makes_fresh(program, place);
                children(program, place, &mut |child| {
                    if let Place::Rule(rule) = child {
                        looked.recursive |= rule.index() == start;
                        if std::mem::replace(&mut seen[rule.index()], true) {
                            return;
                        }
                    }
                    open.push(child);
                });
            }
            looked
        })
        .collect()
}

fn makes_fresh(program: &Program, place: Place) -> bool {
    let Place::Expr(expr) = place else {
        return false;
    };
    matches!(
        program.exprs.get(expr.index()),
        Some(Expr::Builtin(Builtin::Fresh | Builtin::Alias, _))
    )
}

/// The slots of a rule, and what it returned.
#[derive(Debug, Clone, Default)]
struct Frame {
    slots: Vec<Known>,
    results: Option<Vec<Known>>,
}

impl Frame {
    fn slot(&self, slot: u16) -> Known {
        let known = self.slots.get(usize::from(slot));
        known.cloned().unwrap_or(Known::Nothing)
    }

    fn set(&mut self, slot: u16, known: Known) {
        let slot = usize::from(slot);
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, Known::Nothing);
        }
        self.slots[slot] = known;
    }
}

type Key = (RuleId, Vec<Known>, Option<Option<u32>>, bool);

struct Builder<'a> {
    program: &'a Program,
    items: Items,
    rules: Vec<Looked>,
    /// Rules with their arguments, the number of fresh names and what is known of the scope: their
    /// body, and how many fresh names there are after it.
    instances: HashMap<Key, (ItemId, Option<u32>)>,
    /// Rules that are run in place of a call of their results.
    active: Vec<RuleId>,
    /// What expressions drew that no node stands for yet.
    pending: Vec<ItemId>,
    /// Texts that were placed for certain.
    placed: BTreeSet<Id>,
    /// How many fresh names were made, where that is certain.
    fresh: Option<u32>,
    /// Whether columns of the present scope may print alike.
    bare_scope: bool,
    depth: usize,
    complete: bool,
    keys: KeysOf,
}

impl Builder<'_> {
    fn span(&self, node: NodeId) -> Span {
        let span = self.program.node_spans.get(node.index());
        span.copied().unwrap_or_default()
    }

    fn literal_text(&self, literal: LiteralId) -> Arc<str> {
        let text = self.program.literals.get(literal.index());
        text.cloned().unwrap_or_else(|| Arc::from(""))
    }

    fn literal(&mut self, text: Arc<str>, span: Span) -> ItemId {
        if text.is_empty() {
            return 0;
        }
        self.items.add(Item::Literal(text), span)
    }

    // ---- Nodes

    /// What a node prints; what its expressions draw comes first.
    fn node(&mut self, frame: &mut Frame, id: NodeId) -> ItemId {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.complete = false;
            self.depth -= 1;
            return 0;
        }
        let outer = std::mem::take(&mut self.pending);
        let item = self.bare_node(frame, id);
        let mut parts = std::mem::replace(&mut self.pending, outer);
        parts.push(item);
        self.depth -= 1;
        self.items.sequence(parts, self.span(id))
    }

    fn bare_node(&mut self, frame: &mut Frame, id: NodeId) -> ItemId {
        let program = self.program;
        let span = self.span(id);
        let Some(node) = program.nodes.get(id.index()) else {
            return 0;
        };
        match node {
            Node::Empty | Node::Effect(..) => 0,
            Node::Literal(literal) => self.literal(self.literal_text(*literal), span),
            Node::Glue => self.items.add(Item::Glue, span),
            Node::StatementBreak => self.items.add(Item::Break, span),
            Node::Sequence(nodes) => {
                let parts = nodes.iter().map(|&node| self.node(frame, node)).collect();
                self.items.sequence(parts, span)
            }
            Node::Choice(choice) => self.choice(frame, *choice),
            Node::Optional { body, .. } => self.option(frame, id, *body, span),
            Node::Repeat {
                count,
                separator,
                body,
                ..
            } => self.repeat(frame, id, count, *separator, *body),
            Node::For {
                slots,
                lists,
                separator,
                body,
            } => self.walk(frame, (slots, lists), *separator, *body, span),
            Node::Call(rule, arguments) => {
                let arguments = self.exprs(frame, arguments);
                self.call(*rule, arguments, span)
            }
            Node::Within(rule, body) => {
                let body = self.node(frame, *body);
                self.items.add(Item::Rule(*rule, Some(body)), span)
            }
            Node::Only(_, body) => self.node(frame, *body),
            Node::Place(expr) => {
                let known = self.expr(frame, *expr);
                self.place(&known, span)
            }
            Node::Let(slots, expr) => {
                let known = self.expr(frame, *expr);
                match (slots.as_slice(), known) {
                    (&[slot], known) => frame.set(slot, known),
                    (slots, Known::Tuple(parts)) => {
                        for (&slot, part) in slots.iter().zip(parts) {
                            frame.set(slot, part);
                        }
                    }
                    (slots, _) => slots.iter().for_each(|&s| frame.set(s, Known::Unknown)),
                }
                0
            }
            Node::Scope { correlated, body } => {
                let outer = self.bare_scope;
                self.bare_scope &= *correlated;
                let item = self.node(frame, *body);
                self.bare_scope = outer;
                item
            }
            Node::Full(body) | Node::Context(_, body) => self.node(frame, *body),
            Node::Narrow(columns, body) => {
                self.expr(frame, *columns);
                self.node(frame, *body)
            }
            Node::Bind(relations) => {
                for relation in self.exprs(frame, relations) {
                    self.bare_scope |= !relation.is_told_apart();
                }
                0
            }
            Node::Return(results) => {
                frame.results = Some(self.exprs(frame, results));
                0
            }
        }
    }

    fn choice(&mut self, frame: &mut Frame, id: ChoiceId) -> ItemId {
        let program = self.program;
        let Some(choice) = program.choices.get(id.index()) else {
            return 0;
        };
        if let [only] = choice.alternatives.as_slice() {
            return self.node(frame, only.body);
        }
        let (placed, fresh) = (self.placed.clone(), self.fresh);
        let mut arms = Vec::new();
        let mut results: Vec<Option<Vec<Known>>> = Vec::new();
        let mut after: Option<(BTreeSet<Id>, Option<u32>)> = None;
        for alternative in &choice.alternatives {
            self.placed.clone_from(&placed);
            self.fresh = fresh;
            let mut inner = frame.clone();
            inner.results = None;
            let first = self.items.ids.len();
            let item = self.node(&mut inner, alternative.body);
            arms.push(Arm {
                item,
                span: alternative.span,
                ids: first..self.items.ids.len(),
            });
            results.push(inner.results);
            let here = (std::mem::take(&mut self.placed), self.fresh);
            after = Some(match after {
                None => here,
                Some((placed, fresh)) => (
                    placed.intersection(&here.0).copied().collect(),
                    fresh.filter(|_| fresh == here.1),
                ),
            });
        }
        if let Some((mut all, fresh)) = after {
            // Paths may part in what does not show, so a list that was walked only there may be as
            // long in one derivation as it is not in the other.
            all.retain(|&id| placed.contains(&id) || !self.items.is_length(id));
            (self.placed, self.fresh) = (all, fresh);
        }
        let point = Point::Choice(id);
        if results.iter().any(Option::is_some) {
            frame.results = Some(self.join_results(point, choice.span, &arms, &results));
            let silent = arms.iter().map(|arm| arm.item).collect();
            return self.items.add(Item::Silent(silent), choice.span);
        }
        let branch = Branch {
            point,
            span: choice.span,
            arms,
            again: false,
            joined: false,
        };
        self.items.add(Item::Branch(branch), choice.span)
    }

    /// What a rule returns, whatever alternative it is. Texts become a branch among texts; the
    /// first that is placed tells which alternative it was.
    fn join_results(
        &mut self,
        point: Point,
        span: Span,
        arms: &[Arm],
        results: &[Option<Vec<Known>>],
    ) -> Vec<Known> {
        let width = results.iter().flatten().map(Vec::len).max().unwrap_or(0);
        let group = self.items.id();
        (0..width)
            .map(|at| {
                let column: Vec<Known> = results
                    .iter()
                    .map(|found| {
                        let found = found.as_ref().and_then(|found| found.get(at));
                        found.cloned().unwrap_or(Known::Unknown)
                    })
                    .collect();
                if !column
                    .iter()
                    .any(|known| matches!(known, Known::Text { .. }))
                {
                    let joined = column.into_iter().reduce(|a, b| a.join(b, &mut self.items));
                    return joined.unwrap_or(Known::Nothing);
                }
                let placed = std::mem::take(&mut self.placed);
                let arms = arms
                    .iter()
                    .zip(&column)
                    .map(|(arm, known)| Arm {
                        item: self.place(known, arm.span),
                        ..arm.clone()
                    })
                    .collect();
                self.placed = placed;
                let branch = Branch {
                    point,
                    span,
                    arms,
                    again: false,
                    joined: true,
                };
                let item = self.items.add(Item::Branch(branch), span);
                self.items.groups.insert(item, group);
                self.text(item)
            })
            .collect()
    }

    /// A text that is derived aside.
    fn text(&mut self, item: ItemId) -> Known {
        let id = self.items.id();
        self.drawn(Draw {
            point: None,
            text: Some(item),
            needs: vec![id],
        });
        Known::Text { id, item }
    }

    fn drawn(&mut self, draw: Draw) {
        self.items.draws.push(draw);
        let at = self.items.draws.len() - 1;
        let marker = self.items.add(Item::Drawn(at), Span::default());
        self.pending.push(marker);
    }

    fn option(&mut self, frame: &mut Frame, id: NodeId, body: NodeId, span: Span) -> ItemId {
        let (placed, fresh) = (self.placed.clone(), self.fresh);
        let first = self.items.ids.len();
        let item = self.node(&mut frame.clone(), body);
        self.placed = placed;
        self.fresh = self.fresh.filter(|_| self.fresh == fresh);
        let end = self.items.ids.len();
        let arm = |item, ids| Arm { item, span, ids };
        let branch = Branch {
            point: Point::Node(id),
            span,
            arms: vec![arm(item, first..end), arm(0, end..end)],
            again: false,
            joined: false,
        };
        self.items.add(Item::Branch(branch), span)
    }

    /// Whether what is below a node makes fresh names.
    fn names_below(&self, body: NodeId) -> bool {
        let mut open = vec![Place::Node(body)];
        while let Some(place) = open.pop() {
            if let Place::Rule(rule) = place {
                if self.rules.get(rule.index()).is_some_and(|rule| rule.fresh) {
                    return true;
                }
                continue;
            }
            if makes_fresh(self.program, place) {
                return true;
            }
            children(self.program, place, &mut |child| open.push(child));
        }
        false
    }

    /// The body of a round of several.
    fn round(&mut self, frame: &mut Frame, body: NodeId) -> ItemId {
        if self.names_below(body) {
            self.fresh = None;
        }
        let placed = self.placed.clone();
        let item = self.node(frame, body);
        self.placed = placed;
        item
    }

    fn repeat(
        &mut self,
        frame: &mut Frame,
        id: NodeId,
        count: &Count,
        separator: Option<LiteralId>,
        body: NodeId,
    ) -> ItemId {
        let span = self.span(id);
        let low = self.constant(frame, count.low);
        let high = count.high.and_then(|high| self.constant(frame, high));
        let body = self.round(&mut frame.clone(), body);
        let small = |n: i64| n.clamp(0, TOLD_APART.into()) as u32;
        let exactly = low.filter(|low| high == Some(*low) && (0..=TOLD_APART.into()).contains(low));
        let found = Loop {
            point: Some(Point::Node(id)),
            span,
            body,
            separator: separator.map(|literal| self.literal_text(literal)),
            least: low.map_or(0, small),
            exactly: exactly.map(small),
            lists: Vec::new(),
            again: false,
        };
        self.items.add(Item::Loop(found), span)
    }

    fn constant(&mut self, frame: &mut Frame, expr: ExprId) -> Option<i64> {
        match self.expr(frame, expr) {
            Known::Int { constant, .. } => constant,
            _ => None,
        }
    }

    fn walk(
        &mut self,
        frame: &mut Frame,
        (slots, lists): (&[u16], &[ExprId]),
        separator: Option<LiteralId>,
        body: NodeId,
        span: Span,
    ) -> ItemId {
        let lists = self.exprs(frame, lists);
        let mut inner = frame.clone();
        let mut walked = Vec::new();
        let mut fewest = TOLD_APART;
        for (&slot, list) in slots.iter().zip(lists) {
            let element = match list {
                Known::List {
                    id, element, least, ..
                } => {
                    fewest = fewest.min(least);
                    if let (Some(id), Some(of)) = (id, element.id()) {
                        walked.push((id, of));
                    } else if let Some(id) = id {
                        walked.push((id, id));
                    }
                    *element
                }
                _ => {
                    fewest = 0;
                    Known::Unknown
                }
            };
            inner.set(slot, element);
        }
        let body = self.round(&mut inner, body);
        let mut lengths: Vec<Id> = walked
            .iter()
            .map(|&(list, _)| self.items.length(list))
            .collect();
        lengths.sort_unstable();
        lengths.dedup();
        // Of lists that are walked together, the shortest ends it: which one, is not known.
        let again = match lengths.as_slice() {
            &[length] if walked.len() == slots.len() => !self.placed.insert(length),
            _ => false,
        };
        let found = Loop {
            point: None,
            span,
            body,
            separator: separator.map(|literal| self.literal_text(literal)),
            least: fewest,
            exactly: None,
            lists: walked,
            again,
        };
        self.items.add(Item::Loop(found), span)
    }

    /// A rule in place.
    fn call(&mut self, rule: RuleId, mut arguments: Vec<Known>, span: Span) -> ItemId {
        let looked = self.rules.get(rule.index()).copied().unwrap_or_default();
        if looked.recursive {
            // Values that recursion hands on would make ever new instances.
            for argument in &mut arguments {
                *argument = std::mem::replace(argument, Known::Nothing).without_ids();
            }
            if looked.fresh {
                self.fresh = None;
            }
        }
        let key = (
            rule,
            arguments,
            looked.fresh.then_some(self.fresh),
            self.bare_scope,
        );
        if let Some(&(item, fresh)) = self.instances.get(&key) {
            if looked.fresh {
                self.fresh = fresh;
            }
            return item;
        }
        let Some(found) = self.program.rules.get(rule.index()) else {
            return 0;
        };
        if self.instances.len() >= MOST_INSTANCES {
            self.complete = false;
            return 0;
        }
        let item = self.items.add(Item::Rule(rule, None), span);
        self.instances.insert(key.clone(), (item, None));
        let mut frame = Frame {
            slots: key.1.clone(),
            results: None,
        };
        let placed = std::mem::take(&mut self.placed);
        let pending = std::mem::take(&mut self.pending);
        let body = self.node(&mut frame, found.body);
        self.pending = pending;
        self.placed = placed;
        self.items.all[item] = Item::Rule(rule, Some(body));
        self.instances.insert(key, (item, self.fresh));
        item
    }

    /// A rule for what it returns, run anew for each call: each has values of its own.
    fn results(&mut self, rule: RuleId, arguments: Vec<Known>) -> Known {
        let Some(found) = self.program.rules.get(rule.index()) else {
            return Known::Unknown;
        };
        if self.active.contains(&rule) || self.active.len() > 64 {
            if self.rules.get(rule.index()).is_some_and(|rule| rule.fresh) {
                self.fresh = None;
            }
            return match found.results.len() {
                1 => Known::Unknown,
                n => Known::Tuple(vec![Known::Unknown; n]),
            };
        }
        self.active.push(rule);
        let mut frame = Frame {
            slots: arguments,
            results: None,
        };
        let placed = std::mem::take(&mut self.placed);
        let drawn = self.node(&mut frame, found.body);
        self.placed = placed;
        self.active.pop();
        self.pending.push(drawn);
        let mut results = frame.results.unwrap_or_default();
        match results.len() {
            1 => results.remove(0),
            _ => Known::Tuple(results),
        }
    }
}
