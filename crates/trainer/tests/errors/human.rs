//! The human figure.

use crate::theme::Theme;

pub(crate) fn all(theme: &mut Theme) {
    theme.edited("unknown table", "[human]", "[humans]");
    theme.edited("percent for a fraction", "error = 0.025", "error = 2.5");
    theme.edited(
        "human twice",
        "error = 0.025",
        "error = 0.025\nraters = { expert = 0.01 }",
    );
    theme.edited("table of human level without a figure", "error = 0.025", "");
    theme.edited("negative rate of people", "error = 0.025", "error = -0.1");
    theme.edited(
        "rater in percent",
        "error = 0.025",
        "raters = { doctor = 1.5, nurse = 0.03 }",
    );
    theme.edited(
        "no file of labels",
        "error = 0.025",
        "labels = \"raters.csv\"",
    );
    theme.write("raters.csv", "example,rater,lable\n1,a,x\n");
    theme.edited(
        "labels without a column",
        "error = 0.025",
        "labels = \"raters.csv\"",
    );
    theme.write("raters.csv", "example,rater,label\n1,a,x\n1,a,y\n");
    theme.edited(
        "a rater's second label",
        "error = 0.025",
        "labels = \"raters.csv\"",
    );
    theme.write("raters.csv", "example,rater,label\n1,a,x\n2,b,y\n");
    theme.edited(
        "raters of different examples",
        "error = 0.025",
        "labels = \"raters.csv\"",
    );
    theme.refused(
        "rate of people on the command line",
        &["diagnose", "--human", "5", "--dev", ".1"],
    );
}
