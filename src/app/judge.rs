//! Judges recorded messages as admission does, without a broker, a store or a register of workers.
//!
//! What enters are the lines of a file; what leaves is every refusal with its line and counts of the
//! rest. What only a running service knows is not judged: whether a worker is enrolled, whether an
//! item came before, whether an action exists.

use std::io::{self, BufRead, Read as _};

use super::admission::{Admission, RowParts};
use super::registry::{CaseDirectory, Numbers, Registry};
use super::{admission, service};
use crate::config::Settings;
use crate::decode;
use crate::decode::UnknownField;
use crate::decode::recording::{self, Recorded};
use crate::decode::times::Present;
use crate::decode::topic::{self, UpStream, UpTopic};
use crate::domain::Timestamp;
use crate::domain::ids::WorkerKey;
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::worker::Enrolment;

/// The longest line that is read; the longest payload that any setting allows fits into it.
const MAX_LINE_BYTES: usize = 32 * 1024 * 1024;

/// Names of unknown fields that are told; a file that has a name of its own for each value has no end of them.
const MAX_UNKNOWN: usize = 20;

/// One refusal, or one line that is no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The line, from 1.
    pub(super) line: u64,
    /// Why; `None` where the line itself is no recorded message.
    pub(super) reason: Option<Reason>,
    /// The item's place in the message, where one item was refused.
    pub(super) index: Option<u32>,
    /// What exactly.
    pub(super) detail: String,
}

/// What a file of messages comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Judged {
    /// Lines that hold a message.
    pub(super) messages: u64,
    /// Items that would be taken.
    pub(super) accepted: u64,
    /// Items and payloads that would be refused, and lines that are no message.
    pub(super) refused: u64,
    /// Fields that nobody knows; they are ignored.
    pub(super) unknown_fields: u64,
    /// Which they are, the first of many.
    pub(super) unknown: Vec<Unknown>,
    /// Whom the accepted items are about, as `site/worker`: the names under which to enrol them.
    pub(super) workers: Vec<String>,
}

/// A field that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    /// What it is, and what may have been meant.
    pub(super) field: UnknownField,
    /// Where it stood first.
    pub(super) line: u64,
    /// How often it came.
    pub(super) count: u64,
}

/// How the lines of a file are read.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// A recorded message a line; what was refused once, and has no time of its own, as if received now.
    Recorded {
        /// The present.
        at: Timestamp,
    },
    /// One payload a line, all of one topic, as if received at one moment.
    Bare {
        /// The topic.
        topic: String,
        /// The moment.
        received_at: Timestamp,
    },
}

/// Judges every line; `tell` hears of each refusal as it is found.
///
/// # Errors
/// Where the input cannot be read, or `tell` fails.
pub(super) fn judge(
    settings: &Settings,
    form: &Form,
    input: &mut impl BufRead,
    tell: &mut impl FnMut(Refusal) -> io::Result<()>,
) -> io::Result<Judged> {
    let mut judge = Judge::new(settings);
    let mut latest = None;
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        // One byte more than allowed shows that the line is too long.
        if input.by_ref().take(MAX_LINE_BYTES as u64 + 1).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() > MAX_LINE_BYTES {
            let detail = format!("the line is longer than {MAX_LINE_BYTES} bytes; nothing after it was read");
            tell(Refusal { line, reason: None, index: None, detail })?;
            judge.judged.refused += 1;
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let refusals = match form {
            Form::Bare { topic, received_at } => {
                let mut refusals = judge.message(line, topic, bytes.trim_ascii(), *received_at);
                hint_at_one_line(&bytes, &mut refusals);
                refusals
            }
            Form::Recorded { at } => match recorded(&bytes, *at, &mut latest) {
                Ok((read, at)) => judge.message(line, &read.topic, read.payload.as_bytes(), at),
                Err(detail) => {
                    tell(Refusal { line, reason: None, index: None, detail })?;
                    judge.judged.refused += 1;
                    continue;
                }
            },
        };
        judge.judged.refused += refusals.len() as u64;
        for Rejection { index, reason, detail } in refusals {
            tell(Refusal { line, reason: Some(reason), index, detail })?;
        }
    }
    let name = |key: &WorkerKey| format!("{}/{}", key.site, key.worker);
    judge.judged.workers = judge.admission.registry().list().iter().map(|profile| name(&profile.key)).collect();
    Ok(judge.judged)
}

