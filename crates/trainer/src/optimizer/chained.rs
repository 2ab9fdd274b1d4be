//! A chain of fully connected layers in training, under any of the rules.

use plumb_ops::{Chain, ChainStep, CrossEntropyTarget, Fill, LayerValues, Update};

use super::{
    one_pass::Piece,
    rule::{Formula, Rule},
    stepper::Remembered,
};
use crate::Error;

/// Starts a chain under a rule from where its parameters stand.
pub(super) type Start = dyn Fn(Vec<Remembered>) -> Option<Box<dyn Chained>> + Send + Sync;

/// A chain of fully connected layers in training, whose weights move where their gradients are made.
///
/// After each step it stands where [`super::Stepper::step`] would have brought the same weights, to the bit.
pub(crate) trait Chained: Send {
    /// One step, as [`Chain::step`].
    ///
    /// # Errors
    /// What `fill` fails with.
    fn step(
        &mut self,
        learning_rate: f64,
        target: CrossEntropyTarget<'_>,
        fill: Fill<'_, Error>,
    ) -> Result<ChainStep, Error>;

    /// Where it stands: of each parameter, each layer's weight before its bias.
    fn remembered(&self) -> Vec<Remembered>;
}

/// Goes on from where the parameters stand, if they have all done the same steps.
pub(super) fn start<R: Rule<N>, const N: usize>(
    rule: R,
    parameters: Vec<Remembered>,
) -> Option<Box<dyn Chained>> {
    let n_steps = parameters.first()?.n_steps;
    if parameters.iter().any(|one| one.n_steps != n_steps) {
        return None;
    }
    let mut layers = Vec::new();
    let mut means: Vec<[LayerValues; N]> = Vec::new();
    let mut parameters = parameters.into_iter();
    while let (Some(weight), Some(bias)) = (parameters.next(), parameters.next()) {
        layers.push(LayerValues {
            weight: weight.weights,
            bias: bias.weights,
        });
        let of_layer = weight.means.into_iter().zip(bias.means);
        let of_layer = of_layer.map(|(weight, bias)| LayerValues { weight, bias });
        if n_steps > 0 {
            means.push(of_layer.collect::<Vec<_>>().try_into().ok()?);
        }
    }
    let mut chain = Chain::new(&layers);
    if n_steps > 0 {
        chain.set_means(&means);
    }
    Some(Box::new(UnderRule {
        rule,
        chain,
        n_steps,
    }))
}

struct UnderRule<R, const N: usize> {
    rule: R,
    chain: Chain<N>,
    n_steps: usize,
}

impl<R: Rule<N>, const N: usize> Chained for UnderRule<R, N> {
    fn step(
        &mut self,
        learning_rate: f64,
        target: CrossEntropyTarget<'_>,
        fill: Fill<'_, Error>,
    ) -> Result<ChainStep, Error> {
        let n_steps = self.n_steps + 1;
        let formula = |n_axes| self.rule.formula(learning_rate, n_steps, n_axes);
        let formulas = Formulas {
            of_vectors: formula(1),
            of_matrices: formula(2),
            is_first: self.n_steps == 0,
        };
        let done = self.chain.step(target, fill, &formulas)?;
        self.n_steps = n_steps;
        Ok(done)
    }

    fn remembered(&self) -> Vec<Remembered> {
        let layers = self.chain.weights().into_iter().zip(self.chain.means());
        let parameters = layers.flat_map(|(layer, means)| {
            let (of_weight, of_bias) = means
                .into_iter()
                .map(|LayerValues { weight, bias }| (weight, bias))
                .unzip();
            [(layer.weight, of_weight), (layer.bias, of_bias)]
        });
        let remembered = parameters.map(|(weights, means)| Remembered {
            n_steps: self.n_steps,
            weights,
            means,
        });
        remembered.collect()
    }
}

/// A rule in one step.
struct Formulas<F> {
    of_vectors: F,
    of_matrices: F,
    /// Whether there are no running means yet.
    is_first: bool,
}

impl<F: Formula<N>, const N: usize> Update<N> for Formulas<F> {
    fn update(
        &self,
        n_axes: usize,
        weights: &mut [f32],
        gradient: &[f32],
        means: [&mut [f32]; N],
    ) -> u32 {
        let formula = if n_axes == 1 {
            &self.of_vectors
        } else {
            &self.of_matrices
        };
        let piece = Piece {
            weights,
            gradient,
            means,
        };
        piece.step(formula, 1.0, self.is_first)
    }
}
