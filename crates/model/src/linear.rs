use serde::{Deserialize, Serialize};

use crate::architecture::Architecture;

/// A linear model: each class's score is a weighted sum of the inputs. It has no hidden layers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinearConfig {}

impl LinearConfig {
    #[expect(clippy::unused_self, reason = "as the other networks have it")]
    pub(crate) fn architecture(&self) -> Architecture {
        Architecture::default()
    }
}
