//! The outbox to the world.

pub mod cloudevents;
