//! The run that a resumed one goes on with.

use crate::{
    Error,
    checkpoint::{Checkpoints, Saved},
    run_dir::RunDir,
};

/// A run that ended early, or is trained longer.
pub(crate) struct Earlier {
    pub(crate) run: RunDir,
    pub(crate) checkpoints: Checkpoints,
    /// The checkpoint to go on from; none if the run had not saved one.
    pub(crate) last: Option<Saved>,
    /// The best one so far.
    pub(crate) best: Option<Saved>,
    /// What the user should know about this choice.
    pub(crate) notes: Vec<String>,
}

impl Earlier {
    /// Finds the newest checkpoint that is whole, and the best one.
    ///
    /// # Errors
    /// Bad input if there are checkpoints, and none of them can be read.
    pub(crate) fn find(run: RunDir, plumb: &str) -> Result<Self, Error> {
        let checkpoints = Checkpoints::new(run.path());
        let mut notes = Vec::new();
        if plumb != env!("CARGO_PKG_VERSION") {
            notes.push(format!(
                "warning: the run was begun by plumb {plumb}; this is {}",
                env!("CARGO_PKG_VERSION")
            ));
        }
        let names = checkpoints.names();
        let mut last = None;
        for name in &names {
            match checkpoints.read(name) {
                Ok(saved) => {
                    last = Some(saved);
                    break;
                }
                Err(error) => notes.push(format!("warning: {name} is left out: {error}")),
            }
        }
        if last.is_none() && !names.is_empty() {
            let message = format!(
                "no checkpoint of {} can be read\n{}",
                run.path().display(),
                notes.join("\n")
            );
            let hint = "`plumb train` with the run's config.toml begins anew";
            return Err(Error::bad_input(message).hint(hint));
        }
        let best = last
            .as_mut()
            .and_then(|last| best_of(&checkpoints, last, &mut notes));
        Ok(Self {
            run,
            checkpoints,
            last,
            best,
            notes,
        })
    }

    /// Copies the checkpoints that a training can go on from into a new run.
    pub(crate) fn copy_checkpoints(&self, run: &RunDir) -> Result<(), Error> {
        let Some(last) = &self.last else {
            return Ok(());
        };
        let best = self.best.as_ref().map(|best| best.name.as_str());
        Checkpoints::new(run.path()).copy_from(&self.checkpoints, &last.name, best)
    }
}

/// The best checkpoint that the last one knows of. If it is lost, the choice begins anew.
fn best_of(checkpoints: &Checkpoints, last: &mut Saved, notes: &mut Vec<String>) -> Option<Saved> {
    let best = last.position.best?;
    let name = Checkpoints::name(best.step);
    match checkpoints.read(&name) {
        Ok(saved) => Some(saved),
        Err(error) => {
            notes.push(format!(
                "warning: the best checkpoint so far is lost: {error}; the choice of the best epoch \
                 begins anew"
            ));
            last.position.best = None;
            last.position.evaluations_since_best = 0;
            None
        }
    }
}

impl std::fmt::Display for Earlier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let run = self.run.path().display();
        match &self.last {
            Some(last) => write!(
                f,
                "going on with {run} from {}, {} epochs and {} steps done",
                last.name, last.position.epoch, last.position.step
            ),
            None => write!(
                f,
                "{run} had not saved anything: starting from its beginning"
            ),
        }
    }
}
