//! Numbers rounded to what they are worth.

pub(super) fn tenths(value: f64) -> f64 {
    rounded(value, 10.0)
}

pub(super) fn hundredths(value: f64) -> f64 {
    rounded(value, 100.0)
}

fn rounded(value: f64, parts: f64) -> f64 {
    // Adding 0 turns -0 into 0, which reads better.
    (value * parts).round() / parts + 0.0
}
