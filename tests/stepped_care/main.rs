//! The story of stepped care on simulated workers: what is proposed when an action helps, does nothing
//! or harms, and how often that is wrong.
//!
//! A worker's nights are first-order autoregressive about the worker's own mean (SD of ln(RMSSD) 0.11,
//! autocorrelation 0.3) and were bad for five weeks before the start; questionnaires are the true
//! score and an error of measurement. Everything is judged as the service judges it: from the history,
//! through the track and the rules.

#![expect(clippy::unwrap_used, reason = "what is built here is known to be sound")]

mod engine;
mod people;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::LazyLock;

use people::{Kind, at, day, worker};
use vagus::cases::care::Review;
use vagus::config::rules_file;
use vagus::domain::alert::{Level, RuleId};
use vagus::domain::case::{ActionKind, Finding};
use vagus::domain::history::WorkerHistory;
use vagus::domain::indicator::HrvState;
use vagus::domain::life::{Advice, MethodId};
use vagus::engine::care;
use vagus::indicators::Track;
use vagus::texts::Language;

/// Workers of each kind.
const WORKERS: u64 = if cfg!(debug_assertions) { 60 } else { 500 };

static SETTINGS: LazyLock<vagus::engine::Settings> = LazyLock::new(rules_file::built_in);

fn told() -> Finding {
    let rules = vec![RuleId::new("R3")];
    Finding { level: Level::L3, rules, hrv: HrvState::Persistent, is_sleep_poor: false, is_exposed: false }
}

/// What is proposed in a week, of counselling by a mindfulness programme that began on day 0.
fn review(history: &WorkerHistory, week: u8) -> Review {
    review_with(history, week, &mut Track::new())
}

/// The same with a track that is brought up to date.
fn review_with(history: &WorkerHistory, week: u8, track: &mut Track) -> Review {
    let method = MethodId::parse("mindfulness_programme").unwrap();
    let number = 7 * i32::from(week);
    let now = at(number, 9);
    track.update(history, None, day(number), now, &SETTINGS.indicators);
    let running = care::Running {
        kind: ActionKind::Counseling,
        started_at: Some(at(0, 9)),
        method: Some(&method),
        tried: &[],
        reviewed_week: week - 2,
    };
    care::review(history, track, &SETTINGS, &told(), &running, now).expect("a week is due")
}

/// What was proposed to how many.
#[derive(Default)]
struct Counted {
    advice: BTreeMap<Advice, u64>,
    /// Verdicts by outcome: improved and worse.
    verdicts: BTreeMap<String, [u64; 2]>,
}

impl Counted {
    /// What every worker of a kind is told in each of the weeks.
    fn of<const N: usize>(kind: Kind, has_sheets: bool, weeks: [u8; N]) -> [Self; N] {
        let threads = std::thread::available_parallelism().map_or(2, |n| n.get() as u64);
        let part = |thread: u64| {
            let mut counted = weeks.map(|_| Self::default());
            for number in (thread..WORKERS).step_by(usize::try_from(threads).unwrap()) {
                let (history, mut track) = (worker(number, kind, has_sheets), Track::new());
                for (week, counted) in weeks.into_iter().zip(&mut counted) {
                    counted.count(&review_with(&history, week, &mut track));
                }
            }
            counted
        };
        let part = &part;
        std::thread::scope(|scope| {
            let parts: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
            let mut all = weeks.map(|_| Self::default());
            for found in parts {
                all.iter_mut().zip(found.join().unwrap()).for_each(|(all, part)| all.add(part));
            }
            all
        })
    }

    fn count(&mut self, found: &Review) {
        *self.advice.entry(found.advice).or_default() += 1;
        for change in &found.outcomes {
            let verdicts = self.verdicts.entry(change.outcome.clone()).or_default();
            verdicts[0] += u64::from(change.verdict == "improved");
            verdicts[1] += u64::from(change.verdict == "worse");
        }
    }

    fn add(&mut self, other: Self) {
        other.advice.into_iter().for_each(|(advice, n)| *self.advice.entry(advice).or_default() += n);
        for (outcome, [improved, worse]) in other.verdicts {
            let verdicts = self.verdicts.entry(outcome).or_default();
            *verdicts = [verdicts[0] + improved, verdicts[1] + worse];
        }
    }

    /// Percent of the workers to whom one of these was proposed.
    fn percent(&self, advice: &[Advice]) -> f64 {
        percent(advice.iter().filter_map(|advice| self.advice.get(advice)).sum())
    }

    fn verdicts(&self, outcome: &str) -> [f64; 2] {
        self.verdicts.get(outcome).copied().unwrap_or_default().map(percent)
    }

