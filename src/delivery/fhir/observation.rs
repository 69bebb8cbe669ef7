//! What a case rests on, as `Observation`s: HRV, heart rate, sleep, the strain index, questionnaires.
//!
//! LOINC codes stand only where they were confirmed; every observation has a code of ours beside. Those
//! of the heart rate and of sleep are the ones of HL7's guides on physical activity and on personal
//! health records.

use serde::Serialize;

use super::datatypes::{Annotation, CodeableConcept, Coding, Identifier, Meta, Period, Quantity, Reference, instant};
use super::{Entry, Resource, Write, names};
use crate::domain::alert::{Alert, HrvEvidence, IndexEvidence, ScreeningEvidence, SetAside, SleepEvidence};
use crate::domain::event::Event;
use crate::domain::indicator::{Component as Part, Contribution, HrvState};
use crate::domain::screening::Instrument;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Observation {
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
    identifier: [Identifier; 1],
    status: &'static str,
    category: [CodeableConcept; 1],
    code: CodeableConcept,
    subject: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_period: Option<Period>,
    issued: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_quantity: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_absent_reason: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    interpretation: Vec<CodeableConcept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    note: Vec<Annotation>,
    method: CodeableConcept,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    component: Vec<Component>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    code: CodeableConcept,
    value_quantity: Quantity,
}

/// What differs between observations.
struct Measured {
    /// Names it among the observations of the case.
    name: String,
    category: &'static str,
    code: CodeableConcept,
    /// None where it is of all the days that were looked at.
    on: Option<String>,
    value: Option<Quantity>,
    interpretation: Vec<CodeableConcept>,
    note: Option<String>,
    component: Vec<Component>,
}

/// The observations of an alert.
pub(super) fn entries(event: &Event, alert: &Alert) -> Vec<Entry> {
    let evidence = &alert.evidence;
    let parts: &[Contribution] = evidence.index.as_ref().map_or(&[], |index| &index.contributions);
    let part = |of: Part| parts.iter().find(|part| part.component == of);
    let mut measured = Vec::new();
    if let Some(found) = &evidence.hrv {
        measured.push(hrv(found, part(Part::Hrv)));
        measured.extend(heart_rate(found, part(Part::RestingHeartRate)));
    }
    measured.extend(evidence.sleep.as_ref().map(sleep));
    measured.extend(evidence.index.as_ref().map(index));
    measured.extend(evidence.screenings.iter().map(screening));
    measured.into_iter().map(|measured| entry(event, alert, measured)).collect()
}

fn entry(event: &Event, alert: &Alert, measured: Measured) -> Entry {
    let Measured { name, category, code, on, value, interpretation, note, component } = measured;
    let (from, to) = alert.window;
    // One of a kind for each day that a case was looked at, whichever event tells it.
    let day = on.clone().unwrap_or_else(|| to.to_string());
    let identifier = names::of_site(&event.site, "observation", &format!("{}:{name}:{day}", alert.case));
    let categories = "http://terminology.hl7.org/CodeSystem/observation-category";
    let absent = Coding::new("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown", "Unknown");
    let versions = format!("Vagus, engine {}, rules {:016x}", alert.versions.engine, alert.versions.rules);
    let observation = Observation {
        resource_type: "Observation",
        meta: Meta::of_person(event),
        identifier: [identifier.clone()],
        status: "final",
        category: [CodeableConcept::coded(Coding::bare(categories, category))],
        code,
        subject: Reference::patient(event, &alert.worker),
        effective_period: on.is_none().then(|| Period { start: Some(from.to_string()), end: Some(to.to_string()) }),
        effective_date_time: on,
        issued: instant(event.time),
        data_absent_reason: value.is_none().then(|| CodeableConcept::coded(absent)),
        value_quantity: value,
        interpretation,
        note: note.into_iter().map(|text| Annotation { text }).collect(),
        method: CodeableConcept::text(&versions),
        component,
    };
    Write::of(alert.kind).entry("Observation", &identifier, Resource::Observation(observation))
}

/// A measure by a code of ours.
fn measure(code: &'static str, text: &str) -> CodeableConcept {
    CodeableConcept::of(vec![Coding::bare(names::MEASURE, code)], text)
}

fn component(code: &'static str, text: &str, value: Option<Quantity>) -> Option<Component> {
    value.map(|value_quantity| Component { code: measure(code, text), value_quantity })
}

fn spreads(z: f64) -> Option<Quantity> {
    Quantity::of(z, "usual spreads", "1")
}

fn hrv(hrv: &HrvEvidence, part: Option<&Contribution>) -> Measured {
    let ms = |value| Quantity::of(value, "ms", "ms");
    let raw = part.and_then(|part| part.raw).filter(|ms| *ms > 0.0);
    let components = [
        component("ln_rmssd", "ln RMSSD in ms", raw.and_then(|ms| Quantity::of(ms.ln(), "ln(ms)", "1"))),
        component("usual_rmssd", "The worker's usual RMSSD", part.and_then(|part| part.usual).and_then(ms)),
        component("hrv_z7", "Mean of 7 days against the usual", hrv.z7.and_then(spreads)),
        component(
            "hrv_change",
            "Change of RMSSD against the usual",
            hrv.change_pct.and_then(|percent| Quantity::of(percent, "%", "%")),
        ),
        component("nights_used", "Usable nights of 7", Quantity::of(f64::from(hrv.nights_used), "nights", "{night}")),
    ];
    let system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    let coding = match hrv.state {
        HrvState::Persistent | HrvState::Watch => vec![Coding::new(system, "L", "Low")],
        HrvState::Normal => vec![Coding::new(system, "N", "Normal")],
        HrvState::Learning | HrvState::Stale => Vec::new(),
    };
    Measured {
        name: "rmssd".to_owned(),
        category: "activity",
        code: measure("rmssd", "RMSSD of the main sleep, over 7 days"),
        on: None,
        value: raw.and_then(ms),
        interpretation: vec![CodeableConcept::of(coding, hrv.state.as_str())],
        note: hrv.set_aside.map(|why| match why {
            SetAside::Illness => "Set aside: an illness was reported.".to_owned(),
            SetAside::IrregularRhythm => "Set aside: the beats were irregular.".to_owned(),
        }),
        component: components.into_iter().flatten().collect(),
    }
}

