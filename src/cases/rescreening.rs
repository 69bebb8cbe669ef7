//! When the questionnaires of an open case are to be filled in again.
//!
//! Occasions are the follow-up weeks of the actions that run, a few days ahead so that the answer is
//! there when the action is looked at, and the days before a score ends. An occasion whose answer came
//! by itself, or that lies close behind another invitation, invites nobody.

use jiff::ToSpan as _;

use crate::domain::Date;
use crate::domain::screening::Instrument;

use super::care::REVIEW_WEEKS;

/// When people are invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Days before a follow-up week; default 3.
    pub days_ahead: u16,
    /// Days before a score's validity ends; default 7.
    pub days_before: u16,
    /// No invitation within so many days of a score of the same questionnaire, or of another
    /// invitation; default 7.
    pub quiet_days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { days_ahead: 3, days_before: 7, quiet_days: 7 }
    }
}

/// The newest score of one questionnaire that the case rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// Which.
    pub instrument: Instrument,
    /// When it was last filled in; `None` where it never was and is to be.
    pub taken_on: Option<Date>,
    /// The last day on which that score counts.
    pub valid_until: Option<Date>,
    /// The time that its questions refer to; within it, less a week, it is not asked for again.
    pub recall_days: u16,
    /// Whether it is to be filled in at the follow-up weeks, too.
    pub is_followed: bool,
}

/// An open case, as far as invitations go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch<'a> {
    /// Its questionnaires.
    pub sheets: &'a [Sheet],
    /// When each action that runs began.
    pub started_on: &'a [Date],
    /// When the worker was invited last in this case.
    pub invited_on: Option<Date>,
    /// When the case was opened: what was to be asked before is nothing of this case.
    pub opened_on: Date,
}

/// Questionnaires to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub instruments: Vec<Instrument>,
    /// By when, at best.
    pub by: Date,
}

/// Something to invite to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Occasion {
    on: Date,
    by: Date,
    instrument: Instrument,
}

/// The next day after `today` on which the worker is to be invited, as things stand today.
#[must_use]
pub fn next(watch: &Watch<'_>, today: Date, settings: &Settings) -> Option<Date> {
    occasions(watch, settings).into_iter().map(|occasion| occasion.on).filter(|on| *on > today).min()
}

/// What the worker is to be invited to today; `None` where nothing is due.
///
/// What would fall due within the quiet days after it goes along, as it would find the worker just
/// invited.
#[must_use]
pub fn due(watch: &Watch<'_>, today: Date, settings: &Settings) -> Option<Due> {
    let mut occasions = occasions(watch, settings);
    if !occasions.iter().any(|occasion| occasion.on <= today) {
        return None;
    }
    let until = plus(today, i32::from(settings.quiet_days));
    occasions.retain(|occasion| occasion.on <= until);
    let mut instruments: Vec<_> = occasions.iter().map(|occasion| occasion.instrument).collect();
    instruments.sort_unstable();
    instruments.dedup();
    // What should have been asked for long ago is still asked for within a few days.
    let earliest = plus(today, i32::from(settings.days_ahead));
    let by = occasions.iter().map(|occasion| occasion.by).min()?.max(earliest);
    Some(Due { instruments, by })
}

/// Every occasion that is neither answered nor covered by the last invitation.
fn occasions(watch: &Watch<'_>, settings: &Settings) -> Vec<Occasion> {
    let quiet = i32::from(settings.quiet_days);
    let open_from = watch.invited_on.map_or(watch.opened_on, |on| plus(on, quiet + 1));
    let reviews = |started: Date| REVIEW_WEEKS.map(|week| plus(started, 7 * i32::from(week)));
    let follow_ups: Vec<Date> = watch.started_on.iter().flat_map(|started| reviews(*started)).collect();
    let mut found = Vec::new();
    for sheet in watch.sheets {
        let quiet = quiet.max(i32::from(sheet.recall_days) - 7);
        let asked =
            follow_ups.iter().filter(|_| sheet.is_followed).map(|by| (plus(*by, -i32::from(settings.days_ahead)), *by));
        // What ended before the case was opened is asked for when it is.
        let before_end = |by: Date| plus(by, -i32::from(settings.days_before)).max(watch.opened_on);
        let ends = sheet.valid_until.map(|by| (before_end(by), by));
        for (on, by) in asked.chain(ends) {
            let is_answered = sheet.taken_on.is_some_and(|taken| taken >= plus(on, -quiet));
            if on >= open_from && !is_answered {
                found.push(Occasion { on, by, instrument: sheet.instrument });
            }
        }
    }
    found
}

