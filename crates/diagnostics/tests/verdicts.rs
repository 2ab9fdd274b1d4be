//! What a diagnosis makes of few examples, missing sets, negative gaps, a goal and bad input.

mod percent;

use plumb_diagnostics::{
    ErrorCount, Figures, GapKind, Goal, Human, Note, Options, SetError, SetName, Verdict, diagnose,
};

use GapKind::{
    AvoidableBias, BiasOrVariance, BiasVarianceOrMismatch, DataMismatch, MismatchOrOverfitting,
    OverfittingToDev, Variance, VarianceOrMismatch,
};
use Verdict::{Absent, Inconclusive, NotMeasurable, Present};
use percent::{NONE, Percent, percent};

/// Verdicts with many and with few examples; `first` stays what it is.
#[test]
fn few_examples_make_verdicts_inconclusive_and_change_nothing_else() {
    fn check(rates: Percent, n: u64, expected: [Verdict; 3]) {
        let diagnosis = rates.diagnose(n);
        assert_eq!(
            diagnosis
                .gaps
                .iter()
                .map(|gap| gap.verdict)
                .collect::<Vec<_>>(),
            expected
        );
        assert_eq!(diagnosis.first, Some(Variance));
        assert!(
            diagnosis.gaps[0].interval.width() <= 0.0,
            "human and train error are exact"
        );
        for gap in &diagnosis.gaps {
            let asked = gap.needed.is_some();
            assert_eq!(asked, gap.verdict == Inconclusive, "{}", gap.kind);
        }
    }
    // The threshold is 0.5 %; Wilson for 5 % is 4.87..5.14 % on 100,000 examples and 2.15..11.2 % on 100, so
    // that a tenth of it may be more than the bias of 1 %.
    let clear = percent(0.0, 1.0, 5.0, 5.0);
    check(clear, 100_000, [Present, Present, Absent]);
    check(clear, 100, [Inconclusive, Present, Inconclusive]);
    // The threshold is 1.4 %; Wilson for 14 % is 13.8..14.2 % and 8.5..22.1 %, less 10 % of train; a tenth of
    // 8.5 % is less than the bias of 1 %.
    let faint = percent(9.0, 10.0, 14.0, 14.0);
    check(faint, 100_000, [Absent, Present, Absent]);
    check(faint, 100, [Inconclusive, Inconclusive, Inconclusive]);
}

#[test]
fn overfitting_to_dev_needs_both_sets() {
    let rates = Percent {
        test: 8.0,
        ..percent(0.0, 1.0, 2.0, 3.0)
    };
    let diagnosis = rates.diagnose(100_000);
    assert_eq!(
        (diagnosis.first, diagnosis.gaps.len()),
        (Some(OverfittingToDev), 4)
    ); // 8 − 3 of 3
    let without_dev = Percent { dev: NONE, ..rates }.diagnose(100_000);
    // 8 − 2, and 1 each: a tie.
    let ranked = [MismatchOrOverfitting, AvoidableBias, Variance];
    assert_eq!(without_dev.ranked, ranked);
}

#[test]
fn what_is_missing_is_noted() {
    fn check(rates: Percent, gaps: &[GapKind], notes: &[Note]) {
        let diagnosis = rates.diagnose(1_000_000);
        assert_eq!(
            diagnosis
                .gaps
                .iter()
                .map(|gap| gap.kind)
                .collect::<Vec<_>>(),
            gaps
        );
        assert_eq!(diagnosis.notes, notes);
    }
    let not_apart = |gap: GapKind| Note::NotApart {
        gap,
        missing: gap.missing(),
    };
    check(
        percent(NONE, 1.0, 2.0, 4.0),
        &[Variance, DataMismatch],
        &[Note::NoHuman],
    );
    check(
        percent(NONE, NONE, 2.0, 4.0),
        &[DataMismatch],
        &[Note::NoHuman, Note::NoTrain],
    );
    check(
        percent(0.0, NONE, 2.0, 4.0),
        &[BiasOrVariance, DataMismatch],
        &[not_apart(BiasOrVariance)],
    );
    check(
        percent(0.0, NONE, NONE, 4.0),
        &[BiasVarianceOrMismatch],
        &[not_apart(BiasVarianceOrMismatch)],
    );
    let no_dev = Note::NoDev {
        threshold_from: SetName::TrainDev,
    };
    check(
        percent(0.0, 1.0, 2.0, NONE),
        &[AvoidableBias, Variance],
        &[no_dev],
    );
    let no_dev = Note::NoDev {
        threshold_from: SetName::Train,
    };
    check(
        percent(NONE, 1.0, NONE, NONE),
        &[],
        &[Note::NoHuman, no_dev],
    );
}

