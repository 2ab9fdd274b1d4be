use super::{
    Dice, MANY, PLENTY, Recipe, Regime, Sizes, Training, by_heart, thorough, too_short,
    turned_and_harder, wandering,
};

/// XOR of four clusters; the target's centres are turned, or its noise is larger.
pub(crate) fn xor(regime: Regime, sizes: Sizes, dice: &mut Dice) -> Recipe {
    let Setting {
        distance,
        dimension,
        label_noise,
        train,
        training,
    } = setting(regime, dice);
    let general = format!("distance = {distance}\ndimension = {dimension}\n");
    let target = turned_and_harder(&general, regime, ([4.0, 40.0], [1.05, 1.6]), dice);
    Recipe {
        source: "xor",
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
    label_noise: f64,
    train: usize,
    training: Training,
}

fn setting(regime: Regime, dice: &mut Dice) -> Setting {
    let plain = Setting {
        distance: dice.pick([2.5, 3.0, 3.5, 4.0]),
        dimension: 2,
        label_noise: 0.0,
        train: 0,
        training: thorough(vec![32]),
    };
    match regime {
        Regime::Healthy | Regime::Mismatch | Regime::Harder | Regime::MismatchHarder => Setting {
            dimension: dice.pick([2, 3, 5]),
            label_noise: dice.pick([0.0, 0.1]),
            train: dice.pick(PLENTY),
            ..plain
        },
        // A linear model says the same of a turned XOR: nothing.
        Regime::Bias if dice.chance(0.4) => Setting {
            dimension: dice.pick([2, 5, 10]),
            train: dice.pick(MANY),
            training: thorough(Vec::new()),
            ..plain
        },
        Regime::Bias | Regime::BiasMismatch => {
            let is_narrow = dice.chance(0.5);
            Setting {
                dimension: dice.pick([2, 3, 5]),
                label_noise: dice.pick([0.0, 0.1]),
                train: dice.pick(MANY),
                training: if is_narrow {
                    thorough(vec![dice.pick([2, 3])])
                } else {
                    too_short(vec![16], dice)
                },
                ..plain
            }
        }
        Regime::Variance | Regime::VarianceMismatch => Setting {
            dimension: dice.pick([5, 10, 20]),
            label_noise: dice.pick([0.0, 0.1, 0.2]),
            train: dice.pick([200, 500, 1_000, 2_000]),
            training: by_heart(vec![64]),
            ..plain
        },
        Regime::BiasVariance => Setting {
            dimension: dice.pick([20, 50]),
            train: dice.pick([200, 400, 800]),
            training: by_heart(Vec::new()),
            ..plain
        },
        Regime::OverfittedDev => Setting {
            distance: dice.pick([1.0, 1.5, 2.0]),
            dimension: dice.pick([2, 5]),
            train: dice.pick([1_000, 2_000]),
            training: wandering(vec![16], dice),
            ..plain
        },
    }
}
