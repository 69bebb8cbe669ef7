//! The rules and the settings in force, for people to read.

use super::{fired, rule_words};
use crate::config::Settings;
use crate::config::rule_change::is_changeable;
use crate::console::view::{MethodRow, RuleForm, RuleNumber, RulesView, SettingRow};
use crate::domain::alert::Level;
use crate::domain::worker::Enrolment;
use crate::engine;
use crate::rules::{Knob, Rule, RuleSet};
use crate::texts::Language;

/// The rules in words.
pub(super) fn rules(engine: &engine::Settings, language: Language) -> RulesView {
    let library = &engine.care.library;
    let name = |id: &str| {
        let risk = library.risks.iter().find(|risk| &*risk.id == id);
        risk.map_or(id, |risk| language.phrase(&risk.name)).to_owned()
    };
    let methods = library.methods.iter().map(|method| MethodRow {
        name: language.phrase(&method.name).to_owned(),
        side: method.side.as_str().to_owned(),
        step: method.step,
        weeks: method.weeks,
        risks: method.risks.iter().map(|risk| name(risk)).collect(),
        sentence: language.phrase(&method.sentence).to_owned(),
    });
    RulesView {
        version: format!("{:016x}", engine.rules.version()),
        rules: rule_words::rules(&engine.rules, language),
        limits: rule_words::limits(&engine.limits, language),
        methods: methods.collect(),
        forms: forms(&engine.rules, language),
        titles: fired::titles(&engine.rules, language),
        table: rule_words::table(&engine.rules.table, language),
    }
}

/// The rules about workers that can be asked about.
fn forms(rules: &RuleSet, language: Language) -> Vec<RuleForm> {
    let number = |knob: Knob| RuleNumber {
        words: rule_words::knob(&knob, language),
        unit: rule_words::unit(knob.unit, language),
        value: knob.limit,
        raise: knob.raise.map(Level::as_str).map(str::to_owned),
    };
    let form = |(rule, on): (&Rule, bool)| RuleForm {
        rule: rule.id.as_str().to_owned(),
        title: language.phrase(&rule.title).to_owned(),
        on,
        level: rule.level.as_str().to_owned(),
        numbers: rule.knobs().into_iter().map(number).collect(),
    };
    let on = rules.rules.iter().map(|rule| (rule, true));
    let all = on.chain(rules.off.iter().map(|rule| (rule, false)));
    all.filter(|(rule, _)| is_changeable(rule)).map(form).collect()
}

/// A text of the rule file or the library that stands there in English.
pub(super) fn translated(engine: &engine::Settings, english: &str, language: Language) -> String {
    let (rules, library) = (&engine.rules, &engine.care.library);
    let of_rules =
        rules.rules.iter().flat_map(|r| [&r.title].into_iter().chain(&r.workload_review).chain(&r.counseling));
    let of_units =
        rules.units.rules.iter().flat_map(|r| [&r.title].into_iter().chain(&r.workload_review).chain(&r.counseling));
    let of_table = rules.table.workload_review.iter().chain(&rules.table.counseling);
    let of_methods = library.methods.iter().map(|method| &method.name);
    let mut phrases = of_methods.chain(of_rules).chain(of_units).chain(of_table);
    let found = phrases.find(|phrase| ***phrase == *english);
    found.map_or(english, |phrase| language.phrase(phrase)).to_owned()
}

/// The settings in force. Only what is named here is shown: no secret, no address of a person, no address of
/// a receiver, which can hold a secret.
pub(in crate::app) fn settings(settings: &Settings) -> Vec<SettingRow> {
    let Settings { ingest, store, http, ops, admission, batch, engine, clock, logging, delivery, outbox, .. } =
        settings;
    let path =
        |path: Option<&std::path::PathBuf>| path.map_or_else(|| "–".to_owned(), |path| path.display().to_string());
    let enrolment = match admission.enrolment {
        Enrolment::Open => "open",
        Enrolment::Listed => "listed",
    };
    let plain = [
        ("mqtt.host", ingest.broker.host.clone()),
        ("mqtt.port", ingest.broker.port.to_string()),
        ("mqtt.tls", ingest.broker.tls.is_some().to_string()),
        ("mqtt.root", ingest.root.clone()),
        ("mqtt.client_id", ingest.client_id.clone()),
        ("store.path", store.path.display().to_string()),
        ("store.journal_max_bytes", store.journal_max_bytes.to_string()),
        ("store.quarantine_max_items", store.quarantine_max_items.to_string()),
        ("store.quarantine_max_bytes", store.quarantine_max_bytes.to_string()),
        ("http.listen", http.listen.to_string()),
        ("http.public_url", http.public_url.clone().unwrap_or_else(|| "–".to_owned())),
        ("http.session_idle_min", (http.sessions.idle.as_secs() / 60).to_string()),
        ("http.session_max_h", (http.sessions.whole.as_secs() / 3_600).to_string()),
        ("ops.listen", ops.listen.to_string()),
        ("ingest.enrolment", enrolment.to_owned()),
        ("ingest.max_age_days", admission.max_age_days.to_string()),
        ("ingest.max_ahead_s", admission.max_ahead_s.to_string()),
        ("ingest.max_payload_bytes", admission.limits.max_payload_bytes.to_string()),
        ("ingest.max_items", admission.limits.max_items.to_string()),
        ("ingest.batch_max_messages", batch.max_messages.to_string()),
        ("ingest.batch_max_bytes", batch.max_bytes.to_string()),
        ("engine.shards", engine.shards.unwrap_or(0).to_string()),
        ("rules.path", path(settings.rules_path.as_ref())),
        ("care.library", path(settings.library_path.as_ref())),
        ("clock.max_step_s", clock.max_step.as_secs().to_string()),
        ("log.level", logging.level.clone()),
        ("outbox.give_up_after_h", (outbox.give_up_after.as_secs() / 3_600).to_string()),
        ("outbox.max_dead_letters", store.max_dead_letters.to_string()),
        ("recipients", delivery.recipients.len().to_string()),
        ("channels", delivery.channels.iter().map(|channel| channel.id.to_string()).collect::<Vec<_>>().join(", ")),
        ("routes", delivery.routes.len().to_string()),
    ];
    let sites = settings.sites.iter().map(|site| SettingRow {
        key: format!("sites.{}.time_zone", site.id),
        value: site.time_zone.iana_name().unwrap_or("UTC").to_owned(),
    });
    plain.into_iter().map(|(key, value)| SettingRow { key: key.to_owned(), value }).chain(sites).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn no_secret_and_no_contact_is_among_the_settings() {
        let text = r#"
[mqtt]
host = "broker.example.org"
[store]
path = "vagus-data"
[[sites]]
id = "plant-a"
time_zone = "Asia/Ho_Chi_Minh"
[[recipients]]
id = "dr.lan"
role = "physician"
email = "lan@example.org"
[[channels]]
id = "mail"
kind = "email"
host = "127.0.0.1"
tls = "none"
from = "Vagus <vagus@example.org>"
[[routes]]
channel = "mail"
recipients = ["role:physician"]
"#;
        let rows = settings(&config::settings::parse(text, "test", []).unwrap());
        let shown: String = rows.iter().map(|row| format!("{}={}\n", row.key, row.value)).collect();
        for kept in ["lan@example.org", "dr.lan", "vagus@example.org"] {
            assert!(!shown.contains(kept), "{kept} in\n{shown}");
        }
        for told in ["mqtt.host=broker.example.org", "channels=mail", "sites.plant-a.time_zone=Asia/Ho_Chi_Minh"] {
            assert!(shown.contains(told), "{told} not in\n{shown}");
        }
    }
}
