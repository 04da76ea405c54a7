//! The builtins: names, overloads, and what each draws from or demands.

use crate::hir::Ty;
use rqg_runtime::demand::Property;

/// A parameter of an overload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// An expression of this type.
    Value(SimpleTy),
    /// `list<…>` of this type.
    ListOf(SimpleTy),
    /// A class of types (`number`, or `in number`).
    Class,
    /// A range of numbers, `1..=100`; both bounds given.
    Range,
    /// A distribution such as `zipf(1.1)`.
    Distribution,
    /// A string literal known at compile time.
    Literal,
    /// A whole number known at compile time.
    Constant,
    /// Any value that can be placed.
    Placeable,
}

/// The types that builtins take and give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SimpleTy {
    Text,
    Int,
    Bool,
    Type,
    Table,
    Column,
    Function,
    Name,
    Fk,
    UniqueKey,
    Row,
}

impl From<SimpleTy> for Ty {
    fn from(simple: SimpleTy) -> Self {
        match simple {
            SimpleTy::Text => Self::Text,
            SimpleTy::Int => Self::Int,
            SimpleTy::Bool => Self::Bool,
            SimpleTy::Type => Self::Type,
            SimpleTy::Table => Self::Table,
            SimpleTy::Column => Self::Column,
            SimpleTy::Function => Self::Function,
            SimpleTy::Name => Self::Name,
            SimpleTy::Fk => Self::Fk,
            SimpleTy::UniqueKey => Self::UniqueKey,
            SimpleTy::Row => Self::Row,
        }
    }
}

/// How a builtin meets the requirement inference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Picks one element of a finite domain; later demands narrow the candidates.
    Draw(DrawDomain),
    /// Makes a value; needs nothing.
    Plain,
    /// Makes a value; its first argument must have the property.
    Needs(Property),
    /// A relation that stands for its first argument under another name.
    Alias,
    /// A relation made of names and types (the last argument is the list of types).
    Relation,
    /// The second argument, a column, seen through the first, a relation.
    Of,
}

/// The domain of a draw, before its arguments are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DrawDomain {
    Tables,
    Views,
    Sources,
    ColumnsOf,
    ColumnsOfWithType,
    ColumnsOfInClass,
    Visible,
    VisibleWithType,
    VisibleInClass,
    Insertable,
    /// Insertable columns; those of the second argument (a list) are always included.
    InsertableIncluding,
    Updatable,
    Types,
    TypesInClass,
    ForeignKeys,
    ForeignKeysFrom,
    ForeignKeysTo,
    UniqueKeysOf,
    FunctionsReturning,
    AggregatesReturning,
    Elements,
}

/// One overload of a builtin.
#[derive(Debug, Clone, Copy)]
pub struct Overload {
    /// Which builtin it is.
    pub builtin: Builtin,
    /// The required parameters.
    pub params: &'static [ParamKind],
    /// Further parameters that may be left out, from the right.
    pub optional: &'static [ParamKind],
    /// What it gives.
    pub result: SimpleTy,
    /// What it draws from or demands.
    pub role: Role,
}

macro_rules! builtins {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal ($($param:expr),*) [$($optional:expr),*] -> $result:ident : $role:expr;)*) => {
        /// A builtin with its overload resolved.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Builtin {
            /// Every overload, with the builtin's name and its documentation.
            pub const ALL: &'static [(&'static str, Overload, &'static str)] = {
                use DrawDomain as D;
                use ParamKind::*;
                use Role::*;
                use SimpleTy as S;
                &[$(($name, Overload {
                    builtin: Self::$variant,
                    params: &[$($param),*],
                    optional: &[$($optional),*],
                    result: S::$result,
                    role: $role,
                }, concat!($($doc, "\n"),*)),)*]
            };

            /// The overload of this builtin.
            #[must_use]
            pub fn overload(self) -> &'static Overload {
                &Self::ALL[self as usize].1
            }

            /// Whether it makes values that no other unit makes.
            #[must_use]
            pub fn makes_rows(self) -> bool {
                matches!(self, Self::NewKey | Self::RowValue | Self::FittingValue)
            }

            /// Whether it makes random choices of its own: not if its arguments, or the unit's index,
            /// decide all that it gives.
            #[must_use]
            pub fn draws(self) -> bool {
                !matches!(
                    self,
                    Self::NewKey
                        | Self::Alias
                        | Self::AliasAs
                        | Self::Relation
                        | Self::NewTable
                        | Self::Fresh
                        | Self::FreshObject
                        | Self::Of
                        | Self::Quote
                        | Self::TypeName
                        | Self::Index
                )
            }

            /// Its name in the language.
            #[must_use]
            pub fn name(self) -> &'static str {
                Self::ALL[self as usize].0
            }

            /// All overloads of a name.
            pub fn named(name: &str) -> impl Iterator<Item = &'static Overload> + use<'_> {
                Self::ALL.iter().filter(move |(known, ..)| *known == name).map(|(_, overload, _)| overload)
            }
        }
    };
}

