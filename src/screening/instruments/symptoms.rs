//! The Zung scales and SCL-90, by their Chinese norms.

use super::{BLANK, rising, sum};
use crate::screening::definition::{Answers, CrisisItem, CutOff, Definition, Measure, Scale, ScaleValue, Standard};

/// Chinese norm on the standard score. Zung's own cut-off of 45 is on another scale.
pub(super) const SAS: Definition = Definition {
    measures: &[Measure::Anxiety],
    answers: Some(Answers { reversed: &[5, 9, 13, 17, 19], ..sum(20, 1, 4, 2) }),
    range: (25.0, 100.0),
    standard: Some(ZUNG),
    bands: &rising(50.0, 60.0, 70.0),
    cut_off: Some(CutOff::AtLeast(50.0)),
    recall_days: Some(7),
    validity_days: 60,
    licence: "copyright status unclear: clear it before use",
    source: "Zung 1971; Dunstan and Scott 2018 on its two scales",
    ..BLANK
};

/// Chinese norm: a standard score of 53 or a raw sum over 41. A raw sum of 42 gives 52.5, cut to 52, so
/// the raw cut-off is looked at as well where the raw sum is known.
pub(super) const SDS: Definition = Definition {
    measures: &[Measure::Depression],
    answers: Some(Answers {
        reversed: &[2, 5, 6, 11, 12, 14, 16, 17, 18, 20],
        crisis: &[CrisisItem { item: 19, at_least: 2 }],
        ..sum(20, 1, 4, 2)
    }),
    standard: Some(Standard { raw_cut_off: Some(CutOff::Above(41.0)), ..ZUNG }),
    bands: &rising(53.0, 63.0, 73.0),
    cut_off: Some(CutOff::AtLeast(53.0)),
    source: "Zung 1965; Dunstan and Scott 2018 on its two scales",
    ..SAS
};

const ZUNG: Standard = Standard { factor: 1.25, raw_range: (20.0, 80.0), must_say: true, raw_cut_off: None };

/// The Chinese form, answered 1 to 5. Answers counted from 0, of which a sheet has many, are raised by
/// one, so that score, factors and cut-offs are always those of 1 to 5; a total must be of 1 to 5, since
/// the two ranges overlap. Answers are taken because its crisis items need them; of the
/// proprietary SCL-90-R send the total. For a total alone only the total's own cut-off is looked at.
pub(super) const SCL_90: Definition = Definition {
    measures: &[Measure::Distress, Measure::Anxiety, Measure::Depression],
    answers: Some(Answers {
        scales: &[
            Scale {
                name: "positive_items",
                items: &ALL_90,
                value: ScaleValue::CountFrom(2),
                max_missing: 5,
                bands: &[],
                cut_off: Some(CutOff::Above(43.0)),
            },
            factor("somatization", &[1, 4, 12, 27, 40, 42, 48, 49, 52, 53, 56, 58]),
            factor("obsessive_compulsive", &[3, 9, 10, 28, 38, 45, 46, 51, 55, 65]),
            factor("interpersonal_sensitivity", &[6, 21, 34, 36, 37, 41, 61, 69, 73]),
            factor("depression", &[5, 14, 15, 20, 22, 26, 29, 30, 31, 32, 54, 71, 79]),
            factor("anxiety", &[2, 17, 23, 33, 39, 57, 72, 78, 80, 86]),
            factor("hostility", &[11, 24, 63, 67, 74, 81]),
            factor("phobic_anxiety", &[13, 25, 47, 50, 70, 75, 82]),
            factor("paranoid_ideation", &[8, 18, 43, 68, 76, 83]),
            factor("psychoticism", &[7, 16, 35, 62, 77, 84, 85, 87, 88, 90]),
            factor("other", &[19, 44, 59, 60, 64, 66, 89]),
        ],
        crisis: &[CrisisItem { item: 15, at_least: 2 }, CrisisItem { item: 59, at_least: 3 }],
        may_begin_at_zero: true,
        ..sum(90, 1, 5, 5)
    }),
    range: (90.0, 450.0),
    cut_off: Some(CutOff::Above(160.0)),
    recall_days: Some(7),
    validity_days: 180,
    licence: "SCL-90-R is proprietary (Pearson)",
    source: "Derogatis 1973; Chinese norm of 1986",
    ..BLANK
};

const ALL_90: [usize; 90] = {
    let mut items = [0; 90];
    let mut place = 0;
    while place < items.len() {
        items[place] = place + 1;
        place += 1;
    }
    items
};

const fn factor(name: &'static str, items: &'static [usize]) -> Scale {
    Scale { name, items, value: ScaleValue::Mean, max_missing: 2, bands: &[], cut_off: Some(CutOff::AtLeast(2.0)) }
}
