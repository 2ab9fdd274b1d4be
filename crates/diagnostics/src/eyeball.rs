//! The split of dev into an eyeball part that people look at and a blackbox part that nobody does.
//!
//! Andrew Ng, Machine Learning Yearning, ch. 17 and 18. Whoever looks at errors starts to fit what was
//! seen; the blackbox part shows when that has happened.

mod paired;
mod wear;

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use paired::{Paired, newcombe_paired};
pub use wear::{BeforeAfter, EyeballGap, EyeballWear, WearError, eyeball_gap, eyeball_wear};

use crate::rate::ErrorCount;

/// Errors that the eyeball part should hold: with about 100 "you would get a very good sense of the major
/// sources of errors" (Ng, Machine Learning Yearning, ch. 18).
pub const EYEBALL_ERRORS: u64 = 100;

/// Why dev cannot be split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EyeballError {
    /// One of the two parts would be empty.
    #[error("{eyeball} eyeball examples of {n}; expected at least 1, and at least 1 left over")]
    EmptyPart {
        /// Eyeball examples asked for.
        eyeball: usize,
        /// Examples in dev.
        n: usize,
    },
}

/// Indices of the examples in each part, rising.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EyeballSplit {
    /// Examples that people may look at.
    pub eyeball: Vec<usize>,
    /// Examples that only tune and choose.
    pub blackbox: Vec<usize>,
}

/// Returns how many of dev's examples should go into the eyeball part so that it holds about
/// [`EYEBALL_ERRORS`] errors: 100 / error rate, and no more than half of dev.
///
/// A dev set of one example has no half: 0.
#[must_use]
pub fn eyeball_size(dev: ErrorCount) -> u64 {
    let half = dev.n() / 2;
    if dev.errors() == 0 {
        return half;
    }
    let wanted = (u128::from(EYEBALL_ERRORS) * u128::from(dev.n())).div_ceil(dev.errors().into());
    u64::try_from(wanted).map_or(half, |wanted| wanted.min(half))
}

/// Draws `n_eyeball` of the examples for the eyeball part, each class in proportion.
///
/// `labels` holds one class index per example; equal labels throughout give a split without strata. Per
/// class the share is rounded down, and the examples still missing go to the classes with the largest
/// remainders, the smaller index first among equals. The same labels, number and seed give the same
/// split.
///
/// # Errors
/// [`EyeballError::EmptyPart`] unless `0 < n_eyeball < labels.len()`.
pub fn split_eyeball(
    labels: &[u32],
    n_eyeball: usize,
    seed: u64,
) -> Result<EyeballSplit, EyeballError> {
    let n = labels.len();
    if n_eyeball == 0 || n_eyeball >= n {
        return Err(EyeballError::EmptyPart {
            eyeball: n_eyeball,
            n,
        });
    }
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (example, &label) in labels.iter().enumerate() {
        members.entry(label).or_default().push(example);
    }
    let quotas = quotas(members.values().map(Vec::len), n_eyeball, n);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut eyeball, mut blackbox) = (Vec::new(), Vec::new());
    for (class, quota) in members.values_mut().zip(quotas) {
        class.shuffle(&mut rng);
        eyeball.extend_from_slice(&class[..quota]);
        blackbox.extend_from_slice(&class[quota..]);
    }
    eyeball.sort_unstable();
    blackbox.sort_unstable();
    Ok(EyeballSplit { eyeball, blackbox })
}

/// How many of each class are drawn, when `drawn` of `n` are drawn in all: largest remainders.
fn quotas(sizes: impl Iterator<Item = usize>, drawn: usize, n: usize) -> Vec<usize> {
    let mut quotas = Vec::new();
    let mut remainders = Vec::new();
    for (class, size) in sizes.enumerate() {
        let exact = size as u128 * drawn as u128;
        quotas.push((exact / n as u128) as usize);
        remainders.push((exact % n as u128, class));
    }
    let missing = drawn - quotas.iter().sum::<usize>();
    remainders.sort_by_key(|&(remainder, class)| (std::cmp::Reverse(remainder), class));
    for &(_, class) in remainders.iter().take(missing) {
        quotas[class] += 1;
    }
    quotas
}

#[cfg(test)]
mod tests;
