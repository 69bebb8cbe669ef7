//! Items of the stream `screenings`. How many answers a questionnaire has, and which values, is the
//! business of the `screening` stage.

use serde::de::SeqAccess;

use super::super::StatedTotal;
use super::super::slot::{Problem, Slot, Text, quoted};
use super::super::wire::{Notes, Read, Shape, record};
use super::Outcome;
use super::reading::unlisted;
use crate::domain::item::Item;
use crate::domain::rejection::Reason;
use crate::domain::screening::{Instrument, Response, ScoreKind, Screening};

/// The most answers of one questionnaire; the longest known, SCL-90, has 90.
pub(in crate::decode) const MAX_ANSWERS: usize = 128;

/// How many places a sheet has that cannot be scored.
const UNSCORABLE: usize = MAX_ANSWERS + 1;

record! {
    /// The fields of a screening.
    ScreeningFields {
        worker: Text<'a>,
        instrument: Text<'a>,
        taken_at: Text<'a>,
        answers: Given,
        score: f64,
        score_kind: Text<'a>,
    }
}

/// A list of answers, of which some may be none.
#[derive(Debug, Default)]
pub(in crate::decode) struct Given {
    answers: Vec<Option<f64>>,
    /// The first that is not even a number; it stands in the list as a missing one.
    wrong: Option<String>,
}

impl<'de> Shape<'de> for Given {
    const EXPECTED: &'static str = "a list";

    fn list<A: SeqAccess<'de>>(mut seq: A, notes: &mut Notes, depth: usize) -> Result<Slot<Self>, A::Error> {
        if notes.is_too_deep(depth) {
            return Vec::<Option<f64>>::list(seq, notes, depth).map(|_| Slot::Absent);
        }
        let mut given = Self::default();
        while let Some(slot) = seq.next_element_seed(Read::<Option<f64>>::new(notes, depth + 1))? {
            given.answers.push(match slot {
                Slot::Got(answer) => answer,
                Slot::Absent => None,
                Slot::Wrong(how) => {
                    given.wrong.get_or_insert_with(|| format!("answers holds what {how}"));
                    None
                }
            });
        }
        Ok(Slot::Got(given))
    }
}

/// Makes a screening of its fields. Answers tell more than a total: where both come, they count, and
/// the total is noted, for it must agree with them.
///
/// Whether somebody asks for help must not hang on what stands beside that answer: whatever is wrong
/// with the other answers, or with the total, is noted as a doubt, and who knows the instrument judges.
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
        let response = answers(fields, notes)?;
        match total(fields) {
            Ok(stated) => notes.stated = stated,
            Err(problem) => {
                fields.score_kind = Slot::Absent;
                notes.doubt.get_or_insert(problem);
            }
        }
        response
    };
    Ok((worker, Item::Screening(Screening { instrument, taken_at, response })))
}

fn bad_answers(detail: impl Into<String>) -> Problem {
    Problem::new(Reason::BadAnswers, detail)
}

/// The answers. Where one of them is none, it is missing in the list, and the list has a length that
/// no questionnaire has: such a sheet can never be scored, not even as one with an answer left out.
fn answers(fields: &mut ScreeningFields<'_>, notes: &mut Notes) -> Result<Response, Problem> {
    // Whatever is wrong inside the list is wrong with the answers.
    let given = fields.answers.required("answers").map_err(|problem| bad_answers(problem.detail))?;
    let mut doubt = given.wrong.map(bad_answers);
    if !(1..=MAX_ANSWERS).contains(&given.answers.len()) {
        let detail = format!("there are {} answers, which is outside 1..={MAX_ANSWERS}", given.answers.len());
        doubt = Some(bad_answers(detail));
    }
    let mut answers = Vec::with_capacity(given.answers.len().min(UNSCORABLE));
    for (place, value) in given.answers.into_iter().take(UNSCORABLE).enumerate() {
        answers.push(match value.map(|value| answer(place, value)).transpose() {
            Ok(answer) => answer,
            Err(problem) => {
                doubt.get_or_insert(problem);
                None
            }
        });
    }
    if let Some(problem) = doubt {
        answers.resize(UNSCORABLE, None);
        notes.doubt = Some(problem);
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
