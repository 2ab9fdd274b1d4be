//! Completions and manual pages, tried in a real shell and with a real formatter.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, path::PathBuf, process::Command};

use common::{Workplace, stderr, stdout};

fn script(place: &Workplace, shell: &str) -> PathBuf {
    let output = place.plumb(&["completions", shell]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(output.stderr.is_empty());
    place.write(&format!("plumb.{shell}"), &output.stdout)
}

/// What bash offers behind these words.
fn completed(words: &[&str]) -> Vec<String> {
    let place = Workplace::new();
    let script = script(&place, "bash");
    let last = words.len() - 1;
    let bash = format!(
        r#"set -e; source '{}'; COMP_WORDS=({}); COMP_CWORD={last}; COMP_LINE="${{COMP_WORDS[*]}}"
           COMP_POINT=${{#COMP_LINE}}; _plumb plumb '{}' '{}'; printf '%s\n' "${{COMPREPLY[@]}}""#,
        script.display(),
        words.join(" "),
        words[last],
        words[last - 1],
    );
    let output = Command::new("bash").args(["--norc", "-c", &bash]).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).lines().map(String::from).collect()
}

#[test]
fn bash_completes_commands_and_options() {
    let check = |words: &[&str], expected: &[&str]| assert_eq!(completed(words), expected);
    check(&["plumb", "tr"], &["train"]);
    check(&["plumb", "train", "--lo"], &["--log"]);
    check(&["plumb", "train", "--log", "t"], &["tensorboard"]);
    check(&["plumb", "data", "desc"], &["describe"]);
}

#[test]
fn every_shell_has_a_script() {
    let place = Workplace::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = fs::read_to_string(script(&place, shell)).unwrap();
        assert!(text.contains("find-lr"), "{shell}");
    }
}

#[test]
fn an_unknown_shell_is_bad_usage() {
    let output = Workplace::new().plumb(&["completions", "tcsh"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("bash, elvish, fish, powershell, zsh"));
}

/// The main page goes to standard output; all pages go to a folder.
#[test]
fn manual_pages_are_written() {
    let place = Workplace::new();
    let main = place.plumb(&["man"]);
    assert!(main.status.success());
    assert!(stdout(&main).contains(r"plumb\-train(1)"));

    let folder = place.runs().with_file_name("man1");
    let output = place.plumb(&["man", "--out", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    let written = fs::read_to_string(folder.join("plumb.1")).unwrap();
    assert_eq!(written, stdout(&main));
    let page = fs::read_to_string(folder.join("plumb-data-export.1")).unwrap();
    assert!(page.contains("Write the four sets as files"), "{page}");
    // A formatter, where there is one, finds nothing to complain about.
    for page in [
        "plumb.1",
        "plumb-train.1",
        "plumb-predict.1",
        "plumb-sweep.1",
    ] {
        let mut groff = Command::new("groff");
        let groff = groff
            .args(["-k", "-man", "-Tutf8", "-ww"])
            .arg(folder.join(page));
        let Ok(output) = groff.output() else {
            return;
        };
        assert_eq!(stderr(&output), "", "{page}");
        assert!(stdout(&output).len() > 1000, "{page}");
    }
}

#[test]
fn a_folder_that_cant_be_written_is_bad_input() {
    let place = Workplace::new();
    let file = place.write("file", "");
    let output = place.plumb(&["man", "--out", file.join("man1").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("can't write manual pages into"));
}
