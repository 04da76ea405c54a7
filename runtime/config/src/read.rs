//! From values to settings: each key is read once, with its type, and what remains is unknown.

use crate::load::Loaded;
use crate::problem::Problem;
use crate::source::Place;
use crate::suggest::among;
use crate::text;
use hocon::HoconValue;

/// A setting, as it was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting<T> {
    /// What it says.
    pub value: T,
    /// Where; none for what has no place of its own.
    pub place: Option<Place>,
}

/// A key that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its path.
    pub path: String,
    /// Its value as HOCON writes it.
    pub text: String,
    /// Where.
    pub place: Option<Place>,
}

/// Why a value is none of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Follows the value: "is not …".
    pub what: String,
    /// What to do.
    pub help: Option<String>,
}

impl Wrong {
    /// The value "is not …".
    pub fn new(what: impl Into<String>) -> Self {
        let what = what.into();
        Self { what, help: None }
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads all of a configuration.
#[derive(Debug)]
pub struct Reader<'a> {
    loaded: &'a Loaded,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What was given and could be read, in the order of the reading.
    pub given: Vec<Given>,
}

impl<'a> Reader<'a> {
    /// Reads what was loaded.
    pub fn new(loaded: &'a Loaded) -> Self {
        Self {
            loaded,
            problems: Vec::new(),
            given: Vec::new(),
        }
    }

    /// The root.
    pub fn root(&mut self) -> Section<'_, 'a> {
        let fields = &self.loaded.root;
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
        Section {
            fields: fields.collect(),
            reader: self,
            path: String::new(),
            known: Vec::new(),
        }
    }

    /// Notes what is wrong, unless something else is wrong in the same line.
    pub fn wrong(&mut self, problem: Problem) {
        let is_spoilt = |place| self.loaded.is_spoilt(place);
        if !problem.place.is_some_and(is_spoilt) {
            self.problems.push(problem);
        }
    }

    /// Notes that a key is given and right, and tells where. Elements of lists are told with the list.
    fn give(&mut self, path: String, value: &HoconValue) -> Option<Place> {
        let place = self.loaded.value(&path);
        if !path.contains('[') {
            let text = text::of(value);
            self.given.push(Given { path, text, place });
        }
        place
    }

    fn wrong_value(&mut self, path: &str, value: &HoconValue, wrong: Wrong) {
        let message = format!("{path}: {} {}", text::short(value), wrong.what);
        let mut problem = Problem::new(message, self.loaded.value(path));
        problem.help = wrong.help;
        self.wrong(problem);
    }
}

/// The keys of an object.
#[derive(Debug)]
pub struct Section<'r, 'a> {
    reader: &'r mut Reader<'a>,
    path: String,
    fields: Vec<(&'a str, &'a HoconValue)>,
    known: Vec<&'static str>,
}

impl<'a> Section<'_, 'a> {
    /// The path of one of its keys.
    fn path_of(&self, name: &str) -> String {
        let name = crate::path::show(&[name]);
        match self.path.as_str() {
            "" => name,
            path => format!("{path}.{name}"),
        }
    }

    /// What stands at a key; `null` is as if it were not there.
    fn value(&mut self, name: &'static str) -> Option<&'a HoconValue> {
        self.known.push(name);
        let found = self.fields.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| *value).filter(|it| !it.is_null())
    }

    /// Whether a key is given.
    pub fn has(&self, name: &str) -> bool {
        let is_given = |(key, value): &(&str, &HoconValue)| *key == name && !value.is_null();
        self.fields.iter().any(is_given)
    }

