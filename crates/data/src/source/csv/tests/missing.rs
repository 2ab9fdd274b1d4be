//! Missing values and categories.

use super::*;
use crate::Memory;

const MISSING: &str = "a,colour,y\n1,red,p\n,blue,q\n4,NA,p\n7,red,q\n";

#[test]
fn missing_values_are_filled_as_pandas_would() {
    // pandas 3.0: get_dummies of the columns after fillna with mean() or median() and "missing".
    let check = |fill: &str, second: f32, expected_by: &str| {
        let options =
            format!("label = 'y'\nmissing = ['', 'NA']\ncategorical = ['colour']\n{fill}");
        let loaded = config(&options).from_bytes(MISSING.as_bytes()).unwrap();
        let rows = [
            [1.0, 0.0, 0.0, 1.0],
            [second, 1.0, 0.0, 0.0],
            [4.0, 0.0, 1.0, 0.0],
            [7.0, 0.0, 0.0, 1.0],
        ];
        assert_eq!(loaded.examples.values, Values::pack(rows.concat()));
        assert_eq!(loaded.examples.shape, [4]);
        assert_eq!(
            loaded.warnings,
            [
                format!("Missing values in t.csv were replaced by {expected_by}: 1 in `a` (1)."),
                "Missing values in t.csv became the category `missing`: 1 in `colour` (1).".into(),
            ]
        );
    };
    check(
        "fill = 'mean'",
        4.0,
        "the mean of their column over the whole file, rows of dev and test included",
    );
    check(
        "fill = 'median'",
        4.0,
        "the median of their column over the whole file, rows of dev and test included",
    );
    check("fill = 'zero'", 0.0, "0");
    check("fill_value = 0.5", 0.5, "0.5");
}

#[test]
fn mean_and_median_differ_and_the_middle_of_an_even_number_is_between_two() {
    // numpy.median([1, 2, 4, 10]) = 3.0, numpy.mean = 4.25
    let check = |fill: &str, expected: f32| {
        let options = config(&format!("label = 'y'\nfill = '{fill}'"));
        let examples = parse(&options, b"a,y\n10,p\n1,q\n,q\n4,p\n2,q\n").unwrap();
        assert_eq!(
            examples.values,
            Values::pack(vec![10.0, 1.0, expected, 4.0, 2.0])
        );
    };
    check("median", 3.0);
    check("mean", 4.25);
}

#[test]
fn a_number_may_stand_for_a_missing_value() {
    let options = config("label = 'y'\nmissing = ['-999']\nfill = 'mean'");
    let examples = parse(&options, b"a,y\n1,p\n-999,q\n3,p\n").unwrap();
    assert_eq!(examples.values, Values::U8(vec![1, 2, 3]));
}

#[test]
fn categories_are_one_hot_in_the_order_of_the_options_or_sorted() {
    let check = |config_text: &str, content: &str, expected: &[u8]| {
        let examples = parse(&config(config_text), content.as_bytes()).unwrap();
        assert_eq!(
            examples.values,
            Values::U8(expected.to_vec()),
            "{config_text}"
        );
    };
    let content = "k,y\n10,p\n9,q\n";
    check("label = 'y'\ncategorical = ['k']", content, &[0, 1, 1, 0]);
    let listed = "label = 'y'\n[categories]\nk = ['10', '9', '8']";
    check(listed, content, &[1, 0, 0, 0, 1, 0]);
    // Listed and named is the same as listed.
    check(
        "label = 'y'\ncategorical = [1]\n[categories]\nk = ['10', '9', '8']",
        content,
        &[1, 0, 0, 0, 1, 0],
    );
    let error = parse(&config(listed), b"k,y\n10,p\n7,q\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv, line 3, column `k`: found `7`; expected one of the `categories` `10`, `9`, `8`"
    );
}

#[test]
fn a_column_of_a_thousand_categories_is_read_and_no_larger_one() {
    let table = |n: usize| {
        let rows = (0..n).map(|i| format!("{i},{}\n", i % 2));
        format!("k,y\n{}", rows.collect::<String>())
    };
    let options = config("label = 'y'\ncategorical = ['k']");
    let examples = parse(&options, table(1000).as_bytes()).unwrap();
    assert_eq!(examples.shape, [1000]);
    assert_eq!(examples.example(999)[998..], [0.0, 1.0]);
    let error = parse(&options, table(1001).as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv, line 1002, column `k`: found more than 1000 categories; \
         expected a column that has fewer, or the column in `ignore`"
    );
    // Also where no block of rows has that many.
    let table = table(1001);
    let read = Table::read_blocks(
        table.as_bytes(),
        u64::MAX,
        &options,
        &Memory::unlimited(),
        64,
    );
    let Err(Problem::Csv(error)) = read else {
        panic!("was read");
    };
    assert_eq!(*error.problem, CsvProblem::ManyCategories);
    assert_eq!(error.column.as_deref(), Some("k"));
}
