//! A console over an invented service, for tests: two sites, each with a case and a crisis, and in every field
//! a text that occurs nowhere else. Requests go through the real router.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;

use super::access::Reader;
use super::access::account::Account;
use super::access::password::HashedPassword;
use super::listener::Peer;
use super::office::{Answering, Colleague, ImportTable, MethodChoice, Office, OfficeError, Posted};
use super::settings::Settings;
use super::view::{
    ActionRow, CaseFilter, CaseRow, CaseView, DataQuality, DeadLetter, DeedWord, EventRow, GroupRow, GroupsView,
    ImportReport, LimitRow, LogRow, QuarantineView, ReceiptView, RefusedRow, RejectionRow, RulesView, SettingRow,
    SiteGroups, SourceRow, SystemDeed, SystemDone, SystemView, Unseen, UnseenRow, UnseenView, WorkerView,
};
use super::{Console, Route, wall};
use crate::domain::Timestamp;
use crate::domain::alert::{Evidence, ExposureEvidence, Level, RuleId, ScreeningEvidence};
use crate::domain::exposure::ExposureDay;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::indicator::HrvState;
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::screening::{Instrument, Response, Screening};
use crate::engine::portrait::{Portrait, PortraitDay, ScoredSheet};

/// The sites there are.
pub(super) const SITES: [&str; 2] = ["plant-a", "plant-b"];

/// The password of every account that a test makes; hashing one takes long.
pub(super) const PASSWORD: &str = "a password of some length";
static HASHED: LazyLock<HashedPassword> = LazyLock::new(|| HashedPassword::of(PASSWORD));

/// What a field of a site's cases tells, and nothing else does.
#[derive(Debug, Clone)]
pub(super) struct Canaries {
    pub(super) worker: String,
    pub(super) unit: String,
    pub(super) summary: String,
    pub(super) note: String,
    /// The totals of a questionnaire, and what a night measured.
    pub(super) numbers: [f64; 2],
    /// A single answer.
    pub(super) answer: u8,
}

/// The canaries of the site at that place of [`SITES`].
pub(super) fn canaries(site: usize) -> Canaries {
    let letter = ["a", "b"][site];
    Canaries {
        worker: format!("wcanary{letter}"),
        unit: format!("ucanary{letter}"),
        summary: format!("SUMMARYCANARY{letter}"),
        note: format!("NOTECANARY{letter}"),
        numbers: [[7_319.0, 41_573.0], [7_481.0, 42_697.0]][site],
        answer: [231, 239][site],
    }
}

/// The id of a site's case, or of its crisis.
pub(super) fn case_id(site: usize, is_crisis: bool) -> String {
    let kind = if is_crisis { "CRISIS" } else { "CASE" };
    format!("c-01JQ{kind}{}", ["A", "B"][site])
}

/// What was done: to which case, by whom, what, with which note.
type Done = (String, Actor, DeedWord, Option<String>);

/// An office of invented cases, which a test may change.
#[derive(Debug, Default)]
pub(super) struct FakeOffice {
    pub(super) cases: Mutex<Vec<CaseView>>,
    pub(super) portraits: Mutex<Vec<(SiteId, WorkerId, Portrait)>>,
    /// What was imported, for which sites.
    pub(super) imports: Mutex<Vec<(ImportTable, Vec<SiteId>)>>,
    /// What was posted.
    pub(super) posted: Mutex<Vec<Posted>>,
    /// What was done.
    pub(super) deeds: Mutex<Vec<Done>>,
    /// What was done about the service.
    pub(super) tended: Mutex<Vec<SystemDeed>>,
    /// Tells that something was decided of a case.
    pub(super) changes: watch::Sender<u64>,
}

impl FakeOffice {
    /// A case and a crisis at each site; the first lead is `lead`.
    fn peopled() -> Self {
        let office = Self::default();
        for (site, name) in SITES.iter().enumerate() {
            let of = canaries(site);
            for is_crisis in [false, true] {
                office.cases.lock().unwrap().push(case(site, is_crisis, &of));
            }
            let key = (SiteId::parse(name).unwrap(), WorkerId::parse(&of.worker).unwrap());
            office.portraits.lock().unwrap().push((key.0, key.1, portrait(&of)));
        }
        office
    }

