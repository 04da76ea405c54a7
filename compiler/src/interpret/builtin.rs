//! The builtins that are no draws.

use super::code::Arguments;
use super::machine::Machine;
use super::observe::Observer;
use crate::builtins::Builtin;
use crate::ir::Argument;
use rqg_runtime::choices::Choices;
use rqg_runtime::unit::To;
use rqg_runtime::unit::value::Value;
use rqg_runtime::values::Distribution;
use rqg_runtime::values::generate;

/// The years of dates and timestamps without a range.
pub(crate) const YEARS: (i64, i64) = (1990, 2030);

/// The distribution among the arguments; uniform if there is none.
fn distribution(arguments: &[Argument]) -> Distribution {
    let mut given = arguments.iter().filter_map(|argument| match argument {
        Argument::Distribution(distribution) => Some(*distribution),
        _ => None,
    });
    given.next().unwrap_or_default()
}

impl<'a, C: Choices, O: Observer> Machine<'a, C, O> {
    /// Evaluates a builtin; a text that it makes is placed at once where that is asked for.
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &Arguments, to: To) -> Value {
        match builtin {
            Builtin::Alias => {
                let of = self.value(arguments, 0);
                self.unit.alias(self.plan, of, None)
            }
            Builtin::AliasAs => {
                let of = self.value(arguments, 0);
                let name = self.value(arguments, 1);
                self.unit.alias(self.plan, of, Some(name))
            }
            Builtin::Relation => {
                let name = self.value(arguments, 0);
                let names = self.value(arguments, 1);
                let types = self.value(arguments, 2);
                self.unit.derived(self.plan, name, names, types)
            }
            Builtin::NewTable => {
                let names = self.value(arguments, 0);
                let types = self.value(arguments, 1);
                self.unit.new_table(self.plan, names, types)
            }
            Builtin::Fresh => self.unit.fresh(self.plan, self.text_of(&arguments.given)),
            Builtin::FreshObject => self
                .unit
                .fresh_object(self.plan, self.text_of(&arguments.given)),
            Builtin::Of => {
                let relation = self.value(arguments, 0);
                let column = self.value(arguments, 1);
                self.unit.of(self.plan, relation, column)
            }
            Builtin::Int => {
                let (low, high) = self.range(&arguments.given, 0).unwrap_or((0, 0));
                let distribution = distribution(&arguments.given);
                self.unit.int(low, high, distribution, self.choices)
            }
            Builtin::Decimal => {
                let (low, high) = self.fractional_range(&arguments.given);
                let digits = match arguments.given.get(1) {
                    Some(Argument::Constant(digits)) => u32::try_from(*digits).unwrap_or(0),
                    _ => 0,
                };
                let distribution = distribution(&arguments.given);
                self.unit
                    .decimal(low, high, digits, distribution, to, self.choices)
            }
            Builtin::Text => {
                let (low, high) = self.range(&arguments.given, 0).unwrap_or((0, 0));
                let distribution = distribution(&arguments.given);
                self.text(to, |choices, out| {
                    generate::text(low, high, &distribution, choices, out);
                })
            }
            Builtin::Regex => match arguments.given.first() {
                Some(Argument::Regex(pattern)) => {
                    self.unit.regex(self.plan, *pattern, to, self.choices)
                }
                _ => Value::Nothing,
            },
            Builtin::Quote => {
                let value = self.value(arguments, 0);
                self.unit.quote(self.plan, value, to)
            }
            Builtin::Date => {
                let (first, last) = self.range(&arguments.given, 0).unwrap_or(YEARS);
                self.text(to, |choices, out| generate::date(first, last, choices, out))
            }
            Builtin::Timestamp => {
                let (first, last) = self.range(&arguments.given, 0).unwrap_or(YEARS);
                self.text(to, |choices, out| {
                    generate::timestamp(first, last, choices, out);
                })
            }
            Builtin::Boolean => self.text(to, generate::boolean),
            Builtin::Uuid => self.text(to, generate::uuid),
            Builtin::Email => self.text(to, generate::email),
            Builtin::Phone => self.text(to, generate::phone),
            Builtin::Address => self.text(to, generate::address),
            Builtin::Person => self.text(to, generate::person),
            Builtin::Company => self.text(to, generate::company),
            Builtin::Word => self.text(to, generate::word),
            Builtin::Literal => {
                let ty = self.value(arguments, 0);
                self.unit.literal_of(self.plan, ty, to, self.choices)
            }
            Builtin::FittingValue => {
                let column = self.value(arguments, 0);
                self.unit.fitting(self.plan, column, to, self.choices)
            }
            Builtin::RowValue => {
                let column = self.value(arguments, 0);
                let row = self.value(arguments, 1);
                self.unit
                    .row_value(self.plan, column, row, to, self.choices)
            }
            Builtin::Existing => {
                let column = self.value(arguments, 0);
                self.unit.existing(self.plan, column, to, self.choices)
            }
            Builtin::ExistingIn => {
                let column = self.value(arguments, 0);
                let row = self.value(arguments, 1);
                self.unit
                    .existing_in(self.plan, column, row, to, self.choices)
            }
            Builtin::Key => {
                let table = self.value(arguments, 0);
                self.unit.key(self.plan, table, self.choices)
            }
            Builtin::Partner => {
                let row = self.value(arguments, 0);
                let key = self.value(arguments, 1);
                self.unit.partner(self.plan, row, key, self.choices)
            }
            Builtin::NewKey => {
                let table = self.value(arguments, 0);
                self.unit.new_key(self.plan, table)
            }
            Builtin::Victim => {
                let table = self.value(arguments, 0);
                self.unit.victim(self.plan, table, self.choices)
            }
            Builtin::Comparand => {
                let column = self.value(arguments, 0);
                self.unit.comparand(self.plan, column, to, self.choices)
            }
            Builtin::TypeName => self.value(arguments, 0),
            Builtin::Index => Value::Int(self.unit.index() as i64),
            // Draws are expressions of their own.
            Builtin::Table
            | Builtin::View
            | Builtin::Source
            | Builtin::ColumnOf
            | Builtin::ColumnOfType
            | Builtin::ColumnOfClass
            | Builtin::ScopeColumn
            | Builtin::ScopeColumnType
            | Builtin::ScopeColumnClass
            | Builtin::Insertable
            | Builtin::InsertableIncluding
            | Builtin::Updatable
            | Builtin::AnyType
            | Builtin::TypeOfClass
            | Builtin::ForeignKey
            | Builtin::ForeignKeyFrom
            | Builtin::ForeignKeyTo
            | Builtin::UniqueKey
            | Builtin::Function
            | Builtin::Aggregate
            | Builtin::OneOf => Value::Nothing,
        }
    }

    /// A text value of what a maker appends.
    fn text(&mut self, to: To, make: impl FnOnce(&mut C, &mut Vec<u8>)) -> Value {
        let choices = &mut *self.choices;
        self.unit.write_text(to, |_, out| make(choices, out))
    }

    fn fractional_range(&mut self, arguments: &[Argument]) -> (f64, f64) {
        match arguments.first() {
            Some(Argument::FractionalRange(low, high)) => (*low, *high),
            _ => {
                let (low, high) = self.range(arguments, 0).unwrap_or((0, 0));
                (low as f64, high as f64)
            }
        }
    }

    #[inline]
    fn value(&mut self, arguments: &Arguments, at: usize) -> Value {
        match arguments.values.get(at) {
            Some(&operand) => self.eval(operand),
            None => Value::Nothing,
        }
    }

    /// The literal that is the only argument.
    fn text_of(&self, arguments: &[Argument]) -> &'a str {
        match arguments.first() {
            Some(Argument::Literal(literal)) => self
                .program
                .literals
                .get(literal.index())
                .map_or("", |text| text),
            _ => "",
        }
    }

    fn range(&mut self, arguments: &[Argument], at: usize) -> Option<(i64, i64)> {
        match arguments.get(at) {
            Some(Argument::Range(low, high)) => Some((self.int(*low), self.int(*high))),
            _ => None,
        }
    }
}
