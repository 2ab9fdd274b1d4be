//! How the chunks are divided.

use crate::theme::Theme;

pub(crate) fn all(theme: &mut Theme) {
    theme.edited("negative count", "dev = 500", "dev = -500");
    theme.edited("empty set", "dev = 500", "dev = 0");
    theme.edited("more target than exists", "test = 500", "test = 1500");
    theme.edited(
        "more general than exists",
        "train_dev = 2_000",
        "train_dev = 20_000",
    );
    theme.overridden("unknown group", &["data.split.group=writer"]);
    theme.overridden("weight without effect", &["data.split.general_weight=0.5"]);
    theme.overridden("share above one", &["data.split.dev=1.5"]);
    theme.overridden("groups that are too few", &["data.split.group=source"]);
    theme.overridden("more to train on than is left", &["data.split.train=50000"]);
    theme.overridden(
        "target in train beyond what there is",
        &["data.split.target_in_train=5000"],
    );
    theme.overridden("too few of train for every class", &["data.split.train=3"]);
}
