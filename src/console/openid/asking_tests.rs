//! Claims about how often the provider is asked what it publishes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::settings::{ClientSecret, Issuer};
use super::*;

/// A provider that publishes what it must, or nothing, and counts how often it was asked.
struct Provider {
    issuer: String,
    is_away: bool,
    asked: AtomicUsize,
}

impl Provider {
    async fn start(is_away: bool) -> (Arc<Self>, OpenId) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Self { issuer: issuer.clone(), is_away, asked: AtomicUsize::new(0) });
        let served = Arc::clone(&provider);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let served = Arc::clone(&served);
                tokio::spawn(async move { served.answer(stream).await });
            }
        });
        let settings = OpenIdSettings {
            issuer: Issuer::parse(&issuer).unwrap(),
            client_id: "vagus".to_owned(),
            client_secret: ClientSecret::parse("sesame").unwrap(),
            label: None,
            scopes: Vec::new(),
            name_claim: "preferred_username".to_owned(),
            name_suffix: None,
            role_claim: "groups".to_owned(),
            grants: Vec::new(),
            ca_file: None,
            timeout: Duration::from_secs(5),
            passwords_are_for_administrators: false,
        };
        (provider, OpenId::new(settings).unwrap())
    }

    async fn answer(&self, mut stream: TcpStream) {
        let mut head = [0; 4096];
        let read = stream.read(&mut head).await.unwrap_or_default();
        let is_discovery = String::from_utf8_lossy(&head[..read]).contains("openid-configuration");
        self.asked.fetch_add(usize::from(is_discovery), Ordering::SeqCst);
        let issuer = &self.issuer;
        let body = match (self.is_away, is_discovery) {
            (true, _) => String::new(),
            (false, true) => json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            })
            .to_string(),
            (false, false) => json!({"keys": []}).to_string(),
        };
        let status = if self.is_away { "503 Service Unavailable" } else { "200 OK" };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Begins sign-ins of many people at once, and gives how many were sent to the provider.
async fn begin(openid: &OpenId, people: usize, now: Timestamp) -> usize {
    let begin = |_| {
        let openid = openid.clone();
        tokio::spawn(
            async move { openid.begin("http://127.0.0.1/back", IpAddr::from([192, 0, 2, 7]), now).await.is_ok() },
        )
    };
    let begun: Vec<_> = (0..people).map(begin).collect();
    let mut sent = 0;
    for begun in begun {
        sent += usize::from(begun.await.unwrap());
    }
    sent
}

#[tokio::test]
async fn many_who_come_at_once_ask_the_provider_once() {
    let (provider, openid) = Provider::start(false).await;
    let now = wall();
    assert_eq!((begin(&openid, 30, now).await, provider.asked()), (30, 1));
    assert_eq!((begin(&openid, 5, now).await, provider.asked()), (5, 1), "it is kept");
    // Many who hold a token of another key, and one who holds what the first of them brought.
    let old = openid.known(now).unwrap();
    for _ in 0..5 {
        assert!(!Arc::ptr_eq(&openid.newer(Some(&old), now).await.unwrap(), &old));
    }
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn a_provider_that_is_away_is_left_alone_for_some_seconds_and_asked_again_then() {
    let (provider, openid) = Provider::start(true).await;
    assert_eq!((begin(&openid, 30, wall()).await, provider.asked()), (0, 1));
    assert_eq!((begin(&openid, 30, wall()).await, provider.asked()), (0, 1));
    let later = wall() + LEFT_ALONE;
    assert_eq!((begin(&openid, 1, later).await, provider.asked()), (0, 2));
    let before = wall() - SignedDuration::from_hours(1);
    assert_eq!((begin(&openid, 1, before).await, provider.asked()), (0, 3), "a clock that was set back");
}
