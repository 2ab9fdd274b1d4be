//! The fused operations beside burn's own: outputs and gradients, on shapes drawn at random.

use burn::tensor::{
    Device, Int, Tensor, TensorData, activation,
    activation::log_softmax,
    module::{self, avg_pool2d, max_pool2d},
    ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
};
use proptest::prelude::*;

use super::{
    ConvStep, Pooling, batch_norm_known, batch_norm_train, conv, cross_entropy, layer_norm, linear,
    pool,
};
use crate::{
    Activation,
    testing::{assert_close, eighths, normalized, positive, scattered, values},
};

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    let device = Device::flex().autodiff();
    Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
}

fn vec<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().expect("values of 32 bits")
}

/// Compares an operation on three tensors with another, by its output and the gradients of a weighted sum of it.
fn compare<const A: usize, const B: usize, const D: usize>(
    inputs: &(Tensor<A>, Tensor<B>, Tensor<1>),
    fused: impl Fn(Tensor<A>, Tensor<B>, Tensor<1>) -> Tensor<D>,
    stock: impl Fn(Tensor<A>, Tensor<B>, Tensor<1>) -> Tensor<D>,
) {
    let run = |operation: &dyn Fn(Tensor<A>, Tensor<B>, Tensor<1>) -> Tensor<D>| {
        let (a, b, c) = inputs.clone();
        let output = operation(a.clone(), b.clone(), c.clone());
        let shape = output.dims();
        let weights = tensor(positive(shape.iter().product(), 9), shape);
        let gradients = (output.clone() * weights).sum().backward();
        let of = [
            vec(a.grad(&gradients).expect("a gradient")),
            vec(b.grad(&gradients).expect("a gradient")),
            vec(c.grad(&gradients).expect("a gradient")),
        ];
        (vec(output.inner()), of)
    };
    let (fused, stock) = (run(&fused), run(&stock));
    assert_close(&fused.0, &stock.0, "output");
    for (i, (fused, stock)) in fused.1.iter().zip(&stock.1).enumerate() {
        assert_close(fused, stock, &format!("gradient {i}"));
    }
}

/// Maps, γ and β, of which nothing is near zero, so that no sum cancels.
fn to_normalize(shape: [usize; 4]) -> (Tensor<4>, Tensor<1>, Tensor<1>) {
    let [batch, channels, height, width] = shape;
    let [x, _] = normalized(batch, channels * height * width);
    let above_zero = |seed| {
        let values = positive(channels, seed).into_iter().map(|x| 1.0 + x);
        tensor(values.collect(), [channels])
    };
    (tensor(x, shape), above_zero(2), above_zero(3))
}

