//! What demands ask of scope and context, as bits: whether enough visible columns have one of some
//! types, whether the context is among some. A unit answers all of them at once, and what a demand
//! needs of its surroundings is a test of a few bits.

use crate::schema::model::{Model, TableId};
use crate::types::TypeId;

/// Which questions are answered with yes.
pub(crate) type Answers = u128;

/// A question about the surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether at least so many visible columns have a type of these: by id, and whether a column
    /// counts whose type is not known.
    Visible {
        types: Vec<bool>,
        unknown: bool,
        min: u32,
    },
    /// Whether the context is among these.
    Context(u32),
}

/// The questions that the demands of a plan ask, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Questions {
    asked: Vec<Question>,
    /// By type: those that one visible column of the type answers.
    of_types: Vec<Answers>,
    /// Those that a visible column of unknown type answers.
    of_unknown: Answers,
    /// By table: those that its columns answer.
    of_tables: Vec<Answers>,
    /// By context.
    of_contexts: [Answers; 32],
    /// Those that ask for several columns.
    counted: Vec<Counted>,
}

/// A question that asks for several columns.
#[derive(Debug, Clone)]
struct Counted {
    answer: Answers,
    min: u32,
    types: Vec<bool>,
    unknown: bool,
    /// By table: how many of its columns count.
    tables: Vec<u32>,
}

/// How many questions a plan can ask; what asks for more is evaluated.
const MOST: usize = 128;

/// How many of them can ask for several columns.
const MOST_COUNTED: usize = 8;

impl Questions {
    pub fn new(model: &Model) -> Self {
        Self {
            of_types: vec![0; model.types.len()],
            of_tables: vec![0; model.tables.len()],
            ..Self::default()
        }
    }

    /// The bit of a question; none if too many others are asked.
    pub(super) fn ask(&mut self, model: &Model, question: &Question) -> Option<Answers> {
        let known = self.asked.iter().position(|known| known == question);
        if let Some(at) = known {
            return Some(1 << at);
        }
        let counts_columns = matches!(question, Question::Visible { min: 2.., .. });
        if self.asked.len() >= MOST || counts_columns && self.counted.len() >= MOST_COUNTED {
            return None;
        }
        let answer = 1 << self.asked.len();
        match question {
            Question::Context(contexts) => {
                for (context, answers) in self.of_contexts.iter_mut().enumerate() {
                    if contexts >> context & 1 == 1 {
                        *answers |= answer;
                    }
                }
            }
            Question::Visible {
                types,
                unknown,
                min,
            } => {
                let counts = |ty: TypeId| match types.get(usize::from(ty.0)) {
                    Some(counts) => *counts,
                    None => *unknown,
                };
                let columns = model.tables.iter().map(|table| {
                    let counted = table.columns.iter().filter(|column| counts(column.ty));
                    counted.count() as u32
                });
                let tables: Vec<u32> = columns.collect();
                if counts_columns {
                    self.counted.push(Counted {
                        answer,
                        min: *min,
                        types: types.clone(),
                        unknown: *unknown,
                        tables,
                    });
                } else {
                    for (answers, count) in self.of_tables.iter_mut().zip(tables) {
                        *answers |= if count > 0 { answer } else { 0 };
                    }
                    for (answers, counts) in self.of_types.iter_mut().zip(types) {
                        *answers |= if *counts { answer } else { 0 };
                    }
                    self.of_unknown |= if *unknown { answer } else { 0 };
                }
            }
        }
        self.asked.push(question.clone());
        Some(answer)
    }

    /// The question that is answered where one of several is; none unless all of them ask for one
    /// visible column.
    pub(super) fn any(&self, answers: Answers) -> Option<Question> {
        let asked = self.asked.iter().enumerate();
        let mut wanted = asked
            .filter(|(at, _)| answers >> at & 1 == 1)
            .map(|(_, question)| question);
        let mut any = wanted.next()?.clone();
        for question in wanted {
            let (
                Question::Visible {
                    types,
                    unknown,
                    min: 1,
                },
                Question::Visible {
                    types: others,
                    unknown: other_unknown,
                    min: 1,
                },
            ) = (&mut any, question)
            else {
                return None;
            };
            for (ty, other) in types.iter_mut().zip(others) {
                *ty |= *other;
            }
            *unknown |= *other_unknown;
        }
        Some(any)
    }

