//! Candidates from cells of random grids, compared.

use pulp::Arch;
use rand::RngExt as _;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::sketch::{N_GROUPS, Sketcher};
use super::spread::Spread;
use crate::MemoryError;
use crate::leak::rows::Rows;
use crate::seed::stream;

/// Grids over the sketches.
const N_TABLES: usize = 12;

/// Numbers of the sketch that make up a cell.
const N_COORDINATES: usize = 12;

/// The width of a cell, in standard deviations of one number between the sketches of two examples
/// that are just near. Two such numbers share a cell with probability 1 − √(2/π)/10 = 0.92 (Datar et
/// al., section 3.2), so two examples just near meet in one table of 12 numbers with 0.37, and in
/// any of 12 tables with 0.996; two at 5 times the distance meet in one table with 0.003.
const CELL_WIDTH: f32 = 10.0;

/// How much larger than near the squared distance of two sketches may be: the squared distance of
/// two examples just near, in 32 numbers, is above it once in 10,000 times (χ², 32 degrees).
const SKETCH_SLACK: f32 = 2.2;

/// Candidates of one cell that an example is compared with, per earlier set. With this limit time
/// grows with the number of examples, never with its square.
const MAX_CANDIDATES: usize = 32;

/// Examples that are compared with each other to see what is near by chance.
const N_CHANCE: usize = 500;

/// The sketches of examples, and what is near.
pub(super) struct Search<'a> {
    rows: &'a Rows<'a>,
    spread: &'a Spread,
    near_distance: f64,
    places: Vec<usize>,
    /// Per example of `places` its set.
    sets: Vec<usize>,
    /// Per example of `places` its sketch.
    sketches: Vec<[f32; N_GROUPS]>,
    /// How many numbers of a sketch are in use.
    n_groups: usize,
}

/// What one cell gives: near pairs, as indices into `places`, and comparisons left out.
type OfCell = (Vec<(u32, u32)>, u64);

impl<'a> Search<'a> {
    pub(super) fn new(
        rows: &'a Rows,
        spread: &'a Spread,
        places: Vec<usize>,
        near_distance: f64,
    ) -> Result<Self, MemoryError> {
        let sums = Sketcher::new(spread);
        let sketches = rows.each(places.par_iter().copied(), |_, values| sums.sketch(values))?;
        Ok(Self {
            rows,
            spread,
            near_distance,
            sets: places.iter().map(|&place| rows.set(place)).collect(),
            places,
            sketches,
            n_groups: sums.n_groups(),
        })
    }

    /// How many others are near an example, on average, as a sample tells.
    pub(super) fn n_near_others(&self) -> Result<f64, MemoryError> {
        let n = self.places.len();
        let n_sample = n.min(N_CHANCE);
        let sample: Vec<u32> = (0..n_sample).map(|k| (k * n / n_sample) as u32).collect();
        let count = |k: usize| {
            let (mut values, mut other) = (Vec::new(), Vec::new());
            sample[..k].iter().try_fold(0_usize, |n_near, &a| {
                let is_near = self.is_near(a, sample[k], &mut values, &mut other)?;
                Ok(n_near + usize::from(is_near))
            })
        };
        let counts = (0..n_sample).into_par_iter().map(count);
        let n_near: usize = counts.sum::<Result<usize, MemoryError>>()?;
        let n_pairs = n_sample * n_sample.saturating_sub(1) / 2;
        Ok(n_near as f64 / n_pairs.max(1) as f64 * n as f64)
    }

