//! A program as the walker runs it: one array of small operations, made once for a run.
//!
//! Bodies are laid out in the order in which they are derived, so that only calls, loops and what
//! has to be undone at its end (scopes, contexts) nest. Expressions and operations are two words.
//! Nothing is decided here that changes what is derived or drawn.

use crate::builtins::Builtin;
use crate::hir::{Distribution, EffectKind};
use crate::ir::{
    Argument, ChoiceId, Count, Expr, ExprId, LiteralId, Node, NodeId, Program, RuleId,
};
use crate::syntax::ast::ArithmeticOp;
use crate::visibility::Visibility;
use rqg_runtime::demand::Field;
use rqg_runtime::tokens::{Token, Tokens};
use rqg_runtime::types::TypeId;

/// A position in [`Code::ops`].
pub(super) type Position = u32;

/// Some expressions that follow each other in [`Code::operands`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Operands {
    first: u32,
    count: u16,
}

/// An operation. A body ends with [`Op::End`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    /// The body ends.
    End,
    /// Goes on elsewhere.
    Jump(Position),
    /// Writes a literal.
    Token(Token),
    /// Goes on at one of the targets from the given one on.
    Choice(ChoiceId, u32),
    /// Goes on behind this operation, or elsewhere.
    Optional {
        /// Parts per million.
        chance: u32,
        /// What the body needs.
        demand: u32,
        /// Where it goes on without the body.
        otherwise: Position,
    },
    /// An index into [`Code::repeats`].
    Repeat(u32),
    /// An index into [`Code::walks`].
    For(u32),
    /// Derives a rule's text in place.
    Call(RuleId, Operands),
    /// What follows is the text of a rule, derived in place; only in code that is watched.
    Enter(RuleId),
    /// The text of the rule that was entered last ends.
    Leave,
    /// The first alternative of a choice follows, the only one; only in code that is watched.
    Only(ChoiceId),
    /// An option or a repetition follows; only in code that is watched.
    Reach(NodeId),
    /// The body of the option or repetition follows; only in code that is watched.
    Take(NodeId),
    /// What is chosen from here on is hidden; only in code of strict runs.
    Hide,
    /// What is chosen is hidden no longer.
    Show,
    /// Writes the text of a slot's value.
    PlaceSlot(u16),
    /// Writes the text of a builtin's value; the expression is the same as a whole.
    PlaceBuiltin(Builtin, u32, ExprId),
    /// Writes the text of another value.
    Place(ExprId),
    /// Binds a slot.
    Let(u16, ExprId),
    /// Binds several slots, an index into [`Code::slots`].
    LetTuple(u32, ExprId),
    /// The next token follows without a space.
    Glue,
    /// Opens a scope for the body behind this operation, and goes on elsewhere.
    Scope(bool, Position),
    /// Makes relations visible.
    Bind(Operands),
    /// Leaves only these columns visible in the body behind this operation, and goes on elsewhere.
    Narrow(ExprId, Position),
    /// Reopens the scope for the body behind this operation, and goes on elsewhere.
    Full(Position),
    /// Sets the context for the body behind this operation, and goes on elsewhere.
    Context(u8, Position),
    /// Ends a statement.
    StatementBreak,
    /// Changes the overlay.
    Effect(EffectKind, ExprId),
    /// Sets the results of the rule.
    Return(Operands),
}

/// An expression.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operand {
    /// An extern fn, which is refused before the first unit.
    Nothing,
    /// A slot.
    Slot(u16),
    /// An index into [`Code::veiled`]: what is drawn is hidden.
    Hidden(u32),
    /// An index into [`Code::veiled`]: the value tells units apart.
    Apart(u32),
    /// A number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A literal text.
    Str(LiteralId),
    /// A built-in type.
    Type(TypeId),
    /// Binds a slot, then gives another expression's value.
    Let(u16, ExprId, ExprId),
    /// A property.
    Field(ExprId, Field),
    /// A property of a slot's value.
    SlotField(u16, Field),
    /// One element of a domain.
    Draw(u32),
    /// An index into [`Code::lists`].
    DrawList(u32),
    /// An index into [`Code::generated`].
    Generate(u32),
    /// A builtin with an index into [`Code::arguments`].
    Builtin(Builtin, u32),
    /// The results of a rule.
    Call(RuleId, Operands),
    /// Given elements.
    List(Operands),
    /// Text derived aside, an index into [`Code::texts`].
    Text(u32),
    /// Arithmetic over int.
    Arithmetic(ArithmeticOp, ExprId, ExprId),
}

