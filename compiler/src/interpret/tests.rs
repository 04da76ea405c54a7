//! Programs built by hand, so that the interpreter is tested apart from what comes before it.

use super::*;
use crate::ir::{
    Alternative, Choice, ChoiceId, Count, DemandId, Expr, ExprId, LiteralId, Node, NodeId, Rule,
    Site, SiteId,
};
use crate::source::Span;
use proptest::prelude::*;
use rqg_runtime::choices::{Bytes, Recorded, Replay};
use rqg_runtime::demand::{Atom, Demand, Domain, Field, Property, Term};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::model::{
    Allowed, Column, Table, TableId, TableKind, UniqueKey, UniqueKeyId,
};
use rqg_runtime::types::BuiltinType;
use std::collections::BTreeSet;

fn column(name: &str, ty: BuiltinType, not_null: bool) -> Column {
    Column {
        name: name.to_owned(),
        reference: name.to_owned(),
        ty: ty.id(),
        not_null,
        has_default: false,
        identity: None,
        generated: false,
        allowed: Allowed::Any,
        unique: None,
        in_unique_key: false,
        foreign_key: None,
    }
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table {
        schema: "public".to_owned(),
        name: name.to_owned(),
        reference: name.to_owned(),
        kind: TableKind::Table,
        columns,
        primary_key: None,
        unique_keys: Vec::new(),
        references: Vec::new(),
        referenced_by: Vec::new(),
        opaque_constraint: false,
        whole_rows_only: false,
        rows: 0,
    }
}

/// `users (id primary key, name not null, note)` and `flags (flag)`.
fn model() -> Model {
    use BuiltinType as B;
    let mut users = table(
        "users",
        vec![
            column("id", B::Int4, true),
            column("name", B::Text, true),
            column("note", B::Text, false),
        ],
    );
    users.columns[0].unique = Some(UniqueKeyId(0));
    users.columns[0].in_unique_key = true;
    users.primary_key = Some(UniqueKeyId(0));
    users.unique_keys = vec![UniqueKeyId(0)];
    Model {
        types: Model::builtin_types(),
        tables: vec![users, table("flags", vec![column("flag", B::Bool, false)])],
        foreign_keys: Vec::new(),
        unique_keys: vec![UniqueKey {
            table: TableId(0),
            columns: vec![0],
            predicate: None,
            inferable: true,
            primary: true,
            nulls_not_distinct: false,
        }],
    }
}

struct Build(Program);

impl Build {
    fn new() -> Self {
        Self(Program {
            name: "test".to_owned(),
            rules: Vec::new(),
            nodes: Vec::new(),
            node_spans: Vec::new(),
            exprs: Vec::new(),
            literals: Vec::new(),
            choices: Vec::new(),
            sites: Vec::new(),
            demands: vec![Demand::always(0)],
            guards: Vec::new(),
            regexes: Vec::new(),
            contexts: vec!["none".to_owned()],
            externs: Vec::new(),
            dialects: Vec::new(),
            schema: None,
            terminator: ";".to_owned(),
            fingerprint: 0,
        })
    }

    fn node(&mut self, node: Node) -> NodeId {
        self.0.nodes.push(node);
        self.0.node_spans.push(Span::default());
        NodeId(self.0.nodes.len() as u32 - 1)
    }

    fn expr(&mut self, expr: Expr) -> ExprId {
        self.0.exprs.push(expr);
        ExprId(self.0.exprs.len() as u32 - 1)
    }

    fn text(&mut self, text: &str) -> LiteralId {
        self.0.literals.push(text.into());
        LiteralId(self.0.literals.len() as u32 - 1)
    }

    fn literal(&mut self, text: &str) -> NodeId {
        let literal = self.text(text);
        self.node(Node::Literal(literal))
    }

    fn demand(&mut self, demand: Demand) -> DemandId {
        self.0.demands.push(demand);
        DemandId(self.0.demands.len() as u32 - 1)
    }

    fn count(&mut self, low: i64, high: Option<i64>) -> Count {
        Count {
            low: self.expr(Expr::Int(low)),
            high: high.map(|high| self.expr(Expr::Int(high))),
            distribution: None,
        }
    }

