//! Walks the elements of a domain in their fixed order, without allocating.

use super::{Bound, Domain, Field, Term, View};
use crate::plan::{Answers, Seen};
use crate::schema::model::{ForeignKeyId, Identity, TableId, TableKind, UniqueKeyId};
use crate::types::{BuiltinType, Classes, TypeId};
use crate::unit::relation::{Origin, Shape};
use crate::unit::scope::{Frame, TypeSet};
use crate::unit::value::{ColumnRef, FunctionId, Range32, RelationId, Value};

/// Which columns of a relation are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnSet {
    /// All.
    All,
    /// Those that an INSERT may name.
    Insertable,
    /// Those that an INSERT has to name.
    Required,
    /// Those that an UPDATE may set.
    Updatable,
}

/// A position in a domain.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cursor {
    /// No more elements.
    End,
    /// Tables, views, or both.
    Relations {
        next: u32,
        tables: bool,
        views: bool,
    },
    /// Columns of a relation.
    Columns {
        relation: RelationId,
        next: u16,
        set: ColumnSet,
    },
    /// Visible columns: the frame, the relation or element in it, the column.
    Visible { frame: u32, at: u32, next: u16 },
    /// Types of some classes.
    Types { next: u16, classes: Classes },
    /// All foreign keys.
    ForeignKeys { next: u32 },
    /// Foreign keys or unique keys of a table, by position in its list.
    KeysOf {
        table: TableId,
        next: u32,
        which: Keys,
    },
    /// Functions of the catalog.
    Functions { next: u16, aggregates: bool },
    /// Elements of a list, perhaps a property of each.
    List { rest: Range32, field: Option<Field> },
    /// Columns of a foreign key or unique key, by position in its list.
    KeyColumns {
        key: Value,
        targets: bool,
        next: u32,
    },
    /// Types of the arguments of a function.
    Arguments { function: FunctionId, next: u16 },
}

/// Which keys of a table are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Foreign keys that reference from it.
    From,
    /// Foreign keys that reference it.
    To,
    /// Unique keys that ON CONFLICT can infer.
    Unique,
}

impl Cursor {
    /// The start of a domain.
    #[must_use]
    pub fn start(domain: &Domain, view: View<'_>, bound: Option<&Bound<'_>>) -> Self {
        let columns = |term: &Term, set| match view.term(term, bound) {
            Value::Relation(relation) => Self::Columns {
                relation,
                next: 0,
                set,
            },
            _ => Self::End,
        };
        let keys = |term: &Term, which| match view.term(term, bound) {
            Value::Relation(relation) => match view.shape(relation) {
                Shape::Table(table) => Self::KeysOf {
                    table,
                    next: 0,
                    which,
                },
                Shape::Listed { .. } => Self::End,
            },
            _ => Self::End,
        };
        let relations = |tables, views| Self::Relations {
            next: 0,
            tables,
            views,
        };
        match domain {
            Domain::Tables => relations(true, false),
            Domain::Views => relations(false, true),
            Domain::Sources => relations(true, true),
            Domain::Columns(term) => columns(term, ColumnSet::All),
            Domain::Insertable(term) => columns(term, ColumnSet::Insertable),
            Domain::Required(term) => columns(term, ColumnSet::Required),
            Domain::Updatable(term) => columns(term, ColumnSet::Updatable),
            Domain::Visible => Self::Visible {
                frame: view.unit.scopes.current(),
                at: 0,
                next: 0,
            },
            Domain::Enclosing => Self::Visible {
                frame: view.unit.scopes.around_narrow(),
                at: 0,
                next: 0,
            },
            Domain::Types(classes) => Self::Types {
                next: 0,
                classes: *classes,
            },
            Domain::ForeignKeys => Self::ForeignKeys { next: 0 },
            Domain::ForeignKeysFrom(term) => keys(term, Keys::From),
            Domain::ForeignKeysTo(term) => keys(term, Keys::To),
            Domain::UniqueKeys(term) => keys(term, Keys::Unique),
            Domain::Functions => Self::Functions {
                next: 0,
                aggregates: false,
            },
            Domain::Aggregates => Self::Functions {
                next: 0,
                aggregates: true,
            },
            Domain::Elements(term) => Self::elements(term, None, view, bound),
        }
    }

