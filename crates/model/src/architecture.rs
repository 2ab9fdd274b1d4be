use burn::nn::DropoutConfig;

use crate::{
    Activation, BlockConfig, Cost, Head, Model, NetworkError, NormKind, PoolKind, Task,
    cost::product, error::check_dropout, init::Initializer,
};

/// What every network comes down to: blocks of convolutions (for images; else none), then fully connected
/// layers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Architecture {
    pub(crate) blocks: Vec<BlockConfig>,
    pub(crate) pool_kind: PoolKind,
    pub(crate) head: Head,
    /// Widths of the hidden fully connected layers.
    pub(crate) hidden: Vec<usize>,
    pub(crate) activation: Activation,
    /// Behind the head of the blocks, if there are any, and behind each hidden layer.
    pub(crate) dropout: f64,
    /// Of the hidden layers, as is `residual`; blocks have their own.
    pub(crate) norm: NormKind,
    pub(crate) residual: bool,
}

impl Architecture {
    /// Multiplies every channel count and hidden width, rounded to the nearest, at least 1.
    pub(crate) fn scaled(mut self, width: f64) -> Self {
        let scale = |n: &mut usize| {
            // 0 stays, so that it is found to be wrong.
            if *n > 0 {
                *n = ((*n as f64 * width).round() as usize).max(1);
            }
        };
        self.blocks
            .iter_mut()
            .for_each(|block| scale(&mut block.channels));
        self.hidden.iter_mut().for_each(scale);
        self
    }

    /// Whether there is anything that [`Self::scaled`] multiplies.
    pub(crate) fn has_width(&self) -> bool {
        !(self.blocks.is_empty() && self.hidden.is_empty())
    }

    /// Checks every value by itself.
    pub(crate) fn check(&self) -> Result<(), NetworkError> {
        check_dropout(self.dropout)?;
        if self.hidden.contains(&0) {
            let message = "has a layer of 0 units; expected 1 or more";
            return Err(NetworkError::at("hidden", message));
        }
        for (at, block) in self.blocks.iter().enumerate() {
            block
                .check(&self.place(at))
                .map_err(|message| NetworkError::at("blocks", message))?;
        }
        Ok(())
    }

    /// Checks that the task's examples can pass all blocks.
    pub(crate) fn check_task(&self, task: &Task) -> Result<(), NetworkError> {
        if self.blocks.is_empty() {
            return Ok(());
        }
        let Some(mut shape) = task.image_shape() else {
            let message = format!(
                "takes images, of shape [channels, height, width]; the examples have the shape {:?}",
                task.input_shape
            );
            return Err(NetworkError::whole(message).hint(
                "give the `shape` of the images where the data comes from, or take [model.mlp]",
            ));
        };
        for (at, block) in self.blocks.iter().enumerate() {
            shape = block
                .check_shape(shape, &self.place(at))
                .map_err(|message| NetworkError::at("blocks", message))?;
        }
        Ok(())
    }

    fn place(&self, block: usize) -> String {
        format!("in block {} of {}", block + 1, self.blocks.len())
    }

    pub(crate) fn cost(&self, task: &Task) -> Cost {
        let mut cost = Cost::default();
        cost.values(task.n_inputs());
        let mut n_in = task.n_inputs();
        if let Some(maps) = self.maps(task, |block, shape| block.add_cost(shape, &mut cost)) {
            n_in = self.n_features(maps);
            if self.head == Head::GlobalAverage {
                cost.values(n_in);
            }
            if self.dropout > 0.0 {
                cost.values(n_in);
            }
        }
        for &width in &self.hidden {
            cost.linear(n_in, width, self.norm.needs_bias());
            if self.norm != NormKind::None {
                cost.norm(width, width);
            }
            if self.residual {
                if n_in != width {
                    cost.linear(n_in, width, false);
                }
                cost.values(width); // the sum
            }
            cost.values(width); // the activation
            if self.dropout > 0.0 {
                cost.values(width);
            }
            n_in = width;
        }
        cost.linear(n_in, task.n_classes, true);
        cost
    }

    /// The smallest training batch: batch normalization needs two values of what it normalizes.
    pub(crate) fn min_batch(&self, task: &Task) -> usize {
        let mut needs_two = self.norm == NormKind::Batch && !self.hidden.is_empty();
        self.maps(task, |block, shape| {
            needs_two |= block.normalizes_single_values(shape);
            block.add_cost(shape, &mut Cost::default())
        });
        if needs_two { 2 } else { 1 }
    }

    /// Builds the layers; their parameters are drawn in the order in which an input passes them.
    pub(crate) fn init(&self, task: &Task, initializer: &mut Initializer<'_>) -> Model {
        let mut blocks = Vec::with_capacity(self.blocks.len());
        let maps = self.maps(task, |block, shape| {
            blocks.push(block.init(shape[0], self.activation, self.pool_kind, initializer));
            block.add_cost(shape, &mut Cost::default())
        });
        let mut n_in = maps.map_or(task.n_inputs(), |maps| self.n_features(maps));
        let (mut hidden, mut norms, mut shortcuts) = (Vec::new(), Vec::new(), Vec::new());
        for &width in &self.hidden {
            hidden.push(initializer.linear(n_in, width, self.norm.needs_bias()));
            norms.extend(self.norm.init(width, initializer));
            if self.residual {
                shortcuts.push((n_in != width).then(|| initializer.linear(n_in, width, false)));
            }
            n_in = width;
        }
        Model {
            blocks,
            hidden,
            norms,
            shortcuts,
            output: initializer.linear(n_in, task.n_classes, true),
            dropout: DropoutConfig::new(self.dropout).init(),
            image_shape: task.image_shape().unwrap_or_default(),
            head: self.head,
            activation: self.activation,
        }
    }

    /// Walks through the blocks with the shape of each one's input; `step` returns that of its output. None
    /// without blocks.
    fn maps(
        &self,
        task: &Task,
        mut step: impl FnMut(&BlockConfig, [usize; 3]) -> [usize; 3],
    ) -> Option<[usize; 3]> {
        if self.blocks.is_empty() {
            return None;
        }
        let mut shape = task.image_shape()?;
        for block in &self.blocks {
            shape = step(block, shape);
        }
        Some(shape)
    }

    fn n_features(&self, maps: [usize; 3]) -> usize {
        match self.head {
            Head::GlobalAverage => maps[0],
            Head::Flatten => product(&maps),
        }
    }
}
