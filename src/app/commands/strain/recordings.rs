//! Finding and reading recordings.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::{SignedDuration, TimeZone, Timestamp};
use crate::indicators::daytime::recording::{Beat, Recording};

/// Folders of studies are nested, but not deeper than this.
const DEEPEST: usize = 6;
/// A number above this is a Unix time and not a measurement.
pub(super) const LEAST_UNIX_S: f64 = 1e8;
/// Steps of the acceleration in one g.
const ACCELERATION_STEPS: f64 = 64.0;

/// Why a recording was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("cannot read {name}: {source}")]
    Io { name: String, source: io::Error },
    #[error(
        "no recording in {0}: wanted is a folder with HR.csv or IBI.csv, or a CSV file with t_s and hr_bpm or ibi_ms"
    )]
    Nothing(String),
    #[error(
        "{name}, line 1: {found:?} is no start; wanted are Unix seconds, or a date and time like 2022-02-07 09:22:10"
    )]
    NoStart { name: String, found: String },
    #[error("{name}, line 1: the header {found:?} has no column t_s with hr_bpm or ibi_ms")]
    NoColumns { name: String, found: String },
}

/// Where a recording is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Folder(PathBuf),
    File(PathBuf),
}

/// A recording and what it is called.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) recording: Recording,
    /// Button presses, in seconds after the start.
    pub(super) tags_s: Vec<f64>,
}

impl Named {
    pub(super) const fn is_empty(&self) -> bool {
        self.recording.hr.is_empty() && self.recording.beats.is_empty()
    }
}

/// The recordings of all paths, in the order of the paths and of their names.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Source>, ReadError> {
    let mut sources = Vec::new();
    for path in paths {
        let before = sources.len();
        let data = fs::metadata(path).map_err(|source| ReadError::Io { name: path.display().to_string(), source })?;
        if data.is_dir() {
            search(path, DEEPEST, &mut sources)?;
        } else {
            sources.push(Source::File(path.clone()));
        }
        if sources.len() == before {
            return Err(ReadError::Nothing(path.display().to_string()));
        }
    }
    Ok(sources)
}

