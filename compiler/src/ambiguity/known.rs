//! What is known of a value without knowing which one it is.

use super::items::{Data, Id, ItemId, Items, Part};
use rqg_runtime::demand::Field;
use std::sync::Arc;

/// How a relation is referred to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Naming {
    /// By the name that the schema gives it; its columns stand alone.
    Base,
    /// As a table that the unit creates; its columns stand alone.
    New,
    /// By a fresh name.
    Fresh(Arc<str>, Option<u32>),
    /// By a fresh name of some prefix.
    AnyFresh,
    /// By some name.
    Named,
    /// In one of these ways.
    Unknown,
}

impl Naming {
    /// What its reference prints.
    pub fn relation(&self) -> Data {
        match self {
            Self::Fresh(prefix, number) => Data::Fresh(Arc::clone(prefix), *number),
            Self::New | Self::Named | Self::AnyFresh => Data::Name,
            Self::Base | Self::Unknown => Data::Relation,
        }
    }

    /// What is known if it is one of two.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Fresh(a, _), Self::Fresh(b, _)) if a == b => Self::Fresh(a, None),
            (Self::Fresh(..) | Self::AnyFresh, Self::Fresh(..) | Self::AnyFresh) => Self::AnyFresh,
            _ => Self::Unknown,
        }
    }

    /// Whether no other relation has the name.
    fn is_fresh(&self) -> bool {
        matches!(self, Self::Fresh(..) | Self::AnyFresh)
    }

    /// What stands before its columns: nothing, a name, or not known.
    #[allow(clippy::option_option)]
    pub fn qualifier(&self) -> Option<Option<Data>> {
        match self {
            Self::Base | Self::New => Some(None),
            Self::Fresh(..) | Self::AnyFresh | Self::Named => Some(Some(self.relation())),
            Self::Unknown => None,
        }
    }
}

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Known {
    /// It is never printed.
    Nothing,
    /// Nothing.
    Unknown,
    /// The literal text.
    Literal(Arc<str>),
    /// A whole number.
    Int {
        constant: Option<i64>,
        negative: bool,
        id: Option<Id>,
    },
    /// A text that was derived aside.
    Text { id: Id, item: ItemId },
    /// A text of a kind.
    Data { id: Option<Id>, data: Data },
    /// An SQL type.
    Type(Option<Id>),
    /// A function.
    Function,
    /// A relation, and whether its columns have different names for certain.
    Relation {
        id: Option<Id>,
        naming: Naming,
        distinct: bool,
    },
    /// A column, and whether it stands without its relation.
    Column {
        id: Option<Id>,
        naming: Naming,
        bare: bool,
    },
    /// A foreign key.
    ForeignKey(Option<Id>),
    /// A unique key.
    UniqueKey(Option<Id>),
    /// A list, whether its elements print differently for certain, and how many it has at least.
    List {
        id: Option<Id>,
        element: Box<Known>,
        distinct: bool,
        least: u32,
    },
    /// What a rule returns.
    Tuple(Vec<Known>),
}

impl Known {
    /// A number.
    pub fn constant(number: i64) -> Self {
        Self::Int {
            constant: Some(number),
            negative: number < 0,
            id: None,
        }
    }

    /// A text of a kind that no draw decides.
    pub fn data(data: Data) -> Self {
        Self::Data { id: None, data }
    }

    /// Which value it is.
    pub fn id(&self) -> Option<Id> {
        match self {
            Self::Text { id, .. } => Some(*id),
            Self::Int { id, .. }
            | Self::Data { id, .. }
            | Self::Type(id)
            | Self::Relation { id, .. }
            | Self::Column { id, .. }
            | Self::ForeignKey(id)
            | Self::UniqueKey(id)
            | Self::List { id, .. } => *id,
            _ => None,
        }
    }

    /// The same, as another value.
    pub fn with_id(mut self, new: Id) -> Self {
        self.set_id(Some(new));
        self
    }

