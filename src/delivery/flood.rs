//! When single mails become one: somebody who gets many in a short time reads none of them.
//!
//! A mail that is about to leave goes in, with the time; whether it leaves by itself, waits, or leaves
//! together with others comes out. Crises and tests always leave by themselves. What waits is still in
//! the outbox, so a kill loses nothing: it only forgets how many have left, and the next ones may leave
//! by themselves.
//!
//! # Source
//! ANSI/ISA-18.2-2016 and EEMUA 191: more than 10 alarms in 10 minutes is a flood, which nobody can
//! work off one by one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::settings::FloodSettings;
use crate::domain::event::EventKind;
use crate::domain::{SignedDuration, Timestamp};

/// How long to wait while a digest that a mail belongs to is on its way.
const WHILE_LEAVING: SignedDuration = SignedDuration::from_secs(1);

/// So many leave together at most; of more, the others leave in digests of their own right after.
const MOST_TOGETHER: usize = 200;

/// A mail as a digest tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The event's id.
    pub id: String,
    /// What kind of event; none where it cannot be told.
    pub kind: Option<EventKind>,
    /// What the mail says, in one line.
    pub about: String,
}

/// What is to be done with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It leaves by itself.
    Alone,
    /// It waits that long.
    Wait(SignedDuration),
    /// It leaves now, together with these, of which it is one; whoever is told so says how that ended.
    Together(Vec<Member>),
    /// It has left together with others.
    Gone,
}

/// Who got how much, and what waits for them.
#[derive(Debug)]
pub struct Flood {
    settings: FloodSettings,
    people: BTreeMap<String, Person>,
}

/// One recipient.
#[derive(Debug, Default)]
struct Person {
    /// What left within the window.
    left: VecDeque<(Timestamp, String)>,
    /// Since when it is a flood.
    since: Option<Timestamp>,
    /// What waits.
    waiting: BTreeMap<String, Member>,
    is_leaving: bool,
    /// What left in a digest and was not asked about since.
    gone: BTreeSet<String>,
}

impl Flood {
    /// Nothing has left yet.
    #[must_use]
    pub const fn new(settings: FloodSettings) -> Self {
        Self { settings, people: BTreeMap::new() }
    }

    fn window(&self) -> SignedDuration {
        SignedDuration::from_secs(self.settings.window_s.into())
    }

    /// What is to be done with a mail that is neither of a crisis nor a test.
    pub fn judge(&mut self, recipient: &str, member: Member, now: Timestamp) -> Verdict {
        if self.settings.mails == 0 {
            return Verdict::Alone;
        }
        let (window, most) = (self.window(), self.settings.mails as usize);
        let person = self.people.entry(recipient.to_owned()).or_default();
        person.left.retain(|(at, _)| now.duration_since(*at) < window);
        if person.gone.remove(&member.id) {
            return Verdict::Gone;
        }
        let Some(since) = person.since else {
            // What is tried again was counted when it was tried first.
            if person.left.iter().any(|(_, id)| *id == member.id) {
                return Verdict::Alone;
            }
            if person.left.len() < most {
                person.left.push_back((now, member.id));
                return Verdict::Alone;
            }
            person.since = Some(now);
            person.waiting.insert(member.id.clone(), member);
            return Verdict::Wait(window);
        };
        if person.left.iter().any(|(_, id)| *id == member.id) {
            return Verdict::Alone;
        }
        let asker = member.id.clone();
        person.waiting.insert(asker.clone(), member);
        let rest = window.saturating_sub(now.duration_since(since));
        if rest.is_positive() {
            Verdict::Wait(rest)
        } else if person.is_leaving {
            Verdict::Wait(WHILE_LEAVING)
        } else {
            person.is_leaving = true;
            let mut members: Vec<Member> = person.waiting.values().take(MOST_TOGETHER).cloned().collect();
            if let Some(last) = members.last_mut().filter(|last| last.id < asker) {
                last.clone_from(&person.waiting[&asker]);
            }
            Verdict::Together(members)
        }
    }

    /// The mails left together; `asker` is the one that was told to.
    pub fn left(&mut self, recipient: &str, asker: &str, members: &[Member], now: Timestamp) {
        let Some(person) = self.people.get_mut(recipient) else { return };
        person.is_leaving = false;
        for member in members {
            person.waiting.remove(&member.id);
            if member.id != asker {
                person.gone.insert(member.id.clone());
            }
        }
        if person.waiting.is_empty() {
            person.since = None;
        } else if members.len() < MOST_TOGETHER {
            // What came while it left waits for the next one; what had no place in it leaves at once.
            person.since = Some(now);
        }
        person.left.push_back((now, asker.to_owned()));
    }