    /// The setting of a key, if it is given and right.
    pub fn get<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&HoconValue) -> Result<T, Wrong>,
    ) -> Option<Setting<T>> {
        let value = self.value(name)?;
        let path = self.path_of(name);
        match parse(value) {
            Ok(parsed) => {
                let place = self.reader.give(path, value);
                Some(Setting {
                    value: parsed,
                    place,
                })
            }
            Err(wrong) => {
                self.reader.wrong_value(&path, value, wrong);
                None
            }
        }
    }

    /// As [`Section::get`]; a key that is not given is an error.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&HoconValue) -> Result<T, Wrong>,
        why: &str,
    ) -> Option<Setting<T>> {
        if !self.has(name) {
            self.known.push(name);
            self.missing(name, why);
            return None;
        }
        self.get(name, parse)
    }

    /// The object at a key, empty if it is not given. `read` reads it; keys that it leaves are unknown.
    pub fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_, 'a>) -> T,
    ) -> T {
        let fields = match self.value(name) {
            None => Vec::new(),
            Some(HoconValue::Object(fields)) => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
                fields.collect()
            }
            Some(other) => {
                let path = self.path_of(name);
                let wrong = Wrong::new("is not an object");
                let wrong = wrong.help(format!("write it like {name} {{ … }}"));
                self.reader.wrong_value(&path, other, wrong);
                Vec::new()
            }
        };
        self.inner(self.path_of(name), fields, read)
    }

    fn inner<T>(
        &mut self,
        path: String,
        fields: Vec<(&'a str, &'a HoconValue)>,
        read: impl FnOnce(&mut Section<'_, 'a>) -> T,
    ) -> T {
        let mut section = Section {
            reader: self.reader,
            path,
            fields,
            known: Vec::new(),
        };
        let result = read(&mut section);
        section.finish();
        result
    }

    /// The elements of a list of objects.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Section<'_, 'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.value(name) else {
            return Vec::new();
        };
        let path = self.path_of(name);
        let Some(elements) = value.as_array() else {
            let wrong = Wrong::new("is not a list");
            let wrong = wrong.help(format!("write it like {name} = [ {{ … }} ]"));
            self.reader.wrong_value(&path, value, wrong);
            return Vec::new();
        };
        let mut read_all = Vec::new();
        for (number, element) in elements.iter().enumerate() {
            let path = format!("{path}[{number}]");
            if let HoconValue::Object(fields) = element {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
                read_all.extend(self.inner(path, fields.collect(), &mut read));
            } else {
                let wrong = Wrong::new("is not an object");
                self.reader.wrong_value(&path, element, wrong);
            }
        }
        self.reader.give(path, value);
        read_all
    }

    /// All its keys, whatever their names, each an object.
    pub fn each_section<T>(
        &mut self,
        mut read: impl FnMut(&str, &mut Section<'_, 'a>) -> Option<T>,
    ) -> Vec<T> {
        let mut read_all = Vec::new();
        for (name, value) in std::mem::take(&mut self.fields) {
            let path = self.path_of(name);
            if let HoconValue::Object(fields) = value {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
                let read_one = |section: &mut Section<'_, 'a>| read(name, section);
                read_all.extend(self.inner(path, fields.collect(), read_one));
            } else if !value.is_null() {
                let wrong = Wrong::new("is not an object");
                self.reader.wrong_value(&path, value, wrong);
            }
        }
        read_all
    }

    /// All its keys, whatever their names, each a value.
    pub fn each<T>(
        &mut self,
        parse: impl Fn(&HoconValue) -> Result<T, Wrong>,
    ) -> Vec<(String, Setting<T>)> {
        let mut read = Vec::new();
        for (name, value) in std::mem::take(&mut self.fields) {
            let path = self.path_of(name);
            let place = self.reader.loaded.value(&path);
            match parse(value) {
                _ if value.is_null() => {}
                Ok(parsed) => {
                    self.reader.give(path, value);
                    let value = parsed;
                    read.push((name.to_owned(), Setting { value, place }));
                }
                Err(wrong) => {
                    let help = "quote names that hold a dot, as in \"shop.orders\" = 100";
                    let wrong = match value {
                        HoconValue::Object(_) => wrong.help(help),
                        _ => wrong,
                    };
                    self.reader.wrong_value(&path, value, wrong);
                }
            }
        }
        read
    }

    /// Takes a key, whatever it holds.
    pub fn ignore(&mut self, name: &'static str) {
        self.known.push(name);
    }

    /// Notes that a setting is wrong in a way that only shows beside others.
    pub fn refuse<T>(&mut self, name: &str, setting: &Setting<T>, message: &str, help: &str) {
        let message = format!("{}: {message}", self.path_of(name));
        self.reader
            .wrong(Problem::new(message, setting.place).help(help));
    }

    /// Notes that a key is missing.
    pub fn missing(&mut self, name: &str, why: &str) {
        let place = self.reader.loaded.key(&self.path);
        let message = format!("{}: missing; {why}", self.path_of(name));
        self.reader.wrong(Problem::new(message, place));
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self) {
        for (name, _) in &self.fields {
            if self.known.contains(name) {
                continue;
            }
            let path = self.path_of(name);
            let around = match self.path.as_str() {
                "" => "there is no such key".to_owned(),
                around => format!("`{around}` has no such key"),
            };
            let place = self.reader.loaded.key(&path);
            let problem = Problem::new(format!("{path}: {around}"), place);
            let problem = problem.help(among(name, &self.known));
            self.reader.wrong(problem);
        }
    }
}
