//! Every stored format ever released loads for ever, and the present one does not change unnoticed.
//!
//! A value is written here by hand and compared with a file that was written when its format was
//! released. Fields that were added since get, in the value here, what reading the old format gives.

use std::path::PathBuf;

use super::fixtures_of_cases::{case, changes, commands, grounded_case, grounded_changes};
use super::records::{Decided, DeliveryState, Record, WorkerRecord};
use super::snapshot::{Header, Piece, SnapshotReader, SnapshotWriter};
use super::view::WorkerImage;
use super::*;
use crate::domain::TimeZone;
use crate::domain::alert::RuleId;
use crate::domain::case::{ActionId, ActionStep, CaseBook, ClosedCase, OpenCase};
use crate::domain::exposure::{ExposureDay, Shift, WorkEvent};
use crate::domain::history::{PathAnchor, StoredBeats, StoredWindow, WorkerHistory};
use crate::domain::ids::{ChannelId, DeviceId, SiteId, SourceId, UnitId, WorkerId, WorkerKey};
use crate::domain::indicator::{DeviceEpoch, HrvState, IndexBand, NightHrv, NightRow, NightSleep, SleepSpan};
use crate::domain::item::{ActionProgress, Item, Stream};
use crate::domain::reading::{
    BeatIntervals, Context, HrvWindow, NightlySummary, Reading, SelfReport, SleepRecord, StageMinutes, Tag,
};
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::screening::{Instrument, Response, ScoreKind, Screening};
use crate::domain::worker::{OwnChoice, Profile, Sex, Tombstone, Withholding};
use crate::engine::row::{Input, MessageMeta, Refused, WorkerInputs};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_000_000 + second).unwrap()
}

pub(super) fn day(day: i8) -> Date {
    Date::constant(2026, 3, day)
}

fn band() -> Option<DeviceId> {
    DeviceId::parse("band-1").ok()
}

fn profile() -> Profile {
    Profile {
        key: WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-17").unwrap() },
        unit: UnitId::parse("forge").unwrap(),
        time_zone: TimeZone::get("Asia/Ho_Chi_Minh").unwrap(),
        birth_year: Some(1984),
        sex: Some(Sex::Female),
        bmi: Some(23.4),
        is_safety_critical: true,
        has_beta_blocker: false,
        has_consent: Some(true),
        own_choice: None,
    }
}

/// Of the second format.
fn pausing() -> Profile {
    Profile { own_choice: Some(OwnChoice { withholding: Withholding::Paused, since: at(75) }), ..profile() }
}

fn sleep() -> SleepRecord {
    SleepRecord {
        device: band(),
        start: at(100),
        onset: Some(at(900)),
        wake: Some(at(27_000)),
        end: at(27_600),
        waso_min: Some(21.5),
        stages: Some(StageMinutes { light: 200.0, deep: 80.0, rem: 95.5, asleep: 0.0 }),
        awakenings: Some(2),
        main: Some(true),
        revision: 3,
    }
}

fn exposure() -> ExposureDay {
    ExposureDay {
        date: day(2),
        worked_h: Some(11.5),
        overtime_h: None,
        shift: Some(Shift { start: at(0), end: at(41_400) }),
        noise_lex8h_dba: Some(84.2),
        wbgt_c: Some(28.1),
        events: Some(vec![WorkEvent::Violence, WorkEvent::Accident, WorkEvent::Other("near miss".into())]),
    }
}

fn screening() -> Screening {
    let answers = vec![Some(1), None, Some(3), Some(0), Some(2), Some(2), Some(1)];
    Screening { instrument: Instrument::Gad7, taken_at: at(50), response: Response::Answers(answers) }
}

