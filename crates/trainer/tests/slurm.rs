//! Array jobs on a real Slurm. check.sh starts one and runs the ignored tests; see scripts/slurm.sh.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use common::{
    Workplace, stderr, stdout,
    sweeps::{BASE, SWEEP, assert_same_sweeps, folder, run_dirs, sweep, sweep_command, swept},
};

fn config() -> String {
    format!("{BASE}{SWEEP}")
}

/// Waits until no task of a job is left.
fn wait_for_job(job: &str) {
    let start = Instant::now();
    loop {
        let output = Command::new("squeue")
            .args(["-h", "-j", job])
            .output()
            .unwrap();
        // One that ended some time ago is unknown.
        if !output.status.success() || output.stdout.is_empty() {
            return;
        }
        assert!(
            start.elapsed() < Duration::from_mins(2),
            "job {job} still runs: {}",
            stdout(&output)
        );
        sleep(Duration::from_millis(200));
    }
}

#[test]
#[ignore = "needs sbatch and a Slurm that serves"]
fn an_array_job_does_the_sweep_and_a_second_one_nothing_more() {
    let reference = Workplace::new();
    swept(&reference, &config(), &[]);

    let place = Workplace::new();
    for submission in 1..=2 {
        let output = sweep(&place, &config(), &["--slurm", "--tasks", "3", "--json"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["tasks"], &report["runs"]), (&3.into(), &12.into()));
        let job = report["job"].as_str().unwrap();
        wait_for_job(job);
        let log = |task: u32| folder(&place).join(format!("slurm-{job}-{task}.log"));
        let logs: Vec<_> = (1..=3)
            .map(|task| fs::read_to_string(log(task)).unwrap_or_default())
            .collect();
        assert_eq!(run_dirs(&folder(&place), true).len(), 12, "{logs:#?}");
        assert_eq!(
            run_dirs(&folder(&place), false).len(),
            12,
            "each was begun once"
        );
        for log in &logs {
            assert!(log.contains("4 of 4 runs done of part "), "{log}");
            let nothing = log.contains("0 runs to do, 4 were done before");
            assert_eq!(nothing, submission == 2, "{log}");
        }
        assert_same_sweeps(&folder(&place), &folder(&reference));
    }
    assert_eq!(swept(&place, &config(), &[])["done"], 12);
}

#[test]
fn without_sbatch_the_script_is_written_and_runs_by_itself() {
    let place = Workplace::new();
    let mut command = sweep_command(
        &place,
        &config(),
        &["--slurm", "--tasks", "4", "--sbatch", "--partition=gpu"],
    );
    let output = command.env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let path = folder(&place).join("slurm.sh");
    assert_eq!(
        stderr(&output),
        format!(
            "error: can't start sbatch, which submits jobs to Slurm: No such file or directory (os error 2)\n\nhint: {} is \
             written, to be submitted elsewhere\n",
            path.display()
        )
    );
    let script = fs::read_to_string(&path).unwrap();
    let head = script.lines().take(4).collect::<Vec<_>>().join("\n");
    assert!(
        head.starts_with(
            "#!/bin/bash\n#SBATCH --job-name=grid\n#SBATCH --array=1-4\n#SBATCH --output="
        ),
        "{head}"
    );
    assert!(script.contains("\n#SBATCH --partition=gpu\n"), "{script}");
    assert!(
        script.ends_with("--shard \"$SLURM_ARRAY_TASK_ID/4\"\n"),
        "{script}"
    );
    // What Slurm would do with it.
    let task = Command::new("bash")
        .arg(&path)
        .env("SLURM_ARRAY_TASK_ID", "2")
        .output()
        .unwrap();
    assert!(task.status.success(), "{}", stderr(&task));
    assert_eq!(run_dirs(&folder(&place), true).len(), 3);
}

#[test]
fn a_dry_run_shows_the_script_and_writes_nothing() {
    let place = Workplace::new();
    let output = sweep(&place, &config(), &["--slurm", "--dry-run"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("#SBATCH --array=1-12\n"),
        "{}",
        stdout(&output)
    );
    assert!(!place.runs().exists());
}
