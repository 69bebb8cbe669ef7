//! Settings: what was typed becomes what it means, with all problems at once.
