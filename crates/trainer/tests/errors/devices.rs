//! Where to compute.
//!
//! Texts depend on what plumb was built with, so those of GPUs are asked for without any driver, and left as the
//! snapshot has them where GPU support is not built in.

use crate::theme::Theme;

pub(crate) fn all(theme: &mut Theme) {
    theme.refused(
        "device by another name",
        &["train", "configs/quickstart.toml", "--device", "cuda"],
    );
    if !cfg!(feature = "cuda") {
        theme.refused(
            "device that is not built in",
            &["train", "configs/quickstart.toml", "--device", "cuda:0"],
        );
    }
}