/// A recorded line and its moment, checked against the latest so far; `at` where it has none, because it was refused.
fn recorded<'a>(
    bytes: &'a [u8],
    at: Timestamp,
    latest: &mut Option<Timestamp>,
) -> Result<(Recorded<'a>, Timestamp), String> {
    let line = recording::read(bytes)?;
    let Some(at) = line.received_at()? else { return Ok((line, at)) };
    if let Some(latest) = latest.filter(|latest| at < *latest) {
        return Err(format!("received_at {at} is before {latest} of an earlier line; sort the file by received_at"));
    }
    *latest = Some(at);
    Ok((line, at))
}

/// A payload that ends too early is most often one that was printed on many lines.
fn hint_at_one_line(line: &[u8], refusals: &mut [Rejection]) {
    let whole = serde_json::from_slice::<serde::de::IgnoredAny>(line);
    if let (Err(error), [Rejection { reason: Reason::NotJson, detail, .. }]) = (whole, refusals)
        && error.is_eof()
    {
        detail.push_str("; a payload has to stand on one line, as `jq -c . FILE` prints it");
    }
}

/// The service's own admission, with an empty register that takes anybody.
struct Judge {
    settings: admission::Settings,
    admission: Admission,
    judged: Judged,
}

impl Judge {
    fn new(settings: &Settings) -> Self {
        let settings = admission::Settings { enrolment: Enrolment::Open, ..service::admission_settings(settings) };
        let admission =
            Admission::new(settings.clone(), Registry::default(), Numbers::Derived, CaseDirectory::default());
        Self { settings, admission, judged: Judged::default() }
    }

    /// What is refused of one message; the rest is counted.
    fn message(&mut self, line: u64, topic: &str, payload: &[u8], received_at: Timestamp) -> Vec<Rejection> {
        let mut row = RowParts::default();
        let message = self.admission.prepare(topic, payload);
        self.admission.admit(message, Present::at(received_at), &mut row);
        let refused = row.messages.into_iter().flat_map(|message| message.refused).map(|refused| refused.rejection);
        // Only a running service knows which actions there are.
        let (unknown_actions, mut refused): (Vec<_>, Vec<_>) =
            refused.partition(|rejection| rejection.reason == Reason::UnknownAction);
        refused.sort_by_key(|rejection| rejection.index);
        self.judged.messages += 1;
        self.judged.accepted += (row.admitted + unknown_actions.len()) as u64;
        for field in self.unknown_fields(topic, payload) {
            self.note_unknown(line, field);
        }
        refused
    }

    /// Admission passes over fields that nobody knows; the programmer of a gateway wants to hear of them.
    fn unknown_fields(&self, topic: &str, payload: &[u8]) -> Vec<UnknownField> {
        match topic::parse(&self.settings.root, topic) {
            Ok(UpTopic { source, stream: UpStream::Items(stream), .. }) => {
                decode::unknown_fields(&source, stream, payload, &self.settings.limits)
            }
            Ok(UpTopic { stream: UpStream::Status, .. }) | Err(_) => Vec::new(),
        }
    }

