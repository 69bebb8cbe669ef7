//! The bundles as they are, and what must never stand in them.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::delivery::samples;
use crate::domain::alert::ActionRequest;
use crate::domain::event::EventKind;
use crate::domain::ids::{UNASSIGNED_UNIT, UnitId};
use crate::domain::screening::Instrument;
use crate::screening::definition;
use crate::texts::Language;

fn told(event: &Event) -> Value {
    serde_json::from_slice(&bundle(event, Language::English).unwrap()).unwrap()
}

fn entries(bundle: &Value) -> &[Value] {
    bundle["entry"].as_array().unwrap()
}

fn of<'a>(bundle: &'a Value, resource: &'a str) -> Vec<&'a Value> {
    entries(bundle).iter().filter(|entry| entry["resource"]["resourceType"] == resource).collect()
}

fn is_known(name: &str, event: &Event) -> bool {
    let pretty = serde_json::to_string_pretty(&told(event)).unwrap() + "\n";
    samples::is_fixture(&format!("fhir/{name}.json"), &pretty)
}

#[test]
fn every_kind_but_the_count_is_as_it_was_checked() {
    assert_eq!(bundle(&samples::event(EventKind::Committee), Language::English), None);
    let kinds = EventKind::ALL.iter().filter(|kind| **kind != EventKind::Committee);
    let kinds = kinds.map(|kind| (kind.as_str(), samples::event(*kind)));
    let crisis = [("crisis", samples::crisis()), ("test", Event { is_test: true, ..samples::crisis() })];
    let written: Vec<&str> =
        kinds.chain(crisis).filter(|(name, event)| !is_known(name, event)).map(|(name, _)| name).collect();
    assert!(written.is_empty(), "written now: look at them, and run the tests again: {written:?}");
}

#[test]
fn the_first_event_creates_once_and_later_ones_replace() {
    let raised = told(&samples::event(EventKind::Raised));
    for entry in entries(&raised) {
        let resource = &entry["resource"];
        let identifier = &resource["identifier"][0];
        let query =
            format!("identifier={}|{}", identifier["system"].as_str().unwrap(), identifier["value"].as_str().unwrap());
        assert_eq!(entry["request"]["method"], "POST");
        assert_eq!(
            (&entry["request"]["url"], &entry["request"]["ifNoneExist"]),
            (&resource["resourceType"], &query.into())
        );
    }
    let closed = told(&samples::event(EventKind::Closed));
    assert_eq!(of(&closed, "Flag")[0]["request"]["method"], "PUT");
    let url = format!("Flag?identifier=urn:vagus:plant-a:case|{}", samples::case());
    assert_eq!(of(&closed, "Flag")[0]["request"]["url"], url);
    assert_eq!(of(&closed, "Flag")[0]["fullUrl"], of(&raised, "Flag")[0]["fullUrl"]);
}

#[test]
fn a_flag_is_active_until_its_case_closes_and_names_what_it_rests_on() {
    let raised = told(&samples::event(EventKind::Raised));
    let flag = &of(&raised, "Flag")[0]["resource"];
    assert_eq!(
        (&flag["status"], &flag["period"]),
        (&"active".into(), &serde_json::json!({"start": "2026-03-02T08:50:00.000Z"}))
    );
    assert_eq!(
        flag["subject"]["identifier"],
        serde_json::json!({"system": "urn:vagus:plant-a:worker", "value": "w-0042"})
    );
    let details =
        flag["extension"].as_array().unwrap().iter().filter(|extension| extension["valueReference"].is_object());
    assert_eq!(details.count(), of(&raised, "Observation").len());
    let closed = told(&samples::event(EventKind::Closed));
    let flag = &of(&closed, "Flag")[0]["resource"];
    assert_eq!((&flag["status"], &flag["period"]["end"]), (&"inactive".into(), &"2026-04-14T06:30:00.000Z".into()));
    let steps: Vec<&Value> = of(&closed, "Task").iter().map(|task| &task["resource"]["status"]).collect();
    assert_eq!(steps, ["completed", "rejected"]);
}

#[test]
fn questionnaires_have_the_loinc_codes_that_were_confirmed() {
    for instrument in Instrument::ALL {
        assert_eq!(observation::loinc(*instrument), definition(*instrument).loinc, "{instrument:?}");
    }
    let raised = told(&samples::event(EventKind::Raised));
    let gad = of(&raised, "Observation").into_iter().find(|o| o["resource"]["code"]["text"] == "GAD-7 score").unwrap();
    assert_eq!(
        gad["resource"]["code"]["coding"][0],
        serde_json::json!({"system": "http://loinc.org", "code": "70274-6"})
    );
    assert_eq!(gad["resource"]["valueQuantity"]["value"], 12.0);
    assert_eq!(gad["resource"]["effectiveDateTime"], "2026-02-20");
}

