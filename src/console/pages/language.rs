//! Choosing the language of one's pages.

use axum::Extension;
use axum::extract::{Form, State};
use axum::response::Redirect;
use serde::Deserialize;

use super::super::Console;
use super::super::gate::SignedIn;
use super::super::problem::Problem;
use crate::texts::Language;

#[derive(Deserialize)]
pub(in super::super) struct Chosen {
    language: String,
}

pub(in super::super) async fn take(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect, Problem> {
    let language = Language::parse(&chosen.language).ok_or(Problem::BadForm)?;
    let (accounts, id) = (console.accounts().clone(), signed_in.reader.id);
    let kept = tokio::task::spawn_blocking(move || {
        accounts.update(&id, |account| account.language = Some(language.as_str().to_owned()))
    });
    kept.await.map_err(|_| Problem::Internal)?.map_err(|error| {
        tracing::error!("a language could not be kept: {error}");
        Problem::Internal
    })?;
    Ok(Redirect::to("/"))
}
