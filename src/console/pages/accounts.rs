//! Accounts: who may sign in, and what an administrator does about it.

use axum::Extension;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::access::account::Account;
use super::super::access::audit::Entry;
use super::super::access::keeping::{KeepError, Keeper, Wanted};
use super::super::access::{Field, Reader};
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::{Console, wall};
use super::layout::{self, Frame};
use crate::domain::ids::SiteId;
use crate::domain::person::Role;
use crate::texts::Language;

/// What the page tells of what was just done.
enum Told<'a> {
    Nothing,
    Done(&'a str),
    /// A password that is shown this once.
    Password(&'a str, &'a str),
    Wrong(&'static str),
}

/// What the page is made of.
struct Sheet<'a> {
    console: &'a Console,
    signed_in: &'a SignedIn,
    language: Language,
}

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Markup, Problem> {
    let entry = Entry::of(&signed_in.reader, "read", "/accounts").with(&[Field::Accounts]);
    console.record(vec![entry]).await?;
    Ok(Sheet { console: &console, signed_in: &signed_in, language: visitor.language }.page(&Told::Nothing))
}

/// What the form of a new account says, or of the change of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    deed: String,
    name: String,
    role: String,
    sites: String,
    everywhere: Option<String>,
}

impl Asked {
    /// The sites; none, which stands for all, only where that was ticked.
    fn sites(&self) -> Result<Vec<String>, &'static str> {
        let named = self.sites.split([',', ' ']).map(str::trim).filter(|site| !site.is_empty());
        let named: Vec<String> = named.map(str::to_owned).collect();
        match (self.everywhere.is_some(), named.is_empty()) {
            (true, true) => Ok(Vec::new()),
            (false, false) => Ok(named),
            (true, false) | (false, true) => Err("accounts-wrong-sites"),
        }
    }

    fn wanted(&self) -> Result<Wanted, &'static str> {
        let role = self.role.clone();
        match self.deed.as_str() {
            "add" => Ok(Wanted::Add { role, sites: self.sites()? }),
            "change" => Ok(Wanted::Change { role, sites: self.sites()? }),
            "disable" => Ok(Wanted::Disable),
            "enable" => Ok(Wanted::Enable),
            "reset" => Ok(Wanted::Reset),
            _ => Err("accounts-wrong-failed"),
        }
    }
}

pub(in super::super) async fn add(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let sheet = Sheet { console: &console, signed_in: &signed_in, language: visitor.language };
    let name = asked.name.trim().to_owned();
    sheet.done(name, Asked { deed: "add".to_owned(), ..asked }).await
}

pub(in super::super) async fn change(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Path(name): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let sheet = Sheet { console: &console, signed_in: &signed_in, language: visitor.language };
    sheet.done(name, asked).await
}

