//! Demands in words.

use crate::demand::{Atom, Clause, Comparison, Demand, Domain, Property, Term};
use crate::plan::Plan;
use crate::types::{BuiltinType, Classes};

/// As many ways to meet a demand are spelled out.
const MOST_CLAUSES: usize = 3;

/// What a draw without candidates finds nothing of.
#[must_use]
pub fn draw(domain: &Domain) -> String {
    format!(
        "no {} of the schema meets what is asked of this draw",
        element(domain, 1)
    )
}

/// What would have to hold, one line for each way to meet the demand that comes closest.
#[must_use]
pub fn missing(plan: &Plan, demand: &Demand) -> Vec<String> {
    let mut ways: Vec<Vec<String>> = demand
        .clauses
        .iter()
        .map(|clause| {
            let unmet = clause
                .atoms
                .iter()
                .filter(|atom| !plan.holds_at_start(atom));
            unmet.map(spell).collect()
        })
        .collect();
    ways.sort_by_key(Vec::len);
    ways.dedup();
    let mut lines: Vec<String> = ways
        .iter()
        .take(MOST_CLAUSES)
        .enumerate()
        .map(|(n, unmet)| {
            let start = if n == 0 { "needed: " } else { "or: " };
            format!("{start}{}", unmet.join(", and "))
        })
        .collect();
    if ways.len() > MOST_CLAUSES {
        lines.push(format!(
            "or one of {} other ways",
            ways.len() - MOST_CLAUSES
        ));
    }
    lines
}

fn element(domain: &Domain, count: u32) -> &'static str {
    match (domain, count == 1) {
        (Domain::Tables, true) => "table",
        (Domain::Tables, false) => "tables",
        (Domain::Views, true) => "view",
        (Domain::Views, false) => "views",
        (Domain::Sources, true) => "table or view",
        (Domain::Sources, false) => "tables or views",
        (Domain::Columns(_), true) => "column",
        (Domain::Columns(_), false) => "columns",
        (Domain::Insertable(_), true) => "column that an INSERT may name",
        (Domain::Insertable(_), false) => "columns that an INSERT may name",
        (Domain::Required(_), true) => "column that an INSERT has to name",
        (Domain::Required(_), false) => "columns that an INSERT has to name",
        (Domain::Updatable(_), true) => "column that an UPDATE may set",
        (Domain::Updatable(_), false) => "columns that an UPDATE may set",
        (Domain::Visible | Domain::Enclosing, true) => "visible column",
        (Domain::Visible | Domain::Enclosing, false) => "visible columns",
        (Domain::Types(_), true) => "type",
        (Domain::Types(_), false) => "types",
        (Domain::ForeignKeys | Domain::ForeignKeysFrom(_) | Domain::ForeignKeysTo(_), true) => {
            "foreign key"
        }
        (Domain::ForeignKeys | Domain::ForeignKeysFrom(_) | Domain::ForeignKeysTo(_), false) => {
            "foreign keys"
        }
        (Domain::UniqueKeys(_), true) => "unique key",
        (Domain::UniqueKeys(_), false) => "unique keys",
        (Domain::Functions, true) => "function",
        (Domain::Functions, false) => "functions",
        (Domain::Aggregates, true) => "aggregate function",
        (Domain::Aggregates, false) => "aggregate functions",
        (Domain::Elements(_), true) => "element",
        (Domain::Elements(_), false) => "elements",
    }
}

fn spell(atom: &Atom) -> String {
    match atom {
        Atom::Guard(_) => "another dialect or feature".to_owned(),
        Atom::TypeIn(_, classes, wanted) => {
            format!(
                "whose type is {}{}",
                if *wanted { "" } else { "not " },
                class_names(*classes)
            )
        }
        Atom::Same(_, Term::Type(ty), wanted) | Atom::Same(Term::Type(ty), _, wanted) => {
            let name = BuiltinType::from_id(*ty).map_or("another type", BuiltinType::sql);
            format!("whose type is {}{name}", if *wanted { "" } else { "not " })
        }
        Atom::Same(_, _, true) => "that equals another".to_owned(),
        Atom::Same(_, _, false) => "that differs from another".to_owned(),
        Atom::Compare(_, comparison, Term::Int(number)) => {
            format!("a number {} {number}", symbol(*comparison))
        }
        Atom::Compare(..) => "numbers that compare".to_owned(),
        Atom::ContextIn(_) => "another context".to_owned(),
        Atom::Has(_, property) => match property {
            Property::HasValue => "that values can be made for",
            Property::IsInsertable => "that an INSERT may name",
            Property::HasLiteral => "with a literal",
            Property::HasRows => "with rows",
            Property::HasNewKey => "that new keys can be made for",
            Property::HasVictims => "with rows that may be deleted",
        }
        .to_owned(),
        Atom::Exists { domain, min, body } => {
            let what = element(domain, *min);
            format!("{min} {what}{}", of_each(body))
        }
        Atom::ForAll { domain, body } => format!("only {}{}", element(domain, 2), of_each(body)),
    }
}

/// What each element has to satisfy, in parentheses; nothing if anything will do.
fn of_each(body: &Demand) -> String {
    let mut clauses = body
        .clauses
        .iter()
        .filter(|clause| !clause.atoms.is_empty());
    match (body.is_always(), clauses.next()) {
        (false, Some(first)) => {
            let more = if clauses.next().is_some() {
                ", or the like"
            } else {
                ""
            };
            format!(" ({}{more})", conjunction(first))
        }
        _ => String::new(),
    }
}

fn conjunction(clause: &Clause) -> String {
    let atoms: Vec<String> = clause.atoms.iter().map(spell).collect();
    atoms.join(", ")
}

fn class_names(classes: Classes) -> String {
    let names: Vec<&str> = Classes::NAMED
        .iter()
        .filter(|(_, class)| classes.intersects(*class))
        .map(|&(name, _)| name)
        .collect();
    names.join(" or ")
}

fn symbol(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}
