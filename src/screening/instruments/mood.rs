//! Anxiety, depression, distress, stress, well-being.

use super::{BLANK, rising, sum};
use crate::screening::ReliableChange;
use crate::screening::definition::{
    Answers, Band, CrisisItem, CutOff, Definition, Measure, Scale, ScaleValue, Standard, Total,
};

/// People with a high score notice no less than a fifth of it.
const KOUNALI: Option<f64> = Some(0.20);

/// Eight and more is the more sensitive cut-off; ten is the one that counts here.
pub(super) const GAD_7: Definition = Definition {
    measures: &[Measure::Anxiety],
    answers: Some(sum(7, 0, 3, 1)),
    range: (0.0, 21.0),
    bands: &rising(5.0, 10.0, 15.0),
    cut_off: Some(CutOff::AtLeast(10.0)),
    recall_days: Some(14),
    reliable_change: Some(ReliableChange { sd: 4.0, alpha: 0.89 }),
    meaningful_change: Some(4.0),
    meaningful_share: KOUNALI,
    loinc: Some("70274-6"),
    licence: "free",
    source: "Spitzer 2006; change: Toussaint 2020, Kounali 2022",
    ..BLANK
};

const PHQ_BANDS: &[(CutOff, Band)] = &[
    (CutOff::AtLeast(20.0), Band::Severe),
    (CutOff::AtLeast(15.0), Band::ModeratelySevere),
    (CutOff::AtLeast(10.0), Band::Moderate),
    (CutOff::AtLeast(5.0), Band::Mild),
];

/// Item 9 asks for thoughts of death. A total without it is scaled like any other, but no value is ever
/// assumed for the item itself, so the crisis stays open.
pub(super) const PHQ_9: Definition = Definition {
    measures: &[Measure::Depression],
    answers: Some(Answers { crisis: &[CrisisItem { item: 9, at_least: 1 }], ..sum(9, 0, 3, 2) }),
    range: (0.0, 27.0),
    bands: PHQ_BANDS,
    cut_off: Some(CutOff::AtLeast(10.0)),
    recall_days: Some(14),
    reliable_change: Some(ReliableChange { sd: 5.0, alpha: 0.86 }),
    meaningful_change: Some(5.0),
    meaningful_share: KOUNALI,
    loinc: Some("44261-6"),
    licence: "free",
    source: "Kroenke 2001; change: Löwe 2004, Kounali 2022",
    ..BLANK
};

/// PHQ-9 without item 9, for where nobody is there to answer it; same bands and cut-off. The missing
/// rule is that of PHQ-9.
pub(super) const PHQ_8: Definition = Definition {
    answers: Some(sum(8, 0, 3, 2)),
    range: (0.0, 24.0),
    reliable_change: None,
    loinc: None,
    source: "Kroenke 2009",
    ..PHQ_9
};

/// The pair's own cut-offs decide for answers; 6 is where a total alone proves one of them reached.
pub(super) const PHQ_4: Definition = Definition {
    measures: &[Measure::Anxiety, Measure::Depression],
    answers: Some(Answers {
        scales: &[phq_4_pair("anxiety", &[1, 2]), phq_4_pair("depression", &[3, 4])],
        ..sum(4, 0, 3, 0)
    }),
    range: (0.0, 12.0),
    bands: &rising(3.0, 6.0, 9.0),
    cut_off: Some(CutOff::AtLeast(6.0)),
    recall_days: Some(14),
    validity_days: 30,
    loinc: Some("70272-0"),
    licence: "free",
    source: "Kroenke 2009",
    ..BLANK
};

const fn phq_4_pair(name: &'static str, items: &'static [usize]) -> Scale {
    Scale {
        name,
        items,
        value: ScaleValue::Sum { times: 1.0 },
        max_missing: 0,
        bands: &[],
        cut_off: Some(CutOff::AtLeast(3.0)),
    }
}

