//! The `vagus` binary.
fn main() {}
