//! Error rates in, verdict out.
//!
//! Five error rates (human, train, train-dev, dev, test) leave four gaps between them: avoidable bias,
//! variance, data mismatch and overfitting to dev. [`diagnose`] measures each gap with its interval,
//! says whether it matters, and names the one to work on first; [`remedies`] lists what to try.
//! The method is Andrew Ng's ("Nuts and Bolts of Applying Deep Learning", 2016).
//!
//! The crate takes numbers from any framework: it knows no tensors, reads no files, prints nothing.
//! Rates are fractions in 0..=1 throughout.
//!
//! ```
//! use plumb_diagnostics::{ErrorCount, Figures, GapKind, Human, Options, diagnose};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let figures = Figures {
//!     human: Some(Human::figure(0.01)?),
//!     train: Some(ErrorCount::new(4_000, 50_000)?),
//!     dev: Some(ErrorCount::new(100, 1_000)?),
//!     ..Figures::default()
//! };
//! let diagnosis = diagnose(&figures, &Options::default())?;
//! assert_eq!(diagnosis.first, Some(GapKind::AvoidableBias));
//! # Ok(())
//! # }
//! ```

// Measured.
mod human;
mod rate;

// How sure it is.
mod beta;
mod interval;

// What lies between, and what would settle it.
mod gap;
mod more_examples;

// What to make of it.
mod curve;
mod diagnosis;
mod note;
mod remedy;

pub use curve::{CurvePoint, Direction, Trend, lowest, overfits_from};
pub use diagnosis::{Diagnosis, DiagnosisError, Figures, Goal, Options, diagnose};
pub use gap::{Gap, GapKind, Verdict};
pub use human::{Human, HumanError};
pub use interval::{Confidence, ConfidenceError, Interval, clopper_pearson, newcombe, wilson};
pub use more_examples::MoreExamples;
pub use note::Note;
pub use rate::{ErrorCount, Rate, RateError, RateName, SetName};
pub use remedy::{Remedy, remedies};
