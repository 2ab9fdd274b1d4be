//! A folder with the quickstart and its data in which commands are run, and what they said.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::common::{QUICKSTART, SHORT, root, stderr, stdout};

/// Commands of one theme, all run in one folder, and their texts.
pub(crate) struct Theme {
    folder: tempfile::TempDir,
    text: String,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    /// With the folder's path replaced by `PLACE`.
    pub(crate) err: String,
}

impl Theme {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in [QUICKSTART, "data/optdigits/optdigits.csv"] {
            let to = folder.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root().join(file), to).unwrap();
        }
        Self {
            folder,
            text: String::new(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Runs `plumb` in the folder and keeps nothing of it.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        self.run_with(args, &[])
    }

    pub(crate) fn run_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_plumb"))
            .args(args)
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("NODEVICE_SELECT", "1")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        self.said(&output)
    }

    fn said(&self, output: &Output) -> Said {
        let folder = self.folder.path();
        let whole = folder.canonicalize().unwrap();
        let err = stderr(output)
            .replace(whole.to_str().unwrap(), "PLACE")
            .replace(folder.to_str().unwrap(), "PLACE")
            .replace("plumb.exe", "plumb");
        Said {
            code: output.status.code().unwrap(),
            out: stdout(output),
            err,
        }
    }

    /// Runs a command that is refused: exit code 2, nothing on stdout, no run left behind.
    pub(crate) fn refused(&mut self, case: &str, args: &[&str]) -> String {
        let runs = self.names("runs");
        let said = self.run(args);
        assert_eq!(said.code, 2, "{case}: {}", said.err);
        assert_eq!(said.out, "", "{case}");
        assert_eq!(self.names("runs"), runs, "{case}: a run was left behind");
        self.keep(case, args, &said);
        said.err
    }

    /// Runs a command that begins and fails: exit code 1.
    pub(crate) fn failed(&mut self, case: &str, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 1, "{case}: {}", said.err);
        self.keep(case, args, &said);
        said.err
    }

    /// Runs a command that succeeds, and keeps its warnings.
    pub(crate) fn warned(&mut self, case: &str, args: &[&str]) -> String {
        let mut said = self.run(args);
        assert_eq!(said.code, 0, "{case}: {}", said.err);
        // Those of `check` and `data describe` are printed, as comments of the config that they print.
        let printed = said.out.lines().map(|line| line.trim_start_matches("# "));
        let (talk, printed): (Vec<&str>, Vec<&str>) =
            (said.err.lines().collect(), printed.collect());
        let warnings = [warnings_of(&talk), warnings_of(&printed)].join("\n");
        let warnings = warnings.trim().to_string();
        assert!(!warnings.is_empty(), "{case}: {}{}", said.err, said.out);
        said.err = warnings;
        self.keep(case, args, &said);
        said.err
    }

    /// The quickstart with one text replaced, as `bad.toml`, is refused.
    pub(crate) fn edited(&mut self, case: &str, from: &str, to: &str) -> String {
        let config = quickstart();
        assert!(config.contains(from), "{from:?} is not in the quickstart");
        self.write("bad.toml", config.replace(from, to));
        writeln!(
            self.text,
            "## {case}\n\nin bad.toml, for `{}`:",
            one_line(from)
        )
        .unwrap();
        writeln!(self.text, "`{}`", one_line(to)).unwrap();
        self.refused("", &["train", "bad.toml", "--device", "cpu"])
    }

    /// The quickstart with these settings is refused.
    pub(crate) fn overridden(&mut self, case: &str, settings: &[&str]) -> String {
        self.write("bad.toml", quickstart());
        let mut args = vec!["train", "bad.toml", "--device", "cpu"];
        args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        self.refused(case, &args)
    }

    /// Trains the shortened quickstart: `runs/quickstart-0001`, or the next number.
    pub(crate) fn train(&self, settings: &[&str]) {
        let mut args = vec!["train", QUICKSTART, "--device", "cpu", "--quiet"];
        args.extend(SHORT.iter().chain(settings).flat_map(|set| ["--set", set]));
        let said = self.run(&args);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    pub(crate) fn keep(&mut self, case: &str, args: &[&str], said: &Said) {
        if !case.is_empty() {
            writeln!(self.text, "## {case}\n").unwrap();
        }
        let args: Vec<String> = args.iter().map(|arg| quoted(arg)).collect();
        writeln!(self.text, "$ plumb {}", args.join(" ")).unwrap();
        writeln!(
            self.text,
            "exit code {}\n\n{}\n",
            said.code,
            said.err.trim_end()
        )
        .unwrap();
    }

    fn names(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    }
}

/// The quickstart config without its header, so that line numbers stay when that changes.
pub(crate) fn quickstart() -> String {
    let config = fs::read_to_string(root().join(QUICKSTART)).unwrap();
    config[config.find("name = ").unwrap()..].to_string()
}

/// Warnings with the lines that go on with them, which are indented.
pub(crate) fn warnings_of(lines: &[&str]) -> String {
    let mut kept = Vec::new();
    let mut is_warning = false;
    for line in lines {
        is_warning = line.starts_with("warning:") || (is_warning && line.starts_with("  "));
        if is_warning {
            kept.push(*line);
        }
    }
    kept.join("\n")
}

/// Numbers with a fraction differ in their last digits from one kind of processor to another.
pub(crate) fn without_fractions(text: &str) -> String {
    let is_measured = |word: &str| {
        let number = word.trim_matches(|c: char| !c.is_ascii_digit());
        number.contains('.') && number.parse::<f64>().is_ok()
    };
    let words = text.split(' ').map(|word| {
        if is_measured(word) {
            let is_digit = |c: char| c.is_ascii_digit() || c == '.';
            let first = word.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
            let end = word[first..]
                .rfind(|c: char| c.is_ascii_digit())
                .unwrap_or(0)
                + first
                + 1;
            debug_assert!(word[first..end].chars().all(is_digit));
            format!("{}N{}", &word[..first], &word[end..])
        } else {
            word.to_string()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// As a shell takes it.
fn quoted(arg: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,".contains(c);
    if !arg.is_empty() && arg.chars().all(is_plain) {
        arg.to_string()
    } else {
        format!("'{arg}'")
    }
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}

/// What is left in a run's folder after it was trained, by hand.
pub(crate) fn remove(path: &Path) {
    if path.is_dir() {
        fs::remove_dir_all(path).unwrap();
    } else {
        fs::remove_file(path).unwrap();
    }
}
