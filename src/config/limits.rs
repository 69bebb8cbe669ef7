//! The time limits of cases, written in words such as `3 wd`.

use super::section::Section;
use crate::cases::calendar::{Calendar, Limit};
use crate::cases::deadlines::{LevelLimits, LimitTable};
use crate::domain::Timestamp;
use crate::domain::alert::Level;

const REMEDY: &str = "give a number and min, h, d, wd (working days) or wk, e.g. \"4 h\" or \"3 wd\", \
                      or \"same day, at least 4 h\"";
const SAME_DAY: &str = "same day, at least ";
/// So many follow-ups of a level at most.
const MAX_FOLLOW_UPS: usize = 12;

/// Reads the limits of every level; each that is absent stays as it is by default.
pub(super) fn read(mut section: Section<'_>) -> LimitTable {
    let default = LimitTable::default();
    let mut of = |level: Level, default| of_level(section.section(level.as_str()), default);
    let table =
        LimitTable { l2: of(Level::L2, default.l2), l3: of(Level::L3, default.l3), l4: of(Level::L4, default.l4) };
    for (low, high) in [(Level::L2, Level::L3), (Level::L3, Level::L4)] {
        let (slow, fast) = (table.of(low), table.of(high));
        let slower = milestones(fast).into_iter().zip(milestones(slow)).find(|((_, a), (_, b))| is_longer(*a, *b));
        if let Some(((key, _), _)) = slower {
            let (key, low) = (format!("{}.{key}", high.as_str()), low.as_str());
            let remedy = "give a higher level no more time than a lower one";
            section.problem(&key, &format!("is longer than that of {low}"), remedy);
        }
    }
    section.finish();
    table
}

fn of_level(mut section: Section<'_>, default: LevelLimits) -> LevelLimits {
    for old in ["workload_review_h", "counseling_h"] {
        let remedy =
            "give acknowledge, assess, plan, first_action, follow_up and close_review; config/rules.toml shows them";
        section.refuse(old, "is no setting any more: an action is due by the level's first_action", remedy);
    }
    let limits = LevelLimits {
        acknowledge: one(&mut section, "acknowledge", default.acknowledge),
        assess: one(&mut section, "assess", default.assess),
        plan: one(&mut section, "plan", default.plan),
        first_action: one(&mut section, "first_action", default.first_action),
        follow_ups: follow_ups(&mut section, default.follow_ups),
        close_review: close_review(&mut section, default.close_review),
    };
    for pair in milestones(&limits).windows(2) {
        if let [(before, early), (key, late)] = pair
            && is_longer(*early, *late)
        {
            section.problem(
                key,
                &format!("is shorter than {before}, which comes before it"),
                "let limits rise from step to step",
            );
        }
    }
    if limits.follow_ups.windows(2).any(|pair| matches!(pair, [a, b] if !is_longer(*b, *a))) {
        section.problem("follow_up", "is out of order", "let each follow-up be later than the one before it");
    }
    section.finish();
    limits
}

