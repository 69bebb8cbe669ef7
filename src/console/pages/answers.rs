//! Single answers of questionnaires, for whoever may see them. By number alone: the words of some
//! questionnaires are not ours to print.

use maud::{Markup, html};

use crate::domain::screening::Response;
use crate::engine::portrait::{Portrait, ScoredSheet};
use crate::texts::Language;

/// Every questionnaire that was filled in item by item, the newest first.
pub(super) fn all(language: Language, portrait: &Portrait) -> Markup {
    let mut sheets: Vec<(&ScoredSheet, &[Option<u8>])> = portrait
        .screenings
        .iter()
        .filter_map(|sheet| match &sheet.sheet.response {
            Response::Answers(answers) => Some((sheet, answers.as_slice())),
            Response::Total { .. } => None,
        })
        .collect();
    sheets.reverse();
    html! {
        section.answers aria-labelledby="answers" {
            h2 #answers { (language.say("answers-title")) }
            p.hint { (language.say("answers-note")) }
            @if sheets.is_empty() { p { (language.say("answers-none")) } }
            @for (sheet, answers) in sheets { (one(language, sheet, answers)) }
        }
    }
}

fn one(language: Language, sheet: &ScoredSheet, answers: &[Option<u8>]) -> Markup {
    let of = [("instrument", sheet.instrument.as_str().into()), ("date", language.date(sheet.taken_on).into())];
    html! {
        details {
            summary { (language.say_with("answers-of", &of)) }
            table {
                thead {
                    tr {
                        th scope="col" { (language.say("answers-item")) }
                        th scope="col" { (language.say("answers-answer")) }
                    }
                }
                tbody {
                    @for (item, answer) in (1_u32..).zip(answers) {
                        tr {
                            th scope="row" { (item) }
                            td {
                                @match answer {
                                    Some(answer) => (answer),
                                    None => span.missing { (language.say("answers-missing")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
