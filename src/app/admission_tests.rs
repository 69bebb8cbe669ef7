//! What admission makes of questionnaires that are not quite in order.

use super::*;
use crate::domain::worker::{OwnChoice, Withholding};

const NOW: &str = "2026-03-01T10:00:00Z";

fn admitted(item: &str) -> (Vec<Item>, Vec<Reason>) {
    admitted_at(Present::at(NOW.parse().unwrap()), Stream::Screenings, item)
}

fn admitted_at(present: Present, stream: Stream, item: &str) -> (Vec<Item>, Vec<Reason>) {
    let site = SiteId::parse("plant-a").unwrap();
    let settings = Settings {
        root: "vagus/v1".to_owned(),
        sites: BTreeMap::from([(site, TimeZone::UTC)]),
        enrolment: Enrolment::Open,
        max_age_days: 30,
        max_ahead_s: 300,
        limits: decode::Limits::default(),
    };
    let mut admission = Admission::new(settings, Registry::default(), Numbers::Derived, CaseDirectory::default());
    let mut row = RowParts::default();
    let topic = format!("vagus/v1/plant-a/gw-7/{}", stream.as_str());
    let message = admission.prepare(&topic, format!("[{item}]").as_bytes());
    admission.admit(message, present, &mut row);
    let groups = row.take_groups();
    let items = groups.into_iter().flat_map(|group| group.inputs).filter_map(|input| match input {
        Input::Item { item, .. } => Some(item),
        Input::Enrol(_) | Input::Case { .. } | Input::Erase(_) => None,
    });
    let refused = row.messages.iter().flat_map(|message| &message.refused).map(|refused| refused.rejection.reason);
    (items.collect(), refused.collect())
}

/// A PHQ-9 with a place for what is wrong among its answers, the last answer, and what stands beside.
fn phq9(wrong: &str, last: u8, beside: &str) -> String {
    format!(
        r#"{{"worker":"w-1","instrument":"PHQ-9","taken_at":"2026-03-01T09:00:00Z","answers":[0,{wrong},0,0,0,0,0,0,{last}]{beside}}}"#
    )
}

