//! Who may know whom.

use crate::source::Source;

/// Words, arithmetic, stages and engine: the part that is a function of its inputs.
pub(crate) const PURE: &[&str] =
    &["domain", "statistics", "decode", "signal", "indicators", "screening", "exposures", "rules", "cases", "engine"];

const STAGES: &[&str] = &["decode", "signal", "indicators", "screening", "exposures", "rules", "cases"];
const ADAPTERS: &[&str] = &["store", "ingest", "delivery", "console", "gateway", "otlp"];
const LEAVES: &[&str] = &["clock", "telemetry", "texts"];
/// What the adapters of one protocol share below them, so that they need not know each other:
/// a module and the adapters that may know it.
const GROUND: &[(&str, &[&str])] =
    &[("broker", &["ingest", "delivery", "gateway"]), ("tls", &["console", "delivery", "otlp"])];
/// May use everything.
const ASSEMBLY: &[&str] = &["app", "demo", "main", "lib"];

/// Whether `module` may name `path`, which starts at the crate root.
fn is_allowed(module: &str, path: &[String]) -> bool {
    let Some(target) = path.first().map(String::as_str) else { return true };
    if module == "statistics" {
        return target == "statistics";
    }
    if target == module || target == "domain" || ASSEMBLY.contains(&module) {
        return module != "domain" || target == "domain";
    }
    match module {
        _ if target == "statistics" => STAGES.contains(&module) || module == "engine",
        "indicators" => target == "signal",
        "engine" => STAGES.contains(&target) && target != "decode",
        "config" => {
            let is_stage = STAGES.contains(&target) && target != "decode";
            let is_exporter =
                [ADAPTERS, LEAVES, &["broker", "decode", "engine"]].iter().any(|layer| layer.contains(&target));
            // A setting may name a language, and a file of authorities that is to be of use.
            is_stage || target == "texts" || target == "tls" || (is_exporter && is_settings(path))
        }
        _ if ADAPTERS.contains(&module) => match target {
            "clock" | "telemetry" | "texts" => true,
            "engine" => {
                let part = path.get(1).map(String::as_str);
                matches!(part, Some("row" | "effect")) || (module == "console" && part == Some("portrait"))
            }
            // What a topic and a recording are, a gateway knows as the service does; payloads it does not judge.
            "decode" => {
                let part = path.get(1).map(String::as_str);
                module == "ingest" || (module == "gateway" && matches!(part, Some("topic" | "recording")))
            }
            "store" => module == "delivery" || module == "console",
            _ => GROUND.iter().any(|(ground, users)| *ground == target && users.contains(&module)),
        },
        _ if GROUND.iter().any(|(ground, _)| *ground == module) => LEAVES.contains(&target),
        _ => false,
    }
}

/// A settings type, or the module that holds the settings types.
fn is_settings(path: &[String]) -> bool {
    path.iter().any(|part| part == "settings" || part == "logging")
        || path.last().is_some_and(|p| p.ends_with("Settings") || p.ends_with("Limits"))
}

fn is_known(module: &str) -> bool {
    let is_ground = GROUND.iter().any(|(ground, _)| *ground == module);
    module == "config" || is_ground || [PURE, ADAPTERS, LEAVES, ASSEMBLY].iter().any(|layer| layer.contains(&module))
}

/// Every path that crosses the table.
pub(crate) fn violations(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let module = file.module();
        if !is_known(module) {
            found
                .push(format!("{}:1: `{module}` has no layer; give it one in tests/architecture/layers.rs", file.path));
            continue;
        }
        for (at, path) in file.inner_paths() {
            // Words of the crate root other than modules (a macro, say) belong to nobody.
            if is_known(&path[0]) && !is_allowed(module, &path) {
                found.push(format!(
                    "{}: `{module}` may not use `{}`; pass the value in from `app`, or move the shared word to `domain`",
                    file.place(at),
                    path.join("::"),
                ));
            }
        }
    }
    found
}
