//! Several seeds of one recipe, taken together.

use plumb_diagnostics::{ErrorCount, SeedErrors, SeedsError};

/// The errors of several seeds on one set, from per seed the hash of its set, and one flag per example, true where it was wrong.
///
/// # Errors
/// [`SeedsError`] if a set has no examples, or sets of one hash have different numbers of them.
pub(crate) fn pooled(seeds: &[(&str, &[bool])]) -> Result<SeedErrors, SeedsError> {
    let is_shared = seeds.iter().all(|(hash, _)| *hash == seeds[0].0);
    if is_shared {
        let flags: Vec<Vec<bool>> = seeds.iter().map(|(_, wrong)| wrong.to_vec()).collect();
        SeedErrors::shared(&flags)
    } else {
        let count = |wrong: &[bool]| {
            let errors = wrong.iter().filter(|&&wrong| wrong).count();
            ErrorCount::new(errors as u64, wrong.len() as u64)
        };
        let counts = seeds.iter().map(|(_, wrong)| count(wrong));
        let counts = counts.collect::<Result<Vec<_>, _>>()?;
        Ok(SeedErrors::per_seed(&counts))
    }
}
