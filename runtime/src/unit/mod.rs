//! The state of one unit while it is made: frames of slots, arenas, scopes, counters and the text.
//!
//! Everything is cleared for the next unit and keeps its memory, so that nothing allocates once warm.
//! Interpreter and generated code share the semantics in here: they decide what is called in which
//! order, never what a call means.

mod choose;
mod draw;
mod draw_list;
mod name;
mod place;
pub mod relation;
mod rows;
pub mod scope;
mod sight;
mod text;
pub mod value;

pub use draw_list::Count;
pub use text::To;

use crate::plan::{Candidate, Plan};
use crate::tokens::{Literal, Literals, Token, Tokens};
use crate::unit_text::UnitText;
use crate::values::{Constants, Ordinals};
use crate::writer::{Aside, Writer};
use relation::{Overlay, Relation};
use scope::Scopes;
use sight::Prints;
use value::{Range32, RelationId, Value};

/// Rule calls and loop rounds that a unit may take before it turns shallow.
pub const FUEL: u32 = 20_000;

/// Bytes of text, placed or derived aside, that a unit may take before it turns shallow.
pub const TEXT_LIMIT: usize = 1 << 20;

/// Rule calls and loop rounds after which repetitions end whatever their lower bound is: only
/// lower bounds in the millions reach it, and every unit has to end.
const LAST_ROUND: u32 = 1 << 22;

/// Rule calls and rounds between two looks at what was spent and written.
const LOOK: u32 = 16;

/// What [`Unit::reach`] is in shallow mode: no way on fits.
const SHALLOW: u32 = 0;

/// What values refer to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    /// Texts and names.
    pub texts: Vec<u8>,
    /// Elements of lists: first those that the plan keeps.
    pub lists: Vec<Value>,
    /// How many the plan keeps.
    pub kept: usize,
    /// The unit's own relations.
    pub relations: Vec<Relation>,
    /// The handle of the first own relation.
    pub first_own: u32,
}

/// The state of a unit.
#[derive(Debug, Clone)]
pub struct Unit {
    pub(crate) writer: Writer,
    pub(crate) arena: Arena,
    pub(crate) scopes: Scopes,
    pub(crate) context: u8,
    overlay: Overlay,
    /// The stack of frames and handed over values: its elements below `top`.
    slots: Vec<Value>,
    top: usize,
    base: usize,
    results: Value,
    index: u64,
    fresh: u32,
    objects: u32,
    ordinals: Ordinals,
    depth: u32,
    most_calls: u32,
    space: u64,
    /// One more than the depth that a derivation may reach; [`SHALLOW`] once the fuel is used up.
    reach: u32,
    spent: u32,
    unmet: u32,
    candidates: Vec<Candidate>,
    weights: Vec<u64>,
    constants: Constants,
    buffer: Vec<u8>,
    prints: Prints,
}

/// The frame to come back to after a call.
#[derive(Debug, Clone, Copy)]
#[must_use = "a frame that is entered has to be left"]
pub struct Caller {
    base: usize,
}

/// The context to come back to.
#[derive(Debug, Clone, Copy)]
#[must_use = "a scope that is opened has to be closed"]
pub struct Outer {
    context: u8,
}

/// A unit that is being made: finishes it, whatever happens.
struct Making<'a> {
    unit: &'a mut Unit,
    text: &'a mut UnitText,
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.unit.finish(self.text);
    }
}