    /// The near twins that were found, as places (earlier, later), one per example and earlier set,
    /// and the number of comparisons left out.
    pub(super) fn run(&self) -> Result<(Vec<(usize, usize)>, u64), MemoryError> {
        let n_sets = self.rows.n_sets();
        let mut rng = stream(0, "leak/near/grids");
        // Per example and earlier set whether a twin is known.
        let mut is_known = vec![false; self.places.len() * n_sets];
        let mut twins = Vec::new();
        let mut n_left_out = 0;
        for _ in 0..N_TABLES {
            let mut groups: Vec<usize> = (0..self.n_groups).collect();
            groups.shuffle(&mut rng);
            groups.truncate(N_COORDINATES);
            let grid: Vec<(usize, f32)> = groups
                .into_iter()
                .map(|group| (group, rng.random::<f32>()))
                .collect();
            let found = self
                .cells(&grid)
                .par_chunk_by(|x, y| x.0 == y.0)
                .filter(|cell| cell.len() > 1)
                .map(|cell| self.search_cell(cell, &is_known))
                .collect::<Result<Vec<OfCell>, MemoryError>>()?;
            for (pairs, left_out) in found {
                n_left_out += left_out;
                for (earlier, later) in pairs {
                    let (earlier, later) = (earlier as usize, later as usize);
                    is_known[later * n_sets + self.sets[earlier]] = true;
                    twins.push((self.places[earlier], self.places[later]));
                }
            }
        }
        Ok((twins, n_left_out))
    }

    /// Per example a number for its cell, and its index; sorted.
    fn cells(&self, grid: &[(usize, f32)]) -> Vec<(u32, u32)> {
        let one_deviation = self.near_distance as f32 / (self.n_groups as f32).sqrt();
        let scale = 1.0 / (CELL_WIDTH * one_deviation);
        let arch = Arch::new(); // for `floor`, which not every processor has an instruction for
        let mut cells: Vec<(u32, u32)> = self
            .sketches
            .par_iter()
            .enumerate()
            .map(|(i, sketch)| {
                let mut key = 0_u64;
                arch.dispatch(|| {
                    for &(group, offset) in grid {
                        let cell = (sketch[group] * scale + offset).floor() as i32;
                        // Fibonacci hashing: the multiplier is 2^64 divided by the golden ratio.
                        key = (key ^ u64::from(cell as u32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                        key ^= key >> 32;
                    }
                });
                (key as u32, i as u32)
            })
            .collect();
        cells.par_sort_unstable_by_key(|&(cell, i)| u64::from(cell) << 32 | u64::from(i));
        cells
    }

    /// Near pairs (earlier, later) of different sets among the examples of one cell; for each later
    /// example and earlier set at most one, and none where one is known.
    fn search_cell(&self, cell: &[(u32, u32)], is_known: &[bool]) -> Result<OfCell, MemoryError> {
        let set = |&(_, i): &(u32, u32)| self.sets[i as usize];
        let (mut pairs, mut left_out) = (Vec::new(), 0);
        let parts: Vec<&[(u32, u32)]> = cell.chunk_by(|x, y| set(x) == set(y)).collect();
        let (mut values, mut other) = (Vec::new(), Vec::new());
        for (k, later) in parts.iter().enumerate() {
            for earlier in &parts[..k] {
                let set_a = set(&earlier[0]);
                for (turn, &(_, b)) in later.iter().enumerate() {
                    if is_known[b as usize * self.rows.n_sets() + set_a] {
                        continue;
                    }
                    // Each in turn begins where the last one ended, so that all get compared.
                    let n = earlier.len().min(MAX_CANDIDATES);
                    let begin = turn * MAX_CANDIDATES;
                    let mut twin = None;
                    for j in begin..begin + n {
                        let a = earlier[j % earlier.len()].1;
                        if self.is_near(a, b, &mut values, &mut other)? {
                            twin = Some((a, b));
                            break;
                        }
                    }
                    if twin.is_none() {
                        left_out += (earlier.len() - n) as u64;
                    }
                    pairs.extend(twin);
                }
            }
        }
        Ok((pairs, left_out))
    }

    fn is_near(
        &self,
        a: u32,
        b: u32,
        values: &mut Vec<f32>,
        other: &mut Vec<f32>,
    ) -> Result<bool, MemoryError> {
        let (a, b) = (a as usize, b as usize);
        let limit = SKETCH_SLACK * (self.near_distance * self.near_distance) as f32;
        let squared = |(x, y): (&f32, &f32)| (x - y) * (x - y);
        let sketches = self.sketches[a].iter().zip(&self.sketches[b]);
        if sketches.map(squared).sum::<f32>() > limit {
            return Ok(false);
        }
        self.rows.read(self.places[a], values)?;
        self.rows.read(self.places[b], other)?;
        Ok(self.spread.is_within(values, other, self.near_distance))
    }
}
