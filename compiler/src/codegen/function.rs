//! Functions: one for each rule instance, and further ones for the parts of rules that are large.

use super::names::Names;
use super::{Places, weight};
use crate::interpret::reach;
use crate::ir::{NodeId, Program, RuleId};
use crate::visibility::{self, Visibility};
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::{HashMap, HashSet, VecDeque};

/// The most nodes and expressions of one function, unless a single node has more.
const LARGEST: usize = 200;

/// What is smaller is not worth a function.
const SMALL: usize = 8;

/// In how many parts a long sequence is taken apart.
const PARTS: usize = 16;

/// What generated code may have to import.
const IMPORTS: &[(&str, &str)] = &[
    ("Field", "rqg_runtime::demand::Field"),
    ("number", "rqg_runtime::native::number"),
    ("truth", "rqg_runtime::native::truth"),
    ("Literal", "rqg_runtime::tokens::Literal"),
    ("Literals", "rqg_runtime::tokens::Literals"),
    ("TypeId", "rqg_runtime::types::TypeId"),
    ("Count", "rqg_runtime::unit::Count"),
    ("To", "rqg_runtime::unit::To"),
    ("Value", "rqg_runtime::unit::value::Value"),
    ("Distribution", "rqg_runtime::values::Distribution"),
    ("generate", "rqg_runtime::values::generate"),
];

/// All functions of a program.
pub(super) struct Emitted {
    /// The functions.
    pub functions: Vec<TokenStream>,
    /// The rules that units can start from, with their calls.
    pub starts: Vec<(Literal, TokenStream)>,
    /// The weight of the functions that call each other for the rule that needs most.
    pub frame: usize,
    /// The start rule whose texts are proven to have one derivation each.
    pub proven: Option<RuleId>,
}

impl Emitted {
    /// The imports that the functions need.
    pub fn uses(&self) -> TokenStream {
        let mut words = HashSet::new();
        for function in &self.functions {
            collect(function.clone(), &mut words);
        }
        let needed = IMPORTS.iter().filter(|(name, _)| words.contains(*name));
        let paths = needed.filter_map(|(_, path)| syn::parse_str::<syn::Path>(path).ok());
        quote! { #(use #paths;)* }
    }
}

/// Collects the words of a text that start a path.
fn collect(tokens: TokenStream, words: &mut HashSet<String>) {
    let mut colons = 0;
    for token in tokens {
        let is_colon = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == ':');
        match token {
            TokenTree::Group(group) => collect(group.stream(), words),
            TokenTree::Ident(word) if colons < 2 => {
                words.insert(word.to_string());
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        colons = if is_colon { colons + 1 } else { 0 };
    }
}

/// A function that is still to be written.
struct Pending {
    name: String,
    rule: RuleId,
    /// What it derives, one after the other.
    nodes: Vec<NodeId>,
    /// Whether it is the whole rule.
    whole: bool,
}

/// What is known of a written function.
struct Written {
    weight: usize,
    /// The parts of its rule that it calls.
    parts: Vec<usize>,
}

/// Writes the functions of a program.
pub(super) struct Emitter<'a> {
    pub program: &'a Program,
    pub places: &'a Places<'a>,
    pub externs: &'a syn::Path,
    visibility: Visibility,
    weights: Vec<usize>,
    rule_names: Vec<String>,
    names: Names,
    pending: VecDeque<Pending>,
    /// Functions that were asked for, written or pending.
    asked: usize,
    // Of the present function:
    rule: RuleId,
    /// Whether it is a part of the rule, which is lent the rule's slots.
    is_part: bool,
    /// Whether it binds slots, itself or in a part.
    binds: bool,
    room: usize,
    locals: HashMap<&'static str, u32>,
    parts: Vec<usize>,
    outlined: usize,
}

impl<'a> Emitter<'a> {
    pub fn new(program: &'a Program, places: &'a Places<'a>, externs: &'a syn::Path) -> Self {
        let mut names = Names::default();
        Self {
            program,
            places,
            externs,
            visibility: visibility::decide(program),
            weights: weight::of_nodes(program),
            rule_names: names.of_rules(program),
            names,
            pending: VecDeque::new(),
            asked: 0,
            rule: RuleId(0),
            is_part: false,
            binds: false,
            room: 0,
            locals: HashMap::new(),
            parts: Vec::new(),
            outlined: 0,
        }
    }

