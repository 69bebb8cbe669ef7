//! Settings: what was typed becomes what it means, with all problems at once.
//!
//! Files and the environment enter; [`Settings`] and a rule set leave, or a list
//! of problems, each with its file, line, key and remedy. Only this module reads the environment and
//! the files that settings name. It starts nothing and connects to nothing.

mod conditions;
mod delivery;
mod holidays;
pub mod library_file;
mod limits;
mod mqtt;
mod openid;
pub mod problem;
pub mod rule_change;
mod rule_list;
mod rule_sense;
pub mod rules_file;
mod section;
mod service;
pub mod settings;
mod thresholds;
mod traces;
mod translations;
mod unit_rules;
mod value;

pub use problem::{Problem, Problems};
pub use settings::{Settings, load, load_engine, load_mqtt, load_store, load_store_and_sites};
