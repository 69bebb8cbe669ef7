//! Daytime strain: how far the heart rate of a shift's windows lies above the person's own rest.
//!
//! What enters: windows of heart rate and RMSSD with their context, as bands send them or as
//! [`recording`] makes them of a heart-rate series and beats; and the person's own earlier days as a
//! [`DaytimeReference`], or nothing, and then the quiet part of the same recording serves. What
//! leaves: for every window u, the strain of the moment from 0 to 100 and a state, and for the whole
//! the shift load with its coverage. A busy body gives no value: exercise is `activity`, never
//! strain. Nothing in here decides on a case: the value is for the worker and the physician. Every
//! number that leaves is finite.

mod activity;
mod day;
pub mod labelled;
pub mod recording;
mod reference;
mod rest;
mod settings;
#[cfg(test)]
mod tests;
mod window;

pub use day::{Basis, DayStrain, Minutes, Person, Point, State, day, strain};
pub use recording::Recording;
pub use reference::{DaySummary, DaytimeReference, MOST_CELLS, MOST_DAYS, Usual};
pub use rest::{Rest, Scale};
pub use settings::Settings;
pub use window::Window;

use crate::domain::reading::Context;

/// The contexts that have something usual of their own.
pub const CONTEXTS: [Context; 3] = [Context::Work, Context::RestSeated, Context::Unknown];
