//! `vagus check`: reads the settings and the rules, or judges a file of payloads, and tells every problem.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::{ConfigFile, EXIT_USAGE, Output, counted, remedies};
use crate::app::connect::{self, Finding, Outcome};
use crate::app::judge::{self, Form, Judged, Refusal, Unknown};
use crate::clock::Clock;
use crate::config::{self, Problems, Settings, rules_file};
use crate::decode::UnknownField;
use crate::domain::Timestamp;
use crate::domain::rejection::Reason;
use crate::engine;

/// What was typed after `vagus check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --input every setting and the rule file are read: each problem is printed with its file, line \
and key, what is wrong and what to do; what is allowed and hardly meant is a warning, and no problem. \
With --connect everything outside is tried at once, within seconds and without delivering anything; run it as the
service's user, since root may read and write what that user may not.
With --rules every rule and time limit is printed in words. With --input the messages of a file are judged as the service \
would; each rejection is printed with its line, the item's index, the reason of the receipt and the \
detail. What only a running service knows is not judged: enrolment and consent, duplicates, actions.

A line of the file is {\"received_at\":…,\"topic\":…,\"payload\":…}, or as mosquitto_sub -F %j writes it, or with \
--topic a payload alone. A rejected.jsonl of vagus publish is judged as if received now.

Workers are listed as site/worker, the names to import. Of an IEEE 1752.1 or Open mHealth item the worker
is SOURCE--USER, of the topic and the header's user_id, or else the envelope's worker.

Exit status: 0 sound, 2 if there is any problem or rejection.")]
pub(super) struct CheckArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// File of messages to judge; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The topic of the messages, where the lines are payloads alone
    #[arg(long, requires = "input")]
    topic: Option<String>,
    /// When payloads without a time of their own were received, e.g. 2026-03-01T08:00:00Z; now, if not given
    #[arg(long, value_name = "TIME", requires = "input")]
    at: Option<Timestamp>,
    /// Print every rule and time limit in words
    #[arg(long, conflicts_with = "input")]
    rules: bool,
    /// Try broker, disk, clock, addresses, channels and OpenID provider as well; delivers nothing
    #[arg(long, conflicts_with_all = ["input", "rules"])]
    connect: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

/// Runs the command.
pub(super) fn run(arguments: &CheckArguments) -> ExitCode {
    let out = &mut io::stdout().lock();
    let checked = match (config::load(&arguments.config), &arguments.input) {
        (Err(problems), _) => tell_problems(out, &problems, arguments.output).map(|()| false),
        (Ok((settings, _)), Some(input)) => judge_file(out, &settings, input, arguments),
        (Ok((settings, engine)), None) => {
            let mut warnings = warnings(&settings);
            warnings.splice(0..0, config::settings::warnings(&arguments.config));
            if arguments.rules {
                tell_rules(out, &engine, arguments.output).map(|()| true)
            } else {
                let found = if arguments.connect { Some(try_outside(&settings)) } else { None };
                let told = tell_summary(
                    out,
                    (&arguments.config, &settings, &engine),
                    &warnings,
                    found.as_deref(),
                    arguments.output,
                );
                told.map(|()| found.is_none_or(|found| is_sound(&found)))
            }
        }
    };
    match checked.and_then(|is_sound| out.flush().map(|()| is_sound)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(EXIT_USAGE),
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("vagus check: {error}");
            ExitCode::FAILURE
        }
    }
}

fn tell_problems(out: &mut impl Write, problems: &Problems, output: Output) -> io::Result<()> {
    match output {
        Output::Table => {
            for problem in &problems.0 {
                writeln!(out, "{problem}")?;
            }
            writeln!(out, "{} to mend", counted(problems.0.len(), "problem"))
        }
        Output::Json => {
            writeln!(out, "{}", json!({"sound": false, "problems": as_json(&problems.0)}))
        }
    }
}

fn as_json(problems: &[config::Problem]) -> Vec<serde_json::Value> {
    let of = |p: &config::Problem| json!({"file": p.origin, "line": p.line, "key": p.key, "problem": p.what, "remedy": p.remedy});
    problems.iter().map(of).collect()
}

/// What the rule file allows and hardly means; none, where it was changed since it was read.
fn warnings(settings: &Settings) -> Vec<config::Problem> {
    let path = settings.rules_path.as_deref();
    let text = path.and_then(|path| Some((std::fs::read_to_string(path).ok()?, path.display().to_string())));
    let reviewed = text.and_then(|(text, origin)| rules_file::review(&text, &origin).ok());
    reviewed.map(|(_, warnings)| warnings).unwrap_or_default()
}