    fn choice(&mut self, alternatives: &[(u32, Demand, NodeId)]) -> NodeId {
        let alternatives: Vec<Alternative> = alternatives
            .iter()
            .map(|(weight, demand, body)| Alternative {
                weight: *weight,
                min_depth: demand
                    .clauses
                    .iter()
                    .map(|clause| clause.depth)
                    .max()
                    .unwrap_or(0),
                demand: self.demand(demand.clone()),
                body: *body,
                span: Span::default(),
                stands_for: Vec::new(),
            })
            .collect();
        self.0.choices.push(Choice {
            written: alternatives.len() as u32,
            places: (0..alternatives.len() as u32).collect(),
            alternatives,
            rule: RuleId(0),
            span: Span::default(),
        });
        self.node(Node::Choice(ChoiceId(self.0.choices.len() as u32 - 1)))
    }

    fn site(&mut self, domain: Domain, demand: Demand) -> SiteId {
        let demand = self.demand(demand);
        self.0.sites.push(Site {
            domain,
            demand,
            span: Span::default(),
        });
        SiteId(self.0.sites.len() as u32 - 1)
    }

    fn rule(&mut self, slots: u16, body: NodeId, demand: Demand) -> RuleId {
        let min_depth = demand.clauses.iter().map(|clause| clause.depth).max();
        let id = self.0.rules.len();
        let demand = self.demand(demand);
        self.0.rules.push(Rule {
            name: if id == 0 {
                "query".to_owned()
            } else {
                format!("rule{id}")
            },
            span: Span::default(),
            main: true,
            params: 0,
            slots,
            results: Vec::new(),
            returns: false,
            body,
            demand,
            min_depth: min_depth.unwrap_or(0),
        });
        RuleId(id as u32)
    }

    fn generator(self) -> Result<Generator, Vec<Diagnostic>> {
        let settings = Settings::new(Seed::from(1).master_key());
        Generator::new(Arc::new(self.0), Arc::new(model()), settings)
    }
}

fn atom(atom: Atom) -> Demand {
    Demand {
        clauses: vec![rqg_runtime::demand::Clause {
            atoms: vec![atom],
            depth: 0,
        }],
    }
}

fn statements(worker: &mut Worker, index: u64) -> Vec<String> {
    let mut text = UnitText::default();
    worker.generate(index, &mut text);
    assert_eq!(worker.unmet(), 0);
    text.statements()
        .map(|statement| String::from_utf8_lossy(statement).into_owned())
        .collect()
}

/// `let t = table(); let cs = distinct insertable(t){1..}; INSERT INTO t "(" for c in cs "," {c} ")"`
fn insert(has_value: bool) -> Build {
    let mut build = Build::new();
    let each = if has_value {
        atom(Atom::Has(Term::Bound(0), Property::HasValue))
    } else {
        Demand::always(0)
    };
    let needs = Demand {
        clauses: vec![rqg_runtime::demand::Clause {
            atoms: vec![Atom::Exists {
                domain: Domain::Columns(Term::Bound(0)),
                min: 2,
                body: each.clone(),
            }],
            depth: 0,
        }],
    };
    let tables = build.site(Domain::Tables, needs);
    let columns = build.site(Domain::Insertable(Term::Slot(0)), each);
    let draw = build.expr(Expr::Draw(tables));
    let count = build.count(1, None);
    let draws = build.expr(Expr::DrawList {
        site: columns,
        count,
        distinct: true,
        including: None,
    });
    let slot = |build: &mut Build, slot| build.expr(Expr::Slot(slot));
    let (t, cs, c) = (
        slot(&mut build, 0),
        slot(&mut build, 1),
        slot(&mut build, 2),
    );
    let comma = build.text(",");
    let place = build.node(Node::Place(c));
    let parts = vec![
        build.node(Node::Let(vec![0], draw)),
        build.node(Node::Let(vec![1], draws)),
        build.literal("INSERT INTO"),
        build.node(Node::Place(t)),
        build.literal("("),
        build.node(Node::For {
            slots: vec![2],
            lists: vec![cs],
            separator: Some(comma),
            body: place,
        }),
        build.literal(")"),
    ];
    let body = build.node(Node::Sequence(parts));
    build.rule(3, body, Demand::always(0));
    build
}

#[test]
fn draws_follow_the_demands_and_keep_required_columns() {
    let generator = insert(true)
        .generator()
        .expect("the schema has what it needs");
    let mut worker = generator.worker();
    let mut seen = BTreeSet::new();
    for index in 0..100 {
        seen.extend(statements(&mut worker, index));
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        seen,
        [
            "INSERT INTO users (id, name)",
            "INSERT INTO users (id, name, note)"
        ]
    );
}

