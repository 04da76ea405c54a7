//! Where text comes from and where it goes.

use crate::analysis::walk::{self, Inner};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{Block, Element, ElementKind, Expr, ExprKind, Grammar, Rule, Ty};
use crate::source::Span;

/// An environment of a rule; 0 is its start.
#[derive(Clone, Copy)]
struct Env {
    kind: Inner,
    parent: usize,
}

const START: usize = 0;
/// Parameters beyond this one are tracked together.
const LAST_PARAM: u16 = 63;

/// What a value may hold of scopes.
#[derive(Clone, Copy, Default)]
struct Origin {
    /// The environment whose columns it may name.
    own: Option<usize>,
    /// The text parameters it may be made of (bits).
    params: u64,
}

impl Origin {
    fn join(self, other: Self) -> Self {
        Self {
            own: self.own.or(other.own),
            params: self.params | other.params,
        }
    }
}

/// What is found in all rules.
#[derive(Default)]
struct Flows {
    /// Parameters that are placed where the rule's start is invisible, with the place.
    hidden: Vec<Vec<Option<Span>>>,
    /// Parameter → parameter that it is passed on as.
    passed: Vec<((usize, usize), (usize, usize))>,
    /// Text that holds columns of the scope, passed as a parameter.
    given: Vec<((usize, usize), Span)>,
}

/// Reports escapes.
pub(super) fn check(grammar: &Grammar, touching: &[bool], diagnostics: &mut Diagnostics) {
    let mut flows = Flows {
        hidden: grammar
            .rules
            .iter()
            .map(|rule| vec![None; usize::from(rule.params).min(usize::from(LAST_PARAM) + 1)])
            .collect(),
        ..Flows::default()
    };
    for (i, rule) in grammar.rules.iter().enumerate() {
        let mut walk = Walk {
            touching,
            index: i,
            rule,
            envs: vec![Env {
                kind: Inner::Same,
                parent: START,
            }],
            origins: vec![Origin::default(); rule.locals.len()],
            flows: &mut flows,
            diagnostics,
        };
        walk.rule();
    }
    flows.spread();
    for &((rule, param), span) in &flows.given {
        if let Some(Some(place)) = flows.hidden[rule].get(param) {
            let name = &grammar.rules[rule].name;
            let message = format!("`{name}` places this text where its relations are invisible");
            diagnostics
                .push(escape(span, message).also(*place, "placed in a scope of its own here"));
        }
    }
}

fn escape(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::ScopeEscape, span, message)
        .label("may hold columns of the scope it was derived in")
}

impl Flows {
    /// A parameter that is passed on to a hidden one is hidden as well.
    fn spread(&mut self) {
        let mut back: std::collections::HashMap<(usize, usize), Vec<(usize, usize)>> =
            std::collections::HashMap::new();
        for &(from, to) in &self.passed {
            back.entry(to).or_default().push(from);
        }
        let mut work = Vec::new();
        for (rule, params) in self.hidden.iter().enumerate() {
            for (param, place) in params.iter().enumerate() {
                if place.is_some() {
                    work.push((rule, param));
                }
            }
        }
        while let Some((rule, param)) = work.pop() {
            let place = self.hidden[rule][param];
            for &(rule, param) in back.get(&(rule, param)).into_iter().flatten() {
                if self.hidden[rule][param].is_none() {
                    self.hidden[rule][param] = place;
                    work.push((rule, param));
                }
            }
        }
    }
}

/// Walks one rule.
struct Walk<'w> {
    touching: &'w [bool],
    index: usize,
    rule: &'w Rule,
    envs: Vec<Env>,
    origins: Vec<Origin>,
    flows: &'w mut Flows,
    diagnostics: &'w mut Diagnostics,
}

