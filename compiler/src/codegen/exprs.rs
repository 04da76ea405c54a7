//! Expressions: statements for what has to happen first, and the value.

use super::function::Emitter;
use super::literals;
use super::mentions::Mentions;
use crate::builtins::Builtin;
use crate::hir::Ty;
use crate::ir::{Expr, ExprId, LiteralId, RuleId};
use crate::syntax::ast::ArithmeticOp;
use crate::visibility::Visibility;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use rqg_runtime::demand::Field;

/// How far an expression's code may be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anywhere.
    Constant,
    /// It reads the unit's state: it may be an argument of a call that changes the unit.
    Reads,
    /// It changes the unit or draws: it stands alone.
    Acts,
}

/// Code for a value.
pub(super) struct Code {
    pub tokens: TokenStream,
    pub kind: Kind,
}

impl Code {
    pub fn constant(tokens: TokenStream) -> Self {
        Self {
            tokens,
            kind: Kind::Constant,
        }
    }

    pub fn reads(tokens: TokenStream) -> Self {
        Self {
            tokens,
            kind: Kind::Reads,
        }
    }

    pub fn acts(tokens: TokenStream) -> Self {
        Self {
            tokens,
            kind: Kind::Acts,
        }
    }

    pub fn is_constant(&self) -> bool {
        self.kind == Kind::Constant
    }
}

impl<'a> Emitter<'a> {
    /// A value that can be an argument of a call of the unit, at once.
    pub fn value(
        &mut self,
        expr: ExprId,
        name: &'static str,
        out: &mut TokenStream,
    ) -> TokenStream {
        let code = self.expr(expr, out);
        self.usable(code, name, out)
    }

    /// Code that can be an argument of a call of the unit, at once.
    pub fn usable(&mut self, code: Code, name: &'static str, out: &mut TokenStream) -> TokenStream {
        match code.kind {
            Kind::Acts => self.bound(code, name, out),
            Kind::Constant | Kind::Reads => code.tokens,
        }
    }

    /// A value that stays what it is, whatever happens next.
    pub fn held(&mut self, expr: ExprId, name: &'static str, out: &mut TokenStream) -> TokenStream {
        let code = self.expr(expr, out);
        self.bound(code, name, out)
    }

