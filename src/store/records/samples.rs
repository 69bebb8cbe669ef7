//! Made-up values of every stored type, from a seed.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::alert::{
    AlertKind, Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, Level, RuleId, ScreeningEvidence, SetAside,
    SleepEvidence, Term, Versions,
};
use crate::domain::case::{
    Action, ActionId, ActionKind, ActionStep, CaseBook, CaseChange, CaseFact, CaseId, ClosedCase, Finding, Ground,
    Invited, OpenCase,
};
use crate::domain::exposure::{ExposureDay, Shift, WorkEvent};
use crate::domain::history::{NightDetail, PathAnchor, StoredBeats, StoredWindow, WorkerHistory};
use crate::domain::ids::{ChannelId, DeviceId, SiteId, SourceId, UnitId, WorkerId, WorkerKey, WorkerNumber};
use crate::domain::indicator::{
    Component, Contribution, DeviceEpoch, Hint, HrvState, IndexBand, NightHrv, NightRow, NightSleep, Severity,
    SleepSpan,
};
use crate::domain::item::{ActionProgress, Item, Stream};
use crate::domain::life::{
    Advice, CaseCommand, CaseState, Deadline, Deed, LogEntry, LogEvent, MethodId, Milestone, Note, Stage,
};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::reading::{
    BeatIntervals, Context, HrvWindow, NightlySummary, Reading, SelfReport, SleepRecord, StageMinutes, Tag,
};
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::screening::{Instrument, Response, ScoreKind, Screening};
use crate::domain::worker::{OwnChoice, Profile, Sex, Tombstone, Withholding};
use crate::domain::{Date, TimeZone, Timestamp};
use crate::engine::row::{Input, MessageMeta, Refused, Row, WorkerInputs};
use crate::store::parcels::{DeadLetter, DeliveryKey, DeliveryOutcome, FailureKind, Fate, Outgoing};
use crate::store::records::{DeliveryState, WorkerRecord};
use crate::store::types::{AskedUnit, DecisionRecord, Quarantined, UnitDecisionRecord};

/// Numbers without end from a seed (splitmix64).
pub(in crate::store) struct Dice(pub(in crate::store) u64);

impl Dice {
    pub(in crate::store) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(in crate::store) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_of<T: Clone>(&mut self, many: &[T]) -> T {
        many[usize::try_from(self.below(many.len() as u64)).unwrap()].clone()
    }
}

/// A value of a seed.
pub(in crate::store) fn sample<T: Sample>(seed: u64) -> T {
    T::sample(&mut Dice(seed))
}

pub(in crate::store) trait Sample {
    fn sample(d: &mut Dice) -> Self;
}

macro_rules! whole {
    ($($number:ty),+) => {$(
        impl Sample for $number {
            #[expect(clippy::allow_attributes, reason = "not every type is truncated")]
            #[allow(clippy::cast_possible_truncation, reason = "any bits will do")]
            fn sample(d: &mut Dice) -> Self {
                // Small, large and extreme ones.
                let shift = d.below(64);
                (d.next() >> shift) as Self
            }
        }
    )+};
}
whole!(u8, u16, u32, u64, i16, i32);

impl Sample for bool {
    fn sample(d: &mut Dice) -> Self {
        d.below(2) == 0
    }
}

