//! Sleep and sleepiness.

use super::{BLANK, rising, sum};
use crate::screening::definition::{Band, CutOff, Definition, Measure};

/// The cut-off is the one for the general population; 15 is the clinical one.
pub(super) const ISI: Definition = Definition {
    measures: &[Measure::Sleep],
    answers: Some(sum(7, 0, 4, 1)),
    range: (0.0, 28.0),
    bands: &rising(8.0, 15.0, 22.0),
    cut_off: Some(CutOff::AtLeast(10.0)),
    recall_days: Some(14),
    meaningful_change: Some(6.0),
    licence: "© Morin; licence for commercial use",
    source: "Morin 2011; change: Yang 2009",
    ..BLANK
};

/// Its nineteen answers become seven components by the publisher's manual: totals only. More than 5
/// is poor sleep; the Chinese norm has more than 7, which a rule may ask for.
pub(super) const PSQI: Definition = Definition {
    measures: &[Measure::Sleep],
    range: (0.0, 21.0),
    cut_off: Some(CutOff::Above(5.0)),
    recall_days: Some(30),
    meaningful_change: Some(3.0),
    licence: "© University of Pittsburgh: totals only",
    source: "Buysse 1989",
    ..BLANK
};

pub(super) const ESS: Definition = Definition {
    measures: &[Measure::Sleep],
    answers: Some(sum(8, 0, 3, 0)),
    range: (0.0, 24.0),
    bands: &[
        (CutOff::AtLeast(16.0), Band::Severe),
        (CutOff::AtLeast(13.0), Band::Moderate),
        (CutOff::Above(10.0), Band::Mild),
    ],
    cut_off: Some(CutOff::Above(10.0)),
    meaningful_change: Some(3.0),
    licence: "© Johns, Mapi Research Trust",
    source: "Johns 1991",
    ..BLANK
};
