//! What is generated matches, and what cannot be generated is refused.

use super::*;
use crate::choices::{Bytes, Random};
use proptest::prelude::*;

fn texts(pattern: &str) -> Vec<String> {
    let compiled = Pattern::new(pattern).unwrap();
    let mut random = Random::new([3; 32]);
    let mut text = || {
        let mut out = b"before ".to_vec();
        compiled.generate(&mut random, &mut out);
        String::from_utf8(out).unwrap().split_off(7)
    };
    (0..300).map(|_| text()).collect()
}

fn refused(pattern: &str) -> String {
    Pattern::new(pattern).unwrap_err().to_string()
}

fn whole(pattern: &str) -> regex::Regex {
    regex::Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap()
}

#[test]
fn makes_texts_that_match() {
    for pattern in [
        "",
        "abc",
        "[a-c]{2}-[0-9]{3}",
        r"\d+\.\d*|\w{3,5}\s?",
        "^(a|b|)$|^c?$",
        "^^x$$",
        "(^a)?b(c$)?",
        "(?i)order #[a-f]+",
        "[^a-z]{5}.{3}(?s:.)",
        r"[\W&&[^ ]]\S\D",
        "[\u{e9}\u{20ac}\u{1f600}]{4}",
        r"\p{Greek}{3}\pL",
        r"[^\x00-\x7f]{3}",
        r"[[:punct:]]\\'",
        "(?x) a b # comment\n",
        "((a{0,3}b)*c){2}",
        r"[^\x00-\u{d7ff}]",
        r"a|[^\s\S]",
        r"a[^\s\S]*",
        "(?P<y>[0-9]{4})-(0[1-9]|1[0-2])",
        "a{1000}",
    ] {
        let whole = whole(pattern);
        for text in texts(pattern) {
            assert!(whole.is_match(&text), "{pattern}: {text}");
        }
    }
}

#[test]
fn takes_a_leading_quantifier_as_a_character() {
    let pattern = "+1-[2-9]{3}-[0-9]{3}-[0-9]{4}";
    let whole = whole(r"\+1-[2-9]{3}-[0-9]{3}-[0-9]{4}");
    assert!(texts(pattern).iter().all(|text| whole.is_match(text)));
    assert!(texts("^*a$").iter().all(|text| text == "*a"));
    assert!(texts("{a}").iter().all(|text| text == "{a}"));
}

#[test]
fn prefers_what_can_be_read() {
    let printable = |text: &String| text.bytes().all(|b| (0x20..0x7f).contains(&b));
    assert!(texts(r".[^a]\W\S(?s:.)").iter().all(printable));
    assert!(texts(r"\d\w(?i:ks)[^\x00]").iter().all(printable));
    assert!(texts(r"[\x00-\x02]").iter().all(|text| text != "\0"));
}

#[test]
fn reaches_every_outcome_evenly() {
    let mut counts = std::collections::BTreeMap::new();
    for text in texts("[ac-d]|[f]{1,2}x*").into_iter().chain(texts("[x-z]")) {
        *counts.entry(text).or_insert(0) += 1;
    }
    for text in ["a", "c", "d", "f", "ff", "fxxxxxxxx", "x", "y", "z"] {
        assert!(counts.contains_key(text), "{text}: {counts:?}");
    }
    assert!(counts["x"] > 70 && counts["z"] > 70);
}

#[test]
fn draws_nothing_where_nothing_is_to_choose() {
    struct Never;
    impl Choices for Never {
        fn below(&mut self, _: u64) -> u64 {
            panic!("drawn");
        }
        fn bits(&mut self) -> u64 {
            panic!("drawn");
        }
    }
    let mut out = Vec::new();
    let pattern = Pattern::new("^a[b]{2}(c)d{1}$").unwrap();
    pattern.generate(&mut Never, &mut out);
    assert_eq!(out, b"abbcd");
}