    /// All columns of a relation.
    #[must_use]
    pub fn columns(relation: RelationId) -> Self {
        Self::Columns {
            relation,
            next: 0,
            set: ColumnSet::All,
        }
    }

    /// The elements of a list: of a slot, or of a property that is a list and has no value of its
    /// own while demands are evaluated.
    pub(super) fn elements(
        term: &Term,
        field: Option<Field>,
        view: View<'_>,
        bound: Option<&Bound<'_>>,
    ) -> Self {
        if let Term::Field(of, inner) = term {
            match (inner, view.term(of, bound)) {
                (Field::Columns, Value::Relation(relation)) if field.is_none() => {
                    return Self::Columns {
                        relation,
                        next: 0,
                        set: ColumnSet::All,
                    };
                }
                (
                    Field::Columns | Field::Targets,
                    key @ (Value::ForeignKey(_) | Value::UniqueKey(_)),
                ) if field.is_none() => {
                    return Self::KeyColumns {
                        key,
                        targets: *inner == Field::Targets,
                        next: 0,
                    };
                }
                (Field::Arguments, Value::Function(function)) if field.is_none() => {
                    return Self::Arguments { function, next: 0 };
                }
                (_, Value::List(rest)) if field.is_none() => {
                    return Self::List {
                        rest,
                        field: Some(*inner),
                    };
                }
                _ => return Self::End,
            }
        }
        match view.term(term, bound) {
            Value::List(rest) => Self::List { rest, field },
            _ => Self::End,
        }
    }

    /// The next element.
    #[inline]
    pub fn next(&mut self, view: View<'_>) -> Option<Value> {
        let model = view.model();
        match self {
            Self::End => None,
            Self::Columns {
                relation,
                next,
                set,
            } => {
                let (relation, set) = (*relation, *set);
                let count = view.column_count(relation);
                while *next < count {
                    let position = *next;
                    *next += 1;
                    if view.in_set(relation, position, set) {
                        let qualified = set == ColumnSet::All && view.qualifies(relation);
                        return Some(view.column(relation, position, qualified));
                    }
                }
                None
            }
            Self::Visible { frame, at, next } => view.next_visible(frame, at, next),
            Self::List { rest, field } => {
                if rest.len == 0 {
                    return None;
                }
                let element = view.unit.arena.lists.get(rest.start as usize).copied();
                rest.start += 1;
                rest.len -= 1;
                let element = element.unwrap_or_default();
                Some(match field {
                    Some(field) => view.field(element, *field),
                    None => element,
                })
            }
            Self::Relations {
                next,
                tables,
                views,
            } => {
                while let Some(table) = model.tables.get(*next as usize) {
                    let id = *next;
                    *next += 1;
                    let wanted = match table.kind {
                        TableKind::Table | TableKind::Partitioned => *tables,
                        TableKind::View | TableKind::MaterializedView => *views,
                    };
                    if wanted {
                        return Some(Value::Relation(RelationId(id)));
                    }
                }
                None
            }
            Self::Types { next, classes } => {
                while let Some(info) = model.types.get(usize::from(*next)) {
                    let id = TypeId(*next);
                    *next += 1;
                    if info.classes.intersects(*classes) && id != BuiltinType::Unknown.id() {
                        return Some(Value::Type(id));
                    }
                }
                None
            }
            Self::ForeignKeys { next } => {
                let id = *next;
                *next += 1;
                ((id as usize) < model.foreign_keys.len())
                    .then_some(Value::ForeignKey(ForeignKeyId(id)))
            }
            Self::KeysOf { table, next, which } => {
                let table = model.tables.get(table.0 as usize)?;
                loop {
                    let at = *next as usize;
                    *next += 1;
                    match which {
                        Keys::From => {
                            return table.references.get(at).map(|&id| Value::ForeignKey(id));
                        }
                        Keys::To => {
                            return table.referenced_by.get(at).map(|&id| Value::ForeignKey(id));
                        }
                        Keys::Unique => {
                            let id = *table.unique_keys.get(at)?;
                            if view.unique_key(id).is_some_and(|key| key.inferable) {
                                return Some(Value::UniqueKey(id));
                            }
                        }
                    }
                }
            }
            Self::Functions { next, aggregates } => {
                while let Some(function) = view.plan.function(FunctionId(*next)) {
                    let id = FunctionId(*next);
                    *next += 1;
                    if function.aggregate == *aggregates && view.plan.has_function(id) {
                        return Some(Value::Function(id));
                    }
                }
                None
            }
            Self::KeyColumns { key, targets, next } => {
                let at = *next as usize;
                *next += 1;
                view.key_column(*key, *targets, at)
            }
            Self::Arguments { function, next } => {
                let at = usize::from(*next);
                *next = next.saturating_add(1);
                let arguments = view.plan.function(*function)?.arguments;
                arguments.get(at).map(|argument| Value::Type(argument.id()))
            }
        }
    }
}

