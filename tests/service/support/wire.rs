//! A wire between a client and the broker that can go dead without closing, as a half-open connection does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A TCP forwarder on 127.0.0.1. Needs a running tokio runtime.
pub(crate) struct Wire {
    port: u16,
    dead: watch::Sender<u64>,
    accepted: Arc<AtomicU64>,
}

impl Wire {
    /// Forwards every connection to the broker's port.
    pub(crate) async fn to(broker_port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let (dead, is_dead) = watch::channel(0_u64);
        let accepted = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, SeqCst) + 1;
                let broker = SocketAddr::from(([127, 0, 0, 1], broker_port));
                if let Ok(broker) = TcpStream::connect(broker).await {
                    forward(client, broker, number, is_dead.clone());
                }
            }
        });
        Self { port, dead, accepted }
    }

    /// The port clients connect to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Connections so far.
    pub(crate) fn connections(&self) -> u64 {
        self.accepted.load(SeqCst)
    }

    /// Stops forwarding on the connections of so far, and closes nothing. Later ones work.
    pub(crate) fn go_dead(&self) {
        self.dead.send_replace(self.connections());
    }
}

fn forward(client: TcpStream, broker: TcpStream, number: u64, is_dead: watch::Receiver<u64>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_broker, mut to_broker) = broker.into_split();
    let other = is_dead.clone();
    tokio::spawn(async move { pump(&mut from_client, &mut to_broker, number, is_dead).await });
    tokio::spawn(async move { pump(&mut from_broker, &mut to_client, number, other).await });
}

async fn pump(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    number: u64,
    mut is_dead: watch::Receiver<u64>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = tokio::select! {
            biased;
            gone = is_dead.wait_for(|&through| number <= through) => match gone {
                Ok(_) => break,
                Err(_) => return,
            },
            read = from.read(&mut buffer) => match read {
                Ok(0) | Err(_) => return,
                Ok(count) => count,
            },
        };
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
    // Holds both ends open and moves nothing, for as long as the wire exists.
    let _ = is_dead.wait_for(|_| false).await;
}
