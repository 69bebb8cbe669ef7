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
