//! What people see: in a terminal, without one, in ASCII characters, without colours.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::process::{Command, Output};

use common::{QUICKSTART, SHORT, Workplace, stderr, stdout};

/// `plumb train`, short, without a terminal.
fn train(place: &Workplace, more: &[&str]) -> Command {
    let mut args = vec!["train", QUICKSTART, "--device", "cpu"];
    for setting in SHORT {
        args.extend(["--set", setting]);
    }
    args.extend(more);
    let mut command = place.command(&args);
    command.env_remove("PLUMB_ASCII");
    command
}

/// The same under `script` of util-linux, which gives it a pseudo-terminal of so many columns; none where `script`
/// is another program, or missing.
fn in_terminal(place: &Workplace, columns: u16, more: &[&str], no_colour: bool) -> Option<String> {
    let version = Command::new("script").arg("--version").output().ok()?;
    if !stdout(&version).contains("util-linux") {
        return None;
    }
    let plumb = train(place, more);
    let words = [plumb.get_program()].into_iter().chain(plumb.get_args());
    let words: Vec<String> = words
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let shell = format!("stty rows 40 cols {columns}; exec {}", words.join(" "));
    let mut script = Command::new("script");
    script
        .args(["--quiet", "--return", "--command", &shell, "/dev/null"])
        .current_dir(common::root())
        .env("TERM", "xterm-256color")
        .env("NODEVICE_SELECT", "1")
        .env_remove("NO_COLOR")
        .env_remove("PLUMB_ASCII");
    if no_colour {
        script.env("NO_COLOR", "1");
    }
    let output = script.output().unwrap();
    assert!(output.status.success(), "{}", stdout(&output));
    Some(stdout(&output))
}

/// A select-graphic-rendition sequence: colours, and bold letters.
fn has_colours(text: &str) -> bool {
    let mut starts = text.split("\x1b[").skip(1);
    starts.any(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';'));
        end.is_some_and(|end| rest[end..].starts_with('m'))
    })
}

/// What stays of the text: the report, behind the last line of the display.
fn report(text: &str) -> &str {
    let at = text.find("95 % interval").unwrap();
    &text[at..]
}

#[test]
fn without_a_terminal_nothing_is_escaped() {
    let place = Workplace::new();
    let output = train(&place, &[]).env_remove("NO_COLOR").output().unwrap();
    for text in [stdout(&output), stderr(&output)] {
        assert!(!text.contains('\x1b') && !text.contains('\r'), "{text}");
    }
    // With bars of blocks, 80 columns wide but for what is to be copied.
    let report = stdout(&output);
    assert!(report.contains('█'), "{report}");
    for line in report.lines().filter(|line| !line.contains("plumb ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn quiet_says_the_same_without_talk() {
    let place = Workplace::new();
    let output = train(&place, &["--quiet"]).output().unwrap();
    assert_eq!(stderr(&output), "");
    let text = stdout(&output);
    assert!(
        text.contains("Data mismatch stands in the way first: "),
        "{text}"
    );
    assert!(text.contains("\nTo go on:\n  plumb train "), "{text}");
}

#[test]
fn ascii_is_ascii_by_flag_and_by_variable() {
    let place = Workplace::new();
    let is_ascii = |output: &Output| {
        for text in [stdout(output), stderr(output)] {
            assert!(text.is_ascii(), "{text}");
        }
        assert!(stdout(output).contains("####"));
    };
    is_ascii(&train(&place, &["--ascii"]).output().unwrap());
    is_ascii(&train(&place, &[]).env("PLUMB_ASCII", "1").output().unwrap());
    let unset = train(&place, &[]).env("PLUMB_ASCII", "0").output().unwrap();
    assert!(!stdout(&unset).is_ascii());
}

#[test]
fn json_has_the_sentence_and_the_commands() {
    let place = Workplace::new();
    let (report, run) = place.train(QUICKSTART, &SHORT);
    let sentence = report["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("Data mismatch stands in the way first: "),
        "{sentence}"
    );
    let commands: Vec<&str> = report["go_on"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap())
        .collect();
    let run = run.display();
    assert_eq!(commands[1], format!("plumb diagnose {run}"));
    // The first is what it says: the same run with one key changed.
    let mut words = commands[0].split(' ');
    assert_eq!(words.next(), Some("plumb"));
    let mut args: Vec<&str> = words.collect();
    args.extend(["--quiet", "--json", "--device", "cpu"]);
    let again = place.plumb(&args);
    assert!(again.status.success(), "{}", stderr(&again));
    let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    let config = |report: &serde_json::Value| {
        let path = std::path::Path::new(report["run"].as_str().unwrap()).join("config.toml");
        std::fs::read_to_string(path).unwrap()
    };
    let (before, after) = (config(&report), config(&again));
    let changed: Vec<_> = before
        .lines()
        .zip(after.lines())
        .filter(|(a, b)| a != b)
        .collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(
        again["run"].as_str().unwrap().rsplit_once('/').unwrap().0,
        place.runs().to_str().unwrap()
    );
}

/// The display is drawn ten times a second, and what it says of the speed takes two of them: a training of a fifth of
/// a second may end before.
const LONGER: [&str; 2] = ["--set", "train.epochs=200"];

#[test]
fn in_a_terminal_the_display_fits() {
    let place = Workplace::new();
    for columns in [60, 80, 120] {
        let Some(text) = in_terminal(&place, columns, &LONGER, false) else {
            return;
        };
        assert!(has_colours(&text), "{text}");
        // The display: a line per set, drawn again and again, and taken away at the end.
        for set in ["train", "train-dev", "dev", "test"] {
            assert!(text.contains(&format!("{set:<9}")), "{set}: {text}");
        }
        assert!(
            text.contains("best") && text.contains("examples/s"),
            "{text}"
        );
        let report = report(&text);
        assert!(
            !report.contains("\x1b[1A") && !report.contains("\x1b[2K"),
            "{report}"
        );
        for line in report.lines().filter(|line| !line.contains("plumb ")) {
            let line = console::strip_ansi_codes(line);
            let n = line.trim_end().chars().count();
            assert!(n <= usize::from(columns), "{columns}: {line}");
        }
    }
}

#[test]
fn a_terminal_without_colours_or_blocks() {
    let place = Workplace::new();
    let Some(text) = in_terminal(&place, 60, &["--ascii"], true) else {
        return;
    };
    assert!(!has_colours(&text), "{text}");
    assert!(text.is_ascii(), "{text}");
    assert!(
        text.contains("\x1b["),
        "the display moves the cursor: {text}"
    );
}

#[test]
fn colours_are_told_from_other_sequences() {
    assert!(has_colours("a\x1b[38;5;178mb"));
    assert!(!has_colours("a\x1b[2Kb\x1b[1Am"));
}
