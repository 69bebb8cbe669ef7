//! How a questionnaire goes with what the wristband shows: of one worker, and of a group.
//!
//! In go a worker's questionnaires of one instrument and one indicator by date (e.g. the strain index);
//! out come pairs of a score and the indicator's mean over the weeks that the questions ask about,
//! and what the pairs say. Where the two disagree neither is wrong: a high score without a high
//! indicator is to be believed, a high indicator without a high score is looked into. Every indicator
//! is taken so that more is worse; a questionnaire may count either way, as its instrument does.
//! Nothing here gives a p value: numbers of pairs and intervals say how sure a correlation is.

use jiff::ToSpan as _;

use super::{Scored, definition, score};
use crate::domain::screening::{Instrument, Screening};
use crate::domain::{Date, TimeZone};
use crate::statistics::{Interval, RepeatedMeasures, repeated_measures, spearman, spearman_interval};

/// From where on something is said.
///
/// # Source
/// Domain reference, section 5.4; that a strain index of 60 is high is its section 5.2; that nothing is
/// told of a group of fewer than ten is its section 9.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Mean of the indicator from which it is high; default 60, the strain index "elevated".
    pub high_from: f64,
    /// Share of the recall window's days that must have the indicator; default 0.5.
    pub min_share: f64,
    /// Pairs of one worker from which a coefficient is given; default 5.
    pub min_pairs: usize,
    /// Workers with at least two pairs from which the correlation within workers is given; default 10.
    pub min_workers_within: usize,
    /// Workers from which the correlation between workers is given; default 20.
    pub min_workers_between: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { high_from: 60.0, min_share: 0.5, min_pairs: 5, min_workers_within: 10, min_workers_between: 20 }
    }
}

/// A questionnaire and the indicator over the days it asks about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The worker's date of filling in.
    pub taken_on: Date,
    /// The score, counted as the instrument does.
    pub score: f64,
    /// Whether the score is a high one; `None` where the instrument cannot tell.
    pub is_score_high: Option<bool>,
    /// Mean of the indicator over the recall window.
    pub indicator: f64,
    /// How many days it rests on.
    pub days: u32,
}

/// Which of the two is high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concordance {
    /// Neither.
    BothLow,
    /// The indicator alone: sleep, illness, alcohol and training are looked at first.
    PhysiologyOnly,
    /// The questionnaire alone: the person's report is believed.
    QuestionnaireOnly,
    /// Both.
    BothHigh,
}

impl Concordance {
    /// The class's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BothLow => "both_low",
            Self::PhysiologyOnly => "physiology_only",
            Self::QuestionnaireOnly => "questionnaire_only",
            Self::BothHigh => "both_high",
        }
    }
}

impl Pair {
    /// Which of the two is high; `None` where the instrument cannot tell.
    #[must_use]
    pub fn concordance(&self, settings: &Settings) -> Option<Concordance> {
        Some(match (self.indicator >= settings.high_from, self.is_score_high?) {
            (false, false) => Concordance::BothLow,
            (true, false) => Concordance::PhysiologyOnly,
            (false, true) => Concordance::QuestionnaireOnly,
            (true, true) => Concordance::BothHigh,
        })
    }
}

/// A rank correlation with what it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankCorrelation {
    /// Spearman's ρ.
    pub rho: f64,
    /// Pairs.
    pub n: usize,
    /// 95 % interval after Bonett & Wright.
    pub interval: Option<Interval>,
}

/// What the pairs of one worker say.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerRelation {
    /// Every pair, in order of time.
    pub pairs: Vec<Pair>,
    /// The class of the latest pair; `None` without pairs, or where the instrument cannot tell.
    pub concordance: Option<Concordance>,
    /// Score against indicator over the worker's pairs, from enough of them.
    pub correlation: Option<RankCorrelation>,
}

/// What the pairs of a group say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupRelation {
    /// Workers with any pair.
    pub workers: usize,
    /// Their pairs together.
    pub pairs: usize,
    /// Whether scores rise as the indicator does within each worker, from enough workers.
    pub within: Option<RepeatedMeasures>,
    /// Whether workers with a higher mean indicator have a higher mean score, from enough workers.
    pub between: Option<RankCorrelation>,
}

