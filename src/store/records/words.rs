//! Names, readings, questionnaires, working conditions and progress, as they arrived.

use super::RecordError;
use super::codec::{Reader, Stored, Writer, choices, codes, names, record, taken};
use crate::domain::case::{ActionId, ActionStep, CaseId};
use crate::domain::exposure::{ExposureDay, Shift, WorkEvent};
use crate::domain::ids::{ChannelId, DeviceId, SiteId, SourceId, UnitId, WorkerId, WorkerKey, WorkerNumber};
use crate::domain::item::{ActionProgress, Item, Stream};
use crate::domain::reading::{
    BeatIntervals, Context, HrvWindow, NightlySummary, Reading, SelfReport, SleepRecord, StageMinutes, Tag,
};
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::screening::{Instrument, Response, ScoreKind, Screening};

names!(ChannelId, SiteId, SourceId, WorkerId, DeviceId, UnitId, CaseId, ActionId);

impl Stored for WorkerNumber {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.raw(&self.0.to_be_bytes());
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        r.array().map(u128::from_be_bytes).map(Self)
    }
}

codes! {
    Context { SleepMain = 0, SleepNap = 1, RestSeated = 2, RestSupine = 3, Work = 4, Activity = 5, Unknown = 6 }
    Tag { Alcohol = 0, Illness = 1, LateExercise = 2, Travel = 3, Pregnancy = 4, MedicationChange = 5, OffWork = 6 }
    ScoreKind { Raw = 0, Standard = 1 }
    ActionStep { Requested = 0, Accepted = 1, Started = 2, Done = 3, Declined = 4 }
    Stream { Readings = 0, Screenings = 1, Exposures = 2, Actions = 3 }
    Instrument {
        Gad7 = 0, Phq9 = 1, Phq8 = 2, Phq4 = 3, Pss10 = 4, Isi = 5, Who5 = 6, Dass21 = 7, Sas = 8, Sds = 9,
        Scl90 = 10, Cbi = 11, Eri = 12, K6 = 13, K10 = 14, Psqi = 15, Ess = 16, StaiS = 17, MbiGs = 18,
    }
    Reason {
        NotJson = 0, NotUtf8 = 1, TooLarge = 2, TooManyItems = 3, BadShape = 4, MissingField = 5, BadTimestamp = 6,
        OutOfRange = 7, InFuture = 8, TooOld = 9, UnknownWorker = 10, WrongSite = 11, ConsentMissing = 12,
        UnknownInstrument = 13, BadAnswers = 14, UnknownAction = 15, NotPermitted = 16, Inconsistent = 17,
    }
}

record! {
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
}

choices! {
    Reading { Hrv(it) = 0, Beats(it) = 1, Nightly(it) = 2, Sleep(it) = 3, Tag(it) = 4 }
    Response { Answers(it) = 0, Total { score, kind } = 1 }
    WorkEvent { Violence = 0, Accident = 1, Other(it) = 2, ReturnToWork = 3 }
    Item { Reading(it) = 0, Screening(it) = 1, Exposure(it) = 2, Progress(it) = 3 }
}
