use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{Mlp, MlpConfig, init::Initializer};

/// What a network is built for: one example's shape, and how many classes there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Shape of one example: `[channels, height, width]` or `[features]`.
    pub input_shape: Vec<usize>,
    /// Number of classes.
    pub n_classes: usize,
}

impl Task {
    /// Values per example.
    #[must_use]
    pub fn n_inputs(&self) -> usize {
        self.input_shape.iter().product()
    }
}

/// The description of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Fully connected layers.
    Mlp(MlpConfig),
}

/// A network with its weights.
#[derive(Module, Debug)]
pub enum Model {
    /// Fully connected layers.
    Mlp(Mlp),
}

impl Network {
    /// Builds the network on `device`, with weights drawn from `stream`.
    #[must_use]
    pub fn init(&self, task: &Task, stream: ChaCha8Rng, device: &Device) -> Model {
        let mut initializer = Initializer::new(stream, device);
        match self {
            Self::Mlp(config) => Model::Mlp(config.init(task, &mut initializer)),
        }
    }

    /// The number of trainable parameters, without building the network; the largest `usize` if it is
    /// larger still.
    #[must_use]
    pub fn n_params(&self, task: &Task) -> usize {
        match self {
            Self::Mlp(config) => config.n_params(task),
        }
    }

    /// Whether training draws random numbers inside the network.
    #[must_use]
    pub fn is_random(&self) -> bool {
        match self {
            Self::Mlp(config) => config.dropout > 0.0,
        }
    }
}

impl Model {
    /// Computes the logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, n_inputs]`, each example flattened in row-major order
    /// - output, the logits: `[batch, n_classes]`
    #[must_use]
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Mlp(mlp) => mlp.forward(input),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn mlp(hidden: &[usize]) -> Network {
        Network::Mlp(MlpConfig {
            hidden: hidden.to_vec(),
            activation: crate::Activation::Relu,
            dropout: 0.0,
        })
    }

    fn task(n_inputs: usize, n_classes: usize) -> Task {
        Task {
            input_shape: vec![n_inputs],
            n_classes,
        }
    }

    fn init(network: &Network, task: &Task, seed: u64) -> Model {
        network.init(task, ChaCha8Rng::seed_from_u64(seed), &Device::flex())
    }

    /// 784·256 + 256 + 256·256 + 256 + 256·10 + 10 = 269,322.
    #[test]
    fn parameters_are_counted_without_building() {
        for (hidden, expected) in [(&[256, 256][..], 269_322), (&[], 7_850)] {
            let (network, task) = (mlp(hidden), task(784, 10));
            assert_eq!(network.n_params(&task), expected);
            assert_eq!(init(&network, &task, 1).num_params(), expected);
        }
    }

    #[test]
    fn equal_seeds_give_equal_checkpoint_bytes() {
        let bytes = |seed| {
            let model = init(&mlp(&[5]), &task(3, 2), seed);
            model.into_record().into_bytes().unwrap().to_vec()
        };
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }

    /// With all weights 1 and biases 0: input (1, 2) gives 3 in each of two hidden units, and 6 in
    /// each of three outputs; input (-1, -2) is cut off by the rectifier.
    #[test]
    fn forward_with_constant_weights() {
        struct Constant;
        impl burn::module::ModuleMapper for Constant {
            fn map_float<const D: usize>(
                &mut self,
                param: burn::module::Param<Tensor<D>>,
            ) -> burn::module::Param<Tensor<D>> {
                param.map(|values| {
                    let is_weight = f32::from(u8::from(D == 2));
                    values.zeros_like() + is_weight
                })
            }
        }
        let model = init(&mlp(&[2]), &task(2, 3), 1).map(&mut Constant);
        let input = Tensor::<2>::from_data([[1.0, 2.0], [-1.0, -2.0]], &Device::flex());
        model.forward(input).into_data().assert_eq(
            &TensorData::from([[6.0_f32, 6.0, 6.0], [0.0, 0.0, 0.0]]),
            true,
        );
    }

    /// Bound 1/√16 = 0.25; the mean of 16·1000 uniform numbers is 0 within 5 standard errors of
    /// 0.25/√3/√16000.
    #[test]
    fn weights_are_uniform_within_the_bound() {
        let model = init(&mlp(&[]), &task(16, 1000), 3);
        let Model::Mlp(mlp) = model;
        let values: Vec<f32> = mlp_weights(&mlp);
        assert!(values.iter().all(|w| w.abs() <= 0.25));
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        assert!(mean.abs() < 5.0 * 0.25 / 3f32.sqrt() / 16_000f32.sqrt());
    }

    fn mlp_weights(mlp: &Mlp) -> Vec<f32> {
        let record = mlp.clone();
        let mut values = Collect(Vec::new());
        record.visit(&mut values);
        values.0
    }

    struct Collect(Vec<f32>);
    impl burn::module::ModuleVisitor for Collect {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
            if D == 2 {
                self.0
                    .extend(param.val().into_data().try_to_vec::<f32>().unwrap());
            }
        }
    }
}
