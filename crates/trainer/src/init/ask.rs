//! Questions in a terminal.

use std::path::{Path, PathBuf};

use dialoguer::{Input, Select};

use super::{kind_of, table::Table};
use crate::{
    Error,
    cli::{FirstNetwork, InitArgs, Kind},
};

/// Kinds of data in words.
const KINDS: [(Kind, &str); 5] = [
    (Kind::Csv, "tables (CSV), one example per line"),
    (Kind::Images, "pictures, in one folder per class"),
    (Kind::Idx, "IDX files, the format of MNIST"),
    (Kind::Npz, "NumPy arrays (.npz, .npy)"),
    (
        Kind::Digits,
        "none yet: two kinds of drawn digits, to try things out",
    ),
];

/// Asks for all that is not given.
///
/// # Errors
/// [`Error::Interrupted`] if somebody has had enough, bad input if a table can't be looked at.
pub(crate) fn ask(args: &mut InitArgs) -> Result<(), Error> {
    let kind = match args.data.or_else(|| kind_of(args.target.as_deref()?)) {
        Some(kind) => kind,
        None => KINDS[choose("Kind of data", &KINDS.map(|(_, words)| words), 0)?].0,
    };
    args.data = Some(kind);
    if kind == Kind::Digits {
        return ask_rest(args);
    }
    for (place, labels, question) in [
        (
            &mut args.general,
            &mut args.general_labels,
            "Large chunk, that you train on (path)",
        ),
        (
            &mut args.target,
            &mut args.target_labels,
            "Small chunk, of what users really bring (path)",
        ),
    ] {
        if place.is_none() {
            *place = Some(existing(question)?);
        }
        let is_npy = place
            .as_ref()
            .is_some_and(|path| path.extension().is_some_and(|end| end == "npy"));
        if labels.is_none() && is_npy {
            *labels = Some(existing("Its labels (path)")?);
        }
    }
    if let (Kind::Csv, Some(target)) = (kind, args.target.clone()) {
        ask_columns(args, &target)?;
    }
    ask_rest(args)
}

/// Which column is the label, and whether the others are a picture.
fn ask_columns(args: &mut InitArgs, target: &Path) -> Result<(), Error> {
    let table = Table::read(target)?;
    let label = if let Some(label) = &args.label {
        label.clone()
    } else {
        let names: Vec<_> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let likely = table
            .label()
            .and_then(|label| names.iter().position(|name| *name == label.name));
        let at = choose(
            "Column with the label",
            &names,
            likely.unwrap_or(names.len() - 1),
        )?;
        names[at].to_string()
    };
    if let (None, Some(side)) = (&args.shape, table.square(&label)) {
        let picture = format!("a picture of {side}×{side} pixels");
        let row = format!("{} numbers in a row", side * side);
        if choose("One example is", &[&picture, &row], 0)? == 0 {
            args.shape = Some(vec![1, side, side]);
        }
    }
    args.label = Some(label);
    Ok(())
}

fn ask_rest(args: &mut InitArgs) -> Result<(), Error> {
    if args.human.is_none() {
        args.human =
            rate("What people get wrong on the target data, as a fraction (empty if not known)")?;
    }
    if args.goal.is_none() {
        args.goal = rate("Dev error that is good enough, as a fraction (empty if not decided)")?;
    }
    if args.network.is_none() {
        const NETWORKS: [(Option<FirstNetwork>, &str); 4] = [
            (None, "what is usual for such data"),
            (Some(FirstNetwork::Mlp), "fully connected layers"),
            (Some(FirstNetwork::Cnn), "convolutions, for pictures"),
            (Some(FirstNetwork::Linear), "weighted sums"),
        ];
        args.network =
            NETWORKS[choose("What is to learn", &NETWORKS.map(|(_, words)| words), 0)?].0;
    }
    Ok(())
}

fn choose(question: &str, items: &[&str], default: usize) -> Result<usize, Error> {
    let select = Select::new()
        .with_prompt(question)
        .items(items)
        .default(default)
        .max_length(15);
    select.interact().map_err(|error| stopped(&error))
}

fn existing(question: &str) -> Result<PathBuf, Error> {
    let exists = |path: &String| {
        let found =
            Path::new(path.trim()).exists() || Path::new(&format!("{}.gz", path.trim())).exists();
        if found {
            Ok(())
        } else {
            Err("there is nothing of that name")
        }
    };
    let input = Input::<String>::new()
        .with_prompt(question)
        .validate_with(exists);
    let path = input.interact_text().map_err(|error| stopped(&error))?;
    Ok(path.trim().into())
}

/// A fraction; none if nothing is entered.
fn rate(question: &str) -> Result<Option<f64>, Error> {
    let is_rate = |text: &String| match text.trim().parse::<f64>() {
        _ if text.trim().is_empty() => Ok(()),
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(()),
        _ => Err("expected a fraction from 0 to 1: 2 % is 0.02"),
    };
    let input = Input::<String>::new()
        .with_prompt(question)
        .allow_empty(true)
        .validate_with(is_rate);
    let text = input.interact_text().map_err(|error| stopped(&error))?;
    Ok(text.trim().parse().ok())
}

fn stopped(error: &dialoguer::Error) -> Error {
    Error::Interrupted(format!("nothing is written: {error}"))
}
