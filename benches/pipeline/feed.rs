//! The readings, encoded as MQTT packets before the clock starts.
//!
//! Each reading is one five-minute window of one worker's night and has a (worker, start) of its own.
//! Nights lie back to back up to yesterday, so that all of them are recent enough to be taken.

use std::fmt::Write as _;
use std::ops::Range;

use anyhow::{Result, ensure};
use vagus::clock::Clock;
use vagus::domain::{SignedDuration, TimeZone, Timestamp};

use crate::arguments::Order;

/// How many people wear a band.
pub(crate) const WORKERS: u32 = 1_000;
/// How many gateways they are spread over.
const GATEWAYS: u32 = 20;
/// Readings in a packed message.
pub(crate) const PACKED: usize = 50;
/// The site of the feed.
pub(crate) const SITE: &str = "plant-a";
/// The zone of the site.
pub(crate) const ZONE: &str = "Asia/Ho_Chi_Minh";

/// Makes a reading about 395 bytes long.
const VENDOR_FIELDS: &str = concat!(
    r#","firmware":"4.12.0","battery_pct":81,"skin_temp_c":33.4,"spo2_pct":97,"motion_rms_g":0.012,"#,
    r#""gateway_rssi_dbm":-67,"sensor":"ppg-green-525nm","algorithm":"hrv-3.2","wear_confidence":0.99"#
);

const WINDOW_S: u32 = 300;
const WINDOWS_A_NIGHT: u32 = 96;
/// Vagus takes readings of the last 77 days; the first night begins a day before its date.
const MAX_NIGHTS: u32 = 75;

/// How readings are put into a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One item.
    Object,
    /// Fifty items.
    Array,
    /// Fifty items and a message id, so that a receipt comes.
    Envelope,
}

/// Which readings there are.
pub(crate) struct Plan {
    /// Begin of the first night.
    first: Timestamp,
    windows: u32,
    order: Order,
    /// What a vendor adds to each reading; unknown to Vagus, which ignores and counts it.
    vendor_fields: &'static str,
}

impl Plan {
    /// As many windows for each worker as make up `readings`.
    pub(crate) fn new(readings: u32, order: Order, has_vendor_fields: bool) -> Result<Self> {
        let windows = readings.div_ceil(WORKERS).max(1);
        let nights = windows.div_ceil(WINDOWS_A_NIGHT);
        ensure!(nights <= MAX_NIGHTS, "at most {} readings fit", MAX_NIGHTS * WINDOWS_A_NIGHT * WORKERS);
        let today = Clock::System.now().to_zoned(TimeZone::get(ZONE)?).start_of_day()?.timestamp();
        // 22:00 of the day before; the last night ends yesterday morning.
        let back = SignedDuration::from_hours(i64::from(nights) * 24 + 26);
        let vendor_fields = if has_vendor_fields { VENDOR_FIELDS } else { "" };
        Ok(Self { first: today - back, windows, order, vendor_fields })
    }

    pub(crate) fn readings(&self) -> u64 {
        u64::from(self.windows) * u64::from(WORKERS)
    }

    pub(crate) fn windows(&self) -> Range<u32> {
        0..self.windows
    }

    /// The windows of each of `count` rounds, as even as whole windows allow.
    pub(crate) fn rounds(&self, count: u32) -> Vec<Range<u32>> {
        let count = count.min(self.windows);
        (0..count).map(|n| n * self.windows / count..(n + 1) * self.windows / count).collect()
    }

    fn start_of(&self, window: u32) -> String {
        let night = i64::from(window / WINDOWS_A_NIGHT) * 24 * 3_600;
        let start = self.first + SignedDuration::from_secs(night + i64::from(window % WINDOWS_A_NIGHT * WINDOW_S));
        start.to_string()
    }
}

/// Packets, ready to be written one after the other.
pub(crate) struct Feed {
    pub(crate) bytes: Vec<u8>,
    /// Where each packet ends.
    pub(crate) ends: Vec<usize>,
    pub(crate) readings: u64,
}