fn items() -> Vec<Item> {
    let hrv = HrvWindow {
        device: band(),
        start: at(1_000),
        duration_s: 300,
        rmssd_ms: Some(42.31),
        sdnn_ms: Some(1.0 / 3.0),
        mean_hr_bpm: Some(58.0),
        context: Context::SleepMain,
        quality: Some(0.93),
    };
    let beats = BeatIntervals {
        device: None,
        start: Timestamp::new(1_772_000_000, 250_000_000).unwrap(),
        rr_ms: vec![812.0, 799.5, 1024.0],
        end_ms: Some(vec![812.0, 1611.5, 2635.5]),
        context: Context::RestSeated,
    };
    let nightly = NightlySummary { device: band(), date: day(2), rmssd_ms: Some(38.0), sleeping_hr_bpm: Some(56.25) };
    let total = Response::Total { score: 51.25, kind: Some(ScoreKind::Standard) };
    let zung = Screening { instrument: Instrument::Sas, taken_at: at(60), response: total };
    let progress = ActionProgress {
        action: ActionId::parse("a-1").unwrap(),
        step: ActionStep::Started,
        at: at(70),
        source: Some(SourceId::parse("clinic").unwrap()),
        note: Some("Gespräch geführt".to_owned()),
    };
    vec![
        Item::Reading(Reading::Hrv(hrv)),
        Item::Reading(Reading::Beats(beats)),
        Item::Reading(Reading::Nightly(nightly)),
        Item::Reading(Reading::Sleep(sleep())),
        Item::Reading(Reading::Tag(SelfReport { date: day(2), tag: Tag::LateExercise })),
        Item::Screening(screening()),
        Item::Screening(zung),
        Item::Exposure(exposure()),
        Item::Progress(progress),
    ]
}

fn row() -> Row {
    let items = (0..).zip(items()).map(|(index, item)| Input::Item { message: 0, index, item });
    let command = |(request, command)| Input::Case { request, command: Box::new(command) };
    let commands = (0..).zip(commands()).map(command);
    let inputs = items.chain(commands);
    let rejection = Rejection { index: Some(9), reason: Reason::OutOfRange, detail: "rmssd_ms is 900".to_owned() };
    Row {
        number: 300,
        now: at(80),
        engine_version: 2,
        rules_version: 0x0123_4567_89ab_cdef,
        decided_through: 298,
        messages: vec![MessageMeta {
            topic: "vagus/v1/plant-a/gw-7/readings".to_owned(),
            site: SiteId::parse("plant-a").ok(),
            source: SourceId::parse("gw-7").ok(),
            stream: Some(Stream::Readings),
            message_id: Some("m-1".to_owned()),
            refused: vec![Refused { rejection, raw: b"{}".to_vec() }],
        }],
        groups: vec![
            WorkerInputs { worker: WorkerNumber(1), inputs: vec![Input::Enrol(profile())] },
            WorkerInputs { worker: WorkerNumber(u128::MAX - 7), inputs: inputs.collect() },
        ],
    }
}

fn worker() -> WorkerRecord {
    let night = NightRow {
        date: day(2),
        wake_at: at(27_000),
        hrv: Some(NightHrv {
            ln_rmssd: 3.745_264_892_011,
            epoch: DeviceEpoch { device: band(), is_provider: false },
            windows: 71,
            sqi: 0.91,
        }),
        sleeping_hr_bpm: Some(56.2),
        irregularity: Some(0.043),
        sleep: Some(NightSleep {
            tib_min: 458.333_333,
            sol_min: Some(13.3),
            spt_min: 435.0,
            waso_min: Some(21.5),
            tst_min: 413.5,
            tst24_min: 440.0,
            efficiency_pct: Some(90.2),
            is_bed_known: true,
            stages: Some(StageMinutes { light: 240.0, deep: 80.0, rem: 93.5, asleep: 0.0 }),
            awakenings: Some(2),
            midpoint: at(13_950),
            is_consistent: true,
            spans: vec![
                SleepSpan { start: at(900), end: at(27_000) },
                SleepSpan { start: at(50_000), end: at(51_590) },
            ],
        }),
    };
    let anchor = PathAnchor {
        date: day(1),
        hrv: HrvState::Watch,
        hrv_days: 6,
        hrv_dwell: 4,
        cusum: 2.5,
        is_sleep_poor: false,
        band: Some(IndexBand::Elevated),
    };
    let history = WorkerHistory {
        profile: profile(),
        nights: [(day(2), night)].into(),
        detail_dates: [day(1), day(2)].into(),
        unsettled_nights: [day(2)].into(),
        anchor: Some(anchor),
        tags: [(day(2), [Tag::Alcohol, Tag::Travel].into())].into(),
        register_changes: [day(1)].into(),
        screenings: vec![screening()],
        exposures: [(day(2), exposure())].into(),
        cases: CaseBook {
            episodes: 2,
            open: Some(case()),
            closed: vec![ClosedCase { case: OpenCase { episode: 1, ..case() }, closed_at: at(10) }],
        },
    };
    WorkerRecord { applied_through: 300, history }
}

