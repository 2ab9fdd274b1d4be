use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, PaddingConfig2d, conv::Conv2d},
    tensor::Tensor,
};
use plumb_ops::tensors::{self, ConvStep, Pooling};
use serde::{Deserialize, Serialize};

use crate::{
    Activation, Cost, Norm, NormKind, PoolKind, cost::product, init::Initializer, pass::Pass,
};

/// Convolutions with square kernels, followed by pooling.
///
/// Each convolution is conv → norm → activation. With a skip connection the block's input is added before
/// the last activation, as in He et al. (2016). Then come pooling and dropout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockConfig {
    /// Maps that each convolution puts out.
    #[schemars(range(min = 1))]
    pub channels: usize,
    /// Side of the kernel, in pixels.
    #[serde(default = "default_kernel")]
    #[schemars(range(min = 1))]
    pub kernel: usize,
    /// Step of the first convolution's kernel, in pixels; that of the others is 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub stride: usize,
    /// Border of zeros around the input of each convolution, in pixels. If left out, (kernel - 1) / 2: with
    /// an odd kernel and a stride of 1, pictures keep their size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<usize>,
    /// How many convolutions the block has.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100))]
    pub convolutions: usize,
    /// What is normalized behind each convolution. With `batch`, convolutions have no bias of their own.
    #[serde(default)]
    pub norm: NormKind,
    /// Whether the block's input is added before the last activation; through a convolution of 1×1 without
    /// a bias, normalized like the others, where channels or stride change the shape.
    #[serde(default)]
    pub residual: bool,
    /// Side of the pooling window, and its step, in pixels; 1 for none.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub pool: usize,
    /// Share of the block's outputs that is set to zero in training, in 0..1.
    #[serde(default)]
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub dropout: f64,
}

/// More in one block is a slip of the keyboard; more in all is a matter of blocks.
const MAX_CONVOLUTIONS: usize = 100;

fn default_kernel() -> usize {
    3
}

fn one() -> usize {
    1
}

/// The layers of a [`BlockConfig`].
#[derive(Module, Debug)]
pub struct Block {
    convs: Vec<Conv2d>,
    norms: Vec<Norm>,
    shortcut: Option<Conv2d>,
    shortcut_norm: Option<Norm>,
    dropout: Dropout,
    #[module(skip)]
    residual: bool,
    #[module(skip)]
    pub(crate) activation: Activation,
    #[module(skip)]
    pool_kind: PoolKind,
    #[module(skip)]
    pool: usize,
}

impl BlockConfig {
    /// One convolution of 3×3 that keeps the size, and nothing else.
    #[must_use]
    pub fn new(channels: usize) -> Self {
        Self {
            channels,
            kernel: default_kernel(),
            stride: 1,
            padding: None,
            convolutions: 1,
            norm: NormKind::None,
            residual: false,
            pool: 1,
            dropout: 0.0,
        }
    }

    /// Checks every value by itself; `place` says which block it is, as in `in block 2 of 3`.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence: `has 0 channels in block 2 of 3; expected 1 or more`.
    pub(crate) fn check(&self, place: &str) -> Result<(), String> {
        if self.channels == 0 {
            return Err(format!("has 0 channels {place}; expected 1 or more"));
        }
        if !(1..=MAX_CONVOLUTIONS).contains(&self.convolutions) {
            return Err(format!(
                "has {} convolutions {place}; expected 1 to {MAX_CONVOLUTIONS}",
                self.convolutions
            ));
        }
        for (name, value) in [
            ("kernel", self.kernel),
            ("stride", self.stride),
            ("pool", self.pool),
        ] {
            if value == 0 {
                return Err(format!("has a {name} of 0 {place}; expected 1 or more"));
            }
        }
        let padding = self.padding();
        if padding >= self.kernel {
            return Err(format!(
                "has a padding of {padding} {place}; expected less than its kernel of {}",
                self.kernel
            ));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(format!(
                "has a dropout of {} {place}; expected a number from 0 to below 1",
                self.dropout
            ));
        }
        Ok(())
    }

