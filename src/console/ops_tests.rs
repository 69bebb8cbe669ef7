//! Claims about the operators' listener, over real sockets.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;

struct Running {
    address: SocketAddr,
    is_ready: Arc<AtomicBool>,
    metrics: Metrics,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start() -> Running {
    start_with(BOUNDS.header_read_timeout).await
}

async fn start_with(header_read_timeout: Duration) -> Running {
    let metrics = Metrics::new();
    let is_ready = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&is_ready);
    let check: ReadinessCheck = Arc::new(move || match flag.load(Ordering::Acquire) {
        true => Readiness::default(),
        false => {
            Readiness { reasons: vec![Missing { name: "broker", told: "not connected to the broker".to_owned() }] }
        }
    });
    let settings = Settings { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..Settings::default() };
    let bounds = Bounds { header_read_timeout, ..BOUNDS };
    let listener = bind_within(bounds, &settings, metrics.clone(), check).await.unwrap();
    let address = listener.address();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(listener.serve(async {
        let _ = stopped.await;
    }));
    Running { address, is_ready, metrics, stop, task }
}

async fn fetch(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn metrics_are_served_as_prometheus_text() {
    let running = start().await;
    running.metrics.reconnected();
    let answer = fetch(running.address, "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("text/plain; version=0.0.4"));
    assert!(answer.contains("vagus_mqtt_reconnects_total 1"));
}

#[tokio::test]
async fn readiness_is_503_with_the_reasons_while_something_is_missing() {
    let running = start().await;
    assert!(fetch(running.address, "/readyz").await.starts_with("HTTP/1.1 200"));
    running.is_ready.store(false, Ordering::Release);
    let answer = fetch(running.address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.ends_with(r#"{"ready":false,"reasons":["not connected to the broker"]}"#), "{answer}");
    assert!(fetch(running.address, "/healthz").await.starts_with("HTTP/1.1 200"), "alive though not ready");
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_shutdown() {
    let running = start().await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut begin = [0; 12];
    idle.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200");
    running.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(2), running.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_client_that_never_ends_its_head_is_cut_off() {
    let running = start_with(Duration::from_millis(20)).await;
    let mut slow = TcpStream::connect(running.address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost:").await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), slow.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection is still open long after the limit");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let running = start().await;
    let check: ReadinessCheck = Arc::new(Readiness::default);
    let error =
        bind(&Settings { listen: running.address, ..Settings::default() }, Metrics::new(), check).await.unwrap_err();
    assert!(error.to_string().contains(&running.address.to_string()), "{error}");
}