    /// Writes all functions that a start rule reaches.
    pub fn emit(mut self) -> Emitted {
        let program = self.program;
        let ids = (0..program.rules.len() as u32).map(RuleId);
        let is_start = |id: &RuleId| {
            let rule = &program.rules[id.index()];
            rule.params == 0 && !rule.returns
        };
        let starts: Vec<RuleId> = ids.clone().filter(is_start).collect();
        let mut reached = vec![false; program.rules.len()];
        for &start in &starts {
            if !reached[start.index()] {
                let rules = reach::from(program, start).rules;
                reached
                    .iter_mut()
                    .zip(rules)
                    .for_each(|(is, too)| *is |= too);
            }
        }
        let arms = starts.iter().map(|&start| {
            let name = self.rule_name(start);
            let index = Literal::u32_unsuffixed(start.0);
            (index, quote! { #name(plan, unit, choices) })
        });
        let arms = arms.collect();
        let mut functions = Vec::new();
        let mut written: Vec<Written> = Vec::new();
        for id in ids.filter(|id| reached[id.index()]) {
            self.pending.push_back(Pending {
                name: self.rule_names[id.index()].clone(),
                rule: id,
                nodes: vec![program.rules[id.index()].body],
                whole: true,
            });
            self.asked += 1;
            // The parts of a rule follow it.
            while let Some(next) = self.pending.pop_front() {
                functions.push(self.function(&next));
                let inside: usize = next.nodes.iter().map(|&node| self.weight(node)).sum();
                written.push(Written {
                    weight: inside - self.outlined,
                    parts: std::mem::take(&mut self.parts),
                });
            }
        }
        Emitted {
            functions,
            starts: arms,
            frame: deepest(&written),
            proven: self.visibility.proven(),
        }
    }

    fn function(&mut self, function: &Pending) -> TokenStream {
        let program = self.program;
        let rule = &program.rules[function.rule.index()];
        self.rule = function.rule;
        self.is_part = !function.whole;
        self.binds = false;
        self.room = LARGEST;
        self.locals.clear();
        self.outlined = 0;
        let mut body = TokenStream::new();
        match function.nodes.as_slice() {
            &[node] => self.whole_node(node, &mut body),
            nodes => self.sequence(nodes, &mut body),
        }
        let span = match function.nodes.first() {
            Some(node) if !function.whole => program.node_spans.get(node.index()),
            _ => None,
        };
        let part = if function.whole { "" } else { "Part of " };
        let docs = format!(
            " {part}`{}`: {}",
            rule.name,
            self.places.line(span.copied().unwrap_or(rule.span))
        );
        let slots = usize::from(rule.slots);
        let mut given = TokenStream::new();
        let mut words = HashSet::new();
        collect(body.clone(), &mut words);
        let speaks_of_frame = words.contains("frame");
        if function.whole {
            let prefix = if speaks_of_frame { "slot" } else { "_slot" };
            let params = (0..rule.params).map(|at| format_ident!("{prefix}_{at}"));
            let params: Vec<Ident> = params.collect();
            given = quote! { #(, #params: Value)* };
            if speaks_of_frame {
                body = frame(&params, slots, self.binds, &body);
            }
        } else if slots > 0 {
            let slots = Literal::usize_unsuffixed(slots);
            let name = format_ident!("{}", if speaks_of_frame { "frame" } else { "_frame" });
            given = quote! { , #name: &mut [Value; #slots] };
        }
        let parameter = |name: &str| {
            if words.contains(name) {
                format_ident!("{name}")
            } else {
                format_ident!("_{name}")
            }
        };
        let (plan, unit, choices) = (parameter("plan"), parameter("unit"), parameter("choices"));
        let name = format_ident!("{}", function.name);
        quote! {
            #[doc = #docs]
            fn #name<C: Choices>(#plan: &Plan, #unit: &mut Unit, #choices: &mut C #given) {
                #body
            }
        }
    }

    /// The function of a rule.
    pub fn rule_name(&self, rule: RuleId) -> Ident {
        format_ident!("{}", self.rule_names[rule.index()])
    }

    /// A slot of the rule.
    pub fn slot(&self, slot: u16) -> TokenStream {
        let slot = super::literals::number(slot.into());
        quote! { frame[#slot] }
    }

    /// A slot of the rule, to be bound.
    pub fn bound_slot(&mut self, slot: u16) -> TokenStream {
        self.binds = true;
        self.slot(slot)
    }

    /// The only slot that something speaks of, with its value. Several are handed over before.
    pub fn subject(&self, spoken_of: &[u16], out: &mut TokenStream) -> Option<TokenStream> {
        if let &[slot] = spoken_of {
            let (number, value) = (super::literals::number(slot.into()), self.slot(slot));
            return Some(quote! { (#number, #value) });
        }
        self.hand_over(spoken_of, out);
        None
    }

    /// Hands over the slots that something speaks of.
    pub fn hand_over(&self, spoken_of: &[u16], out: &mut TokenStream) {
        for &slot in spoken_of {
            let (number, value) = (super::literals::number(slot.into()), self.slot(slot));
            out.extend(quote! { unit.set_slot(#number, #value); });
        }
    }

    /// A name for a local that the function has not used yet.
    pub fn local(&mut self, wanted: &'static str) -> Ident {
        let used = self.locals.entry(wanted).or_insert(0);
        *used += 1;
        match *used {
            1 => format_ident!("{wanted}"),
            number => format_ident!("{wanted}_{number}"),
        }
    }

    /// Writes code whose choices are hidden, if they are.
    pub fn hidden<T>(
        &mut self,
        hides: impl FnOnce(&Visibility) -> bool,
        out: &mut TokenStream,
        write: impl FnOnce(&mut Self, &mut TokenStream) -> T,
    ) -> T {
        if !hides(&self.visibility) {
            return write(self, out);
        }
        let before = self.local("before");
        out.extend(quote! { let #before = choices.hide(true); });
        let written = write(self, out);
        out.extend(quote! { choices.restore(#before); });
        written
    }

    /// Which choices the text tells.
    pub fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    pub fn weight(&self, node: NodeId) -> usize {
        self.weights.get(node.index()).copied().unwrap_or(0)
    }

    /// Writes a node where it stands, or in a function of its own if the present one is full.
    pub fn node(&mut self, node: NodeId, out: &mut TokenStream) {
        let weight = self.weight(node);
        if weight > self.room && weight > SMALL {
            self.outline(vec![node], weight, out);
            return;
        }
        let left = self.room.saturating_sub(weight);
        self.room = weight;
        self.whole_node(node, out);
        self.room = left;
    }

    /// Writes nodes one after the other; a sequence too long for one function is taken apart.
    pub fn sequence(&mut self, nodes: &[NodeId], out: &mut TokenStream) {
        let weight: usize = nodes.iter().map(|&node| self.weight(node)).sum();
        if weight <= self.room || nodes.len() <= PARTS {
            nodes.iter().for_each(|&node| self.node(node, out));
            return;
        }
        for part in nodes.chunks(nodes.len().div_ceil(PARTS)) {
            let weight = part.iter().map(|&node| self.weight(node)).sum();
            self.outline(part.to_vec(), weight, out);
        }
    }

    fn outline(&mut self, nodes: Vec<NodeId>, weight: usize, out: &mut TokenStream) {
        let wanted = format!("{}_part", self.rule_names[self.rule.index()]);
        let name = self.names.unique(&wanted);
        let function = format_ident!("{name}");
        let rule = &self.program.rules[self.rule.index()];
        self.binds = true;
        let frame = match (rule.slots, self.is_part) {
            (0, _) => TokenStream::new(),
            (_, true) => quote! { , frame },
            (_, false) => quote! { , &mut frame },
        };
        out.extend(quote! { #function(plan, unit, choices #frame); });
        self.pending.push_back(Pending {
            name,
            rule: self.rule,
            nodes,
            whole: false,
        });
        self.parts.push(self.asked);
        self.asked += 1;
        self.outlined += weight;
    }
}

/// The body of a rule with its slots, of which the first are the parameters.
fn frame(params: &[Ident], slots: usize, binds: bool, body: &TokenStream) -> TokenStream {
    let slots = if binds { slots } else { params.len() };
    let unbound = (params.len()..slots).map(|_| quote! { Value::Nothing });
    let mutable = binds.then(|| quote! { mut });
    quote! {
        let #mutable frame = [#(#params,)* #(#unbound),*];
        #body
    }
}

/// The greatest weight of a chain of functions that belong to one rule. A part is written after the
/// function that calls it.
fn deepest(written: &[Written]) -> usize {
    let mut totals = vec![0; written.len()];
    for (at, function) in written.iter().enumerate().rev() {
        let below = function.parts.iter().filter_map(|&part| totals.get(part));
        totals[at] = function.weight + below.max().copied().unwrap_or(0);
    }
    totals.into_iter().max().unwrap_or(0)
}
