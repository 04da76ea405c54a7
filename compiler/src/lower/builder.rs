//! The program under construction: interning of literals, demands and guards, and canonical spacing
//! of merged terminals.

use crate::ir::{
    Choice, ChoiceId, DemandId, DialectGuard, Expr, ExprId, LiteralId, Node, NodeId, Site, SiteId,
};
use crate::source::Span;
use rqg_runtime::demand::Demand;
use std::collections::HashMap;
use std::sync::Arc;

/// Tables of a program that grow while rules are lowered.
#[derive(Debug)]
pub struct Builder {
    pub nodes: Vec<Node>,
    pub node_spans: Vec<Span>,
    pub exprs: Vec<Expr>,
    pub literals: Vec<Arc<str>>,
    pub choices: Vec<Choice>,
    pub sites: Vec<Site>,
    pub demands: Vec<Demand>,
    pub guards: Vec<DialectGuard>,
    pub regexes: Vec<String>,
    literal_ids: HashMap<Arc<str>, LiteralId>,
    demand_ids: HashMap<Demand, DemandId>,
    /// Whether nodes are kept: inference runs the same code until it is stable and throws them away.
    pub emitting: bool,
}

impl Builder {
    /// An empty program; demand 0 always holds.
    pub fn new() -> Self {
        let mut builder = Self {
            nodes: Vec::new(),
            node_spans: Vec::new(),
            exprs: Vec::new(),
            literals: Vec::new(),
            choices: Vec::new(),
            sites: Vec::new(),
            demands: Vec::new(),
            guards: Vec::new(),
            regexes: Vec::new(),
            literal_ids: HashMap::new(),
            demand_ids: HashMap::new(),
            emitting: true,
        };
        builder.demand(&Demand::always(0));
        builder.node(Node::Empty, Span::default());
        builder
    }

    pub fn node(&mut self, node: Node, span: Span) -> NodeId {
        if !self.emitting {
            return NodeId(0);
        }
        self.nodes.push(node);
        self.node_spans.push(span);
        NodeId((self.nodes.len() - 1) as u32)
    }

    pub fn expr(&mut self, expr: Expr) -> ExprId {
        if !self.emitting {
            return ExprId(0);
        }
        self.exprs.push(expr);
        ExprId((self.exprs.len() - 1) as u32)
    }

    pub fn choice(&mut self, choice: Choice) -> ChoiceId {
        if !self.emitting {
            return ChoiceId(0);
        }
        self.choices.push(choice);
        ChoiceId((self.choices.len() - 1) as u32)
    }

    pub fn site(&mut self, site: Site) -> SiteId {
        if !self.emitting {
            return SiteId(0);
        }
        self.sites.push(site);
        SiteId((self.sites.len() - 1) as u32)
    }

    pub fn literal(&mut self, text: &str) -> LiteralId {
        if let Some(&id) = self.literal_ids.get(text) {
            return id;
        }
        let text: Arc<str> = Arc::from(text);
        let id = LiteralId(self.literals.len() as u32);
        self.literals.push(Arc::clone(&text));
        self.literal_ids.insert(text, id);
        id
    }

    pub fn demand(&mut self, demand: &Demand) -> DemandId {
        if !self.emitting {
            return DemandId::ALWAYS;
        }
        if let Some(&id) = self.demand_ids.get(demand) {
            return id;
        }
        let id = DemandId(self.demands.len() as u32);
        self.demands.push(demand.clone());
        self.demand_ids.insert(demand.clone(), id);
        id
    }

    /// Guards are interned in every pass: atoms refer to them by index.
    pub fn guard(&mut self, guard: DialectGuard) -> u32 {
        if let Some(known) = self.guards.iter().position(|other| *other == guard) {
            return known as u32;
        }
        self.guards.push(guard);
        (self.guards.len() - 1) as u32
    }

    pub fn regex(&mut self, pattern: &str) -> u32 {
        if let Some(known) = self.regexes.iter().position(|other| other == pattern) {
            return known as u32;
        }
        self.regexes.push(pattern.to_owned());
        (self.regexes.len() - 1) as u32
    }

    /// A sequence, with neighbouring literals merged and trivial cases taken apart.
    pub fn sequence(&mut self, parts: &[NodeId], span: Span) -> NodeId {
        if !self.emitting {
            return NodeId(0);
        }
        let mut flat: Vec<NodeId> = Vec::with_capacity(parts.len());
        for &part in parts {
            match &self.nodes[part.index()] {
                Node::Empty => {}
                Node::Sequence(inner) => flat.extend(inner),
                _ => flat.push(part),
            }
        }
        let merged = self.merge_literals(&flat);
        match merged.as_slice() {
            [] => self.node(Node::Empty, span),
            [single] => *single,
            _ => self.node(Node::Sequence(merged), span),
        }
    }

    /// Joins runs of literals (and the glue between them) into one literal.
    fn merge_literals(&mut self, parts: &[NodeId]) -> Vec<NodeId> {
        let mut merged: Vec<NodeId> = Vec::with_capacity(parts.len());
        let mut position = 0;
        while position < parts.len() {
            let Node::Literal(first) = self.nodes[parts[position].index()] else {
                merged.push(parts[position]);
                position += 1;
                continue;
            };
            let span = self.node_spans[parts[position].index()];
            let mut text = self.literals[first.index()].to_string();
            let mut next = position + 1;
            loop {
                let glued = matches!(
                    parts.get(next).map(|id| &self.nodes[id.index()]),
                    Some(Node::Glue)
                );
                let candidate = next + usize::from(glued);
                let Some(&id) = parts.get(candidate) else {
                    break;
                };
                let Node::Literal(literal) = self.nodes[id.index()] else {
                    break;
                };
                let following = &self.literals[literal.index()];
                if !glued && rqg_runtime::spacing::space_between(&text, following) {
                    text.push(' ');
                }
                text.push_str(following);
                next = candidate + 1;
            }
            if next == position + 1 {
                merged.push(parts[position]);
            } else {
                let literal = self.literal(&text);
                merged.push(self.node(Node::Literal(literal), span));
            }
            position = next;
        }
        merged
    }
}
