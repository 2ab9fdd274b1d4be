//! Keys and values of a config.

use crate::theme::Theme;

#[expect(
    clippy::too_many_lines,
    reason = "a list of cases, one after the other"
)]
pub(crate) fn all(theme: &mut Theme) {
    theme.edited("unknown key", "batch_size", "batchsize");
    theme.edited("unknown choice", "[optimizer.adam]", "[optimizer.adamax]");
    theme.edited("wrong type", "epochs = 20", "epochs = \"twenty\"");
    theme.edited(
        "wrong type of a list",
        "hidden = [128, 128]",
        "hidden = 128",
    );
    theme.edited("missing key", "learning_rate = 1e-3", "");
    theme.edited(
        "out of range",
        "learning_rate = 1e-3",
        "learning_rate = -1e-3",
    );
    theme.edited("no units", "[128, 128]", "[128, 0]");
    theme.edited("no model table", "[model.mlp]\nhidden = [128, 128]", "");
    theme.edited(
        "two model choices",
        "[optimizer.adam]",
        "[optimizer.sgd]\nlearning_rate = 0.1\n\n[optimizer.adam]",
    );
    theme.edited(
        "unknown network",
        "[model.mlp]\nhidden = [128, 128]",
        "[model.lenet]",
    );
    theme.edited(
        "two networks",
        "[model.mlp]",
        "[model.linear]\n\n[model.mlp]",
    );
    theme.edited(
        "width without a network",
        "[model.mlp]\nhidden = [128, 128]",
        "[model]\nwidth = 2.0",
    );
    theme.overridden("no width", &["model.width=0"]);
    theme.overridden("width without effect", &["model={width=2.0,linear={}}"]);
    theme.overridden("unknown initial weights", &["model.init=kaiming"]);
    theme.edited(
        "no channels",
        "[model.mlp]\nhidden = [128, 128]",
        "[model.cnn]\nblocks = [{ channels = 8 }, { channels = 0 }]",
    );
    theme.overridden("no blocks", &["model={cnn={blocks=[]}}"]);
    theme.overridden(
        "padding wider than the kernel",
        &["model={cnn={blocks=[{channels=8,padding=3}]}}"],
    );
    theme.overridden(
        "kernel larger than its input",
        &["model={cnn={blocks=[{channels=8,pool=2},{channels=8,kernel=7,padding=0}]}}"],
    );
    theme.overridden(
        "pool larger than its map",
        &["model={cnn={blocks=[{channels=8,stride=4,pool=3}]}}"],
    );
    theme.overridden(
        "skip of another size",
        &["model={cnn={blocks=[{channels=8,padding=0,residual=true}]}}"],
    );
    theme.overridden("preset for larger pictures", &["model={lenet5={}}"]);
    theme.overridden("dropout of a preset", &["model={lenet5={dropout=1.5}}"]);
    theme.overridden(
        "pictures expected",
        &[
            "data.general={gaussian={examples=5000,distance=3}}",
            "data.target={gaussian={examples=5000,distance=3}}",
            "human={error=0}",
            "model={small_cnn={}}",
        ],
    );
    theme.overridden(
        "batches without a variance",
        &["model.mlp.norm=batch", "train.batch_size=1"],
    );
    theme.overridden(
        "larger than any memory",
        &["model.width=64", "model.mlp.hidden=[10000,10000]"],
    );
    theme.edited("broken toml", "epochs = 20", "epochs = = 20");
    theme.overridden("set without a value", &["train.epochs"]);
    theme.overridden("set of an unknown key", &["seed=3", "train.epoch=5"]);
    theme.overridden("set of a wrong type", &["train.epochs=1.5"]);
    theme.overridden("set out of range", &["model.mlp.dropout=1.0"]);
    theme.overridden("set of an unknown word", &["model.mlp.activation=rleu"]);
    theme.overridden("name that is no folder", &["name=../elsewhere"]);
    theme.overridden(
        "larger than memory",
        &["model.mlp.hidden=[5000000000,5000000000]"],
    );
    theme.overridden("another format", &["format=2"]);
    theme.overridden(
        "negative decay",
        &["optimizer={adamw={learning_rate=0.001,weight_decay=-0.1}}"],
    );
    theme.overridden(
        "nesterov without momentum",
        &["optimizer={sgd={learning_rate=0.1,nesterov=true}}"],
    );
    theme.edited(
        "two schedules",
        "[train]",
        "[schedule]\nwarmup_steps = 9\n\n[schedule.cosine]\n\n[schedule.one_cycle]\n\n[train]",
    );
    theme.edited(
        "unknown schedule",
        "[train]",
        "[schedule.onecycle]\n\n[train]",
    );
    theme.overridden(
        "warmup twice",
        &["schedule.warmup_steps=10", "schedule.warmup_epochs=1"],
    );
    theme.overridden("warmup longer than the run", &["schedule.warmup_epochs=21"]);
    theme.overridden("steps that never come", &["schedule={step={gamma=0.5}}"]);
    theme.overridden(
        "steps every 0 epochs",
        &["schedule={step={every_epochs=0}}"],
    );
    theme.overridden(
        "a cycle that does not rise",
        &["schedule={one_cycle={div_factor=0.5}}"],
    );
    theme.overridden("clip to nothing", &["train.clip_norm=0"]);
    theme.overridden("mixup too extreme", &["train.mixup=1000"]);
    theme.overridden("all of the label smoothed", &["loss.label_smoothing=1"]);
    theme.edited(
        "class weights of another word",
        "[train]",
        "[loss]\nclass_weights = \"balancd\"\n\n[train]",
    );
    theme.edited(
        "class weights without classes",
        "[train]",
        "[loss]\nclass_weights = 2\n\n[train]",
    );
    theme.edited(
        "weight of an unknown class",
        "[train]",
        "[loss.class_weights]\n3 = 2.0\nten = 2.0\n\n[train]",
    );
    theme.edited(
        "class without weight",
        "[train]",
        "[loss]\nclass_weights = { 3 = 0 }\n\n[train]",
    );
    theme.overridden("forest without trees", &["model={forest={trees=0}}"]);
    theme.overridden("forest of a width", &["model={width=2.0,forest={}}"]);
    theme.overridden(
        "forest with augmentation",
        &[
            "model={forest={}}",
            "data.augmentation={steps=[{shift={pixels=1}}]}",
        ],
    );
    theme.refused(
        "name of another command",
        &["tarin", "configs/quickstart.toml"],
    );
    theme.refused("no config", &["train"]);
    theme.refused(
        "unknown device",
        &["train", "configs/quickstart.toml", "--device", "tpu"],
    );
}
