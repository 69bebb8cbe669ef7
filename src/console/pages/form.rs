//! Parts of forms, and words that several pages share.

use maud::{Markup, html};

use super::super::desk::Missing;
use crate::domain::ids::UNASSIGNED_UNIT;
use crate::domain::{SignedDuration, Timestamp};
use crate::texts::Language;

/// A line to type in.
pub(super) fn text(language: Language, name: &str, key: &str, autocomplete: &str) -> Markup {
    field(language, "text", name, key, autocomplete)
}

/// A line whose letters are hidden.
pub(super) fn password(language: Language, name: &str, key: &str, autocomplete: &str) -> Markup {
    field(language, "password", name, key, autocomplete)
}

fn field(language: Language, kind: &str, name: &str, key: &str, autocomplete: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (language.say(key)) }
            input id=(name) name=(name) type=(kind) autocomplete=(autocomplete) required maxlength="256";
        }
    }
}

/// A choice of values; the first of `choices` stands for all.
pub(super) fn choice(
    language: Language,
    (name, key): (&str, &str),
    chosen: Option<&str>,
    choices: impl IntoIterator<Item = (String, String)>,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (language.say(key)) }
            select id=(name) name=(name) {
                option value="" { (language.say("inbox-all")) }
                @for (value, words) in choices {
                    option value=(value) selected[chosen == Some(value.as_str())] { (words) }
                }
            }
        }
    }
}

/// That a filter names a site or a unit that there is not.
pub(super) fn no_place(language: Language, missing: Missing, site: &str, unit: &str) -> Markup {
    let values = [("site", site.into()), ("unit", unit_name(language, unit).into())];
    let key = match missing {
        Missing::Site => "filter-no-site",
        Missing::Unit => "filter-no-unit",
        Missing::UnitOfSite => "filter-no-unit-of-site",
    };
    html! { p.wrong role="status" { (language.say_with(key, &values)) } }
}

/// What a unit is called; some workers are of none that is known.
pub(super) fn unit_name(language: Language, unit: &str) -> String {
    if unit == UNASSIGNED_UNIT { language.say("unassigned") } else { unit.to_owned() }
}

/// A length of time in one or two units, the larger ones.
pub(super) fn span(language: Language, span: SignedDuration) -> String {
    // A minute that has begun counts: nothing that is left is called 0 minutes.
    let minutes = span.as_secs().unsigned_abs().div_ceil(60).max(1);
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let part = |key: &str, count: u64| language.say_with(key, &[("count", crate::texts::Value::Count(count))]);
    let parts: Vec<String> = match (days, hours, minutes) {
        (0, 0, minutes) => vec![part("span-minutes", minutes)],
        (0, hours, 0) => vec![part("span-hours", hours)],
        (0, hours, minutes) => vec![part("span-hours", hours), part("span-minutes", minutes)],
        (days, 0, _) => vec![part("span-days", days)],
        (days, hours, _) => vec![part("span-days", days), part("span-hours", hours)],
    };
    parts.join(" ")
}

/// How long until a limit, or since when it is over.
pub(super) fn left(language: Language, due: Timestamp, now: Timestamp) -> String {
    let left = due.duration_since(now);
    let key = if left.is_positive() { "left" } else { "over" };
    language.say_with(key, &[("span", span(language, left).into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_the_two_largest_units() {
        let of = |minutes| span(Language::English, SignedDuration::from_mins(minutes));
        assert_eq!(of(0), "1 min");
        assert_eq!(of(45), "45 min");
        assert_eq!(of(130), "2 h 10 min");
        assert_eq!(of(1_440), "1 day");
        assert_eq!(of(3 * 1_440 + 125), "3 days 2 h");
    }

    #[test]
    fn what_is_over_is_called_so() {
        let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let due = "2026-03-01T06:00:00Z".parse().unwrap();
        assert_eq!(left(Language::English, due, now), "2 h over");
        assert_eq!(left(Language::English, now, due), "2 h left");
    }
}
