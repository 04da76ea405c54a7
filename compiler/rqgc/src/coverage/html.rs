//! Coverage as the grammar's source, coloured by use: one page that needs nothing else.

use super::{Report, percent};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rqg_compiler::coverage::{PartKind, RuleUse, Share, State};
use rqg_compiler::source::{Source, SourceId, Sources, Span};

const STYLE: &str = "\
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff }
h1, h2 { font-size: 1.2rem } code, pre { font: 13px/1.45 ui-monospace, monospace }
.identity { overflow-wrap: anywhere; color: #555 }
table { border-collapse: collapse } td { padding: 0 .6rem 0 0; vertical-align: top }
td.number, td.count { text-align: right; color: #888; user-select: none; white-space: pre }
td.source { white-space: pre-wrap }
.never { background: #ffc9c9; outline: 1px solid #d33 }
.off { color: #999; text-decoration: line-through }
.use1 { background: #eef8ee } .use2 { background: #d9f0d9 } .use3 { background: #bfe6bf }
.use4 { background: #9dd89d } .use5 { background: #78c878 }
";

/// What is known of a part of a source.
struct Mark {
    span: Span,
    state: State,
    uses: u64,
    told: String,
}

/// The page.
pub(super) fn report(report: &Report<'_>, sources: &Sources) -> String {
    let coverage = &report.coverage;
    let marks = marks(&coverage.rules);
    let most = marks.iter().map(|mark| mark.uses).max().unwrap_or(0);
    let of = |share: Share| format!("{} of {}", share.used, share.of);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Coverage" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Coverage" }
                p.identity { code { (report.identity) } }
                p {
                    (coverage.units) " units; used: rules " (of(coverage.rules_used))
                    ", alternatives " (of(coverage.alternatives_used))
                    ", options and repetitions " (of(coverage.parts_used))
                }
                p {
                    span.use1 { "seldom" } " " span.use3 { "more" } " " span.use5 { "often" } " "
                    span.never { "never used" } " " span.off { "not in this run" }
                }
                @for (id, source) in sources.iter() {
                    @let marks = of_source(&marks, id);
                    @if !marks.is_empty() {
                        h2 { (source.name) }
                        (listing(source, &marks, most))
                    }
                }
            }
        }
    };
    page.into_string()
}

/// What there is to tell of a grammar; what is inside of something follows it.
fn marks(rules: &[RuleUse]) -> Vec<Mark> {
    let mut marks = Vec::new();
    for rule in rules {
        marks.push(Mark {
            span: rule.place.span,
            state: rule.state,
            uses: rule.uses,
            told: format!("{}: {} uses", rule.name, rule.uses),
        });
        for choice in &rule.choices {
            for found in &choice.alternatives {
                let share = |share: Option<f64>| share.map_or_else(|| "none".to_owned(), percent);
                marks.push(Mark {
                    span: found.place.span,
                    state: found.state,
                    uses: found.uses,
                    told: format!(
                        "alternative {}: {} uses of {} ({}), by weight {}",
                        found.number,
                        found.uses,
                        choice.uses,
                        share(found.share),
                        share(found.expected)
                    ),
                });
            }
        }
        for part in &rule.parts {
            let told = match (part.kind, part.chance) {
                (PartKind::Option, Some(chance)) => format!(
                    "option: taken {} times of {}, by chance {}",
                    part.taken,
                    part.reached,
                    percent(chance)
                ),
                _ => format!("repetition: {} rounds in {}", part.taken, part.reached),
            };
            marks.push(Mark {
                span: part.place.span,
                state: part.state,
                uses: part.taken,
                told,
            });
        }
    }
    marks.sort_by_key(|mark| {
        (
            mark.span.source,
            mark.span.start,
            std::cmp::Reverse(mark.span.end),
        )
    });
    marks
}

fn of_source(marks: &[Mark], id: SourceId) -> Vec<&Mark> {
    let of_source = |mark: &&Mark| mark.span.source == id && mark.span.end > mark.span.start;
    marks.iter().filter(of_source).collect()
}

/// A source, line by line.
fn listing(source: &Source, marks: &[&Mark], most: u64) -> Markup {
    let pieces = pieces(source.text.len(), marks);
    html! {
        table {
            @for (number, line) in (1..).zip(lines(&source.text)) {
                tr {
                    td.number { (number) }
                    td.count { (count(marks, line)) }
                    td.source {
                        code {
                            @for (text, mark) in cut(&source.text, &pieces, line) {
                                @if let Some(mark) = mark {
                                    span class=(class(mark, most)) title=(mark.told) { (text) }
                                } @else {
                                    (text)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    start: usize,
    end: usize,
}

/// The lines of a text, without what ends them.
fn lines(text: &str) -> Vec<Part> {
    let mut start = 0;
    let line = |line: &str| {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let part = Part { start, end };
        start += line.len();
        part
    };
    text.split_inclusive('\n').map(line).collect()
}

/// A text cut where marks begin and end, each piece with the innermost mark.
fn pieces<'m>(length: usize, marks: &[&'m Mark]) -> Vec<(Part, Option<&'m Mark>)> {
    let mut pieces = Vec::new();
    let mut open: Vec<&Mark> = Vec::new();
    let mut at = 0;
    let mut piece = |end: usize, mark| {
        if end > at {
            pieces.push((Part { start: at, end }, mark));
            at = end;
        }
    };
    for &mark in marks {
        while let Some(&inner) = open.last()
            && inner.span.end <= mark.span.start
        {
            piece(inner.span.end as usize, Some(inner));
            open.pop();
        }
        piece(mark.span.start as usize, open.last().copied());
        open.push(mark);
    }
    while let Some(inner) = open.pop() {
        piece(inner.span.end as usize, Some(inner));
    }
    piece(length, None);
    pieces
}

/// The pieces of a line.
fn cut<'a>(
    text: &'a str,
    pieces: &[(Part, Option<&'a Mark>)],
    line: Part,
) -> Vec<(&'a str, Option<&'a Mark>)> {
    let first = pieces.partition_point(|(piece, _)| piece.end <= line.start);
    let inside = pieces.iter().skip(first);
    inside
        .take_while(|(piece, _)| piece.start < line.end)
        .filter_map(|(piece, mark)| {
            let part = piece.start.max(line.start)..piece.end.min(line.end);
            Some((text.get(part)?, *mark))
        })
        .collect()
}

/// What stands in the margin: the uses of what begins first in a line.
fn count(marks: &[&Mark], line: Part) -> String {
    let at = marks.partition_point(|mark| (mark.span.start as usize) < line.start);
    let first = marks.get(at);
    let first = first.filter(|mark| (mark.span.start as usize) < line.end);
    first.map_or_else(String::new, |mark| mark.uses.to_string())
}

/// The colour of a part: by the logarithm of its uses.
fn class(mark: &Mark, most: u64) -> &'static str {
    match mark.state {
        State::Unused => return "never",
        State::Off => return "off",
        State::Used => {}
    }
    let share = (mark.uses as f64).ln_1p() / (most as f64).ln_1p().max(f64::MIN_POSITIVE);
    match share {
        ..0.2 => "use1",
        ..0.4 => "use2",
        ..0.6 => "use3",
        ..0.8 => "use4",
        _ => "use5",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: u32, end: u32, told: &str) -> Mark {
        Mark {
            span: Span {
                start,
                end,
                ..Span::default()
            },
            state: State::Used,
            uses: 1,
            told: told.to_owned(),
        }
    }

    #[test]
    fn texts_are_cut_at_marks_and_lines() {
        let text = "ab cd\r\nef gh\n";
        let marks = [mark(1, 12, "outer"), mark(3, 8, "inner"), mark(3, 4, "c")];
        let marks: Vec<&Mark> = marks.iter().collect();
        let pieces = pieces(text.len(), &marks);
        let told = |line| {
            let cut = cut(text, &pieces, line);
            let told = cut.iter().map(|(text, mark)| {
                let mark = mark.map_or("-", |mark| &mark.told);
                format!("{text}={mark}")
            });
            told.collect::<Vec<_>>().join("|")
        };
        let lines = lines(text).into_iter().map(told).collect::<Vec<_>>();
        assert_eq!(lines, ["a=-|b =outer|c=c|d=inner", "e=inner|f gh=outer"]);
    }

    #[test]
    fn what_looks_like_a_tag_is_none() {
        let source = Source {
            name: "t".to_owned(),
            path: None,
            text: "x = \"<b>&\"".into(),
        };
        let marks = [mark(4, 10, "\"<i>\"")];
        let marks: Vec<&Mark> = marks.iter().collect();
        let page = listing(&source, &marks, 1).into_string();
        assert!(page.contains("&lt;b&gt;&amp;"), "{page}");
        assert!(page.contains("title=\"&quot;&lt;i&gt;&quot;\""), "{page}");
    }
}
