use burn::tensor::{
    Tensor,
    module::{avg_pool2d, max_pool2d},
    ops::{AvgPoolOptions, MaxPoolOptions},
};

/// What becomes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Its largest value.
    Max,
    /// The mean of its values.
    Mean,
}

/// Pools windows of `side` × `side`, side by side.
///
/// Fused on the CPU, burn's own operations elsewhere.
///
/// # Shapes
///
/// - input: `[batch, channels, height, width]`
/// - output: `[batch, channels, height / side, width / side]`
#[must_use]
pub fn pool(input: Tensor<4>, side: usize, pooling: Pooling) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if super::is_host(&input.device()) {
        return fused::pool(input, side, pooling);
    }
    let window = [side; 2];
    match pooling {
        Pooling::Max => max_pool2d(input, MaxPoolOptions::new(window).with_stride(window)),
        Pooling::Mean => avg_pool2d(input, AvgPoolOptions::new(window).with_stride(window)),
    }
}

#[cfg(feature = "flex")]
mod fused {
    use std::sync::Arc;

    use burn::{
        backend::TensorMetadata,
        tensor::{Shape, Tensor},
    };

    use super::Pooling;
    use crate::{
        PoolShape, average_pool_backward, average_pool_forward, max_pool_backward,
        max_pool_forward,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, plain, record, recycle_input, tracked,
            values,
        },
    };

    #[derive(Clone, Debug)]
    struct Pool {
        shape: PoolShape,
        input: Shape,
        /// None of means.
        places: Option<Arc<[u16]>>,
    }

    impl Pool {
        fn forward(input: &Primitive, side: usize, pooling: Pooling) -> (Primitive, Self) {
            let dims = input.shape();
            let shape = PoolShape {
                maps: dims[0] * dims[1],
                height: dims[2],
                width: dims[3],
                side,
            };
            let (output, places) = match pooling {
                Pooling::Max => {
                    let (output, places) = max_pool_forward(shape, &values(input));
                    (output, Some(places.into()))
                }
                Pooling::Mean => (average_pool_forward(shape, &values(input)), None),
            };
            let [height, width] = shape.output();
            let output = new(output, [dims[0], dims[1], height, width]);
            let done = Self {
                shape,
                input: dims,
                places,
            };
            (output, done)
        }
    }

    pub(super) fn pool(input: Tensor<4>, side: usize, pooling: Pooling) -> Tensor<4> {
        if !input.device().is_autodiff() {
            let input = plain(input);
            let (output, _) = Pool::forward(&input, side, pooling);
            recycle_input(input);
            return from_plain(output);
        }
        let (input, node) = tracked(input).into_parts();
        let (output, done) = Pool::forward(&input, side, pooling);
        from_tracked(record([node], done, output))
    }

    impl Done for Pool {
        fn gradients(self, gradient: &Primitive, _: &[bool]) -> Vec<Option<Primitive>> {
            let gradient = values(gradient);
            let of_input = match self.places {
                Some(places) => max_pool_backward(self.shape, &places, &gradient),
                None => average_pool_backward(self.shape, &gradient),
            };
            vec![Some(new(of_input, self.input))]
        }
    }
}
