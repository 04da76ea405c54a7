//! What is known at the place that is written next.

use super::dice::Dice;
use super::rules::Signature;
use super::types::{Kind, Ty};

/// What stands around a place, from the start of its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// The body of the rule.
    Rule,
    /// `scope { … }`
    Scope,
    /// `scope correlated { … }`
    Correlated,
    /// `narrow(…) { … }`
    Narrow,
    /// `full { … }`
    Full,
}

/// A parameter or local.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) ty: Ty,
    /// How many things stood around it where it was bound.
    pub(super) depth: usize,
    /// Whether it may hold what only the caller sees.
    pub(super) given: bool,
    /// A table that the unit made: effects can create and drop it.
    pub(super) made: bool,
    /// A number of a few.
    pub(super) few: bool,
}

/// Writes one grammar.
pub(super) struct Writer {
    pub(super) dice: Dice,
    pub(super) rules: Vec<Signature>,
    /// The rule that is written.
    pub(super) rule: usize,
    pub(super) locals: Vec<Local>,
    pub(super) around: Vec<Around>,
    /// Whether text is derived for a value: no statement ends there.
    pub(super) aside: bool,
    /// How deeply expressions and groups are nested.
    pub(super) depth: usize,
    /// How many elements the rule may still have, about.
    pub(super) fuel: usize,
    /// Rules that are called somewhere.
    pub(super) called: Vec<String>,
    /// How many calls of rules the rule may still have.
    pub(super) calls: usize,
    /// Whether rules that come before, or the rule itself, may be called.
    pub(super) recursive: bool,
    /// How often what stands here is derived for each derivation of the rule, at most.
    pub(super) often: bool,
    /// Contexts that guards test.
    pub(super) contexts_tested: Vec<&'static str>,
    /// Contexts that are set somewhere.
    pub(super) contexts_set: Vec<&'static str>,
    /// Rules of modules that are imported.
    pub(super) imported: Vec<&'static str>,
    names: usize,
}

impl Writer {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            rules: Vec::new(),
            rule: 0,
            locals: Vec::new(),
            around: vec![Around::Rule],
            aside: false,
            depth: 0,
            fuel: 0,
            called: Vec::new(),
            calls: 0,
            recursive: false,
            often: false,
            contexts_tested: Vec::new(),
            contexts_set: Vec::new(),
            imported: Vec::new(),
            names: 0,
        }
    }

    /// Whether a scope is open here.
    pub(super) fn in_scope(&self) -> bool {
        self.around.len() > 1 || self.rules[self.rule].scoped
    }

    /// Whether a local may be named here.
    pub(super) fn visible(&self, local: &Local) -> bool {
        let opaque = self.around[local.depth..]
            .iter()
            .any(|around| *around != Around::Correlated);
        // What was derived in a scope names what is visible there.
        let bound = local.given || local.depth > 1;
        let scoped = matches!(local.ty.kind, Kind::Text | Kind::Column);
        !(opaque && bound && scoped)
    }

    /// The visible locals of a type.
    pub(super) fn visible_locals(&self, ty: Ty) -> Vec<Local> {
        let mut found = self.locals.clone();
        found.retain(|local| local.ty == ty && self.visible(local));
        found
    }

    /// A visible local of a type, if there is one.
    pub(super) fn local(&mut self, ty: Ty) -> Option<String> {
        let names = self.visible_locals(ty);
        (!names.is_empty()).then(|| self.dice.pick(&names).name)
    }

    /// A name for a new local: sometimes that of another one, which it hides.
    pub(super) fn new_name(&mut self, ty: Ty) -> String {
        if self.dice.percent(8) && !self.locals.is_empty() {
            return self.dice.pick(&self.locals.clone()).name;
        }
        self.names += 1;
        let list = if ty.list { "s" } else { "" };
        let list = if ty.kind == Kind::Type {
            list.to_uppercase()
        } else {
            list.to_owned()
        };
        format!("{}{list}{}", ty.kind.prefix(), self.names)
    }

    /// Binds a name from here on.
    pub(super) fn bind(&mut self, name: &str, ty: Ty) -> &mut Local {
        self.locals.retain(|local| local.name != name);
        self.locals.push(Local {
            name: name.to_owned(),
            ty,
            depth: self.around.len(),
            given: self.rules[self.rule].scoped,
            made: false,
            few: false,
        });
        let last = self.locals.len() - 1;
        &mut self.locals[last]
    }

    /// Writes something in which what is bound ends with it.
    pub(super) fn nested<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let locals = self.locals.clone();
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        self.locals = locals;
        written
    }

    /// Writes something that stands in a scope or the like.
    pub(super) fn within<T>(&mut self, around: Around, write: impl FnOnce(&mut Self) -> T) -> T {
        self.around.push(around);
        let written = self.nested(write);
        self.around.pop();
        written
    }
}
