//! What rules rested on when they matched.

use super::RecordError;
use super::codec::{Reader, Stored, Writer, codes, record, taken};
use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, ScreeningEvidence, SetAside, SleepEvidence, Term, Versions,
};
use crate::domain::case::Ground;
use crate::domain::indicator::{Component, Contribution, Hint, Severity};

/// A name that a later program knows no more is read all the same.
impl Stored for Term {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.name(self);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        r.name().map(|name| Self::Owned(name.to_owned()))
    }
}

codes! {
    SetAside { Illness = 0, IrregularRhythm = 1 }
    Component { Hrv = 0, RestingHeartRate = 1, SleepDebt = 2, Continuity = 3, Regularity = 4 }
    Severity { Minimal = 0, Mild = 1, Moderate = 2, Severe = 3 }
    Hint { Chronic = 0, HighSide = 1, IrregularRhythm = 2, NewNormal = 3, PossibleIllness = 4 }
}

record! {
    HrvEvidence { state, z7, change_pct, nights_used, nights_missing, rhr_z7, set_aside }
    Contribution { component, points, raw, usual }
    IndexEvidence { value, mean7, band, contributions }
    SleepEvidence { tst7_h, need_h, debt14_h, se7_pct, is_poor, flags }
    ScreeningEvidence {
        instrument, score, band, severity, taken_on, age_days, valid_until, is_prorated, concordance,
    }
    ExposureEvidence { kind, value, limit, source }
    Evidence { hrv, index, sleep, screenings, exposures, confounders, hints, confidence, chance_per_year }
    Versions { engine, rules }
    Ground { at, on, rules, evidence, versions }
}
