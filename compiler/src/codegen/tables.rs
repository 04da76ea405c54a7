//! The data of a program as constants of [`rqg_runtime::native::tables`].

use super::{Places, exprs, literals};
use crate::hir::DialectTest;
use crate::interpret::reach::{Part, children};
use crate::ir::{DialectGuard, Expr, Program, Rule, RuleId};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use rqg_runtime::demand::{Atom, Comparison, Demand, Domain, Property, Term};
use std::collections::BTreeSet;

/// The module of tables.
pub(super) fn emit(
    program: &Program,
    places: &Places<'_>,
    frame: usize,
    proven: Option<RuleId>,
) -> TokenStream {
    let name = &program.name;
    let version = env!("CARGO_PKG_VERSION");
    let fingerprint = Literal::u64_unsuffixed(program.fingerprint);
    let terminator = &program.terminator;
    let proven = match proven {
        Some(start) => {
            let start = literals::number(start.0.into());
            quote! { Some(#start) }
        }
        None => quote! { None },
    };
    let schema = match &program.schema {
        Some(schema) => {
            let (name, ddl) = (&schema.name, &schema.ddl);
            quote! { Some(Schema { name: #name, ddl: #ddl }) }
        }
        None => quote! { None },
    };
    let dialects = program.dialects.iter().map(dialect_test);
    let rules = program.rules.iter().map(|one| rule(program, one));
    let guards = program.guards.iter().map(guard);
    let demands = program.demands.iter().map(demand);
    let sites = program.sites.iter().map(|site| {
        let (domain, place) = (domain(&site.domain), places.place(site.span));
        let demand = literals::number(site.demand.0.into());
        quote! { Site { domain: #domain, demand: #demand, place: #place } }
    });
    let choices = program.choices.iter().map(|choice| {
        let alternatives = choice.alternatives.iter().map(|alternative| {
            let weight = literals::number(alternative.weight.into());
            let demand = literals::number(alternative.demand.0.into());
            let min_depth = literals::number(alternative.min_depth.into());
            quote! { Alternative { weight: #weight, demand: #demand, min_depth: #min_depth } }
        });
        quote! { &[#(#alternatives),*] }
    });
    let regexes = &program.regexes;
    let frame = Literal::usize_unsuffixed(frame);
    let slots = program.rules.iter().map(|rule| rule.slots).max();
    let slots = Literal::u16_unsuffixed(slots.unwrap_or(0));
    quote! {
        /// What the run is planned from.
        mod tables {
            // Which of them a grammar needs is its own affair.
            #[allow(unused_imports)]
            use rqg_runtime::{
                demand::{Comparison, Field, Property},
                native::tables::{
                    Atom, Clause, Demand, DialectTest, Domain, Guard, Rule, Schema, Site, Tables, Term,
                },
                plan::Alternative,
                types::{Classes, TypeId},
            };

            pub(super) static TABLES: Tables = Tables {
                name: #name,
                compiler: #version,
                fingerprint: #fingerprint,
                terminator: #terminator,
                proven: #proven,
                schema: #schema,
                dialects: &[#(#dialects),*],
                rules: RULES,
                guards: GUARDS,
                demands: DEMANDS,
                sites: SITES,
                choices: CHOICES,
                regexes: &[#(#regexes),*],
                frame: #frame,
                slots: #slots,
            };

            static RULES: &[Rule] = &[#(#rules),*];

            static GUARDS: &[Guard] = &[#(#guards),*];

            static DEMANDS: &[Demand] = &[#(#demands),*];

            static SITES: &[Site] = &[#(#sites),*];

            static CHOICES: &[&[Alternative]] = &[#(#choices),*];
        }
    }
}

fn rule(program: &Program, rule: &Rule) -> TokenStream {
    let (mut calls, mut draws, mut makes_rows) = (BTreeSet::new(), BTreeSet::new(), false);
    let mut open = vec![Part::Node(rule.body)];
    while let Some(part) = open.pop() {
        match part {
            Part::Rule(callee) => {
                calls.insert(callee.0);
                continue;
            }
            Part::Expr(expr) => match program.exprs.get(expr.index()) {
                Some(Expr::Draw(site) | Expr::DrawList { site, .. }) => {
                    draws.insert(site.0);
                }
                Some(Expr::Builtin(builtin, _)) => makes_rows |= builtin.makes_rows(),
                _ => {}
            },
            Part::Node(_) => {}
        }
        children(program, part, &mut |child| open.push(child));
    }
    let (name, main) = (&rule.name, rule.main);
    let start = rule.params == 0 && !rule.returns;
    let demand = literals::number(rule.demand.0.into());
    let min_depth = literals::number(rule.min_depth.into());
    let choice = match rule.choice(program) {
        Some(choice) => {
            let choice = literals::number(choice.0.into());
            quote! { Some(#choice) }
        }
        None => quote! { None },
    };
    let calls = calls.into_iter().map(Literal::u32_unsuffixed);
    let draws = draws.into_iter().map(Literal::u32_unsuffixed);
    quote! {
        Rule {
            name: #name,
            start: #start,
            main: #main,
            demand: #demand,
            choice: #choice,
            min_depth: #min_depth,
            makes_rows: #makes_rows,
            calls: &[#(#calls),*],
            draws: &[#(#draws),*],
        }
    }
}

fn dialect_test(test: &DialectTest) -> TokenStream {
    let dialect = &test.dialect;
    let bound = match &test.bound {
        Some((comparison, version)) => {
            let comparison = comparison_name(*comparison);
            let version = version.iter().map(|&part| Literal::u32_unsuffixed(part));
            quote! { Some((#comparison, &[#(#version),*])) }
        }
        None => quote! { None },
    };
    quote! { DialectTest { dialect: #dialect, bound: #bound } }
}

fn guard(guard: &DialectGuard) -> TokenStream {
    match guard {
        DialectGuard::Dialect(test, wanted) => {
            let test = dialect_test(test);
            quote! { Guard::Dialect(#test, #wanted) }
        }
        DialectGuard::Feature(name, wanted) => quote! { Guard::Feature(#name, #wanted) },
        DialectGuard::Any(guards) => {
            let guards = guards.iter().map(self::guard);
            quote! { Guard::Any(&[#(#guards),*]) }
        }
        DialectGuard::All(guards) => {
            let guards = guards.iter().map(self::guard);
            quote! { Guard::All(&[#(#guards),*]) }
        }
    }
}

fn demand(demand: &Demand) -> TokenStream {
    let clauses = demand.clauses.iter().map(|clause| {
        let atoms = clause.atoms.iter().map(atom);
        let depth = literals::number(clause.depth.into());
        quote! { Clause { atoms: &[#(#atoms),*], depth: #depth } }
    });
    quote! { &[#(#clauses),*] }
}

fn atom(atom: &Atom) -> TokenStream {
    match atom {
        Atom::Guard(guard) => {
            let guard = literals::number((*guard).into());
            quote! { Atom::Guard(#guard) }
        }
        Atom::TypeIn(of, classes, wanted) => {
            let (of, classes) = (term(of), literals::number(classes.0.into()));
            quote! { Atom::TypeIn(#of, Classes(#classes), #wanted) }
        }
        Atom::Same(left, right, wanted) => {
            let (left, right) = (term(left), term(right));
            quote! { Atom::Same(#left, #right, #wanted) }
        }
        Atom::Compare(left, comparison, right) => {
            let (left, right) = (term(left), term(right));
            let comparison = comparison_name(*comparison);
            quote! { Atom::Compare(#left, #comparison, #right) }
        }
        Atom::ContextIn(contexts) => {
            let contexts = literals::number((*contexts).into());
            quote! { Atom::ContextIn(#contexts) }
        }
        Atom::Has(of, property) => {
            let (of, property) = (term(of), property_name(*property));
            quote! { Atom::Has(#of, #property) }
        }
        Atom::Exists {
            domain: of,
            min,
            body,
        } => {
            let (of, min, body) = (domain(of), literals::number((*min).into()), demand(body));
            quote! { Atom::Exists(#of, #min, #body) }
        }
        Atom::ForAll { domain: of, body } => {
            let (of, body) = (domain(of), demand(body));
            quote! { Atom::ForAll(#of, #body) }
        }
    }
}

fn term(of: &Term) -> TokenStream {
    match of {
        Term::Slot(slot) => {
            let slot = literals::number((*slot).into());
            quote! { Term::Slot(#slot) }
        }
        Term::Bound(variable) => {
            let variable = literals::number((*variable).into());
            quote! { Term::Bound(#variable) }
        }
        Term::Type(ty) => {
            let ty = literals::number(ty.0.into());
            quote! { Term::Type(TypeId(#ty)) }
        }
        Term::Int(number) => {
            let number = literals::number(*number);
            quote! { Term::Int(#number) }
        }
        Term::Bool(truth) => quote! { Term::Bool(#truth) },
        Term::Field(of, field) => {
            let (of, field) = (term(of), exprs::field_name(*field));
            quote! { Term::Field(&#of, Field::#field) }
        }
        Term::Of(relation, column) => {
            let (relation, column) = (term(relation), term(column));
            quote! { Term::Of(&#relation, &#column) }
        }
    }
}

fn domain(domain: &Domain) -> TokenStream {
    let of = |name: &str, of: &Term| {
        let (name, of) = (format_ident!("{name}"), term(of));
        quote! { Domain::#name(#of) }
    };
    match domain {
        Domain::Tables => quote! { Domain::Tables },
        Domain::Views => quote! { Domain::Views },
        Domain::Sources => quote! { Domain::Sources },
        Domain::Columns(table) => of("Columns", table),
        Domain::Insertable(table) => of("Insertable", table),
        Domain::Required(table) => of("Required", table),
        Domain::Updatable(table) => of("Updatable", table),
        Domain::Visible => quote! { Domain::Visible },
        Domain::Enclosing => quote! { Domain::Enclosing },
        Domain::Types(classes) => {
            let classes = literals::number(classes.0.into());
            quote! { Domain::Types(Classes(#classes)) }
        }
        Domain::ForeignKeys => quote! { Domain::ForeignKeys },
        Domain::ForeignKeysFrom(table) => of("ForeignKeysFrom", table),
        Domain::ForeignKeysTo(table) => of("ForeignKeysTo", table),
        Domain::UniqueKeys(table) => of("UniqueKeys", table),
        Domain::Functions => quote! { Domain::Functions },
        Domain::Aggregates => quote! { Domain::Aggregates },
        Domain::Elements(list) => of("Elements", list),
    }
}

fn comparison_name(comparison: Comparison) -> TokenStream {
    // Debug output of a variant without data is its name.
    let name = format_ident!("{}", format!("{comparison:?}"));
    quote! { Comparison::#name }
}

fn property_name(property: Property) -> TokenStream {
    let name = format_ident!("{}", format!("{property:?}"));
    quote! { Property::#name }
}
