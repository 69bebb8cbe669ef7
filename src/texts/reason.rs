//! Why something is proposed, in words.

use super::{Language, Value};
use crate::domain::phrase::Phrase;
use crate::domain::reason::Sentence;

impl Language {
    /// A text of a file in this language; in English where it is not translated.
    #[must_use]
    pub fn phrase(self, phrase: &Phrase) -> &str {
        phrase.of(self.as_str())
    }

    /// The sentences of a review as one paragraph.
    #[must_use]
    pub fn reason(self, sentences: &[Sentence]) -> String {
        let told: Vec<String> = sentences.iter().map(|sentence| self.sentence(sentence)).collect();
        told.join(&self.say("summary-between"))
    }

    fn sentence(self, sentence: &Sentence) -> String {
        match sentence {
            Sentence::Said(said) => self.say(&format!("reason-{}", said.as_str())),
            Sentence::Numbered(said, number) => {
                self.say_with(&format!("reason-{}", said.as_str()), &[("number", number.to_string().into())])
            }
            Sentence::Week { week, method: None } => self.say_with("reason-week", &[("week", week.to_string().into())]),
            Sentence::Week { week, method: Some(method) } => {
                let values = [("week", week.to_string().into()), ("method", self.phrase(method).into())];
                self.say_with("reason-week-method", &values)
            }
            Sentence::Method { name, step, weeks, what } => {
                let values = [
                    ("name", self.phrase(name).into()),
                    ("step", step.to_string().into()),
                    ("weeks", weeks.to_string().into()),
                    ("what", self.phrase(what).into()),
                ];
                self.say_with("reason-method", &values)
            }
            Sentence::Score { .. } => self.score_sentence(sentence).unwrap_or_default(),
            Sentence::Series { outcome, shift: (shift, interval), n, verdict } => {
                let decimals = match *outcome {
                    "ln_rmssd" => 2,
                    "index" => 0,
                    _ => 1,
                };
                let shift = self.outcome_with_unit(outcome, self.signed(*shift, decimals));
                let interval = interval.map(|(low, high)| {
                    let (low, high) = (self.signed(low, decimals), self.signed(high, decimals));
                    self.say_with("reason-interval", &[("low", low.into()), ("high", high.into())])
                });
                let values = [
                    ("outcome", self.say(&format!("outcome-{outcome}")).into()),
                    ("shift", shift.into()),
                    ("interval", interval.unwrap_or_default().into()),
                    ("before", n.0.to_string().into()),
                    ("after", n.1.to_string().into()),
                    ("verdict", self.say(&format!("verdict-{verdict}")).into()),
                ];
                self.say_with("reason-series", &values)
            }
            Sentence::Exposure { exposure, before, after, weeks, verdict } => {
                let decimals = if *exposure == "noise_lex8h_dba" { 0 } else { 1 };
                let of = |value| Value::Owned(self.outcome_with_unit(exposure, self.number(value, decimals)));
                let values = [
                    ("name", self.say(&format!("outcome-{exposure}")).into()),
                    ("before", of(*before)),
                    ("after", of(*after)),
                    ("weeks_before", weeks.0.to_string().into()),
                    ("weeks_after", weeks.1.to_string().into()),
                    ("change", self.say(&format!("change-{verdict}")).into()),
                ];
                self.say_with("reason-exposure", &values)
            }
        }
    }

    fn score_sentence(self, sentence: &Sentence) -> Option<String> {
        let Sentence::Score { instrument, before, now, gain, share, reliable, response } = sentence else {
            return None;
        };
        let way = match (*gain > 0.0, *gain < 0.0) {
            (true, _) => "reason-better",
            (_, true) => "reason-poorer",
            (false, false) => "reason-same",
        };
        let way = self.say_with(way, &[("percent", Value::Number(100.0 * share.abs(), 0))]);
        let needed = reliable.map(|points| self.say_with("reason-reliable", &[("points", Value::Number(points, 0))]));
        let score = |score: f64| Value::Number(score, if score.fract().abs() > 0.0 { 1 } else { 0 });
        let values = [
            ("instrument", instrument.as_str().into()),
            ("before", score(before.0)),
            ("before_on", self.date(before.1).into()),
            ("now", score(now.0)),
            ("now_on", self.date(now.1).into()),
            ("way", way.into()),
            ("response", self.say(&format!("response-{response}")).into()),
            ("needed", needed.unwrap_or_default().into()),
        ];
        Some(self.say_with("reason-score", &values))
    }

    /// A figure of an outcome with its unit.
    #[must_use]
    pub fn outcome_with_unit(self, outcome: &str, value: String) -> String {
        let unit = match outcome {
            "ln_rmssd" | "overtime_days" | "night_shifts" | "quick_returns" => "plain",
            "tst24_h" | "weekly_hours" => "hours",
            "rhr_bpm" => "per-minute",
            "noise_lex8h_dba" => "dba",
            "wbgt_c" => "celsius",
            _ => "points",
        };
        self.say_with(&format!("unit-{unit}"), &[("value", value.into())])
    }
}
