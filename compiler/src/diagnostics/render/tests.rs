use super::*;
use crate::diagnostics::Code;
use crate::source::Source;
use proptest::prelude::*;

fn sources(texts: &[&str]) -> Sources {
    let mut sources = Sources::default();
    for (i, text) in texts.iter().enumerate() {
        sources.add(Source {
            name: format!("f{i}.rqg"),
            path: None,
            text: (*text).into(),
        });
    }
    sources
}

fn at(source: u32, start: usize, end: usize) -> Span {
    Span::new(SourceId(source), start, end)
}

#[test]
fn shows_code_place_labels_and_help() {
    let sources = sources(&["rule a = tabel();\n", "rule table = A;\n"]);
    let found = Diagnostic::new(Code::UnknownName, at(0, 9, 14), "unknown name `tabel`")
        .label("no rule, builtin or local has this name")
        .also(at(1, 5, 10), "something like it")
        .suggest(Some("table"));
    insta::assert_snapshot!(human(&[found], &sources, false), @"
    error[RQG0101]: unknown name `tabel`
     --> f0.rqg:1:10
      |
    1 | rule a = tabel();
      |          ^^^^^ no rule, builtin or local has this name
      |
     ::: f1.rqg:1:6
      |
    1 | rule table = A;
      |      ----- something like it
      |
      = help: did you mean `table`?

    1 error; `rqgc explain RQG0101` tells more
    ");
}

#[test]
fn shows_tabs_wide_characters_and_the_end_of_the_file() {
    let sources = sources(&["\trule 日本 = A\r\n", ""]);
    let end = sources.get(SourceId(0)).text.len();
    let found = [
        Diagnostic::new(Code::Syntax, at(0, 6, 12), "wide").label("here"),
        Diagnostic::new(Code::Syntax, at(0, end, end), "the end").label("end"),
        Diagnostic::new(Code::Syntax, at(0, 16, 16), "empty").label("missing"),
        Diagnostic::new(Code::NoRules, at(1, 0, 0), "nothing").label("empty"),
        Diagnostic::new(Code::ZeroWeight, at(9, 0, 0), "no such source"),
    ];
    insta::assert_snapshot!(human(&found, &sources, false), @"
    error[RQG0006]: wide
     --> f0.rqg:1:7
      |
    1 |     rule 日本 = A 
      |          ^^^^ here

    error[RQG0006]: the end
     --> f0.rqg:2:1
      |
    2 |
      | ^ end

    error[RQG0006]: empty
     --> f0.rqg:1:13
      |
    1 |     rule 日本 = A 
      |                  ^ missing

    error[RQG0112]: nothing
     --> f1.rqg:1:1
      |
    1 |
      | ^ empty

    warning[RQG0401]: no such source

    4 errors, 1 warning; `rqgc explain RQG0006` tells more
    ");
}

#[test]
fn cuts_long_lines() {
    let line = format!("rule a = {}, {};", "A ".repeat(5_000), "B ".repeat(500_000));
    let comma = line.find(',').unwrap();
    let sources = sources(&[&line]);
    let found = Diagnostic::new(Code::Syntax, at(0, comma, comma + 1), "unexpected `,`")
        .label("here")
        .also(at(0, 0, 4), "the rule");
    let shown = human(&[found], &sources, false);
    assert!(shown.len() < 2_000, "{}", shown.len());
    insta::assert_snapshot!(shown, @"
    error[RQG0006]: unexpected `,`
     --> f0.rqg:1:10010
      |
     ::: 
    1 | A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A , B B B B B B...
      |                                                                                                                         ^ here
     ::: f0.rqg:1:1
      |
     ::: 
    1 | rule a = A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A
      | ---- the rule

    1 error; `rqgc explain RQG0006` tells more
    ");
}

proptest! {
    #[test]
    fn never_panics(
        text in "(\\PC|[\n\t\r\u{0}é日])*",
        places in prop::collection::vec((0..3_u32, 0..300_u32, 0..300_u32, "\\PC{0,8}"), 1..6),
        colour: bool,
    ) {
        let sources = sources(&[&text, ""]);
        let mut diagnostic = Diagnostic::new(Code::Syntax, at(0, 0, 0), text.clone());
        for (source, start, end, label) in places {
            let span = Span { source: SourceId(source), start, end };
            diagnostic.primary.span = span;
            diagnostic = diagnostic.also(span, label.clone()).help(label);
        }
        prop_assert!(!human(&[diagnostic], &sources, colour).is_empty());
    }
}
