use super::{
    Dice, MANY, PLENTY, Recipe, Regime, Sizes, Training, by_heart, thorough, too_short, wandering,
};

/// Shifted templates under noise; the target's are shifted further, or its noise is larger.
///
/// Unshifted templates of equal strength are told apart best by a linear model, shifted ones are not.
pub(crate) fn templates(regime: Regime, sizes: Sizes, dice: &mut Dice) -> Recipe {
    let Setting {
        classes,
        side,
        shift,
        noise,
        train,
        training,
    } = setting(regime, dice);
    let template_seed = dice.pick([0, 1, 2, 3, 4, 5, 6, 7]);
    let keys = |shift: usize, noise: f64| {
        format!(
            "classes = {classes}\ngrid = [{side}, {side}]\ntemplate_seed = {template_seed}\n\
             shift = {shift}\nnoise = {noise}\n"
        )
    };
    let factor = if regime.is_harder() {
        dice.real(1.05, 1.6)
    } else {
        1.0
    };
    Recipe {
        source: "templates",
        general: keys(shift, noise),
        target: keys(
            shift + usize::from(regime.has_mismatch()),
            (noise * factor * 1000.0).round() / 1000.0,
        ),
        label_noise: 0.0,
        sizes: Sizes { train, ..sizes },
        training,
    }
}

struct Setting {
    classes: usize,
    side: usize,
    shift: usize,
    noise: f64,
    train: usize,
    training: Training,
}

fn setting(regime: Regime, dice: &mut Dice) -> Setting {
    let plain = Setting {
        classes: dice.pick([2, 3, 4]),
        side: dice.pick([5, 6, 8]),
        shift: 0,
        noise: dice.pick([2.0, 2.5, 3.0]),
        train: 0,
        training: thorough(Vec::new()),
    };
    match regime {
        Regime::Healthy | Regime::Mismatch | Regime::Harder | Regime::MismatchHarder => Setting {
            train: dice.pick(PLENTY),
            ..plain
        },
        Regime::Bias | Regime::BiasMismatch => {
            let is_short = dice.chance(0.3);
            Setting {
                shift: 1,
                train: dice.pick(MANY),
                training: if is_short {
                    too_short(vec![32], dice)
                } else {
                    thorough(Vec::new())
                },
                ..plain
            }
        }
        Regime::Variance | Regime::VarianceMismatch => {
            let hidden = dice.pick([None, Some(64)]);
            Setting {
                train: dice.pick([200, 400, 800, 1_600]),
                training: by_heart(hidden.into_iter().collect()),
                ..plain
            }
        }
        Regime::BiasVariance => Setting {
            shift: 1,
            train: dice.pick([200, 400, 800]),
            training: by_heart(Vec::new()),
            ..plain
        },
        Regime::OverfittedDev => Setting {
            noise: dice.pick([4.0, 6.0, 8.0]),
            train: dice.pick([1_000, 2_000]),
            training: wandering(Vec::new(), dice),
            ..plain
        },
    }
}
