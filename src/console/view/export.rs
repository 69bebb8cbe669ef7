//! What is kept of one worker, in one document: not single heart beats, not messages that were refused, and not events
//! and mails that were sent.
//!
//! What the service knows comes in with what its reader may see of it; the document leaves, or one of its lists as
//! CSV. A field that a reader may not see is null, and never left out.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::access::audit::{Entry, Found, Rest};
use super::super::office::WorkerData;
use super::{CaseView, EventRow, EvidenceView, OwnChoiceView, PortraitView, Shown};
use crate::domain::case::CaseId;
use crate::domain::exposure::WorkEvent;
use crate::domain::history::{NightDetail, StoredWindow};
use crate::domain::indicator::NightRow;
use crate::domain::reading::{NightlySummary, SleepRecord};
use crate::domain::worker::{Profile, Sex};
use crate::domain::{Date, Timestamp};
use crate::texts::Language;

/// The version of the document: another one where a field changes its meaning or goes. Fields may be added.
pub const EXPORT_VERSION: u32 = 1;

/// The lists of the document that can be had as CSV.
pub const EXPORT_TABLES: [&str; 8] =
    ["nights", "windows", "sleeps", "nightly", "exposures", "tags", "screenings", "accesses"];

/// What is kept of one worker, but for messages that were refused, and events and mails that were sent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExportView {
    /// The version of this document.
    pub vagus_export: u32,
    /// When it was made, RFC 3339.
    #[schema(format = DateTime)]
    pub made_at: String,
    /// For whom: `worker`, or the role of whoever took it.
    pub made_for: String,
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
    /// The row of the register; null where it is not the reader's to see.
    pub register: Option<RegisterExport>,
    /// What the service computes of it today: level, evidence with what each part adds, days, questionnaires.
    pub seen: PortraitView,
    /// What each night came to, oldest first.
    pub nights: Vec<NightExport>,
    /// Windows as they came, or as they were computed of beats, oldest first; null but in the worker's own copy.
    pub windows: Option<Vec<WindowExport>>,
    /// Sleep as it came, oldest first; null but in the worker's own copy.
    pub sleeps: Option<Vec<SleepExport>>,
    /// Vendors' values of a night, oldest first; null but in the worker's own copy.
    pub nightly: Option<Vec<NightlyExport>>,
    /// Working conditions, oldest first.
    pub exposures: Vec<ExposureExport>,
    /// What the worker said of a day, oldest first; null but in the worker's own copy.
    pub tags: Option<Vec<TagExport>>,
    /// Questionnaires as they came, oldest first.
    pub screenings: Vec<ScreeningExport>,
    /// The cases; null where they are not the reader's to see. Notes are null for whoever may not read them.
    pub cases: Option<Vec<CaseView>>,
    /// What the rules of these cases rested on when they matched; null where `cases` is.
    pub grounds: Option<Vec<GroundExport>>,
    /// Who saw or took what of it, by role, newest first; null for whoever is not the worker.
    pub accesses: Option<Vec<AccessExport>>,
    /// Whether there are older ones: null where these are all of them, `more` where the next are had by `?skip=` and how
    /// many were had, and `unread` where the audit is longer than is read at once: its files have them.
    pub accesses_cut: Option<String>,
}

/// What rules of a case rested on when they matched.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroundExport {
    /// The case.
    pub case_id: String,
    /// The worker's date.
    #[schema(format = Date)]
    pub on: String,
    /// The rules.
    pub rules: Vec<String>,
    /// What was found.
    pub evidence: EvidenceView,
}

/// The row of the register.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RegisterExport {
    /// Department or team.
    pub unit: String,
    /// The zone whose dates count.
    pub time_zone: String,
    /// Year of birth.
    pub birth_year: Option<i16>,
    /// `f` or `m`.
    pub sex: Option<String>,
    /// Body mass index, kg/m².
    pub bmi: Option<f64>,
    /// Whether an error in this job endangers others.
    pub is_safety_critical: bool,
    /// Whether a beta blocker is taken.
    pub has_beta_blocker: bool,
    /// Whether the worker consented; null where the register does not say.
    pub consent: Option<bool>,
    /// That the worker chose to take no part.
    pub own_choice: Option<OwnChoiceView>,
}

