//! Runs, and all that is done with one.

use std::fs;

use crate::theme::{Theme, remove};

const RUN: &str = "runs/quickstart-0001";

pub(crate) fn all(theme: &mut Theme) {
    theme.train(&["train.epochs=1"]);
    theme.train(&["train.epochs=1", "model.mlp.hidden=[16]"]);
    predict(theme);
    evaluate(theme);
    export(theme);
    resume(theme);
    start_from(theme);
    diagnose(theme);
    compare(theme);
    find_lr(theme);
    theme.refused(
        "change that is none",
        &["train", "configs/quickstart.toml", "--set", "train.epochs"],
    );
    let diverges = "optimizer={sgd={learning_rate=1e30}}";
    theme.failed(
        "training that leaves the numbers",
        &[
            "train",
            "configs/quickstart.toml",
            "--device",
            "cpu",
            "--quiet",
            "--set",
            diverges,
        ],
    );
    damaged(theme);
}

fn predict(theme: &mut Theme) {
    let mut refused = |case: &str, input: &str, content: &[u8], more: &[&str]| {
        if !content.is_empty() {
            theme.write(input, content);
        }
        theme.refused(case, &[&["predict", RUN, input], more].concat());
    };
    refused("missing input", "nowhere/digits.csv", b"", &[]);
    refused("input of no format", "input.dat", b"hello", &[]);
    refused("table without a column", "a.csv", b"p00,p01\n1,2\n", &[]);
    refused(
        "another format than it is",
        "a.csv",
        b"p00,p01\n1,2\n",
        &["--format", "npz"],
    );
    refused(
        "broken picture to predict",
        "a.png",
        b"\x89PNG\r\n\x1a\nnothing",
        &[],
    );
    theme.write("empty/.hidden", "");
    theme.refused("folder without pictures", &["predict", RUN, "empty"]);
    theme.refused(
        "no classes to show",
        &["predict", RUN, "a.csv", "--top", "0"],
    );
}

fn evaluate(theme: &mut Theme) {
    for (case, setting) in [
        ("unknown key of a run", "data.split.devs=3"),
        ("another model", "model.mlp.hidden=[16]"),
        ("another normalization", "data.normalization=none"),
        (
            "other classes",
            "data.target.convert.rename_classes={0=\"zero\"}",
        ),
    ] {
        theme.refused(case, &["evaluate", RUN, "--set", setting]);
    }
}

fn export(theme: &mut Theme) {
    theme.refused(
        "folder for a file",
        &["export", RUN, "--format", "safetensors", "--out", "configs"],
    );
    theme.write("there.safetensors", "");
    theme.refused(
        "file that exists",
        &[
            "export",
            RUN,
            "--format",
            "safetensors",
            "--out",
            "there.safetensors",
        ],
    );
}

fn resume(theme: &mut Theme) {
    theme.refused("finished run", &["resume", RUN]);
    theme.refused(
        "another batch size",
        &["resume", RUN, "--set", "train.batch_size=7"],
    );
    theme.refused(
        "other data",
        &["resume", RUN, "--set", "train.epochs=9", "--set", "seed=99"],
    );
}

fn start_from(theme: &mut Theme) {
    let mut refused = |case: &str, settings: &[&str]| {
        let mut args = vec!["train", "configs/quickstart.toml", "--device", "cpu"];
        args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        theme.refused(case, &args);
    };
    let from = "train.init_from=runs/quickstart-0002";
    refused("layers that don't fit", &[from]);
    refused("unknown layer", &["train.freeze=[\"hidden.7\"]"]);
    refused(
        "nothing left to train",
        &["train.freeze=[\"hidden\", \"output\"]"],
    );
    refused(
        "no such run to begin with",
        &["train.init_from=runs/none-0001"],
    );
}

