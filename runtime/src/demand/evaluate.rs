//! Evaluation of demands against a unit.

use super::{Atom, Comparison, Cursor, Demand, Domain, Field, Term, View};
use crate::schema::model::TypeInfo;
use crate::types::Classes;
use crate::unit::value::Value;

/// The variables of the enclosing quantifiers, innermost first.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'b> {
    /// The innermost one's element.
    pub value: Value,
    /// The others.
    pub outer: Option<&'b Self>,
}

impl<'b> Bound<'b> {
    /// One variable.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { value, outer: None }
    }
}

impl<'a> View<'a> {
    /// The least depth among the clauses that hold; none if the demand does not hold.
    #[must_use]
    pub fn holds(self, demand: &Demand, bound: Option<&Bound<'_>>) -> Option<u32> {
        demand
            .clauses
            .iter()
            .filter(|clause| clause.atoms.iter().all(|atom| self.atom(atom, bound)))
            .map(|clause| clause.depth)
            .min()
    }

    /// Whether a clause holds, at whatever depth.
    fn satisfies(self, demand: &Demand, bound: &Bound<'_>) -> bool {
        let mut clauses = demand.clauses.iter();
        clauses.any(|clause| clause.atoms.iter().all(|atom| self.atom(atom, Some(bound))))
    }

    /// The value of a term; lists made by properties have none (see [`Cursor::start`]).
    #[must_use]
    pub fn term(self, term: &Term, bound: Option<&Bound<'_>>) -> Value {
        match term {
            Term::Slot(slot) => self.unit.slot(*slot),
            Term::Bound(n) => {
                let mut variable = bound;
                for _ in 0..*n {
                    variable = variable.and_then(|variable| variable.outer);
                }
                variable.map_or(Value::Nothing, |variable| variable.value)
            }
            Term::Type(ty) => Value::Type(*ty),
            Term::Int(number) => Value::Int(*number),
            Term::Bool(truth) => Value::Bool(*truth),
            Term::Field(of, Field::Length) => self.length(of, bound),
            Term::Field(of, field) => self.field(self.term(of, bound), *field),
            Term::Of(relation, column) => {
                match (self.term(relation, bound), self.term(column, bound)) {
                    (Value::Relation(relation), Value::Column(column)) => {
                        self.column(relation, column.position, self.qualifies(relation))
                    }
                    _ => Value::Nothing,
                }
            }
        }
    }

    /// The length of a list, of one made by a property too.
    fn length(self, of: &Term, bound: Option<&Bound<'_>>) -> Value {
        if let Term::Field(..) = of {
            let mut cursor = Cursor::elements(of, None, self, bound);
            let mut count = 0;
            while cursor.next(self).is_some() {
                count += 1;
            }
            return Value::Int(count);
        }
        self.field(self.term(of, bound), Field::Length)
    }

    pub(crate) fn atom(self, atom: &Atom, bound: Option<&Bound<'_>>) -> bool {
        match atom {
            Atom::Guard(guard) => self.plan.guard(*guard),
            Atom::TypeIn(term, classes, wanted) => match self.term(term, bound) {
                Value::Type(ty) => self
                    .model()
                    .types
                    .get(usize::from(ty.0))
                    .is_some_and(|info| in_classes(info, *classes) == *wanted),
                _ => false,
            },
            Atom::Same(left, right, wanted) => self
                .same(self.term(left, bound), self.term(right, bound))
                .is_some_and(|same| same == *wanted),
            Atom::Compare(left, comparison, right) => {
                match (self.term(left, bound), self.term(right, bound)) {
                    (Value::Int(left), Value::Int(right)) => comparison.holds(left, right),
                    _ => false,
                }
            }
            Atom::ContextIn(contexts) => contexts >> (self.unit.context & 31) & 1 == 1,
            Atom::Has(term, property) => self.plan.has(self, self.term(term, bound), *property),
            Atom::Exists { domain, min, body } => {
                if let (Domain::Visible, 1) = (domain, min)
                    && let Some(known) = self.visible_type(body, bound)
                {
                    return known;
                }
                let mut cursor = Cursor::start(domain, self, bound);
                let mut found = 0;
                while found < *min {
                    let Some(value) = cursor.next(self) else {
                        return false;
                    };
                    let inner = Bound {
                        value,
                        outer: bound,
                    };
                    if self.satisfies(body, &inner) {
                        found += 1;
                    }
                }
                true
            }
            Atom::ForAll { domain, body } => {
                let mut cursor = Cursor::start(domain, self, bound);
                while let Some(value) = cursor.next(self) {
                    let inner = Bound {
                        value,
                        outer: bound,
                    };
                    if !self.satisfies(body, &inner) {
                        return false;
                    }
                }
                true
            }
        }
    }

    /// Whether a visible column has the type that the body asks for, from what is summed up of the
    /// scope; none if the body asks for more.
    fn visible_type(self, body: &Demand, bound: Option<&Bound<'_>>) -> Option<bool> {
        let [clause] = body.clauses.as_slice() else {
            return None;
        };
        let is_type_of_column =
            |term: &Term| matches!(term, Term::Field(of, Field::Type) if **of == Term::Bound(0));
        match clause.atoms.as_slice() {
            [Atom::TypeIn(term, classes, true)] if is_type_of_column(term) => {
                Some(self.visible_types().has_class(*classes))
            }
            [Atom::Same(left, right, true)] => {
                let other = match (is_type_of_column(left), is_type_of_column(right)) {
                    (true, false) => right,
                    (false, true) => left,
                    _ => return None,
                };
                // The other term stands inside of the quantifier, whose variable it does not name.
                let inside = Bound {
                    value: Value::Nothing,
                    outer: bound,
                };
                match self.term(other, Some(&inside)) {
                    Value::Type(ty) => self.visible_types().has_base(self.base(ty)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether two values are the same: types by their base type, columns by relation and
    /// position. None if they cannot be compared.
    #[must_use]
    pub fn same(self, left: Value, right: Value) -> Option<bool> {
        Some(match (left, right) {
            (Value::Type(left), Value::Type(right)) => self.base(left) == self.base(right),
            (Value::Column(left), Value::Column(right)) => {
                (left.relation, left.position) == (right.relation, right.position)
            }
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Relation(left), Value::Relation(right)) => left == right,
            (Value::Function(left), Value::Function(right)) => left == right,
            (Value::ForeignKey(left), Value::ForeignKey(right)) => left == right,
            (Value::UniqueKey(left), Value::UniqueKey(right)) => left == right,
            _ => return None,
        })
    }
}

fn in_classes(info: &TypeInfo, classes: Classes) -> bool {
    info.classes.intersects(classes)
}

impl Comparison {
    /// Whether two ordered values compare so.
    #[must_use]
    pub fn holds<T: Ord + Copy>(self, left: T, right: T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }
}
