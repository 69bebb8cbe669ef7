//! The cases, portraits and findings that the invented service tells of.

use super::{Canaries, SITES, canaries, case_id};
use crate::console::view::{
    ActionRow, CaseEffect, CaseRow, CaseView, EventRow, EvidenceView, FiredLine, FiredRule, FiredView, GroupEffect,
    LevelEffect, LimitRow, LogRow, RejectionRow, SiteEffect, WhatIfFound, WorkerEffect,
};
use crate::domain::TimeZone;
use crate::domain::alert::{Evidence, ExposureEvidence, Level, Opening, RuleId, ScreeningEvidence, Versions};
use crate::domain::case::{CaseId, Ground};
use crate::domain::exposure::ExposureDay;
use crate::domain::history::{NightDetail, StoredWindow, WorkerHistory};
use crate::domain::ids::{UnitId, WorkerKey};
use crate::domain::indicator::HrvState;
use crate::domain::reading::Context;
use crate::domain::screening::{Instrument, Response, Screening};
use crate::domain::worker::Profile;
use crate::engine::portrait::{Portrait, PortraitDay, ScoredSheet};
use crate::texts::{EvidenceRow, Filled, Language};

pub(super) fn case(site: usize, is_crisis: bool, of: &Canaries) -> CaseView {
    let limit = LimitRow {
        step: "acknowledge".to_owned(),
        number: None,
        due: "2026-03-02T08:00:00Z".to_owned(),
        is_over: false,
    };
    let action = ActionRow {
        action_id: format!("a-01JQ{site}"),
        kind: "counseling".to_owned(),
        state: "requested".to_owned(),
        due: "2026-03-03T08:00:00Z".to_owned(),
        assignee: None,
        method: None,
    };
    let row = CaseRow {
        case_id: case_id(site, is_crisis),
        site: SITES[site].to_owned(),
        worker: of.worker.clone(),
        unit: of.unit.clone(),
        time_zone: "Asia/Ho_Chi_Minh".to_owned(),
        level: if is_crisis { "L4" } else { "L3" }.to_owned(),
        state: "open".to_owned(),
        episode: 1,
        rules: vec!["R3".to_owned()],
        opened_at: "2026-03-01T08:00:00Z".to_owned(),
        ended_at: None,
        in_charge: None,
        next: Some(limit.clone()),
        actions: vec![action],
        version: "1".to_owned(),
    };
    let note = |text: &str, event: EventRow| LogRow {
        at: "2026-03-01T09:00:00Z".to_owned(),
        by: "dr.lan (physician)".to_owned(),
        event,
        note: Some(text.to_owned()),
    };
    CaseView {
        limits: vec![limit],
        next_states: vec!["acknowledged".to_owned()],
        next_state: Some("acknowledged".to_owned()),
        history: vec![note(&of.note, EventRow::Remarked), note("", EventRow::Raised { level: row.level.clone() })],
        row,
    }
}

/// What the first case of a site's worker is kept with.
fn ground(of: &Canaries) -> (CaseId, Vec<Ground>) {
    let site = SITES.iter().enumerate().position(|(at, _)| canaries(at).worker == of.worker).unwrap();
    let evidence = Evidence {
        hrv: None,
        index: None,
        sleep: None,
        screenings: Vec::new(),
        exposures: Vec::new(),
        confounders: Vec::new(),
        hints: Vec::new(),
        confidence: Some(0.5),
        chance_per_year: None,
    };
    let ground = Ground {
        at: "2026-02-27T08:00:00Z".parse().unwrap(),
        on: "2026-02-27".parse().unwrap(),
        rules: vec![RuleId::new("R3")],
        evidence,
        versions: Versions { engine: 1, rules: 1 },
    };
    (CaseId::parse(&case_id(site, false)).unwrap(), vec![ground])
}

