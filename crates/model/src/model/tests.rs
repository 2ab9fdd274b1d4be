mod modes;
mod oracles;

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Tensor, TensorData},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use crate::{
    BlockConfig, CnnConfig, Lenet5Config, LinearConfig, MlpConfig, Model, Network, NetworkPlan,
    NormKind, Resnet8Config, SmallCnnConfig, Task,
};

fn task(input_shape: &[usize], n_classes: usize) -> Task {
    Task {
        input_shape: input_shape.to_vec(),
        n_classes,
    }
}

fn mlp(hidden: &[usize], norm: NormKind) -> MlpConfig {
    MlpConfig {
        hidden: hidden.to_vec(),
        norm,
        ..MlpConfig::default()
    }
}

fn cnn(blocks: Vec<BlockConfig>) -> CnnConfig {
    CnnConfig {
        blocks,
        pool_kind: crate::PoolKind::Max,
        head: crate::Head::GlobalAverage,
        hidden: Vec::new(),
        activation: crate::Activation::Relu,
        dropout: 0.0,
    }
}

fn init(network: Network, task: &Task, seed: u64, device: &Device) -> Model {
    let plan = NetworkPlan::new(network);
    plan.check().unwrap();
    plan.check_task(task).unwrap();
    plan.init(task, ChaCha8Rng::seed_from_u64(seed), device)
}

/// One of each kind, with the shape of the examples that it is built for.
fn networks() -> Vec<(Network, Task)> {
    let digits = task(&[1, 28, 28], 10);
    let residual_mlp = MlpConfig {
        residual: true,
        dropout: 0.1,
        ..mlp(&[20, 20], NormKind::Layer)
    };
    let varied = CnnConfig {
        hidden: vec![7],
        dropout: 0.2,
        head: crate::Head::Flatten,
        ..cnn(vec![
            BlockConfig {
                norm: NormKind::Layer,
                pool: 2,
                dropout: 0.1,
                ..BlockConfig::new(4)
            },
            BlockConfig {
                stride: 2,
                residual: true,
                ..BlockConfig::new(4)
            },
        ])
    };
    vec![
        (Network::Linear(LinearConfig {}), digits.clone()),
        (
            Network::Mlp(mlp(&[30, 20], NormKind::Batch)),
            digits.clone(),
        ),
        (Network::Mlp(residual_mlp), digits.clone()),
        (Network::Cnn(varied), task(&[2, 9, 8], 3)),
        (Network::Lenet5(Lenet5Config::default()), digits.clone()),
        (Network::SmallCnn(SmallCnnConfig::default()), digits),
        (
            Network::Resnet8(Resnet8Config::default()),
            task(&[3, 32, 32], 10),
        ),
    ]
}

/// Replaces every parameter but running averages, in the order of the checkpoint; `value` takes the
/// parameter's number, the value's place in it, and its dimensions.
fn filled(model: Model, value: impl Fn(usize, usize, usize) -> f32) -> Model {
    struct Fill<F> {
        value: F,
        n_filled: usize,
        name: String,
    }
    impl<F: Fn(usize, usize, usize) -> f32> ModuleMapper for Fill<F> {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.name = name.into();
        }

        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            if self.name.starts_with("running") {
                return param;
            }
            let number = self.n_filled;
            self.n_filled += 1;
            param.map(|tensor| {
                let shape = tensor.dims();
                let n = shape.iter().product();
                let values = (0..n).map(|at| (self.value)(number, at, D)).collect();
                Tensor::from_data(TensorData::new(values, shape), &tensor.device())
                    .set_require_grad(tensor.is_require_grad())
            })
        }
    }
    model.map(&mut Fill {
        value,
        n_filled: 0,
        name: String::new(),
    })
}

fn rows<const R: usize, const C: usize>(rows: [[f32; C]; R], device: &Device) -> Tensor<2> {
    Tensor::from_data(rows, device)
}

fn values(tensor: Tensor<2>) -> Vec<f32> {
    tensor.try_into_vec_as().unwrap()
}

/// With all weights 1 and biases 0: input (1, 2) gives 3 in each of two hidden units, and 6 in
/// each of three outputs; input (-1, -2) is cut off by the rectifier.
#[test]
fn mlp_with_constant_weights() {
    let device = Device::flex();
    let network = Network::Mlp(mlp(&[2], NormKind::None));
    let model = init(network, &task(&[2], 3), 1, &device);
    let model = filled(model, |_, _, dims| if dims == 2 { 1.0 } else { 0.0 });
    let logits = model.forward(rows([[1.0, 2.0], [-1.0, -2.0]], &device));
    assert_eq!(values(logits), [6.0, 6.0, 6.0, 0.0, 0.0, 0.0]);
}

