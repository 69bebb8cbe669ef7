//! The embedded broker: in memory, on a free port of the loopback, gone with the process.
//!
//! It speaks MQTT 3.1.1 to everybody. rumqttd serves one version a port, and one message with
//! properties from an MQTT 5 client panics the port whose clients speak 3.1.1.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rumqttd::{Broker, Config, ConnectionSettings, RouterConfig, ServerSettings};
use tokio::net::TcpStream;

use crate::telemetry::latency::Stopwatch;

/// The largest packet; the service announces the same.
pub(super) const MAX_PACKET_BYTES: usize = 1024 * 1024;
/// What the broker keeps for each topic filter: far more than the careful gateway has under way, far
/// less than the whole feed.
const SEGMENT_BYTES: usize = 8 * 1024 * 1024;
const SEGMENTS: usize = 3;
const START_LIMIT_S: f64 = 10.0;

/// Starts the broker and waits until it answers at the address it gives. Its threads end with the
/// process: rumqttd cannot be stopped.
pub(super) async fn start() -> Result<SocketAddr> {
    let address = free_address()?;
    let mut broker = Broker::new(Config {
        router: RouterConfig {
            max_connections: 64,
            max_outgoing_packet_count: 200,
            max_segment_size: SEGMENT_BYTES,
            max_segment_count: SEGMENTS,
            ..RouterConfig::default()
        },
        v4: Some(HashMap::from([("demo".to_owned(), server(address))])),
        ..Config::default()
    });
    let thread = std::thread::Builder::new().name("broker".to_owned());
    thread.spawn(move || {
        if let Err(error) = broker.start() {
            tracing::error!("the embedded broker stopped: {error}");
        }
    })?;
    let watch = Stopwatch::start();
    while let Err(error) = TcpStream::connect(address).await {
        ensure!(watch.elapsed_s() < START_LIMIT_S, "the embedded broker does not answer on {address}: {error}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(address)
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on the loopback")?;
    Ok(listener.local_addr()?)
}

fn server(listen: SocketAddr) -> ServerSettings {
    ServerSettings {
        name: "demo-broker".to_owned(),
        listen,
        tls: None,
        next_connection_delay_ms: 1,
        connections: ConnectionSettings {
            connection_timeout_ms: 10_000,
            max_payload_size: MAX_PACKET_BYTES,
            max_inflight_count: 200,
            auth: None,
            external_auth: None,
            dynamic_filters: true,
        },
    }
}
