//! `--enable` and `--disable`: the features of the dialect, as switched.

use crate::Failure;
use crate::names::closest;
use rqg_runtime::dialect::Dialect;
use rqg_runtime::features::{self, FEATURES};
use std::collections::BTreeSet;

/// The features that all dialects have, and those that are switched on, without those that are switched
/// off.
///
/// # Errors
/// There is no such feature.
pub fn switched(
    dialects: &[&Dialect],
    enable: &[String],
    disable: &[String],
) -> Result<BTreeSet<String>, Failure> {
    for name in enable.iter().chain(disable) {
        if features::named(name).is_none() {
            let known = FEATURES.iter().map(|feature| feature.name);
            let suggestion = closest(name, known.clone()).map_or_else(
                || format!("known: {}", known.collect::<Vec<_>>().join(", ")),
                |name| format!("did you mean `{name}`?"),
            );
            return Err(Failure::Usage(format!(
                "there is no feature `{name}`; {suggestion}"
            )));
        }
    }
    let on = FEATURES.iter().filter(|feature| {
        let is_named = |names: &[String]| names.iter().any(|name| name == feature.name);
        let is_had = dialects.iter().all(|dialect| feature.enabled(dialect));
        (is_had || is_named(enable)) && !is_named(disable)
    });
    Ok(on.map(|feature| feature.name.to_owned()).collect())
}