#[test]
fn a_unit_depends_on_its_index_alone() {
    let generator = insert(false)
        .generator()
        .expect("the schema has what it needs");
    let mut forward = generator.worker();
    let made: Vec<_> = (0..50)
        .map(|index| statements(&mut forward, index))
        .collect();
    let mut backward = generator.worker();
    for index in (0..50).rev() {
        assert_eq!(statements(&mut backward, index), made[index as usize]);
    }
}

#[test]
fn a_recording_replays_to_the_same_unit() {
    let generator = insert(false)
        .generator()
        .expect("the schema has what it needs");
    let mut worker = generator.worker();
    for index in 0..50 {
        let mut recorded = Recorded::new(worker.choices(index));
        let (mut first, mut second) = (UnitText::default(), UnitText::default());
        worker.generate_from(index, &mut recorded, &mut first);
        let records = recorded.into_records();
        worker.generate_from(index, &mut Replay::new(&records), &mut second);
        assert_eq!(first, second);
    }
}

/// `rule query = ( 1: "x" | 9: "(" query query ")" )`, which would not end by its weights.
fn growing() -> Build {
    let mut build = Build::new();
    let leaf = build.literal("x");
    let call = build.node(Node::Call(RuleId(0), Vec::new()));
    let open = build.literal("(");
    let close = build.literal(")");
    let both = build.node(Node::Sequence(vec![open, call, call, close]));
    let body = build.choice(&[(1, Demand::always(0), leaf), (9, Demand::always(1), both)]);
    build.rule(0, body, Demand::always(0));
    build
}

#[test]
fn derivations_end_complete() {
    let generator = growing().generator().expect("it needs nothing");
    let mut worker = generator.worker();
    for index in 0..20 {
        let text = statements(&mut worker, index).concat();
        assert_eq!(text.matches('(').count(), text.matches(')').count());
        assert!(text.len() < 2_000_000);
    }
}

#[test]
fn a_long_chain_of_rules_fits_the_stack() {
    let mut build = Build::new();
    for id in 0..10_000u32 {
        let body = if id == 9_999 {
            build.literal("end")
        } else {
            let call = build.node(Node::Call(RuleId(id + 1), Vec::new()));
            let glue = build.node(Node::Glue);
            build.node(Node::Sequence(vec![call, glue]))
        };
        build.rule(0, body, Demand::always(9_999 - id));
    }
    let generator = build.generator().expect("it needs nothing");
    let text = generator
        .with_stack(|generator| statements(&mut generator.worker(), 0))
        .expect("a thread");
    assert_eq!(text, ["end"]);
}

#[test]
fn what_the_schema_lacks_is_said_before_the_first_unit() {
    let mut build = Build::new();
    let wanted = atom(Atom::Exists {
        domain: Domain::Columns(Term::Bound(0)),
        min: 1,
        body: atom(Atom::Same(
            Term::Field(Box::new(Term::Bound(0)), Field::Type),
            Term::Type(BuiltinType::Uuid.id()),
            true,
        )),
    });
    let site = build.site(Domain::Tables, wanted.clone());
    let draw = build.expr(Expr::Draw(site));
    let body = build.node(Node::Place(draw));
    let needs = atom(Atom::Exists {
        domain: Domain::Tables,
        min: 1,
        body: wanted,
    });
    build.rule(0, body, needs);
    let found = build.generator().expect_err("no table has a uuid");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, crate::diagnostics::Code::SchemaLacks);
    assert_eq!(found[0].secondary.len(), 1);
    assert_eq!(
        found[0].help,
        ["needed: 1 table (1 column (whose type is uuid))"]
    );
}

#[test]
fn a_tree_tells_what_was_chosen() {
    let generator = growing().generator().expect("it needs nothing");
    let mut text = UnitText::default();
    let tree = generator.worker().tree(3, &mut text);
    let tree = tree.expect("it is no strict run");
    let printed = tree.print(generator.program());
    assert!(printed.starts_with("query: "), "{printed}");
    assert!(printed.contains("| alternative 1 of 2"), "{printed}");
}

proptest! {
    #[test]
    fn any_bytes_make_a_unit(bytes in proptest::collection::vec(any::<u8>(), 0..2000), index: u64) {
        for generator in [growing(), insert(true), insert(false)] {
            let generator = generator.generator().expect("the schema has what it needs");
            let mut worker = generator.worker();
            let mut text = UnitText::default();
            worker.generate_from(index, &mut Bytes::new(&bytes), &mut text);
            prop_assert_eq!(worker.unmet(), 0);
            prop_assert_eq!(text.ends.len(), 1);
        }
    }
}