/// The arguments of a builtin.
#[derive(Debug, Clone)]
pub(super) struct Arguments {
    /// Those that are values: no builtin takes more.
    pub values: [Operand; 3],
    /// All.
    pub given: Box<[Argument]>,
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Number of slots of its frame.
    pub slots: u16,
    /// Whether its results come from [`Op::Return`].
    pub returns: bool,
    /// Where its body starts.
    pub body: Position,
}

/// How many times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// At least.
    pub low: Operand,
    /// At most, inclusive; none: open.
    pub high: Option<Operand>,
    /// How numbers between are distributed.
    pub distribution: Distribution,
}

/// A repetition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    /// How many times.
    pub count: Bounds,
    /// Between the items.
    pub separator: Option<Token>,
    /// What the body needs.
    pub demand: u32,
    /// Whether the text does not tell how many times.
    pub hidden: bool,
    /// Where it goes on; the body is behind the operation.
    pub then: Position,
}

/// A walk over lists.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    /// The slot of each list's current element.
    pub slots: Box<[u16]>,
    /// The lists.
    pub lists: Operands,
    /// Between the rounds.
    pub separator: Option<Token>,
    /// Where it goes on; the body is behind the operation.
    pub then: Position,
}

/// A list of draws.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    /// The draw of each element.
    pub site: u32,
    /// How many.
    pub count: Bounds,
    /// Without replacement.
    pub distinct: bool,
    /// Columns that are always included.
    pub including: Operand,
}

/// A list of values made one by one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generated {
    /// Each element.
    pub item: ExprId,
    /// How many.
    pub count: Bounds,
}

/// What the walker runs.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    pub ops: Vec<Op>,
    /// By [`ExprId`].
    pub exprs: Vec<Operand>,
    /// By [`RuleId`].
    pub rules: Vec<Rule>,
    pub tokens: Tokens,
    /// Where the alternatives of choices start.
    pub targets: Vec<Position>,
    pub operands: Vec<Operand>,
    pub repeats: Vec<Repeat>,
    pub walks: Vec<Walk>,
    pub slots: Vec<Box<[u16]>>,
    pub lists: Vec<List>,
    pub generated: Vec<Generated>,
    pub arguments: Vec<Arguments>,
    /// Where the bodies of texts start.
    pub texts: Vec<Position>,
    /// Expressions whose choices are hidden, or whose values tell units apart.
    pub veiled: Vec<Operand>,
}

impl Operands {
    /// Which elements of [`Code::operands`] they are.
    #[inline]
    pub fn range(self) -> std::ops::Range<usize> {
        self.first as usize..self.first as usize + usize::from(self.count)
    }

    /// How many.
    #[inline]
    pub fn len(self) -> usize {
        usize::from(self.count)
    }
}

impl Code {
    /// Lays a program out; to be watched, with a mark where each rule begins and ends; for a strict
    /// run, with marks for what is hidden.
    pub fn new(program: &Program, watched: bool, visibility: Option<&Visibility>) -> Self {
        let mut maker = Maker {
            program,
            watched,
            visibility,
            literals: Vec::new(),
            exprs: vec![None; program.exprs.len()],
            texts: Vec::new(),
            code: Self::default(),
        };
        let tokens = &mut maker.code.tokens;
        let literals = program.literals.iter();
        maker.literals = literals.map(|text| tokens.add(text.as_bytes())).collect();
        for rule in &program.rules {
            let body = maker.body(rule.body);
            maker.code.rules.push(Rule {
                slots: rule.slots,
                returns: rule.returns,
                body,
            });
        }
        let exprs = (0..program.exprs.len() as u32).map(|at| maker.operand(ExprId(at)));
        let exprs = exprs.collect();
        maker.code.exprs = exprs;
        // A text may hold further ones.
        while let Some(&body) = maker.texts.get(maker.code.texts.len()) {
            let body = maker.body(body);
            maker.code.texts.push(body);
        }
        maker.code.shorten();
        maker.code
    }