#[test]
fn hrv_is_told_in_milliseconds_and_as_their_logarithm() {
    let raised = told(&samples::event(EventKind::Raised));
    let hrv = &of(&raised, "Observation")[0]["resource"];
    let ms = serde_json::json!({"value": 28.4, "unit": "ms", "system": "http://unitsofmeasure.org", "code": "ms"});
    assert_eq!(hrv["valueQuantity"], ms);
    assert_eq!(hrv["component"][0]["valueQuantity"]["value"], 3.35);
    assert_eq!(hrv["interpretation"][0]["coding"][0]["code"], "L");
}

#[test]
fn a_value_that_is_not_there_is_said_to_be_absent() {
    let mut event = samples::event(EventKind::Raised);
    let EventBody::Alert(alert) = &mut event.body else { panic!() };
    alert.evidence.index = None;
    let told = told(&event);
    let hrv = &of(&told, "Observation")[0]["resource"];
    assert!(hrv["valueQuantity"].is_null() && hrv["dataAbsentReason"]["coding"][0]["code"] == "unknown");
}

/// What stands in the task of a review, by whichever event it comes.
fn reviews() -> Vec<Value> {
    let kinds = [EventKind::Raised, EventKind::RaisedAgain, EventKind::Closed, EventKind::WorkloadReview];
    let bundles = kinds.map(|kind| told(&samples::event(kind)));
    bundles.iter().map(|bundle| of(bundle, "Task")[0].clone()).collect()
}

#[test]
fn the_task_of_a_review_tells_nothing_of_a_person() {
    for review in reviews() {
        assert_eq!(review["resource"]["for"]["identifier"]["value"], "assembly-2");
        let text = review.to_string();
        for word in [
            "w-0042",
            samples::case().as_str(),
            "L3",
            "R3",
            "GAD",
            "Patient",
            "Flag",
            "urgent",
            "note",
            "focus",
            "worker",
            "security",
        ] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

#[test]
fn an_action_is_the_same_task_whichever_event_names_it() {
    let reviews = reviews();
    assert!(reviews.iter().all(|review| review["fullUrl"] == reviews[0]["fullUrl"]));
    let (raised, offer) = (told(&samples::event(EventKind::Raised)), told(&samples::event(EventKind::Counseling)));
    assert_eq!(of(&raised, "Task")[1], of(&offer, "Task")[0]);
}

#[test]
fn a_worker_of_no_unit_has_the_site_reviewed() {
    let mut event = samples::event(EventKind::WorkloadReview);
    let EventBody::Action(ActionRequest::WorkloadReview { unit, .. }) = &mut event.body else { panic!() };
    *unit = UnitId::parse(UNASSIGNED_UNIT).unwrap();
    let whom = &told(&event)["entry"][0]["resource"]["for"]["identifier"];
    assert_eq!(whom, &serde_json::json!({"system": "urn:vagus:site", "value": "plant-a"}));
}

#[test]
fn a_crisis_is_one_task_at_once() {
    let crisis = told(&samples::crisis());
    let tasks = of(&crisis, "Task");
    assert_eq!((tasks.len(), &tasks[0]["resource"]["priority"]), (1, &"stat".into()));
}

#[test]
fn every_resource_of_a_test_is_tagged_and_no_other() {
    for kind in EventKind::ALL.iter().filter(|kind| **kind != EventKind::Committee) {
        let event = samples::event(*kind);
        assert!(!told(&event).to_string().contains("HTEST"), "{kind:?}");
        let test = told(&Event { is_test: true, ..event });
        for entry in entries(&test) {
            assert_eq!(entry["resource"]["meta"]["tag"][0]["code"], "HTEST", "{kind:?}");
        }
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty() || values.iter().any(has_null),
        Value::Object(fields) => fields.is_empty() || fields.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

proptest! {
    /// FHIR knows neither null nor an empty list, and a reference leads to something in the bundle.
    #[test]
    fn whatever_is_told_the_bundle_is_whole(about in samples::told()) {
        for kind in EventKind::ALL.iter().filter(|kind| **kind != EventKind::Committee) {
            let event = samples::telling(*kind, &about);
            prop_assert_eq!(bundle(&event, Language::English), bundle(&event, Language::English));
            let told = told(&event);
            prop_assert!(!has_null(&told), "{}", told);
            let mut urls: Vec<&str> = entries(&told).iter().map(|entry| entry["fullUrl"].as_str().unwrap()).collect();
            for extension in of(&told, "Flag").iter().flat_map(|flag| flag["resource"]["extension"].as_array().unwrap()) {
                let reference = extension["valueReference"]["reference"].as_str();
                prop_assert!(reference.is_none_or(|url| urls.contains(&url)));
            }
            urls.sort_unstable();
            urls.dedup();
            prop_assert_eq!(urls.len(), entries(&told).len());
        }
    }
}
