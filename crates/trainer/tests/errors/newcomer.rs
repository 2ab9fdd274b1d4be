//! Ten things that a newcomer gets wrong, and what plumb says to each.

use crate::theme::Theme;

type Mistake = fn(&mut Theme);

pub(crate) fn all(theme: &mut Theme) {
    for mistake in MISTAKES {
        mistake(theme);
    }
}

const MISTAKES: [Mistake; 10] = [
    wrong_path,
    swapped_columns,
    wrong_shape,
    gpu_missing,
    key_of_another_tool,
    percent_for_a_fraction,
    no_human_figure,
    tiny_dev,
    one_class,
    test_for_choosing,
];

/// The text of one of them has all these words.
fn check(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in:\n{text}");
    }
}

fn wrong_path(theme: &mut Theme) {
    let config = theme.refused("1. wrong path: of a config", &["train", "quickstart.tml"]);
    check(
        &config,
        &["there is no config", "looked in the folder PLACE"],
    );
    let config = theme.refused(
        "1. wrong path: of a config, nearly",
        &["train", "configs/quickstrat.toml"],
    );
    check(&config, &["did you mean configs/quickstart.toml?"]);
    let data = theme.overridden(
        "1. wrong path: of data",
        &["data.target.csv.path=data/optdigits/optdigit.csv"],
    );
    check(
        &data,
        &[
            "does not exist",
            "did you mean data/optdigits/optdigits.csv?",
            "PLACE/data/optdigits",
        ],
    );
}

/// Measured heights, and the classes beside them.
fn heights() -> String {
    let rows =
        (0..60).map(|i| format!("{}.{},{},{}\n", 150 + i, i % 10, i, ["low", "high"][i / 30]));
    format!("height,age,class\n{}", rows.collect::<String>())
}

const TABLE: &str = r#"name = "heights"
[data.general.csv]
path = "heights.csv"
label = "class"
[data.target.csv]
path = "heights.csv"
label = "class"
[data.split]
train_dev = 10
dev = 10
test = 10
[human]
error = 0.02
[model.mlp]
hidden = [8]
[optimizer.adam]
learning_rate = 0.01
[train]
epochs = 2
batch_size = 8
"#;

fn swapped_columns(theme: &mut Theme) {
    let numbers = heights().replace("high", "1").replace("low", "0");
    theme.write("heights.csv", &numbers);
    theme.write("heights.toml", TABLE.replace("\"class\"", "\"height\""));
    let label = theme.refused(
        "2. swapped columns: a feature as label",
        &["check", "heights.toml"],
    );
    check(
        &label,
        &[
            "60 different numbers",
            "column `height`",
            "expected classes",
        ],
    );
    theme.write("heights.toml", TABLE.replace("\"class\"", "\"age\""));
    let label = theme.refused(
        "2. swapped columns: an age as label",
        &["check", "heights.toml"],
    );
    check(&label, &["60 different numbers", "column `age`"]);
    theme.write("heights.csv", heights());
    let label = theme.refused(
        "2. swapped columns: the label as a feature",
        &["check", "heights.toml"],
    );
    check(
        &label,
        &[
            "column `class`: found `low`; expected a number",
            "`categorical`",
            "`label`",
        ],
    );
    theme.write("heights.csv", heights().replace("class", "klass"));
    theme.write("heights.toml", TABLE.replace("\"class\"", "\"klas\""));
    let label = theme.refused(
        "2. swapped columns: a label that is no column",
        &["check", "heights.toml"],
    );
    check(&label, &["no column is named `klas`", "`klass`"]);
}

fn wrong_shape(theme: &mut Theme) {
    let shape = theme.overridden("3. wrong shape", &["data.target.csv.shape=[1,28,28]"]);
    check(
        &shape,
        &[
            "found 64 feature columns; expected 784",
            "[1, 8, 8] would fit",
        ],
    );
}

