use burn::tensor::Tensor;

use crate::{
    Error,
    device::traffic::from_device,
    diverged::{NotFinite, Quantity},
    train::Position,
};

/// Losses are read from the device after so many steps: each reading waits for the device.
const READ_EVERY: usize = 50;

/// The losses of the latest steps, and whether their gradients are finite, on the device until they are
/// read.
#[derive(Default)]
pub(crate) struct Losses {
    waiting: Vec<Waiting>,
}

struct Waiting {
    /// The loss, and a number that is finite as long as the gradients are.
    numbers: [Tensor<1>; 2],
    /// Counted from 1.
    step: u64,
    learning_rate: f64,
}

/// Why reading ends a training.
#[derive(Debug)]
pub(crate) enum LossError {
    NotFinite(NotFinite),
    Unreadable(Error),
}

impl Losses {
    /// Takes the loss of a step, counted from 1, and a number that is finite as long as its gradients
    /// are.
    ///
    /// # Errors
    /// As [`Losses::read`].
    pub(crate) fn push(
        &mut self,
        numbers: [Tensor<1>; 2],
        step: u64,
        learning_rate: f64,
        position: &mut Position,
    ) -> Result<(), LossError> {
        self.waiting.push(Waiting {
            numbers,
            step,
            learning_rate,
        });
        if self.waiting.len() >= READ_EVERY {
            self.read(position)?;
        }
        Ok(())
    }

    /// Reads the losses that wait, in one transfer, and adds them to the sum of the epoch.
    ///
    /// # Errors
    /// The first step whose loss or gradient is not finite.
    pub(crate) fn read(&mut self, position: &mut Position) -> Result<(), LossError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let numbers = waiting.iter().flat_map(|one| one.numbers.clone()).collect();
        let numbers: Vec<f32> = from_device(|| Tensor::cat(numbers, 0).try_into_vec_as())
            .map_err(|error| Error::failed(format!("can't read the losses back: {error}")))
            .map_err(LossError::Unreadable)?;
        for (numbers, at) in numbers.chunks_exact(2).zip(&waiting) {
            let (loss, gradient) = (numbers[0], numbers[1]);
            for (quantity, value) in [(Quantity::Loss, loss), (Quantity::Gradient, gradient)] {
                if !value.is_finite() {
                    return Err(LossError::NotFinite(NotFinite {
                        quantity,
                        value,
                        step: at.step,
                        learning_rate: at.learning_rate,
                    }));
                }
            }
            position.loss_sum += f64::from(loss);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn what_is_not_finite_names_its_step() {
        let check = |numbers: [[f32; 2]; 3], expected: (Quantity, u64)| {
            let device = Device::flex();
            let (mut losses, mut position) = (Losses::default(), Position::default());
            for (step, numbers) in (11..).zip(numbers) {
                let numbers = numbers.map(|number| Tensor::from_data([number], &device));
                losses.push(numbers, step, 0.1, &mut position).unwrap();
            }
            let Err(LossError::NotFinite(error)) = losses.read(&mut position) else {
                panic!("no error");
            };
            assert_eq!((error.quantity, error.step), expected);
        };
        let fine = [1.0, 1.0];
        check([fine, [f32::NAN, 1.0], fine], (Quantity::Loss, 12));
        let gradient = [1.0, f32::INFINITY];
        check([fine, fine, gradient], (Quantity::Gradient, 13));
        // The gradients of a step come after its loss, and before the next one's.
        check([gradient, [f32::NAN, 1.0], fine], (Quantity::Gradient, 11));
    }

    /// 50 ones are read by themselves, the 51st on request.
    #[test]
    fn losses_add_up_however_they_are_read() {
        let device = Device::flex();
        let (mut losses, mut position) = (Losses::default(), Position::default());
        for step in 1..=51 {
            let one = Tensor::from_data([1.0], &device);
            let numbers = [one.clone(), one];
            losses.push(numbers, step, 0.1, &mut position).unwrap();
        }
        assert!((position.loss_sum - 50.0).abs() < f64::EPSILON);
        losses.read(&mut position).unwrap();
        losses.read(&mut position).unwrap();
        assert!((position.loss_sum - 51.0).abs() < f64::EPSILON);
    }
}
