//! Builtins that are no draws, resolved to functions of the runtime.

use super::exprs::Code;
use super::function::Emitter;
use super::literals;
use crate::builtins::Builtin;
use crate::hir::Distribution;
use crate::interpret::builtin::YEARS;
use crate::ir::Argument;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The distribution among the arguments; uniform if there is none.
pub(super) fn distribution(arguments: &[Argument]) -> Distribution {
    let mut given = arguments.iter().filter_map(|argument| match argument {
        Argument::Distribution(distribution) => Some(*distribution),
        _ => None,
    });
    given.next().unwrap_or_default()
}

impl Emitter<'_> {
    /// A builtin as a value.
    pub fn builtin(
        &mut self,
        builtin: Builtin,
        arguments: &[Argument],
        out: &mut TokenStream,
    ) -> Code {
        self.text_builtin(builtin, arguments, &quote! { To::Value }, out)
            .unwrap_or_else(|| self.other_builtin(builtin, arguments, out))
    }

    /// Places a builtin that writes its text in place, if it is one.
    pub fn place_builtin(
        &mut self,
        builtin: Builtin,
        arguments: &[Argument],
        out: &mut TokenStream,
    ) -> bool {
        // Its value, `Nothing`, has no text to place.
        match self.text_builtin(builtin, arguments, &quote! { To::Place }, out) {
            Some(Code { tokens, .. }) => {
                out.extend(quote! { #tokens; });
                true
            }
            None => false,
        }
    }

    /// A builtin that makes a text, which is placed at once if that is asked for.
    fn text_builtin(
        &mut self,
        builtin: Builtin,
        arguments: &[Argument],
        to: &TokenStream,
        out: &mut TokenStream,
    ) -> Option<Code> {
        let maker = |call: TokenStream| {
            Some(Code::acts(
                quote! { unit.write_text(#to, |_, out| generate::#call) },
            ))
        };
        let simple = |name: &str| {
            let name = format_ident!("{name}");
            maker(quote! { #name(choices, out) })
        };
        match builtin {
            Builtin::Decimal => {
                let (low, high) = self.fractional_range(arguments, out);
                let digits = match arguments.get(1) {
                    Some(Argument::Constant(digits)) => u32::try_from(*digits).unwrap_or(0),
                    _ => 0,
                };
                let digits = literals::number(digits.into());
                let distribution = literals::distribution(distribution(arguments));
                Some(Code::acts(quote! {
                    unit.decimal(#low, #high, #digits, #distribution, #to, choices)
                }))
            }
            Builtin::Text => {
                let (low, high) = self.range_or(arguments, (0, 0), out);
                let distribution = literals::distribution(distribution(arguments));
                maker(quote! { text(#low, #high, &#distribution, choices, out) })
            }
            Builtin::Regex => match arguments.first() {
                Some(Argument::Regex(pattern)) => {
                    let pattern = literals::number((*pattern).into());
                    Some(Code::acts(
                        quote! { unit.regex(plan, #pattern, #to, choices) },
                    ))
                }
                _ => None,
            },
            Builtin::Quote => {
                let value = self.argument(arguments, 0, "value", out);
                Some(Code::acts(quote! { unit.quote(plan, #value, #to) }))
            }
            Builtin::Date => {
                let (first, last) = self.range_or(arguments, YEARS, out);
                maker(quote! { date(#first, #last, choices, out) })
            }
            Builtin::Timestamp => {
                let (first, last) = self.range_or(arguments, YEARS, out);
                maker(quote! { timestamp(#first, #last, choices, out) })
            }
            Builtin::Boolean => simple("boolean"),
            Builtin::Uuid => simple("uuid"),
            Builtin::Email => simple("email"),
            Builtin::Phone => simple("phone"),
            Builtin::Address => simple("address"),
            Builtin::Person => simple("person"),
            Builtin::Company => simple("company"),
            Builtin::Word => simple("word"),
            Builtin::Literal | Builtin::FittingValue | Builtin::Existing | Builtin::Comparand => {
                let of = self.argument(arguments, 0, "of", out);
                let function = format_ident!(
                    "{}",
                    match builtin {
                        Builtin::Literal => "literal_of",
                        Builtin::FittingValue => "fitting",
                        Builtin::Existing => "existing",
                        _ => "comparand",
                    }
                );
                Some(Code::acts(
                    quote! { unit.#function(plan, #of, #to, choices) },
                ))
            }
            Builtin::RowValue | Builtin::ExistingIn => {
                let column = self.held_argument(arguments, 0, "column", out);
                let row = self.argument(arguments, 1, "row", out);
                let function = format_ident!(
                    "{}",
                    match builtin {
                        Builtin::RowValue => "row_value",
                        _ => "existing_in",
                    }
                );
                Some(Code::acts(
                    quote! { unit.#function(plan, #column, #row, #to, choices) },
                ))
            }
            _ => None,
        }
    }

    /// A builtin whose value is no text that it makes.
    fn other_builtin(
        &mut self,
        builtin: Builtin,
        arguments: &[Argument],
        out: &mut TokenStream,
    ) -> Code {
        match builtin {
            Builtin::Alias => {
                let of = self.argument(arguments, 0, "of", out);
                Code::acts(quote! { unit.alias(plan, #of, None) })
            }
            Builtin::AliasAs => {
                let of = self.held_argument(arguments, 0, "of", out);
                let name = self.argument(arguments, 1, "name", out);
                Code::acts(quote! { unit.alias(plan, #of, Some(#name)) })
            }
            Builtin::Relation => {
                let name = self.held_argument(arguments, 0, "name", out);
                let names = self.held_argument(arguments, 1, "names", out);
                let types = self.argument(arguments, 2, "types", out);
                Code::acts(quote! { unit.derived(plan, #name, #names, #types) })
            }
            Builtin::NewTable => {
                let names = self.held_argument(arguments, 0, "names", out);
                let types = self.argument(arguments, 1, "types", out);
                Code::acts(quote! { unit.new_table(plan, #names, #types) })
            }
            Builtin::Fresh => {
                let prefix = self.literal_argument(arguments);
                Code::acts(quote! { unit.fresh(plan, #prefix) })
            }
            Builtin::FreshObject => {
                let prefix = self.literal_argument(arguments);
                Code::acts(quote! { unit.fresh_object(plan, #prefix) })
            }
            Builtin::Of => {
                let relation = self.held_argument(arguments, 0, "relation", out);
                let column = self.argument(arguments, 1, "column", out);
                Code::reads(quote! { unit.of(plan, #relation, #column) })
            }
            Builtin::Key => {
                let table = self.argument(arguments, 0, "table", out);
                Code::acts(quote! { unit.key(plan, #table, choices) })
            }
            Builtin::Victim => {
                let table = self.argument(arguments, 0, "table", out);
                Code::acts(quote! { unit.victim(plan, #table, choices) })
            }
            Builtin::NewKey => {
                let table = self.argument(arguments, 0, "table", out);
                Code::acts(quote! { unit.new_key(plan, #table) })
            }
            Builtin::Partner => {
                let row = self.held_argument(arguments, 0, "row", out);
                let key = self.argument(arguments, 1, "key", out);
                Code::acts(quote! { unit.partner(plan, #row, #key, choices) })
            }
            Builtin::Int => {
                let (low, high) = self.range_or(arguments, (0, 0), out);
                let distribution = literals::distribution(distribution(arguments));
                Code::acts(quote! { unit.int(#low, #high, #distribution, choices) })
            }
            Builtin::TypeName => self.argument_code(arguments, 0, out),
            // The index is a number wherever it stands, and draws are expressions of their own.
            _ => Code::constant(quote! { Value::Nothing }),
        }
    }

    fn argument_code(&mut self, arguments: &[Argument], at: usize, out: &mut TokenStream) -> Code {
        match arguments.get(at) {
            Some(Argument::Value(expr)) => self.expr(*expr, out),
            Some(Argument::Constant(number)) => {
                let number = literals::number(*number);
                Code::constant(quote! { Value::Int(#number) })
            }
            Some(Argument::Literal(literal)) => {
                let text = literals::bytes(self.text_of(*literal));
                Code::acts(quote! { unit.literal(#text) })
            }
            _ => Code::constant(quote! { Value::Nothing }),
        }
    }

    /// An argument that is used at once.
    fn argument(
        &mut self,
        arguments: &[Argument],
        at: usize,
        name: &'static str,
        out: &mut TokenStream,
    ) -> TokenStream {
        let code = self.argument_code(arguments, at, out);
        self.usable(code, name, out)
    }

    /// An argument that others follow.
    fn held_argument(
        &mut self,
        arguments: &[Argument],
        at: usize,
        name: &'static str,
        out: &mut TokenStream,
    ) -> TokenStream {
        let code = self.argument_code(arguments, at, out);
        self.bound(code, name, out)
    }

    /// The literal that is the only argument.
    fn literal_argument(&self, arguments: &[Argument]) -> String {
        match arguments.first() {
            Some(Argument::Literal(literal)) => self.text_of(*literal).to_owned(),
            _ => String::new(),
        }
    }

    fn range_or(
        &mut self,
        arguments: &[Argument],
        default: (i64, i64),
        out: &mut TokenStream,
    ) -> (TokenStream, TokenStream) {
        match arguments.first() {
            Some(Argument::Range(low, high)) => self.range(*low, *high, out),
            _ => (literals::number(default.0), literals::number(default.1)),
        }
    }

    fn fractional_range(
        &mut self,
        arguments: &[Argument],
        out: &mut TokenStream,
    ) -> (TokenStream, TokenStream) {
        match arguments.first() {
            Some(Argument::FractionalRange(low, high)) => {
                (literals::fractional(*low), literals::fractional(*high))
            }
            _ => {
                let (low, high) = self.range_or(arguments, (0, 0), out);
                (quote! { (#low) as f64 }, quote! { (#high) as f64 })
            }
        }
    }
}