/// What a night came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NightExport {
    /// The wake date.
    #[schema(format = Date)]
    pub date: String,
    /// When the worker woke, RFC 3339.
    pub woke_at: String,
    /// Median of ln RMSSD.
    pub ln_rmssd: Option<f64>,
    /// How many windows that rests on.
    pub windows: Option<u16>,
    /// Mean signal quality, 0 to 1.
    pub quality: Option<f64>,
    /// The band.
    pub device: Option<String>,
    /// Mean heart rate asleep.
    pub sleeping_hr_bpm: Option<f64>,
    /// Time in bed, minutes.
    pub in_bed_min: Option<f64>,
    /// Sleep of the night, minutes.
    pub asleep_min: Option<f64>,
    /// Sleep of the worker-day, minutes.
    pub asleep_24h_min: Option<f64>,
    /// Sleep efficiency, percent.
    pub efficiency_pct: Option<f64>,
}

/// A window.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WindowExport {
    /// Its begin, RFC 3339.
    pub start: String,
    /// Its length, seconds.
    pub duration_s: u32,
    /// The band; null where it has no name.
    pub device: Option<String>,
    /// RMSSD.
    pub rmssd_ms: Option<f64>,
    /// SDNN.
    pub sdnn_ms: Option<f64>,
    /// Mean heart rate.
    pub mean_hr_bpm: Option<f64>,
    /// What the person was doing.
    pub context: String,
    /// Signal quality, 0 to 1.
    pub quality: Option<f64>,
    /// Whether it was computed of beats; these themselves are not kept.
    pub of_beats: bool,
}

/// A sleep episode.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SleepExport {
    /// When the worker went to bed, RFC 3339.
    pub start: String,
    /// When the worker got up, RFC 3339.
    pub end: String,
    /// When sleep began.
    pub onset: Option<String>,
    /// When it ended.
    pub wake: Option<String>,
    /// The band.
    pub device: Option<String>,
    /// Minutes awake between.
    pub waso_min: Option<f64>,
    /// Minutes of light sleep.
    pub light_min: Option<f64>,
    /// Minutes of deep sleep.
    pub deep_min: Option<f64>,
    /// Minutes of REM sleep.
    pub rem_min: Option<f64>,
    /// How often the worker woke.
    pub awakenings: Option<u32>,
    /// Which version of the episode.
    pub revision: u32,
}

/// A vendor's values of a night.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NightlyExport {
    /// The date.
    #[schema(format = Date)]
    pub date: String,
    /// The band.
    pub device: Option<String>,
    /// RMSSD.
    pub rmssd_ms: Option<f64>,
    /// Heart rate asleep.
    pub sleeping_hr_bpm: Option<f64>,
}

/// Working conditions of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExposureExport {
    /// The date.
    #[schema(format = Date)]
    pub date: String,
    /// Hours worked.
    pub worked_h: Option<f64>,
    /// Hours beyond the schedule.
    pub overtime_h: Option<f64>,
    /// Begin of work, RFC 3339.
    pub shift_start: Option<String>,
    /// End of work, RFC 3339.
    pub shift_end: Option<String>,
    /// Noise exposure level normalised to an 8-hour day.
    pub noise_lex8h_dba: Option<f64>,
    /// Wet-bulb globe temperature.
    pub wbgt_c: Option<f64>,
    /// What happened.
    pub events: Option<Vec<String>>,
}

/// What a worker said of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TagExport {
    /// The date.
    #[schema(format = Date)]
    pub date: String,
    /// What.
    pub tag: String,
}

