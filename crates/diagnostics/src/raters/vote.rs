//! The majority vote on one example.

use std::collections::BTreeMap;

/// The outcome of a vote on one example.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Vote {
    /// Nobody labelled the example.
    Nobody,
    /// Two classes or more have the most votes.
    Tie,
    /// One class has the most.
    Class(u32),
}

impl Vote {
    pub(super) fn winner(self) -> Option<u32> {
        match self {
            Self::Class(class) => Some(class),
            Self::Nobody | Self::Tie => None,
        }
    }
}

/// The class with more votes than any other.
pub(super) fn vote(labels: impl Iterator<Item = u32>) -> Vote {
    let mut votes: BTreeMap<u32, u64> = BTreeMap::new();
    for label in labels {
        *votes.entry(label).or_default() += 1;
    }
    let most = votes.values().copied().max().unwrap_or(0);
    let mut winners = votes.iter().filter(|&(_, &n)| n == most);
    match (winners.next(), winners.next()) {
        (None, _) => Vote::Nobody,
        (Some((&class, _)), None) => Vote::Class(class),
        (Some(_), Some(_)) => Vote::Tie,
    }
}
