//! Nodes as statements.

use super::function::Emitter;
use super::literals;
use super::mentions::Mentions;
use crate::hir::EffectKind;
use crate::ir::{ChoiceId, Count, Expr, ExprId, LiteralId, Node, NodeId, RuleId};
use crate::passes::terminal;
use crate::visibility::Visibility;
use proc_macro2::TokenStream;
use quote::quote;

/// The fewest literals among a choice's alternatives that are looked up in a table.
const FEWEST_LOOKED_UP: usize = 2;

/// The longest literal, in bytes, that is looked up in a table: what is copied as one block.
const LONGEST_LOOKED_UP: usize = 32;

/// A number as a token.
fn number_of(number: usize) -> TokenStream {
    literals::number(number as i64)
}

impl<'a> Emitter<'a> {
    /// Writes a node where it stands; what is below may go elsewhere.
    pub fn whole_node(&mut self, id: NodeId, out: &mut TokenStream) {
        let program = self.program;
        let Some(node) = program.nodes.get(id.index()) else {
            return;
        };
        match node {
            Node::Empty => {}
            Node::Literal(literal) => self.token(*literal, out),
            Node::Sequence(nodes) => self.sequence(nodes, out),
            Node::Choice(choice) => self.choice(*choice, out),
            Node::Optional {
                chance,
                demand,
                body,
            } => {
                let spoken_of = Mentions::of_demand(program, *demand);
                let demand = literals::number(demand.0.into());
                let chance = literals::number((*chance).into());
                let body = self.block(*body);
                let subject = self.subject(&spoken_of, out);
                let mut taken = match subject {
                    Some(subject) => {
                        quote! { unit.option_of(plan, #demand, #subject, #chance, choices) }
                    }
                    None => quote! { unit.option(plan, #demand, #chance, choices) },
                };
                let hides = |marks: &Visibility| marks.hides_node(id);
                if hides(self.visibility()) {
                    taken = self.hidden(hides, out, |this, out| {
                        let local = this.local("taken");
                        out.extend(quote! { let #local = #taken; });
                        quote! { #local }
                    });
                }
                out.extend(quote! { if #taken { #body } });
            }
            Node::Repeat {
                count,
                separator,
                demand,
                body,
            } => {
                let count = self.count(count, out);
                self.hand_over(&Mentions::of_demand(program, *demand), out);
                let demand = literals::number(demand.0.into());
                let rounds = self.local("rounds");
                let hides = |marks: &Visibility| marks.hides_node(id);
                self.hidden(hides, out, |_, out| {
                    out.extend(quote! {
                        let #rounds = unit.repetitions(plan, #demand, &#count, choices);
                    });
                });
                self.rounds(
                    &quote! { #rounds },
                    *separator,
                    |_, _| TokenStream::new(),
                    *body,
                    out,
                );
            }
            Node::For {
                slots,
                lists,
                separator,
                body,
            } => self.walk_lists(slots, lists, *separator, *body, out),
            Node::Call(rule, arguments) => {
                let hides = |marks: &Visibility| marks.hides_node(id);
                self.hidden(hides, out, |this, out| this.call(*rule, arguments, out));
            }
            Node::Within(_, body) | Node::Only(_, body) => self.node(*body, out),
            Node::Place(expr) => self.place(*expr, out),
            Node::Let(slots, expr) => self.bind_slots(slots, *expr, out),
            Node::Glue => out.extend(quote! { unit.glue(); }),
            Node::Scope { correlated, body } => {
                self.within(&quote! { unit.open_scope(#correlated) }, *body, out);
            }
            Node::Bind(relations) => {
                for &relation in relations {
                    let relation = self.value(relation, "relation", out);
                    out.extend(quote! { unit.bind(#relation); });
                }
            }
            Node::Narrow(columns, body) => {
                let columns = self.value(*columns, "columns", out);
                self.within(&quote! { unit.open_narrow(#columns) }, *body, out);
            }
            Node::Full(body) => self.within(&quote! { unit.open_full() }, *body, out),
            Node::Context(context, body) => {
                let outer = self.local("outer");
                let context = literals::number((*context).into());
                out.extend(quote! { let #outer = unit.set_context(#context); });
                self.node(*body, out);
                out.extend(quote! { unit.restore_context(#outer); });
            }
            Node::StatementBreak => out.extend(quote! { unit.end_statement(); }),
            Node::Effect(effect, relation) => {
                let relation = self.value(*relation, "relation", out);
                out.extend(match effect {
                    EffectKind::Create => quote! { unit.create(#relation); },
                    EffectKind::Drop => quote! { unit.drop_table(#relation); },
                });
            }
            Node::Return(results) => {
                let results = match results.as_slice() {
                    &[result] => self.value(result, "result", out),
                    results => {
                        let list = self.list(results, out);
                        self.bound(list, "results", out)
                    }
                };
                out.extend(quote! { unit.set_results(#results); });
            }
        }
    }

    /// A node as the statements of a block.
    fn block(&mut self, node: NodeId) -> TokenStream {
        let mut block = TokenStream::new();
        self.node(node, &mut block);
        block
    }

    /// Writes a node in a scope.
    fn within(&mut self, open: &TokenStream, body: NodeId, out: &mut TokenStream) {
        let outer = self.local("outer");
        out.extend(quote! { let #outer = #open; });
        self.node(body, out);
        out.extend(quote! { unit.close_scope(#outer); });
    }

    fn token(&self, literal: LiteralId, out: &mut TokenStream) {
        let text = self.text_of(literal);
        out.extend(quote! { unit.write(const { &Literal::new(#text) }); });
    }

    fn choice(&mut self, id: ChoiceId, out: &mut TokenStream) {
        let program = self.program;
        let Some(choice) = program.choices.get(id.index()) else {
            return;
        };
        let number = literals::number(id.0.into());
        let spoken_of = Mentions::of_choice(program, choice);
        let mut choose = match self.subject(&spoken_of, out) {
            Some(subject) => quote! { unit.choose_of(plan, #number, #subject, choices) },
            None if spoken_of.is_empty() => quote! { unit.choose_fixed(plan, #number, choices) },
            None => quote! { unit.choose(plan, #number, choices) },
        };
        let hides = |marks: &Visibility| marks.hides_choice(id);
        if hides(self.visibility()) {
            choose = self.hidden(hides, out, |this, out| {
                let chosen = this.local("chosen");
                out.extend(quote! { let #chosen = #choose; });
                quote! { #chosen }
            });
        }
        let texts: Vec<Option<&str>> = choice
            .alternatives
            .iter()
            .map(|alternative| self.looked_up(alternative.body))
            .collect();
        let table = match texts.iter().flatten().map(|text| text.len()).max() {
            Some(longest) if texts.iter().flatten().count() >= FEWEST_LOOKED_UP => {
                // What is no literal prints nothing here.
                let texts = texts.iter().map(|text| text.unwrap_or_default());
                let (count, width) = (texts.len(), longest.next_power_of_two().max(8));
                let (count, width) = (number_of(count), number_of(width));
                Some(quote! { const { &Literals::<#count, #width>::new([#(#texts),*]) } })
            }
            _ => None,
        };
        let others = choice.alternatives.iter().zip(&texts).enumerate();
        let others = others.filter(|(_, (_, text))| table.is_none() || text.is_none());
        let bodies: Vec<(usize, TokenStream)> = others
            .map(|(at, (alternative, _))| (at, self.block(alternative.body)))
            .collect();
        if let ([(0, body)], None) = (bodies.as_slice(), &table) {
            out.extend(quote! { if #choose == 0 { #body } });
            return;
        }
        let arms = bodies.into_iter().map(|(at, body)| {
            let at = number_of(at);
            quote! { #at => { #body } }
        });
        let arms: Vec<TokenStream> = arms.collect();
        let Some(table) = table else {
            out.extend(quote! { match #choose { #(#arms)* _ => {} } });
            return;
        };
        let chosen = self.local("chosen");
        out.extend(quote! { let #chosen = #choose; });
        out.extend(if arms.is_empty() {
            quote! { unit.write_nth(#table, #chosen); }
        } else {
            quote! { match #chosen { #(#arms)* _ => { unit.write_nth(#table, #chosen); } } }
        });
    }

    /// The text of a node that may stand in a table: that of a short literal.
    fn looked_up(&self, node: NodeId) -> Option<&'a str> {
        let text = match terminal(self.program, node)? {
            Some(literal) => self.text_of(literal),
            // An empty token prints nothing.
            None => "",
        };
        (text.len() <= LONGEST_LOOKED_UP).then_some(text)
    }

    fn walk_lists(
        &mut self,
        slots: &[u16],
        lists: &[ExprId],
        separator: Option<LiteralId>,
        body: NodeId,
        out: &mut TokenStream,
    ) {
        let mut values = Vec::with_capacity(lists.len());
        let mut shortest = TokenStream::new();
        for &list in lists {
            let list = self.held(list, "list", out);
            shortest = if shortest.is_empty() {
                quote! { unit.list(#list).len() }
            } else {
                quote! { #shortest.min(unit.list(#list).len()) }
            };
            values.push(list);
        }
        if values.is_empty() {
            return;
        }
        let rounds = self.local("rounds");
        out.extend(quote! { let #rounds = #shortest; });
        let elements = |this: &mut Self, round: &TokenStream| {
            let bound = slots.iter().zip(&values).map(|(&slot, list)| {
                let slot = this.bound_slot(slot);
                quote! { #slot = unit.element(#list, #round); }
            });
            quote! { #(#bound)* }
        };
        self.rounds(&quote! { #rounds }, separator, elements, body, out);
    }

    /// A loop: what starts each round is written after the separator.
    fn rounds(
        &mut self,
        rounds: &TokenStream,
        separator: Option<LiteralId>,
        start: impl FnOnce(&mut Self, &TokenStream) -> TokenStream,
        body: NodeId,
        out: &mut TokenStream,
    ) {
        let name = self.local("round");
        let mut round = quote! { #name };
        let start = start(self, &round);
        let mut between = TokenStream::new();
        if let Some(separator) = separator {
            self.token(separator, &mut between);
            between = quote! { if #round > 0 { #between } };
        }
        if between.is_empty() && start.is_empty() {
            round = quote! { _ };
        }
        let body = self.block(body);
        out.extend(quote! {
            for #round in 0..#rounds {
                if !unit.round() {
                    break;
                }
                #between
                #start
                #body
            }
        });
    }

    /// Calls a rule, unless calls nest too deeply.
    pub fn call(&mut self, rule: RuleId, arguments: &[ExprId], out: &mut TokenStream) {
        let mut before = TokenStream::new();
        let mut given = TokenStream::new();
        for &argument in arguments {
            let argument = self.held(argument, "argument", &mut before);
            given.extend(quote! { , #argument });
        }
        let name = self.rule_name(rule);
        out.extend(quote! {
            if unit.can_call() {
                #before
                unit.descend();
                #name(plan, unit, choices #given);
                unit.ascend();
            }
        });
    }

    fn place(&mut self, expr: ExprId, out: &mut TokenStream) {
        let program = self.program;
        if let Some(Expr::Builtin(builtin, arguments)) = program.exprs.get(expr.index()) {
            let hides = |marks: &Visibility| marks.hides_expr(expr);
            let mut placed = TokenStream::new();
            let is_placed = self.hidden(hides, &mut placed, |this, out| {
                this.place_builtin(*builtin, arguments, out)
            });
            if is_placed {
                out.extend(placed);
                return;
            }
        }
        let value = self.value(expr, "value", out);
        out.extend(quote! { unit.place(plan, #value); });
    }

    fn bind_slots(&mut self, slots: &[u16], expr: ExprId, out: &mut TokenStream) {
        match slots {
            &[slot] => {
                let code = self.expr(expr, out);
                let (slot, value) = (self.bound_slot(slot), code.tokens);
                out.extend(quote! { #slot = #value; });
            }
            slots => {
                let values = self.held(expr, "values", out);
                for (at, &slot) in slots.iter().enumerate() {
                    let (at, slot) = (literals::number(at as i64), self.bound_slot(slot));
                    out.extend(quote! { #slot = unit.element(#values, #at); });
                }
            }
        }
    }

    /// How many times, as the runtime takes it.
    pub fn count(&mut self, count: &Count, out: &mut TokenStream) -> TokenStream {
        let mut low = self.int(count.low, out);
        let high = match count.high {
            Some(high) => {
                let mut after = TokenStream::new();
                let high = self.int(high, &mut after);
                if !(low.is_constant() && after.is_empty()) {
                    low = self.bound_int(low, "low", out);
                }
                out.extend(after);
                let high = self.bound_int(high, "high", out).tokens;
                quote! { Some(#high) }
            }
            None => quote! { None },
        };
        let low = self.bound_int(low, "low", out).tokens;
        let distribution = literals::distribution(count.distribution.unwrap_or_default());
        let low = match low.to_string().as_str() {
            "low" => low,
            _ => quote! { low: #low },
        };
        quote! { Count { #low, high: #high, distribution: #distribution } }
    }
}
