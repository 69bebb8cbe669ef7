//! Another's OpenID provider, and a browser's part of signing in: cookies, redirects, forms.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use url::Url;

/// What the provider knows Vagus by.
pub(crate) const SECRET: &str = "a secret & of ours/that+must:be=escaped";

/// A running provider; dropped, it is killed.
pub(crate) struct Provider {
    child: Child,
    port: u16,
}

impl Provider {
    /// Starts it on a free port, or on that one, and waits until it answers.
    pub(crate) fn start(port: Option<u16>) -> Self {
        Self::called("127.0.0.1", port)
    }

    /// The same under another name of this machine: for browsers another site.
    pub(crate) fn called(name: &str, port: Option<u16>) -> Self {
        assert!(
            std::env::var_os("VAGUS_TEST_NODE_MODULES").is_some(),
            "VAGUS_TEST_NODE_MODULES is not set: run ./tests/run"
        );
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service/receivers/provider.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(port.unwrap_or(0).to_string()).arg(name).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().expect("Node.js runs");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| line.unwrap().parse().ok()).expect("it tells its port");
        // It goes on talking, and would end where nobody listens.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, port }
    }

    /// Where it listens, of 127.0.0.1.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Sets it up anew.
    pub(crate) fn set(&self, wanted: &Value) {
        ureq::post(self.test()).send(wanted.to_string().as_bytes()).unwrap();
    }

    /// Lets it send browsers back to a console, with people who are called as they sign in and are of these groups.
    pub(crate) fn know(&self, console: &str, people: &[(&str, &[&str])]) {
        let people: serde_json::Map<String, Value> = people
            .iter()
            .map(|(name, groups)| ((*name).to_owned(), json!({"preferred_username": name, "groups": groups})))
            .collect();
        self.set(&json!({"redirect_uri": format!("{console}/sign-in/openid/back"), "people": people}));
    }

    /// With what browsers came to it so far.
    pub(crate) fn asked(&self) -> Vec<Value> {
        let text = ureq::get(self.test()).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["asked"].as_array().unwrap().clone()
    }

    fn test(&self) -> String {
        format!("http://127.0.0.1:{}/test", self.port)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a browser got.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) url: Url,
    /// Where it is sent.
    pub(crate) location: Option<Url>,
    pub(crate) cookies: Vec<String>,
    pub(crate) body: String,
}

/// A browser as far as signing in goes: it keeps the cookies of each address.
#[derive(Default)]
pub(crate) struct Surfer {
    jars: RefCell<BTreeMap<String, BTreeMap<String, String>>>,
}

impl Surfer {
    pub(crate) fn get(&self, url: &str) -> Page {
        self.ask(url, None)
    }

    pub(crate) fn post(&self, url: &str, form: &[(&str, &str)]) -> Page {
        self.ask(url, Some(form))
    }

    fn ask(&self, url: &str, form: Option<&[(&str, &str)]>) -> Page {
        let url = Url::parse(url).unwrap();
        let origin = url.origin().ascii_serialization();
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let mut request = ureq::http::Request::builder().uri(url.as_str());
        if let Some(jar) = self.jars.borrow().get(&origin) {
            let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        let mut response = match form {
            None => agent.run(request.body(()).unwrap()).unwrap(),
            Some(form) => {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
                let request = request.method("POST").header("content-type", "application/x-www-form-urlencoded");
                agent.run(request.body(body).unwrap()).unwrap()
            }
        };
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap().to_owned();
        let cookies: Vec<String> = response.headers().get_all("set-cookie").iter().map(text).collect();
        let mut jars = self.jars.borrow_mut();
        let jar = jars.entry(origin).or_default();
        for cookie in &cookies {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let is_gone = cookie.contains("Max-Age=0") || cookie.contains("01 Jan 1970");
            if is_gone {
                jar.remove(name)
            } else {
                jar.insert(name.to_owned(), value.to_owned())
            };
        }
        let location = response.headers().get("location").map(|to| url.join(&text(to)).unwrap());
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string().unwrap();
        Page { status, url, location, cookies, body }
    }

    /// Goes to the provider and signs in there: the address with which it sends the browser back.
    pub(crate) fn sign_in_at_provider(&self, console: &str, name: &str) -> Url {
        let is_back = |page: &Page| page.location.as_ref().is_some_and(|to| to.as_str().starts_with(console));
        let mut page = self.get(&format!("{console}/sign-in/openid"));
        for _ in 0..12 {
            page = match &page.location {
                Some(to) => self.get(to.as_str()),
                // Its form, which takes any password.
                None => {
                    assert_eq!(page.status, 200, "{page:?}");
                    let form = [("prompt", "login"), ("login", name), ("password", "any")];
                    self.post(page.url.as_str(), &form)
                }
            };
            if is_back(&page) {
                return page.location.unwrap();
            }
        }
        panic!("the provider sends nobody back: {page:?}");
    }

    /// The whole of it: what Vagus answers at the end.
    pub(crate) fn sign_in(&self, console: &str, name: &str) -> Page {
        let back = self.sign_in_at_provider(console, name);
        self.get(back.as_str())
    }
}