/// A questionnaire.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScreeningExport {
    /// Which.
    pub instrument: String,
    /// When, RFC 3339.
    pub taken_at: String,
    /// The score; null where it cannot be scored.
    pub score: Option<f64>,
    /// The single answers, null for a missing one; null where only a total came, or they are not the reader's to see.
    pub answers: Option<Vec<Option<u8>>>,
}

/// That somebody saw something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessExport {
    /// When, RFC 3339.
    pub at: String,
    /// In which role.
    pub role: String,
    /// What was done.
    pub what: String,
    /// Of which kinds of knowledge.
    pub fields: Vec<String>,
}

/// For whom a document is made, and what of it is theirs to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// `worker`, or a role.
    pub made_for: String,
    /// The register, data quality, devices.
    pub register: bool,
    /// Single answers.
    pub answers: bool,
    /// Whether the worker themselves: what the wristband sent and what they said of days is theirs alone; colleagues
    /// are told by role, and what they wrote is not.
    ///
    /// # Source
    /// Domain reference, section 8.6: raw data for the worker; indicators, levels and exposures for physicians.
    pub oneself: bool,
}

impl Sight {
    /// A worker's own.
    #[must_use]
    pub fn oneself() -> Self {
        Self { made_for: "worker".to_owned(), register: true, answers: true, oneself: true }
    }

    const fn of_portrait(&self) -> Shown {
        Shown { answers: self.answers, oneself: self.oneself }
    }
}

impl ExportView {
    /// The document; `cases` are those that are the reader's to see, with what they may see of each.
    #[must_use]
    pub fn of(
        data: &WorkerData,
        sight: &Sight,
        cases: Option<Vec<CaseView>>,
        accesses: Option<&Found>,
        language: Language,
    ) -> Self {
        let history = &data.history;
        let key = &history.profile.key;
        let nights = &data.details;
        let tags = history.tags.iter().flat_map(|(date, tags)| {
            tags.iter().map(|tag| TagExport { date: date.to_string(), tag: tag.as_str().to_owned() })
        });
        let cases = cases.map(|cases| if sight.oneself { cases.into_iter().map(by_role).collect() } else { cases });
        Self {
            vagus_export: EXPORT_VERSION,
            made_at: data.now.to_string(),
            made_for: sight.made_for.clone(),
            site: key.site.to_string(),
            worker: key.worker.to_string(),
            register: sight.register.then(|| RegisterExport::of(&history.profile)),
            seen: PortraitView::of(
                (key.site.as_str(), key.worker.as_str()),
                &data.portrait,
                language,
                sight.of_portrait(),
            ),
            nights: history.nights.values().map(NightExport::of).collect(),
            windows: sight.oneself.then(|| nights.iter().flat_map(windows).collect()),
            sleeps: sight
                .oneself
                .then(|| nights.iter().flat_map(|night| night.sleeps.iter().map(SleepExport::of)).collect()),
            nightly: sight
                .oneself
                .then(|| nights.iter().flat_map(|night| night.nightly.iter().map(NightlyExport::of)).collect()),
            exposures: history.exposures.values().map(ExposureExport::of).collect(),
            tags: sight.oneself.then(|| tags.collect()),
            screenings: screenings(data, sight.answers),
            grounds: cases.as_deref().map(|cases| grounds(data, cases, language)),
            cases,
            accesses: accesses.map(|found| found.lines.iter().map(AccessExport::of).collect()),
            accesses_cut: accesses.and_then(|found| cut(found.rest)).map(str::to_owned),
        }
    }

    /// One of its lists as CSV; `None` where it has none of that name. What is null is empty, a list is JSON.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<String> {
        fn of<T: Serialize>(rows: &[T]) -> String {
            csv(rows.iter().filter_map(|row| serde_json::to_value(row).ok()))
        }
        Some(match name {
            "nights" => of(&self.nights),
            "windows" => of(self.windows.as_deref()?),
            "sleeps" => of(self.sleeps.as_deref()?),
            "nightly" => of(self.nightly.as_deref()?),
            "exposures" => of(&self.exposures),
            "tags" => of(self.tags.as_deref()?),
            "screenings" => of(&self.screenings),
            "accesses" => of(self.accesses.as_deref()?),
            _ => return None,
        })
    }
}

