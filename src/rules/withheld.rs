//! Complementary suppression: what is left out of a column must not be computed from the whole and the rest.

/// Leaves out further cells of a column whose whole is published, the smallest first, until two or more are
/// missing that rest on at least `least` together. A cell with a base of 0 holds nobody and needs no cover.
///
/// # Source
/// Domain reference, section 9, complementary suppression.
pub fn withhold(cells: &mut [Option<f64>], bases: &[u32], least: u32) {
    loop {
        let missing = || cells.iter().zip(bases).filter(|(cell, base)| cell.is_none() && **base > 0);
        let (count, sum) = (missing().count(), missing().map(|(_, base)| base).sum::<u32>());
        if count == 0 || (count >= 2 && sum >= least) {
            return;
        }
        let told = cells.iter().zip(bases).enumerate().filter(|(_, (cell, _))| cell.is_some());
        let Some((smallest, _)) = told.min_by_key(|(_, (_, base))| **base) else { return };
        cells[smallest] = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(cells: &[Option<f64>], bases: &[u32]) -> Vec<bool> {
        let mut cells = cells.to_vec();
        withhold(&mut cells, bases, 10);
        cells.iter().map(Option::is_some).collect()
    }

    #[test]
    fn one_missing_cell_takes_the_smallest_other_with_it() {
        assert_eq!(left(&[None, Some(0.3), Some(0.2)], &[6, 40, 12]), [false, true, false]);
    }

    #[test]
    fn what_is_missing_rests_on_enough_together() {
        assert_eq!(left(&[None, None, Some(0.3), Some(0.2)], &[3, 4, 40, 12]), [false, false, true, false]);
        assert_eq!(left(&[None, None, Some(0.3)], &[6, 7, 40]), [false, false, true], "13 are enough");
    }

    #[test]
    fn where_nothing_is_missing_nothing_is_left_out() {
        assert_eq!(left(&[Some(0.1), Some(0.3)], &[10, 40]), [true, true]);
        assert_eq!(left(&[None, Some(0.3)], &[0, 40]), [false, true], "nobody is in the first");
    }
}