/// Ng, "Machine Learning Yearning" ch. 24: past human level, people no longer say what is avoidable. Wilson
/// for 4 % of 1,000 is 2.95..5.41 %, of 100 it is 1.57..9.84 %.
#[test]
fn a_model_that_beats_people_has_no_measurable_bias() {
    let bias = |rates: Percent, n: u64| {
        let diagnosis = rates.diagnose(n);
        let bias = diagnosis.gap(AvoidableBias).unwrap();
        (bias.verdict, diagnosis.notes.first().cloned())
    };
    let set = SetName::Dev;
    assert_eq!(
        bias(percent(7.5, 2.0, 3.0, 4.0), 1_000),
        (NotMeasurable, Some(Note::BetterThanHuman { set }))
    );
    // So few examples may as well be at human level; and a train error below it is memory alone.
    assert_eq!(
        bias(percent(7.5, 2.0, 3.0, 4.0), 100),
        (Absent, Some(Note::NegativeBias))
    );
    assert_eq!(
        bias(percent(7.5, 2.0, 3.0, 12.0), 1_000),
        (Absent, Some(Note::NegativeBias))
    );
}

/// Train is general: where people do otherwise on general data, their error there is the foot.
#[test]
fn the_human_figure_of_the_general_data_is_the_foot() {
    let mut figures = percent(5.0, 2.0, 3.0, 8.0).figures(1_000);
    figures.human_general = Some(Human::figure(0.01).unwrap());
    let diagnosis = diagnose(&figures, &Options::default()).unwrap();
    let size = diagnosis.gap(AvoidableBias).unwrap().size;
    assert!((size - 0.01).abs() < 1e-12, "{size}"); // 2 − 1
}

/// A rate without a number of examples counts as exact, and that is said.
#[test]
fn stated_rates_have_no_interval() {
    let stated = |rate: f64| Some(SetError::stated(rate).unwrap());
    let figures = Figures {
        human: Some(Human::figure(0.14).unwrap()),
        train: stated(0.15),
        dev: stated(0.30),
        ..Figures::default()
    };
    let diagnosis = diagnose(&figures, &Options::default()).unwrap();
    let gap = diagnosis.gap(VarianceOrMismatch).unwrap();
    assert_eq!((gap.verdict, gap.interval.width()), (Present, 0.0));
    let no_count = Note::NoCount {
        set: SetName::Dev, // train needs none
    };
    assert_eq!(diagnosis.notes[0], no_count);
}

#[test]
fn negative_gaps_stay_negative_and_are_noted() {
    let diagnosis = percent(5.0, 1.0, 12.0, 10.0).diagnose(100_000);
    let sizes: Vec<f64> = diagnosis
        .gaps
        .iter()
        .map(|gap| (gap.size * 100.0).round())
        .collect();
    assert_eq!(sizes, [-4.0, 11.0, -2.0]);
    let mismatch = Note::NegativeGap { gap: DataMismatch };
    assert_eq!(diagnosis.notes, [Note::NegativeBias, mismatch]);
    // With few examples the mismatch may as well be above zero: 12 − 10 of 100 each.
    let few = percent(5.0, 1.0, 12.0, 10.0).diagnose(100);
    assert!(few.gap(DataMismatch).unwrap().interval.high > 0.0);
    let by_chance = Note::NegativeByChance { gap: DataMismatch };
    assert!(few.notes.contains(&by_chance), "{:?}", few.notes);
}

