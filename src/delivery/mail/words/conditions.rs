//! Working conditions by their names in evidence.

use super::with_unit;
use crate::texts::Language;

/// How many decimals a figure of a kind of working condition is worth, and its unit.
const fn worth(kind: &str) -> (u8, &'static str) {
    match kind.as_bytes() {
        b"weekly_hours" => (0, "hours"),
        b"overtime_noise_lex8h_dba" | b"noise_lex8h_dba" | b"noise_lex40h_dba" => (0, "dba"),
        b"wbgt_c" => (1, "celsius"),
        _ => (0, "plain"),
    }
}

/// What it is called.
pub(super) fn name(kind: &str, language: Language) -> String {
    language.say(&format!("condition-{kind}"))
}

/// A figure of it with its unit.
pub(super) fn figure(kind: &str, value: f64, language: Language) -> String {
    let (decimals, unit) = worth(kind);
    with_unit(unit, language.number(value, decimals), language)
}
