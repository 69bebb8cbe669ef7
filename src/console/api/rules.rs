//! The rules, and what others would have done.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::{Problem, ProblemDetails};
use super::super::view::{RuleChange, RulesView, WhatIfView};
use super::extract::Sent;

/// Tells the rules in force, in words and with the numbers that can be asked about.
#[utoipa::path(
    get, path = "/api/v1/rules", tag = "rules", operation_id = "getRules",
    responses((status = 200, description = "The rules", body = RulesView)),
)]
pub(super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Json<RulesView>, Problem> {
    console.record(vec![Entry::of(&signed_in.reader, "read", "/api/v1/rules").with(&[Field::Rules])]).await?;
    Ok(Json(console.office().rules(visitor.language)))
}

/// Asks what the stored history would have given, were one rule another. It is looked at in the background, one
/// question an account at a time; nothing is changed.
#[utoipa::path(
    post, path = "/api/v1/rules/what-if", tag = "rules", operation_id = "askWhatIf", request_body = RuleChange,
    responses(
        (status = 202, description = "It is looked at: ask for it until its state is `done`", body = WhatIfView),
        (status = 409, description = "What was asked last is still looked at", body = ProblemDetails,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn ask(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    Sent(change): Sent<RuleChange>,
) -> Result<(StatusCode, Json<WhatIfView>), Problem> {
    const ROUTE: &str = "/api/v1/rules/what-if";
    // A rule that there is not, or a number that makes no sense: here it is the question that is wrong.
    let told = |found| {
        if let Problem::Refused { reason, problem } = &found
            && *reason != "still_looking"
        {
            return Problem::Malformed(problem.clone());
        }
        found
    };
    console.ask_what_if(&signed_in, change, visitor.language, ROUTE).await.map_err(told)?;
    Ok((StatusCode::ACCEPTED, Json(console.what_if(&signed_in, Duration::ZERO, ROUTE).await?)))
}

/// Tells how far the latest question of whoever asks is, and what was found. Workers are named only at sites whose
/// evidence is theirs to see.
#[utoipa::path(
    get, path = "/api/v1/rules/what-if", tag = "rules", operation_id = "getWhatIf",
    responses((status = 200, description = "How far it is; `none` where nothing was asked", body = WhatIfView)),
)]
pub(super) async fn found(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Json<WhatIfView>, Problem> {
    Ok(Json(console.what_if(&signed_in, Duration::ZERO, "/api/v1/rules/what-if").await?))
}