#[test]
fn a_crisis_answer_enters_whatever_stands_beside_it() {
    use Reason::{BadAnswers, BadShape, Inconsistent};
    for (wrong, beside, reason) in [
        ("0", r#","score":-1"#, BadAnswers),
        ("0", r#","score":3,"score_kind":"sum""#, BadShape),
        ("0", r#","score":"3""#, BadShape),
        ("0", r#","score":17"#, Inconsistent),
        ("-1", "", BadAnswers),
        ("1.5", "", BadAnswers),
        (r#""1""#, "", BadAnswers),
        ("7", "", BadAnswers),
        ("0,0,0", "", BadAnswers),
    ] {
        let said = format!("{wrong} {beside}");
        // One answer more would push the crisis answer out of its place.
        let item = match wrong {
            "0,0,0" => phq9("0", 3, beside).replace("3]", "3,0,0]"),
            _ => phq9(wrong, 3, beside),
        };
        let (items, refused) = admitted(&item);
        let [Item::Screening(sheet)] = items.as_slice() else { panic!("{said}: {refused:?}") };
        assert_eq!((screening::crisis(sheet), refused), (Some(true), vec![]), "{said}");
        // What was wrong among the answers makes no score, not even one with an answer left out.
        let has_sound_answers = wrong == "0";
        assert_eq!(screening::score(sheet).is_ok(), has_sound_answers, "{said}");
        // Without the crisis answer the same sheet is refused as ever.
        let (items, refused) = admitted(&item.replace("0,3", "0,0"));
        assert_eq!((items.len(), refused), (0, vec![reason]), "{said}");
    }
}

#[test]
fn a_crisis_answer_that_is_itself_no_answer_is_never_assumed() {
    let item = phq9("0", 3, "").replace("3]", "-1]");
    assert_eq!(admitted(&item), (vec![], vec![Reason::BadAnswers]));
}

#[test]
fn of_a_clock_that_may_be_years_off_only_a_crisis_answer_and_news_of_actions_are_taken() {
    let now: Timestamp = NOW.parse().unwrap();
    let present = Present { now, wall: "2036-03-01T10:00:00Z".parse().unwrap() };
    let then = |item: &str| item.replace("2026-03", "2036-03");
    let sheet = |item: &str| admitted_at(present, Stream::Screenings, item);
    let (items, refused) = sheet(&then(&phq9("0", 3, "")));
    assert_eq!((items.len(), refused), (1, vec![]), "a crisis answer must not wait");
    let total = r#"{"worker":"w-1","instrument":"GAD-7","taken_at":"2026-03-01T09:00:00Z","score":12}"#;
    for item in [phq9("3", 0, ""), total.to_owned()] {
        assert_eq!(sheet(&then(&item)), (vec![], vec![Reason::InFuture]), "{item}");
        assert_eq!(sheet(&item).0.len(), 1, "of the time that passed: {item}");
    }
    // Nobody knows the action here, which is asked after its time.
    let news = |at: &str| {
        let item = format!(r#"{{"action_id":"a-1","state":"done","at":"{at}"}}"#);
        admitted_at(present, Stream::Actions, &item).1
    };
    assert_eq!(news("2036-03-01T09:00:00Z"), [Reason::UnknownAction]);
    assert_eq!(news("2036-03-02T09:00:00Z"), [Reason::InFuture]);
    let tag = r#"{"kind":"tag","worker":"w-1","date":"2036-03-01","tag":"travel"}"#;
    assert_eq!(admitted_at(present, Stream::Readings, tag).1, [Reason::InFuture]);
    let day = r#"{"worker":"w-1","date":"2036-03-01","worked_h":8}"#;
    assert_eq!(admitted_at(present, Stream::Exposures, day).1, [Reason::InFuture]);
}

#[test]
fn of_a_worker_who_chose_to_take_no_part_nothing_is_taken_and_nothing_kept() {
    let site = SiteId::parse("plant-a").unwrap();
    let settings = Settings {
        root: "vagus/v1".to_owned(),
        sites: BTreeMap::from([(site.clone(), TimeZone::UTC)]),
        enrolment: Enrolment::Open,
        max_age_days: 30,
        max_ahead_s: 300,
        limits: decode::Limits::default(),
    };
    let mut admission = Admission::new(settings, Registry::default(), Numbers::Derived, CaseDirectory::default());
    let key = WorkerKey { site, worker: WorkerId::parse("w-1").unwrap() };
    let since = NOW.parse().unwrap();
    for (own_choice, is_taken) in [
        (None, true),
        (Some(OwnChoice { withholding: Withholding::Paused, since }), false),
        (Some(OwnChoice { withholding: Withholding::Withdrawn, since }), false),
        (None, true),
    ] {
        let mut row = RowParts::default();
        // The register says yes all the while.
        let profile = Profile { has_consent: Some(true), own_choice, ..Profile::unknown(key.clone(), TimeZone::UTC) };
        admission.enrol(profile, &mut row);
        // Of one that is good, of one that is refused anyway, and of one that cannot be decoded.
        for (instrument, answers) in [("GAD-7", "[2,1,2,1,1,2,1]"), ("GAD-7", "[9]"), ("GAD-70", "[1]")] {
            let item = format!(
                r#"{{"worker":"w-1","instrument":"{instrument}","taken_at":"2026-03-01T09:00:00Z","answers":{answers}}}"#
            );
            let message = admission.prepare("vagus/v1/plant-a/gw-7/screenings", item.as_bytes());
            admission.admit(message, Present::at(NOW.parse().unwrap()), &mut row);
        }
        assert_eq!(row.admitted, usize::from(is_taken), "{own_choice:?}");
        let refused: Vec<_> = row.messages.iter().flat_map(|message| &message.refused).collect();
        assert_eq!(refused.len(), if is_taken { 2 } else { 3 });
        assert!(refused.iter().all(|refused| refused.raw.is_empty() != is_taken), "{refused:?}");
        if !is_taken {
            let is_mute = |refused: &&Refused| {
                refused.rejection.reason == Reason::ConsentMissing
                    && refused.rejection.detail == "worker w-1 has not consented"
            };
            assert!(refused[..2].iter().all(is_mute), "{refused:?}");
        }
    }
}
