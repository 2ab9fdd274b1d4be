//! What users read when something about a sweep is wrong: the whole text, exit code 2, and nothing written.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, path::Path};

use common::{
    Workplace,
    resuming::content,
    stderr,
    sweeps::{BASE, SWEEP, folder, sweep, swept},
};

/// The error of a config with this `[sweep]`.
fn rejected(section: &str, args: &[&str]) -> String {
    let place = Workplace::new();
    let output = sweep(&place, &format!("{BASE}\n{section}\n"), args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
    assert!(
        !place.runs().exists(),
        "a bad sweep must not leave anything behind"
    );
    shortened(&place, &error)
}

fn shortened(place: &Workplace, error: &str) -> String {
    let config = place.runs().with_file_name("sweep.toml");
    let error = error.replace(config.to_str().unwrap(), "sweep.toml");
    error.replace(place.runs().to_str().unwrap(), "runs")
}

/// The error of a sweep that was begun, and then changed: the config by `from` → `to`, its directory by `damage`.
fn begun_and_changed(from: &str, to: &str, damage: impl Fn(&Path)) -> String {
    let config = format!("{BASE}{SWEEP}").replace("seeds = 2", "seeds = [7, 8]");
    assert!(config.contains(from), "{from}");
    let config = config.replace("epochs = 3", "epochs = 1");
    let place = Workplace::new();
    swept(&place, &config, &["--shard", "1/12"]);
    damage(&folder(&place));
    let before = content(&place.runs());
    let from = from.replace("epochs = 3", "epochs = 1");
    let output = sweep(&place, &config.replace(&from, to), &[]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(content(&place.runs()) == before, "something was written");
    shortened(&place, &stderr(&output))
}

macro_rules! snapshot {
    ($name:ident, $error:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $error);
        }
    };
}

snapshot!(no_sweep, rejected("", &[]));
snapshot!(nothing_to_sweep, rejected("[sweep]", &[]));
snapshot!(unknown_key_of_sweep, rejected("[sweep]\nseed = 2", &[]));
snapshot!(
    axis_of_no_key,
    rejected("[sweep.axes]\n\"model.mlp.hiden\" = [[8]]", &[])
);
snapshot!(
    axis_without_its_table,
    rejected("[sweep.axes]\nepochs = [1, 2]", &[])
);
snapshot!(axis_of_seeds, rejected("[sweep.axes]\nseed = [1, 2]", &[]));
snapshot!(
    empty_axis,
    rejected("[sweep.axes]\n\"train.epochs\" = []", &[])
);
snapshot!(
    value_twice,
    rejected("[sweep.axes]\n\"train.epochs\" = [1, 2, 1]", &[])
);
snapshot!(
    value_of_another_type,
    rejected("[sweep.axes]\n\"train.epochs\" = [1, \"two\"]", &[])
);
snapshot!(
    value_that_is_refused,
    rejected("[sweep.axes]\n\"train.epochs\" = [1, 0]", &[])
);
snapshot!(
    axis_that_is_a_number,
    rejected("[sweep.axes]\n\"train.epochs\" = 3", &[])
);
snapshot!(
    falling_range,
    rejected(
        "[sweep.axes]\n\"train.epochs\" = { from = 10, to = 1, steps = 3 }",
        &[]
    )
);
snapshot!(
    log_range_from_0,
    rejected(
        "[sweep.axes]\n\"train.epochs\" = { from = 0, to = 9, steps = 3, scale = \"log\" }",
        &[]
    )
);
snapshot!(
    range_without_steps,
    rejected("[sweep.axes]\n\"train.epochs\" = { from = 1, to = 9 }", &[])
);
snapshot!(
    range_on_another_scale,
    rejected(
        "[sweep.axes]\n\"train.epochs\" = { from = 1, to = 9, steps = 3, scale = \"cubic\" }",
        &[]
    )
);
snapshot!(
    axis_in_an_axis,
    rejected(
        "[sweep.axes]\n\"model.mlp.hidden\" = [[8]]\nmodel = [{ linear = {} }]",
        &[]
    )
);
snapshot!(
    axis_that_a_variant_sets,
    rejected(
        "[sweep.axes]\n\"train.epochs\" = [1, 2]\n[sweep.variants]\nlong = { \"train.epochs\" = 9 }",
        &[]
    )
);
snapshot!(
    variant_that_is_a_number,
    rejected("[sweep.variants]\nlong = 9", &[])
);
snapshot!(
    variant_of_no_key,
    rejected("[sweep.variants]\nlong = { \"train.epoch\" = 9 }", &[])
);
snapshot!(
    variant_without_effect,
    rejected(
        "[sweep.variants]\nbase = {}\nlong = { \"train.epochs\" = 3 }",
        &[]
    )
);
snapshot!(no_seeds, rejected("[sweep]\nseeds = 0", &[]));
snapshot!(negative_seeds, rejected("[sweep]\nseeds = -3", &[]));
snapshot!(seed_twice, rejected("[sweep]\nseeds = [1, 2, 1]", &[]));
snapshot!(
    empty_sample,
    rejected("[sweep]\nseeds = 2\nsample = 0", &[])
);
snapshot!(
    too_many_runs,
    rejected("[sweep]\nseeds = 20", &["--max-runs", "10"])
);
snapshot!(
    more_examples_than_memory,
    rejected(
        "[sweep.axes]\n\"data.general.strokes.examples\" = [1_000_000_000_000]",
        &[]
    )
);
snapshot!(
    missing_data,
    rejected(
        "[sweep.axes]\n\"data.target.csv.path\" = [\"nothing.csv\"]",
        &[]
    )
);
snapshot!(
    name_that_is_no_folder,
    rejected("[sweep]\nseeds = 2", &["--name", "a/b"])
);
snapshot!(
    part_4_of_3,
    rejected("[sweep]\nseeds = 2", &["--shard", "4/3"])
);
snapshot!(
    tasks_without_slurm,
    rejected("[sweep]\nseeds = 2", &["--tasks", "3"])
);

