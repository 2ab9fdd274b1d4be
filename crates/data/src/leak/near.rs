//! Near twins: examples that are closer together than chance would have them.
//!
//! Two examples are near if their Euclidean distance is at most [`NEAR_SHARE`] of the typical one.
//! Comparing every pair is too slow, so:
//!
//! 1. Each example is sketched in 32 numbers: its values, with random signs, are summed in 32
//!    random groups (count sketch; Charikar, Chen and Farach-Colton, ICALP 2002). The squared
//!    distance of two sketches has the squared distance of the examples as its mean.
//! 2. In each of 12 tables, examples whose sketches fall into the same cell of a random grid are
//!    candidates (locality-sensitive hashing; Datar, Immorlica, Indyk and Mirrokni, SCG 2004).
//! 3. Candidates with near sketches are compared by their true distance.
//!
//! So all that is reported is near, and some near twins may be missed; [`NEAR_SHARE`] says how many.
//! A picture that is shifted by a pixel or more is at no small distance, and is not found.

mod search;
mod sketch;
mod spread;

use serde::{Deserialize, Serialize};

use self::search::Search;
use self::spread::Spread;
use super::Leak;
use super::rows::Rows;
use super::tally::Tally;
use crate::MemoryError;

/// The share of the typical distance up to which two examples are near.
///
/// Measured (the ignored test `measured`): of 10,000 MNIST digits with normal noise of 1, 2 and 3 %
/// of the range, clipped to it, 100, 99.99 and 99.98 % are found beside their originals among
/// 60,000; with 5 % noise 14 % are still near, and of those 98.5 % are found. Of 1,797 digits of
/// optdigits all are found at 1 to 3 %. Of 25,000 digits that are not copies, 10 are near an
/// earlier one, and all 10 are found; at 0.12, about 110 would be near, and at 0.15 about 1,000.
/// MNIST takes 0.18 s on two cores.
pub const NEAR_SHARE: f64 = 0.1;

/// With fewer values per example, chance alone brings many examples close together.
const MIN_VALUES: usize = 8;

/// Examples of one set that are looked at; a larger set is thinned evenly.
const MAX_PER_SET: usize = 200_000;

/// If an example has more near others than this on average, then they say nothing: so it is with
/// 70,000 examples that vary in three directions, where the share of near pairs is P(χ² ≤ 0.03) =
/// 0.0014. In four directions it is 0.0002, and 14 of 70,000 are near.
const MAX_NEAR_OTHERS: f64 = 20.0;

/// Near twins across sets, and how they were looked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// Whether near twins were looked for.
    pub checked: bool,
    /// Why not.
    pub why_not: Option<String>,
    /// Whether distances are between values divided by their standard deviations. So it is where no
    /// common range of all values is known.
    pub standardized: bool,
    /// The root mean square distance between two random examples; 0 if not known.
    pub typical_distance: f64,
    /// Examples up to this distance are near: the typical distance times [`NEAR_SHARE`].
    pub near_distance: f64,
    /// How many distinct examples were looked at.
    pub n_checked: usize,
    /// How many were not, as their set is too large.
    pub n_unchecked: usize,
    /// Comparisons left out in crowded cells; more than 0 says that there may be more near twins.
    pub n_left_out: u64,
    /// Per pair of sets with any: examples of the later set that are near one of the earlier set. An
    /// example that is identical to an earlier one is not among them.
    pub found: Vec<Leak>,
}

/// Looks for near twins among examples that are the first of their content.
pub(super) fn find(rows: &Rows, first_equal: &[usize]) -> Result<Near, MemoryError> {
    let mut near = Near::default();
    let width = rows.sets().next().map_or(0, crate::Examples::n_values);
    if rows.sets().any(|set| set.n_values() != width) {
        near.why_not = Some("the sets have examples of different shapes".to_owned());
        return Ok(near);
    }
    if width < MIN_VALUES {
        near.why_not = Some(format!(
            "examples have {width} values; with fewer than {MIN_VALUES}, chance alone brings many close together"
        ));
        return Ok(near);
    }
    let spread = Spread::measure(rows, width)?;
    near.standardized = spread.standardized;
    near.typical_distance = spread.typical_distance;
    near.near_distance = NEAR_SHARE * spread.typical_distance;
    if !(near.near_distance.is_finite() && near.near_distance > 0.0) {
        near.typical_distance = 0.0;
        near.near_distance = 0.0;
        near.why_not = Some("the examples hardly differ".to_owned());
        return Ok(near);
    }

    let (places, n_unchecked) = thinned(rows, first_equal, MAX_PER_SET);
    let n_places = places.len();
    let search = Search::new(rows, &spread, places, near.near_distance)?;
    let n_near_others = search.n_near_others()?;
    if n_near_others > MAX_NEAR_OTHERS {
        near.why_not = Some(format!(
            "each example has about {n_near_others:.0} near others; above {MAX_NEAR_OTHERS} they say nothing"
        ));
        return Ok(near);
    }
    near.checked = true;
    (near.n_checked, near.n_unchecked) = (n_places, n_unchecked);
    let (twins, n_left_out) = search.run()?;
    near.n_left_out = n_left_out;
    let mut tally = Tally::new(rows);
    for (earlier, later) in twins {
        tally.add(earlier, later, rows.label(earlier) != rows.label(later));
    }
    near.found = tally.finish();
    Ok(near)
}

/// The places of examples that are the first of their content, at most `limit` of each set, and how
/// many such places are left out.
fn thinned(rows: &Rows, first_equal: &[usize], limit: usize) -> (Vec<usize>, usize) {
    let first: Vec<usize> = (0..rows.len()).filter(|&p| first_equal[p] == p).collect();
    let mut places = Vec::new();
    for of_set in first.chunk_by(|&x, &y| rows.set(x) == rows.set(y)) {
        let n = of_set.len().min(limit);
        places.extend((0..n).map(|i| of_set[i * of_set.len() / n]));
    }
    let n_left = first.len() - places.len();
    (places, n_left)
}

#[cfg(test)]
mod tests;
