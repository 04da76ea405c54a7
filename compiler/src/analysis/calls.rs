//! Calls of rules, extern fns and builtins.

use super::exprs::{Expect, is_placeable};
use super::names::{Target, fits};
use super::rules::Checker;
use super::values;
use crate::builtins::{Builtin, Overload, ParamKind};
use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, RuleId, Ty};
use crate::source::Span;
use crate::syntax::ast::{self, Ident};
use rqg_runtime::types::{BuiltinType, Classes};

impl<'c> Checker<'c, '_> {
    /// `name(arguments)`
    pub fn call(&mut self, name: &'c Ident, arguments: &'c [ast::Expr], span: Span) -> Expr {
        if let Some(target) = self.target(name) {
            return self.call_target(target, name, arguments, span);
        }
        let overloads: Vec<&'static Overload> = Builtin::named(&name.text).collect();
        if !overloads.is_empty() {
            return self.call_builtin(&overloads, name, arguments, span);
        }
        for argument in arguments.iter().filter(|_| name.text != "feature") {
            self.loose(argument);
        }
        let diagnostic = self.not_callable(name, span);
        self.report(diagnostic);
        Self::error(span)
    }

    fn not_callable(&mut self, name: &Ident, span: Span) -> Diagnostic {
        let text = name.text.as_str();
        let not_callable = |what: String| Diagnostic::new(Code::NotCallable, name.span, what);
        if let Some(id) = self.local(text) {
            let local = &self.locals[usize::from(id.0)];
            return not_callable(format!(
                "`{text}` is a local of type `{}`, it cannot be called",
                local.ty
            ))
            .also(local.span, "bound here");
        }
        if text == "zip" {
            return Diagnostic::new(
                Code::ZipArguments,
                span,
                "`zip` only stands after `in` of a `for`",
            )
            .help("write `for (a, b) in zip(as, bs) { … }`");
        }
        if text == "feature" {
            return not_callable("`feature` is only tested in guards".to_owned())
                .help("write `when feature(merge): …`");
        }
        if values::DISTRIBUTIONS
            .iter()
            .any(|(known, _)| *known == text)
        {
            return not_callable(format!("`{text}` is a distribution, no function")).help(format!(
                "pass it to a draw, as in `int(1..=100, {text}(…))`"
            ));
        }
        if BuiltinType::named(text).is_some() {
            return not_callable(format!("`{text}` is an SQL type, it cannot be called"));
        }
        let builtins = Builtin::ALL.iter().map(|(name, ..)| *name);
        Diagnostic::new(
            Code::UnknownName,
            name.span,
            format!("there is no rule or function `{text}`"),
        )
        .label("not known here")
        .suggest(self.names.suggest(self.module, text, builtins))
    }

    /// Types an argument of what is unknown: reports what is wrong in itself only.
    fn loose(&mut self, argument: &'c ast::Expr) {
        match &argument.kind {
            ast::ExprKind::Range { low, high, .. } => {
                for bound in [low, high].into_iter().flatten() {
                    self.loose(bound);
                }
            }
            ast::ExprKind::Class(_) | ast::ExprKind::Float(_) => {}
            ast::ExprKind::Name(name) if Classes::named(&name.text).is_some() => {
                self.local(&name.text);
            }
            ast::ExprKind::Call(name, _)
                if values::DISTRIBUTIONS
                    .iter()
                    .any(|(known, _)| *known == name.text) => {}
            ast::ExprKind::List(elements) if elements.is_empty() => {}
            _ => {
                self.expr(argument, Expect::Any);
            }
        }
    }

    /// A call of a rule or extern fn.
    pub fn call_target(
        &mut self,
        target: Target,
        name: &Ident,
        arguments: &'c [ast::Expr],
        span: Span,
    ) -> Expr {
        let (params, result): (&[Ty], Ty) = match target {
            Target::Rule(rule) => {
                let entry = &self.names.rules[rule];
                (&entry.params, entry.result())
            }
            Target::Extern(function) => {
                let entry = &self.names.externs[function];
                (&entry.params, entry.result.clone())
            }
            Target::Broken => {
                for argument in arguments {
                    self.loose(argument);
                }
                return Self::error(span);
            }
        };
        if params.len() != arguments.len() {
            for argument in arguments {
                self.loose(argument);
            }
            let message = format!(
                "`{}` takes {}, here {} given",
                name.text,
                counted(params.len()),
                match arguments.len() {
                    1 => "is 1".to_owned(),
                    n => format!("are {n}"),
                }
            );
            let types: Vec<String> = params.iter().map(ToString::to_string).collect();
            let diagnostic = Diagnostic::new(Code::WrongArgumentCount, span, message)
                .label(format!("takes ({})", types.join(", ")));
            let definition = self.names.span(target);
            self.report(match definition {
                Some(place) => diagnostic.also(place, "defined here"),
                None => diagnostic,
            });
            return Expr {
                ty: result,
                ..Self::error(span)
            };
        }
        let what = format!("`{}`", name.text);
        let arguments = arguments
            .iter()
            .zip(params)
            .map(|(argument, wanted)| self.typed(argument, wanted, &what))
            .collect();
        let kind = match target {
            Target::Extern(function) => ExprKind::Extern(function as u32, arguments),
            Target::Rule(rule) => ExprKind::Call(RuleId(rule as u32), arguments),
            Target::Broken => return Self::error(span),
        };
        Expr {
            kind,
            ty: result,
            span,
        }
    }

    // ---- builtins

    fn call_builtin(
        &mut self,
        overloads: &[&'static Overload],
        name: &Ident,
        arguments: &'c [ast::Expr],
        span: Span,
    ) -> Expr {
        let accepts = |overload: &Overload| {
            let least = overload.params.len();
            (least..=least + overload.optional.len()).contains(&arguments.len())
        };
        let candidates: Vec<&'static Overload> = overloads
            .iter()
            .copied()
            .filter(|overload| accepts(overload))
            .collect();
        if candidates.is_empty() {
            for argument in arguments {
                self.loose(argument);
            }
            let message = match arguments.len() {
                0 => format!("`{}` needs arguments", name.text),
                given => format!("`{}` does not take {}", name.text, counted(given)),
            };
            let diagnostic = Diagnostic::new(Code::WrongArgumentCount, span, message);
            self.report(with_forms(diagnostic, overloads));
            return Self::alike(overloads, span);
        }
        let typed: Vec<Expr> = arguments
            .iter()
            .enumerate()
            .map(|(i, argument)| {
                let kinds: Vec<ParamKind> = candidates
                    .iter()
                    .filter_map(|overload| param(overload, i))
                    .collect();
                self.argument(argument, &kinds, &name.text)
            })
            .collect();
        let matching = |overload: &&&Overload| {
            typed.iter().enumerate().all(|(i, argument)| {
                param(overload, i).is_some_and(|kind| accepted(kind, argument))
            })
        };
        let Some(overload) = candidates.iter().find(matching) else {
            self.report_arguments(&candidates, &typed, name, span);
            return Self::alike(overloads, span);
        };
        if typed.iter().any(|argument| argument.ty == Ty::Error) && candidates.len() > 1 {
            return Self::alike(overloads, span);
        }
        let diagnostics = values::check_arguments(overload.builtin, &typed);
        for diagnostic in diagnostics {
            self.report(diagnostic);
        }
        Expr {
            kind: ExprKind::Builtin(overload.builtin, typed),
            ty: overload.result.into(),
            span,
        }
    }

    /// An expression that was reported, of the type that all forms have.
    fn alike(overloads: &[&Overload], span: Span) -> Expr {
        let result = overloads[0].result;
        let alike = overloads.iter().all(|overload| overload.result == result);
        Expr {
            ty: if alike { result.into() } else { Ty::Error },
            ..Self::error(span)
        }
    }

    fn report_arguments(
        &mut self,
        candidates: &[&'static Overload],
        typed: &[Expr],
        name: &Ident,
        span: Span,
    ) {
        if let [only] = candidates {
            for (i, argument) in typed.iter().enumerate() {
                let Some(kind) = param(only, i) else { continue };
                if accepted(kind, argument) {
                    continue;
                }
                let message = format!(
                    "`{}` needs {}, this is {}",
                    name.text,
                    described(kind),
                    found(argument)
                );
                let diagnostic = Diagnostic::new(Code::TypeMismatch, argument.span, message)
                    .label(found(argument));
                self.report(with_forms(diagnostic, candidates));
            }
            return;
        }
        let given: Vec<String> = typed.iter().map(found).collect();
        let message = format!("no form of `{}` takes {}", name.text, given.join(", "));
        let diagnostic = Diagnostic::new(Code::TypeMismatch, span, message);
        let forms: Vec<&Overload> = Builtin::named(&name.text).collect();
        self.report(with_forms(diagnostic, &forms));
    }

    /// An argument of a builtin, read as what its overloads may ask for at this place.
    fn argument(&mut self, argument: &'c ast::Expr, kinds: &[ParamKind], callee: &str) -> Expr {
        match &argument.kind {
            _ if kinds.contains(&ParamKind::Distribution) => {
                let distribution = self.distribution(argument);
                return match distribution {
                    Some(distribution) => Expr {
                        kind: ExprKind::Distribution(distribution),
                        ty: Ty::Int,
                        span: argument.span,
                    },
                    None => Self::error(argument.span),
                };
            }
            ast::ExprKind::Range {
                low,
                high,
                exclusive,
            } if kinds.contains(&ParamKind::Range) => {
                return self.range(
                    low.as_deref(),
                    high.as_deref(),
                    *exclusive,
                    argument.span,
                    callee,
                );
            }
            ast::ExprKind::Class(name) if kinds.contains(&ParamKind::Class) => {
                return self.class_argument(name);
            }
            ast::ExprKind::Name(name)
                if kinds.contains(&ParamKind::Class) && !self.is_local(&name.text) =>
            {
                let type_too = kinds.contains(&ParamKind::Value(crate::builtins::SimpleTy::Type));
                let is_type = BuiltinType::named(&name.text).is_some();
                let is_class = Classes::named(&name.text).is_some();
                if is_class && !(is_type && type_too) || (kinds.len() == 1 && !is_class) {
                    return self.class_argument(name);
                }
            }
            _ => {}
        }
        let values: Vec<Ty> = kinds.iter().filter_map(|kind| value_type(*kind)).collect();
        let types = values.contains(&Ty::Type);
        match values.first() {
            Some(ty) if !types => self.expr(argument, Expect::Ty(ty)),
            None if kinds.contains(&ParamKind::Placeable) => self.expr(argument, Expect::Value),
            _ => self.expr(argument, Expect::Any),
        }
    }

    fn class_argument(&mut self, name: &Ident) -> Expr {
        match self.class(name) {
            Some(class) => Expr {
                kind: ExprKind::Class(class),
                ty: Ty::Type,
                span: name.span,
            },
            None => Self::error(name.span),
        }
    }
}

/// The n-th parameter of an overload, optional ones included.
fn param(overload: &Overload, n: usize) -> Option<ParamKind> {
    overload
        .params
        .iter()
        .chain(overload.optional)
        .nth(n)
        .copied()
}

/// The type of value that a parameter takes, if it takes values.
fn value_type(kind: ParamKind) -> Option<Ty> {
    match kind {
        ParamKind::Value(ty) => Some(ty.into()),
        ParamKind::ListOf(ty) => Some(Ty::List(Box::new(ty.into()))),
        _ => None,
    }
}

fn accepted(kind: ParamKind, argument: &Expr) -> bool {
    if argument.ty == Ty::Error {
        return true;
    }
    let special = matches!(
        argument.kind,
        ExprKind::Class(_) | ExprKind::Range(..) | ExprKind::Distribution(_) | ExprKind::Float(_)
    );
    match kind {
        ParamKind::Value(_) | ParamKind::ListOf(_) => {
            !special && value_type(kind).is_some_and(|wanted| fits(&argument.ty, &wanted))
        }
        ParamKind::Class => matches!(argument.kind, ExprKind::Class(_)),
        ParamKind::Range => matches!(argument.kind, ExprKind::Range(..)),
        ParamKind::Distribution => matches!(argument.kind, ExprKind::Distribution(_)),
        ParamKind::Literal => matches!(argument.kind, ExprKind::Str(_)),
        ParamKind::Constant => matches!(argument.kind, ExprKind::Int(_)),
        ParamKind::Placeable => !special && is_placeable(&argument.ty),
    }
}

fn found(argument: &Expr) -> String {
    match &argument.kind {
        ExprKind::Class(_) => "a class of types".to_owned(),
        ExprKind::Range(..) => "a range".to_owned(),
        ExprKind::Distribution(_) => "a distribution".to_owned(),
        _ => format!("`{}`", argument.ty),
    }
}

fn described(kind: ParamKind) -> String {
    match kind {
        ParamKind::Value(_) | ParamKind::ListOf(_) => {
            value_type(kind).map_or_else(String::new, |ty| format!("`{ty}`"))
        }
        ParamKind::Class => "a class of types such as `number`".to_owned(),
        ParamKind::Range => "a range such as `1..=100`".to_owned(),
        ParamKind::Distribution => "a distribution such as `zipf(1.1)`".to_owned(),
        ParamKind::Literal => "a string in quotes".to_owned(),
        ParamKind::Constant => "a plain number".to_owned(),
        ParamKind::Placeable => "a value that has text".to_owned(),
    }
}

/// Adds the forms of a builtin: `column(table, type) -> column`.
fn with_forms(diagnostic: Diagnostic, overloads: &[&Overload]) -> Diagnostic {
    overloads.iter().fold(diagnostic, |diagnostic, overload| {
        let short = |kind: &ParamKind| match kind {
            ParamKind::Class => "class".to_owned(),
            ParamKind::Range => "range".to_owned(),
            ParamKind::Distribution => "distribution".to_owned(),
            ParamKind::Literal => "\"…\"".to_owned(),
            ParamKind::Constant => "number".to_owned(),
            ParamKind::Placeable => "text".to_owned(),
            value => value_type(*value).map_or_else(String::new, |ty| ty.to_string()),
        };
        let needed = overload.params.iter().map(short);
        let optional = overload
            .optional
            .iter()
            .map(|kind| format!("{}?", short(kind)));
        let params: Vec<String> = needed.chain(optional).collect();
        let name = overload.builtin.name();
        let result: Ty = overload.result.into();
        diagnostic.help(format!("form: `{name}({}) -> {result}`", params.join(", ")))
    })
}

fn counted(n: usize) -> String {
    match n {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}

/// The nearest distribution, for suggestions.
pub(super) fn nearest_distribution(name: &str) -> Option<&'static str> {
    closest(name, values::DISTRIBUTIONS.iter().map(|(name, _)| *name))
}
