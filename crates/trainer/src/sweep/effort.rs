//! How long a run will take beside the others, more or less: enough to begin the long ones first.

use plumb_model::Task;

use super::{Plan, SharedData};
use crate::config::Config;

/// What a run takes however small its network and its data are: reading, evaluating, writing.
const AT_LEAST: f64 = 1e9;

/// Of every run of a plan, in its order, in multiplications (each with an addition). All the same if the data of the
/// first run can't be read: that run will say why.
pub(super) fn efforts(plan: &Plan, data: &SharedData) -> Vec<f64> {
    let chunks = plan
        .config(0)
        .and_then(|(config, document)| data.chunks(&config, &document));
    let Ok(chunks) = chunks else {
        return vec![AT_LEAST; plan.points.len()];
    };
    let (task, n_general) = (chunks.task(), chunks.general.examples.len());
    let configs = plan.configs().iter();
    configs
        .map(|config| AT_LEAST + effort(config, &task, n_general))
        .collect()
}

/// Forward and backward of all training examples in all epochs.
fn effort(config: &Config, task: &Task, n_general: usize) -> f64 {
    if config.model.check_task(task).is_err() {
        return 0.0; // its data have another shape, or it will fail
    }
    let n_general = config.data.general.n_drawn().unwrap_or(n_general);
    let n_train = match config.data.split.train {
        Some(size) => size.of(n_general).min(n_general),
        None => n_general,
    } as f64;
    if let Some(forest) = config.model.forest() {
        // Growing a tree was seen to take the square of the number of examples.
        let per_split = (task.n_inputs() as f64).sqrt();
        return f64::from(forest.trees) * n_train * n_train * per_split;
    }
    let multiply_adds = config.model.cost(task).multiply_adds as f64;
    3.0 * multiply_adds * n_train * f64::from(config.train.epochs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = r#"
name = "efforts"
seed = 1
[data.general.gaussian]
examples = 1_000
distance = 2
[data.target.gaussian]
examples = 300
distance = 2
[data.split]
train_dev = 100
dev = 100
test = 100
[optimizer.adam]
learning_rate = 1e-3
[train]
epochs = 5
batch_size = 64
[model.linear]
[sweep.variants.linear]
[sweep.variants.wide]
"model" = { mlp = { hidden = [10] } }
[sweep.variants.few]
"data.split.train" = 200
[sweep.variants.share]
"data.split.train" = 0.5
[sweep.variants.more]
"data.general.gaussian.examples" = 2_000
[sweep.variants.forest]
"model" = { forest = { trees = 7 } }
"#;

    /// By hand, with 2 inputs and 2 classes: linear 2·2 multiplications, 2·10 + 10·2 with ten hidden units; three
    /// times that for forward and backward, 5 epochs. The forest: 7 trees, √2 features per split, 1000² examples.
    #[test]
    fn efforts_are_multiplications() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, BASE).unwrap();
        let plan = Plan::read(&path, &[], None, 100).unwrap();
        let efforts = efforts(&plan, &SharedData::new(1));
        let linear = 3.0 * 4.0 * 1000.0 * 5.0;
        let forest = 7.0 * 2.0_f64.sqrt() * 1e6;
        let expected = [
            linear,
            10.0 * linear,
            0.2 * linear,
            0.5 * linear,
            2.0 * linear,
            forest,
        ];
        for (got, expected) in efforts.iter().zip(expected) {
            assert!((got - AT_LEAST - expected).abs() < 1.0, "{efforts:?}");
        }
        assert_eq!(efforts.len(), expected.len());
    }
}
