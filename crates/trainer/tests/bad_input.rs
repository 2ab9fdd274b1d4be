//! What users read when something is wrong: the whole text, exit code 2, and nothing written.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use common::{QUICKSTART, Workplace, stderr};

/// Runs `plumb train` on the quickstart config with one text replaced, and returns the error.
fn edited(from: &str, to: &str) -> String {
    let config = quickstart();
    assert!(
        config.contains(from),
        "{from:?} is not in the quickstart config"
    );
    rejected(&config.replace(from, to), &[])
}

/// Runs `plumb train` on the quickstart config with overrides, and returns the error.
fn overridden(settings: &[&str]) -> String {
    rejected(&quickstart(), settings)
}

/// The quickstart config without its header, so that line numbers stay when that changes.
fn quickstart() -> String {
    let config = std::fs::read_to_string(common::root().join(QUICKSTART)).unwrap();
    config[config.find("name = ").unwrap()..].to_string()
}

fn rejected(config: &str, settings: &[&str]) -> String {
    let place = Workplace::new();
    let path = place.write("bad.toml", config);
    let mut args = vec!["train", path.to_str().unwrap(), "--device", "cpu"];
    for setting in settings {
        args.extend(["--set", setting]);
    }
    let output = place.plumb(&args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
    assert!(
        !place.runs().exists(),
        "a bad config must not leave a run behind"
    );
    error.replace(path.to_str().unwrap(), "bad.toml")
}

macro_rules! snapshot {
    ($name:ident, $error:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $error);
        }
    };
}

snapshot!(unknown_key, edited("batch_size", "batchsize"));
snapshot!(unknown_table, edited("[human]", "[humans]"));
snapshot!(
    unknown_choice,
    edited("[optimizer.adam]", "[optimizer.adamax]")
);
snapshot!(wrong_type, edited("epochs = 20", "epochs = \"twenty\""));
snapshot!(
    wrong_type_of_a_list,
    edited("hidden = [128, 128]", "hidden = 128")
);
snapshot!(negative_count, edited("dev = 500", "dev = -500"));
snapshot!(missing_key, edited("learning_rate = 1e-3", ""));
snapshot!(
    out_of_range,
    edited("learning_rate = 1e-3", "learning_rate = -1e-3")
);
snapshot!(no_units, edited("[128, 128]", "[128, 0]"));
snapshot!(empty_set, edited("dev = 500", "dev = 0"));
snapshot!(
    percent_for_a_fraction,
    edited("error = 0.025", "error = 2.5")
);
snapshot!(
    human_twice,
    edited("error = 0.025", "error = 0.025\nraters = { expert = 0.01 }")
);
snapshot!(
    no_model_table,
    edited("[model.mlp]\nhidden = [128, 128]", "")
);
snapshot!(
    two_model_choices,
    edited(
        "[optimizer.adam]",
        "[optimizer.sgd]\nlearning_rate = 0.1\n\n[optimizer.adam]"
    )
);
snapshot!(
    unknown_network,
    edited("[model.mlp]\nhidden = [128, 128]", "[model.lenet]")
);
snapshot!(
    two_networks,
    edited("[model.mlp]", "[model.linear]\n\n[model.mlp]")
);
snapshot!(
    width_without_a_network,
    edited("[model.mlp]\nhidden = [128, 128]", "[model]\nwidth = 2.0")
);
snapshot!(no_width, overridden(&["model.width=0"]));
snapshot!(
    width_without_effect,
    overridden(&["model={width=2.0,linear={}}"])
);
snapshot!(unknown_initial_weights, overridden(&["model.init=kaiming"]));
snapshot!(
    no_channels,
    edited(
        "[model.mlp]\nhidden = [128, 128]",
        "[model.cnn]\nblocks = [{ channels = 8 }, { channels = 0 }]"
    )
);
snapshot!(no_blocks, overridden(&["model={cnn={blocks=[]}}"]));
snapshot!(
    padding_wider_than_the_kernel,
    overridden(&["model={cnn={blocks=[{channels=8,padding=3}]}}"])
);
snapshot!(
    kernel_larger_than_its_input,
    overridden(&["model={cnn={blocks=[{channels=8,pool=2},{channels=8,kernel=7,padding=0}]}}"])
);
snapshot!(
    pool_larger_than_its_map,
    overridden(&["model={cnn={blocks=[{channels=8,stride=4,pool=3}]}}"])
);
snapshot!(
    skip_of_another_size,
    overridden(&["model={cnn={blocks=[{channels=8,padding=0,residual=true}]}}"])
);
snapshot!(
    preset_for_larger_pictures,
    overridden(&["model={lenet5={}}"])
);
snapshot!(
    dropout_of_a_preset,
    overridden(&["model={lenet5={dropout=1.5}}"])
);
snapshot!(
    pictures_expected,
    overridden(&[
        "data.general={gaussian={examples=5000,distance=3}}",
        "data.target={gaussian={examples=5000,distance=3}}",
        "human={error=0}",
        "model={small_cnn={}}"
    ])
);
snapshot!(
    batches_without_a_variance,
    overridden(&["model.mlp.norm=batch", "train.batch_size=1"])
);
snapshot!(
    larger_than_any_memory,
    overridden(&["model.width=64", "model.mlp.hidden=[10000,10000]"])
);
snapshot!(
    no_target,
    edited("[data.target.csv] ", "[data.general.csv] ")
);
snapshot!(broken_toml, edited("epochs = 20", "epochs = = 20"));
snapshot!(missing_file, edited("optdigits.csv\"", "optdigit.csv\""));
snapshot!(
    missing_label_column,
    edited("label = \"digit\"", "label = \"class\"")
);
snapshot!(
    wrong_shape,
    edited("shape = [1, 8, 8]", "shape = [1, 8, 9]")
);
snapshot!(
    value_outside_the_range,
    edited("range = [0, 16]", "range = [0, 15]")
);
snapshot!(no_range_to_draw_to, edited("range = [0, 16]", ""));
snapshot!(more_target_than_exists, edited("test = 500", "test = 1500"));
snapshot!(
    more_general_than_exists,
    edited("train_dev = 2_000", "train_dev = 20_000")
);
snapshot!(set_without_a_value, overridden(&["train.epochs"]));
snapshot!(
    set_of_an_unknown_key,
    overridden(&["seed=3", "train.epoch=5"])
);
snapshot!(set_of_a_wrong_type, overridden(&["train.epochs=1.5"]));
snapshot!(set_out_of_range, overridden(&["model.mlp.dropout=1.0"]));
snapshot!(
    set_of_an_unknown_word,
    overridden(&["model.mlp.activation=rleu"])
);
snapshot!(name_that_is_no_folder, overridden(&["name=../elsewhere"]));
snapshot!(
    larger_than_memory,
    overridden(&["model.mlp.hidden=[5000000000,5000000000]"])
);
snapshot!(another_format, overridden(&["format=2"]));