impl<'a> View<'a> {
    /// How many columns a relation has.
    #[inline]
    pub(crate) fn column_count(self, relation: RelationId) -> u16 {
        match self.shape(relation) {
            Shape::Table(table) => self
                .model()
                .tables
                .get(table.0 as usize)
                .map_or(0, |table| table.columns.len() as u16),
            Shape::Listed { names, types } => {
                names.len.min(types.len).min(u32::from(u16::MAX)) as u16
            }
        }
    }

    fn in_set(self, relation: RelationId, position: u16, set: ColumnSet) -> bool {
        if set == ColumnSet::All {
            return true;
        }
        match self.shape(relation) {
            Shape::Table(id) => {
                let Some(table) = self.model().tables.get(id.0 as usize) else {
                    return false;
                };
                if matches!(table.kind, TableKind::View | TableKind::MaterializedView) {
                    return false;
                }
                let Some(column) = table.columns.get(usize::from(position)) else {
                    return false;
                };
                let writable = !column.generated && column.identity != Some(Identity::Always);
                match set {
                    ColumnSet::All => true,
                    ColumnSet::Insertable => writable,
                    ColumnSet::Required => {
                        // Defaults of whole-number keys are sequences, from which the keys
                        // that statements name keep away; another default may repeat itself.
                        let sequence = column.identity.is_some()
                            || self
                                .model()
                                .types
                                .get(usize::from(column.ty.0))
                                .is_some_and(|info| info.classes.intersects(Classes::INTEGER));
                        writable
                            && if column.has_default || column.identity.is_some() {
                                // Nor need a default be a row that another table holds.
                                column.foreign_key.is_some() || (column.in_unique_key && !sequence)
                            } else {
                                column.not_null
                            }
                    }
                    ColumnSet::Updatable => {
                        writable && !column.in_unique_key && column.foreign_key.is_none()
                    }
                }
            }
            Shape::Listed { .. } => {
                set != ColumnSet::Required
                    && self
                        .unit
                        .relation(relation)
                        .is_some_and(|own| own.origin == Origin::New)
            }
        }
    }

    /// Whether every INSERT has to name the column.
    pub(crate) fn is_required(self, column: ColumnRef) -> bool {
        self.in_set(column.relation, column.position, ColumnSet::Required)
    }

    /// Whether an INSERT may name the column.
    pub(crate) fn is_insertable(self, column: ColumnRef) -> bool {
        column.position < self.column_count(column.relation)
            && self.in_set(column.relation, column.position, ColumnSet::Insertable)
    }

    fn next_visible(self, frame: &mut u32, at: &mut u32, next: &mut u16) -> Option<Value> {
        let scopes = &self.unit.scopes;
        loop {
            match scopes.frame(*frame) {
                Frame::Full(other) => *frame = other,
                Frame::Narrow(list) => {
                    let element = (*at < list.len).then(|| {
                        self.unit
                            .arena
                            .lists
                            .get((list.start + *at) as usize)
                            .copied()
                    })??;
                    *at += 1;
                    if let Value::Column(column) = element {
                        return Some(Value::Column(column.with_relation()));
                    }
                }
                Frame::Scope {
                    correlated,
                    start,
                    end,
                } => {
                    let bound = (start + *at < end)
                        .then(|| scopes.bound(start + *at))
                        .flatten();
                    match bound {
                        Some(relation) if *next < self.column_count(relation) => {
                            let position = *next;
                            *next += 1;
                            return Some(self.column(relation, position, true));
                        }
                        Some(_) => {
                            *at += 1;
                            *next = 0;
                        }
                        None if correlated && *frame > 0 => {
                            *frame -= 1;
                            (*at, *next) = (0, 0);
                        }
                        None => return None,
                    }
                }
            }
        }
    }

