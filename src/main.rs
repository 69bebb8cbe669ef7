//! The `vagus` binary: arguments in, exit code out.

use std::process::ExitCode;

/// Readings are made by one thread and freed by another, which the C library's allocator answers with
/// a lock for each.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vagus::app::commands::main()
}
