use plumb_data::seed;
use plumb_diagnostics::ErrorCount;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    pools::{Pool, Pools},
    recipe::Sizes,
};
use crate::{Error, sets::PerSet};

/// Dev sets that the expected dev error rests on: a thirtieth of the standard error of one of them.
const DEV_DRAWS: usize = 1_000;

/// New sets for the same weights: which candidate their dev set chooses, and its errors.
pub(super) struct Redrawn {
    pub(super) chosen: usize,
    pub(super) counts: PerSet<ErrorCount>,
}

/// The stream of one purpose of a scenario.
pub(super) fn stream(scenario_seed: u64, purpose: &str) -> ChaCha8Rng {
    seed::stream(scenario_seed, &format!("exam/{purpose}"))
}

/// Draws train-dev, dev and test anew, and chooses among the candidates anew.
///
/// Examples are drawn from the pools with replacement: so the pools are the whole distributions, and
/// their rates exactly the truth.
///
/// # Errors
/// [`Error::Failed`] if a set is empty.
pub(super) fn redraw(
    pools: &Pools,
    train: &[ErrorCount],
    sizes: Sizes,
    rng: &mut ChaCha8Rng,
) -> Result<Redrawn, Error> {
    let (chosen, dev_errors) = choose(pools, sizes.dev, rng);
    let wrong = &pools.candidates[chosen];
    let draw = |pool: &Pool, n: usize, rng: &mut ChaCha8Rng| {
        let of = draw(pool.wrong.len(), n, rng);
        count(errors(pool, &of), n)
    };
    Ok(Redrawn {
        chosen,
        counts: PerSet {
            train: train[chosen],
            train_dev: draw(&wrong.general, sizes.train_dev, rng)?,
            dev: count(dev_errors, sizes.dev)?,
            test: draw(&wrong.target, sizes.test, rng)?,
        },
    })
}

/// How much lower the dev error of the chosen candidate is expected to be than its true error: what is
/// won on dev alone by choosing on it, as a fraction. 0 where there was no choice.
pub(super) fn optimism(pools: &Pools, n_dev: usize, rng: &mut ChaCha8Rng) -> f64 {
    if pools.candidates.len() < 2 {
        return 0.0;
    }
    let sum: f64 = (0..DEV_DRAWS)
        .map(|_| {
            let (chosen, errors) = choose(pools, n_dev, rng);
            pools.candidates[chosen].target.rate - errors as f64 / n_dev as f64
        })
        .sum();
    sum / DEV_DRAWS as f64
}

/// The candidate with the fewest errors on a drawn dev set, the first of equal ones, and its errors.
fn choose(pools: &Pools, n_dev: usize, rng: &mut ChaCha8Rng) -> (usize, u64) {
    let n_pool = pools.candidates.first().map_or(0, |c| c.target.wrong.len());
    let of = draw(n_pool, n_dev, rng);
    let mut best = (0, u64::MAX);
    for (at, candidate) in pools.candidates.iter().enumerate() {
        let errors = errors(&candidate.target, &of);
        if errors < best.1 {
            best = (at, errors);
        }
    }
    best
}

fn draw(n_pool: usize, n: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
    (0..n).map(|_| rng.random_range(0..n_pool as u32)).collect()
}

fn errors(pool: &Pool, of: &[u32]) -> u64 {
    of.iter()
        .map(|&at| u64::from(pool.wrong[at as usize]))
        .sum()
}

fn count(errors: u64, n: usize) -> Result<ErrorCount, Error> {
    ErrorCount::new(errors, n as u64).map_err(|error| Error::failed(error.to_string()))
}
