//! Parameter and result types.

use super::RuleEntry;
use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::Ty;
use crate::syntax::ast::{ExternFn, Ident, Param, Rule, TypeExpr};
use rqg_runtime::types::BuiltinType;
use std::collections::HashMap;

const TYPES: &[(&str, Ty)] = &[
    ("text", Ty::Text),
    ("int", Ty::Int),
    ("bool", Ty::Bool),
    ("type", Ty::Type),
    ("table", Ty::Table),
    ("column", Ty::Column),
    ("function", Ty::Function),
    ("name", Ty::Name),
    ("fk", Ty::Fk),
    ("unique_key", Ty::UniqueKey),
    ("row", Ty::Row),
];

/// The parameter and result types of a rule.
pub(super) fn of_rule(rule: &Rule, diagnostics: &mut Diagnostics) -> (Vec<Ty>, Vec<Ty>) {
    let params = of_params(&rule.params, diagnostics);
    if rule.results.is_empty() {
        return (params, vec![Ty::Text]);
    }
    let results = rule
        .results
        .iter()
        .map(|ty| resolve(ty, diagnostics))
        .collect();
    (params, results)
}

/// The parameter types and the result type of an extern fn: only what crosses the border.
pub(super) fn of_extern(function: &ExternFn, diagnostics: &mut Diagnostics) -> (Vec<Ty>, Ty) {
    let params = of_params(&function.params, diagnostics);
    let result = function
        .result
        .as_ref()
        .map_or(Ty::Text, |ty| resolve(ty, diagnostics));
    let written = function
        .params
        .iter()
        .map(|param| &param.ty)
        .chain(&function.result);
    let types = params
        .iter()
        .chain(function.result.as_ref().map(|_| &result));
    for (ty, written) in types.zip(written) {
        if !matches!(ty, Ty::Text | Ty::Int | Ty::Bool | Ty::Error) {
            let message = format!("an extern fn cannot take or give `{ty}`");
            diagnostics.push(
                Diagnostic::new(Code::ExternSignature, written.span, message)
                    .label("only `text`, `int` and `bool` are passed to Rust")
                    .help("pass the text of the value, such as `{ t }` or `{ t.name }`"),
            );
        }
    }
    (params, result)
}

fn of_params(params: &[Param], diagnostics: &mut Diagnostics) -> Vec<Ty> {
    let mut seen = HashMap::new();
    for param in params {
        if let Some(first) = seen.insert(param.name.text.as_str(), param.name.span)
            && param.name.text != "_"
        {
            let message = format!("two parameters are called `{}`", param.name.text);
            diagnostics.push(
                Diagnostic::new(Code::DuplicateLocal, param.name.span, message)
                    .also(first, "the first is here"),
            );
        }
    }
    params
        .iter()
        .map(|param| resolve(&param.ty, diagnostics))
        .collect()
}

fn resolve(written: &TypeExpr, diagnostics: &mut Diagnostics) -> Ty {
    let name = written.name.text.as_str();
    if name == "list" {
        let Some(argument) = &written.argument else {
            let message = "`list` needs the type of its elements";
            diagnostics.push(
                Diagnostic::new(Code::UnknownType, written.span, message)
                    .help("write for example `list<column>`"),
            );
            return Ty::Error;
        };
        let element = resolve(argument, diagnostics);
        if matches!(element, Ty::List(_)) {
            let message = "a list cannot hold lists";
            diagnostics.push(Diagnostic::new(Code::UnknownType, argument.span, message));
            return Ty::Error;
        }
        return Ty::List(Box::new(element));
    }
    let known = TYPES.iter().find(|(known, _)| *known == name);
    let Some((_, ty)) = known else {
        let message = format!("there is no type `{name}`");
        let mut diagnostic = Diagnostic::new(Code::UnknownType, written.name.span, message);
        let names = TYPES.iter().map(|(name, _)| *name).chain(["list"]);
        if BuiltinType::named(name).is_some() {
            diagnostic = diagnostic
                .label("an SQL type is a value here")
                .help("a parameter for SQL types is written `T: type`");
            if name.starts_with("int") {
                diagnostic = diagnostic.suggest(Some("int"));
            }
        } else {
            let list: Vec<&str> = names.clone().collect();
            diagnostic = diagnostic
                .suggest(closest(name, names))
                .help(format!("types are {}", list.join(", ")));
        }
        diagnostics.push(diagnostic);
        return Ty::Error;
    };
    if written.argument.is_some() {
        let message = format!("`{name}` takes no element type");
        diagnostics.push(Diagnostic::new(Code::UnknownType, written.span, message));
    }
    ty.clone()
}

/// Rules may be called like functions of the language, which they hide then (so that functions to
/// come do not break grammars), but not like words with a meaning of their own.
pub(super) fn check_name(name: &Ident, diagnostics: &mut Diagnostics) {
    let text = name.text.as_str();
    if matches!(text, "zip" | "feature") {
        let message = format!("`{text}` has a meaning of its own in the language");
        diagnostics.push(
            Diagnostic::new(Code::ReservedName, name.span, message)
                .label("cannot be defined")
                .help(format!("give it another name, such as `{text}s`")),
        );
    }
}

/// `name(p: type) -> type`, for messages.
pub(super) fn shown(rule: &RuleEntry<'_>) -> String {
    let params: Vec<String> = rule.params.iter().map(ToString::to_string).collect();
    format!("`({}) -> {}`", params.join(", "), rule.result())
}
