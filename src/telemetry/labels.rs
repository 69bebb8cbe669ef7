//! The closed sets of label values. A metric has one series for each of them from the start, so that
//! a rate over a series that never counted is 0 and not missing.

use crate::domain::alert::Level;
use crate::domain::indicator::HrvState;
use crate::domain::item::Stream;
use crate::domain::life::{CaseState, Milestone};
use crate::domain::rejection::Reason;

/// What became of an item, or of a message as a whole.
///
/// A message is `Accepted` if it changed anything, else `Duplicate` if any of its items was known
/// already, else `Rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It changed something.
    Accepted,
    /// It was there already.
    Duplicate,
    /// It was refused.
    Rejected,
}

/// What became of an attempt to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryOutcome {
    /// The other side took it.
    Delivered,
    /// It failed, or nobody knows; it is tried again.
    Retried,
    /// It was given up.
    Failed,
}

/// A part of the way from the broker to the alert. Together they make the delay of an alert that waits for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PipelineStage {
    /// From the wire to the row that holds the message: decoding, and waiting.
    TakeIn,
    /// The row onto the disk.
    Commit,
    /// From the disk through the engine, until what was decided is on disk too.
    Apply,
    /// From there until the broker has the alert.
    Publish,
}

/// What must hold for the service to be ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The session that takes readings in is connected.
    Broker,
    /// The connection over which alerts leave is up.
    Delivery,
    /// The store's directory is there.
    Store,
    /// The machine's clock is believed.
    Clock,
    /// Rows are applied about as fast as they are written.
    Lag,
    /// The start is over: the store is read, and the service does its work.
    Start,
}

impl Check {
    /// Its name, in metrics and in texts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.text()
    }
}

/// A closed set of values of one label.
pub(super) trait Label: Copy + 'static {
    /// The label's name.
    const KEY: &'static str;
    /// Every value, each at its own index.
    const VALUES: &'static [Self];
    /// Its place in [`Self::VALUES`].
    fn index(self) -> usize;
    /// Its text.
    fn text(self) -> &'static str;
}

macro_rules! label {
    ($name:ty, $key:literal, $($variant:path => $text:literal),+ $(,)?) => {
        impl Label for $name {
            const KEY: &'static str = $key;
            const VALUES: &'static [Self] = &[$($variant),+];
            fn index(self) -> usize {
                self as usize
            }
            fn text(self) -> &'static str {
                match self { $($variant => $text),+ }
            }
        }
    };
}

label!(Outcome, "outcome", Self::Accepted => "accepted", Self::Duplicate => "duplicate", Self::Rejected => "rejected");
label!(DeliveryOutcome, "outcome", Self::Delivered => "delivered", Self::Retried => "retried", Self::Failed => "failed");

label!(PipelineStage, "stage", Self::TakeIn => "take_in", Self::Commit => "commit", Self::Apply => "apply",
    Self::Publish => "publish");
label!(Check, "check", Self::Broker => "broker", Self::Delivery => "delivery", Self::Store => "store",
    Self::Clock => "clock", Self::Lag => "lag", Self::Start => "start");

macro_rules! domain_label {
    ($name:ty, $key:literal, $values:expr) => {
        impl Label for $name {
            const KEY: &'static str = $key;
            const VALUES: &'static [Self] = $values;
            fn index(self) -> usize {
                self as usize
            }
            fn text(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

domain_label!(Reason, "reason", Self::ALL);
domain_label!(HrvState, "state", &Self::ALL);
domain_label!(Level, "level", &Self::ALL);
domain_label!(CaseState, "state", Self::ALL);
domain_label!(Milestone, "step", Self::ALL);

/// The stream of a message, or none where its topic could not be read.
impl Label for Option<Stream> {
    const KEY: &'static str = "stream";
    const VALUES: &'static [Self] =
        &[None, Some(Stream::Readings), Some(Stream::Screenings), Some(Stream::Exposures), Some(Stream::Actions)];

    fn index(self) -> usize {
        self.map_or(0, |stream| stream as usize + 1)
    }

    fn text(self) -> &'static str {
        self.map_or("unknown", Stream::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_indexes<L: Label>() {
        for (place, value) in L::VALUES.iter().enumerate() {
            assert_eq!(value.index(), place, "{}={} is not at its own index", L::KEY, value.text());
        }
    }

    #[test]
    fn every_label_value_is_at_its_own_index() {
        assert_indexes::<Outcome>();
        assert_indexes::<CaseState>();
        assert_indexes::<Check>();
        assert_indexes::<PipelineStage>();
        assert_indexes::<DeliveryOutcome>();
        assert_indexes::<Reason>();
        assert_indexes::<HrvState>();
        assert_indexes::<Level>();
        assert_indexes::<Option<Stream>>();
    }

    #[test]
    fn every_stream_has_a_place() {
        for stream in Stream::ALL {
            assert!(<Option<Stream> as Label>::VALUES.contains(&Some(stream)));
        }
    }
}
