//! What was refused, counted by reason, each with what to do.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::domain::rejection::Reason;
use crate::gateway::Tally;

/// The reason of a line that is no message; it never reaches the service, so it has none of the contract.
pub(super) const BAD_LINE: &str = "bad_line";
const BAD_LINE_REMEDY: &str = "a line is {\"received_at\":…,\"topic\":…,\"payload\":…}, and its topic one of mqtt.root";
const UNKNOWN_REMEDY: &str = "this version of Vagus does not know the reason; the detail says what is wrong";

/// How often something was refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Refused {
    reason: String,
    count: u64,
    remedy: &'static str,
}

impl Refused {
    pub(super) fn new(reason: &str, count: u64) -> Self {
        let known = Reason::parse(reason).map(Reason::remedy);
        let remedy = known.unwrap_or(if reason == BAD_LINE { BAD_LINE_REMEDY } else { UNKNOWN_REMEDY });
        Self { reason: reason.to_owned(), count, remedy }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {} × {}: {}", self.count, self.reason, self.remedy)
    }
}

/// The reasons of a publication, the most frequent first.
pub(super) fn by_reason(tally: &Tally) -> Vec<Refused> {
    let mut counts = tally.rejected.clone();
    if tally.unreadable > 0 {
        counts.insert(BAD_LINE.to_owned(), tally.unreadable);
    }
    sorted(&counts)
}

/// Reasons and how often each came, the most frequent first.
pub(super) fn sorted(counts: &BTreeMap<String, u64>) -> Vec<Refused> {
    let mut refused: Vec<Refused> = counts.iter().map(|(reason, count)| Refused::new(reason, *count)).collect();
    refused.sort_by_key(|refused| std::cmp::Reverse(refused.count));
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_remedy_and_the_most_frequent_comes_first() {
        let tally = Tally {
            rejected: BTreeMap::from([("too_old".to_owned(), 1), ("of_tomorrow".to_owned(), 2)]),
            unreadable: 3,
            ..Tally::default()
        };
        let lines: Vec<String> = by_reason(&tally).iter().map(ToString::to_string).collect();
        assert_eq!(lines[0], format!("  3 × bad_line: {BAD_LINE_REMEDY}"));
        assert_eq!(lines[1], format!("  2 × of_tomorrow: {UNKNOWN_REMEDY}"));
        assert_eq!(lines[2], format!("  1 × too_old: {}", Reason::TooOld.remedy()));
    }
}