fn milestones(limits: &LevelLimits) -> [(&'static str, Limit); 4] {
    let LevelLimits { acknowledge, assess, plan, first_action, .. } = limits;
    [("acknowledge", *acknowledge), ("assess", *assess), ("plan", *plan), ("first_action", *first_action)]
}

/// Whether one limit is over after another, both running since nine on a Monday.
fn is_longer(one: Limit, other: Limit) -> bool {
    let monday = Timestamp::constant(1_767_603_600, 0);
    let calendar = Calendar::default();
    calendar.due(monday, one) > calendar.due(monday, other)
}

fn one(section: &mut Section<'_>, key: &'static str, default: Limit) -> Limit {
    section.get::<String>(key).and_then(|text| understood(section, key, &text)).unwrap_or(default)
}

fn close_review(section: &mut Section<'_>, default: Option<Limit>) -> Option<Limit> {
    match section.get::<String>("close_review") {
        None => default,
        Some(text) if text == "none" => None,
        Some(text) => understood(section, "close_review", &text),
    }
}

fn follow_ups(section: &mut Section<'_>, default: Vec<Limit>) -> Vec<Limit> {
    let Some(texts) = section.get::<Vec<String>>("follow_up") else { return default };
    if texts.len() > MAX_FOLLOW_UPS {
        let what = format!("has {} entries, more than {MAX_FOLLOW_UPS}", texts.len());
        section.problem("follow_up", &what, "leave some out");
    }
    texts.iter().filter_map(|text| understood(section, "follow_up", text)).collect()
}

fn understood(section: &Section<'_>, key: &str, text: &str) -> Option<Limit> {
    match parse(text) {
        Ok(limit) => Some(limit),
        Err(why) => {
            section.problem(key, &format!("is {text:?}, {why}"), REMEDY);
            None
        }
    }
}

fn parse(text: &str) -> Result<Limit, &'static str> {
    let (is_same_day, amount) = text.strip_prefix(SAME_DAY).map_or((false, text), |amount| (true, amount));
    let digits = amount.len() - amount.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = amount.split_at(digits);
    let (limit, a_year): (fn(u32) -> Limit, u32) = match (is_same_day, unit.trim()) {
        (true, "h") => (|least_h| Limit::SameDay { least_h }, 24),
        (false, "min") => (Limit::Minutes, 525_600),
        (false, "h") => (Limit::Hours, 8_760),
        (false, "d") => (Limit::Days, 365),
        (false, "wd") => (Limit::WorkingDays, 260),
        (false, "wk") => (Limit::Weeks, 52),
        _ => return Err("which is no time limit"),
    };
    if number.is_empty() {
        return Err("which is no time limit");
    }
    match number.parse() {
        Ok(0) => Err("which leaves no time"),
        Ok(number) if number <= a_year => Ok(limit(number)),
        _ if is_same_day => Err("which is more than a day"),
        _ => Err("which is more than a year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules_file;

    #[test]
    fn limits_are_read_in_every_unit() {
        let read = |text| parse(text).unwrap();
        assert_eq!(read("15 min"), Limit::Minutes(15));
        assert_eq!(read("4h"), Limit::Hours(4));
        assert_eq!(read("2 d"), Limit::Days(2));
        assert_eq!(read("3 wd"), Limit::WorkingDays(3));
        assert_eq!(read("12 wk"), Limit::Weeks(12));
        assert_eq!(read("same day, at least 4 h"), Limit::SameDay { least_h: 4 });
        for wrong in ["", "h", "4", "4 hours", "-1 h", "1.5 h", "same day", "same day, at least 4 d", "４ h"] {
            assert_eq!(parse(wrong), Err("which is no time limit"), "{wrong}");
        }
        assert_eq!(parse("0 h"), Err("which leaves no time"));
        assert_eq!(parse("99999999999 wk"), Err("which is more than a year"));
        assert_eq!(parse("same day, at least 25 h"), Err("which is more than a day"));
    }

    fn problems(limits: &str) -> Vec<(Option<usize>, String, String)> {
        let rest = rules_file::BUILT_IN.split_once("[limits.L2]").unwrap().1.split_once("[cool_down]").unwrap().1;
        let text = format!("{limits}\n[cool_down]{rest}");
        let problems = rules_file::parse(&text, "rules.toml").unwrap_err().0;
        problems.into_iter().map(|p| (p.line, p.key, p.what)).collect()
    }

    #[test]
    fn every_bad_limit_is_told_with_line_and_key() {
        let found = problems(
            "[limits.L2]\nacknowledge = \"2 days\"\nplan = \"1 wd\"\n[limits.L3]\nfollow_up = [\"4 wk\", \"2 wk\"]\n\
             assess = 24\ncounseling_h = 168\n[limits.L4]\nacknowledge = \"1 wd\"\nclose_review = \"0 d\"\nreview = \"1 d\"",
        );
        let keys: Vec<_> = found.iter().map(|(line, key, _)| (line.unwrap(), key.as_str())).collect();
        let expected = [
            (2, "limits.L2.acknowledge"),
            (3, "limits.L2.plan"),
            (5, "limits.L3.follow_up"),
            (6, "limits.L3.assess"),
            (7, "limits.L3.counseling_h"),
            (9, "limits.L4.assess"),
            (10, "limits.L4.close_review"),
            (11, "limits.L4.review"),
        ];
        for (line, key) in expected {
            assert!(keys.iter().any(|(_, found)| *found == key), "{line} {key}: {found:#?}");
        }
        assert!(keys.contains(&(2, "limits.L2.acknowledge")), "{found:#?}");
    }

    #[test]
    fn the_built_in_file_says_the_defaults() {
        assert_eq!(*rules_file::built_in().limits, LimitTable::default());
    }
}
