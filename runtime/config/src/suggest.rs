//! "Did you mean": the nearest known name.

/// The known name nearest to an unknown one, if one is near enough to be a slip of the pen: a third
/// of the longer name may differ. Of equally near ones the first.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    let near = known.into_iter().filter_map(|candidate| {
        let longer = length.max(candidate.chars().count());
        let distance = strsim::damerau_levenshtein(&lower, candidate);
        let is_near = distance < length && distance <= (longer / 3).max(1);
        is_near.then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean …?`, or the list of what is known.
pub fn among(name: &str, known: &[&str]) -> String {
    match closest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.join(", ")),
    }
}