    fn set_id(&mut self, new: Option<Id>) {
        match self {
            Self::Int { id, .. }
            | Self::Data { id, .. }
            | Self::Type(id)
            | Self::Relation { id, .. }
            | Self::Column { id, .. }
            | Self::ForeignKey(id)
            | Self::UniqueKey(id)
            | Self::List { id, .. } => *id = new,
            _ => {}
        }
    }

    /// The same without saying which value it is; a text is still itself.
    pub fn without_ids(mut self) -> Self {
        self.set_id(None);
        match self {
            Self::List {
                id,
                element,
                distinct,
                least,
            } => Self::List {
                id,
                element: Box::new(element.without_ids()),
                distinct,
                least,
            },
            Self::Tuple(parts) => Self::Tuple(parts.into_iter().map(Self::without_ids).collect()),
            other => other,
        }
    }

    /// What is known if it is one of two.
    pub fn join(self, other: Self, items: &mut Items) -> Self {
        let id = match (self.id(), other.id()) {
            (Some(a), Some(b)) => Some(items.one_of(vec![a, b])),
            _ => None,
        };
        match (self, other) {
            (a, b) if a == b => a,
            (
                Self::Relation {
                    naming: a,
                    distinct: d,
                    ..
                },
                Self::Relation {
                    naming: b,
                    distinct: e,
                    ..
                },
            ) => Self::Relation {
                id,
                naming: a.join(b),
                distinct: d && e,
            },
            (
                Self::Column {
                    naming: a, bare: d, ..
                },
                Self::Column {
                    naming: b, bare: e, ..
                },
            ) => Self::Column {
                id,
                naming: if d == e { a.join(b) } else { Naming::Unknown },
                bare: d && e,
            },
            (Self::Int { negative: a, .. }, Self::Int { negative: b, .. }) => Self::Int {
                constant: None,
                negative: a || b,
                id,
            },
            (Self::Type(_), Self::Type(_)) => Self::Type(id),
            (Self::ForeignKey(_), Self::ForeignKey(_)) => Self::ForeignKey(id),
            (Self::UniqueKey(_), Self::UniqueKey(_)) => Self::UniqueKey(id),
            (Self::Data { data: a, .. }, Self::Data { data: b, .. }) => Self::Data {
                id,
                data: match (a, b) {
                    (a, b) if a == b => a,
                    (Data::Fresh(a, _), Data::Fresh(b, _)) if a == b => Data::Fresh(a, None),
                    _ => Data::Raw,
                },
            },
            (
                Self::List {
                    element: a,
                    distinct: d,
                    least: few,
                    ..
                },
                Self::List {
                    element: b,
                    distinct: e,
                    least: many,
                    ..
                },
            ) => Self::List {
                id,
                element: Box::new(a.join(*b, items)),
                distinct: d && e,
                least: few.min(many),
            },
            (Self::Nothing, Self::Nothing) => Self::Nothing,
            _ => Self::Unknown,
        }
    }

