use plumb_diagnostics::SetName;
use plumb_model::Model;

use crate::{
    Error,
    config::Config,
    error_analysis::Suspects,
    evaluate::Evaluation,
    feed::Feed,
    mismatch_test::MismatchTest,
    outputs::{Embedding, Outputs},
    prepare::Prepared,
    run_dir::RunDir,
    sets::PerSet,
};

/// What takes the trained model to find out, and is kept for `plumb diagnose`.
pub(crate) struct Hindsight {
    mismatch: MismatchTest,
    pub(crate) suspects: Suspects,
}

impl Hindsight {
    /// Of the weights that were chosen, on the sets that they were not fitted on, from what was kept when they were
    /// measured there.
    ///
    /// # Errors
    /// [`Error::Failed`] if the outputs can't be read.
    pub(crate) fn of(
        config: &Config,
        prepared: &Prepared,
        best: &Model,
        sets: &PerSet<Feed<'_>>,
        measured: &PerSet<Evaluation>,
    ) -> Result<Self, Error> {
        let outputs = |set: SetName| match &measured.get(set).embedding {
            Some(kept) => kept.outputs(),
            None => Embedding::of(best, sets.get(set))?.outputs(),
        };
        Self::of_outputs(
            config,
            prepared,
            &outputs(SetName::TrainDev)?,
            &outputs(SetName::Dev)?,
        )
    }

    /// From what a learner of any kind says of train-dev and dev.
    ///
    /// # Errors
    /// [`Error::Failed`] for a confidence that is none, which a checked config hasn't.
    pub(crate) fn of_outputs(
        config: &Config,
        prepared: &Prepared,
        train_dev: &Outputs,
        dev: &Outputs,
    ) -> Result<Self, Error> {
        let confidence = config.diagnosis.options()?.confidence;
        let mut suspects = Suspects::default();
        // Not test: whoever mends its labels has looked at it.
        for (set, outputs) in [(SetName::TrainDev, train_dev), (SetName::Dev, dev)] {
            let examples = prepared.sets.get(set);
            let probabilities = &outputs.probabilities;
            suspects.add(set, &examples.classes, &examples.labels, probabilities);
        }
        Ok(Self {
            mismatch: MismatchTest::of(train_dev, dev, confidence, config.seed),
            suspects,
        })
    }

    /// Writes it into the run's directory.
    pub(crate) fn write(&self, run: &RunDir) -> Result<(), Error> {
        run.write_json(MismatchTest::FILE, &self.mismatch)?;
        run.write_json(Suspects::FILE, &self.suspects)
    }
}
