//! Claims about the figures of sites and units.

use super::*;
use crate::config::rules_file;
use crate::domain::indicator::HrvState;

fn group(workers: u32, low: u32) -> Group {
    let mut group = Group::default();
    for place in 0..workers {
        let hrv = if place < low { HrvState::Persistent } else { HrvState::Normal };
        group.members.push(Member { hrv, is_exposed: None, eri_ratio: None });
        group.active.count(place >= low);
        group.valid.count(true);
        group.open[1].count(place < low);
        group.opened[1].0.count(place < low);
        group.opened[1].1 += u32::from(place < low);
        group.days += PERIOD_DAYS;
    }
    group
}

/// The site of these units, each of so many workers with so many low.
fn site(units: &[(&str, u32, u32)]) -> SiteGroups {
    let (workers, low) = units.iter().fold((0, 0), |(workers, low), (_, more, lower)| (workers + more, low + lower));
    let units = units.iter().map(|(name, workers, low)| (UnitId::parse(name).unwrap(), group(*workers, *low)));
    let rules = rules_file::built_in().rules;
    site_of(&SiteId::parse("plant-a").unwrap(), &group(workers, low), &units.collect(), 10, &rules)
}

fn told(site: &SiteGroups, figure: &str) -> Vec<bool> {
    site.units.iter().map(|row| row.figures.contains_key(figure)).collect()
}

#[test]
fn a_small_unit_takes_the_next_smallest_with_it_since_the_whole_is_told() {
    let found = site(&[("a", 6, 3), ("b", 40, 8), ("c", 25, 5)]);
    assert!(found.whole.figures.contains_key("persistent_share"));
    assert_eq!(told(&found, "persistent_share"), [false, true, false]);
    let counts: Vec<_> = found.units.iter().map(|row| row.workers_at_least).collect();
    assert_eq!(counts, [None, Some(40), Some(25)]);
}

#[test]
fn a_site_of_fewer_than_thirty_shows_no_unit() {
    let found = site(&[("a", 14, 5), ("b", 15, 5)]);
    assert!(found.is_small && found.units.is_empty());
    assert!(site(&[("a", 15, 5), ("b", 15, 5)]).units.len() == 2);
}

#[test]
fn one_or_two_cases_are_never_told_however_large_the_unit() {
    let found = site(&[("a", 200, 2), ("b", 200, 1), ("c", 200, 30)]);
    assert_eq!(told(&found, "open_l3_share"), [false, false, true]);
    assert_eq!(told(&found, "opened_l3_rate"), [false, false, true]);
    assert_eq!(told(&found, "open_l2_share"), [false, false, false], "nobody has one");
    let rate = found.units[2].figures["opened_l3_rate"];
    assert!((rate - 5.0).abs() < 1e-9, "30 cases in 600 worker-months: {rate}");
}

#[test]
fn a_rule_is_named_only_where_every_figure_that_it_asks_for_is_told() {
    let ten = |low| {
        let mut group = group(20, low);
        group.members.iter_mut().for_each(|member| member.eri_ratio = Some(1.5));
        group
    };
    let (rules, unit) = (rules_file::built_in().rules, UnitId::parse("a").unwrap());
    let of = |told: &[&str]| {
        let figures = told.iter().map(|name| ((*name).to_owned(), 0.5)).collect();
        ten(8).row(Some(&unit), figures, 10, &rules).matching.len()
    };
    assert_eq!(of(&["eri_mean", "watch_or_worse_share"]), 1);
    assert_eq!(of(&["eri_mean"]), 0);
}
