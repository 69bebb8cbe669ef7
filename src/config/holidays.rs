//! The files of holidays, and the working calendars they make of the sites.

use std::collections::BTreeSet;
use std::path::Path;

use super::problem::{Problem, Problems};
use super::settings::Site;
use crate::cases::calendar::{Calendar, Calendars};
use crate::domain::Date;

const REMEDY: &str = "begin the line with a date such as 2026-05-01; a name may follow it, and # begins a comment";

/// The calendars of the sites, with the holidays as their files say them now.
///
/// # Errors
/// Every problem of every file.
pub(super) fn calendars(sites: &[Site]) -> Result<Calendars, Problems> {
    let mut calendars = Calendars::default();
    let mut problems = Vec::new();
    for site in sites {
        let holidays = site.holidays_file.as_deref().map_or_else(|| Ok(BTreeSet::new()), load);
        let (zone, working_days) = (site.time_zone.clone(), site.working_days);
        match holidays {
            Ok(holidays) => {
                calendars.by_site.insert(site.id.clone(), Calendar { zone, working_days, holidays });
            }
            // Sites of one country share a file: its problems are told once.
            Err(more) => problems.extend(more.into_iter().filter(|p| !problems.contains(p)).collect::<Vec<_>>()),
        }
    }
    if problems.is_empty() { Ok(calendars) } else { Err(Problems(problems)) }
}

fn load(path: &Path) -> Result<BTreeSet<Date>, Vec<Problem>> {
    let origin = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => read(&text, &origin),
        Err(error) => Err(vec![Problem {
            origin,
            line: None,
            key: String::new(),
            what: format!("cannot be read: {error}"),
            remedy: "name a readable text file in holidays_file of the site, or remove that key".to_owned(),
        }]),
    }
}

/// One date a line; `#` begins a comment, and what follows a date is its name.
fn read(text: &str, origin: &str) -> Result<BTreeSet<Date>, Vec<Problem>> {
    let mut dates = BTreeSet::new();
    let mut problems = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some(word) = line.split_whitespace().next() else { continue };
        if let Some(date) = date(word) {
            dates.insert(date);
        } else {
            problems.push(Problem {
                origin: origin.to_owned(),
                line: Some(number + 1),
                key: String::new(),
                what: format!("{word:?} is no date"),
                remedy: REMEDY.to_owned(),
            });
        }
    }
    if problems.is_empty() { Ok(dates) } else { Err(problems) }
}

/// Only the whole form is a date here: of a date with a time it is not clear what is meant.
fn date(word: &str) -> Option<Date> {
    word.parse().ok().filter(|date: &Date| date.to_string() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_a_date_a_line_with_names_and_comments() {
        let text = "\u{feff}# Berlin\n2026-05-01 Tag der Arbeit\r\n\n  2026-05-14\tHimmelfahrt # moves\n2026-05-01\n";
        let dates = read(text, "berlin.txt").unwrap();
        assert_eq!(dates, BTreeSet::from([Date::constant(2026, 5, 1), Date::constant(2026, 5, 14)]));
    }

    #[test]
    fn every_bad_line_is_told_with_its_number() {
        let text = "2026-02-29\n2026-05-01\n01.05.2026 May Day\n2026-05-01T10:00:00\n20260501\n-000001-05-01x";
        let problems = read(text, "berlin.txt").unwrap_err();
        assert_eq!(problems.iter().filter_map(|p| p.line).collect::<Vec<_>>(), [1, 3, 4, 5, 6]);
        assert_eq!(
            problems[1].to_string(),
            format!("berlin.txt:3: \"01.05.2026\" is no date; {REMEDY}"),
            "the file, the line, what is wrong and what to do"
        );
    }
}
