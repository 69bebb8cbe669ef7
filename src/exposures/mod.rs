//! Working conditions to findings: hours, overtime, noise.
