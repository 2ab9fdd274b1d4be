//! `plumb sweep --slurm`: an array job for Slurm, one task per part of the sweep.

use std::{fmt::Write, path::Path, process::Command};

use serde::Serialize;

use crate::{
    Error,
    cli::{LogFormat, SweepArgs},
    environment::absolute_path,
    run_dir::RunDir,
    shell::quoted,
    sweep::{Plan, SweepDir},
    terminal,
};

/// The script, in the sweep's directory.
const NAME: &str = "slurm.sh";

/// Tasks of an array job, unless the user says how many.
const MOST_TASKS: usize = 100;

/// The version of what `--json` prints.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Submitted<'a> {
    format: u32,
    name: &'a str,
    directory: String,
    job: &'a str,
    tasks: usize,
    runs: usize,
}

/// Prints the script; nothing is written.
///
/// # Errors
/// That the folder at hand, or the program's own place, is not known.
pub(crate) fn show(args: &SweepArgs, plan: &Plan) -> Result<(), Error> {
    let folder = absolute_path(&args.runner.runs_dir.join(&plan.name))?;
    terminal::data(&script(args, plan, n_tasks(args, plan), &folder)?)
}

fn n_tasks(args: &SweepArgs, plan: &Plan) -> usize {
    let n_runs = plan.points.len();
    match args.slurm.tasks {
        Some(tasks) => (tasks as usize).min(n_runs),
        None => n_runs.min(MOST_TASKS),
    }
}

/// Writes the script and submits it.
///
/// # Errors
/// Bad input if there is no `sbatch`, with the script written; a failure of `sbatch` itself.
pub(crate) fn run(args: &SweepArgs, plan: &Plan, directory: &SweepDir) -> Result<(), Error> {
    let (n_runs, n_tasks) = (plan.points.len(), n_tasks(args, plan));
    let folder = absolute_path(directory.path())?;
    let script = script(args, plan, n_tasks, &folder)?;
    RunDir::at(directory.path()).write(NAME, script.as_bytes())?;
    let path = folder.join(NAME);
    let output = Command::new("sbatch").arg("--parsable").arg(&path).output();
    let output = output.map_err(|error| {
        let message = format!("can't start sbatch, which submits jobs to Slurm: {error}");
        Error::bad_input(message).hint(format!(
            "{} is written, to be submitted elsewhere",
            path.display()
        ))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Error::failed(format!(
            "sbatch refused {}: {}",
            path.display(),
            said.trim()
        )));
    }
    let job = String::from_utf8_lossy(&output.stdout);
    let job = job.trim();
    if args.runner.json {
        return terminal::json(&Submitted {
            format: FORMAT,
            name: &plan.name,
            directory: directory.path().display().to_string(),
            job,
            tasks: n_tasks,
            runs: n_runs,
        });
    }
    terminal::data(&format!(
        "submitted as array job {job}: {n_tasks} tasks for {n_runs} runs\n\n  squeue -j {job}\n  plumb compare {}\n",
        directory.path().display()
    ))
}

/// An array job whose tasks do the sweep's parts, in the folder and with the program of this moment.
fn script(args: &SweepArgs, plan: &Plan, n_tasks: usize, folder: &Path) -> Result<String, Error> {
    let here = std::env::current_dir().and_then(|here| Ok((here, std::env::current_exe()?)));
    let (here, plumb) =
        here.map_err(|error| Error::failed(format!("can't tell where plumb runs: {error}")))?;
    let mut script = format!(
        "#!/bin/bash\n#SBATCH --job-name={}\n#SBATCH --array=1-{n_tasks}\n#SBATCH --output={}\n",
        plan.name,
        // Slurm reads the rest of the line as one value, blanks and all, if it is quoted.
        quoted(&folder.join("slurm-%A-%a.log").display().to_string()),
    );
    for options in &args.slurm.sbatch {
        writeln!(script, "#SBATCH {options}").ok();
    }
    let mut command = vec![
        plumb.display().to_string(),
        "sweep".into(),
        args.config.path.display().to_string(),
    ];
    let mut option = |name: &str, value: String| command.extend([name.to_string(), value]);
    for setting in &args.config.overrides {
        option("--set", setting.clone());
    }
    option("--runs-dir", args.runner.runs_dir.display().to_string());
    option("--name", plan.name.clone());
    option("--max-runs", args.max_runs.to_string());
    option("--device", args.runner.device.to_string());
    let flags = [
        ("--retry-failed", args.runner.retry_failed),
        ("--fail-fast", args.fail_fast),
        ("--skip-device-check", args.skip_device_check),
        ("--skip-warm-up", args.skip_warm_up),
        ("--quiet", args.runner.quiet),
        (
            "--log=tensorboard",
            args.log == Some(LogFormat::Tensorboard),
        ),
    ];
    for (flag, _) in flags.iter().filter(|(_, is_on)| *is_on) {
        command.push((*flag).to_string());
    }
    let command: Vec<_> = command.iter().map(|word| quoted(word)).collect();
    writeln!(
        script,
        "cd {} || exit 2",
        quoted(&here.display().to_string())
    )
    .ok();
    writeln!(
        script,
        "exec {} --shard \"$SLURM_ARRAY_TASK_ID/{n_tasks}\"",
        command.join(" ")
    )
    .ok();
    Ok(script)
}
