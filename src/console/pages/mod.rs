//! Pages for people: HTML made on the server, which works without any script.
//!
//! What is to be shown comes in, a page leaves. Every text comes from [`crate::texts`], every value is
//! escaped by the template, and who may see a field is asked of the reader before it is put in.

pub(super) mod accounts;
mod answers;
pub(super) mod audit;
pub(super) mod break_glass;
pub(super) mod case;
mod case_deeds;
mod case_fired;
mod case_parts;
#[cfg(test)]
mod case_tests;
mod case_words;
mod chart;
pub(super) mod erase;
pub(super) mod export;
mod form;
pub(super) mod inbox;
pub(super) mod language;
mod layout;
#[cfg(test)]
mod looks_tests;
pub(super) mod openid;
pub(super) mod password;
pub(super) mod rules;
pub(super) mod settings;
pub(super) mod sign_in;
pub(super) mod system;
pub(super) mod taking_part;
pub(super) mod units;
pub(super) mod unseen;
pub(super) mod what_if;
pub(super) mod worker;
pub(super) mod worker_link;
pub(super) mod worker_self;

use axum::Extension;
use axum::response::Redirect;
use maud::{Markup, html};

use super::access::Field;
use super::gate::SignedIn;
use super::problem::Problem;
use crate::texts::Language;

/// The first page of each role.
pub(super) async fn home(Extension(signed_in): Extension<SignedIn>) -> Redirect {
    let may = |field| signed_in.reader.reach(field).is_some();
    let pages = [
        (Field::Case, "/cases"),
        (Field::Accounts, "/accounts"),
        (Field::System, "/system"),
        (Field::Groups, "/units"),
        (Field::Audit, "/audit"),
    ];
    let first = pages.into_iter().find(|(field, _)| may(*field));
    Redirect::to(first.map_or("/password", |(_, path)| path))
}

/// The page that says what went wrong.
pub(super) fn problem(problem: &Problem, language: Language) -> Markup {
    let title = language.say("problem-title");
    let body = html! {
        h1 { (title) }
        p role="alert" { (problem.say(language)) }
        p { a href="/" { (language.say("back-to-inbox")) } }
    };
    layout::bare(language, &title, false, &body)
}
