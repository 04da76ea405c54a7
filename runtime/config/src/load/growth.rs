//! How much substitutions multiply a text: twice at each of forty steps would fill any memory.

use super::files::Reader;
use crate::problem::Problem;
use crate::source::Place;
use std::collections::HashMap;

/// The most substitutions of a configuration.
const MOST: usize = 1_000;

/// The most values that they may come to, each counted as often as it is placed.
const MOST_PLACED: u64 = 100_000;

/// A substitution, with paths from the root.
struct Use {
    /// The key whose value it is part of.
    within: Vec<String>,
    /// The keys that it may mean: in an included file that of the file comes first.
    targets: [Vec<String>; 2],
    place: Place,
}

/// What is wrong if substitutions come to too much.
pub fn check(reader: &Reader) -> Option<Problem> {
    let uses = uses(reader);
    if let Some(beyond) = uses.get(MOST) {
        let message = format!("there are more than {MOST} substitutions");
        return Some(Problem::new(message, beyond.place));
    }
    let mut known = HashMap::new();
    uses.iter().enumerate().find_map(|(number, of)| {
        let placed = placed(number, &uses, &mut known);
        let message = "this comes to more than can be held: what it names names others, and so on";
        (placed > MOST_PLACED).then(|| Problem::new(message, of.place))
    })
}

fn uses(reader: &Reader) -> Vec<Use> {
    let mut uses = Vec::new();
    for source in &reader.sources {
        for substitution in &source.outline.substitutions {
            let entry = substitution.entry;
            let entry = entry.and_then(|entry| source.outline.entries.get(entry));
            let from_root = |path: &[String]| [&source.prefix, path].concat();
            uses.push(Use {
                within: entry.map_or_else(Vec::new, |entry| from_root(&entry.path)),
                targets: [from_root(&substitution.path), substitution.path.clone()],
                place: substitution.place,
            });
        }
    }
    uses
}

/// How many values a substitution places. One that is on the way already depends on itself, which is
/// found elsewhere. Nests no deeper than there are substitutions.
fn placed(number: usize, uses: &[Use], known: &mut HashMap<usize, u64>) -> u64 {
    if let Some(&placed) = known.get(&number) {
        return placed;
    }
    known.insert(number, 1);
    let Some(of) = uses.get(number) else { return 1 };
    let is_part = |inner: &[String]| {
        let touches = |target: &Vec<String>| target.starts_with(inner) || inner.starts_with(target);
        !inner.is_empty() && of.targets.iter().any(touches)
    };
    let mut sum = 1_u64;
    for (other, inner) in uses.iter().enumerate() {
        if is_part(&inner.within) {
            sum = sum.saturating_add(placed(other, uses, known));
        }
    }
    known.insert(number, sum);
    sum
}
