//! What may enter: a message is decoded, held against sites, register, clock and questionnaires, and
//! becomes part of a row. The verdicts stand in the row and are never given again.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use crate::decode::times::Present;
use crate::decode::topic::{self, UpStream, UpTopic};
use crate::decode::{self, Decoded, DecodedItem, StatedTotal};
use crate::domain::ids::{SiteId, SourceId, WorkerId, WorkerKey, WorkerNumber};
use crate::domain::item::{ActionProgress, Item, Stream};
use crate::domain::reading::Reading;
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::worker::{Enrolment, Profile, Tombstone};
use crate::domain::{SignedDuration, TimeZone, Timestamp};
use crate::engine::row::{Input, MessageMeta, Refused, WorkerInputs};
use crate::screening;

use super::registry::{CaseDirectory, Numbers, Registry};

/// How much is kept of a topic that is none of ours; MQTT allows 64 KiB.
const MAX_UNREAD_TOPIC_CHARS: usize = 512;

/// What admission holds messages against.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The topic root.
    pub root: String,
    /// The sites and their zones.
    pub sites: BTreeMap<SiteId, TimeZone>,
    /// Who may send.
    pub enrolment: Enrolment,
    /// Readings up to this age are taken.
    pub max_age_days: i64,
    /// How far ahead of the clock a time may be.
    pub max_ahead_s: i64,
    /// What one message may hold.
    pub limits: decode::Limits,
}

/// The parts of a row that messages make.
#[derive(Debug, Default)]
pub struct RowParts {
    /// The messages.
    pub messages: Vec<MessageMeta>,
    /// Items that were admitted.
    pub admitted: usize,
    /// When what the admitted readings tell had happened.
    pub event_times: Vec<Timestamp>,
    /// About how many bytes the row will take, never less: a short payload can make a long row.
    pub bytes: usize,
    groups: Vec<WorkerInputs>,
    places: HashMap<WorkerNumber, usize>,
}

impl RowParts {
    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.groups.is_empty()
    }

    /// The groups, ordered by worker.
    #[must_use]
    pub fn take_groups(&mut self) -> Vec<WorkerInputs> {
        self.places.clear();
        let mut groups = std::mem::take(&mut self.groups);
        groups.sort_unstable_by_key(|group| group.worker);
        groups
    }

    /// Adds an input of a worker.
    pub fn push(&mut self, worker: WorkerNumber, input: Input) {
        self.bytes += input_bytes(&input);
        // A message mostly holds one worker's readings: look at the last group first.
        if let Some(last) = self.groups.last_mut().filter(|last| last.worker == worker) {
            last.inputs.push(input);
            return;
        }
        let place = *self.places.entry(worker).or_insert(self.groups.len());
        match self.groups.get_mut(place) {
            Some(group) => group.inputs.push(input),
            None => self.groups.push(WorkerInputs { worker, inputs: vec![input] }),
        }
    }

    fn push_message(&mut self, message: MessageMeta) {
        let refused = message.refused.iter().map(|r| r.raw.len() + r.rejection.detail.len() + 32);
        self.bytes += 512 + message.topic.len() + refused.sum::<usize>();
        self.messages.push(message);
    }
}

/// News of a source: whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// The site.
    pub site: SiteId,
    /// The source.
    pub source: SourceId,
    /// Whether it says that it is there.
    pub is_online: bool,
}

/// A message taken apart as far as that needs neither clock nor register.
#[derive(Debug)]
pub struct Prepared {
    topic: String,
    payload: Bytes,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Status(SourceStatus),
    Refused(MessageMeta),
    Items { up: UpTopic, stream: Stream, decoded: Decoded },
}

impl Prepared {
    /// Reads the topic and decodes the payload.
    #[must_use]
    pub fn of(root: &str, limits: &decode::Limits, topic: String, payload: Bytes) -> Self {
        let content = match topic::parse(root, &topic) {
            Ok(UpTopic { site, source, stream: UpStream::Status }) => {
                Content::Status(SourceStatus { site, source, is_online: payload.trim_ascii() == b"online" })
            }
            Ok(up @ UpTopic { stream: UpStream::Items(stream), .. }) => {
                let decoded = decode::decode(&up.source, stream, &payload, limits);
                Content::Items { up, stream, decoded }
            }
            Err(error) => {
                let rejection = Rejection::payload(error.reason(), error.to_string());
                Content::Refused(MessageMeta::unread(&topic, rejection, &payload))
            }
        };
        Self { topic, payload, content }
    }

