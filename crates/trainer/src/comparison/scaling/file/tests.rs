use super::*;

fn read(content: &str) -> Result<CurveFile, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.csv");
    std::fs::write(&path, content).unwrap();
    let file = CurveFile::read(&path, Confidence::default());
    file.map_err(|error| {
        let folder = format!("{}/", folder.path().display());
        error.message().replace(&folder, "")
    })
}

#[test]
fn points_come_in_order_with_their_seeds_together() {
    let file = read(
        "size,n,error,seed,training,note\nb,200,0.1,1,1,\na,100,0.5,1,1,x\nb,100,0.25,1,1,\nb,100,0.35,2,1,\n\
         b,400,0.05,1,0,\n",
    )
    .unwrap();
    assert_eq!(file.value_name, "error");
    let [b, a] = &file.series[..] else {
        panic!("{file:?}")
    };
    assert_eq!((b.name.as_str(), a.name.as_str()), ("b", "a"));
    let told = |point: &super::super::Point| {
        let trainings = point.trainings.iter();
        let values: Vec<_> = trainings
            .map(|training| (training.value, training.seed))
            .collect();
        (point.examples, values)
    };
    let points: Vec<_> = b.points.iter().map(told).collect();
    let expected = [
        (100, vec![(0.25, Some(0)), (0.35, Some(1))]),
        (200, vec![(0.1, Some(0))]),
    ];
    assert_eq!(points, expected);
    assert!((b.points[0].mean - 0.3).abs() < 1e-12);
    // Student's, one degree: 12.7062 · 0.05√2/√2 around 0.3.
    let interval = b.points[0].interval.unwrap();
    assert!((interval.high - 0.3 - 12.706_2 * 0.05).abs() < 1e-5);
    assert_eq!(b.points[1].interval, None);
    assert_eq!(b.held_out.len(), 1);
    assert!(a.held_out.is_empty());
}

#[test]
fn what_is_wrong_is_named_with_line_and_column() {
    let check = |content: &str, expected: &str| {
        assert_eq!(read(content).unwrap_err(), format!("c.csv: {expected}"));
    };
    check(
        "",
        "the file is empty; expected a header and one line per point",
    );
    check(
        "a,error\n",
        "has no column `examples`, `seen_examples` or `n`, the number of training examples; its columns are a, error",
    );
    check(
        "n,errors\n",
        "has no column `error`, `loss` or `value`, what was measured; its columns are n, errors",
    );
    check(
        "n,examples,error\n",
        "has the columns `n` and `examples`; expected one of them",
    );
    check(
        "n,loss\n",
        "holds no lines below the header; expected one per point",
    );
    let n = |line: &str, expected: &str| {
        check(
            &format!("n,error\n1,0.5\n{line}\n"),
            &format!("line 3: {expected}"),
        );
    };
    n("x,0.5", "`n` is `x`; expected a whole number of 1 or more");
    n("0,0.5", "`n` is `0`; expected a whole number of 1 or more");
    n(
        "inf,0.5",
        "`n` is `inf`; expected a whole number of 1 or more",
    );
    n(
        "1.5,0.5",
        "`n` is `1.5`; expected a whole number of 1 or more",
    );
    n("2,", "`error` is ``; expected a fraction from 0 to 1");
    n("2,5", "`error` is `5`; expected a fraction from 0 to 1");
    n("2,NaN", "`error` is `NaN`; expected a fraction from 0 to 1");
    n(
        "1,0.4",
        "a second point at 1 examples; expected one, or a column `seed` that tells them apart",
    );
    check(
        "n,loss\n1,-1\n",
        "line 2: `loss` is `-1`; expected a number above 0",
    );
    check(
        "n,loss,training\n1,1,yes\n",
        "line 2: `training` is `yes`; expected 1, or 0 for a point that is held out",
    );
    check(
        "n,loss,curve,seed\n1,1,a,1\n1,2,b,1\n1,3,a,1\n",
        "line 4: a second point of `a` at 1 examples with seed `1`; expected one",
    );
    check(
        "n,loss,seed\n1,1,\n",
        "line 2: `seed` is empty; expected its name",
    );
    let ragged = read("n,loss\n1,1,1\n").unwrap_err();
    assert!(ragged.contains("line: 2"), "{ragged}");
}
