//! The runs of a sweep, and what an expression is on them.

use std::{cell::RefCell, collections::BTreeSet};

use plumb_diagnostics::{Confidence, OverSeeds, SampledPart, SampledSet, SetName, pseudo_values};

use super::{
    expression::{Expression, Name, Operator, Selector},
    grid::{Filter, Grid, Place},
    measure::{Measure, set_of},
    outcome::Outcome,
    shape,
};

/// All runs that finished, sorted by seed and place in the grid.
pub(crate) struct Runs<'a> {
    pub(crate) grid: &'a Grid,
    pub(crate) all: Vec<Run<'a>>,
    pub(crate) seeds: Vec<u64>,
}

pub(crate) struct Run<'a> {
    point: Vec<usize>,
    pub(crate) outcome: &'a Outcome,
}

/// What an expression is made of and that other examples, or other trainings, would have given otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Input {
    /// The error rate on a set, beside train: that is counted whole, so it is exact.
    Rate(SetName),
    /// A figure of a procedure.
    Figure(String),
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Missing {
    /// The grid has no such point.
    NotInGrid,
    Because(String),
}

impl Missing {
    pub(crate) fn text(self) -> String {
        match self {
            Self::NotInGrid => "no run of the sweep has all of this".into(),
            Self::Because(why) => why,
        }
    }

    /// Of all seeds but this one.
    fn without_seed(self, seed: u64) -> Self {
        Self::Because(format!("without seed {seed} {}", self.text()))
    }
}

impl<'a> Runs<'a> {
    /// `seeds` are all that were to be run, so that one whose runs all failed is missed.
    pub(crate) fn new(grid: &'a Grid, outcomes: &'a [Outcome], seeds: &[u64]) -> Self {
        let run = |outcome: &'a Outcome| {
            let point = grid.point(&outcome.labels)?;
            Some(Run { point, outcome })
        };
        let mut all: Vec<Run<'a>> = outcomes.iter().filter_map(run).collect();
        all.sort_by(|a, b| (a.outcome.seed, &a.point).cmp(&(b.outcome.seed, &b.point)));
        let mut seeds = seeds.to_vec();
        seeds.extend(all.iter().map(|run| run.outcome.seed));
        seeds.sort_unstable();
        seeds.dedup();
        Self { grid, all, seeds }
    }

    /// The run of a seed that a selector means, at a place of the grid.
    pub(crate) fn select(
        &self,
        filter: &Filter,
        place: &Place,
        seed: u64,
    ) -> Result<usize, Missing> {
        let mut place = place.clone();
        place.extend(&filter.place);
        let (mut best, mut n_points): (Option<(f64, usize)>, _) = (None, 0);
        for point in self.grid.points_at(&place) {
            n_points += 1;
            let place = |run: &Run<'_>| (run.outcome.seed, &run.point).cmp(&(seed, point));
            let Ok(at) = self.all.binary_search_by(place) else {
                let why = format!("with seed {seed} a run is missing");
                return Err(Missing::Because(why));
            };
            let dev = self.all[at].outcome.rate(SetName::Dev);
            let dev = if filter.pick_by_dev {
                dev.ok_or_else(|| Missing::Because("a run has no dev error".into()))?
            } else {
                0.0
            };
            // Of equal ones, the first.
            if best.is_none_or(|(lowest, _)| dev < lowest) {
                best = Some((dev, at));
            }
        }
        match best {
            Some((_, at)) if n_points == 1 || filter.pick_by_dev => Ok(at),
            Some(_) => Err(Missing::Because("this is no single run".into())),
            None => Err(Missing::NotInGrid),
        }
    }

    /// The run of every seed.
    pub(crate) fn of_seeds(&self, filter: &Filter) -> Result<Vec<&'a Outcome>, Missing> {
        let run = |&seed: &u64| self.select(filter, &Vec::new(), seed);
        let runs = self.seeds.iter().map(run);
        runs.map(|at| Ok(self.all[at?].outcome)).collect()
    }

    /// A figure that is computed from expressions, with its interval.
    ///
    /// The part that seeds have in its doubt comes by the jackknife, from how much it changes without each of
    /// them; for a sum of rates that is how much each seed's own differs. The part that examples have comes by the
    /// delta method: from how much it changes with each error rate that it is made of.
    pub(crate) fn measure(
        &self,
        figure: &dyn Fn(&OfSeeds<'_, 'a>) -> Result<f64, Missing>,
        confidence: Confidence,
    ) -> Result<OverSeeds, Missing> {
        /// Small beside any difference of rates that is measured, large beside rounding.
        const STEP: f64 = 1e-6;
        let no_runs = || Missing::Because("there are no runs".into());
        if self.seeds.is_empty() {
            return Err(no_runs());
        }
        let of_all = OfSeeds::new(self, self.seeds.clone());
        let value = finite(figure(&of_all)?)?;
        let mut without = Vec::new();
        for left_out in self.seeds.iter().filter(|_| self.seeds.len() > 1) {
            let mut others = self.seeds.clone();
            others.retain(|seed| seed != left_out);
            let value = figure(&OfSeeds::new(self, others)).and_then(finite);
            without.push(value.map_err(|missing| missing.without_seed(*left_out))?);
        }
        let (mut parts, mut further) = (Vec::new(), 0.0);
        for (run, input) in of_all.used.borrow().iter() {
            let shifted = |by: f64| {
                figure(&OfSeeds {
                    shift: Some((*run, input.clone(), by)),
                    ..OfSeeds::new(self, self.seeds.clone())
                })
            };
            // At an edge (a choice that flips, a crossing that goes) there is no slope to take.
            let (Ok(more), Ok(less)) = (shifted(STEP), shifted(-STEP)) else {
                continue;
            };
            let (weight, outcome) = ((more - less) / (2.0 * STEP), self.all[*run].outcome);
            match input {
                Input::Rate(set) => {
                    let answers = outcome.sets.as_ref().map(|sets| sets.get(*set));
                    parts.extend(answers.map(|answers| SampledPart {
                        set: (*set, answers.sha256.as_str()),
                        seed: outcome.seed,
                        weight,
                        wrong: &answers.errors[..],
                    }));
                }
                // Figures of one run have their trainings in common, so they are surer together than
                // apart: what their own intervals say is used where there are no seeds to compare.
                Input::Figure(name) if self.seeds.len() == 1 => {
                    let figure = outcome.figures.get(name);
                    further += weight.powi(2) * figure.map_or(0.0, |figure| figure.variance);
                }
                Input::Figure(_) => {}
            }
        }
        let values = pseudo_values(value, &without);
        OverSeeds::measure(&values, &SampledSet::group(parts), further, confidence)
            .ok_or_else(no_runs)
    }
}

