use super::format;
use crate::diagnostics::Diagnostics;
use crate::source::SourceId;
use crate::syntax::scan;
use crate::syntax::tests::CRUD;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

mod grammars;

fn formatted(text: &str) -> String {
    format(SourceId(0), text).unwrap_or_else(|found| panic!("{found:#?}\n{text}"))
}

/// The tree of a text, without places.
fn tree(text: &str) -> Result<String, String> {
    let mut diagnostics = Diagnostics::default();
    let file = crate::syntax::parse(SourceId(0), text, &mut diagnostics);
    if diagnostics.has_errors() {
        return Err(std::format!("{:#?}", diagnostics.into_sorted()));
    }
    let mut out = String::new();
    let shown = std::format!("{file:?}");
    let mut rest = shown.as_str();
    while let Some((before, after)) = rest.split_once("Span {") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    Ok(out + rest)
}

/// Every comment's text, in order.
fn comments(text: &str) -> Vec<String> {
    scan::tokenize(text)
        .into_iter()
        .filter(|token| token.is_comment())
        .map(|token| token.text(text).trim_end().replace("\r\n", "\n"))
        .collect()
}

/// Formatting keeps the tree and the comments, and formatting again changes nothing.
fn checked(text: &str) -> Result<(), String> {
    let wrong = |what: &str, shown: &str| Err(std::format!("{what}\n{text}\n----\n{shown}"));
    let before = match tree(text) {
        Ok(tree) => tree,
        Err(found) => return wrong("does not parse", &found),
    };
    let Ok(once) = format(SourceId(0), text) else {
        return wrong("is refused", "");
    };
    match tree(&once) {
        Err(found) => return wrong("parses no more", &std::format!("{once}\n{found}")),
        Ok(after) if after != before => return wrong("means something else", &once),
        Ok(_) => {}
    }
    if comments(&once) != comments(text) {
        return wrong("has other comments", &once);
    }
    let twice = format(SourceId(0), &once).unwrap_or_default();
    if twice != once {
        return wrong("is not stable", &std::format!("{once}\n----\n{twice}"));
    }
    if once
        .lines()
        .any(|line| line.trim_end() != line && !line.starts_with(" b */"))
    {
        return wrong("has space at the end of a line", &once);
    }
    Ok(())
}

fn check(text: &str) {
    if let Err(wrong) = checked(text) {
        panic!("{wrong}");
    }
}

fn grammars_in(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            grammars_in(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rqg") {
            found.push(path);
        }
    }
}

/// The grammars of the repository.
fn all_grammars() -> &'static [String] {
    static TEXTS: OnceLock<Vec<String>> = OnceLock::new();
    TEXTS.get_or_init(read_grammars)
}

fn read_grammars() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["std", "../grammars", "../tests/fixtures", "../examples"] {
        grammars_in(&root.join(folder), &mut paths);
    }
    paths.sort();
    let mut texts: Vec<String> = paths
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .filter(|text| format(SourceId(0), text).is_ok())
        .collect();
    texts.push(CRUD.to_owned());
    texts
}

#[test]
fn keeps_every_grammar_of_the_repository() {
    for text in all_grammars() {
        check(text);
    }
}

#[test]
fn refuses_what_does_not_parse() {
    let found = format(SourceId(0), "rule a = ,;\nrule b = ;").unwrap_err();
    assert_eq!(found.len(), 1);
}