pub(super) fn portrait(of: &Canaries) -> Portrait {
    let day = "2026-03-01".parse().unwrap();
    let [score, rmssd_ms] = of.numbers;
    let screening = ScreeningEvidence {
        instrument: Instrument::Gad7,
        score,
        band: None,
        severity: None,
        taken_on: day,
        age_days: 1,
        valid_until: day,
        is_prorated: false,
        concordance: None,
    };
    let sheet = ScoredSheet {
        instrument: Instrument::Gad7,
        taken_on: day,
        score: Some(score),
        is_valid: true,
        valid_until: "2026-05-29".parse().ok(),
        replaced_on: None,
        sheet: Screening {
            instrument: Instrument::Gad7,
            taken_at: "2026-03-01T07:00:00Z".parse().unwrap(),
            response: Response::Answers(vec![Some(of.answer), None, Some(1)]),
        },
    };
    Portrait {
        today: day,
        level: Level::L3,
        rules: vec![RuleId::new("R3")],
        table: Level::L3,
        hrv: HrvState::Persistent,
        evidence: Evidence {
            hrv: None,
            index: None,
            sleep: None,
            screenings: vec![screening],
            // A condition that no language has words for is told by its name.
            exposures: vec![ExposureEvidence {
                kind: of.summary.clone().into(),
                value: 1.0,
                limit: 1.0,
                source: "".into(),
            }],
            confounders: Vec::new(),
            hints: Vec::new(),
            confidence: None,
            chance_per_year: None,
        },
        days: vec![PortraitDay {
            date: day,
            rmssd_ms: Some(rmssd_ms),
            usual_rmssd_ms: None,
            z: None,
            hrv: Some(HrvState::Persistent),
            sleeping_hr_bpm: Some(61.0),
            sleep_h: Some(6.5),
            need_h: Some(7.5),
            index: Some(70.0),
            work: Some(ExposureDay { worked_h: Some(9.0), ..ExposureDay::empty(day) }),
        }],
        screenings: vec![sheet],
        conditions: Vec::new(),
        grounds: vec![ground(of)],
    }
}

/// What the rule of every case rested on: a questionnaire that counted more.
pub(super) fn fired(portrait: &Portrait, _case: &str, language: Language) -> Vec<FiredView> {
    let rows = language.evidence_rows(&portrait.evidence, Filled::OnDate);
    let line = |row: &EvidenceRow| FiredLine {
        what: row.name.clone(),
        found: format!("then {}", row.found),
        against: row.against.clone(),
        today: Some(row.found.clone()),
    };
    let rule = FiredRule {
        rule: "R3".to_owned(),
        title: "HRV low and anxious".to_owned(),
        matches_today: Some(false),
        is_crisis: false,
        is_table: false,
        lines: rows.iter().map(line).collect(),
    };
    vec![FiredView {
        on: "2026-02-27".to_owned(),
        at: "2026-02-27T08:00:00Z".to_owned(),
        rules: vec![rule],
        is_changed: false,
        summary: language.summary(&portrait.evidence, Opening::Evidence),
        evidence: EvidenceView::of(&portrait.evidence, language),
    }]
}

pub(super) fn rejection() -> RejectionRow {
    RejectionRow { index: None, reason: "bad_shape".to_owned(), detail: "no item".to_owned() }
}

/// What a changed rule would have done, at both sites.
pub(super) fn found() -> WhatIfFound {
    let levels = |a_week| {
        vec![LevelEffect {
            level: "L2".to_owned(),
            old_a_week: Some(1.0),
            new_a_week: Some(a_week),
            ..LevelEffect::default()
        }]
    };
    let of = |at: usize| {
        let whole = GroupEffect { levels: levels(3.5), ..GroupEffect::default() };
        let unit = GroupEffect { unit: Some(canaries(at).unit), levels: levels(2.5), ..GroupEffect::default() };
        SiteEffect { site: SITES[at].to_owned(), whole, units: vec![unit], ..SiteEffect::default() }
    };
    let of_worker = |at: usize| WorkerEffect {
        site: SITES[at].to_owned(),
        worker: canaries(at).worker,
        unit: canaries(at).unit,
        outcome: "only_new".to_owned(),
        old: None,
        new: Some(CaseEffect {
            first_day: "2026-02-11".to_owned(),
            level: "L2".to_owned(),
            rules: vec!["R2".to_owned()],
        }),
        may_be_older: false,
    };
    WhatIfFound {
        from: Some("2026-01-01".to_owned()),
        to: Some("2026-02-28".to_owned()),
        least_workers: 10,
        sites: vec![of(0), of(1)],
        workers: vec![of_worker(0), of_worker(1)],
        ..WhatIfFound::default()
    }
}

/// What is kept of a worker: a register's row, a questionnaire, a window.
pub(super) fn data(key: WorkerKey, portrait: &Portrait) -> (WorkerHistory, Vec<NightDetail>) {
    let of = SITES.iter().position(|site| *site == key.site.as_str()).map(canaries).unwrap();
    let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
    history.profile.unit = UnitId::parse(&of.unit).unwrap();
    history.screenings = portrait.screenings.iter().map(|sheet| sheet.sheet.clone()).collect();
    let window = StoredWindow {
        start: "2026-03-01T02:00:00Z".parse().unwrap(),
        duration_s: 300,
        device: 0,
        rmssd_ms: Some(of.numbers[1]),
        sdnn_ms: None,
        mean_hr_bpm: None,
        context: Context::SleepMain,
        quality: None,
    };
    let detail =
        NightDetail { devices: vec![None], windows: vec![window], ..NightDetail::empty("2026-03-01".parse().unwrap()) };
    (history, vec![detail])
}
