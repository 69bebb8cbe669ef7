//! Cases: listed, looked at, acted upon.

use std::hash::Hasher as _;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;
use utoipa::{IntoParams, ToSchema};

use super::super::Console;
use super::super::access::Field;
use super::super::desk::Desk;
use super::super::gate::{SignedIn, Visitor};
use super::super::office::{Colleague, MethodChoice};
use super::super::problem::{Problem, ProblemDetails};
use super::super::view::{CaseFilter, CaseRow, CaseView, DeedWord, FiredView};
use super::cursor::Cursor;
use super::extract::{Asked, At, Sent, text};
use crate::domain::ids::SiteId;
use crate::texts::Language;

/// Cases in an answer, where nothing is said.
const USUAL_LIMIT: usize = 50;
/// The most cases in an answer.
const MAX_LIMIT: usize = 200;

/// Which cases are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this site.
    site: Option<String>,
    /// Only of this unit.
    unit: Option<String>,
    /// Only of this level.
    #[param(example = "L3")]
    level: Option<String>,
    /// Only in this state.
    #[param(example = "open")]
    state: Option<String>,
    /// Only those that whoever asks leads, or an action of which they carry out.
    mine: bool,
    /// Only those of which a limit is over.
    overdue: bool,
    /// Those that have ended, too.
    ended: bool,
    /// At most so many.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// The `next` of the answer before.
    cursor: Option<String>,
}

/// Some of the cases, most urgent first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CasesPage {
    /// The cases.
    cases: Vec<CaseRow>,
    /// The `cursor` of the next answer; null where there is no further case.
    next: Option<String>,
}

/// Lists cases, most urgent first.
#[utoipa::path(
    get, path = "/api/v1/cases", tag = "cases", operation_id = "listCases", params(Wanted),
    responses((status = 200, description = "Some of the cases", body = CasesPage)),
)]
pub(super) async fn list(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<CasesPage>, Problem> {
    let limit = wanted.limit.unwrap_or(USUAL_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::Malformed(format!("limit is {limit}; 1 to {MAX_LIMIT} are answered")));
    }
    let after = wanted.cursor.as_deref().map(Cursor::parse).transpose()?;
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/api/v1/cases" };
    let site = wanted.site.clone().unwrap_or_default();
    let filter = CaseFilter {
        site: wanted.site,
        level: wanted.level,
        state: wanted.state,
        person: wanted.mine.then(|| signed_in.reader.id.to_string()),
        is_overdue: wanted.overdue,
        has_ended: wanted.ended,
    };
    // A level or a state that there is not: here it is the question that is wrong.
    let told =
        |problem| if let Problem::Refused { problem, .. } = problem { Problem::Malformed(problem) } else { problem };
    let found = desk.cases(filter).await.map_err(told)?;
    let missing = desk.missing_place(&found, &site, wanted.unit.as_deref().unwrap_or_default()).await?;
    if let Some(missing) = missing {
        return Err(Problem::Malformed(missing.told(&site, wanted.unit.as_deref().unwrap_or_default())));
    }
    let is_wanted = |row: &CaseRow| wanted.unit.as_ref().is_none_or(|unit| *unit == row.unit);
    let is_ahead = |row: &CaseRow| after.as_ref().is_none_or(|after| Cursor::of(row) > *after);
    let mut cases: Vec<CaseRow> = found.into_iter().filter(|row| is_wanted(row) && is_ahead(row)).collect();
    let has_more = cases.len() > limit;
    cases.truncate(limit);
    desk.listed(cases.iter()).await?;
    let next = cases.last().filter(|_| has_more).map(|last| Cursor::of(last).encode());
    Ok(Json(CasesPage { cases, next }))
}

/// A case, and what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseAnswer {
    /// The case.
    #[serde(flatten)]
    case: CaseView,
    /// What each rule rested on when it matched, beside what is so today, oldest first; null where the evidence is
    /// not the reader's to see.
    fired: Option<Vec<FiredView>>,
}

impl CaseAnswer {
    /// A case with what its reader may see of it. That it is shown is written down first.
    async fn of(desk: &Desk<'_>, case: CaseView, language: Language) -> Result<Self, Problem> {
        let fields = desk.shown(&case.row, &[Field::Case, Field::Evidence, Field::Notes]).await?;
        let portrait = if fields.contains(&Field::Evidence) { desk.portrait(&case.row).await? } else { None };
        let fired = portrait.map(|drawn| desk.console.office().fired(&drawn, &case.row.case_id, language));
        Ok(Self { case: masked(case, &fields), fired })
    }

    /// What the ETag holds: the version of the case, and of what time and new data change.
    fn tag(&self) -> String {
        let mut hasher = SipHasher24::new();
        hasher.write(serde_json::to_string(&self.fired).unwrap_or_default().as_bytes());
        let over = self.case.limits.iter().filter(|limit| limit.is_over).count();
        format!("{}-{over}-{:x}", self.case.row.version, hasher.finish())
    }

    fn etag(&self) -> HeaderValue {
        let tag = format!("\"{}\"", self.tag());
        HeaderValue::from_str(&tag).expect("a version is made of letters and digits")
    }
}

