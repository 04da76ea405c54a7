//! From pest's pairs to the syntax tree.

mod elements;
mod expressions;
mod guards;

use super::Rule;
use super::ast::{
    CompareOp, DialectRange, ExternFn, Ident, Item, ItemKind, Number, Param, StrLit, TypeExpr, Use,
    UseNames, VersionLit,
};
use super::literals;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceId, Span};
use pest::iterators::{Pair, Pairs};
use std::iter::Peekable;

type Node<'i> = Pair<'i, Rule>;
type Nodes<'i> = Peekable<Pairs<'i, Rule>>;

/// The deepest tree, counted in brackets and links of chains such as `x???` or `a + b + c`. All
/// later passes may recurse over the tree.
const MAX_TREE_DEPTH: usize = 400;

/// Builds the tree of one item.
pub(super) struct Builder<'d> {
    source: SourceId,
    /// Where the item starts in the file.
    base: usize,
    diagnostics: &'d mut Diagnostics,
    depth: usize,
    too_deep: bool,
}

impl<'d> Builder<'d> {
    pub(super) fn new(source: SourceId, base: usize, diagnostics: &'d mut Diagnostics) -> Self {
        Self {
            source,
            base,
            diagnostics,
            depth: 0,
            too_deep: false,
        }
    }

    /// The item; none when it had an error that leaves nothing to go on with.
    pub(super) fn item(&mut self, pair: Node<'_>, docs: Vec<String>) -> Option<Item> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut inner = pair.into_inner().peekable();
        let kind = match rule {
            Rule::grammar_item => ItemKind::Grammar(self.ident(&inner.next()?)),
            Rule::schema_item => ItemKind::Schema(self.string(&inner.next()?)),
            Rule::terminator_item => ItemKind::Terminator(self.string(&inner.next()?)),
            Rule::use_item => ItemKind::Use(self.import(inner, span)?),
            Rule::dialect_item => ItemKind::Dialect(
                inner
                    .filter(|pair| pair.as_rule() == Rule::dialect_range)
                    .filter_map(|pair| self.dialect_range(pair))
                    .collect(),
            ),
            Rule::extern_item => ItemKind::Extern(self.extern_fn(inner)?),
            _ => ItemKind::Rule(self.rule(inner, rule == Rule::override_item)?),
        };
        (!self.too_deep).then_some(Item { docs, kind, span })
    }

