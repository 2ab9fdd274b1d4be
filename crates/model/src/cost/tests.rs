use burn::{module::Module, tensor::Device};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use crate::{
    Activation, BlockConfig, CnnConfig, Cost, Head, Lenet5Config, LinearConfig, MlpConfig, Network,
    NetworkPlan, NormKind, ParameterKind, PoolKind, Resnet8Config, SmallCnnConfig, Task,
};

fn task(input_shape: &[usize]) -> Task {
    Task {
        input_shape: input_shape.to_vec(),
        n_classes: 10,
    }
}

fn cost(network: Network, width: f64, input_shape: &[usize]) -> Cost {
    let plan = NetworkPlan {
        width,
        ..NetworkPlan::new(network)
    };
    let task = task(input_shape);
    plan.check_task(&task).unwrap();
    let cost = plan.cost(&task);
    check_against_the_model(&plan, &task, &cost);
    cost
}

/// Parameters are what burn counts without the running averages; activations are the input and what a trace
/// takes down.
fn check_against_the_model(plan: &NetworkPlan, task: &Task, cost: &Cost) {
    let device = Device::flex();
    let model = plan.init(task, ChaCha8Rng::seed_from_u64(1), &device);
    let n_running: usize = model
        .parameters()
        .iter()
        .filter(|parameter| parameter.kind == ParameterKind::RunningAverage)
        .map(|parameter| parameter.shape.iter().product::<usize>())
        .sum();
    assert_eq!(cost.parameters, model.num_params() - n_running, "{plan:?}");
    let input = burn::tensor::Tensor::<2>::zeros([1, task.n_inputs()], &device);
    let traced: usize = model
        .trace(input)
        .iter()
        .map(|(_, output)| output.dims()[1])
        .sum();
    assert_eq!(cost.activations, task.n_inputs() + traced, "{plan:?}");
}

fn mlp(hidden: &[usize]) -> MlpConfig {
    MlpConfig {
        hidden: hidden.to_vec(),
        ..MlpConfig::default()
    }
}

/// 784·256 + 256·256 + 256·10 = 268,800 products, and 256 + 256 + 10 biases: 269,322. Values: 784 in, then
/// each hidden layer's 256 before and after the nonlinearity, 10 out. Twice as wide: 784·512 + 512·512 +
/// 512·10 = 668,672.
#[test]
fn the_usual_mlp() {
    let usual = cost(Network::Mlp(mlp(&[256, 256])), 1.0, &[784]);
    assert_eq!(
        (usual.parameters, usual.multiply_adds, usual.activations),
        (269_322, 268_800, 784 + 4 * 256 + 10)
    );
    assert_eq!(usual.activation_bytes(128), 128 * 4 * (784 + 4 * 256 + 10));
    let wide = cost(Network::Mlp(mlp(&[256, 256])), 2.0, &[784]);
    assert_eq!(wide.multiply_adds, 668_672);
    assert_eq!(wide.parameters, 668_672 + 512 + 512 + 10);
}

/// 784·10 + 10, as a linear network and as an MLP without hidden layers.
#[test]
fn the_linear_model() {
    for network in [Network::Linear(LinearConfig {}), Network::Mlp(mlp(&[]))] {
        let linear = cost(network, 1.0, &[1, 28, 28]);
        assert_eq!((linear.parameters, linear.multiply_adds), (7_850, 7_840));
    }
}

/// LeNet-5 with all maps connected has 61,706 parameters: (25 + 1)·6 + (25·6 + 1)·16 + (400 + 1)·120 +
/// (120 + 1)·84 + (84 + 1)·10. Products: 25·6·28² + 25·6·16·10² + 400·120 + 120·84 + 84·10.
#[test]
fn lenet5_has_the_published_size() {
    let lenet5 = cost(Network::Lenet5(Lenet5Config::default()), 1.0, &[1, 28, 28]);
    assert_eq!(lenet5.parameters, 61_706);
    assert_eq!(
        lenet5.multiply_adds,
        117_600 + 240_000 + 48_000 + 10_080 + 840
    );
    // 784 in; 6·28² twice, 6·14²; 16·10² twice, 16·5²; 120 and 84 twice; 10.
    assert_eq!(
        lenet5.activations,
        784 + 2 * 4_704 + 1_176 + 2 * 1_600 + 400 + 2 * 120 + 2 * 84 + 10
    );
}