    /// What its sender calls it.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        match &self.content {
            Content::Status(_) => None,
            Content::Refused(meta) => meta.message_id.as_deref(),
            Content::Items { decoded, .. } => decoded.message_id.as_deref(),
        }
    }

    /// How long its payload is, as far as it was kept.
    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        self.payload.len()
    }

    /// The same with an id for its receipt, where the payload names none.
    #[must_use]
    pub fn or_with_id(mut self, id: Option<String>) -> Self {
        let named = match &mut self.content {
            Content::Status(_) => return self,
            Content::Refused(meta) => &mut meta.message_id,
            Content::Items { decoded, .. } => &mut decoded.message_id,
        };
        *named = named.take().or(id);
        self
    }

    /// A message of which only the beginning was kept, because it has so many bytes.
    #[must_use]
    pub fn too_large(root: &str, limits: &decode::Limits, topic: String, beginning: Bytes, bytes: usize) -> Self {
        let limit = limits.max_payload_bytes;
        let rejection =
            Rejection::payload(Reason::TooLarge, format!("the payload has {bytes} bytes, at most {limit} are taken"));
        let mut meta = MessageMeta::unread(&topic, rejection, &beginning);
        meta.message_id = decode::message_id(&beginning);
        if let Ok(UpTopic { site, source, stream: UpStream::Items(stream) }) = topic::parse(root, &topic) {
            (meta.site, meta.source, meta.stream) = (Some(site), Some(source), Some(stream));
        }
        Self { topic, payload: beginning, content: Content::Refused(meta) }
    }
}

/// Holds messages against what is known.
#[derive(Debug)]
pub struct Admission {
    settings: Settings,
    registry: Registry,
    numbers: Numbers,
    directory: CaseDirectory,
}

impl Admission {
    /// An admission that knows these workers.
    #[must_use]
    pub const fn new(settings: Settings, registry: Registry, numbers: Numbers, directory: CaseDirectory) -> Self {
        Self { settings, registry, numbers, directory }
    }

    /// The register.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Whose cases and actions are whose.
    #[must_use]
    pub const fn directory(&self) -> &CaseDirectory {
        &self.directory
    }

    /// Whether a site is configured.
    #[must_use]
    pub fn knows(&self, site: &SiteId) -> bool {
        self.settings.sites.contains_key(site)
    }

    /// Enrols a worker, or changes the row of one.
    pub fn enrol(&mut self, profile: Profile, row: &mut RowParts) -> WorkerNumber {
        let known = self.registry.find(&profile.key.site, &profile.key.worker).map(|(number, _)| number);
        let number = known.unwrap_or_else(|| self.numbers.of(&profile.key));
        self.registry.put(number, profile.clone());
        row.push(number, Input::Enrol(profile));
        number
    }

    /// Takes a message apart as far as that needs neither clock nor register.
    #[must_use]
    pub fn prepare(&self, topic: &str, payload: &[u8]) -> Prepared {
        Prepared::of(&self.settings.root, &self.settings.limits, topic.to_owned(), Bytes::copy_from_slice(payload))
    }

    /// Adds a message to a row. A status message is not part of a row and is given back.
    pub fn admit(&mut self, prepared: Prepared, present: Present, row: &mut RowParts) -> Option<SourceStatus> {
        let Prepared { topic, payload, content } = prepared;
        let (up, stream, decoded) = match content {
            Content::Status(status) => return Some(status),
            Content::Refused(meta) => {
                self.push_message(meta, row);
                return None;
            }
            Content::Items { up, stream, decoded } => (up, stream, decoded),
        };
        let message = u32::try_from(row.messages.len()).unwrap_or(u32::MAX);
        let mut meta = MessageMeta {
            topic,
            site: Some(up.site.clone()),
            source: Some(up.source),
            stream: Some(stream),
            message_id: decoded.message_id,
            refused: Vec::new(),
        };
        let Some(zone) = self.settings.sites.get(&up.site).cloned() else {
            let detail = format!("site {} is not configured here", up.site);
            meta.refused.push(Refused::payload(Reason::WrongSite, detail, &payload));
            self.push_message(meta, row);
            return None;
        };
        let kept = |rejection, raw: Vec<u8>| {
            let is_kept = !self.chose_no_part(&up.site, named_worker(&raw).as_ref());
            Refused { rejection, raw: if is_kept { raw } else { Vec::new() } }
        };
        meta.refused.extend(decoded.refused.into_iter().map(|refused| kept(refused.rejection, refused.raw)));
        let mut site = Site { id: up.site, zone, last: None };
        for item in decoded.items {
            let index = item.index;
            // A message mostly holds one worker's items, and who was admitted with the last one takes part.
            let is_last = site.last.as_ref().is_some_and(|(last, _)| Some(last) == item.worker.as_ref());
            if !is_last && self.chose_no_part(&site.id, item.worker.as_ref()) {
                // Nothing of it is kept, so that no later look can take it in. Whose choice it was is not told.
                let rejection = Rejection::item(index, Reason::ConsentMissing, self.without_consent(&site.id, &item));
                meta.refused.push(Refused { rejection, raw: Vec::new() });
                continue;
            }
            match self.place(&mut site, &item, present, row) {
                Ok(worker) => {
                    let item = signed(item.item, meta.source.as_ref());
                    row.admitted += 1;
                    row.event_times.extend(event_time(&item));
                    row.push(worker, Input::Item { message, index, item });
                }
                Err((reason, detail)) => meta
                    .refused
                    .push(Refused { rejection: Rejection::item(index, reason, detail), raw: item.raw(&payload) }),
            }
        }
        self.push_message(meta, row);
        None
    }

