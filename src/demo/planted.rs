//! What is planted into the invented workforce. Only the simulator and its report read this; nothing
//! of it ever travels to the service but the readings themselves.

use crate::domain::alert::Level;

/// A pattern that one worker is driven into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Planted {
    /// Three weeks of long days, short sleep and low HRV; GAD-7 over its cut-off on the way.
    Overload,
    /// Overtime in noise, and GAD-7 over its cut-off.
    OvertimeInNoise,
    /// PHQ-9 with its ninth item answered.
    CrisisAnswer,
    /// GAD-7 over its cut-off, with a body that shows nothing.
    AnswersOnly,
    /// Five nights of fever; every second worker says so by a tag.
    Illness,
    /// An evening's alcohol every week, with its tag.
    AlcoholNights,
    /// A new band that reads lower than the old one.
    NewBand,
    /// A band that is not worn any more.
    StopsWearing,
}

/// What a good service says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// An alert that names this rule.
    Rule(&'static str),
    /// An alert of this level.
    Level(Level),
    /// No alert: the pattern looks like overload and is not.
    Silence,
}

impl Planted {
    /// Every pattern, most telling first.
    pub const ALL: [Self; 8] = [
        Self::Overload,
        Self::OvertimeInNoise,
        Self::CrisisAnswer,
        Self::AnswersOnly,
        Self::Illness,
        Self::AlcoholNights,
        Self::NewBand,
        Self::StopsWearing,
    ];

    /// In plain words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overload => "overload: low HRV, short sleep, long days, anxiety score",
            Self::OvertimeInNoise => "overtime in noise with an anxiety score",
            Self::CrisisAnswer => "a crisis answer in a questionnaire",
            Self::AnswersOnly => "anxiety score, body as usual",
            Self::Illness => "five nights of fever",
            Self::AlcoholNights => "alcohol once a week, tagged",
            Self::NewBand => "a new band that reads lower",
            Self::StopsWearing => "a band that is not worn any more",
        }
    }

    /// What a good service says of it.
    #[must_use]
    pub const fn expected(self) -> Expected {
        match self {
            Self::Overload => Expected::Rule("R3"),
            Self::OvertimeInNoise => Expected::Rule("R17"),
            Self::CrisisAnswer => Expected::Level(Level::L4),
            Self::AnswersOnly => Expected::Rule("R16"),
            Self::Illness | Self::AlcoholNights | Self::NewBand | Self::StopsWearing => Expected::Silence,
        }
    }

    /// How many of 200 workers.
    const fn of_two_hundred(self) -> u32 {
        match self {
            Self::Overload => 6,
            Self::OvertimeInNoise | Self::CrisisAnswer => 1,
            Self::AnswersOnly => 2,
            Self::Illness | Self::AlcoholNights => 8,
            Self::NewBand | Self::StopsWearing => 4,
        }
    }

    /// What a workforce of that size is given: at least one of each where there is room, and never
    /// more than half of the workers.
    #[must_use]
    pub fn for_workforce(workers: u32) -> Vec<Self> {
        let wanted = Self::ALL.into_iter().flat_map(|planted| {
            let count = (planted.of_two_hundred() * workers).div_ceil(200);
            std::iter::repeat_n(planted, count as usize)
        });
        wanted.take(workers.div_ceil(2) as usize).collect()
    }
}

impl Expected {
    /// In plain words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Rule(rule) => format!("alert with {rule}"),
            Self::Level(level) => format!("alert of {}", level.as_str()),
            Self::Silence => "no alert".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_workers_have_six_overloads_and_mostly_nothing() {
        let planted = Planted::for_workforce(200);
        assert_eq!(planted.iter().filter(|p| **p == Planted::Overload).count(), 6);
        assert_eq!(planted.len(), 34);
    }

    #[test]
    fn small_workforce_has_healthy_workers_too() {
        assert_eq!(Planted::for_workforce(16), Planted::ALL);
        assert_eq!(Planted::for_workforce(2), [Planted::Overload]);
        assert_eq!(Planted::for_workforce(1), [Planted::Overload]);
    }
}