/// Weights of the convolutions in the order of drawing: channels in · channels out · kernel², on 32², 16² and
/// 8² places; a gain and an offset per channel of each; a linear layer of 64·10 and 10 biases.
#[test]
fn resnet8_is_counted_layer_by_layer() {
    let resnet = cost(
        Network::Resnet8(Resnet8Config::default()),
        1.0,
        &[3, 32, 32],
    );
    let weights = [
        27 * 16,
        144 * 16,
        144 * 16,
        144 * 32,
        288 * 32,
        16 * 32,
        288 * 64,
        576 * 64,
        32 * 64,
    ];
    let places = [1024, 1024, 1024, 256, 256, 256, 64, 64, 64];
    let n_norms = 2 * (16 + 2 * 16 + 3 * 32 + 3 * 64);
    assert_eq!(
        resnet.parameters,
        weights.iter().sum::<usize>() + n_norms + 64 * 10 + 10
    );
    let products: usize = weights.iter().zip(places).map(|(w, n)| w * n).sum();
    assert_eq!(resnet.multiply_adds, products + 640);
}

/// A bit of everything, held against the built model.
#[test]
fn every_option_counts_as_the_model_has_it() {
    let block = BlockConfig {
        stride: 2,
        convolutions: 2,
        residual: true,
        pool: 2,
        dropout: 0.1,
        ..BlockConfig::new(5)
    };
    for norm in [NormKind::None, NormKind::Batch, NormKind::Layer] {
        let layers = MlpConfig {
            norm,
            residual: true,
            dropout: 0.5,
            ..mlp(&[8, 8, 5])
        };
        cost(Network::Mlp(layers), 1.0, &[3, 4]);
        for head in [Head::Flatten, Head::GlobalAverage] {
            let network = CnnConfig {
                blocks: vec![
                    BlockConfig {
                        norm,
                        ..block.clone()
                    },
                    BlockConfig {
                        norm,
                        residual: true,
                        ..BlockConfig::new(5)
                    },
                ],
                pool_kind: PoolKind::Avg,
                head,
                hidden: vec![6],
                activation: Activation::Silu,
                dropout: 0.2,
            };
            cost(Network::Cnn(network), 0.5, &[3, 13, 9]);
        }
    }
    cost(
        Network::SmallCnn(SmallCnnConfig { dropout: 0.1 }),
        0.25,
        &[1, 28, 28],
    );
}

/// 3 · 0.5 = 1.5 rounds to 2, and 1 · 0.5 to 1: products 4·2, 2·1 and 1·10. 1 · 0.1 stays 1.
#[test]
fn widths_are_rounded_and_never_nothing() {
    let network = || Network::Mlp(mlp(&[3, 1]));
    assert_eq!(cost(network(), 0.5, &[4]).multiply_adds, 4 * 2 + 2 + 10);
    assert_eq!(cost(network(), 0.1, &[4]).multiply_adds, 4 + 1 + 10);
}

#[test]
fn what_no_usize_holds_is_the_largest_one() {
    let plan = NetworkPlan::new(Network::Mlp(mlp(&[usize::MAX / 2, usize::MAX / 2])));
    let cost = plan.cost(&task(&[784]));
    assert_eq!(cost.parameters, usize::MAX);
    assert_eq!(cost.multiply_adds, usize::MAX);
    assert_eq!(cost.activation_bytes(usize::MAX), usize::MAX);
}