impl Feed {
    /// Encodes the readings of `windows`.
    pub(crate) fn encode(root: &str, plan: &Plan, windows: Range<u32>, shape: Shape) -> Self {
        let starts: Vec<String> = plan.windows().map(|w| plan.start_of(w)).collect();
        let mut feed = Self { bytes: Vec::new(), ends: Vec::new(), readings: 0 };
        let mut payload = String::new();
        for group in groups(plan.order, windows, shape) {
            payload.clear();
            write_payload(&mut payload, plan, &group, &starts, shape, feed.ends.len());
            feed.push(root, group[0].0 % GATEWAYS, &payload);
            feed.readings += group.len() as u64;
        }
        feed
    }

    pub(crate) fn messages(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Appends a PUBLISH of QoS 1. Packet ids go round; the publisher's window is far below 65,535.
    fn push(&mut self, root: &str, gateway: u32, payload: &str) {
        let topic = format!("{root}/{SITE}/gw-{gateway:02}/readings");
        let id = u16::try_from(self.ends.len() % 65_535 + 1).expect("at most 65,535");
        self.bytes.push(0x32);
        push_length(&mut self.bytes, 2 + topic.len() + 2 + payload.len());
        push_text(&mut self.bytes, &topic);
        self.bytes.extend_from_slice(&id.to_be_bytes());
        self.bytes.extend_from_slice(payload.as_bytes());
        self.ends.push(self.bytes.len());
    }
}

/// The (worker, window) pairs of each message, in order of sending. A message is of one gateway.
fn groups(order: Order, windows: Range<u32>, shape: Shape) -> Vec<Vec<(u32, u32)>> {
    if shape == Shape::Object {
        return windows.flat_map(|window| (0..WORKERS).map(move |worker| vec![(worker, window)])).collect();
    }
    let all: Vec<u32> = windows.collect();
    match order {
        Order::Time => {
            let of_gateway = |gateway, window| {
                let workers: Vec<_> = (gateway..WORKERS).step_by(GATEWAYS as usize).map(|w| (w, window)).collect();
                workers.chunks(PACKED).map(<[_]>::to_vec).collect::<Vec<_>>()
            };
            all.iter().flat_map(|window| (0..GATEWAYS).flat_map(move |g| of_gateway(g, *window))).collect()
        }
        Order::Worker => {
            let of_worker = |worker: u32, run: &[u32]| run.iter().map(|window| (worker, *window)).collect();
            all.chunks(PACKED).flat_map(|run| (0..WORKERS).map(move |worker| of_worker(worker, run))).collect()
        }
    }
}

fn write_payload(
    text: &mut String,
    plan: &Plan,
    group: &[(u32, u32)],
    starts: &[String],
    shape: Shape,
    message: usize,
) {
    if shape == Shape::Envelope {
        let _ = write!(text, r#"{{"message_id":"{message}","items":"#);
    }
    if shape != Shape::Object {
        text.push('[');
    }
    for (place, (worker, window)) in group.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        write_reading(text, *worker, *window, &starts[*window as usize], plan.vendor_fields);
    }
    if shape != Shape::Object {
        text.push(']');
    }
    if shape == Shape::Envelope {
        text.push('}');
    }
}

/// One window, with every field of the contract's example and values that a person can have.
fn write_reading(text: &mut String, worker: u32, window: u32, start: &str, vendor_fields: &str) {
    let mix = (worker.wrapping_mul(2_654_435_761) ^ window.wrapping_mul(40_503)) >> 7;
    let (rmssd, sdnn, hr) = (250 + mix % 300, 350 + mix % 350, 500 + mix % 150);
    let _ = write!(
        text,
        r#"{{"kind":"hrv","worker":"w-{worker:04}","device":"band-{worker:04}","start":"{start}","duration_s":300,"rmssd_ms":{}.{},"sdnn_ms":{}.{},"mean_hr_bpm":{}.{},"context":"sleep_main","quality":0.97{vendor_fields}}}"#,
        rmssd / 10,
        rmssd % 10,
        sdnn / 10,
        sdnn % 10,
        hr / 10,
        hr % 10,
    );
}

/// MQTT's length: seven bits a byte, lowest first.
pub(crate) fn push_length(bytes: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = u8::try_from(length % 128).expect("below 128");
        length /= 128;
        bytes.push(if length > 0 { low | 0x80 } else { low });
        if length == 0 {
            return;
        }
    }
}

/// MQTT's text: two bytes of length, then the text.
pub(crate) fn push_text(bytes: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("topics and names here are short");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}
