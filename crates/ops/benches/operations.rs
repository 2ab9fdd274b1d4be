//! The fused operations beside burn's own, forward and backward, on the shapes of the networks that `scripts/bench.sh`
//! trains:
//!
//!     cargo bench -p plumb-ops
//!
//! One operation at a time, in a pool of all cores; `true` is the backward pass. The figures of a whole step are those
//! of `plumb bench`.

use burn::tensor::{
    Device, Distribution, Int, Tensor, activation, module,
    ops::{ConvOptions, MaxPoolOptions},
};
use divan::Bencher;
use plumb_ops::{
    Activation,
    tensors::{
        self, ConvStep, Pooling, batch_norm_train, conv, cross_entropy, layer_norm, linear, pool,
    },
};

/// The same as the program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().build();
    pool.expect("threads").install(divan::main);
}

fn random<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    let device = Device::flex().autodiff();
    Tensor::random(shape, Distribution::Normal(0.0, 0.1), &device)
}

/// An operation's forward pass, or the backward pass alone.
fn time<const D: usize>(
    bencher: Bencher<'_, '_>,
    forward: impl Fn() -> Tensor<D> + Sync,
    is_backward: bool,
) {
    if is_backward {
        bencher
            .with_inputs(|| forward().sum())
            .bench_values(|loss| loss.backward());
    } else {
        bencher.bench(forward);
    }
}

/// `[batch, n_in, n_out]`.
const LAYERS: [[usize; 3]; 4] = [
    [128, 784, 256],
    [128, 256, 256],
    [128, 256, 10],
    [128, 1024, 1024],
];

fn layer(
    bencher: Bencher<'_, '_>,
    [batch, n_in, n_out]: [usize; 3],
    operation: fn(Tensor<2>, Tensor<2>, Tensor<1>) -> Tensor<2>,
    is_backward: bool,
) {
    let x = random([batch, n_in]).require_grad();
    let w = random([n_in, n_out]).require_grad();
    let b = random([n_out]).require_grad();
    time(
        bencher,
        || operation(x.clone(), w.clone(), b.clone()),
        is_backward,
    );
}

#[divan::bench(args = LAYERS, consts = [false, true])]
fn linear_fused<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 3]) {
    layer(
        bencher,
        shape,
        |x, w, b| linear(x, w, Some(b), true),
        IS_BACKWARD,
    );
}

#[divan::bench(args = LAYERS, consts = [false, true])]
fn linear_stock<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 3]) {
    let operation = |x, w, b| activation::relu(module::linear(x, w, Some(b)));
    layer(bencher, shape, operation, IS_BACKWARD);
}

/// `[batch, c_in, side, c_out, kernel, stride, pool]`, with a border of half a kernel.
const CONVOLUTIONS: [[usize; 7]; 5] = [
    [64, 1, 28, 32, 3, 1, 2],
    [64, 32, 14, 64, 3, 1, 2],
    [64, 16, 32, 16, 3, 1, 1],
    [64, 16, 32, 32, 3, 2, 1],
    [64, 8, 28, 16, 5, 1, 3],
];

fn convolution(
    bencher: Bencher<'_, '_>,
    [batch, c_in, side, c_out, kernel, stride, max_pool]: [usize; 7],
    operation: fn(Tensor<4>, Tensor<4>, Tensor<1>, ConvStep) -> Tensor<4>,
    is_backward: bool,
) {
    let x = random([batch, c_in, side, side]).require_grad();
    let w = random([c_out, c_in, kernel, kernel]).require_grad();
    let b = random([c_out]).require_grad();
    let step = ConvStep {
        stride,
        padding: kernel / 2,
        has_relu: true,
        max_pool,
    };
    time(
        bencher,
        || operation(x.clone(), w.clone(), b.clone(), step),
        is_backward,
    );
}

fn stock_convolution(x: Tensor<4>, w: Tensor<4>, b: Tensor<1>, step: ConvStep) -> Tensor<4> {
    let options = ConvOptions::new([step.stride; 2], [step.padding; 2], [1; 2], 1);
    let y = activation::relu(module::conv2d(x, w, Some(b), options));
    if step.max_pool == 1 {
        return y;
    }
    let window = [step.max_pool; 2];
    module::max_pool2d(y, MaxPoolOptions::new(window).with_stride(window))
}

