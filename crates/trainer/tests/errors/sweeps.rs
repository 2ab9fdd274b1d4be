//! Grids of runs.

use std::fs;

use crate::{
    common::{
        Workplace,
        resuming::content,
        stderr,
        sweeps::{BASE, SWEEP, folder, sweep, swept},
    },
    theme::{Theme, remove},
};

/// A config with this `[sweep]` is refused.
fn rejected(theme: &mut Theme, case: &str, section: &str, args: &[&str]) {
    theme.write("sweep.toml", format!("{BASE}\n{section}\n"));
    theme.refused(
        case,
        &[&["sweep", "sweep.toml", "--device", "cpu"], args].concat(),
    );
}

/// A sweep that was begun, and then changed: the config by `from` → `to`, its directory by `damage`.
fn begun_and_changed(
    theme: &mut Theme,
    case: &str,
    from: &str,
    to: &str,
    damage: impl Fn(&std::path::Path),
) {
    let config = format!("{BASE}{SWEEP}").replace("seeds = 2", "seeds = [7, 8]");
    assert!(config.contains(from), "{from}");
    let config = config.replace("epochs = 3", "epochs = 1");
    theme.write("sweep.toml", &config);
    let begin = ["sweep", "sweep.toml", "--device", "cpu", "--quiet"];
    let said = theme.run(&[&begin[..], &["--shard", "1/12"]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    damage(&theme.path("runs/grid"));
    let before = content(&theme.path("runs"));
    let from = from.replace("epochs = 3", "epochs = 1");
    theme.write("sweep.toml", config.replace(&from, to));
    theme.refused(case, &["sweep", "sweep.toml", "--device", "cpu"]);
    assert!(
        content(&theme.path("runs")) == before,
        "{case}: something was written"
    );
    remove(&theme.path("runs"));
}

#[expect(
    clippy::too_many_lines,
    reason = "a list of cases, one after the other"
)]
pub(crate) fn all(theme: &mut Theme) {
    rejected(theme, "no sweep", "", &[]);
    rejected(theme, "nothing to sweep", "[sweep]", &[]);
    rejected(theme, "unknown key of sweep", "[sweep]\nseed = 2", &[]);
    rejected(
        theme,
        "axis of no key",
        "[sweep.axes]\n\"model.mlp.hiden\" = [[8]]",
        &[],
    );
    rejected(
        theme,
        "axis without its table",
        "[sweep.axes]\nepochs = [1, 2]",
        &[],
    );
    rejected(theme, "axis of seeds", "[sweep.axes]\nseed = [1, 2]", &[]);
    rejected(
        theme,
        "empty axis",
        "[sweep.axes]\n\"train.epochs\" = []",
        &[],
    );
    rejected(
        theme,
        "value twice",
        "[sweep.axes]\n\"train.epochs\" = [1, 2, 1]",
        &[],
    );
    rejected(
        theme,
        "value of another type",
        "[sweep.axes]\n\"train.epochs\" = [1, \"two\"]",
        &[],
    );
    rejected(
        theme,
        "value that is refused",
        "[sweep.axes]\n\"train.epochs\" = [1, 0]",
        &[],
    );
    rejected(
        theme,
        "axis that is a number",
        "[sweep.axes]\n\"train.epochs\" = 3",
        &[],
    );
    rejected(
        theme,
        "falling range",
        "[sweep.axes]\n\"train.epochs\" = { from = 10, to = 1, steps = 3 }",
        &[],
    );
    rejected(
        theme,
        "log range from 0",
        "[sweep.axes]\n\"train.epochs\" = { from = 0, to = 9, steps = 3, scale = \"log\" }",
        &[],
    );
    rejected(
        theme,
        "range without steps",
        "[sweep.axes]\n\"train.epochs\" = { from = 1, to = 9 }",
        &[],
    );
    rejected(
        theme,
        "range on another scale",
        "[sweep.axes]\n\"train.epochs\" = { from = 1, to = 9, steps = 3, scale = \"cubic\" }",
        &[],
    );
    rejected(
        theme,
        "axis in an axis",
        "[sweep.axes]\n\"model.mlp.hidden\" = [[8]]\nmodel = [{ linear = {} }]",
        &[],
    );
    rejected(
        theme,
        "axis that a variant sets",
        "[sweep.axes]\n\"train.epochs\" = [1, 2]\n[sweep.variants]\nlong = { \"train.epochs\" = 9 }",
        &[],
    );
    rejected(
        theme,
        "variant that is a number",
        "[sweep.variants]\nlong = 9",
        &[],
    );
    rejected(
        theme,
        "variant of no key",
        "[sweep.variants]\nlong = { \"train.epoch\" = 9 }",
        &[],
    );
    rejected(
        theme,
        "variant without effect",
        "[sweep.variants]\nbase = {}\nlong = { \"train.epochs\" = 3 }",
        &[],
    );
    rejected(theme, "no seeds", "[sweep]\nseeds = 0", &[]);
    rejected(theme, "negative seeds", "[sweep]\nseeds = -3", &[]);
    rejected(theme, "seed twice", "[sweep]\nseeds = [1, 2, 1]", &[]);
    rejected(theme, "empty sample", "[sweep]\nseeds = 2\nsample = 0", &[]);
    rejected(
        theme,
        "too many runs",
        "[sweep]\nseeds = 20",
        &["--max-runs", "10"],
    );
    rejected(
        theme,
        "more examples than memory",
        "[sweep.axes]\n\"data.general.strokes.examples\" = [1_000_000_000_000]",
        &[],
    );
    rejected(
        theme,
        "missing data",
        "[sweep.axes]\n\"data.target.csv.path\" = [\"nothing.csv\"]",
        &[],
    );
    rejected(
        theme,
        "name that is no folder",
        "[sweep]\nseeds = 2",
        &["--name", "a/b"],
    );
    rejected(
        theme,
        "part 4 of 3",
        "[sweep]\nseeds = 2",
        &["--shard", "4/3"],
    );
    rejected(
        theme,
        "tasks without slurm",
        "[sweep]\nseeds = 2",
        &["--tasks", "3"],
    );
    begun_and_changed(theme, "other values", "[16, 16]", "[16]", |_| ());
    begun_and_changed(
        theme,
        "axis that was there",
        "\"model.mlp.hidden\" = [[8], [16, 16]]",
        "",
        |_| (),
    );
    begun_and_changed(
        theme,
        "other seeds",
        "seeds = [7, 8]",
        "seeds = [7, 9]",
        |_| (),
    );
    begun_and_changed(theme, "other base", "epochs = 3", "epochs = 4", |_| ());
    begun_and_changed(theme, "damaged sweep", "", "", |sweep| {
        fs::write(sweep.join("sweep.json"), "{").unwrap();
    });
    begun_and_changed(theme, "sweep of another format", "", "", |sweep| {
        fs::write(sweep.join("sweep.json"), "{\"format\": 9}").unwrap();
    });
    begun_and_changed(theme, "sweep without its file", "", "", |sweep| {
        fs::remove_file(sweep.join("sweep.json")).unwrap();
    });
    begun_and_changed(theme, "ledger of another sweep", "", "", |sweep| {
        let path = sweep.join("ledger-1-of-12.jsonl");
        let text = fs::read_to_string(&path)
            .unwrap()
            .replace("\"001\"", "\"099\"");
        fs::write(path, text).unwrap();
    });
    theme.write("sweep.toml", format!("{BASE}\n[sweep]\nseeds = [1, 2]\n[sweep.axes]\n\"optimizer.adam.learning_rate\" = [1e-3, 1e30]\n"));
    let said = theme.run(&["sweep", "sweep.toml", "--device", "cpu", "--quiet"]);
    assert_eq!(said.code, 1, "{}", said.err);
    theme.keep(
        "runs that fail",
        &["sweep", "sweep.toml", "--device", "cpu", "--quiet"],
        &said,
    );
}

/// The figures are those of this machine's disk. 4·10¹⁰ weights in each of 1000 runs are 10¹⁵ bytes.
#[test]
fn a_sweep_larger_than_the_disk_is_refused() {
    let section =
        "[sweep]\nseeds = 1000\n[sweep.axes]\n\"model.mlp.hidden\" = [[200_000, 200_000]]";
    let place = Workplace::new();
    let output = sweep(&place, &format!("{BASE}\n{section}\n"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!place.runs().exists());
    let error = stderr(&output);
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
