//! Coverage as text.

use super::{Report, percent};
use rqg_compiler::coverage::{
    AlternativeUse, ChoiceUse, PartKind, PartUse, Place, RuleUse, Share, State,
};
use std::fmt::Write as _;

/// The report: totals, each rule with its choices, and what was never used.
pub(super) fn report(report: &Report<'_>) -> String {
    let coverage = &report.coverage;
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "{}\n{} units", report.identity, coverage.units);
    let of = |share: Share| format!("{}/{}", share.used, share.of);
    let _ = writeln!(
        out,
        "rules {}, alternatives {}, options and repetitions {}",
        of(coverage.rules_used),
        of(coverage.alternatives_used),
        of(coverage.parts_used),
    );
    for rule in &coverage.rules {
        let _ = write!(out, "\n{}: {} uses", rule.name, rule.uses);
        let _ = writeln!(out, "{}  {}", remark(rule.state), at(&rule.place));
        for choice in &rule.choices {
            tell_choice(&mut out, choice);
        }
        for part in &rule.parts {
            tell_part(&mut out, part);
        }
    }
    unused(&mut out, &coverage.rules);
    out
}

fn at(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

fn remark(state: State) -> &'static str {
    match state {
        State::Used => "",
        State::Unused => "  NEVER USED",
        State::Off => "  not in this run",
    }
}

fn tell_choice(out: &mut String, choice: &ChoiceUse) {
    if !choice.whole_rule {
        let (place, uses) = (at(&choice.place), choice.uses);
        let _ = writeln!(out, "  group at {place}: {uses} uses");
    }
    for alternative in &choice.alternatives {
        let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), percent);
        let AlternativeUse { number, uses, .. } = alternative;
        let (found, expected) = (share(alternative.share), share(alternative.expected));
        let (text, remark) = (&alternative.text, remark(alternative.state));
        let line = format!("{uses:>12} {found:>8} of {expected:>8}  {number:>3} | {text}");
        let _ = writeln!(out, "{}{remark}", line.trim_end());
    }
}

fn tell_part(out: &mut String, part: &PartUse) {
    let PartUse { reached, taken, .. } = part;
    let (line, text, remark) = (part.place.line, &part.text, remark(part.state));
    let told = match (part.kind, part.chance) {
        (PartKind::Option, Some(chance)) => {
            let share = match reached {
                0 => "-".to_owned(),
                _ => percent(*taken as f64 / *reached as f64),
            };
            format!("{share:>8} of {:>8}", percent(chance))
        }
        _ => format!("in {reached:>17}"),
    };
    let _ = writeln!(out, "{taken:>12} {told}  line {line}: {text}{remark}");
}

/// Lists what can be used and was not.
fn unused(out: &mut String, rules: &[RuleUse]) {
    let mut lines = Vec::new();
    for rule in rules {
        if rule.state == State::Unused {
            lines.push(format!("  rule {}  {}", rule.name, at(&rule.place)));
            continue;
        }
        let choices = rule.choices.iter();
        let alternatives = choices.flat_map(|choice| &choice.alternatives);
        for found in alternatives.filter(|found| found.state == State::Unused) {
            let (number, place) = (found.number, at(&found.place));
            lines.push(format!(
                "  {} | {}  {place}  {}",
                rule.name, number, found.text
            ));
        }
        for part in rule.parts.iter().filter(|part| part.state == State::Unused) {
            lines.push(format!(
                "  {}  {}  {}",
                rule.name,
                at(&part.place),
                part.text
            ));
        }
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "\nnever used:\n{}", lines.join("\n"));
    }
}