builtins! {
    // Draws from the schema
    /// A base table.
    Table "table" () [] -> Table : Draw(D::Tables);
    /// A view.
    View "view" () [] -> Table : Draw(D::Views);
    /// A base table or a view.
    Source "source" () [] -> Table : Draw(D::Sources);
    /// A column of a relation.
    ColumnOf "column" (Value(S::Table)) [] -> Column : Draw(D::ColumnsOf);
    /// A column of a relation, of a type.
    ColumnOfType "column" (Value(S::Table), Value(S::Type)) [] -> Column : Draw(D::ColumnsOfWithType);
    /// A column of a relation, of a class of types.
    ColumnOfClass "column" (Value(S::Table), Class) [] -> Column : Draw(D::ColumnsOfInClass);
    /// A column visible in the scope.
    ScopeColumn "column" () [] -> Column : Draw(D::Visible);
    /// A column visible in the scope, of a type.
    ScopeColumnType "column" (Value(S::Type)) [] -> Column : Draw(D::VisibleWithType);
    /// A column visible in the scope, of a class of types.
    ScopeColumnClass "column" (Class) [] -> Column : Draw(D::VisibleInClass);
    /// A column that an INSERT may name; a distinct list always includes those it has to name.
    Insertable "insertable" (Value(S::Table)) [] -> Column : Draw(D::Insertable);
    /// The same; the given columns are always included as well.
    InsertableIncluding "insertable" (Value(S::Table), ListOf(S::Column)) [] -> Column : Draw(D::InsertableIncluding);
    /// A column that an UPDATE may set.
    Updatable "updatable" (Value(S::Table)) [] -> Column : Draw(D::Updatable);
    /// An SQL type of the model.
    AnyType "type" () [] -> Type : Draw(D::Types);
    /// An SQL type of a class.
    TypeOfClass "type" (Class) [] -> Type : Draw(D::TypesInClass);
    /// A foreign key.
    ForeignKey "fk" () [] -> Fk : Draw(D::ForeignKeys);
    /// A foreign key that references from the table.
    ForeignKeyFrom "fk" (Value(S::Table)) [] -> Fk : Draw(D::ForeignKeysFrom);
    /// A foreign key that references the table.
    ForeignKeyTo "fk_to" (Value(S::Table)) [] -> Fk : Draw(D::ForeignKeysTo);
    /// A unique key of the table that ON CONFLICT can infer.
    UniqueKey "unique_key" (Value(S::Table)) [] -> UniqueKey : Draw(D::UniqueKeysOf);
    /// A scalar function of the catalog with this result type.
    Function "function" (Value(S::Type)) [] -> Function : Draw(D::FunctionsReturning);
    /// An aggregate function of the catalog with this result type.
    Aggregate "aggregate" (Value(S::Type)) [] -> Function : Draw(D::AggregatesReturning);
    /// One element of a list of columns.
    OneOf "one_of" (ListOf(S::Column)) [] -> Column : Draw(D::Elements);

    // Rows
    /// A row that the table holds and keeps; none where the run knows of none.
    Key "key" (Value(S::Table)) [] -> Row : Plain;
    /// The row that a row references through a foreign key; any that the other table holds where it
    /// references none.
    Partner "partner" (Value(S::Row), Value(S::Fk)) [] -> Row : Plain;
    /// A row that the table does not hold and that no other unit makes.
    NewKey "new_key" (Value(S::Table)) [] -> Row : Needs(Property::HasNewKey);
    /// A row that the table holds, that nothing references and that units may delete.
    Victim "victim" (Value(S::Table)) [] -> Row : Needs(Property::HasVictims);

    // Relations and names
    /// A relation under a fresh alias (`r1`, `r2`, …).
    Alias "alias" (Value(S::Table)) [] -> Table : Alias;
    /// A relation under the given alias.
    AliasAs "alias" (Value(S::Table), Value(S::Name)) [] -> Table : Alias;
    /// A CTE or subquery as a relation: its name, its column names, their types.
    Relation "relation" (Value(S::Name), ListOf(S::Name), ListOf(S::Type)) [] -> Table : Relation;
    /// A table that the unit creates: column names and types; its name is fresh for run and index.
    NewTable "new_table" (ListOf(S::Name), ListOf(S::Type)) [] -> Table : Relation;
    /// A name that no other of the unit has: the prefix and a number.
    Fresh "fresh" (Literal) [] -> Name : Plain;
    /// A name for an object that outlives a statement: prefix, run, index and a number.
    FreshObject "fresh_object" (Literal) [] -> Name : Plain;
    /// The column seen through a relation that stands for its table.
    Of "of" (Value(S::Table), Value(S::Column)) [] -> Column : Of;

    // Values
    /// A whole number of the range.
    Int "int" (Range) [Distribution] -> Int : Plain;
    /// A fixed-point number of the range with so many digits after the point.
    Decimal "decimal" (Range, Constant) [Distribution] -> Text : Plain;
    /// A string literal of so many characters.
    Text "text" (Range) [Distribution] -> Text : Plain;
    /// The raw text that a regular expression matches.
    Regex "regex" (Literal) [] -> Text : Plain;
    /// A string literal of a text.
    Quote "quote" (Placeable) [] -> Text : Plain;
    /// TRUE or FALSE.
    Boolean "boolean" () [] -> Text : Plain;
    /// A date literal, years of the range (default 1990..=2030).
    Date "date" () [Range] -> Text : Plain;
    /// A timestamp literal, years of the range.
    Timestamp "timestamp" () [Range] -> Text : Plain;
    /// A UUID literal.
    Uuid "uuid" () [] -> Text : Plain;
    /// An e-mail address literal.
    Email "email" () [] -> Text : Plain;
    /// A phone number literal.
    Phone "phone" () [] -> Text : Plain;
    /// A postal address literal.
    Address "address" () [] -> Text : Plain;
    /// A person's name literal.
    Person "person" () [] -> Text : Plain;
    /// A company's name literal.
    Company "company" () [] -> Text : Plain;
    /// A common word, unquoted.
    Word "word" () [] -> Text : Plain;
    /// A literal of an SQL type.
    Literal "literal" (Value(S::Type)) [] -> Text : Needs(Property::HasLiteral);
    /// A value that fits the column; unique columns get one never used before.
    FittingValue "value" (Value(S::Column)) [] -> Text : Needs(Property::HasValue);
    /// A value that fits the column in a row: what belongs to a unique or foreign key is the row's.
    RowValue "value" (Value(S::Column), Value(S::Row)) [] -> Text : Needs(Property::HasNewKey);
    /// A value that some row holds in the column, NULL excluded.
    Existing "existing" (Value(S::Column)) [] -> Text : Needs(Property::HasRows);
    /// The value that a row holds in the column; that of another row where it is NULL.
    ExistingIn "existing" (Value(S::Column), Value(S::Row)) [] -> Text : Needs(Property::HasRows);
    /// A value to compare the column with: of its type, NULL excluded.
    Comparand "comparand" (Value(S::Column)) [] -> Text : Needs(Property::HasValue);
    /// The SQL name of a type, as in a cast or a column definition.
    TypeName "type_name" (Value(S::Type)) [] -> Text : Plain;
    /// The index of the unit.
    Index "index" () [] -> Int : Plain;
}
