//! `plumb report`: pages that stand alone, made when a run, a sweep or an experiment ends, and again later.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fmt::Write, fs, path::Path};

use common::{QUICKSTART, SHORT, Workplace, stderr, stdout};

/// A page must be small enough to be sent around.
const MOST_BYTES: usize = 2_000_000;

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// What every page has to have, and must not have.
#[track_caller]
fn check_page(html: &str) {
    assert!(html.len() < MOST_BYTES, "{} bytes", html.len());
    assert!(html.starts_with("<!DOCTYPE html>"));
    assert!(html.contains("<html lang=\"en\">"));
    for outside in [
        "src=\"http",
        "href=\"http",
        "url(",
        "@import",
        "<link rel=\"stylesheet\"",
        "src=\"/",
    ] {
        assert!(!html.contains(outside), "{outside}");
    }
    for hole in [">NaN", "=\"NaN", "NaN %", " NaN ", "{{", "{%", ">inf<"] {
        assert!(!html.contains(hole), "{hole}");
    }
    // Every picture says what it is to those who don't see it.
    assert_eq!(
        html.matches("<img ").count(),
        html.matches(" alt=\"").count()
    );
    assert_eq!(
        html.matches("<svg ").count(),
        html.matches("role=\"img\" aria-label=").count()
    );
}

#[test]
fn a_run_ends_with_its_report() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let html = read(&run.join("report.html"));
    check_page(&html);
    for section in ["diagnosis", "training", "actions", "errors", "data", "how"] {
        assert!(
            html.contains(&format!("<h2 id=\"{section}\">")),
            "{section}"
        );
    }
    for figure in [
        "ladder",
        "flowchart",
        "error",
        "loss",
        "learning-rate",
        "confusion",
    ] {
        assert!(
            html.contains(&format!("<figure id=\"{figure}\">")),
            "{figure}"
        );
        assert!(
            html.contains(&format!("download=\"{figure}.csv\"")),
            "{figure}"
        );
    }
    // Mistakes and samples of both kinds of data, as pictures.
    assert!(html.matches("data:image/png;base64,").count() > 60);
    assert!(html.contains("plumb train"));

    // The page can be made again, from nothing but the run's directory, to the byte.
    let elsewhere = place.runs().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let moved = elsewhere.join("quickstart-0001");
    fs::rename(&run, &moved).unwrap();
    let out = place.runs().join("again.html");
    let output = place.plumb(&[
        "report",
        moved.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).trim(), out.to_str().unwrap());
    let [before, after] =
        [run.parent().unwrap(), &elsewhere].map(|folder| folder.to_str().unwrap());
    assert!(
        read(&out).replace(after, before) == html,
        "another page from the same run"
    );
}

#[test]
fn figures_are_written_as_csv() {
    let place = Workplace::new();
    let (report, run) = place.train(QUICKSTART, &SHORT);
    let folder = place.runs().join("csv");
    let args = [
        "report",
        run.to_str().unwrap(),
        "--csv",
        folder.to_str().unwrap(),
    ];
    assert!(place.plumb(&args).status.success());
    let ladder = read(&folder.join("ladder.csv"));
    // The same beside Markdown.
    let beside = place.runs().join("beside");
    let args = [
        "report",
        run.to_str().unwrap(),
        "--format",
        "md",
        "--csv",
        beside.to_str().unwrap(),
    ];
    assert!(place.plumb(&args).status.success());
    assert_eq!(read(&beside.join("ladder.csv")), ladder);
    let rates = report["diagnosis"]["rates"].as_array().unwrap();
    let dev = rates.iter().find(|rate| rate["name"] == "dev").unwrap();
    let line = ladder
        .lines()
        .find(|line| line.starts_with("dev,"))
        .unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    let percent: f64 = cells[1].parse().unwrap();
    assert!((percent - 100.0 * dev["rate"].as_f64().unwrap()).abs() < 1e-6);
    assert_eq!(cells[4], dev["count"]["errors"].to_string());
    // Four sets at every epoch.
    let error = read(&folder.join("error.csv"));
    let metrics = read(&run.join("metrics.jsonl"));
    assert_eq!(error.lines().count() - 1, metrics.lines().count());
}

#[test]
fn markdown_goes_to_standard_output() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let before = read(&run.join("report.html"));
    let output = place.plumb(&["report", run.to_str().unwrap(), "--format", "md"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("## quickstart-0001\n"), "{text}");
    for row in [
        "| **human** |",
        "| &nbsp;&nbsp;data mismatch |",
        "| **test** |",
    ] {
        assert!(text.contains(row), "{row}: {text}");
    }
    assert!(text.contains("- against "), "{text}");
    assert_eq!(read(&run.join("report.html")), before);
}

