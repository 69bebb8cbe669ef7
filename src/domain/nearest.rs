//! The known word that somebody may have meant.

/// The nearest of `words` to what was typed, where it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let near = words.into_iter().map(|word| (distance(&typed, &word.to_lowercase()), word));
    let (distance, word) = near.min_by_key(|(distance, _)| *distance)?;
    // A third of the letters may be wrong; beyond that it is another word.
    (distance * 3 <= typed.chars().count()).then_some(word)
}

/// How many letters must be added, left out, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        let words = ["hrv_state", "weekly_hours", "noise_dba", "crisis", "q"];
        assert_eq!(nearest("hrv_sate", words), Some("hrv_state"));
        assert_eq!(nearest("weekly_huors", words), Some("weekly_hours"));
        assert_eq!(nearest("Crisis", words), Some("crisis"));
        assert_eq!(nearest("temperature", words), None);
        assert_eq!(nearest("", words), None);
    }
}
