use super::{examine::Examined, truth::GAPS};

/// One line per scenario and gap, of the scenario's own run; sizes are fractions.
pub(super) fn to_csv(scenarios: &[Examined]) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "scenario",
        "regime",
        "task",
        "train",
        "train_dev",
        "dev",
        "test",
        "evaluations",
        "true_human",
        "true_train",
        "true_general",
        "true_dev",
        "true_target",
        "harder",
        "threshold",
        "gap",
        "true_gap",
        "standard_errors_above",
        "measured_gap",
        "verdict",
        "covered",
        "named_first",
        "seconds",
    ])?;
    for examined in scenarios {
        let (id, sizes, own) = (examined.id, examined.recipe.sizes, &examined.own);
        let rates = own.truth.rates;
        for (at, kind) in GAPS.iter().enumerate() {
            let gap = own.gaps[at];
            csv.write_record([
                id.number.to_string(),
                id.regime.to_string(),
                format!("{:?}", id.task).to_lowercase(),
                sizes.train.to_string(),
                sizes.train_dev.to_string(),
                sizes.dev.to_string(),
                sizes.test.to_string(),
                examined.candidates.to_string(),
                rates.human.to_string(),
                rates.train.to_string(),
                rates.general.to_string(),
                rates.dev.to_string(),
                rates.target.to_string(),
                examined.harder.to_string(),
                own.truth.threshold.to_string(),
                kind.to_string(),
                own.truth.gaps[at].to_string(),
                own.truth.standard_errors_above[at].to_string(),
                gap.measured.to_string(),
                gap.verdict.to_string(),
                gap.covered
                    .map_or(String::new(), |covered| covered.to_string()),
                own.named.map_or("none".into(), |kind| kind.to_string()),
                format!("{:.2}", examined.elapsed_secs),
            ])?;
        }
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}
