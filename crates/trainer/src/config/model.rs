//! What learns: which network, how wide, and how its weights begin; or a forest.

use plumb_model::{
    CnnConfig, Cost, Init, Lenet5Config, LinearConfig, MlpConfig, Network, NetworkError,
    NetworkPlan, Resnet8Config, SmallCnnConfig, Task,
};
use serde::{Deserialize, Serialize};

use super::{ForestConfig, KeyError};
use crate::{Error, fraction};

/// The table `[model]`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Tables", into = "Tables")]
pub(crate) struct ModelConfig(Learner);

#[derive(Clone, Debug)]
enum Learner {
    Network(NetworkPlan),
    Forest(ForestConfig),
}

/// A table per network and one for a forest, of which exactly one is given, beside the keys that every network has.
macro_rules! tables {
    ($($name:ident: $network:ident($config:ident)),+) => {
        /// [`ModelConfig`] as it is written.
        ///
        /// Fields, not an enum, so that keys beside the network's table have exact positions in errors.
        #[derive(Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        struct Tables {
            /// Multiplies every channel count and hidden width.
            #[schemars(range(max = 64), extend("exclusiveMinimum" = 0))]
            #[serde(default = "default_width")]
            width: f64,
            /// How its weights are drawn.
            #[serde(default)]
            init: Init,
            $(
                #[serde(default, skip_serializing_if = "Option::is_none")]
                $name: Option<$config>,
            )+
            #[serde(default, skip_serializing_if = "Option::is_none")]
            forest: Option<ForestConfig>,
        }

        impl ModelConfig {
            /// The names of the tables of which one is given.
            pub(super) const NETWORKS: &[&str] = &[$(stringify!($name),)+ "forest"];
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
                Self { width, init, $($name: None,)+ forest: None }
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
        if let Some(forest) = tables.forest {
            if tables.init != Init::default() {
                return Err("[model.forest] draws no weights: leave out `init`".into());
            }
            if (tables.width - default_width()).abs() > 0.0 {
                return Err("[model.forest] has no hidden layers: leave out `width`".into());
            }
            return Ok(Self(Learner::Forest(forest)));
        }
        let Some(network) = tables.network() else {
            let known = Self::NETWORKS.join(", ");
            return Err(format!(
                "[model] names no network: give exactly one table [model.…] of {known}"
            ));
        };
        Ok(Self(Learner::Network(NetworkPlan {
            network,
            width: tables.width,
            init: tables.init,
        })))
    }
}

impl From<ModelConfig> for Tables {
    fn from(ModelConfig(learner): ModelConfig) -> Self {
        match learner {
            Learner::Network(plan) => {
                let mut tables = Self::empty(plan.width, plan.init);
                tables.set(plan.network);
                tables
            }
            Learner::Forest(forest) => Self {
                forest: Some(forest),
                ..Self::empty(default_width(), Init::default())
            },
        }
    }
}

impl ModelConfig {
    /// The widest that a network can be made: far beyond what fits in memory, yet finite.
    pub(crate) const MAX_WIDTH: f64 = 64.0;

    /// All that the network is built from.
    ///
    /// # Errors
    /// Bad input if it is a forest, which is kept in no file.
    pub(crate) fn plan(&self) -> Result<&NetworkPlan, Error> {
        match &self.0 {
            Learner::Network(plan) => Ok(plan),
            Learner::Forest(_) => Err(Error::bad_input(
                "this takes a network, and [model.forest] is none: a forest is grown at once, and not kept",
            )
            .hint(
                "`plumb train` with its config grows it again; what it says of every example is in its run's \
                 predictions, which `plumb diagnose` reads",
            )),
        }
    }

    /// The network; none if it is a forest.
    pub(crate) fn network(&self) -> Option<&Network> {
        self.plan().ok().map(|plan| &plan.network)
    }

    /// The forest; none if it is a network.
    pub(crate) fn forest(&self) -> Option<&ForestConfig> {
        match &self.0 {
            Learner::Network(_) => None,
            Learner::Forest(forest) => Some(forest),
        }
    }

    /// The name of its table.
    pub(crate) fn name(&self) -> &'static str {
        self.network().map_or("forest", Network::name)
    }

    /// Checks every value that needs no data to be read.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        let plan = match &self.0 {
            Learner::Network(plan) => plan,
            Learner::Forest(forest) => return forest.check(),
        };
        let width = plan.width;
        if !(width > 0.0 && width <= Self::MAX_WIDTH) {
            let predicate = format!(
                "is {width}; expected a number more than 0, up to {}",
                Self::MAX_WIDTH
            );
            return Err(KeyError::value("model.width", predicate));
        }
        if (width - 1.0).abs() > 0.0 && !plan.has_width() {
            let predicate = "has no effect: this network has no hidden layers to scale";
            return Err(KeyError::value("model.width", predicate));
        }
        plan.check().map_err(|error| self.key_error(&error))
    }

    /// Checks that the network fits the task; a forest fits any.
    pub(crate) fn check_task(&self, task: &Task) -> Result<(), KeyError> {
        match &self.0 {
            Learner::Network(plan) => {
                let checked = plan.check_task(task);
                checked.map_err(|error| self.key_error(&error))
            }
            Learner::Forest(_) => Ok(()),
        }
    }

    fn key_error(&self, error: &NetworkError) -> KeyError {
        let table = format!("model.{}", self.name());
        let key = match error.key {
            Some(key) => format!("{table}.{key}"),
            None => table,
        };
        let wrong =
            KeyError::value(key, &error.message).maybe_hint(fraction::meant_in(&error.message));
        match error.hint {
            Some(hint) => wrong.hint(hint),
            None => wrong,
        }
    }

    /// What the network costs, without building it. A forest has no parameters in this sense: how far its trees
    /// grow depends on the examples.
    pub(crate) fn cost(&self, task: &Task) -> Cost {
        match &self.0 {
            Learner::Network(plan) => plan.cost(task),
            Learner::Forest(_) => Cost::default(),
        }
    }

    /// The least examples that a training batch must have.
    pub(crate) fn min_batch(&self, task: &Task) -> usize {
        match &self.0 {
            Learner::Network(plan) => plan.min_batch(task),
            Learner::Forest(_) => 1,
        }
    }
}