    /// The types of the visible columns.
    pub(crate) fn visible_types(self) -> TypeSet {
        let scopes = &self.unit.scopes;
        scopes.types(|| self.types_in(scopes.current()))
    }

    /// The types of the columns that a frame shows.
    fn types_in(self, frame: u32) -> TypeSet {
        let mut types = TypeSet::default();
        self.each_seen(frame, &mut |seen| match seen {
            Seen::Table(table) => {
                if let Some(known) = self.plan.types_of(table) {
                    types.join(known);
                }
            }
            Seen::Column(ty) => {
                let info = ty.and_then(|ty| self.model().types.get(usize::from(ty.0)));
                if let Some(info) = info {
                    types.add(info.classes, info.base);
                }
            }
        });
        types
    }

    /// What the surroundings answer to the questions of the plan's demands.
    #[inline]
    pub(crate) fn answers(self) -> Answers {
        let of_visible = self.unit.scopes.answers(|| self.answers_of_visible());
        of_visible | self.plan.questions().of_context(self.unit.context)
    }

    #[inline(never)]
    fn answers_of_visible(self) -> Answers {
        let current = self.unit.scopes.current();
        self.plan
            .questions()
            .of_visible(|visit| self.each_seen(current, visit))
    }

    /// Goes through what a frame shows.
    fn each_seen(self, mut frame: u32, visit: &mut dyn FnMut(Seen)) {
        loop {
            match self.unit.scopes.frame(frame) {
                Frame::Full(other) => frame = other,
                Frame::Narrow(columns) => {
                    let columns = self.unit.arena.lists.get(columns.indexes());
                    for column in columns.unwrap_or_default() {
                        if let &Value::Column(column) = column {
                            visit(Seen::Column(self.column_type(column)));
                        }
                    }
                    return;
                }
                Frame::Scope {
                    correlated,
                    start,
                    end,
                } => {
                    let bound = (start..end).filter_map(|at| self.unit.scopes.bound(at));
                    bound.for_each(|relation| self.each_column_seen(relation, visit));
                    if !correlated || frame == 0 {
                        return;
                    }
                    frame -= 1;
                }
            }
        }
    }

    fn each_column_seen(self, relation: RelationId, visit: &mut dyn FnMut(Seen)) {
        match self.shape(relation) {
            Shape::Table(table) => visit(Seen::Table(table)),
            Shape::Listed { types, .. } => {
                let columns = u32::from(self.column_count(relation));
                let types = Range32 {
                    len: columns.min(types.len),
                    ..types
                };
                let types = self.unit.arena.lists.get(types.indexes());
                for ty in types.unwrap_or_default() {
                    visit(Seen::Column(match ty {
                        Value::Type(ty) => Some(*ty),
                        _ => None,
                    }));
                }
            }
        }
    }

    /// A column of a key, by position in the key's list.
    pub(crate) fn key_column(self, key: Value, targets: bool, at: usize) -> Option<Value> {
        let (table, position) = match key {
            Value::ForeignKey(id) => {
                let key = self.foreign_key(id)?;
                match targets {
                    true => (key.to, key.targets.get(at)),
                    false => (key.from, key.columns.get(at)),
                }
            }
            Value::UniqueKey(id) => {
                let key = self.unique_key(id)?;
                (key.table, key.columns.get(at))
            }
            _ => return None,
        };
        Some(self.column(RelationId(table.0), *position?, false))
    }

    pub(crate) fn unique_key(self, id: UniqueKeyId) -> Option<&'a crate::schema::model::UniqueKey> {
        self.model().unique_keys.get(id.0 as usize)
    }

    pub(crate) fn foreign_key(
        self,
        id: ForeignKeyId,
    ) -> Option<&'a crate::schema::model::ForeignKey> {
        self.model().foreign_keys.get(id.0 as usize)
    }
}
