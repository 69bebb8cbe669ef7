//! One invented event of each kind, as tests of the forms look at them, and the same with anything that
//! could be told of a person drawn at random.

use std::path::PathBuf;

use proptest::prelude::*;

use crate::domain::Timestamp;
use crate::domain::alert::{
    ActionRef, ActionRequest, Alert, AlertKind, Evidence, ExceededLimit, ExposureEvidence, HrvEvidence, IndexEvidence,
    Level, Opening, RuleId, ScreeningEvidence, SleepEvidence, Versions,
};
use crate::domain::case::{ActionId, ActionKind, ActionStep, CaseId};
use crate::domain::event::{
    CommitteeNotice, DeadlineNotice, Event, EventBody, EventKind, Invitation, OutcomeChange, Proposal,
};
use crate::domain::ids::{SiteId, UnitId, WorkerId, WorkerNumber};
use crate::domain::indicator::{Component, Contribution, Hint, HrvState, IndexBand, Severity};
use crate::domain::life::{Advice, CaseState, Deadline, MethodId, Milestone, Stage};
use crate::domain::phrase::Phrase;
use crate::domain::reading::Tag;
use crate::domain::reason::{Said, Sentence};
use crate::domain::screening::Instrument;

/// Whom the ids are derived from, as the service does it.
const NUMBER: WorkerNumber = WorkerNumber(0x0042_5EED);
const WORKER: &str = "w-0042";
/// When the case was opened, on a Monday morning, and when its plan is due three working days later.
const OPENED: &str = "2026-03-02T08:50:00Z";
const PLAN_DUE: &str = "2026-03-05T08:50:00Z";

/// The case that all but the crisis are of.
pub(crate) fn case() -> CaseId {
    CaseId::derive(NUMBER, 1)
}

/// An event of that kind, of an invented worker of an invented plant.
pub(crate) fn event(kind: EventKind) -> Event {
    let case = case();
    let limit = |stage: &str| {
        let [from, due] = [OPENED, PLAN_DUE].map(|text| at(text).as_second());
        format!("{case}-1-{stage}-plan-0-{from}-{due}")
    };
    let (id, body) = match kind {
        EventKind::Raised => (format!("{case}-1-raised"), of_alert(alert(AlertKind::Raised))),
        EventKind::RaisedAgain => (format!("{case}-1-raised_again-2"), of_alert(raised_again())),
        EventKind::Revised => (format!("{case}-1-revised-3"), of_alert(revised())),
        EventKind::Closed => (format!("{case}-1-closed"), of_alert(closed())),
        EventKind::WorkloadReview => (format!("{}-requested", action_id(ActionKind::WorkloadReview)), review()),
        EventKind::Counseling => (format!("{}-requested", action_id(ActionKind::Counseling)), offer()),
        EventKind::Reminder => (limit("reminder"), deadline(Stage::Reminder)),
        EventKind::Overdue => (limit("overdue"), deadline(Stage::Overdue)),
        EventKind::Escalated => (limit("escalated"), deadline(Stage::Escalated)),
        EventKind::Proposal => {
            let started = at("2026-03-03T06:30:00Z").as_second();
            (format!("{case}-1-proposal-counseling-{started}-w6"), EventBody::Proposal(Box::new(proposal())))
        }
        EventKind::Rescreening => (format!("{case}-1-invitation-2026-04-14"), invitation()),
        EventKind::Committee => ("committee-plant-a-2026-03-07".to_owned(), committee()),
    };
    let time = at(match kind {
        EventKind::Reminder => "2026-03-04T14:50:00Z",
        EventKind::Overdue => PLAN_DUE,
        EventKind::Escalated => "2026-03-06T20:50:00Z",
        EventKind::Closed | EventKind::Proposal | EventKind::Rescreening => "2026-04-14T06:30:00Z",
        EventKind::Raised
        | EventKind::RaisedAgain
        | EventKind::Revised
        | EventKind::WorkloadReview
        | EventKind::Counseling => OPENED,
        EventKind::Committee => "2026-03-07T05:00:00Z",
    });
    Event { id, site: SiteId::parse("plant-a").unwrap(), time, is_test: false, body }
}