fn detail() -> NightDetail {
    let window = |start, device| StoredWindow {
        start: at(start),
        duration_s: 300,
        device,
        rmssd_ms: Some(40.5),
        sdnn_ms: None,
        mean_hr_bpm: Some(57.0),
        context: Context::SleepMain,
        quality: None,
    };
    NightDetail {
        date: day(2),
        devices: vec![None, band()],
        windows: vec![window(1_000, 0), window(1_300, 1)],
        beats: vec![StoredBeats { start: at(2_000), device: 1, digest: u64::MAX - 1, windows: vec![window(2_000, 1)] }],
        sleeps: vec![sleep()],
        nightly: vec![NightlySummary { device: None, date: day(2), rmssd_ms: None, sleeping_hr_bpm: Some(55.0) }],
    }
}

fn outgoing() -> Outgoing {
    Outgoing {
        channel: ChannelId::mqtt(),
        id: "e-1".to_owned(),
        recipient: None,
        is_crisis: false,
        decided_at: at(80),
        target: "vagus/v1/plant-a/alerts".to_owned(),
        payload: b"{\"a\":1}".to_vec(),
    }
}

fn mail() -> Outgoing {
    let (channel, recipient) = (ChannelId::parse("mail").unwrap(), Some("on-call".to_owned()));
    Outgoing { channel, recipient, is_crisis: true, target: "on-call@example.org".to_owned(), ..outgoing() }
}

fn dead_letter() -> DeadLetter {
    let error = "550 mailbox unavailable".to_owned();
    DeadLetter { at: at(900_000), kind: FailureKind::Refused, attempts: 12, error }
}

fn outcomes() -> Vec<DeliveryOutcome> {
    let fates =
        [Fate::Delivered, Fate::Dead { letter: dead_letter() }, Fate::Revived { at: at(950_000) }, Fate::Discarded];
    fates.map(|fate| DeliveryOutcome { key: mail().key(), fate }).into()
}

fn asked() -> AskedUnit {
    AskedUnit {
        site: SiteId::parse("plant-a").unwrap(),
        unit: UnitId::parse("forge").unwrap(),
        rule: RuleId::new("R10"),
        on: day(2),
    }
}

fn units() -> Vec<UnitDecisionRecord> {
    vec![UnitDecisionRecord { asked: asked(), outgoing: vec![outgoing()] }]
}

fn decisions() -> Vec<DecisionRecord> {
    let record = |change| DecisionRecord { worker: WorkerNumber(1), change, outgoing: vec![outgoing()] };
    changes().into_iter().map(record).collect()
}

fn quarantined() -> Quarantined {
    Quarantined {
        site: None,
        source: SourceId::parse("gw-7").ok(),
        topic: "vagus/v1/x/gw-7/readings".to_owned(),
        received_at: at(80),
        reason: Reason::NotUtf8,
        detail: "byte 1".to_owned(),
        index: None,
        raw: vec![0, 255],
    }
}

fn fixture_of(format: &str, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store").join(format).join(name)
}

fn fixture(name: &str) -> PathBuf {
    fixture_of("v3", name)
}

