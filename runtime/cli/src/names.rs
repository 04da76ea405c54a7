//! What to say about an unknown name.

/// The known name nearest to an unknown one, if one is near enough to be a slip of the pen: a third
/// of the longer name may differ. Of equally near ones the first.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let near = known.into_iter().filter_map(|candidate| {
        let longer = length.max(candidate.chars().count());
        let distance = strsim::damerau_levenshtein(name, candidate);
        (distance < length && distance <= (longer / 3).max(1)).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
