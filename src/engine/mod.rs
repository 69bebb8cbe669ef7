//! One deterministic machine per shard: inputs in, effects out.
//!
//! The engine composes the stages. It has no clock, no randomness, no threads and no I/O: time is an
//! argument, and the same inputs in the same order give the same effects, to the byte. Workers share
//! no state, so the number of shards cannot be seen in the result.

pub mod effect;
pub mod row;