/// Without any driver, wherever this runs; what is said depends on what is built in.
fn gpu_missing(theme: &mut Theme) {
    let args = ["train", "configs/quickstart.toml", "--device", "gpu"];
    let none = [
        ("VK_DRIVER_FILES", "/none"),
        ("VK_ICD_FILENAMES", "/none"),
        // Else wgpu's own default is OpenGL in software.
        ("__EGL_VENDOR_LIBRARY_FILENAMES", "/none"),
    ];
    let mut said = theme.run_with(&args, &none);
    let is_metal_or_dx12 = cfg!(any(target_os = "macos", windows));
    if cfg!(any(not(feature = "gpu"), feature = "cuda")) || is_metal_or_dx12 {
        said.code = 2;
        said.err = NO_GPU.into();
    }
    // A Vulkan loader may talk before.
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.trim_end().ends_with(NO_GPU), "{}", said.err);
    said.err = NO_GPU.into();
    theme.keep("4. no GPU", &args, &said);
}

const NO_GPU: &str = "error: no GPU: looked for discrete, integrated and virtual adapters through Vulkan, Metal \
     and DirectX 12; no adapter of any kind was found\n\nhint: train on the CPU with --device cpu, or with --device auto, \
     which takes a GPU where there is one; if this machine has one, see that its driver is installed (on Linux \
     `vulkaninfo` lists it)";

fn key_of_another_tool(theme: &mut Theme) {
    for (setting, words) in [
        (
            "lr=0.001",
            ["PyTorch", "`learning_rate` in the optimizer's table"],
        ),
        (
            "learning_rate=0.001",
            ["`learning_rate`", "[optimizer.adam]"],
        ),
        (
            "train.lr=0.001",
            ["unknown key `lr` in [train]", "[optimizer.adam]"],
        ),
        ("max_epochs=20", ["Lightning", "`epochs` in [train]"]),
        ("num_epochs=20", ["`num_epochs`", "`epochs` in [train]"]),
        ("batch-size=64", ["`batch-size`", "`batch_size` in [train]"]),
        (
            "hidden_layers=[64,64]",
            ["`hidden` in [model.mlp]", "hidden = [128, 128]"],
        ),
        (
            "train.weight_decay=0.1",
            [
                "`weight_decay` in the optimizer's table",
                "[optimizer.adamw]",
            ],
        ),
        (
            "model.mlp.dropout_rate=0.2",
            ["unknown key `dropout_rate` in [model.mlp]", "`dropout`"],
        ),
        ("train.validation_split=0.2", ["Keras", "`dev`"]),
        ("random_state=7", ["scikit-learn", "`seed`"]),
        (
            "device=cuda",
            ["--device", "a config says nothing of devices"],
        ),
        (
            "optimizer=adam",
            [
                "`optimizer` is \"adam\"; expected a table",
                "[optimizer.adam]",
            ],
        ),
        (
            "optimizer=rmsprop",
            ["`optimizer` is \"rmsprop\"", "[optimizer.adam]"],
        ),
        (
            "model=resnet18",
            [
                "`model` is \"resnet18\"; expected a table",
                "[model.resnet8]",
            ],
        ),
        (
            "loss=cross_entropy",
            ["`loss` is \"cross_entropy\"", "expected a table"],
        ),
    ] {
        let said = theme.overridden(&format!("5. key of another tool: {setting}"), &[setting]);
        check(&said, &words);
    }
}

fn percent_for_a_fraction(theme: &mut Theme) {
    for (setting, meant) in [
        ("human.error=5", "did you mean 0.05?"),
        ("human.error=2.5", "did you mean 0.025?"),
        ("diagnosis.goal_error=3", "did you mean 0.03?"),
        ("diagnosis.matters_share=10", "did you mean 0.1?"),
        ("diagnosis.confidence=95", "did you mean 0.95?"),
        ("data.general.label_noise=20", "did you mean 0.2?"),
        ("data.split.dev=12.5", "did you mean 0.125?"),
        ("model.mlp.dropout=20", "did you mean 0.2?"),
    ] {
        let said = theme.overridden(&format!("6. percent: {setting}"), &[setting]);
        check(&said, &[meant]);
    }
    let args = [
        "diagnose", "--human", "2.5", "--dev", "0.1", "--n-dev", "500",
    ];
    let said = theme.refused("6. percent: on the command line", &args);
    check(&said, &["--human", "did you mean 0.025?"]);
}

