//! The register of workers as a CSV file and as JSON: one row a worker.

use serde::{Deserialize, Serialize};

use std::collections::BTreeSet;

use crate::domain::TimeZone;
use crate::domain::ids::{SiteId, UNASSIGNED_UNIT, UnitId, WorkerId, WorkerKey};
use crate::domain::worker::{Profile, Sex};

/// One row of the register.
///
/// # Shape
/// `site,worker` and, optional, `unit,time_zone,birth_year,sex,bmi,safety_critical,beta_blocker,consent`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerRow {
    /// The site.
    pub site: String,
    /// The pseudonym.
    pub worker: String,
    /// Department or team.
    #[serde(default)]
    pub unit: Option<String>,
    /// IANA name of the zone whose dates count; the site's where it is missing.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Year of birth.
    #[serde(default)]
    pub birth_year: Option<i16>,
    /// `f` or `m`.
    #[serde(default)]
    pub sex: Option<String>,
    /// Body mass index, kg/m².
    #[serde(default)]
    pub bmi: Option<f64>,
    /// `true`, `yes` or `1`.
    #[serde(default)]
    pub safety_critical: Option<String>,
    /// `true`, `yes` or `1`.
    #[serde(default)]
    pub beta_blocker: Option<String>,
    /// `true`, `yes` or `1`.
    #[serde(default)]
    pub consent: Option<String>,
    /// That the worker chose to take no part: `paused` or `withdrawn`. No file says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_choice: Option<String>,
    /// Columns that the file does not have: of a worker who is known they are left as they are. A
    /// column that is there and empty says that nothing is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// The columns that a file may leave out.
const OPTIONAL: [&str; 8] =
    ["unit", "time_zone", "birth_year", "sex", "bmi", "safety_critical", "beta_blocker", "consent"];

/// Columns that a register may have and nothing here reads yet.
const READ_BY_OTHERS: [&str; 2] = ["devices", "enrolled_on"];

impl WorkerRow {
    /// The row as the service keeps it, and where it is of a worker who is `known`, with what the file
    /// left out as it was. The zone must be filled in.
    ///
    /// # Errors
    /// What is wrong with the row, in words.
    pub fn profile(&self, known: Option<&Profile>) -> Result<Profile, String> {
        let told = self.told().map_err(|cell| cell.problem)?;
        let Some(known) = known else { return Ok(told) };
        let is_kept = |column: &str| self.left_out.iter().any(|left_out| left_out == column);
        let kept = |column: &str| if is_kept(column) { known } else { &told };
        Ok(Profile {
            unit: kept("unit").unit.clone(),
            time_zone: kept("time_zone").time_zone.clone(),
            birth_year: kept("birth_year").birth_year,
            sex: kept("sex").sex,
            bmi: kept("bmi").bmi,
            is_safety_critical: kept("safety_critical").is_safety_critical,
            has_beta_blocker: kept("beta_blocker").has_beta_blocker,
            has_consent: kept("consent").has_consent,
            // A file says nothing of it, and takes nothing of it back.
            own_choice: known.own_choice,
            key: told.key,
        })
    }

    /// The row as the file tells it.
    fn told(&self) -> Result<Profile, BadCell> {
        let bad = |column: &'static str, problem: String| BadCell { column, problem };
        let site = SiteId::parse(&self.site).map_err(|e| bad("site", format!("the site {e}")))?;
        let worker = WorkerId::parse(&self.worker).map_err(|e| bad("worker", format!("the worker {e}")))?;
        let zone = self.time_zone.as_deref().filter(|z| !z.is_empty());
        let zone = zone.ok_or_else(|| bad("time_zone", "the time zone is missing".to_owned()))?;
        let no_zone = |_| bad("time_zone", format!("{zone} is no time zone of the IANA database"));
        let time_zone = TimeZone::get(zone).map_err(no_zone)?;
        let unit = self.unit.as_deref().filter(|u| !u.is_empty()).unwrap_or(UNASSIGNED_UNIT);
        let sex = match self.sex.as_deref().map(str::trim) {
            None | Some("") => None,
            Some("f" | "F" | "female") => Some(Sex::Female),
            Some("m" | "M" | "male") => Some(Sex::Male),
            Some(other) => return Err(bad("sex", format!("the sex {other} is neither f nor m"))),
        };
        if let Some(bmi) = self.bmi.filter(|bmi| !(10.0..=80.0).contains(bmi)) {
            return Err(bad("bmi", format!("the body mass index {bmi} is outside 10..=80")));
        }
        if let Some(year) = self.birth_year.filter(|year| !(1900..=2100).contains(year)) {
            return Err(bad("birth_year", format!("the year of birth {year} is outside 1900..=2100")));
        }
        Ok(Profile {
            key: WorkerKey { site, worker },
            unit: UnitId::parse(unit).map_err(|e| bad("unit", format!("the unit {e}")))?,
            time_zone,
            birth_year: self.birth_year,
            sex,
            bmi: self.bmi,
            is_safety_critical: flag("safety_critical", self.safety_critical.as_deref())?,
            has_beta_blocker: flag("beta_blocker", self.beta_blocker.as_deref())?,
            has_consent: match self.consent.as_deref().map(str::trim) {
                None | Some("") => None,
                said => Some(flag("consent", said)?),
            },
            own_choice: None,
        })
    }