fn diagnose(theme: &mut Theme) {
    for (case, args) in [
        ("no error rates", &[][..]),
        ("rate in percent", &["--dev", "10", "--n-dev", "100"]),
        (
            "rate that is no number",
            &["--dev", "nan", "--n-dev", "100"],
        ),
        ("no examples", &["--dev", ".1", "--n-dev", "0"]),
        (
            "no whole number of errors",
            &["--dev", ".123", "--n-dev", "10"],
        ),
        ("number without a rate", &["--n-dev", "10"]),
        (
            "confidence in percent",
            &["--dev", ".1", "--confidence", "95"],
        ),
        (
            "share in percent",
            &["--dev", ".1", "--matters-share", "20"],
        ),
        ("goal in percent", &["--dev", ".1", "--goal-error", "5"]),
        (
            "one run against another",
            &["--dev", ".1", "--against", RUN],
        ),
        ("rates beside a run", &[RUN, "--dev", ".1"]),
        ("run against itself", &[RUN, "--against", RUN]),
        ("runs of two recipes", &[RUN, "runs/quickstart-0002"]),
        ("file and run", &["a.csv", RUN]),
    ] {
        theme.refused(case, &[&["diagnose"], args].concat());
    }
    for (case, name, content) in [
        ("empty file of figures", "empty.json", ""),
        ("figures in percent", "percent.json", "{\"dev\": 10}"),
        ("unknown figure", "unknown.json", "{\"devv\": 0.1}"),
        (
            "contradiction",
            "wrong.json",
            "{\"dev\": {\"errors\": 3, \"n\": 10, \"rate\": 0.5}}",
        ),
        ("empty table of predictions", "empty.csv", ""),
        ("no predictions", "header.csv", "set,label,predicted\n"),
        ("no column of sets", "no_set.csv", "label,predicted\na,b\n"),
        (
            "set of another name",
            "set.csv",
            "set,label,predicted\nvalidation,a,b\n",
        ),
        (
            "line that is short",
            "short.csv",
            "set,label,predicted\ndev,a\n",
        ),
        (
            "probability in percent",
            "p.csv",
            "set,label,predicted,probability\ndev,a,b,93\n",
        ),
        (
            "labels and answers of other names",
            "names.csv",
            "set,label,predicted\ndev,1,1.0\ndev,2,2.0\n",
        ),
    ] {
        theme.write(name, content);
        theme.refused(case, &["diagnose", name]);
    }
}

fn compare(theme: &mut Theme) {
    for (case, args) in [
        ("filter by nothing", &["--filter", "wings<3"][..]),
        ("filter by two keys", &["--filter", "width<3"]),
        ("filter without a comparison", &["--filter", "dev"]),
        ("order by nothing", &["--sort", "wings"]),
        ("filters that leave nothing", &["--filter", "dev<0"]),
        ("goal below 0", &["--goal=-1"]),
    ] {
        theme.refused(case, &[&["compare", "runs"], args].concat());
    }
    for (case, content) in [
        ("empty curve", ""),
        ("curve without errors", "examples,accuracy\n10,0.9\n"),
        ("curve in percent", "examples,error\n10,0.5\n20,45\n"),
        ("curve with words", "examples,error\n10,0.5\nmany,0.4\n"),
        ("point twice", "examples,error\n10,0.5\n10,0.4\n"),
    ] {
        theme.write("curve.csv", content);
        theme.refused(case, &["compare", "--curve", "curve.csv"]);
    }
}

fn find_lr(theme: &mut Theme) {
    for (case, args) in [
        ("too few steps", &["--steps", "10"][..]),
        ("rates from 0", &["--min", "0"]),
        ("rates that fall", &["--min", "1", "--max", "0.5"]),
        ("drawing that is no SVG", &["--out", "range.png"]),
        ("drawing in no folder", &["--out", "nowhere/range.svg"]),
    ] {
        theme.refused(
            case,
            &[&["find-lr", "configs/quickstart.toml"], args].concat(),
        );
    }
}

/// Files of a run that were changed or lost by hand.
fn damaged(theme: &mut Theme) {
    let run = theme.path(RUN);
    let damage = |file: &str, content: &str| fs::write(run.join(file), content).unwrap();
    damage(
        "predictions/dev.csv",
        "example,label,predicted\n1,0,0\n2,1,1\n",
    );
    theme.refused("lines that are lost", &["diagnose", RUN]);
    damage("data.json", "{\"format\": 99}");
    theme.refused("file of another format", &["diagnose", RUN]);
    damage("data.json", "{");
    theme.refused("damaged file", &["diagnose", RUN]);
    remove(&run.join("diagnosis.json"));
    theme.refused("run that is not finished", &["compare", RUN]);
    theme.refused("run that is not finished, to diagnose", &["diagnose", RUN]);
    remove(&run.join("checkpoints"));
    theme.refused("run without weights", &["predict", RUN, "a.csv"]);
}
