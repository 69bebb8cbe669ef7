//! Pictures of a worker's days: data for the chart library, and beside each the same as a table, for
//! whoever has no script or does not see the picture.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::{Value, json};

use crate::domain::{Date, TimeZone};
use crate::engine::portrait::{Portrait, PortraitDay, ScoredSheet};
use crate::texts::Language;

/// A line of a picture.
struct Series {
    label: &'static str,
    /// `points`, `line`, `bars`, or the two edges of a band: `band_low`, `band_high`.
    form: &'static str,
    decimals: u8,
    of: fn(&PortraitDay) -> Option<f64>,
}

/// One picture.
struct Picture {
    id: &'static str,
    title: &'static str,
    series: &'static [Series],
}

const PICTURES: &[Picture] = &[
    Picture {
        id: "hrv",
        title: "chart-hrv",
        series: &[
            Series { label: "chart-band-high", form: "band_high", decimals: 0, of: |day| Some(day.usual_rmssd_ms?[2]) },
            Series { label: "chart-band-low", form: "band_low", decimals: 0, of: |day| Some(day.usual_rmssd_ms?[0]) },
            Series { label: "chart-usual", form: "line", decimals: 0, of: |day| Some(day.usual_rmssd_ms?[1]) },
            Series { label: "chart-night", form: "points", decimals: 0, of: |day| day.rmssd_ms },
        ],
    },
    Picture {
        id: "hr",
        title: "chart-hr",
        series: &[Series { label: "chart-night", form: "points", decimals: 0, of: |day| day.sleeping_hr_bpm }],
    },
    Picture {
        id: "sleep",
        title: "chart-sleep",
        series: &[
            Series { label: "chart-night", form: "bars", decimals: 1, of: |day| day.sleep_h },
            Series { label: "chart-need", form: "line", decimals: 1, of: |day| day.need_h },
        ],
    },
    Picture {
        id: "index",
        title: "chart-index",
        series: &[Series { label: "chart-value", form: "points", decimals: 0, of: |day| day.index }],
    },
    Picture {
        id: "work",
        title: "chart-work",
        series: &[Series { label: "chart-value", form: "bars", decimals: 1, of: |day| day.work.as_ref()?.worked_h }],
    },
];

/// Every picture of which there is something to show, with the days on which a case was opened.
pub(super) fn all(language: Language, portrait: &Portrait, opened: &[Date]) -> Markup {
    let is_there = |picture: &&Picture| {
        portrait.days.iter().any(|day| picture.series.iter().any(|series| (series.of)(day).is_some()))
    };
    let there: Vec<&Picture> = PICTURES.iter().filter(is_there).collect();
    html! {
        section.evidence aria-labelledby="evidence" {
            h2 #evidence { (language.say("case-evidence")) }
            @if there.is_empty() { p { (language.say("chart-no-data")) } }
            @for picture in there { (one(language, picture, portrait, opened)) }
            (screenings(language, portrait))
        }
    }
}

fn one(language: Language, picture: &Picture, portrait: &Portrait, opened: &[Date]) -> Markup {
    let title = language.say(picture.title);
    html! {
        figure {
            figcaption { (title) }
            div.chart role="img" aria-label=(title) data-chart=(data(language, picture, portrait, opened)) {}
            details {
                summary { (language.say("chart-table")) }
                (table(language, picture, &portrait.days))
            }
        }
    }
}

/// What the script draws.
fn data(language: Language, picture: &Picture, portrait: &Portrait, opened: &[Date]) -> String {
    let seconds = |date: Date| date.to_zoned(TimeZone::UTC).map_or(0, |at| at.timestamp().as_second());
    let lines: Vec<Value> = picture
        .series
        .iter()
        .map(|series| {
            let values: Vec<Option<f64>> = portrait.days.iter().map(series.of).collect();
            json!({"label": language.say(series.label), "form": series.form, "decimals": series.decimals, "values": values})
        })
        .collect();
    let mut sheets: BTreeMap<Date, Vec<&str>> = BTreeMap::new();
    for sheet in &portrait.screenings {
        sheets.entry(sheet.taken_on).or_default().push(sheet.instrument.as_str());
    }
    let marks: Vec<Value> = sheets
        .into_iter()
        .map(|(date, names)| json!({"at": seconds(date), "label": names.join(", "), "is_case": false}))
        .chain(
            opened
                .iter()
                .map(|date| json!({"at": seconds(*date), "label": language.say("chart-raised"), "is_case": true})),
        )
        .collect();
    let days: Vec<i64> = portrait.days.iter().map(|day| seconds(day.date)).collect();
    let (id, mark) = (picture.id, language.say("format-decimal-mark"));
    json!({"id": id, "days": days, "series": lines, "marks": marks, "decimal_mark": mark, "language": language.as_str(), "date_label": language.say("chart-date")})
        .to_string()
}

fn table(language: Language, picture: &Picture, days: &[PortraitDay]) -> Markup {
    let shown = |series: &Series, day: &PortraitDay| {
        (series.of)(day).map_or_else(|| "–".to_owned(), |value| language.number(value, series.decimals))
    };
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (language.say("chart-date")) }
                    @for series in picture.series { th scope="col" { (language.say(series.label)) } }
                }
            }
            tbody {
                @for day in days.iter().rev() {
                    tr {
                        th scope="row" { (language.date(day.date)) }
                        @for series in picture.series { td { (shown(series, day)) } }
                    }
                }
            }
        }
    }
}

/// Whether a questionnaire counts today, and until when.
fn counting(language: Language, sheet: &ScoredSheet) -> Markup {
    let of = |date: Option<Date>| date.map_or_else(String::new, |date| language.date(date));
    let (key, date) = match (sheet.is_valid, sheet.replaced_on) {
        (true, _) => ("screening-counts", of(sheet.valid_until)),
        (false, Some(newer)) => ("screening-replaced", of(Some(newer))),
        (false, None) => ("screening-old", of(sheet.valid_until)),
    };
    html! {
        span class=(if sheet.is_valid { "fresh" } else { "missing" }) { (language.say_with(key, &[("date", date.into())])) }
    }
}

fn screenings(language: Language, portrait: &Portrait) -> Markup {
    let scored = portrait.screenings.iter().filter_map(|sheet| Some((sheet, sheet.score?)));
    let mut lines: Vec<_> = scored.collect();
    lines.reverse();
    html! {
        @if !lines.is_empty() {
            h3 { (language.say("chart-screenings")) }
            ul.plain {
                @for (sheet, score) in lines {
                    @let values = [("instrument", sheet.instrument.as_str().into()), ("score", language.number(score, 0).into())];
                    li {
                        (language.date(sheet.taken_on)) " – " (language.say_with("screening-score", &values)) " – "
                        (counting(language, sheet))
                    }
                }
            }
        }
    }
}