    /// What the context answers.
    #[inline]
    pub fn of_context(&self, context: u8) -> Answers {
        self.of_contexts[usize::from(context & 31)]
    }

    /// What visible columns answer. `visit` goes through all that is visible.
    #[inline]
    pub fn of_visible(&self, visit: impl FnOnce(&mut dyn FnMut(Seen))) -> Answers {
        let mut answers = 0;
        let mut counts = [0_u32; MOST_COUNTED];
        visit(&mut |seen| match seen {
            Seen::Table(table) => {
                let table = table.0 as usize;
                answers |= self.of_tables.get(table).copied().unwrap_or(0);
                for (count, question) in counts.iter_mut().zip(&self.counted) {
                    *count += question.tables.get(table).copied().unwrap_or(0);
                }
            }
            Seen::Column(ty) => {
                let at = ty.map_or(usize::MAX, |ty| usize::from(ty.0));
                answers |= self.of_types.get(at).copied().unwrap_or(self.of_unknown);
                for (count, question) in counts.iter_mut().zip(&self.counted) {
                    let counts = question.types.get(at).copied();
                    *count += u32::from(counts.unwrap_or(question.unknown));
                }
            }
        });
        for (count, question) in counts.iter().zip(&self.counted) {
            if *count >= question.min {
                answers |= question.answer;
            }
        }
        answers
    }
}

/// A part of what is visible.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen {
    /// All columns of a table of the model.
    Table(TableId),
    /// A column of a type, which may not be known.
    Column(Option<TypeId>),
}

/// What a demand needs of its surroundings: sets of questions, one of which has to be answered with
/// yes throughout.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Needs(Vec<Answers>);

impl Needs {
    /// What no surroundings meet.
    pub const NEVER: Self = Self(Vec::new());

    /// The most sets; what needs more is evaluated.
    const MOST: usize = 24;

    /// The most sets while it is not known whether one question stands for many.
    const MOST_UNSHORTENED: usize = 256;

    /// One question.
    pub fn question(answer: Answers) -> Self {
        Self(vec![answer])
    }

    /// Whether it is met whatever the surroundings are, or not at all; none if they decide.
    pub fn decided(&self) -> Option<bool> {
        match self.0.as_slice() {
            [] => Some(false),
            [0] => Some(true),
            _ => None,
        }
    }

    /// The questions, if one of them suffices.
    pub fn any_of(&self) -> Option<Answers> {
        let single = self.0.iter().all(|all| all.count_ones() == 1);
        single.then(|| self.0.iter().fold(0, |any, all| any | all))
    }

    /// Whether answers meet them.
    #[inline]
    pub fn met(&self, answers: Answers) -> bool {
        self.0.iter().any(|all| answers & all == *all)
    }

    /// One of two; none if that takes too many sets.
    pub fn or(mut self, other: &Self) -> Option<Self> {
        for &all in &other.0 {
            self.add(all);
        }
        (self.0.len() <= Self::MOST_UNSHORTENED).then_some(self)
    }

    /// Whether there are not too many sets.
    pub fn is_short(&self) -> bool {
        self.0.len() <= Self::MOST
    }

    /// Both of two; none if that takes too many sets.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let mut both = Self::NEVER;
        for left in &self.0 {
            for right in &other.0 {
                both.add(left | right);
                if both.0.len() > Self::MOST_UNSHORTENED {
                    return None;
                }
            }
        }
        Some(both)
    }

    /// Adds a set, unless a smaller one is there, and takes greater ones out.
    fn add(&mut self, all: Answers) {
        if self.0.iter().any(|known| known & all == *known) {
            return;
        }
        self.0.retain(|known| known & all != all);
        let at = self.0.partition_point(|known| *known < all);
        self.0.insert(at, all);
    }
}

impl From<bool> for Needs {
    fn from(met: bool) -> Self {
        Self(if met { vec![0] } else { Vec::new() })
    }
}
