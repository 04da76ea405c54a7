//! The types of settings.

use crate::read::Wrong;
use crate::suggest::{among, closest};
use bytesize::ByteSize;
use hocon::HoconValue;
use rqg_runtime::dialect::Database;
use rqg_runtime::entropy::Seed;
use rqg_runtime::features;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A scalar as it was written, without quotes.
fn scalar<'a>(value: &'a HoconValue, what: &str) -> Result<&'a str, Wrong> {
    match value {
        HoconValue::Scalar(scalar) => Ok(&scalar.raw),
        _ => Err(Wrong::new(format!("is not {what}"))),
    }
}

/// Any text.
pub fn text(value: &HoconValue) -> Result<String, Wrong> {
    scalar(value, "a text").map(str::to_owned)
}

/// A list of texts.
pub fn texts(value: &HoconValue) -> Result<Vec<String>, Wrong> {
    let wrong = || Wrong::new("is not a list of texts").help("write it like [\"a\", \"b\"]");
    let elements = value.as_array().ok_or_else(wrong)?;
    let all = elements.iter().map(text).collect::<Result<_, _>>();
    all.map_err(|_| wrong())
}

/// True or false, in the words of HOCON.
pub fn boolean(value: &HoconValue) -> Result<bool, Wrong> {
    match scalar(value, "true or false")? {
        "true" | "yes" | "on" => Ok(true),
        "false" | "no" | "off" => Ok(false),
        _ => Err(Wrong::new("is not true or false")),
    }
}

/// One of some names.
pub fn choice<T: Copy>(
    choices: &'static [(&'static str, T)],
) -> impl Fn(&HoconValue) -> Result<T, Wrong> {
    move |value| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let wrong = || Wrong::new(format!("is none of {}", names.join(", ")));
        let name = scalar(value, "a name").map_err(|_| wrong())?;
        let found = choices.iter().find(|(known, _)| *known == name);
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            let near = closest(name, names.iter().copied());
            Wrong {
                help: near.map(|near| format!("did you mean `{near}`?")),
                ..wrong()
            }
        })
    }
}

/// A list of some names.
pub fn choices<T: Copy>(
    known: &'static [(&'static str, T)],
) -> impl Fn(&HoconValue) -> Result<Vec<T>, Wrong> {
    move |value| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        texts(value)?
            .iter()
            .map(|name| {
                let found = known.iter().find(|(known, _)| known == name);
                found.map(|(_, choice)| *choice).ok_or_else(|| {
                    Wrong::new(format!("holds `{name}`, which is not known"))
                        .help(among(name, &names))
                })
            })
            .collect()
    }
}

/// A whole number within bounds; underscores may group the digits.
pub fn count(bounds: RangeInclusive<u64>) -> impl Fn(&HoconValue) -> Result<u64, Wrong> {
    move |value| {
        let wrong = || {
            let (least, most) = (bounds.start(), bounds.end());
            Wrong::new(match *most {
                u64::MAX => format!("is not a whole number from {least} on"),
                most => format!("is not a whole number from {least} to {most}"),
            })
        };
        let text = scalar(value, "a whole number").map_err(|_| wrong())?;
        whole(text)
            .filter(|number| bounds.contains(number))
            .ok_or_else(wrong)
    }
}

/// `1000`, `1_000`, or `1e3`.
fn whole(text: &str) -> Option<u64> {
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if let Ok(number) = text.replace('_', "").parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    // Beyond that not every whole number is a float.
    let is_exact = number.fract() == 0.0 && number <= 9_007_199_254_740_992.0;
    is_exact.then_some(number as u64)
}

/// A number of bytes, such as `1GB`, `512MiB` or `512k`, as the flags take it.
pub fn size(value: &HoconValue) -> Result<u64, Wrong> {
    let wrong =
        || Wrong::new("is not a size").help("write it like \"1GB\", \"512MiB\" or 67108864");
    let text = scalar(value, "a size").map_err(|_| wrong())?;
    let size = text.parse::<ByteSize>().map_err(|_| wrong())?;
    if size.as_u64() == 0 {
        return Err(wrong());
    }
    Ok(size.as_u64())
}

/// A share, such as `0.8` or `80%`, above 0 and up to 1.
pub fn share(value: &HoconValue) -> Result<f64, Wrong> {
    let wrong = || Wrong::new("is not a share").help("write it like 0.8 or \"80%\", up to 1");
    let text = scalar(value, "a share").map_err(|_| wrong())?;
    let (digits, scale) = match text.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let starts = digits.starts_with(|first: char| first.is_ascii_digit());
    let share = digits.parse::<f64>().ok().map(|number| number / scale);
    share
        .filter(|share| starts && *share > 0.0 && *share <= 1.0)
        .ok_or_else(wrong)
}

