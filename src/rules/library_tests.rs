//! Each rule of the built-in file: what it asks for is enough, and anything less is not.

use super::*;
use crate::config::rules_file;
use crate::domain::alert::Level;
use crate::domain::indicator::HrvState;
use crate::domain::screening::Instrument;
use HrvState::{Normal, Persistent, Watch};
use NumberFact as N;

/// Facts, step by step.
#[derive(Clone)]
struct A(Facts);

impl A {
    fn worker(hrv: HrvState) -> Self {
        Self(Facts::nothing_but(hrv))
    }

    fn n(self, fact: NumberFact, value: f64) -> Self {
        Self(self.0.with(fact, value))
    }

    fn q(mut self, instrument: Instrument, score: f64) -> Self {
        self.0.screenings.push(ScreenedFact { instrument, score, scales: Vec::new(), is_prorated: false });
        self
    }

    fn scale(mut self, instrument: Instrument, scale: &'static str, score: f64) -> Self {
        self.0.screenings.push(ScreenedFact { instrument, score, scales: vec![(scale, score)], is_prorated: false });
        self
    }

    fn set(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.0);
        self
    }

    fn poor_sleep(self) -> Self {
        self.set(|facts| facts.is_sleep_poor = true)
    }

    fn safety_critical(self) -> Self {
        self.set(|facts| facts.is_safety_critical = true)
    }

    fn confidence(self, confidence: f64) -> Self {
        self.set(|facts| facts.confidence = Some(confidence))
    }
}

/// The level that the rule alone gives; `None` where it does not match.
fn level(id: &str, facts: &Facts) -> Option<Level> {
    let rules = rules_file::built_in().rules;
    let rule = rules.rules.iter().find(|rule| rule.id.as_str() == id).expect("a rule of the file");
    let verdict = rules.judge(facts);
    let level = rules.level_of(rule, facts);
    assert_eq!(verdict.rules.contains(&rule.id), level.is_some(), "{id}: the verdict names what matches");
    assert!(level <= Some(verdict.level), "{id}: the verdict is no lower");
    level
}

