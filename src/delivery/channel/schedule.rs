//! Which delivery of a channel is next, and when: all that waits, without its bytes, and time as an argument.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::SendError;
use super::circuit::{Circuit, Turn};
use super::handle::Tried;
use super::settings::Settings;
use crate::store::{FailureKind, Place, Ticket};

/// A delivery that waits or is under way.
#[derive(Debug)]
struct Wait {
    ticket: Ticket,
    due: Instant,
    /// When it may be given up.
    patience_ends: Instant,
    is_under_way: bool,
    /// Whether it waits for an earlier one of the same matter.
    is_behind: bool,
    attempts: u32,
    last: Option<(FailureKind, String)>,
}

impl Wait {
    /// Whether it stands in its lane.
    const fn is_in_lane(&self) -> bool {
        !self.is_under_way && !self.is_behind
    }

    const fn lane(&self) -> Lane {
        match (self.ticket.is_crisis, self.attempts) {
            (true, 0) => Lane::NewCrisis,
            (true, _) => Lane::Crisis,
            (false, _) => Lane::Other,
        }
    }
}

/// Deliveries that are chosen among each other by when they are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// A crisis that was not tried yet.
    NewCrisis,
    /// A crisis that was.
    Crisis,
    /// All others.
    Other,
}

/// Somebody, and what they are told of: deliveries of one matter are made one after another, so that the
/// older state of a case never comes after the newer one.
type Matter = (Option<String>, String);

/// Where the receiver answered so often that it cannot take a delivery, those behind it pass it.
const PASSED_AFTER: u32 = 5;

fn matter(ticket: &Ticket) -> Matter {
    (ticket.key.recipient.clone(), ticket.key.matter().to_owned())
}

/// When something is due, and what.
type Due = (Instant, Place);

/// What became of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// It was made.
    Delivered(Ticket),
    /// It waits for its next attempt.
    Waits,
    /// The receiver refused it, and it is too urgent to be given up for that: it waits for its next attempt.
    Refused { ticket: Ticket, attempts: u32, error: String },
    /// It was not tried, and waits to be.
    Held,
    /// It is given up.
    GivenUp { ticket: Ticket, kind: FailureKind, attempts: u32, error: String },
    /// It is not in the outbox any more.
    Gone,
}

/// The schedule of a channel.
#[derive(Debug)]
pub(super) struct Schedule {
    settings: Settings,
    waits: HashMap<Place, Wait>,
    /// What is not under way, of each [`Lane`].
    lanes: [BTreeSet<Due>; 3],
    /// What is not of a crisis, by matter: one of each is tried, the others wait behind it.
    matters: HashMap<Matter, BTreeSet<Place>>,
    /// How many others, and of a crisis, are under way.
    under_way: [usize; 2],
    circuit: Circuit,
}

impl Schedule {
    pub(super) fn new(settings: Settings) -> Self {
        let (waits, lanes) = (HashMap::new(), Default::default());
        Self { settings, waits, lanes, matters: HashMap::new(), under_way: [0; 2], circuit: Circuit::new() }
    }

    fn first(&self, lane: Lane) -> Option<Due> {
        self.lanes[lane as usize].first().copied()
    }

    /// Whether one more, of a crisis or not, may be under way.
    fn has_place(&self, is_crisis: bool) -> bool {
        self.under_way[usize::from(is_crisis)] < self.settings.concurrency.max(1)
    }

    /// Adds a delivery that was decided, or revived, `age` ago; one that is there already stays as it is.
    pub(super) fn add(&mut self, ticket: Ticket, age: Duration, now: Instant) {
        if self.waits.contains_key(&ticket.place) {
            return;
        }
        let (place, is_crisis) = (ticket.place, ticket.is_crisis);
        let patience_ends = now + self.settings.patience(is_crisis).saturating_sub(age);
        let is_behind = !is_crisis && {
            let others = self.matters.entry(matter(&ticket)).or_default();
            let is_behind = !others.is_empty();
            others.insert(place);
            is_behind
        };
        let wait = Wait { ticket, due: now, patience_ends, is_under_way: false, is_behind, attempts: 0, last: None };
        if !is_behind {
            self.lanes[wait.lane() as usize].insert((now, place));
        }
        self.waits.insert(place, wait);
    }

