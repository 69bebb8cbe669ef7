//! Items of the stream `screenings`. How many answers a questionnaire has, and which values, is the
//! business of the `screening` stage.

use super::super::StatedTotal;
use super::super::slot::{Problem, Text, quoted};
use super::super::wire::{Notes, record};
use super::Outcome;
use super::reading::unlisted;
use crate::domain::item::Item;
use crate::domain::rejection::Reason;
use crate::domain::screening::{Instrument, Response, ScoreKind, Screening};

/// The most answers of one questionnaire; the longest known, SCL-90, has 90.
const MAX_ANSWERS: usize = 128;

record! {
    /// The fields of a screening.
    ScreeningFields {
        worker: Text<'a>,
        instrument: Text<'a>,
        taken_at: Text<'a>,
        answers: Vec<Option<f64>>,
        score: f64,
        score_kind: Text<'a>,
    }
}

/// Makes a screening of its fields. Answers tell more than a total: where both come, they count, and
/// the total is noted, for it must agree with them.
pub(super) fn make(fields: &mut ScreeningFields<'_>, notes: &mut Notes) -> Outcome {
    let worker = fields.worker.worker()?;
    let name = fields.instrument.required("instrument")?;
    let Some(instrument) = Instrument::parse(&name) else {
        let known: Vec<_> = Instrument::ALL.iter().map(|instrument| instrument.as_str()).collect();
        let detail = format!("instrument {} is none of {}", quoted(&name), known.join(", "));
        return Err(Problem::new(Reason::UnknownInstrument, detail));
    };
    let taken_at = fields.taken_at.required_timestamp("taken_at")?;
    let response = if fields.answers.is_absent() {
        let StatedTotal { score, kind } =
            total(fields)?.ok_or_else(|| Problem::new(Reason::MissingField, "one of answers, score is needed"))?;
        Response::Total { score, kind }
    } else {
        notes.stated = total(fields)?;
        answers(fields)?
    };
    Ok((worker, Item::Screening(Screening { instrument, taken_at, response })))
}

fn bad_answers(detail: impl Into<String>) -> Problem {
    Problem::new(Reason::BadAnswers, detail)
}

fn answers(fields: &mut ScreeningFields<'_>) -> Result<Response, Problem> {
    // Whatever is wrong inside the list is wrong with the answers.
    let given = fields.answers.required("answers").map_err(|problem| bad_answers(problem.detail))?;
    if !(1..=MAX_ANSWERS).contains(&given.len()) {
        return Err(bad_answers(format!("there are {} answers, which is outside 1..={MAX_ANSWERS}", given.len())));
    }
    let mut answers = Vec::with_capacity(given.len());
    for (place, value) in given.into_iter().enumerate() {
        answers.push(match value {
            Some(value) => Some(answer(place, value)?),
            None => None,
        });
    }
    Ok(Response::Answers(answers))
}

fn answer(place: usize, value: f64) -> Result<u8, Problem> {
    if !(0.0..=255.0).contains(&value) || value.fract().abs() > 0.0 {
        return Err(bad_answers(format!("answers[{place}] {value} is not a whole number of 0..=255")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and of 0..=255")]
    let answer = value as u8;
    Ok(answer)
}

fn total(fields: &mut ScreeningFields<'_>) -> Result<Option<StatedTotal>, Problem> {
    let Some(score) = fields.score.optional("score")? else { return Ok(None) };
    if score < 0.0 {
        return Err(bad_answers(format!("score {score} is below 0")));
    }
    let kind = match fields.score_kind.optional("score_kind")? {
        None => None,
        Some(name) => match name.as_ref() {
            "raw" => Some(ScoreKind::Raw),
            "standard" => Some(ScoreKind::Standard),
            other => return Err(unlisted("score_kind", other, ["raw", "standard"])),
        },
    };
    Ok(Some(StatedTotal { score, kind }))
}
