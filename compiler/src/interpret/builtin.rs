//! The builtins that are no draws.

use super::machine::Machine;
use super::observe::Observer;
use crate::builtins::Builtin;
use crate::ir::Argument;
use rqg_runtime::choices::Choices;
use rqg_runtime::unit::value::Value;

impl<'a, C: Choices, O: Observer> Machine<'a, C, O> {
    /// Evaluates a builtin.
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &[Argument]) -> Value {
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
            Builtin::Fresh => self.unit.fresh(self.plan, self.text_of(arguments)),
            Builtin::FreshObject => self.unit.fresh_object(self.plan, self.text_of(arguments)),
            Builtin::Of => {
                let relation = self.value(arguments, 0);
                let column = self.value(arguments, 1);
                self.unit.of(self.plan, relation, column)
            }
            Builtin::Int => {
                let (low, high) = self.range(arguments, 0).unwrap_or((0, 0));
                self.unit.int(low, high, self.choices)
            }
            Builtin::TypeName => self.value(arguments, 0),
            Builtin::Index => Value::Int(self.unit.index() as i64),
            _ => Value::Nothing,
        }
    }

    fn value(&mut self, arguments: &[Argument], at: usize) -> Value {
        match arguments.get(at) {
            Some(Argument::Value(expr)) => self.expr(*expr),
            Some(Argument::Constant(number)) => Value::Int(*number),
            Some(Argument::Literal(literal)) => match self.program.literals.get(literal.index()) {
                Some(text) => self.unit.literal(text.as_bytes()),
                None => Value::Nothing,
            },
            _ => Value::Nothing,
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