    /// Code with its value in a local, unless it is constant.
    pub fn bound(&mut self, code: Code, name: &'static str, out: &mut TokenStream) -> TokenStream {
        if code.is_constant() {
            return code.tokens;
        }
        let (local, tokens) = (self.local(name), code.tokens);
        out.extend(quote! { let #local = #tokens; });
        quote! { #local }
    }

    /// The same for a number.
    pub fn bound_int(&mut self, code: Code, name: &'static str, out: &mut TokenStream) -> Code {
        Code::constant(self.bound(code, name, out))
    }

    /// The bytes of a literal.
    pub fn text_of(&self, literal: LiteralId) -> &'a str {
        let text = self.program.literals.get(literal.index());
        text.map_or("", |text| text)
    }

    /// An expression.
    pub fn expr(&mut self, id: ExprId, out: &mut TokenStream) -> Code {
        if self.visibility().hides_expr(id) {
            let hides = |_: &Visibility| true;
            return self.hidden(hides, out, |this, out| {
                let code = this.shown_expr(id, out);
                Code::constant(this.bound(code, "value", out))
            });
        }
        let code = self.shown_expr(id, out);
        if !self.visibility().tells_apart(id) {
            return code;
        }
        let value = self.bound(code, "value", out);
        out.extend(quote! { choices.told_apart(u64::MAX); });
        Code::constant(value)
    }

    fn shown_expr(&mut self, id: ExprId, out: &mut TokenStream) -> Code {
        let program = self.program;
        let Some(expr) = program.exprs.get(id.index()) else {
            return Code::constant(quote! { Value::Nothing });
        };
        match expr {
            Expr::Slot(slot) => Code::reads(self.slot(*slot)),
            Expr::Int(_) | Expr::Arithmetic(..) | Expr::Builtin(Builtin::Index, _) => {
                let Code { tokens, kind } = self.int(id, out);
                Code {
                    tokens: quote! { Value::Int(#tokens) },
                    kind,
                }
            }
            Expr::Bool(truth) => Code::constant(quote! { Value::Bool(#truth) }),
            Expr::Str(literal) => {
                let text = literals::bytes(self.text_of(*literal));
                Code::acts(quote! { unit.literal(#text) })
            }
            Expr::Type(ty) => {
                let ty = literals::number(ty.0.into());
                Code::constant(quote! { Value::Type(TypeId(#ty)) })
            }
            Expr::Let(slot, value, then) => {
                let value = self.expr(*value, out).tokens;
                let slot = self.bound_slot(*slot);
                out.extend(quote! { #slot = #value; });
                self.expr(*then, out)
            }
            Expr::Field(of, field) => {
                let of = self.value(*of, "of", out);
                let field = field_name(*field);
                Code::acts(quote! { unit.field(plan, #of, Field::#field) })
            }
            Expr::Draw(site) => {
                let spoken_of = Mentions::of_site(program, *site);
                let subject = self.subject(&spoken_of, out);
                let site = literals::number(site.0.into());
                Code::acts(match subject {
                    Some(subject) => quote! { unit.draw_of(plan, #site, #subject, choices) },
                    None => quote! { unit.draw(plan, #site, choices) },
                })
            }
            Expr::DrawList {
                site,
                count,
                distinct,
                including,
            } => {
                let including = match including {
                    Some(including) => self.held(*including, "including", out),
                    None => quote! { Value::Nothing },
                };
                let count = self.count(count, out);
                let spoken_of = Mentions::of_site(program, *site);
                let number = literals::number(site.0.into());
                if !distinct {
                    self.hand_over(&spoken_of, out);
                    return Code::acts(quote! {
                        unit.draw_list(plan, #number, &#count, choices)
                    });
                }
                Code::acts(match self.subject(&spoken_of, out) {
                    Some(subject) => quote! {
                        unit.draw_distinct_of(plan, #number, #subject, &#count, #including, choices)
                    },
                    None => quote! {
                        unit.draw_distinct(plan, #number, &#count, #including, choices)
                    },
                })
            }
            Expr::Generate { item, count } => {
                let count = self.count(count, out);
                let (rounds, height) = (self.local("rounds"), self.local("height"));
                let mut body = TokenStream::new();
                let item = self.value(*item, "item", &mut body);
                out.extend(quote! {
                    let #rounds = unit.generated(&#count, choices);
                    let #height = unit.height();
                    for _ in 0..#rounds {
                        if !unit.round() {
                            break;
                        }
                        #body
                        unit.push(#item);
                    }
                });
                Code::acts(quote! { unit.pop_list(#height) })
            }
            Expr::Builtin(builtin, arguments) => self.builtin(*builtin, arguments, out),
            Expr::Call(rule, arguments) => self.call_for_results(*rule, arguments, out),
            Expr::Extern(function, arguments) => self.external(*function, arguments, out),
            Expr::List(elements) => self.list(elements, out),
            Expr::Text(body) => {
                let aside = self.local("aside");
                out.extend(quote! { let #aside = unit.begin_text(); });
                self.node(*body, out);
                Code::acts(quote! { unit.end_text(#aside) })
            }
        }
    }

    /// The number of an expression; 0 for anything else.
    pub fn int(&mut self, id: ExprId, out: &mut TokenStream) -> Code {
        let program = self.program;
        match program.exprs.get(id.index()) {
            Some(Expr::Int(number)) => Code::constant(literals::number(*number)),
            Some(Expr::Arithmetic(op, left, right)) => {
                let left = self.int(*left, out);
                let left = self.bound(left, "left", out);
                let right = self.int(*right, out);
                let right = self.bound(right, "right", out);
                let function = format_ident!(
                    "{}",
                    match op {
                        ArithmeticOp::Add => "saturating_add",
                        ArithmeticOp::Subtract => "saturating_sub",
                        ArithmeticOp::Multiply => "saturating_mul",
                    }
                );
                Code::constant(quote! { i64::#function(#left, #right) })
            }
            Some(Expr::Builtin(Builtin::Index, _)) => {
                Code::reads(quote! { unit.index().cast_signed() })
            }
            _ => {
                let Code { tokens, kind } = self.expr(id, out);
                Code {
                    tokens: quote! { number(#tokens) },
                    kind,
                }
            }
        }
    }

    /// Two bounds; the first is evaluated before the second.
    pub fn range(
        &mut self,
        low: ExprId,
        high: ExprId,
        out: &mut TokenStream,
    ) -> (TokenStream, TokenStream) {
        let low = self.int(low, out);
        let low = self.bound(low, "low", out);
        let high = self.int(high, out);
        let high = self.bound(high, "high", out);
        (low, high)
    }

    /// A list of given elements.
    pub fn list(&mut self, elements: &[ExprId], out: &mut TokenStream) -> Code {
        let height = self.local("height");
        out.extend(quote! { let #height = unit.height(); });
        for &element in elements {
            let element = self.value(element, "element", out);
            out.extend(quote! { unit.push(#element); });
        }
        Code::acts(quote! { unit.pop_list(#height) })
    }

    fn call_for_results(
        &mut self,
        id: RuleId,
        arguments: &[ExprId],
        out: &mut TokenStream,
    ) -> Code {
        let program = self.program;
        let returns = program
            .rules
            .get(id.index())
            .is_some_and(|rule| rule.returns);
        let aside = self.local("aside");
        out.extend(quote! { let #aside = unit.begin_text(); });
        self.call(id, arguments, out);
        if returns {
            out.extend(quote! { unit.drop_text(#aside); });
            Code::acts(quote! { unit.take_results() })
        } else {
            Code::acts(quote! { unit.end_text(#aside) })
        }
    }

    /// Calls a function of the crate that includes the module.
    fn external(&mut self, id: u32, arguments: &[ExprId], out: &mut TokenStream) -> Code {
        let program = self.program;
        let Some(function) = program.externs.get(id as usize) else {
            return Code::constant(quote! { Value::Nothing });
        };
        let mut given = Vec::with_capacity(arguments.len());
        for (&argument, ty) in arguments.iter().zip(&function.params) {
            given.push(match ty {
                Ty::Int => {
                    let code = self.int(argument, out);
                    self.bound(code, "argument", out)
                }
                Ty::Bool => {
                    let value = self.held(argument, "argument", out);
                    quote! { truth(#value) }
                }
                _ => {
                    let value = self.held(argument, "argument", out);
                    let text = self.local("text");
                    out.extend(quote! { let #text = unit.spelled(plan, #value); });
                    quote! { &String::from_utf8_lossy(&#text) }
                }
            });
        }
        let (path, name) = (self.externs, format_ident!("{}", function.name));
        let call = quote! { #path::#name(choices, #(#given),*) };
        match function.result {
            Ty::Int => Code::acts(quote! { Value::Int(#call) }),
            Ty::Bool => Code::acts(quote! { Value::Bool(#call) }),
            _ => {
                let made = self.local("made");
                out.extend(quote! { let #made: String = #call; });
                Code::acts(quote! { unit.literal(#made.as_bytes()) })
            }
        }
    }
}

/// The variant of a field.
pub(super) fn field_name(field: Field) -> proc_macro2::Ident {
    // Debug output of a variant without data is its name.
    format_ident!("{}", format!("{field:?}"))
}
