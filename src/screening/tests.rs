use proptest::prelude::*;

use super::*;
use crate::domain::Timestamp;
use crate::domain::screening::{Response, ScoreKind, Screening};

fn answered<const N: usize>(instrument: Instrument, answers: [u8; N]) -> Result<Scored, AnswersError> {
    with_gaps(instrument, answers.map(Some))
}

fn with_gaps<const N: usize>(instrument: Instrument, answers: [Option<u8>; N]) -> Result<Scored, AnswersError> {
    score(&screening(instrument, Response::Answers(answers.to_vec())))
}

fn total(instrument: Instrument, score: f64, kind: Option<ScoreKind>) -> Result<Scored, AnswersError> {
    super::score(&screening(instrument, Response::Total { score, kind }))
}

fn screening(instrument: Instrument, response: Response) -> Screening {
    Screening { instrument, taken_at: Timestamp::UNIX_EPOCH, response }
}

fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn the_worked_examples_fall_into_their_bands() {
    let verdict = |scored: Result<Scored, AnswersError>| {
        let scored = scored.unwrap();
        (scored.band, scored.positive, scored.is_prorated, scored.crisis)
    };
    let moderate = Some("moderate");
    let pss = answered(Instrument::Pss10, [3, 2, 3, 1, 2, 3, 1, 2, 3, 2]);
    assert_eq!(verdict(pss), (moderate, None, false, Some(false)));
    assert_eq!(verdict(answered(Instrument::Isi, [2, 3, 2, 3, 2, 2, 3])), (moderate, Some(true), false, Some(false)));
    assert_eq!(verdict(answered(Instrument::Gad7, [2, 1, 2, 1, 1, 2, 1])), (moderate, Some(true), false, Some(false)));
    let phq = answered(Instrument::Phq9, [1, 2, 2, 2, 1, 1, 1, 0, 1]);
    assert_eq!(verdict(phq), (moderate, Some(true), false, Some(true)));
    assert_eq!(verdict(answered(Instrument::Who5, [2, 1, 2, 1, 2])), (Some("mild"), Some(true), false, Some(false)));
    let sas = answered(Instrument::Sas, [2, 2, 1, 2, 3, 2, 2, 2, 3, 2, 1, 1, 3, 2, 2, 2, 3, 2, 3, 2]);
    assert_eq!(verdict(sas), (Some("minimal"), Some(false), false, Some(false)));
    // Item 19 of this example is 1.
    let sds = answered(Instrument::Sds, [3, 2, 2, 3, 2, 3, 2, 1, 2, 3, 2, 3, 2, 2, 2, 3, 3, 2, 1, 3]);
    assert_eq!(verdict(sds), (Some("mild"), Some(true), false, Some(false)));
    let gap = with_gaps(Instrument::Gad7, [Some(2), Some(1), None, Some(1), Some(1), Some(2), Some(1)]);
    assert_eq!(verdict(gap), (Some("mild"), Some(false), true, Some(false)));
}

#[test]
fn reliable_change_is_four_points_of_gad_7_and_six_of_phq_9() {
    for (instrument, points) in [(Instrument::Gad7, 4.0), (Instrument::Phq9, 6.0)] {
        let change = reliable_change(instrument).unwrap();
        assert!(change.is_reliable(15.0, 15.0 - points) && !change.is_reliable(15.0, 16.0 - points));
    }
    assert_eq!(reliable_change(Instrument::MbiGs), None);
}

