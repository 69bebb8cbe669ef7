//! `vagus completions`: what makes a shell complete commands and options, made of their definition.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

/// What was typed after `vagus completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
The package has them in place. By hand, e.g.:
  bash  vagus completions bash > ~/.local/share/bash-completion/completions/vagus
  zsh   vagus completions zsh > \"${fpath[1]}/_vagus\"
  fish  vagus completions fish > ~/.config/fish/completions/vagus.fish")]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the command.
pub(super) fn run(arguments: &CompletionsArguments) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "vagus", &mut script);
    match io::stdout().write_all(&script) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vagus completions: {error}");
            ExitCode::FAILURE
        }
    }
}