#[test]
fn without_errors_nothing_is_left_to_do() {
    let diagnosis = percent(0.0, 0.0, 0.0, 0.0).diagnose(1_000);
    assert_eq!((diagnosis.first, diagnosis.threshold), (None, 0.0));
    let verdicts: Vec<Verdict> = diagnosis.gaps.iter().map(|gap| gap.verdict).collect();
    // No errors in 1,000 examples still allow a rate above 0, and no number of them rules it out.
    assert_eq!(verdicts, [Absent, Inconclusive, Inconclusive]);
    let unsettled = [Variance, DataMismatch].map(|gap| Note::NotSettled { gap });
    assert_eq!(diagnosis.notes, unsettled);
}

#[test]
fn the_goal_is_held_against_dev() {
    fn check(n: u64, goal: f64, expected: Verdict) {
        let options = Options {
            goal_error: Some(goal),
            ..Options::default()
        };
        let diagnosis = diagnose(&percent(0.0, 1.0, 2.0, 5.0).figures(n), &options).unwrap();
        assert_eq!(
            diagnosis.goal,
            Some(Goal {
                error: goal,
                reached: expected
            })
        );
    }
    // Wilson, 5 %: 4.87..5.14 % on 100,000 examples, 2.15..11.2 % on 100.
    check(100_000, 0.06, Present);
    check(100_000, 0.04, Absent);
    check(100, 0.06, Inconclusive);

    let options = Options {
        goal_error: Some(0.1),
        ..Options::default()
    };
    let diagnosis = diagnose(&percent(0.0, 1.0, 2.0, NONE).figures(100), &options).unwrap();
    assert_eq!(diagnosis.goal, None);
    assert!(diagnosis.notes.contains(&Note::GoalNotJudged));
}

#[test]
fn bad_input_is_refused() {
    fn check(figures: &Figures, options: Options, expected: &str) {
        let error = diagnose(figures, &options).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let figures = percent(0.0, 1.0, 2.0, 3.0).figures(100);
    let human_alone = percent(1.0, NONE, NONE, NONE).figures(100);
    let no_sets = "no error rates; expected at least one of train, train-dev, dev and test";
    check(&human_alone, Options::default(), no_sets);
    check(
        &figures,
        Options {
            matters_share: f64::NAN,
            ..Options::default()
        },
        "the share of the dev error that matters is NaN; expected a fraction from 0 to 1",
    );
    check(
        &figures,
        Options {
            goal_error: Some(3.0),
            ..Options::default()
        },
        "the goal error is 3; expected a fraction from 0 to 1",
    );
}

/// Bias 4 of a dev error of 10 on 100 examples is exact, and present; the variance of 5, on 40 train-dev examples,
/// may be nothing (Wilson for 4 of 40: 4.0 to 23.1 %, less the 5 % of train).
#[test]
fn what_is_sure_comes_before_what_is_larger() {
    let count = |errors, n| Some(ErrorCount::new(errors, n).unwrap().into());
    let figures = |n: u64| Figures {
        human: Some(Human::figure(0.01).unwrap()),
        train: count(50, 1_000),
        train_dev: count(n / 10, n),
        dev: count(1_000, 10_000),
        ..Figures::default()
    };
    let few = diagnose(&figures(40), &Options::default()).unwrap();
    assert_eq!(few.gap(Variance).unwrap().verdict, Inconclusive);
    assert_eq!(few.ranked, [AvoidableBias, Variance]);
    let many = diagnose(&figures(10_000), &Options::default()).unwrap();
    assert_eq!(many.ranked, [Variance, AvoidableBias]);
}
