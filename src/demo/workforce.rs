//! The invented workforce: a seed and a day go in, the messages of its gateways come out.
//!
//! Three times a day something is sent: at 10:00 the nights, at 11:00 the questionnaires, at 19:30 the
//! working day. Some nights come a day late and some messages twice, as in every plant.

use std::fmt::Write as _;

use bytes::Bytes;
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::chance::{self, Purpose};
use super::night;
use super::person::{Person, normal};
use super::planted::Planted;
use crate::app::registry_file::WorkerRow;
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

/// The site's name in topics.
pub(super) const SITE: &str = "plant-a";
/// The units of the site, and how many of twenty-five workers each has: the last is too small to be told of.
const UNITS: [(&str, u32); 6] =
    [("assembly", 8), ("logistics", 6), ("paint-shop", 4), ("quality", 3), ("maintenance", 3), ("office", 1)];
/// Nights that the gateway sends a day late.
const LATE_NIGHTS: f64 = 0.03;
/// Messages that the gateway sends twice.
const SENT_TWICE: f64 = 0.01;
/// Items of one message of exposures.
const EXPOSURES_A_MESSAGE: usize = 400;
/// Days between two rounds of questionnaires.
const ROUND_DAYS: u32 = 30;
/// Day of a planted overload on which the questionnaire is filled in, by turn: mostly when the nights
/// show it already, once before.
const OVERLOAD_ANSWER_DAYS: [u32; 6] = [10, 5, 12, 11, 13, 9];

/// One message, ready to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) topic: String,
    pub(super) message_id: String,
    pub(super) payload: Bytes,
    pub(super) items: u32,
    /// Items that were made to be refused.
    pub(super) faulty: u32,
}

/// What is sent at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) at: Timestamp,
    pub(super) messages: Vec<Message>,
}

/// Everybody.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Workforce {
    pub(super) people: Vec<Person>,
    seed: u64,
    root: String,
    first: Date,
    zone: TimeZone,
}

impl Workforce {
    /// Invents `workers` people whose first night ends on `first`.
    pub(super) fn new(seed: u64, workers: u32, days: u32, root: &str, first: Date, zone: TimeZone) -> Self {
        let mut order: Vec<u32> = (0..workers).collect();
        order.sort_by_key(|number| chance::stream(seed, Purpose::Gateway, *number, u32::MAX).random_range(0..u64::MAX));
        let mut planted = vec![None; order.len()];
        let mut turns = std::collections::BTreeMap::<Planted, u32>::new();
        for (number, pattern) in order.into_iter().zip(Planted::for_workforce(workers)) {
            let turn = turns.entry(pattern).or_default();
            planted[number as usize] = Some((pattern, *turn));
            *turn += 1;
        }
        let people = (0..workers).zip(planted).map(|(number, planted)| Person::new(seed, number, days, planted));
        Self { people: people.collect(), seed, root: root.to_owned(), first, zone }
    }

    /// The register of workers, as the plant would import it.
    pub(super) fn register(&self) -> Vec<WorkerRow> {
        let row = |person: &Person| WorkerRow {
            site: SITE.to_owned(),
            worker: person.worker.clone(),
            unit: unit_of(person.number).map(str::to_owned),
            time_zone: self.zone.iana_name().map(str::to_owned),
            consent: Some("true".to_owned()),
            ..WorkerRow::default()
        };
        self.people.iter().map(row).collect()
    }

    /// The date of a day.
    pub(super) fn date(&self, day: u32) -> Option<Date> {
        self.first.checked_add(SignedDuration::from_hours(24 * i64::from(day))).ok()
    }

    /// What is sent on a day, in order; nothing on days beyond the calendar.
    pub(super) fn batches(&self, day: u32) -> Vec<Batch> {
        let Some(midnight) = self.date(day).and_then(|date| date.to_zoned(self.zone.clone()).ok()) else {
            return Vec::new();
        };
        let batch =
            |minutes, messages| Batch { at: midnight.timestamp() + SignedDuration::from_mins(minutes), messages };
        vec![
            batch(10 * 60, self.nights(day)),
            batch(11 * 60, self.screenings(day, midnight.timestamp())),
            batch(19 * 60 + 30, self.exposures(day)),
        ]
    }

