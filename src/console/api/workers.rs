//! Workers, as far as their health is the reader's to see.

use axum::extract::State;
use axum::{Extension, Json};

use super::super::Console;
use super::super::desk::Desk;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::super::view::PortraitView;
use super::extract::At;

/// Shows a worker as they are seen today: evidence, days, questionnaires. Single answers are null for whoever
/// works on no case of theirs.
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
    Ok(Json(PortraitView::of((&site, &worker), &seen.portrait, visitor.language, seen.shows_answers)))
}
