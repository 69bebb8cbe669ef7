use super::*;
use crate::console::view::LogRow;

fn action(kind: &str, state: &str) -> ActionRow {
    ActionRow {
        action_id: "a-5Z0V8T3C9E7QWK2M4X6B1NRDGY".to_owned(),
        kind: kind.to_owned(),
        state: state.to_owned(),
        due: "2026-03-08T08:50:00Z".to_owned(),
        assignee: Some("coun.ha".to_owned()),
        method: Some("cbt_counseling".to_owned()),
    }
}

fn row(level: &str, state: &str) -> CaseRow {
    CaseRow {
        case_id: "c-7AJ5Q2V1M4X6B1NRDGY0Z8T3C9".to_owned(),
        site: "plant-a".to_owned(),
        worker: "w-0042".to_owned(),
        unit: "assembly-2".to_owned(),
        time_zone: "Asia/Ho_Chi_Minh".to_owned(),
        level: level.to_owned(),
        state: state.to_owned(),
        episode: 1,
        rules: vec!["R3".to_owned()],
        opened_at: "2026-03-01T08:50:00Z".to_owned(),
        ended_at: None,
        in_charge: Some("dr.lan".to_owned()),
        next: Some(LimitRow {
            step: "acknowledge".to_owned(),
            number: None,
            due: "2026-03-02T08:50:00Z".to_owned(),
            is_over: true,
        }),
        actions: vec![action("workload_review", "requested"), action("counseling", "requested")],
        version: String::new(),
    }
}

fn view(row: CaseRow, next: Option<&str>, all: &[&str]) -> CaseView {
    let history = vec![LogRow {
        at: "2026-03-01T08:50:00Z".to_owned(),
        by: "vagus".to_owned(),
        event: crate::console::view::EventRow::Raised { level: "L3".to_owned() },
        note: Some("a word and another ".repeat(20)),
    }];
    let next_states = all.iter().map(|state| (*state).to_owned()).collect();
    CaseView { row, limits: Vec::new(), next_states, next_state: next.map(str::to_owned), history }
}

#[test]
fn a_list_fits_a_terminal_of_120_columns_and_ids_are_whole_where_nobody_looks() {
    let cases = [row("L4", "acknowledged"), row("L2", "open")];
    let fitted = list(&cases, Some(120)).to_string();
    assert!(fitted.lines().all(|line| line.chars().count() <= 120), "{fitted}");
    assert!(fitted.contains("c-7AJ5Q2V1 ") && fitted.contains("acknowledged "), "{fitted}");

    let plain = list(&cases, None).to_string();
    let lines: Vec<&str> = plain.lines().filter(|line| line.contains("plant-a")).collect();
    assert_eq!(
        (lines.len(), plain.lines().filter(|line| line.contains(|c: char| c.is_alphanumeric())).count()),
        (2, 3)
    );
    assert!(lines.iter().all(|line| line.contains(&cases[0].case_id) && line.contains("counseling: requested")));
}

#[test]
fn a_page_wraps_on_a_terminal_and_says_what_to_type_next() {
    let case = view(row("L3", "acknowledged"), Some("assessed"), &["assessed", "referred", "data_error"]);
    let page = page(&case, Some(100));
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    assert!(page.contains("next: vagus cases advance c-7AJ5Q2V1 --by PERSON → assessed\n"), "{page}");
    assert!(page.contains("can also become: referred, data_error (advance --to, or close --outcome)\n"), "{page}");
}

#[test]
fn what_to_type_next_is_what_the_case_takes() {
    let mut begun = row("L2", "follow_up");
    begun.actions[1].state = "started".to_owned();
    let mut declined = row("L2", "planned");
    declined.actions.iter_mut().for_each(|action| action.state = "declined".to_owned());
    for (row, next, words) in [
        (row("L2", "open"), Some("acknowledged"), "ack c-7AJ5Q2V1 --by PERSON → acknowledged"),
        (row("L2", "planned"), None, "action c-7AJ5Q2V1 workload_review started --by PERSON → in_action"),
        (declined, Some("follow_up"), "advance c-7AJ5Q2V1 --to follow_up --by PERSON → follow_up"),
        (row("L2", "in_action"), Some("follow_up"), "advance c-7AJ5Q2V1 --by PERSON → follow_up"),
        (begun, None, "action c-7AJ5Q2V1 counseling done --by PERSON → can be closed"),
        (row("L2", "follow_up"), Some("closed"), "close c-7AJ5Q2V1 --by PERSON → closed"),
        (row("L4", "follow_up"), Some("closed"), "close c-7AJ5Q2V1 --note WHY --by PERSON → closed"),
    ] {
        let lines = ways_on(&view(row, next, next.as_slice()));
        assert_eq!(lines, [format!("next: vagus cases {words}")]);
    }
    assert!(ways_on(&view(row("L2", "closed"), None, &[])).is_empty());
}

#[test]
fn a_manager_and_an_operator_read_one_line_without_level_or_worker() {
    let review = ReviewRow {
        action_id: "a-5Z0V".to_owned(),
        kind: "workload_review".to_owned(),
        state: "started".to_owned(),
        due: "2026-03-08T08:50:00Z".to_owned(),
        unit: "assembly-2".to_owned(),
    };
    let line = "workload_review of unit assembly-2: started · live by 2026-03-08 08:50 UTC · a-5Z0V";
    assert_eq!(review_line(&review), line);
    assert_eq!(in_charge_line("c-1", None, Some("dr.lan")), "c-1 · in charge: dr.lan");
    assert_eq!(in_charge_line("c-1", Some("counseling"), None), "c-1 · counseling · in charge: nobody yet");
}
