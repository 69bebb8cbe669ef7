//! Cases in the hands of people: the way from open to closed by command, and what is refused.

use serde_json::{Value, json};
use vagus::domain::{SignedDuration, Timestamp};

use crate::support::desk::{COUNSELLOR, MANAGER, OPERATOR, PHYSICIAN, history, listed, refused, show, states};
use crate::support::eventually;
use crate::support::feed::{Message, Noise, ago, gad7, now, phq9_with_crisis};
use crate::support::town::Town;

/// A town with a case of each of these workers, by the total of their GAD-7, and the ids of the cases.
fn with_cases<const N: usize>(totals: [u8; N]) -> (Town, [String; N]) {
    let mut town = Town::new();
    let mut place = 0;
    let cases = totals.map(|total| {
        place += 1;
        let worker = format!("w-{place}");
        town.send_all(&[gad7(&worker, total, ago(now(), 1))]);
        town.wait_for_alerts(&worker, 1)[0].data["case_id"].as_str().unwrap().to_owned()
    });
    (town, cases)
}

fn with_crisis() -> (Town, String) {
    let mut town = Town::new();
    town.send_all(&[phq9_with_crisis("w-1", ago(now(), 0))]);
    let case = town.wait_for_alerts("w-1", 1)[0].data["case_id"].as_str().unwrap().to_owned();
    (town, case)
}

fn action_id(case: &Value, kind: &str) -> String {
    let actions = case["actions"].as_array().unwrap();
    actions.iter().find(|action| action["kind"] == kind).unwrap()["action_id"].as_str().unwrap().to_owned()
}

fn limits(case: &Value) -> Vec<&str> {
    case["limits"].as_array().unwrap().iter().map(|limit| limit["step"].as_str().unwrap()).collect()
}

