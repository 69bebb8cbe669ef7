//! The evidence in one paragraph of plain words: fact, comparison, uncertainty.
//!
//! The sentences speak of recovery, sleep, answers and working conditions. They never say what a
//! person feels: that is for the person to say.

use std::fmt::Write as _;

use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, Level, ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::indicator::{Component, Contribution, Hint, HrvState};
use crate::exposures;

/// What a paragraph begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// With the evidence.
    None,
    /// With the crisis answer.
    Crisis,
    /// With what late data did to the case: the level that was told, and the one that is found now.
    Revised { told: Level, found: Level },
    /// With the end of the case.
    Closed,
}

/// The paragraph for an alert.
pub(super) fn summary(evidence: &Evidence, opening: Opening) -> String {
    let mut sentences = Vec::from_iter(first_words(opening));
    sentences.extend(evidence.screenings.iter().map(screening));
    sentences.extend(evidence.hrv.as_ref().and_then(hrv));
    sentences.extend(evidence.hrv.as_ref().and_then(sleeping_heart));
    sentences.extend(evidence.sleep.as_ref().map(sleep));
    sentences.extend(evidence.index.as_ref().and_then(index));
    sentences.extend(evidence.exposures.iter().map(exposure));
    sentences.extend(uncertainty(evidence));
    sentences.extend(evidence.hints.iter().map(|hint| hint_words(*hint).to_owned()));
    sentences.join(" ")
}

fn first_words(opening: Opening) -> Option<String> {
    match opening {
        Opening::None => None,
        Opening::Crisis => Some(
            "An answer in a questionnaire asks for a personal conversation today, by a qualified person. \
             Such an answer is frequent and mostly not an emergency, and only a conversation can tell."
                .to_owned(),
        ),
        Opening::Revised { told, found } if found >= told => {
            Some("Data that came late changed the evidence of this case; its level stands.".to_owned())
        }
        Opening::Revised { told, found } => Some(format!(
            "Data that came late changed the evidence of this case: it was {}, and what is known now would be {}. \
             The case stays open until the person in charge closes it.",
            told.as_str(),
            found.as_str()
        )),
        Opening::Closed => Some("The case is closed.".to_owned()),
    }
}

fn screening(s: &ScreeningEvidence) -> String {
    let mut text = format!("{} was {} on {}", s.instrument.as_str(), s.score, s.taken_on);
    if let Some(band) = s.band {
        let _ = write!(text, " ({})", band.replace('_', " "));
    }
    if s.is_prorated {
        text.push_str(", with a missing answer filled by the mean of the others");
    }
    text.push('.');
    text
}

fn hrv(hrv: &HrvEvidence) -> Option<String> {
    let nights = hrv.nights_used;
    if let Some(why) = hrv.set_aside {
        let why = match why {
            SetAside::Illness => "an illness was reported",
            SetAside::IrregularRhythm => "the beats were irregular",
        };
        return Some(format!("Night-time HRV is set aside for now: {why}."));
    }
    match hrv.state {
        HrvState::Learning => {
            Some("Night-time HRV cannot be compared yet: there are too few nights of this band.".to_owned())
        }
        HrvState::Stale => Some("There are too few recent nights to say anything about night-time HRV.".to_owned()),
        HrvState::Normal | HrvState::Watch | HrvState::Persistent => {
            let change = hrv.change_pct?;
            let direction = if change < 0.0 { "below" } else { "above" };
            let mut text = format!(
                "Over the last 7 nights ({nights} usable) night-time HRV was {:.0} % {direction} this worker's usual",
                change.abs()
            );
            text.push_str(match hrv.state {
                // Not "on 5 of 7": the state holds until the nights are clearly better.
                HrvState::Persistent => ", and low for most of the nights since that began.",
                HrvState::Watch => ", low on several nights.",
                HrvState::Normal | HrvState::Learning | HrvState::Stale => ", within the usual range.",
            });
            Some(text)
        }
    }
}

/// From here on a raised heart rate asleep is worth a word.
const RAISED_RHR_Z: f64 = 1.0;

fn sleeping_heart(hrv: &HrvEvidence) -> Option<String> {
    let z = hrv.rhr_z7.filter(|z| *z >= RAISED_RHR_Z && hrv.set_aside.is_none())?;
    Some(format!("The sleeping heart rate was {z:.1} of its usual spreads above this worker's usual over 7 days."))
}

fn sleep(sleep: &SleepEvidence) -> String {
    let mut text = format!(
        "Sleep averaged {:.1} h a night (usual need {:.1} h; {:.1} h short over 14 days)",
        sleep.tst7_h, sleep.need_h, sleep.debt14_h
    );
    text.push_str(if sleep.is_poor { " and has been poor for most of a week." } else { "." });
    text
}

