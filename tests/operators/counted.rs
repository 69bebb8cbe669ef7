//! What happens to a service is counted as it happened.

use crate::support::certificates::Authority;
use crate::support::desk::PHYSICIAN;
use crate::support::eventually;
use crate::support::feed::{ago, gad7, now};
use crate::support::mosquitto::{BrokerTls, Mosquitto, MosquittoConfig};
use crate::support::town::Town;
use crate::support::vagus::Vagus;

/// Waits until a metric has a value.
fn comes_to(vagus: &Vagus, name: &str, labels: &str, value: f64) {
    let mut last = f64::NAN;
    let has_come = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        eventually("a metric has its value", || {
            last = vagus.metric(name, labels);
            ((last - value).abs() < 1e-9).then_some(())
        });
    }));
    assert!(has_come.is_ok(), "{name} with {labels} is {last} and not {value}");
}

#[test]
fn messages_are_counted_by_what_became_of_them_and_cases_when_somebody_takes_them() {
    let mut town = Town::new();
    let message = gad7("w-1", 12, ago(now(), 1));
    assert_eq!(town.send_all(std::slice::from_ref(&message)), (1, 0, 0));
    assert_eq!(town.send_all(std::slice::from_ref(&message)), (0, 1, 0));
    town.send_raw("vagus/v1/plant-a/gw-7/screenings", "not JSON");
    town.send_raw("vagus/v1/plant-x/gw-7/screenings", message.envelope("x"));
    let messages = "vagus_messages_total";
    comes_to(&town.vagus, messages, "outcome=\"accepted\",stream=\"screenings\"", 1.0);
    comes_to(&town.vagus, messages, "outcome=\"duplicate\",stream=\"screenings\"", 1.0);
    comes_to(&town.vagus, messages, "outcome=\"rejected\",stream=\"screenings\"", 2.0);

    let never_raised = town.vagus.metrics();
    for rule in ["R3", "T-L3"] {
        let line = format!("vagus_alerts_total{{level=\"L3\",rule=\"{rule}\"}} 0");
        assert!(never_raised.lines().any(|shown| shown == line), "what never happened is 0: {rule}");
    }
    let raised = town.wait_for_alerts("w-1", 1);
    let taken = "vagus_acknowledge_seconds_count";
    comes_to(&town.vagus, taken, "", 0.0);
    PHYSICIAN.does(&town.vagus, &["ack", raised[0].data["case_id"].as_str().unwrap()]);
    comes_to(&town.vagus, taken, "level=\"L2\"", 1.0);
    comes_to(&town.vagus, taken, "", 1.0);

    comes_to(&town.vagus, "vagus_site_workers", "site=\"plant-a\"", 1.0);
    comes_to(&town.vagus, "vagus_ready{", "", 6.0);
    comes_to(&town.vagus, "vagus_starts_total", "", 1.0);
    let (free, capacity) =
        (town.vagus.metric("vagus_store_free_bytes", ""), town.vagus.metric("vagus_store_capacity_bytes", ""));
    assert!(0.0 < free && free < capacity, "{free} of {capacity}");

    town.broker.stop();
    comes_to(&town.vagus, "vagus_ready", "check=\"broker\"", 0.0);
    comes_to(&town.vagus, "vagus_ready", "check=\"delivery\"", 0.0);
    comes_to(&town.vagus, "vagus_ready", "check=\"store\"", 1.0);
}

#[test]
fn the_end_of_the_brokers_certificate_and_of_each_file_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "ca");
    let identity = authority.broker(&["localhost", "127.0.0.1"]);
    let tls = BrokerTls {
        ca_file: authority.ca_file.clone(),
        cert_file: identity.cert_file,
        key_file: identity.key_file,
        requires_client_certificate: false,
    };
    let broker = Mosquitto::start(&MosquittoConfig { tls: Some(tls), ..MosquittoConfig::persistent() });
    let service = Vagus::start_edited(broker.port(), |config| {
        config.replace("[store]", &format!("[mqtt.tls]\nca_file = {:?}\n[store]", authority.ca_file))
    });
    for certificate in ["mqtt.broker", "mqtt.tls.ca_file"] {
        eventually(certificate, || {
            let ends_at_s =
                service.metric("vagus_certificate_expiry_seconds", &format!("certificate=\"{certificate}\""));
            (ends_at_s > now().as_second() as f64).then_some(())
        });
    }
}
