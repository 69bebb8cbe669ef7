//! Readings that come in meanwhile: windows of now, of all workers in turn, at an even pace.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow};
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use vagus::clock::Clock;
use vagus::domain::SignedDuration;
use vagus::telemetry::latency::Stopwatch;

use crate::demo::SITE;

/// How often a second a message is sent.
const MESSAGES_PER_S: u32 = 20;

/// The publisher; it goes on until it is stopped.
pub(crate) struct Load {
    is_over: Arc<AtomicBool>,
    publisher: JoinHandle<Result<u64>>,
}

impl Load {
    pub(crate) fn start(broker: SocketAddr, workers: u32, readings_per_s: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let told = is_over.clone();
        let publisher = std::thread::spawn(move || publish(broker, workers, readings_per_s, &told));
        Self { is_over, publisher }
    }

    /// Stops; gives how many readings the broker has.
    pub(crate) fn stop(self) -> Result<u64> {
        self.is_over.store(true, Ordering::Relaxed);
        self.publisher.join().map_err(|_| anyhow!("the publisher panicked"))?
    }
}

fn publish(broker: SocketAddr, workers: u32, readings_per_s: u32, is_over: &AtomicBool) -> Result<u64> {
    let options = MqttOptions::new("bench-gateway", broker.ip().to_string(), broker.port());
    let (client, mut connection) = Client::new(options, 100);
    let acknowledged = std::thread::spawn(move || {
        let acks = connection.iter().map_while(Result::ok);
        acks.filter(|event| matches!(event, Event::Incoming(Packet::PubAck(_)))).count() as u64
    });
    let (each, watch) = (readings_per_s / MESSAGES_PER_S, Stopwatch::start());
    let mut messages = 0;
    while !is_over.load(Ordering::Relaxed) {
        client.publish(
            format!("vagus/v1/{SITE}/gw-bench/readings"),
            QoS::AtLeastOnce,
            false,
            windows(messages * each, each, workers),
        )?;
        messages += 1;
        let next_s = f64::from(messages) / f64::from(MESSAGES_PER_S);
        std::thread::sleep(Duration::try_from_secs_f64(next_s - watch.elapsed_s()).unwrap_or_default());
    }
    client.disconnect()?;
    let acknowledged = acknowledged.join().map_err(|_| anyhow!("the connection panicked"))?;
    Ok(acknowledged * u64::from(each))
}

/// Windows of one minute that have just ended, of the workers from the `first` on; no two have a worker and a
/// second in common.
fn windows(first: u32, count: u32, workers: u32) -> String {
    let start = Clock::System.now() - SignedDuration::from_secs(60);
    let mut text = String::from("[");
    for number in first..first + count {
        let worker = number % workers + 1;
        let comma = if number == first { "" } else { "," };
        let (rmssd, rate) = (25 + number % 30, 60 + number % 40);
        let _ = write!(
            text,
            r#"{comma}{{"kind":"hrv","worker":"w-{worker:04}","device":"band-{worker}","start":"{start}","duration_s":60,"rmssd_ms":{rmssd},"mean_hr_bpm":{rate},"context":"work","quality":0.97}}"#,
        );
    }
    text.push(']');
    text
}
