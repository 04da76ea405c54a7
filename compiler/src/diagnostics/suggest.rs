//! "Did you mean": the nearest known name.

/// The candidate nearest to `name`, if one is near enough to be a likely slip of the pen.
///
/// Distance counts inserted, deleted, replaced and swapped characters; a third of the length of
/// the longer name may differ. Upper and lower case count as half a difference, so that `Select`
/// finds `select` first. Of equally near candidates the first wins, which keeps output stable.
#[must_use]
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let longer = length.max(candidate.chars().count());
        let allowed = (longer / 3).max(1);
        if candidate == name || longer - length.min(candidate.chars().count()) > allowed {
            continue;
        }
        let folded = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        // A short name may not change altogether: `t` is no slip for `c`.
        if folded > allowed || (folded > 0 && folded >= length) {
            continue;
        }
        let exact_case = candidate.chars().zip(name.chars()).all(|(a, b)| a == b);
        let score = folded * 2 + usize::from(!exact_case);
        if best.is_none_or(|(least, _)| score < least) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn finds_slips_and_nothing_else() {
        let names = ["predicate", "table", "column", "insertable", "select"];
        assert_eq!(closest("predicat", names), Some("predicate"));
        assert_eq!(closest("tabel", names), Some("table"));
        assert_eq!(closest("Select", names), Some("select"));
        assert_eq!(closest("colunm", names), Some("column"));
        assert_eq!(closest("xyzzy", names), None);
        assert_eq!(closest("t", ["c", "d"]), None);
        assert_eq!(closest("", names), None);
    }

    #[test]
    fn takes_the_nearest_and_on_a_tie_the_first() {
        assert_eq!(closest("where_x", ["where_y", "where"]), Some("where_y"));
        assert_eq!(closest("aab", ["aaa", "aac"]), Some("aaa"));
    }
}
