//! Files that people export from elsewhere: the register of workers, questionnaires, working conditions.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::{Extension, Json};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::SignedIn;
use super::super::office::ImportTable;
use super::super::problem::Problem;
use super::super::view::ImportReport;
use super::extract::is_of_type;

/// The longest file.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Enrols the workers of a file, or changes their rows. Columns: `site,worker` and, optional,
/// `unit,time_zone,birth_year,sex,bmi,safety_critical,beta_blocker,consent`.
#[utoipa::path(
    post, path = "/api/v1/imports/workers", tag = "taking in", operation_id = "importWorkers",
    request_body(content = String, description = "CSV in UTF-8, the first line a header", content_type = "text/csv",
        example = "site,worker,unit,consent\nplant-a,w-0042,assembly-2,yes\n"),
    responses((status = 200, description = "What was taken, and every line of which nothing was", body = ImportReport)),
)]
pub(super) async fn workers(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    take(&console, &signed_in, (ImportTable::Workers, Field::Register, "/api/v1/imports/workers"), request).await
}

/// Takes in the questionnaires of a file. Columns: `site,worker,instrument,taken_at` and `answers` (with blanks
/// between them, `-` for a missing one) or `score` with, where the questionnaire has two scales, `score_kind`.
#[utoipa::path(
    post, path = "/api/v1/imports/screenings", tag = "taking in", operation_id = "importScreenings",
    request_body(content = String, description = "CSV in UTF-8, the first line a header", content_type = "text/csv",
        example = "site,worker,instrument,taken_at,answers\n\
                   plant-a,w-0042,GAD-7,2026-03-01T09:00:00+07:00,2 1 2 1 1 2 1\n"),
    responses((status = 200, description = "What was taken, and every line of which nothing was", body = ImportReport)),
)]
pub(super) async fn screenings(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    take(&console, &signed_in, (ImportTable::Screenings, Field::Intake, "/api/v1/imports/screenings"), request).await
}

/// Takes in the working conditions of a file. Columns: `site,worker,date` and any of `worked_h,overtime_h,
/// shift_start,shift_end,noise_lex8h_dba,wbgt_c,events` (with semicolons between them).
#[utoipa::path(
    post, path = "/api/v1/imports/exposures", tag = "taking in", operation_id = "importExposures",
    request_body(content = String, description = "CSV in UTF-8, the first line a header", content_type = "text/csv",
        example = "site,worker,date,worked_h,overtime_h\nplant-a,w-0042,2026-03-01,11.5,3.5\n"),
    responses((status = 200, description = "What was taken, and every line of which nothing was", body = ImportReport)),
)]
pub(super) async fn exposures(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    take(&console, &signed_in, (ImportTable::Exposures, Field::Intake, "/api/v1/imports/exposures"), request).await
}

async fn take(
    console: &Console,
    signed_in: &SignedIn,
    (table, field, route): (ImportTable, Field, &str),
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    is_of_type(request.headers(), "text/csv")?;
    let bytes = to_bytes(request.into_body(), MAX_BYTES).await.map_err(|_| Problem::TooLarge(MAX_BYTES))?;
    let text = String::from_utf8(bytes.to_vec())
        .map_err(|error| Problem::Malformed(format!("the file is not UTF-8: {}", error.utf8_error())))?;
    console.record(vec![Entry::of(&signed_in.reader, "import", route).with(&[field])]).await?;
    Ok(Json(console.office().import(table, text, signed_in.reader.sites.clone()).await?))
}
