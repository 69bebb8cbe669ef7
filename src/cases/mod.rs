//! The life of a case: when one opens, rises, is revised and closes.
