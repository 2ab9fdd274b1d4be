//! Activations by themselves, where nothing is fused with them: one pass over memory forward, one backward.
//!
//! Their exponentials are written out here, so that loops over them run on the processor's vectors: one call of the
//! system's library per value takes ten times as long. Sums are never fused with products, so that every kind of vectors
//! gives the same bits.

use pulp::Arch;

use crate::{
    buffers,
    relu::{passed, relu},
    tasks::for_each,
};

/// Values that a task takes.
const CHUNK: usize = 1 << 13;

/// About as many multiply-adds take as long as one value.
const WORK: usize = 64;

/// The nonlinearity between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `x · Φ(x)`, with the Gaussian distribution function `Φ`.
    Gelu,
    /// The hyperbolic tangent.
    Tanh,
    /// `x · sigmoid(x)`.
    Silu,
}

impl Activation {
    /// Whether [`activation_backward`] wants what the activation put out; else what it took.
    #[must_use]
    pub fn needs_output(self) -> bool {
        matches!(self, Self::Relu | Self::Tanh)
    }
}

/// Applies an activation to every value. A NaN stays one.
#[must_use]
pub fn activation_forward(activation: Activation, input: &[f32]) -> Vec<f32> {
    let mut output = buffers::buffer(input.len());
    let chunks = output.chunks_mut(CHUNK).zip(input.chunks(CHUNK)).collect();
    for_each(chunks, CHUNK * WORK, |_, (output, input)| {
        Arch::new().dispatch(|| match activation {
            Activation::Relu => each(output, input, relu),
            Activation::Gelu => each(output, input, gelu),
            Activation::Tanh => each(output, input, tanh),
            Activation::Silu => each(output, input, |x| x * sigmoid(x)),
        });
    });
    output
}

/// The gradient of an activation's input from that of its output, and from what it put out or took
/// ([`Activation::needs_output`]).
///
/// # Panics
/// If the slices are not of the same length.
#[must_use]
pub fn activation_backward(activation: Activation, known: &[f32], gradient: &[f32]) -> Vec<f32> {
    assert_eq!(known.len(), gradient.len());
    let mut of_input = buffers::buffer(gradient.len());
    let gradient = gradient.chunks(CHUNK);
    let chunks = of_input.chunks_mut(CHUNK).zip(known.chunks(CHUNK));
    for_each(
        chunks.zip(gradient).collect(),
        CHUNK * WORK,
        |_, ((out, known), gradient)| {
            Arch::new().dispatch(|| match activation {
                Activation::Relu => each_two(out, known, gradient, |y, g| passed(g, y)),
                Activation::Gelu => each_two(out, known, gradient, |x, g| g * gelu_slope(x)),
                Activation::Tanh => each_two(out, known, gradient, |y, g| g * (1.0 - y * y)),
                Activation::Silu => each_two(out, known, gradient, |x, g| {
                    let part = sigmoid(x);
                    g * (part + x * part * (1.0 - part))
                }),
            });
        },
    );
    of_input
}

#[inline(always)]
fn each(out: &mut [f32], values: &[f32], of: impl Fn(f32) -> f32) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = of(*value);
    }
}

#[inline(always)]
fn each_two(out: &mut [f32], a: &[f32], b: &[f32], of: impl Fn(f32, f32) -> f32) {
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = of(*a, *b);
    }
}

/// `eˣ` to three units in the last place, for `x` within ±87: beyond, that of ±87, which is neither zero nor infinite.
///
/// `x = n·ln 2 + r`, and `eʳ` from Taylor's series: with |r| ≤ 0.347 the first term that is left out is below 5e-9.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Added to a number it leaves the whole part in the lowest bits: 1.5 · 2²³.
    const WHOLE: f32 = 12_582_912.0;
    /// `ln 2`, in a part with few digits, so that `n` times it is exact, and the rest.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const SERIES: [f32; 8] = [
        1.0,
        1.0,
        1.0 / 2.0,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5040.0,
    ];
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + WHOLE;
    let n = shifted - WHOLE;
    let r = x - n * LN_2[0] - n * LN_2[1];
    let power = SERIES.iter().rev().fold(0.0, |sum, part| sum * r + part);
    // 2ⁿ: the exponent's bits are n + 127. What stands above the lowest bits of n is shifted out.
    let two_to_n = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    power * two_to_n
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// A quotient of polynomials, to a few units in the last place: those of the library Eigen
/// (`Eigen/src/Core/MathFunctionsImpl.h`, `generic_fast_tanh_float`), where larger numbers give ±1 too.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    const LARGEST: f32 = 7.905_311;
    const ABOVE: [f32; 7] = [
        4.893_524_6e-3,
        6.372_619_3e-4,
        1.485_722_4e-5,
        5.122_297_1e-8,
        -8.604_672e-11,
        2.000_188e-13,
        -2.760_768_5e-16,
    ];
    const BELOW: [f32; 4] = [4.893_525e-3, 2.268_434_6e-3, 1.185_347_1e-4, 1.198_258_4e-6];
    let x = x.clamp(-LARGEST, LARGEST);
    let square = x * x;
    let polynomial = |parts: &[f32]| {
        let parts = parts.iter().rev();
        parts.fold(0.0, |sum, part| sum * square + part)
    };
    x * polynomial(&ABOVE) / polynomial(&BELOW)
}

#[inline(always)]
fn gelu(x: f32) -> f32 {
    x * normal(x).0
}

/// `Φ(x) + x·φ(x)`.
#[inline(always)]
fn gelu_slope(x: f32) -> f32 {
    let (below, density) = normal(x);
    below + x * density
}

/// Distribution function and density of the standard normal distribution, both to 1e-7.
///
/// The first by formula 7.1.26 for the error function in Abramowitz and Stegun, Handbook of Mathematical Functions
/// (1964), whose error is below 1.5e-7: half the distance of `erf(|x|/√2)` from one lies beyond |x|.
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    /// `p / √2` and half of `a₁ … a₅`.
    const P: f32 = 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2;
    const HALF_A: [f32; 5] = [
        0.254_829_6 / 2.0,
        -0.284_496_74 / 2.0,
        1.421_413_7 / 2.0,
        -1.453_152 / 2.0,
        1.061_405_4 / 2.0,
    ];
    /// `1 / √(2π)`.
    const PEAK: f32 = 0.398_942_3;
    let bell = exp(x * x * -0.5);
    let t = 1.0 / (1.0 + P * x.abs());
    let sum = HALF_A.iter().rev().fold(0.0, |sum, part| (sum + part) * t);
    let beyond = sum * bell;
    let below = if x < 0.0 { beyond } else { 1.0 - beyond };
    (below, PEAK * bell)
}

#[cfg(test)]
mod tests;
