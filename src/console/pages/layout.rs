//! What every page has around it.

use maud::{DOCTYPE, Markup, html};

use super::super::Console;
use super::super::access::Field;
use super::super::access::session::Token;
use super::super::gate::SignedIn;
use crate::texts::Language;

/// A page of somebody who is signed in.
pub(super) struct Frame<'a> {
    pub(super) console: &'a Console,
    pub(super) signed_in: &'a SignedIn,
    pub(super) language: Language,
    pub(super) title: String,
    /// The address of the entry of the navigation that this page belongs to.
    pub(super) current: &'static str,
}

/// The pages that the navigation names, for those who may see them.
const NAVIGATION: &[(Field, &str, &str)] = &[
    (Field::Case, "/cases", "nav-inbox"),
    (Field::Worker, "/unseen", "nav-unseen"),
    (Field::Groups, "/units", "nav-units"),
    (Field::Rules, "/rules", "nav-rules"),
    (Field::System, "/system", "nav-system"),
    (Field::System, "/settings", "nav-settings"),
    (Field::Accounts, "/accounts", "nav-accounts"),
    (Field::Audit, "/audit", "nav-audit"),
];

impl Frame<'_> {
    pub(super) fn around(&self, body: &Markup) -> Markup {
        let Self { language, title, .. } = self;
        let inner = html! {
            header.top {
                a.brand href="/" { "Vagus" }
                nav aria-label=(language.say("nav-main")) {
                    ul {
                        @for (field, path, key) in NAVIGATION {
                            @if self.signed_in.reader.reach(*field).is_some() {
                                li {
                                    a href=(path) aria-current=[(self.current == *path).then_some("page")] {
                                        (language.say(key))
                                    }
                                }
                            }
                        }
                    }
                }
                (self.account())
            }
            main #content tabindex="-1" { (body) }
        };
        document(*language, title, self.console.is_demo(), true, &inner)
    }

    /// Who is signed in, the language, and the way out.
    fn account(&self) -> Markup {
        let Self { language, signed_in, .. } = self;
        let reader = &signed_in.reader;
        let role = language.say(&format!("role-{}", reader.role.as_str()));
        let who = language.say_with("signed-in-as", &[("name", reader.id.as_str().into()), ("role", role.into())]);
        html! {
            div.account {
                a href="/password" { (who) }
                form method="post" action="/language" {
                    (csrf(signed_in))
                    label for="language" { (language.say("language")) }
                    select #language name="language" {
                        @for choice in Language::ALL {
                            option value=(choice.as_str()) lang=(choice.as_str()) selected[choice == language] {
                                (choice.own_name())
                            }
                        }
                    }
                    button type="submit" { (language.say("language-set")) }
                }
                form method="post" action="/sign-out" {
                    (csrf(signed_in))
                    button type="submit" { (language.say("sign-out")) }
                }
            }
        }
    }
}

/// The hidden field that says a form was made for this session.
pub(super) fn csrf(signed_in: &SignedIn) -> Markup {
    csrf_of(&signed_in.session.csrf)
}

/// The same of a session of whatever kind.
pub(super) fn csrf_of(word: &Token) -> Markup {
    html! { input type="hidden" name="csrf" value=(word.as_str()); }
}

/// A page for whoever is not signed in.
pub(super) fn bare(language: Language, title: &str, is_demo: bool, body: &Markup) -> Markup {
    let inner = html! { main #content.narrow tabindex="-1" { (body) } };
    document(language, title, is_demo, false, &inner)
}

/// A worker's own page: pictures, and nothing of the console around them.
pub(super) fn own(language: Language, title: &str, is_demo: bool, body: &Markup) -> Markup {
    document(language, title, is_demo, true, &html! { main #content tabindex="-1" { (body) } })
}

fn document(language: Language, title: &str, is_demo: bool, has_script: bool, inner: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Vagus" }
                link rel="stylesheet" href="/assets/vagus.css";
                @if has_script {
                    link rel="stylesheet" href="/assets/uplot.css";
                    script defer src="/assets/uplot.js" {}
                    script defer src="/assets/vagus.js" {}
                }
            }
            body {
                a.skip href="#content" { (language.say("skip-to-content")) }
                @if is_demo { p.demo role="note" { (language.say("demo-banner")) } }
                (inner)
            }
        }
    }
}
