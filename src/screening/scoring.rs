//! The arithmetic that the instruments share.

use thiserror::Error;

use super::definition::{Answers, Band, CrisisItem, CutOff, Definition, Scale, ScaleValue, Total};
use super::{Scored, definition};
use crate::domain::screening::{Instrument, Response, ScoreKind, Screening};

/// Why a questionnaire cannot be scored.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AnswersError {
    /// Answers to an instrument of which only totals are taken.
    #[error("{} is taken as a total only", .0.as_str())]
    TotalsOnly(Instrument),
    /// Too few or too many answers.
    #[error("{} has {expected} answers and {found} were given; one that is missing keeps its place", .instrument.as_str())]
    Count {
        /// The instrument.
        instrument: Instrument,
        /// How many it has, in words where some may be left off.
        expected: String,
        /// How many there are.
        found: usize,
    },
    /// An answer that the instrument does not offer.
    #[error("answer {item} is {found}; {} is answered {expected}", .instrument.as_str())]
    Answer {
        /// The instrument.
        instrument: Instrument,
        /// Which answer, from 1.
        item: usize,
        /// What it is.
        found: u8,
        /// What it may be.
        expected: String,
    },
    /// More missing answers than a score can do without.
    #[error("{missing} answers of {part} are missing; it can be scored with at most {allowed} missing")]
    Missing {
        /// The instrument or its scale.
        part: String,
        /// How many are missing.
        missing: usize,
        /// How many may be.
        allowed: usize,
    },
    /// A total that cannot be.
    #[error("the total {found} is outside {}..={} of {}", .range.0, .range.1, .instrument.as_str())]
    Range {
        /// The instrument.
        instrument: Instrument,
        /// What it is.
        found: f64,
        /// What it may be.
        range: (f64, f64),
    },
    /// A total of an instrument with two scales that overlap.
    #[error("a total of {} must say whether it is raw or standard", .0.as_str())]
    KindMissing(Instrument),
    /// A standard score of an instrument that has none.
    #[error("{} has no standard score, only a raw total", .0.as_str())]
    NoStandardScore(Instrument),
}

/// Scores a filled-in questionnaire.
///
/// # Errors
/// Where the answers or the total do not fit the instrument.
///
/// # Source
/// Domain reference, sections 6.1 to 6.3.
pub fn score(screening: &Screening) -> Result<Scored, AnswersError> {
    let instrument = screening.instrument;
    let row = definition(instrument);
    let mut scored = match &screening.response {
        Response::Answers(given) => {
            let rules = row.answers.as_ref().ok_or(AnswersError::TotalsOnly(instrument))?;
            from_answers(instrument, row, rules, given)?
        }
        Response::Total { score, kind } => from_total(instrument, row, *score, *kind)?,
    };
    scored.crisis = crisis(screening);
    Ok(scored)
}

/// Whether an answer asks for help at once, also where too few were given for a score.
///
/// `Some(false)` for an instrument that has no such item; `None` where one exists but was not answered,
/// or only a total was given. A missing answer is never assumed.
///
/// # Source
/// Domain reference, section 6.3.
#[must_use]
pub fn crisis(screening: &Screening) -> Option<bool> {
    let items = definition(screening.instrument).answers.map_or(&[][..], |rules| rules.crisis);
    let given = match &screening.response {
        Response::Answers(given) => given.as_slice(),
        Response::Total { .. } => &[],
    };
    let raise = definition(screening.instrument).answers.map_or(0, |rules| u8::from(counts_from_zero(&rules, given)));
    let asks = |item: &CrisisItem| answer(given, item.item).map(|a| a.saturating_add(raise) >= item.at_least);
    if items.iter().any(|item| asks(item) == Some(true)) {
        return Some(true);
    }
    items.iter().all(|item| asks(item).is_some()).then_some(false)
}

fn answer(given: &[Option<u8>], item: usize) -> Option<u8> {
    given.get(item.checked_sub(1)?).copied().flatten()
}

