//! An optimizer's step where tensors lie in host memory: one pass in place, instead of one per operation.

use std::sync::atomic::{AtomicU32, Ordering};

use burn::tensor::Tensor;
use plumb_ops::for_each;
use pulp::Arch;

use super::rule::Formula;
use crate::host::{values, values_mut};

/// Weights that a thread takes at a time: about 10 µs of Adam's arithmetic, and small enough that every thread gets
/// its share of a layer of 256×256. What comes out does not depend on it: each weight is on its own.
const CHUNK: usize = 1 << 13;

/// How many multiply-adds of a product take as long as a weight's step.
const AS_LONG_AS: usize = 64;

/// What a step leaves of one parameter.
pub(super) struct Stepped<const D: usize, const N: usize> {
    pub(super) weights: Tensor<D>,
    pub(super) means: [Tensor<D>; N],
    /// The largest magnitude in the gradient, before it was scaled; an infinity or NaN if there is one.
    pub(super) largest: f32,
}

/// As [`Formula::step`] with the gradient times `scale`, to the bit, but for running means that are mere
/// traces ([`plumb_ops::without_trace`]).
///
/// # Panics
/// If a tensor's values are not of 32 bits, as all of plumb's are.
pub(super) fn step<const D: usize, const N: usize>(
    formula: &impl Formula<N>,
    scale: f32,
    weights: Tensor<D>,
    gradient: Tensor<D>,
    means: Option<[Tensor<D>; N]>,
) -> Stepped<D, N> {
    let device = weights.device();
    let is_first = means.is_none();
    let means = means.unwrap_or_else(|| {
        std::array::from_fn(|_| Tensor::zeros(weights.shape(), &device)) // to be written over
    });
    let gradient = gradient.into_data();
    let mut weights = weights.into_data();
    let mut means = means.map(Tensor::into_data);
    let piece = Piece {
        weights: values_mut(&mut weights),
        gradient: values(&gradient),
        means: means.each_mut().map(values_mut),
    };
    let largest = piece.in_parallel(&|piece| piece.step(formula, scale, is_first));
    if let Ok(gradient) = gradient.try_into_vec() {
        plumb_ops::recycle(gradient);
    }
    Stepped {
        weights: Tensor::from_data(weights, &device),
        means: means.map(|means| Tensor::from_data(means, &device)),
        largest: f32::from_bits(largest),
    }
}

/// A stretch of one parameter.
pub(super) struct Piece<'a, const N: usize> {
    pub(super) weights: &'a mut [f32],
    pub(super) gradient: &'a [f32],
    pub(super) means: [&'a mut [f32]; N],
}

impl<const N: usize> Piece<'_, N> {
    /// Shares chunks of the piece out to the threads of the pool. A small parameter stays on this one. Returns the largest
    /// of what `work` returns.
    fn in_parallel(self, work: &(impl Fn(Self) -> u32 + Sync)) -> u32 {
        let mut chunks = Vec::with_capacity(self.weights.len().div_ceil(CHUNK));
        let mut rest = self;
        while rest.weights.len() > CHUNK {
            let [chunk, others] = rest.split(CHUNK);
            chunks.push(chunk);
            rest = others;
        }
        if chunks.is_empty() {
            return work(rest);
        }
        chunks.push(rest);
        let largest = AtomicU32::new(0);
        for_each(chunks, CHUNK * AS_LONG_AS, |_, chunk| {
            largest.fetch_max(work(chunk), Ordering::Relaxed);
        });
        largest.into_inner()
    }

    fn split(self, at: usize) -> [Self; 2] {
        let weights = self.weights.split_at_mut(at);
        let gradient = self.gradient.split_at(at);
        let mut means = self.means.map(|mean| {
            let (left, right) = mean.split_at_mut(at);
            [left, right]
        });
        let mut half = |i: usize| {
            means
                .each_mut()
                .map(|halves| std::mem::take(&mut halves[i]))
        };
        [
            Self {
                weights: weights.0,
                gradient: gradient.0,
                means: half(0),
            },
            Self {
                weights: weights.1,
                gradient: gradient.1,
                means: half(1),
            },
        ]
    }

    /// Steps one by one, and returns what [`Self::each`] does. Before the first step there are no running means.
    pub(super) fn step(self, formula: &impl Formula<N>, scale: f32, is_first: bool) -> u32 {
        let arch = Arch::new();
        if is_first {
            arch.dispatch(|| self.each(formula, scale, |_| None))
        } else {
            arch.dispatch(|| self.each(formula, scale, Some))
        }
    }

    /// Steps one by one, and returns the largest magnitude of the gradients as bits: those of magnitudes are in
    /// the order of the values, then come the infinity and NaN, and whole numbers are compared in any order.
    #[allow(clippy::inline_always, reason = "see `Formula`")]
    #[inline(always)]
    fn each(
        self,
        formula: &impl Formula<N>,
        scale: f32,
        known: impl Fn([f32; N]) -> Option<[f32; N]>,
    ) -> u32 {
        let n = self.weights.len();
        let weights = &mut self.weights[..n];
        let gradient = &self.gradient[..n];
        let means = self.means.map(|mean| &mut mean[..n]);
        let mut largest = 0;
        for i in 0..n {
            largest = largest.max(gradient[i].abs().to_bits());
            let old = std::array::from_fn(|k| means[k][i]);
            let (weight, new) = formula.step(weights[i], gradient[i] * scale, known(old));
            weights[i] = weight;
            for k in 0..N {
                means[k][i] = plumb_ops::without_trace(new[k]);
            }
        }
        largest
    }
}

#[cfg(test)]
mod tests;
