use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    vec,
};

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::{self, GradientsParams, ModuleOptimizer},
    store::RecordError,
    tensor::{Bytes, Device, Tensor, TensorData},
};
use plumb_ops::tensors::look_at;

use super::{
    chained::{self, Chained},
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
    /// Starts a chain under the same rule.
    start_chain: Box<chained::Start>,
}

/// Where a parameter stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Remembered {
    /// Steps done.
    pub(crate) n_steps: usize,
    pub(crate) weights: Vec<f32>,
    /// The running means; of no use before the first step.
    pub(crate) means: Vec<Vec<f32>>,
}

impl Stepper {
    /// `is_host` says of a device whether its tensors lie in host memory.
    pub(super) fn new<R: Rule<N>, const N: usize>(rule: R, is_host: fn(&Device) -> bool) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let of_chain = rule.clone();
        let optimizer = PerParameter::<_, N> {
            rule,
            is_host,
            shared: Arc::clone(&shared),
        };
        Self {
            optimizer: optimizer.into(),
            is_host,
            shared,
            start_chain: Box::new(move |parameters| chained::start(of_chain.clone(), parameters)),
        }
    }

    /// The layers of a model as a chain that goes on from where they stand; none if some have done other steps than
    /// others. `model` is one without anything else ([`Model::chain`](plumb_model::Model::chain)), in host memory, with all
    /// of its parameters in training.
    pub(crate) fn chain<M: Module>(&mut self, model: &M) -> Option<Box<dyn Chained>> {
        let mut own = Own::default();
        model.visit(&mut own);
        *lock(&self.shared) = Shared {
            errand: Errand::Tell(Vec::new()),
            ..Shared::default()
        };
        self.optimizer.step(0.0, model.clone(), own.0);
        let shared = std::mem::take(&mut *lock(&self.shared));
        let Errand::Tell(parameters) = shared.errand else {
            return None;
        };
        (self.start_chain)(parameters)
    }

    /// Brings a model and what is remembered of it to where a chain of its layers stands.
    pub(crate) fn catch_up<M: Module>(&mut self, model: M, chain: &dyn Chained) -> M {
        let mut own = Own::default();
        model.visit(&mut own);
        *lock(&self.shared) = Shared {
            errand: Errand::Take(chain.remembered().into_iter()),
            ..Shared::default()
        };
        let model = self.optimizer.step(0.0, model, own.0);
        *lock(&self.shared) = Shared::default();
        model
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
    errand: Errand,
}

/// What is to be done with the parameters.
enum Errand {
    Step,
    /// To tell where they stand.
    Tell(Vec<Remembered>),
    /// To take these in place of where they stand.
    Take(vec::IntoIter<Remembered>),
}

/// A model's weights, handed to burn as if they were gradients: it passes by a parameter without one.
#[derive(Default)]
struct Own(GradientsParams);

impl ModuleVisitor for Own {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.register(param.id, param.val().inner());
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            scale: 1.0,
            is_measured: false,
            largest: 0.0,
            sums: Vec::new(),
            errand: Errand::Step,
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
        match &mut lock(&self.shared).errand {
            Errand::Step => {}
            Errand::Tell(parameters) => {
                parameters.push(Remembered {
                    n_steps: state.as_ref().map_or(0, |state| state.n_steps),
                    weights: look_at(&weights, <[f32]>::to_vec),
                    means: state.as_ref().map(State::values).unwrap_or_default(),
                });
                return (weights, state);
            }
            Errand::Take(parameters) => {
                let Some(taken) = parameters.next() else {
                    return (weights, state);
                };
                let shape = weights.shape();
                let tensor = |values| {
                    let data = TensorData::new(values, shape.clone());
                    Tensor::from_data(data, &device)
                };
                let means = taken.means.into_iter().map(tensor).collect::<Vec<_>>();
                let state = means.try_into().ok().filter(|_| N > 0);
                let state = state.map(|means| State::new(taken.n_steps, means));
                return (tensor(taken.weights), state);
            }
        }
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
