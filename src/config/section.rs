//! Reads a TOML document section by section, collecting every problem instead of stopping at the first.
//!
//! The reader of a section asks for each key it knows; what is left over at the end is unknown and is
//! a problem too. So the list of known keys is the code that reads them, and cannot fall behind it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use toml::de::DeTable;

use super::problem::Problem;
use super::value::{Lines, Placed, Setting, Value, table};
use crate::domain::nearest::nearest;
use crate::tls;

/// Prefix and separator of settings in the environment.
pub(super) const ENV_PREFIX: &str = "VAGUS__";

/// A document that is being read.
pub(super) struct Document {
    origin: String,
    root: RefCell<BTreeMap<String, Placed>>,
    /// Overrides not asked for yet: dotted lower-case key, then the variable's name and its text.
    overrides: RefCell<BTreeMap<String, (String, String)>>,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Problem>>,
    known: RefCell<Vec<String>>,
}

impl Document {
    /// Parses a text. Without sound syntax nothing else is looked at.
    ///
    /// # Errors
    /// Every fault of syntax.
    pub(super) fn parse(text: &str, origin: &str) -> Result<Self, Vec<Problem>> {
        let lines = Lines::of(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let problem = |error: &toml::de::Error| Problem {
                origin: origin.to_owned(),
                line: error.span().map(|span| lines.line(span.start)),
                key: String::new(),
                what: format!("is not TOML: {}", error.message()),
                remedy: "mend the line (texts stand in quotes, each key once, sections as [name])".to_owned(),
            };
            return Err(errors.iter().map(problem).collect());
        }
        Ok(Self {
            origin: origin.to_owned(),
            root: RefCell::new(table(root.get_ref(), &lines)),
            overrides: RefCell::default(),
            problems: RefCell::default(),
            warnings: RefCell::default(),
            known: RefCell::default(),
        })
    }

    /// Lets variables named `VAGUS__SECTION__KEY` override what the file says.
    pub(super) fn override_with(&self, environment: impl IntoIterator<Item = (String, String)>) {
        let overrides = environment.into_iter().filter_map(|(name, text)| {
            let key = name.strip_prefix(ENV_PREFIX)?.to_ascii_lowercase().replace("__", ".");
            Some((key, (name, text)))
        });
        self.overrides.borrow_mut().extend(overrides);
    }

    /// The top of the document.
    pub(super) fn root(&self) -> Section<'_> {
        Section::new(self, String::new(), None, self.root.take())
    }

    /// Adds a problem that is not one of a section.
    pub(super) fn add(&self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.borrow_mut().extend(problems);
    }

    /// What is allowed and hardly meant, by line.
    pub(super) fn take_warnings(&self) -> Vec<Problem> {
        let mut warnings = self.warnings.take();
        warnings.sort_by_key(|warning| warning.line);
        warnings
    }

    /// Whether no problem was found so far.
    pub(super) fn is_sound(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// Every problem, by line, and every key that was asked for.
    pub(super) fn finish(self) -> (Vec<Problem>, Vec<String>) {
        let mut problems = self.problems.into_inner();
        for (key, (name, _)) in self.overrides.into_inner() {
            problems.push(Problem {
                origin: format!("environment variable {name}"),
                line: None,
                key,
                what: "is no setting".to_owned(),
                remedy:
                    "unset it, or name a key of config/vagus.toml; sites are set in that file only, rules and thresholds in the rule file"
                        .to_owned(),
            });
        }
        problems.sort_by_key(|problem| problem.line);
        (problems, self.known.into_inner())
    }
}

/// One section that is being read.
pub(super) struct Section<'d> {
    document: &'d Document,
    path: String,
    line: Option<usize>,
    entries: BTreeMap<String, Placed>,
    /// Where each key that was asked for stands: its line, or the variable it came from.
    places: BTreeMap<String, Place>,
    known: Vec<String>,
}

#[derive(Clone)]
enum Place {
    Line(usize),
    Variable(String),
}

