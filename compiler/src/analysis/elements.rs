//! Blocks, alternatives and elements.

use super::effects;
use super::exprs::Expect;
use super::rules::{Checker, Origin};
use super::values::Bounds;
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{self, ElementKind, Ty};
use crate::source::Span;
use crate::syntax::ast;

impl<'c> Checker<'c, '_> {
    /// A block. `tail`: it ends the rule, so that alternatives of a rule with results return here.
    pub fn block(&mut self, block: &'c ast::Block, tail: bool) -> hir::Block {
        let weights = self.weights(block);
        let mut alternatives = Vec::with_capacity(block.alternatives.len());
        let numbered = block.alternatives.iter().zip(0..);
        for ((alternative, ordinal), weight) in numbered.zip(weights) {
            let start = self.start_block();
            let guard = alternative
                .guard
                .as_ref()
                .and_then(|guard| self.guard(guard));
            if tail && self.returns {
                self.check_return(alternative);
            }
            let last = alternative.elements.len().saturating_sub(1);
            let elements = alternative
                .elements
                .iter()
                .enumerate()
                .filter_map(|(i, element)| self.element(element, tail && i == last))
                .collect();
            self.end_block(start);
            alternatives.push(hir::Alternative {
                weight,
                ordinal,
                guard,
                elements,
                span: alternative.span,
            });
        }
        hir::Block {
            alternatives,
            span: block.span,
        }
    }

    /// An alternative of a rule with results: a return at its end, no text before it.
    fn check_return(&mut self, alternative: &ast::Alternative) {
        let Some((last, before)) = alternative.elements.split_last() else {
            return self.report_missing_return(alternative.span);
        };
        if before
            .iter()
            .any(|element| matches!(element.kind, ast::ElementKind::Return(_)))
        {
            // Reported where the return is met.
            return;
        }
        let nested = matches!(
            last.kind,
            ast::ElementKind::Group(_)
                | ast::ElementKind::Scope(..)
                | ast::ElementKind::Narrow(..)
                | ast::ElementKind::Full(_)
                | ast::ElementKind::Context(..)
        ) || matches!(&last.kind, ast::ElementKind::Optional(body, _) | ast::ElementKind::Repeat(body, _)
            if matches!(body.kind, ast::ElementKind::Group(_)));
        if !nested && !matches!(last.kind, ast::ElementKind::Return(_)) {
            self.report_missing_return(alternative.span);
        }
        let writing = before.iter().find(|element| {
            !matches!(
                element.kind,
                ast::ElementKind::Let(..)
                    | ast::ElementKind::Bind(_)
                    | ast::ElementKind::Effect(..)
            )
        });
        if let Some(writing) = writing {
            self.report(
                Diagnostic::new(
                    Code::ReturnNotLast,
                    writing.span,
                    "a rule with results writes no text beside them",
                )
                .label("this text would be lost")
                .help("return it (`-> text`, or `-> (text, …)` with `return ({ … }, …)`)"),
            );
        }
    }

    fn report_missing_return(&mut self, span: Span) {
        let results: Vec<String> = self.results.iter().map(ToString::to_string).collect();
        let message = format!("the alternative does not return `{}`", results.join(", "));
        self.report(
            Diagnostic::new(Code::MissingReturn, span, message)
                .label("has to end with `return …`")
                .help("each alternative of a rule with results ends with a return"),
        );
    }

    fn element(&mut self, element: &'c ast::Element, tail: bool) -> Option<hir::Element> {
        let span = element.span;
        let kind = match &element.kind {
            ast::ElementKind::Word(word) if self.is_local(&word.text) => {
                let value = self.placed_local(word);
                ElementKind::Place(self.check_placeable(value))
            }
            ast::ElementKind::Word(word) => ElementKind::Terminal(word.text.clone()),
            ast::ElementKind::Literal(text) => ElementKind::Terminal(text.text.clone()),
            ast::ElementKind::Glue => ElementKind::Glue,
            ast::ElementKind::Group(block) => ElementKind::Group(self.block(block, tail)),
            ast::ElementKind::Optional(item, probability) => {
                let chance = probability
                    .as_ref()
                    .map_or(500_000, |text| self.probability(text));
                ElementKind::Optional(self.item(item), chance)
            }
            ast::ElementKind::Repeat(item, repetition) => {
                let body = self.item(item);
                ElementKind::Repeat(body, self.count(repetition, Bounds::Text))
            }
            ast::ElementKind::For(looped) => self.for_loop(looped),
            ast::ElementKind::Place(expr) => ElementKind::Place(self.placed(expr)),
            ast::ElementKind::Let(pattern, value) => self.let_binding(pattern, value, span),
            ast::ElementKind::Bind(relations) => self.bind(relations, span),
            ast::ElementKind::Scope(correlated, block) => {
                self.scopes += 1;
                let body = self.block(block, tail);
                self.scopes -= 1;
                ElementKind::Scope {
                    correlated: *correlated,
                    body,
                }
            }
            ast::ElementKind::Narrow(list, block) => {
                let columns = Ty::List(Box::new(Ty::Column));
                let list = self.typed(list, &columns, "narrow");
                ElementKind::Narrow(list, self.block(block, tail))
            }
            ast::ElementKind::Full(block) => ElementKind::Full(self.block(block, tail)),
            ast::ElementKind::Context(name, block) => {
                let number = self.contexts.open(name, self.diagnostics);
                ElementKind::Context(number, self.block(block, tail))
            }
            ast::ElementKind::StatementBreak => ElementKind::StatementBreak,
            ast::ElementKind::Effect(name, arguments) => {
                let (kind, relation) = effects::check(self, name, arguments)?;
                ElementKind::Effect(kind, relation)
            }
            ast::ElementKind::Return(values) => {
                ElementKind::Return(self.returned(values, tail, span))
            }
        };
        Some(hir::Element { kind, span })
    }

    /// What is optional or repeated: a block of its own.
    fn item(&mut self, element: &'c ast::Element) -> hir::Block {
        if let ast::ElementKind::Group(block) = &element.kind {
            return self.block(block, false);
        }
        let start = self.start_block();
        let elements = self.element(element, false).into_iter().collect();
        self.end_block(start);
        hir::Block {
            alternatives: vec![hir::Alternative {
                weight: 1,
                ordinal: 0,
                guard: None,
                elements,
                span: element.span,
            }],
            span: element.span,
        }
    }

    fn for_loop(&mut self, looped: &'c ast::For) -> ElementKind {
        let mut is_bad_zip = false;
        let lists: Vec<&'c ast::Expr> = match &looped.list.kind {
            ast::ExprKind::Call(name, lists) if name.text == "zip" => {
                if lists.len() < 2 {
                    is_bad_zip = true;
                    self.report(
                        Diagnostic::new(
                            Code::ZipArguments,
                            looped.list.span,
                            "`zip` walks two or more lists",
                        )
                        .help("to walk one list, leave `zip` out"),
                    );
                }
                lists.iter().collect()
            }
            _ => vec![&looped.list],
        };
        let lists: Vec<hir::Expr> = lists.into_iter().map(|list| self.list(list)).collect();
        let start = self.start_block();
        let unknown = is_bad_zip || matches!(lists.as_slice(), [list] if list.ty == Ty::Error);
        let elements: Vec<Ty> = if unknown {
            vec![Ty::Error; looped.pattern.len()]
        } else {
            lists
                .iter()
                .map(|list| match &list.ty {
                    Ty::List(element) => (**element).clone(),
                    _ => Ty::Error,
                })
                .collect()
        };
        let names = &looped.pattern;
        let pattern = self.declare_pattern(names, &elements, looped.list.span, Origin::Given);
        let body = self.block(&looped.body, false);
        self.end_block(start);
        ElementKind::For {
            pattern,
            lists,
            separator: looped.separator.as_ref().map(|text| text.text.clone()),
            body,
        }
    }

    fn list(&mut self, list: &'c ast::Expr) -> hir::Expr {
        let list = self.expr(list, Expect::Value);
        if matches!(list.ty, Ty::List(_) | Ty::Error) {
            return list;
        }
        let message = format!("a list is needed here, this is `{}`", list.ty);
        let mut diagnostic = Diagnostic::new(Code::NotAList, list.span, message);
        diagnostic = match list.ty {
            Ty::Table => diagnostic.help("its columns are the list `.columns`"),
            _ => diagnostic.help(
                "lists are `[a, b]`, `e{1..=4}`, `distinct e{1..=4}` and fields such as `.columns`",
            ),
        };
        self.report(diagnostic);
        hir::Expr {
            ty: Ty::Error,
            ..list
        }
    }

    fn let_binding(
        &mut self,
        pattern: &'c [ast::Ident],
        value: &'c ast::Expr,
        span: Span,
    ) -> ElementKind {
        let value = self.expr(value, Expect::Value);
        let types = match &value.ty {
            Ty::Error => vec![Ty::Error; pattern.len()],
            Ty::Tuple(types) => types.clone(),
            ty => vec![ty.clone()],
        };
        let origin = effects::origin(&value);
        let locals = self.declare_pattern(pattern, &types, span, origin);
        ElementKind::Let(locals, value)
    }

    fn bind(&mut self, relations: &'c [ast::Expr], span: Span) -> ElementKind {
        if self.scopes == 0 {
            self.report(
                Diagnostic::new(Code::BindOutsideScope, span, "`bind` needs a `scope` around it")
                    .label("no scope of this rule is open here")
                    .help("write `scope { … bind r; … }`; a rule cannot bind into the scope of its caller"),
            );
        }
        let relations = relations.iter().map(|relation| {
            let relation = self.expr(relation, Expect::Value);
            let is_relation = match &relation.ty {
                Ty::Table | Ty::Error => true,
                Ty::List(element) => matches!(**element, Ty::Table | Ty::Error),
                _ => false,
            };
            if is_relation {
                return relation;
            }
            let message = format!(
                "`bind` takes a table or a list of tables, this is `{}`",
                relation.ty
            );
            self.report(Diagnostic::new(Code::TypeMismatch, relation.span, message));
            Self::error(relation.span)
        });
        ElementKind::Bind(relations.collect())
    }

    fn returned(&mut self, values: &'c [ast::Expr], tail: bool, span: Span) -> Vec<hir::Expr> {
        if !self.returns {
            self.report(
                Diagnostic::new(
                    Code::ReturnMismatch,
                    span,
                    "the rule derives text and returns nothing else",
                )
                .label("place the text instead of returning it")
                .help("to return values, declare them: `rule f() -> table = …`"),
            );
        } else if !tail {
            self.report(
                Diagnostic::new(
                    Code::ReturnNotLast,
                    span,
                    "a return ends an alternative of the rule, not a part of one",
                )
                .label("not at the end of the rule's text"),
            );
        }
        let wanted = self.results;
        if self.returns && values.len() != wanted.len() && values.len() != 1 {
            let message = format!(
                "{} values are returned, the rule has {}",
                values.len(),
                wanted.len()
            );
            self.report(Diagnostic::new(Code::ReturnMismatch, span, message));
            return values
                .iter()
                .map(|value| self.expr(value, Expect::Any))
                .collect();
        }
        if self.returns && values.len() == 1 && wanted.len() > 1 {
            return self.returned_tuple(&values[0]);
        }
        let values = values.iter().zip(wanted).map(|(value, wanted)| {
            let value = self.expr(value, Expect::Ty(wanted));
            self.check_returned(&value, wanted);
            value
        });
        values.collect()
    }

    /// `return f();` of a rule with several results hands them all on.
    fn returned_tuple(&mut self, value: &'c ast::Expr) -> Vec<hir::Expr> {
        let wanted = Ty::Tuple(self.results.to_vec());
        let value = self.expr(value, Expect::Any);
        self.check_returned(&value, &wanted);
        if matches!(value.ty, Ty::Tuple(_)) {
            self.report(
                Diagnostic::new(
                    Code::ReturnMismatch,
                    value.span,
                    "the results of a call cannot be returned without taking them apart",
                )
                .help("write `let (a, b) = …; return (a, b);`"),
            );
        }
        vec![value]
    }

    fn check_returned(&mut self, value: &hir::Expr, wanted: &Ty) {
        if self.returns && !super::names::fits(&value.ty, wanted) {
            let message = format!("the rule returns `{wanted}`, this is `{}`", value.ty);
            self.report(Diagnostic::new(Code::ReturnMismatch, value.span, message));
        }
    }
}