// Data of issue 3: sources, agreement, synthesis, splitting.
snapshot!(no_source, overridden(&["data.general={label_noise=0.1}"]));
snapshot!(
    unknown_source,
    edited("[data.general.strokes]", "[data.general.storkes]")
);
snapshot!(
    too_much_label_noise,
    overridden(&["data.general.label_noise=0.95"])
);
snapshot!(
    unknown_step,
    overridden(&["data.augmentation={steps=[{rotat={degrees=3}}]}"])
);
snapshot!(
    step_out_of_range,
    overridden(&["data.augmentation={steps=[{rotate={degrees=3}},{shift={pixels=-1}}]}"])
);
snapshot!(
    augmentation_that_resizes,
    overridden(&["data.augmentation={steps=[{resize={size=[4,4]}}]}"])
);
snapshot!(
    shapes_that_differ,
    overridden(&["data.general.strokes.grid=[9,8]"])
);
snapshot!(
    ranges_that_differ,
    overridden(&["data.general.strokes.max=255"])
);
snapshot!(
    convert_to_nothing,
    overridden(&["data.target.convert.size=[0,8]"])
);
snapshot!(
    classes_that_differ,
    overridden(&["data.target.convert.rename_classes={0=\"zero\"}"])
);
snapshot!(unknown_group, overridden(&["data.split.group=writer"]));
snapshot!(
    weight_without_effect,
    overridden(&["data.split.general_weight=0.5"])
);
snapshot!(share_above_one, overridden(&["data.split.dev=1.5"]));
snapshot!(
    budget_that_is_none,
    overridden(&["data.memory_budget=lots"])
);
snapshot!(
    gaussian_in_too_few_dimensions,
    overridden(&["data.general={gaussian={examples=10,classes=4}}"])
);
snapshot!(
    folder_that_is_missing,
    overridden(&["data.general={image_folder={path=\"no/such\"}}"])
);
snapshot!(
    two_drawn_chunks_without_a_grid,
    overridden(&["data.target={strokes={examples=2000}}"])
);