snapshot!(other_values, begun_and_changed("[16, 16]", "[16]", |_| ()));
snapshot!(
    axis_that_was_there,
    begun_and_changed("\"model.mlp.hidden\" = [[8], [16, 16]]", "", |_| ())
);
snapshot!(
    other_seeds,
    begun_and_changed("seeds = [7, 8]", "seeds = [7, 9]", |_| ())
);
snapshot!(
    other_base,
    begun_and_changed("epochs = 3", "epochs = 4", |_| ())
);
snapshot!(
    damaged_sweep,
    begun_and_changed("", "", |sweep| fs::write(sweep.join("sweep.json"), "{")
        .unwrap())
);
snapshot!(
    sweep_of_another_format,
    begun_and_changed("", "", |sweep| fs::write(
        sweep.join("sweep.json"),
        "{\"format\": 9}"
    )
    .unwrap())
);
snapshot!(
    sweep_without_its_file,
    begun_and_changed("", "", |sweep| fs::remove_file(sweep.join("sweep.json"))
        .unwrap())
);
snapshot!(
    ledger_of_another_sweep,
    begun_and_changed("", "", |sweep| {
        let path = sweep.join("ledger-1-of-12.jsonl");
        let text = fs::read_to_string(&path)
            .unwrap()
            .replace("\"001\"", "\"099\"");
        fs::write(path, text).unwrap();
    })
);

/// The figures are those of this machine's disk. 4·10¹⁰ weights in each of 1000 runs are 10¹⁵ bytes.
#[test]
fn a_sweep_larger_than_the_disk_is_refused() {
    let section =
        "[sweep]\nseeds = 1000\n[sweep.axes]\n\"model.mlp.hidden\" = [[200_000, 200_000]]";
    let error = rejected(section, &[]);
    assert!(
        error.starts_with("error: the sweep needs about 9"),
        "{error}"
    );
    assert!(
        error.contains(" GB on the disk; ") && error.contains(" GB free\n"),
        "{error}"
    );
    assert!(
        error.contains("hint: --runs-dir chooses another place"),
        "{error}"
    );
}

/// A lost or damaged ledger costs no run: what is done is seen from the runs.
#[test]
fn a_damaged_ledger_costs_no_run() {
    let config = format!("{BASE}{SWEEP}").replace("epochs = 3", "epochs = 1");
    let place = Workplace::new();
    swept(&place, &config, &["--shard", "1/12"]);
    fs::write(
        folder(&place).join("ledger-1-of-12.jsonl"),
        "\u{0}{\"format\":7}\n[]\n",
    )
    .unwrap();
    assert_eq!(swept(&place, &config, &["--shard", "1/12"])["done"], 1);
    fs::remove_file(folder(&place).join("ledger-1-of-12.jsonl")).unwrap();
    assert_eq!(swept(&place, &config, &["--shard", "1/12"])["done"], 1);
    assert!(!folder(&place).join("001-0002").exists());
}
