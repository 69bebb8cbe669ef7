//! A collector of traces, and how a service is told of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::receiver::Receiver;

/// A running collector.
pub(crate) struct Collector(Receiver);

/// A stage of a trace, as the collector read it.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty for the whole.
    pub(crate) parent: String,
    pub(crate) name: String,
    /// Nanoseconds since 1970.
    pub(crate) times: (u64, u64),
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        Self(Receiver::start("collector.py", &[]))
    }

    /// The section of the configuration that sends a share of all messages there.
    pub(crate) fn section(&self, share: f64) -> String {
        section(self.0.port(), share)
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.0.told()
    }

    /// Every stage so far.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let each = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
        let requests = self.requests().into_iter();
        let scopes = requests.flat_map(|told| each(&told["request"], "resourceSpans"));
        let spans = scopes.flat_map(|resource| each(&resource, "scopeSpans"));
        spans.flat_map(|scope| each(&scope, "spans")).map(|span| read(&span)).collect()
    }
}

pub(crate) fn section(port: u16, share: f64) -> String {
    format!("[traces]\nendpoint = \"http://127.0.0.1:{port}\"\nsample_ratio = {share:.1}\n")
}

fn read(span: &Value) -> Span {
    let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
    let time = |key: &str| text(key).parse().unwrap();
    let attributes = span["attributes"].as_array().cloned().unwrap_or_default();
    let attribute = |told: &Value| {
        let (_, value) = told["value"].as_object().unwrap().iter().next().unwrap();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (told["key"].as_str().unwrap().to_owned(), value)
    };
    Span {
        trace: text("traceId"),
        id: text("spanId"),
        parent: text("parentSpanId"),
        name: text("name"),
        times: (time("startTimeUnixNano"), time("endTimeUnixNano")),
        attributes: attributes.iter().map(attribute).collect(),
    }
}