    /// Invents further cases at the first site, of several levels and limits.
    pub(super) fn invent(&self, count: usize) {
        let mut cases = self.cases.lock().unwrap();
        for number in 0..count {
            let mut further = case(0, false, &canaries(0));
            further.row.case_id = format!("c-01JQMORE{number:02}");
            further.row.level = ["L2", "L3"][number % 2].to_owned();
            let limit = further.row.next.as_mut().unwrap();
            limit.due = format!("2026-03-{:02}T08:00:00Z", 1 + number % 5);
            cases.push(further);
        }
        let due = |case: &CaseView| case.row.next.as_ref().map(|limit| limit.due.clone());
        cases.sort_by_key(|case| (std::cmp::Reverse(case.row.level.clone()), due(case), case.row.case_id.clone()));
    }

    /// Puts somebody in charge of a case.
    pub(super) fn assign(&self, case: &str, to: &str) {
        let mut cases = self.cases.lock().unwrap();
        cases.iter_mut().find(|known| known.row.case_id == case).unwrap().row.in_charge = Some(to.to_owned());
    }
}

fn case(site: usize, is_crisis: bool, of: &Canaries) -> CaseView {
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

fn portrait(of: &Canaries) -> Portrait {
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
        hrv: HrvState::Persistent,
        evidence: Evidence {
            hrv: None,
            index: None,
            sleep: None,
            screenings: vec![screening],
            // A condition that no language has words for is told by its name.
            exposures: vec![ExposureEvidence {
                kind: Box::leak(of.summary.clone().into_boxed_str()),
                value: 1.0,
                limit: 1.0,
                source: "",
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
    }
}

fn rejection() -> RejectionRow {
    RejectionRow { index: None, reason: "bad_shape".to_owned(), detail: "no item".to_owned() }
}

impl Office for FakeOffice {
    fn now(&self) -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn cases(&self, filter: CaseFilter) -> Answering<'_, Vec<CaseRow>> {
        let cases = self.cases.lock().unwrap();
        let found = cases.iter().map(|case| case.row.clone()).filter(|row| filter.passes(row)).collect();
        Box::pin(async move { Ok(found) })
    }

    fn case<'a>(&'a self, id: &'a str) -> Answering<'a, CaseView> {
        let found = self.cases.lock().unwrap().iter().find(|case| case.row.case_id == id).cloned();
        Box::pin(async move { found.ok_or(OfficeError::Unknown) })
    }

    fn portrait(&self, site: SiteId, worker: WorkerId) -> Answering<'_, Portrait> {
        let portraits = self.portraits.lock().unwrap();
        let found = portraits.iter().find(|known| known.0 == site && known.1 == worker).map(|known| known.2.clone());
        Box::pin(async move { found.ok_or(OfficeError::Unknown) })
    }

    fn worker(&self, site: SiteId, worker: WorkerId) -> Answering<'_, WorkerView> {
        let cases = self.cases.lock().unwrap();
        let is_theirs = |row: &&CaseRow| row.site == site.as_str() && row.worker == worker.as_str();
        let cases: Vec<CaseRow> = cases.iter().map(|case| &case.row).filter(is_theirs).cloned().collect();
        let view = cases.first().cloned().map(|row| WorkerView {
            site: row.site,
            worker: row.worker,
            unit: row.unit,
            time_zone: row.time_zone,
            consent: Some(true),
            quality: DataQuality { nights: 27, valid_nights: 26, ..DataQuality::default() },
            devices: Vec::new(),
            cases,
        });
        Box::pin(async move { view.ok_or(OfficeError::Unknown) })
    }

    fn unseen(&self, _silent_days: u32) -> Answering<'_, UnseenView> {
        let cases = self.cases.lock().unwrap();
        let mut view = UnseenView::default();
        for row in cases.iter().map(|case| &case.row).filter(|row| row.level == "L3") {
            view.enrolled.push((row.site.clone(), row.unit.clone(), 20));
            view.rows.push(UnseenRow {
                site: row.site.clone(),
                worker: row.worker.clone(),
                unit: row.unit.clone(),
                why: Unseen::Silent,
                since: Some("2026-02-01".to_owned()),
                has_case: true,
            });
            view.sources.push(SourceRow {
                site: row.site.clone(),
                source: "gw-7".to_owned(),
                last_seen: "2026-03-01T11:00:00Z".to_owned(),
            });
        }
        Box::pin(async move { Ok(view) })
    }

    fn groups(&self) -> Answering<'_, GroupsView> {
        let sites = SITES.iter().enumerate().map(|(at, site)| {
            let figures = BTreeMap::from([("watch_or_worse_share".to_owned(), 0.25)]);
            let unit =
                GroupRow { unit: Some(canaries(at).unit), workers_at_least: Some(20), figures, ..GroupRow::default() };
            SiteGroups { site: (*site).to_owned(), units: vec![unit], ..SiteGroups::default() }
        });
        let view = GroupsView { on: "2026-03-01".to_owned(), sites: sites.collect(), ..GroupsView::default() };
        Box::pin(async move { Ok(view) })
    }

    fn system(&self) -> Answering<'_, SystemView> {
        let refused = RefusedRow {
            id: 7,
            received_at: "2026-03-01T10:00:00Z".to_owned(),
            site: Some(SITES[0].to_owned()),
            source: Some("gw-7".to_owned()),
            reason: "out_of_range".to_owned(),
            detail: "rmssd_ms is out of range".to_owned(),
            bytes: 120,
        };
        let dead = DeadLetter {
            id: "c-01JQX-1-raised".to_owned(),
            channel: "mail".to_owned(),
            is_crisis: true,
            attempts: 9,
            given_up_at: Some("2026-03-01T10:00:00Z".to_owned()),
            error: Some("unreachable".to_owned()),
        };
        let quarantine = QuarantineView {
            total: 1,
            counted: 1,
            reasons: vec![("out_of_range".to_owned(), 1)],
            newest: vec![refused],
        };
        let view = SystemView { quarantine, dead: vec![dead], clock_step_s: Some(90), ..SystemView::default() };
        Box::pin(async move { Ok(view) })
    }

    fn tend(&self, deed: SystemDeed) -> Answering<'_, SystemDone> {
        self.tended.lock().unwrap().push(deed);
        Box::pin(async { Ok(SystemDone { done: 1, left: 0 }) })
    }

    fn rules(&self) -> RulesView {
        RulesView { version: "1".to_owned(), rules: vec!["R3 → L3 when …".to_owned()], ..RulesView::default() }
    }

    fn settings(&self) -> Vec<SettingRow> {
        vec![SettingRow { key: "mqtt.host".to_owned(), value: "broker.example.org".to_owned() }]
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn act<'a>(
        &'a self,
        id: &'a str,
        version: Option<&'a str>,
        by: Actor,
        note: Option<String>,
        deed: DeedWord,
    ) -> Answering<'a, CaseView> {
        let found = self.cases.lock().unwrap().iter().find(|case| case.row.case_id == id).cloned();
        let done = match found {
            None => Err(OfficeError::Unknown),
            Some(case) if version.is_some_and(|version| version != case.row.version) => Err(OfficeError::Changed),
            Some(case) => {
                self.deeds.lock().unwrap().push((id.to_owned(), by, deed, note));
                Ok(case)
            }
        };
        Box::pin(async move { done })
    }

    fn take_in(&self, posted: Posted) -> Answering<'_, ReceiptView> {
        let is_refused = posted.payload.as_ref() == b"null";
        let receipt = ReceiptView {
            message_id: posted.id.clone(),
            topic: format!("vagus/v1/{}/{}/{}", posted.site, posted.source, posted.stream.as_str()),
            accepted: u32::from(!is_refused),
            duplicate: 0,
            rejected: if is_refused { vec![rejection()] } else { Vec::new() },
            committed_at: "2026-03-01T12:00:00Z".to_owned(),
        };
        self.posted.lock().unwrap().push(posted);
        Box::pin(async move { Ok(receipt) })
    }

    fn import(&self, table: ImportTable, text: String, sites: Vec<SiteId>) -> Answering<'_, ImportReport> {
        let report = ImportReport { taken: text.lines().count() as u64, ..ImportReport::default() };
        self.imports.lock().unwrap().push((table, sites));
        Box::pin(async move { Ok(report) })
    }

    fn colleagues(&self, _site: &str) -> Vec<Colleague> {
        vec![Colleague { id: "dr.lan".to_owned(), role: "physician".to_owned() }]
    }

    fn methods(&self) -> Vec<MethodChoice> {
        vec![MethodChoice { id: "talk".to_owned(), action: "counseling".to_owned(), title: "A talk".to_owned() }]
    }
}

