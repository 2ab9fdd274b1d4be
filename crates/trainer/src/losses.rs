use burn::tensor::Tensor;

use crate::{Error, train::Position};

/// Losses are read from the device after so many steps: each reading waits for the device.
const READ_EVERY: usize = 50;

/// The losses of the latest steps, on the device until they are read.
#[derive(Default)]
pub(crate) struct Losses {
    waiting: Vec<Waiting>,
}

struct Waiting {
    loss: Tensor<1>,
    /// Counted from 1.
    step: u64,
    learning_rate: f64,
}

impl Losses {
    /// Takes the loss of a step, counted from 1.
    ///
    /// # Errors
    /// As [`Losses::read`].
    pub(crate) fn push(
        &mut self,
        loss: Tensor<1>,
        step: u64,
        learning_rate: f64,
        position: &mut Position,
    ) -> Result<(), Error> {
        self.waiting.push(Waiting {
            loss,
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
    /// [`Error::Failed`] at the first that is not finite, naming its step.
    pub(crate) fn read(&mut self, position: &mut Position) -> Result<(), Error> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let losses = waiting.iter().map(|one| one.loss.clone()).collect();
        let losses: Vec<f32> = Tensor::cat(losses, 0)
            .try_into_vec_as()
            .map_err(|error| Error::failed(format!("can't read the losses back: {error}")))?;
        for (loss, at) in losses.into_iter().zip(&waiting) {
            if !loss.is_finite() {
                return Err(Error::failed(format!(
                    "the loss is {loss} at step {}: training has diverged (a lower learning rate \
                     than {} usually helps)",
                    at.step, at.learning_rate,
                )));
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
    fn a_loss_that_is_not_finite_names_its_step() {
        let device = Device::flex();
        let (mut losses, mut position) = (Losses::default(), Position::default());
        for (step, loss) in [(11, 1.0), (12, f32::NAN), (13, 2.0)] {
            let loss = Tensor::from_data([loss], &device);
            losses.push(loss, step, 0.1, &mut position).unwrap();
        }
        let error = losses.read(&mut position).unwrap_err();
        assert!(error.to_string().contains("NaN at step 12"), "{error}");
    }

    /// 50 ones are read by themselves, the 51st on request.
    #[test]
    fn losses_add_up_however_they_are_read() {
        let device = Device::flex();
        let (mut losses, mut position) = (Losses::default(), Position::default());
        for step in 1..=51 {
            let loss = Tensor::from_data([1.0], &device);
            losses.push(loss, step, 0.1, &mut position).unwrap();
        }
        assert!((position.loss_sum - 50.0).abs() < f64::EPSILON);
        losses.read(&mut position).unwrap();
        losses.read(&mut position).unwrap();
        assert!((position.loss_sum - 51.0).abs() < f64::EPSILON);
    }
}
