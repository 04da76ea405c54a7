//! The stack of scopes: which relations, and so which columns, are visible.

use super::value::{Range32, RelationId};
use crate::plan::Answers;
use crate::types::{Classes, TypeId};
use std::cell::Cell;

/// One opened scope, narrowing or reopening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// A lexical scope with its bound relations.
    Scope {
        /// Whether the frame below stays visible.
        correlated: bool,
        /// Its relations: a range of the bound ones.
        start: u32,
        /// One past its last relation.
        end: u32,
    },
    /// Only the columns of a list.
    Narrow(Range32),
    /// What another frame shows.
    Full(u32),
}

/// The types of some columns.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TypeSet {
    classes: Classes,
    bases: [u64; 4],
}

/// Base types past this one are not told apart.
const SUMMED_BASES: usize = 256;

impl TypeSet {
    /// A column has a type of these classes and this base.
    pub fn add(&mut self, classes: Classes, base: TypeId) {
        self.classes = Classes(self.classes.0 | classes.0);
        let at = usize::from(base.0);
        if let Some(word) = self.bases.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// The columns of the other set are among them.
    pub fn join(&mut self, other: &Self) {
        self.classes = Classes(self.classes.0 | other.classes.0);
        for (word, other) in self.bases.iter_mut().zip(other.bases) {
            *word |= other;
        }
    }

    /// Whether a column belongs to one of the classes.
    pub fn has_class(&self, classes: Classes) -> bool {
        self.classes.intersects(classes)
    }

    /// Whether a column has the base type; none if that is not told apart.
    pub fn has_base(&self, base: TypeId) -> Option<bool> {
        let at = usize::from(base.0);
        (at < SUMMED_BASES).then(|| self.bases[at / 64] >> (at % 64) & 1 == 1)
    }
}

/// The types of the visible columns, worked out when they are first asked for and forgotten when the
/// stack changes.
#[derive(Debug, Clone, Default)]
struct Summary {
    types: Cell<Option<TypeSet>>,
    answers: Cell<Option<Answers>>,
}

impl Summary {
    fn forget(&self) {
        self.types.set(None);
        self.answers.set(None);
    }
}

/// The stack. Its bottom is a scope without relations, which is never closed.
#[derive(Debug, Clone)]
pub struct Scopes {
    frames: Vec<Frame>,
    bound: Vec<RelationId>,
    summary: Summary,
}

const ROOT: Frame = Frame::Scope {
    correlated: false,
    start: 0,
    end: 0,
};

impl Default for Scopes {
    fn default() -> Self {
        Self {
            frames: vec![ROOT],
            bound: Vec::new(),
            summary: Summary::default(),
        }
    }
}

impl Scopes {
    /// The types of the visible columns, if they are known or can be worked out now.
    pub(crate) fn types(&self, work_out: impl FnOnce() -> TypeSet) -> TypeSet {
        let types = self.summary.types.get().unwrap_or_else(work_out);
        self.summary.types.set(Some(types));
        types
    }

    /// What the visible columns answer, if that is known or can be worked out now.
    #[inline]
    pub(crate) fn answers(&self, work_out: impl FnOnce() -> Answers) -> Answers {
        match self.summary.answers.get() {
            Some(answers) => answers,
            None => {
                let answers = work_out();
                self.summary.answers.set(Some(answers));
                answers
            }
        }
    }

    /// Closes everything.
    pub fn clear(&mut self) {
        self.summary.forget();
        self.frames.clear();
        self.frames.push(ROOT);
        self.bound.clear();
    }

    /// Opens a scope.
    pub fn open(&mut self, correlated: bool) {
        self.summary.forget();
        let at = self.bound.len() as u32;
        self.frames.push(Frame::Scope {
            correlated,
            start: at,
            end: at,
        });
    }

    /// Leaves only the columns of a list visible.
    pub fn narrow(&mut self, columns: Range32) {
        self.summary.forget();
        self.frames.push(Frame::Narrow(columns));
    }

    /// Makes the scope around the innermost narrowing visible again; without one nothing changes.
    pub fn full(&mut self) {
        self.summary.forget();
        let around = self.around_narrow();
        self.frames.push(Frame::Full(around));
    }

    /// The frame around the innermost narrowing; the current one where nothing is narrowed.
    #[must_use]
    pub fn around_narrow(&self) -> u32 {
        let mut at = self.current();
        loop {
            match self.frame(at) {
                Frame::Narrow(_) => return at.saturating_sub(1),
                Frame::Full(other) => at = other,
                Frame::Scope { .. } => return at,
            }
        }
    }

    /// Closes what was opened last, with the relations bound in it.
    pub fn close(&mut self) {
        self.summary.forget();
        if self.frames.len() > 1
            && let Some(Frame::Scope { start, .. }) = self.frames.pop()
        {
            self.bound.truncate(start as usize);
        }
    }

    /// Binds a relation in the innermost lexical scope.
    pub fn bind(&mut self, relation: RelationId) {
        self.summary.forget();
        let innermost = self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Scope { end, .. } => Some(end),
            Frame::Narrow(_) | Frame::Full(_) => None,
        });
        if let Some(end) = innermost {
            self.bound.push(relation);
            *end = self.bound.len() as u32;
        }
    }

    /// The innermost frame.
    #[must_use]
    #[inline]
    pub fn current(&self) -> u32 {
        (self.frames.len() - 1) as u32
    }

    /// A frame of the stack; the bottom for one that is not there.
    #[must_use]
    #[inline]
    pub fn frame(&self, at: u32) -> Frame {
        self.frames.get(at as usize).copied().unwrap_or(ROOT)
    }

    /// A bound relation.
    #[must_use]
    #[inline]
    pub fn bound(&self, at: u32) -> Option<RelationId> {
        self.bound.get(at as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relations(scopes: &Scopes, frame: u32) -> Vec<u32> {
        match scopes.frame(frame) {
            Frame::Scope { start, end, .. } => (start..end)
                .filter_map(|at| scopes.bound(at))
                .map(|relation| relation.0)
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn relations_are_bound_in_the_innermost_scope_until_it_closes() {
        let mut scopes = Scopes::default();
        scopes.open(false);
        scopes.bind(RelationId(1));
        scopes.narrow(Range32::default());
        scopes.bind(RelationId(2));
        assert_eq!(relations(&scopes, 1), [1, 2]);
        scopes.open(true);
        scopes.bind(RelationId(3));
        assert_eq!(relations(&scopes, scopes.current()), [3]);
        scopes.close();
        scopes.close();
        scopes.bind(RelationId(4));
        assert_eq!(relations(&scopes, scopes.current()), [1, 2, 4]);
        scopes.close();
        assert_eq!(scopes.current(), 0);
        scopes.close();
        assert_eq!(scopes.current(), 0);
    }

    #[test]
    fn full_shows_what_is_around_the_innermost_narrowing() {
        let mut scopes = Scopes::default();
        scopes.open(false);
        scopes.narrow(Range32 { start: 0, len: 1 });
        scopes.full();
        assert_eq!(scopes.frame(scopes.current()), Frame::Full(1));
        scopes.full();
        assert_eq!(scopes.frame(scopes.current()), Frame::Full(1));
        scopes.narrow(Range32 { start: 1, len: 1 });
        assert_eq!(scopes.around_narrow(), 4);
    }
}
