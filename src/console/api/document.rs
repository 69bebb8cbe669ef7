//! The OpenAPI document, made of the list of addresses and of the handlers' own descriptions.

use axum::Json;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Response,
    ResponseBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::super::gate::Need;
use super::super::problem::ProblemDetails;
use super::endpoints;

/// Names of the security schemes.
const COOKIE: &str = "session";
const CSRF: &str = "csrf";
const TOKEN: &str = "token";

/// Describes the API.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "document", operation_id = "getDocument",
    responses((status = 200, description = "This document", content_type = "application/json", body = Object)),
)]
pub(super) async fn show() -> Json<OpenApi> {
    Json(document())
}

/// The OpenAPI document of the API.
#[must_use]
pub fn document() -> OpenApi {
    let mut components = Components::new();
    components.schemas.insert(ProblemDetails::name().into_owned(), ProblemDetails::schema());
    let mut paths = Paths::new();
    for endpoint in endpoints() {
        components.schemas.extend(endpoint.schemas);
        for (path, mut item) in endpoint.described.paths {
            for (method, operation) in operations(&mut item) {
                complete(operation, &method, endpoint.need);
            }
            match paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(paths.paths.insert(path, item)),
            }
        }
    }
    for (name, scheme) in schemes() {
        components.add_security_scheme(name, scheme);
    }
    let license = LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Vagus")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Cases, evidence and deeds for occupational health; readings, screenings and exposures for gateways.",
        ))
        .license(Some(license));
    OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components)).build()
}

fn schemes() -> [(&'static str, SecurityScheme); 3] {
    let header = "What `POST /api/v1/session` gave as csrf; with everything that changes something";
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The token of one source")).build();
    [
        (
            COOKIE,
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                "vagus",
                "The session; named __Host-vagus where the console is reached over https",
            ))),
        ),
        (CSRF, SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("x-csrf-token", header)))),
        (TOKEN, SecurityScheme::Http(token)),
    ]
}

/// Every operation of an address.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        (HttpMethod::Get, get),
        (HttpMethod::Put, put),
        (HttpMethod::Post, post),
        (HttpMethod::Delete, delete),
        (HttpMethod::Patch, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds what the gate asks for and answers, which is the same for every address of that need.
fn complete(operation: &mut Operation, method: &HttpMethod, need: Need) {
    let has_body = operation.request_body.is_some();
    let takes = |place: &ParameterIn| {
        let mut parameters = operation.parameters.iter().flatten();
        parameters.any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == *place))
    };
    let (has_path, has_query) = (takes(&ParameterIn::Path), takes(&ParameterIn::Query));
    let is_session = matches!(need, Need::SignedIn | Need::Field(_));
    let is_change = *method != HttpMethod::Get;
    let answers = [
        ("400", "The question makes no sense", has_body || has_query),
        ("401", "Nobody is signed in, or the token is not one of that source", is_session || need == Need::Source),
        (
            "403",
            "The role may not, the header x-csrf-token is missing, or a password must be changed first",
            is_session || (is_change && need == Need::Nothing),
        ),
        ("404", "There is no such thing, or it is not theirs to see", has_path),
        ("413", "The body is too long", has_body),
        ("415", "The body is of another media type", has_body),
        ("500", "Something failed here", true),
        ("503", "The service is stopping, too much is asked for at once, or nobody answered in time", true),
    ];
    let responses = &mut operation.responses.responses;
    for (status, description, _) in answers.into_iter().filter(|(.., is_answered)| *is_answered) {
        responses.entry(status.to_owned()).or_insert_with(|| problem(description).into());
    }
    operation.security = Some(match need {
        // Nothing of the API is for workers' own pages.
        Need::Nothing | Need::Oneself => vec![SecurityRequirement::default()],
        Need::Source => vec![SecurityRequirement::new(TOKEN, [""; 0])],
        Need::SignedIn | Need::Field(_) if is_change => {
            vec![SecurityRequirement::new(COOKIE, [""; 0]).add(CSRF, [""; 0])]
        }
        Need::SignedIn | Need::Field(_) => vec![SecurityRequirement::new(COOKIE, [""; 0])],
    });
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name(ProblemDetails::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}
