use serde::{Deserialize, Serialize};

/// The learning rate stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Constant {}
