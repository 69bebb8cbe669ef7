//! Somebody is paged when the broker stops, and told when it is back.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::prometheus::{Alertmanager, Prometheus};
use crate::support::eventually;
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::vagus::Vagus;

/// Whoever is on call: takes what Alertmanager posts.
struct OnCall {
    port: u16,
    taken: Arc<Mutex<Vec<(String, Value)>>>,
}

impl OnCall {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let pages = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(page) = take(&stream) {
                    pages.lock().unwrap().push(page);
                }
            }
        });
        Self { port, taken }
    }

    /// The alerts of that name that came to the on-call receiver, in that status.
    fn pages(&self, name: &str, status: &str) -> Vec<Value> {
        let taken = self.taken.lock().unwrap();
        let pages = taken.iter().filter(|(path, _)| path == "/on-call");
        let alerts = pages.flat_map(|(_, page)| page["alerts"].as_array().cloned().unwrap_or_default());
        alerts.filter(|alert| alert["labels"]["alertname"] == name && alert["status"] == status).collect()
    }
}

/// One request: its path and its JSON. The connection is closed after it.
fn take(mut stream: &TcpStream) -> Option<(String, Value)> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request).ok()?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").ok()?;
    Some((request.split(' ').nth(1)?.to_owned(), serde_json::from_slice(&body).ok()?))
}

#[test]
fn a_page_comes_when_the_broker_stops_and_its_end_when_it_is_back() {
    let mut broker = Mosquitto::start(&MosquittoConfig::persistent());
    let service = Vagus::start_edited(broker.port(), |config| config);
    let on_call = OnCall::listen();
    let alertmanager = Alertmanager::start(on_call.port);
    let prometheus = Prometheus::start(service.ops(), Some(alertmanager.port()));
    let is_connected = "vagus_mqtt_connected == 1";
    eventually("the service is scraped while it is connected", || {
        prometheus.values(is_connected).ok().filter(|values| !values.is_empty())
    });
    assert_eq!(on_call.pages("VagusBrokerAway", "firing"), Vec::<Value>::new());

    broker.stop();
    let page = eventually("somebody is paged", || on_call.pages("VagusBrokerAway", "firing").pop());
    assert_eq!(page["labels"]["severity"], "page");
    assert_eq!(page["labels"]["instance"], service.ops());
    let annotations = &page["annotations"];
    assert_eq!(annotations["runbook_url"], "https://vagus.example.org/README.md#vagusbrokeraway");
    assert!(annotations["summary"].as_str().unwrap().ends_with("has no connection to the broker"), "{annotations}");
    assert_eq!(on_call.pages("VagusBrokerAway", "resolved"), Vec::<Value>::new());

    broker.start_again();
    eventually(&format!("somebody is told of the end; {}", alertmanager.log()), || {
        on_call.pages("VagusBrokerAway", "resolved").pop()
    });
}
