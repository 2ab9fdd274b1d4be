//! Checks and defaults that the options of several steps share.

use crate::FieldError;
use crate::field_error::check_within;

/// The default of `probability`.
pub(super) fn always() -> f32 {
    1.0
}

pub(super) fn check_probability(value: f32) -> Result<(), FieldError> {
    check_within("probability", value, [0.0, 1.0])
}

/// The size of a pool of patterns or textures.
pub(super) fn check_distinct(distinct: Option<usize>) -> Result<(), FieldError> {
    match distinct {
        Some(n) if !(1..=MAX_DISTINCT).contains(&n) => {
            let message = format!("is {n}; expected 1 to {MAX_DISTINCT}");
            Err(FieldError::new("distinct", message))
        }
        _ => Ok(()),
    }
}

/// From here on a pool is as good as drawing anew, which takes no memory.
const MAX_DISTINCT: usize = 1_000_000;

/// The most numbers that a pool may hold: 1 GiB of them.
const MAX_POOL_VALUES: usize = 1 << 28;

/// Whether `n_members` of `n_values` numbers each may be held in memory.
pub(super) fn check_pool(
    field: &'static str,
    n_members: usize,
    n_values: usize,
) -> Result<(), FieldError> {
    let most = MAX_POOL_VALUES / n_values.max(1);
    if n_members <= most {
        return Ok(());
    }
    let message = format!(
        "has {n_members} of {n_values} values each; expected at most {most}, which fill 1 GiB"
    );
    Err(FieldError::new(field, message))
}
