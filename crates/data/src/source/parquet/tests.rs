use super::*;

fn check_field(change: fn(&mut Parquet), expected: &str) {
    let mut options = Parquet::new("none", "y");
    change(&mut options);
    assert_eq!(options.check().unwrap_err().to_string(), expected);
    let error = options.load(&Context::new(0)).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn options_are_checked_before_the_file() {
    let check = check_field;
    check(
        |o| o.path = "".into(),
        "`path` is empty; expected a file or a folder",
    );
    check(
        |o| o.label.clear(),
        "`label` is empty; expected a column name",
    );
    check(
        |o| o.tags = Some(vec!["t".into(), "y".into()]),
        "`tags` names `y`, as `label` does; expected other columns",
    );
    check(
        |o| o.ignore = Some(vec!["t".into(), "t".into()]),
        "`ignore` names `t`, as `ignore` does; expected other columns",
    );
    check(
        |o| o.image = Some(String::new()),
        "`image` has an empty name; expected a column name",
    );
    check(
        |o| o.size = Some([2, 2]),
        "`size` is for pictures; expected `image` beside it",
    );
    check(
        |o| o.broken = Some(Broken::Skip),
        "`broken` is for pictures; expected `image` beside it",
    );
    check(
        |o| (o.image, o.shape) = (Some("i".into()), Some(vec![2])),
        "`shape` is for columns of numbers; expected none beside `image`",
    );
    check(
        |o| (o.image, o.channels) = (Some("i".into()), Some(4)),
        "`channels` is 4; expected 1, for grey, or 3, for colour",
    );
    check(
        |o| o.shape = Some(vec![usize::MAX, 2]),
        "`shape` is [18446744073709551615, 2]; expected positive sizes, such as [1, 8, 8]",
    );
    check(
        |o| o.range = Some([1.0, f32::NAN]),
        "`range` is 1 to NaN; expected a smaller and a larger number",
    );
}

#[test]
fn options_come_from_toml_and_go_back() {
    let text = "path = \"train.parquet\"\nlabel = \"label\"\nimage = \"image\"\ntags = [\"writer\"]\n\
                size = [64, 48]\nresize = \"fit\"\nchannels = 1\nbackground = 255\nbroken = \"skip\"\n";
    let options: Parquet = toml::from_str(text).unwrap();
    assert_eq!(toml::to_string(&options).unwrap(), text);
    let options: Parquet = toml::from_str("path = \"p\"\nlabel = \"y\"").unwrap();
    assert_eq!(options, Parquet::new("p", "y"));
    assert!(toml::from_str::<Parquet>("path = \"p\"\nlabel = \"y\"\nlabels = 1").is_err());
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_the_feature_no_file_is_read() {
    let error = Parquet::new("train.parquet", "y")
        .load(&Context::new(0))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`path` is a Parquet file; this plumb was built without the cargo feature `parquet` (build it with `--features \
         parquet`, which needs a C compiler)"
    );
}

#[cfg(feature = "parquet")]
mod files;
