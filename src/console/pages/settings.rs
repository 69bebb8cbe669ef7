//! The settings in force, without secrets and contacts.

use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};

use super::super::Console;
use super::super::access::Field;
use super::super::access::audit::Entry;
use super::super::gate::{SignedIn, Visitor};
use super::super::problem::Problem;
use super::layout::Frame;

pub(in super::super) async fn show(
    State(console): State<Console>,
    Extension(visitor): Extension<Visitor>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Markup, Problem> {
    let language = visitor.language;
    console.record(vec![Entry::of(&signed_in.reader, "read", "/settings").with(&[Field::System])]).await?;
    let title = language.say("nav-settings");
    let body = html! {
        h1 { (title) }
        p.hint { (language.say("settings-hint")) }
        table {
            thead {
                tr { th scope="col" { (language.say("settings-key")) } th scope="col" { (language.say("settings-value")) } }
            }
            tbody {
                @for row in console.office().settings() {
                    tr { th scope="row" { code { (row.key) } } td.long { (row.value) } }
                }
            }
        }
    };
    Ok(Frame { console: &console, signed_in: &signed_in, language, title, current: "/settings" }.around(&body))
}