fn from_total(
    instrument: Instrument,
    row: &Definition,
    found: f64,
    kind: Option<ScoreKind>,
) -> Result<Scored, AnswersError> {
    let within = |range: (f64, f64)| {
        if (range.0..=range.1).contains(&found) {
            Ok(())
        } else {
            Err(AnswersError::Range { instrument, found, range })
        }
    };
    let raw = match (&row.standard, kind) {
        (None, Some(ScoreKind::Standard)) => return Err(AnswersError::NoStandardScore(instrument)),
        (Some(standard), None) if standard.must_say => return Err(AnswersError::KindMissing(instrument)),
        (Some(standard), Some(ScoreKind::Raw)) => {
            within(standard.raw_range)?;
            Some(found)
        }
        (None, None | Some(ScoreKind::Raw)) | (Some(_), None | Some(ScoreKind::Standard)) => {
            within(row.range)?;
            None
        }
    };
    let mut verdict = Verdict::default();
    let mut scales = Vec::new();
    let score = raw.map_or(found, |raw| standardise(row, raw, &mut scales, &mut verdict));
    verdict.judge(score, row.bands, row.cut_off);
    Ok(verdict.into_scored(score, scales, false))
}

fn from_answers(
    instrument: Instrument,
    row: &Definition,
    rules: &Answers,
    given: &[Option<u8>],
) -> Result<Scored, AnswersError> {
    let items = recode(instrument, rules, given)?;
    let mut verdict = Verdict::default();
    let mut scales = Vec::with_capacity(rules.scales.len());
    let mut is_prorated = false;
    for scale in rules.scales {
        let part = Part::of(scale.items.iter().filter_map(|item| items.get(item - 1).copied()));
        // Left off altogether, or too little of it was answered; whoever needs it says so below.
        if part.count < scale.items.len() || part.missing > scale.max_missing {
            continue;
        }
        let value = scale_value(scale, &part, &items);
        is_prorated |= part.missing > 0;
        verdict.judge(value, scale.bands, scale.cut_off);
        scales.push((scale.name, value));
    }
    let score = match rules.total {
        Total::Sum => {
            let part = Part::of(items.iter().copied());
            if part.missing > rules.max_missing {
                return Err(AnswersError::Missing {
                    part: instrument.as_str().to_owned(),
                    missing: part.missing,
                    allowed: rules.max_missing,
                });
            }
            is_prorated |= part.missing > 0;
            standardise(row, part.prorated_sum(), &mut scales, &mut verdict)
        }
        Total::SumOfScales => {
            need(rules.scales, &scales, &items, instrument)?;
            scales.iter().map(|(_, value)| value).sum()
        }
        Total::HighestScale => match scales.iter().map(|(_, value)| *value).reduce(f64::max) {
            Some(highest) => highest,
            // With no scale at all the first one stands for what is missing.
            None => return Err(too_few(rules.scales.first(), &items, instrument)),
        },
        Total::RatioOfMeans => {
            let pair = rules.scales.get(..2).unwrap_or(rules.scales);
            need(pair, &scales, &items, instrument)?;
            match scales[..] {
                [(_, effort), (_, reward), ..] => effort / reward,
                _ => return Err(too_few(pair.first(), &items, instrument)),
            }
        }
    };
    verdict.judge(score, row.bands, row.cut_off);
    Ok(verdict.into_scored(score, scales, is_prorated))
}

/// Whether a sheet counts its answers from 0. More of its zeros than may be missing prove it: fewer may
/// stand for answers that were not given, and then the sheet is refused rather than guessed at.
fn counts_from_zero(rules: &Answers, given: &[Option<u8>]) -> bool {
    let zeros = given.iter().filter(|answer| **answer == Some(0)).count();
    rules.may_begin_at_zero && zeros > rules.max_missing && given.iter().flatten().all(|ticked| *ticked < rules.max)
}

/// Checks the answers and turns the reversed ones round.
fn recode(instrument: Instrument, rules: &Answers, given: &[Option<u8>]) -> Result<Vec<Option<u8>>, AnswersError> {
    let short = rules.items - rules.optional_tail;
    if given.len() != rules.items && given.len() != short {
        let expected =
            if short == rules.items { rules.items.to_string() } else { format!("{} or {short}", rules.items) };
        return Err(AnswersError::Count { instrument, expected, found: given.len() });
    }
    let raise = u8::from(counts_from_zero(rules, given));
    let mut items = Vec::with_capacity(given.len());
    for (place, answer) in given.iter().enumerate() {
        let item = place + 1;
        let answer = answer.map(|ticked| ticked.saturating_add(raise));
        if let Some(found) = answer
            && !((rules.min..=rules.max).contains(&found) && (found - rules.min).is_multiple_of(rules.step))
        {
            let found = found - raise;
            return Err(AnswersError::Answer { instrument, item, found, expected: rules.offered() });
        }
        let is_reversed = rules.reversed.contains(&item);
        items.push(answer.map(|a| if is_reversed { rules.max - (a - rules.min) } else { a }));
    }
    Ok(items)
}

