use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{
    CnnConfig, Cost, Init, Lenet5Config, LinearConfig, MlpConfig, Model, NetworkError,
    Resnet8Config, SmallCnnConfig, Task, architecture::Architecture, init::Initializer,
};

/// The description of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Weighted sums of the inputs.
    Linear(LinearConfig),
    /// Fully connected layers.
    Mlp(MlpConfig),
    /// Convolutions, then fully connected layers.
    Cnn(CnnConfig),
    /// The classic of 1998.
    Lenet5(Lenet5Config),
    /// Small and cheap, our own.
    SmallCnn(SmallCnnConfig),
    /// A small residual network.
    Resnet8(Resnet8Config),
}

/// A network of a certain width, with its way of drawing weights: all that a model is built from.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkPlan {
    /// The network as it is described.
    pub network: Network,
    /// Multiplies every channel count and hidden width, rounded to the nearest, at least 1.
    pub width: f64,
    /// How its weights are drawn.
    pub init: Init,
}

impl Network {
    /// The name of its table.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear(_) => "linear",
            Self::Mlp(_) => "mlp",
            Self::Cnn(_) => "cnn",
            Self::Lenet5(_) => "lenet5",
            Self::SmallCnn(_) => "small_cnn",
            Self::Resnet8(_) => "resnet8",
        }
    }

    /// The share of outputs that its key `dropout` sets to zero; none if it has nothing to drop.
    #[must_use]
    pub fn dropout(&self) -> Option<f64> {
        match self {
            Self::Linear(_) => None,
            Self::Mlp(mlp) => (!mlp.hidden.is_empty()).then_some(mlp.dropout),
            Self::Cnn(cnn) => Some(cnn.dropout),
            Self::Lenet5(lenet5) => Some(lenet5.dropout),
            Self::SmallCnn(small) => Some(small.dropout),
            Self::Resnet8(resnet) => Some(resnet.dropout),
        }
    }

    fn architecture(&self) -> Architecture {
        match self {
            Self::Linear(linear) => linear.architecture(),
            Self::Mlp(mlp) => mlp.architecture(),
            Self::Cnn(cnn) => cnn.architecture(),
            Self::Lenet5(lenet5) => lenet5.cnn().architecture(),
            Self::SmallCnn(small) => small.cnn().architecture(),
            Self::Resnet8(resnet) => resnet.cnn().architecture(),
        }
    }
}

impl NetworkPlan {
    /// The network as it is described, with weights drawn as `PyTorch` does.
    #[must_use]
    pub fn new(network: Network) -> Self {
        Self {
            network,
            width: 1.0,
            init: Init::default(),
        }
    }

    /// Checks every value by itself.
    ///
    /// # Errors
    /// What is wrong and where, in the words of the network's table.
    pub fn check(&self) -> Result<(), NetworkError> {
        if let Network::Cnn(cnn) = &self.network
            && cnn.blocks.is_empty()
        {
            let message = "is empty; expected 1 block or more ([model.mlp] has none)";
            return Err(NetworkError::at("blocks", message));
        }
        self.in_table(self.architecture().check())
    }

    /// Checks that the network fits the task. A plan that passes this and [`Self::check`] can be built and run.
    ///
    /// # Errors
    /// What does not fit and where, in the words of the network's table.
    pub fn check_task(&self, task: &Task) -> Result<(), NetworkError> {
        self.in_table(self.architecture().check_task(task))
    }

    /// A preset's blocks are no key of its table.
    fn in_table(&self, result: Result<(), NetworkError>) -> Result<(), NetworkError> {
        let is_preset = !matches!(self.network, Network::Mlp(_) | Network::Cnn(_));
        result.map_err(|error| NetworkError {
            key: error.key.filter(|&key| !is_preset || key == "dropout"),
            ..error
        })
    }

    /// Builds the network on `device`, with weights drawn from `stream`. The plan must fit the task
    /// ([`Self::check_task`]).
    #[must_use]
    pub fn init(&self, task: &Task, stream: ChaCha8Rng, device: &Device) -> Model {
        let mut initializer = Initializer::new(self.init, stream, device);
        self.architecture().init(task, &mut initializer)
    }

    /// What the network costs, without building it.
    #[must_use]
    pub fn cost(&self, task: &Task) -> Cost {
        self.architecture().cost(task)
    }

    /// The least examples that a training batch must have: 2 where batch normalization sees a single value
    /// per channel and example, since one value has no variance; else 1.
    #[must_use]
    pub fn min_batch(&self, task: &Task) -> usize {
        self.architecture().min_batch(task)
    }

    /// Whether `width` changes anything: a linear model has no hidden widths.
    #[must_use]
    pub fn has_width(&self) -> bool {
        self.network.architecture().has_width()
    }

    fn architecture(&self) -> Architecture {
        self.network.architecture().scaled(self.width)
    }
}