fn tell_rules(out: &mut impl Write, engine: &engine::Settings, output: Output) -> io::Result<()> {
    let (rules, limits) = (engine.rules.in_words(), engine.limits.in_words());
    match output {
        Output::Table => rules.iter().chain(&limits).try_for_each(|line| writeln!(out, "{line}")),
        Output::Json => writeln!(out, "{}", json!({"rules": rules, "limits": limits})),
    }
}

/// What is found outside. A system that cannot try it is itself a problem.
fn try_outside(settings: &Settings) -> Vec<Finding> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let found = runtime.block_on(connect::try_all(settings));
            // What the system still holds up is not waited for.
            runtime.shutdown_background();
            found
        }
        Err(error) => vec![Finding {
            about: "system".to_owned(),
            outcome: Outcome::Problem,
            what: format!("nothing can be tried: {error}"),
            remedy: "look at the limits of this user".to_owned(),
        }],
    }
}

fn is_sound(found: &[Finding]) -> bool {
    found.iter().all(|one| one.outcome != Outcome::Problem)
}

fn tell_found(out: &mut impl Write, found: &[Finding]) -> io::Result<()> {
    writeln!(out)?;
    for Finding { about, outcome, what, remedy } in found {
        let remedy = if remedy.is_empty() { String::new() } else { format!("; {remedy}") };
        writeln!(out, "{:<8} {about}: {what}{remedy}", outcome.as_str())?;
    }
    let problems = found.iter().filter(|one| one.outcome == Outcome::Problem).count() as u64;
    if problems > 0 { writeln!(out, "{} to mend", counted(problems, "problem")) } else { Ok(()) }
}

fn tell_summary(
    out: &mut impl Write,
    (path, settings, engine): (&Path, &Settings, &engine::Settings),
    warnings: &[config::Problem],
    found: Option<&[Finding]>,
    output: Output,
) -> io::Result<()> {
    let (rules, library) = (&engine.rules, &engine.care.library);
    let ids: Vec<_> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    let version = format!("{:016x}", rules.version());
    let broker = &settings.ingest.broker;
    let address = format!("{}:{}", broker.host, broker.port);
    let has_tls = broker.tls.is_some();
    let sites: Vec<_> =
        settings.sites.iter().map(|s| (s.id.as_str(), s.time_zone.iana_name().unwrap_or("UTC"))).collect();
    if output == Output::Json {
        let sites: Vec<_> = sites.iter().map(|(id, zone)| json!({"id": id, "time_zone": zone})).collect();
        let mut summary = json!({
            "sound": found.is_none_or(is_sound), "problems": [], "warnings": as_json(warnings), "broker": address, "tls": has_tls,
            "store": settings.store.path.display().to_string(),
            "http": settings.http.listen.to_string(), "ops": settings.ops.listen.to_string(),
            "rules": ids, "rules_version": version,
            "methods": library.methods.len(), "library_version": format!("{:016x}", library.version), "sites": sites,
        });
        if let Some(found) = found {
            summary["connect"] = json!(found);
        }
        return writeln!(out, "{summary}");
    }
    let from = |path: Option<&PathBuf>| path.map_or("built in".to_owned(), |path| path.display().to_string());
    let (rules_from, library_from) = (from(settings.rules_path.as_ref()), from(settings.library_path.as_ref()));
    let sites: Vec<_> = sites.iter().map(|(id, zone)| format!("{id} ({zone})")).collect();
    for warning in warnings {
        writeln!(out, "warning: {warning}")?;
    }
    writeln!(out, "{} is sound", path.display())?;
    writeln!(out, "broker   {address}{}", if has_tls { ", TLS" } else { ", not encrypted" })?;
    writeln!(out, "store    {}", settings.store.path.display())?;
    writeln!(out, "metrics  http://{}/metrics", settings.ops.listen)?;
    writeln!(out, "rules    {} ({rules_from}, version {version})", ids.join(", "))?;
    let (methods, risks, edition) = (library.methods.len(), library.risks.len(), library.version);
    writeln!(out, "library  {methods} methods for {risks} risks ({library_from}, version {edition:016x})")?;
    writeln!(out, "sites    {}", sites.join(", "))?;
    found.map_or(Ok(()), |found| tell_found(out, found))
}

