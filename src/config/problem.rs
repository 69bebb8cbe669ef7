//! One thing that is wrong with a setting or a rule, told so that it can be mended.

use std::fmt;
use std::path::Path;

/// One thing that is wrong: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the variable of the environment.
    pub origin: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// The key with its path, e.g. `mqtt.tls.ca_file`; empty where the whole file is meant.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}; {}", self.what, self.remedy)
    }
}

/// The text of a file that a setting names.
///
/// # Errors
/// That it cannot be read, with what to do about it.
pub(super) fn read(path: &Path, remedy: &str) -> Result<String, Problems> {
    std::fs::read_to_string(path).map_err(|error| {
        let (origin, what) = (path.display().to_string(), format!("cannot be read: {error}"));
        Problems(vec![Problem { origin, line: None, key: String::new(), what, remedy: remedy.to_owned() }])
    })
}

/// Everything that is wrong, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(pub Vec<Problem>);
