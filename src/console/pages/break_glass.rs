//! Opening a crisis that is not one's own, in an emergency: with a reason, for an hour, and looked at afterwards.

use axum::Extension;
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Console;
use super::super::desk::{Desk, MAX_REASON_CHARS, MIN_REASON_CHARS};
use super::super::gate::SignedIn;
use super::super::problem::Problem;
use super::case::Shown;
use super::layout::csrf;

/// The form, where there is something to open.
pub(super) fn form(shown: &Shown<'_>) -> Markup {
    let (language, row) = (shown.language, &shown.case.row);
    let openable = row.openable(&shown.signed_in.reader);
    if openable.is_empty() {
        return html! {};
    }
    let fields: Vec<String> = openable.iter().map(|field| language.say(&format!("field-{}", field.as_str()))).collect();
    html! {
        section.emergency aria-labelledby="emergency" {
            h2 #emergency { (language.say("glass-title")) }
            p { (language.say_with("glass-what", &[("fields", fields.join(", ").into())])) }
            form.stacked method="post" action=(format!("/cases/{}/break-glass", row.case_id)) {
                (csrf(shown.signed_in))
                div.field {
                    label for="reason" { (language.say("glass-reason")) }
                    textarea #reason name="reason" rows="2" required minlength=(MIN_REASON_CHARS)
                        maxlength=(MAX_REASON_CHARS) aria-describedby="reason-hint" {}
                    p #reason-hint.hint { (language.say("glass-hint")) }
                }
                div.buttons { button type="submit" { (language.say("glass-open")) } }
            }
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    reason: String,
}

pub(in super::super) async fn take(
    State(console): State<Console>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Redirect, Problem> {
    const ROUTE: &str = "/cases/{case}/break-glass";
    let desk = Desk { console: &console, signed_in: &signed_in, route: ROUTE };
    let (row, _) = desk.break_glass(&id, &asked.reason).await?;
    Ok(Redirect::to(&format!("/cases/{}", row.case_id)))
}
