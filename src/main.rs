//! The `vagus` binary: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    vagus::app::commands::main()
}
