//! Questionnaires as data: scoring, bands, reliable change, validity.
