//! Examples that stand in more than one set.
