//! A first config as a text, with what a reader should know beside its keys.

use std::fmt::Write;

use super::{
    Wanted,
    sizes::{Sizes, half_width_points},
    source::{Key, Source, quoted},
};
use crate::{cli::FirstNetwork, progress::thousands};

/// The column in which comments begin, where the key is shorter.
const MARGIN: usize = 32;

/// Training examples from which on batches are large.
const MANY: usize = 1_000;

/// What the data turned out to be.
pub(super) struct Facts {
    /// Of one example.
    pub(super) shape: Vec<usize>,
    pub(super) n_general: usize,
    pub(super) sizes: Sizes,
    /// What is wrong with the sets, which the config allows.
    pub(super) leak: Option<String>,
}

/// The config; `file` is what it will be called.
pub(super) fn text(
    wanted: &Wanted,
    [general, target]: &[Source; 2],
    facts: &Facts,
    file: &str,
) -> String {
    let mut text = format!(
        "# A first config, written by `plumb init`. All of it may be changed.\n\
         #\n\
         #   plumb check {file}      what plumb makes of it\n\
         #   plumb train {file}      train, measure, and say what stands in the way\n\
         #\n\
         # Keys of data sources: `plumb data list`. With `plumb check --schema > config.schema.json` and the line\n\
         # `#:schema ./config.schema.json` at the top, editors complete and explain all keys (Taplo, Even Better TOML).\n"
    );
    line(
        &mut text,
        "name",
        &quoted(&wanted.name),
        "what run directories are called",
    );
    line(&mut text, "seed", "1", "decides all that is random");
    chunk(
        &mut text,
        "general",
        general,
        "the large chunk: what you train on",
    );
    chunk(
        &mut text,
        "target",
        target,
        "the small chunk: what users bring",
    );
    split(&mut text, facts);
    human(&mut text, wanted);
    model(&mut text, wanted, facts);
    if let Some(goal) = wanted.goal {
        text += "\n[diagnosis]\n";
        line(
            &mut text,
            "goal_error",
            &goal.to_string(),
            "the dev error that is good enough",
        );
    }
    text
}

fn chunk(text: &mut String, name: &str, source: &Source, about: &str) {
    let table = format!("[data.{name}.{}]", source.name);
    write!(text, "\n{table:MARGIN$}# {about}\n").ok();
    for Key { name, value, about } in &source.keys {
        line(text, name, value, about);
    }
}

fn split(text: &mut String, facts: &Facts) {
    let Sizes {
        train_dev,
        dev,
        test,
    } = facts.sizes;
    let size = |n: usize| {
        let digits = thousands(n as u64);
        digits.replace(',', "_")
    };
    text.push_str("\n[data.split]\n");
    line(
        text,
        "train_dev",
        &size(train_dev),
        "held out of general: tells variance from mismatch",
    );
    let points = half_width_points(dev);
    let about =
        format!("of target, for every decision: an error of 10 % is known to ±{points:.1} points");
    line(text, "dev", &size(dev), &about);
    line(
        text,
        "test",
        &size(test),
        "of target, for the last figure; decides nothing",
    );
    line(
        text,
        "target_in_train",
        "0",
        "target examples that join training, to fight mismatch",
    );
    if let Some(leak) = &facts.leak {
        let leak = leak.replace('\n', "\n# ");
        writeln!(
            text,
            "# Look into this, and take the line away when it is mended: {leak}"
        )
        .ok();
        line(text, "allow", "[\"identical\"]", "");
    }
}

fn human(text: &mut String, wanted: &Wanted) {
    match wanted.human {
        Some(error) => {
            text.push_str("\n[human]\n");
            line(text, "error", &error.to_string(), "what people get wrong on the target data");
        }
        None => text.push_str(
            "\n# What people get wrong on the target data, as a fraction. Without it nobody knows how low the error can\n\
             # go, and so not whether train's error is high. Measure it: label a hundred examples anew.\n\
             # [human]\n\
             # error = 0.02\n",
        ),
    }
}

fn model(text: &mut String, wanted: &Wanted, facts: &Facts) {
    let network = wanted
        .network
        .unwrap_or_else(|| usual_network(&facts.shape));
    text.push_str(match network {
        FirstNetwork::Linear => "\n[model.linear]                  # weighted sums: the least there is\n",
        FirstNetwork::Mlp => "\n[model.mlp]\nhidden = [128, 128]             # widths of the hidden layers\n",
        FirstNetwork::Cnn => "\n[model.cnn]                     # convolutions; `pool` halves height and width\nblocks = [\n",
    });
    if network == FirstNetwork::Cnn {
        for channels in &[16, 32, 64][..n_blocks(&facts.shape)] {
            writeln!(
                text,
                "    {{ channels = {channels}, norm = \"batch\", pool = 2 }},"
            )
            .ok();
        }
        text.push_str("]\n");
    }
    let n_train = facts.n_general.saturating_sub(facts.sizes.train_dev);
    let (epochs, batch_size) = (20, if n_train < MANY { 32 } else { 128 });
    text.push_str("\n[optimizer.adam]\n");
    line(
        text,
        "learning_rate",
        "1e-3",
        "`plumb find-lr` looks for a better one",
    );
    text.push_str("\n[train]\n");
    line(
        text,
        "epochs",
        &epochs.to_string(),
        "passes over the training set",
    );
    line(text, "batch_size", &batch_size.to_string(), "");
}

/// A convolutional network for pictures that can be halved twice.
pub(super) fn usual_network(shape: &[usize]) -> FirstNetwork {
    match shape {
        [_, height, width] if (*height).min(*width) >= 8 => FirstNetwork::Cnn,
        _ => FirstNetwork::Mlp,
    }
}

/// As many as leave at least two pixels of the shorter side.
fn n_blocks(shape: &[usize]) -> usize {
    let side = shape.iter().skip(1).min().copied().unwrap_or(1);
    (1..3).filter(|n| side >> n >= 2).count() + usize::from(side >> 3 >= 2)
}

/// A key, its value and a comment.
fn line(text: &mut String, key: &str, value: &str, about: &str) {
    let setting = format!("{key} = {value}");
    if about.is_empty() {
        writeln!(text, "{setting}").ok();
    } else if setting.chars().count() < MARGIN {
        writeln!(text, "{setting:MARGIN$}# {about}").ok();
    } else {
        writeln!(text, "# {about}:\n{setting}").ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 8 → 4 → 2; 4 → 2; 32 → 16 → 8 → 4; 16 → 8 → 4 → 2.
    #[test]
    fn pictures_are_halved_while_two_pixels_are_left() {
        for (side, expected) in [(4, 1), (8, 2), (15, 2), (16, 3), (32, 3), (1000, 3)] {
            assert_eq!(n_blocks(&[1, side, 2 * side]), expected, "{side}");
        }
    }

    #[test]
    fn pictures_get_convolutions() {
        let check = |shape: &[usize], expected| assert_eq!(usual_network(shape), expected);
        check(&[1, 8, 8], FirstNetwork::Cnn);
        check(&[3, 64, 7], FirstNetwork::Mlp);
        check(&[64], FirstNetwork::Mlp);
    }
}
