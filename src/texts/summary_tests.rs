use super::*;
use crate::domain::alert::Level;
use crate::domain::indicator::{Component, Hint};
use crate::domain::reading::Tag;
use crate::domain::screening::Instrument;

fn evidence() -> Evidence {
    Evidence {
        hrv: Some(HrvEvidence {
            state: HrvState::Persistent,
            z7: Some(-1.4),
            change_pct: Some(-18.2),
            nights_used: 6,
            nights_missing: 1,
            rhr_z7: Some(1.62),
            set_aside: None,
        }),
        index: Some(IndexEvidence {
            value: 77.1,
            mean7: None,
            band: None,
            contributions: [(Component::Hrv, 10.88), (Component::SleepDebt, 9.33), (Component::Continuity, -1.2)]
                .map(|(component, points)| Contribution { component, points, raw: None, usual: None })
                .to_vec(),
        }),
        sleep: Some(SleepEvidence {
            tst7_h: 6.1,
            need_h: 7.5,
            debt14_h: 12.0,
            se7_pct: None,
            is_poor: true,
            flags: vec![],
        }),
        screenings: vec![ScreeningEvidence {
            instrument: Instrument::Phq9,
            score: 16.0,
            band: Some("moderately_severe".into()),
            severity: None,
            taken_on: "2026-02-20".parse().unwrap(),
            age_days: 9,
            valid_until: "2026-05-21".parse().unwrap(),
            is_prorated: true,
            concordance: None,
        }],
        exposures: vec![ExposureEvidence {
            kind: "weekly_hours".into(),
            value: 57.0,
            limit: 55.0,
            source: "WHO/ILO 2021".into(),
        }],
        confounders: vec![Tag::Alcohol, Tag::LateExercise],
        hints: vec![Hint::IrregularRhythm],
        confidence: Some(0.82),
        chance_per_year: Some(0.78),
    }
}

#[test]
fn the_paragraph_tells_fact_comparison_and_uncertainty() {
    assert_eq!(
        Language::English.summary(&evidence(), Opening::Evidence),
        "PHQ-9 was 16 on 20 Feb 2026 (moderately severe), with a missing answer filled by the mean of the others. \
         Over the last 7 nights (6 usable) night-time HRV was 18 % below this worker's usual, and low for most of the \
         nights since that began. \
         The sleeping heart rate was 1.6 of its usual spreads above this worker's usual over 7 days. \
         Sleep averaged 6.1 h a night (usual need 7.5 h; 12.0 h short over 14 days) and has been poor for most of a week. \
         The strain index was 77, where 50 is this worker's usual (night-time HRV +10.9, sleep against need +9.3, \
         broken sleep −1.2). \
         Work took 57 h a week (limit 55 h). \
         HRV as low as this also occurs with illness, alcohol or hard training (reported in these days: alcohol, late \
         exercise). In a healthy person chance alone makes HRV persistently low about 0.78 times a year. \
         The beats of several nights were irregular, by rhythm or by the band's fit: consider a medical check."
    );
}

#[test]
fn a_revision_says_whether_the_case_stands() {
    let words = |found| Language::English.summary(&evidence(), Opening::Revised { told: Level::L3, found });
    assert!(words(Level::L3).starts_with("Data that came late changed the evidence of this case; its level stands."));
    assert!(words(Level::L2).contains("it was L3, and what is known now would be L2."));
}

#[test]
fn a_revision_tells_nobody_of_the_level_that_is_for_the_worker_alone() {
    for language in Language::ALL {
        let words = |found| language.summary(&evidence(), Opening::Revised { told: Level::L3, found });
        assert_eq!(words(Level::L1), words(Level::L0), "one would tell of the other");
        assert!(!words(Level::L1).contains("L1") && words(Level::L1).contains("L3"), "{}", words(Level::L1));
    }
}

#[test]
fn no_paragraph_says_what_a_person_feels() {
    let openings = [Opening::Evidence, Opening::Crisis, Opening::Closed];
    for opening in openings {
        for state in HrvState::ALL {
            let mut evidence = evidence();
            if let Some(hrv) = &mut evidence.hrv {
                hrv.state = state;
            }
            let language = Language::English;
            let text = language.summary(&evidence, opening).to_lowercase();
            for word in ["stress", "depress", "anxious", "burnt out", "burned out", "you are"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
    }
}

#[test]
fn an_index_near_the_usual_is_not_told() {
    let mut evidence = evidence();
    evidence.index = Some(IndexEvidence { value: 55.0, mean7: None, band: None, contributions: vec![] });
    assert!(!Language::English.summary(&evidence, Opening::Evidence).contains("index"));
}

#[test]
fn the_same_is_told_in_every_language_with_nothing_left_untranslated() {
    let openings =
        [Opening::Crisis, Opening::Closed, Opening::Test, Opening::Revised { told: Level::L3, found: Level::L1 }];
    for language in Language::ALL {
        for opening in openings {
            let told = language.summary(&evidence(), opening);
            let figures = ["PHQ-9", "16", "18", "77", "57", "55"];
            assert!(figures.iter().all(|figure| told.contains(figure)), "{told}");
            // A key that no language has would stand there as it is.
            let keys = ["summary-", "exposure-", "component-", "band-", "tag-", "hint-"];
            assert!(keys.iter().all(|key| !told.contains(key)), "{told}");
        }
    }
    let told = Language::Vietnamese.summary(&evidence(), Opening::Evidence);
    assert!(told.starts_with("PHQ-9 đạt 16 điểm ngày 20/02/2026 (khá nặng), trong đó"), "{told}");
    assert!(told.contains("6,1 giờ"), "{told}");
    let told = Language::SimplifiedChinese.summary(&evidence(), Opening::Evidence);
    assert!(told.starts_with("2026年2月20日 的 PHQ-9 得分为 16（中重度），"), "{told}");
}