/// All weights 1 and biases 0, on the 3×3 picture 1…9, kernel 2 without a border: sums of 2×2 windows 12, 16,
/// 24, 28; the largest is 28; two outputs, each 28. With a skip instead of pooling (kernel 3, border 1): sums
/// of 3×3 windows 12 21 16 / 27 45 33 / 24 39 28, plus the picture, have the mean (245 + 45) / 9.
#[test]
fn cnn_with_constant_weights() {
    let device = Device::flex();
    let (task, picture) = (
        task(&[1, 3, 3], 2),
        [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]],
    );
    let pooled = BlockConfig {
        kernel: 2,
        padding: Some(0),
        pool: 2,
        ..BlockConfig::new(1)
    };
    let residual = BlockConfig {
        residual: true,
        ..BlockConfig::new(1)
    };
    for (block, expected) in [(pooled, 28.0), (residual, 290.0 / 9.0)] {
        let model = init(Network::Cnn(cnn(vec![block])), &task, 1, &device);
        let model = filled(model, |_, _, dims| if dims > 1 { 1.0 } else { 0.0 });
        for logit in values(model.forward(rows(picture, &device))) {
            assert!((logit - expected).abs() < 1e-4, "{logit} and {expected}");
        }
    }
}

#[test]
fn equal_seeds_give_equal_checkpoint_bytes() {
    for (network, task) in networks() {
        let bytes = |seed| {
            let model = init(network.clone(), &task, seed, &Device::flex());
            model.into_record().into_bytes().unwrap().to_vec()
        };
        assert_eq!(bytes(1), bytes(1), "{network:?}");
        assert_ne!(bytes(1), bytes(2), "{network:?}");
    }
}

/// The trace's last output is what `forward` returns, and each name comes once.
#[test]
fn a_trace_ends_with_the_logits() {
    let device = Device::flex();
    for (network, task) in networks() {
        let model = init(network.clone(), &task, 1, &device);
        let input = Tensor::<2>::ones([2, task.n_inputs()], &device);
        let trace = model.trace(input.clone());
        let (name, logits) = trace.last().unwrap();
        assert_eq!(name, "output");
        assert_eq!(values(logits.clone()), values(model.forward(input)));
        let mut names: Vec<_> = trace.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), trace.len(), "{network:?}");
    }
}

/// What export, freezing and error texts rely on.
#[test]
fn names_of_parameters() {
    let device = Device::flex();
    let names = |network, task: &Task| -> Vec<String> {
        let model = init(network, task, 1, &device);
        let list = model.parameters();
        list.into_iter().map(|parameter| parameter.name).collect()
    };
    let plain = Network::Mlp(mlp(&[3, 3], NormKind::None));
    assert_eq!(
        names(plain, &task(&[2], 2)),
        [
            "hidden.0.weight",
            "hidden.0.bias",
            "hidden.1.weight",
            "hidden.1.bias",
            "output.weight",
            "output.bias"
        ]
    );
    let residual = Network::Mlp(MlpConfig {
        residual: true,
        ..mlp(&[3], NormKind::Layer)
    });
    assert_eq!(
        names(residual, &task(&[2], 2)),
        [
            "hidden.0.weight",
            "hidden.0.bias",
            "norms.0.gamma",
            "norms.0.beta",
            "shortcuts.0.weight",
            "output.weight",
            "output.bias"
        ]
    );
    let block = BlockConfig {
        residual: true,
        norm: NormKind::Batch,
        ..BlockConfig::new(4)
    };
    assert_eq!(
        names(Network::Cnn(cnn(vec![block])), &task(&[1, 3, 3], 2)),
        [
            "blocks.0.convs.0.weight",
            "blocks.0.norms.0.gamma",
            "blocks.0.norms.0.beta",
            "blocks.0.norms.0.running_mean",
            "blocks.0.norms.0.running_var",
            "blocks.0.shortcut.weight",
            "blocks.0.shortcut_norm.gamma",
            "blocks.0.shortcut_norm.beta",
            "blocks.0.shortcut_norm.running_mean",
            "blocks.0.shortcut_norm.running_var",
            "output.weight",
            "output.bias"
        ]
    );
}
