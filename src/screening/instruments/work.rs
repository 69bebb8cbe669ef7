//! Burnout, and effort against reward.

use super::{BLANK, sum};
use crate::screening::definition::{Answers, Band, CutOff, Definition, Measure, Scale, ScaleValue, Total};

const CBI_BANDS: &[(CutOff, Band)] = &[
    (CutOff::AtLeast(100.0), Band::Severe),
    (CutOff::AtLeast(75.0), Band::ModeratelySevere),
    (CutOff::AtLeast(50.0), Band::Moderate),
];

/// Answered 0, 25, 50, 75 or 100: personal, work, clients; the clients may be left off. High is
/// `moderately_severe`.
pub(super) const CBI: Definition = Definition {
    measures: &[Measure::Burnout],
    answers: Some(Answers {
        optional_tail: 6,
        step: 25,
        reversed: &[13],
        total: Total::HighestScale,
        scales: &[
            cbi_scale("personal", &[1, 2, 3, 4, 5, 6]),
            cbi_scale("work", &[7, 8, 9, 10, 11, 12, 13]),
            cbi_scale("client", &[14, 15, 16, 17, 18, 19]),
        ],
        ..sum(19, 0, 100, 0)
    }),
    range: (0.0, 100.0),
    bands: CBI_BANDS,
    cut_off: Some(CutOff::AtLeast(50.0)),
    validity_days: 180,
    meaningful_change: Some(10.0),
    licence: "free",
    source: "Kristensen 2005",
    ..BLANK
};

/// Three of six and four of seven answers are enough.
const fn cbi_scale(name: &'static str, items: &'static [usize]) -> Scale {
    Scale {
        name,
        items,
        value: ScaleValue::Mean,
        max_missing: 3,
        bands: CBI_BANDS,
        cut_off: Some(CutOff::AtLeast(50.0)),
    }
}

/// The short form with its answers as ticked: effort 3, reward 7, overcommitment 6, which may be left
/// off. Recoded here are the reward items on promotion, change and security, and the overcommitment
/// item on switching off. (E/R)·(7/3) is the ratio of the two means. Totals
/// may come from the long form too, answered 1 to 5.
pub(super) const ERI: Definition = Definition {
    measures: &[Measure::EffortReward],
    answers: Some(Answers {
        optional_tail: 6,
        reversed: &[5, 6, 7, 13],
        total: Total::RatioOfMeans,
        scales: &[
            eri_scale("effort", &[1, 2, 3], 0),
            eri_scale("reward", &[4, 5, 6, 7, 8, 9, 10], 1),
            eri_scale("overcommitment", &[11, 12, 13, 14, 15, 16], 1),
        ],
        ..sum(16, 1, 4, 0)
    }),
    range: (0.2, 5.0),
    cut_off: Some(CutOff::Above(1.0)),
    validity_days: 180,
    licence: "free for research; ask the author",
    source: "Siegrist 2014",
    ..BLANK
};

const fn eri_scale(name: &'static str, items: &'static [usize], max_missing: usize) -> Scale {
    Scale { name, items, value: ScaleValue::Mean, max_missing, bands: &[], cut_off: None }
}

/// The total is the mean of the exhaustion items; there is no diagnostic cut-off.
pub(super) const MBI_GS: Definition = Definition {
    measures: &[Measure::Burnout],
    range: (0.0, 6.0),
    validity_days: 180,
    licence: "proprietary (Mind Garden): totals only",
    source: "Schaufeli 1996",
    ..BLANK
};
