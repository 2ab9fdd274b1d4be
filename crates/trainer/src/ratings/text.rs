use std::fmt::Write;

use plumb_diagnostics::{Against, RaterStudy};

/// Raters that a terminal gets.
const N_SHOWN: usize = 12;

/// What raters' labels say, for a terminal; `of` is nothing, or which data they are about.
pub(crate) fn text(study: &RaterStudy, of: &str) -> String {
    let against = match study.against {
        Against::Reference => "the true labels",
        Against::OthersMajority => "the majority of the others",
    };
    let mut text = format!(
        "human level{of}, from labels of {} examples, against {against}:\n",
        study.n_examples
    );
    let mut best_first: Vec<_> = study.candidates.iter().collect();
    best_first.sort_by(|a, b| a.count.rate().total_cmp(&b.count.rate()));
    for candidate in best_first.iter().take(N_SHOWN) {
        let is_chosen = (study.chosen.as_ref()).is_some_and(|chosen| chosen.name == candidate.name);
        let note = match (is_chosen, candidate.eligible) {
            (true, _) => "  <- counts",
            (_, false) => "  (too few labels)",
            _ => "",
        };
        let percent = |rate: f64| rate * 100.0;
        writeln!(
            text,
            "  {:<26}{:>7.2} %  {:<17}{} / {}{note}",
            candidate.name,
            percent(candidate.count.rate()),
            format!(
                "{:.2} to {:.2}",
                percent(candidate.interval.low),
                percent(candidate.interval.high)
            ),
            candidate.count.errors(),
            candidate.count.n()
        )
        .ok();
    }
    if study.candidates.len() > N_SHOWN {
        writeln!(text, "  and {} others", study.candidates.len() - N_SHOWN).ok();
    }
    if let Some(agreement) = &study.agreement {
        let alpha = agreement.alpha.map_or(String::new(), |alpha| {
            format!("; Krippendorff's alpha {alpha:.3}")
        });
        writeln!(
            text,
            "  two raters agree on {:.1} % of what both labelled{alpha}",
            agreement.observed * 100.0
        )
        .ok();
    }
    if let Some(bayes) = &study.bayes {
        writeln!(
            text,
            "  Bayes error from disagreement: {:.2} % ({:.2} to {:.2})",
            bayes.error * 100.0,
            bayes.interval.low * 100.0,
            bayes.interval.high * 100.0
        )
        .ok();
    }
    for note in &study.notes {
        writeln!(text, "  note: {note}").ok();
    }
    text.push('\n');
    text
}
