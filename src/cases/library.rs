//! The library of interventions: which methods there are, for which risk, and which comes after which.
//!
//! The file beside the rules is read by `config`; here are the questions that a case asks of it. A rule
//! stands for one or several risks; a method is for one or several risks, on one side, on one of four
//! steps. Nothing is decided here: a person chooses.

use crate::domain::alert::{Level, RuleId};
use crate::domain::case::ActionKind;
use crate::domain::life::MethodId;
use crate::domain::phrase::Phrase;
use crate::domain::screening::Instrument;

use super::organisation::Exposure;

/// The lowest and the highest step of care.
///
/// # Source
/// Domain reference, section 8.4.
pub const STEPS: std::ops::RangeInclusive<u8> = 1..=4;

/// A risk that a case can rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Its id, e.g. `anxiety`.
    pub id: Box<str>,
    /// Its name for people.
    pub name: Phrase,
    /// The rules that stand for it.
    pub rules: Vec<RuleId>,
    /// The sides on which something is to be done about it.
    pub sides: Vec<ActionKind>,
    /// The questionnaires that measure it, the first choice first.
    pub instruments: Vec<Instrument>,
    /// The working conditions that a workload review must have changed.
    pub exposures: Vec<Exposure>,
    /// The step that counselling begins on whatever the level, where it is said.
    pub first_step: Option<u8>,
}

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// Its id.
    pub id: MethodId,
    /// Its name for people.
    pub name: Phrase,
    /// Whether the person or the organisation does it.
    pub side: ActionKind,
    /// The step of care, 1 to 4.
    pub step: u8,
    /// How it is given, e.g. `self_guided`, `guided`, `face_to_face`, `group`.
    pub modality: Box<str>,
    /// The ids of the risks that it is for.
    pub risks: Vec<Box<str>>,
    /// How long it takes.
    ///
    /// # Units
    /// Weeks.
    pub weeks: u8,
    /// What to do, for the person in charge.
    pub sentence: Phrase,
    /// Where it comes from.
    pub source: String,
}

/// Every risk and every method.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Library {
    /// The risks, in the order of the file.
    pub risks: Vec<Risk>,
    /// The methods, in the order of the file: of equal ones the first is proposed.
    pub methods: Vec<Method>,
    /// The step that care begins on at L1, L2, L3 and L4.
    pub first_steps: [u8; 4],
    /// A stable digest of the file's text.
    pub version: u64,
}

impl Library {
    /// The method of that id.
    #[must_use]
    pub fn method(&self, id: &MethodId) -> Option<&Method> {
        self.methods.iter().find(|method| method.id == *id)
    }

    /// What a person reads instead of the id.
    #[must_use]
    pub fn name_of(&self, id: &MethodId) -> Phrase {
        self.method(id).map_or_else(|| Phrase::from(id.as_str()), |method| method.name.clone())
    }

    /// The risks that these rules stand for, in the order of the file.
    pub fn risks_of<'a>(&'a self, rules: &'a [RuleId]) -> impl Iterator<Item = &'a Risk> {
        self.risks.iter().filter(move |risk| rules.iter().any(|rule| risk.rules.contains(rule)))
    }

    /// The step that care begins on at a level.
    #[must_use]
    pub const fn first_step(&self, level: Level) -> u8 {
        match level {
            Level::L0 | Level::L1 => self.first_steps[0],
            Level::L2 => self.first_steps[1],
            Level::L3 => self.first_steps[2],
            Level::L4 => self.first_steps[3],
        }
    }

    /// What to begin with on one side: for each risk of these rules the first method of the level's
    /// step; where there is none, of the nearest step below, or else above.
    #[must_use]
    pub fn first(&self, rules: &[RuleId], level: Level, side: ActionKind) -> Vec<&Method> {
        let mut found: Vec<&Method> = Vec::new();
        for risk in self.risks_of(rules) {
            let of_level = self.first_step(level);
            let begin = risk.first_step.filter(|_| side == ActionKind::Counseling).unwrap_or(of_level);
            let of_risk = self.of_side(side).filter(|method| method.risks.contains(&risk.id));
            // Of equally near ones the first of the file.
            let nearest = of_risk.min_by_key(|m| (m.step > begin, m.step.abs_diff(begin)));
            found.extend(nearest.filter(|method| !found.iter().any(|known| known.id == method.id)));
        }
        found
    }

    /// Another method of the same step that was not tried yet; one that is given in another way before
    /// one that is given in the same way. `None` where there is none left.
    #[must_use]
    pub fn switch(&self, rules: &[RuleId], from: &Method, tried: &[MethodId]) -> Option<&Method> {
        self.next(rules, from, from.step, tried)
    }

    /// A method of the next step that was not tried yet. `None` on the highest.
    #[must_use]
    pub fn step_up(&self, rules: &[RuleId], from: &Method, tried: &[MethodId]) -> Option<&Method> {
        (from.step + 1..=*STEPS.end()).find_map(|step| self.next(rules, from, step, tried))
    }

    /// A method of one step for a risk of the case, the risks of the method so far first.
    fn next(&self, rules: &[RuleId], from: &Method, step: u8, tried: &[MethodId]) -> Option<&Method> {
        let risks: Vec<&str> = self.risks_of(rules).map(|risk| &*risk.id).collect();
        let is_for_case = |method: &Method| method.risks.iter().any(|risk| risks.contains(&&**risk));
        // How many of the case's risks that the method was for the other one is for, too.
        let shared = |method: &Method| {
            method.risks.iter().filter(|risk| from.risks.contains(risk) && risks.contains(&&***risk)).count()
        };
        self.of_side(from.side)
            .filter(|method| method.step == step && method.id != from.id && !tried.contains(&method.id))
            .filter(|method| is_for_case(method) || shared(method) > 0)
            .min_by_key(|method| (std::cmp::Reverse(shared(method)), method.modality == from.modality))
    }

    fn of_side(&self, side: ActionKind) -> impl Iterator<Item = &Method> {
        self.methods.iter().filter(move |method| method.side == side)
    }
}