/// A crisis: counselling alone, at once.
pub(crate) fn crisis() -> Event {
    let mut alert = alert(AlertKind::Raised);
    (alert.case, alert.episode) = (CaseId::derive(NUMBER, 2), 2);
    alert.level = Level::L4;
    alert.rules = vec![RuleId::new("R1")];
    alert.evidence = Evidence { hrv: None, index: None, sleep: None, exposures: vec![], hints: vec![], ..evidence() };
    alert.evidence.screenings.truncate(1);
    alert.evidence.screenings[0] = ScreeningEvidence {
        instrument: Instrument::Phq9,
        score: 17.0,
        band: Some("moderately_severe".into()),
        severity: Some(Severity::Moderate),
        taken_on: "2026-03-02".parse().unwrap(),
        age_days: 0,
        valid_until: "2026-05-31".parse().unwrap(),
        ..alert.evidence.screenings[0].clone()
    };
    (alert.evidence.confounders, alert.evidence.confidence) = (vec![], None);
    alert.evidence.chance_per_year = None;
    alert.opening = Opening::Crisis;
    alert.actions = vec![ActionRef {
        id: ActionId::derive(NUMBER, 2, ActionKind::Counseling),
        due: at("2026-03-02T09:50:00Z"),
        ..action(ActionKind::Counseling)
    }];
    alert.counseling_suggestions = vec![phrase(
        "Crisis contact and safety plan.",
        "危机联系与安全计划。",
        "Liên hệ khủng hoảng và kế hoạch an toàn.",
    )];
    Event { id: format!("{}-2-raised", alert.case), body: of_alert(alert), ..event(EventKind::Raised) }
}

fn phrase(english: &str, chinese: &str, vietnamese: &str) -> Phrase {
    Phrase::new(english, vec![("zh-Hans", chinese.to_owned()), ("vi", vietnamese.to_owned())])
}

