use plumb_model::{NetworkPlan, Task};

/// Multiply-adds of one example's share in a training step: once forward and twice backward, for the gradients of
/// weights and inputs, less the gradient of the network's own inputs, which nobody computes.
pub(super) fn per_training_example(plan: &NetworkPlan, task: &Task) -> f64 {
    let forward = plan.cost(task).multiply_adds as f64;
    3.0 * forward - input_layers(plan, task)
}

/// Multiply-adds of the layers that see the network's inputs: what grows with the number of channels (or features)
/// is theirs, in proportion to it.
///
/// Too much by the projection that doubled inputs need, where the first layer is residual and as wide as its inputs.
fn input_layers(plan: &NetworkPlan, task: &Task) -> f64 {
    let mut doubled = task.clone();
    doubled.input_shape[0] *= 2;
    let [once, twice] = [task, &doubled].map(|task| plan.cost(task).multiply_adds as f64);
    twice - once
}

#[cfg(test)]
mod tests {
    use plumb_model::Network;

    use super::*;

    fn check(model: &str, input_shape: &[usize], expected: usize) {
        let network: Network = toml::from_str(model).unwrap();
        let task = Task {
            input_shape: input_shape.to_vec(),
            n_classes: 10,
        };
        let actual = per_training_example(&NetworkPlan::new(network), &task);
        assert!((actual - expected as f64).abs() < 0.5, "{model}: {actual}");
    }

    /// By hand: a layer of n inputs and m outputs takes n·m forward, n·m for its weights' gradient, and n·m for
    /// its inputs' gradient unless it is the first.
    #[test]
    fn fully_connected_layers() {
        let (first, second, last) = (784 * 256, 256 * 256, 256 * 10);
        let expected = 2 * first + 3 * (second + last);
        check("mlp.hidden = [256, 256]", &[784], expected);
        check("mlp.hidden = [256, 256]", &[1, 28, 28], expected);
        check("linear = {}", &[64], 2 * 640);
    }

    /// By hand: a convolution takes kernel² · channels in · channels out per place. With padding the 28 × 28 places
    /// stay, pooling leaves 14 × 14, then 7 × 7.
    #[test]
    fn convolutions() {
        let (first, second) = (9 * 32 * 784, 9 * 32 * 64 * 196);
        let (hidden, last) = (3136 * 128, 1280);
        check(
            "[cnn]\nhead = \"flatten\"\nhidden = [128]\n\
             blocks = [{ channels = 32, pool = 2 }, { channels = 64, pool = 2 }]",
            &[1, 28, 28],
            2 * first + 3 * (second + hidden + last),
        );
    }

    /// By hand: the first block's convolution and the projection beside it see the inputs, 9 · 3 · 4 and 3 · 4 per
    /// place.
    #[test]
    fn a_projection_of_the_inputs_has_no_gradient_for_them() {
        let (conv, projection, last) = (9 * 3 * 4 * 64, 3 * 4 * 64, 4 * 10);
        check(
            "[cnn]\nblocks = [{ channels = 4, residual = true }]",
            &[3, 8, 8],
            2 * (conv + projection) + 3 * last,
        );
    }
}
