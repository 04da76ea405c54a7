//! What is known of what builtins make, and what values print where they are placed.

use super::{Builder, Frame};
use crate::ambiguity::Point;
use crate::ambiguity::items::{Branch, Data, Draw, Id, Item, ItemId};
use crate::ambiguity::known::{Known, Naming};
use crate::builtins::Builtin;
use crate::ir::{Argument, Expr, ExprId};
use crate::source::Span;
use std::sync::Arc;

/// The longest prefix of a fresh name that is used.
const LONGEST_PREFIX: usize = 24;

impl Builder<'_> {
    pub(super) fn builtin(
        &mut self,
        frame: &mut Frame,
        expr: ExprId,
        builtin: Builtin,
        arguments: &[Argument],
    ) -> Known {
        let values: Vec<Known> = arguments
            .iter()
            .filter_map(|argument| match argument {
                Argument::Value(value) => Some(self.expr(frame, *value)),
                _ => None,
            })
            .collect();
        let value = |at: usize| values.get(at).cloned().unwrap_or(Known::Unknown);
        let data = match builtin {
            Builtin::Alias => {
                let number = self.next_fresh();
                return value(0).renamed(Naming::Fresh("r".into(), number), true);
            }
            Builtin::AliasAs => {
                let unique = self.is_new_name(arguments.get(1));
                return value(0).renamed(value(1).naming(), unique);
            }
            Builtin::Relation => {
                return Known::Relation {
                    id: None,
                    naming: value(0).naming(),
                    distinct: value(1).is_distinct() && self.is_new_name(arguments.first()),
                };
            }
            Builtin::NewTable => {
                return Known::Relation {
                    id: None,
                    naming: Naming::New,
                    distinct: value(0).is_distinct(),
                };
            }
            Builtin::Of => return value(0).column(value(1).id()),
            Builtin::Fresh => {
                let number = self.next_fresh();
                let prefix = self.text_argument(arguments);
                let end = prefix.floor_char_boundary(LONGEST_PREFIX);
                let prefix: Arc<str> = prefix[..end].into();
                self.complete &=
                    is_plain(&prefix) && !prefix.ends_with(|c: char| c.is_ascii_digit());
                return Known::data(Data::Fresh(prefix, number));
            }
            Builtin::FreshObject => {
                self.complete &= is_plain(&self.text_argument(arguments));
                return Known::data(Data::Word);
            }
            Builtin::Key | Builtin::Partner | Builtin::NewKey | Builtin::Victim => {
                return Known::Nothing;
            }
            Builtin::TypeName => return value(0),
            Builtin::Int | Builtin::Index => {
                let range = arguments.iter().find_map(|argument| match argument {
                    Argument::Range(low, high) => Some((*low, *high)),
                    _ => None,
                });
                let bounds = range
                    .map(|(low, high)| (self.constant(frame, low), self.constant(frame, high)));
                let low = match bounds {
                    Some((low, _)) => low,
                    None => Some(0),
                };
                let id = self.value(expr);
                return Known::Int {
                    constant: None,
                    negative: low.is_none_or(|low| low < 0),
                    id: Some(id),
                };
            }
            Builtin::Decimal => {
                let negative = arguments.iter().any(|argument| match argument {
                    Argument::FractionalRange(low, _) => *low < 0.0,
                    Argument::Range(low, _) => self.constant(frame, *low).is_none_or(|low| low < 0),
                    _ => false,
                });
                let digits = arguments.iter().find_map(|argument| match argument {
                    Argument::Constant(digits) => u32::try_from(*digits).ok(),
                    _ => None,
                });
                Data::Decimal(negative, digits.unwrap_or(0))
            }
            Builtin::Regex => match arguments.first() {
                Some(Argument::Regex(pattern)) => Data::Pattern(*pattern),
                _ => Data::Raw,
            },
            Builtin::Word => Data::Word,
            Builtin::Date => Data::Keyword("DATE"),
            Builtin::Timestamp => Data::Keyword("TIMESTAMP"),
            Builtin::Boolean => Data::Boolean,
            Builtin::Uuid => Data::Uuid,
            Builtin::Text
            | Builtin::Email
            | Builtin::Phone
            | Builtin::Address
            | Builtin::Person
            | Builtin::Company => Data::Text,
            Builtin::Quote => {
                let placed = self.placed.clone();
                let quoted = self.place(&value(0), Span::default());
                self.placed = placed;
                return Known::data(Data::Quoted(quoted));
            }
            Builtin::Literal => Data::Literal(false),
            Builtin::FittingValue
            | Builtin::RowValue
            | Builtin::Existing
            | Builtin::ExistingIn
            | Builtin::Comparand => Data::Literal(true),
            // Draws are expressions of their own.
            _ => return Known::Unknown,
        };
        let id = self.value(expr);
        Known::Data { id: Some(id), data }
    }

    /// A value that a builtin draws.
    pub(super) fn value(&mut self, expr: ExprId) -> Id {
        let id = self.items.id();
        self.drawn(Draw {
            point: Some(Point::Expr(expr)),
            text: None,
            needs: vec![id],
        });
        id
    }

    pub(super) fn next_fresh(&mut self) -> Option<u32> {
        let number = self.fresh;
        self.fresh = number.map(|number| number + 1);
        number
    }

    /// Whether an argument is a name that nothing else has.
    pub(super) fn is_new_name(&self, argument: Option<&Argument>) -> bool {
        let Some(Argument::Value(expr)) = argument else {
            return false;
        };
        let expr = self.program.exprs.get(expr.index());
        matches!(expr, Some(Expr::Builtin(Builtin::Fresh, _)))
    }

    pub(super) fn text_argument(&self, arguments: &[Argument]) -> Arc<str> {
        match arguments.first() {
            Some(Argument::Literal(literal)) => self.literal_text(*literal),
            _ => "".into(),
        }
    }

    pub(super) fn place(&mut self, known: &Known, span: Span) -> ItemId {
        let items = &mut self.items;
        let (printed, id) = match known {
            Known::Nothing => return 0,
            Known::Literal(text) => {
                let text = Arc::clone(text);
                return self.literal(text, span);
            }
            Known::Int {
                constant: Some(number),
                ..
            } => return self.literal(number.to_string().into(), span),
            Known::Int { negative, id, .. } => {
                (items.add(Item::Data(Data::Integer(*negative)), span), *id)
            }
            Known::Text { id, item } => {
                let printed = if !self.placed.insert(*id) {
                    items.add(Item::Again(*item), span)
                } else if let Some(&group) = items.groups.get(item)
                    && !self.placed.insert(group)
                    && let Item::Branch(branch) = items.all[*item].clone()
                {
                    // Another text of the same alternative stood before.
                    let branch = Branch {
                        again: true,
                        ..branch
                    };
                    items.add(Item::Branch(branch), span)
                } else {
                    *item
                };
                (printed, Some(*id))
            }
            Known::Data { id, data } => (items.add(Item::Data(data.clone()), span), *id),
            Known::Type(id) => (items.add(Item::Data(Data::TypeName), span), *id),
            Known::Function => (items.add(Item::Data(Data::Function), span), None),
            Known::Relation { id, naming, .. } => {
                (items.add(Item::Data(naming.relation()), span), *id)
            }
            Known::Column { id, naming, bare } => {
                let printed = match (bare, naming.qualifier()) {
                    (true, _) | (false, Some(None)) => items.add(Item::Data(Data::Name), span),
                    (false, Some(Some(relation))) => {
                        let relation = items.add(Item::Data(relation), span);
                        let dot = items.add(Item::Literal(".".into()), span);
                        let column = items.add(Item::Data(Data::Name), span);
                        items.sequence(vec![relation, dot, column], span)
                    }
                    (false, None) => items.add(Item::Data(Data::ScopeColumn), span),
                };
                (printed, *id)
            }
            Known::ForeignKey(_)
            | Known::UniqueKey(_)
            | Known::List { .. }
            | Known::Tuple(_)
            | Known::Unknown => (items.add(Item::Data(Data::Raw), span), None),
        };
        let shown = id.map_or(0, |id| self.items.add(Item::Evident(id), span));
        self.items.sequence(vec![printed, shown], span)
    }
}

/// Whether names with this prefix look like those of a schema that need no quotes.
fn is_plain(prefix: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    prefix.starts_with(|c: char| c.is_ascii_lowercase()) && prefix.chars().all(plain)
}
