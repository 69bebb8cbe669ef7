//! Questionnaires.

use serde_json::{Value, json};
use vagus::domain::Timestamp;
use vagus::domain::screening::{Instrument, Response, Screening};
use vagus::screening::{Scored, definition, reliable_change, score};

use crate::answers::Answers;

/// Scores the answers of a list, `null` being a missing one.
fn scored(instrument: Instrument, items: &Value) -> Scored {
    let answers = items.as_array().unwrap().iter();
    let answers = answers.map(|item| item.as_u64().map(|answer| u8::try_from(answer).unwrap())).collect();
    score(&Screening { instrument, taken_at: Timestamp::UNIX_EPOCH, response: Response::Answers(answers) }).unwrap()
}

fn raw(scored: &Scored) -> f64 {
    scored.scales.iter().find(|(name, _)| *name == "raw").unwrap().1
}

pub(super) fn screening(vector: &Value, answers: &mut Answers) {
    for (name, instrument) in
        [("pss10", Instrument::Pss10), ("isi", Instrument::Isi), ("gad7", Instrument::Gad7), ("phq9", Instrument::Phq9)]
    {
        answers.input(&format!("{name}|items"));
        answers.computed(&format!("{name}|total"), scored(instrument, &vector[name]["items"]).score);
    }
    answers.input("phq9|item9");
    let who = scored(Instrument::Who5, &vector["who5"]["items"]);
    answers.input("who5|items");
    answers.computed("who5|raw", raw(&who));
    answers.computed("who5|pct", who.score);
    for (name, instrument) in [("sds", Instrument::Sds), ("sas", Instrument::Sas)] {
        let found = scored(instrument, &vector[name]["items"]);
        let factor = definition(instrument).standard.unwrap().factor;
        answers.input(&format!("{name}|items"));
        answers.computed(&format!("{name}|raw"), raw(&found));
        answers.computed(&format!("{name}|std_int"), found.score);
        answers.computed(&format!("{name}|std_exact"), raw(&found) * factor);
    }
    for (name, instrument) in [("pss10", Instrument::Pss10), ("sds", Instrument::Sds), ("sas", Instrument::Sas)] {
        answers.computed(&format!("{name}|reverse"), json!(definition(instrument).answers.unwrap().reversed));
    }
    prorated(vector, answers);
    eri(vector, answers);
    rci(vector, answers);
}

fn prorated(vector: &Value, answers: &mut Answers) {
    const NAME: &str = "gad7_one_missing_prorated";
    let items = &vector[NAME]["items"];
    answers.input(&format!("{NAME}|items"));
    answers.input(&format!("{NAME}|sum_present"));
    answers.input(&format!("{NAME}|n_present"));
    answers.not_ours(&format!("{NAME}|prorated"), "the score is rounded half up at once; this is before rounding");
    answers.computed(&format!("{NAME}|rounded"), scored(Instrument::Gad7, items).score);
}

fn eri(vector: &Value, answers: &mut Answers) {
    let eri = &vector["eri"];
    let reversed = definition(Instrument::Eri).answers.unwrap().reversed;
    let recoded = [&eri["effort3"], &eri["reward7_after_recode"]].into_iter().flat_map(|part| part.as_array().unwrap());
    // The file has the reward items turned round already, which the crate does itself.
    let ticked = recoded.enumerate().map(|(place, item)| {
        let item = item.as_u64().unwrap();
        if reversed.contains(&(place + 1)) { 5 - item } else { item }
    });
    answers.input("eri|effort3");
    answers.input("eri|reward7_after_recode");
    answers.input("eri|formula");
    answers.computed("eri|ratio", scored(Instrument::Eri, &json!(ticked.collect::<Vec<_>>())).score);
}

fn rci(vector: &Value, answers: &mut Answers) {
    for (name, instrument) in [("gad7", Instrument::Gad7), ("phq9", Instrument::Phq9)] {
        let change = reliable_change(instrument).unwrap();
        assert!(vector["rci"][name].is_object());
        answers.computed(&format!("rci|{name}|sd"), change.sd);
        answers.computed(&format!("rci|{name}|alpha"), change.alpha);
        answers.computed(&format!("rci|{name}|se_diff"), change.standard_error());
        answers.computed(&format!("rci|{name}|rci95"), change.threshold());
    }
}
