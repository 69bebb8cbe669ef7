//! Filling in what was judged false, for spectra only: filled values would shrink RMSSD.

/// The series with every value that is not valid replaced by a line, in index, between its valid
/// neighbours, or by the nearest valid value at the edges; `None` where nothing is valid.
pub(super) fn fill(values: &[f64], valid: &[bool]) -> Option<Vec<f64>> {
    let mut out = values.to_vec();
    let mut last_valid: Option<usize> = None;
    for at in 0..values.len() {
        if !valid[at] {
            continue;
        }
        match last_valid {
            None => out[..at].fill(values[at]),
            Some(before) => {
                let step = (values[at] - values[before]) / (at - before) as f64;
                for (steps, between) in (1_u32..).zip(&mut out[before + 1..at]) {
                    *between = values[before] + step * f64::from(steps);
                }
            }
        }
        last_valid = Some(at);
    }
    let last = last_valid?;
    out[last + 1..].fill(values[last]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_take_the_nearest_and_the_middle_a_line() {
        let filled = fill(&[0.0, 2.0, 9.0, 9.0, 5.0, 1.0], &[false, true, false, false, true, false]);
        assert_eq!(filled, Some(vec![2.0, 2.0, 3.0, 4.0, 5.0, 5.0]));
        assert_eq!(fill(&[1.0], &[false]), None);
        assert_eq!(fill(&[], &[]), None);
    }
}
