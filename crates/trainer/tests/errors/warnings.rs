//! What is said of a run that goes on all the same.

use std::fs;

use crate::theme::{Theme, without_fractions};

/// Trains the quickstart with these settings, and keeps the warnings with their measured numbers left out.
fn trained(theme: &mut Theme, case: &str, settings: &[&str]) -> String {
    let mut args = vec!["train", "configs/quickstart.toml", "--device", "cpu"];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    measured(theme, case, &args)
}

fn measured(theme: &mut Theme, case: &str, args: &[&str]) -> String {
    let mut said = theme.run(args);
    assert_eq!(said.code, 0, "{}", said.err);
    let lines: Vec<&str> = said.err.lines().collect();
    said.err = without_fractions(&crate::theme::warnings_of(&lines));
    if case == DIVERGES {
        said.err = only(&said.err, "warning: the training loss has risen");
    }
    theme.keep(case, args, &said);
    said.err
}

/// What else such a training says depends on the last bits of its numbers.
const DIVERGES: &str = "training diverges";

/// The warning that begins so, with the lines that belong to it.
fn only(text: &str, beginning: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with(beginning));
    let rest = lines
        .clone()
        .skip(1)
        .take_while(|line| line.starts_with("  "));
    lines
        .take(1)
        .chain(rest)
        .fold(String::new(), |all, line| all + line + "\n")
}

/// Classes that the inputs say nothing about, four in five of one.
const NOTHING: &str = r#"name = "nothing"
[data.general.gaussian]
examples = 8000
distance = 0
class_shares = [0.8, 0.2]
[data.target.gaussian]
examples = 2000
distance = 0
class_shares = [0.8, 0.2]
[data.split]
train_dev = 1000
dev = 500
test = 500
[model.mlp]
hidden = [16]
[optimizer.adam]
learning_rate = 1e-3
[train]
epochs = 6
batch_size = 64
"#;

pub(crate) fn all(theme: &mut Theme) {
    trained(
        theme,
        "nothing is learned",
        &["optimizer={sgd={learning_rate=1e-9}}", "train.epochs=5"],
    );
    trained(
        theme,
        DIVERGES,
        &[
            "optimizer={sgd={learning_rate=0.5,momentum=0.9}}",
            "train.epochs=6",
        ],
    );
    theme.write("nothing.toml", NOTHING);
    let args = ["train", "nothing.toml", "--device", "cpu"];
    measured(theme, "one class is said of all", &args);
    theme.warned(
        "few distinct originals",
        &[
            "check",
            "configs/quickstart.toml",
            "--set",
            "data.general.strokes.examples=40000",
        ],
    );
    let table = "1,2,7\n2,1,8\n3,3,7\n1,1,8\n2,2,7\n3,1,8\n1,3,7\n2,3,8\n";
    theme.write("no_header.csv", format!("5,6,y\n{table}"));
    theme.write("filled.csv", format!("5,6,y\n{table},1,7\n"));
    theme.write(
        "tables.toml",
        NOTHING
            .replace(
                "examples = 8000\ndistance = 0\nclass_shares = [0.8, 0.2]",
                "PATH\nlabel = 3",
            )
            .replace(
                "examples = 2000\ndistance = 0\nclass_shares = [0.8, 0.2]",
                "PATH\nlabel = 3",
            )
            .replace("gaussian", "csv")
            .replacen("PATH", "path = \"filled.csv\"\nfill = \"mean\"", 1)
            .replace("PATH", "path = \"no_header.csv\"")
            .replace(
                "train_dev = 1000\ndev = 500\ntest = 500",
                "train_dev = 2\ndev = 2\ntest = 2\nallow = [\"identical\"]",
            ),
    );
    theme.warned("tables", &["check", "tables.toml"]);
    lost(theme);
}

/// What is lost of a run that goes on.
fn lost(theme: &mut Theme) {
    let run = theme.path("runs/quickstart-0001");
    fs::remove_file(run.join("metrics.jsonl")).unwrap();
    let mut args = vec!["resume", "runs/quickstart-0001", "--set", "train.epochs=6"];
    args.extend(["--set", "optimizer.sgd.learning_rate=0.1"]);
    measured(theme, "lost measurements", &args);
}
