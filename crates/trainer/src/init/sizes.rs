//! How large the sets are to be.

use crate::Error;

/// Beyond, an interval hardly gets narrower: an error of 10 % is known to 1.3 points with 2,000 examples.
const MOST: usize = 2_000;

/// With fewer, no set says anything.
const FEWEST: usize = 10;

/// The sizes of the sets that are not trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) train_dev: usize,
    pub(super) dev: usize,
    pub(super) test: usize,
}

impl Sizes {
    /// A tenth of the general chunk, and two fifths of the target for dev and test each: the rest is there to join
    /// training later.
    ///
    /// # Errors
    /// Bad input if a chunk has too few examples.
    pub(super) fn proposed(n_general: usize, n_target: usize) -> Result<Self, Error> {
        for (name, n) in [("general", n_general), ("target", n_target)] {
            if n < FEWEST {
                let message = format!("{name} has {n} examples; expected {FEWEST} or more");
                let hint = "an error rate on a handful of examples says nothing: collect some more";
                return Err(Error::bad_input(message).hint(hint));
            }
        }
        let of_target = (n_target * 2 / 5).min(MOST);
        Ok(Self {
            train_dev: (n_general / 10).clamp(1, MOST),
            dev: of_target,
            test: of_target,
        })
    }
}

/// Half the width of the 95 % interval of an error of 10 %, in percentage points: 1.96 √(0.1 · 0.9 / n).
pub(super) fn half_width_points(n: usize) -> f64 {
    196.0 * (0.09 / n as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_take_their_part_and_not_too_much() {
        let check = |n_general, n_target, [train_dev, dev, test]: [usize; 3]| {
            let found = Sizes::proposed(n_general, n_target).unwrap();
            assert_eq!(
                found,
                Sizes {
                    train_dev,
                    dev,
                    test
                }
            );
        };
        check(20_000, 1797, [2000, 718, 718]);
        check(1_000_000, 100_000, [2000, 2000, 2000]);
        check(10, 10, [1, 4, 4]);
        assert!(Sizes::proposed(10, 9).is_err());
    }

    /// By hand: 1.96 · √(0.09/900) = 1.96 · 0.01.
    #[test]
    fn the_width_by_hand() {
        assert!((half_width_points(900) - 1.96).abs() < 1e-9);
    }
}