#[test]
fn bands_begin_at_their_published_scores() {
    let band = |instrument, score| total(instrument, score, None).unwrap().band.unwrap();
    for (instrument, edges) in [
        (Instrument::Gad7, &[(4.0, "minimal"), (5.0, "mild"), (10.0, "moderate"), (15.0, "severe")][..]),
        (Instrument::Phq9, &[(10.0, "moderate"), (15.0, "moderately_severe"), (20.0, "severe")]),
        (Instrument::Phq8, &[(9.0, "mild"), (10.0, "moderate"), (24.0, "severe")]),
        (Instrument::Phq4, &[(2.0, "minimal"), (3.0, "mild"), (6.0, "moderate"), (9.0, "severe")]),
        (Instrument::Pss10, &[(13.0, "minimal"), (14.0, "moderate"), (27.0, "severe")]),
        (Instrument::Isi, &[(7.0, "minimal"), (8.0, "mild"), (15.0, "moderate"), (22.0, "severe")]),
        (Instrument::Who5, &[(52.0, "minimal"), (50.0, "mild"), (29.0, "mild"), (28.0, "moderate")]),
        (Instrument::K6, &[(4.0, "minimal"), (5.0, "moderate"), (13.0, "severe")]),
        (Instrument::K10, &[(19.0, "minimal"), (20.0, "mild"), (25.0, "moderate"), (30.0, "severe")]),
        (Instrument::Ess, &[(10.0, "minimal"), (11.0, "mild"), (13.0, "moderate"), (16.0, "severe")]),
        (Instrument::Cbi, &[(49.9, "minimal"), (50.0, "moderate"), (75.0, "moderately_severe"), (100.0, "severe")]),
    ] {
        for (score, expected) in edges {
            assert_eq!(band(instrument, *score), *expected, "{} {score}", instrument.as_str());
        }
    }
    for instrument in [Instrument::StaiS, Instrument::Psqi, Instrument::MbiGs, Instrument::Scl90, Instrument::Eri] {
        let (low, _) = definition(instrument).range;
        assert_eq!(total(instrument, low, None).unwrap().band, None);
    }
}

#[test]
fn a_cut_off_is_reached_at_its_score_and_not_below() {
    for (instrument, below, at) in [
        (Instrument::Gad7, 9.0, 10.0),
        (Instrument::Phq9, 9.0, 10.0),
        (Instrument::Isi, 9.0, 10.0),
        (Instrument::Who5, 52.0, 50.0),
        (Instrument::Scl90, 160.0, 161.0),
        (Instrument::Psqi, 5.0, 6.0),
        (Instrument::Ess, 10.0, 11.0),
        (Instrument::K6, 12.0, 13.0),
        (Instrument::Eri, 1.0, 1.01),
    ] {
        assert_eq!(total(instrument, below, None).unwrap().positive, Some(false), "{}", instrument.as_str());
        assert_eq!(total(instrument, at, None).unwrap().positive, Some(true), "{}", instrument.as_str());
    }
    let standard = |instrument, score| total(instrument, score, Some(ScoreKind::Standard)).unwrap().positive;
    assert_eq!([49.0, 50.0].map(|s| standard(Instrument::Sas, s)), [Some(false), Some(true)]);
    assert_eq!([52.0, 53.0].map(|s| standard(Instrument::Sds, s)), [Some(false), Some(true)]);
}

#[test]
fn a_zung_total_must_say_its_scale() {
    for instrument in [Instrument::Sas, Instrument::Sds] {
        assert_eq!(total(instrument, 45.0, None), Err(AnswersError::KindMissing(instrument)));
    }
    let raw = total(Instrument::Sas, 37.0, Some(ScoreKind::Raw)).unwrap();
    assert_eq!((raw.score, raw.scales), (46.0, vec![("raw", 37.0)]));
    assert!(matches!(total(Instrument::Sas, 81.0, Some(ScoreKind::Raw)), Err(AnswersError::Range { .. })));
    assert!(matches!(total(Instrument::Sas, 24.0, Some(ScoreKind::Standard)), Err(AnswersError::Range { .. })));
}

#[test]
fn a_raw_depression_sum_over_41_is_positive_though_its_standard_score_is_cut_to_52() {
    let at = |raw| total(Instrument::Sds, raw, Some(ScoreKind::Raw)).unwrap();
    assert_eq!((at(41.0).score, at(41.0).positive, at(41.0).band), (51.0, Some(false), Some("minimal")));
    assert_eq!((at(42.0).score, at(42.0).positive, at(42.0).band), (52.0, Some(true), Some("mild")));
}

#[test]
fn a_standard_score_of_an_instrument_without_one_is_refused() {
    let found = total(Instrument::Gad7, 12.0, Some(ScoreKind::Standard));
    assert_eq!(found, Err(AnswersError::NoStandardScore(Instrument::Gad7)));
    assert!(total(Instrument::Gad7, 12.0, Some(ScoreKind::Raw)).is_ok());
}

