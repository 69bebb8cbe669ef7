//! What people do to cases by command: a physician, a counsellor, an operator, each with a name.

use serde_json::Value;

use super::vagus::Vagus;

/// Somebody who works with cases.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    name: &'static str,
    role: &'static str,
}

pub(crate) const PHYSICIAN: Person = Person { name: "dr.a", role: "physician" };
pub(crate) const COUNSELLOR: Person = Person { name: "coun-b", role: "counsellor" };
pub(crate) const MANAGER: Person = Person { name: "mgr-c", role: "manager" };
pub(crate) const OPERATOR: Person = Person { name: "op_d", role: "operator" };

impl Person {
    fn words<'a>(self, words: &[&'a str]) -> Vec<&'a str> {
        let by = ["--by", self.name, "--role", self.role];
        [&["cases"], words, &by].concat()
    }

    /// Does something to a case, and gives the case as it is then.
    pub(crate) fn does(self, vagus: &Vagus, words: &[&str]) -> Value {
        let mut answer = vagus.ask(&self.words(words));
        if matches!(self.role, "manager" | "operator") {
            assert!(answer["case"].is_null(), "a {} is answered with {answer}", self.role);
            return show(vagus, words[1]);
        }
        answer["case"].take()
    }

    /// Wants something that is refused, and gives the words.
    pub(crate) fn is_refused(self, vagus: &Vagus, words: &[&str]) -> String {
        refused(vagus, &self.words(words)).problem
    }

    /// Wants something that is refused, and gives all that is told.
    pub(crate) fn refusal(self, vagus: &Vagus, words: &[&str]) -> Refused {
        refused(vagus, &self.words(words))
    }
}

/// How a command was refused.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused {
    /// The exit status: 1 where the state or the role forbids it, 2 of wrong use.
    pub(crate) status: i32,
    pub(crate) reason: String,
    pub(crate) problem: String,
}

/// Runs a command that is refused, and gives what is told; the same to people as to programs.
pub(crate) fn refused(vagus: &Vagus, words: &[&str]) -> Refused {
    let output = vagus.command(words, &["--output", "json"]);
    assert_eq!(output.stderr.len(), 0, "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |key: &str| told[key].as_str().unwrap_or_else(|| panic!("{key} in {told}")).to_owned();
    let (status, reason, problem) = (output.status.code().unwrap(), text("reason"), text("problem"));
    assert_eq!((told["what"].as_str(), told["is_wrong_use"].as_bool()), (Some("refused"), Some(status == 2)), "{told}");
    assert!(matches!(status, 1 | 2), "{status}: {told}");

    let read = vagus.command(words, &[]);
    assert_eq!((read.status.code(), read.stdout.len()), (Some(status), 0), "{words:?}");
    assert_eq!(String::from_utf8(read.stderr).unwrap().trim(), problem);
    Refused { status, reason, problem }
}

/// A case with its history.
pub(crate) fn show(vagus: &Vagus, case: &str) -> Value {
    vagus.ask(&["cases", "show", case])["case"].take()
}

/// The workers of the cases that pass a filter, in the order of the list.
pub(crate) fn listed(vagus: &Vagus, filter: &[&str]) -> Vec<String> {
    let answer = vagus.ask(&[&["cases", "list"], filter].concat());
    let cases = answer["cases"].as_array().unwrap();
    cases.iter().map(|case| case["worker"].as_str().unwrap().to_owned()).collect()
}

/// State of the case, of its workload review and of its counselling.
pub(crate) fn states(case: &Value) -> (&str, Option<&str>, Option<&str>) {
    let action = |kind: &str| {
        let actions = case["actions"].as_array().unwrap();
        actions.iter().find(|action| action["kind"] == kind).map(|action| action["state"].as_str().unwrap())
    };
    (case["state"].as_str().unwrap(), action("workload_review"), action("counseling"))
}

/// Who did what, oldest first: the name of what happened, then its values.
pub(crate) fn history(case: &Value) -> Vec<String> {
    let what = |line: &Value| {
        let values = line
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, value)| !matches!(name.as_str(), "at" | "by" | "event" | "note") && !value.is_null());
        let words = values.map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        [line["event"].as_str().unwrap().to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
    };
    let lines = case["history"].as_array().unwrap().iter();
    lines.map(|line| format!("{}: {}", line["by"].as_str().unwrap(), what(line))).collect()
}