    /// Checks that an input of shape `[channels, height, width]` can pass, and returns the output's shape.
    ///
    /// # Errors
    /// As those of [`Self::check`], which must have passed.
    pub(crate) fn check_shape(&self, input: [usize; 3], place: &str) -> Result<[usize; 3], String> {
        let padding = self.padding();
        let mut map = input;
        for at in 0..self.convolutions {
            let [_, height, width] = map;
            let padded = self.padded(height.min(width));
            if padded < self.kernel {
                return Err(format!(
                    "has a kernel of {} {place}; expected at most {padded}, the smaller side of its \
                     {height}×{width} input with a padding of {padding}",
                    self.kernel,
                ));
            }
            map = self.conv_shape(map, at);
        }
        let [_, height, width] = map;
        if self.residual {
            let [_, skip_height, skip_width] = self.skip_shape(input);
            if [height, width] != [skip_height, skip_width] {
                return Err(format!(
                    "has a residual {place} that can't be added: its convolutions make \
                     {height}×{width} of {}×{}, its skip {skip_height}×{skip_width}; expected a \
                     kernel and a padding that keep the size",
                    input[1], input[2]
                ));
            }
        }
        if self.pool > height.min(width) {
            return Err(format!(
                "has a pool of {} {place}; expected at most {}, the smaller side of its \
                 {height}×{width} maps",
                self.pool,
                height.min(width)
            ));
        }
        Ok(self.pool_shape(map))
    }

    /// Adds the block to the cost, and returns the output's shape.
    pub(crate) fn add_cost(&self, input: [usize; 3], cost: &mut Cost) -> [usize; 3] {
        let has_bias = self.norm.needs_bias();
        let mut map = input;
        for at in 0..self.convolutions {
            let c_in = map[0];
            map = self.conv_shape(map, at);
            cost.conv(c_in, self.kernel, map, has_bias);
            self.add_norm_cost(map, cost);
            cost.values(product(&map)); // the activation
        }
        if self.residual {
            if self.needs_projection(input[0]) {
                cost.conv(input[0], 1, map, false);
                self.add_norm_cost(map, cost);
            }
            cost.values(product(&map)); // the sum
        }
        let output = self.pool_shape(map);
        if self.pool > 1 {
            cost.values(product(&output));
        }
        if self.dropout > 0.0 {
            cost.values(product(&output));
        }
        output
    }

    fn add_norm_cost(&self, map: [usize; 3], cost: &mut Cost) {
        if self.norm != NormKind::None {
            cost.norm(map[0], product(&map));
        }
    }

    /// Whether batch normalization sees a single value per channel and example.
    pub(crate) fn normalizes_single_values(&self, input: [usize; 3]) -> bool {
        let last = (0..self.convolutions).fold(input, |map, at| self.conv_shape(map, at));
        self.norm == NormKind::Batch && last[1..] == [1, 1]
    }

    pub(crate) fn init(
        &self,
        c_in: usize,
        activation: Activation,
        pool_kind: PoolKind,
        initializer: &mut Initializer<'_>,
    ) -> Block {
        let has_bias = self.norm.needs_bias();
        let (mut convs, mut norms) = (Vec::new(), Vec::new());
        for at in 0..self.convolutions {
            let from = if at == 0 { c_in } else { self.channels };
            let stride = self.stride_of(at);
            let channels = [from, self.channels];
            convs.push(initializer.conv(channels, self.kernel, stride, self.padding(), has_bias));
            norms.extend(self.norm.init(self.channels, initializer));
        }
        let has_projection = self.residual && self.needs_projection(c_in);
        let shortcut = has_projection
            .then(|| initializer.conv([c_in, self.channels], 1, self.stride, 0, false));
        let shortcut_norm = shortcut
            .as_ref()
            .and_then(|_| self.norm.init(self.channels, initializer));
        Block {
            convs,
            norms,
            shortcut,
            shortcut_norm,
            dropout: DropoutConfig::new(self.dropout).init(),
            residual: self.residual,
            activation,
            pool_kind,
            pool: self.pool,
        }
    }

    fn padding(&self) -> usize {
        self.padding.unwrap_or(self.kernel.saturating_sub(1) / 2)
    }

    fn padded(&self, side: usize) -> usize {
        side.saturating_add(self.padding().saturating_mul(2))
    }