/// A rule, the level, and facts: the level is `None` for a near miss.
type Case = (&'static str, Option<Level>, A);

fn hrv_cases() -> Vec<Case> {
    use Instrument::{Dass21, Gad7, Phq8, Phq9, Pss10, Sas};
    let low = || A::worker(Persistent);
    let hours = |h| low().n(N::WeeklyHours, h);
    vec![
        ("R1", Some(Level::L4), A::worker(HrvState::Learning).set(|f| f.is_crisis = true)),
        ("R1", None, low().q(Phq9, 27.0)),
        ("R2", Some(Level::L2), hours(55.0)),
        ("R2", None, hours(54.9)),
        ("R2", None, A::worker(Watch).n(N::WeeklyHours, 60.0)),
        ("R2", None, low()),
        ("R2", Some(Level::L3), hours(55.0).q(Phq9, 10.0)),
        ("R2", Some(Level::L2), hours(55.0).q(Phq9, 9.0)),
        ("R3", Some(Level::L3), low().q(Gad7, 10.0)),
        ("R3", Some(Level::L3), low().q(Sas, 50.0)),
        ("R3", Some(Level::L3), low().scale(Dass21, "anxiety", 10.0)),
        ("R3", None, low().q(Gad7, 9.0).q(Sas, 49.0).scale(Dass21, "anxiety", 8.0).q(Phq9, 20.0)),
        ("R3", None, A::worker(Watch).q(Gad7, 21.0)),
        ("R4", Some(Level::L3), low().q(Phq9, 10.0)),
        ("R4", Some(Level::L3), low().q(Phq9, 19.0)),
        ("R4", Some(Level::L3), low().q(Phq8, 12.0)),
        ("R4", None, low().q(Phq9, 9.0)),
        ("R4", None, low().q(Phq9, 20.0)),
        ("R4", None, low().q(Phq9, 20.0).q(Phq8, 9.0)),
        ("R4", None, A::worker(Normal).q(Phq9, 15.0)),
        ("R15", Some(Level::L1), low().q(Gad7, 4.0)),
        ("R15", None, low()),
        ("R15", None, low().q(Gad7, 5.0)),
        ("R15", None, low().q(Gad7, 4.0).set(|f| f.is_exposed = true)),
        ("R15", None, A::worker(Watch).q(Gad7, 4.0)),
        ("R16", Some(Level::L2), A::worker(Normal).q(Gad7, 10.0)),
        ("R16", Some(Level::L2), A::worker(HrvState::Stale).q(Pss10, 27.0)),
        ("R16", None, A::worker(Normal).q(Gad7, 9.0)),
        ("R16", None, low().q(Gad7, 10.0)),
    ]
}

fn sleep_and_shift_cases() -> Vec<Case> {
    use Instrument::{Gad7, Isi, K6, Phq4, Pss10};
    let someone = || A::worker(Normal);
    let driver = || someone().safety_critical().n(N::NightSpellWeeks, 6.0).n(N::Bmi, 28.0);
    let tired = |days, hours| someone().n(N::OvertimeRunDays, days).n(N::Tst7H, hours);
    vec![
        ("R5", Some(Level::L2), someone().poor_sleep().q(Isi, 15.0)),
        ("R5", None, someone().poor_sleep().q(Isi, 14.0)),
        ("R5", None, someone().q(Isi, 28.0)),
        ("R6", Some(Level::L2), someone().poor_sleep().n(N::NightRun, 4.0)),
        ("R6", None, someone().poor_sleep().n(N::NightRun, 3.0)),
        ("R6", None, someone().n(N::NightRun, 7.0)),
        ("R7", Some(Level::L2), someone().n(N::QuickReturns, 2.0).n(N::Debt14H, 10.0)),
        ("R7", None, someone().n(N::QuickReturns, 1.0).n(N::Debt14H, 20.0)),
        ("R7", None, someone().n(N::QuickReturns, 4.0).n(N::Debt14H, 9.9)),
        ("R12", Some(Level::L2), tired(7.0, 5.9)),
        ("R12", Some(Level::L3), tired(7.0, 5.9).safety_critical()),
        ("R12", None, tired(7.0, 6.0).safety_critical()),
        ("R12", None, tired(6.0, 5.0).safety_critical()),
        ("R18", Some(Level::L2), driver().q(Gad7, 10.0)),
        ("R18", Some(Level::L2), driver().q(K6, 13.0)),
        ("R18", Some(Level::L2), driver().q(Phq4, 6.0)),
        ("R18", None, driver().q(Gad7, 9.0).q(Pss10, 40.0)),
        ("R18", None, driver()),
        ("R18", None, driver().q(Gad7, 10.0).n(N::Bmi, 27.9)),
        ("R18", None, driver().q(Gad7, 10.0).n(N::NightSpellWeeks, 5.0)),
        ("R18", None, driver().q(Gad7, 10.0).set(|f| f.is_safety_critical = false)),
    ]
}

fn work_cases() -> Vec<Case> {
    use Instrument::{Cbi, Gad7, Phq4, Sas};
    let someone = || A::worker(Normal);
    let loud = |dba| someone().n(N::NoiseDba, dba);
    let run = |days, dba| someone().n(N::OvertimeRunDays, days).n(N::OvertimeRunNoiseDba, dba);
    let hot = |over, z| someone().n(N::WbgtOverC, over).n(N::RhrZ7, z);
    let burnt = |score, index| someone().scale(Cbi, "work", score).n(N::Index7, index);
    let back = |hrv, days| A::worker(hrv).n(N::DaysSinceReturn, days);
    vec![
        ("R8", Some(Level::L2), loud(85.0).q(Gad7, 10.0)),
        ("R8", Some(Level::L2), loud(85.0).q(Sas, 60.0)),
        ("R8", None, loud(85.0).q(Gad7, 9.0).q(Sas, 59.0)),
        ("R8", None, loud(84.9).q(Gad7, 15.0)),
        ("R17", Some(Level::L3), run(3.0, 85.0).q(Gad7, 10.0)),
        ("R17", None, run(2.0, 90.0).q(Gad7, 10.0)),
        ("R17", None, run(5.0, 84.9).q(Gad7, 10.0)),
        ("R17", None, run(3.0, 85.0).q(Gad7, 9.0).q(Sas, 80.0)),
        ("R9", Some(Level::L2), hot(0.1, 1.5)),
        ("R9", None, hot(0.0, 3.0)),
        ("R9", None, hot(5.0, 1.4)),
        ("R13", Some(Level::L3), someone().n(N::DaysSinceIncident, 30.0).q(Phq4, 6.0)),
        ("R13", None, someone().n(N::DaysSinceIncident, 31.0).q(Phq4, 6.0)),
        ("R13", None, someone().n(N::DaysSinceIncident, 1.0).q(Phq4, 5.0)),
        ("R13", None, someone().q(Phq4, 12.0)),
        ("R11", Some(Level::L2), burnt(50.0, 70.0).confidence(0.4)),
        ("R11", None, burnt(49.9, 80.0).confidence(0.9)),
        ("R11", None, burnt(60.0, 69.9).confidence(0.9)),
        ("R11", None, burnt(60.0, 80.0).confidence(0.39)),
        ("R11", None, burnt(60.0, 80.0)),
        ("R11", None, someone().scale(Cbi, "personal", 90.0).n(N::Index7, 80.0).confidence(0.9)),
        ("R14", Some(Level::L1), back(Watch, 89.0)),
        ("R14", Some(Level::L1), back(Normal, 1.0).q(Gad7, 5.0)),
        ("R14", Some(Level::L2), back(Watch, 89.0).q(Gad7, 5.0)),
        ("R14", None, back(Watch, 90.0).q(Gad7, 5.0)),
        ("R14", None, back(Normal, 1.0).q(Gad7, 4.0)),
        ("R14", None, A::worker(Watch).q(Gad7, 5.0)),
    ]
}

#[test]
fn each_rule_matches_what_it_asks_for_and_nothing_less() {
    let cases = [hrv_cases(), sleep_and_shift_cases(), work_cases()].concat();
    for (id, expected, facts) in &cases {
        assert_eq!(level(id, &facts.0), *expected, "{id}: {:?}", facts.0);
    }
    for rule in &rules_file::built_in().rules.rules {
        let of =
            |is_miss: bool| cases.iter().any(|(id, level, _)| *id == rule.id.as_str() && level.is_none() == is_miss);
        assert!(of(false) && of(true), "{}: a match and a near miss", rule.id.as_str());
    }
}

#[test]
fn watch_changes_a_level_through_the_return_to_work_alone() {
    let rules = rules_file::built_in().rules;
    for (_, _, facts) in [hrv_cases(), sleep_and_shift_cases(), work_cases()].concat() {
        let with = |hrv| Facts { hrv, ..facts.0.clone() };
        if facts.0.numbers.get(N::DaysSinceReturn).is_none() {
            assert_eq!(rules.judge(&with(Watch)).level, rules.judge(&with(Normal)).level, "{:?}", facts.0);
        }
    }
}

#[test]
fn a_filled_in_score_backed_by_no_other_sign_gives_no_l3() {
    let filled = |facts: A| facts.set(|f| f.screenings.iter_mut().for_each(|s| s.is_prorated = true)).0;
    let cases = [
        ("R3", Some(Level::L3), A::worker(Persistent).q(Instrument::Gad7, 12.0)),
        ("R2", Some(Level::L3), A::worker(Persistent).n(N::WeeklyHours, 60.0).q(Instrument::Phq9, 12.0)),
        (
            "R17",
            Some(Level::L3),
            A::worker(Normal).n(N::OvertimeRunDays, 3.0).n(N::OvertimeRunNoiseDba, 90.0).q(Instrument::Gad7, 12.0),
        ),
        ("R13", Some(Level::L3), A::worker(Normal).n(N::DaysSinceIncident, 3.0).q(Instrument::Phq4, 8.0)),
        ("R16", Some(Level::L2), A::worker(Normal).q(Instrument::Gad7, 21.0)),
    ];
    for (id, expected, facts) in cases {
        assert_eq!(level(id, &filled(facts)), expected, "{id}");
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Questionnaires with a say in levels, each with its greatest score.
    const ASKED: [(Instrument, u32); 5] = [
        (Instrument::Gad7, 21),
        (Instrument::Phq9, 27),
        (Instrument::Isi, 28),
        (Instrument::Sas, 100),
        (Instrument::Phq4, 12),
    ];

    fn any_facts() -> impl Strategy<Value = Facts> {
        let flags = (any::<bool>(), any::<bool>(), any::<bool>());
        let numbers = proptest::collection::vec(proptest::option::of(0.0..1.0_f64), NumberFact::ALL.len());
        let scores = proptest::collection::vec(proptest::option::of((0.0..1.0_f64, any::<bool>())), ASKED.len());
        (0..5_usize, flags, numbers, scores, 0.0..1.0_f64).prop_map(|(hrv, flags, numbers, scores, confidence)| {
            let mut facts = Facts::nothing_but(HrvState::ALL[hrv]);
            (facts.is_sleep_poor, facts.is_exposed, facts.is_safety_critical) = flags;
            facts.confidence = Some(confidence);
            for (fact, share) in NumberFact::ALL.iter().zip(numbers) {
                let (low, high) = fact.described().range;
                // Mostly near where the limits are.
                facts.numbers.set(*fact, share.map(|share| low + (high - low) * share * share));
            }
            for ((instrument, most), score) in ASKED.into_iter().zip(scores) {
                facts.screenings.extend(score.map(|(share, is_prorated)| ScreenedFact {
                    instrument,
                    score: (share * f64::from(most)).round(),
                    scales: Vec::new(),
                    is_prorated,
                }));
            }
            facts
        })
    }

    proptest! {
        #[test]
        fn a_worse_score_never_lowers_the_level(facts in any_facts(), more in 1..12_u32, which in 0..5_usize) {
            let rules = rules_file::built_in().rules;
            let mut worse = facts.clone();
            if let Some(screened) = worse.screenings.get_mut(which) {
                let most = ASKED.iter().find(|(i, _)| *i == screened.instrument).map_or(0, |(_, most)| *most);
                screened.score = (screened.score + f64::from(more)).min(f64::from(most));
            }
            prop_assert!(rules.judge(&worse).level >= rules.judge(&facts).level);
        }

        #[test]
        fn a_worse_sign_never_lowers_the_level(facts in any_facts(), which in 0..NumberFact::ALL.len(), by in 0.0..50.0_f64) {
            let rules = rules_file::built_in().rules;
            let before = rules.judge(&facts).level;
            for worse in [
                Facts { hrv: if facts.hrv == Watch { Persistent } else { facts.hrv }, ..facts.clone() },
                Facts { hrv: if facts.hrv == Normal { Persistent } else { facts.hrv }, ..facts.clone() },
                Facts { is_sleep_poor: true, ..facts.clone() },
                Facts { is_exposed: true, ..facts.clone() },
                Facts { is_safety_critical: true, ..facts.clone() },
            ] {
                prop_assert!(rules.judge(&worse).level >= before);
            }
            let fact = NumberFact::ALL[which];
            let moved = facts.numbers.get(fact).map(|value| match fact.described().worse {
                Worse::Up => value + by,
                Worse::Down => value - by,
                Worse::Neither => value,
            });
            let mut worse = facts.clone();
            worse.numbers.set(fact, moved);
            prop_assert!(rules.judge(&worse).level >= before);
        }
    }
}