    /// The row of a worker.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let said = |value: bool| Some(value.to_string());
        Self {
            site: profile.key.site.to_string(),
            worker: profile.key.worker.to_string(),
            unit: Some(profile.unit.to_string()),
            time_zone: profile.time_zone.iana_name().map(str::to_owned),
            birth_year: profile.birth_year,
            sex: profile.sex.map(|sex| match sex {
                Sex::Female => "f".to_owned(),
                Sex::Male => "m".to_owned(),
            }),
            bmi: profile.bmi,
            safety_critical: said(profile.is_safety_critical),
            beta_blocker: said(profile.has_beta_blocker),
            consent: profile.has_consent.map(|has_consent| has_consent.to_string()),
            own_choice: profile.own_choice.map(|choice| choice.withholding.as_str().to_owned()),
            left_out: Vec::new(),
        }
    }
}

fn flag(column: &'static str, text: Option<&str>) -> Result<bool, BadCell> {
    match text.map(str::trim) {
        None | Some("" | "false" | "no" | "0") => Ok(false),
        Some("true" | "yes" | "1") => Ok(true),
        Some(other) => Err(BadCell { column, problem: format!("{column} is {other}; it must be true or false") }),
    }
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line; the header is line 1.
    pub line: u64,
    /// The column, where it is one column's fault.
    pub column: Option<String>,
    /// What is wrong, in words.
    pub problem: String,
}

/// What is wrong with a cell.
struct BadCell {
    column: &'static str,
    problem: String,
}

/// The lines that are sound, each with its place.
type Lines = Vec<(u64, WorkerRow)>;

/// Reads a register; every bad line is named, and none is taken where one is bad.
///
/// # Errors
/// Each bad line and what is wrong with it.
pub fn read(text: &str, zone_of: impl Fn(&str) -> Option<String>) -> Result<Vec<WorkerRow>, Vec<String>> {
    let (rows, bad) = read_lines(text, zone_of);
    if bad.is_empty() {
        return Ok(rows.into_iter().map(|(_, row)| row).collect());
    }
    Err(bad.into_iter().map(|BadLine { line, problem, .. }| format!("line {line}: {problem}")).collect())
}

/// Reads a register: its good lines, and its bad ones. With a bad header no line is good.
pub fn read_lines(text: &str, zone_of: impl Fn(&str) -> Option<String>) -> (Lines, Vec<BadLine>) {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return (Vec::new(), vec![BadLine { line: 1, column: None, problem: error.to_string() }]),
    };
    let is_missing = |column: &&str| header.iter().all(|known| known != *column);
    let left_out: Vec<String> = OPTIONAL.iter().filter(|column| is_missing(column)).map(ToString::to_string).collect();
    let names: Vec<String> = header.iter().map(str::to_owned).collect();
    let (mut rows, mut bad) = (Vec::new(), header_problems(&names));
    if !bad.is_empty() {
        return (rows, bad);
    }
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        let (line, read) = match record {
            Ok(record) => (record.position().map_or(0, csv::Position::line), record.deserialize(Some(&header))),
            Err(error) => (error.position().map_or(0, csv::Position::line), Err(error)),
        };
        let checked =
            read.map_err(|error| (column_of(&error, &names), error.to_string())).and_then(|row: WorkerRow| {
                let at = |column: &str, problem: String| (Some(column.to_owned()), problem);
                let zone =
                    zone_of(&row.site).ok_or_else(|| at("site", format!("site {} is not configured", row.site)))?;
                let time_zone = row.time_zone.clone().filter(|z| !z.is_empty()).or(Some(zone));
                let row = WorkerRow { time_zone, left_out: left_out.clone(), ..row };
                let told = row.told().map_err(|cell| at(cell.column, cell.problem))?;
                let is_first = seen.insert(told.key);
                if is_first { Ok(row) } else { Err(at("worker", format!("worker {} stands in it twice", row.worker))) }
            });
        match checked {
            Ok(row) => rows.push((line, row)),
            Err((column, problem)) => bad.push(BadLine { line, column, problem }),
        }
    }
    (rows, bad)
}

/// The column that could not be read, where it is one column's fault.
fn column_of(error: &csv::Error, names: &[String]) -> Option<String> {
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return None };
    names.get(usize::try_from(err.field()?).ok()?).cloned()
}

