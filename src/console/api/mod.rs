//! The API under `/api/v1`, for programs: the same grants, deeds and audit as the pages.
//!
//! JSON comes in and leaves; what goes wrong leaves as problem details (RFC 9457). Each address stands in one
//! list with what it needs, and the OpenAPI document is made of that list: none can be missing there.

mod cases;
mod cursor;
mod document;
mod extract;
mod imports;
mod intake;
mod rules;
mod session;
mod workers;

use axum::routing::MethodRouter;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Schema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::Field;
use super::gate::{Kind, Need};
use super::{Console, Route};

pub use document::document;

/// One address of the API, and how it is described.
struct Endpoint {
    path: &'static str,
    need: Need,
    answer: MethodRouter<Console>,
    schemas: Vec<(String, RefOr<Schema>)>,
    described: Paths,
}

fn at(path: &'static str, need: Need, (schemas, described, answer): UtoipaMethodRouter<Console>) -> Endpoint {
    Endpoint { path, need, answer, schemas, described }
}

/// Every address of the API.
fn endpoints() -> Vec<Endpoint> {
    let case = Need::Field(Field::Case);
    vec![
        at("/api/v1/openapi.json", Need::Nothing, routes!(document::show)),
        at("/api/v1/session", Need::Nothing, routes!(session::enter)),
        at("/api/v1/session", Need::SignedIn, routes!(session::show, session::leave)),
        at("/api/v1/cases", case, routes!(cases::list)),
        at("/api/v1/cases/{case}", case, routes!(cases::show)),
        at("/api/v1/cases/{case}/deeds", case, routes!(cases::act)),
        at("/api/v1/cases/{case}/break-glass", case, routes!(cases::break_glass)),
        at("/api/v1/sites/{site}/colleagues", case, routes!(cases::colleagues)),
        at("/api/v1/methods", case, routes!(cases::methods)),
        at("/api/v1/workers/{site}/{worker}", Need::Field(Field::Evidence), routes!(workers::show)),
        at("/api/v1/workers/{site}/{worker}", Need::Field(Field::Erasure), routes!(workers::erase)),
        at("/api/v1/workers/{site}/{worker}/export", Need::Field(Field::Evidence), routes!(workers::export)),
        at("/api/v1/rules", Need::Field(Field::Rules), routes!(rules::show)),
        at("/api/v1/rules/what-if", Need::Field(Field::WhatIf), routes!(rules::ask, rules::found)),
        at("/api/v1/imports/workers", Need::Field(Field::Register), routes!(imports::workers)),
        at("/api/v1/imports/screenings", Need::Field(Field::Intake), routes!(imports::screenings)),
        at("/api/v1/imports/exposures", Need::Field(Field::Intake), routes!(imports::exposures)),
        at("/api/v1/sites/{site}/sources/{source}/{stream}", Need::Source, routes!(intake::post)),
    ]
}

/// The addresses, for the table of all.
pub(super) fn routes() -> impl Iterator<Item = Route> {
    endpoints().into_iter().map(|Endpoint { path, need, answer, .. }| Route { path, kind: Kind::Api, need, answer })
}

#[cfg(test)]
mod tests;