#[test]
fn refuses_what_it_cannot_make() {
    assert_eq!(refused("a("), "unclosed group");
    assert!(refused("a(?=b)").starts_with("look-around"));
    assert!(refused("(?<!b)a").starts_with("look-around"));
    assert!(refused(r"(a)\1").starts_with("backreferences"));
    assert_eq!(refused("a(+b)"), "repetition operator missing expression");
    for anchor in ["a^b", "a$b", "(^a)+", "(?m)a$\nb", "(a$|b)c", r"x\A"] {
        assert_eq!(Pattern::new(anchor).unwrap_err(), PatternError::Anchor);
    }
    for boundary in [r"a\b", r"\Ba", r"a\b{start}b", r"(?-u:\b)a"] {
        let error = Pattern::new(boundary).unwrap_err();
        assert_eq!(error, PatternError::WordBoundary, "{boundary}");
    }
    assert_eq!(refused(r"[^\s\S]"), "it matches nothing");
    assert_eq!(refused(r"a|b\x00"), PatternError::Nul.to_string());
    assert_eq!(refused(r"[\x00]"), PatternError::Nul.to_string());
    assert!(matches!(
        Pattern::new(r"(?-u:\xff)"),
        Err(PatternError::Syntax(_))
    ));
}

#[test]
fn refuses_hostile_patterns() {
    assert_eq!(
        refused("a{2,1001}"),
        "it repeats 1001 times; at most 1000 are possible"
    );
    assert!(matches!(
        Pattern::new("a{1001,}"),
        Err(PatternError::Count(1001))
    ));
    for long in [
        "(a{1000}){1000}",
        "((((a{0,1000}){0,1000}){0,1000}){0,1000}){0,1000}",
        "(((((((((((a*)*)*)*)*)*)*)*)*)*)*)",
        "(a{0,1000}|b|c|d|e|f|g){0,1000}{0,1000}",
        "(a?){1000}{1000}",
    ] {
        assert_eq!(Pattern::new(long).unwrap_err(), PatternError::LongText);
    }
    assert_eq!(
        refused(&"a".repeat(20_000)),
        PatternError::LongPattern.to_string()
    );
    for (open, close) in [("(", ")"), ("[", "]"), ("(?:a|", ")?"), ("[a--", "]")] {
        let nested = format!("{}x{}", open.repeat(2_000), close.repeat(2_000));
        assert!(Pattern::new(&nested).is_err());
    }
    assert_eq!(
        refused(&r"\pL".repeat(4_000)),
        PatternError::Classes.to_string()
    );
}

#[test]
fn nests_as_deep_as_it_accepts() {
    let nested = format!("{}x{}", "(a|".repeat(60), "b?)".repeat(60));
    assert!(!texts(&nested).is_empty());
}

fn any_pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-c]",
        Just(String::new()),
        Just(r"\d".to_owned()),
        Just(r"\s".to_owned()),
        Just(".".to_owned()),
        Just("[^a-c\\d]".to_owned()),
        Just("[x-z\u{e9}-\u{fc}]".to_owned()),
        Just("(?i:k[s-t])".to_owned()),
        Just(r"\pN".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join("|"))),
            (inner.clone(), 0_u32..3, 0_u32..3)
                .prop_map(|(part, low, more)| format!("(?:{part}){{{low},{}}}", low + more)),
            (
                inner,
                prop::sample::select(vec!["?", "*", "+", "*?", "{2,}"])
            )
                .prop_map(|(part, quantifier)| format!("(?:{part}){quantifier}")),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_made_matches(
        pattern in any_pattern(),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        match Pattern::new(&pattern) {
            Ok(compiled) => {
                let mut out = Vec::new();
                compiled.generate(&mut Bytes::new(&bytes), &mut out);
                let text = String::from_utf8(out).unwrap();
                prop_assert!(whole(&pattern).is_match(&text), "{}: {:?}", pattern, text);
            }
            Err(error) => prop_assert_eq!(error, PatternError::LongText),
        }
    }

    #[test]
    fn no_pattern_breaks_it(
        pattern in r"[\^$.*+?(){}\[\]|\\abdwDWpLB0-9,:&-]{0,30}",
        bytes in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        if let Ok(compiled) = Pattern::new(&pattern) {
            let mut out = Vec::new();
            compiled.generate(&mut Bytes::new(&bytes), &mut out);
            prop_assert!(out.len() as u64 <= MAX_WORK);
            prop_assert!(String::from_utf8(out).is_ok());
        }
    }
}