    fn row(&self) -> String {
        let shares = Advice::ALL.iter().map(|advice| format!("{:>9.1}", self.percent(&[*advice])));
        shares.collect::<Vec<_>>().join("")
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of workers are small")]
fn percent(count: u64) -> f64 {
    100.0 * count as f64 / WORKERS as f64
}

/// Says a table past the test harness, which keeps what is printed to itself.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "\n{text}");
}

fn head(title: &str) -> String {
    let names: String = Advice::ALL.iter().map(|advice| format!("{:>9}", advice.as_str())).collect();
    format!("{title}, percent of {WORKERS} workers\n{:<24}{names}", "")
}

#[test]
fn an_effective_method_is_called_improved_and_kept() {
    let history = worker(3, Kind::Effective, true);
    let found = review(&history, 6);
    say(&format!("effective, week 6: {}", Language::English.reason(&found.reason)));
    assert_eq!((found.advice, found.to), (Advice::Maintain, None));
    let verdict = |outcome: &str| found.outcomes.iter().find(|change| change.outcome == outcome).unwrap().verdict;
    assert_eq!((verdict("GAD-7"), verdict("PHQ-9"), verdict("ln_rmssd")), ("improved", "improved", "improved"));
}

#[test]
fn a_method_without_effect_is_switched_at_week_6_and_not_before() {
    let history = worker(10, Kind::Ineffective, true);
    let advice = |week| review(&history, week).advice;
    assert_eq!((advice(2), advice(4)), (Advice::Maintain, Advice::Intensify));
    let found = review(&history, 6);
    say(&format!("ineffective, week 6: {}", Language::English.reason(&found.reason)));
    assert_eq!((found.advice, found.to.unwrap().as_str()), (Advice::Switch, "cbt_counseling"));
}

#[test]
fn a_worsening_goes_up_one_step_at_week_2() {
    let found = review(&worker(1, Kind::Worsening, true), 2);
    say(&format!("worsening, week 2: {}", Language::English.reason(&found.reason)));
    assert_eq!((found.advice, found.to.unwrap().as_str()), (Advice::StepUp, "cbt_individual"));
    assert!(found.is_worse, "the time limits of L3 hold");
}

#[test]
fn wrong_calls_with_questionnaires_are_rare() {
    use Advice::{Close, Intensify, Maintain, StepUp, Switch};
    let mut table = head("With GAD-7 and PHQ-9");
    let mut rows = BTreeMap::new();
    for (name, kind) in
        [("effective", Kind::Effective), ("ineffective", Kind::Ineffective), ("worsening", Kind::Worsening)]
    {
        let weeks = [2, 4, 6, 8];
        for (week, counted) in weeks.into_iter().zip(Counted::of(kind, true, weeks)) {
            table += &format!("\n{:<24}{}", format!("{name}, week {week}"), counted.row());
            rows.insert((name, week), counted);
        }
    }
    say(&table);
    let effective = &rows[&("effective", 6)];
    assert!(effective.percent(&[Maintain, Close]) >= 60.0 && effective.percent(&[Switch, StepUp]) <= 5.0);
    assert!(rows[&("effective", 8)].percent(&[Maintain, Close]) >= 75.0);
    assert!(rows[&("effective", 2)].percent(&[StepUp]) <= 5.0);
    let none = &rows[&("ineffective", 6)];
    assert!(none.percent(&[Switch]) >= 50.0 && none.percent(&[Maintain, Close]) <= 12.0);
    assert!(none.percent(&[StepUp]) <= 15.0 && none.percent(&[Switch, StepUp, Intensify]) >= 80.0);
    assert!(rows[&("ineffective", 2)].percent(&[Maintain]) >= 75.0);
    let worse = &rows[&("worsening", 2)];
    assert!(worse.percent(&[StepUp]) >= 80.0 && worse.percent(&[Switch]) < 1e-9);
}

#[test]
fn nights_alone_call_few_workers_improved_by_chance() {
    let mut table = head("Without questionnaires");
    let mut rows = Vec::new();
    for (name, kind) in
        [("effective", Kind::Effective), ("ineffective", Kind::Ineffective), ("worsening", Kind::Worsening)]
    {
        let [counted] = Counted::of(kind, false, [6]);
        table += &format!("\n{:<24}{}", format!("{name}, week 6"), counted.row());
        rows.push((name, counted));
    }
    table += "\nverdicts improved / worse   ln_rmssd      tst24_h      rhr_bpm        index";
    for (name, counted) in &rows {
        let cells = ["ln_rmssd", "tst24_h", "rhr_bpm", "index"].map(|outcome| {
            let [improved, worse] = counted.verdicts(outcome);
            format!("{improved:>6.1}/{worse:>4.1}  ")
        });
        table += &format!("\n{name:<24}{}", cells.join(""));
    }
    say(&table);
    let of = |place: usize| &rows[place].1;
    let improved = |place: usize| of(place).percent(&[Advice::Maintain]);
    assert!(improved(0) >= 80.0, "an effect of one SD is seen: {}", improved(0));
    assert!(improved(1) <= 20.0, "of four outcomes one is improved by chance: {}", improved(1));
    assert!(improved(2) <= 5.0);
    let [false_up, false_down] = of(1).verdicts("ln_rmssd");
    assert!(false_up <= 9.0 && false_down <= 9.0, "{false_up} {false_down}");
    let [seen, _] = of(0).verdicts("ln_rmssd");
    assert!(seen >= 40.0, "{seen}");
    assert!((0..3).all(|place| of(place).percent(&[Advice::Switch, Advice::StepUp, Advice::Close]) < 1e-9));
}
