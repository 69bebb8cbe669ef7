//! The way of one message through the service: how it came and when, and by what name logs and traces follow it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::latency::Stopwatch;

/// How it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From the broker, on this connection.
    Broker { epoch: u64 },
    /// Over HTTP.
    Http,
    /// Out of quarantine, to be looked at again.
    Again,
    /// From a file of recorded messages.
    Recorded,
}

/// What is known of a message besides what it holds. It is small and is copied from thread to thread with the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    way: Way,
    number: u64,
    came: Stopwatch,
    pub(super) decoded: Option<(Stopwatch, Stopwatch)>,
    pub(super) is_sampled: bool,
}

/// Messages that nobody else counts.
static COUNTED: AtomicU64 = AtomicU64::new(0);

impl Passage {
    const fn by(way: Way, number: u64, came: Stopwatch) -> Self {
        Self { way, number, came, decoded: None, is_sampled: false }
    }

    /// Message `number` of connection `epoch` to the broker.
    #[must_use]
    pub const fn of_broker(epoch: u64, number: u64, came: Stopwatch) -> Self {
        Self::by(Way::Broker { epoch }, number, came)
    }

    /// A message that came over HTTP.
    #[must_use]
    pub fn over_http(came: Stopwatch) -> Self {
        Self::by(Way::Http, COUNTED.fetch_add(1, Ordering::Relaxed), came)
    }

    /// One that was refused before.
    #[must_use]
    pub fn again() -> Self {
        Self::by(Way::Again, COUNTED.fetch_add(1, Ordering::Relaxed), Stopwatch::start())
    }

    /// A recorded one, by its line.
    #[must_use]
    pub fn recorded(line: u64) -> Self {
        Self::by(Way::Recorded, line, Stopwatch::start())
    }

    /// Runs since it came.
    #[must_use]
    pub const fn came(&self) -> Stopwatch {
        self.came
    }

    /// Its name, where its sender calls it so.
    #[must_use]
    pub fn name<'a>(&self, message_id: Option<&'a str>) -> Name<'a> {
        Name { sent: message_id.filter(|id| is_shown(id)), way: self.way, number: self.number }
    }
}

/// The name of a message in logs and traces: its sender's `message_id` where that is one, and else one of ours, which
/// has a dot, so that neither can be taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    sent: Option<&'a str>,
    way: Way,
    number: u64,
}

/// The longest id that is shown as it is.
const MAX_SHOWN: usize = 64;
/// How much is shown of both ends of a longer one.
const END: usize = 24;

/// Whether an id is one: letters, digits and what joins them. What has a blank, a sign or a decimal point may be a
/// text or a value that does not belong there; it is not shown.
fn is_shown(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':'))
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match (self.sent, self.way) {
            // Its bytes are all ASCII, so it can be cut anywhere.
            (Some(id), _) if id.len() > MAX_SHOWN => write!(f, "{}..{}", &id[..END], &id[id.len() - END..]),
            (Some(id), _) => f.write_str(id),
            (None, Way::Broker { epoch }) => write!(f, "mqtt.{epoch}.{number}"),
            (None, Way::Http) => write!(f, "http.{number}"),
            (None, Way::Again) => write!(f, "again.{number}"),
            (None, Way::Recorded) => write!(f, "line.{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(message_id: Option<&str>) -> String {
        Passage::of_broker(3, 128, Stopwatch::start()).name(message_id).to_string()
    }

    #[test]
    fn a_message_has_the_name_that_its_sender_gave_it_and_else_one_of_ours() {
        assert_eq!(shown(Some("gw-7:000123")), "gw-7:000123");
        assert_eq!(shown(None), "mqtt.3.128");
        assert_eq!(Passage::recorded(12).name(None).to_string(), "line.12");
    }

    #[test]
    fn what_is_no_name_is_never_shown() {
        for id in ["", "rmssd 37", "37.4831", "a\nb", "a\u{1b}[31m", "{\"answers\":[1]}", "trôi", "mqtt.3.128", "a=1"]
        {
            assert_eq!(shown(Some(id)), "mqtt.3.128", "{id:?}");
        }
    }

    #[test]
    fn a_long_name_is_shown_by_its_ends() {
        let id = format!("{}{}", "a".repeat(200), "b".repeat(50));
        assert_eq!(shown(Some(&id)), format!("{}..{}", "a".repeat(24), "b".repeat(24)));
        let longest = "a".repeat(64);
        assert_eq!(shown(Some(&longest)), longest);
    }
}
