use std::fs;

use super::*;

#[test]
fn nothing_outside_the_folder_is_shown() {
    let place = tempfile::tempdir().unwrap();
    let runs = place.path().join("runs");
    fs::create_dir_all(runs.join("a/b")).unwrap();
    fs::create_dir(place.path().join("secret")).unwrap();
    let board = Board::new(&runs).unwrap();
    assert!(board.inside("a").is_some());
    assert!(board.inside("a/b").is_some());
    assert!(board.inside("").is_some());
    for path in [
        "..",
        "../secret",
        "a/../../secret",
        "/etc",
        "none",
        "a/../..",
    ] {
        assert!(board.inside(path).is_none(), "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path().join("secret"), runs.join("link")).unwrap();
        assert!(board.inside("link").is_none());
    }
}

#[test]
fn addresses_hold_any_name() {
    assert_eq!(encoded("a b/c%"), "a%20b/c%25");
    assert_eq!(encoded("ü"), "%C3%BC");
}