fn counselling() -> Phrase {
    phrase(
        "Counselling based on CBT, or guided self-help, for 6 to 8 weeks.",
        "基于认知行为疗法的心理咨询或引导式自助，6 至 8 周。",
        "Tham vấn dựa trên liệu pháp nhận thức hành vi, hoặc tự hỗ trợ có hướng dẫn, trong 6 đến 8 tuần.",
    )
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn of_alert(alert: Alert) -> EventBody {
    EventBody::Alert(Box::new(alert))
}

fn action_id(kind: ActionKind) -> ActionId {
    ActionId::derive(NUMBER, 1, kind)
}

pub(crate) fn action(kind: ActionKind) -> ActionRef {
    ActionRef { id: action_id(kind), kind, step: ActionStep::Requested, due: at("2026-03-09T08:50:00Z") }
}

fn part(component: Component, points: f64, raw: f64, usual: f64) -> Contribution {
    Contribution { component, points, raw: Some(raw), usual: Some(usual) }
}

fn evidence() -> Evidence {
    Evidence {
        hrv: Some(HrvEvidence {
            state: HrvState::Persistent,
            z7: Some(-1.42),
            change_pct: Some(-22.0),
            nights_used: 6,
            nights_missing: 1,
            rhr_z7: Some(1.3),
            set_aside: None,
        }),
        index: Some(IndexEvidence {
            value: 77.1,
            mean7: Some(73.4),
            band: Some(IndexBand::High),
            contributions: vec![
                part(Component::SleepDebt, 12.5, 12.0, 0.0),
                part(Component::Hrv, 10.9, 28.4, 36.2),
                part(Component::RestingHeartRate, 3.9, 61.0, 56.5),
                part(Component::Continuity, -0.2, 89.0, 88.5),
            ],
        }),
        sleep: Some(SleepEvidence {
            tst7_h: 6.1,
            need_h: 7.5,
            debt14_h: 12.0,
            se7_pct: Some(89.0),
            is_poor: true,
            flags: vec!["short_nights".into()],
        }),
        screenings: vec![
            screening(Instrument::Gad7, 12.0, "moderate", Severity::Moderate),
            screening(Instrument::Isi, 9.0, "mild", Severity::Mild),
        ],
        exposures: vec![
            ExposureEvidence { kind: "weekly_hours".into(), value: 57.0, limit: 55.0, source: "WHO/ILO 2021".into() },
            ExposureEvidence { kind: "noise_lex8h_dba".into(), value: 86.2, limit: 85.0, source: "2003/10/EC".into() },
        ],
        confounders: vec![Tag::LateExercise],
        hints: vec![Hint::PossibleIllness],
        confidence: Some(0.82),
        chance_per_year: Some(0.65),
    }
}

fn screening(instrument: Instrument, score: f64, band: &'static str, severity: Severity) -> ScreeningEvidence {
    ScreeningEvidence {
        instrument,
        score,
        band: Some(band.into()),
        severity: Some(severity),
        taken_on: "2026-02-20".parse().unwrap(),
        age_days: 10,
        valid_until: "2026-05-21".parse().unwrap(),
        is_prorated: false,
        concordance: (instrument == Instrument::Gad7).then_some("both_high".into()),
    }
}

pub(crate) fn alert(kind: AlertKind) -> Alert {
    Alert {
        kind,
        case: case(),
        episode: 1,
        opened_at: at(OPENED),
        worker: WorkerId::parse(WORKER).unwrap(),
        unit: UnitId::parse("assembly-2").unwrap(),
        level: Level::L3,
        rules: vec![RuleId::new("R3"), RuleId::new("T-L3")],
        window: ("2026-02-23".parse().unwrap(), "2026-03-02".parse().unwrap()),
        evidence: evidence(),
        versions: Versions { engine: 2, rules: 0xfeed },
        supersedes: None,
        opening: Opening::Evidence,
        actions: vec![action(ActionKind::WorkloadReview), action(ActionKind::Counseling)],
        workload_suggestions: vec![phrase(
            "Review workload and clarity of roles; quiet breaks.",
            "评估工作负荷与职责是否清楚；安静的休息。",
            "Rà soát khối lượng công việc và sự rõ ràng của vai trò; nghỉ ở nơi yên tĩnh.",
        )],
        counseling_suggestions: vec![counselling()],
    }
}

fn raised_again() -> Alert {
    let mut alert = alert(AlertKind::RaisedAgain);
    alert.opened_at = at("2026-02-20T07:00:00Z");
    alert.supersedes = Some(format!("{}-1-raised", case()));
    alert.actions[0].step = ActionStep::Accepted;
    alert.actions[1].step = ActionStep::Started;
    alert
}

fn revised() -> Alert {
    let opening = Opening::Revised { told: Level::L3, found: Level::L3 };
    Alert { kind: AlertKind::Revised, opening, ..raised_again() }
}

fn closed() -> Alert {
    let mut alert = Alert { kind: AlertKind::Closed, opening: Opening::Closed, supersedes: None, ..raised_again() };
    alert.actions[0].step = ActionStep::Done;
    alert.actions[1].step = ActionStep::Declined;
    alert
}

fn review() -> EventBody {
    EventBody::Action(ActionRequest::WorkloadReview {
        action: action(ActionKind::WorkloadReview),
        unit: UnitId::parse("assembly-2").unwrap(),
        exposures: vec![
            ExceededLimit { kind: "weekly_hours".into(), limit: 55.0 },
            ExceededLimit { kind: "noise_lex8h_dba".into(), limit: 85.0 },
        ],
    })
}

fn offer() -> EventBody {
    EventBody::Action(ActionRequest::Counseling {
        action: action(ActionKind::Counseling),
        case: case(),
        worker: WorkerId::parse(WORKER).unwrap(),
        level: Level::L3,
        suggestions: vec![counselling()],
    })
}

fn deadline(stage: Stage) -> EventBody {
    EventBody::Deadline(DeadlineNotice {
        case: case(),
        episode: 1,
        worker: WorkerId::parse(WORKER).unwrap(),
        level: Level::L3,
        rules: vec![RuleId::new("R3")],
        state: CaseState::Assessed,
        stage,
        deadline: Deadline { milestone: Milestone::Plan, number: 0, from: at(OPENED), due: at(PLAN_DUE), told: None },
    })
}

fn proposal() -> Proposal {
    let outcome = |name: &str, verdict, shift, interval, tau_u, n| OutcomeChange {
        outcome: name.to_owned(),
        verdict,
        shift,
        interval,
        tau_u,
        n,
    };
    Proposal {
        case: case(),
        episode: 1,
        worker: WorkerId::parse(WORKER).unwrap(),
        level: Level::L3,
        action: ActionKind::Counseling,
        method: Some(MethodId::parse("mindfulness_programme").unwrap()),
        method_name: Some(mindfulness()),
        week: 6,
        advice: Advice::Switch,
        to: Some(MethodId::parse("cbt_counseling").unwrap()),
        to_name: Some(cbt()),
        reason: vec![
            Sentence::Week { week: 6, method: Some(mindfulness()) },
            Sentence::Score {
                instrument: Instrument::Gad7,
                before: (12.0, "2026-02-20".parse().unwrap()),
                now: (11.0, "2026-04-13".parse().unwrap()),
                gain: 1.0,
                share: 1.0 / 12.0,
                reliable: Some(4.0),
                response: "none",
            },
            Sentence::Series {
                outcome: "ln_rmssd",
                shift: (0.02, Some((-0.03, 0.06))),
                n: (25, 22),
                verdict: "unclear",
            },
            Sentence::Said(Said::TooSmallSwitch),
            Sentence::Method {
                name: cbt(),
                step: 2,
                weeks: 8,
                what: phrase(
                    "Offer 6 to 8 weekly sessions.",
                    "每周一次，共 6 至 8 次。",
                    "6 đến 8 buổi, mỗi tuần một buổi.",
                ),
            },
            Sentence::Said(Said::Regression),
        ],
        outcomes: vec![
            outcome("ln_rmssd", "unclear", 0.02, Some((-0.03, 0.06)), Some(0.11), (25, 22)),
            outcome("tst24_h", "improved", 0.62, Some((0.21, 1.03)), Some(0.41), (26, 24)),
            outcome("rhr_bpm", "unclear", -0.4, Some((-1.5, 0.7)), Some(-0.05), (25, 22)),
            outcome("GAD-7", "unclear", -1.0, None, None, (1, 1)),
        ],
    }
}

fn mindfulness() -> Phrase {
    phrase("mindfulness programme", "正念课程", "chương trình chánh niệm")
}

fn cbt() -> Phrase {
    phrase("CBT-based counselling", "基于认知行为疗法的心理咨询", "tham vấn dựa trên liệu pháp nhận thức hành vi")
}

fn invitation() -> EventBody {
    EventBody::Invitation(Invitation {
        case: case(),
        worker: WorkerId::parse(WORKER).unwrap(),
        instruments: vec![Instrument::Gad7, Instrument::Isi],
        by: "2026-05-21".parse().unwrap(),
    })
}

fn committee() -> EventBody {
    EventBody::Committee(CommitteeNotice { on: "2026-03-07".parse().unwrap(), cases: 2 })
}

/// Compares what was made with the file of that name. Where there is none it is written, to be looked
/// at; the answer is whether it was there.
#[must_use]
pub(crate) fn is_fixture(name: &str, made: &str) -> bool {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    if let Ok(known) = std::fs::read_to_string(&path) {
        assert_eq!(made, known, "{name} is another; if that is meant, delete the file and run the tests twice");
        return true;
    }
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, made).unwrap();
    false
}