impl Walk<'_> {
    fn rule(&mut self) {
        for param in 0..self.rule.params {
            let slot = usize::from(param);
            if holds_text(&self.rule.locals[slot].ty) {
                self.origins[slot].params = 1 << param.min(LAST_PARAM);
            }
        }
        self.block(&self.rule.body, START);
    }

    fn block(&mut self, block: &Block, env: usize) -> Origin {
        let mut origin = Origin::default();
        for element in walk::elements(block) {
            origin = origin.join(self.element(element, env));
        }
        origin
    }

    /// Walks an element; gives the origin of the text that it writes.
    fn element(&mut self, element: &Element, env: usize) -> Origin {
        let mut origin = Origin::default();
        for expr in walk::exprs(element) {
            let value = self.expr(expr, env);
            if let ElementKind::Return(_) = element.kind {
                self.check_return(expr, value);
            }
            origin = origin.join(value);
        }
        match &element.kind {
            ElementKind::Let(locals, _)
            | ElementKind::For {
                pattern: locals, ..
            } => {
                for local in locals {
                    if let Some(slot) = self.origins.get_mut(usize::from(local.0)) {
                        *slot = origin;
                    }
                }
            }
            _ => {}
        }
        if !matches!(element.kind, ElementKind::Place(_)) {
            origin = Origin::default();
        }
        if let Some((inner, kind)) = walk::block(element) {
            let inside = self.enter(kind, env);
            let text = self.block(inner, inside);
            origin = origin.join(self.leave(text, env));
        }
        origin
    }

    fn enter(&mut self, kind: Inner, env: usize) -> usize {
        match kind {
            Inner::Same => env,
            Inner::Full => match self.envs[env].kind {
                Inner::Narrow => self.envs[env].parent,
                _ => env,
            },
            Inner::Scope(_) | Inner::Narrow => {
                self.envs.push(Env { kind, parent: env });
                self.envs.len() - 1
            }
        }
    }

    /// The origin of text in an inner environment, seen from the one around it.
    fn leave(&self, text: Origin, env: usize) -> Origin {
        let own = text
            .own
            .filter(|&own| self.visible(own, env) || self.reaches(own, env));
        Origin {
            own: own.map(|_| env),
            params: text.params,
        }
    }

    /// Whether columns of `env` may be seen from `own`, an environment within it.
    fn reaches(&self, own: usize, env: usize) -> bool {
        let mut own = own;
        while own != env {
            if own == START || self.envs[own].kind == Inner::Scope(false) {
                return false;
            }
            own = self.envs[own].parent;
        }
        true
    }

    /// Whether text derived in `own` may be placed in `env`.
    fn visible(&self, own: usize, env: usize) -> bool {
        let (mut own, mut env) = (own, env);
        while own != env {
            if self.envs[own].kind == Inner::Narrow {
                own = self.envs[own].parent;
            } else if self.envs[env].kind == Inner::Scope(true) {
                env = self.envs[env].parent;
            } else {
                return false;
            }
        }
        true
    }

    fn check_return(&mut self, expr: &Expr, value: Origin) {
        let Some(own) = value.own else { return };
        let leaves = matches!(&expr.ty, Ty::Column) || holds_text(&expr.ty);
        let columns = matches!(&expr.ty, Ty::List(element) if **element == Ty::Column);
        if (leaves || columns) && !self.visible(own, START) {
            let message = "a value that names columns of a scope is returned out of it".to_owned();
            self.diagnostics.push(
                escape(expr.span, message)
                    .help("put the scope into the text: `return { scope { … } };`"),
            );
        }
    }

    fn expr(&mut self, expr: &Expr, env: usize) -> Origin {
        match &expr.kind {
            ExprKind::Local(local) => {
                let origin = self
                    .origins
                    .get(usize::from(local.0))
                    .copied()
                    .unwrap_or_default();
                if holds_text(&expr.ty) {
                    self.check_placed(expr.span, origin, env);
                }
                origin
            }
            ExprKind::Text(block) => self.block(block, env),
            ExprKind::Call(rule, arguments) => {
                let called = rule.0 as usize;
                let mut origin = Origin::default();
                for (param, argument) in arguments.iter().enumerate() {
                    let value = self.expr(argument, env);
                    let param = param.min(usize::from(LAST_PARAM));
                    self.pass(called, param, argument, value, env);
                    origin = origin.join(value);
                }
                if self.touching[called] || origin.own.is_some() {
                    origin.own = Some(env);
                }
                origin
            }
            _ => {
                let mut origin = Origin::default();
                for part in walk::operands(expr) {
                    origin = origin.join(self.expr(part, env));
                }
                if super::draws_from_scope(expr) {
                    origin.own = Some(env);
                }
                origin
            }
        }
    }

    fn check_placed(&mut self, span: Span, origin: Origin, env: usize) {
        if origin.own.is_some_and(|own| !self.visible(own, env)) {
            let message = "the relations of this text are invisible here".to_owned();
            let help = match self.envs[env].kind {
                Inner::Narrow => {
                    "`narrow` leaves only its columns visible: derive the text inside of it, or place \
                     it inside `full { … }`"
                }
                _ => "derive it inside of this scope, or make the scope `scope correlated { … }`",
            };
            self.diagnostics.push(escape(span, message).help(help));
        }
        if origin.params != 0 && !self.visible(START, env) {
            for (param, hidden) in self.flows.hidden[self.index].iter_mut().enumerate() {
                if origin.params & (1 << param) != 0 && hidden.is_none() {
                    *hidden = Some(span);
                }
            }
        }
    }

    fn pass(&mut self, called: usize, param: usize, argument: &Expr, value: Origin, env: usize) {
        if !holds_text(&argument.ty) {
            return;
        }
        if value.own.is_some() {
            self.flows.given.push(((called, param), argument.span));
        }
        if value.params != 0 && self.visible(START, env) {
            for own in 0..self.flows.hidden[self.index].len() {
                if value.params & (1 << own) != 0 {
                    self.flows.passed.push(((self.index, own), (called, param)));
                }
            }
        }
    }
}

/// Whether values of the type hold derived text.
fn holds_text(ty: &Ty) -> bool {
    match ty {
        Ty::Text => true,
        Ty::List(element) => **element == Ty::Text,
        Ty::Tuple(types) => types.iter().any(holds_text),
        _ => false,
    }
}