impl Answers {
    /// The answers on offer, in words.
    #[must_use]
    pub fn offered(&self) -> String {
        match self.step {
            1 if self.may_begin_at_zero => {
                format!("{}..={}, or 0..={} throughout", self.min, self.max, self.max - 1)
            }
            1 => format!("{}..={}", self.min, self.max),
            step => format!("{}..={} in steps of {step}", self.min, self.max),
        }
    }
}

/// Some items taken together.
struct Part {
    count: usize,
    missing: usize,
    sum: f64,
}

impl Part {
    fn of(items: impl Iterator<Item = Option<u8>>) -> Self {
        items.fold(Self { count: 0, missing: 0, sum: 0.0 }, |part, item| Self {
            count: part.count + 1,
            missing: part.missing + usize::from(item.is_none()),
            sum: part.sum + item.map_or(0.0, f64::from),
        })
    }

    /// The mean of what was answered; the rows allow no part without any answer.
    fn mean(&self) -> f64 {
        self.sum / small(self.count - self.missing)
    }

    /// The sum with the mean for what is missing, rounded half up as nobody scores a third of a point.
    fn prorated_sum(&self) -> f64 {
        if self.missing == 0 {
            self.sum
        } else {
            (self.sum * small(self.count) / small(self.count - self.missing) + 0.5).floor()
        }
    }
}

/// A number of items as a float.
fn small(count: usize) -> f64 {
    f64::from(u16::try_from(count).expect("no instrument has more than 90 items"))
}

fn scale_value(scale: &Scale, part: &Part, items: &[Option<u8>]) -> f64 {
    match scale.value {
        ScaleValue::Sum { times } => part.prorated_sum() * times,
        ScaleValue::Mean => part.mean(),
        ScaleValue::CountFrom(least) => {
            let reaches = |item: &&usize| answer(items, **item).is_some_and(|a| a >= least);
            small(scale.items.iter().filter(reaches).count())
        }
    }
}

/// The score from a raw sum: on the standard scale where there is one, and then the raw sum is kept
/// among the scales.
fn standardise(row: &Definition, raw: f64, scales: &mut Vec<(&'static str, f64)>, verdict: &mut Verdict) -> f64 {
    let Some(standard) = &row.standard else { return raw };
    scales.push(("raw", raw));
    if let Some(cut_off) = standard.raw_cut_off {
        verdict.judge(raw, &[(cut_off, Band::Mild)], Some(cut_off));
    }
    (raw * standard.factor).floor()
}

fn need(
    wanted: &[Scale],
    found: &[(&'static str, f64)],
    items: &[Option<u8>],
    instrument: Instrument,
) -> Result<(), AnswersError> {
    match wanted.iter().find(|scale| found.iter().all(|(name, _)| *name != scale.name)) {
        Some(absent) => Err(too_few(Some(absent), items, instrument)),
        None => Ok(()),
    }
}

fn too_few(scale: Option<&Scale>, items: &[Option<u8>], instrument: Instrument) -> AnswersError {
    let (name, wanted, allowed) = scale.map_or(("", &[][..], 0), |s| (s.name, s.items, s.max_missing));
    AnswersError::Missing {
        part: format!("{} {name}", instrument.as_str()),
        missing: wanted.iter().filter(|item| answer(items, **item).is_none()).count(),
        allowed,
    }
}

/// The worst band so far, and whether any cut-off was reached; `None` where there was none to look at.
#[derive(Default)]
struct Verdict {
    band: Option<Band>,
    positive: Option<bool>,
}

impl Verdict {
    fn judge(&mut self, value: f64, bands: &[(CutOff, Band)], cut_off: Option<CutOff>) {
        if !bands.is_empty() {
            let met = bands.iter().find(|(limit, _)| limit.is_met(value)).map_or(Band::Minimal, |(_, band)| *band);
            self.band = self.band.max(Some(met));
        }
        if let Some(cut_off) = cut_off {
            self.positive = self.positive.max(Some(cut_off.is_met(value)));
        }
    }

    fn into_scored(self, score: f64, scales: Vec<(&'static str, f64)>, is_prorated: bool) -> Scored {
        Scored { score, scales, band: self.band.map(Band::as_str), positive: self.positive, is_prorated, crisis: None }
    }
}
