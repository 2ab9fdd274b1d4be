//! Experiments: configs that say what must come out, and are checked.

mod estimate;
mod expression;
mod figure;
mod grid;
mod judge;
mod measure;
mod mistake;
mod outcome;
mod parse;
mod plan;
mod procedure;
mod report;
mod rows;
mod runs;
mod shape;
mod template;
mod verdict;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    estimate::Estimate,
    figure::{Figure, svg},
    grid::Grid,
    judge::Standing,
    mistake::Mistake,
    outcome::Outcome,
    plan::{Claims, Experiment},
    procedure::{decompose, decompose_figures, least_norm, least_norm_grid},
    report::{Header, Judged, Report, together},
    runs::Runs,
};
