//! The outbox to the world.
