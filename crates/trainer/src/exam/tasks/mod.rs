//! What each regime is made of, one file per data source.
//!
//! Ranges reach from what barely shows to what nobody overlooks, so that gaps on both sides of the
//! threshold come up.

mod gaussian;
mod templates;
mod xor;

pub(super) use self::{gaussian::gaussian, templates::templates, xor::xor};

use std::fmt::Write;

use super::{
    dice::Dice,
    recipe::{Optimizer, Recipe, Sizes, Training},
    regime::Regime,
};

/// Enough examples for the right model.
const PLENTY: [usize; 2] = [10_000, 20_000];

/// Enough examples for a model that is too weak.
const MANY: [usize; 4] = [2_000, 5_000, 10_000, 20_000];

/// Evaluations in a training that is not to overfit dev.
const EVALUATIONS: u32 = 5;

/// Training that reaches about the best that a model can do.
fn thorough(hidden: Vec<usize>) -> Training {
    Training {
        learning_rate: if hidden.is_empty() { 0.02 } else { 0.01 },
        hidden,
        optimizer: Optimizer::Adam,
        cosine: true,
        batch_size: 128,
        epochs: EVALUATIONS * 2,
        evaluate_every: 2,
    }
}

/// Training that learns few examples by heart.
fn by_heart(hidden: Vec<usize>) -> Training {
    Training {
        batch_size: 32,
        epochs: EVALUATIONS * 12,
        evaluate_every: 12,
        ..thorough(hidden)
    }
}

/// Training that stops long before it is done.
fn too_short(hidden: Vec<usize>, dice: &mut Dice) -> Training {
    let epochs = dice.pick([1, 2, 4]);
    Training {
        learning_rate: dice.real(0.001, 0.02),
        optimizer: Optimizer::Sgd,
        cosine: false,
        epochs,
        evaluate_every: 1,
        ..thorough(hidden)
    }
}

/// Training whose weights wander, so that each epoch is another model and about as good.
fn wandering(hidden: Vec<usize>, dice: &mut Dice) -> Training {
    let is_linear = hidden.is_empty();
    Training {
        learning_rate: if is_linear {
            dice.real(0.3, 2.0)
        } else {
            dice.real(0.1, 0.5)
        },
        hidden,
        optimizer: Optimizer::Sgd,
        cosine: false,
        batch_size: 16,
        epochs: dice.pick([20, 40, 60]),
        evaluate_every: 1,
    }
}

/// The target of a task with means: the general keys, with the means turned by some degrees where the regime has a
/// mismatch, and more noise where it is harder; each drawn from its range.
fn turned_and_harder(
    general: &str,
    regime: Regime,
    (degrees, noise): ([f64; 2], [f64; 2]),
    dice: &mut Dice,
) -> String {
    let mut target = general.to_owned();
    if regime.has_mismatch() {
        let [low, high] = degrees;
        writeln!(target, "turn_degrees = {}", dice.real(low, high)).ok();
    }
    if regime.is_harder() {
        let [low, high] = noise;
        writeln!(target, "noise = {}", dice.real(low, high)).ok();
    }
    target
}
