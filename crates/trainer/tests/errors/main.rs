//! Every error and warning that can be provoked from outside, in one snapshot (`snapshots/errors.snap`), with the
//! command that gave it and its exit code: to be read as a stranger would. And ten mistakes of newcomers.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

#[path = "../common/mod.rs"]
mod common;

mod claims;
mod config;
mod data;
mod devices;
mod human;
mod newcomer;
mod paths;
mod runs;
mod splits;
mod sweeps;
mod theme;
mod warnings;

use self::theme::Theme;

/// A theme's title, and what fills it.
type Chapter = (&'static str, fn(&mut Theme));

const CHAPTERS: [Chapter; 11] = [
    ("ten mistakes of newcomers", newcomer::all),
    ("paths", paths::all),
    ("config", config::all),
    ("data", data::all),
    ("splits", splits::all),
    ("human level", human::all),
    ("devices", devices::all),
    ("runs", runs::all),
    ("sweeps", sweeps::all),
    ("claims", claims::all),
    ("warnings", warnings::all),
];

#[test]
fn every_error_and_warning() {
    let texts = std::thread::scope(|scope| {
        let filled = CHAPTERS.map(|(title, fill)| {
            scope.spawn(move || {
                let mut theme = Theme::new();
                fill(&mut theme);
                format!("# {title}\n\n{}", theme.text())
            })
        });
        filled.map(|chapter| chapter.join().unwrap())
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("errors", texts.join("\n")));
}
