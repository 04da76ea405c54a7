use super::*;
use crate::choices::{Choices, Enumerated, Random as Xoshiro, Rank};
use crate::schema::default_model;
use crate::schema::model::{Model, TableId};
use crate::types::{BuiltinType, TypeId};
use proptest::prelude::*;
use std::collections::HashSet;

/// A source of choices for tests (splitmix64).
pub(super) struct Random(pub u64);

impl Choices for Random {
    fn below(&mut self, n: u64) -> u64 {
        self.bits() % n
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn draws(distribution: &Distribution, low: i64, high: i64) -> Vec<i64> {
    let mut random = Random(7);
    (0..20_000)
        .map(|_| distribution.draw(low, high, &mut random))
        .collect()
}

#[test]
fn distributions_have_their_shape() {
    let share = |drawn: &[i64], value: i64| {
        drawn.iter().filter(|&&n| n == value).count() as f64 / drawn.len() as f64
    };
    let uniform = draws(&Distribution::Uniform, 1, 4);
    assert!((share(&uniform, 4) - 0.25).abs() < 0.02);
    // Weights 1, 1/2, 1/3, 1/4 of 25/12.
    let zipf = draws(&Distribution::Zipf(1.0), 10, 13);
    for (rank, value) in (10..=13).enumerate() {
        let expected = 12.0 / 25.0 / (rank as f64 + 1.0);
        assert!((share(&zipf, value) - expected).abs() < 0.02, "{value}");
    }
    let normal = draws(&Distribution::Normal(50.0, 10.0), 0, 100);
    let mean = normal.iter().sum::<i64>() as f64 / normal.len() as f64;
    assert!((mean - 50.0).abs() < 0.5, "{mean}");
    let geometric = draws(&Distribution::Geometric(0.5), 0, 60);
    assert!((share(&geometric, 1) - 0.25).abs() < 0.02);
    let exponential = draws(&Distribution::Exponential(10.0), 5, 1_000);
    let mean = exponential.iter().sum::<i64>() as f64 / exponential.len() as f64;
    assert!((mean - 14.5).abs() < 0.5, "{mean}");
}

#[test]
fn distributions_are_portable() {
    let first = |distribution: Distribution| draws(&distribution, 0, 1_000_000)[..4].to_vec();
    assert_eq!(
        [
            first(Distribution::Zipf(1.1)),
            first(Distribution::Normal(500_000.0, 1_000.0)),
            first(Distribution::Exponential(1_000.0)),
            first(Distribution::Geometric(0.999)),
        ],
        [
            [292, 590_589, 0, 25],
            [501_365, 499_603, 500_004, 499_419],
            [494, 16, 2310, 874],
            [493, 16, 2309, 874],
        ]
    );
}

proptest! {
    #[test]
    fn distributions_stay_in_range(seed: u64, a: i64, b: i64, s in prop::num::f64::ANY, t in prop::num::f64::ANY) {
        let (low, high) = (a.min(b), a.max(b));
        let mut random = Random(seed);
        for distribution in [
            Distribution::Uniform,
            Distribution::Zipf(s),
            Distribution::Normal(s, t),
            Distribution::Exponential(s),
            Distribution::Geometric(s),
        ] {
            let drawn = distribution.draw(low, high, &mut random);
            prop_assert!((low..=high).contains(&drawn), "{distribution:?} {drawn}");
        }
    }

    #[test]
    fn decimals_stay_in_range(seed: u64, a in -1000_i64..1000, b in -1000_i64..1000, digits in 0_u32..12) {
        let (low, high) = (a.min(b), a.max(b));
        let mut out = Vec::new();
        generate::decimal(low, high, digits, &Distribution::Uniform, &mut Random(seed), &mut out);
        let value: f64 = String::from_utf8(out).unwrap().parse().unwrap();
        prop_assert!(value >= low as f64 && value <= high as f64);
    }
}

#[test]
fn literals_are_text_on_one_line() {
    let model = Model {
        types: Model::builtin_types(),
        tables: Vec::new(),
        foreign_keys: Vec::new(),
        unique_keys: Vec::new(),
    };
    let mut random = Random(1);
    for builtin in BuiltinType::ALL {
        for _ in 0..500 {
            let mut out = Vec::new();
            literal(&model, builtin.id(), &mut random, &mut out);
            let text = String::from_utf8(out).unwrap();
            assert!(
                !text.is_empty() && text.bytes().all(|b| b >= 0x20 && b != 0x7f),
                "{text:?}"
            );
        }
    }
}

#[test]
fn named_values_look_right() {
    let mut random = Random(3);
    let mut print = |make: &dyn Fn(&mut Random, &mut Vec<u8>)| {
        let mut out = Vec::new();
        make(&mut random, &mut out);
        String::from_utf8(out).unwrap()
    };
    let text = print(&|c, out| generate::text(5, 5, &Distribution::Uniform, c, out));
    assert_eq!(text.len(), 7);
    let date = print(&|c, out| generate::date(2001, 2001, c, out));
    assert!(date.starts_with("DATE '2001-"), "{date}");
    for value in [
        print(&|c, out| generate::email(c, out)),
        print(&|c, out| generate::phone(c, out)),
        print(&|c, out| generate::address(c, out)),
        print(&|c, out| generate::person(c, out)),
        print(&|c, out| generate::company(c, out)),
    ] {
        assert!(value.starts_with('\'') && value.ends_with('\''), "{value}");
    }
}

#[cfg(feature = "ddl")]
mod with_schema {
    use super::*;
    use crate::schema::ddl::read_ddl;

    fn model(text: &str) -> Model {
        let reading = read_ddl(text);
        assert_eq!((reading.warnings, reading.errors), (vec![], vec![]));
        reading.model
    }

    fn values(model: &Model, table: u32, column: u16, units: u64) -> Vec<String> {
        let fitting = Fitting::new(model);
        let mut random = Random(5);
        (0..units)
            .map(|index| {
                let mut out = Vec::new();
                let mut ordinals = Ordinals::new(index);
                fitting.value(
                    model,
                    TableId(table),
                    column,
                    &mut ordinals,
                    &mut random,
                    &mut out,
                );
                String::from_utf8(out).unwrap()
            })
            .collect()
    }

    #[test]
    fn unique_columns_never_repeat() {
        for ty in [
            "int",
            "bigint",
            "numeric(10,2)",
            "numeric(9,4)",
            "real",
            "double precision",
            "text",
            "varchar(4)",
            "varchar(20)",
            "char(5)",
            "uuid",
            "date",
            "timestamp",
            "timestamptz(0)",
            "time",
            "timetz",
            "interval",
            "bytea",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "bit(20)",
            "varbit",
            "jsonb",
            "int[]",
            "text[]",
            "money",
            "serial",
            "bigserial",
        ] {
            let model = model(&format!("CREATE TABLE t (c {ty} UNIQUE);"));
            assert!(Fitting::new(&model).has_value(TableId(0), 0), "{ty}");
            // Units of 64 values each: so many fit the least capacity.
            let values = values(&model, 0, 0, 16_384);
            let distinct: HashSet<_> = values.iter().collect();
            assert_eq!(distinct.len(), values.len(), "{ty}");
        }
        for ty in [
            "boolean",
            "smallint",
            "smallserial",
            "timetz(3)",
            "varchar(3)",
            "json",
            "bit(8)",
            "tsvector",
            "numeric(3,1)",
        ] {
            let model = model(&format!("CREATE TABLE t (c {ty} PRIMARY KEY);"));
            assert!(!Fitting::new(&model).has_value(TableId(0), 0), "{ty}");
        }
    }

    #[test]
    fn keys_of_several_columns_hold_an_ordinal() {
        let model = model(
            "CREATE TABLE p (a int PRIMARY KEY);
             CREATE TABLE t (f boolean, n int, d int DEFAULT 1, r int REFERENCES p,
                 UNIQUE (f, n), UNIQUE (d, n), UNIQUE (f, r), UNIQUE (f));
             CREATE TABLE u (r int NOT NULL REFERENCES p, n int, PRIMARY KEY (r, n));",
        );
        let fitting = Fitting::new(&model);
        let ordinal: Vec<bool> = (0..4).map(|n| fitting.is_ordinal(TableId(1), n)).collect();
        assert_eq!(ordinal, [false, true, false, false]);
        assert!(values(&model, 1, 0, 50).iter().all(|value| value == "NULL"));
        assert!(values(&model, 1, 3, 50).iter().all(|value| value == "NULL"));
        assert!(!fitting.has_value(TableId(2), 0) && fitting.has_value(TableId(2), 1));
    }

    #[test]
    fn keys_keep_away_from_sequences() {
        let model = model("CREATE TABLE t (a serial PRIMARY KEY, b int UNIQUE);");
        assert_eq!(values(&model, 0, 0, 2), ["1000000000", "1000000064"]);
        assert_eq!(values(&model, 0, 1, 2), ["1", "65"]);
    }

    #[test]
    fn checks_are_kept() {
        let model = model(
            "CREATE TABLE t (a int NOT NULL CHECK (a BETWEEN 3 AND 5),
                 b varchar(9) NOT NULL CHECK (char_length(b) > 6),
                 c text NOT NULL CHECK (c IN ('x', 'y')),
                 d numeric(5,2) NOT NULL CHECK (d > 0 AND d < 0.05),
                 e real NOT NULL CHECK (e >= 0 AND e < 1),
                 f int CHECK (f > 5 AND f < 5));",
        );
        for value in values(&model, 0, 0, 300) {
            assert!((3..=5).contains(&value.parse::<i32>().unwrap()));
        }
        for value in values(&model, 0, 1, 300) {
            assert!((9..=11).contains(&value.len()), "{value}");
        }
        assert!(
            values(&model, 0, 2, 300)
                .iter()
                .all(|value| ["'x'", "'y'"].contains(&value.as_str()))
        );
        for (column, most) in [(3, 0.05), (4, 1.0)] {
            for value in values(&model, 0, column, 300) {
                let value: f64 = value.parse().unwrap();
                assert!(value >= 0.0 && value < most, "{value}");
            }
        }
        assert!(!Fitting::new(&model).has_value(TableId(0), 5));
    }
}

/// The texts of all indexes of a space that are emitted.
fn enumerated(
    space: u64,
    run: u64,
    make: impl Fn(&mut Enumerated<'_>, &mut Vec<u8>),
) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    for rank in 0..space {
        let mut unit = [0; 32];
        unit[..8].copy_from_slice(&rank.to_le_bytes());
        let mut choices = Enumerated::new(
            (Rank::of(rank), space),
            space,
            [run, 1],
            Xoshiro::new(unit),
            None,
        );
        let mut out = Vec::new();
        make(&mut choices, &mut out);
        if choices.is_emitted() {
            texts.push(out);
        }
    }
    texts
}

fn assert_distinct(what: &str, mut texts: Vec<Vec<u8>>) {
    texts.sort_unstable();
    for pair in texts.windows(2) {
        let text = String::from_utf8_lossy(&pair[0]);
        assert_ne!(pair[0], pair[1], "{what}: {text} came twice");
    }
}

/// What is drawn with [`Choices::shown`] can be told from the text.
#[test]
fn enumerated_values_never_repeat() {
    let model = default_model();
    let fitting = Fitting::new(&model);
    for run in 0..12 {
        for (id, table) in (0_u32..).zip(&model.tables) {
            for (at, column) in (0_u16..).zip(&table.columns) {
                let what = format!("{}.{}", table.reference, column.reference);
                let texts = enumerated(300, run, |choices, out| {
                    fitting.comparand(&model, TableId(id), at, choices, out);
                });
                assert_distinct(&what, texts);
                let texts = enumerated(300, run, |choices, out| {
                    let mut ordinals = Ordinals::new(choices.below(1));
                    fitting.value(&model, TableId(id), at, &mut ordinals, choices, out);
                });
                if !fitting.is_ordinal(TableId(id), at) {
                    assert_distinct(&what, texts);
                }
            }
        }
        for ty in 0..model.types.len() as u16 {
            let texts = enumerated(300, run, |choices, out| {
                fitting.literal(TypeId(ty), choices, out);
            });
            assert_distinct(&model.ty(TypeId(ty)).sql, texts);
        }
    }
}

/// Writes one value.
type Make<'a> = &'a dyn Fn(&mut Enumerated<'_>, &mut Vec<u8>);

#[test]
fn enumerated_texts_and_numbers_never_repeat() {
    let regex = Pattern::new("[a-c]{1,3}(x|yy|xy)[0-9]*").unwrap();
    for run in 0..40 {
        let uniform = Distribution::Uniform;
        let all: [(&str, Make<'_>); 9] = [
            ("text", &|choices, out| {
                generate::text(0, 60, &uniform, choices, out);
            }),
            ("regex", &|choices, out| regex.generate(choices, out)),
            ("uuid", &|choices, out| generate::uuid(choices, out)),
            ("date", &|choices, out| {
                generate::date(1990, 2030, choices, out);
            }),
            ("timestamp", &|choices, out| {
                generate::timestamp(1990, 2030, choices, out);
            }),
            ("word", &|choices, out| generate::word(choices, out)),
            ("zipf", &|choices, out| {
                let n = Distribution::Zipf(1.1).draw(1, 10, choices);
                generate::push_integer(n, out);
            }),
            ("long zipf", &|choices, out| {
                let n = Distribution::Zipf(1.1).draw(1, 1_000, choices);
                generate::push_integer(n, out);
            }),
            ("decimal", &|choices, out| {
                generate::decimal(-9, 9, 2, &Distribution::Normal(0.0, 2.0), choices, out);
            }),
        ];
        for (what, make) in all {
            assert_distinct(what, enumerated(500, run, make));
        }
    }
}
