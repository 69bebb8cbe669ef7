//! The subscriber that does nothing: the client crate and protocol of Vagus, acknowledging each message
//! by hand as soon as it comes.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use tokio::sync::oneshot;
use vagus::telemetry::latency::Stopwatch;

/// The running subscriber; it ends with this value.
pub(crate) struct NullSubscriber {
    received: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The options of the client, also used for the probe and the reader of receipts.
pub(crate) fn options(port: u16, client: &str, receive_maximum: Option<u16>) -> MqttOptions {
    let mut options = MqttOptions::new(client, Ipv4Addr::LOCALHOST.to_string(), port);
    options.set_manual_acks(true).set_keep_alive(Duration::from_secs(60)).set_clean_start(true);
    options.set_receive_maximum(receive_maximum).set_max_packet_size(Some(1024 * 1024));
    let mut network = options.network_options();
    network.set_tcp_nodelay(true);
    options.set_network_options(network);
    options
}

impl NullSubscriber {
    /// Subscribes and waits for the broker's confirmation.
    pub(crate) fn start(port: u16, root: &str, receive_maximum: u16) -> Result<Self> {
        let options = options(port, "blank-subscriber", Some(receive_maximum));
        let filter = format!("{root}/+/+/readings");
        // Room for every packet id there is: the client hands over all it has buffered before it takes
        // an acknowledgement, and `try_ack` must never fail.
        let (client, events) = AsyncClient::new(options, usize::from(u16::MAX));
        client.try_subscribe(filter, QoS::AtLeastOnce)?;
        let received = Arc::new(AtomicU64::new(0));
        let is_subscribed = Arc::new(AtomicBool::new(false));
        let shared = (Arc::clone(&received), Arc::clone(&is_subscribed));
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let work = async {
                tokio::select! {
                    ended = acknowledge(&client, events, &shared) => ended,
                    _ = stopped => Ok(()),
                }
            };
            let ended = runtime.context("no runtime").and_then(|runtime| runtime.block_on(work));
            if let Err(error) = ended {
                eprintln!("pipeline: the subscriber that does nothing ended: {error:#}");
            }
        });
        let watch = Stopwatch::start();
        while !is_subscribed.load(Ordering::Acquire) {
            ensure!(watch.elapsed_s() < 10.0, "the subscriber that does nothing cannot subscribe");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Self { received, stop: Some(stop), thread: Some(thread) })
    }

    /// Messages so far.
    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Acquire)
    }
}

impl Drop for NullSubscriber {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn acknowledge(
    client: &AsyncClient,
    mut events: EventLoop,
    (received, is_subscribed): &(Arc<AtomicU64>, Arc<AtomicBool>),
) -> Result<()> {
    loop {
        match events.poll().await? {
            Event::Incoming(Packet::Publish(publish)) => {
                client.try_ack(&publish)?;
                received.fetch_add(1, Ordering::AcqRel);
            }
            Event::Incoming(Packet::SubAck(_)) => is_subscribed.store(true, Ordering::Release),
            Event::Incoming(_) | Event::Outgoing(_) => {}
        }
    }
}
