//! The header: which schema the body has, whose it is, and which of two versions is the newer.

use super::super::message::meaningless;
use super::super::slot::{Problem, Slot, Text, quoted};
use super::super::wire::{Later, Notes, Shape, Unneeded, read_record, record};
use crate::domain::Timestamp;
use crate::domain::ids::{SourceId, WorkerId};
use crate::domain::rejection::Reason;
use serde::de::MapAccess;

/// A schema whose bodies are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    SleepEpisode,
    HeartRateVariability,
    RrInterval,
    HeartRate,
}

/// Namespace, name and version of every schema; no version stands for all of them.
const SCHEMAS: [(&str, &str, Option<&str>, Schema); 6] = [
    ("ieee", "sleep-episode", Some("1.0"), Schema::SleepEpisode),
    ("omh", "sleep-episode", Some("1.0"), Schema::SleepEpisode),
    ("omh", "sleep-episode", Some("1.1"), Schema::SleepEpisode),
    ("omh", "heart-rate-variability", Some("1.0"), Schema::HeartRateVariability),
    ("omh", "rr-interval", Some("1.0"), Schema::RrInterval),
    ("omh", "heart-rate", None, Schema::HeartRate),
];

/// What parts source and user in the name of a worker.
const JOINT: &str = "--";

record! {
    either spelling
    /// The header of IEEE 1752.1 and the older one of Open mHealth together.
    HeaderFields {
        schema_id: SchemaId<'a>,
        user_id: Text<'a>,
        source_creation_date_time: Text<'a>,
        creation_date_time: Text<'a>,
        acquisition_provenance: ProvenanceFields<'a>,
        uuid: Unneeded,
        id: Unneeded,
        modality: Unneeded,
        acquisition_rate: Unneeded,
        external_datasheets: Unneeded,
    }
}

record! {
    either spelling
    /// `acquisition_provenance`, of the older header.
    ProvenanceFields {
        source_creation_date_time: Text<'a>,
        source_last_modification_date_time: Text<'a>,
        source_name: Unneeded,
        source_data_point_id: Unneeded,
        modality: Unneeded,
    }
}

record! {
    either spelling
    /// `schema_id`.
    SchemaFields { namespace: Text<'a>, name: Text<'a>, version: Text<'a>, url: Unneeded }
}

/// `schema_id`, an object or the text `namespace:name:version`.
#[derive(Debug)]
pub(super) enum SchemaId<'a> {
    Fields(SchemaFields<'a>),
    Written(Text<'a>),
}

impl<'de> Shape<'de> for SchemaId<'de> {
    const EXPECTED: &'static str = "an object";

    fn text(text: Text<'de>) -> Option<Self> {
        Some(Self::Written(text))
    }

    fn object<A: MapAccess<'de>>(map: A, notes: &mut Notes, depth: usize) -> Result<Slot<Self>, A::Error> {
        Ok(match read_record(map, notes, depth)? {
            Slot::Got(fields) => Slot::Got(Self::Fields(fields)),
            Slot::Wrong(how) => Slot::Wrong(how),
            Slot::Absent => Slot::Absent,
        })
    }
}

/// What the header says.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) schema: Schema,
    /// The person, where there is a `user_id`.
    pub(super) worker: Option<WorkerId>,
    /// When the source made the data, in seconds since 1970: what was computed later is the newer
    /// revision, whichever arrives first. 0 where no time is told.
    pub(super) revision: u32,
    schema_id: String,
    user_id: Option<Text<'a>>,
    created: Option<Timestamp>,
}

