//! Stages in the words of OpenTelemetry.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::telemetry::latency::Stopwatch;
use crate::telemetry::traces::{Stage, Tag};

/// A moment of both clocks, by which a stopwatch becomes a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    pub(super) time: SystemTime,
    pub(super) watch: Stopwatch,
}

impl Anchor {
    /// When a stopwatch was started, which was before this moment.
    fn time_of(&self, watch: &Stopwatch) -> SystemTime {
        let before = Duration::from_secs_f64(watch.until_s(&self.watch));
        self.time.checked_sub(before).unwrap_or(self.time)
    }
}

/// A stage as it leaves.
pub(super) fn span(stage: Stage, anchor: &Anchor) -> SpanData {
    let Stage { trace, id, parent, name, from, until, is_failed, tags } = stage;
    let (trace, id) = (TraceId::from(trace), SpanId::from(id));
    SpanData {
        span_context: SpanContext::new(trace, id, TraceFlags::SAMPLED, false, TraceState::default()),
        parent_span_id: parent.map_or(SpanId::INVALID, SpanId::from),
        parent_span_is_remote: false,
        span_kind: if name == "message" { SpanKind::Consumer } else { SpanKind::Internal },
        name: name.into(),
        start_time: anchor.time_of(&from),
        end_time: anchor.time_of(&until),
        attributes: tags.into_iter().map(attribute).collect(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: if is_failed { Status::error("given up") } else { Status::Unset },
        instrumentation_scope: InstrumentationScope::builder("vagus").build(),
    }
}

fn attribute(tag: Tag) -> KeyValue {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    match tag {
        Tag::Message(name) => KeyValue::new("vagus.message_id", name),
        Tag::Site(site) => KeyValue::new("vagus.site", site.to_string()),
        Tag::Source(source) => KeyValue::new("vagus.source", source.to_string()),
        Tag::Stream(stream) => KeyValue::new("vagus.stream", stream.as_str()),
        Tag::Row(row) => KeyValue::new("vagus.row", number(row)),
        Tag::Accepted(count) => KeyValue::new("vagus.accepted", i64::from(count)),
        Tag::Duplicate(count) => KeyValue::new("vagus.duplicate", i64::from(count)),
        Tag::Rejected(count) => KeyValue::new("vagus.rejected", number(count as u64)),
        Tag::Event(id) => KeyValue::new("vagus.event", id),
        Tag::Channel(channel) => KeyValue::new("vagus.channel", channel.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::traces::Thread;

    #[test]
    fn a_stage_keeps_its_place_its_times_and_its_tags() {
        let from = Stopwatch::start();
        let until = Stopwatch::start();
        let anchor = Anchor { time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000), watch: until };
        let thread = Thread::new();
        let whole = span(thread.whole("message", from, until, vec![Tag::Accepted(47)]), &anchor);
        let part = span(Stage { is_failed: true, ..thread.stage("deliver", from, until, Vec::new()) }, &anchor);
        assert_eq!(whole.parent_span_id, SpanId::INVALID);
        assert_eq!(part.parent_span_id, whole.span_context.span_id());
        assert_eq!(part.span_context.trace_id(), whole.span_context.trace_id());
        assert_eq!((whole.end_time, whole.attributes[0].value.as_str().as_ref()), (anchor.time, "47"));
        assert!(whole.start_time <= whole.end_time);
        assert!(matches!(part.status, Status::Error { .. }));
    }
}