impl Sheet<'_> {
    /// Does it and shows the page again, with the password that was made, which stands in no other answer.
    async fn done(&self, name: String, asked: Asked) -> Result<Response, Problem> {
        let wanted = match asked.wanted() {
            Ok(wanted) => wanted,
            Err(key) => return Ok((StatusCode::UNPROCESSABLE_ENTITY, self.page(&Told::Wrong(key))).into_response()),
        };
        let (books, keeper, of) = (self.console.books(), Keeper::Reader(self.signed_in.reader.clone()), name.clone());
        let changed = tokio::task::spawn_blocking(move || books.change(&keeper, &of, &wanted, wall()));
        match changed.await.map_err(|_| Problem::Internal)? {
            Ok(Some(password)) => Ok(self.page(&Told::Password(&name, &password)).into_response()),
            Ok(None) => Ok(self.page(&Told::Done(&name)).into_response()),
            Err(KeepError::Audit(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!("an account was not changed: {error}");
                let told = Told::Wrong(wrong(&error));
                Ok((StatusCode::UNPROCESSABLE_ENTITY, self.page(&told)).into_response())
            }
        }
    }

    fn page(&self, told: &Told<'_>) -> Markup {
        let Self { console, signed_in, language } = self;
        let (language, title) = (*language, self.language.say("accounts-title"));
        let keeper = Keeper::Reader(signed_in.reader.clone());
        let accounts = console.accounts().all();
        let theirs: Vec<&Account> = accounts.iter().filter(|account| keeper.keeps(&account.reader.sites)).collect();
        let head = |key: &str| html! { th scope="col" { (language.say(key)) } };
        let body = html! {
            h1 { (title) }
            (said(language, told))
            table.accounts {
                caption { (language.say("accounts-caption")) }
                thead {
                    tr {
                        (head("accounts-name")) (head("accounts-role")) (head("accounts-sites"))
                        (head("accounts-state")) (head("accounts-do"))
                    }
                }
                tbody { @for account in &theirs { (self.line(account)) } }
            }
            section aria-labelledby="new-account" {
                h2 #new-account { (language.say("accounts-new")) }
                form.stacked method="post" action="/accounts" {
                    (layout::csrf(signed_in))
                    div.field {
                        label for="name" { (language.say("accounts-name")) }
                        input #name name="name" required maxlength="64" pattern="[A-Za-z0-9_.\\-]+"
                            autocomplete="off" aria-describedby="name-hint";
                        p #name-hint.hint { (language.say("accounts-name-hint")) }
                    }
                    (role_and_sites(language, "new", None))
                    button.first type="submit" { (language.say("accounts-add")) }
                }
            }
        };
        Frame { console, signed_in, language, title, current: "/accounts" }.around(&body)
    }

    fn line(&self, account: &Account) -> Markup {
        let (language, reader) = (self.language, &account.reader);
        let label = |key: &str| language.say(key);
        let is_provided = account.openid.is_some();
        let state = match (account.is_disabled, account.must_change) {
            (true, _) => "accounts-disabled",
            (false, true) => "accounts-one-time",
            (false, false) if is_provided => "openid-account",
            (false, false) => "accounts-active",
        };
        let switch = if account.is_disabled { "enable" } else { "disable" };
        html! {
            tr {
                th scope="row" data-label=(label("accounts-name")) { (reader.id.as_str()) }
                td data-label=(label("accounts-role")) { (role_words(language, reader.role)) }
                td data-label=(label("accounts-sites")) { (site_words(language, reader)) }
                td data-label=(label("accounts-state")) { (label(state)) }
                td data-label=(label("accounts-do")) {
                    details {
                        summary { (language.say_with("accounts-change-of", &[("name", reader.id.as_str().into())])) }
                        form.stacked method="post" action=(format!("/accounts/{}", reader.id)) {
                            (layout::csrf(self.signed_in))
                            @if is_provided { p.hint { (label("openid-account-hint")) } } @else {
                                (role_and_sites(language, reader.id.as_str(), Some(reader)))
                            }
                            div.buttons {
                                @if !is_provided { (button("change", &label("accounts-change"))) }
                                (button(switch, &label(&format!("accounts-{switch}"))))
                                @if !is_provided { (button("reset", &label("accounts-reset"))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn button(deed: &str, words: &str) -> Markup {
    html! { button type="submit" name="deed" value=(deed) { (words) } }
}

fn said(language: Language, told: &Told<'_>) -> Markup {
    html! {
        @match told {
            Told::Nothing => {}
            Told::Done(name) => p.done role="status" { (language.say_with("accounts-done", &[("name", (*name).into())])) },
            Told::Password(name, password) => {
                div.done role="status" {
                    p { (language.say_with("accounts-password-of", &[("name", (*name).into())])) }
                    p { code.password { (password) } }
                    p { (language.say("accounts-password-once")) }
                }
            }
            Told::Wrong(key) => p.wrong role="alert" { (language.say(key)) },
        }
    }
}

/// The key of the text of what went wrong.
const fn wrong(error: &KeepError) -> &'static str {
    match error.name().as_bytes() {
        b"bad-name" => "accounts-wrong-name",
        b"bad-site" => "accounts-wrong-site",
        b"bad-role" => "accounts-wrong-role",
        // Accounts of other sites are not told of.
        b"foreign" | b"unknown" => "accounts-wrong-unknown",
        b"exists" => "accounts-wrong-exists",
        b"last" => "accounts-wrong-last",
        b"provider" => "openid-account-hint",
        _ => "accounts-wrong-failed",
    }
}

fn role_and_sites(language: Language, of: &str, known: Option<&Reader>) -> Markup {
    let (role, sites, all) = (format!("role-{of}"), format!("sites-{of}"), known.is_some_and(|it| it.sites.is_empty()));
    let listed: Vec<&str> = known.iter().flat_map(|it| it.sites.iter().map(SiteId::as_str)).collect();
    html! {
        div.field {
            label for=(role) { (language.say("accounts-role")) }
            select id=(role) name="role" {
                @for choice in Role::ALL {
                    option value=(choice.as_str()) selected[known.is_some_and(|it| it.role == *choice)] {
                        (role_words(language, *choice))
                    }
                }
            }
        }
        div.field {
            label for=(sites) { (language.say("accounts-sites-named")) }
            input id=(sites) name="sites" maxlength="1000" value=(listed.join(", ")) autocomplete="off";
        }
        label.tick {
            input type="checkbox" name="everywhere" value="on" checked[all];
            (language.say("accounts-sites-all"))
        }
    }
}

pub(super) fn role_words(language: Language, role: Role) -> String {
    language.say(&format!("role-{}", role.as_str()))
}

fn site_words(language: Language, reader: &Reader) -> String {
    if reader.sites.is_empty() {
        return language.say("accounts-sites-all");
    }
    reader.sites.iter().map(SiteId::as_str).collect::<Vec<_>>().join(", ")
}