fn plus(date: Date, days: i32) -> Date {
    date.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Instrument::{Gad7, Phq9, Pss10};

    fn day(number: i32) -> Date {
        plus(Date::constant(2026, 3, 2), number)
    }

    fn sheet(instrument: Instrument, taken: i32) -> Sheet {
        let (taken_on, valid_until) = (Some(day(taken)), Some(day(taken + 90)));
        Sheet { instrument, taken_on, valid_until, recall_days: 14, is_followed: true }
    }

    /// A case opened on day 0.
    fn watch<'a>(sheets: &'a [Sheet], started_on: &'a [Date], invited: Option<i32>) -> Watch<'a> {
        Watch { sheets, started_on, invited_on: invited.map(day), opened_on: day(0) }
    }

    /// Every invitation of half a year, with its day; the worker answers so many days later.
    fn invitations(mut sheets: Vec<Sheet>, started_on: &[Date], answers_after: Option<i32>) -> Vec<i32> {
        let (mut invited, mut days) = (None, Vec::new());
        for number in 0..180 {
            let settings = Settings::default();
            if let Some(due) = due(&watch(&sheets, started_on, invited), day(number), &settings) {
                assert!(due.by >= day(number) && !due.instruments.is_empty());
                invited = Some(number);
                days.push(number);
            }
            if let (Some(after), Some(last)) = (answers_after, days.last())
                && *last + after == number
            {
                sheets.iter_mut().for_each(|s| *s = sheet(s.instrument, number));
            }
        }
        days
    }

    #[test]
    fn an_action_invites_before_each_follow_up_week_and_then_before_scores_end() {
        assert_eq!(invitations(vec![sheet(Gad7, -5)], &[day(1)], Some(1)), [12, 26, 40, 54, 82, 166]);
    }

    #[test]
    fn who_does_not_answer_is_not_asked_twice_for_the_same_occasion() {
        assert_eq!(invitations(vec![sheet(Gad7, -5)], &[day(1)], None), [12, 26, 40, 54, 78]);
        assert_eq!(invitations(vec![sheet(Gad7, -5)], &[], None), [78]);
    }

    #[test]
    fn two_actions_and_two_questionnaires_share_invitations() {
        let both = vec![sheet(Gad7, -5), sheet(Phq9, -2)];
        assert_eq!(invitations(both.clone(), &[day(1), day(4)], Some(1)), [12, 26, 40, 54, 82, 166]);
        let found = due(&watch(&both, &[], None), day(78), &Settings::default()).unwrap();
        assert_eq!((found.instruments, found.by), (vec![Gad7, Phq9], day(85)));
    }

    #[test]
    fn a_fresh_score_needs_no_invitation() {
        let started = [day(1)];
        let fresh = [sheet(Gad7, 6)];
        assert_eq!(due(&watch(&fresh, &started, None), day(12), &Settings::default()), None);
        assert_eq!(next(&watch(&fresh, &started, None), day(12), &Settings::default()), Some(day(26)));
        let older = [sheet(Gad7, 4)];
        assert!(due(&watch(&older, &started, None), day(12), &Settings::default()).is_some());
    }

    #[test]
    fn a_long_recall_is_asked_for_less_often() {
        let stress = [Sheet { recall_days: 30, ..sheet(Pss10, -5) }];
        let started = [day(1)];
        assert_eq!(due(&watch(&stress, &started, None), day(12), &Settings::default()), None);
        assert_eq!(next(&watch(&stress, &started, None), day(0), &Settings::default()), Some(day(26)));
    }

    #[test]
    fn what_was_never_filled_in_is_asked_for_at_the_first_follow_up() {
        let never = [Sheet { taken_on: None, valid_until: None, ..sheet(Gad7, 0) }];
        let started = [day(1)];
        assert_eq!(next(&watch(&never, &started, None), day(0), &Settings::default()), Some(day(12)));
    }

    #[test]
    fn a_score_that_ends_as_the_case_opens_is_asked_for_at_once() {
        let ending = [sheet(Gad7, -86)];
        let found = due(&watch(&ending, &[], None), day(0), &Settings::default()).unwrap();
        assert_eq!((found.instruments, found.by), (vec![Gad7], day(4)));
        assert_eq!(due(&watch(&ending, &[], Some(0)), day(30), &Settings::default()), None);
    }

    #[test]
    fn other_questionnaires_are_asked_for_only_before_they_end() {
        let other = [Sheet { is_followed: false, ..sheet(Gad7, -5) }];
        assert_eq!(next(&watch(&other, &[day(1)], None), day(0), &Settings::default()), Some(day(78)));
    }
}