impl Unit {
    /// An empty unit of a run.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        Self {
            writer: Writer::default(),
            arena: Arena {
                first_own: plan.model().tables.len() as u32,
                lists: plan.lists().elements().to_vec(),
                kept: plan.lists().elements().len(),
                ..Arena::default()
            },
            scopes: Scopes::default(),
            context: 0,
            overlay: Overlay::default(),
            slots: Vec::new(),
            top: 0,
            base: 0,
            results: Value::Nothing,
            index: 0,
            fresh: 0,
            objects: 0,
            ordinals: Ordinals::new(0),
            depth: 0,
            most_calls: u32::MAX,
            space: 0,
            reach: SHALLOW,
            spent: 0,
            unmet: 0,
            candidates: Vec::new(),
            weights: Vec::new(),
            constants: Constants::default(),
            buffer: Vec::new(),
            prints: Prints::default(),
        }
    }

    /// Makes unit `index` by a derivation; its text grows in the memory of `text`, behind what is to
    /// stay there, and stays there also when the derivation panics.
    #[inline]
    pub fn make(
        &mut self,
        plan: &Plan,
        index: u64,
        text: &mut UnitText,
        derive: impl FnOnce(&mut Self),
    ) {
        self.begin(plan, index, text);
        let making = Making { unit: self, text };
        derive(&mut *making.unit);
    }

    /// Starts a unit.
    fn begin(&mut self, plan: &Plan, index: u64, text: &mut UnitText) {
        std::mem::swap(&mut self.writer.bytes, &mut text.bytes);
        std::mem::swap(&mut self.writer.ends, &mut text.ends);
        self.writer.begin(text.start());
        self.arena.texts.clear();
        self.arena.lists.truncate(self.arena.kept);
        self.arena.relations.clear();
        self.scopes.clear();
        self.overlay.clear();
        self.top = 0;
        self.base = 0;
        self.context = 0;
        self.results = Value::Nothing;
        self.index = index;
        self.fresh = 0;
        self.objects = 0;
        self.ordinals = Ordinals::past(plan.key_offset(), index).in_space(self.space);
        self.depth = 0;
        self.reach = plan.budget().saturating_add(1);
        self.spent = 0;
        self.unmet = 0;
    }

    /// Ends the last statement and hands the text over.
    fn finish(&mut self, text: &mut UnitText) {
        self.writer.end_statement();
        std::mem::swap(&mut self.writer.bytes, &mut text.bytes);
        std::mem::swap(&mut self.writer.ends, &mut text.ends);
    }

    /// The index of the unit.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many choices and draws found nothing that meets their demand. The compiler and the check
    /// at start keep it at 0; the derivation goes on all the same.
    #[must_use]
    pub fn unmet(&self) -> u32 {
        self.unmet
    }

    /// The text so far, without a break between statements.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.writer.text()
    }

    // Frames

    /// The value of a slot of the current frame.
    #[must_use]
    #[inline]
    pub fn slot(&self, slot: u16) -> Value {
        self.slots
            .get(self.base + usize::from(slot))
            .copied()
            .unwrap_or_default()
    }

    /// Binds a slot of the current frame.
    #[inline]
    pub fn set_slot(&mut self, slot: u16, value: Value) {
        if let Some(place) = self.slots.get_mut(self.base + usize::from(slot)) {
            *place = value;
        }
    }

    /// Binds a slot and nothing else, for what is evaluated apart from any unit.
    pub(crate) fn set_lone_slot(&mut self, slot: u16, value: Value) {
        self.slots.clear();
        self.slots.resize(usize::from(slot) + 1, Value::Nothing);
        self.top = self.slots.len();
        self.set_slot(slot, value);
    }

    /// Hands a value over to the next call or list.
    #[inline]
    pub fn push(&mut self, value: Value) {
        match self.slots.get_mut(self.top) {
            Some(place) => *place = value,
            None => self.slots.push(value),
        }
        self.top += 1;
    }

    /// How many values are on the stack of frames, to be given to [`Unit::pop_list`].
    #[must_use]
    #[inline]
    pub fn height(&self) -> usize {
        self.top
    }

    /// A pushed value.
    #[must_use]
    #[inline]
    pub fn pushed(&self, at: usize) -> Value {
        self.slots.get(at).copied().unwrap_or_default()
    }

    /// Forgets the values pushed since the stack had a height.
    #[inline]
    pub fn pop_to(&mut self, height: usize) {
        self.top = self.top.min(height);
    }

    /// Makes a list of the values pushed since the stack had a height.
    pub fn pop_list(&mut self, height: usize) -> Value {
        let start = self.arena.lists.len();
        let from = height.min(self.top);
        let popped = self.slots.get(from..self.top).unwrap_or_default();
        self.arena.lists.extend_from_slice(popped);
        self.top = from;
        Value::List(Range32::since(start, self.arena.lists.len()))
    }

    /// The rule that is entered next is the start rule, at depth 0.
    pub fn start(&mut self) {
        self.depth = u32::MAX;
    }

    /// Sets how deeply rule calls may nest. The compiler's depth bounds keep derivations below; a
    /// deeper call derives nothing.
    pub fn limit_calls(&mut self, calls: u32) {
        self.most_calls = calls;
    }

    /// Units are made of the indexes of a space of this size.
    pub fn set_space(&mut self, size: u64) {
        self.space = size;
    }

    /// The start rule of generated code is derived next, at depth 0. Rules keep their slots
    /// themselves; `slots` are those that demands may speak of.
    pub fn start_compiled(&mut self, slots: usize) {
        if self.slots.len() < slots {
            self.slots.resize(slots, Value::Nothing);
        }
        self.top = slots;
        self.spend();
    }

    /// Begins a call of a rule that keeps its slots itself.
    #[inline]
    pub fn descend(&mut self) {
        self.depth = self.depth.wrapping_add(1);
        self.spend();
    }

    /// Ends a call that was begun with [`Unit::descend`].
    #[inline]
    pub fn ascend(&mut self) {
        self.depth = self.depth.wrapping_sub(1);
    }

    /// Whether a rule may be called.
    #[must_use]
    #[inline]
    pub fn can_call(&self) -> bool {
        self.depth < self.most_calls
    }

    /// Enters a rule: the last `arguments` pushed values are its first slots of `slots`.
    #[inline]
    pub fn enter(&mut self, arguments: usize, slots: u16) -> Caller {
        let caller = Caller { base: self.base };
        self.base = self.top.saturating_sub(arguments);
        let top = self.base + usize::from(slots);
        match self.slots.get_mut(self.top..top) {
            Some(unbound) => unbound.fill(Value::Nothing),
            None => self.grow(top),
        }
        self.top = top;
        // From the depth before the start rule it wraps to 0.
        self.depth = self.depth.wrapping_add(1);
        self.spend();
        caller
    }

    /// Makes room for a frame: seldom, since the stack keeps its memory.
    #[cold]
    fn grow(&mut self, top: usize) {
        self.slots.truncate(self.top);
        if self.slots.len() < top {
            self.slots.resize(top, Value::Nothing);
        }
    }

    /// Leaves a rule.
    #[inline]
    pub fn leave(&mut self, caller: Caller) {
        self.top = self.base;
        self.base = caller.base;
        self.depth = self.depth.saturating_sub(1);
    }

    /// How deeply rule calls nest at present.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Sets the results of the current rule.
    pub fn set_results(&mut self, results: Value) {
        self.results = results;
    }

    /// Takes the results of the rule that was just left.
    #[must_use]
    pub fn take_results(&mut self) -> Value {
        std::mem::take(&mut self.results)
    }

    // Fuel

    /// Counts a rule call.
    #[inline(always)]
    fn spend(&mut self) {
        // Never wraps: rounds end long before, and so do calls of a shallow unit.
        self.spent = self.spent.wrapping_add(1);
        if self.spent.is_multiple_of(LOOK) {
            self.look();
        }
    }

    /// Counts a round of a repetition. False if no further round is to begin, whatever the lower
    /// bound is.
    #[must_use]
    #[inline(always)]
    pub fn round(&mut self) -> bool {
        self.spent = self.spent.wrapping_add(1);
        !self.spent.is_multiple_of(LOOK) || self.look()
    }

    /// Leaves only the shallowest ways on if too much was spent or written. False if it is so much
    /// that rounds have to end.
    #[inline(never)]
    fn look(&mut self) -> bool {
        if self.spent <= FUEL && self.size() <= TEXT_LIMIT {
            return true;
        }
        self.reach = SHALLOW;
        self.spent <= LAST_ROUND && self.size() <= 64 * TEXT_LIMIT
    }

    /// Bytes of text, placed or derived aside.
    #[inline]
    fn size(&self) -> usize {
        self.writer.len() + self.arena.texts.len()
    }

    /// How deeply a way on may nest; none in shallow mode, or if nothing fits any more.
    #[must_use]
    #[inline]
    pub(crate) fn room(&self) -> Option<u32> {
        self.reach.checked_sub(self.depth)?.checked_sub(1)
    }

    /// Whether a way on that nests so deeply fits the budget.
    #[must_use]
    #[inline]
    pub(crate) fn fits(&self, depth: u32) -> bool {
        // Both are far below half of what fits: the budget is a number of calls on the stack.
        self.depth.wrapping_add(depth) < self.reach
    }

    // Scopes, contexts, effects

    /// Opens a scope; the context is `none` in it.
    pub fn open_scope(&mut self, correlated: bool) -> Outer {
        self.scopes.open(correlated);
        self.set_context(0)
    }

    /// Leaves only the columns of a list visible.
    pub fn open_narrow(&mut self, columns: Value) -> Outer {
        let columns = match columns {
            Value::List(range) => range,
            _ => Range32::default(),
        };
        self.scopes.narrow(columns);
        Outer {
            context: self.context,
        }
    }

    /// Reopens the scope around the innermost narrowing.
    pub fn open_full(&mut self) -> Outer {
        self.scopes.full();
        Outer {
            context: self.context,
        }
    }

    /// Closes what was opened last.
    pub fn close_scope(&mut self, outer: Outer) {
        self.scopes.close();
        self.context = outer.context;
    }

    /// Sets the context; the former one comes back with [`Unit::restore_context`].
    pub fn set_context(&mut self, context: u8) -> Outer {
        Outer {
            context: std::mem::replace(&mut self.context, context),
        }
    }

    /// Sets the context back.
    pub fn restore_context(&mut self, outer: Outer) {
        self.context = outer.context;
    }

    /// Makes a relation, or those of a list, visible in the current scope.
    pub fn bind(&mut self, value: Value) {
        match value {
            Value::Relation(relation) => self.scopes.bind(relation),
            Value::List(range) => {
                for at in range.indexes() {
                    if let Some(&Value::Relation(relation)) = self.arena.lists.get(at) {
                        self.scopes.bind(relation);
                    }
                }
            }
            _ => {}
        }
    }

    /// The table exists from now on.
    pub fn create(&mut self, value: Value) {
        if let Value::Relation(relation) = value
            && self.relation(relation).is_some()
        {
            self.overlay.create(relation);
        }
    }

    /// The table does not exist any more.
    pub fn drop_table(&mut self, value: Value) {
        if let Value::Relation(relation) = value {
            self.overlay.drop(relation);
        }
    }

    /// An own relation of the unit.
    #[must_use]
    #[inline]
    pub fn relation(&self, relation: RelationId) -> Option<&Relation> {
        self.arena.relation(relation)
    }

    // Lists and texts

    /// The elements of a list; none for any other value.
    #[must_use]
    pub fn list(&self, value: Value) -> &[Value] {
        match value {
            Value::List(range) => self.arena.lists.get(range.indexes()).unwrap_or_default(),
            _ => &[],
        }
    }

    /// An element of a list.
    #[must_use]
    #[inline]
    pub fn element(&self, list: Value, at: usize) -> Value {
        match list {
            Value::List(range) if at < range.len as usize => self
                .arena
                .lists
                .get(range.start as usize + at)
                .copied()
                .unwrap_or_default(),
            _ => Value::Nothing,
        }
    }

    /// Starts a text that is derived now and placed later.
    pub fn begin_text(&mut self) -> Aside {
        self.writer.begin_aside()
    }

    /// Ends it.
    pub fn end_text(&mut self, aside: Aside) -> Value {
        let start = self.arena.texts.len();
        self.writer.end_aside(aside, &mut self.arena.texts);
        Value::Text(Range32::since(start, self.arena.texts.len()))
    }

    /// Ends it and forgets it.
    pub fn drop_text(&mut self, aside: Aside) {
        self.writer.drop_aside(aside);
    }

    /// A text value of given bytes.
    pub fn literal(&mut self, text: &[u8]) -> Value {
        self.arena.text(text)
    }

    /// Writes a token.
    #[inline]
    pub fn token(&mut self, token: &[u8]) {
        self.writer.token(token);
    }

    /// Writes a token that is known in advance.
    #[inline]
    pub fn known(&mut self, tokens: &Tokens, token: Token) {
        self.writer.known(tokens, token);
    }

    /// Writes a token of generated code.
    #[inline(always)]
    pub fn write(&mut self, literal: &Literal) {
        self.writer.literal(literal);
    }

    /// Writes the token of the chosen alternative.
    #[inline(always)]
    pub fn write_nth<const N: usize, const WIDTH: usize>(
        &mut self,
        literals: &Literals<N, WIDTH>,
        chosen: usize,
    ) {
        self.writer.literal_of(literals, chosen);
    }

    /// The next token follows without a space.
    #[inline]
    pub fn glue(&mut self) {
        self.writer.glue();
    }

    /// Ends a statement.
    pub fn end_statement(&mut self) {
        self.writer.end_statement();
    }
}

impl Arena {
    /// An own relation of the unit.
    #[inline]
    pub fn relation(&self, relation: RelationId) -> Option<&Relation> {
        let own = relation.0.checked_sub(self.first_own)?;
        self.relations.get(own as usize)
    }

    /// A text value of given bytes.
    pub fn text(&mut self, text: &[u8]) -> Value {
        let start = self.texts.len();
        self.texts.extend_from_slice(text);
        Value::Text(Range32::since(start, self.texts.len()))
    }
}
