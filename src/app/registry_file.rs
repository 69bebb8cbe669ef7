//! The register of workers as a CSV file and as JSON: one row a worker.

use serde::{Deserialize, Serialize};

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
}

impl WorkerRow {
    /// The row as the service keeps it. The zone must be filled in.
    ///
    /// # Errors
    /// What is wrong with the row, in words.
    pub fn profile(&self) -> Result<Profile, String> {
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
    for (place, record) in reader.deserialize::<WorkerRow>().enumerate() {
        let line = place + 2;
        let checked = record.map_err(|error| error.to_string()).and_then(|mut row| {
            let zone = zone_of(&row.site).ok_or_else(|| format!("site {} is not configured", row.site))?;
            row.time_zone = row.time_zone.filter(|z| !z.is_empty()).or(Some(zone));
            row.profile().map(|_| row)
        });
        match checked {
            Ok(row) => rows.push(row),
            Err(problem) => problems.push(format!("line {line}: {problem}")),
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
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
        let profile = rows[0].profile().unwrap();
        assert_eq!(profile.unit.as_str(), "unassigned");
        assert_eq!(profile.time_zone.iana_name(), Some("Asia/Ho_Chi_Minh"));
        assert_eq!(profile.has_consent, None);
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
        let profile = rows[0].profile().unwrap();
        assert_eq!(WorkerRow::of(&profile).profile().unwrap(), profile);
    }
}
