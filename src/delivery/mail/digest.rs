//! Many events in one mail: how many of which kind, and of which cases. Nothing of a person's health.

use super::page::{Block, Page};
use super::subject::Line;
use super::{Mail, html, text};
use crate::delivery::flood::Member;
use crate::domain::event::EventKind;

/// So many are named; of more only the count is told.
const NAMED: usize = 200;

/// Puts many events into one mail.
#[must_use]
pub fn digest(members: &[Member]) -> Mail {
    let subject = format!("Vagus: {} messages in one", members.len());
    let line = Line { subject, preview: "More came than can be read one by one.".to_owned() };
    let page = page(members);
    Mail {
        text: text::set(&page, &line, false),
        html: html::set(&page, &line, false),
        subject: line.subject,
        preview: line.preview,
    }
}

fn page(members: &[Member]) -> Page {
    let told = format!(
        "{} messages for you came in a short time. So that none is overlooked, they are told here together; nothing \
         else of them is sent to you. Please look at each case.",
        members.len()
    );
    let kinds = [None].into_iter().chain(EventKind::ALL.iter().copied().map(Some));
    let counts = kinds.filter_map(|kind| {
        let count = members.iter().filter(|member| member.kind == kind).count();
        (count > 0).then(|| (name(kind), count.to_string()))
    });
    let mut about: Vec<String> = members.iter().map(|member| member.about.clone()).collect();
    about.sort();
    about.dedup();
    let more = about.len().saturating_sub(NAMED);
    about.truncate(NAMED);
    let mut blocks = vec![
        Block::Text(told),
        Block::Heading("What came"),
        Block::Facts(counts.collect()),
        Block::Heading("About"),
        Block::List(about),
    ];
    if more > 0 {
        blocks.push(Block::Text(format!("and {more} more")));
    }
    blocks.push(Block::Text("A case is shown on the command line by:".to_owned()));
    blocks.push(Block::Commands(vec!["vagus cases show CASE".to_owned()]));
    let footer = vec!["Sent by Vagus. Crises are never put together: each comes by itself, at once.".to_owned()];
    Page { headline: "Many messages in one", is_urgent: false, blocks, footer }
}

const fn name(kind: Option<EventKind>) -> &'static str {
    match kind {
        None => "Other messages",
        Some(EventKind::Raised) => "New cases",
        Some(EventKind::RaisedAgain) => "Cases whose level rose",
        Some(EventKind::Revised) => "Cases changed by late data",
        Some(EventKind::Closed) => "Closed cases",
        Some(EventKind::WorkloadReview) => "Requested reviews of working conditions",
        Some(EventKind::Counseling) => "Requested offers",
        Some(EventKind::Reminder) => "Time limits that end soon",
        Some(EventKind::Overdue) => "Time limits that ended",
        Some(EventKind::Escalated) => "Time limits over by half",
        Some(EventKind::Proposal) => "Proposals that wait for a decision",
        Some(EventKind::Rescreening) => "Invitations to pass on",
        Some(EventKind::Committee) => "Counts for the committee",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_counts_by_kind_and_names_each_case_once() {
        let member = |case: &str, kind| Member { id: String::new(), kind, about: case.to_owned() };
        let mail = digest(&[
            member("c-1", Some(EventKind::Raised)),
            member("c-2", Some(EventKind::Raised)),
            member("c-1", Some(EventKind::Reminder)),
            member("an event", None),
        ]);
        assert_eq!(mail.subject, "Vagus: 4 messages in one");
        let plain = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.contains("Other messages 1 New cases 2 Time limits that end soon 1"), "{plain}");
        assert!(plain.contains("* an event * c-1 * c-2 A case"), "{plain}");
        assert!(mail.html.contains("c-2"));
    }

    #[test]
    fn of_very_many_the_rest_is_counted() {
        let members = (0..500).map(|number| Member { id: String::new(), kind: None, about: format!("c-{number:03}") });
        let mail = digest(&members.collect::<Vec<_>>());
        assert!(mail.text.contains("c-199") && !mail.text.contains("c-200") && mail.text.contains("and 300 more"));
    }
}
