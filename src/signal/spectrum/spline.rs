//! A curve through beats, sampled evenly.

/// What goes through the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// A cubic spline, not-a-knot: the first two and the last two pieces are one cubic each.
    #[default]
    CubicSpline,
    /// A straight line from point to point, as some libraries have it. It loses a third of the HF
    /// power at four samples a second.
    Linear,
}

/// Samples, every `step` from the first time up to, not including, the last, of the curve through the
/// points; `None` with fewer than four points or where times do not advance.
pub(super) fn resample(times: &[f64], values: &[f64], step: f64, curve: Interpolation) -> Option<Vec<f64>> {
    let count = times.len();
    let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if count < 4 || values.len() != count || !gaps.iter().all(|gap| *gap > 0.0 && gap.is_finite()) {
        return None;
    }
    let curvature = match curve {
        Interpolation::CubicSpline => curvatures(&gaps, values),
        Interpolation::Linear => vec![0.0; count],
    };
    let mut out = Vec::new();
    let mut piece = 0;
    loop {
        let time = times[0] + out.len() as f64 * step;
        if time >= times[count - 1] {
            return Some(out);
        }
        while times[piece + 1] < time {
            piece += 1;
        }
        let gap = gaps[piece];
        let (left, right) = (times[piece + 1] - time, time - times[piece]);
        let bend = |curvature: f64, side: f64| curvature * (side.powi(3) / gap - gap * side) / 6.0;
        out.push(
            (values[piece] * left + values[piece + 1] * right) / gap
                + bend(curvature[piece], left)
                + bend(curvature[piece + 1], right),
        );
    }
}

/// Second derivatives at the points, by elimination in the tridiagonal system of the inner ones.
fn curvatures(gaps: &[f64], values: &[f64]) -> Vec<f64> {
    let count = values.len();
    let slope = |at: usize| (values[at + 1] - values[at]) / gaps[at];
    let (start, end) = (gaps[0] / gaps[1], gaps[count - 2] / gaps[count - 3]);
    let mut diagonal = vec![0.0; count];
    let mut above = vec![0.0; count];
    let mut right = vec![0.0; count];
    for at in 1..count - 1 {
        let mut below = gaps[at - 1];
        diagonal[at] = 2.0 * (gaps[at - 1] + gaps[at]);
        above[at] = gaps[at];
        right[at] = 6.0 * (slope(at) - slope(at - 1));
        if at == 1 {
            diagonal[at] += gaps[0] * (1.0 + start);
            above[at] -= gaps[0] * start;
            below = 0.0;
        }
        if at == count - 2 {
            diagonal[at] += gaps[at] * (1.0 + end);
            below -= gaps[at] * end;
            above[at] = 0.0;
        }
        if at > 1 {
            let factor = below / diagonal[at - 1];
            diagonal[at] -= factor * above[at - 1];
            right[at] -= factor * right[at - 1];
        }
    }
    let mut curvature = vec![0.0; count];
    for at in (1..count - 1).rev() {
        curvature[at] = (right[at] - above[at] * curvature[at + 1]) / diagonal[at];
    }
    curvature[0] = (1.0 + start) * curvature[1] - start * curvature[2];
    curvature[count - 1] = (1.0 + end) * curvature[count - 2] - end * curvature[count - 3];
    curvature
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_is_met_exactly_between_uneven_points() {
        let cubic = |time: f64| 2.0 - time + 0.5 * time.powi(2) - 0.3 * time.powi(3);
        for times in [vec![0.0, 0.7, 1.1, 2.0], vec![0.0, 0.7, 1.1, 2.0, 2.2, 3.5]] {
            let values: Vec<f64> = times.iter().copied().map(cubic).collect();
            for (at, sample) in
                resample(&times, &values, 0.25, Interpolation::CubicSpline).unwrap().into_iter().enumerate()
            {
                assert!((sample - cubic(at as f64 * 0.25)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_line_goes_straight_from_point_to_point() {
        let samples = resample(&[0.0, 0.5, 1.5, 2.0], &[1.0, 2.0, 0.0, 4.0], 0.25, Interpolation::Linear);
        assert_eq!(samples, Some(vec![1.0, 1.5, 2.0, 1.5, 1.0, 0.5, 0.0, 2.0]));
    }

    #[test]
    fn points_that_do_not_advance_have_no_spline() {
        assert_eq!(resample(&[0.0, 1.0, 1.0, 2.0], &[1.0; 4], 0.25, Interpolation::CubicSpline), None);
        assert_eq!(resample(&[0.0, 1.0, 2.0], &[1.0; 3], 0.25, Interpolation::Linear), None);
    }
}
