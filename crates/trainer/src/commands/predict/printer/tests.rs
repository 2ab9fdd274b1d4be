use super::*;

/// Three classes, two pictures; the logits are logarithms of the probabilities times 8.
fn printed(format: PredictionFormat, top: Option<usize>, labels: Option<&Tag>) -> String {
    let classes = ["cat", "dog", "long-eared owl"].map(String::from);
    let ids = Ids::Paths(vec!["a.png".into(), "sub/b, 2.png".into()]);
    let printer = Printer::new(Printing {
        run: Path::new("runs/example-0001"),
        checkpoint: "step-00000042",
        format,
        classes: &classes,
        ids: &ids,
        labels,
        top,
    });
    let mut text = printer.begin().unwrap();
    for (at, eighths) in [[1.0_f32, 5.0, 2.0], [7.0, 0.5, 0.5]].iter().enumerate() {
        let scores = Scores::new(&eighths.map(f32::ln)).unwrap();
        text.push_str(&printer.row(at, &scores).unwrap());
    }
    text + printer.end()
}

#[test]
fn each_format() {
    let labels = Tag::new("y", &["dog", "dog"]);
    let table = PredictionFormat::Table;
    insta::assert_snapshot!("table", printed(table, None, None));
    insta::assert_snapshot!("table_labelled", printed(table, Some(3), Some(&labels)));
    let csv = PredictionFormat::Csv;
    insta::assert_snapshot!("csv", printed(csv, None, Some(&labels)));
    insta::assert_snapshot!("csv_top", printed(csv, Some(2), None));
    let json = PredictionFormat::Json;
    insta::assert_snapshot!("json", printed(json, None, Some(&labels)));
    insta::assert_snapshot!("json_top", printed(json, Some(1), None));
}

/// The document is put together by hand.
#[test]
fn json_is_one_document() {
    let text = printed(PredictionFormat::Json, None, None);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["predictions"][0]["predicted"], "dog");
    assert_eq!(value["predictions"][0]["probability"], 0.625);
    assert_eq!(value["predictions"][1]["probabilities"]["cat"], 0.875);
}
