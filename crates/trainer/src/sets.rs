use plumb_diagnostics::SetName;

/// One value for each of the four sets.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct PerSet<T> {
    pub(crate) train: T,
    pub(crate) train_dev: T,
    pub(crate) dev: T,
    pub(crate) test: T,
}

/// The four sets, in the order of the ladder.
pub(crate) const SETS: [SetName; 4] = [
    SetName::Train,
    SetName::TrainDev,
    SetName::Dev,
    SetName::Test,
];

impl<T> PerSet<T> {
    /// What `value` gives for each set.
    pub(crate) fn of(value: impl Fn(SetName) -> T) -> Self {
        Self {
            train: value(SetName::Train),
            train_dev: value(SetName::TrainDev),
            dev: value(SetName::Dev),
            test: value(SetName::Test),
        }
    }

    pub(crate) fn get(&self, set: SetName) -> &T {
        match set {
            SetName::Train => &self.train,
            SetName::TrainDev => &self.train_dev,
            SetName::Dev => &self.dev,
            SetName::Test => &self.test,
        }
    }

    pub(crate) fn get_mut(&mut self, set: SetName) -> &mut T {
        match set {
            SetName::Train => &mut self.train,
            SetName::TrainDev => &mut self.train_dev,
            SetName::Dev => &mut self.dev,
            SetName::Test => &mut self.test,
        }
    }

    /// The four, in the order of the ladder.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SetName, &T)> {
        SETS.into_iter().map(|set| (set, self.get(set)))
    }

    pub(crate) fn try_map<U, E>(
        &self,
        mut change: impl FnMut(SetName, &T) -> Result<U, E>,
    ) -> Result<PerSet<U>, E> {
        Ok(PerSet {
            train: change(SetName::Train, &self.train)?,
            train_dev: change(SetName::TrainDev, &self.train_dev)?,
            dev: change(SetName::Dev, &self.dev)?,
            test: change(SetName::Test, &self.test)?,
        })
    }
}