/// What is written no more, but for the values that the formats tell apart.
fn loads_still<T: Record + PartialEq + std::fmt::Debug>(format: &str, name: &str, value: &T) {
    let bytes = std::fs::read(fixture_of(format, name)).unwrap();
    assert_eq!(&T::decode(&bytes).unwrap(), value, "{format} {name}");
}

fn erasure() -> Erasure {
    let stone = Tombstone { site: SiteId::parse("plant-a").unwrap(), salt: 7 << 100, digest: 11 };
    Erasure { worker: WorkerNumber(5), stone, of_row: 299 }
}

fn row_of_pausing() -> Row {
    let mut row = row();
    row.groups[0].inputs = vec![Input::Enrol(pausing())];
    row
}

fn worker_who_pauses() -> WorkerRecord {
    let WorkerRecord { applied_through, history } = worker();
    WorkerRecord { applied_through, history: WorkerHistory { profile: pausing(), ..history } }
}

fn worker_with_grounds() -> WorkerRecord {
    let WorkerRecord { applied_through, history } = worker_who_pauses();
    let closed = vec![ClosedCase { case: OpenCase { episode: 1, ..grounded_case() }, closed_at: at(10) }];
    let cases = CaseBook { episodes: 2, open: Some(grounded_case()), closed };
    WorkerRecord { applied_through, history: WorkerHistory { cases, ..history } }
}

fn grounded_decisions() -> Vec<DecisionRecord> {
    let record = |change| DecisionRecord { worker: WorkerNumber(1), change, outgoing: vec![outgoing()] };
    grounded_changes().into_iter().map(record).collect()
}

/// The bytes of the release; where there are none yet they are written, and the test fails once.
fn released(name: &str, present: &[u8]) -> Vec<u8> {
    let path = fixture(name);
    std::fs::read(&path).unwrap_or_else(|_| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, present).unwrap();
        panic!("{} was missing; it is written now, to be looked at and committed", path.display())
    })
}

fn loads<T: Record + PartialEq + std::fmt::Debug>(name: &str, value: &T) {
    let bytes = released(name, &value.encode());
    assert_eq!(&T::decode(&bytes).unwrap(), value, "{name}");
    assert_eq!(value.encode(), bytes, "the format of {name} changed: it needs a new number and a new fixture");
}

/// What a format before holds, but for its snapshot.
fn everything_loads(format: &str, row: &Row, worker: &WorkerRecord) {
    loads_still(format, "row.bin", row);
    loads_still(format, "worker.bin", worker);
    loads_still(format, "detail.bin", &detail());
    let bytes = std::fs::read(fixture_of(format, "decisions.bin")).unwrap();
    let decided = Decided::decode(&bytes).unwrap();
    assert_eq!((decided.of_row, decided.decisions, decided.units), (300, decisions(), units()));
    assert_eq!(decided.notices, [mail()]);
    loads_still(format, "quarantined.bin", &quarantined());
    loads_still(format, "outgoing.bin", &outgoing());
    loads_still(format, "mail.bin", &mail());
    loads_still(format, "outcomes.bin", &outcomes());
}

/// A snapshot of a format before.
fn snapshot_loads(format: &str, worker: &WorkerRecord) {
    let mut reader = SnapshotReader::open(&fixture_of(format, "snapshot.vagus")).unwrap();
    assert_eq!(reader.header().settled, 300);
    let mut kinds = Vec::new();
    while let Some(piece) = reader.next_piece().unwrap() {
        kinds.push(match piece {
            Piece::Worker(number, record) => {
                assert_eq!((number, &WorkerRecord::decode(&record).unwrap()), (WorkerNumber(9), worker));
                "worker"
            }
            Piece::Detail(record) => {
                assert_eq!(NightDetail::decode(&record).unwrap(), detail());
                "detail"
            }
            Piece::Event(_, record) => {
                assert_eq!(Outgoing::decode(&record).unwrap(), mail());
                "event"
            }
            Piece::State(..) => "state",
            Piece::Erased(_) => "erased",
            Piece::Asked(record) => {
                assert_eq!(AskedUnit::decode(&record).unwrap(), asked());
                "asked"
            }
        });
    }
    assert_eq!(kinds, ["worker", "detail", "event", "state", "asked"]);
}

