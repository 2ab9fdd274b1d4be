use std::path::Path;

use serde::Serialize;

use crate::{
    Error,
    cli::FindLrArgs,
    config::{self, Config},
    device::{self, OpenDevice},
    feed::train_feed,
    learning_rates::{self, short},
    pool::in_pool,
    prepare::{Prepared, prepare},
    progress::Loading,
    range_test::{self, Chart, Ingredients, Point, Style, Suggestion, Sweep, Verdict},
    run_dir::write_whole,
    terminal,
};

/// The version of what `--json` prints.
const FORMAT: u32 = 1;

/// What `plumb find-lr --json` prints.
#[derive(Serialize)]
struct Found<'a> {
    format: u32,
    name: &'a str,
    /// Steps that were to be trained; there are fewer points if the loss rose for good before.
    steps: u32,
    points: &'a [Point],
    suggestion: Option<&'a Suggestion>,
    /// The override that takes the suggestion.
    set: Option<String>,
    /// What came of the test, in words.
    conclusion: String,
}

pub(crate) fn run(args: &FindLrArgs) -> Result<(), Error> {
    let sweep = Sweep::new(args.min, args.max, args.steps)
        .map_err(|error| Error::bad_input(error.to_string()))?;
    if let Some(path) = &args.out {
        check_out(path)?;
    }
    let (config, document) = config::read(&args.config.path, &args.config.overrides)?;
    config.model.plan()?;
    let loading = Loading::new(false);
    let prepared = prepare(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    let opened = device::open(args.device)?;
    let points = in_pool(|| test(&config, &prepared, &opened, &sweep))??;

    let verdict = range_test::suggest(&points, sweep.window());
    let suggestion = match &verdict {
        Verdict::Fell(suggestion) => Some(suggestion),
        Verdict::Flat | Verdict::Rose => None,
    };
    if let Some(path) = &args.out {
        let svg = range_test::svg(&config.name, &points, suggestion)?;
        write_whole(path, svg.as_bytes()).map_err(|error| cannot_write(path, &error))?;
        terminal::talk(&format!("wrote {}", path.display()));
    }
    let conclusion = conclude(&config, &sweep, &points, &verdict);
    if args.json {
        return terminal::json(&Found {
            format: FORMAT,
            name: &config.name,
            steps: sweep.steps(),
            points: &points,
            suggestion,
            set: suggestion
                .map(|found| learning_rates::setting(&config.optimizer, found.learning_rate)),
            conclusion,
        });
    }
    let chart = chart().draw(&points, suggestion.map(|found| found.learning_rate));
    terminal::report(&format!("{chart}\n{conclusion}\n"))
}

fn test(
    config: &Config,
    prepared: &Prepared,
    opened: &OpenDevice,
    sweep: &Sweep,
) -> Result<Vec<Point>, Error> {
    let train = train_feed(config, prepared, opened);
    let ingredients = Ingredients {
        config,
        prepared,
        train: &train,
        device: &opened.device,
    };
    range_test::run(&ingredients, sweep)
}

/// As wide as the terminal, within limits; plain characters where there is none.
fn chart() -> Chart {
    let term = console::Term::stdout();
    let (width, style) = match term.size_checked() {
        Some((_, width)) if term.is_term() => {
            let style = if terminal::is_ascii() {
                Style::Plain
            } else {
                Style::Dots
            };
            (usize::from(width), style)
        }
        _ => (80, Style::Plain),
    };
    Chart {
        width: width.clamp(Chart::MIN_WIDTH, Chart::MAX_WIDTH),
        style,
    }
}

/// Looks before the test whether its picture can be written after it.
fn check_out(path: &Path) -> Result<(), Error> {
    let expected_svg = |what: &str| {
        Err(Error::bad_input(format!(
            "--out is {}, {what}; expected an SVG file, as in --out range.svg",
            path.display()
        )))
    };
    if path.is_dir() {
        return expected_svg("a folder");
    }
    let is_svg = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    if !is_svg {
        return expected_svg("which is no name of such a file");
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(cannot_write(
            path,
            &format!("there is no folder {}", folder.display()),
        )),
        _ => Ok(()),
    }
}

fn cannot_write(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::bad_input(format!("can't write {}: {error}", path.display()))
}

/// What the test says, and what to do next.
fn conclude(config: &Config, sweep: &Sweep, points: &[Point], verdict: &Verdict) -> String {
    let (first, last) = (points[0], points[points.len() - 1]);
    let (from, to) = (short(first.learning_rate), short(last.learning_rate));
    let mut lines = Vec::new();
    if points.len() < sweep.steps() as usize {
        let why = if last.smoothed.is_finite() {
            "the loss had risen for good"
        } else {
            "the loss was not finite"
        };
        lines.push(format!(
            "ended after {} of {} steps, at a learning rate of {to}: {why}",
            points.len(),
            sweep.steps()
        ));
    }
    match verdict {
        Verdict::Fell(found) => {
            lines.push(format!(
                "steepest fall of the loss       {}",
                short(found.steepest)
            ));
            lines.push(format!(
                "a tenth of where it is lowest   {}",
                short(found.tenth_of_lowest)
            ));
            if found.still_falling {
                lines.push(format!(
                    "the loss still fell at {to}, the highest rate tried: a higher --max may show more"
                ));
            }
            let now = config.optimizer.learning_rate();
            lines.push(format!(
                "suggested, the lower of the two: a rate too high costs more than one too low (now {})",
                short(now)
            ));
            let set = learning_rates::set(&config.optimizer, found.learning_rate);
            lines.push(format!("  {set}"));
        }
        Verdict::Flat => lines.push(format!(
            "the loss stayed near {:.3} from {from} to {to}: no learning rate is suggested\n\nhint: \
             more --steps or a higher --max may show a fall; if not, look at the inputs and labels with \
             `plumb data describe`",
            first.loss
        )),
        Verdict::Rose => lines.push(format!(
            "the loss, {:.3} at first, did not fall by more than noise, and then rose: no learning rate \
             is suggested\n\nhint: try a lower --min than {from}, or more --steps",
            first.loss
        )),
    }
    lines.join("\n")
}
