//! What can be set about the console.

use std::net::SocketAddr;

use super::access::session;

/// Where and how the console and its API are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address by which browsers reach it, where that is another: behind a server that speaks TLS. With
    /// https the cookie is sent over TLS alone.
    pub public_url: Option<String>,
    /// How long sessions last.
    pub sessions: session::Limits,
    /// Whether pages say that it is a demonstration.
    pub is_demo: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            sessions: session::Limits::default(),
            is_demo: false,
        }
    }
}

impl Settings {
    /// Whether browsers reach it over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}