fn heart_rate(hrv: &HrvEvidence, part: Option<&Contribution>) -> Option<Measured> {
    let rate = |value| Quantity::of(value, "beats/minute", "/min");
    let value = part.and_then(|part| part.raw).and_then(rate);
    let components = [
        component("usual_sleeping_heart_rate", "The worker's usual", part.and_then(|part| part.usual).and_then(rate)),
        component("sleeping_heart_rate_z7", "Mean of 7 days against the usual", hrv.rhr_z7.and_then(spreads)),
    ];
    let component: Vec<Component> = components.into_iter().flatten().collect();
    let is_known = value.is_some() || !component.is_empty();
    let loinc = Coding::new(names::LOINC, "40443-4", "Heart rate --resting");
    let code = vec![loinc, Coding::bare(names::MEASURE, "sleeping_heart_rate")];
    is_known.then(|| Measured {
        name: "sleeping_heart_rate".to_owned(),
        category: "activity",
        code: CodeableConcept::of(code, "Heart rate asleep, newest night"),
        on: None,
        value,
        interpretation: Vec::new(),
        note: None,
        component,
    })
}

fn sleep(sleep: &SleepEvidence) -> Measured {
    let hours = |value| Quantity::of(value, "h", "h");
    let components = [
        component("sleep_need", "The worker's need", hours(sleep.need_h)),
        component("sleep_debt_14_d", "Short of the need over 14 days", hours(sleep.debt14_h)),
        component(
            "sleep_efficiency_7_d",
            "Sleep efficiency, mean of 7 days",
            sleep.se7_pct.and_then(|percent| Quantity::of(percent, "%", "%")),
        ),
    ];
    let loinc = Coding::new(names::LOINC, "93832-4", "Sleep duration");
    Measured {
        name: "sleep_duration".to_owned(),
        category: "activity",
        code: CodeableConcept::of(vec![loinc, Coding::bare(names::MEASURE, "tst7")], "Sleep a night, mean of 7 days"),
        on: None,
        value: hours(sleep.tst7_h),
        interpretation: Vec::from_iter(sleep.is_poor.then(|| CodeableConcept::text("persistently poor"))),
        note: None,
        component: components.into_iter().flatten().collect(),
    }
}

fn index(index: &IndexEvidence) -> Measured {
    let points = |value| Quantity::of(value, "points", "{points}");
    let part = |part: &Contribution| {
        let (code, text) = match part.component {
            Part::Hrv => ("index_hrv", "Points of night-time HRV"),
            Part::RestingHeartRate => ("index_rhr", "Points of the heart rate asleep"),
            Part::SleepDebt => ("index_debt", "Points of sleep against need"),
            Part::Continuity => ("index_cont", "Points of broken sleep"),
            Part::Regularity => ("index_reg", "Points of irregular sleep"),
        };
        component(code, text, points(part.points))
    };
    Measured {
        name: "strain_index".to_owned(),
        category: "activity",
        code: measure("strain_index", "Strain index, 0 to 100, where 50 is the worker's usual"),
        on: None,
        value: points(index.value),
        interpretation: Vec::from_iter(index.band.map(|band| CodeableConcept::text(band.as_str()))),
        note: Some("A sum of deviations from the worker's own usual, and no measurement of stress.".to_owned()),
        component: index.contributions.iter().filter_map(part).collect(),
    }
}

fn screening(screening: &ScreeningEvidence) -> Measured {
    let name = screening.instrument.as_str();
    let local = Coding::bare(names::INSTRUMENT, name);
    let coding = loinc(screening.instrument).map(|code| Coding::bare(names::LOINC, code)).into_iter().chain([local]);
    let filled = if screening.is_prorated { "A missing answer was filled with the mean of the others. " } else { "" };
    Measured {
        name: name.to_owned(),
        category: "survey",
        code: CodeableConcept::of(coding.collect(), &format!("{name} score")),
        on: Some(screening.taken_on.to_string()),
        value: Quantity::of(screening.score, "score", "{score}"),
        interpretation: Vec::from_iter(screening.band.as_deref().map(CodeableConcept::text)),
        note: Some(format!("{filled}Counts until {}.", screening.valid_until)),
        component: Vec::new(),
    }
}

/// The LOINC code of a total, where it was confirmed.
///
/// # Source
/// Domain reference, section 6.1.
pub(super) const fn loinc(instrument: Instrument) -> Option<&'static str> {
    match instrument {
        Instrument::Gad7 => Some("70274-6"),
        Instrument::Phq9 => Some("44261-6"),
        Instrument::Phq4 => Some("70272-0"),
        Instrument::Phq8
        | Instrument::Pss10
        | Instrument::Isi
        | Instrument::Who5
        | Instrument::Dass21
        | Instrument::Sas
        | Instrument::Sds
        | Instrument::Scl90
        | Instrument::Cbi
        | Instrument::Eri
        | Instrument::K6
        | Instrument::K10
        | Instrument::Psqi
        | Instrument::Ess
        | Instrument::StaiS
        | Instrument::MbiGs => None,
    }
}