fn search(folder: &Path, deeper: usize, sources: &mut Vec<Source>) -> Result<(), ReadError> {
    let entries = entries(folder)?;
    if entries.iter().any(|file| is_named(file, "HR.csv") || is_named(file, "IBI.csv")) {
        sources.push(Source::Folder(folder.to_owned()));
    } else if deeper > 0 {
        for entry in entries.iter().filter(|entry| entry.is_dir()) {
            search(entry, deeper - 1, sources)?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let failed = |source| ReadError::Io { name: folder.display().to_string(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort();
    Ok(entries)
}

fn is_named(file: &Path, name: &str) -> bool {
    file.file_name().is_some_and(|found| found.eq_ignore_ascii_case(name)) && !file.is_dir()
}

impl Source {
    pub(super) fn read(&self) -> Result<Named, ReadError> {
        match self {
            Self::Folder(folder) => read_folder(folder),
            Self::File(file) => read_csv(file),
        }
    }

    /// A file of this name beside the data.
    pub(super) fn beside(&self, name: &str) -> Option<PathBuf> {
        let folder = match self {
            Self::Folder(folder) => folder.as_path(),
            Self::File(file) => file.parent()?,
        };
        Some(folder.join(name)).filter(|file| file.is_file())
    }
}

fn text_of(file: &Path) -> Result<String, ReadError> {
    let bytes = fs::read(file).map_err(|source| ReadError::Io { name: file.display().to_string(), source })?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn read_folder(folder: &Path) -> Result<Named, ReadError> {
    let files = entries(folder)?;
    let text = |name: &str| files.iter().find(|file| is_named(file, name)).map(|file| text_of(file)).transpose();
    let start_in = |name: &str, text: &Option<String>| match text.as_deref().and_then(|text| text.lines().next()) {
        Some(line) => start_of(&folder.join(name), line).map(Some),
        None => Ok(None),
    };
    let (hr, beats, acceleration) = (text("HR.csv")?, text("IBI.csv")?, text("ACC.csv")?);
    let (hr_start, beats_start) = (start_in("HR.csv", &hr)?, start_in("IBI.csv", &beats)?);
    let start_s = hr_start.or(beats_start).unwrap_or(0.0);
    let mut tags_s = Vec::new();
    for file in files.iter().filter(|file| is_tags(file)) {
        tags_s.extend(text_of(file)?.lines().filter_map(unix_s).map(|tag| tag - start_s));
    }
    let movement_g = match (&acceleration, start_in("ACC.csv", &acceleration)?) {
        (Some(text), Some(start)) => movement_of(text, start - start_s),
        (_, _) => Vec::new(),
    };
    let recording = Recording {
        start: timestamp(start_s),
        hr: hr.as_deref().map_or_else(Vec::new, |text| heart_rates(text, start_s)),
        beats: beats.as_deref().map_or_else(Vec::new, |text| beats_of(text, beats_start.unwrap_or(start_s) - start_s)),
        movement_g,
    };
    Ok(Named { name: folder.display().to_string(), recording, tags_s })
}

fn is_tags(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    name.starts_with("tags") && name.ends_with(".csv")
}

fn timestamp(unix_s: f64) -> Timestamp {
    let since = SignedDuration::try_from_secs_f64(unix_s).unwrap_or(SignedDuration::ZERO);
    Timestamp::UNIX_EPOCH.saturating_add(since).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The first field of a line as a number.
fn number(line: &str) -> Option<f64> {
    line.split(',').next()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// The first field of a line as Unix seconds, written as such or as a date and time.
fn unix_s(line: &str) -> Option<f64> {
    number(line).filter(|number| *number > LEAST_UNIX_S).or_else(|| {
        let field = line.split(',').next()?.trim();
        let instant: Option<Timestamp> = field.parse().ok();
        let civil =
            || field.parse::<jiff::civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
        Some(instant.or_else(civil)?.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64())
    })
}

fn start_of(file: &Path, line: &str) -> Result<f64, ReadError> {
    // Recordings that were made anonymous may start at 0.
    unix_s(line)
        .or_else(|| number(line).filter(|start| *start >= 0.0))
        .ok_or_else(|| ReadError::NoStart { name: file.display().to_string(), found: line.chars().take(40).collect() })
}

/// Heart rates once a step. A start in the middle is one that was written again, or another stretch.
fn heart_rates(text: &str, start_s: f64) -> Vec<(f64, f64)> {
    let (mut values, mut second, mut step_s, mut is_rate) = (Vec::new(), 0.0, 1.0, false);
    for (at, line) in text.lines().enumerate() {
        if at == 0 || number(line).is_none_or(|value| value > LEAST_UNIX_S) {
            if let Some(start) = unix_s(line) {
                (second, is_rate) = (start - start_s, true);
            } else {
                is_rate = at == 0;
            }
            continue;
        }
        let Some(value) = number(line) else { continue };
        if is_rate {
            step_s = if value > 0.0 { 1.0 / value } else { 1.0 };
            is_rate = false;
            continue;
        }
        values.push((second, value));
        second += step_s;
    }
    values
}

fn beats_of(text: &str, offset_s: f64) -> Vec<Beat> {
    let beat = |line: &str| {
        let mut fields = line.split(',').map(|field| field.trim().parse::<f64>().ok());
        let (end_s, rr_s) = (fields.next()??, fields.next()??);
        (end_s < LEAST_UNIX_S).then_some(Beat { end_s: end_s + offset_s, rr_ms: rr_s * 1_000.0 })
    };
    let mut beats: Vec<Beat> = text.lines().skip(1).filter_map(beat).collect();
    beats.sort_by(|a, b| a.end_s.total_cmp(&b.end_s));
    beats
}

/// SD of the acceleration's magnitude within each second.
fn movement_of(text: &str, offset_s: f64) -> Vec<f64> {
    let mut lines = text.lines().skip(1);
    let rate = lines.next().and_then(number).filter(|rate| (1.0..=1_000.0).contains(rate)).unwrap_or(32.0);
    let magnitude = |line: &str| {
        let mut squares = 0.0;
        for field in line.splitn(3, ',') {
            squares += (field.trim().parse::<f64>().ok()? / ACCELERATION_STEPS).powi(2);
        }
        Some(squares.sqrt())
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate from 1 to 1,000")]
    let a_second = rate.round() as usize;
    let magnitudes: Vec<f64> = lines.filter_map(magnitude).collect();
    let sd = |values: &[f64]| {
        let n = u32::try_from(values.len()).map_or(1.0, f64::from);
        let mean = values.iter().sum::<f64>() / n;
        (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let ahead = (offset_s.abs().round().min(86_400.0)) as usize;
    let seconds = magnitudes.chunks(a_second).map(sd);
    if offset_s < 0.0 {
        seconds.skip(ahead).collect()
    } else {
        std::iter::repeat_n(0.0, ahead).chain(seconds).collect()
    }
}

fn read_csv(file: &Path) -> Result<Named, ReadError> {
    let text = text_of(file)?;
    let header = text.lines().next().unwrap_or_default();
    let names: Vec<String> = header.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    let column = |name: &str| names.iter().position(|found| found == name);
    let (Some(time), hr, ibi) = (column("t_s"), column("hr_bpm"), column("ibi_ms")) else {
        return Err(no_columns(file, header));
    };
    if hr.is_none() && ibi.is_none() {
        return Err(no_columns(file, header));
    }
    let mut recording =
        Recording { start: Timestamp::UNIX_EPOCH, hr: Vec::new(), beats: Vec::new(), movement_g: Vec::new() };
    let mut start_s: Option<f64> = None;
    for line in text.lines().skip(1) {
        let fields: Vec<Option<f64>> = line.split(',').map(|field| field.trim().parse().ok()).collect();
        let field = |at: Option<usize>| fields.get(at?).copied().flatten().filter(|value: &f64| value.is_finite());
        let Some(t) = field(Some(time)) else { continue };
        let start = *start_s.get_or_insert(if t > LEAST_UNIX_S { t } else { 0.0 });
        recording.hr.extend(field(hr).map(|hr| (t - start, hr)));
        recording.beats.extend(field(ibi).map(|rr_ms| Beat { end_s: t - start, rr_ms }));
    }
    recording.start = timestamp(start_s.unwrap_or(0.0));
    recording.beats.sort_by(|a, b| a.end_s.total_cmp(&b.end_s));
    Ok(Named { name: file.display().to_string(), recording, tags_s: Vec::new() })
}

fn no_columns(file: &Path, header: &str) -> ReadError {
    ReadError::NoColumns { name: file.display().to_string(), found: header.chars().take(60).collect() }
}
