//! Keys as other tools call them, and where plumb has them.

/// What a key of another tool is in plumb.
struct Synonym {
    /// As it is written elsewhere, in lower case and with `_` for `-`.
    names: &'static [(&'static str, &'static str)],
    /// Where plumb has it, as the end of a sentence that begins "in plumb".
    in_plumb: &'static str,
}

const fn synonym(
    in_plumb: &'static str,
    names: &'static [(&'static str, &'static str)],
) -> Synonym {
    Synonym { names, in_plumb }
}

/// A name that plumb has itself, in another table.
const OWN: &str = "";

/// Each name with the tools that use it, after their documentation (PyTorch 2, Lightning 2, Keras 3,
/// Hugging Face Trainer 4, scikit-learn 1, fastai 2, nanoGPT, timm, Ultralytics YOLO).
const SYNONYMS: &[Synonym] = &[
    synonym(
        "the learning rate is `learning_rate` in the optimizer's table, as in [optimizer.adam] \
         learning_rate = 1e-3",
        &[
            ("lr", "PyTorch and fastai"),
            ("learning_rate", OWN),
            ("learning_rate_init", "scikit-learn"),
            ("base_lr", "timm"),
            ("lr0", "YOLO"),
        ],
    ),
    synonym(
        "the number of epochs is `epochs` in [train], as in epochs = 20",
        &[
            ("max_epochs", "Lightning"),
            ("num_epochs", "many training scripts"),
            ("n_epochs", "many training scripts"),
            ("epoch", "fastai"),
            ("epochs", OWN),
            ("num_train_epochs", "Hugging Face"),
            ("max_iter", "scikit-learn"),
        ],
    ),
    synonym(
        "examples per step are `batch_size` in [train], as in batch_size = 128",
        &[
            ("batch_size", OWN),
            ("batch", "YOLO"),
            ("bs", "fastai"),
            ("per_device_train_batch_size", "Hugging Face"),
            ("train_batch_size", "Hugging Face"),
        ],
    ),
    synonym(
        "the widths of the hidden layers are the list `hidden` in [model.mlp], as in hidden = [128, 128]",
        &[
            ("hidden_layers", "many training scripts"),
            ("hidden_layer_sizes", "scikit-learn"),
            ("hidden_sizes", "many training scripts"),
            ("hidden_size", "Hugging Face"),
            ("hidden_dim", "many training scripts"),
            ("hidden_dims", "many training scripts"),
            ("hidden_units", "Keras"),
            ("hidden", OWN),
            ("layers", "fastai"),
            ("units", "Keras"),
        ],
    ),
    synonym(
        "weight decay is `weight_decay` in the optimizer's table, as in [optimizer.adamw] weight_decay = 0.01",
        &[
            ("weight_decay", OWN),
            ("wd", "fastai"),
            ("l2", "Keras"),
            ("alpha", "scikit-learn"),
        ],
    ),
    synonym(
        "momentum is `momentum` in [optimizer.sgd], as in momentum = 0.9",
        &[("momentum", OWN)],
    ),
    synonym(
        "they are `beta_1` and `beta_2` in [optimizer.adam]",
        &[
            ("betas", "PyTorch"),
            ("beta1", "nanoGPT"),
            ("beta2", "nanoGPT"),
        ],
    ),
    synonym(
        "dropout is `dropout` in the network's table, as in [model.mlp] dropout = 0.2",
        &[
            ("dropout_rate", "Keras"),
            ("dropout", OWN),
            ("drop_rate", "timm"),
            ("p", "PyTorch"),
        ],
    ),
    synonym(
        "it is `activation` in the network's table, as in [model.mlp] activation = \"gelu\"",
        &[
            ("activation", OWN),
            ("act_layer", "timm"),
            ("nonlinearity", "PyTorch"),
        ],
    ),
    synonym(
        "training stops early after `patience` evaluations in a row without a lower dev error, a key of [train]",
        &[
            ("early_stopping", "scikit-learn"),
            ("early_stopping_patience", "Hugging Face"),
            ("n_iter_no_change", "scikit-learn"),
            ("patience", OWN),
        ],
    ),
    synonym(
        "the largest norm of a gradient is `clip_norm` in [train], as in clip_norm = 1.0",
        &[
            ("gradient_clip_val", "Lightning"),
            ("max_grad_norm", "Hugging Face"),
            ("grad_clip", "nanoGPT"),
            ("clip_grad", "timm"),
            ("clipnorm", "Keras"),
            ("clip_norm", OWN),
        ],
    ),
    synonym(
        "the seed of all that is random is `seed` at the top of the config, before the first table",
        &[
            ("random_state", "scikit-learn"),
            ("random_seed", "many training scripts"),
            ("manual_seed", "PyTorch"),
            ("seed", OWN),
        ],
    ),
    synonym(
        "the sets are `train_dev`, `dev` and `test` in [data.split], counts or shares: what is called \
         validation elsewhere is `dev`, as in dev = 500 or dev = 0.2",
        &[
            ("validation_split", "Keras"),
            ("val_split", "many training scripts"),
            ("validation_fraction", "scikit-learn"),
            ("test_size", "scikit-learn"),
            ("valid_pct", "fastai"),
            ("val_size", "many training scripts"),
            ("val", "many training scripts"),
            ("validation", "many training scripts"),
            ("valid", "fastai"),
        ],
    ),
    synonym(
        "warm-up is `warmup_steps` or `warmup_epochs` in [schedule]",
        &[
            ("warmup_ratio", "Hugging Face"),
            ("warmup_iters", "nanoGPT"),
            ("num_warmup_steps", "Hugging Face"),
            ("warmup", "many training scripts"),
            ("warmup_steps", OWN),
            ("warmup_epochs", OWN),
        ],
    ),
    synonym(
        "the learning rate's course is one table of [schedule.cosine], [schedule.one_cycle] or [schedule.step]",
        &[
            ("scheduler", "PyTorch"),
            ("lr_scheduler", "PyTorch"),
            ("lr_scheduler_type", "Hugging Face"),
            ("sched", "timm"),
        ],
    ),
    synonym(
        "it is `label_smoothing` in [loss]",
        &[
            ("label_smoothing_factor", "Hugging Face"),
            ("smoothing", "timm"),
            ("label_smoothing", OWN),
        ],
    ),
    synonym(
        "it is `class_weights` in [loss], as in class_weights = \"balanced\"",
        &[
            ("class_weight", "Keras and scikit-learn"),
            ("class_weights", OWN),
        ],
    ),
    synonym(
        "classes are counted from the labels of the data; leave it out",
        &[
            ("num_classes", "PyTorch"),
            ("n_classes", "scikit-learn"),
            ("num_labels", "Hugging Face"),
            ("nc", "YOLO"),
        ],
    ),
    synonym(
        "a config says nothing of devices: --device cpu or --device gpu chooses when training starts",
        &[
            ("device", "PyTorch"),
            ("accelerator", "Lightning"),
            ("gpus", "Lightning"),
            ("cuda", "PyTorch"),
            ("use_gpu", "many training scripts"),
        ],
    ),
    synonym(
        "runs go to the folder of --runs-dir (`runs` if absent), below the `name` at the top of the config",
        &[
            ("output_dir", "Hugging Face"),
            ("out_dir", "nanoGPT"),
            ("log_dir", "Keras"),
            ("save_dir", "many training scripts"),
            ("run_name", "Hugging Face"),
            ("experiment_name", "MLflow"),
            ("project", "YOLO"),
        ],
    ),
    synonym(
        "data is named by its two chunks: a source in [data.general] and one in [data.target], as in \
         [data.target.csv] path = \"mine.csv\"",
        &[
            ("dataset", "many training scripts"),
            ("data_dir", "many training scripts"),
            ("data_path", "many training scripts"),
            ("train_file", "Hugging Face"),
            ("train_path", "many training scripts"),
            ("train_data", "many training scripts"),
            ("csv", OWN),
        ],
    ),
    synonym(
        "the column with the label is `label` in the source's table, as in [data.target.csv] label = \"digit\"",
        &[
            ("label_column", "many training scripts"),
            ("target_column", "many training scripts"),
            ("label_col", "fastai"),
            ("y_names", "fastai"),
        ],
    ),
    synonym(
        "mixup is `mixup` in [train], as in mixup = 0.2",
        &[("mixup_alpha", "timm"), ("mixup", OWN)],
    ),
    synonym(
        "human level is a rate in [human], as in error = 0.02 for 2 %",
        &[
            ("human_error", OWN),
            ("human_level", OWN),
            ("bayes_error", OWN),
        ],
    ),
    synonym(
        "the dev error that is good enough is `goal_error` in [diagnosis], as in goal_error = 0.05",
        &[("goal", OWN), ("target_error", OWN), ("goal_error", OWN)],
    ),
    synonym(
        "inputs are scaled by `normalization` in [data]; `plumb check` prints what it is",
        &[
            ("normalize", "PyTorch"),
            ("standardize", "many training scripts"),
            ("standardscaler", "scikit-learn"),
            ("normalization", OWN),
        ],
    ),
    synonym(
        "changes of training batches are `steps` in [data.augmentation], as in steps = [{ shift = { pixels = 1 } }]",
        &[
            ("transforms", "PyTorch"),
            ("transform", "PyTorch"),
            ("augmentations", "many training scripts"),
            ("augment", "YOLO"),
        ],
    ),
    synonym(
        "the loss is cross entropy; [loss] has `label_smoothing` and `class_weights`",
        &[
            ("criterion", "PyTorch"),
            ("loss_fn", "PyTorch"),
            ("loss_function", "many training scripts"),
        ],
    ),
    synonym(
        "weights of another run are `init_from` in [train], or --init-from RUN",
        &[
            ("pretrained", "timm"),
            ("resume", "YOLO"),
            ("ckpt_path", "Lightning"),
            ("resume_from_checkpoint", "Hugging Face"),
            ("load_from", "many training scripts"),
        ],
    ),
    synonym(
        "a forest's trees are `trees` in [model.forest]",
        &[("n_estimators", "scikit-learn")],
    ),
    synonym(
        "a block's convolution has `channels` and `kernel`, as in [model.cnn] blocks = [{ channels = 16, kernel = 3 }]",
        &[
            ("filters", "Keras"),
            ("out_channels", "PyTorch"),
            ("kernel_size", "PyTorch and Keras"),
        ],
    ),
];

/// What a key of another tool, or of another table, is in plumb; none if it is not known.
pub(super) fn in_plumb(key: &str) -> Option<String> {
    let key = key.to_lowercase().replace('-', "_");
    SYNONYMS.iter().find_map(|synonym| {
        let (_, tool) = synonym.names.iter().find(|(name, _)| *name == key)?;
        let in_plumb = synonym.in_plumb;
        Some(match *tool {
            OWN => in_plumb.to_string(),
            tool => format!("`{key}` is the name in {tool}; in plumb, {in_plumb}"),
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_stands_once_and_is_written_as_it_is_looked_for() {
        let mut seen = BTreeSet::new();
        for (name, _) in SYNONYMS.iter().flat_map(|synonym| synonym.names) {
            assert!(seen.insert(name), "{name} stands twice");
            assert_eq!(*name, name.to_lowercase().replace('-', "_"));
        }
    }

    #[test]
    fn hyphens_and_capitals_are_no_difference() {
        for name in ["batch-size", "Batch_Size", "batch_size"] {
            assert!(in_plumb(name).unwrap().contains("[train]"), "{name}");
        }
        assert_eq!(in_plumb("batches"), None);
    }
}
