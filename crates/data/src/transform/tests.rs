mod backgrounds;
mod errors;
mod properties;
mod steps;

use super::*;
use crate::source::Context;
use crate::{Examples, Tag, Values};

/// The steps of one line of a config.
fn parse(steps: &str) -> Vec<Step> {
    let table: Augmentation = toml::from_str(&format!("steps = [{steps}]")).unwrap();
    table.steps
}

fn examples(shape: &[usize], values: Values, range: Option<(f32, f32)>) -> Examples {
    let n = values.len() / shape.iter().product::<usize>();
    Examples {
        shape: shape.to_vec(),
        values,
        range,
        labels: (0..n as u32).map(|i| i % 2).collect(),
        classes: vec!["a".into(), "b".into()],
        source: vec![0; n],
        source_names: vec!["x".into()],
        original: (0..n as u64).collect(),
        tags: Vec::new(),
    }
}

/// `n` images of `height × width` whole values, all different.
fn images(n: usize, height: usize, width: usize) -> Examples {
    let values = (0..n * height * width).map(|i| (i * 37 % 256) as u8);
    examples(
        &[1, height, width],
        Values::U8(values.collect()),
        Some((0.0, 255.0)),
    )
}

fn copies(steps: &str, copies: usize) -> Synthesis {
    Synthesis {
        copies,
        keep_originals: false,
        steps: parse(steps),
    }
}

fn make(examples: &Examples, synthesis: &Synthesis) -> Examples {
    synthesize(examples, synthesis, &Context::new(7))
        .unwrap()
        .examples
}

fn values(examples: &Examples) -> Vec<f32> {
    (0..examples.values.len())
        .map(|i| examples.values.get(i))
        .collect()
}

fn texts(tag: &Tag) -> Vec<&str> {
    (0..tag.of.len()).map(|i| tag.get(i)).collect()
}