/// With gradients that grow with the output.
fn squared(y: Tensor<4>) -> Tensor<4> {
    y.clone() * y
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_linear_layer(batch in 1usize..40, n_in in 1usize..80, n_out in 1usize..80, has_relu in any::<bool>()) {
        let inputs = (
            tensor(eighths(values(batch * n_in, 1)), [batch, n_in]),
            tensor(eighths(values(n_in * n_out, 2)), [n_in, n_out]),
            tensor(eighths(values(n_out, 3)), [n_out]),
        );
        compare(
            &inputs,
            |x, w, b| linear(x, w, Some(b), has_relu),
            |x, w, b| {
                let z = module::linear(x, w, Some(b));
                if has_relu { activation::relu(z) } else { z }
            },
        );
    }

    #[test]
    fn a_convolution(
        (batch, c_in, side, c_out) in (1usize..4, 1usize..5, 5usize..13, 1usize..20),
        (kernel, stride, padding, max_pool) in (1usize..6, 1usize..3, 0usize..3, 1usize..3),
        has_relu in any::<bool>(),
    ) {
        let map = (side + 2 * padding - kernel) / stride + 1;
        prop_assume!(map >= max_pool);
        // Of positive inputs, so that the weights' gradient does not cancel.
        let inputs = (
            tensor(eighths(positive(batch * c_in * side * side, 1)), [batch, c_in, side, side]),
            tensor(eighths(values(c_out * c_in * kernel * kernel, 2)), [c_out, c_in, kernel, kernel]),
            tensor(eighths(values(c_out, 3)), [c_out]),
        );
        let step = ConvStep { stride, padding, has_relu, max_pool };
        compare(
            &inputs,
            |x, w, b| conv(x, w, Some(b), step),
            |x, w, b| {
                let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
                let z = module::conv2d(x, w, Some(b), options);
                let z = if has_relu { activation::relu(z) } else { z };
                let window = [max_pool; 2];
                module::max_pool2d(z, MaxPoolOptions::new(window).with_stride(window))
            },
        );
    }

    #[test]
    fn a_batch_normalization(
        (batch, channels, side) in (4usize..20, 1usize..40, 1usize..7), has_relu in any::<bool>(),
    ) {
        let inputs = to_normalize([batch, channels, side, side]);
        let stock = |x, gamma, beta| {
            let normed = module::batch_norm_train::<4>(x, gamma, beta, 1e-5);
            let output = if has_relu { activation::relu(normed.output) } else { normed.output };
            (output, normed.mean, normed.variance)
        };
        compare(
            &inputs,
            |x, gamma, beta| squared(batch_norm_train(x, gamma, beta, 1e-5, has_relu).output),
            |x, gamma, beta| squared(stock(x, gamma, beta).0),
        );
        let (x, gamma, beta) = inputs;
        let (fused, stock) = (
            batch_norm_train(x.clone(), gamma.clone(), beta.clone(), 1e-5, has_relu),
            stock(x.clone(), gamma.clone(), beta.clone()),
        );
        assert_close(&vec(fused.mean.inner()), &vec(stock.1.clone().inner()), "mean");
        assert_close(&vec(fused.variance.inner()), &vec(stock.2.clone().inner()), "variance");
        let known = (stock.1.detach(), stock.2.detach());
        compare(
            &(x, gamma, beta),
            |x, gamma, beta| squared(batch_norm_known(x, (gamma, beta), known.clone(), 1e-5, has_relu)),
            |x, gamma, beta| {
                let (mean, variance) = known.clone();
                let output = module::batch_norm(x, gamma, beta, mean, variance, 1e-5);
                squared(if has_relu { activation::relu(output) } else { output })
            },
        );
    }

    #[test]
    fn a_layer_normalization(
        (batch, channels, side) in (1usize..12, 2usize..40, 2usize..7), has_relu in any::<bool>(),
    ) {
        let inputs = to_normalize([batch, channels, side, side]);
        // burn's normalization goes over the last axis alone, without an own factor per channel.
        compare(
            &inputs,
            |x, gamma, beta| squared(layer_norm(x, gamma, beta, 1e-5, has_relu)),
            |x, gamma, beta| {
                let flat: Tensor<2> = x.flatten(1, 3);
                let (variance, mean) = flat.clone().var_mean_bias(1);
                let normalized = (flat - mean) / (variance + 1e-5).sqrt();
                let maps = normalized.reshape([batch, channels, side, side]);
                let output = maps * gamma.reshape([1, channels, 1, 1]) + beta.reshape([1, channels, 1, 1]);
                squared(if has_relu { activation::relu(output) } else { output })
            },
        );
    }

    #[test]
    fn a_pooling(
        (batch, channels) in (1usize..4, 1usize..8), (height, width) in (5usize..20, 5usize..20), side in 1usize..6,
    ) {
        let window = [side; 2];
        let largest = |x| max_pool2d(x, MaxPoolOptions::new(window).with_stride(window));
        let mean = |x| avg_pool2d(x, AvgPoolOptions::new(window).with_stride(window));
        let run = |pool: &dyn Fn(Tensor<4>) -> Tensor<4>| {
            let x = tensor(positive(batch * channels * height * width, 1), [batch, channels, height, width]);
            let output = pool(x.clone());
            let shape = output.dims();
            let weights = tensor(positive(shape.iter().product(), 9), shape);
            let gradients = (output.clone() * weights).sum().backward();
            (vec(output.inner()), vec(x.grad(&gradients).expect("a gradient")))
        };
        for (fused, stock) in [
            (run(&|x| pool(x, side, Pooling::Max)), run(&largest)),
            (run(&|x| pool(x, side, Pooling::Mean)), run(&mean)),
        ] {
            assert_close(&fused.0, &stock.0, "output");
            assert_close(&fused.1, &stock.1, "gradient");
        }
    }

    #[test]
    fn an_activation(n in 1usize..20_000, width in 0.1f32..30.0) {
        let device = Device::flex().autodiff();
        // And eight near zero: far from it, tanh's slope is made of the last digits of its output.
        let x: Vec<f32> = scattered(n, 1).into_iter().map(|x| x * width).chain(scattered(8, 2)).collect();
        let n = n + 8;
        let run = |function: &dyn Fn(Tensor<1>) -> Tensor<1>| {
            let x = Tensor::<1>::from_data(TensorData::new(x.clone(), [n]), &device).require_grad();
            let output = function(x.clone());
            let gradients = (output.clone() * tensor(positive(n, 9), [n])).sum().backward();
            (vec(output.inner()), vec(x.grad(&gradients).expect("a gradient")))
        };
        for kind in [Activation::Relu, Activation::Gelu, Activation::Tanh, Activation::Silu] {
            let stock = |x| match kind {
                Activation::Relu => activation::relu(x),
                Activation::Gelu => activation::gelu(x),
                Activation::Tanh => activation::tanh(x),
                Activation::Silu => activation::silu(x),
            };
            let (fused, stock) = (run(&|x| super::activation(x, kind)), run(&stock));
            assert_close(&fused.0, &stock.0, &format!("{kind:?}"));
            assert_close(&fused.1, &stock.1, &format!("gradient of {kind:?}"));
        }
    }

    #[test]
    fn a_loss(
        (batch, n_classes) in (1usize..40, 2usize..12),
        smoothing in prop::option::of(0.01f64..0.5),
        (has_class_weights, has_example_weights) in any::<(bool, bool)>(),
    ) {
        let device = Device::flex().autodiff();
        let labels: Vec<i32> = (0..batch).map(|i| i32::try_from(i * 7 % n_classes).unwrap()).collect();
        let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [batch]), &device);
        let smoothing = smoothing.unwrap_or(0.0);
        let class_weights = has_class_weights.then(|| tensor(positive(n_classes, 5), [1, n_classes]).detach());
        let weights = has_example_weights.then(|| tensor(positive(batch, 6), [batch]).detach());
        // In operations of burn, from the formula of `torch.nn.functional.cross_entropy`.
        let stock = |logits: Tensor<2>| {
            let mut log = log_softmax(logits, 1);
            if let Some(weights) = &class_weights {
                log = log * weights.clone();
            }
            let of_label = log.clone().gather(1, labels.clone().unsqueeze_dim(1));
            let mixed = of_label * (1.0 - smoothing) + log.mean_dim(1) * smoothing;
            let mixed = mixed.squeeze_dim::<1>(1);
            match &weights {
                Some(weights) => (mixed * weights.clone()).mean().neg(),
                None => mixed.mean().neg(),
            }
        };
        let fused = |logits| cross_entropy(logits, labels.clone(), smoothing, class_weights.clone(), weights.clone());
        let run = |loss: &dyn Fn(Tensor<2>) -> Tensor<1>| {
            let logits = tensor(values(batch * n_classes, 1), [batch, n_classes]);
            let loss = loss(logits.clone());
            // Twice the loss, so that its own gradient counts.
            let gradients = (loss.clone() * 2.0).backward();
            (vec(loss.inner()), vec(logits.grad(&gradients).unwrap()))
        };
        let (fused, stock) = (run(&fused), run(&stock));
        assert_close(&fused.0, &stock.0, "loss");
        assert_close(&fused.1, &stock.1, "gradient");
    }
}