    /// Ends a body where it would only go on to its end.
    fn shorten(&mut self) {
        for at in (0..self.ops.len()).rev() {
            if let Some(&Op::Jump(target)) = self.ops.get(at)
                && let Some(&op @ (Op::End | Op::Jump(_))) = self.ops.get(target as usize)
            {
                self.ops[at] = op;
            }
        }
    }
}

/// A layout in the making.
struct Maker<'a> {
    program: &'a Program,
    watched: bool,
    visibility: Option<&'a Visibility>,
    literals: Vec<Token>,
    /// By [`ExprId`]: those that were made already.
    exprs: Vec<Option<Operand>>,
    /// The bodies of texts, to be laid out.
    texts: Vec<NodeId>,
    code: Code,
}

/// Adds an element and gives its index.
fn add<T>(list: &mut Vec<T>, element: T) -> u32 {
    list.push(element);
    (list.len() - 1) as u32
}

impl Maker<'_> {
    fn here(&self) -> Position {
        self.code.ops.len() as Position
    }

    fn put(&mut self, op: Op) {
        self.code.ops.push(op);
    }

    /// Changes an operation that was put before what it depends on was known.
    fn set(&mut self, at: Position, op: Op) {
        if let Some(place) = self.code.ops.get_mut(at as usize) {
            *place = op;
        }
    }

    /// An operation that only tells, in code that is watched.
    fn mark(&mut self, op: Op) {
        if self.watched {
            self.put(op);
        }
    }

    fn body(&mut self, node: NodeId) -> Position {
        let start = self.here();
        self.node(node);
        self.put(Op::End);
        start
    }

    /// A body behind an operation that goes on behind it.
    fn nested(&mut self, node: NodeId, op: impl FnOnce(&mut Self, Position) -> Op) {
        let body = |maker: &mut Self| {
            maker.body(node);
        };
        self.around(body, op);
    }

    /// What is laid out behind an operation that goes on behind it.
    fn around(&mut self, body: impl FnOnce(&mut Self), op: impl FnOnce(&mut Self, Position) -> Op) {
        let at = self.here();
        self.put(Op::End);
        body(self);
        let then = self.here();
        let op = op(self, then);
        self.set(at, op);
    }

    fn node(&mut self, id: NodeId) {
        let program = self.program;
        let Some(node) = program.nodes.get(id.index()) else {
            return;
        };
        match node {
            Node::Empty => {}
            Node::Literal(literal) => {
                if let Some(token) = self.literal(*literal) {
                    self.put(Op::Token(token));
                }
            }
            Node::Sequence(nodes) => nodes.iter().for_each(|&node| self.node(node)),
            Node::Choice(choice) => self.choice(*choice),
            Node::Optional {
                chance,
                demand,
                body,
            } => {
                self.mark(Op::Reach(id));
                let hidden = self.hides(|marks| marks.hides_node(id));
                if hidden {
                    self.put(Op::Hide);
                }
                let at = self.here();
                self.put(Op::End);
                if hidden {
                    self.put(Op::Show);
                }
                self.mark(Op::Take(id));
                self.node(*body);
                let mut otherwise = self.here();
                if hidden {
                    // Without the body it ends to be hidden as well.
                    self.put(Op::Jump(otherwise + 2));
                    self.put(Op::Show);
                    otherwise += 1;
                }
                let op = Op::Optional {
                    chance: *chance,
                    demand: demand.0,
                    otherwise,
                };
                self.set(at, op);
            }
            Node::Repeat {
                count,
                separator,
                demand,
                body,
            } => {
                self.mark(Op::Reach(id));
                self.around(
                    |maker| {
                        maker.mark(Op::Take(id));
                        maker.body(*body);
                    },
                    |maker, then| {
                        let repeat = Repeat {
                            count: maker.bounds(count),
                            separator: separator.and_then(|separator| maker.literal(separator)),
                            demand: demand.0,
                            hidden: maker.hides(|marks| marks.hides_node(id)),
                            then,
                        };
                        Op::Repeat(add(&mut maker.code.repeats, repeat))
                    },
                );
            }
            Node::For {
                slots,
                lists,
                separator,
                body,
            } => self.nested(*body, |maker, then| {
                let walk = Walk {
                    slots: slots.as_slice().into(),
                    lists: maker.operands(lists),
                    separator: separator.and_then(|separator| maker.literal(separator)),
                    then,
                };
                Op::For(add(&mut maker.code.walks, walk))
            }),
            Node::Call(rule, arguments) => {
                let arguments = self.operands(arguments);
                let hidden = self.hides(|marks| marks.hides_node(id));
                if hidden {
                    self.put(Op::Hide);
                }
                self.put(Op::Call(*rule, arguments));
                if hidden {
                    self.put(Op::Show);
                }
            }
            Node::Within(rule, body) => {
                self.mark(Op::Enter(*rule));
                self.node(*body);
                self.mark(Op::Leave);
            }
            Node::Only(choice, body) => {
                self.mark(Op::Only(*choice));
                self.node(*body);
            }
            Node::Place(expr) => {
                let op = match self.operand(*expr) {
                    Operand::Slot(slot) => Op::PlaceSlot(slot),
                    Operand::Builtin(builtin, arguments) => {
                        Op::PlaceBuiltin(builtin, arguments, *expr)
                    }
                    _ => Op::Place(*expr),
                };
                self.put(op);
            }
            Node::Let(slots, expr) => {
                let op = match slots.as_slice() {
                    &[slot] => Op::Let(slot, *expr),
                    slots => Op::LetTuple(add(&mut self.code.slots, slots.into()), *expr),
                };
                self.put(op);
            }
            Node::Glue => self.put(Op::Glue),
            Node::Scope { correlated, body } => {
                self.nested(*body, |_, then| Op::Scope(*correlated, then));
            }
            Node::Bind(relations) => {
                let relations = self.operands(relations);
                self.put(Op::Bind(relations));
            }
            Node::Narrow(columns, body) => {
                self.nested(*body, |_, then| Op::Narrow(*columns, then));
            }
            Node::Full(body) => self.nested(*body, |_, then| Op::Full(then)),
            Node::Context(context, body) => {
                self.nested(*body, |_, then| Op::Context(*context, then));
            }
            Node::StatementBreak => self.put(Op::StatementBreak),
            Node::Effect(effect, relation) => self.put(Op::Effect(*effect, *relation)),
            Node::Return(results) => {
                let results = self.operands(results);
                self.put(Op::Return(results));
            }
        }
    }

    /// The alternatives one behind the other; each but the last goes on behind all of them.
    fn choice(&mut self, id: ChoiceId) {
        let program = self.program;
        let Some(choice) = program.choices.get(id.index()) else {
            return;
        };
        let first = self.code.targets.len();
        let count = choice.alternatives.len();
        let hidden = self.hides(|marks| marks.hides_choice(id));
        if hidden {
            self.put(Op::Hide);
        }
        self.put(Op::Choice(id, first as u32));
        self.code.targets.resize(first + count, 0);
        let mut jumps = Vec::new();
        for (at, alternative) in choice.alternatives.iter().enumerate() {
            self.code.targets[first + at] = self.here();
            if hidden {
                self.put(Op::Show);
            }
            self.node(alternative.body);
            if at + 1 < count {
                jumps.push(self.here());
                self.put(Op::End);
            }
        }
        let then = self.here();
        for jump in jumps {
            self.set(jump, Op::Jump(then));
        }
    }

    fn hides(&self, hides: impl FnOnce(&Visibility) -> bool) -> bool {
        self.visibility.is_some_and(hides)
    }

    fn literal(&self, literal: LiteralId) -> Option<Token> {
        self.literals.get(literal.index()).copied()
    }

    fn operands(&mut self, exprs: &[ExprId]) -> Operands {
        let made: Vec<Operand> = exprs.iter().map(|&expr| self.operand(expr)).collect();
        let first = self.code.operands.len() as u32;
        self.code.operands.extend(made);
        Operands {
            first,
            count: exprs.len() as u16,
        }
    }

    fn bounds(&mut self, count: &Count) -> Bounds {
        Bounds {
            low: self.operand(count.low),
            high: count.high.map(|high| self.operand(high)),
            distribution: count.distribution.unwrap_or_default(),
        }
    }

    fn operand(&mut self, id: ExprId) -> Operand {
        if let Some(&Some(made)) = self.exprs.get(id.index()) {
            return made;
        }
        let program = self.program;
        let Some(expr) = program.exprs.get(id.index()) else {
            return Operand::Nothing;
        };
        let operand = match expr {
            Expr::Slot(slot) => Operand::Slot(*slot),
            Expr::Int(number) => Operand::Int(*number),
            Expr::Bool(truth) => Operand::Bool(*truth),
            Expr::Str(literal) => Operand::Str(*literal),
            Expr::Type(ty) => Operand::Type(*ty),
            Expr::Let(slot, value, then) => Operand::Let(*slot, *value, *then),
            Expr::Field(of, field) => match self.operand(*of) {
                Operand::Slot(slot) => Operand::SlotField(slot, *field),
                _ => Operand::Field(*of, *field),
            },
            Expr::Draw(site) => Operand::Draw(site.0),
            Expr::DrawList {
                site,
                count,
                distinct,
                including,
            } => {
                let list = List {
                    site: site.0,
                    count: self.bounds(count),
                    distinct: *distinct,
                    including: including.map_or(Operand::Nothing, |list| self.operand(list)),
                };
                Operand::DrawList(add(&mut self.code.lists, list))
            }
            Expr::Generate { item, count } => {
                let generated = Generated {
                    item: *item,
                    count: self.bounds(count),
                };
                Operand::Generate(add(&mut self.code.generated, generated))
            }
            Expr::Builtin(builtin, arguments) => {
                let mut values = [Operand::Nothing; 3];
                for (value, argument) in values.iter_mut().zip(arguments) {
                    *value = match argument {
                        Argument::Value(expr) => self.operand(*expr),
                        Argument::Constant(number) => Operand::Int(*number),
                        Argument::Literal(literal) => Operand::Str(*literal),
                        _ => Operand::Nothing,
                    };
                }
                let arguments = Arguments {
                    values,
                    given: arguments.as_slice().into(),
                };
                Operand::Builtin(*builtin, add(&mut self.code.arguments, arguments))
            }
            Expr::Call(rule, arguments) => Operand::Call(*rule, self.operands(arguments)),
            Expr::Extern(..) => Operand::Nothing,
            Expr::List(elements) => Operand::List(self.operands(elements)),
            Expr::Text(body) => Operand::Text(add(&mut self.texts, *body)),
            Expr::Arithmetic(op, left, right) => Operand::Arithmetic(*op, *left, *right),
        };
        let operand = if self.hides(|marks| marks.hides_expr(id)) {
            Operand::Hidden(add(&mut self.code.veiled, operand))
        } else if self.hides(|marks| marks.tells_apart(id)) {
            Operand::Apart(add(&mut self.code.veiled, operand))
        } else {
            operand
        };
        if let Some(place) = self.exprs.get_mut(id.index()) {
            *place = Some(operand);
        }
        operand
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_two_words() {
        assert_eq!(std::mem::size_of::<Op>(), 16);
        assert_eq!(std::mem::size_of::<Operand>(), 16);
    }
}