/// How often something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// Each time that so many units are made.
    Units(u64),
    /// Each time that so much time has passed.
    Time(Duration),
}

/// A number of units, or a time such as `10s`.
pub fn interval(value: &HoconValue) -> Result<Interval, Wrong> {
    let wrong = || {
        let wrong = Wrong::new("is neither a number of units nor a time");
        wrong.help("write it like 1000 or \"10s\"")
    };
    let text = scalar(value, "an interval").map_err(|_| wrong())?;
    if let Some(units) = whole(text).filter(|units| *units > 0) {
        return Ok(Interval::Units(units));
    }
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() => Ok(Interval::Time(time)),
        _ => Err(wrong()),
    }
}

/// A seed: a decimal number, or 0x and up to 64 hexadecimal digits.
pub fn seed(value: &HoconValue) -> Result<Seed, Wrong> {
    let wrong = || {
        Wrong::new("is not a seed")
            .help("write a whole number, or \"0x\" and up to 64 hexadecimal digits")
    };
    let text = scalar(value, "a seed").map_err(|_| wrong())?;
    Seed::parse(text).map_err(|_| wrong())
}

/// A number below 2^64, decimal or `0x…`.
pub fn data_seed(value: &HoconValue) -> Result<u64, Wrong> {
    let wrong = || Wrong::new("is not a whole number below 2^64, decimal or \"0x…\"");
    let text = scalar(value, "a seed").map_err(|_| wrong())?;
    let number = match text.strip_prefix("0x") {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => whole(text),
    };
    number.ok_or_else(wrong)
}

/// A database, by any of its names.
pub fn database(value: &HoconValue) -> Result<Database, Wrong> {
    let names = Database::NAMED.iter();
    let names: Vec<&str> = names.flat_map(|(_, names)| names.iter().copied()).collect();
    let wrong = || Wrong::new("is not a database that is known");
    let name = scalar(value, "a database").map_err(|_| wrong())?;
    Database::named(name).ok_or_else(|| wrong().help(among(name, &names)))
}

/// A version, such as `15.0`.
pub fn version(value: &HoconValue) -> Result<String, Wrong> {
    let wrong = || Wrong::new("is not a version such as \"15\" or \"2.14\"");
    let text = scalar(value, "a version").map_err(|_| wrong())?;
    let is_number = |part: &str| part.parse::<u32>().is_ok() && !part.starts_with('+');
    if text.split('.').all(is_number) {
        Ok(text.to_owned())
    } else {
        Err(wrong())
    }
}

/// Names of features.
pub fn feature_names(value: &HoconValue) -> Result<Vec<String>, Wrong> {
    let names = texts(value)?;
    let unknown = names.iter().find(|name| features::named(name).is_none());
    let Some(unknown) = unknown else {
        return Ok(names);
    };
    let known: Vec<_> = features::FEATURES.iter().map(|it| it.name).collect();
    Err(Wrong::new(format!("holds `{unknown}`, which is no feature")).help(among(unknown, &known)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hocon::ScalarValue;

    fn of(text: &str) -> HoconValue {
        HoconValue::Scalar(ScalarValue::string(text.to_owned()))
    }

    #[test]
    fn counts_are_whole() {
        let read = count(1..=1_000_000_000_000);
        assert_eq!(read(&of("1_000")), Ok(1_000));
        assert_eq!(read(&of("1e6")), Ok(1_000_000));
        for bad in ["", "0", "-1", "+1", "1.5", "1e30", "many", "1000000000001"] {
            assert!(read(&of(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size(&of("1GB")), Ok(1_000_000_000));
        assert_eq!(size(&of("1 GiB")), Ok(1 << 30));
        assert_eq!(size(&of("512k")), Ok(512_000));
        assert_eq!(size(&of("4096")), Ok(4096));
        for bad in ["", "0", "-1", "1 parsec", "GB"] {
            assert!(size(&of(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn shares_may_be_percentages() {
        assert_eq!(share(&of("0.8")), Ok(0.8));
        assert_eq!(share(&of("80%")), Ok(0.8));
        assert_eq!(share(&of("1e-4")), Ok(0.0001));
        for bad in ["", "0", "-0.5", "1.5", "101%", "NaN", "inf", "half"] {
            assert!(share(&of(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn intervals_are_units_or_times() {
        assert_eq!(interval(&of("1000")), Ok(Interval::Units(1000)));
        let time = Duration::from_secs(90);
        assert_eq!(interval(&of("1m 30s")), Ok(Interval::Time(time)));
        for bad in ["0", "0s", "soon", "-5s"] {
            assert!(interval(&of(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_are_numbers() {
        assert_eq!(version(&of("15.0")), Ok("15.0".to_owned()));
        for bad in ["", "15.", "v15", "+1", "latest"] {
            assert!(version(&of(bad)).is_err(), "{bad}");
        }
    }
}
