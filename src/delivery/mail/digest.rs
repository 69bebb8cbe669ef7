//! Many events in one mail: how many of which kind, and each in one line. Nothing of a person's health.

use std::collections::BTreeSet;

use super::page::{Block, Page};
use super::subject::Line;
use super::{Mail, html, text};
use crate::delivery::flood::Member;
use crate::delivery::settings::is_health_content;
use crate::domain::event::EventKind;
use crate::texts::Language;

/// Puts many events into one mail; what they are about is in the language in which each was set.
#[must_use]
pub fn digest(members: &[Member], language: Language) -> Mail {
    let subject = language.say_with("mail-digest-subject", &[("count", members.len().to_string().into())]);
    let line = Line { subject, preview: language.say("mail-digest-preview") };
    let page = page(members, language);
    Mail {
        text: text::set(&page, &line, false),
        html: html::set(&page, &line, false),
        subject: line.subject,
        preview: line.preview,
    }
}

fn page(members: &[Member], language: Language) -> Page {
    let told = language.say_with("mail-digest-told", &[("count", members.len().to_string().into())]);
    let name =
        |kind: Option<EventKind>| language.say(&format!("mail-digest-{}", kind.map_or("other", |kind| kind.as_str())));
    let kinds: Vec<_> = [None].into_iter().chain(EventKind::ALL.iter().copied().map(Some)).collect();
    let of = |kind: Option<EventKind>| members.iter().filter(move |member| member.kind == kind);
    let counts = kinds.iter().map(|kind| (name(*kind), of(*kind).count())).filter(|(_, count)| *count > 0);
    let counts = counts.map(|(name, count)| (name, count.to_string())).collect();
    let mut blocks = vec![Block::Text(told), Block::Heading(language.say("mail-digest-came")), Block::Facts(counts)];
    for kind in &kinds {
        let lines: BTreeSet<&str> = of(*kind).map(|member| member.about.as_str()).collect();
        if !lines.is_empty() {
            blocks.push(Block::Heading(name(*kind)));
            blocks.push(Block::List(lines.into_iter().map(str::to_owned).collect()));
        }
    }
    // Only who may see cases can do anything with a command that shows one.
    if members.iter().filter_map(|member| member.kind).any(is_health_content) {
        blocks.push(Block::Text(language.say("mail-digest-typed")));
        blocks.push(Block::Commands(vec!["vagus cases show CASE --config FILE".to_owned()]));
    }
    let footer = vec![language.say("mail-digest-footer")];
    Page { language, headline: language.say("mail-digest-headline"), is_urgent: false, blocks, footer }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::mail::{Look, one_line};
    use crate::delivery::samples;
    use crate::domain::TimeZone;
    use crate::domain::alert::ActionRequest;
    use crate::domain::event::EventBody;

    fn member(kind: EventKind, about: &str) -> Member {
        Member { id: String::new(), kind: Some(kind), about: about.to_owned() }
    }

    /// The line of an invented event, as it is kept with its mail.
    fn of(kind: EventKind) -> Member {
        let look = Look {
            site_name: "Plant A".to_owned(),
            zone: TimeZone::UTC,
            language: crate::texts::Language::English,
            console: None,
        };
        member(kind, &one_line(&samples::event(kind), &look))
    }

    fn digest_of(members: &[Member]) -> Mail {
        digest(members, Language::English)
    }

    fn plain(mail: &Mail) -> String {
        mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_digest_counts_by_kind_and_tells_each_line_once() {
        let mail = digest_of(&[
            member(EventKind::Raised, "c-1"),
            member(EventKind::Raised, "c-2"),
            member(EventKind::Raised, "c-2"),
            member(EventKind::Reminder, "c-1: by noon"),
            Member { id: String::new(), kind: None, about: "an event".to_owned() },
        ]);
        assert_eq!(mail.subject, "Vagus: 5 messages in one");
        let plain = plain(&mail);
        assert!(plain.contains("Other messages 1 New cases 3 Time limits that end soon 1"), "{plain}");
        assert!(plain.contains("* an event") && plain.contains("* c-1 * c-2 Time limits"), "{plain}");
        assert!(plain.contains("* c-1: by noon A case is shown"), "{plain}");
        assert!(mail.html.contains("c-2"));
    }

    #[test]
    fn reviews_in_a_digest_have_unit_due_time_and_limits_and_no_command() {
        let mail = digest_of(&[of(EventKind::WorkloadReview), of(EventKind::WorkloadReview)]);
        let plain = plain(&mail);
        let ActionRequest::WorkloadReview { action, unit, exposures } = review() else { panic!("it is a review") };
        let due = action.due.strftime("%-d %b %Y %H:%M UTC").to_string();
        assert!(plain.contains(&format!("unit {unit}, due ")) && plain.contains(&due), "{plain}");
        assert!(!exposures.is_empty() && plain.contains("limits that were exceeded: Weekly hours 55 h"), "{plain}");
        assert!(!plain.contains("vagus cases") && !plain.contains(" case "), "{plain}");
    }

    fn review() -> ActionRequest {
        let EventBody::Action(request) = samples::event(EventKind::WorkloadReview).body else { panic!("it is asked") };
        request
    }

    #[test]
    fn lines_for_clinical_roles_name_the_case_and_what_is_due() {
        let plain = plain(&digest_of(&[of(EventKind::Overdue), of(EventKind::Counseling)]));
        assert!(plain.contains("Agreeing what will be done, due "), "{plain}");
        assert!(plain.contains(": to be offered by ") && plain.contains("vagus cases show CASE"), "{plain}");
    }

    #[test]
    fn of_very_many_each_is_told() {
        let members: Vec<_> = (0..500).map(|number| member(EventKind::Raised, &format!("c-{number:03}"))).collect();
        let mail = digest_of(&members);
        assert!(members.iter().all(|member| mail.text.contains(&member.about)));
    }
}