#[test]
fn a_well_being_total_is_percent_unless_it_says_raw() {
    assert_close(total(Instrument::Who5, 13.0, None).unwrap().score, 13.0);
    assert_close(total(Instrument::Who5, 13.0, Some(ScoreKind::Raw)).unwrap().score, 52.0);
}

#[test]
fn totals_outside_the_range_or_no_numbers_are_refused() {
    for wrong in [-1.0, 22.0, f64::NAN, f64::INFINITY] {
        let found = total(Instrument::Gad7, wrong, None);
        assert!(matches!(found, Err(AnswersError::Range { .. })), "{wrong} gave {found:?}");
    }
}

#[test]
fn wrong_answers_are_refused_in_plain_words() {
    let words = |result: Result<Scored, AnswersError>| result.unwrap_err().to_string();
    assert_eq!(
        words(answered(Instrument::Gad7, [1; 6])),
        "GAD-7 has 7 answers and 6 were given; one that is missing keeps its place"
    );
    assert_eq!(words(answered(Instrument::Gad7, [1, 1, 7, 1, 1, 1, 1])), "answer 3 is 7; GAD-7 is answered 0..=3");
    assert_eq!(words(answered(Instrument::Cbi, [60; 19])), "answer 1 is 60; CBI is answered 0..=100 in steps of 25");
    assert_eq!(words(answered(Instrument::StaiS, [1; 20])), "STAI-S is taken as a total only");
    assert_eq!(
        words(with_gaps(Instrument::Gad7, [Some(1), None, None, Some(1), Some(1), Some(1), Some(1)])),
        "2 answers of GAD-7 are missing; it can be scored with at most 1 missing"
    );
    assert_eq!(words(total(Instrument::Gad7, 22.0, None)), "the total 22 is outside 0..=21 of GAD-7");
}

#[test]
fn proprietary_instruments_take_totals_only() {
    for instrument in [Instrument::Psqi, Instrument::StaiS, Instrument::MbiGs] {
        assert_eq!(answered(instrument, [1; 16]), Err(AnswersError::TotalsOnly(instrument)));
        assert!(total(instrument, definition(instrument).range.1, None).is_ok());
    }
}

#[test]
fn a_prorated_score_rounds_half_up() {
    // 3 from 6 answers is 3.5 over 7.
    let found = with_gaps(Instrument::Gad7, [Some(3), Some(0), Some(0), Some(0), Some(0), Some(0), None]).unwrap();
    assert_eq!((found.score, found.is_prorated), (4.0, true));
}

#[test]
fn a_missing_item_9_leaves_the_crisis_open() {
    let mut answers = [Some(1); 9];
    answers[8] = None;
    let found = with_gaps(Instrument::Phq9, answers).unwrap();
    assert_eq!((found.score, found.is_prorated, found.crisis), (9.0, true, None));
    assert_eq!(with_gaps(Instrument::Phq9, [Some(0); 9]).unwrap().crisis, Some(false));
    assert_eq!(total(Instrument::Phq9, 12.0, None).unwrap().crisis, None);
    // PHQ-8 does not ask.
    assert_eq!(total(Instrument::Phq8, 12.0, None).unwrap().crisis, Some(false));
}

#[test]
fn a_crisis_answer_is_seen_though_too_few_answers_came_for_a_score() {
    let answers = vec![None, None, None, None, Some(0), Some(0), Some(0), Some(0), Some(1)];
    let filled = screening(Instrument::Phq9, Response::Answers(answers));
    assert!(matches!(score(&filled), Err(AnswersError::Missing { .. })));
    assert_eq!(crisis(&filled), Some(true));
}

#[test]
fn crisis_items_begin_at_their_published_answers() {
    let zung = |item_19| {
        let mut answers = [1; 20];
        answers[18] = item_19;
        answered(Instrument::Sds, answers).unwrap().crisis
    };
    assert_eq!([1, 2].map(zung), [Some(false), Some(true)]);
    let checklist = |item_15: Option<u8>, item_59: Option<u8>| {
        let mut answers = [Some(1); 90];
        (answers[14], answers[58]) = (item_15, item_59);
        with_gaps(Instrument::Scl90, answers).unwrap().crisis
    };
    assert_eq!(checklist(Some(1), Some(2)), Some(false));
    assert_eq!(checklist(Some(2), Some(1)), Some(true));
    assert_eq!(checklist(Some(1), Some(3)), Some(true));
    assert_eq!(checklist(None, Some(3)), Some(true));
    assert_eq!(checklist(Some(1), None), None);
}

