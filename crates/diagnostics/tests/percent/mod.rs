//! Figures written in percent, as Ng says them.

use plumb_diagnostics::{Diagnosis, ErrorCount, Figures, Human, Options, diagnose};

/// Error rates in percent; NaN where a set or the human figure is missing.
#[derive(Clone, Copy)]
pub(crate) struct Percent {
    pub(crate) human: f64,
    pub(crate) train: f64,
    pub(crate) train_dev: f64,
    pub(crate) dev: f64,
    pub(crate) test: f64,
}

pub(crate) const NONE: f64 = f64::NAN;

pub(crate) fn percent(human: f64, train: f64, train_dev: f64, dev: f64) -> Percent {
    Percent {
        human,
        train,
        train_dev,
        dev,
        test: NONE,
    }
}

impl Percent {
    pub(crate) fn figures(self, n: u64) -> Figures {
        let count = |rate: f64| {
            let errors = (rate / 100.0 * n as f64).round() as u64;
            let count = || ErrorCount::new(errors, n).expect("a rate up to 100 %");
            (!rate.is_nan()).then(|| count().into())
        };
        Figures {
            human: (!self.human.is_nan())
                .then(|| Human::figure(self.human / 100.0).expect("a rate up to 100 %")),
            human_general: None,
            train: count(self.train),
            train_dev: count(self.train_dev),
            dev: count(self.dev),
            test: count(self.test),
        }
    }

    pub(crate) fn diagnose(self, n: u64) -> Diagnosis {
        diagnose(&self.figures(n), &Options::default()).expect("at least one set")
    }
}