/// Something that could be told of a person.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The person.
    pub(crate) worker: String,
    /// A rule.
    pub(crate) rule: String,
    /// A figure.
    pub(crate) value: f64,
    /// A questionnaire.
    pub(crate) instrument: Instrument,
    /// The level, but for a crisis.
    pub(crate) level: Level,
    /// What somebody wrote.
    pub(crate) text: String,
}

/// Anything of anybody. Figures may be none at all, and texts hold markup.
pub(crate) fn told() -> impl Strategy<Value = Told> {
    let value = prop_oneof![-1e4..1e4, Just(f64::NAN), Just(f64::INFINITY), Just(-0.0)];
    let instrument = (0..Instrument::ALL.len()).prop_map(|n| Instrument::ALL[n]);
    let level = prop_oneof![Just(Level::L2), Just(Level::L3)];
    ("q[0-9]{7}", "Z[0-9]{3}", value, instrument, level, "<script>[a-z&\"'<>éß ]{0,80}").prop_map(
        |(worker, rule, value, instrument, level, text)| Told { worker, rule, value, instrument, level, text },
    )
}

/// The sample of a kind, telling that.
pub(crate) fn telling(kind: EventKind, told: &Told) -> Event {
    let mut event = event(kind);
    let worker = WorkerId::parse(&told.worker).unwrap();
    let rules = vec![RuleId::new(&told.rule)];
    match &mut event.body {
        EventBody::Alert(alert) => {
            (alert.worker, alert.rules, alert.level) = (worker, rules, told.level);
            alert.counseling_suggestions = vec![told.text.as_str().into()];
            let evidence = &mut alert.evidence;
            // Evidence holds the newest of each questionnaire, so none twice.
            evidence.screenings.truncate(1);
            evidence.screenings[0].instrument = told.instrument;
            evidence.screenings[0].score = told.value;
            let hrv = evidence.hrv.as_mut().unwrap();
            (hrv.change_pct, hrv.rhr_z7) = (Some(told.value), Some(told.value));
            evidence.sleep.as_mut().unwrap().tst7_h = told.value;
            let index = evidence.index.as_mut().unwrap();
            (index.value, index.contributions[1].raw) = (told.value, Some(told.value));
            evidence.exposures[0].value = told.value;
            evidence.confidence = Some(told.value);
        }
        EventBody::Action(ActionRequest::Counseling { worker: of, level, suggestions, .. }) => {
            (*of, *level, *suggestions) = (worker, told.level, vec![told.text.as_str().into()]);
        }
        EventBody::Deadline(notice) => {
            (notice.worker, notice.rules, notice.level) = (worker, rules, told.level);
        }
        EventBody::Proposal(proposal) => {
            (proposal.worker, proposal.level) = (worker, told.level);
            proposal.reason = vec![Sentence::Week { week: 6, method: Some(told.text.as_str().into()) }];
            proposal.outcomes[0].shift = told.value;
        }
        EventBody::Invitation(invitation) => {
            (invitation.worker, invitation.instruments) = (worker, vec![told.instrument]);
        }
        EventBody::Action(ActionRequest::WorkloadReview { .. }) | EventBody::Committee(_) => {}
    }
    event
}
