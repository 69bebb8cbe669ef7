//! What this crate answers for a section of the file, and how it is held against the file.

use serde_json::Value;

/// The file's own tolerance, absolute or relative.
const TOLERANCE: f64 = 1e-6;

/// One value of the file, and where it stands inside its section.
#[derive(Debug)]
pub(crate) struct Leaf<'a> {
    path: Vec<String>,
    value: &'a Value,
}

impl Leaf<'_> {
    /// Section and the first step of the path, unless that is a number: enough to name a test by.
    pub(crate) fn group(&self, section: &str) -> String {
        let first = self.path.first().filter(|step| step.parse::<usize>().is_err());
        first.map_or_else(|| section.to_owned(), |step| format!("{section}/{step}"))
    }
}

/// Every value of a section that is no object and no list; a list or object with nothing in it too.
pub(crate) fn leaves(section: &Value) -> Vec<Leaf<'_>> {
    fn collect<'a>(path: &[String], value: &'a Value, into: &mut Vec<Leaf<'a>>) {
        let step = |name: String| [path, &[name]].concat();
        match value {
            Value::Object(map) if !map.is_empty() => {
                map.iter().for_each(|(key, inner)| collect(&step(key.clone()), inner, into));
            }
            Value::Array(list) if !list.is_empty() => {
                list.iter().enumerate().for_each(|(i, inner)| collect(&step(i.to_string()), inner, into));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                into.push(Leaf { path: path.to_vec(), value })
            }
        }
    }
    let mut all = Vec::new();
    collect(&[], section, &mut all);
    all
}

/// What is claimed of one place of a section, and of everything below it.
#[derive(Debug)]
enum Claim {
    /// This crate computes it.
    Computed(Value),
    /// It goes into a computation, or only says in words what the file holds.
    Input,
    /// It is not computed by this crate, and why.
    NotOurs(&'static str),
}

/// The claims about one section. The longest path that leads to a leaf decides.
#[derive(Debug, Default)]
pub(crate) struct Answers(Vec<(Vec<String>, Claim)>);

impl Answers {
    fn claim(&mut self, path: &str, claim: Claim) {
        self.0.push((path.split('|').filter(|step| !step.is_empty()).map(str::to_owned).collect(), claim));
    }

    /// This crate computes `value` for `path`, whose steps are parted by `|`. The value may be a whole
    /// list or object; what cannot be had is null.
    pub(crate) fn computed(&mut self, path: &str, value: impl Into<Value>) {
        self.claim(path, Claim::Computed(value.into()));
    }

    /// `path` is what the computations start from, or a remark.
    pub(crate) fn input(&mut self, path: &str) {
        self.claim(path, Claim::Input);
    }

    /// `path` belongs to another library or convention, which this crate does not have.
    pub(crate) fn not_ours(&mut self, path: &str, reason: &'static str) {
        self.claim(path, Claim::NotOurs(reason));
    }

    /// The claim that answers for a leaf, and its path.
    fn of(&self, leaf: &Leaf<'_>) -> Option<&(Vec<String>, Claim)> {
        self.0.iter().filter(|(path, _)| leaf.path.starts_with(path)).max_by_key(|(path, _)| path.len())
    }

    /// Holds a leaf against what is claimed of it.
    pub(crate) fn check(&self, leaf: &Leaf<'_>) -> Result<(), String> {
        let place = leaf.path.join("|");
        let Some((path, claim)) = self.of(leaf) else {
            return Err(format!("{place}: nothing answers for it"));
        };
        match claim {
            Claim::Input => Ok(()),
            Claim::NotOurs("") => Err(format!("{place}: left out without a reason")),
            Claim::NotOurs(_) => Ok(()),
            Claim::Computed(value) => {
                let found = leaf.path[path.len()..].iter().try_fold(value, |inner, step| part(inner, step));
                match found {
                    Some(found) if agree(found, leaf.value) => Ok(()),
                    found => Err(format!("{place}: {found:?} where the file has {}", leaf.value)),
                }
            }
        }
    }

    /// Claims that lead to no leaf, computed lists that are longer than the file's.
    pub(crate) fn surplus(&self, section: &Value) -> Option<String> {
        let surplus: Vec<String> = self
            .0
            .iter()
            .filter_map(|(path, claim)| {
                let inner = path.iter().try_fold(section, |inner, step| part(inner, step));
                let there = match (inner, claim) {
                    (None, _) => return Some(format!("{}: the file has no such place", path.join("|"))),
                    (Some(there), Claim::Computed(value)) => value.as_array().zip(there.as_array()),
                    (Some(_), Claim::Input | Claim::NotOurs(_)) => None,
                };
                there.filter(|(ours, theirs)| ours.len() != theirs.len()).map(|(ours, theirs)| {
                    format!("{}: {} values where the file has {}", path.join("|"), ours.len(), theirs.len())
                })
            })
            .collect();
        (!surplus.is_empty()).then(|| surplus.join("\n"))
    }
}

/// How many values of the file are what.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    computed: usize,
    inputs: usize,
    /// Place and reason of each claim that something is not ours, with its values.
    not_ours: Vec<(String, &'static str, usize)>,
}

impl Counts {
    /// Counts a section.
    pub(crate) fn add(&mut self, section: &str, vector: &Value, answers: &Answers) {
        for leaf in leaves(vector) {
            match answers.of(&leaf) {
                Some((_, Claim::Computed(_))) => self.computed += 1,
                Some((_, Claim::Input)) | None => self.inputs += 1,
                Some((path, Claim::NotOurs(reason))) => {
                    let place = format!("{section}|{}", path.join("|"));
                    match self.not_ours.iter_mut().find(|(known, ..)| *known == place) {
                        Some((.., count)) => *count += 1,
                        None => self.not_ours.push((place, reason, 1)),
                    }
                }
            }
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left_out: usize = self.not_ours.iter().map(|(.., count)| count).sum();
        writeln!(
            f,
            "reference vectors: {} values reproduced, {} inputs and remarks, {left_out} not ours:",
            self.computed, self.inputs
        )?;
        self.not_ours.iter().try_for_each(|(place, reason, count)| writeln!(f, "  {place} ({count}): {reason}"))
    }
}

/// The part of a list or an object that a step of a path leads to.
fn part<'a>(whole: &'a Value, step: &str) -> Option<&'a Value> {
    match whole.as_array() {
        Some(list) => list.get(step.parse::<usize>().ok()?),
        None => whole.get(step),
    }
}

fn agree(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0),
        _ => found == expected,
    }
}
