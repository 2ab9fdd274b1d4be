//! Which column is what: by name or number, ignored, a tag, the classes of the label.

use super::*;

#[test]
fn configs_survive_writing_and_reading() {
    let check = |text: &str| {
        let options = config(text);
        let written = toml::to_string(&options).unwrap();
        assert_eq!(
            toml::from_str::<Csv>(&written).unwrap(),
            options,
            "{written}"
        );
    };
    check("label = 'y'");
    // What is not said is not written either.
    let text = "path = \"t.csv\"\nlabel = \"y\"\n";
    assert_eq!(toml::to_string(&Csv::new("t.csv", "y")).unwrap(), text);
    check("label = 3\nheader = false\nfill_value = 0.5");
    check(
        "label = 'y'\nclasses = ['a', 'b']\nmissing = ['', '?']\nfill = 'median'\n\
         categorical = ['colour', 4]\nignore = ['id']\ntags = [2]\n\
         [categories]\nsize = ['s', 'm', 'l']",
    );
}

#[test]
fn a_column_is_a_name_or_a_number() {
    let check = |label: &str, expected: &str| {
        let error = toml::from_str::<Csv>(&format!("path = 't.csv'\nlabel = {label}")).unwrap_err();
        assert_eq!(error.message(), expected);
    };
    check(
        "0",
        "invalid value: integer `0`, expected a column's name, or its number counted from 1",
    );
    check(
        "-3",
        "invalid value: integer `-3`, expected a column's name, or its number counted from 1",
    );
    check(
        "1.5",
        "invalid type: floating point `1.5`, expected a column's name, or its number counted from 1",
    );
}

#[test]
fn columns_go_by_name_or_number_with_a_header_or_without() {
    let check = |config_text: &str, content: &str| {
        let examples = parse(&config(config_text), content.as_bytes()).unwrap();
        assert_eq!(
            examples.values,
            Values::U8(vec![1, 2, 3, 4]),
            "{config_text}"
        );
        assert_eq!(examples.labels, [1, 0], "{config_text}");
    };
    check("label = 'y'", "a,y,b\n1,q,2\n3,p,4\n");
    check("label = 2", "a,y,b\n1,q,2\n3,p,4\n");
    check("label = 2\nheader = false", "1,q,2\n3,p,4\n");
    check("label = '2'\nheader = false", "\n\n1,q,2\n3,p,4\n");
    // With a header, "2" is a name.
    check("label = '2'", "2,a,b\nq,1,2\np,3,4\n");
}

#[test]
fn classes_are_those_of_the_options() {
    let options = config("label = 'y'\nclasses = ['q', 'p', 'r']");
    let examples = parse(&options, b"a,y\n1,p\n2,p\n").unwrap();
    assert_eq!(examples.labels, [1, 1]);
    assert_eq!(examples.classes, ["q", "p", "r"]);
    let error = parse(&options, b"a,y\n1,p\n\n2,s\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv, line 4, column `y`: found the label `s`; \
         expected one of the `classes` `q`, `p`, `r`"
    );
}

#[test]
fn tags_travel_and_ignored_columns_do_not() {
    let options = config("label = 'y'\nignore = ['id']\ntags = ['writer', 1]");
    let examples = parse(
        &options,
        b"site,id,a,writer,y\nx,one,1,ann,p\n,two,2,bob,q\nx,,3,ann,q\n",
    )
    .unwrap();
    assert_eq!(examples.values, Values::U8(vec![1, 2, 3]));
    let tags: Vec<&str> = examples.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(tags, ["writer", "site"]);
    let of = |name: &str| -> Vec<String> {
        let tag = examples.tag(name).unwrap();
        (0..3).map(|i| tag.get(i).to_owned()).collect()
    };
    assert_eq!(of("writer"), ["ann", "bob", "ann"]);
    assert_eq!(of("site"), ["x", "", "x"]);
}

#[test]
fn a_header_of_numbers_is_suspected_to_be_an_example() {
    let check = |content: &[u8], expected: &[&str]| {
        let loaded = config("label = 1").from_bytes(content).unwrap();
        assert_eq!(loaded.warnings, expected);
    };
    let warning = "Every name in the header of t.csv is a number; \
                   if its first line is an example, set `header = false`.";
    check(b"5,0.5\n4,1\n3,2\n", &[warning]);
    // As pandas numbers columns without names.
    check(b"0,1\n4,1\n3,2\n", &[]);
    check(b"5,a\n4,1\n3,2\n", &[]);
}
