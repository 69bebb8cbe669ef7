//! `vagus schema`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use crate::app::asyncapi;

/// The name of the whole document.
const ASYNCAPI: &str = "asyncapi";

/// Print the AsyncAPI document of everything that is said over MQTT, or the JSON Schema of one payload
///
/// The schemas of what Vagus takes are those of whole payloads: one item, a list, or an envelope. Those of what
/// it sends are CloudEvents. JSON Schema draft 7, AsyncAPI 3.0.
#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// Which
    #[arg(value_parser = PossibleValuesParser::new(NAMES), default_value = ASYNCAPI)]
    name: String,
    /// Write all of them into this directory instead, each as NAME.json
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    dir: Option<PathBuf>,
    /// The first levels of every topic, where mqtt.root is another
    #[arg(long, value_name = "ROOT", default_value = "vagus/v1")]
    root: String,
}

const NAMES: [&str; 10] = [
    ASYNCAPI,
    "readings",
    "screenings",
    "exposures",
    "actions",
    "status",
    "receipt",
    "alerts",
    "workload-review",
    "counseling",
];

pub(super) fn run(arguments: &SchemaArguments) -> ExitCode {
    let done = match &arguments.dir {
        Some(directory) => write_all(directory, &arguments.root),
        None => writeln!(io::stdout(), "{:#}", schema(&arguments.name, &arguments.root)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vagus schema: {error}");
            ExitCode::FAILURE
        }
    }
}

fn schema(name: &str, root: &str) -> Value {
    let channel = asyncapi::channels().into_iter().find(|channel| channel.name == name);
    channel.map_or_else(|| asyncapi::document(root), |channel| json!(channel.schema))
}

fn write_all(directory: &Path, root: &str) -> io::Result<()> {
    let named = |path: &Path, error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    fs::create_dir_all(directory).map_err(|error| named(directory, error))?;
    for name in NAMES {
        let path = directory.join(format!("{name}.json"));
        fs::write(&path, format!("{:#}\n", schema(name, root))).map_err(|error| named(&path, error))?;
        writeln!(io::stdout(), "{}", path.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_its_schema_under_its_name() {
        let topics: Vec<_> = asyncapi::channels().iter().map(|channel| channel.name).collect();
        assert_eq!(topics, NAMES[1..]);
    }
}
