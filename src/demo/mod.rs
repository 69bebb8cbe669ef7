//! `vagus demo`: embedded broker, simulated workforce, recorded feed.
