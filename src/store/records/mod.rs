//! Stored formats.

/// Why a stored record cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It was written by a newer version.
    #[error("a {record} record has format {version}, this version of Vagus reads up to {known}: run the newer version")]
    Newer {
        /// What kind of record.
        record: &'static str,
        /// The format it has.
        version: u8,
        /// The newest format that can be read.
        known: u8,
    },
    /// Its bytes make no sense.
    #[error("a {record} record is unreadable: {what}")]
    Unreadable {
        /// What kind of record.
        record: &'static str,
        /// What was found.
        what: &'static str,
    },
}
