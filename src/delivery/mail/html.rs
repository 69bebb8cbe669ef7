//! The page in HTML: one column, every colour and size inline, so that it also looks right where a
//! client drops the style sheet. The sheet only turns the colours round where the reader prefers dark
//! ones, sets tables as lists on a narrow screen, and saves ink in print.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::page::{Block, Page};
use super::subject::Line;
use crate::texts::Language;

/// For a dark screen, a narrow one, and for paper. It holds nothing that would have to be escaped.
const SHEET: &str = "\
@media (prefers-color-scheme:dark){\
.v-body{background:#12161b!important}\
.v-page{background:#1b2128!important;border-left-color:#3a444f!important;\
border-right-color:#3a444f!important;border-bottom-color:#3a444f!important}\
.v-page,.v-page h1,.v-page h2,.v-page td,.v-page th,.v-page li,.v-page p{color:#e6e9ec!important}\
.v-page td,.v-page th{border-color:#3a444f!important}\
.v-page .v-soft{color:#b4bcc4!important;border-color:#3a444f!important}\
.v-page .v-code{background:#12161b!important;color:#e6e9ec!important}\
.v-page a{color:#8ec5ff!important}\
.v-page .v-call{background:#4a1416!important;color:#ffe3e3!important;border-color:#ff8a8a!important}\
}\
@media (max-width:480px){\
.v-wide td,.v-wide th{display:block!important;width:auto!important;border:0!important;padding:1px 0!important}\
.v-wide tr{display:block;border-bottom:1px solid #9aa5b1;padding:7px 0}\
.v-wide .v-head{display:none}\
}\
@media print{.v-body{background:#fff!important}.v-page{border:0!important}}";

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const CELL: &str =
    "padding:8px 10px 8px 0;border-bottom:1px solid #d5dae0;text-align:left;vertical-align:top;color:#1c2530;";
const PARAGRAPH: &str = "margin:0 0 14px;color:#1c2530;";

/// Sets a page.
pub(super) fn set(page: &Page, line: &Line, is_test: bool) -> String {
    let colour = if page.is_urgent { "#a3191f" } else { "#1f4e79" };
    let body = "margin:0;padding:16px 8px;background:#eef1f4;";
    let hidden = "display:none;max-height:0;overflow:hidden;font-size:1px;line-height:1px;";
    let column = format!(
        "{FONT}max-width:640px;margin:0 auto;padding:20px;background:#ffffff;color:#1c2530;border:1px solid #d5dae0;\
         border-top:6px solid {colour};font-size:16px;line-height:1.5;overflow-wrap:break-word;",
    );
    let markup = html! {
        (DOCTYPE)
        html lang=(page.language.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (line.subject) }
                style { (PreEscaped(SHEET)) }
            }
            body class="v-body" style=(body) {
                div style=(hidden) { (line.preview) (filler()) }
                div class="v-page" style=(column) {
                    @if is_test { (banner(page.language)) }
                    h1 style="margin:0 0 14px;font-size:22px;line-height:1.25;color:#1c2530;" { (page.headline) }
                    @for block in &page.blocks { (set_block(block)) }
                    div class="v-soft" style="margin-top:24px;padding-top:12px;border-top:1px solid #d5dae0;\
                                              font-size:13px;color:#4f5b67;" {
                        @for line in &page.footer {
                            p class="v-soft" style="margin:0 0 6px;color:#4f5b67;" { (line) }
                        }
                    }
                }
            }
        }
    };
    markup.into_string()
}

/// Keeps clients from showing the begin of the body behind the preview.
fn filler() -> String {
    "\u{a0}\u{200c}".repeat(150)
}

fn banner(language: Language) -> Markup {
    html! {
        div style="margin:0 0 16px;padding:12px;background:#ffd84d;color:#1c2530;border:2px dashed #1c2530;" {
            strong { (language.say("mail-test-mark")) }
            br;
            (language.say("mail-test"))
        }
    }
}

fn set_block(block: &Block) -> Markup {
    let table = "width:100%;border-collapse:collapse;margin:0 0 16px;font-size:15px;";
    match block {
        Block::Heading(text) => html! {
            h2 style="margin:22px 0 8px;font-size:17px;line-height:1.3;color:#1c2530;" { (text) }
        },
        Block::Text(text) => html! { p style=(PARAGRAPH) { (text) } },
        Block::Call(text) => html! {
            p class="v-call" style="margin:0 0 14px;padding:12px;background:#fdecec;color:#6b0f14;\
                                    border-left:5px solid #a3191f;" { (text) }
        },
        Block::Facts(facts) => html! {
            table style=(table) {
                @for (name, value) in facts {
                    tr {
                        th scope="row" class="v-soft" style=(format!("{CELL}width:30%;font-weight:600;")) { (name) }
                        td style=(format!("{CELL}overflow-wrap:anywhere;")) { (value) }
                    }
                }
            }
        },
        Block::Table(head, rows) => html! {
            table class="v-wide" style=(table) {
                tr class="v-head" { @for name in head { th scope="col" style=(format!("{CELL}font-weight:600;")) { (name) } } }
                @for [name, found, against] in rows {
                    tr {
                        th scope="row" style=(format!("{CELL}width:24%;font-weight:600;")) { (name) }
                        td style=(CELL) { (found) }
                        td style=(CELL) { (against) }
                    }
                }
            }
        },
        Block::List(points) => html! {
            ul style="margin:0 0 14px;padding-left:22px;color:#1c2530;" {
                @for point in points { li style="margin:0 0 5px;" { (point) } }
            }
        },
        Block::Commands(commands) => html! {
            @for command in commands {
                div class="v-code" style="margin:0 0 6px;padding:8px 10px;background:#eef1f4;color:#1c2530;\
                                          font-family:Consolas,Menlo,monospace;font-size:14px;\
                                          overflow-wrap:anywhere;" { (command) }
            }
        },
        Block::Link(text, url) => html! {
            p style=(PARAGRAPH) { a href=(url) style="color:#0b5394;" { (text) } }
        },
    }
}
