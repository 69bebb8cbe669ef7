//! Windows of a heart as they come from a wrist: two waves, noise, and a few false beats.

/// Five minutes of beats in whole milliseconds, the same for the same seed: around a mean of 750 to
/// 950 ms a slow wave of 0.10 Hz and breathing at 0.27 Hz, noise, and in most windows a premature
/// beat, a missed and an extra detection.
pub(crate) fn five_minutes(seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mean_ms = 750.0 + 200.0 * uniform();
    let (mut rr_ms, mut now_s) = (Vec::new(), 0.0);
    while now_s < 300.0 {
        let wave = |hz: f64| (std::f64::consts::TAU * hz * now_s).sin();
        let noise = 30.0 * (uniform() + uniform() + uniform() - 1.5);
        let rr = (mean_ms + 40.0 * wave(0.10) + 30.0 * wave(0.27) + noise).round();
        now_s += rr / 1_000.0;
        match uniform() {
            // A premature beat and the pause after it.
            chance if chance < 0.004 => {
                rr_ms.push((0.65 * rr).round());
                rr_ms.push((1.35 * rr).round());
                now_s += rr / 1_000.0;
            }
            // A beat that was not seen.
            chance if chance < 0.006 => {
                rr_ms.push(2.0 * rr);
                now_s += rr / 1_000.0;
            }
            // A beat that was not there.
            chance if chance < 0.008 => rr_ms.extend([(0.4 * rr).floor(), rr - (0.4 * rr).floor()]),
            _ => rr_ms.push(rr),
        }
    }
    rr_ms
}
