//! Daytime strain on recordings of real people, and on invented exercise.
//!
//! The table is printed whether the test passes or not.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails the test")]

mod exercise;
mod left_out;
mod recordings;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let trials = vec![
        Trial::test("strain_tells_stress_from_rest_in_people_who_were_left_out", left_out::trial),
        Trial::test("exercise_never_reads_as_strain", exercise::trial),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn held(holds: bool, claim: String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(claim.into()) }
}