    fn import(&mut self, inner: Nodes<'_>, span: Span) -> Option<Use> {
        let mut module = Vec::new();
        let mut names = None;
        for pair in inner {
            match pair.as_rule() {
                Rule::module_name => module.push(self.ident(&pair)),
                Rule::use_names => names = Some(self.use_names(pair)),
                Rule::rename => {
                    let new = self.rename(pair);
                    names = module.pop().map(|name| UseNames::Some(vec![(name, new)]));
                }
                _ => {}
            }
        }
        // `use std::predicates::predicate;` imports the one name.
        let names = match names {
            Some(names) => names,
            None => UseNames::Some(vec![(module.pop()?, None)]),
        };
        if module.is_empty() {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::Syntax,
                    span,
                    "an import needs a module and what to take from it",
                )
                .label("only one name is given")
                .help("write `use module::{name};` or `use module::*;`"),
            );
            return None;
        }
        Some(Use { module, names })
    }

    fn use_names(&mut self, pair: Node<'_>) -> UseNames {
        let span = self.span(&pair);
        let mut imported = Vec::new();
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::use_all => return UseNames::All(self.span(&pair)),
                Rule::imported => {
                    let mut inner = pair.into_inner();
                    if let Some(name) = inner.next() {
                        let name = self.ident(&name);
                        let new = inner.next().and_then(|pair| self.rename(pair));
                        imported.push((name, new));
                    }
                }
                _ => {}
            }
        }
        debug_assert!(!imported.is_empty(), "{span:?}");
        UseNames::Some(imported)
    }

    fn rename(&mut self, pair: Node<'_>) -> Option<Ident> {
        let name = pair
            .into_inner()
            .find(|pair| pair.as_rule() == Rule::name)?;
        Some(self.ident(&name))
    }

    fn dialect_range(&mut self, pair: Node<'_>) -> Option<DialectRange> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let name = self.ident(&inner.next()?);
        let bound = match (inner.next(), inner.next()) {
            (Some(op), Some(number)) => Some((compare_op(op.as_str()), self.version(&number))),
            _ => None,
        };
        Some(DialectRange { name, bound, span })
    }

    fn extern_fn(&mut self, inner: Nodes<'_>) -> Option<ExternFn> {
        let mut name = None;
        let mut params = Vec::new();
        let mut result = None;
        for pair in inner {
            match pair.as_rule() {
                Rule::function_name => name = Some(self.ident(&pair)),
                Rule::params => params = self.params(pair),
                Rule::type_expr => result = Some(self.type_expr(pair)),
                _ => {}
            }
        }
        Some(ExternFn {
            name: name?,
            params,
            result,
        })
    }

    fn rule(&mut self, inner: Nodes<'_>, overrides: bool) -> Option<super::ast::Rule> {
        let mut name = None;
        let mut params = Vec::new();
        let mut results = Vec::new();
        let mut body = None;
        for pair in inner {
            match pair.as_rule() {
                Rule::rule_name => name = Some(self.ident(&pair)),
                Rule::params => params = self.params(pair),
                Rule::results => {
                    results = pair
                        .into_inner()
                        .filter(|pair| pair.as_rule() == Rule::type_expr)
                        .map(|pair| self.type_expr(pair))
                        .collect();
                }
                Rule::block => {
                    let span = self.span(&pair);
                    body = Some(self.block(pair, span));
                }
                _ => {}
            }
        }
        Some(super::ast::Rule {
            overrides,
            name: name?,
            params,
            results,
            body: body?,
        })
    }

    fn params(&mut self, pair: Node<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        for pair in pair.into_inner() {
            if pair.as_rule() != Rule::param {
                continue;
            }
            let mut inner = pair.into_inner();
            if let (Some(name), Some(ty)) = (
                inner.next(),
                inner.find(|pair| pair.as_rule() == Rule::type_expr),
            ) {
                params.push(Param {
                    name: self.ident(&name),
                    ty: self.type_expr(ty),
                });
            }
        }
        params
    }

    /// Pairs the angles of `list<list<table>>`.
    fn type_expr(&mut self, pair: Node<'_>) -> TypeExpr {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let mut ends = Vec::new();
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::type_name => names.push(self.ident(&pair)),
                Rule::close_angle => ends.push(self.span(&pair).end),
                _ => {}
            }
        }
        if names.len() > 8 {
            self.report_too_deep(span);
            names.truncate(1);
            ends.clear();
        } else if ends.len() + 1 != names.len() {
            let message = if ends.len() < names.len() {
                "a `>` is missing in this type"
            } else {
                "this type has more `>` than `<`"
            };
            self.diagnostics.push(
                Diagnostic::new(Code::Syntax, span, message)
                    .label("each `<` needs its `>`, as in `list<column>`"),
            );
        }
        let mut ty: Option<TypeExpr> = None;
        let deepest = names.len();
        for (depth, name) in names.into_iter().enumerate().rev() {
            let start = name.span;
            // The innermost name ends itself; the one around it ends at the first `>`.
            let end = match deepest - 1 - depth {
                0 => start.end,
                n => ends.get(n - 1).copied().unwrap_or(span.end),
            };
            ty = Some(TypeExpr {
                span: Span { end, ..start },
                name,
                argument: ty.map(Box::new),
            });
        }
        ty.unwrap_or_else(|| TypeExpr {
            name: Ident {
                text: String::new(),
                span,
            },
            argument: None,
            span,
        })
    }

    // ---- leaves

    /// The place of a pair in the file, without the white space that pest may have included.
    fn span(&self, pair: &Node<'_>) -> Span {
        let start = self.base + pair.as_span().start();
        // A cleaned text has no other white space.
        let length = pair.as_str().trim_end_matches(' ').len();
        Span::new(self.source, start, start + length)
    }

    fn ident(&self, pair: &Node<'_>) -> Ident {
        let span = self.span(pair);
        Ident {
            text: pair.as_str()[..(span.end - span.start) as usize].to_owned(),
            span,
        }
    }

    fn string(&self, pair: &Node<'_>) -> StrLit {
        StrLit {
            text: literals::unescape(pair.as_str()),
            span: self.span(pair),
        }
    }

    fn number(&self, pair: &Node<'_>) -> Number {
        let Ident { text, span } = self.ident(pair);
        Number { text, span }
    }

    fn version(&mut self, pair: &Node<'_>) -> VersionLit {
        let Number { text, span } = self.number(pair);
        let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        let parts = parts.unwrap_or_else(|| {
            if !malformed(&text) {
                self.bad_number(span, format!("`{text}` is no version"));
            }
            vec![0]
        });
        VersionLit { parts, span }
    }

    fn bad_number(&mut self, span: Span, message: String) {
        self.diagnostics
            .push(Diagnostic::new(Code::BadNumber, span, message));
    }

    // ---- depth

    /// Runs `build` with so many levels more above it; reports and returns nothing where the tree
    /// gets too deep.
    fn deeper<T>(
        &mut self,
        levels: usize,
        span: Span,
        build: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.depth + levels > MAX_TREE_DEPTH {
            self.report_too_deep(span);
            return None;
        }
        self.depth += levels;
        let built = build(self);
        self.depth -= levels;
        Some(built)
    }

    fn report_too_deep(&mut self, span: Span) {
        if !self.too_deep {
            self.too_deep = true;
            self.diagnostics.push(
                Diagnostic::new(
                    Code::TooDeep,
                    span,
                    "this is nested too deeply, or too long a chain",
                )
                .label("too many operators, fields or repetitions in one another")
                .help("move a part to a rule of its own"),
            );
        }
    }
}

/// Whether the scan has reported the number already.
fn malformed(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_alphabetic() || b == b'_')
}

fn compare_op(text: &str) -> CompareOp {
    match text {
        "!=" => CompareOp::NotEqual,
        "<" => CompareOp::Less,
        "<=" => CompareOp::AtMost,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::AtLeast,
        _ => CompareOp::Equal,
    }
}
