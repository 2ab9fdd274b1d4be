use std::fmt::Write;

use super::{
    Dice, MANY, PLENTY, Recipe, Regime, Sizes, Training, by_heart, thorough, too_short,
    turned_and_harder, wandering,
};

/// Two Gaussian classes; the target's means are turned, or its noise is larger.
pub(crate) fn gaussian(regime: Regime, sizes: Sizes, dice: &mut Dice) -> Recipe {
    let Setting {
        distance,
        dimension,
        swirl,
        label_noise,
        train,
        training,
    } = setting(regime, dice);
    let mut general = format!("distance = {distance}\ndimension = {dimension}\n");
    if let Some(strength) = swirl {
        writeln!(general, "warp = \"swirl\"\nwarp_strength = {strength}").ok();
    }
    let target = turned_and_harder(&general, regime, ([5.0, 60.0], [1.05, 1.8]), dice);
    Recipe {
        source: "gaussian",
        general,
        target,
        label_noise,
        sizes: Sizes { train, ..sizes },
        training,
    }
}

struct Setting {
    distance: f64,
    dimension: usize,
    swirl: Option<f64>,
    label_noise: f64,
    train: usize,
    training: Training,
}

fn setting(regime: Regime, dice: &mut Dice) -> Setting {
    let plain = Setting {
        distance: dice.pick([1.5, 2.0, 2.5, 3.0]),
        dimension: 2,
        swirl: None,
        label_noise: 0.0,
        train: 0,
        training: thorough(Vec::new()),
    };
    match regime {
        Regime::Healthy | Regime::Mismatch | Regime::Harder | Regime::MismatchHarder => {
            let train = dice.pick(PLENTY);
            if dice.chance(0.3) {
                return Setting {
                    swirl: Some(dice.real(0.3, 0.8)),
                    train,
                    training: thorough(vec![32, 32]),
                    ..plain
                };
            }
            Setting {
                dimension: dice.pick([2, 5, 10, 20]),
                train,
                ..plain
            }
        }
        Regime::Bias | Regime::BiasMismatch => {
            let train = dice.pick(MANY);
            if dice.chance(0.3) {
                return Setting {
                    dimension: dice.pick([2, 5, 10]),
                    train,
                    training: too_short(Vec::new(), dice),
                    ..plain
                };
            }
            let hidden = dice.pick([None, Some(2), Some(3)]);
            Setting {
                dimension: dice.pick([2, 4]),
                swirl: Some(dice.real(0.3, 1.5)),
                train,
                training: thorough(hidden.into_iter().collect()),
                ..plain
            }
        }
        Regime::Variance | Regime::VarianceMismatch => {
            let hidden = dice.pick([None, Some(64)]);
            Setting {
                dimension: dice.pick([10, 20, 50]),
                label_noise: dice.pick([0.0, 0.1]),
                train: dice.pick([200, 400, 800, 1600]),
                training: by_heart(hidden.into_iter().collect()),
                ..plain
            }
        }
        Regime::BiasVariance => {
            let hidden = dice.pick([None, Some(4)]);
            Setting {
                dimension: dice.pick([10, 20, 50]),
                swirl: Some(dice.real(0.3, 1.0)),
                train: dice.pick([300, 600, 1200]),
                training: by_heart(hidden.into_iter().collect()),
                ..plain
            }
        }
        Regime::OverfittedDev => Setting {
            distance: dice.pick([0.5, 1.0, 1.5]),
            dimension: dice.pick([10, 20, 50]),
            train: dice.pick([1_000, 2_000, 4_000]),
            training: wandering(Vec::new(), dice),
            ..plain
        },
    }
}
