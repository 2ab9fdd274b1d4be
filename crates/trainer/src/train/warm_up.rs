//! What a device does for the first time, done before the clock runs.

use burn::module::Module;
use plumb_data::seed;
use plumb_model::Model;

use super::{Ingredients, step};
use crate::{Error, mixup::mixup};

/// Trains and measures once with batches of every size that the training will have, with a network and an optimizer
/// that nobody keeps: nothing of the training changes.
///
/// On a GPU each kernel is compiled when it is first used, and tuned when a product or a convolution first has its
/// size: burn's keys for that are the sizes rounded up to powers of two and what divides them. So a last batch that is
/// smaller than the others, and the last ones of the four sets, are tuned apart; but once, and after this no more. The
/// first epoch then takes what the others take, and `train.max_time` is spent on training.
///
/// # Errors
/// [`Error::Failed`] if examples can't be read.
pub(crate) fn warm_up(ingredients: &Ingredients<'_>, mut model: Model) -> Result<(), Error> {
    let Ingredients {
        config,
        sets,
        loss_function,
        train_sample,
        batches,
        ..
    } = *ingredients;
    let order: Vec<u32> = (0..sets.train.len() as u32).collect();
    let visit = sets.train.visit(order, 1);
    let mut optimizer = config.optimizer.init();
    let sizes = distinct(batches.ranges().map(|range| range.len()));
    // The first twice: an optimizer's second step goes on from its first.
    for length in sizes.first().into_iter().chain(&sizes) {
        (model, _, _) = step(
            model,
            &mut optimizer,
            loss_function,
            mixup(visit.batch(0..*length)?, config.train.mixup, 0, 0),
            seed::stream(0, "warm-up"),
            config.train.clip_norm,
            0.0,
        );
    }
    let frozen = model.valid();
    let measured = [train_sample, &sets.train_dev, &sets.dev, &sets.test];
    for set in measured {
        for length in distinct(set.batches().map(|batch| batch.len())) {
            // Read, so that the device has done all this when the clock starts.
            frozen
                .forward(set.slice(0, length)?)
                .try_into_vec_as::<f32>()
                .map_err(|error| Error::failed(format!("can't read the outputs back: {error}")))?;
        }
    }
    Ok(())
}

/// Each once, in their order.
fn distinct(sizes: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut distinct = Vec::new();
    for size in sizes {
        if !distinct.contains(&size) {
            distinct.push(size);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_once() {
        assert_eq!(distinct([4, 4, 4, 3].into_iter()), [4, 3]);
        assert_eq!(distinct([4, 4].into_iter()), [4]);
        assert_eq!(distinct([].into_iter()), [0; 0]);
    }
}
