//! The facts that are numbers: what each is called, its unit, what is possible, which way is worse.

/// Which way a number is worse for the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// More is worse.
    Up,
    /// Less is worse.
    Down,
    /// Neither: it describes the person or a circumstance, and is no sign of strain.
    Neither,
}

/// What there is to say of a fact that is a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Described {
    /// Its name in the rule file.
    pub name: &'static str,
    /// What it is, as physicians say it.
    pub words: &'static str,
    /// Its unit, empty where it has none.
    pub unit: &'static str,
    /// The least and greatest value that can occur.
    pub range: (f64, f64),
    /// Which way it is worse.
    pub worse: Worse,
}

macro_rules! numbers {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal, $words:literal, $unit:literal, $low:literal..$high:literal, $worse:ident;)+) => {
        /// A fact that is a number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum NumberFact {
            $($(#[$doc])+ $variant,)+
        }

        impl NumberFact {
            /// Every fact that is a number.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What there is to say of it.
            #[must_use]
            pub const fn described(self) -> Described {
                match self {
                    $(Self::$variant => Described {
                        name: $name,
                        words: $words,
                        unit: $unit,
                        range: ($low, $high),
                        worse: Worse::$worse,
                    },)+
                }
            }
        }
    };
}

numbers! {
    /// Mean z of night-time HRV of the last seven days.
    Z7 = "z7", "mean z of night-time HRV over 7 days", "SD", -10.0..10.0, Down;
    /// Mean z of the sleeping heart rate of the last seven days.
    RhrZ7 = "rhr_z7", "mean z of the sleeping heart rate over 7 days", "SD", -20.0..20.0, Up;
    /// Mean strain index of the last seven days; nothing where its confidence is too low.
    Index7 = "index7", "mean strain index over 7 days", "", 0.0..100.0, Up;
    /// Mean sleep of the last seven days.
    Tst7H = "tst7_h", "mean sleep over 7 days", "h", 0.0..24.0, Down;
    /// What the nights of fourteen days fell short of the need.
    Debt14H = "debt14_h", "sleep debt of 14 days", "h", 0.0..168.0, Up;
    /// Mean weekly hours of the last four weeks.
    WeeklyHours = "weekly_hours", "weekly hours, mean of 4 weeks", "h", 0.0..168.0, Up;
    /// Consecutive overtime days.
    OvertimeRunDays = "overtime_run_days", "overtime days in a row", "", 0.0..366.0, Up;
    /// The loudest day of that run.
    OvertimeRunNoiseDba = "overtime_run_noise_dba", "noise (LEX,8h) on a day of a run of overtime days (exposures.overtime_noise_run_days)", "dB(A)", 0.0..140.0, Up;
    /// The loudest of the last seven days.
    NoiseDba = "noise_dba", "noise (LEX,8h) on a day of the last 7", "dB(A)", 0.0..140.0, Up;
    /// Work days without a rest of 24 h.
    ConsecutiveWorkDays = "consecutive_work_days", "work days in a row", "", 0.0..366.0, Up;
    /// Night shifts in a row.
    NightRun = "night_run", "night shifts in a row", "", 0.0..366.0, Up;
    /// Night shifts of the last four weeks.
    NightsIn28D = "nights_in_28_days", "night shifts in 28 days", "", 0.0..28.0, Up;
    /// Weeks of night work in a row.
    NightSpellWeeks = "night_spell_weeks", "weeks of night work in a row", "", 0.0..104.0, Up;
    /// Breaks between shifts that were too short, in the last seven days.
    QuickReturns = "quick_returns", "quick returns in 7 days", "", 0.0..14.0, Up;
    /// How far the hottest of the last seven days was above the reference for the work.
    WbgtOverC = "wbgt_over_c", "WBGT above its reference", "°C", -60.0..60.0, Up;
    /// Days since the last violence or accident at work.
    DaysSinceIncident = "days_since_incident", "days since violence or an accident", "", 0.0..3660.0, Down;
    /// Days since work was taken up again after a long absence.
    DaysSinceReturn = "days_since_return", "days since the return to work", "", 0.0..3660.0, Neither;
    /// Body mass index.
    Bmi = "bmi", "body mass index", "kg/m²", 10.0..100.0, Neither;
    /// Age in whole years, by the year of birth.
    Age = "age", "age", "years", 0.0..120.0, Neither;
}

impl NumberFact {
    /// Whether the wristband alone tells it.
    #[must_use]
    pub const fn is_of_wristband(self) -> bool {
        matches!(self, Self::Z7 | Self::RhrZ7 | Self::Index7 | Self::Tst7H | Self::Debt14H)
    }

    /// The fact of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.described().name == name)
    }
}

/// The numbers that are known of a worker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers([Option<f64>; NumberFact::ALL.len()]);

impl Numbers {
    /// None is known.
    pub const UNKNOWN: Self = Self([None; NumberFact::ALL.len()]);

    /// What is known of a fact.
    #[must_use]
    pub const fn get(&self, fact: NumberFact) -> Option<f64> {
        self.0[fact as usize]
    }

    /// Makes a fact known, or unknown.
    pub const fn set(&mut self, fact: NumberFact, value: Option<f64>) {
        self.0[fact as usize] = value;
    }
}
