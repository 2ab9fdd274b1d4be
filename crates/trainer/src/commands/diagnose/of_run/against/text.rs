use std::fmt::Write;

use plumb_diagnostics::Verdict;

use super::{Change, DevChange, Outcome};

impl Change {
    /// Predicted and observed, for a terminal of 80 columns.
    pub(in super::super) fn text(&self) -> String {
        let mut text = format!("\nAgainst {}:\n", self.old);
        for taken in &self.taken {
            let as_proposed = if taken.is_as_proposed {
                ""
            } else {
                " (with other values)"
            };
            writeln!(text, "  taken: {}{as_proposed}", taken.action.change).ok();
        }
        if self.taken.is_empty() {
            text.push_str("  none of its actions was taken\n");
        }
        if !self.besides.is_empty() {
            let what = if self.taken.is_empty() {
                "changed"
            } else {
                "changed besides"
            };
            writeln!(text, "  {what}: {}", self.besides.join(", ")).ok();
        }
        writeln!(
            text,
            "\n  {:<24}{:>9}{:>9}{:>9}",
            "", "before", "after", "change"
        )
        .ok();
        for gap in &self.gaps {
            let promised = gap.promised_at_most.map_or(String::new(), |most| {
                format!("   at most {:.2} less was promised", most * 100.0)
            });
            writeln!(
                text,
                "  {:<24}{:>+9.2}{:>+9.2}{:>+9.2}{promised}",
                gap.gap.to_string(),
                gap.old * 100.0,
                gap.new * 100.0,
                (gap.new - gap.old) * 100.0
            )
            .ok();
        }
        text.push_str(&self.dev.text());
        text.push_str(self.outcome.text());
        if self
            .eyeball
            .is_some_and(|eyeball| eyeball.verdict == Verdict::Present)
        {
            text.push_str(
                "  warning: the part of dev for the eye fell faster than the rest: what was seen there is\n  \
                 fitted by now; look at other examples\n",
            );
        }
        text
    }
}

impl DevChange {
    fn text(&self) -> String {
        let points = |share: f64| share * 100.0;
        let mut text = format!(
            "  {:<24}{:>9.2}{:>9.2}{:>+9.2}   ({:+.2} to {:+.2})\n",
            "dev error, in percent",
            points(self.old),
            points(self.new),
            points(self.difference),
            points(self.interval.low),
            points(self.interval.high)
        );
        match &self.paired {
            Some(paired) => writeln!(
                text,
                "  on the same {} examples: {} mended, {} spoilt (exact McNemar p {})",
                paired.counts.n(),
                paired.counts.only_first_wrong(),
                paired.counts.only_second_wrong(),
                if paired.p_value < 1e-4 {
                    "< 0.0001".to_owned()
                } else {
                    format!("= {:.4}", paired.p_value)
                }
            ),
            None => writeln!(
                text,
                "  dev is another set than before, so the interval is that of two samples"
            ),
        }
        .ok();
        text
    }
}

impl Outcome {
    fn text(self) -> &'static str {
        match self {
            Self::Unchanged => {
                "  Both runs say the same of every dev example: nothing has changed\n"
            }
            Self::NotComparable => {
                "  The target data is other data than before: what of the change is the model's can't be told\n"
            }
            Self::AsPromised => {
                "  The change did what it should: the dev error fell, and most by the gap it was for\n"
            }
            Self::ByAnotherWay => {
                "  The dev error fell, but not by the gap that the change was for\n"
            }
            Self::Better => "  The dev error fell\n",
            Self::NotBetter => {
                "  The change did not do what it should: the dev error did not fall\n"
            }
            Self::CantTell => {
                "  Too few examples in dev to tell whether the change did what it should\n"
            }
        }
    }
}