/// The pairs of one worker and one instrument, in order of time, and what they say.
///
/// `indicator` is looked up by the worker's date, and `is_high` says whether a score counts as high,
/// e.g. by the cut-offs of the rule file. The recall window ends on the date of filling in, whose
/// night is over by then. Other instruments in the list are left out, as are questionnaires that
/// cannot be scored; an instrument that does not ask about a time has no pairs.
///
/// # Source
/// Domain reference, section 5.4 (a).
#[must_use]
pub fn relate_worker(
    instrument: Instrument,
    screenings: &[Screening],
    zone: &TimeZone,
    indicator: impl Fn(Date) -> Option<f64>,
    is_high: impl Fn(&Scored) -> Option<bool>,
    settings: &Settings,
) -> WorkerRelation {
    let of_instrument = screenings.iter().filter(|screening| screening.instrument == instrument);
    let mut pairs: Vec<Pair> = of_instrument
        .filter_map(|screening| {
            let scored = score(screening).ok()?;
            let taken_on = zone.to_datetime(screening.taken_at).date();
            let (mean, days) = recall_mean(instrument, taken_on, &indicator, settings.min_share)?;
            let is_score_high = is_high(&scored);
            Some(Pair { taken_on, score: scored.score, is_score_high, indicator: mean, days })
        })
        .collect();
    pairs.sort_by(|a, b| a.taken_on.cmp(&b.taken_on).then(a.score.total_cmp(&b.score)));
    let values: Vec<(f64, f64)> = pairs.iter().map(|pair| (pair.indicator, pair.score)).collect();
    WorkerRelation {
        concordance: pairs.last().and_then(|pair| pair.concordance(settings)),
        correlation: rank_correlation(&values, settings.min_pairs),
        pairs,
    }
}

/// What the pairs of a group's workers say; each item is the pairs of one worker, all of one instrument.
///
/// # Source
/// Domain reference, section 5.4 (b) and (c).
#[must_use]
pub fn relate_group<'a>(workers: impl IntoIterator<Item = &'a [Pair]>, settings: &Settings) -> GroupRelation {
    let values = |pairs: &[Pair]| pairs.iter().map(|pair| (pair.indicator, pair.score)).collect::<Vec<_>>();
    let workers: Vec<Vec<(f64, f64)>> = workers.into_iter().filter(|pairs| !pairs.is_empty()).map(values).collect();
    let means: Vec<(f64, f64)> = workers.iter().map(|pairs| means(pairs)).collect();
    GroupRelation {
        workers: workers.len(),
        pairs: workers.iter().map(Vec::len).sum(),
        within: repeated_measures(workers.iter().map(Vec::as_slice))
            .filter(|found| found.people >= settings.min_workers_within),
        between: rank_correlation(&means, settings.min_workers_between),
    }
}

/// The indicator's mean over the recall window, and its days; `None` where too few days have it.
fn recall_mean(
    instrument: Instrument,
    taken_on: Date,
    indicator: impl Fn(Date) -> Option<f64>,
    min_share: f64,
) -> Option<(f64, u32)> {
    let recall_days = definition(instrument).recall_days?;
    let dates = (0..recall_days).filter_map(|ago| taken_on.checked_sub(i32::from(ago).days()).ok());
    let (mut sum, mut days) = (0.0, 0_u32);
    for value in dates.filter_map(indicator).filter(|value| value.is_finite()) {
        sum += value;
        days += 1;
    }
    let mean = sum / f64::from(days);
    let is_enough = days > 0 && f64::from(days) >= min_share * f64::from(recall_days);
    (is_enough && mean.is_finite()).then_some((mean, days))
}

fn rank_correlation(pairs: &[(f64, f64)], at_least: usize) -> Option<RankCorrelation> {
    if pairs.len() < at_least {
        return None;
    }
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let rho = spearman(&x, &y)?;
    Some(RankCorrelation { rho, n: pairs.len(), interval: spearman_interval(rho, pairs.len()) })
}

