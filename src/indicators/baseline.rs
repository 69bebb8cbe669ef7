//! Own reference of the last weeks, and how far a night lies from it.
