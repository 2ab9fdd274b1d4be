//! Claims, and what they are about.

use crate::theme::Theme;

const CONFIG: &str = r#"name = "small"
seed = 3
[data.general.gaussian]
examples = 2_000
distance = 2
[data.target.gaussian]
examples = 2_000
distance = 2
[data.split]
train_dev = 500
dev = 500
test = 1_000
[model.linear]
[optimizer.adam]
learning_rate = 0.05
[train]
epochs = 1
batch_size = 100
[sweep]
seeds = 3
[sweep.variants]
linear = {}
deep = { "model" = { mlp = { hidden = [16] } } }
"#;

fn claim(theme: &mut Theme, case: &str, check: &str) {
    let claims = format!("[[expect.claims]]\ncheck = \"{check}\"\n");
    theme.write("small.toml", format!("{CONFIG}{claims}"));
    theme.refused(
        case,
        &["reproduce", "small.toml", "--quiet", "--device", "cpu"],
    );
}

pub(crate) fn all(theme: &mut Theme) {
    theme.write("small.toml", CONFIG);
    theme.refused("no claims", &["reproduce", "small.toml", "--quiet"]);
    theme.refused("not in the repository", &["reproduce", "all", "--quiet"]);
    claim(theme, "unknown function", "tets(linear) < 60%");
    claim(theme, "unknown variant", "test(liner) < 60%");
    claim(theme, "what is left open", "test() < 60%");
    claim(theme, "half a claim", "test(linear) < ");
    claim(theme, "no comparison", "test(linear)");
    claim(theme, "unknown gap", "first(linear) is varience");
    claim(theme, "unknown axis", "test(linear, hidden=3) < 60%");
    claim(
        theme,
        "seed that was not trained",
        "test(linear, seed=99) < 60%",
    );
    claim(theme, "choice by test", "test(pick=test) < 60%");
    let said = {
        theme.write(
            "small.toml",
            format!("{CONFIG}[[expect.claims]]\ncheck = \"test(linear) > 60%\"\n"),
        );
        theme.run(&["reproduce", "small.toml", "--quiet", "--device", "cpu"])
    };
    theme.keep(
        "claim that did not hold",
        &["reproduce", "small.toml", "--quiet"],
        &said,
    );
    theme.write(
        "small.toml",
        format!("{CONFIG}[expect.figure]\nx = \"variant\"\ny = \"tset\"\n[[expect.claims]]\ncheck = \"1 < 2\"\n"),
    );
    theme.refused(
        "unknown figure",
        &["reproduce", "small.toml", "--quiet", "--device", "cpu"],
    );
}