#[test]
fn joins_what_is_short_and_breaks_what_is_long() {
    insta::assert_snapshot!(formatted(r#"

rule   a=A
   B? c( 1,x ,) ;
rule b=|A|2 :B|;
rule c() -> int = return 1; ;
rule d() -> int = | 1: return 1; | return 2; ;
rule e(xs : list < list<table> >,y:int,) -> (text,int) = return (f(), 1);
rule f = AAAAAAAAAAAAAAAAAAAAAAAAAAA BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB CCCCCCCCCCCCCCCCCCCCCCCCCC DDDDDDDDDDDDDDDDDD EEEEE;
rule g = AAAAAAAAAAAAAAAAAAAAAAAAAAA | BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB | CCCCCCCCCCCCCCCCCCCCCCCCCC | D?30%;
rule g2 = when T==bool&&( n+1>2||!feature( x ) ):A|B;
use a::b::{c,d as e,};
rule h = effect create(p); ;; x effect drop(p);
rule i = (|A) (| |A) (A|) () { } {} x{ 1..=2","  ,zipf(1.1)} x { a };
"#), @r#"
    rule a = A B? c(1, x);
    rule b = A | 2: B |;
    rule c() -> int = return 1;

    rule d() -> int =
        | 1: return 1;
        | return 2;
        ;

    rule e(xs: list<list<table>>, y: int) -> (text, int) = return (f(), 1);

    rule f =
        AAAAAAAAAAAAAAAAAAAAAAAAAAA BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB CCCCCCCCCCCCCCCCCCCCCCCCCC
        DDDDDDDDDDDDDDDDDD EEEEE;

    rule g =
        | AAAAAAAAAAAAAAAAAAAAAAAAAAA
        | BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB
        | CCCCCCCCCCCCCCCCCCCCCCCCCC
        | D?30%
        ;

    rule g2 = when T == bool && (n + 1 > 2 || !feature(x)): A | B;
    use a::b::{c, d as e};
    rule h = effect create(p) ;; x effect drop(p);
    rule i = (A) (| | A) (A |) () {} {} x{1..=2 ",", zipf(1.1)} x { a };
    "#);
}

#[test]
fn keeps_comments_where_they_are() {
    insta::assert_snapshot!(formatted(r#"// first
/* second */ grammar x; // third
// fourth

// fifth
rule a = // why
  // own line
  | A // about a
  /* before the bar */ | /* after the bar */ B
  // before the last
  | c(/* inside */ x, // after x
      y)
  // at the end
  ;
rule b = A /* one */ B; /* two */ // three
rule c = f(a, /* b */ b /* c */);
rule d = {
  // only

  let x = 1; // one

  // two
  x
};
// last"#), @"
    // first
    /* second */
    grammar x; // third

    // fourth

    // fifth
    rule a = // why
        // own line
        | A // about a
        /* before the bar */
        /* after the bar */
        | B
        // before the last
        | c(/* inside */
            x, // after x
            y
        )
        // at the end
        ;

    rule b = A /* one */ B; /* two */ // three
    rule c = f(a, /* b */ b /* c */);

    rule d = {
        // only
        let x = 1; // one

        // two
        x
    };
    // last
    ");
}

/// The same tokens with other white space between them, and comments thrown in.
fn laid_out_anew(text: &str, mut choices: impl FnMut(usize) -> usize) -> String {
    let tokens = scan::tokenize(text);
    let mut out = String::new();
    let mut end = 0;
    for token in tokens {
        let start = token.start as usize;
        if start > end && token.start > 0 {
            // Docs stay on lines of their own.
            let gap = if token.is_comment() || text[..start].ends_with('\n') {
                ["\n", "\n\n", "\n  "][choices(3)]
            } else {
                [
                    " ",
                    "  ",
                    "\t",
                    "\n",
                    "\n\n\n",
                    "\n    ",
                    " // c\n",
                    " /* c */ ",
                    "\n/* d */\n",
                    "\n// own\n",
                    "\r\n",
                    " /* a\n b */ ",
                    "/**/",
                    " ",
                    " ",
                    " ",
                    " ",
                    " ",
                    " ",
                ][choices(19)]
            };
            out.push_str(gap);
            if text[..end].ends_with(|c: char| c != '\n')
                && is_line_comment(text, end)
                && !gap.contains('\n')
            {
                out.push('\n');
            }
        }
        out.push_str(token.text(text));
        end = token.end as usize;
    }
    out.push('\n');
    out
}

fn is_line_comment(text: &str, end: usize) -> bool {
    let line = text[..end].rfind('\n').map_or(0, |i| i + 1);
    text[line..end].contains("//")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn keeps_random_grammars(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = grammars::random(&bytes);
        prop_assert_eq!(checked(&text), Ok(()));
    }

    #[test]
    fn keeps_grammars_laid_out_anew(
        which in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..600),
    ) {
        let texts = all_grammars();
        let mut bytes = bytes.iter().cycle();
        let text = laid_out_anew(&texts[which.index(texts.len())], |n| {
            usize::from(*bytes.next().expect("a cycle")) % n
        });
        prop_assert_eq!(checked(&text), Ok(()));
    }

    #[test]
    fn keeps_random_grammars_laid_out_anew(bytes in prop::collection::vec(any::<u8>(), 1..500)) {
        let mut cycle = bytes.iter().rev().cycle();
        let text = laid_out_anew(&grammars::random(&bytes), |n| {
            usize::from(*cycle.next().expect("a cycle")) % n
        });
        prop_assert_eq!(checked(&text), Ok(()));
    }
}

#[test]
fn huge_and_deep_texts_are_formatted_in_time() {
    let mut text = String::new();
    for i in (0..200).step_by(33) {
        let _ = writeln!(text, "rule r{i} = {}A{};", "(A | ".repeat(i), ")".repeat(i));
    }
    let _ = writeln!(
        text,
        "rule v = {}A{};",
        "f({ ".repeat(100),
        " })".repeat(100)
    );
    let _ = writeln!(
        text,
        "rule w = {}A{};",
        "f([g(".repeat(66),
        ")])".repeat(66)
    );
    let _ = writeln!(
        text,
        "rule x = {}A{};",
        "{ for a in ".repeat(99).replace("in", "in b {"),
        "}}".repeat(99)
    );
    let _ = writeln!(text, "rule s = {};", "A | ".repeat(500));
    let _ = writeln!(text, "rule t = {};", "A ~ B ".repeat(500));
    let _ = writeln!(text, "rule u = f({});", "a + b, ".repeat(500));
    check(&text);
}