#[divan::bench(args = CONVOLUTIONS, consts = [false, true])]
fn conv_fused<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 7]) {
    convolution(
        bencher,
        shape,
        |x, w, b, step| conv(x, w, Some(b), step),
        IS_BACKWARD,
    );
}

#[divan::bench(args = CONVOLUTIONS, consts = [false, true], sample_count = 10)]
fn conv_stock<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 7]) {
    convolution(bencher, shape, stock_convolution, IS_BACKWARD);
}

/// `[batch, channels, side]`.
const MAPS: [[usize; 3]; 2] = [[64, 32, 28], [64, 64, 14]];

fn maps(
    bencher: Bencher<'_, '_>,
    [batch, channels, side]: [usize; 3],
    operation: impl Fn(Tensor<4>, Tensor<1>, Tensor<1>) -> Tensor<4> + Sync,
    is_backward: bool,
) {
    let x = random([batch, channels, side, side]).require_grad();
    let [gamma, beta] = [0, 1].map(|_| random([channels]).require_grad());
    let forward = || operation(x.clone(), gamma.clone(), beta.clone());
    time(bencher, forward, is_backward);
}

/// Normalization and nonlinearity.
#[divan::bench(args = MAPS, consts = [false, true])]
fn batch_norm_fused<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 3]) {
    let operation = |x, gamma, beta| batch_norm_train(x, gamma, beta, 1e-5, true).output;
    maps(bencher, shape, operation, IS_BACKWARD);
}

#[divan::bench(args = MAPS, consts = [false, true], sample_count = 10)]
fn batch_norm_stock<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 3]) {
    let operation =
        |x, gamma, beta| activation::relu(module::batch_norm_train(x, gamma, beta, 1e-5).output);
    maps(bencher, shape, operation, IS_BACKWARD);
}

#[divan::bench(args = MAPS, consts = [false, true])]
fn layer_norm_fused<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 3]) {
    let operation = |x, gamma, beta| layer_norm(x, gamma, beta, 1e-5, true);
    maps(bencher, shape, operation, IS_BACKWARD);
}

const ACTIVATIONS: [Activation; 3] = [Activation::Gelu, Activation::Tanh, Activation::Silu];

#[divan::bench(args = ACTIVATIONS, consts = [false, true])]
fn activation_fused<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, kind: Activation) {
    maps(
        bencher,
        MAPS[0],
        |x, _, _| tensors::activation(x, kind),
        IS_BACKWARD,
    );
}

#[divan::bench(args = ACTIVATIONS, consts = [false, true], sample_count = 10)]
fn activation_stock<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, kind: Activation) {
    let operation = |x, _, _| match kind {
        Activation::Relu => activation::relu(x),
        Activation::Gelu => activation::gelu(x),
        Activation::Tanh => activation::tanh(x),
        Activation::Silu => activation::silu(x),
    };
    maps(bencher, MAPS[0], operation, IS_BACKWARD);
}

#[divan::bench(args = MAPS, consts = [false, true])]
fn max_pool_fused<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 3]) {
    maps(
        bencher,
        shape,
        |x, _, _| pool(x, 2, Pooling::Max),
        IS_BACKWARD,
    );
}

#[divan::bench(args = MAPS, consts = [false, true], sample_count = 10)]
fn max_pool_stock<const IS_BACKWARD: bool>(bencher: Bencher<'_, '_>, shape: [usize; 3]) {
    let operation =
        |x, _, _| module::max_pool2d(x, MaxPoolOptions::new([2; 2]).with_stride([2; 2]));
    maps(bencher, shape, operation, IS_BACKWARD);
}

/// Loss and gradient of a batch.
#[divan::bench(args = [[128, 10], [128, 1000]])]
fn loss(bencher: Bencher<'_, '_>, [batch, n_classes]: [usize; 2]) {
    let logits = random([batch, n_classes]).require_grad();
    let labels = Tensor::<1, Int>::zeros([batch], &logits.device());
    bencher.bench(|| cross_entropy(logits.clone(), labels.clone(), 0.0, None, None).backward());
}
