//! The rules: facts go in; a level, the rules that matched and what they suggest come out.
//!
//! A [`RuleSet`] holds everything that a physician may change: conditions, cut-offs, the numbers of
//! the joint table, time limits. It is read from the rule file by `config::rules_file`. This module
//! parses no text, reads no clock and remembers nothing: the same facts give the same verdict.

mod condition;
mod cutoffs;
mod facts;
mod knobs;
#[cfg(test)]
mod library_tests;
mod number;
mod set;
mod table;
#[cfg(test)]
mod tests;
mod unit;
mod withheld;
mod words;

pub use condition::{Comparison, Condition, Flag, ScreeningSubject, ScreeningTest};
pub use cutoffs::{Construct, Cutoffs, InstrumentCutoffs};
pub use facts::{Facts, ScreenedFact};
pub use knobs::Knob;
pub use number::{Described, NumberFact, Numbers, Worse};
pub use set::{Raise, Rule, RuleSet, Verdict};
pub use table::JointTable;
pub use unit::{LEAST_WORKERS, Member, Share, UnitCondition, UnitFact, UnitFacts, UnitRule, UnitRules};
pub use withheld::withhold;
