//! Labels of a recording.

use std::io;
use std::path::Path;

use clap::ValueEnum;

use crate::domain::Timestamp;
use crate::indicators::daytime::labelled::{Kind, Label};
use crate::indicators::daytime::recording::Recording;

use super::recordings::LEAST_UNIX_S;

/// Why labels were not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum LabelError {
    #[error("cannot read {name}: {source}")]
    Io { name: String, source: io::Error },
    #[error("{name}, line {line}: {found:?}: wanted is start_s,end_s,label with the labels rest, stress or activity")]
    Malformed { name: String, line: usize, found: String },
}

/// A label for everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WholeLabel {
    /// Nothing was asked of the person
    Rest,
    /// Stress tasks
    Stress,
    /// Exercise
    Activity,
}

impl WholeLabel {
    const fn kind(self) -> Kind {
        match self {
            Self::Rest => Kind::Rest,
            Self::Stress => Kind::Stress,
            Self::Activity => Kind::Activity,
        }
    }

    pub(super) const fn of_all(self) -> Label {
        Label { start_s: f64::NEG_INFINITY, end_s: f64::INFINITY, kind: self.kind() }
    }
}

/// Reads a labels file; the header and empty lines are passed by.
pub(super) fn read(file: &Path, recording: &Recording) -> Result<Vec<Label>, LabelError> {
    let name = || file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|source| LabelError::Io { name: name(), source })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let start_s = recording.start.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64();
    let mut labels = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || at == 0 && line.to_ascii_lowercase().starts_with("start_s") {
            continue;
        }
        let malformed = || LabelError::Malformed { name: name(), line: at + 1, found: line.chars().take(60).collect() };
        labels.push(label(line, start_s).ok_or_else(malformed)?);
    }
    Ok(labels)
}

fn label(line: &str, start_s: f64) -> Option<Label> {
    let mut fields = line.split(',').map(str::trim);
    let mut time = || {
        let seconds: f64 = fields.next()?.parse().ok().filter(|seconds: &f64| seconds.is_finite())?;
        Some(if seconds > LEAST_UNIX_S { seconds - start_s } else { seconds })
    };
    let (begin, end) = (time()?, time()?);
    let kind = WholeLabel::from_str(fields.next()?, true).ok()?.kind();
    (begin < end && fields.next().is_none()).then_some(Label { start_s: begin, end_s: end, kind })
}
