//! Experiments: configs that say what must come out, and are checked.

mod estimate;
mod expression;
mod grid;
mod judge;
mod measure;
mod mistake;
mod outcome;
mod parse;
mod plan;
mod runs;
mod shape;
mod template;
mod verdict;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    grid::{Axis, Grid, Labels, VARIANT},
    judge::{Judgement, Standing},
    mistake::Mistake,
    outcome::{Answers, Outcome},
    plan::{Claims, Experiment},
    runs::Runs,
};
