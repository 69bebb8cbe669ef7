//! Style sheet, script and chart library, built in: a page loads nothing from elsewhere.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// Name, media type, content. Names carry no version: they are small, and fetched again after a new release.
const ASSETS: &[(&str, &str, &[u8])] = &[
    ("vagus.css", "text/css; charset=utf-8", include_bytes!("assets/vagus.css")),
    ("vagus.js", "text/javascript; charset=utf-8", include_bytes!("assets/vagus.js")),
    ("uplot.js", "text/javascript; charset=utf-8", include_bytes!("assets/uPlot.iife.min.js")),
    ("uplot.css", "text/css; charset=utf-8", include_bytes!("assets/uPlot.min.css")),
];

pub(super) async fn show(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, media_type, content)) => {
            ([(header::CONTENT_TYPE, *media_type), (header::CACHE_CONTROL, "public, max-age=600")], *content)
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
