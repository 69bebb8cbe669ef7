//! Signing in through another's OpenID provider: who gets in, who does not, and what is told of it.

use std::net::TcpListener;
use std::path::PathBuf;

use serde_json::{Value, json};
use vagus::console::access::account::Accounts;
use vagus::domain::person::{PersonId, Role};

use crate::support::eventually;
use crate::support::provider::{Page, Provider, SECRET, Surfer};
use crate::support::staff::{PASSWORD, employ, store_of};
use crate::support::town::Town;

const AWAY: &str = "The sign-in service of your organisation does not answer as it should right now.";
const STALE: &str = "This sign-in was not begun in this browser, or it took longer than ten minutes.";
const DECLINED: &str = "The sign-in service of your organisation did not sign you in.";
const UNTRUE: &str = "The answer of the sign-in service could not be trusted, so nobody was signed in.";
const UNGRANTED: &str = "Your organisation knows you, but nothing in Vagus is open to you.";
const TAKEN: &str = "There is an account of your name in Vagus that is not tied to your organisation.";

/// What groups are granted, and how the claims are found.
const GRANTS: &str = "scopes = [\"profile\", \"groups\"]\n\
    [[http.openid.grants]]\nvalue = \"heads\"\nrole = \"oh_head\"\nsites = [\"*\"]\n\
    [[http.openid.grants]]\nvalue = \"physicians\"\nrole = \"physician\"\nsites = [\"plant-a\"]\n";

/// A town whose people sign in at that port, with a physician and an administrator who have passwords.
fn town(port: u16, more: &str) -> Town {
    Town::edited(|config| {
        let store = store_of(&config);
        employ(&store, &[("dr.minh", Role::Physician), ("ad.min", Role::Administrator)]);
        let file = store.with_file_name("openid.secret");
        std::fs::write(&file, format!("{SECRET}\n")).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        format!(
            "{config}[http.openid]\nissuer = \"http://127.0.0.1:{port}\"\nclient_id = \"vagus\"\n\
             client_secret_file = {file:?}\n{more}{GRANTS}"
        )
    })
}

/// A town and its provider, which knows these people.
fn town_and_provider(people: &[(&str, &[&str])]) -> (Town, Provider, String) {
    let provider = Provider::start(None);
    let town = town(provider.port(), "");
    let console = town.vagus.console();
    provider.know(&console, people);
    (town, provider, console)
}

fn store(town: &Town) -> PathBuf {
    town.vagus.config().with_file_name("data")
}

/// Every line of the audit.
fn audit(town: &Town) -> Vec<Value> {
    let files = std::fs::read_dir(store(town).join("audit")).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    texts.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}

fn accounts(town: &Town) -> Vec<(String, Role)> {
    let accounts = Accounts::open(&store(town).join("accounts.json")).unwrap();
    accounts.all().into_iter().map(|account| (account.reader.id.to_string(), account.reader.role)).collect()
}

/// Signed in: sent to the first page, with a session.
fn assert_in(page: &Page) {
    assert_eq!((page.status, page.location.as_ref().map(url::Url::path)), (303, Some("/")), "{page:?}");
}

/// The page to sign in at, with words and without a session.
fn assert_refused(page: &Page, status: u16, words: &str) {
    assert_eq!(page.status, status, "{page:?}");
    assert!(page.body.contains(words), "{words}: {}", page.body);
    assert!(page.body.contains("name=\"password\""), "a password still does: {}", page.body);
    assert!(!page.cookies.iter().any(|cookie| cookie.starts_with("vagus=")), "{:?}", page.cookies);
}

