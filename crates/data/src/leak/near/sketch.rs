//! A few numbers for many values, at the same distances but for chance.

use rand::RngExt as _;
use rand::seq::SliceRandom;

use super::spread::Spread;
use crate::seed::stream;

/// Numbers of a sketch.
pub(super) const N_GROUPS: usize = 32;

/// Sums values, with random signs, in random groups of equal size (but for one value).
pub(super) struct Sketcher {
    /// All values in random order; the one at `j` goes to group `j % N_GROUPS`.
    terms: Vec<Term>,
}

/// One value's part in the sum of its group: `(value − mean) × weight`.
#[derive(Clone, Copy)]
struct Term {
    index: u32,
    mean: f32,
    /// With the random sign.
    weight: f32,
}

impl Sketcher {
    pub(super) fn new(spread: &Spread) -> Self {
        let mut rng = stream(0, "leak/near/sketch");
        let means_and_weights = spread.means.iter().zip(&spread.weights);
        let mut terms: Vec<Term> = (0..)
            .zip(means_and_weights)
            .map(|(index, (&mean, &weight))| Term {
                index,
                mean: mean as f32,
                weight: if rng.random() { weight } else { -weight } as f32,
            })
            .collect();
        terms.shuffle(&mut rng);
        Self { terms }
    }

    /// How many numbers of a sketch are in use; the others are 0.
    pub(super) fn n_groups(&self) -> usize {
        self.terms.len().min(N_GROUPS)
    }

    /// The sketch of one example.
    pub(super) fn sketch(&self, values: &[f32]) -> [f32; N_GROUPS] {
        let mut sums = [0.0; N_GROUPS];
        for terms in self.terms.chunks(N_GROUPS) {
            for (sum, term) in sums.iter_mut().zip(terms) {
                *sum += (values[term.index as usize] - term.mean) * term.weight;
            }
        }
        sums
    }
}
