use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::{
    module::Module,
    optim::{self, GradientsParams, ModuleOptimizer},
    store::RecordError,
    tensor::{Bytes, Device, Tensor},
};

use super::{
    measure::Measure,
    one_pass,
    rule::{Formula as _, Rule},
    state::State,
};
use crate::clip::{Clipped, clip, sum};

/// An optimizer at work: its rule, and what it remembers of every parameter.
pub(crate) struct Stepper {
    optimizer: ModuleOptimizer,
    is_host: fn(&Device) -> bool,
    shared: Arc<Mutex<Shared>>,
}

impl Stepper {
    /// `is_host` says of a device whether its tensors lie in host memory.
    pub(super) fn new<R: Rule<N>, const N: usize>(rule: R, is_host: fn(&Device) -> bool) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let optimizer = PerParameter::<_, N> {
            rule,
            is_host,
            shared: Arc::clone(&shared),
        };
        Self {
            optimizer: optimizer.into(),
            is_host,
            shared,
        }
    }

    /// Moves the weights by one step. With `max_norm`, gradients are clipped first ([`clip`]).
    ///
    /// What is measured beside is the norm before clipping. Without `max_norm` it is whatever costs no pass over
    /// the gradients of its own: in host memory the largest magnitude, elsewhere the sum.
    pub(crate) fn step<M: Module>(
        &mut self,
        learning_rate: f64,
        model: M,
        gradients: GradientsParams,
        max_norm: Option<f64>,
    ) -> (M, Measure) {
        let (gradients, scale, norm) = match max_norm {
            None => (gradients, 1.0, None),
            Some(max_norm) => {
                let Clipped {
                    gradients,
                    scale,
                    norm,
                } = clip(gradients, &model, max_norm, self.is_host);
                (gradients, scale, Some(norm))
            }
        };
        *lock(&self.shared) = Shared {
            scale,
            is_measured: norm.is_some(),
            ..Shared::default()
        };
        let model = self.optimizer.step(learning_rate, model, gradients);
        let measure = norm.unwrap_or_else(|| std::mem::take(&mut *lock(&self.shared)).measure());
        (model, measure)
    }

    /// What it remembers, to be saved.
    ///
    /// # Errors
    /// As [`ModuleOptimizer::into_bytes`].
    pub(crate) fn to_bytes(&self) -> Result<Bytes, RecordError> {
        self.optimizer.into_bytes()
    }

    /// Remembers what was saved.
    ///
    /// # Errors
    /// As [`ModuleOptimizer::from_bytes`].
    pub(crate) fn with_bytes(self, bytes: Bytes) -> Result<Self, RecordError> {
        let optimizer = self.optimizer.from_bytes(bytes)?;
        Ok(Self { optimizer, ..self })
    }
}

/// What the parameters of one step share beside the learning rate: burn hands an optimizer one parameter at a
/// time, and nothing else.
struct Shared {
    /// Of all gradients, in host memory; elsewhere they are scaled already.
    scale: f32,
    /// Whether it is known already that the gradients are finite, or not.
    is_measured: bool,
    /// The largest magnitude of a gradient.
    largest: f32,
    /// The sum of each parameter's gradient, `[1]` each, where they are not in host memory.
    sums: Vec<Tensor<1>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            scale: 1.0,
            is_measured: false,
            largest: 0.0,
            sums: Vec::new(),
        }
    }
}

impl Shared {
    fn measure(self) -> Measure {
        if self.sums.is_empty() {
            return Measure::Here(self.largest);
        }
        Measure::OnDevice(Tensor::cat(self.sums, 0).sum())
    }
}

/// The state of a step holds together after a panic, too: it is replaced before the next one.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What burn calls for each parameter.
#[derive(Clone)]
struct PerParameter<R, const N: usize> {
    rule: R,
    is_host: fn(&Device) -> bool,
    shared: Arc<Mutex<Shared>>,
}

impl<R: Rule<N>, const N: usize> optim::Optimizer for PerParameter<R, N> {
    type State<const D: usize> = State<D, N>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        weights: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<State<D, N>>,
    ) -> (Tensor<D>, Option<State<D, N>>) {
        let device = gradient.device();
        let n_steps = 1 + state.as_ref().map_or(0, |state| state.n_steps);
        let formula = self.rule.formula(learning_rate, n_steps, D);
        let means = state.map(|state| state.means(&device));
        let (weights, means) = if (self.is_host)(&device) {
            // not locked meanwhile: a thread that waits for others may take up other work
            let scale = lock(&self.shared).scale;
            let stepped = one_pass::step(&formula, scale, weights, gradient, means);
            let mut shared = lock(&self.shared);
            shared.largest = larger(shared.largest, stepped.largest);
            (stepped.weights, stepped.means)
        } else {
            let mut shared = lock(&self.shared);
            if !shared.is_measured {
                shared.sums.push(sum(gradient.clone()));
            }
            drop(shared);
            formula.step(weights, gradient, means)
        };
        let state = (N > 0).then(|| State::new(n_steps, means));
        (weights, state)
    }

    /// A step brings it to the parameter's device anyway.
    fn to_device<const D: usize>(state: State<D, N>, _: &Device) -> State<D, N> {
        state
    }
}

/// The larger of two magnitudes, with NaN above all: `f32::max` would lose it.
fn larger(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() { a } else { b }
}
