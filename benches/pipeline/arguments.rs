//! What the load comparison is asked to do.

use std::fmt;

use clap::{Parser, ValueEnum};

use crate::feed::Shape;

/// Compares `vagus run` with a subscriber that does nothing, on the same feed in the same run.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// How many readings each form sends.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) readings: u32,
    /// Only one reading a message.
    #[arg(long, conflicts_with = "packed")]
    pub(crate) single: bool,
    /// Only 50 readings a message.
    #[arg(long)]
    pub(crate) packed: bool,
    /// How often the two sides take turns.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// In which order readings come.
    #[arg(long, value_enum, default_value_t = Order::Worker)]
    pub(crate) order: Order,
    /// Adds fields of a vendor's own, which make a reading about 395 bytes long instead of 230.
    #[arg(long)]
    pub(crate) vendor_fields: bool,
    /// How many messages the subscriber that does nothing may have unacknowledged; Vagus' own default.
    #[arg(long, default_value_t = vagus::ingest::Settings::default().receive_maximum)]
    pub(crate) receive_maximum: u16,
    /// Measures the subscriber that does nothing alone.
    #[arg(long)]
    pub(crate) null_only: bool,
    /// Shows how many messages mosquitto sends ahead of acknowledgements, and measures nothing.
    #[arg(long)]
    pub(crate) probe: bool,
    /// Given by `cargo bench`; means nothing here.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Arguments {
    pub(crate) fn modes(&self) -> Vec<Mode> {
        match (self.single, self.packed) {
            (true, _) => vec![Mode::Single],
            (_, true) => vec![Mode::Packed],
            (false, false) => vec![Mode::Single, Mode::Packed],
        }
    }
}

/// In which order readings come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Order {
    /// All workers' windows of one time, then the next: bands that are always in reach.
    Time,
    /// Fifty windows of one worker, then of the next: bands that sync when they are charged.
    Worker,
}

/// How many readings a message carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One.
    Single,
    /// Fifty.
    Packed,
}

impl Mode {
    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::Single => Shape::Object,
            Self::Packed => Shape::Array,
        }
    }

    /// The least ratio to the subscriber that does nothing.
    pub(crate) fn goal(self) -> f64 {
        match self {
            Self::Single => 0.9,
            Self::Packed => 0.35,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Single => "single readings",
            Self::Packed => "50 readings a message",
        })
    }
}
