//! Files and folders that are not there.

use crate::theme::Theme;

pub(crate) fn all(theme: &mut Theme) {
    theme.refused(
        "config with a typing error",
        &["train", "configs/quickstrat.toml"],
    );
    theme.refused(
        "config in a folder that is missing",
        &["train", "config/quickstart.toml"],
    );
    theme.refused("folder as a config", &["check", "configs"]);
    theme.refused("no such run", &["diagnose", "runs/quickstart-0001"]);
    theme.refused(
        "no such run to predict with",
        &["predict", "runs/none-0001", "a.csv"],
    );
    theme.refused("folder that is no run", &["resume", "configs"]);
    theme.refused("nothing to compare", &["compare", "nowhere"]);
    theme.refused("file to compare", &["compare", "configs/quickstart.toml"]);
    theme.refused("folder without runs", &["compare", "configs"]);
    theme.refused(
        "table of another kind",
        &["diagnose", "configs/quickstart.toml"],
    );
    theme.write("file", "a file where the folder should be");
    theme.refused(
        "runs that can't be written",
        &[
            "train",
            "configs/quickstart.toml",
            "--device",
            "cpu",
            "--quiet",
            "--runs-dir",
            "file",
        ],
    );
}
