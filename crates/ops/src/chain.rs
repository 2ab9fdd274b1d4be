//! Fully connected layers one behind the other, with `ReLU` between them: a whole step of training in two waves.
//!
//! Layer by layer, a step of a small network waits for its threads a dozen times, and each time they read what another
//! one wrote. Here a thread takes some examples through all of the network and back, as far as the gradients of what the
//! layers put out; then, when all have done that, it takes some rows of weights, computes their gradient, and moves them
//! while they are in its cache. The weights stay as the products read them: in panels of 32 units, and, where the way
//! back goes through a layer, in panels of 32 inputs too.

mod examples;
mod inputs;
mod layer;
mod packed;
mod weights;

use std::sync::{Mutex, PoisonError};

use crate::{
    CrossEntropyTarget,
    cross_entropy::mean,
    pack::first_of,
    tasks::for_each,
    tile::{COLUMNS, ROWS},
};

use self::{examples::Examples, inputs::Inputs, layer::Layer};
pub use self::{inputs::Fill, packed::PackedChain};

/// Examples that a thread takes through the network at a time: at least so many, since it reads all weights for them, and
/// at most so many, since what it makes of them should stay in its second cache.
const FEWEST: usize = 16;
const MOST: usize = 128;

/// A step's rule for every weight, with `N` running means for each.
pub trait Update<const N: usize>: Sync {
    /// Moves weights of a parameter of so many axes by their gradient.
    ///
    /// Returns the largest magnitude in the gradient as bits, which are in the order of the magnitudes, with infinity and
    /// NaN above all.
    fn update(
        &self,
        n_axes: usize,
        weights: &mut [f32],
        gradient: &[f32],
        means: [&mut [f32]; N],
    ) -> u32;
}

/// The weights of a layer, or what an optimizer remembers of them.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerValues {
    /// `[n_in, n_out]`.
    pub weight: Vec<f32>,
    /// `[n_out]`.
    pub bias: Vec<f32>,
}

/// What a step has measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainStep {
    /// The loss before the step, in nats.
    pub loss: f32,
    /// The largest magnitude in all gradients; an infinity or NaN if there is one.
    pub largest: f32,
}

/// Inputs and units from which on a layer is wide: if it has as many of both, its zeros are better left out one by one,
/// which [`linear_forward`](crate::linear_forward) does.
const WIDE: usize = 512;

/// Weights of all layers together, at most: 4 MiB. Each thread reads all of them twice in a step.
const MOST_WEIGHTS: usize = 1 << 20;

/// Whether layers of so many inputs and units go through a [`Chain`] sooner than one by one.
#[must_use]
pub fn fit_a_chain(shapes: &[[usize; 2]]) -> bool {
    let is_wide = |[n_in, n_out]: &[usize; 2]| *n_in.min(n_out) >= WIDE;
    let n_weights: usize = shapes.iter().map(|[n_in, n_out]| n_in * n_out).sum();
    n_weights <= MOST_WEIGHTS && !shapes.iter().any(is_wide)
}

/// A network of fully connected layers in training, with `N` running means for every weight.
#[derive(Debug)]
pub struct Chain<const N: usize> {
    layers: Vec<Layer<N>>,
    scratch: Scratch,
}

/// What a step computes on its way, each in one piece for the whole batch.
#[derive(Debug, Default)]
struct Scratch {
    inputs: Inputs,
    /// `[batch, n_out]` of each layer, behind its activation.
    outputs: Vec<Vec<f32>>,
    /// `[batch, n_out]` of each layer, before its activation.
    gradients: Vec<Vec<f32>>,
    /// The same as `[panel, batch, COLUMNS]`.
    panels: Vec<Vec<[f32; COLUMNS]>>,
    /// `[batch]`.
    losses: Vec<f32>,
}

impl<const N: usize> Chain<N> {
    /// Layers in their order, with running means of zero.
    ///
    /// # Panics
    /// If there is no layer, if one has no inputs or no units, or if their sizes don't fit each other.
    #[must_use]
    pub fn new(layers: &[LayerValues]) -> Self {
        let layers: Vec<_> = layers
            .iter()
            .enumerate()
            .map(|(at, values)| Layer::new(&values.weight, &values.bias, at > 0))
            .collect();
        assert!(!layers.is_empty());
        assert!(layers.is_sorted_by(|a, b| a.n_out == b.n_in));
        Self {
            layers,
            scratch: Scratch::default(),
        }
    }

    /// The weights of each layer.
    #[must_use]
    pub fn weights(&self) -> Vec<LayerValues> {
        self.layers.iter().map(Layer::weights).collect()
    }

    /// Each running mean of each layer.
    #[must_use]
    pub fn means(&self) -> Vec<[LayerValues; N]> {
        self.layers.iter().map(Layer::means).collect()
    }

    /// Remembers running means, as [`Self::means`] gives them.
    ///
    /// # Panics
    /// If their sizes are not the layers'.
    pub fn set_means(&mut self, means: &[[LayerValues; N]]) {
        assert_eq!(means.len(), self.layers.len());
        for (layer, means) in self.layers.iter_mut().zip(means) {
            layer.set_means(means);
        }
    }

    /// One step of training: forward, loss, gradients, new weights.
    ///
    /// What comes out are the same bits as those of [`linear_forward`](crate::linear_forward),
    /// [`cross_entropy`](crate::cross_entropy()) and [`linear_backward`](crate::linear_backward) one after the other, with
    /// any number of threads.
    ///
    /// # Errors
    /// What `fill` fails with, before any weight has moved.
    ///
    /// # Panics
    /// If a label is no unit of the last layer.
    pub fn step<E: Send>(
        &mut self,
        target: CrossEntropyTarget<'_>,
        fill: Fill<'_, E>,
        update: &impl Update<N>,
    ) -> Result<ChainStep, E> {
        let batch = target.labels.len();
        self.scratch.fit(&self.layers, batch);
        let n_rows = batch
            .div_ceil(rayon::current_num_threads())
            .next_multiple_of(ROWS)
            .clamp(FEWEST, MOST);
        let examples = Examples::split(&mut self.scratch, &self.layers, fill, (batch, n_rows));
        let layers = &self.layers;
        let n_weights: usize = layers.iter().map(|layer| layer.n_in * layer.n_out).sum();
        let failure = Mutex::new(None);
        for_each(examples, n_rows * n_weights, |_, examples| {
            if let Err(error) = examples.pass(layers, target) {
                let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
                *failure = Some(error);
            }
        });
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let loss = mean(&self.scratch.losses[..batch]);
        let n_values = batch * self.layers[0].n_in;
        let input = self.scratch.inputs.written(fill, n_values);
        let largest = weights::update(&mut self.layers, (input, &self.scratch), batch, update);
        Ok(ChainStep {
            loss,
            largest: f32::from_bits(largest),
        })
    }
}

impl Scratch {
    fn fit<const N: usize>(&mut self, layers: &[Layer<N>], batch: usize) {
        self.outputs.resize_with(layers.len(), Vec::new);
        self.gradients.resize_with(layers.len(), Vec::new);
        self.panels.resize_with(layers.len(), Vec::new);
        first_of(&mut self.losses, batch, 0.0);
        for (at, layer) in layers.iter().enumerate() {
            first_of(&mut self.outputs[at], batch * layer.n_out, 0.0);
            first_of(&mut self.gradients[at], batch * layer.n_out, 0.0);
            // Of another batch size they would lie elsewhere: beyond the last unit there must be zeros.
            let n = layer.n_panels() * batch;
            if self.panels[at].len() != n {
                self.panels[at].clear();
                self.panels[at].resize(n, [0.0; COLUMNS]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
