use super::{examine::Examined, judged::Judged, truth::GAPS};

/// The columns; rates and gaps are fractions.
const COLUMNS: [&str; 23] = [
    "scenario",
    "regime",
    "task",
    "train",
    "train_dev",
    "dev",
    "test",
    "evaluations",
    "repeat",
    "true_human",
    "true_train",
    "true_general",
    "true_dev",
    "true_target",
    "true_target_human",
    "threshold",
    "gap",
    "true_gap",
    "standard_errors_above",
    "measured_gap",
    "verdict",
    "covered",
    "named_first",
];

/// One line per diagnosis and gap. The column `repeat` is 0 for a scenario's own run.
pub(super) fn to_csv(scenarios: &[Examined]) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(COLUMNS)?;
    for examined in scenarios {
        let all = std::iter::once(&examined.own).chain(&examined.repeats);
        for (repeat, judged) in all.enumerate() {
            for at in 0..GAPS.len() {
                csv.write_record(line(examined, repeat, judged, at))?;
            }
        }
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}

fn line(examined: &Examined, repeat: usize, judged: &Judged, at: usize) -> [String; COLUMNS.len()] {
    let (id, sizes) = (examined.id, examined.recipe.sizes);
    let (truth, rates, gap) = (&judged.truth, judged.truth.rates, judged.gaps[at]);
    [
        id.number.to_string(),
        id.regime.to_string(),
        id.task.to_string(),
        sizes.train.to_string(),
        sizes.train_dev.to_string(),
        sizes.dev.to_string(),
        sizes.test.to_string(),
        examined.candidates.to_string(),
        repeat.to_string(),
        rates.human.to_string(),
        rates.train.to_string(),
        rates.general.to_string(),
        rates.dev.to_string(),
        rates.target.to_string(),
        rates.target_human.to_string(),
        truth.threshold.to_string(),
        GAPS[at].to_string(),
        truth.gaps[at].to_string(),
        truth.standard_errors_above[at].to_string(),
        gap.measured.to_string(),
        gap.verdict.to_string(),
        gap.covered
            .map_or(String::new(), |covered| covered.to_string()),
        judged.named.map_or("none".into(), |kind| kind.to_string()),
    ]
}
