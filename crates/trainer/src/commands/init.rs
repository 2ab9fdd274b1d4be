use std::io::IsTerminal;

use crate::{
    Error,
    cli::{InitArgs, Kind},
    config, fraction,
    init::{self, Place, Wanted, kind_of},
    terminal,
};

/// Writes a first config for somebody's data.
pub(crate) fn run(mut args: InitArgs) -> Result<(), Error> {
    if args.file.exists() && !args.force {
        let message = format!(
            "{} exists already; expected a new file",
            args.file.display()
        );
        return Err(
            Error::bad_input(message).hint("choose another name, or replace it with --force")
        );
    }
    let missing = init::missing(&args);
    if !missing.is_empty() {
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            let message = format!(
                "{} must be given where there is no terminal to ask in",
                missing.join(" and ")
            );
            return Err(Error::bad_input(message).hint(
                "as in plumb init mine.toml --data csv --general bought.csv --target users.csv --label digit \
                 --human 0.02",
            ));
        }
        init::ask(&mut args)?;
    }
    let wanted = wanted(&args)?;
    let found = init::write(&wanted, &args.file)?;
    let file = args.file.display();
    terminal::talk(&format!(
        "{found}\nwrote {file}\n\n  plumb check {file}\n  plumb train {file}"
    ));
    Ok(())
}

/// What the flags and answers come down to.
///
/// # Errors
/// Bad input for a value that can't be.
fn wanted(args: &InitArgs) -> Result<Wanted, Error> {
    for (flag, rate) in [("--human", args.human), ("--goal", args.goal)] {
        check_rate(flag, rate)?;
    }
    let place = |path: &Option<_>, labels: &Option<_>| {
        path.clone().map(|path| Place {
            path,
            labels: labels.clone(),
        })
    };
    let kind = args.data.or_else(|| kind_of(args.target.as_deref()?));
    let kind = kind.unwrap_or(Kind::Csv);
    let size = match args.size.as_deref() {
        None => None,
        Some(&[height, width]) => Some([height, width]),
        Some(other) => {
            let message = format!(
                "--size has {} numbers; expected height and width, as in 32,32",
                other.len()
            );
            return Err(Error::bad_input(message));
        }
    };
    Ok(Wanted {
        kind,
        general: place(&args.general, &args.general_labels).filter(|_| kind != Kind::Digits),
        target: place(&args.target, &args.target_labels),
        label: args.label.clone(),
        shape: args.shape.clone(),
        size,
        human: args.human,
        goal: args.goal,
        network: args.network,
        name: name(args)?,
    })
}

fn check_rate(flag: &str, rate: Option<f64>) -> Result<(), Error> {
    let Some(rate) = rate.filter(|rate| !(0.0..=1.0).contains(rate)) else {
        return Ok(());
    };
    let error = Error::bad_input(format!("{flag} is {rate}; expected a fraction from 0 to 1"));
    Err(match fraction::did_you_mean(rate) {
        Some(meant) => error.hint(meant),
        None => error,
    })
}

/// The one given, else that of the file, with what a name can't have left out.
fn name(args: &InitArgs) -> Result<String, Error> {
    if let Some(name) = &args.name {
        config::check_name(name)?;
        return Ok(name.clone());
    }
    let stem = args.file.file_stem().map(|stem| stem.to_string_lossy());
    let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = stem
        .unwrap_or_default()
        .chars()
        .map(|c| if is_allowed(c) { c } else { '-' })
        .collect();
    let name = name.trim_start_matches('.');
    Ok(if name.is_empty() {
        "first".into()
    } else {
        name.into()
    })
}