    /// A property.
    pub fn field(&self, field: Field, items: &mut Items) -> Self {
        let part =
            |id: Option<Id>, part: Part, items: &mut Items| id.map(|id| items.part(id, part));
        let columns = |id: Option<Id>, naming: Naming, items: &mut Items| Self::List {
            id,
            element: Box::new(Self::Column {
                id: part(id, Part::Element, items),
                naming,
                bare: false,
            }),
            distinct: true,
            least: 1,
        };
        match (self, field) {
            (
                Self::List {
                    id,
                    element,
                    distinct,
                    least,
                },
                field,
            ) => match field {
                Field::Length => Self::Int {
                    constant: None,
                    negative: false,
                    id: None,
                },
                Field::Name => Self::List {
                    id: *id,
                    element: Box::new(element.field(field, items)),
                    distinct: *distinct,
                    least: *least,
                },
                _ => Self::List {
                    id: *id,
                    element: Box::new(element.field(field, items).without_ids()),
                    distinct: false,
                    least: *least,
                },
            },
            (Self::Column { id, naming, .. }, Field::Name) => Self::Column {
                id: *id,
                naming: naming.clone(),
                bare: true,
            },
            (Self::Column { id, .. }, Field::Qualified) => Self::Column {
                id: *id,
                naming: Naming::Unknown,
                bare: false,
            },
            (Self::Column { naming, .. }, Field::Table) => Self::Relation {
                id: None,
                naming: naming.clone(),
                distinct: false,
            },
            (
                Self::Relation {
                    naming, distinct, ..
                },
                Field::Columns,
            ) => {
                let Self::List { element, .. } = columns(None, naming.clone(), items) else {
                    return Self::Unknown;
                };
                Self::List {
                    id: None,
                    element,
                    distinct: *distinct,
                    least: 0,
                }
            }
            // Tables of several schemas may have one bare name.
            (Self::Relation { naming, .. }, Field::Name) => Self::data(match naming.relation() {
                Data::Relation => Data::Name,
                other => other,
            }),
            (Self::ForeignKey(id), Field::From | Field::To) => Self::Relation {
                id: part(
                    *id,
                    if field == Field::From {
                        Part::From
                    } else {
                        Part::To
                    },
                    items,
                ),
                naming: Naming::Base,
                distinct: true,
            },
            (Self::ForeignKey(id), Field::Targets) => {
                let id = part(*id, Part::Targets, items);
                columns(id, Naming::Base, items)
            }
            (Self::ForeignKey(id) | Self::UniqueKey(id), Field::Columns) => {
                let id = part(*id, Part::Columns, items);
                columns(id, Naming::Base, items)
            }
            (Self::UniqueKey(_), Field::Table) => Self::Relation {
                id: None,
                naming: Naming::Base,
                distinct: true,
            },
            (Self::UniqueKey(_), Field::Predicate) => Self::data(Data::Sql),
            (Self::Function, Field::Name) => Self::Function,
            (Self::Function, Field::Arguments) => Self::List {
                id: None,
                element: Box::new(Self::Type(None)),
                distinct: false,
                least: 0,
            },
            (_, Field::Type | Field::Result | Field::Element) => Self::Type(None),
            (_, Field::Partial | Field::Nullable | Field::HasRows) => Self::Nothing,
            _ => Self::Unknown,
        }
    }

    /// A column of the relation.
    pub fn column(&self, id: Option<Id>) -> Self {
        let naming = match self {
            Self::Relation { naming, .. } => naming.clone(),
            _ => Naming::Unknown,
        };
        Self::Column {
            id,
            naming,
            bare: false,
        }
    }

    /// The relation under another name, which may not be the only one of that name.
    pub fn renamed(&self, naming: Naming, unique: bool) -> Self {
        Self::Relation {
            id: None,
            naming,
            distinct: unique && self.has_distinct_columns(),
        }
    }

    /// How a relation is referred to that has this as its name.
    pub fn naming(&self) -> Naming {
        match self {
            Self::Data {
                data: Data::Fresh(prefix, number),
                ..
            } => Naming::Fresh(Arc::clone(prefix), *number),
            _ => Naming::Named,
        }
    }

    /// Whether it is a fresh name.
    pub fn is_fresh(&self) -> bool {
        matches!(
            self,
            Self::Data {
                data: Data::Fresh(..),
                ..
            }
        )
    }

    /// Whether it is a relation whose columns have different names.
    pub fn has_distinct_columns(&self) -> bool {
        matches!(self, Self::Relation { distinct: true, .. })
    }

    /// Whether it is a list of what prints differently.
    pub fn is_distinct(&self) -> bool {
        matches!(self, Self::List { distinct: true, .. })
    }

    /// Whether columns of the relation, or of those of the list, print differently from those of
    /// other relations that are visible beside it, and from each other.
    pub fn is_told_apart(&self) -> bool {
        match self {
            Self::Relation {
                naming, distinct, ..
            } => *distinct && naming.is_fresh(),
            Self::List { element, .. } => element.is_told_apart(),
            _ => false,
        }
    }

    /// The same where that is not certain.
    pub fn not_told_apart(self) -> Self {
        match self {
            Self::Relation { id, naming, .. } => Self::Relation {
                id,
                naming,
                distinct: false,
            },
            other => other,
        }
    }
}
