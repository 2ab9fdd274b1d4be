use std::fmt;

use plumb_data::seed;
use serde::Serialize;

use super::{
    dice::Dice,
    recipe::{Recipe, Sizes},
    regime::Regime,
    tasks,
};

/// A training whose truth is known by construction, or can be measured to any precision.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) id: Id,
    /// Of the run: data, weights and order.
    pub(super) seed: u64,
    pub(super) recipe: Recipe,
}

/// Which scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Id {
    /// Counted from 0.
    pub(super) number: usize,
    pub(super) regime: Regime,
    pub(super) task: Task,
}

/// The data source that a scenario draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Task {
    Gaussian,
    Xor,
    Templates,
}

impl Task {
    const ALL: [Self; 3] = [Self::Gaussian, Self::Xor, Self::Templates];
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gaussian => "gaussian",
            Self::Xor => "xor",
            Self::Templates => "templates",
        })
    }
}

/// Examples in a set that is measured: few and many.
const MEASURED: [usize; 5] = [200, 500, 1000, 2000, 5000];

/// Examples in a dev set that is to be overfitted.
const SMALL_DEV: [usize; 3] = [100, 200, 300];

/// The scenarios of an exam: regimes take turns, and within a regime the tasks do.
///
/// Each depends on the exam's seed and its own number alone, so that fewer scenarios are the beginning
/// of more.
pub(super) fn scenarios(n: usize, only: Option<Regime>, seed: u64) -> Vec<Scenario> {
    let all = (0..).map(|number| scenario(number, seed));
    all.filter(|scenario| only.is_none_or(|only| scenario.id.regime == only))
        .take(n)
        .collect()
}

fn scenario(number: usize, exam_seed: u64) -> Scenario {
    let place = number % Regime::ALL.len();
    let regime = Regime::ALL[place];
    let turn = number / Regime::ALL.len();
    let task = Task::ALL[(place + turn) % Task::ALL.len()];
    let purpose = format!("exam/scenario {number}");
    let mut dice = Dice::new(exam_seed, &purpose);
    let sizes = Sizes {
        train: 0, // the task's to choose
        train_dev: dice.pick(MEASURED),
        dev: if regime == Regime::OverfittedDev {
            dice.pick(SMALL_DEV)
        } else {
            dice.pick(MEASURED)
        },
        test: dice.pick(MEASURED),
    };
    let recipe = match task {
        Task::Gaussian => tasks::gaussian(regime, sizes, &mut dice),
        Task::Xor => tasks::xor(regime, sizes, &mut dice),
        Task::Templates => tasks::templates(regime, sizes, &mut dice),
    };
    let id = Id {
        number,
        regime,
        task,
    };
    Scenario {
        id,
        // TOML's integers have 63 bits.
        seed: seed::derive(exam_seed, &purpose) >> 1,
        recipe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn every_scenario_is_a_config_that_checks() {
        for scenario in scenarios(300, None, 1) {
            let text = scenario.recipe.to_toml(scenario.seed);
            let (config, _) = config::parse("exam.toml", text).unwrap();
            assert_eq!(config.seed, scenario.seed);
            assert!(config.human.is_none(), "the Bayes error is the human level");
        }
    }

    #[test]
    fn all_regimes_and_tasks_come_up_equally_often() {
        let all = scenarios(300, None, 1);
        for regime in Regime::ALL {
            for task in Task::ALL {
                let is_it =
                    |scenario: &&Scenario| scenario.id.regime == regime && scenario.id.task == task;
                assert_eq!(all.iter().filter(is_it).count(), 10, "{regime} {task}");
            }
        }
    }

    #[test]
    fn fewer_scenarios_are_the_beginning_of_more_and_a_regime_is_a_part_of_all() {
        let key = |scenario: &Scenario| (scenario.id, scenario.seed, scenario.recipe.clone());
        let keys = |n, only, seed| -> Vec<_> { scenarios(n, only, seed).iter().map(key).collect() };
        let all = keys(50, None, 1);
        assert_eq!(keys(20, None, 1), all[..20]);
        let harder: Vec<_> = all
            .iter()
            .filter(|(id, ..)| id.regime == Regime::Harder)
            .cloned()
            .collect();
        assert_eq!(keys(5, Some(Regime::Harder), 1), harder);
        assert_ne!(keys(1, None, 2)[0].1, all[0].1, "another exam, other data");
    }
}