/// Shows a case with all that happened, and what its rules rested on. Notes are null for whoever may not read them.
#[utoipa::path(
    get, path = "/api/v1/cases/{case}", tag = "cases", operation_id = "getCase",
    params(
        ("case" = String, Path, description = "Its id, or its first six characters or more where no other begins so"),
        ("if-none-match" = Option<String>, Header, description = "The ETag of an earlier answer"),
    ),
    responses(
        (status = 200, description = "The case", body = CaseAnswer,
            headers(("etag" = String, description = "Another one after every change"))),
        (status = 304, description = "The case is as it was"),
    ),
)]
pub(super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    At(id): At<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/api/v1/cases/{case}" };
    let case = CaseAnswer::of(&desk, desk.case(&id).await?, visitor.language).await?;
    let known = text(&headers, &header::IF_NONE_MATCH)
        .is_some_and(|known| tags(known).any(|each| each == "*" || each == case.tag()));
    let etag = [(header::ETAG, case.etag())];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    Ok((etag, Json(case)).into_response())
}

/// What is done, and what is written with it.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DeedSent {
    /// What is done.
    #[serde(flatten)]
    deed: DeedWord,
    /// What is written into the history with it; cut after 1000 bytes.
    note: Option<String>,
}

/// Does something to a case, and gives it as it is then.
#[utoipa::path(
    post, path = "/api/v1/cases/{case}/deeds", tag = "cases", operation_id = "actOnCase",
    params(
        ("case" = String, Path, description = "Its id, or its first six characters or more where no other begins so"),
        ("if-match" = Option<String>, Header, description = "The ETag of the case that was looked at"),
    ),
    request_body = DeedSent,
    responses(
        (status = 200, description = "The case as it is now", body = CaseAnswer,
            headers(("etag" = String, description = "Its new one"))),
        (status = 409, description = "State, role or name forbid it: `reason` says which", body = ProblemDetails,
            content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed the case meanwhile", body = ProblemDetails,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn act(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
    At(id): At<String>,
    headers: HeaderMap,
    Sent(DeedSent { deed, note }): Sent<DeedSent>,
) -> Result<Response, Problem> {
    let desk = Desk { console: &console, signed_in: &signed_in, route: "/api/v1/cases/{case}/deeds" };
    let case = desk.case(&id).await?;
    let wanted = text(&headers, &header::IF_MATCH).filter(|wanted| wanted.trim() != "*");
    // Of a tag the version counts: that time passed is no change.
    let is_same = |each: &str| each.split_once('-').is_some_and(|(version, _)| version == case.row.version);
    if wanted.is_some_and(|wanted| !tags(wanted).any(is_same)) {
        return Err(Problem::Outdated);
    }
    // Held against once more where it is done: somebody may have been faster.
    let version = wanted.map(|_| case.row.version.as_str());
    let told = |problem| if matches!(problem, Problem::Changed) { Problem::Outdated } else { problem };
    let done = desk.act(&case.row, version, note, deed).await.map_err(told)?;
    let done = CaseAnswer::of(&desk, done, visitor.language).await?;
    Ok(([(header::ETAG, done.etag())], Json(done)).into_response())
}

/// Why a case is opened in an emergency.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ReasonSent {
    /// The reason, 10 to 500 characters; whoever leads occupational health at the site reads it within a day.
    #[schema(min_length = 10, max_length = 500)]
    reason: String,
}

/// What was opened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Opened {
    /// The kinds of data that this session may see of the case for an hour.
    fields: Vec<String>,
}

/// Opens a crisis that is not one's own to this session, in an emergency.
#[utoipa::path(
    post, path = "/api/v1/cases/{case}/break-glass", tag = "cases", operation_id = "openInEmergency",
    params(
        ("case" = String, Path, description = "Its id, or its first six characters or more where no other begins so"),
    ),
    request_body = ReasonSent,
    responses((status = 200, description = "It is open for an hour, and written down", body = Opened)),
)]
pub(super) async fn break_glass(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    At(id): At<String>,
    Sent(ReasonSent { reason }): Sent<ReasonSent>,
) -> Result<Json<Opened>, Problem> {
    let route = "/api/v1/cases/{case}/break-glass";
    let desk = Desk { console: &console, signed_in: &signed_in, route };
    let (_, fields) = desk.break_glass(&id, &reason).await?;
    Ok(Json(Opened { fields: fields.iter().map(|field| field.as_str().to_owned()).collect() }))
}

/// A case without what its reader may not see.
fn masked(mut case: CaseView, fields: &[Field]) -> CaseView {
    if !fields.contains(&Field::Notes) {
        case.history.iter_mut().for_each(|line| line.note = None);
    }
    case
}

/// The tags of a list, without what a proxy may have put around them.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(|each| each.trim().trim_start_matches("W/").trim_matches('"'))
}

/// Names who can be put in charge at a site.
#[utoipa::path(
    get, path = "/api/v1/sites/{site}/colleagues", tag = "cases", operation_id = "listColleagues",
    params(("site" = String, Path, description = "The site")),
    responses((status = 200, description = "Who can be put in charge; any name goes where there is nobody",
        body = Vec<Colleague>)),
)]
pub(super) async fn colleagues(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    At(site): At<String>,
) -> Result<Json<Vec<Colleague>>, Problem> {
    let site = SiteId::parse(&site).map_err(|_| Problem::NotFound)?;
    let sites = &signed_in.reader.sites;
    if !sites.is_empty() && !sites.contains(&site) {
        return Err(Problem::NotFound);
    }
    Ok(Json(console.office().colleagues(site.as_str())))
}

/// Names the methods that can be chosen.
#[utoipa::path(
    get, path = "/api/v1/methods", tag = "cases", operation_id = "listMethods",
    responses((status = 200, description = "The methods of the library", body = Vec<MethodChoice>)),
)]
pub(super) async fn methods(State(console): State<Console>) -> Json<Vec<MethodChoice>> {
    Json(console.office().methods())
}