    /// The next delivery to be attempted now; it counts as under way from here on.
    pub(super) fn next(&mut self, now: Instant) -> Option<Ticket> {
        let (lane, at) = self.choose(now)?;
        self.lanes[lane as usize].remove(&at);
        let wait = self.waits.get_mut(&at.1)?;
        self.under_way[usize::from(wait.ticket.is_crisis)] += 1;
        wait.is_under_way = true;
        wait.attempts = wait.attempts.saturating_add(1);
        Some(wait.ticket.clone())
    }

    fn choose(&self, now: Instant) -> Option<(Lane, Due)> {
        self.candidates().find(|(at, _, _)| *at <= now).map(|(_, lane, due)| (lane, due))
    }

    /// When there may be something to do, without anything happening before; none where everything
    /// waits for an attempt under way.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.candidates().map(|(at, _, _)| at).min()
    }

    /// The first of each lane and when it may be attempted, the most urgent lane first.
    fn candidates(&self) -> impl Iterator<Item = (Instant, Lane, Due)> {
        let is_idle = self.under_way == [0; 2];
        [Lane::NewCrisis, Lane::Crisis, Lane::Other].into_iter().filter_map(move |lane| {
            let due = self.first(lane).filter(|_| self.has_place(lane != Lane::Other))?;
            match self.circuit.ask_at() {
                None => Some((due.0, lane, due)),
                // A crisis is tried once whatever the receiver looks like; everything else asks one by one.
                Some(_) if lane == Lane::NewCrisis => Some((due.0, lane, due)),
                Some(ask_at) => is_idle.then_some((due.0.max(ask_at), lane, due)),
            }
        })
    }

    /// Takes in what an attempt met with.
    pub(super) fn finished(&mut self, place: Place, outcome: Result<(), SendError>, now: Instant) -> (Became, Turn) {
        let Some(wait) = self.waits.get_mut(&place).filter(|wait| wait.is_under_way) else {
            return (Became::Gone, Turn::None);
        };
        wait.is_under_way = false;
        let is_crisis = wait.ticket.is_crisis;
        self.under_way[usize::from(is_crisis)] -= 1;
        match outcome {
            Ok(()) => {
                let became = self.take_out(place, now).map_or(Became::Gone, |wait| Became::Delivered(wait.ticket));
                (became, self.back(now))
            }
            Err(SendError::Later(after)) => (self.hold(place, after, now), Turn::None),
            Err(error @ SendError::Refused(_)) if !is_crisis => (self.give_up(place, &error, now), self.back(now)),
            Err(error) => {
                let is_refusal = error.kind() == FailureKind::Refused;
                let turn = if is_refusal { self.back(now) } else { self.circuit.failed(&self.settings, now) };
                let became = self.fail(place, &error, now);
                let is_told = is_refusal && became == Became::Waits;
                (if is_told { self.refused(place, &error) } else { became }, turn)
            }
        }
    }

    fn hold(&mut self, place: Place, after: Duration, now: Instant) -> Became {
        let Some(wait) = self.waits.get_mut(&place) else { return Became::Gone };
        wait.attempts = wait.attempts.saturating_sub(1);
        wait.due = now + after;
        self.lanes[wait.lane() as usize].insert((wait.due, place));
        self.let_pass(place, now);
        Became::Held
    }

    /// Takes a delivery out that is not in its lane.
    fn take_out(&mut self, place: Place, now: Instant) -> Option<Wait> {
        self.let_pass(place, now);
        self.waits.remove(&place)
    }

    /// Lets the next of the same matter be tried.
    fn let_pass(&mut self, place: Place, now: Instant) {
        let Some(wait) = self.waits.get(&place) else { return };
        let matter = matter(&wait.ticket);
        let Some(others) = self.matters.get_mut(&matter) else { return };
        others.remove(&place);
        let Some(next) = others.first().copied() else {
            self.matters.remove(&matter);
            return;
        };
        if others.iter().any(|place| self.waits.get(place).is_some_and(|wait| !wait.is_behind)) {
            return;
        }
        let Some(next_wait) = self.waits.get_mut(&next) else { return };
        (next_wait.is_behind, next_wait.due) = (false, now);
        self.lanes[next_wait.lane() as usize].insert((now, next));
    }

    fn refused(&self, place: Place, error: &SendError) -> Became {
        let Some(Wait { ticket, attempts, .. }) = self.waits.get(&place) else { return Became::Gone };
        Became::Refused { ticket: ticket.clone(), attempts: *attempts, error: error.to_string() }
    }

    fn give_up(&mut self, place: Place, error: &SendError, now: Instant) -> Became {
        let Some(Wait { ticket, attempts, .. }) = self.take_out(place, now) else { return Became::Gone };
        Became::GivenUp { ticket, kind: error.kind(), attempts, error: error.to_string() }
    }

    fn fail(&mut self, place: Place, error: &SendError, now: Instant) -> Became {
        let settings = self.settings;
        let Some(wait) = self.waits.get_mut(&place) else { return Became::Gone };
        if now >= wait.patience_ends && wait.attempts >= settings.min_attempts {
            return self.give_up(place, error, now);
        }
        let longest = settings.longest_wait(wait.ticket.is_crisis);
        let backoff = settings.wait(wait.attempts, longest);
        let pause = match error {
            SendError::RetryAfter { after, .. } => backoff.max((*after).min(longest)),
            SendError::Unreachable(_) | SendError::Retry(_) | SendError::Refused(_) | SendError::Later(_) => backoff,
        };
        wait.due = now + pause;
        wait.last = Some((error.kind(), error.to_string()));
        self.lanes[wait.lane() as usize].insert((wait.due, place));
        if wait.attempts >= PASSED_AFTER && error.kind() == FailureKind::Failed {
            self.let_pass(place, now);
        }
        Became::Waits
    }

    /// The receiver answered: what did not reach it while it was down need not wait any longer.
    fn back(&mut self, now: Instant) -> Turn {
        let turn = self.circuit.answered();
        if turn == Turn::Back {
            let unreached = |wait: &Wait| matches!(wait.last, Some((FailureKind::Unreachable, _)));
            let places: Vec<Place> = self.waits.iter().filter(|(_, w)| unreached(w)).map(|(p, _)| *p).collect();
            self.make_due(places, now);
        }
        turn
    }

    fn make_due(&mut self, places: impl IntoIterator<Item = Place>, now: Instant) {
        for place in places {
            let Some(wait) = self.waits.get_mut(&place).filter(|wait| wait.is_in_lane()) else { continue };
            let old = std::mem::replace(&mut wait.due, now);
            let lane = &mut self.lanes[wait.lane() as usize];
            lane.remove(&(old, place));
            lane.insert((now, place));
        }
    }

    /// Makes the deliveries that are meant due now, and asks a receiver that is down at once.
    pub(super) fn hurry(&mut self, is_meant: impl Fn(&Ticket) -> bool, now: Instant) {
        let meant = self.waits.values().filter(|wait| is_meant(&wait.ticket)).map(|wait| wait.ticket.place);
        let places: Vec<Place> = meant.collect();
        self.make_due(places, now);
        self.circuit.hurry(now);
    }

    /// Takes out a delivery that is not in the outbox any more.
    pub(super) fn forget(&mut self, place: Place, now: Instant) {
        let Some(wait) = self.take_out(place, now) else { return };
        if wait.is_under_way {
            self.under_way[usize::from(wait.ticket.is_crisis)] -= 1;
        } else {
            self.lanes[wait.lane() as usize].remove(&(wait.due, place));
        }
    }

    /// What is known of a delivery.
    pub(super) fn known(&self, is_meant: impl Fn(&Ticket) -> bool, now: Instant) -> Vec<(Ticket, Tried)> {
        let meant = self.waits.values().filter(|wait| is_meant(&wait.ticket));
        meant
            .map(|wait| {
                let tried = Tried {
                    attempts: wait.attempts,
                    is_under_way: wait.is_under_way,
                    wait: wait.is_in_lane().then(|| wait.due.saturating_duration_since(now)),
                    last: wait.last.clone(),
                };
                (wait.ticket.clone(), tried)
            })
            .collect()
    }

    pub(super) fn is_down(&self) -> bool {
        self.circuit.is_down()
    }

    pub(super) fn len(&self) -> usize {
        self.waits.len()
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