const fn cut(rest: Rest) -> Option<&'static str> {
    match rest {
        Rest::None => None,
        Rest::More => Some("more"),
        Rest::Unread => Some("unread"),
    }
}

/// What is kept of these cases.
fn grounds(data: &WorkerData, cases: &[CaseView], language: Language) -> Vec<GroundExport> {
    let is_theirs = |case: &CaseId| cases.iter().any(|view| view.row.case_id == case.as_str());
    let kept = data.portrait.grounds.iter().filter(|(case, _)| is_theirs(case));
    let told = kept.flat_map(|(case, grounds)| {
        grounds.iter().map(|ground| GroundExport {
            case_id: case.to_string(),
            on: ground.on.to_string(),
            rules: ground.rules.iter().map(|rule| rule.as_str().to_owned()).collect(),
            evidence: EvidenceView::of(&ground.evidence, language),
        })
    });
    told.collect()
}

/// Rows of one kind, the names of their fields above them.
fn csv(rows: impl Iterator<Item = Value>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut has_head = false;
    for row in rows {
        let Value::Object(row) = row else { continue };
        if !has_head {
            has_head = writer.write_record(row.keys()).is_ok();
        }
        let cells = row.values().map(|value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
        });
        // Into memory, and every row has the fields of the first.
        let _ = writer.write_record(cells);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// A case as the worker is told of it: colleagues by their role, and nothing of what they wrote.
fn by_role(mut case: CaseView) -> CaseView {
    let role = |by: &str| by.rsplit_once(" (").and_then(|(_, role)| role.strip_suffix(')')).unwrap_or(by).to_owned();
    case.row.in_charge = None;
    case.row.actions.iter_mut().for_each(|action| action.assignee = None);
    for line in &mut case.history {
        line.by = role(&line.by);
        line.note = None;
        if let EventRow::Assigned { to, .. } = &mut line.event {
            to.clear();
        }
    }
    case
}

impl RegisterExport {
    fn of(profile: &Profile) -> Self {
        let sex = |sex| match sex {
            Sex::Female => "f".to_owned(),
            Sex::Male => "m".to_owned(),
        };
        Self {
            unit: profile.unit.to_string(),
            time_zone: profile.time_zone.iana_name().unwrap_or("UTC").to_owned(),
            birth_year: profile.birth_year,
            sex: profile.sex.map(sex),
            bmi: profile.bmi,
            is_safety_critical: profile.is_safety_critical,
            has_beta_blocker: profile.has_beta_blocker,
            consent: profile.has_consent,
            own_choice: profile.own_choice.as_ref().map(OwnChoiceView::of),
        }
    }
}

impl NightExport {
    fn of(night: &NightRow) -> Self {
        let (hrv, sleep) = (night.hrv.as_ref(), night.sleep.as_ref());
        Self {
            date: night.date.to_string(),
            woke_at: night.wake_at.to_string(),
            ln_rmssd: hrv.map(|hrv| hrv.ln_rmssd),
            windows: hrv.map(|hrv| hrv.windows),
            quality: hrv.map(|hrv| hrv.sqi),
            device: hrv.and_then(|hrv| hrv.epoch.device.as_ref()).map(ToString::to_string),
            sleeping_hr_bpm: night.sleeping_hr_bpm,
            in_bed_min: sleep.map(|sleep| sleep.tib_min),
            asleep_min: sleep.map(|sleep| sleep.tst_min),
            asleep_24h_min: sleep.map(|sleep| sleep.tst24_min),
            efficiency_pct: sleep.and_then(|sleep| sleep.efficiency_pct),
        }
    }
}

fn windows(night: &NightDetail) -> Vec<WindowExport> {
    let window = |window: &StoredWindow, of_beats| WindowExport {
        start: window.start.to_string(),
        duration_s: window.duration_s,
        device: night.devices.get(usize::from(window.device)).and_then(Option::as_ref).map(ToString::to_string),
        rmssd_ms: window.rmssd_ms,
        sdnn_ms: window.sdnn_ms,
        mean_hr_bpm: window.mean_hr_bpm,
        context: window.context.as_str().to_owned(),
        quality: window.quality,
        of_beats,
    };
    let came = night.windows.iter().map(|one| (one, false));
    let computed = night.beats.iter().flat_map(|beats| beats.windows.iter().map(|one| (one, true)));
    let mut all: Vec<_> = came.chain(computed).collect();
    all.sort_by_key(|(one, _)| (one.start, one.device));
    all.into_iter().map(|(one, of_beats)| window(one, of_beats)).collect()
}

impl SleepExport {
    fn of(sleep: &SleepRecord) -> Self {
        let told = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let stages = sleep.stages.as_ref();
        Self {
            start: sleep.start.to_string(),
            end: sleep.end.to_string(),
            onset: told(sleep.onset),
            wake: told(sleep.wake),
            device: sleep.device.as_ref().map(ToString::to_string),
            waso_min: sleep.waso_min,
            light_min: stages.map(|stages| stages.light),
            deep_min: stages.map(|stages| stages.deep),
            rem_min: stages.map(|stages| stages.rem),
            awakenings: sleep.awakenings,
            revision: sleep.revision,
        }
    }
}

impl NightlyExport {
    fn of(nightly: &NightlySummary) -> Self {
        Self {
            date: nightly.date.to_string(),
            device: nightly.device.as_ref().map(ToString::to_string),
            rmssd_ms: nightly.rmssd_ms,
            sleeping_hr_bpm: nightly.sleeping_hr_bpm,
        }
    }
}

impl ExposureExport {
    fn of(day: &crate::domain::exposure::ExposureDay) -> Self {
        let date: Date = day.date;
        Self {
            date: date.to_string(),
            worked_h: day.worked_h,
            overtime_h: day.overtime_h,
            shift_start: day.shift.map(|shift| shift.start.to_string()),
            shift_end: day.shift.map(|shift| shift.end.to_string()),
            noise_lex8h_dba: day.noise_lex8h_dba,
            wbgt_c: day.wbgt_c,
            events: day.events.as_ref().map(|events| events.iter().map(WorkEvent::as_str).map(str::to_owned).collect()),
        }
    }
}

fn screenings(data: &WorkerData, shows_answers: bool) -> Vec<ScreeningExport> {
    use crate::domain::screening::Response;
    let sheets = data.portrait.screenings.iter().map(|sheet| ScreeningExport {
        instrument: sheet.instrument.as_str().to_owned(),
        taken_at: sheet.sheet.taken_at.to_string(),
        score: sheet.score,
        answers: match &sheet.sheet.response {
            Response::Answers(answers) if shows_answers => Some(answers.clone()),
            Response::Answers(_) | Response::Total { .. } => None,
        },
    });
    sheets.collect()
}

impl AccessExport {
    fn of(line: &Entry) -> Self {
        Self { at: line.at.clone(), role: line.role.clone(), what: line.what.clone(), fields: line.fields.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_csv_with_the_names_of_its_fields_and_quotes_what_must_be() {
        let rows = [
            json!({"date": "2026-03-01", "score": null, "answers": [1, null]}),
            json!({"date": "a,\"b\"", "score": 2.5, "answers": null}),
        ];
        let text = csv(rows.into_iter());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        let at = |line: usize| lines[line].to_owned();
        assert_eq!(at(0).split(',').count(), 3);
        assert!(at(1).contains("\"[1,null]\"") && at(2).contains("\"a,\"\"b\"\"\""), "{text}");
    }
}
