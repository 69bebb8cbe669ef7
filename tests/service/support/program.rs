//! A program that speaks with the API: signed in as somebody, or with a source's token.

use serde_json::Value;
use vagus::domain::person::Role;

use super::staff::{PASSWORD, employ, store_of};
use super::town::Town;
use super::vagus::Vagus;

/// The token of the source `clinic`.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Accounts, by name and role, and a source `clinic` that speaks HTTP.
pub(crate) fn town_with(people: &[(&str, Role)]) -> Town {
    Town::edited(|config| {
        let store = store_of(&config);
        employ(&store, people);
        let file = store.with_file_name("clinic.token");
        std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
        format!("{config}[[http.sources]]\nsite = \"plant-a\"\nsource = \"clinic\"\ntoken_file = {file:?}\n")
    })
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) tag: Option<String>,
    pub(crate) body: Value,
}

/// A program.
pub(crate) struct Program {
    pub(crate) address: String,
    /// Headers of every request.
    pub(crate) headers: Vec<(String, String)>,
}

impl Program {
    /// Signs in as somebody.
    pub(crate) fn of(vagus: &Vagus, name: &str) -> Self {
        let mut program = Self { address: vagus.console(), headers: Vec::new() };
        let sent = serde_json::json!({"name": name, "password": PASSWORD}).to_string();
        let response =
            program.request("POST", "/api/v1/session", &[("content-type", "application/json")], sent.as_bytes());
        let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let answer = read(response);
        let csrf = answer.body["csrf"].as_str().unwrap().to_owned();
        program.headers = vec![("cookie".to_owned(), cookie), ("x-csrf-token".to_owned(), csrf)];
        program
    }

    /// With the token of the source `clinic`.
    pub(crate) fn clinic(vagus: &Vagus) -> Self {
        let headers = vec![("authorization".to_owned(), format!("Bearer {TOKEN}"))];
        Self { address: vagus.console(), headers }
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &[u8],
    ) -> ureq::http::Response<ureq::Body> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request =
            own.chain(more.iter().copied()).fold(request, |request, (name, value)| request.header(name, value));
        if method == "GET" {
            return agent.run(request.body(()).unwrap()).unwrap();
        }
        agent.run(request.body(body.to_vec()).unwrap()).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        read(self.request("GET", path, &[], b""))
    }

    pub(crate) fn post(&self, path: &str, more: &[(&str, &str)], body: &[u8]) -> Answer {
        read(self.request("POST", path, more, body))
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let text = response.body_mut().read_to_string().unwrap();
    Answer {
        status: response.status().as_u16(),
        tag: response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned()),
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
    }
}