#[test]
fn a_run_that_was_cut_off_has_a_report_too() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    fs::remove_file(run.join("diagnosis.json")).unwrap();
    // A kill may cut a line off.
    let metrics = read(&run.join("metrics.jsonl"));
    fs::write(run.join("metrics.jsonl"), &metrics[..metrics.len() - 20]).unwrap();
    let output = place.plumb(&["report", run.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let html = read(&run.join("report.html"));
    check_page(&html);
    assert!(html.contains("Not finished"));
    assert!(html.contains("<figure id=\"error\">"));
}

#[test]
fn what_is_no_run_is_refused() {
    let place = Workplace::new();
    fs::create_dir_all(place.runs()).unwrap();
    let file = place.write("file.txt", "x");
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let check = |args: &[&str], expected: &str| {
        place.check_refused(&[&["report"], args].concat(), expected);
    };
    check(&["nowhere"], "nowhere does not exist");
    check(&[file.to_str().unwrap()], "is no run");
    let run = run.to_str().unwrap();
    check(
        &[run, "--out", run],
        "is a folder; expected a file to write",
    );
    check(&[run, "--out", "/proc/nowhere/report.html"], "can't write");
    check(&[run, "--format", "pdf"], "invalid value 'pdf'");
    fs::write(Path::new(run).join("diagnosis.json"), "{}").unwrap();
    check(&[run], "diagnosis.json");
}

#[test]
fn a_sweep_ends_with_its_report() {
    let place = Workplace::new();
    let config = place.write(
        "sweep.toml",
        read(&common::root().join(QUICKSTART))
            + "\n[sweep]\nseeds = 2\n[sweep.axes]\n\"data.split.train\" = [100, 300, 900]\n\
               \"model.mlp.hidden\" = [[4], [16]]\n",
    );
    let mut args = vec![
        "sweep",
        config.to_str().unwrap(),
        "--quiet",
        "--device",
        "cpu",
    ];
    for setting in SHORT {
        args.extend(["--set", setting]);
    }
    let runs = place.runs();
    args.extend(["--runs-dir", runs.to_str().unwrap()]);
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let html = read(&runs.join("quickstart/report.html"));
    check_page(&html);
    for figure in ["scale", "heat-map"] {
        assert!(
            html.contains(&format!("<figure id=\"{figure}\">")),
            "{figure}"
        );
    }
    for table in ["runs-table", "pairs-table"] {
        assert!(html.contains(&format!("<table id=\"{table}\">")), "{table}");
    }
    assert!(
        html.contains("<div><dt>runs done</dt><dd>12 of 12</dd></div>"),
        "{html}"
    );
    // Six recipes, and the best one against five others.
    let rows = |table: &str| {
        let from = html.find(&format!("<table id=\"{table}\">")).unwrap();
        let body = &html[from..];
        body[..body.find("</table>").unwrap()]
            .matches("<tr>")
            .count()
            - 1
    };
    assert_eq!((rows("runs-table"), rows("pairs-table")), (6, 5));

    // A run of a sweep has its report for the asking, and then the sweep's table leads to no dead end.
    let run = runs.join("quickstart/001-0001");
    assert!(!run.join("report.html").exists());
    assert!(
        place
            .plumb(&["report", run.to_str().unwrap()])
            .status
            .success()
    );
    check_page(&read(&run.join("report.html")));
    let output = place.plumb(&[
        "report",
        runs.join("quickstart").to_str().unwrap(),
        "--format",
        "md",
    ]);
    assert!(
        stdout(&output).contains("| # | train |"),
        "{}",
        stdout(&output)
    );
}

/// Names come from anywhere: a class, a column, a folder.
#[test]
fn names_are_no_markup() {
    let place = Workplace::new();
    let mut csv = String::from("class,a,b\n");
    for at in 0..400 {
        let class = ["<script>alert(1)</script>", "a & \"b\""][at % 2];
        let class = format!("\"{}\"", class.replace('"', "\"\""));
        writeln!(csv, "{class},{},{}", at % 7, (at * 31) % 101).unwrap();
    }
    let data = place.write("data.csv", csv);
    let config = place.write(
        "config.toml",
        format!(
            "name = \"names\"\nseed = 1\n[data.general.csv]\npath = \"{0}\"\nlabel = \"class\"\n[data.target.csv]\n\
             path = \"{0}\"\nlabel = \"class\"\n[data.split]\ntrain_dev = 50\ndev = 150\ntest = 50\n\
             allow = [\"identical\", \"derived\"]\n[human]\nerror = 0.01\n[model.linear]\n[optimizer.adam]\n\
             learning_rate = 0.01\n[train]\nepochs = 2\nbatch_size = 32\n",
            data.display()
        ),
    );
    let output = place.plumb(&[
        "train",
        config.to_str().unwrap(),
        "--quiet",
        "--device",
        "cpu",
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let html = read(&place.runs().join("names-0001/report.html"));
    check_page(&html);
    assert!(!html.contains("<script>alert"), "a name became markup");
    assert!(html.contains("alert(1)"));
}
