//! What of the broker's limits would lose messages, in words.

use crate::broker::packet::Welcome;
use crate::broker::{Protocol, Settings as BrokerSettings};

use super::Settings;

/// What cannot be learnt from outside, said once at start.
pub const PERSISTENCE_ADVICE: &str = "whether the broker keeps queued messages on disk cannot be seen from outside; a PUBACK \
     from it is no promise. For mosquitto set `persistence true`, `autosave_interval 1`, `max_queued_messages` well above a \
     day of messages, and `max_inflight_messages` to 1000 for speed; careful sources keep each message until its receipt";

/// What of the broker's answer would lose messages or hinder us, one sentence each.
#[must_use]
pub fn warnings(settings: &Settings, welcome: &Welcome) -> Vec<String> {
    let mut found = Vec::new();
    if welcome.maximum_qos == Some(0) {
        found.push(
            "the broker serves QoS 0 only: messages are lost whenever the connection or the service is down".to_owned(),
        );
    }
    if let Some(kept_s) = welcome.session_expiry_s.filter(|&kept_s| kept_s < settings.session_expiry_s) {
        found.push(format!(
            "the broker keeps our session for {kept_s} s instead of {} s: what is queued during a longer absence is lost",
            settings.session_expiry_s
        ));
    }
    if let Some(id) = &welcome.assigned_client_id {
        found.push(format!(
            "the broker calls us `{id}` instead of `{}`: it will not find our session again",
            settings.client_id
        ));
    }
    if welcome.is_wildcard_available == Some(false) {
        found.push("the broker takes no wildcards in subscriptions: nothing will arrive".to_owned());
    }
    if welcome.is_retain_available == Some(false) {
        found
            .push("the broker keeps no retained messages: the state of sources is unknown until they speak".to_owned());
    }
    found.extend(cleartext_password(&settings.broker));
    found
}

/// What is worth knowing of how many messages the broker kept for a session that was away.
#[must_use]
pub fn queue_warning(offered: u32, kept: u32) -> Option<String> {
    (kept < offered).then(|| {
        format!(
            "the broker accepted {offered} messages for a session that was away and kept {kept}: \
             the rest of a longer absence is lost without a sign; raise `max_queued_messages`"
        )
    })
}

/// Which version to speak when there is a choice.
#[must_use]
pub fn protocol_warning(protocol: Protocol) -> Option<&'static str> {
    match protocol {
        Protocol::V5 => None,
        Protocol::V311 => {
            Some("MQTT 3.1.1 cannot tell the broker's limits, nor why it ends a connection; prefer MQTT 5")
        }
    }
}

fn cleartext_password(broker: &BrokerSettings) -> Option<String> {
    let is_local = matches!(broker.host.as_str(), "localhost" | "127.0.0.1" | "::1");
    (broker.credentials.is_some() && broker.tls.is_none() && !is_local)
        .then(|| format!("the password and the readings go to {} unencrypted; set TLS", broker.host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broker_without_limits_gives_no_warning() {
        assert!(warnings(&Settings::default(), &Welcome::default()).is_empty());
        assert_eq!(queue_warning(1_100, 1_100), None);
    }

    #[test]
    fn each_limit_that_loses_messages_is_named() {
        let welcome = Welcome {
            maximum_qos: Some(0),
            session_expiry_s: Some(60),
            assigned_client_id: Some("auto-1".to_owned()),
            is_retain_available: Some(false),
            is_wildcard_available: Some(false),
            ..Welcome::default()
        };
        let found = warnings(&Settings::default(), &welcome).join("\n");
        for word in ["QoS 0", "60 s instead of 604800 s", "auto-1", "retained", "wildcards"] {
            assert!(found.contains(word), "{word} is missing in {found}");
        }
        assert!(queue_warning(1_100, 1_000).unwrap().contains("kept 1000"));
    }
}