    /// The mails did not leave; the next of them that asks is told to try.
    pub fn stayed(&mut self, recipient: &str) {
        if let Some(person) = self.people.get_mut(recipient) {
            person.is_leaving = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAN: &str = "dr.lan";

    fn member(number: usize) -> Member {
        Member { id: format!("c-{number}-raised"), kind: Some(EventKind::Raised), about: format!("c-{number}") }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_772_355_000 + seconds).unwrap()
    }

    fn flood() -> Flood {
        Flood::new(FloodSettings::default())
    }

    fn ids(members: &[Member]) -> Vec<&str> {
        members.iter().map(|member| member.id.as_str()).collect()
    }

    /// Ten mails at once, and an eleventh that begins a flood.
    fn flooded() -> Flood {
        let mut flood = flood();
        for number in 0..10 {
            assert_eq!(flood.judge(LAN, member(number), at(0)), Verdict::Alone);
        }
        assert_eq!(flood.judge(LAN, member(10), at(60)), Verdict::Wait(SignedDuration::from_mins(10)));
        flood
    }

    #[test]
    fn ten_mails_in_ten_minutes_leave_by_themselves_and_what_follows_leaves_together() {
        let mut flood = flooded();
        assert_eq!(flood.judge(LAN, member(11), at(120)), Verdict::Wait(SignedDuration::from_mins(9)));
        let Verdict::Together(members) = flood.judge(LAN, member(10), at(660)) else { panic!("it is time") };
        assert_eq!(ids(&members), ["c-10-raised", "c-11-raised"]);
        flood.left(LAN, "c-10-raised", &members, at(661));
        assert_eq!(flood.judge(LAN, member(11), at(661)), Verdict::Gone);
        assert_eq!(flood.judge(LAN, member(12), at(662)), Verdict::Alone, "the flood is over");
    }

    #[test]
    fn a_steady_trickle_is_no_flood() {
        let mut flood = flood();
        for number in 0..100 {
            let seconds = i64::try_from(number).unwrap() * 60;
            assert_eq!(flood.judge(LAN, member(number), at(seconds)), Verdict::Alone, "{number}");
        }
    }

    #[test]
    fn a_flood_of_one_does_not_touch_another() {
        let mut flood = flooded();
        assert_eq!(flood.judge("dr.minh", member(10), at(60)), Verdict::Alone);
    }

    #[test]
    fn a_mail_that_is_tried_again_is_not_counted_again() {
        let mut flood = flood();
        for _ in 0..50 {
            assert_eq!(flood.judge(LAN, member(0), at(0)), Verdict::Alone);
        }
        for number in 1..10 {
            assert_eq!(flood.judge(LAN, member(number), at(1)), Verdict::Alone);
        }
        assert!(matches!(flood.judge(LAN, member(10), at(2)), Verdict::Wait(_)));
        assert_eq!(flood.judge(LAN, member(3), at(3)), Verdict::Alone, "it was to leave by itself");
    }

    #[test]
    fn a_digest_that_did_not_leave_is_tried_by_the_next_and_holds_what_came_since() {
        let mut flood = flooded();
        assert!(matches!(flood.judge(LAN, member(10), at(660)), Verdict::Together(_)));
        assert_eq!(flood.judge(LAN, member(11), at(660)), Verdict::Wait(WHILE_LEAVING));
        flood.stayed(LAN);
        let Verdict::Together(members) = flood.judge(LAN, member(11), at(661)) else { panic!("it is time") };
        assert_eq!(ids(&members), ["c-10-raised", "c-11-raised"]);
    }

    #[test]
    fn what_comes_while_a_digest_leaves_waits_for_the_next() {
        let mut flood = flooded();
        let Verdict::Together(members) = flood.judge(LAN, member(10), at(660)) else { panic!("it is time") };
        assert_eq!(flood.judge(LAN, member(11), at(660)), Verdict::Wait(WHILE_LEAVING));
        flood.left(LAN, "c-10-raised", &members, at(661));
        let Verdict::Wait(rest) = flood.judge(LAN, member(11), at(662)) else { panic!("it was not in the digest") };
        assert!(rest > SignedDuration::from_mins(9));
    }

    #[test]
    fn of_very_many_everyone_is_named_in_one_of_several_digests() {
        let mut flood = flooded();
        for number in 11..510 {
            assert!(matches!(flood.judge(LAN, member(number), at(61)), Verdict::Wait(_)));
        }
        let (mut named, mut digests) = (BTreeSet::new(), Vec::new());
        for number in (10..510).rev() {
            match flood.judge(LAN, member(number), at(660)) {
                Verdict::Gone => assert!(named.contains(&member(number).id)),
                Verdict::Together(members) => {
                    assert!(members.contains(&member(number)), "{number}");
                    digests.push(members.len());
                    named.extend(members.iter().map(|member| member.id.clone()));
                    flood.left(LAN, &member(number).id, &members, at(660));
                }
                other @ (Verdict::Alone | Verdict::Wait(_)) => panic!("{number}: {other:?}"),
            }
        }
        assert_eq!((digests, named.len()), (vec![200, 200, 100], 500));
    }

    #[test]
    fn after_a_start_what_waited_is_there_again_and_nothing_is_lost() {
        let mut flood = flooded();
        assert!(matches!(flood.judge(LAN, member(11), at(120)), Verdict::Wait(_)));
        flood = self::flood();
        assert_eq!(flood.judge(LAN, member(10), at(130)), Verdict::Alone);
        assert_eq!(flood.judge(LAN, member(11), at(130)), Verdict::Alone);
    }

    #[test]
    fn nothing_is_grouped_where_it_is_switched_off() {
        let mut flood = Flood::new(FloodSettings { mails: 0, window_s: 600 });
        for number in 0..1_000 {
            assert_eq!(flood.judge(LAN, member(number), at(0)), Verdict::Alone);
        }
    }
}
