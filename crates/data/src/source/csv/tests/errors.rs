//! Errors of columns, classes, missing values and categories.

use super::*;

#[test]
fn errors_of_the_newer_options_name_their_place() {
    let check = |config_text: &str, content: &str, expected: &str| {
        let error = parse(&config(config_text), content.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("t.csv{expected}"));
    };
    check(
        "label = 'y'\nheader = false",
        "",
        ": the file is empty; expected one line per example",
    );
    check(
        "label = 'y'\nheader = false",
        "1,2\n",
        ", line 1: no column is named `y`; expected one of `1`, `2`",
    );
    check(
        "label = 3",
        "a,y\n1,2\n",
        ", line 1: there is no column 3, as in `label`; expected 1 to 2",
    );
    check(
        "label = 'y'\ntags = ['who']",
        "a,y\n1,2\n",
        ", line 1: no column is named `who`, as in `tags`; expected one of `a`, `y`",
    );
    check(
        "label = 'y'\nignore = ['y']",
        "a,y\n1,2\n",
        ", column `y`: the column is in `label` and in `ignore`; expected one of them",
    );
    check(
        "label = 'y'\ntags = [1]\n[categories]\na = ['1']",
        "a,b,y\n1,1,2\n",
        ", column `a`: the column is in `tags` and in `categorical`; expected one of them",
    );
    check(
        "label = 1\nheader = false",
        "1,2\n1,2\n3\n",
        ", line 3: found 1 cells; expected 2, as in the first line",
    );
    check(
        "label = 'y'\nmissing = ['NA']",
        "a,y\nNA,2\n",
        ", line 2, column `a`: found `NA`, which is in `missing`; expected a number",
    );
    check(
        "label = 'y'\nmissing = ['NA']\nfill = 'zero'",
        "a,y\n1,NA\n",
        ", line 2, column `y`: found `NA`, which is in `missing`; expected a label",
    );
    check(
        "label = 'y'\ncategorical = ['a']",
        "a,y\nx,1\n,2\n",
        ", line 3, column `a`: the cell is empty; expected a category",
    );
    check(
        "label = 'y'\nfill = 'mean'",
        "a,y\n,1\n,2\n",
        ", column `a`: every value is missing; expected one at least, for `fill`",
    );
    check(
        "label = 'y'\nshape = [3]\ncategorical = ['a']",
        "a,y\nu,1\nv,2\n",
        ": found 2 feature columns; expected 3, the product of `shape` [3] (without `shape` it is [2])",
    );
    check(
        "label = 'y'\nfill = 'zero'",
        "a,y\ninf,1\n",
        ", line 2, column `a`: found `inf`; expected a finite number of 32 bits",
    );
}

#[test]
fn newer_options_that_are_impossible_are_named() {
    let check = |config_text: &str, expected: &str| {
        let error = config(config_text).check().unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        "label = 'y'\nclasses = ['a']",
        "`classes` has 1; expected two classes or more",
    );
    check(
        "label = 'y'\nfill = 'mean'\nfill_value = 1",
        "`fill_value` is given beside `fill`; expected one of them",
    );
    check(
        "label = 'y'\nfill_value = nan",
        "`fill_value` is NaN; expected a finite number",
    );
    check(
        "label = 'y'\nfill = 'zero'\nrange = [1, 2]",
        "`fill` puts 0; expected 1 to 2, the `range`",
    );
    check(
        "label = 'y'\n[categories]\nk = []",
        "`categories` lists 0 for `k`; expected 1 to 1000",
    );
    check(
        "label = 'y'\n[categories]\nk = ['a', 'a']",
        "`categories` names `a` twice",
    );
    let options = Csv::new("t.csv", 0);
    assert_eq!(
        options.check().unwrap_err().to_string(),
        "`label` names column 0; expected a column's name, or its number counted from 1"
    );
}
