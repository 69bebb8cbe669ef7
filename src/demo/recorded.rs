//! The recorded feed: four real people of the Stress-Predict study, stamped anew.
//!
//! About an hour each of an Empatica E4 wristband: Stroop test, interview and hyperventilation with
//! rests between. Published as `rr` readings with `end_ms`, because the recording has gaps: two beats
//! are successive only where the next one ends its own length after the one before.
//!
//! # Source
//! Iqbal et al. 2022, Sensors 22:8135; italha-d/Stress-Predict-Dataset, MIT (`recorded/LICENSE`).
//! Kept of each person: end of the beat and its length, both rounded to 1 ms, and the label.

use std::fmt::Write as _;

use bytes::Bytes;

use super::workforce::{Message, SITE};
use crate::domain::{SignedDuration, TimeZone, Timestamp};

const FILES: [(&str, &str); 4] = [
    ("rec-s06", include_str!("recorded/s06.csv")),
    ("rec-s24", include_str!("recorded/s24.csv")),
    ("rec-s33", include_str!("recorded/s33.csv")),
    ("rec-s34", include_str!("recorded/s34.csv")),
];
/// The longest reading.
const READING_MS: i64 = 300_000;

/// One beat of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Beat {
    end_ms: i64,
    rr_ms: i64,
    /// Whether a stress task was going on.
    is_task: bool,
}

/// Beats with one context, at most five minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    beats: Vec<Beat>,
}

/// A recorded person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recording {
    worker: &'static str,
    beats: Vec<Beat>,
}

/// Everybody who was recorded.
pub(super) fn recordings() -> Vec<Recording> {
    FILES.map(|(worker, text)| Recording { worker, beats: text.lines().filter_map(beat).collect() }).into()
}

/// A line of a file; none for the header.
fn beat(line: &str) -> Option<Beat> {
    let mut fields = line.split(',').map(|field| field.parse().ok());
    let (end_ms, rr_ms, task) = (fields.next()??, fields.next()??, fields.next()??);
    Some(Beat { end_ms, rr_ms, is_task: task == 1 })
}

impl Recording {
    pub(super) fn beats(&self) -> usize {
        self.beats.len()
    }

    /// The recording, stamped so that its last beat ends at `end`; one message a person.
    pub(super) fn message(&self, root: &str, end: Timestamp, zone: &TimeZone) -> Message {
        let length_ms = self.beats.last().map_or(0, |beat| beat.end_ms);
        let zero = end - SignedDuration::from_millis(length_ms);
        let items: Vec<String> = self.stretches().iter().map(|stretch| self.item(stretch, zero, zone)).collect();
        self.envelope(root, &format!("{}-{}", self.worker, end.as_second()), &items)
    }

    fn envelope(&self, root: &str, message_id: &str, items: &[String]) -> Message {
        Message {
            topic: format!("{root}/{SITE}/recorded/readings"),
            message_id: message_id.to_owned(),
            payload: Bytes::from(format!(r#"{{"message_id":"{message_id}","items":[{}]}}"#, items.join(","))),
            items: u32::try_from(items.len()).unwrap_or(u32::MAX),
            faulty: 0,
        }
    }

    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for beat in &self.beats {
            match stretches.last_mut().filter(|stretch| stretch.takes(*beat)) {
                Some(stretch) => stretch.beats.push(*beat),
                None => stretches.push(Stretch { beats: vec![*beat] }),
            }
        }
        stretches
    }

    fn item(&self, stretch: &Stretch, zero: Timestamp, zone: &TimeZone) -> String {
        let start_ms = stretch.start_ms();
        let start = zero + SignedDuration::from_millis(start_ms);
        let context = if stretch.beats.first().is_some_and(|beat| beat.is_task) { "work" } else { "rest_seated" };
        let mut item = format!(
            r#"{{"kind":"rr","worker":"{}","device":"e4","start":"{}","context":"{context}","rr_ms":["#,
            self.worker,
            start.display_with_offset(zone.to_offset(start)),
        );
        list(&mut item, stretch.beats.iter().map(|beat| beat.rr_ms));
        item.push_str(r#"],"end_ms":["#);
        list(&mut item, stretch.beats.iter().map(|beat| beat.end_ms - start_ms));
        item.push_str("]}");
        item
    }
}

impl Stretch {
    fn start_ms(&self) -> i64 {
        self.beats.first().map_or(0, |beat| beat.end_ms - beat.rr_ms)
    }

    fn takes(&self, beat: Beat) -> bool {
        self.beats.last().is_some_and(|last| last.is_task == beat.is_task)
            && beat.end_ms - self.start_ms() <= READING_MS
    }
}

fn list(text: &mut String, values: impl Iterator<Item = i64>) {
    for (place, value) in values.enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{self, Limits};
    use crate::domain::ids::SourceId;
    use crate::domain::item::Stream;

    #[test]
    fn recorded_feed_decodes_without_a_rejection() {
        let source = SourceId::parse("gw").unwrap();
        let zone = TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
        let end: Timestamp = "2026-03-01T08:00:00.123Z".parse().unwrap();
        let recordings = recordings();
        assert!(recordings.iter().map(Recording::beats).sum::<usize>() > 12_000);
        for recording in recordings {
            let message = recording.message("vagus/v1", end, &zone);
            let decoded = decode::decode(&source, Stream::Readings, &message.payload, &Limits::default());
            assert_eq!(decoded.refused, []);
            assert_eq!(decoded.unknown_fields, 0);
            assert_eq!(decoded.items.len(), message.items as usize);
            assert_eq!(decoded.message_id.as_deref(), Some(message.message_id.as_str()));
        }
    }

    #[test]
    fn stretches_keep_every_beat_and_one_context() {
        for recording in recordings() {
            let stretches = recording.stretches();
            assert_eq!(stretches.iter().map(|s| s.beats.len()).sum::<usize>(), recording.beats());
            assert!(stretches.iter().all(|s| s.beats.iter().all(|beat| beat.is_task == s.beats[0].is_task)));
            assert!(stretches.iter().any(|s| s.beats[0].is_task) && stretches.iter().any(|s| !s.beats[0].is_task));
        }
    }
}
