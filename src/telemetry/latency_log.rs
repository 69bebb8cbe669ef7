//! What was measured, interval after interval, as a file that HdrHistogram's own tools read.
//!
//! One line for an interval and a tag, in microseconds: `alert` is the delay of alerts, the others are
//! the stages. A file that has grown to its bound goes on as one with `.1` behind its name.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, IntervalLogWriterError, Tag};

use crate::domain::Timestamp;

/// The name of the file in the store's directory.
pub const FILE: &str = "latency.hlog";
/// A file of this length is put aside: some weeks of a busy service.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The tools show the largest value of a line divided by this: milliseconds of microseconds.
const MAX_VALUE_DIVISOR: f64 = 1e3;

/// What was measured in an interval, by tag; only what was measured at all.
pub type Interval = Vec<(&'static str, Histogram<u64>)>;

/// The file, and since when the next interval runs.
#[derive(Debug)]
pub struct LatencyLog {
    path: PathBuf,
    since: Timestamp,
    max_bytes: u64,
}

impl LatencyLog {
    /// The log in a directory; the first interval begins now.
    #[must_use]
    pub fn in_directory(directory: &Path, now: Timestamp) -> Self {
        Self { path: directory.join(FILE), since: now, max_bytes: MAX_BYTES }
    }

    /// Adds an interval that ends now. One in which nothing was measured leaves no line.
    ///
    /// # Errors
    /// Where the file cannot be written; the interval is gone then.
    pub fn write(&mut self, measured: &Interval, now: Timestamp) -> io::Result<()> {
        let (since, lasted) = (since_1970(self.since), now.duration_since(self.since));
        self.since = now;
        if measured.is_empty() {
            return Ok(());
        }
        let (file, is_new) = self.open()?;
        let mut lines = BufWriter::new(file);
        let mut serializer = V2DeflateSerializer::new();
        let mut begin = IntervalLogWriterBuilder::new();
        begin.with_max_value_divisor(MAX_VALUE_DIVISOR);
        if is_new {
            begin.add_comment("[Histogram log format version 1.3]");
            begin.add_comment("Vagus: delays in microseconds, by tag");
            begin.with_start_time(SystemTime::UNIX_EPOCH + since);
        }
        let mut log = begin.begin_log_with(&mut lines, &mut serializer)?;
        let lasted = Duration::try_from(lasted).unwrap_or_default();
        for (tag, histogram) in measured {
            log.write_histogram(histogram, since, lasted, Tag::new(tag)).map_err(|error| match error {
                IntervalLogWriterError::IoError(error) => error,
                IntervalLogWriterError::SerializeError(error) => io::Error::other(error),
            })?;
        }
        lines.flush()
    }

    /// The file, and whether it is empty.
    fn open(&self) -> io::Result<(File, bool)> {
        let length = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        if length >= self.max_bytes {
            std::fs::rename(&self.path, self.path.with_extension("hlog.1"))?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        let is_new = file.metadata()?.len() == 0;
        Ok((file, is_new))
    }
}

fn since_1970(at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(Timestamp::UNIX_EPOCH)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;

    fn measured(micros: u64) -> Interval {
        let mut histogram = Histogram::new(3).unwrap();
        histogram.record(micros).unwrap();
        vec![("alert", histogram)]
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_line_says_since_when_how_long_and_the_most_in_milliseconds() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = LatencyLog::in_directory(directory.path(), at(1_000));
        log.write(&measured(1_000), at(1_060)).unwrap();
        log.write(&Vec::new(), at(1_120)).unwrap();
        log.write(&measured(1_500), at(1_180)).unwrap();
        let text = std::fs::read(directory.path().join(FILE)).unwrap();
        let lines: Vec<(f64, f64, f64)> = IntervalLogIterator::new(&text)
            .filter_map(|entry| match entry.unwrap() {
                LogEntry::Interval(line) => {
                    assert_eq!(line.tag(), Tag::new("alert"));
                    Some((line.start_timestamp().as_secs_f64(), line.duration().as_secs_f64(), line.max()))
                }
                LogEntry::StartTime(_) | LogEntry::BaseTime(_) => None,
            })
            .collect();
        assert_eq!(lines, [(1_000.0, 60.0, 1.0), (1_120.0, 60.0, 1.5)]);
    }

    #[test]
    fn a_file_at_its_bound_is_put_aside_and_one_before_that_goes() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = LatencyLog { max_bytes: 1, ..LatencyLog::in_directory(directory.path(), at(0)) };
        for second in 1..=3 {
            log.write(&measured(1_000), at(second)).unwrap();
        }
        let lines = |name: &str| {
            let text = std::fs::read_to_string(directory.path().join(name)).unwrap();
            text.lines().filter(|line| line.starts_with("Tag=")).map(|l| l[..15].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            (lines("latency.hlog.1"), lines(FILE)),
            (vec!["Tag=alert,1.000".into()], vec!["Tag=alert,2.000".into()])
        );
    }
}
