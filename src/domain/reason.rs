//! Why something is proposed: what a review found, sentence by sentence, before a language puts it into words.

use super::Date;
use super::phrase::Phrase;
use super::screening::Instrument;

/// One sentence of a review.
#[derive(Debug, Clone, PartialEq)]
pub enum Sentence {
    /// Which week it is, of which method where one was named.
    Week {
        /// The week since the start.
        week: u8,
        /// What the method is called.
        method: Option<Phrase>,
    },
    /// One questionnaire, before the start and now.
    Score {
        /// Which.
        instrument: Instrument,
        /// The last before the start, and when.
        before: (f64, Date),
        /// The newest, and when.
        now: (f64, Date),
        /// By how many points it is better; less than nothing where it is worse.
        gain: f64,
        /// The change as a share of the distance from the best score.
        share: f64,
        /// So many points are a reliable change, where that is known and worth a word.
        reliable: Option<f64>,
        /// How the person responds.
        response: &'static str,
    },
    /// One daily series: its shift, the interval of it, the nights before and since, and the verdict.
    Series {
        /// Its name.
        outcome: &'static str,
        /// By how much it changed, and within which interval.
        shift: (f64, Option<(f64, f64)>),
        /// Values before and since.
        n: (usize, usize),
        /// `improved`, `unclear` or `worse`.
        verdict: &'static str,
    },
    /// One working condition: its mean before and since, over so many weeks, and the verdict.
    Exposure {
        /// Its name.
        exposure: &'static str,
        /// Before.
        before: f64,
        /// Since.
        after: f64,
        /// Weeks before and since.
        weeks: (usize, usize),
        /// `improved`, `unclear` or `worse`.
        verdict: &'static str,
    },
    /// A sentence without values.
    Said(Said),
    /// A sentence with one number: a week, or days.
    Numbered(Said, u16),
    /// The method that is proposed.
    Method {
        /// What it is called.
        name: Phrase,
        /// The step of care.
        step: u8,
        /// How long it takes.
        weeks: u8,
        /// What to do.
        what: Phrase,
    },
}

super::named::named! {
    /// What a review says in one sentence.
    Said {
        /// It only tries whether events arrive.
        Test => "test",
        /// People enter a case when they are at their worst.
        Regression => "regression",
        /// The weeks to compare are not complete.
        Preliminary => "preliminary",
        /// No score can be compared.
        NoScore => "no_score",
        /// Invite again.
        Invite => "invite",
        /// There is no further method.
        NoOther => "no_other",
        /// Reliably worse.
        Worse => "worse",
        /// The nights alone got better.
        NightsBetter => "nights_better",
        /// The nights alone do not tell.
        NightsUnclear => "nights_unclear",
        /// Two scores under the cut-off.
        Settled => "settled",
        /// The scores are settled, HRV is not.
        SettledButHrv => "settled_but_hrv",
        /// It responds and is not settled.
        Responding => "responding",
        /// Partial, and early.
        PartialEarly => "partial_early",
        /// Partial: intensify.
        Partial => "partial",
        /// Partial still: step up.
        PartialStill => "partial_still",
        /// Nothing yet, and early.
        NoneEarly => "none_early",
        /// Nothing so far: intensify.
        NoneYet => "none_yet",
        /// Too small: another method.
        TooSmallSwitch => "too_small_switch",
        /// Too small, and no other method of the step.
        TooSmallStepUp => "too_small_step_up",
        /// No working conditions were reported on both sides.
        NoConditions => "no_conditions",
        /// None was over its limit.
        NothingOver => "nothing_over",
        /// They changed.
        ConditionsChanged => "conditions_changed",
        /// Not all yet, and early.
        ConditionsEarly => "conditions_early",
        /// Not changed so far: press for it.
        ConditionsNotYet => "conditions_not_yet",
        /// Not changed: to the committee.
        ConditionsUnchanged => "conditions_unchanged",
    }
}