    fn nights(&self, day: u32) -> Vec<Message> {
        let mut messages = Vec::new();
        for person in &self.people {
            let late = day.checked_sub(1).filter(|before| self.is_late(person, *before));
            let today = (!self.is_late(person, day)).then_some(day);
            for night in late.into_iter().chain(today) {
                messages.extend(self.night(person, night));
            }
        }
        messages
    }

    fn is_late(&self, person: &Person, day: u32) -> bool {
        chance::stream(self.seed, Purpose::Gateway, person.number, day).random_bool(LATE_NIGHTS)
    }

    fn night(&self, person: &Person, day: u32) -> Vec<Message> {
        let night = self.date(day).and_then(|date| night::items(self.seed, person, day, date, &self.zone));
        let Some(night) = night else { return Vec::new() };
        let message_id = format!("{}:{}-{day}", person.gateway, person.worker);
        let mut first = self.message(&person.gateway, "readings", message_id, &night.json, night.items);
        first.faulty = night.faulty;
        let is_twice =
            chance::stream(self.seed, Purpose::Gateway, person.number, day ^ 1 << 31).random_bool(SENT_TWICE);
        let mut messages = vec![first];
        if is_twice {
            let message_id = format!("{}:{}-{day}-again", person.gateway, person.worker);
            let mut again = self.message(&person.gateway, "readings", message_id, &night.json, night.items);
            again.faulty = night.faulty;
            messages.push(again);
        }
        messages
    }

    fn screenings(&self, day: u32, midnight: Timestamp) -> Vec<Message> {
        let taken_at = midnight + SignedDuration::from_mins(10 * 60 + 40);
        let taken_at = taken_at.display_with_offset(self.zone.to_offset(taken_at)).to_string();
        let mut messages = Vec::new();
        for person in &self.people {
            for (instrument, answers) in self.answers(person, day) {
                let item = format!(
                    r#"{{"worker":"{}","instrument":"{instrument}","taken_at":"{taken_at}","answers":{answers:?}}}"#,
                    person.worker
                );
                let message_id = format!("survey:{}-{instrument}-{day}", person.worker);
                messages.push(self.message("survey", "screenings", message_id, &item, 1));
            }
        }
        messages
    }

    /// The questionnaires that a person fills in on a day.
    fn answers(&self, person: &Person, day: u32) -> Vec<(&'static str, Vec<u8>)> {
        let mut rng = chance::stream(self.seed, Purpose::Answers, person.number, day);
        if let Some((planted, begin)) = person.planted
            && let Some(since) = day.checked_sub(begin)
            && let Some((on, total)) = planted_answer(planted, person.turn())
        {
            if since != on {
                return Vec::new();
            }
            if planted == Planted::CrisisAnswer {
                let mut mood = spread(&mut rng, total, 8);
                mood.push(1);
                return vec![("PHQ-9", mood)];
            }
            return vec![("GAD-7", spread(&mut rng, total, 7))];
        }
        let Some((tendency, first)) = person.answers else { return Vec::new() };
        if !day.checked_sub(first).is_some_and(|since| since.is_multiple_of(ROUND_DAYS)) {
            return Vec::new();
        }
        let mut total = || small(tendency + 1.5 * normal(&mut rng));
        let (anxiety, depression) = (total(), total());
        let mut mood = spread(&mut rng, depression, 8);
        mood.push(0);
        vec![("GAD-7", spread(&mut rng, anxiety, 7)), ("PHQ-9", mood)]
    }

