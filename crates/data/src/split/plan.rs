//! What the split is to be like, as a config says it.

use serde::{Deserialize, Serialize};

use super::Size;
use crate::FieldError;

/// How the four sets are made; train gets what is left of the mix.
///
/// A size is a count or a share; the shares of dev, test and `target_in_train` are of the target
/// chunk, that of `train_dev` is of the training mix, that of `train` of what is left for it. Shares
/// are added up in the order test, dev, `target_in_train` before they are rounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitPlan {
    /// One of the classic mistakes, for experiments; the right way if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistake: Option<Mistake>,
    /// Examples of the training mix that are held out from training.
    #[schemars(extend("not" = serde_json::json!({ "const": 0 })))]
    pub train_dev: Size,
    /// Target examples that decide.
    #[schemars(extend("not" = serde_json::json!({ "const": 0 })))]
    pub dev: Size,
    /// Target examples for the final figure.
    #[schemars(extend("not" = serde_json::json!({ "const": 0 })))]
    pub test: Size,
    /// Target examples that join the general ones in the training mix; none if absent.
    #[serde(default = "none")]
    pub target_in_train: Size,
    /// Of what is left for train only this much, for learning curves: the first of one seeded order,
    /// so that a larger set contains the smaller. All of it if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<Size>,
    /// What never stands on both sides: the name of a tag, `source`, or `original`. Examples of one
    /// original stay together in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Which resampling: another number draws other sets from the same data, and changes nothing else.
    #[serde(default)]
    pub repeat: u64,
    /// Weight of a general example in training where that of a target example is 1 (Ng's β). Without
    /// it all weigh the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub general_weight: Option<f64>,
    /// Leaks between the sets that are no error here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
}

/// A way to split that is known to mislead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mistake {
    /// Dev is carved out of the general chunk (its share is of that), so that decisions aim at what
    /// users do not bring. Test is of the target, train-dev of the mix.
    DevFromGeneral,
    /// Both chunks are thrown together, and every set is drawn from the pool by the same shares of
    /// target and classes, so that most of dev is not the target. All shares are of the pool, added
    /// up in the order test, dev, train-dev.
    ShuffleEverything,
}

/// A leak between the sets that a plan may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Allow {
    /// Examples with the same values in different sets.
    Identical,
    /// Examples in different sets that derive from the same original.
    Derived,
}

fn none() -> Size {
    Size::Count(0)
}

impl SplitPlan {
    /// The right way, with these sizes, no target in training, and nothing else.
    #[must_use]
    pub fn new(train_dev: impl Into<Size>, dev: impl Into<Size>, test: impl Into<Size>) -> Self {
        Self {
            mistake: None,
            train_dev: train_dev.into(),
            dev: dev.into(),
            test: test.into(),
            target_in_train: none(),
            train: None,
            group: None,
            repeat: 0,
            general_weight: None,
            allow: Vec::new(),
        }
    }

