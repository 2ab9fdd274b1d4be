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

#[cfg(test)]
mod tests {
    use plumb_data::source::BayesError;
    use rand::seq::SliceRandom;

    use super::*;
    use crate::exam::pools::Wrong;

    fn pools(candidates: Vec<Vec<bool>>) -> Pools {
        let exact = BayesError {
            rate: 0.0,
            standard_error: 0.0,
        };
        let wrong = |wrong: Vec<bool>| Wrong {
            train: 0.0,
            general: Pool::new(wrong.clone()),
            target: Pool::new(wrong),
        };
        Pools {
            bayes_general: exact,
            bayes_target: exact,
            candidates: candidates.into_iter().map(wrong).collect(),
        }
    }

    /// So many candidates that are wrong on exactly 30 % of a pool each, independently.
    fn independent(k: usize) -> Pools {
        let n = 20_000;
        let rng = &mut stream(1, "test");
        let candidate = |_| {
            let mut wrong: Vec<bool> = (0..n).map(|at| at < n * 3 / 10).collect();
            wrong.shuffle(rng);
            wrong
        };
        pools((0..k).map(candidate).collect())
    }

    /// The lowest of k independent binomials has the mean Σ (1 − F(m))^k over m from 0 to n − 1. For 5 of
    /// n = 100 and p = 0.3 that is 24.7350, by Python's integers: 5.2650 points below 30 %. One such lowest
    /// rate deviates by 3 points at most, so the mean of 1,000 has a standard error below 0.1 points.
    #[test]
    fn the_optimism_of_the_best_of_five_is_that_of_the_lowest_of_five_binomials() {
        let found = optimism(&independent(5), 100, &mut stream(7, "optimism"));
        assert!((found - 0.052_650).abs() < 0.004, "{found}");
    }

    #[test]
    fn without_a_choice_there_is_no_optimism() {
        let found = optimism(&independent(1), 100, &mut stream(7, "optimism"));
        assert_eq!(found.to_bits(), 0.0_f64.to_bits());
        // Nor is there between candidates that are wrong on the same examples.
        let one = independent(1).candidates.remove(0).target.wrong;
        let found = optimism(&pools(vec![one; 3]), 100, &mut stream(7, "optimism"));
        assert!(found.abs() < 0.006, "{found}"); // four standard errors of √(0.21/100/1000)
    }

    #[test]
    fn dev_chooses_the_candidate_with_the_fewest_errors_and_the_first_of_equal_ones() {
        let check = |candidates: Vec<Vec<bool>>, expected: usize| {
            let pools = pools(candidates);
            let train: Vec<_> = (0..pools.candidates.len())
                .map(|at| ErrorCount::new(at as u64, 10).unwrap())
                .collect();
            let sizes = Sizes {
                train: 10,
                train_dev: 20,
                dev: 30,
                test: 40,
            };
            let drawn = redraw(&pools, &train, sizes, &mut stream(7, "repeats")).unwrap();
            assert_eq!(drawn.chosen, expected);
            let counts = drawn.counts;
            assert_eq!(counts.train, train[expected]);
            let n = [counts.train_dev, counts.dev, counts.test].map(ErrorCount::n);
            assert_eq!(n, [20, 30, 40]);
            let never_wrong = !pools.candidates[expected].target.wrong.contains(&true);
            assert_eq!(counts.dev.errors() == 0, never_wrong);
        };
        let (always, never) = (vec![true; 50], vec![false; 50]);
        check(vec![always.clone(), never.clone()], 1);
        check(vec![never.clone(), always.clone()], 0);
        check(vec![always.clone(), always], 0);
        check(vec![never.clone(), never], 0);
    }
}
