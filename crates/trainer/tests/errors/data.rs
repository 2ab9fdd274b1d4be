//! Where examples come from, and what is in them.

use crate::theme::Theme;

/// A config whose chunks are two tables.
const TABLES: &str = r#"name = "mine"
[data.general.csv]
path = "general.csv"
label = "y"
[data.target.csv]
path = "target.csv"
label = "y"
[data.split]
train_dev = 2
dev = 2
test = 2
[model.linear]
[optimizer.adam]
learning_rate = 0.01
[train]
epochs = 1
batch_size = 4
"#;

const GOOD: &str =
    "a,b,y\n1,2,cat\n2,1,dog\n3,3,cat\n1,1,dog\n2,2,cat\n3,1,dog\n1,3,cat\n2,3,dog\n";

/// The target's table is this one.
fn table(theme: &mut Theme, case: &str, content: &str, settings: &[&str]) {
    theme.write("target.csv", content);
    let mut args = vec!["check", "mine.toml"];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    theme.refused(case, &args);
}

/// The general chunk is this source.
fn source(theme: &mut Theme, case: &str, source: &str) {
    theme.overridden(case, &[&format!("data.general={source}")]);
}

#[expect(
    clippy::too_many_lines,
    reason = "a list of cases, one after the other"
)]
pub(crate) fn all(theme: &mut Theme) {
    theme.edited("no target", "[data.target.csv] ", "[data.general.csv] ");
    theme.edited("missing file", "optdigits.csv\"", "optdigit.csv\"");
    theme.edited(
        "missing label column",
        "label = \"digit\"",
        "label = \"class\"",
    );
    theme.edited("wrong shape", "shape = [1, 8, 8]", "shape = [1, 8, 9]");
    theme.edited(
        "value outside the range",
        "range = [0, 16]",
        "range = [0, 15]",
    );
    theme.edited("no range to draw to", "range = [0, 16]", "");
    theme.overridden("no source", &["data.general={label_noise=0.1}"]);
    theme.edited(
        "unknown source",
        "[data.general.strokes]",
        "[data.general.storkes]",
    );
    theme.overridden("too much label noise", &["data.general.label_noise=0.95"]);
    theme.overridden(
        "unknown step",
        &["data.augmentation={steps=[{rotat={degrees=3}}]}"],
    );
    theme.overridden(
        "step out of range",
        &["data.augmentation={steps=[{rotate={degrees=3}},{shift={pixels=-1}}]}"],
    );
    theme.overridden(
        "augmentation that resizes",
        &["data.augmentation={steps=[{resize={size=[4,4]}}]}"],
    );
    theme.overridden("shapes that differ", &["data.general.strokes.grid=[9,8]"]);
    theme.overridden("ranges that differ", &["data.general.strokes.max=255"]);
    theme.overridden("convert to nothing", &["data.target.convert.size=[0,8]"]);
    theme.overridden(
        "classes that differ",
        &["data.target.convert.rename_classes={0=\"zero\"}"],
    );
    theme.overridden("budget that is none", &["data.memory_budget=lots"]);
    theme.overridden(
        "gaussian in too few dimensions",
        &["data.general={gaussian={examples=10,classes=4}}"],
    );
    theme.overridden(
        "folder that is missing",
        &["data.general={image_folder={path=\"no/such\"}}"],
    );
    theme.overridden(
        "two drawn chunks without a grid",
        &["data.target={strokes={examples=2000}}"],
    );
    theme.overridden(
        "features of colour",
        &["data.target.convert={channels=3,features={}}"],
    );
    theme.write("mine.toml", TABLES);
    theme.write("general.csv", GOOD);
    table(theme, "empty table", "", &[]);
    table(theme, "table without lines", "a,b,y\n", &[]);
    table(
        theme,
        "line that is too short",
        "a,b,y\n1,2,cat\n2,dog\n",
        &[],
    );
    table(
        theme,
        "cell without a value",
        "a,b,y\n1,2,cat\n,1,dog\n",
        &[],
    );
    table(
        theme,
        "word among numbers",
        "a,b,y\n1,2,cat\nbig,1,dog\n",
        &[],
    );
    table(
        theme,
        "number beyond 32 bits",
        "a,b,y\n1,2,cat\n1e99,1,dog\n",
        &[],
    );
    table(theme, "column twice", "a,a,y\n1,2,cat\n2,1,dog\n", &[]);
    table(theme, "no features", "y\ncat\ndog\n", &[]);
    table(
        theme,
        "delimiter beyond ASCII",
        "a,b,y\n1,2,cat\n",
        &["data.target.csv.delimiter=\"\u{e9}\""],
    );
    table(theme, "another delimiter", "a;b;y\n1;2;cat\n2;1;dog\n", &[]);
    table(theme, "one class", "a,b,y\n1,2,cat\n2,1,cat\n", &[]);
    table(
        theme,
        "unknown label",
        "a,b,y\n1,2,cat\n2,1,dgo\n",
        &["data.target.csv.classes=[\"cat\",\"dog\"]"],
    );
    table(
        theme,
        "ignored column that is missing",
        GOOD,
        &["data.target.csv.ignore=[\"id\"]"],
    );
    table(
        theme,
        "column of two roles",
        GOOD,
        &[
            "data.target.csv.ignore=[\"a\"]",
            "data.target.csv.tags=[\"a\"]",
        ],
    );
    table(
        theme,
        "label by a number that is no column",
        GOOD,
        &["data.target.csv.label=9"],
    );
    table(theme, "other features", "a,y\n1,cat\n2,dog\n3,cat\n", &[]);
    table(
        theme,
        "other classes",
        "a,b,y\n1,2,cat\n2,1,cow\n3,1,cow\n",
        &[],
    );
    theme.write("bytes.csv", b"a,b,y\n1,2,caf\xe9\n2,1,dog\n");
    theme.refused(
        "text that is not UTF-8",
        &[
            "check",
            "mine.toml",
            "--set",
            "data.target.csv.path=bytes.csv",
        ],
    );
    theme.write("broken.csv.gz", b"\x1f\x8bnothing");
    source(
        theme,
        "broken gzip",
        "{csv={path=\"broken.csv.gz\",label=\"y\"}}",
    );
    theme.write("few.idx", b"\x00\x00\x08");
    source(
        theme,
        "broken IDX",
        "{idx={images=\"few.idx\",labels=\"few.idx\"}}",
    );
    theme.write("few.npz", b"PK\x03\x04");
    source(theme, "broken NPZ", "{npz={path=\"few.npz\"}}");
    theme.write("pictures/a/readme.txt", "no picture");
    source(
        theme,
        "folder without pictures",
        "{image_folder={path=\"pictures\"}}",
    );
    theme.write("pictures/a/broken.png", b"\x89PNG\r\n\x1a\nnothing");
    theme.write("pictures/b/broken.png", b"\x89PNG\r\n\x1a\nnothing");
    source(
        theme,
        "broken picture",
        "{image_folder={path=\"pictures\"}}",
    );
    source(theme, "missing CIFAR", "{cifar={path=\"cifar-10\"}}");
    source(
        theme,
        "missing fonts",
        "{fonts={path=\"fonts\",examples=10}}",
    );
    source(
        theme,
        "missing Parquet",
        "{parquet={path=\"no.parquet\",label=\"y\"}}",
    );
    source(theme, "no examples", "{strokes={examples=0}}");
    theme.refused("unknown source", &["data", "list", "strokse"]);
    theme.write("there/file", "");
    theme.refused(
        "folder that exists",
        &[
            "data",
            "export",
            "configs/quickstart.toml",
            "--out",
            "there",
        ],
    );
    theme.refused(
        "picture that can't be written",
        &[
            "data",
            "preview",
            "configs/quickstart.toml",
            "--out",
            "configs",
        ],
    );
}
