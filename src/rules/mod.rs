//! The rules: facts go in; a level, the rules that matched and what they suggest come out.