#[test]
fn the_pairs_of_phq_4_decide_for_themselves() {
    let found = answered(Instrument::Phq4, [2, 1, 0, 0]).unwrap();
    assert_eq!(found.scales, [("anxiety", 3.0), ("depression", 0.0)]);
    assert_eq!((found.score, found.band, found.positive), (3.0, Some("mild"), Some(true)));
    assert_eq!(answered(Instrument::Phq4, [1, 1, 1, 1]).unwrap().positive, Some(false));
}

#[test]
fn dass_21_takes_the_worst_of_its_scales() {
    // Anxiety items 2, 4, 7, 9, 15 answered 1: five, doubled ten.
    let mut answers = [0; 21];
    for item in [2, 4, 7, 9, 15] {
        answers[item - 1] = 1;
    }
    let found = answered(Instrument::Dass21, answers).unwrap();
    assert_eq!(found.scales, [("depression", 0.0), ("anxiety", 10.0), ("stress", 0.0)]);
    assert_eq!((found.score, found.band, found.positive), (10.0, Some("moderate"), Some(true)));
    let mut gaps = answers.map(Some);
    (gaps[0], gaps[5]) = (None, None);
    assert_eq!(
        with_gaps(Instrument::Dass21, gaps).unwrap_err().to_string(),
        "2 answers of DASS-21 stress are missing; it can be scored with at most 1 missing"
    );
}

#[test]
fn the_checklist_is_positive_by_any_of_its_three_cut_offs() {
    let with_twos = |count: usize, value: u8| {
        let mut answers = [1; 90];
        answers[..count].fill(value);
        answered(Instrument::Scl90, answers).unwrap()
    };
    assert_eq!(with_twos(1, 2).positive, Some(false));
    let many = with_twos(44, 2);
    assert_eq!((many.score, many.scales[0], many.positive), (134.0, ("positive_items", 44.0), Some(true)));
    // Hostility alone: six items at 2.
    let mut answers = [1; 90];
    for item in [11, 24, 63, 67, 74, 81] {
        answers[item - 1] = 2;
    }
    assert_eq!(answered(Instrument::Scl90, answers).unwrap().positive, Some(true));
}

#[test]
fn every_item_of_the_checklist_belongs_to_one_factor() {
    let rules = definition(Instrument::Scl90).answers.unwrap();
    let mut items: Vec<usize> = rules.scales[1..].iter().flat_map(|scale| scale.items.iter().copied()).collect();
    items.sort_unstable();
    assert_eq!(items, (1..=90).collect::<Vec<_>>());
}

#[test]
fn burnout_takes_its_highest_scale_and_turns_the_last_work_item() {
    let mut answers = [25; 13];
    answers[12] = 0;
    let found = answered(Instrument::Cbi, answers).unwrap();
    assert_eq!(found.scales[0], ("personal", 25.0));
    assert_close(found.score, (6.0 * 25.0 + 100.0) / 7.0);
    assert_eq!((found.band, found.positive, found.is_prorated), (Some("minimal"), Some(false), false));
    assert!(matches!(with_gaps(Instrument::Cbi, [None; 19]), Err(AnswersError::Missing { .. })));
}

#[test]
fn a_burnout_scale_needs_three_of_six_answers_or_four_of_seven() {
    let mut answers = [Some(50); 19];
    answers[..4].fill(None);
    answers[6..9].fill(None);
    let found = with_gaps(Instrument::Cbi, answers).unwrap();
    assert_eq!(found.scales.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["work", "client"]);
    assert!(found.is_prorated);
}

#[test]
fn effort_and_reward_give_the_published_ratio() {
    // The example is recoded already: as ticked, the reward items on promotion, change and security
    // are the other way round.
    let recoded = [2, 2, 3, 2, 3, 2, 2];
    let mut answers = [3, 4, 3, 0, 0, 0, 0, 0, 0, 0];
    for (place, value) in recoded.into_iter().enumerate() {
        answers[place + 3] = if (1..=3).contains(&place) { 5 - value } else { value };
    }
    let found = answered(Instrument::Eri, answers).unwrap();
    assert_close(found.score, 1.458_333_333);
    assert_eq!((found.band, found.positive), (None, Some(true)));
    let mut gaps = answers.map(Some);
    gaps[0] = None;
    assert!(matches!(with_gaps(Instrument::Eri, gaps), Err(AnswersError::Missing { .. })));
}

