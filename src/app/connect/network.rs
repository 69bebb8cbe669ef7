//! Addresses of our own, channels, and the OpenID provider.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::Finding;
use crate::app::control;
use crate::clock::Clock;
use crate::console::openid::OpenId;
use crate::console::openid::settings::OpenIdSettings;
use crate::delivery::email::EmailSender;
use crate::delivery::settings::{Channel, ChannelKind, MailTls};
use crate::delivery::webhook::WebhookSender;

/// Whether an address is free, or taken by the service itself.
pub(super) async fn listen(key: &str, address: SocketAddr, store: &Path) -> Vec<Finding> {
    let error = match TcpListener::bind(address) {
        Ok(_) => return vec![Finding::ok(key, format!("{address} is free"))],
        Err(error) => error,
    };
    let is_taken = error.kind() == io::ErrorKind::AddrInUse;
    if is_taken && control::is_running(store) {
        return vec![Finding::ok(key, format!("{address} is taken, and a service runs on this store"))];
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever else the system says, the address is what can be changed"
    )]
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => "another program has it: end that one, or choose another port",
        io::ErrorKind::AddrNotAvailable => "this machine has no such address: choose one of its own",
        io::ErrorKind::PermissionDenied => "ports below 1024 are for root: choose a higher one",
        _ => "choose an address of this machine",
    };
    vec![Finding::problem(key, format!("{address} cannot be listened on: {error}"), remedy)]
}

/// Whether the provider publishes what signing in needs.
pub(super) async fn openid(settings: &OpenIdSettings) -> Vec<Finding> {
    let about = "http.openid";
    let remedy = "compare issuer with what the provider's /.well-known/openid-configuration says, and look at ca_file";
    let reached = match OpenId::new(settings.clone()) {
        Ok(openid) => openid.reach(Clock::System.now()).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    vec![match reached {
        Ok(()) => Finding::ok(about, "the provider publishes itself and its keys"),
        Err(error) => Finding::problem(about, error, remedy),
    }]
}

/// What else to do about a channel that does not answer: a mail server that waits for TLS says nothing first, and neither
/// does whoever is to begin it.
pub(super) fn silent(channel: &Channel) -> Option<&'static str> {
    match &channel.kind {
        ChannelKind::Email(settings) if settings.tls == MailTls::StartTls => Some(
            "look whether it is there, and at port and tls: a port that speaks TLS from the start, mostly 465, wants \
             tls = \"implicit\"",
        ),
        ChannelKind::Email(_) | ChannelKind::Webhook(_) => None,
    }
}

/// Whether a receiver is there; nothing is delivered to it.
pub(super) async fn channel(channel: &Channel) -> Vec<Finding> {
    let about = format!("channel {}", channel.id);
    let (reached, remedy) = match &channel.kind {
        ChannelKind::Webhook(settings) => {
            let sender = WebhookSender::open(settings.clone(), Clock::System).map_err(|error| error.to_string());
            let reached = match sender {
                Ok(sender) => sender.reach().await.map_err(|error| error.to_string()),
                Err(error) => Err(error),
            };
            let place = &settings.url;
            let remedy = "look at url, ca_file, authorization_file and the receiver itself";
            (reached.map(|words| format!("{place} {words}")).map_err(|error| format!("{place}: {error}")), remedy)
        }
        ChannelKind::Email(settings) => {
            let place = format!("{}:{}", settings.host, settings.port);
            let login = if settings.login.is_some() { ", and takes the login" } else { "" };
            let sender = EmailSender::open(settings, Clock::System).map_err(|error| error.to_string());
            let reached = match sender {
                Ok(sender) => sender.reach().await.map_err(|error| error.to_string()),
                Err(error) => Err(error),
            };
            let reached = reached.map(|()| format!("{place} answers{login}"));
            (
                reached.map_err(|error| format!("{place}: {error}")),
                "look at host, port, tls, ca_file, username and password_file",
            )
        }
    };
    vec![match reached {
        Ok(what) => Finding::ok(&about, what),
        Err(error) => Finding::problem(&about, error, remedy),
    }]
}
