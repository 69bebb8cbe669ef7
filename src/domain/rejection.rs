//! Why an item or a payload was not taken. Bad input is data: it has a reason and is kept.

use super::named::named;

named! {
    /// The reasons of the contract.
    Reason {
        /// Not JSON, or something follows it.
        NotJson => "not_json",
        /// Not UTF-8.
        NotUtf8 => "not_utf8",
        /// The payload is over the limit.
        TooLarge => "too_large",
        /// More items than a message may have.
        TooManyItems => "too_many_items",
        /// JSON, but not of a known shape.
        BadShape => "bad_shape",
        /// A field that must be there is not.
        MissingField => "missing_field",
        /// A time stamp that is none, or has no offset.
        BadTimestamp => "bad_timestamp",
        /// A number that no living person could have.
        OutOfRange => "out_of_range",
        /// Later than now and the allowed lead.
        InFuture => "in_future",
        /// Older than readings are taken.
        TooOld => "too_old",
        /// Nobody of that name is enrolled.
        UnknownWorker => "unknown_worker",
        /// The site is not configured.
        WrongSite => "wrong_site",
        /// The person has not consented.
        ConsentMissing => "consent_missing",
        /// No such questionnaire.
        UnknownInstrument => "unknown_instrument",
        /// The answers do not fit the questionnaire.
        BadAnswers => "bad_answers",
        /// No such action.
        UnknownAction => "unknown_action",
        /// The source may not say this.
        NotPermitted => "not_permitted",
        /// The parts contradict each other.
        Inconsistent => "inconsistent",
    }
}

impl Reason {
    /// What whoever sent it can do about it, in a sentence without a full stop.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NotJson => "send one whole JSON text: no NaN, no infinity, nothing after it",
            Self::NotUtf8 => "encode the payload as UTF-8",
            Self::TooLarge => "send fewer items to a message, so that the payload stays under the limit in the detail",
            Self::TooManyItems => "split the message: 1,000 items at most, unless the service is set otherwise",
            Self::BadShape => {
                "compare with the examples and the JSON Schemas: a key twice, a wrong type, an unknown kind or \
                 over 32 levels"
            }
            Self::MissingField => "send the field that the detail names",
            Self::BadTimestamp => "write RFC 3339 with an offset, as 2026-03-01T02:05:00+07:00; dates as 2026-03-01",
            Self::OutOfRange => "check unit and sensor: no living person has such a value; leave out what is unknown",
            Self::InFuture => "set the clock of the band or gateway, and check the offset of the stamp",
            Self::TooOld => "send within ingest.max_age_days, 77 days at most; what is older is taken by no setting",
            Self::UnknownWorker => "check the worker's name, and have the operator import them (vagus workers import)",
            Self::WrongSite => "correct the site in the topic, or have the operator configure it ([[sites]])",
            Self::ConsentMissing => "stop sending of this person, or have the consent entered (vagus workers import)",
            Self::UnknownInstrument => "use a name of the list of questionnaires (vagus score --list)",
            Self::BadAnswers => "send one answer an item, in order and in range, null where one is missing",
            Self::UnknownAction => "send back the action_id of the request, unchanged",
            Self::NotPermitted => {
                "name no source actions, alerts or receipts; report an action on a topic of its own site"
            }
            Self::Inconsistent => "make the parts agree, as the detail says: an end after its start, sums that add up",
        }
    }
}

/// One thing that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The item's place in the message; `None` where the whole payload was refused.
    pub index: Option<u32>,
    /// Why.
    pub reason: Reason,
    /// What exactly, for the programmer of the gateway. Never a health value of a known person
    /// beyond the rejected one itself.
    pub detail: String,
}

impl Rejection {
    /// A rejection of the item at `index`.
    #[must_use]
    pub fn item(index: u32, reason: Reason, detail: impl Into<String>) -> Self {
        Self { index: Some(index), reason, detail: shortened(detail.into()) }
    }

    /// A rejection of a whole payload.
    #[must_use]
    pub fn payload(reason: Reason, detail: impl Into<String>) -> Self {
        Self { index: None, reason, detail: shortened(detail.into()) }
    }
}

/// The longest detail; a message of a thousand bad items must not make a row or receipt of a megabyte.
const MAX_DETAIL_BYTES: usize = 240;

fn shortened(mut detail: String) -> String {
    if detail.len() > MAX_DETAIL_BYTES {
        let end = (0..=MAX_DETAIL_BYTES).rev().find(|end| detail.is_char_boundary(*end)).unwrap_or(0);
        detail.truncate(end);
        detail.push('…');
    }
    detail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_detail_is_cut_between_characters() {
        let long = Rejection::item(0, Reason::UnknownInstrument, "\u{10ffff}".repeat(300));
        assert!(long.detail.len() <= MAX_DETAIL_BYTES + '…'.len_utf8());
        assert!(long.detail.ends_with('…'));
        assert_eq!(Rejection::payload(Reason::NotJson, "short").detail, "short");
    }
}