impl Sample for f64 {
    #[expect(clippy::cast_precision_loss, reason = "any number will do")]
    fn sample(d: &mut Dice) -> Self {
        let thousandths = d.below(2_000_000) as Self / 1000.0;
        match d.below(8) {
            0 => 0.0,
            1 => -0.0,
            2 => 1.0 / (1.0 + thousandths),
            3 => -thousandths,
            4 => thousandths * 1e12,
            5 => f64::MIN_POSITIVE,
            _ => thousandths,
        }
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(d: &mut Dice) -> Self {
        bool::sample(d).then(|| T::sample(d))
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(d: &mut Dice) -> Self {
        (0..d.below(5)).map(|_| T::sample(d)).collect()
    }
}

impl<T: Sample + Ord> Sample for BTreeSet<T> {
    fn sample(d: &mut Dice) -> Self {
        Vec::sample(d).into_iter().collect()
    }
}

impl<K: Sample + Ord, V: Sample> Sample for BTreeMap<K, V> {
    fn sample(d: &mut Dice) -> Self {
        (0..d.below(5)).map(|_| (K::sample(d), V::sample(d))).collect()
    }
}

impl Sample for String {
    fn sample(d: &mut Dice) -> Self {
        (0..d.below(12)).map(|_| d.one_of(&['a', 'Z', '0', ' ', 'ö', '\u{1f4a4}', '"', '\n'])).collect()
    }
}

impl Sample for Box<str> {
    fn sample(d: &mut Dice) -> Self {
        String::sample(d).into()
    }
}

impl<T: Sample> Sample for Box<T> {
    fn sample(d: &mut Dice) -> Self {
        Self::new(T::sample(d))
    }
}

impl Sample for Term {
    fn sample(d: &mut Dice) -> Self {
        Self::Owned(String::sample(d))
    }
}

impl Sample for Timestamp {
    fn sample(d: &mut Dice) -> Self {
        let second = i64::try_from(d.below(4_000_000_000)).unwrap() - 1_000_000_000;
        let nanosecond = d.one_of(&[0, 0, 500_000_000, 123_000_000, 999_999_999]);
        Self::new(second, nanosecond).unwrap()
    }
}

impl Sample for Date {
    fn sample(d: &mut Dice) -> Self {
        let day = |d: &mut Dice, bound| i8::try_from(d.below(bound)).unwrap() + 1;
        let year = d.one_of(&[2024, 2025, 2026, 1, -9999, 9999]);
        Self::new(year, day(d, 12), day(d, 28)).unwrap()
    }
}

impl Sample for TimeZone {
    fn sample(d: &mut Dice) -> Self {
        let name = d.one_of(&["Asia/Ho_Chi_Minh", "Europe/Berlin", "UTC", "America/New_York"]);
        if bool::sample(d) { Self::get(name).unwrap() } else { Self::fixed(jiff::tz::offset(7)) }
    }
}

impl Sample for WorkerNumber {
    fn sample(d: &mut Dice) -> Self {
        Self(u128::from(d.next()) << 64 | u128::from(d.next()))
    }
}

macro_rules! sample_names {
    ($($type:ident),+) => {$(
        impl Sample for $type {
            fn sample(d: &mut Dice) -> Self {
                // More than are remembered, and the longest there are.
                let number = d.below(24);
                let name = if number == 0 { "x".repeat(64) } else { format!("name-{number}") };
                Self::parse(&name).unwrap()
            }
        }
    )+};
}
sample_names!(ChannelId, SiteId, SourceId, WorkerId, DeviceId, UnitId, CaseId, ActionId);

impl Sample for RuleId {
    fn sample(d: &mut Dice) -> Self {
        Self::new(d.one_of(&["R1", "R3", "T-L2", "R16"]))
    }
}

macro_rules! sample_one {
    ($($type:ident: $all:expr),+ $(,)?) => {$(
        impl Sample for $type {
            fn sample(d: &mut Dice) -> Self {
                d.one_of($all.as_slice())
            }
        }
    )+};
}
sample_one! {
    Context: [Context::SleepMain, Context::SleepNap, Context::RestSeated, Context::RestSupine, Context::Work, Context::Activity, Context::Unknown],
    Tag: Tag::ALL,
    ScoreKind: [ScoreKind::Raw, ScoreKind::Standard],
    AlertKind: [AlertKind::Raised, AlertKind::RaisedAgain, AlertKind::Revised, AlertKind::Closed],
    ActionStep: [ActionStep::Requested, ActionStep::Accepted, ActionStep::Started, ActionStep::Done, ActionStep::Declined],
    ActionKind: [ActionKind::WorkloadReview, ActionKind::Counseling],
    Stream: Stream::ALL,
    Instrument: Instrument::ALL.to_vec(),
    Reason: Reason::ALL.to_vec(),
    Sex: [Sex::Female, Sex::Male],
    Withholding: [Withholding::Paused, Withholding::Withdrawn],
    HrvState: HrvState::ALL,
    IndexBand: IndexBand::ALL,
    Level: Level::ALL,
    FailureKind: [FailureKind::Refused, FailureKind::Unreachable, FailureKind::Failed],
    CaseState: CaseState::ALL.to_vec(),
    Milestone: Milestone::ALL.to_vec(),
    Stage: Stage::ALL.to_vec(),
    Advice: Advice::ALL.to_vec(),
    Role: Role::ALL.to_vec(),
    SetAside: [SetAside::Illness, SetAside::IrregularRhythm],
    Component: [
        Component::Hrv, Component::RestingHeartRate, Component::SleepDebt, Component::Continuity, Component::Regularity,
    ],
    Severity: Severity::ALL,
    Hint: Hint::ALL,
}

macro_rules! sample_records {
    ($($type:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Sample for $type {
            fn sample(d: &mut Dice) -> Self {
                Self { $($field: Sample::sample(d)),+ }
            }
        }
    )+};
}
sample_records! {
    WorkerKey { site, worker }
    HrvWindow { device, start, duration_s, rmssd_ms, sdnn_ms, mean_hr_bpm, context, quality }
    BeatIntervals { device, start, rr_ms, end_ms, context }
    NightlySummary { device, date, rmssd_ms, sleeping_hr_bpm }
    StageMinutes { light, deep, rem, asleep }
    SleepRecord { device, start, onset, wake, end, waso_min, stages, awakenings, main, revision }
    SelfReport { date, tag }
    Screening { instrument, taken_at, response }
    Shift { start, end }
    ExposureDay { date, worked_h, overtime_h, shift, noise_lex8h_dba, wbgt_c, events }
    ActionProgress { action, step, at, source, note }
    Rejection { index, reason, detail }
    Profile { key, unit, time_zone, birth_year, sex, bmi, is_safety_critical, has_beta_blocker, has_consent, own_choice }
    OwnChoice { withholding, since }
    DeviceEpoch { device, is_provider }
    NightHrv { ln_rmssd, epoch, windows, sqi }
    SleepSpan { start, end }
    NightSleep {
        tib_min, sol_min, spt_min, waso_min, tst_min, tst24_min, efficiency_pct, is_bed_known, stages, awakenings,
        midpoint, is_consistent, spans,
    }
    NightRow { date, wake_at, hrv, sleeping_hr_bpm, irregularity, sleep }
    PathAnchor { date, hrv, hrv_days, hrv_dwell, cusum, is_sleep_poor, band }
    StoredWindow { start, duration_s, device, rmssd_ms, sdnn_ms, mean_hr_bpm, context, quality }
    StoredBeats { start, device, digest, windows }
    NightDetail { date, devices, windows, beats, sleeps, nightly }
    WorkerHistory {
        profile, nights, detail_dates, unsettled_nights, anchor, tags, register_changes, screenings, exposures, cases,
    }
    Action { id, kind, step, due, moved_at, assignee, started_at, method, tried, reviewed_week }
    Deadline { milestone, number, from, due, told }
    Invited { instrument, on }
    LogEntry { at, by, event, note }
    CaseCommand { case, by, is_there, deed, note }
    Finding { level, rules, hrv, is_sleep_poor, is_exposed }
    OpenCase {
        id, episode, opened_at, raised_at, state, in_charge, deadlines, invited, log, told, rules, actions, events,
        said, revised_on, grounds,
    }
    HrvEvidence { state, z7, change_pct, nights_used, nights_missing, rhr_z7, set_aside }
    Contribution { component, points, raw, usual }
    IndexEvidence { value, mean7, band, contributions }
    SleepEvidence { tst7_h, need_h, debt14_h, se7_pct, is_poor, flags }
    ScreeningEvidence {
        instrument, score, band, severity, taken_on, age_days, valid_until, is_prorated, concordance,
    }
    ExposureEvidence { kind, value, limit, source }
    Evidence { hrv, index, sleep, screenings, exposures, confounders, hints, confidence, chance_per_year }
    Versions { engine, rules }
    Ground { at, on, rules, evidence, versions }
    ClosedCase { case, closed_at }
    CaseBook { episodes, open, closed }
    Refused { rejection, raw }
    MessageMeta { topic, site, source, stream, message_id, refused }
    WorkerInputs { worker, inputs }
    Row { number, now, engine_version, rules_version, decided_through, messages, groups }
    Outgoing { channel, id, recipient, is_crisis, decided_at, target, payload }
    DeliveryKey { channel, recipient, id }
    DeadLetter { at, kind, attempts, error }
    DeliveryOutcome { key, fate }
    DeliveryState { revived_at, dead }
    DecisionRecord { worker, change, outgoing }
    AskedUnit { site, unit, rule, on }
    UnitDecisionRecord { asked, outgoing }
    Quarantined { site, source, topic, received_at, reason, detail, index, raw }
    WorkerRecord { applied_through, history }
}

impl Sample for Reading {
    fn sample(d: &mut Dice) -> Self {
        match d.below(5) {
            0 => Self::Hrv(Sample::sample(d)),
            1 => Self::Beats(Sample::sample(d)),
            2 => Self::Nightly(Sample::sample(d)),
            3 => Self::Sleep(Sample::sample(d)),
            _ => Self::Tag(Sample::sample(d)),
        }
    }
}

impl Sample for Response {
    fn sample(d: &mut Dice) -> Self {
        match d.below(2) {
            0 => Self::Answers(Sample::sample(d)),
            _ => Self::Total { score: Sample::sample(d), kind: Sample::sample(d) },
        }
    }
}

impl Sample for WorkEvent {
    fn sample(d: &mut Dice) -> Self {
        match d.below(4) {
            0 => Self::Violence,
            1 => Self::Accident,
            2 => Self::ReturnToWork,
            _ => Self::Other(Sample::sample(d)),
        }
    }
}

impl Sample for Item {
    fn sample(d: &mut Dice) -> Self {
        match d.below(4) {
            0 => Self::Reading(Sample::sample(d)),
            1 => Self::Screening(Sample::sample(d)),
            2 => Self::Exposure(Sample::sample(d)),
            _ => Self::Progress(Sample::sample(d)),
        }
    }
}

impl Sample for Input {
    fn sample(d: &mut Dice) -> Self {
        match d.below(5) {
            0 => Self::Enrol(Sample::sample(d)),
            4 => Self::Erase(Tombstone {
                site: Sample::sample(d),
                salt: u128::from(d.below(9)),
                digest: u128::MAX - u128::from(d.below(9)),
            }),
            1 => Self::Case { request: Sample::sample(d), command: Box::new(Sample::sample(d)) },
            _ => Self::Item { message: Sample::sample(d), index: Sample::sample(d), item: Sample::sample(d) },
        }
    }
}

impl Sample for Note {
    fn sample(d: &mut Dice) -> Self {
        Self::of(&format!("x{}", String::sample(d))).unwrap()
    }
}

impl Sample for PersonId {
    fn sample(d: &mut Dice) -> Self {
        Self::parse(&format!("dr.{}", d.below(100))).unwrap()
    }
}

impl Sample for MethodId {
    fn sample(d: &mut Dice) -> Self {
        Self::parse(&format!("method_{}", d.below(100))).unwrap()
    }
}

impl Sample for Actor {
    fn sample(d: &mut Dice) -> Self {
        match d.below(3) {
            0 => Self::Vagus,
            1 => Self::Source(Sample::sample(d)),
            _ => Self::Person { id: Sample::sample(d), role: Sample::sample(d) },
        }
    }
}

impl Sample for Deed {
    fn sample(d: &mut Dice) -> Self {
        match d.below(7) {
            0 => Self::Move { to: Sample::sample(d) },
            1 => Self::Assign { to: Sample::sample(d), action: Sample::sample(d) },
            2 => Self::Remark,
            3 => Self::Progress { action: Sample::sample(d), step: Sample::sample(d) },
            4 => Self::Choose { action: Sample::sample(d), method: Sample::sample(d) },
            5 => Self::FollowUp,
            _ => Self::RequestReview,
        }
    }
}

impl Sample for LogEvent {
    fn sample(d: &mut Dice) -> Self {
        match d.below(12) {
            11 => Self::EvidenceAdded(Sample::sample(d)),
            0 => Self::Raised(Sample::sample(d)),
            1 => Self::Moved(Sample::sample(d)),
            2 => Self::Progress { action: Sample::sample(d), step: Sample::sample(d) },
            3 => Self::ActionAdded(Sample::sample(d)),
            4 => Self::Assigned { to: Sample::sample(d), action: Sample::sample(d) },
            5 => Self::Remarked,
            6 => Self::MethodChosen { action: Sample::sample(d), method: Sample::sample(d) },
            7 => Self::FollowedUp,
            8 => Self::Told { milestone: Sample::sample(d), number: Sample::sample(d), stage: Sample::sample(d) },
            9 => Self::Reviewed { action: Sample::sample(d), week: Sample::sample(d), advice: Sample::sample(d) },
            _ => Self::Invited(Sample::sample(d)),
        }
    }
}

impl Sample for CaseFact {
    fn sample(d: &mut Dice) -> Self {
        match d.below(11) {
            10 => Self::EvidenceAdded { rules: Sample::sample(d), ground: Sample::sample(d) },
            0 => Self::Moved { to: Sample::sample(d), deadlines: Sample::sample(d) },
            1 => {
                Self::ActionMoved { action: Sample::sample(d), step: Sample::sample(d), reported_at: Sample::sample(d) }
            }
            2 => Self::ActionAdded { action: Sample::sample(d) },
            3 => Self::Assigned { to: Sample::sample(d), action: Sample::sample(d) },
            4 => Self::Remarked,
            5 => Self::MethodChosen { action: Sample::sample(d), method: Sample::sample(d) },
            6 => Self::FollowedUp { deadlines: Sample::sample(d) },
            7 => Self::Told { milestone: Sample::sample(d), number: Sample::sample(d), stage: Sample::sample(d) },
            8 => Self::Reviewed {
                action: Sample::sample(d),
                week: Sample::sample(d),
                advice: Sample::sample(d),
                deadlines: Sample::sample(d),
            },
            _ => Self::Invited { instruments: Sample::sample(d), on: Sample::sample(d), by: Sample::sample(d) },
        }
    }
}

impl Sample for CaseChange {
    fn sample(d: &mut Dice) -> Self {
        match d.below(4) {
            0 => Self::Opened { case: Sample::sample(d) },
            1 => Self::RaisedAgain {
                told: Sample::sample(d),
                actions: Sample::sample(d),
                deadlines: Sample::sample(d),
                at: Sample::sample(d),
                ground: Sample::sample(d),
            },
            2 => Self::Revised { told: Sample::sample(d), on: Sample::sample(d), ground: Sample::sample(d) },
            _ => Self::Done {
                at: Sample::sample(d),
                by: Sample::sample(d),
                note: Sample::sample(d),
                fact: Sample::sample(d),
            },
        }
    }
}

impl Sample for Fate {
    fn sample(d: &mut Dice) -> Self {
        match d.below(4) {
            0 => Self::Delivered,
            1 => Self::Dead { letter: Sample::sample(d) },
            2 => Self::Revived { at: Sample::sample(d) },
            _ => Self::Discarded,
        }
    }
}
