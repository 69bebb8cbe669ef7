//! The outbox to the world.
//!
//! Events that were decided and journaled enter through the store's outbox, receipts from whoever
//! applied a row; both leave over an MQTT connection of their own, at QoS 1. An event is sent until
//! the broker has it, under the same id each time; a receipt is sent if it can be. Nothing here
//! decides anything, changes an event's bytes, or acknowledges what came in.

mod address;
pub mod channel;
pub mod cloudevents;
pub mod email;
pub mod fhir;
pub mod flood;
pub mod mail;
pub mod mqtt;
mod mqtt_connection;
mod number;
pub mod outbox;
mod receipts;
pub mod routing;
#[cfg(test)]
mod samples;
pub mod settings;
pub mod webhook;