#[test]
fn every_row_holds_together() {
    for &instrument in Instrument::ALL {
        let row = definition(instrument);
        let name = instrument.as_str();
        assert!(row.range.0 < row.range.1 && !row.licence.is_empty() && !row.source.is_empty(), "{name}");
        assert!(!row.measures.is_empty() && row.validity_days >= 30, "{name}");
        let Some(rules) = row.answers else { continue };
        assert!(rules.min < rules.max && rules.step > 0 && rules.optional_tail < rules.items, "{name}");
        assert!(rules.max_missing < rules.items - rules.optional_tail, "{name}");
        for scale in rules.scales {
            assert!(scale.max_missing < scale.items.len(), "{name} {}", scale.name);
            assert!(scale.items.iter().all(|item| (1..=rules.items).contains(item)), "{name} {}", scale.name);
        }
        // The lowest and the highest possible sheet lie within the published range.
        for answer in [rules.min, rules.max] {
            let found = score(&screening(instrument, Response::Answers(vec![Some(answer); rules.items]))).unwrap();
            assert!((row.range.0..=row.range.1).contains(&found.score), "{name} {}", found.score);
        }
    }
}

proptest! {
    #[test]
    fn any_answers_give_a_finite_score_or_a_reason(
        at in 0..Instrument::ALL.len(),
        fitting in any::<bool>(),
        seed in proptest::collection::vec(proptest::option::weighted(0.9, any::<u8>()), 0..100),
    ) {
        let instrument = Instrument::ALL[at];
        let answers = match definition(instrument).answers {
            Some(rules) if fitting => (0..rules.items)
                .map(|place| {
                    let choices = (rules.max - rules.min) / rules.step + 1;
                    let picked = seed.get(place).copied().unwrap_or(Some(1));
                    picked.map(|pick| rules.min + pick % choices * rules.step)
                })
                .collect(),
            Some(_) | None => seed,
        };
        if let Ok(found) = score(&screening(instrument, Response::Answers(answers))) {
            let (low, high) = definition(instrument).range;
            prop_assert!((low..=high).contains(&found.score), "{} gave {}", instrument.as_str(), found.score);
            prop_assert!(found.scales.iter().all(|(_, value)| value.is_finite()));
        }
    }

    #[test]
    fn any_total_gives_a_finite_score_or_a_reason(
        at in 0..Instrument::ALL.len(),
        total in prop_oneof![any::<f64>(), -10.0..500.0],
        kind in proptest::option::of(prop_oneof![Just(ScoreKind::Raw), Just(ScoreKind::Standard)]),
    ) {
        let instrument = Instrument::ALL[at];
        if let Ok(found) = score(&screening(instrument, Response::Total { score: total, kind })) {
            let (low, high) = definition(instrument).range;
            prop_assert!((low..=high).contains(&found.score), "{} gave {}", instrument.as_str(), found.score);
        }
    }
}

#[test]
fn improvement_must_be_reliable_meaningful_and_a_fifth_of_a_high_score() {
    use Outcome::{Deteriorated, Improved, Recovered, Unchanged};
    let outcome = |instrument, before, after| change(instrument, before, after, 30).unwrap().outcome;
    for (before, after, expected) in [
        (18.0, 15.0, Unchanged),
        (18.0, 14.0, Improved),
        (21.0, 17.0, Unchanged),
        (21.0, 16.0, Improved),
        (13.0, 9.0, Recovered),
        (8.0, 3.0, Improved),
        (8.0, 11.0, Unchanged),
        (8.0, 12.0, Deteriorated),
        (9.0, 9.0, Unchanged),
    ] {
        assert_eq!(outcome(Instrument::Gad7, before, after), expected, "{before} to {after}");
    }
    assert_eq!(outcome(Instrument::Phq9, 12.0, 7.0), Unchanged, "five points of PHQ-9 matter, but may be error");
    assert_eq!(outcome(Instrument::Phq9, 12.0, 6.0), Recovered);
    assert_eq!(change(Instrument::Gad7, 18.0, 9.0, 13), None, "both sheets ask about the same days");
    assert_eq!(change(Instrument::Isi, 18.0, 9.0, 30), None, "its reliability is not established here");
    assert_close(change(Instrument::Gad7, 18.0, 14.0, 14).unwrap().index, -4.0 / 1.876_166_3);
}