fn means(pairs: &[(f64, f64)]) -> (f64, f64) {
    let n = f64::from(u32::try_from(pairs.len()).unwrap_or(u32::MAX));
    (pairs.iter().map(|(x, _)| x).sum::<f64>() / n, pairs.iter().map(|(_, y)| y).sum::<f64>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::screening::Response;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 3, 15);

    fn gad7(ago: i32, total: f64) -> Screening {
        let noon = TODAY.saturating_sub(ago.days()).at(12, 0, 0, 0);
        let taken_at = TimeZone::UTC.to_timestamp(noon).unwrap();
        Screening { instrument: Instrument::Gad7, taken_at, response: Response::Total { score: total, kind: None } }
    }

    fn relate(list: &[Screening], indicator: impl Fn(Date) -> Option<f64>) -> WorkerRelation {
        let is_high = |scored: &Scored| scored.positive;
        relate_worker(Instrument::Gad7, list, &TimeZone::UTC, indicator, is_high, &Settings::default())
    }

    fn class(total: f64, index: f64) -> &'static str {
        relate(&[gad7(0, total)], |_| Some(index)).concordance.unwrap().as_str()
    }

    #[test]
    fn the_four_classes() {
        assert_eq!(class(9.0, 59.9), "both_low");
        assert_eq!(class(9.0, 60.0), "physiology_only");
        assert_eq!(class(10.0, 59.9), "questionnaire_only");
        assert_eq!(class(10.0, 60.0), "both_high");
    }

    #[test]
    fn fewer_than_half_the_nights_make_no_pair() {
        let nights =
            |count: i32| relate(&[gad7(0, 5.0)], move |day| (TODAY - count.days() < day).then_some(50.0)).pairs;
        assert!(nights(6).is_empty());
        assert_eq!(nights(7)[0].days, 7);
        // The fifteenth night back is before what the questions ask about.
        assert_eq!(nights(20)[0].days, 14);
    }

    #[test]
    fn days_after_filling_in_count_for_nothing() {
        let found = relate(&[gad7(10, 5.0)], |day| Some(if day > TODAY - 10.days() { 100.0 } else { 40.0 }));
        assert!((found.pairs[0].indicator - 40.0).abs() < 1e-12);
    }

    #[test]
    fn four_pairs_have_a_class_and_no_coefficient_and_five_have_both() {
        let list: Vec<Screening> =
            [(80, 3.0), (60, 6.0), (40, 5.0), (20, 9.0), (0, 12.0)].map(|(a, s)| gad7(a, s)).into();
        let rising = |day: Date| Some(200.0 + f64::from((day - TODAY).get_days()));
        let four = relate(&list[1..], rising);
        assert_eq!((four.correlation, four.concordance), (None, Some(Concordance::BothHigh)));
        let five = relate(&list, rising).correlation.unwrap();
        assert!((five.rho - 0.9).abs() < 1e-12 && five.n == 5);
    }

    #[test]
    fn an_instrument_that_asks_about_no_time_has_no_pairs() {
        let mut sheet = gad7(0, 50.0);
        sheet.instrument = Instrument::Cbi;
        let found = relate_worker(
            Instrument::Cbi,
            &[sheet],
            &TimeZone::UTC,
            |_| Some(50.0),
            |scored| scored.positive,
            &Settings::default(),
        );
        assert_eq!((found.pairs.len(), found.concordance), (0, None));
    }

    /// A worker whose scores rise with the indicator, `level` being where both lie.
    fn worker(level: i32) -> Vec<Pair> {
        let pair = |step: i32| Pair {
            taken_on: TODAY,
            score: f64::from(30 - level + step),
            is_score_high: None,
            indicator: f64::from(level + 2 * step + step % 2),
            days: 14,
        };
        (0..3).map(pair).collect()
    }

    #[test]
    fn within_and_between_workers_may_point_opposite_ways() {
        let workers: Vec<Vec<Pair>> = (0..20).map(|level| worker(10 * level)).collect();
        let found = relate_group(workers.iter().map(Vec::as_slice), &Settings::default());
        assert!(found.within.unwrap().r > 0.9 && found.between.unwrap().rho < -0.9, "{found:?}");
        assert_eq!((found.workers, found.pairs), (20, 60));
        let few = relate_group(workers[..19].iter().map(Vec::as_slice), &Settings::default());
        assert!(few.within.is_some() && few.between.is_none());
        let fewer = relate_group(workers[..9].iter().map(Vec::as_slice), &Settings::default());
        assert!(fewer.within.is_none(), "nine");
        let ten = relate_group(workers[..10].iter().map(Vec::as_slice), &Settings::default());
        assert!(ten.within.is_some());
    }

    proptest! {
        #[test]
        fn no_relation_leaves_that_is_not_a_number(
            totals in proptest::collection::vec((0..90i32, 0..22u8), 0..12),
            values in proptest::collection::vec(proptest::num::f64::ANY, 60),
        ) {
            let list: Vec<Screening> = totals.iter().map(|(ago, total)| gad7(*ago, f64::from(*total))).collect();
            let indicator = |day: Date| values.get(usize::try_from(day.day_of_year()).unwrap() % 60).copied();
            let found = relate(&list, indicator);
            let mut turned = list.clone();
            turned.reverse();
            prop_assert_eq!(&relate(&turned, indicator), &found);
            prop_assert!(found.pairs.iter().all(|pair| pair.indicator.is_finite()));
            prop_assert!(found.correlation.is_none_or(|c| (-1.0..=1.0).contains(&c.rho)));
            let group = relate_group([found.pairs.as_slice(); 20], &Settings::default());
            prop_assert!(group.within.is_none_or(|w| w.r.is_finite() && w.slope.is_finite()));
            prop_assert!(group.between.is_none_or(|c| c.rho.is_finite()));
        }
    }
}