fn no_human_figure(theme: &mut Theme) {
    let config = crate::theme::quickstart();
    let (before, rest) = config.split_once("[human]").unwrap();
    let (_, after) = rest.split_once("[model").unwrap();
    theme.write("nobody.toml", format!("{before}[model{after}"));
    let said = theme.warned("7. no human figure", &["check", "nobody.toml"]);
    check(
        &said,
        &[
            "no human figure",
            "avoidable bias is not diagnosed",
            "label some 100 examples",
            "[human]",
        ],
    );
    let args = [
        "diagnose", "--train", "0.08", "--dev", "0.1", "--n-dev", "500",
    ];
    let mut said = theme.run(&args);
    // The note goes on in the lines below, down to the next one.
    let (_, note) = said.out.split_once("note: no human figure").unwrap();
    let note = note.split("\nnote:").next().unwrap();
    said.err = format!("note: no human figure{note}");
    check(
        &said.err.replace('\n', " "),
        &["label some 100 dev examples without seeing the labels"],
    );
    theme.keep(
        "7. no human figure: figures of the command line",
        &args,
        &said,
    );
}

fn tiny_dev(theme: &mut Theme) {
    let args = [
        "check",
        "configs/quickstart.toml",
        "--set",
        "data.split.dev=20",
    ];
    let said = theme.warned("8. tiny dev set", &args);
    check(
        &said,
        &[
            "dev is small: with 20 examples",
            "can't be told from chance",
            "data.split.dev",
        ],
    );
}

fn one_class(theme: &mut Theme) {
    theme.write("heights.csv", heights().replace("high", "low"));
    theme.write("heights.toml", TABLE);
    let said = theme.refused("9. one class: in the data", &["check", "heights.toml"]);
    check(&said, &["every label is `low`", "two classes or more"]);
    theme.write("one.csv", "set,label,predicted\ndev,a,a\ndev,a,b\n");
    let said = theme.refused(
        "9. one class: all labels of predictions",
        &["diagnose", "one.csv"],
    );
    check(&said, &["all 2 labels are `a`"]);
    theme.write(
        "one.csv",
        "set,label,predicted\ndev,a,a\ndev,b,a\ndev,b,a\n",
    );
    let said = theme.warned("9. one class: all predictions", &["diagnose", "one.csv"]);
    check(&said, &["all 3 predictions on dev are `a`"]);
}

fn test_for_choosing(theme: &mut Theme) {
    for hidden in ["[4]", "[8]", "[16]"] {
        theme.train(&["train.epochs=1", &format!("model.mlp.hidden={hidden}")]);
    }
    let said = theme.warned(
        "10. test used for choosing: sorted by it",
        &["compare", "runs", "--sort", "test"],
    );
    check(&said, &["--sort test", "choose by dev"]);
    let said = theme.warned(
        "10. test used for choosing: filtered by it",
        &["compare", "runs", "--filter", "test<100%"],
    );
    check(&said, &["--filter 'test<100%'", "choose by dev"]);
    let args = ["train", "configs/quickstart.toml", "--device", "cpu"];
    let short = crate::common::SHORT
        .iter()
        .flat_map(|setting| ["--set", setting]);
    let args: Vec<&str> = args.into_iter().chain(short).collect();
    let mut said = theme.run(&args);
    let lines: Vec<&str> = said.err.lines().collect();
    said.err = crate::theme::without_fractions(&crate::theme::warnings_of(&lines));
    check(
        &said.err,
        &[
            "test was seen with 4 different configs",
            "that nobody has seen",
        ],
    );
    theme.keep("10. test used for choosing: many configs", &args, &said);
}

macro_rules! each {
    ($($name:ident)*) => {
        mod each {
            $(
                #[test]
                fn $name() {
                    super::$name(&mut crate::theme::Theme::new());
                }
            )*
        }
    };
}

each!(wrong_path swapped_columns wrong_shape gpu_missing key_of_another_tool percent_for_a_fraction
      no_human_figure tiny_dev one_class test_for_choosing);