#[test]
fn checklist_answers_from_0_mean_the_same_as_from_1() {
    let mut answers = [0; 90];
    answers[..44].fill(1);
    let from_zero = answered(Instrument::Scl90, answers).unwrap();
    assert_eq!(from_zero, answered(Instrument::Scl90, answers.map(|a| a + 1)).unwrap());
    assert_eq!((from_zero.score, from_zero.positive, from_zero.crisis), (134.0, Some(true), Some(true)));
    answers[14] = 0;
    assert_eq!(answered(Instrument::Scl90, answers).unwrap().crisis, Some(false));
    answers[58] = 2;
    assert_eq!(answered(Instrument::Scl90, answers).unwrap().crisis, Some(true), "2 of 4 is 3 of 5");
    let mut few = [1; 90];
    few[..5].fill(0);
    let refused = answered(Instrument::Scl90, few).unwrap_err().to_string();
    assert_eq!(refused, "answer 1 is 0; SCL-90 is answered 1..=5, or 0..=4 throughout");
    let mut both = [0; 90];
    both[7] = 5;
    assert!(answered(Instrument::Scl90, both).is_err());
}

#[test]
fn a_total_beside_answers_must_agree_with_them() {
    let stated = |instrument, answers: &[u8], total, kind| {
        let answers = answers.iter().copied().map(Some).collect();
        let scored = score(&screening(instrument, Response::Answers(answers))).unwrap();
        check_stated(instrument, &scored, total, kind).map_err(|error| error.to_string())
    };
    let (raw, standard) = (Some(ScoreKind::Raw), Some(ScoreKind::Standard));
    let gad = [2, 1, 2, 1, 1, 2, 1];
    assert_eq!(stated(Instrument::Gad7, &gad, 10.0, None), Ok(()));
    assert_eq!(stated(Instrument::Gad7, &gad, 10.0, raw), Ok(()));
    let refused = "the answers of GAD-7 come to 10, the stated score is 9";
    assert_eq!(stated(Instrument::Gad7, &gad, 9.0, None), Err(refused.to_owned()));
    for (total, kind, agrees) in
        [(8.0, None, true), (32.0, None, true), (8.0, raw, true), (32.0, raw, false), (8.0, standard, false)]
    {
        assert_eq!(stated(Instrument::Who5, &[2, 1, 2, 1, 2], total, kind).is_ok(), agrees, "{total} {kind:?}");
    }
    // The raw sum without turning items round.
    assert!(stated(Instrument::Pss10, &[3, 2, 3, 1, 2, 3, 1, 2, 3, 2], 22.0, None).is_err());
    let mut list = [0; 90];
    list[0] = 4;
    assert_eq!(stated(Instrument::Scl90, &list, 4.0, None), Ok(()));
    assert_eq!(stated(Instrument::Scl90, &list, 94.0, None), Ok(()));
    assert!(stated(Instrument::Scl90, &list, 90.0, None).is_err());
}

#[test]
fn the_readme_and_the_rule_file_name_every_crisis_item() {
    let words = |text: &str| text.split_whitespace().filter(|word| *word != "#").collect::<Vec<_>>().join(" ");
    let (readme, rules) = (words(include_str!("../../README.md")), words(include_str!("../../config/rules.toml")));
    for instrument in Instrument::ALL {
        let items: &[CrisisItem] = definition(*instrument).answers.as_ref().map_or(&[], |answers| answers.crisis);
        let told: Vec<String> = items.iter().map(|item| format!("item {} from {}", item.item, item.at_least)).collect();
        let told = format!("{} {}", instrument.as_str(), told.join(" or "));
        assert!(items.is_empty() || (readme.contains(&told) && rules.contains(&told)), "{told}");
    }
}
