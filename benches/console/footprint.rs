//! What the process takes: memory, disk, time of a processor.

use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Context, Result};

/// Clock ticks a second in `/proc/PID/stat`: the same on every Linux that Rust runs on.
const TICKS_A_SECOND: f64 = 100.0;

/// What `stat` calls a block, whatever the file system calls one.
const BYTES_A_BLOCK: u64 = 512;

/// What a process takes at a moment.
pub(crate) struct Footprint {
    /// Memory that is there now, and the most that ever was, in MiB.
    resident_mib: u64,
    peak_mib: u64,
    /// What its store takes on disk, in MB.
    store_mb: u64,
    /// Of a processor so far, in s.
    pub(crate) processor_s: f64,
}

impl Footprint {
    /// Of the process `id`, whose store is below `directory`.
    pub(crate) fn of(id: u32, directory: &Path) -> Result<Self> {
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let mib = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
            let kib: u64 = line.split_whitespace().next().context("no number")?.parse()?;
            Ok(kib / 1024)
        };
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // The name in parentheses may hold blanks; of what follows it, fields 12 and 13 are user and system time.
        let (_, fields) = stat.rsplit_once(") ").context("not as proc(5) says")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        let ticks: f64 = ticks.sum::<Result<f64, _>>()?;
        Ok(Self {
            resident_mib: mib("VmRSS:")?,
            peak_mib: mib("VmHWM:")?,
            store_mb: bytes_below(directory)? / 1_000_000,
            processor_s: ticks / TICKS_A_SECOND,
        })
    }
}

/// What the files below a directory take on disk; those that go meanwhile are passed over.
fn bytes_below(directory: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path())?,
            Ok(metadata) => metadata.blocks() * BYTES_A_BLOCK,
            Err(_) => 0,
        };
    }
    Ok(bytes)
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resident_mib, peak_mib, store_mb, processor_s } = self;
        write!(
            f,
            "memory {resident_mib} MiB, at most {peak_mib} MiB; store {store_mb} MB; processor {processor_s:.0} s"
        )
    }
}