    /// Forgets a worker, and takes nothing more of that pseudonym unless a register enrols it anew.
    pub fn erase(&mut self, number: WorkerNumber, stone: Tombstone, row: &mut RowParts) {
        self.registry.erase(number, stone.clone());
        row.push(number, Input::Erase(stone));
    }

    /// Whether an item is of a worker who takes no part by their own choice, or was erased.
    fn chose_no_part(&self, site: &SiteId, worker: Option<&WorkerId>) -> bool {
        let Some(worker) = worker else { return false };
        match self.registry.find(site, worker) {
            Some((_, profile)) => profile.own_choice.is_some(),
            None => self.registry.was_erased(site, worker),
        }
    }

    /// The same words for who withdrew and who was erased, but no row names somebody who was erased.
    fn without_consent(&self, site: &SiteId, item: &DecodedItem) -> String {
        let known = item.worker.as_ref().filter(|worker| self.registry.find(site, worker).is_some());
        known.map_or_else(
            || "the worker has not consented".to_owned(),
            |worker| format!("worker {worker} has not consented"),
        )
    }

    /// Adds a message to a row; nothing is kept of what it holds that names somebody who was erased.
    fn push_message(&self, mut message: MessageMeta, row: &mut RowParts) {
        for refused in &mut message.refused {
            if self.registry.names_erased(&refused.raw) {
                refused.raw.clear();
            }
        }
        row.push_message(message);
    }

    /// Whose an item is, or why it may not enter.
    fn place(
        &mut self,
        site: &mut Site,
        item: &DecodedItem,
        present: Present,
        row: &mut RowParts,
    ) -> Result<WorkerNumber, (Reason, String)> {
        let is_crisis = matches!(&item.item, Item::Screening(screening) if screening::crisis(screening) == Some(true));
        // A machine's clock that was set forward may be right, or years off. Nobody may have looked when a
        // crisis answer comes, or news of an action; both act from now on, whatever their own time. All else
        // would put nights, working days and scores into a future that may never come: it can wait.
        let cannot_wait = is_crisis || matches!(item.item, Item::Progress(_));
        let present = if cannot_wait { present } else { present.guarded() };
        decode::times::check(&item.item, present, self.settings.max_age_days, self.settings.max_ahead_s)?;
        if let Item::Screening(screening) = &item.item {
            // A sheet that cannot be scored, or whose total is wrong, still counts where it holds a
            // crisis answer.
            if !is_crisis {
                if let Some(doubt) = &item.doubt {
                    return Err(doubt.clone());
                }
                let scored = screening::score(screening).map_err(|error| (Reason::BadAnswers, error.to_string()))?;
                if let Some(StatedTotal { score, kind }) = item.stated {
                    screening::check_stated(screening.instrument, &scored, score, kind)
                        .map_err(|error| (Reason::Inconsistent, error.to_string()))?;
                }
            }
        }
        if let Item::Progress(news) = &item.item {
            let (of, worker) = self
                .directory
                .action(&news.action)
                .ok_or_else(|| (Reason::UnknownAction, format!("there is no action {}", news.action)))?;
            if of != site.id {
                return Err((Reason::NotPermitted, format!("action {} belongs to another site", news.action)));
            }
            return Ok(worker);
        }
        let worker = item.worker.as_ref().ok_or_else(|| (Reason::MissingField, "worker is missing".to_owned()))?;
        self.worker(site, worker, row)
    }

    fn worker(
        &mut self,
        site: &mut Site,
        worker: &WorkerId,
        row: &mut RowParts,
    ) -> Result<WorkerNumber, (Reason, String)> {
        if let Some((_, number)) = site.last.as_ref().filter(|(last, _)| last == worker) {
            return Ok(*number);
        }
        let number = self.enrolled(site, worker, row)?;
        site.last = Some((worker.clone(), number));
        Ok(number)
    }