/// A console, its office, and the directory that its files are in.
pub(super) struct House {
    pub(super) console: Console,
    pub(super) office: Arc<FakeOffice>,
    pub(super) directory: tempfile::TempDir,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub(super) reader: Reader,
    pub(super) cookie: String,
    pub(super) csrf: String,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    /// A header's text; empty where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl House {
    pub(super) fn new() -> Self {
        Self::with(&Settings::default())
    }

    pub(super) fn with(settings: &Settings) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let office = Arc::new(FakeOffice::peopled());
        let console = Console::open(settings, directory.path(), Arc::clone(&office) as Arc<dyn Office>).unwrap();
        Self { console, office, directory }
    }

    /// Makes an account and signs it in; no site stands for all.
    pub(super) fn enter(&self, name: &str, role: Role, sites: &[&str]) -> Guest {
        let sites = sites.iter().map(|site| SiteId::parse(site).unwrap()).collect();
        let reader = Reader::new(PersonId::parse(name).unwrap(), role, sites);
        let account = Account {
            reader: reader.clone(),
            password: HASHED.clone(),
            must_change: false,
            is_disabled: false,
            language: None,
        };
        self.console.accounts().add(account).unwrap();
        self.sign_in_again(&reader)
    }

    /// Begins another session of an account.
    pub(super) fn sign_in_again(&self, reader: &Reader) -> Guest {
        let (token, session) = self.console.sessions().begin(reader.id.clone(), wall());
        let cookie = self.console.cookie(&token).stripped().to_string();
        Guest { reader: reader.clone(), cookie, csrf: session.csrf.as_str().to_owned() }
    }

    /// Sends a request.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let mut request = request;
        request.extensions_mut().insert(Peer(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        let response = TowerToHyperService::new(self.console.router()).call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream of events has no end to wait for.
        let is_stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { Body::empty() } else { Body::new(body) };
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Asks for a page.
    pub(super) async fn get(&self, guest: Option<&Guest>, path: &str) -> Answer {
        self.send(asked(Method::GET, guest, path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form, with the word of the guest's session.
    pub(super) async fn post(&self, guest: &Guest, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", guest.csrf.as_str())]).collect();
        self.post_raw(Some(guest), path, &fields).await
    }

    /// Sends a form as it is.
    pub(super) async fn post_raw(&self, guest: Option<&Guest>, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = serde_urlencoded::to_string(fields).unwrap();
        let request =
            asked(Method::POST, guest, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form)).unwrap()).await
    }

    /// Makes these lines the whole audit.
    pub(super) fn replace_audit(&self, entries: &[super::access::audit::Entry]) {
        let path = self.directory.path().join("audit");
        std::fs::remove_dir_all(&path).unwrap();
        std::fs::create_dir_all(&path).unwrap();
        let lines: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        std::fs::write(path.join("2026-01.jsonl"), lines.join("\n")).unwrap();
    }

    /// Every line of the audit, newest first.
    pub(super) fn audit(&self) -> Vec<super::access::audit::Entry> {
        self.console.inner.audit.newest(&super::access::audit::Filter::default(), usize::MAX).unwrap()
    }

    /// The methods that a route of the table answers; `None` where the guest gets no further than the gate.
    pub(super) async fn methods_of(&self, guest: &Guest, route: &Route) -> Option<BTreeSet<String>> {
        let path = route.path.replace("{token}", "0").replace(['{', '}'], "");
        let probe = asked(Method::TRACE, Some(guest), &path).header("x-csrf-token", &guest.csrf);
        let answer = self.send(probe.body(Body::empty()).unwrap()).await;
        let allow = (answer.status == StatusCode::METHOD_NOT_ALLOWED).then(|| answer.header("allow").to_owned())?;
        Some(allow.split(',').map(|method| method.trim().to_owned()).collect())
    }

    /// Signs a worker of that place of [`SITES`] in to their own page.
    pub(super) fn enter_oneself(&self, site: usize) -> Guest {
        let key = WorkerKey {
            site: SiteId::parse(SITES[site]).unwrap(),
            worker: WorkerId::parse(&canaries(site).worker).unwrap(),
        };
        let (token, session) = self.console.selves().begin(key, wall());
        let reader = Reader::new(PersonId::parse("worker").unwrap(), Role::Operator, Vec::new());
        let cookie = self.console.own_cookie(&token).stripped().to_string();
        Guest { reader, cookie, csrf: session.csrf.as_str().to_owned() }
    }
}

/// A request as a browser makes it.
pub(super) fn asked(method: Method, guest: Option<&Guest>, path: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    match guest {
        Some(guest) => request.header(header::COOKIE, &guest.cookie),
        None => request,
    }
}

#[tokio::test]
async fn the_invented_console_shows_a_physician_the_cases_of_their_site() {
    let house = House::new();
    let guest = house.enter("dr.an", Role::Physician, &["plant-a"]);
    let answer = house.get(Some(&guest), "/cases").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains(&canaries(0).worker) && !answer.body.contains(&canaries(1).worker));
    let answer = house.get(Some(&guest), &format!("/cases/{}", case_id(0, false))).await;
    assert!(answer.body.contains(&canaries(0).summary), "{}", answer.body);
    assert!(house.directory.path().join("audit").is_dir());
}
