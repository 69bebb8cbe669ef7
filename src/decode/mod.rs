//! Bytes to items: a payload goes in, items and refusals come out. Never fails, never panics.