    fn enrolled(
        &mut self,
        site: &Site,
        worker: &WorkerId,
        row: &mut RowParts,
    ) -> Result<WorkerNumber, (Reason, String)> {
        match (self.registry.find(&site.id, worker), self.settings.enrolment) {
            (Some((_, profile)), Enrolment::Listed) if profile.has_consent != Some(true) => {
                Err((Reason::ConsentMissing, format!("worker {worker} has not consented")))
            }
            (Some((_, profile)), Enrolment::Open) if profile.has_consent == Some(false) => {
                Err((Reason::ConsentMissing, format!("worker {worker} has not consented")))
            }
            (Some((number, _)), _) => Ok(number),
            (None, Enrolment::Listed) => {
                Err((Reason::UnknownWorker, format!("worker {worker} is not in the register of {}", site.id)))
            }
            (None, Enrolment::Open) => {
                let key = WorkerKey { site: site.id.clone(), worker: worker.clone() };
                Ok(self.enrol(Profile::unknown(key, site.zone.clone()), row))
            }
        }
    }
}

/// News of an action with the name of who tells it.
fn signed(item: Item, source: Option<&SourceId>) -> Item {
    match item {
        Item::Progress(news) => Item::Progress(ActionProgress { source: source.cloned(), ..news }),
        other @ (Item::Reading(_) | Item::Screening(_) | Item::Exposure(_)) => other,
    }
}

/// The most bytes of an input in the journal.
fn input_bytes(input: &Input) -> usize {
    /// Names, times and a handful of numbers.
    const ITEM: usize = 160;
    /// The same without the name of the band: most of all readings, so the estimate is closer.
    const WINDOW: usize = 64;
    const PROFILE: usize = 320;
    /// A number that is not a whole number of thousandths.
    const NUMBER: usize = 9;
    match input {
        Input::Enrol(_) | Input::Erase(_) => PROFILE,
        Input::Case { command, .. } => PROFILE + command.note.as_ref().map_or(0, |note| note.as_str().len()),
        Input::Item { item: Item::Reading(Reading::Beats(beats)), .. } => {
            ITEM + NUMBER * (beats.rr_ms.len() + beats.end_ms.as_ref().map_or(0, Vec::len))
        }
        Input::Item { item: Item::Progress(news), .. } => ITEM + news.note.as_ref().map_or(0, String::len),
        Input::Item { item: Item::Reading(Reading::Hrv(window)), .. } => {
            WINDOW + window.device.as_ref().map_or(0, |device| device.as_str().len())
        }
        Input::Item { item: Item::Reading(_) | Item::Screening(_) | Item::Exposure(_), .. } => ITEM,
    }
}

/// When what a reading tells had happened.
fn event_time(item: &Item) -> Option<Timestamp> {
    match item {
        Item::Reading(Reading::Hrv(window)) => {
            window.start.checked_add(SignedDuration::from_secs(i64::from(window.duration_s))).ok()
        }
        Item::Reading(Reading::Beats(beats)) => Some(beats.start),
        Item::Reading(Reading::Sleep(sleep)) => Some(sleep.end),
        Item::Reading(Reading::Nightly(_) | Reading::Tag(_)) | Item::Exposure(_) => None,
        Item::Screening(screening) => Some(screening.taken_at),
        Item::Progress(news) => Some(news.at),
    }
}

/// The site of a message, and the worker of its last item.
struct Site {
    id: SiteId,
    zone: TimeZone,
    last: Option<(WorkerId, WorkerNumber)>,
}

impl MessageMeta {
    /// Site and source, where the site is one of ours: another's name may be anything, and is shown nowhere.
    pub(super) fn sender(&self) -> Option<(&SiteId, &SourceId)> {
        let is_ours = self.refused.iter().all(|refused| refused.rejection.reason != Reason::WrongSite);
        self.site.as_ref().zip(self.source.as_ref()).filter(|_| is_ours)
    }

    /// A message of which not even the topic could be read.
    fn unread(topic: &str, rejection: Rejection, payload: &[u8]) -> Self {
        let raw = payload[..payload.len().min(decode::MAX_RAW_BYTES)].to_vec();
        Self {
            topic: topic.chars().take(MAX_UNREAD_TOPIC_CHARS).collect(),
            site: None,
            source: None,
            stream: None,
            message_id: None,
            refused: vec![Refused { rejection, raw }],
        }
    }
}

impl Refused {
    fn payload(reason: Reason, detail: String, payload: &[u8]) -> Self {
        let raw = payload[..payload.len().min(decode::MAX_RAW_BYTES)].to_vec();
        Self { rejection: Rejection::payload(reason, detail), raw }
    }
}

/// The worker that a refused item names, where it can be read at all.
fn named_worker(raw: &[u8]) -> Option<WorkerId> {
    let item: serde_json::Value = serde_json::from_slice(raw).ok()?;
    WorkerId::parse(item.get("worker")?.as_str()?).ok()
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