    fn stride_of(&self, convolution: usize) -> usize {
        if convolution == 0 { self.stride } else { 1 }
    }

    fn needs_projection(&self, c_in: usize) -> bool {
        c_in != self.channels || self.stride != 1
    }

    fn conv_shape(&self, [_, height, width]: [usize; 3], convolution: usize) -> [usize; 3] {
        let after = |side: usize| {
            let free = self.padded(side).saturating_sub(self.kernel);
            free / self.stride_of(convolution).max(1) + 1
        };
        [self.channels, after(height), after(width)]
    }

    fn skip_shape(&self, [_, height, width]: [usize; 3]) -> [usize; 3] {
        let after = |side: usize| side.div_ceil(self.stride);
        [self.channels, after(height), after(width)]
    }

    fn pool_shape(&self, [channels, height, width]: [usize; 3]) -> [usize; 3] {
        let pool = self.pool.max(1);
        [channels, height / pool, width / pool]
    }
}

impl Block {
    /// Applies the block.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, c_in, height, width]`
    /// - output: `[batch, channels, height_out, width_out]`
    pub(crate) fn forward(&self, input: &Tensor<4>, name: &str, pass: &mut Pass) -> Tensor<4> {
        let mut x = input.clone();
        let mut is_pooled = self.pool == 1;
        for (at, layer) in self.convs.iter().enumerate() {
            let norm = self.norms.get(at);
            let is_last = at + 1 == self.convs.len();
            let has_sum = self.residual && is_last;
            // No sum before the nonlinearity, and nobody who asks for what stands there.
            let has_relu = self.activation == Activation::Relu && !has_sum && !pass.is_traced();
            let is_direct = has_relu && norm.is_none();
            let has_pool = is_direct && is_last && self.pool_kind == PoolKind::Max;
            let max_pool = if has_pool { self.pool } else { 1 };
            is_pooled |= has_pool;
            x = conv(layer, x, is_direct, max_pool); // [batch, channels, height, width]
            pass.note(|| format!("{name}.convs.{at}"), &x);
            if let Some(norm) = norm {
                x = norm.forward(x, has_relu);
                pass.note(|| format!("{name}.norms.{at}"), &x);
            }
            if has_sum {
                x = x + self.skip(input, name, pass);
                pass.note(|| format!("{name}.sum"), &x);
            }
            if !has_relu {
                x = self.activation.forward(x);
            }
            pass.note(|| format!("{name}.activations.{at}"), &x);
        }
        if !is_pooled {
            x = self.pool(x); // [batch, channels, height / pool, width / pool]
            pass.note(|| format!("{name}.pool"), &x);
        }
        pass.drop(&self.dropout, x, || format!("{name}.dropout"))
    }

    fn skip(&self, input: &Tensor<4>, name: &str, pass: &mut Pass) -> Tensor<4> {
        let Some(shortcut) = &self.shortcut else {
            return input.clone();
        };
        let mut x = conv(shortcut, input.clone(), false, 1);
        pass.note(|| format!("{name}.shortcut"), &x);
        if let Some(norm) = &self.shortcut_norm {
            x = norm.forward(x, false);
            pass.note(|| format!("{name}.shortcut_norm"), &x);
        }
        x
    }

    fn pool(&self, x: Tensor<4>) -> Tensor<4> {
        let pooling = match self.pool_kind {
            PoolKind::Max => Pooling::Max,
            PoolKind::Avg => Pooling::Mean,
        };
        tensors::pool(x, self.pool, pooling)
    }
}

/// A layer's output, `[batch, c_out, height, width]`, with `ReLU` and maximum pooling or without.
fn conv(layer: &Conv2d, input: Tensor<4>, has_relu: bool, max_pool: usize) -> Tensor<4> {
    let padding = match layer.padding {
        PaddingConfig2d::Explicit(top, ..) => top,
        _ => 0,
    };
    let step = ConvStep {
        stride: layer.stride[0],
        padding,
        has_relu,
        max_pool,
    };
    let bias = layer.bias.as_ref().map(burn::module::Param::val);
    tensors::conv(input, layer.weight.val(), bias, step)
}
