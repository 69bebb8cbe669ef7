//! The evidence line by line: what was found, and what it is held against. Mails and pages tell it alike.

use super::{Language, Value};
use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, Part, ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::indicator::Contribution;

/// A part of the evidence in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// Which part.
    pub part: Part,
    /// What it is called.
    pub name: String,
    /// What was found.
    pub found: String,
    /// What that is held against.
    pub against: String,
}

/// How it is told when a questionnaire was filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// So many days ago: for whoever reads it on that day.
    DaysAgo,
    /// On a date: for whoever reads it later.
    OnDate,
}

impl Language {
    /// Every part of the evidence, a line each.
    #[must_use]
    pub fn evidence_rows(self, evidence: &Evidence, filled: Filled) -> Vec<EvidenceRow> {
        let mut rows: Vec<EvidenceRow> = evidence.screenings.iter().map(|s| screening(s, filled, self)).collect();
        rows.extend(evidence.hrv.iter().flat_map(|it| hrv(it, self)));
        rows.extend(evidence.sleep.as_ref().map(|it| sleep(it, self)));
        rows.extend(evidence.index.as_ref().map(|it| index(it, self)));
        rows.extend(evidence.exposures.iter().map(|it| exposure(it, self)));
        rows
    }

    /// What a working condition is called.
    #[must_use]
    pub fn condition(self, kind: &str) -> String {
        self.say(&format!("condition-{kind}"))
    }

    /// A figure of a working condition with its unit.
    #[must_use]
    pub fn condition_figure(self, kind: &str, value: f64) -> String {
        let (decimals, unit) = worth(kind);
        self.say_with(&format!("unit-{unit}"), &[("value", self.number(value, decimals).into())])
    }
}

/// How many decimals a figure of a kind of working condition is worth, and its unit.
const fn worth(kind: &str) -> (u8, &'static str) {
    match kind.as_bytes() {
        b"weekly_hours" => (0, "hours"),
        b"overtime_noise_lex8h_dba" | b"noise_lex8h_dba" | b"noise_lex40h_dba" => (0, "dba"),
        b"wbgt_c" => (1, "celsius"),
        _ => (0, "plain"),
    }
}

/// A whole number without decimals, another one with two.
fn plain(value: f64, language: Language) -> String {
    language.number(value, if value.fract().abs() > 0.0 { 2 } else { 0 })
}

fn screening(s: &ScreeningEvidence, filled: Filled, language: Language) -> EvidenceRow {
    let mut found = plain(s.score, language);
    if let Some(band) = &s.band {
        let band = language.say(&format!("band-{band}"));
        found = language.say_with("mail-found-band", &[("score", found.into()), ("band", band.into())]);
    }
    found = match (filled, u64::try_from(s.age_days).unwrap_or(0)) {
        (Filled::OnDate, _) => {
            let on = language.date(s.taken_on);
            language.say_with("evidence-found-on", &[("found", found.into()), ("date", on.into())])
        }
        (Filled::DaysAgo, 0) => language.say_with("mail-found-today", &[("found", found.into())]),
        (Filled::DaysAgo, days) => {
            language.say_with("mail-found-ago", &[("found", found.into()), ("days", Value::Count(days))])
        }
    };
    if s.is_prorated {
        found = language.say_with("mail-found-prorated", &[("found", found.into())]);
    }
    let (on, until) = (language.date(s.taken_on), language.date(s.valid_until));
    let mut against = language.say_with("mail-filled-in", &[("date", on.into()), ("until", until.into())]);
    if let Some(name) = &s.concordance {
        let concordance = language.say(&format!("concordance-{name}"));
        let told = [("told", against.into()), ("concordance", concordance.into())];
        against = language.say_with("mail-filled-in-concordance", &told);
    }
    EvidenceRow { part: Part::Screening(s.instrument), name: s.instrument.as_str().to_owned(), found, against }
}

fn side(value: f64, language: Language) -> String {
    language.say(if value < 0.0 { "summary-below" } else { "summary-above" })
}

fn hrv(hrv: &HrvEvidence, language: Language) -> Vec<EvidenceRow> {
    let state = language.say(&format!("hrv-{}", hrv.state.as_str()));
    let found = match (hrv.set_aside, hrv.change_pct.filter(|change| change.is_finite())) {
        (Some(SetAside::Illness), _) => language.say("mail-hrv-illness"),
        (Some(SetAside::IrregularRhythm), _) => language.say("mail-hrv-irregular"),
        (None, Some(change)) => {
            let (side, change) = (side(change, language), Value::Number(change.abs(), 0));
            language.say_with("mail-hrv-found", &[("change", change), ("side", side.into()), ("state", state.into())])
        }
        (None, None) => state,
    };
    let used = u64::from(hrv.nights_used);
    let nights = used + u64::from(hrv.nights_missing);
    let against =
        language.say_with("mail-hrv-against", &[("used", Value::Count(used)), ("nights", Value::Count(nights))]);
    let mut rows = vec![EvidenceRow { part: Part::Hrv, name: language.say("mail-hrv"), found, against }];
    if let Some(z) = hrv.rhr_z7 {
        let spreads = [("spreads", Value::Number(z.abs(), 1)), ("side", side(z, language).into())];
        let found = language.say_with("mail-heart-found", &spreads);
        let (name, against) = (language.say("mail-heart"), language.say("mail-heart-against"));
        rows.push(EvidenceRow { part: Part::SleepingHeart, name, found, against });
    }
    rows
}

fn sleep(sleep: &SleepEvidence, language: Language) -> EvidenceRow {
    let mut found = language.say_with("mail-sleep-found", &[("hours", Value::Number(sleep.tst7_h, 1))]);
    if let Some(efficiency) = sleep.se7_pct {
        let values = [("found", found.into()), ("percent", Value::Number(efficiency, 0))];
        found = language.say_with("mail-sleep-efficiency", &values);
    }
    if sleep.is_poor {
        found = language.say_with("mail-sleep-poor", &[("found", found.into())]);
    }
    let against = [("need", Value::Number(sleep.need_h, 1)), ("debt", Value::Number(sleep.debt14_h, 1))];
    let against = language.say_with("mail-sleep-against", &against);
    EvidenceRow { part: Part::Sleep, name: language.say("mail-sleep"), found, against }
}

fn index(index: &IndexEvidence, language: Language) -> EvidenceRow {
    let part = |part: &Contribution| {
        let component = language.say(&format!("component-{}", part.component.as_str()));
        format!("{component} {}", language.signed(part.points, 0))
    };
    let parts: Vec<String> = index.contributions.iter().map(part).collect();
    let against = if parts.is_empty() {
        language.say("mail-index-against")
    } else {
        let parts = parts.join(&language.say("summary-comma"));
        language.say_with("mail-index-parts", &[("parts", parts.into())])
    };
    let found = language.number(index.value, 0);
    EvidenceRow { part: Part::Index, name: language.say("mail-index"), found, against }
}

fn exposure(e: &ExposureEvidence, language: Language) -> EvidenceRow {
    let limit = language.condition_figure(&e.kind, e.limit);
    let limit = if e.source.is_empty() {
        language.say_with("mail-limit", &[("limit", limit.into())])
    } else {
        language.say_with("mail-limit-source", &[("limit", limit.into()), ("source", e.source.as_ref().into())])
    };
    let found = language.condition_figure(&e.kind, e.value);
    EvidenceRow { part: Part::Exposure(e.kind.clone()), name: language.condition(&e.kind), found, against: limit }
}