impl<'a> Header<'a> {
    pub(super) fn read(header: Later<'a>, source: &SourceId, notes: &mut Notes) -> Result<Self, Problem> {
        let mut fields: HeaderFields<'a> =
            header.read(notes).map_err(|error| meaningless(&error))?.required("header")?;
        let id = fields.schema_id.required("header.schema_id")?;
        let (schema, schema_id) = schema(id, notes)?;
        let user_id = fields.user_id.optional("header.user_id")?;
        let worker = user_id.as_ref().map(|user_id| worker(source, user_id)).transpose()?;
        let created = created(&mut fields, notes)?;
        notes.add_untaken(&fields);
        let revision = created.map_or(0, |at| u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX));
        Ok(Self { schema, worker, revision, schema_id, user_id, created })
    }

    /// The beginning of a series that holds only some of its elements, up to the first of them: what
    /// mattered of the header, so that a part that is looked at once more means the same.
    pub(super) fn opening(&self, named: Option<&WorkerId>) -> String {
        let mut text = String::from("{");
        if let Some(worker) = named {
            text += &format!("\"worker\":\"{worker}\",");
        }
        text += &format!("\"header\":{{\"schema_id\":\"{}\"", self.schema_id);
        if let Some(user_id) = &self.user_id {
            text += &format!(",\"user_id\":\"{user_id}\"");
        }
        if let Some(created) = self.created {
            text += &format!(",\"source_creation_date_time\":\"{created}\"");
        }
        text + "},\"body\":["
    }
}

/// Which of the known schemas it is, and how that is written.
fn schema(id: SchemaId<'_>, notes: &mut Notes) -> Result<(Schema, String), Problem> {
    let written = match id {
        SchemaId::Written(text) => text.into_owned(),
        SchemaId::Fields(mut fields) => {
            let namespace = fields.namespace.required("header.schema_id.namespace")?;
            let name = fields.name.required("header.schema_id.name")?;
            let version = fields.version.required("header.schema_id.version")?;
            notes.add_untaken(&fields);
            format!("{namespace}:{name}:{version}")
        }
    };
    let mut parts = written.splitn(3, ':');
    let parts = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let found = SCHEMAS.into_iter().find(|(namespace, name, version, _)| {
        (*namespace, *name) == (parts.0, parts.1) && version.map_or_else(|| is_version(parts.2), |v| v == parts.2)
    });
    match found {
        Some((_, _, _, schema)) => Ok((schema, written)),
        None => {
            let known =
                SCHEMAS.map(|(namespace, name, version, _)| format!("{namespace}:{name}:{}", version.unwrap_or("*")));
            let detail = format!("header.schema_id {} is none of {}", quoted(&written), known.join(", "));
            Err(Problem::new(Reason::BadShape, detail))
        }
    }
}

/// Whether the text can be a version such as 2.0; it is written into quarantine as it stands.
fn is_version(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_digit() || letter == b'.')
}

/// The person whom a source calls `user_id`: `{source}--{user_id}`.
///
/// Two users never share a name: the source holds no `--` and does not end with `-`, so the first `--`
/// of the name is where the source ends.
fn worker(source: &SourceId, user_id: &str) -> Result<WorkerId, Problem> {
    let source = source.as_str();
    if source.contains(JOINT) || source.ends_with('-') {
        let detail = format!(
            "header.user_id cannot name a worker of source {source}, whose name holds \"--\" or ends with \"-\"; \
             leave it out and name the worker in the envelope"
        );
        return Err(Problem::new(Reason::BadShape, detail));
    }
    if user_id.is_empty() {
        return Err(Problem::new(Reason::BadShape, "header.user_id is empty"));
    }
    WorkerId::parse(&format!("{source}{JOINT}{user_id}")).map_err(|error| {
        Problem::new(
            Reason::BadShape,
            format!("the worker {source}{JOINT}{} of header.user_id {error}", quoted(user_id)),
        )
    })
}

/// When the source made the data, or last changed it.
fn created(fields: &mut HeaderFields<'_>, notes: &mut Notes) -> Result<Option<Timestamp>, Problem> {
    let at_source = fields.source_creation_date_time.timestamp("header.source_creation_date_time")?;
    let in_store = fields.creation_date_time.timestamp("header.creation_date_time")?;
    let mut created = at_source;
    if let Some(mut provenance) = fields.acquisition_provenance.optional("header.acquisition_provenance")? {
        let name = |field| format!("header.acquisition_provenance.{field}");
        let changed =
            provenance.source_last_modification_date_time.timestamp(&name("source_last_modification_date_time"))?;
        let made = provenance.source_creation_date_time.timestamp(&name("source_creation_date_time"))?;
        notes.add_untaken(&provenance);
        created = changed.or(at_source).or(made);
    }
    Ok(created.or(in_store))
}
