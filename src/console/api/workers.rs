//! Workers, as far as their health is the reader's to see.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Console;
use super::super::desk::Desk;
use super::super::gate::{SignedIn, Visitor};
use super::super::pages::export;
use super::super::problem::{Problem, ProblemDetails};
use super::super::view::{ExportView, PortraitView, Shown};
use super::extract::{Asked, At};

/// Shows a worker as they are seen today: evidence, days, questionnaires. Single answers are null for whoever
/// works on no case of theirs, and so is a level that opens no case: it is for the worker alone.
#[utoipa::path(
    get, path = "/api/v1/workers/{site}/{worker}", tag = "workers", operation_id = "getWorker",
    params(
        ("site" = String, Path, description = "The site"),
        ("worker" = String, Path, description = "The worker's pseudonym"),
    ),
    responses((status = 200, description = "The worker", body = PortraitView)),
)]
pub(super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    At((site, worker)): At<(String, String)>,
) -> Result<Json<PortraitView>, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/api/v1/workers/{site}/{worker}" };
    let seen = desk.worker(&site, &worker).await?;
    let shown = Shown { answers: seen.shows_answers, oneself: false };
    Ok(Json(PortraitView::of((&site, &worker), &seen.portrait, visitor.language, shown)))
}

/// In which form a document is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// One list of the document as CSV: `nights`, `windows`, `sleeps`, `nightly`, `exposures`, `tags` or `screenings`.
    #[param(example = "windows")]
    table: String,
}

/// Gives what is kept of a worker and is the reader's to see, in one document, or one list of it as CSV. Not in it are
/// single heart beats, messages that were refused, and events and mails that were sent.
/// Single answers and notes are null for whoever works on no case of theirs.
#[utoipa::path(
    get, path = "/api/v1/workers/{site}/{worker}/export", tag = "workers", operation_id = "exportWorker",
    params(
        ("site" = String, Path, description = "The site"),
        ("worker" = String, Path, description = "The worker's pseudonym"),
        Wanted,
    ),
    responses((status = 200, description = "The document, or the list",
        content((ExportView = "application/json"), (String = "text/csv")))),
)]
pub(super) async fn export(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    At((site, worker)): At<(String, String)>,
    Asked(Wanted { table }): Asked<Wanted>,
) -> Result<Response, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/api/v1/workers/{site}/{worker}/export" };
    export::file(&desk.export(&site, &worker, visitor.language).await?, &table)
}

/// Whether an open case may end with the worker.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Erasing {
    /// True: erase also a worker who has an open case.
    open_case: bool,
}

/// Erases a worker: nothing shows or sends anything of them once this is answered, and within minutes nothing is in
/// the files of the store either. It cannot be undone. What was sent before is with whoever received it.
#[utoipa::path(
    delete, path = "/api/v1/workers/{site}/{worker}", tag = "workers", operation_id = "eraseWorker",
    params(
        ("site" = String, Path, description = "The site"),
        ("worker" = String, Path, description = "The worker's pseudonym"),
        Erasing,
    ),
    responses(
        (status = 204, description = "The worker is erased"),
        (status = 409, description = "There is an open case, and nobody said that it may end: `reason` is `open_case`",
            body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn erase(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    At((site, worker)): At<(String, String)>,
    Asked(Erasing { open_case }): Asked<Erasing>,
) -> Result<StatusCode, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/api/v1/workers/{site}/{worker}" };
    desk.erase(&site, &worker, open_case).await?;
    Ok(StatusCode::NO_CONTENT)
}