/// The word that forms of the session carry.
fn csrf(page: &Page) -> String {
    let rest = page.body.split_once("name=\"csrf\" value=\"").expect("a form").1;
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_physician_signs_in_through_the_provider_with_the_role_and_the_sites_of_their_group() {
    let (town, provider, console) = town_and_provider(&[("dr.lan", &["staff", "physicians"])]);
    let surfer = Surfer::default();
    let page = surfer.get(&format!("{console}/sign-in"));
    assert!(page.body.contains("href=\"/sign-in/openid\""), "{}", page.body);
    let begun = surfer.get(&format!("{console}/sign-in/openid"));
    let cookie = begun.cookies.iter().find(|cookie| cookie.starts_with("vagus-openid=")).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");

    let page = surfer.sign_in(&console, "dr.lan");
    assert_in(&page);
    let asked = provider.asked();
    assert_eq!(asked[0]["response_type"], "code");
    assert_eq!(asked[0]["scope"], "openid profile groups");
    assert_eq!(asked[0]["code_challenge_method"], "S256");
    for of_each in ["state", "nonce", "code_challenge"] {
        assert!(asked[0][of_each].as_str().unwrap().len() >= 22, "{of_each}: {asked:?}");
    }
    let inbox = surfer.get(&format!("{console}/cases"));
    assert_eq!(inbox.status, 200);
    assert!(inbox.body.contains("dr.lan, physician") && inbox.body.contains("Inbox"), "{}", inbox.body);
    let account = surfer.get(&format!("{console}/password"));
    assert!(account.body.contains("You sign in through your organisation"), "{}", account.body);
    assert!(!account.body.contains("New password"), "{}", account.body);
    let given = Accounts::open(&store(&town).join("accounts.json")).unwrap();
    let given = given.find(&PersonId::parse("dr.lan").unwrap()).unwrap();
    assert_eq!(given.reader.sites.iter().map(ToString::to_string).collect::<Vec<_>>(), ["plant-a"]);
    let lines: Vec<(String, String)> = audit(&town)
        .iter()
        .map(|line| (line["what"].as_str().unwrap().to_owned(), line["by"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(lines[0], ("account".to_owned(), "openid".to_owned()));
    assert_eq!(lines[1], ("sign_in".to_owned(), "dr.lan".to_owned()));

    // Signing out ends the session here.
    let form = [("csrf", csrf(&inbox))];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    surfer.post(&format!("{console}/sign-out"), &form);
    assert_eq!(surfer.get(&format!("{console}/cases")).location.unwrap().path(), "/sign-in");

    // Another group is another role, from the next sign-in on; no group is none.
    provider.know(&console, &[("dr.lan", &["heads"])]);
    assert_in(&surfer.sign_in(&console, "dr.lan"));
    assert!(surfer.get(&format!("{console}/cases")).body.contains("dr.lan, head of occupational health"));
    provider.know(&console, &[("dr.lan", &["staff"])]);
    let elsewhere = Surfer::default();
    assert_refused(&elsewhere.sign_in(&console, "dr.lan"), 403, UNGRANTED);
    assert_eq!(surfer.get(&format!("{console}/cases")).location.unwrap().path(), "/sign-in", "signed out everywhere");
}

#[test]
fn claims_are_taken_from_the_token_where_they_stand_there_and_the_secret_from_the_body_where_it_is_wanted() {
    let (_town, provider, console) = town_and_provider(&[("dr.lan", &["physicians"])]);
    provider.set(&json!({"in_token": true, "auth_method": "client_secret_post"}));
    let surfer = Surfer::default();
    assert_in(&surfer.sign_in(&console, "dr.lan"));
    assert!(surfer.get(&format!("{console}/cases")).body.contains("dr.lan, physician"));
}

#[test]
fn whoever_is_granted_nothing_is_told_and_noted_and_has_no_account() {
    let (town, _provider, console) = town_and_provider(&[("mgr.an", &["staff"]), ("ad.min", &["heads"])]);
    let before = accounts(&town);
    for (name, words, why) in [("mgr.an", UNGRANTED, "ungranted"), ("ad.min", TAKEN, "taken")] {
        assert_refused(&Surfer::default().sign_in(&console, name), 403, words);
        let line = audit(&town).pop().unwrap();
        let by = format!("openid:{name}");
        assert_eq!(line["by"], by.as_str(), "{line}");
        assert_eq!(
            (&line["what"], &line["outcome"], &line["change"]),
            (&json!("sign_in"), &json!("denied"), &json!(why))
        );
    }
    assert_eq!(accounts(&town), before);
}

/// What is done to a token before it leaves the provider, each of which must be seen.
const TAMPERED: [&str; 14] = [
    "nonce",
    "no_nonce",
    "expired",
    "issuer",
    "audience",
    "further_audience",
    "party",
    "access_token",
    "claims",
    "other_key",
    "unsigned",
    "shared_key",
    "no_token",
    "userinfo",
];

#[test]
fn what_the_provider_says_counts_only_where_all_of_it_holds() {
    let (mut town, provider, mut console) = town_and_provider(&[]);
    let people: &[(&str, &[&str])] = &[("dr.lan", &["physicians"])];
    let before = accounts(&town);
    // After six failures an address has to wait, and a restart forgets that.
    for tampers in TAMPERED.chunks(6) {
        provider.know(&console, people);
        for tamper in tampers {
            provider.set(&json!({"tamper": tamper}));
            let page = Surfer::default().sign_in(&console, "dr.lan");
            assert_refused(&page, 403, UNTRUE);
            for secret in ["eyJ", "nonce", "audience", "signature", SECRET, "dr.lan", "127.0.0.1"] {
                assert!(!page.body.contains(secret), "{tamper}: {secret} in {}", page.body);
            }
        }
        if tampers.len() == 6 {
            let page = Surfer::default().get(&format!("{console}/sign-in/openid"));
            assert_refused(&page, 429, "Too many attempts. Try again in 1 min.");
        }
        town.vagus.kill9();
        town.vagus.start_again();
        town.vagus.wait_until_ready();
        console = town.vagus.console();
    }
    assert_eq!(accounts(&town), before);
    assert!(audit(&town).is_empty(), "nobody was known: {:?}", audit(&town));
    provider.know(&console, people);
    provider.set(&json!({"tamper": "nothing"}));
    assert_in(&Surfer::default().sign_in(&console, "dr.lan"));
    let log = town.vagus.log();
    for secret in [SECRET, "eyJ", "code="] {
        assert!(!log.contains(secret), "{secret} in the log");
    }
}

#[test]
fn a_browser_ends_only_the_sign_in_that_it_began_itself_and_only_once() {
    let (_town, _provider, console) = town_and_provider(&[("dr.lan", &["physicians"])]);
    let surfer = Surfer::default();
    let back = surfer.sign_in_at_provider(&console, "dr.lan");
    let with = |name: &str, value: &str| {
        let pairs = back.query_pairs().map(|(known, had)| {
            let value = if known == name { value.to_owned() } else { had.into_owned() };
            (known.into_owned(), value)
        });
        let pairs: Vec<(String, String)> = pairs.collect();
        let mut changed = back.clone();
        changed.query_pairs_mut().clear().extend_pairs(pairs);
        changed
    };
    assert_refused(&Surfer::default().get(back.as_str()), 400, STALE);
    assert_refused(&surfer.get(with("state", "another").as_str()), 400, STALE);
    assert_refused(&surfer.get(with("state", "").as_str()), 400, STALE);
    assert_refused(&surfer.get(&format!("{console}/sign-in/openid/back")), 400, STALE);
    // None of that took anything from whoever began it. Nothing in the address says where it goes on.
    let page = surfer.get(&format!("{back}&next=https%3A%2F%2Fexample.com&redirect_uri=https%3A%2F%2Fexample.com"));
    assert_in(&page);
    assert_refused(&surfer.get(back.as_str()), 400, STALE);
    assert_eq!(surfer.get(&format!("{console}/cases")).status, 200, "the session lives on");

    // Another issuer's answer, a refusal, a code of nobody's.
    let begun = |change: &dyn Fn(url::Url) -> url::Url| {
        let surfer = Surfer::default();
        let back = surfer.sign_in_at_provider(&console, "dr.lan");
        surfer.get(change(back).as_str())
    };
    let replaced = |back: url::Url, name: &'static str, value: &str| {
        let kept: Vec<(String, String)> =
            back.query_pairs().filter(|(known, _)| known != name).map(|(a, b)| (a.into(), b.into())).collect();
        let mut changed = back;
        changed.query_pairs_mut().clear().extend_pairs(kept).append_pair(name, value);
        changed
    };
    let page = begun(&|back| replaced(back, "iss", "https://login.example.com"));
    assert_refused(&page, 403, UNTRUE);
    let page = begun(&|back| replaced(back, "error", "access_denied<script>"));
    assert_refused(&page, 403, DECLINED);
    assert!(!page.body.contains("access_denied"), "{}", page.body);
    assert_refused(&begun(&|back| replaced(back, "code", "a-guess")), 403, UNTRUE);
}

#[test]
fn keys_that_the_provider_changes_are_asked_for_again() {
    let (_town, provider, console) = town_and_provider(&[("dr.lan", &["physicians"])]);
    assert_in(&Surfer::default().sign_in(&console, "dr.lan"));
    // Under another name, and under the same.
    for name in ["second", "second"] {
        provider.set(&json!({"rotate": name}));
        assert_in(&Surfer::default().sign_in(&console, "dr.lan"));
    }
}

/// Signs in with a password.
fn with_password(console: &str, name: &str) -> Page {
    Surfer::default().post(&format!("{console}/sign-in"), &[("name", name), ("password", PASSWORD)])
}

#[test]
fn while_the_provider_is_away_that_is_told_and_passwords_go_on() {
    // Somebody who takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let town = town(port, "timeout_ms = 300\n");
    let console = town.vagus.console();
    assert_refused(&Surfer::default().get(&format!("{console}/sign-in/openid")), 503, AWAY);
    assert_in(&with_password(&console, "dr.minh"));
    // Nobody there at all.
    drop(silent);
    assert_refused(&Surfer::default().get(&format!("{console}/sign-in/openid")), 503, AWAY);
    assert_in(&with_password(&console, "dr.minh"));
    // It comes, and that is seen without a restart.
    let provider = Provider::start(Some(port));
    provider.know(&console, &[("dr.lan", &["physicians"])]);
    // For some seconds after it did not answer it is left alone.
    let begin = || Surfer::default().get(&format!("{console}/sign-in/openid")).status;
    eventually("the provider is asked again", || (begin() == 303).then_some(()));
    assert_in(&Surfer::default().sign_in(&console, "dr.lan"));
    // It goes between there and back.
    let surfer = Surfer::default();
    let back = surfer.sign_in_at_provider(&console, "dr.lan");
    drop(provider);
    assert_refused(&surfer.get(back.as_str()), 503, AWAY);
    assert_in(&with_password(&console, "ad.min"));
}

#[test]
fn passwords_can_be_kept_for_administrators_alone() {
    let provider = Provider::start(None);
    let town = town(provider.port(), "passwords = \"administrators\"\n");
    let console = town.vagus.console();
    provider.know(&console, &[("dr.lan", &["physicians"])]);
    assert_refused(&with_password(&console, "dr.minh"), 401, "That name and password do not fit together.");
    assert_in(&with_password(&console, "ad.min"));
    assert_in(&Surfer::default().sign_in(&console, "dr.lan"));
}
