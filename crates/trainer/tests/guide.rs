//! Every command of the guide, run in order as a reader types it, and the words that its text counts on.
//!
//! In `guide/*.md` each line of a block that begins with ```` ```sh ```` is run by a shell, in one folder that has copies of
//! `configs` and `data`, with `plumb` on its PATH. A block that begins with ```` ```toml FILE ````, or with csv or
//! json, is written to that file first. `<!-- expect: words -->` behind a block must be in what its commands said;
//! `<!-- exit: 2 -->` says that the last one fails. Blocks that begin with ```` ```console ```` are not run.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use common::{copy, root};

/// What a chapter does, in its order.
#[derive(Debug, PartialEq)]
enum Step {
    Write { file: String, content: String },
    Run { commands: Vec<String> },
    Expect { words: String },
    Exit { code: i32 },
}

/// The steps of a chapter, each with the number of its line.
fn steps(text: &str) -> Vec<(usize, Step)> {
    let mut steps = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let line = line.trim();
        let comment = |word: &str| line.strip_prefix(word)?.strip_suffix("-->");
        if let Some(words) = comment("<!-- expect:") {
            let words = words.trim().to_string();
            steps.push((at + 1, Step::Expect { words }));
        } else if let Some(code) = comment("<!-- exit:") {
            let code = code.trim().parse().unwrap();
            steps.push((at + 1, Step::Exit { code }));
        } else if let Some(kind) = line.strip_prefix("```") {
            let block: Vec<&str> = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| line.trim() != "```")
                .collect();
            match kind.split_once(' ') {
                None if kind == "sh" => {
                    // A line that ends with a backslash goes on.
                    let whole = block.join("\n").replace("\\\n", " ");
                    let commands = whole.lines().map(String::from).collect();
                    steps.push((at + 1, Step::Run { commands }));
                }
                Some(("toml" | "csv" | "json", file)) => steps.push((
                    at + 1,
                    Step::Write {
                        file: file.trim().into(),
                        content: block.join("\n") + "\n",
                    },
                )),
                _ => {}
            }
        }
    }
    steps
}

#[test]
fn steps_by_hand() {
    let text = "a\n```sh\nplumb a\nplumb b\n```\n<!-- expect: b -->\n```toml x.toml\ny = 1\n```\n```console\nno\n```\n<!-- exit: 2 -->\n";
    let expected = [
        (
            2,
            Step::Run {
                commands: vec!["plumb a".into(), "plumb b".into()],
            },
        ),
        (6, Step::Expect { words: "b".into() }),
        (
            7,
            Step::Write {
                file: "x.toml".into(),
                content: "y = 1\n".into(),
            },
        ),
        (13, Step::Exit { code: 2 }),
    ];
    assert_eq!(steps(text), expected);
}

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guide")
}

/// The chapters in the order of their names, which begin with a number.
fn chapters() -> Vec<PathBuf> {
    let entries = fs::read_dir(guide()).unwrap();
    let mut chapters: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| path.file_name().unwrap() != "README.md")
        .collect();
    chapters.sort();
    chapters
}

/// A reader's folder: what a clone has beside the program.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["configs", "data"] {
        copy(&root().join(part), &folder.path().join(part));
    }
    folder
}

/// Runs a chapter; `said` is what its last block said, stdout and stderr.
fn run(chapter: &Path, folder: &Path) {
    let name = chapter.file_name().unwrap().to_str().unwrap();
    let steps = steps(&fs::read_to_string(chapter).unwrap());
    let bin = Path::new(env!("CARGO_BIN_EXE_plumb")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut said = String::new();
    for (number, (at, step)) in steps.iter().enumerate() {
        let place = format!("{name}:{at}");
        match step {
            Step::Write { file, content } => {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            Step::Expect { words } => {
                assert!(said.contains(words), "{place}: {words:?} is not in\n{said}");
            }
            Step::Exit { .. } => {}
            Step::Run { commands } => {
                said.clear();
                let fails = steps[number + 1..]
                    .iter()
                    .take_while(|(_, step)| !matches!(step, Step::Run { .. }))
                    .find_map(|(_, step)| match step {
                        Step::Exit { code } => Some(*code),
                        _ => None,
                    });
                for (i, command) in commands.iter().enumerate() {
                    let output = Command::new("sh")
                        .args(["-c", command])
                        .current_dir(folder)
                        .env("PATH", format!("{}:{path}", bin.display()))
                        .env("NO_COLOR", "1")
                        .output()
                        .unwrap();
                    said += &common::stdout(&output);
                    said += &common::stderr(&output);
                    let is_last = i + 1 == commands.len();
                    let expected = fails.filter(|_| is_last).unwrap_or(0);
                    let code = output.status.code();
                    assert_eq!(code, Some(expected), "{place}: {command}\n{said}");
                }
            }
        }
    }
}

/// In one folder, as a reader does who goes through all of it.
#[cfg(unix)]
#[test]
fn every_command_runs_and_says_what_the_text_counts_on() {
    let folder = folder();
    for chapter in chapters() {
        run(&chapter, folder.path());
    }
}

/// Links to files and to other chapters lead somewhere.
#[test]
fn links_lead_somewhere() {
    let mut files = chapters();
    files.push(guide().join("README.md"));
    files.push(root().join("README.md"));
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("](").skip(1) {
            let link = part.split([')', '#']).next().unwrap();
            if link.is_empty() || link.contains("://") {
                continue;
            }
            let to = file.parent().unwrap().join(link);
            assert!(to.exists(), "{}: {link}", file.display());
        }
    }
}

/// Every chapter is in the table of contents.
#[test]
fn the_table_of_contents_is_complete() {
    let contents = fs::read_to_string(guide().join("README.md")).unwrap();
    for chapter in chapters() {
        let name = chapter.file_name().unwrap().to_str().unwrap();
        assert!(contents.contains(&format!("({name})")), "{name}");
    }
}
