use burn::tensor::Tensor;

use crate::{
    Error,
    diverged::{NotFinite, Quantity},
    step::Stepped,
    train::Position,
};

/// Losses are read from the device after so many steps: each reading waits for the device.
const READ_EVERY: usize = 50;

/// The losses and gradients of the latest steps, on the device until they are read.
#[derive(Default)]
pub(crate) struct Losses {
    waiting: Vec<Waiting>,
}

struct Waiting {
    stepped: Stepped,
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
    /// Takes what came of a step, counted from 1.
    ///
    /// # Errors
    /// As [`Losses::read`].
    pub(crate) fn push(
        &mut self,
        stepped: Stepped,
        step: u64,
        learning_rate: f64,
        position: &mut Position,
    ) -> Result<(), LossError> {
        self.waiting.push(Waiting {
            stepped,
            step,
            learning_rate,
        });
        if self.waiting.len() >= READ_EVERY {
            self.read(position)?;
        }
        Ok(())
    }

    /// Reads the losses that wait, in one transfer with the gradients' numbers, and adds them to the sum
    /// of the epoch.
    ///
    /// # Errors
    /// The first step whose loss or gradient is not finite.
    pub(crate) fn read(&mut self, position: &mut Position) -> Result<(), LossError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let losses = waiting.iter().map(|one| one.stepped.loss.clone());
        let gradients = waiting.iter().map(|one| one.stepped.gradient.clone());
        let both: Vec<f32> = Tensor::cat(losses.chain(gradients).collect(), 0)
            .try_into_vec_as()
            .map_err(|error| {
                LossError::Unreadable(Error::failed(format!(
                    "can't read the losses back: {error}"
                )))
            })?;
        let (losses, gradients) = both.split_at(waiting.len());
        for ((&loss, &gradient), at) in losses.iter().zip(gradients).zip(&waiting) {
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

    fn stepped(loss: f32, gradient: f32) -> Stepped {
        let [loss, gradient] =
            [loss, gradient].map(|value| Tensor::from_data([value], &Device::flex()));
        Stepped { loss, gradient }
    }

    #[test]
    fn what_is_not_finite_names_its_step() {
        let check = |values: [(f32, f32); 3], expected: (Quantity, u64)| {
            let (mut losses, mut position) = (Losses::default(), Position::default());
            for (step, (loss, gradient)) in (11..).zip(values) {
                let stepped = stepped(loss, gradient);
                losses.push(stepped, step, 0.1, &mut position).unwrap();
            }
            let Err(LossError::NotFinite(error)) = losses.read(&mut position) else {
                panic!("no error");
            };
            assert_eq!((error.quantity, error.step), expected);
        };
        let fine = (1.0, 1.0);
        check([fine, (f32::NAN, f32::NAN), fine], (Quantity::Loss, 12));
        check(
            [(1.0, f32::INFINITY), fine, (f32::NAN, 1.0)],
            (Quantity::Gradient, 11),
        );
    }

    /// 50 ones are read by themselves, the 51st on request.
    #[test]
    fn losses_add_up_however_they_are_read() {
        let (mut losses, mut position) = (Losses::default(), Position::default());
        for step in 1..=51 {
            let stepped = stepped(1.0, 0.0);
            losses.push(stepped, step, 0.1, &mut position).unwrap();
        }
        assert!((position.loss_sum - 50.0).abs() < f64::EPSILON);
        losses.read(&mut position).unwrap();
        losses.read(&mut position).unwrap();
        assert!((position.loss_sum - 51.0).abs() < f64::EPSILON);
    }
}
