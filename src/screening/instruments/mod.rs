//! The instruments, one row each. A new one is a name in the domain and a row here.
//!
//! # Source
//! Domain reference, sections 6.1 to 6.3, and the paper named in each row.

mod mood;
mod sleep;
mod symptoms;
mod work;

use super::definition::{Answers, Band, CutOff, Definition, Total};
use crate::domain::screening::Instrument;

/// The row of an instrument.
#[must_use]
pub const fn definition(instrument: Instrument) -> &'static Definition {
    match instrument {
        Instrument::Gad7 => &mood::GAD_7,
        Instrument::Phq9 => &mood::PHQ_9,
        Instrument::Phq8 => &mood::PHQ_8,
        Instrument::Phq4 => &mood::PHQ_4,
        Instrument::Pss10 => &mood::PSS_10,
        Instrument::Who5 => &mood::WHO_5,
        Instrument::Dass21 => &mood::DASS_21,
        Instrument::K6 => &mood::K6,
        Instrument::K10 => &mood::K10,
        Instrument::StaiS => &mood::STAI_S,
        Instrument::Sas => &symptoms::SAS,
        Instrument::Sds => &symptoms::SDS,
        Instrument::Scl90 => &symptoms::SCL_90,
        Instrument::Isi => &sleep::ISI,
        Instrument::Psqi => &sleep::PSQI,
        Instrument::Ess => &sleep::ESS,
        Instrument::Cbi => &work::CBI,
        Instrument::Eri => &work::ERI,
        Instrument::MbiGs => &work::MBI_GS,
    }
}

/// A row that takes totals only and says nothing about them; the rows fill in what they have.
const BLANK: Definition = Definition {
    measures: &[],
    answers: None,
    range: (0.0, 0.0),
    standard: None,
    bands: &[],
    cut_off: None,
    recall_days: None,
    validity_days: 90,
    reliable_change: None,
    meaningful_change: None,
    meaningful_share: None,
    loinc: None,
    licence: "",
    source: "",
};

/// A plain sum of items answered `min..=max`, of which `max_missing` may be missing.
const fn sum(items: usize, min: u8, max: u8, max_missing: usize) -> Answers {
    Answers {
        items,
        optional_tail: 0,
        min,
        max,
        may_begin_at_zero: false,
        step: 1,
        reversed: &[],
        max_missing,
        total: Total::Sum,
        scales: &[],
        crisis: &[],
    }
}

/// Bands that begin at these scores.
const fn rising(mild: f64, moderate: f64, severe: f64) -> [(CutOff, Band); 3] {
    [
        (CutOff::AtLeast(severe), Band::Severe),
        (CutOff::AtLeast(moderate), Band::Moderate),
        (CutOff::AtLeast(mild), Band::Mild),
    ]
}