/// One refusal as it is printed.
#[derive(Serialize)]
struct PrintedRefusal {
    line: u64,
    index: Option<u32>,
    reason: &'static str,
    detail: String,
}

impl From<Refusal> for PrintedRefusal {
    fn from(refusal: Refusal) -> Self {
        // A line that is no message never reaches the service, so it has no reason of the contract.
        let reason = refusal.reason.map_or(remedies::BAD_LINE, Reason::as_str);
        Self { line: refusal.line, index: refusal.index, reason, detail: refusal.detail }
    }
}

fn judge_file(out: &mut impl Write, settings: &Settings, path: &Path, typed: &CheckArguments) -> io::Result<bool> {
    let opened: io::Result<Box<dyn BufRead>> = if path == Path::new("-") {
        Ok(Box::new(io::stdin().lock()))
    } else {
        File::open(path).map(|file| Box::new(BufReader::new(file)) as Box<dyn BufRead>)
    };
    let mut input = match opened {
        Ok(input) => input,
        Err(error) => {
            eprintln!("vagus check: cannot read {}: {error}; name a readable file after --input", path.display());
            return Ok(false);
        }
    };
    let at = typed.at.unwrap_or_else(|| Clock::System.now());
    let form = match &typed.topic {
        None => Form::Recorded { at },
        Some(topic) => Form::Bare { topic: topic.clone(), received_at: at },
    };
    let mut refusals = Vec::new();
    let mut by_reason = BTreeMap::new();
    let judged = judge::judge(settings, &form, &mut input, &mut |refusal| {
        let refusal = PrintedRefusal::from(refusal);
        *by_reason.entry(refusal.reason.to_owned()).or_default() += 1;
        match (typed.output, refusal.index) {
            (Output::Json, _) => refusals.push(refusal),
            (Output::Table, Some(index)) => {
                writeln!(out, "line {}, item {index}: {}: {}", refusal.line, refusal.reason, refusal.detail)?;
            }
            (Output::Table, None) => {
                writeln!(out, "line {}: {}: {}", refusal.line, refusal.reason, refusal.detail)?;
            }
        }
        Ok(())
    })?;
    if judged.messages == 0 && judged.refused == 0 {
        eprintln!("vagus check: {} holds no message", path.display());
    }
    let by_reason = remedies::sorted(&by_reason);
    match typed.output {
        Output::Json => writeln!(out, "{}", counts(&judged, &refusals, &by_reason))?,
        Output::Table => {
            let (messages, accepted) = (counted(judged.messages, "message"), counted(judged.accepted, "item"));
            let ignored = counted(judged.unknown_fields, "unknown field");
            writeln!(out, "{messages}: {accepted} accepted, {} rejected, {ignored} ignored", judged.refused)?;
            by_reason.iter().try_for_each(|refused| writeln!(out, "{refused}"))?;
            judged.unknown.iter().try_for_each(|unknown| writeln!(out, "{}", in_words(unknown)))?;
            if let Some(workers) = workers(&judged.workers) {
                writeln!(out, "{workers}")?;
            }
        }
    }
    Ok(judged.refused == 0)
}

fn counts(judged: &Judged, refusals: &[PrintedRefusal], by_reason: &[remedies::Refused]) -> serde_json::Value {
    let of = |unknown: &Unknown| {
        let UnknownField { name, meant, is_misplaced } = &unknown.field;
        json!({"name": name, "count": unknown.count, "line": unknown.line, "did_you_mean": meant, "misplaced": is_misplaced})
    };
    let unknown: Vec<_> = judged.unknown.iter().map(of).collect();
    json!({
        "messages": judged.messages, "accepted": judged.accepted, "rejected": judged.refused,
        "unknown_fields": judged.unknown_fields, "unknown": unknown, "workers": judged.workers, "rejections": refusals, "reasons": by_reason,
    })
}

fn in_words(Unknown { field, line, count }: &Unknown) -> String {
    let what = match field {
        UnknownField { meant: Some(meant), .. } => format!("; did you mean {meant}?"),
        UnknownField { is_misplaced: true, .. } => ", which has no meaning in such an item".to_owned(),
        UnknownField { .. } => String::new(),
    };
    format!("  {count} × unknown field {:?}, first on line {line}{what}", field.name)
}

/// Whom the items are about, the first of many.
fn workers(names: &[String]) -> Option<String> {
    const SHOWN: usize = 10;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("{}: {shown}{more}", counted(names.len(), "worker")))
}
