//! A console over an invented service, for tests: two sites, each with a case and a crisis, and in every field
//! a text that occurs nowhere else. Requests go through the real router.

mod invented;

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
use super::office::{
    Answering, Colleague, ImportTable, MethodChoice, Office, OfficeError, Posted, Progress, WorkerData,
};
use super::settings::Settings;
use super::view::{
    CaseFilter, CaseRow, CaseView, ChangeWords, DataQuality, DeadLetter, DeedWord, FiredView, GroupRow, GroupsView,
    ImportReport, OwnChoiceView, QuarantineView, ReceiptView, RefusedRow, RuleChange, RuleForm, RuleNumber, RulesView,
    SettingRow, SiteGroups, SourceRow, SystemDeed, SystemDone, SystemView, Unseen, UnseenRow, UnseenView, WhatIfFound,
    WorkerView,
};
use super::{Console, Route, wall};
use crate::domain::Timestamp;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::worker::Withholding;
use crate::engine::portrait::Portrait;
use invented::{case, portrait, rejection};

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
    /// What workers chose for themselves.
    pub(super) chosen: Mutex<BTreeMap<String, Withholding>>,
    /// Tells that something was decided of a case.
    pub(super) changes: watch::Sender<u64>,
    /// Whether a look back comes to its end.
    pub(super) may_look_back: watch::Sender<bool>,
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
            own_choice: self.chosen.lock().unwrap().get(worker.as_str()).map(|withholding| OwnChoiceView {
                choice: withholding.as_str().to_owned(),
                since: "2026-02-27T09:00:00Z".to_owned(),
            }),
            quality: DataQuality { nights: 27, valid_nights: 26, ..DataQuality::default() },
            devices: Vec::new(),
            cases,
        });
        Box::pin(async move { view.ok_or(OfficeError::Unknown) })
    }

    fn export(&self, site: SiteId, worker: WorkerId) -> Answering<'_, WorkerData> {
        let cases = self.cases.lock().unwrap();
        let is_theirs = |case: &&CaseView| case.row.site == site.as_str() && case.row.worker == worker.as_str();
        let cases: Vec<CaseView> = cases.iter().filter(is_theirs).cloned().collect();
        let portraits = self.portraits.lock().unwrap();
        let portrait = portraits.iter().find(|known| known.0 == site && known.1 == worker).map(|known| known.2.clone());
        let now = self.now();
        Box::pin(async move {
            let portrait = portrait.ok_or(OfficeError::Unknown)?;
            let (history, details) = invented::data(WorkerKey { site, worker }, &portrait);
            Ok(WorkerData { history, details, portrait, cases, now })
        })
    }

    fn choose(&self, key: WorkerKey, withholding: Option<Withholding>) -> Answering<'_, ()> {
        let mut chosen = self.chosen.lock().unwrap();
        let worker = key.worker.to_string();
        match withholding {
            Some(withholding) => drop(chosen.insert(worker, withholding)),
            None => drop(chosen.remove(&worker)),
        }
        Box::pin(async { Ok(()) })
    }

    fn erase(&self, key: WorkerKey, even_with_case: bool) -> Answering<'_, Vec<String>> {
        let has_case = self.cases.lock().unwrap().iter().any(|case| case.row.worker == key.worker.as_str());
        Box::pin(async move {
            if has_case && !even_with_case {
                return Err(OfficeError::Refused { reason: "open_case", problem: "there is an open case".to_owned() });
            }
            self.portraits.lock().unwrap().retain(|known| known.1 != key.worker);
            self.cases.lock().unwrap().retain(|case| case.row.worker != key.worker.as_str());
            Ok(Vec::new())
        })
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
            detail: format!("{} is enrolled nowhere", canaries(0).worker),
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

    fn rule_titles(&self, _: crate::texts::Language) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("R3".to_owned(), "HRV low and anxious".to_owned()),
            ("R2".to_owned(), "Long hours".to_owned()),
        ])
    }

    fn fired(&self, portrait: &Portrait, case: &str, language: crate::texts::Language) -> Vec<FiredView> {
        invented::fired(portrait, case, language)
    }

    fn suggested(&self, _: &[String], _: &str) -> Vec<String> {
        vec!["talk".to_owned()]
    }

    fn places(&self) -> Answering<'_, BTreeSet<(String, String)>> {
        let places = SITES.iter().enumerate().map(|(at, site)| ((*site).to_owned(), canaries(at).unit)).collect();
        Box::pin(async move { Ok(places) })
    }

    fn translated(&self, english: &str, _: crate::texts::Language) -> String {
        english.to_owned()
    }

    fn rules(&self, _: crate::texts::Language) -> RulesView {
        let hours =
            RuleNumber { words: "weekly hours at least".to_owned(), unit: "h".to_owned(), value: 55.0, raise: None };
        let form = RuleForm {
            rule: "R2".to_owned(),
            title: "Long hours".to_owned(),
            on: true,
            level: "L2".to_owned(),
            numbers: vec![hours],
        };
        let rules = vec!["R3 → L3 when …".to_owned()];
        let titles = self.rule_titles(crate::texts::Language::English);
        RulesView { version: "1".to_owned(), rules, forms: vec![form], titles, ..RulesView::default() }
    }

    fn weigh(&self, change: &RuleChange, _: crate::texts::Language) -> Result<ChangeWords, OfficeError> {
        if change.rule != "R2" || change.numbers.len() != 1 {
            let problem = format!("there is no rule {}", change.rule);
            return Err(OfficeError::Refused { reason: "unknown_rule", problem });
        }
        let words = |hours: f64| vec![format!("R2 when weekly hours at least {hours} h")];
        Ok(ChangeWords { old: words(55.0), new: words(change.numbers[0]) })
    }

    /// Of every site, whatever was asked, so that what is shown is held against the reader.
    fn what_if(&self, _: RuleChange, _: Vec<SiteId>, progress: Arc<Progress>) -> Answering<'_, WhatIfFound> {
        let mut may_end = self.may_look_back.subscribe();
        progress.expect(2);
        let found = invented::found();
        Box::pin(async move {
            let _ = may_end.wait_for(|may| *may).await;
            progress.count();
            progress.count();
            Ok(found)
        })
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
        let method = |id: &str, title: &str| MethodChoice {
            id: id.to_owned(),
            action: "counseling".to_owned(),
            title: title.to_owned(),
        };
        vec![method("walk", "Walks"), method("talk", "The talk"), method("breaks", "Breaks")]
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
            openid: None,
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
        self.console.inner.audit.newest(&super::access::audit::Filter::default(), 0, usize::MAX).unwrap().lines
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
