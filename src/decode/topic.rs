//! The topic of a message: who speaks, and of what.

pub use crate::domain::topics::{alerts, counseling, receipts, workload_review};

use crate::domain::ids::{NameError, SiteId, SourceId};
use crate::domain::item::Stream;
use crate::domain::rejection::Reason;

/// What comes on a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpStream {
    /// Items, to be decoded.
    Items(Stream),
    /// `online` or `offline`, the source's retained last will.
    Status,
}

impl UpStream {
    /// Every stream that Vagus listens to.
    pub const ALL: [Self; 5] = [
        Self::Items(Stream::Readings),
        Self::Items(Stream::Screenings),
        Self::Items(Stream::Exposures),
        Self::Items(Stream::Actions),
        Self::Status,
    ];

    /// The last level of the topic.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Items(stream) => stream.as_str(),
            Self::Status => "status",
        }
    }

    /// The topic filter that matches this stream of every site and source.
    #[must_use]
    pub fn filter(self, root: &str) -> String {
        format!("{root}/+/+/{}", self.as_str())
    }
}

/// A topic that Vagus listens to, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpTopic {
    /// The plant, hospital or office.
    pub site: SiteId,
    /// Who publishes.
    pub source: SourceId,
    /// What comes on it.
    pub stream: UpStream,
}

/// Why a topic is none that Vagus listens to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// Not of the form `{root}/{site}/{source}/{stream}`.
    #[error("the topic is not of the form {{root}}/{{site}}/{{source}}/{{stream}}")]
    Form,
    /// The site cannot be a name.
    #[error("the site {0}")]
    Site(NameError),
    /// The source cannot be a name.
    #[error("the source {0}")]
    Source(NameError),
    /// The source is a name that the topic scheme keeps for itself.
    #[error("the source {0} is a reserved name")]
    Reserved(SourceId),
    /// No such stream.
    #[error("the topic ends in none of readings, screenings, exposures, actions, status")]
    Stream,
}

impl TopicError {
    /// The reason under which a message on such a topic is refused.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Site(_) => Reason::WrongSite,
            Self::Reserved(_) => Reason::NotPermitted,
            Self::Form | Self::Source(_) | Self::Stream => Reason::BadShape,
        }
    }
}

/// Takes a topic apart.
///
/// # Errors
/// [`TopicError`] where it is none that Vagus listens to.
pub fn parse(root: &str, topic: &str) -> Result<UpTopic, TopicError> {
    let rest = topic.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')).ok_or(TopicError::Form)?;
    let mut levels = rest.split('/');
    let (Some(site), Some(source), Some(stream), None) = (levels.next(), levels.next(), levels.next(), levels.next())
    else {
        return Err(TopicError::Form);
    };
    let site = SiteId::parse(site).map_err(TopicError::Site)?;
    let source = SourceId::parse(source).map_err(TopicError::Source)?;
    if source.is_reserved() {
        return Err(TopicError::Reserved(source));
    }
    let stream = UpStream::ALL.into_iter().find(|s| s.as_str() == stream).ok_or(TopicError::Stream)?;
    Ok(UpTopic { site, source, stream })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_upward_topic_is_taken_apart() {
        for stream in UpStream::ALL {
            let topic = parse("vagus/v1", &format!("vagus/v1/plant-a/gw-7/{}", stream.as_str())).unwrap();
            assert_eq!((topic.site.as_str(), topic.source.as_str(), topic.stream), ("plant-a", "gw-7", stream));
        }
        assert_eq!(UpStream::Status.filter("vagus/v1"), "vagus/v1/+/+/status");
    }

    #[test]
    fn topics_of_other_forms_are_refused() {
        for topic in ["", "vagus/v1", "vagus/v1/", "vagus/v1/a/b", "vagus/v1/a/b/readings/x", "vagus/v2/a/b/readings"] {
            assert_eq!(parse("vagus/v1", topic), Err(TopicError::Form), "{topic}");
        }
        assert_eq!(parse("vagus/v1", "vagus/v1/a/b/other"), Err(TopicError::Stream));
        assert_eq!(parse("vagus/v1", "vagus/v1x/a/b/readings"), Err(TopicError::Form));
        assert_eq!(parse("vagus/v1", "vagus/v1/a//readings"), Err(TopicError::Source(NameError::Empty)));
        assert_eq!(parse("vagus/v1", "vagus/v1/ä/b/readings").unwrap_err().reason(), Reason::WrongSite);
    }

    #[test]
    fn reserved_names_cannot_be_a_source() {
        for name in ["actions", "alerts", "receipts"] {
            let refused = parse("vagus/v1", &format!("vagus/v1/plant-a/{name}/readings")).unwrap_err();
            assert!(matches!(&refused, TopicError::Reserved(source) if source.as_str() == name));
            assert_eq!(refused.reason(), Reason::NotPermitted);
        }
    }

    #[test]
    fn downward_topics_are_those_of_the_contract() {
        let site = SiteId::parse("plant-a").unwrap();
        let source = SourceId::parse("gw-7").unwrap();
        assert_eq!(receipts("vagus/v1", &site, &source), "vagus/v1/plant-a/gw-7/receipts");
        assert_eq!(alerts("vagus/v1", &site), "vagus/v1/plant-a/alerts");
        assert_eq!(workload_review("vagus/v1", &site), "vagus/v1/plant-a/actions/workload-review");
        assert_eq!(counseling("vagus/v1", &site), "vagus/v1/plant-a/actions/counseling");
    }
}