#[test]
fn a_case_goes_its_whole_way_by_command_and_tells_who_did_what_and_when() {
    let begin = now();
    let (town, [case]) = with_cases([12]);
    let (vagus, case) = (&town.vagus, case.as_str());
    PHYSICIAN.does(vagus, &["ack", case]);
    OPERATOR.does(vagus, &["assign", case, "dr.e"]);
    PHYSICIAN.does(vagus, &["assign", case, "coun-b", "--action", "counseling"]);
    PHYSICIAN.does(vagus, &["note", case, "spoke by phone,\nsleeps badly"]);
    PHYSICIAN.does(vagus, &["advance", case]);
    PHYSICIAN.does(vagus, &["advance", case, "--to", "planned", "--note", "agreed with w-1"]);
    COUNSELLOR.does(vagus, &["choose", case, "counseling", "cbt_counseling"]);
    let begun = COUNSELLOR.does(vagus, &["action", case, "counseling", "started"]);
    assert_eq!(states(&begun), ("in_action", Some("requested"), Some("started")));
    assert_eq!(limits(&begun), ["first_action", "close_review", "follow_up"], "the review is still to begin");
    let reviewed = MANAGER.does(vagus, &["action", case, "workload_review", "done"]);
    assert_eq!(limits(&reviewed), ["close_review", "follow_up"], "what was reached has no limit any more");
    COUNSELLOR.does(vagus, &["action", case, "counseling", "done"]);
    PHYSICIAN.does(vagus, &["follow-up", case]);
    let closed = PHYSICIAN.does(vagus, &["close", case, "--note", "well again"]);

    let (a, b) = ("dr.a (physician)", "coun-b (counsellor)");
    let expected = [
        ("vagus", "raised L2"),
        (a, "moved acknowledged"),
        (a, "assigned dr.a"),
        ("op_d (operator)", "assigned dr.e"),
        (a, "assigned counseling coun-b"),
        (a, "remarked"),
        (a, "moved assessed"),
        (a, "moved planned"),
        (b, "method_chosen counseling cbt_counseling"),
        (b, "progress counseling started"),
        ("vagus", "moved in_action"),
        ("mgr-c (manager)", "progress workload_review done"),
        (b, "progress counseling done"),
        ("vagus", "moved follow_up"),
        (a, "followed_up"),
        (a, "moved closed"),
    ];
    assert_eq!(history(&closed), expected.map(|(who, what)| format!("{who}: {what}")));
    let lines = closed["history"].as_array().unwrap();
    let times: Vec<Timestamp> = lines.iter().map(|line| line["at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted() && times[0] >= begin && times[15] <= now() + SignedDuration::from_secs(1), "{times:?}");
    let notes: Vec<(usize, &str)> =
        lines.iter().enumerate().filter_map(|(place, line)| Some((place, line["note"].as_str()?))).collect();
    assert_eq!(notes, [(5, "spoke by phone, sleeps badly"), (7, "agreed with w-1"), (15, "well again")]);
    assert_eq!((closed["in_charge"].as_str(), closed["limits"].as_array().unwrap().len()), (Some("dr.e"), 0));
    assert_eq!(closed["next_states"], json!([]));
    assert_eq!(closed["ended_at"], lines[15]["at"]);
    let counseling = &closed["actions"][1];
    assert_eq!((&counseling["assignee"], &counseling["method"]), (&json!("coun-b"), &json!("cbt_counseling")));

    let told = eventually("the end is told", || {
        let closed = town.events().into_iter().filter(|event| event.kind == "vagus.case.closed");
        Some(closed.collect::<Vec<_>>()).filter(|closed| !closed.is_empty())
    });
    assert_eq!((told.len(), told[0].subject.as_str(), &told[0].data["case_id"]), (1, "w-1", &json!(case)));
    assert!(!told[0].data.to_string().contains("sleeps badly"), "a note stays in the case");
    assert_eq!((listed(vagus, &[]), listed(vagus, &["--ended"])), (vec![], vec!["w-1".to_owned()]));
}

#[test]
fn what_does_not_fit_is_refused_in_words_and_changes_nothing() {
    let (town, [open, ended]) = with_cases([12, 12]);
    let (vagus, open, ended) = (&town.vagus, open.as_str(), ended.as_str());
    PHYSICIAN.does(vagus, &["close", ended, "--outcome", "data_error"]);
    let before = show(vagus, open);

    let wrong: &[(_, &[&str], i32, &str, &str)] = &[
        (
            PHYSICIAN,
            &["close", open],
            1,
            "no_transition",
            "the case is open, and from there it can only become acknowledged, data_error",
        ),
        (
            PHYSICIAN,
            &["advance", open, "--to", "planned"],
            1,
            "no_transition",
            "can only become acknowledged, data_error",
        ),
        (PHYSICIAN, &["advance", open, "--to", "done"], 2, "unknown_state", "there is no state done"),
        (PHYSICIAN, &["follow-up", open], 1, "nothing_to_follow_up", "no follow-up is due in a case that is open"),
        (PHYSICIAN, &["request-review", open], 1, "review_there", "has a workload review already"),
        (MANAGER, &["ack", open], 1, "not_permitted", "manager may not do that; clinical roles do"),
        (OPERATOR, &["note", open, "x"], 1, "not_permitted", "operator may not do that"),
        (MANAGER, &["action", open, "counseling", "done"], 1, "not_permitted", "manager may not do that"),
        (OPERATOR, &["action", open, "workload_review", "done"], 1, "not_permitted", "clinical roles and manager do"),
        (PHYSICIAN, &["ack", "c 0"], 2, "bad_case_id", "is not an id"),
        (PHYSICIAN, &["note", ended, "x"], 1, "ended", "the case has ended (data_error); new evidence opens a new one"),
        (PHYSICIAN, &["advance", ended], 1, "ended", "the case has ended (data_error)"),
        (
            PHYSICIAN,
            &["choose", open, "counseling", "yoga"],
            2,
            "unknown_method",
            "there is no method yoga for counseling; there are",
        ),
        (
            PHYSICIAN,
            &["choose", open, "workload_review", "cbt_counseling"],
            2,
            "unknown_method",
            "no method cbt_counseling for",
        ),
        (
            PHYSICIAN,
            &["choose", open, "coaching", "cbt_counseling"],
            2,
            "unknown_action",
            "there is no action coaching",
        ),
        (PHYSICIAN, &["action", open, "counseling", "requested"], 2, "unknown_step", "there is no step requested"),
        (PHYSICIAN, &["note", open, " \n "], 2, "no_words", "a remark needs words"),
        (PHYSICIAN, &["assign", open, "dr a"], 2, "bad_name", "is not the short name of a person"),
    ];
    for (who, words, status, reason, problem) in wrong {
        let told = who.refusal(vagus, words);
        assert_eq!((told.status, told.reason.as_str()), (*status, *reason), "{words:?}: {told:?}");
        assert!(told.problem.contains(problem) && told.problem.lines().count() == 1, "{words:?}: {told:?}");
    }
    assert_eq!(show(vagus, open), before, "nothing of it was done");
}

#[test]
fn a_role_a_filter_or_a_case_that_there_is_not_is_wrong_use_everywhere_in_the_same_words() {
    let (town, [open]) = with_cases([12]);
    let (vagus, open) = (&town.vagus, open.as_str());
    let before = show(vagus, open);
    for (role, reason, problem) in [
        (&["--role", "boss"] as &[&str], "unknown_role", "there is no role boss; there are physician, counsellor"),
        (&[], "role_missing", "no [[recipients]] are configured, so say in which role, with --role: physician"),
    ] {
        let told = refused(vagus, &[&["cases", "ack", open, "--by", "x"], role].concat());
        assert_eq!((told.status, told.reason.as_str()), (2, reason));
        assert!(told.problem.contains(problem), "{told:?}");
    }
    for (filter, reason) in [(["--level", "L7"], "unknown_level"), (["--state", "done"], "unknown_state")] {
        let told = refused(vagus, &[&["cases", "list"], filter.as_slice()].concat());
        assert_eq!((told.status, told.reason.as_str()), (2, reason));
    }
    for unknown in ["c-0", "c-00000", &open[..5]] {
        let told = PHYSICIAN.refusal(vagus, &["advance", unknown]);
        assert_eq!((told.status, told.reason.as_str()), (2, "no_such_case"));
        let remedy = "give its id, or at least the first 6 characters of it: `vagus cases list --ended`";
        assert!(told.problem.starts_with(&format!("there is no case {unknown}; {remedy}")), "{told:?}");
    }
    assert_eq!(refused(vagus, &["cases", "show", "c-0"]), PHYSICIAN.refusal(vagus, &["ack", "c-0"]), "the same remedy");
    assert_eq!(show(vagus, open), before);
}

#[test]
fn a_crisis_is_ended_by_a_clinician_with_words_and_not_while_its_counselling_runs() {
    let (town, case) = with_crisis();
    let (vagus, case) = (&town.vagus, case.as_str());
    PHYSICIAN.does(vagus, &["ack", case]);
    for outcome in ["declined_by_worker", "not_work_related", "data_error"] {
        let told = OPERATOR.is_refused(vagus, &["close", case, "--outcome", outcome]);
        assert!(told.contains("operator may not do that; clinical roles do"), "{told}");
        let told = PHYSICIAN.refusal(vagus, &["close", case, "--outcome", outcome]);
        assert_eq!((told.status, told.reason.as_str()), (1, "crisis_needs_words"));
        assert_eq!(told.problem, "a crisis is ended with a note that says why: --note");
    }
    PHYSICIAN.does(vagus, &["advance", case]);
    PHYSICIAN.does(vagus, &["advance", case]);
    COUNSELLOR.does(vagus, &["action", case, "counseling", "started"]);
    let declining = ["close", case, "--outcome", "declined_by_worker", "--note", "says no"];
    let told = PHYSICIAN.refusal(vagus, &declining);
    assert_eq!((told.status, told.reason.as_str()), (1, "still_runs"));
    assert!(told.problem.contains("`vagus cases action CASE counseling declined`"), "{told:?}");
    COUNSELLOR.does(vagus, &["action", case, "counseling", "declined"]);
    let closed = COUNSELLOR.does(vagus, &declining);
    assert_eq!(states(&closed), ("declined_by_worker", None, Some("declined")));
    assert_eq!(closed["history"].as_array().unwrap().last().unwrap()["note"], "says no");
}

#[test]
fn who_works_with_cases_is_one_of_the_people_of_the_configuration_in_the_role_that_stands_there() {
    let person = |id: &str, role: &str, more: &str| format!("[[recipients]]\nid = \"{id}\"\nrole = \"{role}\"\n{more}");
    let people = [
        person("dr.lan", "physician", "sites = [\"plant-a\"]\n"),
        person("dr.far", "physician", "sites = [\"plant-b\"]\n"),
        person("coun.ha", "counsellor", ""),
        person("mgr.an", "manager", ""),
        "[[sites]]\nid = \"plant-b\"\ntime_zone = \"UTC\"\n".to_owned(),
    ];
    let mut town = Town::with(&people.concat());
    town.send_all(&[gad7("w-1", 12, ago(now(), 1))]);
    let case = town.wait_for_alerts("w-1", 1)[0].data["case_id"].as_str().unwrap().to_owned();
    let (vagus, case) = (&town.vagus, case.as_str());
    for (words, by, status, reason, problem) in [
        (&["ack", case] as &[&str], &["dr.a"] as &[&str], 2, "unknown_person", "it can be dr.lan, coun.ha, mgr.an"),
        (
            &["ack", case],
            &["dr.lan", "--role", "oh_head"],
            2,
            "other_role",
            "dr.lan is physician by the [[recipients]]",
        ),
        (&["ack", case], &["mgr.an"], 1, "not_permitted", "manager may not do that"),
        (&["ack", case], &["dr.far"], 1, "other_site", "dr.far does not look after plant-a; it can be dr.lan, coun.ha"),
        (&["note", case, "x"], &["dr.far"], 1, "other_site", "dr.far does not look after plant-a"),
        (&["assign", case, "dr.x"], &["dr.lan"], 2, "unknown_person", "it can be dr.lan, coun.ha"),
        (&["assign", case, "mgr.an"], &["dr.lan"], 1, "other_task", "it can be dr.lan, coun.ha"),
        (
            &["assign", case, "dr.far"],
            &["dr.lan"],
            1,
            "other_site",
            "dr.far does not look after plant-a; it can be dr.lan",
        ),
    ] {
        let told = refused(vagus, &[&["cases"], words, &["--by"], by].concat());
        assert_eq!((told.status, told.reason.as_str()), (status, reason), "{words:?} by {by:?}: {told:?}");
        assert!(told.problem.contains(problem), "{words:?} by {by:?}: {told:?}");
    }
    let does = |words: &[&str], by: &str| vagus.ask(&[&["cases"], words, &["--by", by]].concat())["case"].take();
    // As git does it: what begins so and is the only one.
    let taken = does(&["ack", &case[..8]], "dr.lan");
    assert_eq!(taken["in_charge"], "dr.lan");
    assert_eq!(
        does(&["assign", case, "mgr.an", "--action", "workload_review"], "dr.lan")["actions"][0]["assignee"],
        "mgr.an"
    );
    let seen = vagus.ask(&["cases", "action", &case[..6], "workload_review", "started", "--by", "mgr.an"]);
    assert_eq!((&seen["review"]["state"], &seen["review"]["unit"]), (&json!("started"), &json!("unassigned")));
    assert!(!seen.to_string().contains("w-1") && !seen.to_string().contains("L2"), "{seen}");
    let begun = show(vagus, case);
    assert_eq!(history(&begun).last().unwrap(), "mgr.an (manager): progress workload_review started");
    let again = refused(vagus, &["cases", "ack", case, "--by", "coun.ha"]);
    assert_eq!((again.status, again.reason.as_str()), (1, "already"));
    assert!(
        again.problem.starts_with("dr.lan acknowledged it on 20")
            && again.problem.contains("+07; from acknowledged it can only become")
    );
}

#[test]
fn a_crisis_is_acknowledged_by_whoever_is_at_hand() {
    let far = "[[recipients]]\nid = \"dr.far\"\nrole = \"physician\"\nsites = [\"plant-b\"]\n\
               [[sites]]\nid = \"plant-b\"\ntime_zone = \"UTC\"\n";
    let person = |id: &str, role: &str| format!("[[recipients]]\nid = \"{id}\"\nrole = \"{role}\"\n");
    let there = person("dr.lan", "physician");
    let reviews = person("mgr.an", "manager");
    for (people, by, in_charge) in [
        (format!("{there}{far}"), &["dr.far"] as &[&str], json!(null)),
        (reviews, &["dr.x", "--role", "duty_clinician"], json!("dr.x")),
    ] {
        let mut town = Town::with(&people);
        town.send_all(&[phq9_with_crisis("w-1", ago(now(), 0))]);
        let case = town.wait_for_alerts("w-1", 1)[0].data["case_id"].as_str().unwrap().to_owned();
        let taken = town.vagus.ask(&[&["cases", "ack", &case, "--by"], by].concat());
        assert_eq!((&taken["case"]["state"], &taken["case"]["in_charge"]), (&json!("acknowledged"), &in_charge));
        let [who, ..] = by else { unreachable!() };
        assert!(history(&taken["case"])[1].starts_with(who), "{taken}");
    }
}

#[test]
fn a_worker_who_declines_counselling_does_not_end_the_review_of_the_work() {
    let (town, [case]) = with_cases([12]);
    let (vagus, case) = (&town.vagus, case.as_str());
    PHYSICIAN.does(vagus, &["ack", case]);
    let declined = COUNSELLOR.does(vagus, &["action", case, "counseling", "declined", "--note", "no, thank you"]);
    assert_eq!(states(&declined), ("acknowledged", Some("requested"), Some("declined")));
    let told = PHYSICIAN.is_refused(vagus, &["close", case, "--outcome", "declined_by_worker"]);
    assert!(told.contains("the workload_review action is requested and does not end"), "{told}");
    let again = COUNSELLOR.is_refused(vagus, &["action", case, "counseling", "started"]);
    assert!(again.contains("the counseling action is declined already"), "{again}");

    PHYSICIAN.does(vagus, &["advance", case]);
    PHYSICIAN.does(vagus, &["advance", case]);
    let begun = MANAGER.does(vagus, &["action", case, "workload_review", "started"]);
    assert_eq!(states(&begun), ("in_action", Some("started"), Some("declined")));
    let told = MANAGER.is_refused(vagus, &["action", case, "workload_review", "accepted"]);
    assert!(told.contains("started already, and goes only forward"), "{told}");
    let done = MANAGER.does(vagus, &["action", case, "workload_review", "done"]);
    assert_eq!(states(&done), ("follow_up", Some("done"), Some("declined")));
    town.quiet();
    assert!(town.events().iter().all(|event| event.kind != "vagus.case.closed"));
    PHYSICIAN.does(vagus, &["close", case, "--outcome", "declined_by_worker"]);
}

#[test]
fn progress_over_mqtt_names_its_source_in_the_history() {
    let (mut town, [case]) = with_cases([12]);
    let counseling = action_id(&show(&town.vagus, &case), "counseling");
    let at = ago(now(), 0);
    let item = json!({"action_id": counseling, "state": "accepted", "at": at.to_string(), "note": "room 4\u{7}"});
    assert_eq!(town.send_all(&[Message { at, stream: "actions", items: vec![item] }]), (1, 0, 0));
    let case = show(&town.vagus, &case);
    assert_eq!(history(&case).last().unwrap(), "gw-7 (system): progress counseling accepted");
    assert_eq!(case["history"][1]["note"].as_str().map(str::trim_end), Some("room 4"));
    assert_eq!(states(&case), ("open", Some("requested"), Some("accepted")));
}

#[test]
fn a_list_has_the_most_urgent_first_and_can_be_narrowed() {
    let (mut town, [medium, high, ended]) = with_cases([12, 16, 12]);
    town.send_all(&[phq9_with_crisis("w-4", ago(now(), 0))]);
    town.wait_for_alerts("w-4", 1);
    let vagus = &town.vagus;
    PHYSICIAN.does(vagus, &["close", &ended, "--outcome", "data_error"]);
    PHYSICIAN.does(vagus, &["ack", &medium]);
    PHYSICIAN.does(vagus, &["assign", &medium, "dr.x"]);
    PHYSICIAN.does(vagus, &["assign", &high, "dr.x", "--action", "workload_review"]);
    for (filter, workers) in [
        (&[] as &[&str], &["w-4", "w-2", "w-1"] as &[&str]),
        (&["--ended"], &["w-4", "w-2", "w-1", "w-3"]),
        (&["--level", "L3"], &["w-2"]),
        (&["--state", "acknowledged"], &["w-1"]),
        (&["--state", "data_error"], &["w-3"]),
        (&["--person", "dr.x"], &["w-2", "w-1"]),
        (&["--person", "dr.x", "--level", "L2"], &["w-1"]),
        (&["--person", "dr.y"], &[]),
        (&["--site", "plant-a", "--state", "open"], &["w-4", "w-2"]),
        (&["--site", "plant-b"], &[]),
        (&["--overdue"], &[]),
    ] {
        assert_eq!(listed(vagus, filter), workers, "{filter:?}");
    }
    let table = String::from_utf8(vagus.command(&["cases", "list"], &[]).stdout).unwrap();
    let columns = ["case", "level", "in charge", "dr.x", "workload_review: requested", "acknowledge"];
    assert!(columns.iter().all(|column| table.contains(column)), "{table}");
    let page = String::from_utf8(vagus.command(&["cases", "show", &medium], &[]).stdout).unwrap();
    let words = [
        "in charge: dr.x",
        "→ assessed",
        "can also become: referred",
        "dr.a (physician)",
        "became acknowledged",
        "+07",
    ];
    assert!(words.iter().all(|word| page.contains(word)), "{page}");
}

#[test]
fn cases_can_be_looked_at_where_no_service_runs_and_only_that() {
    let (mut town, [case]) = with_cases([12]);
    PHYSICIAN.does(&town.vagus, &["ack", &case]);
    let before = show(&town.vagus, &case);
    assert_eq!(town.vagus.stop(), Some(0));
    assert_eq!(show(&town.vagus, &case), before);
    assert_eq!(listed(&town.vagus, &["--state", "acknowledged"]), ["w-1"]);
    assert!(refused(&town.vagus, &["cases", "show", "c-0"]).problem.contains("there is no case c-0"));
    let output = town.vagus.command(&["cases", "advance", &case, "--by", "dr.a"], &[]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("no service runs") && told.contains("vagus run"), "{told}");
}

#[test]
fn what_a_command_has_answered_is_there_after_a_kill_at_any_moment() {
    let (mut town, [case]) = with_cases([12]);
    let mut noise = Noise::seeded(7);
    let mut said = vec!["raised L2".to_owned()];
    for round in 0..24 {
        // Some kills come while more is being asked for, some when the view was just written.
        let more = if noise.uniform() < 0.5 { 1 } else { 3 };
        for place in 0..more {
            let words = format!("round {round}, {place}");
            let now = PHYSICIAN.does(&town.vagus, &["note", &case, &words]);
            said.push(words);
            assert_eq!(now["history"].as_array().unwrap().len(), said.len());
        }
        town.vagus.kill9();
        if round % 6 == 5 {
            // Nobody is there who could be asked, and the store is read as the kill left it.
            assert_eq!(remarks(&show(&town.vagus, &case)), said[1..], "round {round}, read from the store");
        }
        town.vagus.start_again();
        town.vagus.wait_until_ready();
        assert_eq!(remarks(&show(&town.vagus, &case)), said[1..], "round {round}");
    }
    assert_eq!(show(&town.vagus, &case)["history"].as_array().unwrap().len(), said.len());
    town.quiet();
    assert_eq!(town.events().len(), 3, "an alert and two actions, each once");
}

/// The notes of a case, oldest first.
fn remarks(case: &Value) -> Vec<String> {
    let lines = case["history"].as_array().unwrap();
    lines.iter().filter_map(|line| line["note"].as_str().map(str::to_owned)).collect()
}