// Training of issue 4: optimizers, schedules, loss.
snapshot!(
    negative_decay,
    overridden(&["optimizer={adamw={learning_rate=0.001,weight_decay=-0.1}}"])
);
snapshot!(
    nesterov_without_momentum,
    overridden(&["optimizer={sgd={learning_rate=0.1,nesterov=true}}"])
);
snapshot!(
    two_schedules,
    edited(
        "[train]",
        "[schedule]\nwarmup_steps = 9\n\n[schedule.cosine]\n\n[schedule.one_cycle]\n\n[train]"
    )
);
snapshot!(
    unknown_schedule,
    edited("[train]", "[schedule.onecycle]\n\n[train]")
);
snapshot!(
    warmup_twice,
    overridden(&["schedule.warmup_steps=10", "schedule.warmup_epochs=1"])
);
snapshot!(
    warmup_longer_than_the_run,
    overridden(&["schedule.warmup_epochs=21"])
);
snapshot!(
    steps_that_never_come,
    overridden(&["schedule={step={gamma=0.5}}"])
);
snapshot!(
    steps_every_0_epochs,
    overridden(&["schedule={step={every_epochs=0}}"])
);
snapshot!(
    a_cycle_that_does_not_rise,
    overridden(&["schedule={one_cycle={div_factor=0.5}}"])
);
snapshot!(clip_to_nothing, overridden(&["train.clip_norm=0"]));
snapshot!(mixup_too_extreme, overridden(&["train.mixup=1000"]));
snapshot!(
    all_of_the_label_smoothed,
    overridden(&["loss.label_smoothing=1"])
);
snapshot!(
    class_weights_of_another_word,
    edited("[train]", "[loss]\nclass_weights = \"balancd\"\n\n[train]")
);
snapshot!(
    class_weights_without_classes,
    edited("[train]", "[loss]\nclass_weights = 2\n\n[train]")
);
snapshot!(
    weight_of_an_unknown_class,
    edited(
        "[train]",
        "[loss.class_weights]\n3 = 2.0\nten = 2.0\n\n[train]"
    )
);
snapshot!(
    class_without_weight,
    edited("[train]", "[loss]\nclass_weights = { 3 = 0 }\n\n[train]")
);

#[test]
fn a_broken_picture_is_named() {
    let place = Workplace::new();
    for class in ["a", "b"] {
        std::fs::create_dir_all(place.runs().with_file_name("pictures").join(class)).unwrap();
        place.write(
            &format!("pictures/{class}/broken.png"),
            b"\x89PNG\r\n\x1a\nnothing",
        );
    }
    let folder = place.runs().with_file_name("pictures");
    let setting = format!("data.general={{image_folder={{path={folder:?}}}}}");
    let error = overridden(&[&setting]);
    let name = folder.to_str().unwrap();
    assert!(
        error.contains("broken.png") && error.contains(name),
        "{error}"
    );
}

#[test]
fn no_such_config() {
    let place = Workplace::new();
    let output = place.plumb(&["train", "configs/quickstrat.toml"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("no_such_config", stderr(&output));
}

#[test]
fn bad_usage_is_exit_code_2() {
    let place = Workplace::new();
    for args in [
        &["train"][..],
        &["tarin", QUICKSTART],
        &["train", QUICKSTART, "--device", "tpu"],
    ] {
        assert_eq!(place.plumb(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_runs_dir_that_cannot_be_made_is_bad_input() {
    let place = Workplace::new();
    place.write("runs", "a file where the folder should be");
    let output = place.plumb(&["train", QUICKSTART, "--device", "cpu", "--quiet"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("hint: choose another place with --runs-dir"));
}
snapshot!(
    forest_without_trees,
    overridden(&["model={forest={trees=0}}"])
);
snapshot!(
    forest_of_a_width,
    overridden(&["model={width=2.0,forest={}}"])
);
snapshot!(
    forest_with_augmentation,
    overridden(&[
        "model={forest={}}",
        "data.augmentation={steps=[{shift={pixels=1}}]}"
    ])
);
snapshot!(
    features_of_colour,
    overridden(&["data.target.convert={channels=3,features={}}"])
);
