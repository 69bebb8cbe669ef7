//! One filled-in questionnaire, as it arrived. What it means is the business of the `screening` stage.

use super::Timestamp;
use super::named::named;

named! {
    /// A questionnaire that Vagus knows.
    ///
    /// # Source
    /// The table in section 6.1 of the domain reference; each instrument's own source stands in
    /// the `screening` stage.
    #[expect(missing_docs, reason = "the names are those of the published instruments")]
    Instrument {
        Gad7 => "GAD-7", Phq9 => "PHQ-9", Phq8 => "PHQ-8", Phq4 => "PHQ-4", Pss10 => "PSS-10",
        Isi => "ISI", Who5 => "WHO-5", Dass21 => "DASS-21", Sas => "SAS", Sds => "SDS",
        Scl90 => "SCL-90", Cbi => "CBI", Eri => "ERI", K6 => "K6", K10 => "K10", Psqi => "PSQI",
        Ess => "ESS", StaiS => "STAI-S", MbiGs => "MBI-GS",
    }
}

/// Which of a questionnaire's two scales a total is given on; the Zung scales have both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScoreKind {
    /// The plain sum of the answers.
    Raw,
    /// The standard (index) score.
    Standard,
}

/// What was filled in.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// The answers in the instrument's order, `None` for a missing one.
    Answers(Vec<Option<u8>>),
    /// Only a total.
    Total {
        /// The total.
        score: f64,
        /// The scale it is on, where it was said.
        kind: Option<ScoreKind>,
    },
}

/// One filled-in questionnaire.
#[derive(Debug, Clone, PartialEq)]
pub struct Screening {
    /// Which questionnaire.
    pub instrument: Instrument,
    /// When it was filled in.
    pub taken_at: Timestamp,
    /// What was filled in.
    pub response: Response,
}