    fn note_unknown(&mut self, line: u64, field: UnknownField) {
        self.judged.unknown_fields += 1;
        let unknown = &mut self.judged.unknown;
        match unknown.iter().position(|known| known.field == field) {
            Some(place) => unknown[place].count += 1,
            None if unknown.len() < MAX_UNKNOWN => unknown.push(Unknown { field, line, count: 1 }),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings;

    fn settings() -> Settings {
        let text = "[[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n";
        settings::parse(text, "vagus.toml", []).expect("sound")
    }

    /// Line, reason and index of a refusal.
    type Told = (u64, Option<&'static str>, Option<u32>);

    fn judged(form: &Form, text: &str) -> (Judged, Vec<Told>) {
        let mut told = Vec::new();
        let judged = judge(&settings(), form, &mut text.as_bytes(), &mut |refusal| {
            told.push((refusal.line, refusal.reason.map(Reason::as_str), refusal.index));
            Ok(())
        });
        (judged.expect("text can be read"), told)
    }

    const GOOD: &str = r#"{"kind":"tag","worker":"w-0042","date":"2026-03-01","tag":"alcohol"}"#;

    fn line(at: &str, topic: &str, payload: &str) -> String {
        format!("{{\"received_at\":\"{at}\",\"topic\":\"{topic}\",\"payload\":{payload}}}\n")
    }

    #[test]
    fn every_refusal_has_its_line_and_index() {
        let readings = "vagus/v1/plant-a/gw-7/readings";
        let screenings = "vagus/v1/plant-a/scr/screenings";
        let at = "2026-03-02T01:00:00Z";
        let gad7 = |answers: &str| {
            format!(
                r#"{{"worker":"w-1","instrument":"GAD-7","taken_at":"2026-03-01T09:00:00+07:00","answers":{answers}}}"#
            )
        };
        let text = [
            line(at, readings, &format!("[{GOOD},{{\"kind\":\"tag\",\"worker\":\"w-1\"}}]")),
            line(at, "vagus/v1/plant-b/gw-7/readings", GOOD),
            "\n".to_owned(),
            line(at, screenings, &gad7("[2,1,2,1,1,2,9]")),
            line(at, screenings, &gad7("[2,1,2,1,1,2,1]")),
            line("2026-09-01T01:00:00Z", readings, GOOD),
            line(at, readings, GOOD),
            "{\"received_at\":\"yesterday\"}\n".to_owned(),
            line("2026-09-02T01:00:00Z", "vagus/v1/plant-a/gw-7/status", "\"online\""),
        ]
        .concat();
        let (judged, told) = judged(&Form::Recorded { at: "2026-03-02T01:00:00Z".parse().expect("a time") }, &text);
        assert_eq!(
            told,
            [
                (1, Some("missing_field"), Some(1)),
                (2, Some("wrong_site"), None),
                (4, Some("bad_answers"), Some(0)),
                (6, Some("too_old"), Some(0)),
                (7, None, None),
                (8, None, None),
            ]
        );
        let workers = vec!["plant-a/w-0042".to_owned(), "plant-a/w-1".to_owned()];
        assert_eq!(
            judged,
            Judged { messages: 6, accepted: 2, refused: 6, unknown_fields: 0, unknown: Vec::new(), workers }
        );
    }

    #[test]
    fn bare_payloads_are_judged_by_the_topic_that_is_given() {
        let form = Form::Bare {
            topic: "vagus/v1/plant-a/gw-7/readings".to_owned(),
            received_at: "2026-03-02T01:00:00Z".parse().expect("a time"),
        };
        let (judged, told) = judged(&form, &format!("{GOOD}\n{{\"rmssd_ms\":NaN}}\n"));
        assert_eq!(told, [(2, Some("not_json"), None)]);
        assert_eq!((judged.messages, judged.accepted), (2, 1));
    }

    #[test]
    fn unknown_fields_are_named_with_what_may_have_been_meant() {
        let form = Form::Bare {
            topic: "vagus/v1/plant-a/gw-7/readings".to_owned(),
            received_at: "2026-03-02T01:00:00Z".parse().expect("a time"),
        };
        let hrv = r#"{"kind":"hrv","worker":"w-1","start":"2026-03-01T02:05:00Z","durations_s":300,"duration_s":300,
            "rmssd_ms":38.2,"meanHrBpm":60,"firmware":{"version":1},"tag":"alcohol"}"#
            .replace('\n', " ");
        let text = format!("{GOOD}\n{{\"mesage_id\":\"m\",\"items\":[{hrv},{hrv}]}}\n");
        let (judged, _) = judged(&form, &text);
        let told: Vec<_> = judged
            .unknown
            .iter()
            .map(|unknown| {
                let UnknownField { name, meant, is_misplaced } = &unknown.field;
                (name.as_str(), *meant, *is_misplaced, unknown.line, unknown.count)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("durations_s", Some("duration_s"), false, 2, 2),
                ("meanHrBpm", Some("mean_hr_bpm"), false, 2, 2),
                ("firmware", None, false, 2, 2),
                ("tag", None, true, 2, 2),
                ("mesage_id", Some("message_id"), false, 2, 1),
            ]
        );
        assert_eq!((judged.unknown_fields, judged.accepted), (9, 3));
    }
}