fn exposure(e: &ExposureEvidence) -> String {
    let ExposureEvidence { kind, value, limit, .. } = *e;
    match kind {
        exposures::WEEKLY_HOURS => format!("Work took {value:.0} h a week (limit {limit:.0} h)."),
        exposures::OVERTIME_DAYS => format!("There was overtime on {value:.0} days running (limit {limit:.0})."),
        exposures::OVERTIME_NOISE_LEX8H_DBA => {
            format!("Noise on a day of that overtime reached {value:.0} dB(A) (limit {limit:.0}).")
        }
        exposures::CONSECUTIVE_WORK_DAYS => {
            format!("Work went on for {value:.0} days without a day's rest (limit {limit:.0}).")
        }
        exposures::CONSECUTIVE_NIGHTS => format!("There were {value:.0} night shifts in a row (limit {limit:.0})."),
        exposures::NIGHTS_IN_28_D => format!("There were {value:.0} night shifts in 28 days (limit {limit:.0})."),
        exposures::NIGHT_SPELL_WEEKS => format!("Night work has gone on for {value:.0} weeks (limit {limit:.0})."),
        exposures::QUICK_RETURNS_7_D => {
            format!("{value:.0} times in 7 days the rest between two shifts was too short (limit {limit:.0}).")
        }
        exposures::NOISE_LEX8H_DBA => format!("Noise reached {value:.0} dB(A) (limit {limit:.0})."),
        exposures::NOISE_LEX40H_DBA => format!("Noise over the week reached {value:.0} dB(A) (limit {limit:.0})."),
        exposures::WBGT_C => format!("Heat reached {value:.1} °C WBGT (limit {limit:.1} °C)."),
        exposures::VIOLENCE_EVENTS_7_D => format!("Violence at work was reported {value:.0} times in 7 days."),
        exposures::DAYS_SINCE_INCIDENT => format!("Violence or an accident was reported {value:.0} days ago."),
        exposures::DAYS_SINCE_RETURN => format!("Work was taken up again {value:.0} days ago, after a long absence."),
        kind => format!("{} was {value} (limit {limit}).", kind.replace('_', " ")),
    }
}

/// Above this an index is told in words; below, it says no more than its parts do.
const ELEVATED_INDEX: f64 = 60.0;

fn index(index: &IndexEvidence) -> Option<String> {
    if index.value < ELEVATED_INDEX {
        return None;
    }
    let part = |part: &Contribution| format!("{} {:+.1}", component_words(part.component), part.points);
    let parts: Vec<String> = index.contributions.iter().map(part).collect();
    Some(format!("The strain index was {:.0}, where 50 is this worker's usual ({}).", index.value, parts.join(", ")))
}

const fn component_words(component: Component) -> &'static str {
    match component {
        Component::Hrv => "night-time HRV",
        Component::RestingHeartRate => "sleeping heart rate",
        Component::SleepDebt => "sleep against need",
        Component::Continuity => "broken sleep",
        Component::Regularity => "irregular sleep",
    }
}

/// What else may be behind low HRV, and how often chance alone is.
fn uncertainty(evidence: &Evidence) -> Option<String> {
    let chance = evidence.chance_per_year?;
    let mut text = "HRV as low as this also occurs with illness, alcohol or hard training".to_owned();
    if !evidence.confounders.is_empty() {
        let said: Vec<&str> = evidence.confounders.iter().map(|tag| tag.in_words()).collect();
        let _ = write!(text, " (reported in these days: {})", said.join(", "));
    }
    let _ = write!(text, ". {}", chance_note(chance));
    Some(text)
}

/// How often chance alone gives such a finding.
pub(super) fn chance_note(per_year: f64) -> String {
    let digits = if per_year < 1.0 { 2 } else { 1 };
    format!("In a healthy person chance alone makes HRV persistently low about {per_year:.digits$} times a year.")
}

const fn hint_words(hint: Hint) -> &'static str {
    match hint {
        Hint::Chronic => {
            "HRV has been low for more than four weeks: is what it is held against still the right measure?"
        }
        Hint::HighSide => "Several nights were unusually high: check the band, and ask a physician if it stays.",
        Hint::IrregularRhythm => {
            "The beats of several nights were irregular, by rhythm or by the band's fit: consider a medical check."
        }
        Hint::NewNormal => {
            "The level changed some weeks ago and has stayed: a change of life, of health or of the band?"
        }
        Hint::PossibleIllness => "The heart was fast in sleep, as in an illness; nothing was said of one.",
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