/// A column with a slip of the pen would be a consent or an age that nobody sees.
fn header_problems(header: &[String]) -> Vec<BadLine> {
    let required = ["site", "worker"];
    let known = || required.iter().chain(&OPTIONAL).chain(&READ_BY_OTHERS);
    let unknown = header.iter().filter(|column| known().all(|name| name != column));
    let missing = required.iter().filter(|name| header.iter().all(|column| column != **name));
    let columns: Vec<&str> = known().copied().collect();
    let bad = |column: &str, problem: String| BadLine { line: 1, column: Some(column.to_owned()), problem };
    let unknown = unknown.map(|column| bad(column, format!("{column:?} is no column; use {}", columns.join(","))));
    unknown.chain(missing.map(|name| bad(name, format!("the column {name} is missing")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(site: &str) -> Option<String> {
        (site == "plant-a").then(|| "Asia/Ho_Chi_Minh".to_owned())
    }

    #[test]
    fn a_register_needs_only_site_and_worker() {
        let rows = read("site,worker\nplant-a,w-1\n", zone).unwrap();
        let profile = rows[0].profile(None).unwrap();
        assert_eq!(profile.unit.as_str(), "unassigned");
        assert_eq!(profile.time_zone.iana_name(), Some("Asia/Ho_Chi_Minh"));
        assert_eq!(profile.has_consent, None);
    }

    #[test]
    fn a_slip_in_the_header_or_a_worker_told_twice_is_named() {
        let problems = read("site,worker,consnet,devices\nplant-a,w-1,no,b-1\n", zone).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("line 1: \"consnet\" is no column"), "{problems:?}");
        assert_eq!(read("site;worker\n", zone).unwrap_err().len(), 3);
        let twice = read("site,worker\nplant-a,w-1\nplant-a,w-1\n", zone).unwrap_err();
        assert_eq!(twice, ["line 3: worker w-1 stands in it twice"]);
    }

    #[test]
    fn every_bad_line_is_named() {
        let text = "site,worker,sex,consent\nplant-a,w-1,f,yes\nplant-b,w-2,m,yes\nplant-a,w/3,x,\n";
        let problems = read(text, zone).unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("line 3: site plant-b is not configured"));
        assert!(problems[1].starts_with("line 4: the worker"));
    }

    #[test]
    fn a_bad_line_names_its_line_and_column_and_spoils_no_other() {
        let text = "site,worker,birth_year,unit\nplant-a,w-1,1980,\"a\nb\"\nplant-a,w-2,old,u\nplant-a,w-3,1990,u\n\
                    plant-a,w-4\n";
        let (rows, bad) = read_lines(text, zone);
        let good: Vec<(u64, &str)> = rows.iter().map(|(line, row)| (*line, row.worker.as_str())).collect();
        assert_eq!(good, [(5, "w-3")]);
        let bad: Vec<(u64, Option<&str>)> = bad.iter().map(|bad| (bad.line, bad.column.as_deref())).collect();
        assert_eq!(bad, [(2, Some("unit")), (4, Some("birth_year")), (6, None)]);
    }

    #[test]
    fn what_is_listed_can_be_imported_again() {
        let rows = read("site,worker,sex,bmi,consent\nplant-a,w-1,f,27.5,yes\n", zone).unwrap();
        let profile = rows[0].profile(None).unwrap();
        assert_eq!(WorkerRow::of(&profile).profile(None).unwrap(), profile);
    }

    #[test]
    fn a_column_that_is_left_out_changes_nothing_and_an_empty_one_does() {
        let all = "site,worker,unit,birth_year,sex,bmi,safety_critical,beta_blocker,consent\n";
        let full = read(&format!("{all}plant-a,w-1,smelter,1980,f,27.5,true,true,false\n"), zone).unwrap();
        let known = full[0].profile(None).unwrap();
        assert!(known.has_beta_blocker && known.is_safety_critical && known.has_consent == Some(false));
        let moved = read("site,worker,unit\nplant-a,w-1,rolling\n", zone).unwrap()[0].profile(Some(&known)).unwrap();
        assert_eq!(Profile { unit: known.unit.clone(), ..moved.clone() }, known);
        assert_eq!(moved.unit.as_str(), "rolling");
        let emptied = read(&format!("{all}plant-a,w-1,,,,,,,\n"), zone).unwrap()[0].profile(Some(&known)).unwrap();
        assert_eq!(emptied, Profile::unknown(known.key, known.time_zone));
    }

    #[test]
    fn no_file_takes_back_what_the_worker_chose() {
        use crate::domain::worker::{OwnChoice, Withholding};
        let rows = read("site,worker,consent\nplant-a,w-1,true\n", zone).unwrap();
        let since = "2026-03-01T08:00:00Z".parse().unwrap();
        let own_choice = Some(OwnChoice { withholding: Withholding::Withdrawn, since });
        let known = Profile { own_choice, ..rows[0].profile(None).unwrap() };
        assert_eq!(rows[0].profile(Some(&known)).unwrap().own_choice, own_choice);
        assert_eq!(WorkerRow::of(&known).own_choice.as_deref(), Some("withdrawn"));
        assert!(read("site,worker,own_choice\nplant-a,w-1,\n", zone).is_err());
    }

    #[test]
    fn what_a_file_left_out_is_known_on_the_other_side_of_the_socket() {
        let row = read("site,worker,consent\nplant-a,w-1,\n", zone).unwrap().remove(0);
        let sent: WorkerRow = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
        assert_eq!(sent, row);
        assert!(!sent.left_out.iter().any(|column| column == "consent") && sent.left_out.len() == 7);
    }
}
