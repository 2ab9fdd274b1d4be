//! The commands to go on with, ready to copy.

use std::path::Path;

use crate::{advice::Action, shell::quoted};

/// Where runs lie unless somebody says otherwise.
const RUNS: &str = "runs";

/// Behind a run: its next training with the first change that is one key of the config, and ways to look at it.
///
/// A run's own `config.toml` is the config that it was trained from with all overrides, so it is what a change is
/// one of. Its relative paths start in the folder that the run was started in.
pub(crate) fn behind_run(run: &Path, actions: &[Action]) -> Vec<String> {
    let shown = quoted(&run.display().to_string());
    let change = actions.iter().find_map(|action| action.set.as_deref());
    let train = change.map(|set| with_change(run, set));
    let looks = [
        format!("plumb diagnose {shown}"),
        format!("plumb report {shown} --open"),
        board(run),
    ];
    train.into_iter().chain(looks).collect()
}

/// The next training, with one change of the config.
pub(crate) fn with_change(run: &Path, set: &str) -> String {
    let config = quoted(&run.join("config.toml").display().to_string());
    let to = runs_folder(run).map_or(String::new(), |folder| format!(" --runs-dir {folder}"));
    format!("plumb train {config} --set {}{to}", quoted(set))
}

/// Behind a sweep.
pub(crate) fn behind_sweep(sweep: &Path) -> Vec<String> {
    let shown = quoted(&sweep.display().to_string());
    vec![
        format!("plumb compare {shown}"),
        format!("plumb report {shown} --open"),
        board(sweep),
    ]
}

fn board(inside: &Path) -> String {
    let folder = runs_folder(inside).map_or(String::new(), |folder| format!(" {folder}"));
    format!("plumb board{folder}")
}

/// The folder that a run or a sweep lies in, if it is not the usual one; of a run in a sweep, that of the sweep, for
/// no other run belongs in there.
fn runs_folder(run: &Path) -> Option<String> {
    let mut folder = run.parent()?;
    if folder.join("sweep.json").exists() {
        folder = folder.parent()?;
    }
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    (folder != Path::new(RUNS)).then(|| quoted(&folder.display().to_string()))
}

#[cfg(test)]
mod tests {
    use plumb_diagnostics::{GapKind, Remedy};

    use super::*;
    use crate::advice::Cost;

    fn action(set: Option<&str>) -> Action {
        Action {
            gap: GapKind::DataMismatch,
            remedy: Remedy::MixInTarget,
            change: String::new(),
            reason: None,
            set: set.map(Into::into),
            ceiling: 0.1,
            cost: Cost::default(),
        }
    }

    #[test]
    fn a_run_is_trained_anew_from_its_own_config() {
        let check = |run: &str, actions: &[Action], expected: &[&str]| {
            assert_eq!(behind_run(Path::new(run), actions), expected);
        };
        let actions = [
            action(None),
            action(Some("model.mlp.hidden=[8]")),
            action(Some("train.epochs=2")),
        ];
        let looks = [
            "plumb diagnose runs/a-0001",
            "plumb report runs/a-0001 --open",
            "plumb board",
        ];
        check("runs/a-0001", &[], &looks);
        check("runs/a-0001", &actions[..1], &looks);
        let train = "plumb train runs/a-0001/config.toml --set 'model.mlp.hidden=[8]'";
        check("runs/a-0001", &actions, &[&[train], &looks[..]].concat());
        check(
            "my runs/a-0001",
            &actions,
            &[
                "plumb train 'my runs/a-0001/config.toml' --set 'model.mlp.hidden=[8]' --runs-dir 'my runs'",
                "plumb diagnose 'my runs/a-0001'",
                "plumb report 'my runs/a-0001' --open",
                "plumb board 'my runs'",
            ],
        );
        check(
            "a-0001",
            &[],
            &[
                "plumb diagnose a-0001",
                "plumb report a-0001 --open",
                "plumb board .",
            ],
        );
    }

    #[test]
    fn a_run_of_a_sweep_leaves_no_other_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let sweep = folder.path().join("scale");
        std::fs::create_dir(&sweep).unwrap();
        std::fs::write(sweep.join("sweep.json"), "{}").unwrap();
        let commands = behind_run(&sweep.join("0001-0001"), &[action(Some("train.epochs=2"))]);
        let runs = quoted(&folder.path().display().to_string());
        assert!(commands[0].ends_with(&format!(" --set train.epochs=2 --runs-dir {runs}")));
        assert_eq!(commands[3], format!("plumb board {runs}"));
    }

    #[test]
    fn a_sweep_is_compared() {
        let expected = [
            "plumb compare runs/scale",
            "plumb report runs/scale --open",
            "plumb board",
        ];
        assert_eq!(behind_sweep(Path::new("runs/scale")), expected);
    }
}
