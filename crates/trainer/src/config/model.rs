//! The network: which one, how wide, and how its weights begin.

use burn::tensor::Device;
use plumb_model::{
    CnnConfig, Cost, Init, Lenet5Config, LinearConfig, MlpConfig, Model, Network, NetworkError,
    NetworkPlan, Resnet8Config, SmallCnnConfig, Task,
};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::KeyError;

/// The table `[model]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Tables", into = "Tables")]
pub(crate) struct ModelConfig(NetworkPlan);

/// A table per network, of which exactly one is given, beside the keys that every network has.
macro_rules! tables {
    ($($name:ident: $network:ident($config:ident)),+) => {
        /// [`ModelConfig`] as it is written.
        ///
        /// Fields, not an enum, so that keys beside the network's table have exact positions in errors.
        #[derive(Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Tables {
            #[serde(default = "default_width")]
            width: f64,
            #[serde(default)]
            init: Init,
            $(
                #[serde(default, skip_serializing_if = "Option::is_none")]
                $name: Option<$config>,
            )+
        }

        impl ModelConfig {
            /// The names of the tables of which one is given.
            pub(super) const NETWORKS: &[&str] = &[$(stringify!($name)),+];
        }

        impl Tables {
            fn network(&mut self) -> Option<Network> {
                None
                $(
                    .or_else(|| self.$name.take().map(Network::$network))
                )+
            }

            fn set(&mut self, network: Network) {
                match network {
                    $(Network::$network(config) => self.$name = Some(config),)+
                }
            }

            fn empty(width: f64, init: Init) -> Self {
                Self { width, init, $($name: None),+ }
            }
        }
    };
}

tables! {
    linear: Linear(LinearConfig),
    mlp: Mlp(MlpConfig),
    cnn: Cnn(CnnConfig),
    lenet5: Lenet5(Lenet5Config),
    small_cnn: SmallCnn(SmallCnnConfig),
    resnet8: Resnet8(Resnet8Config)
}

fn default_width() -> f64 {
    1.0
}

impl TryFrom<Tables> for ModelConfig {
    type Error = String;

    fn try_from(mut tables: Tables) -> Result<Self, String> {
        let Some(network) = tables.network() else {
            let known = Self::NETWORKS.join(", ");
            return Err(format!(
                "[model] names no network: give exactly one table [model.…] of {known}"
            ));
        };
        Ok(Self(NetworkPlan {
            network,
            width: tables.width,
            init: tables.init,
        }))
    }
}

impl From<ModelConfig> for Tables {
    fn from(ModelConfig(plan): ModelConfig) -> Self {
        let mut tables = Self::empty(plan.width, plan.init);
        tables.set(plan.network);
        tables
    }
}

impl ModelConfig {
    /// The widest that a network can be made: far beyond what fits in memory, yet finite.
    pub(crate) const MAX_WIDTH: f64 = 64.0;

    pub(crate) fn network(&self) -> &Network {
        &self.0.network
    }

    pub(crate) fn width(&self) -> f64 {
        self.0.width
    }

    pub(crate) fn init_scheme(&self) -> Init {
        self.0.init
    }

    /// Checks every value that needs no data to be read.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        let width = self.0.width;
        if !(width > 0.0 && width <= Self::MAX_WIDTH) {
            let predicate = format!(
                "is {width}; expected a number more than 0, up to {}",
                Self::MAX_WIDTH
            );
            return Err(KeyError::value("model.width", predicate));
        }
        if (width - 1.0).abs() > 0.0 && !self.0.has_width() {
            let predicate = "has no effect: this network has no hidden layers to scale";
            return Err(KeyError::value("model.width", predicate));
        }
        self.0.check().map_err(|error| self.key_error(&error))
    }

    /// Checks that the network fits the task.
    pub(crate) fn check_task(&self, task: &Task) -> Result<(), KeyError> {
        self.0
            .check_task(task)
            .map_err(|error| self.key_error(&error))
    }

    fn key_error(&self, error: &NetworkError) -> KeyError {
        let table = format!("model.{}", self.0.network.name());
        let key = match error.key {
            Some(key) => format!("{table}.{key}"),
            None => table,
        };
        let wrong = KeyError::value(key, &error.message);
        match error.hint {
            Some(hint) => wrong.hint(hint),
            None => wrong,
        }
    }

    /// Builds the network on `device`, with weights drawn from `stream`.
    pub(crate) fn init(&self, task: &Task, stream: ChaCha8Rng, device: &Device) -> Model {
        self.0.init(task, stream, device)
    }

    /// What the network costs, without building it.
    pub(crate) fn cost(&self, task: &Task) -> Cost {
        self.0.cost(task)
    }

    /// The least examples that a training batch must have.
    pub(crate) fn min_batch(&self, task: &Task) -> usize {
        self.0.min_batch(task)
    }
}
