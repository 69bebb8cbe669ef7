//! What a program asks of the kernel, held against the filter of the unit.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::package::said;
use crate::unit::values;

/// The calls of a set such as `@system-service`, with those of the sets in it.
fn of_set(set: &str) -> BTreeSet<String> {
    let told = said(Command::new("systemd-analyze").args(["syscall-filter", "--no-pager", set]));
    let lines = told.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#') && *line != set);
    lines
        .flat_map(|line| if line.starts_with('@') { of_set(line) } else { BTreeSet::from([line.to_owned()]) })
        .collect()
}

/// The calls that a unit lets through.
pub(crate) fn allowed(unit: &str) -> BTreeSet<String> {
    let mut allowed = BTreeSet::new();
    for filter in values(unit, "SystemCallFilter") {
        let sets = |words: &str| words.split_whitespace().flat_map(of_set).collect::<BTreeSet<_>>();
        match filter.strip_prefix('~') {
            Some(words) => allowed = allowed.difference(&sets(words)).cloned().collect(),
            None => allowed.extend(sets(filter)),
        }
    }
    // Called by what starts the program, and by no filter's leave.
    allowed.insert("execve".to_owned());
    allowed
}

/// The calls in a trace by `strace -f`, from the start of that program on.
pub(crate) fn called(trace: &Path, program: &str) -> BTreeSet<String> {
    let trace = std::fs::read_to_string(trace).unwrap();
    let lines = trace.lines().skip_while(|line| !line.contains(&format!("execve(\"{program}\"")));
    let name = |line: &str| {
        let (_, call) = line.trim_start().split_once(' ')?;
        let (name, _) = call.trim_start().split_once('(')?;
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name.then(|| name.to_owned())
    };
    lines.filter_map(name).collect()
}
