//! Working conditions by their names in evidence.

use super::{number, words};

/// What a kind of working condition is called, how many decimals it is worth, and its unit.
struct Condition {
    name: &'static str,
    decimals: usize,
    unit: &'static str,
}

fn condition(kind: &str) -> Option<Condition> {
    let (name, decimals, unit) = match kind {
        "weekly_hours" => ("Weekly hours", 0, " h"),
        "overtime_days" => ("Days of overtime running", 0, ""),
        "overtime_noise_lex8h_dba" => ("Noise on days of overtime", 0, " dB(A)"),
        "consecutive_work_days" => ("Days without a day's rest", 0, ""),
        "consecutive_nights" => ("Night shifts in a row", 0, ""),
        "nights_in_28_d" => ("Night shifts in 28 days", 0, ""),
        "night_spell_weeks" => ("Weeks of night work", 0, ""),
        "quick_returns_7_d" => ("Short rests in 7 days", 0, ""),
        "noise_lex8h_dba" => ("Noise of a day", 0, " dB(A)"),
        "noise_lex40h_dba" => ("Noise of a week", 0, " dB(A)"),
        "wbgt_c" => ("Heat (WBGT)", 1, " °C"),
        "violence_events_7_d" => ("Violence in 7 days", 0, ""),
        "days_since_incident" => ("Days since violence or an accident", 0, ""),
        "days_since_return" => ("Days since the return to work", 0, ""),
        _ => return None,
    };
    Some(Condition { name, decimals, unit })
}

/// What it is called.
pub(super) fn name(kind: &str) -> String {
    condition(kind).map_or_else(|| words(kind), |known| known.name.to_owned())
}

/// A figure of it with its unit.
pub(super) fn figure(kind: &str, value: f64) -> String {
    condition(kind)
        .map_or_else(|| super::plain(value), |known| format!("{}{}", number(value, known.decimals), known.unit))
}
