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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        let told = self.told()?;
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
            key: told.key,
        })
    }

    /// The row as the file tells it.
    fn told(&self) -> Result<Profile, String> {
        let site = SiteId::parse(&self.site).map_err(|e| format!("the site {e}"))?;
        let worker = WorkerId::parse(&self.worker).map_err(|e| format!("the worker {e}"))?;
        let zone = self.time_zone.as_deref().filter(|z| !z.is_empty()).ok_or("the time zone is missing")?;
        let time_zone = TimeZone::get(zone).map_err(|_| format!("{zone} is no time zone of the IANA database"))?;
        let unit = self.unit.as_deref().filter(|u| !u.is_empty()).unwrap_or(UNASSIGNED_UNIT);
        let sex = match self.sex.as_deref().map(str::trim) {
            None | Some("") => None,
            Some("f" | "F" | "female") => Some(Sex::Female),
            Some("m" | "M" | "male") => Some(Sex::Male),
            Some(other) => return Err(format!("the sex {other} is neither f nor m")),
        };
        if let Some(bmi) = self.bmi.filter(|bmi| !(10.0..=80.0).contains(bmi)) {
            return Err(format!("the body mass index {bmi} is outside 10..=80"));
        }
        if let Some(year) = self.birth_year.filter(|year| !(1900..=2100).contains(year)) {
            return Err(format!("the year of birth {year} is outside 1900..=2100"));
        }
        Ok(Profile {
            key: WorkerKey { site, worker },
            unit: UnitId::parse(unit).map_err(|e| format!("the unit {e}"))?,
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
            left_out: Vec::new(),
        }
    }
}

fn flag(what: &str, text: Option<&str>) -> Result<bool, String> {
    match text.map(str::trim) {
        None | Some("" | "false" | "no" | "0") => Ok(false),
        Some("true" | "yes" | "1") => Ok(true),
        Some(other) => Err(format!("{what} is {other}; it must be true or false")),
    }
}

/// Reads a register; every bad line is named, and none is taken where one is bad.
///
/// # Errors
/// Each bad line and what is wrong with it.
pub fn read(text: &str, zone_of: impl Fn(&str) -> Option<String>) -> Result<Vec<WorkerRow>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let header = reader.headers().map_err(|error| vec![format!("line 1: {error}")])?;
    let is_missing = |column: &&str| header.iter().all(|known| known != *column);
    let left_out: Vec<String> = OPTIONAL.iter().filter(|column| is_missing(column)).map(ToString::to_string).collect();
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    problems.extend(header_problems(&header));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut seen = BTreeSet::new();
    for (place, record) in reader.deserialize::<WorkerRow>().enumerate() {
        let line = place + 2;
        let checked = record.map_err(|error| error.to_string()).and_then(|mut row| {
            let zone = zone_of(&row.site).ok_or_else(|| format!("site {} is not configured", row.site))?;
            row.time_zone = row.time_zone.filter(|z| !z.is_empty()).or(Some(zone));
            row.left_out.clone_from(&left_out);
            let told = row.told()?;
            if seen.insert(told.key) { Ok(row) } else { Err(format!("worker {} stands in it twice", row.worker)) }
        });
        match checked {
            Ok(row) => rows.push(row),
            Err(problem) => problems.push(format!("line {line}: {problem}")),
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// A column with a slip of the pen would be a consent or an age that nobody sees.
fn header_problems(header: &[String]) -> Vec<String> {
    let required = ["site", "worker"];
    let known = || required.iter().chain(&OPTIONAL).chain(&READ_BY_OTHERS);
    let unknown = header.iter().filter(|column| known().all(|name| name != column));
    let missing = required.iter().filter(|name| header.iter().all(|column| column != **name));
    let columns: Vec<&str> = known().copied().collect();
    let unknown = unknown.map(|column| format!("line 1: {column:?} is no column; use {}", columns.join(",")));
    unknown.chain(missing.map(|name| format!("line 1: the column {name} is missing"))).collect()
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
    fn what_a_file_left_out_is_known_on_the_other_side_of_the_socket() {
        let row = read("site,worker,consent\nplant-a,w-1,\n", zone).unwrap().remove(0);
        let sent: WorkerRow = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
        assert_eq!(sent, row);
        assert!(!sent.left_out.iter().any(|column| column == "consent") && sent.left_out.len() == 7);
    }
}
