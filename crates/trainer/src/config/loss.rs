//! The loss that training minimizes.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};

use super::KeyError;

/// Cross-entropy, and what changes it in training. Evaluation's loss is always the plain one.
#[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LossConfig {
    /// Share of the target probability that is spread evenly over all classes (Szegedy et al., 2016).
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub(crate) label_smoothing: f64,
    /// How much the examples of each class count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) class_weights: Option<ClassWeights>,
}

/// How much the examples of each class count: the word `balanced`, or numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ClassWeights {
    /// `n / (k·n_c)` for `n_c` of `n` examples in one of `k` classes, as scikit-learn's `balanced`: all
    /// classes count alike.
    Balanced,
    /// Of the classes named; all others have 1.
    Named(BTreeMap<String, f64>),
}

impl ClassWeights {
    /// The weight of each class, scaled so that the examples of the training set weigh 1 on average;
    /// `examples` are their labels and own weights. A class that no example has keeps a weight of 1.
    ///
    /// `PyTorch` divides by the sum of each batch's weights instead. Then an example counts more in a
    /// batch of rare classes than in another, and a batch of one class is not weighted at all; here a
    /// weight means the same in every batch, and the gradient's expectation is that of the loss over the
    /// whole set. Over a whole set the two are equal.
    ///
    /// # Errors
    /// A class that there is not, naming those that there are.
    pub(crate) fn per_class(
        &self,
        classes: &[String],
        examples: impl Iterator<Item = (u32, f64)> + Clone,
    ) -> Result<Vec<f32>, KeyError> {
        let mut counts = vec![0_u64; classes.len()];
        for (label, _) in examples.clone() {
            counts[label as usize] += 1;
        }
        let n: u64 = counts.iter().sum();
        let mut weights = vec![1.0; classes.len()];
        match self {
            Self::Balanced => {
                let n_present = counts.iter().filter(|&&count| count > 0).count();
                for (weight, &count) in weights.iter_mut().zip(&counts) {
                    if count > 0 {
                        *weight = n as f64 / (n_present as f64 * count as f64);
                    }
                }
            }
            Self::Named(named) => {
                for (name, &weight) in named {
                    let Some(at) = classes.iter().position(|class| class == name) else {
                        return Err(unknown_class(name, classes));
                    };
                    weights[at] = weight;
                }
            }
        }
        let sum: f64 = examples
            .map(|(label, weight)| weight * weights[label as usize])
            .sum();
        let scale = n as f64 / sum;
        let scaled = weights.iter().zip(counts);
        Ok(scaled
            .map(|(weight, count)| if count > 0 { weight * scale } else { 1.0 } as f32)
            .collect())
    }
}

fn unknown_class(name: &str, classes: &[String]) -> KeyError {
    /// So many names still fit on a line.
    const MAX_NAMES: usize = 20;
    let message = format!("there is no class `{name}`");
    let mut known = classes[..classes.len().min(MAX_NAMES)].to_vec();
    if classes.len() > MAX_NAMES {
        known.push(format!("and {} more", classes.len() - MAX_NAMES));
    }
    KeyError::new(format!("loss.class_weights.{name}"), message)
        .hint(format!("the classes are {}", known.join(", ")))
}

/// What class weights are called where they are written.
const BALANCED: &str = "balanced";

impl Serialize for ClassWeights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Balanced => serializer.serialize_str(BALANCED),
            Self::Named(named) => named.serialize(serializer),
        }
    }
}

impl schemars::JsonSchema for ClassWeights {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClassWeights".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "anyOf": [
            { "const": BALANCED },
            { "type": "object", "additionalProperties": { "type": "number", "exclusiveMinimum": 0 } },
        ] })
    }
}

/// By hand, because an untagged enum loses the positions of errors.
impl<'de> Deserialize<'de> for ClassWeights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrTable;

        impl<'de> Visitor<'de> for WordOrTable {
            type Value = ClassWeights;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "\"{BALANCED}\" or a table such as {{ cat = 2.0 }}")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<ClassWeights, E> {
                if word == BALANCED {
                    Ok(ClassWeights::Balanced)
                } else {
                    Err(E::invalid_value(Unexpected::Str(word), &self))
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ClassWeights, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(ClassWeights::Named)
            }
        }

        deserializer.deserialize_any(WordOrTable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weights: &str, examples: &[(u32, f64)], expected: &[f32]) {
        let config: LossConfig = toml::from_str(&format!("class_weights = {weights}")).unwrap();
        let classes = ["a", "b", "c"].map(String::from);
        let per_class = config.class_weights.unwrap();
        let actual = per_class.per_class(&classes, examples.iter().copied());
        for (actual, expected) in actual.unwrap().iter().zip(expected) {
            assert!((actual - expected).abs() < 1e-6, "{weights}: {actual}");
        }
    }

    /// scikit-learn 1.7's `compute_class_weight("balanced", ...)` by its formula: six examples, counts 3, 2
    /// and 1, so 6/(3·3), 6/(3·2) and 6/(3·1). Of two classes with counts 3 and 1: 4/(2·3) and 4/(2·1).
    #[test]
    fn balanced_by_hand() {
        let of = |labels: &[u32]| labels.iter().map(|&label| (label, 1.0)).collect::<Vec<_>>();
        check(
            "\"balanced\"",
            &of(&[0, 0, 0, 1, 1, 2]),
            &[2.0 / 3.0, 1.0, 2.0],
        );
        check("\"balanced\"", &of(&[0, 0, 0, 2]), &[2.0 / 3.0, 1.0, 2.0]);
    }

    /// By hand. Weights 1, 1 and 3 on counts 1, 1 and 2 have a mean of 8/4, so each is halved. With own
    /// weights of 0.5, 0.5, 2 and 1 the mean is (0.5 + 0.5 + 6 + 3)/4 = 2.5.
    #[test]
    fn named_by_hand() {
        let plain = [(0, 1.0), (1, 1.0), (2, 1.0), (2, 1.0)];
        check("{ c = 3.0 }", &plain, &[0.5, 0.5, 1.5]);
        let weighted = [(0, 0.5), (1, 0.5), (2, 2.0), (2, 1.0)];
        check("{ c = 3 }", &weighted, &[0.4, 0.4, 1.2]);
    }

    #[test]
    fn both_forms_are_written_as_they_are_read() {
        for text in [
            "class_weights = \"balanced\"\n",
            "[class_weights]\nb = 2.0\n",
        ] {
            let config: LossConfig = toml::from_str(text).unwrap();
            let written = toml::to_string(&config).unwrap();
            assert_eq!(
                written,
                format!(
                    "label_smoothing = 0.0\n{}{text}",
                    if text.starts_with('[') { "\n" } else { "" }
                )
            );
        }
    }
}