impl<'d> Section<'d> {
    fn new(document: &'d Document, path: String, line: Option<usize>, entries: BTreeMap<String, Placed>) -> Self {
        Self { document, path, line, entries, places: BTreeMap::new(), known: Vec::new() }
    }

    fn key_path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn note(&mut self, key: &'static str) -> String {
        self.knows(key);
        let path = self.key_path(key);
        self.document.known.borrow_mut().push(path.clone());
        path
    }

    fn knows(&mut self, key: &str) {
        if !self.known.iter().any(|known| known == key) {
            self.known.push(key.to_owned());
        }
    }

    /// Whether the section has anything in it that was not asked for yet.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key) || self.places.contains_key(key)
    }

    /// Whether a key that was not asked for yet holds a text.
    pub(super) fn is_text(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(|placed| matches!(placed.value, Value::Text(_)))
    }

    /// The value of a key, where it is given and of the right kind.
    pub(super) fn get<T: Setting>(&mut self, key: &'static str) -> Option<T> {
        let path = self.note(key);
        let placed = self.entries.remove(key);
        let from_environment = self.document.overrides.borrow_mut().remove(&path);
        let (value, found) = if let Some((name, text)) = from_environment {
            let value = T::from_text(&text);
            self.places.insert(key.to_owned(), Place::Variable(name));
            (value, format!("is {text:?}"))
        } else {
            let Placed { line, value } = placed?;
            self.places.insert(key.to_owned(), Place::Line(line));
            let kind = value.kind();
            (T::from_value(value), format!("is {kind}"))
        };
        if value.is_none() {
            self.problem(key, &format!("{found}, which does not fit"), &format!("give {}", T::EXPECTED));
        }
        value
    }

    /// The value of a key that must be given.
    pub(super) fn require<T: Setting>(&mut self, key: &'static str, why: &str) -> Option<T> {
        let value = self.get(key);
        if value.is_none() && !self.places.contains_key(key) {
            self.problem(key, "is missing", &format!("give {}: {why}", T::EXPECTED));
        }
        value
    }

    /// The path of a file that can be read now, where it is given.
    pub(super) fn readable_file(&mut self, key: &'static str) -> Option<PathBuf> {
        let path: PathBuf = self.get(key)?;
        let opened = std::fs::File::open(&path).and_then(|file| file.metadata()).map(|meta| meta.is_file());
        let what = match opened {
            Ok(true) => return Some(path),
            Ok(false) => format!("is {}, which is no file", path.display()),
            Err(error) => format!("is {}, which cannot be read: {error}", path.display()),
        };
        self.problem(key, &what, "name a readable file; relative paths start from the working directory");
        None
    }

    /// The path of a file of authorities' certificates, where it is given.
    pub(super) fn authorities_file(&mut self, key: &'static str) -> Option<PathBuf> {
        let path = self.readable_file(key)?;
        let checked = tls::check_authorities(&path);
        if let Err(error) = &checked {
            let remedy = "name the PEM file of the authority: its certificate, from -----BEGIN CERTIFICATE----- on";
            self.problem(key, &error.to_string(), remedy);
        }
        checked.ok().map(|()| path)
    }

    /// The value of a key, or its default.
    pub(super) fn get_or<T: Setting>(&mut self, key: &'static str, default: T) -> T {
        self.get(key).unwrap_or(default)
    }

    /// A number within a range, or its default.
    pub(super) fn number<T>(&mut self, key: &'static str, default: T, range: RangeInclusive<T>) -> T
    where
        T: Setting + PartialOrd + Display,
    {
        match self.get::<T>(key) {
            Some(number) if range.contains(&number) => number,
            Some(number) => {
                let (low, high) = (range.start(), range.end());
                self.problem(
                    key,
                    &format!("is {number}, outside {low} to {high}"),
                    &format!("give a value in between; the default is {default}"),
                );
                default
            }
            None => default,
        }
    }

    /// One of a few words, where it is given.
    pub(super) fn choice<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        words: &[&str],
    ) -> Option<T> {
        let text: String = self.get(key)?;
        let value = parse(&text);
        if value.is_none() {
            let meant = nearest(&text, words.iter().copied());
            let meant = meant.map(|word| format!("did you mean {word:?}? ")).unwrap_or_default();
            self.problem(key, &format!("is {text:?}"), &format!("{meant}give one of: {}", words.join(", ")));
        }
        value
    }

    /// A section within this one; an absent one is empty.
    pub(super) fn section(&mut self, key: &str) -> Section<'d> {
        self.knows(key);
        let path = self.key_path(key);
        match self.entries.remove(key) {
            None => Section::new(self.document, path, None, BTreeMap::new()),
            Some(Placed { line, value: Value::Table(entries) }) => {
                self.places.insert(key.to_owned(), Place::Line(line));
                Section::new(self.document, path, Some(line), entries)
            }
            Some(Placed { line, value }) => {
                self.places.insert(key.to_owned(), Place::Line(line));
                self.problem(key, &format!("is {}", value.kind()), &format!("make it a section: [{path}]"));
                Section::new(self.document, path, Some(line), BTreeMap::new())
            }
        }
    }

    /// The sections of a list, `[[key]]` or inline.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Section<'d>> {
        self.knows(key);
        let path = self.key_path(key);
        let Some(Placed { line, value }) = self.entries.remove(key) else { return Vec::new() };
        self.places.insert(key.to_owned(), Place::Line(line));
        let remedy = format!("write it as one [[{path}]] section for each");
        let Value::List(items) = value else {
            self.problem(key, &format!("is {}", value.kind()), &remedy);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            if let Value::Table(entries) = item.value {
                let path = format!("{path}[{index}]");
                sections.push(Section::new(self.document, path, Some(item.line), entries));
            } else {
                self.problem(key, &format!("holds {}", item.value.kind()), &remedy);
            }
        }
        sections
    }

    /// The names of the sections in this one, for sections that are named by the user.
    pub(super) fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// Names the section otherwise in problems, once it is known what it is about.
    pub(super) fn rename(&mut self, path: String) {
        self.path = path;
    }

    /// Something is wrong with a key.
    pub(super) fn problem(&self, key: &str, what: &str, remedy: &str) {
        self.document.add([self.told(key, what, remedy)]);
    }

    /// A key says something that is allowed and hardly meant.
    pub(super) fn warn(&self, key: &str, what: &str, remedy: &str) {
        self.document.warnings.borrow_mut().push(self.told(key, what, remedy));
    }

    fn told(&self, key: &str, what: &str, remedy: &str) -> Problem {
        let place = self.places.get(key).cloned().or(self.line.map(Place::Line));
        let (origin, line) = match place {
            Some(Place::Variable(name)) => (format!("environment variable {name}"), None),
            Some(Place::Line(line)) => (self.document.origin.clone(), Some(line)),
            None => (self.document.origin.clone(), None),
        };
        let key = if key.is_empty() { self.path.clone() } else { self.key_path(key) };
        Problem { origin, line, key, what: what.to_owned(), remedy: remedy.to_owned() }
    }

    /// A key that has no place here, and what to do instead.
    pub(super) fn refuse(&mut self, key: &str, what: &str, remedy: &str) {
        if let Some(placed) = self.entries.remove(key) {
            self.places.insert(key.to_owned(), Place::Line(placed.line));
            self.problem(key, what, remedy);
        }
    }

    /// Whether nothing is left that was not asked for.
    pub(super) fn is_used_up(&self) -> bool {
        self.entries.is_empty()
    }

    /// Everything that was not asked for is unknown.
    pub(super) fn finish(mut self) {
        self.refuse_unknown();
    }

    /// The same for a section that is looked at again.
    pub(super) fn refuse_unknown(&mut self) {
        let known = self.known.join(", ");
        for (key, placed) in std::mem::take(&mut self.entries) {
            self.places.insert(key.clone(), Place::Line(placed.line));
            let remedy = match nearest(&key, self.known.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean {meant}? remove it, or use one of: {known}"),
                None if known.is_empty() => "remove it".to_owned(),
                None => format!("remove it, or use one of: {known}"),
            };
            self.problem(&key, "is not a known key", &remedy);
        }
    }
}
