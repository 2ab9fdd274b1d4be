//! Error rates in, verdict out.
//!
//! Five error rates (human, train, train-dev, dev, test) leave four gaps between them: avoidable bias,
//! variance, data mismatch and overfitting to dev. [`diagnose`] measures each gap with its interval,
//! says whether it matters, and names the one to work on first; [`remedies`] lists what to try.
//! The method is Andrew Ng's ("Nuts and Bolts of Applying Deep Learning", 2016).
//!
//! Error analysis looks behind one rate: [`worst_slices`], [`Confusion`], [`find_label_errors`], the
//! eyeball part of dev ([`split_eyeball`], [`eyeball_wear`]), Ng's table of two distributions ([`ng_table()`]),
//! and the human level from raters' labels ([`study_raters`]).
//!
//! Error against the number of training examples, extrapolated, is in [`scaling`].
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
//!     train: Some(ErrorCount::new(4_000, 50_000)?.into()),
//!     dev: Some(ErrorCount::new(100, 1_000)?.into()),
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
mod raters;

// How sure it is.
mod beta;
mod bonferroni;
mod bootstrap;
mod coin;
mod contrast;
mod interval;
mod student;

// What lies between, and what would settle it.
mod gap;
mod more_examples;
mod resolution;

// Two models, several seeds, the best of many runs.
mod better;
mod jackknife;
mod optimism;
mod over_seeds;
mod paired;
mod seeds;

// Error against the number of training examples.
pub mod scaling;

// Other questions: are two sets alike, and what the textbook calls bias and variance.
mod decomposition;
mod two_sample;

// What theory says of a learner whose test error has two descents.
mod least_norm;

// What to make of it.
mod curve;
mod diagnosis;
mod note;
mod remedy;

// What is behind dev's errors.
mod confusion;
mod eyeball;
mod label_errors;
mod ng_table;
mod slice;

pub use better::{BetterError, Comparison, MEANINGFUL, Standing, noether_seeds};
pub use bootstrap::RESAMPLES;
pub use confusion::{
    ClassError, ConfusedPair, Confusion, ConfusionCell, ConfusionError, NO_PREDICTION, Pairing,
};
pub use curve::{CurvePoint, Direction, Trend, lowest, overfits_from};
pub use decomposition::{Decomposition, DecompositionError, Estimate, decompose};
pub use diagnosis::{Diagnosis, DiagnosisError, Figures, Goal, Options, diagnose};
pub use eyeball::{
    BeforeAfter, EYEBALL_ERRORS, EyeballError, EyeballGap, EyeballSplit, EyeballWear, Paired,
    WearError, eyeball_gap, eyeball_size, eyeball_wear, newcombe_paired, split_eyeball,
};
pub use gap::{Gap, GapKind, Verdict};
pub use human::{Human, HumanError};
pub use interval::{Confidence, ConfidenceError, Interval, clopper_pearson, newcombe, wilson};
pub use jackknife::pseudo_values;
pub use label_errors::{
    LabelErrors, LabelErrorsError, MislabelledPair, SUM_TOLERANCE, Suspect, find_label_errors,
};
pub use least_norm::{LeastNormError, LeastNormRisk, least_norm_risk};
pub use more_examples::MoreExamples;
pub use ng_table::{
    CellDifference, Distribution, MismatchSplit, NgTable, TableCell, TableError, TableFigures,
    TablePlace, TableRow, ng_table,
};
pub use note::Note;
pub use optimism::{BestOf, ErrorMatrix, OptimismError, expected_optimism};
pub use over_seeds::{OverSeeds, SampledPart, SampledSet};
pub use paired::{PairedCounts, PairedDifference, PairedError, mcnemar_exact};
pub use rate::{ErrorCount, Rate, RateError, RateName, SetError, SetName};
pub use raters::{
    ALL_RATERS, Against, Agreement, Candidate, CandidateKind, Chosen, DisagreementBayes,
    MIN_COVERAGE, RaterError, RaterLabels, RaterNote, RaterStudy, Ratings, study_raters,
};
pub use remedy::{Remedy, remedies};
pub use resolution::{examples_to_tell, smallest_gap};
pub use seeds::{SeedErrors, SeedFigures, Seeds, SeedsError, diagnose_seeds};
pub use slice::{
    MIN_SLICE_EXAMPLES, NotJudged, SetAside, Slice, SliceError, Slices, TagColumn, worst_slices,
};
pub use two_sample::{Likeness, MAX_TRAINING_ROWS, TwoSample, TwoSampleError, two_sample_test};
