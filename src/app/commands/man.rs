//! `vagus man`: the manual pages, made of the definition of the commands.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

/// What was typed after `vagus man`.
#[derive(Debug, Args)]
#[command(after_help = "Read it with: vagus man | man -l -")]
pub(super) struct ManArguments {
    /// Write vagus.1 and a page for each command, such as vagus-run.1, into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: &ManArguments) -> ExitCode {
    let mut command = super::Arguments::command();
    command.build();
    let written = match &arguments.dir {
        None => page(&command).and_then(|page| io::stdout().write_all(&page)),
        Some(directory) => fs::create_dir_all(directory).and_then(|()| write_all(&command, directory)),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vagus man: {error}");
            ExitCode::FAILURE
        }
    }
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let source = concat!("vagus ", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).source(source).manual("Vagus").render(&mut page)?;
    Ok(page)
}

/// The page of a command and those of the commands below it; `help` says the same again.
fn write_all(command: &Command, directory: &Path) -> io::Result<()> {
    fs::write(directory.join(Man::new(command.clone()).get_filename()), page(command)?)?;
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    below.into_iter().try_for_each(|below| write_all(below, directory))
}