#[test]
fn everything_of_the_first_format_loads() {
    everything_loads("v1", &row(), &worker());
    snapshot_loads("v1", &worker());
}

#[test]
fn everything_of_the_second_format_loads() {
    everything_loads("v2", &row_of_pausing(), &worker_who_pauses());
    snapshot_loads("v2", &worker_who_pauses());
}

#[test]
fn rows_of_the_third_format_load() {
    loads("row.bin", &row_of_pausing());
}

#[test]
fn workers_and_details_of_the_third_format_load() {
    loads("worker.bin", &worker_with_grounds());
    loads("detail.bin", &detail());
}

#[test]
fn decisions_and_quarantine_of_the_third_format_load() {
    let present = Decided::encode_parts(300, &grounded_decisions(), &units(), &[mail()]);
    let bytes = released("decisions.bin", &present);
    let decided = Decided::decode(&bytes).unwrap();
    assert_eq!((decided.of_row, decided.decisions, decided.units), (300, grounded_decisions(), units()));
    assert_eq!(decided.notices, [mail()]);
    assert_eq!(present, bytes);
    loads("quarantined.bin", &quarantined());
    loads("outgoing.bin", &outgoing());
    loads("mail.bin", &mail());
    loads("outcomes.bin", &outcomes());
    loads("erasure.bin", &erasure());
}

#[test]
fn a_snapshot_of_the_third_format_loads() {
    let directory = tempfile::tempdir().unwrap();
    let header = Header { settled: 300, outbox: OutboxMark { decisions_through: 7, deliveries_through: 5 } };
    let mut writer = SnapshotWriter::create(directory.path(), header).unwrap();
    let (record, detail) = (worker_with_grounds().encode(), detail().encode());
    let image = WorkerImage { worker: WorkerNumber(9), record: record.clone(), details: vec![detail.clone()] };
    writer.worker(&image).unwrap();
    let place = Place { entry: 7, index: 1 };
    let state = DeliveryState { revived_at: Some(at(500)), dead: Some(dead_letter()) }.encode();
    writer.event(place, &mail().encode()).unwrap();
    writer.state(place, &state).unwrap();
    writer.asked(&asked().encode()).unwrap();
    let (path, _) = writer.finish().unwrap();
    let present = std::fs::read(path).unwrap();
    assert_eq!(released("snapshot.vagus", &present), present);

    let mut reader = SnapshotReader::open(&fixture("snapshot.vagus")).unwrap();
    assert_eq!(reader.header(), header);
    let pieces: Vec<Piece> = std::iter::from_fn(|| reader.next_piece().unwrap()).collect();
    let expected = [
        Piece::Worker(WorkerNumber(9), record),
        Piece::Detail(detail),
        Piece::Event(place, mail().encode()),
        Piece::State(place, state),
        Piece::Asked(asked().encode()),
    ];
    assert_eq!(pieces, expected);
}

#[test]
fn a_snapshot_of_a_newer_format_is_refused_in_words() {
    let whole = std::fs::read(fixture("snapshot.vagus")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("newer");
    let mut newer = whole[..8].to_vec();
    // The header frame again, with the next format and its own checksum.
    let body_length = u32::from_le_bytes(whole[9..13].try_into().unwrap()) as usize;
    let mut body = whole[17..17 + body_length].to_vec();
    body[0] = super::records::FORMAT + 1;
    let mut check = crc32fast::Hasher::new();
    check.update(&whole[8..13]);
    check.update(&body);
    newer.extend_from_slice(&whole[8..13]);
    newer.extend_from_slice(&check.finalize().to_le_bytes());
    newer.extend_from_slice(&body);
    std::fs::write(&path, newer).unwrap();
    let error = SnapshotReader::open(&path).err().unwrap().to_string();
    assert!(error.contains("run the newer version"), "{error}");
}