    /// Checks that each set gets at least one example, and that no option is without effect.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        self.train_dev.check_some("train_dev")?;
        self.dev.check_some("dev")?;
        self.test.check_some("test")?;
        self.target_in_train.check("target_in_train")?;
        if let Some(train) = self.train {
            train.check_some("train")?;
        }
        if self.group.as_deref() == Some("") {
            let message = "is empty; expected the name of a tag, `source` or `original`";
            return Err(FieldError::new("group", message));
        }
        let shuffled = self.mistake == Some(Mistake::ShuffleEverything);
        if shuffled && !self.target_in_train.is_zero() {
            let message = "has no effect with `mistake = \"shuffle-everything\"`, which draws target \
                           examples into every set; expected it left out";
            return Err(FieldError::new("target_in_train", message));
        }
        let Some(weight) = self.general_weight else {
            return Ok(());
        };
        if !(weight > 0.0 && weight.is_finite()) {
            let message = format!("is {weight:?}; expected a number above 0");
            return Err(FieldError::new("general_weight", message));
        }
        if !shuffled && self.target_in_train.is_zero() {
            let message = "has no effect without `target_in_train`: all of train is general; \
                           expected `target_in_train` above 0";
            return Err(FieldError::new("general_weight", message));
        }
        Ok(())
    }

    /// What examples are kept together by, as an error calls it.
    pub(super) fn group_name(&self) -> &str {
        self.group.as_deref().unwrap_or("original")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_of_today_and_one_with_everything_survive_toml() {
        let plan: SplitPlan = toml::from_str("train_dev = 1\ndev = 2\ntest = 3").unwrap();
        assert_eq!(plan, SplitPlan::new(1, 2, 3));
        assert_eq!(
            toml::from_str::<SplitPlan>(&toml::to_string(&plan).unwrap()),
            Ok(plan)
        );
        let text = r#"mistake = "dev-from-general"
train_dev = 0.1
dev = 0.25
test = 500
target_in_train = 0.5
train = 1000
group = "writer"
repeat = 3
general_weight = 0.5
allow = ["identical", "derived"]
"#;
        let plan: SplitPlan = toml::from_str(text).unwrap();
        assert_eq!(plan.mistake, Some(Mistake::DevFromGeneral));
        assert_eq!(plan.allow, [Allow::Identical, Allow::Derived]);
        assert_eq!(plan.train_dev, Size::Share(0.1));
        assert_eq!(plan.train, Some(Size::Count(1000)));
        assert_eq!(toml::to_string(&plan).unwrap(), text);
        let pooled = text.replace("dev-from-general", "shuffle-everything");
        let plan: SplitPlan = toml::from_str(&pooled).unwrap();
        assert_eq!(plan.mistake, Some(Mistake::ShuffleEverything));
        assert!(toml::from_str::<SplitPlan>(&text.replace("repeat", "repeats")).is_err());
    }

    #[test]
    fn options_that_cannot_work_are_named() {
        let check = |change: fn(&mut SplitPlan), expected: &str| {
            let mut plan = SplitPlan::new(1, 2, 3);
            plan.check().unwrap();
            change(&mut plan);
            assert_eq!(plan.check().unwrap_err().to_string(), expected);
        };
        check(|p| p.dev = 0.into(), "`dev` is 0; expected at least 1");
        check(
            |p| p.train_dev = Size::Share(1.0),
            "`train_dev` is 1.0; expected a count such as 500, or a share such as 0.2",
        );
        check(
            |p| p.target_in_train = Size::Share(-0.5),
            "`target_in_train` is -0.5; expected a count such as 500, or a share such as 0.2",
        );
        check(
            |p| p.train = Some(0.into()),
            "`train` is 0; expected at least 1",
        );
        check(
            |p| p.group = Some(String::new()),
            "`group` is empty; expected the name of a tag, `source` or `original`",
        );
        check(
            |p| {
                p.mistake = Some(Mistake::ShuffleEverything);
                p.target_in_train = 1.into();
            },
            "`target_in_train` has no effect with `mistake = \"shuffle-everything\"`, \
             which draws target examples into every set; expected it left out",
        );
        check(
            |p| p.general_weight = Some(0.5),
            "`general_weight` has no effect without `target_in_train`: all of train is general; \
             expected `target_in_train` above 0",
        );
        for (weight, found) in [(0.0, "0.0"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
            let mut plan = SplitPlan::new(1, 2, 3);
            plan.general_weight = Some(weight);
            assert_eq!(
                plan.check().unwrap_err().to_string(),
                format!("`general_weight` is {found}; expected a number above 0")
            );
        }
    }

    #[test]
    fn weights_work_where_target_examples_are_trained_on() {
        let mut plan = SplitPlan::new(1, 2, 3);
        plan.general_weight = Some(2.0);
        plan.target_in_train = Size::Share(0.1);
        assert_eq!(plan.check(), Ok(()));
        plan.target_in_train = none();
        plan.mistake = Some(Mistake::ShuffleEverything);
        assert_eq!(plan.check(), Ok(()));
    }
}
