//! The embedded broker: in memory, on free ports of the loopback, gone with the process.
//!
//! rumqttd serves one version of MQTT a port, so there are two: people and the simulator use 3.1.1,
//! the service speaks MQTT 5 as it does in a plant.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
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

/// A running broker. Its threads end with the process: rumqttd cannot be stopped.
#[derive(Debug, Clone, Copy)]
pub(super) struct EmbeddedBroker {
    /// Where MQTT 3.1.1 is spoken.
    pub(super) v311: SocketAddr,
    /// Where MQTT 5 is spoken.
    pub(super) v5: SocketAddr,
}

impl EmbeddedBroker {
    /// Starts the broker and waits until both ports answer.
    pub(super) async fn start() -> Result<Self> {
        // Both are held at once, so that they differ.
        let (first, second) = (free_port()?, free_port()?);
        let (v311, v5) = (first.local_addr()?, second.local_addr()?);
        drop((first, second));
        let mut broker = Broker::new(Config {
            router: RouterConfig {
                max_connections: 64,
                max_outgoing_packet_count: 200,
                max_segment_size: SEGMENT_BYTES,
                max_segment_count: SEGMENTS,
                ..RouterConfig::default()
            },
            v4: Some(HashMap::from([("mqtt311".to_owned(), server("mqtt311", v311))])),
            v5: Some(HashMap::from([("mqtt5".to_owned(), server("mqtt5", v5))])),
            ..Config::default()
        });
        let thread = std::thread::Builder::new().name("broker".to_owned());
        thread.spawn(move || {
            if let Err(error) = broker.start() {
                tracing::error!("the embedded broker stopped: {error}");
            }
        })?;
        for address in [v311, v5] {
            await_listening(address).await?;
        }
        Ok(Self { v311, v5 })
    }
}

fn free_port() -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on the loopback")
}

fn server(name: &str, listen: SocketAddr) -> ServerSettings {
    ServerSettings {
        name: name.to_owned(),
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

async fn await_listening(address: SocketAddr) -> Result<()> {
    let watch = Stopwatch::start();
    while let Err(error) = TcpStream::connect(address).await {
        ensure!(watch.elapsed_s() < START_LIMIT_S, "the embedded broker does not answer on {address}: {error}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    if !address.ip().is_loopback() {
        bail!("the embedded broker must not be reachable from outside");
    }
    Ok(())
}