/// The runs of some seeds, on which expressions have values: what a run measures is their mean, and all else is made
/// of such means. So a ratio is one of means, and curves that cross are mean curves. Peaks alone are each seed's own:
/// which point is the highest goes in leaps, and then what is left without one seed says little.
pub(crate) struct OfSeeds<'r, 'a> {
    runs: &'r Runs<'a>,
    seeds: Vec<u64>,
    /// One input that is taken as larger than it is, to see what changes.
    shift: Option<(usize, Input, f64)>,
    /// What was asked for, and of which runs.
    used: RefCell<BTreeSet<(usize, Input)>>,
}

impl<'r, 'a> OfSeeds<'r, 'a> {
    fn new(runs: &'r Runs<'a>, seeds: Vec<u64>) -> Self {
        Self {
            runs,
            seeds,
            shift: None,
            used: RefCell::default(),
        }
    }

    /// The value of an expression; selectors also keep to `place`.
    pub(crate) fn value(&self, expression: &Expression, place: &Place) -> Result<f64, Missing> {
        self.over(&self.seeds, expression, place)
    }

    /// Its value over these seeds.
    fn over(&self, seeds: &[u64], expression: &Expression, place: &Place) -> Result<f64, Missing> {
        let value = |of: &Expression, place: &Place| self.over(seeds, of, place);
        match expression {
            Expression::Number(number) => Ok(number.value()),
            Expression::Negative(of) => Ok(-value(of, place)?),
            Expression::Operation(left, operator, right) => {
                let (left, right) = (value(left, place)?, value(right, place)?);
                match operator {
                    Operator::Plus => Ok(left + right),
                    Operator::Minus => Ok(left - right),
                    Operator::Times => Ok(left * right),
                    Operator::Over if right == 0.0 => {
                        Err(Missing::Because("it divides by 0".into()))
                    }
                    Operator::Over => Ok(left / right),
                }
            }
            Expression::Measure(name, selector) => self.mean(seeds, name, selector, place),
            Expression::Crossing(left, right, along) => {
                let (xs, ys) = self.curve(along, place, &|place| {
                    Ok([value(left, place)?, value(right, place)?])
                })?;
                let (left, right): (Vec<f64>, Vec<f64>) =
                    ys.into_iter().map(|[left, right]| (left, right)).unzip();
                shape::crossing(&xs, [&left, &right]).map_err(Missing::Because)
            }
            Expression::Peak(of, along) => {
                let (mut xs, mut peaks) = (Vec::new(), Vec::new());
                for &seed in seeds {
                    let own = |place: &Place| self.over(&[seed], of, place);
                    let (at, ys) = self.curve(along, place, &own)?;
                    let peak = shape::peak(&at, &ys)
                        .map_err(|why| Missing::Because(format!("with seed {seed} {why}")))?;
                    peaks.push(peak);
                    xs = at;
                }
                Ok(shape::mean(&xs, &peaks))
            }
        }
    }

