//! Adam's step where tensors lie in host memory: one pass in place, instead of one per operation.

use burn::tensor::{Device, Tensor, TensorData};
use pulp::Arch;
use rayon::prelude::*;

use super::adam::Scalars;

/// Weights that one thread takes at a time. What comes out does not depend on it: each weight is on its own.
const CHUNK: usize = 1 << 15;

/// Whether tensors of this device are slices of host memory, which come and go without a copy.
pub(super) fn is_possible(device: &Device) -> bool {
    #[cfg(any(feature = "cpu", test))]
    return *device == Device::flex();
    #[cfg(not(any(feature = "cpu", test)))]
    {
        let _ = device;
        false
    }
}

/// As [`Scalars::step`], to the bit.
///
/// # Panics
/// If a tensor's values are not of 32 bits, as all of plumb's are.
pub(super) fn step<const D: usize>(
    scalars: &Scalars,
    weights: Tensor<D>,
    gradient: Tensor<D>,
    [mean, square]: [Tensor<D>; 2],
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let device = weights.device();
    let gradient = gradient.into_data();
    let mut changed = [weights, mean, square].map(Tensor::into_data);
    {
        let [weights, mean, square] = changed.each_mut().map(values_mut);
        let chunks = (
            weights.par_chunks_mut(CHUNK),
            values(&gradient).par_chunks(CHUNK),
            mean.par_chunks_mut(CHUNK),
            square.par_chunks_mut(CHUNK),
        );
        let arch = Arch::new();
        chunks
            .into_par_iter()
            .for_each(|(weights, gradient, mean, square)| {
                arch.dispatch(|| scalars.step_in_place(weights, gradient, mean, square));
            });
    }
    let [weights, mean, square] = changed.map(|data| Tensor::from_data(data, &device));
    (weights, [mean, square])
}

fn values(data: &TensorData) -> &[f32] {
    data.as_slice().expect("values of 32 bits")
}

fn values_mut(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice().expect("values of 32 bits")
}

impl Scalars {
    /// The operations of [`Scalars::step`] in the same order, value by value.
    #[allow(
        clippy::inline_always,
        reason = "the caller is compiled for this processor's vectors, and so is what is inlined there"
    )]
    #[inline(always)]
    fn step_in_place(
        &self,
        weights: &mut [f32],
        gradient: &[f32],
        mean: &mut [f32],
        square: &mut [f32],
    ) {
        let values = weights.iter_mut().zip(gradient).zip(mean).zip(square);
        for (((weight, gradient), mean), square) in values {
            *mean = *mean * self.keep[0] + gradient * self.take[0];
            *square = *square * self.keep[1] + gradient * gradient * self.take[1];
            let direction = *mean * self.correction / (square.sqrt() + self.epsilon);
            *weight -= direction * self.learning_rate;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tensor(values: &[f32]) -> Tensor<1> {
        Tensor::from_data(values, &Device::flex())
    }

    fn bits(tensor: Tensor<1>) -> Vec<u32> {
        let values = tensor.try_into_vec_as::<f32>().unwrap();
        values.into_iter().map(f32::to_bits).collect()
    }

    fn scalars() -> Scalars {
        Scalars {
            keep: [0.9, 0.999],
            take: [0.1, 0.001],
            correction: 0.232_6,
            epsilon: 4.5e-10,
            learning_rate: 1e-3,
        }
    }

    fn compare(weights: &[f32], gradient: &[f32], mean: &[f32], square: &[f32]) {
        let [w, g, m, s] = [weights, gradient, mean, square].map(tensor);
        let scalars = scalars();
        let expected = scalars.step(w.clone(), g.clone(), Some([m.clone(), s.clone()]));
        let got = step(&scalars, w, g, [m, s]);
        assert_eq!(bits(got.0), bits(expected.0));
        assert_eq!(got.1.map(bits), expected.1.map(bits));
    }

    proptest! {
        /// The reference is the backend's own operations, one by one.
        #[test]
        fn one_pass_gives_the_bits_of_one_pass_per_operation(
            rows in prop::collection::vec((-2.0f32..2.0, -1e3f32..1e3, -1.0f32..1.0, 0.0f32..10.0), 1..200),
        ) {
            let column = |of: fn(&(f32, f32, f32, f32)) -> f32| rows.iter().map(of).collect::<Vec<_>>();
            compare(&column(|r| r.0), &column(|r| r.1), &column(|r| r.2), &column(|r| r.3));
        }
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1e-42];
        let (w, g, s) = tensors(odd);
        let (weights, _) = step(&scalars(), w, g, [s.clone(), s]);
        let weights = weights.try_into_vec_as::<f32>().unwrap();
        let is_finite: Vec<_> = weights.iter().map(|weight| weight.is_finite()).collect();
        assert_eq!(is_finite, [false, false, false, true, true, true]);
    }

    fn tensors(gradient: [f32; 6]) -> (Tensor<1>, Tensor<1>, Tensor<1>) {
        (tensor(&[1.0; 6]), tensor(&gradient), tensor(&[0.0; 6]))
    }

    /// Several chunks, and views that lie in memory in another order.
    #[test]
    fn chunks_and_views_come_out_the_same() {
        let n = 3 * CHUNK + 7;
        let values: Vec<f32> = (0..n).map(|i| (i as f32 * 0.37).sin()).collect();
        let squares: Vec<f32> = values.iter().map(|value| value * value).collect();
        compare(&values, &squares, &values, &squares);

        let matrix = tensor(&values[..6]).reshape([2, 3]).transpose();
        let square = matrix.clone().square();
        let scalars = scalars();
        let means = [matrix.clone(), square.clone()];
        let expected = scalars.step(matrix.clone(), square.clone(), Some(means.clone()));
        let got = step(&scalars, matrix, square, means);
        assert_eq!(bits(got.0.reshape([6])), bits(expected.0.reshape([6])));
    }

    /// The weights that others still hold must not change below them.
    #[test]
    fn what_is_shared_is_copied() {
        let weights = tensor(&[1.0, 2.0]);
        let held = weights.clone();
        let zero = tensor(&[0.0; 2]);
        let (stepped, _) = step(&scalars(), weights, tensor(&[1.0; 2]), [zero.clone(), zero]);
        assert_eq!(bits(held), [1.0f32, 2.0].map(f32::to_bits));
        assert_ne!(bits(stepped), [1.0f32, 2.0].map(f32::to_bits));
    }
}