/// What is not asked for is not made: an input without a gradient, and a layer that is frozen.
#[test]
fn constants_take_no_gradient() {
    let device = Device::flex().autodiff();
    let x = Tensor::<2>::from_data(TensorData::new(values(6, 1), [2, 3]), &device);
    let w = tensor(values(12, 2), [3, 4]);
    let gradients = linear(x.clone(), w.clone(), None, true).sum().backward();
    assert!(x.grad(&gradients).is_none());
    assert!(w.grad(&gradients).is_some());

    let frozen = linear(x.clone(), w.clone().detach(), None, true);
    let out = linear(frozen, tensor(values(8, 3), [4, 2]), None, false);
    let gradients = out.sum().backward();
    assert!(w.grad(&gradients).is_none());
}

/// Tensors that lie in memory in another order, or in a part of a larger one.
#[test]
fn views_come_out_the_same() {
    let base = tensor(values(12 * 9, 1), [12, 9]);
    let x = base.clone().transpose().slice([2..7, 1..9]);
    let w = tensor(values(5 * 8, 2), [5, 8]).transpose();
    let fused = linear(x.clone(), w.clone(), None, false);
    let stock = x.matmul(w);
    assert_close(&vec(fused.inner()), &vec(stock.inner()), "output");
}

/// Each thread count gives the same bits: blocks depend on shapes alone.
#[test]
fn threads_change_no_bit() {
    let run = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .build()
            .unwrap();
        pool.install(|| {
            let x = tensor(values(70 * 2 * 12 * 12, 1), [70, 2, 12, 12]);
            let w = tensor(values(40 * 2 * 9, 2), [40, 2, 3, 3]);
            let step = ConvStep {
                stride: 1,
                padding: 1,
                has_relu: true,
                max_pool: 2,
            };
            let maps = conv(x.clone(), w.clone(), None, step).flatten::<2>(1, 3);
            let v = tensor(values(40 * 36 * 300, 3), [40 * 36, 300]);
            let out = linear(maps, v.clone(), None, true);
            let gradients = out.sum().backward();
            let of = [
                vec(w.grad(&gradients).unwrap()),
                vec(v.grad(&gradients).unwrap()),
            ];
            of.map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        })
    };
    let one = run(1);
    for n_threads in [2, 3, 5] {
        assert!(run(n_threads) == one, "{n_threads} threads");
    }
}
