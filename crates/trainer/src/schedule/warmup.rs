/// What the learning rate of a step, counted from 0, is multiplied by: 1/n, 2/n, … up to 1.
///
/// `PyTorch`'s `LinearLR` with a start factor of 1/n over n − 1 steps. The first step already moves, and
/// no step is wasted at a rate of 0 (Goyal et al., 2017, for why to warm up).
pub(super) fn factor(step: u64, n_warmup_steps: u64) -> f64 {
    if step < n_warmup_steps {
        (step + 1) as f64 / n_warmup_steps as f64
    } else {
        1.0
    }
}