/// No official cut-off: the bands are the convention low, moderate, high, and nothing is `positive`.
pub(super) const PSS_10: Definition = Definition {
    measures: &[Measure::Stress],
    answers: Some(Answers { reversed: &[4, 5, 7, 8], ..sum(10, 0, 4, 1) }),
    range: (0.0, 40.0),
    bands: &[(CutOff::AtLeast(27.0), Band::Severe), (CutOff::AtLeast(14.0), Band::Moderate)],
    recall_days: Some(30),
    meaningful_change: Some(6.0),
    licence: "free for non-profit research; commercial use needs permission",
    source: "Cohen 1988",
    ..BLANK
};

/// High is good. 28 and less (likely depression) is `moderate`, 50 and less (low) is `mild`.
pub(super) const WHO_5: Definition = Definition {
    measures: &[Measure::Wellbeing],
    answers: Some(sum(5, 0, 5, 0)),
    range: (0.0, 100.0),
    standard: Some(Standard { factor: 4.0, raw_range: (0.0, 25.0), must_say: false, raw_cut_off: None }),
    bands: &[(CutOff::AtMost(28.0), Band::Moderate), (CutOff::AtMost(50.0), Band::Mild)],
    cut_off: Some(CutOff::AtMost(50.0)),
    recall_days: Some(14),
    validity_days: 60,
    meaningful_change: Some(10.0),
    licence: "WHO; free for non-commercial use",
    source: "Topp 2015",
    ..BLANK
};

/// Band and cut-off are those of the scales, which a total does not tell; severe and extremely severe
/// are both `severe`; positive is moderate and more.
pub(super) const DASS_21: Definition = Definition {
    measures: &[Measure::Depression, Measure::Anxiety, Measure::Stress],
    answers: Some(Answers {
        total: Total::SumOfScales,
        scales: &[
            dass_scale("depression", &[3, 5, 10, 13, 16, 17, 21], &rising(10.0, 14.0, 21.0), 14.0),
            dass_scale("anxiety", &[2, 4, 7, 9, 15, 19, 20], &rising(8.0, 10.0, 15.0), 10.0),
            dass_scale("stress", &[1, 6, 8, 11, 12, 14, 18], &rising(15.0, 19.0, 26.0), 19.0),
        ],
        ..sum(21, 0, 3, 3)
    }),
    range: (0.0, 126.0),
    recall_days: Some(7),
    validity_days: 60,
    licence: "public domain",
    source: "Lovibond 1995",
    ..BLANK
};

const fn dass_scale(
    name: &'static str,
    items: &'static [usize],
    bands: &'static [(CutOff, Band)],
    cut_off: f64,
) -> Scale {
    Scale {
        name,
        items,
        value: ScaleValue::Sum { times: 2.0 },
        max_missing: 1,
        bands,
        cut_off: Some(CutOff::AtLeast(cut_off)),
    }
}

pub(super) const K6: Definition = Definition {
    measures: &[Measure::Distress],
    answers: Some(sum(6, 0, 4, 1)),
    range: (0.0, 24.0),
    bands: &[(CutOff::AtLeast(13.0), Band::Severe), (CutOff::AtLeast(5.0), Band::Moderate)],
    cut_off: Some(CutOff::AtLeast(13.0)),
    recall_days: Some(30),
    licence: "free",
    source: "Kessler 2002",
    ..BLANK
};

pub(super) const K10: Definition = Definition {
    answers: Some(sum(10, 1, 5, 1)),
    range: (10.0, 50.0),
    bands: &rising(20.0, 25.0, 30.0),
    cut_off: Some(CutOff::AtLeast(20.0)),
    ..K6
};

/// It asks how one feels right now, so it counts no longer than the shortest of the others.
pub(super) const STAI_S: Definition = Definition {
    measures: &[Measure::Anxiety],
    range: (20.0, 80.0),
    validity_days: 30,
    licence: "proprietary (Mind Garden): totals only",
    source: "Spielberger 1983",
    ..BLANK
};