    /// The points of a curve along an axis, in ascending order; values of the axis without a run are left out.
    fn curve<Y>(
        &self,
        along: &Name,
        place: &Place,
        y: &dyn Fn(&Place) -> Result<Y, Missing>,
    ) -> Result<(Vec<f64>, Vec<Y>), Missing> {
        let unknown = |mistake: super::Mistake| Missing::Because(mistake.message);
        let axis = self.runs.grid.axis(along).map_err(unknown)?;
        let numbers = self.runs.grid.axes()[axis].numbers();
        let numbers = numbers.ok_or_else(|| {
            Missing::Because(format!("the values of `{}` are no numbers", along.text))
        })?;
        let mut points = Vec::new();
        for (at, &x) in numbers.iter().enumerate() {
            let mut place = place.clone();
            place.push((axis, at));
            match y(&place) {
                Ok(y) => points.push((x, y)),
                Err(Missing::NotInGrid) => {}
                Err(missing) => return Err(missing),
            }
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(points.into_iter().unzip())
    }

    fn mean(
        &self,
        seeds: &[u64],
        name: &Name,
        selector: &Selector,
        place: &Place,
    ) -> Result<f64, Missing> {
        let of_seed = |&seed: &u64| self.measured(name, selector, place, seed);
        let values: Result<Vec<f64>, Missing> = seeds.iter().map(of_seed).collect();
        let values = values?;
        Ok(values.iter().sum::<f64>() / values.len() as f64)
    }

    fn measured(
        &self,
        name: &Name,
        selector: &Selector,
        place: &Place,
        seed: u64,
    ) -> Result<f64, Missing> {
        let because = |why: String| Missing::Because(why);
        let grid = self.runs.grid;
        let filter = grid
            .filter(selector)
            .map_err(|mistake| because(mistake.message))?;
        let measure = Measure::named(&name.text, grid.figures())
            .ok_or_else(|| because(format!("unknown function `{}`", name.text)))?;
        let run = self.runs.select(&filter, place, seed)?;
        let outcome = self.runs.all[run].outcome;
        let human = |of: Option<&plumb_diagnostics::Human>| {
            let own = of.map(plumb_diagnostics::Human::level);
            filter.human.map(super::expression::Number::value).or(own)
        };
        let value = match &measure {
            Measure::Human => human(outcome.human.as_ref()),
            Measure::Rate(set) => self.rate(run, *set),
            Measure::Gap(gap) => {
                let (lower, upper) = gap.between();
                let foot = outcome.human_general.as_ref().or(outcome.human.as_ref());
                let rate = |name| match set_of(name) {
                    Some(set) => self.rate(run, set),
                    None => human(foot),
                };
                rate(upper)
                    .zip(rate(lower))
                    .map(|(upper, lower)| upper - lower)
            }
            Measure::Bayes => outcome.bayes,
            Measure::Parameters => outcome.parameters.map(|count| count as f64),
            Measure::Seconds => outcome.seconds,
            Measure::Figure(figure, _) => {
                let value = outcome.figures.get(figure).map(|figure| figure.value);
                value.map(|value| self.shifted(run, Input::Figure(figure.clone()), value))
            }
        };
        value.ok_or_else(|| because(format!("`{}({selector})` is not known", name.text)))
    }

    fn rate(&self, run: usize, set: SetName) -> Option<f64> {
        let rate = self.runs.all[run].outcome.rate(set)?;
        Some(match set {
            SetName::Train => rate,
            _ => self.shifted(run, Input::Rate(set), rate),
        })
    }

    /// Notes that an input was asked for.
    fn shifted(&self, run: usize, input: Input, value: f64) -> f64 {
        let shift = self.shift.as_ref();
        let shift = shift.filter(|(of, on, _)| (*of, on) == (run, &input));
        let by = shift.map_or(0.0, |(.., by)| *by);
        self.used.borrow_mut().insert((run, input));
        value + by
    }
}

fn finite(value: f64) -> Result<f64, Missing> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Missing::Because("it is no finite number".into()))
    }
}