    fn exposures(&self, day: u32) -> Vec<Message> {
        let Some(date) = self.date(day) else { return Vec::new() };
        let mut messages = Vec::new();
        for (part, people) in self.people.chunks(EXPOSURES_A_MESSAGE).enumerate() {
            let items: Vec<String> = people.iter().map(|person| self.working_day(person, day, date)).collect();
            let message_id = format!("roster:{day}-{part}");
            let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
            messages.push(self.message("roster", "exposures", message_id, &items.join(","), count));
        }
        messages
    }

    fn working_day(&self, person: &Person, day: u32, date: Date) -> String {
        let mut rng = chance::stream(self.seed, Purpose::Work, person.number, day);
        let weekday = date.weekday().to_monday_zero_offset();
        let ordinary_h = (8.0 + 0.35 * normal(&mut rng)).clamp(6.5, 9.5);
        let noise_dba = (person.noise_dba + normal(&mut rng)).min(83.5);
        let is_overloaded = person.day_of(Planted::Overload, day).is_some();
        let is_in_noise = person.day_of(Planted::OvertimeInNoise, day).is_some();
        let (worked_h, noise_dba) = match (is_overloaded, is_in_noise) {
            (true, _) if weekday < 6 => (ordinary_h + 3.5, noise_dba),
            (_, true) => (ordinary_h.max(8.0) + 2.5, 88.0),
            _ if weekday < 5 => (ordinary_h, noise_dba),
            _ => (0.0, 0.0),
        };
        let overtime_h = (worked_h - 8.0).max(0.0);
        let mut item = format!(
            r#"{{"worker":"{}","date":"{date}","worked_h":{worked_h:.1},"overtime_h":{overtime_h:.1}"#,
            person.worker
        );
        if worked_h > 0.0 {
            let _ = write!(item, r#","noise_lex8h_dba":{noise_dba:.1}"#);
        }
        item.push('}');
        item
    }

    fn message(&self, source: &str, stream: &str, message_id: String, items: &str, count: u32) -> Message {
        Message {
            topic: format!("{}/{SITE}/{source}/{stream}", self.root),
            payload: Bytes::from(format!(r#"{{"message_id":"{message_id}","items":[{items}]}}"#)),
            message_id,
            items: count,
            faulty: 0,
        }
    }
}

/// The day of a planted pattern on which a questionnaire is filled in, and its total; none where the
/// answers are those of everybody.
/// The unit of the worker of that number; all of a team are numbered together.
fn unit_of(number: u32) -> Option<&'static str> {
    let mut place = number % UNITS.iter().map(|(_, share)| share).sum::<u32>();
    for (unit, share) in UNITS {
        match place.checked_sub(share) {
            Some(rest) => place = rest,
            None => return Some(unit),
        }
    }
    None
}

const fn planted_answer(planted: Planted, turn: u32) -> Option<(u32, u32)> {
    match planted {
        Planted::Overload => {
            let day = OVERLOAD_ANSWER_DAYS[turn as usize % OVERLOAD_ANSWER_DAYS.len()];
            Some((day, 11 + turn % 3))
        }
        Planted::OvertimeInNoise => Some((4, 12)),
        Planted::CrisisAnswer => Some((0, 7)),
        Planted::AnswersOnly => Some((0, 11)),
        Planted::Illness | Planted::AlcoholNights | Planted::NewBand | Planted::StopsWearing => None,
    }
}

/// Spreads a total over so many items of 0 to 3; what does not fit is left out.
fn spread(rng: &mut StdRng, total: u32, items: usize) -> Vec<u8> {
    let mut answers = vec![0; items];
    let mut left = total.min(u32::try_from(3 * items).unwrap_or(u32::MAX));
    while left > 0 {
        let answer = &mut answers[rng.random_range(0..items)];
        if *answer < 3 {
            *answer += 1;
            left -= 1;
        }
    }
    answers
}

/// A total below every cut-off that opens a case.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is of 0 to 9")]
fn small(total: f64) -> u32 {
    total.round().clamp(0.0, 9.0) as u32
}
