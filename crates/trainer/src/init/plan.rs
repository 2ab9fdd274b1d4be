//! From what is wanted to a config that is checked, and then written.

use std::{path::Path, sync::Arc};

use plumb_data::Examples;

use super::{
    Wanted,
    sizes::Sizes,
    source::{Source, sources},
    text::{Facts, text},
};
use crate::{
    Error, config,
    load::{Chunks, load},
    prepare::{divide_loaded, fit, judge_leaks},
    progress::{Loading, thousands},
    run_dir::write_whole,
};

/// Looks at the data, makes the config, checks it as `plumb check` does, and writes it. Returns what was found, in
/// words.
///
/// # Errors
/// Bad input if the data can't be read or don't fit together, pointing at the key of the config that would have been
/// written; then nothing is.
pub(crate) fn write(wanted: &Wanted, file: &Path) -> Result<String, Error> {
    let shown = file.display().to_string();
    // What errors point into.
    let draft = format!("{shown} (not written)");
    let (sources, chunks) = load_all(wanted, &draft)?;
    let [general, target] = [&chunks.general, &chunks.target].map(|loaded| &loaded.examples);
    let mut facts = Facts {
        shape: general.shape.clone(),
        n_general: general.len(),
        sizes: Sizes::proposed(general.len(), target.len())?,
        leak: None,
    };
    let found = format!("general: {}\ntarget: {}", summary(general), summary(target));

    let (mut config, mut document) = config::parse(&draft, text(wanted, &sources, &facts, &shown))?;
    let divided = divide_loaded(&config, &document, Arc::new(chunks))?;
    if let Err(leaks) = divided.leaks.check(false, false) {
        facts.leak = Some(leaks.to_string());
        (config, document) = config::parse(&draft, text(wanted, &sources, &facts, &shown))?;
        judge_leaks(&config, &document, &divided)?;
    }
    let prepared = fit(&config, &document, divided)?.for_training(&config, &document)?;
    let warnings: Vec<_> = (prepared.summary.warnings.iter().chain(&facts.leak))
        .map(|warning| format!("\nwarning: {warning}"))
        .collect();

    let content = text(wanted, &sources, &facts, &shown);
    write_whole(file, content.as_bytes()).map_err(|error| {
        Error::bad_input(format!("can't write {shown}: {error}")).hint("choose another file")
    })?;
    Ok(found + &warnings.concat())
}

/// Both chunks, and the sources that give them.
///
/// # Errors
/// Bad input if the data can't be read, or a flag is needed to know more.
fn load_all(wanted: &Wanted, draft: &str) -> Result<([Source; 2], Chunks), Error> {
    let mut sources = sources(wanted)?;
    let loading = Loading::new(false);
    let chunks = loop {
        // Sizes are not known yet, and not looked at in reading.
        let facts = Facts {
            shape: Vec::new(),
            n_general: 0,
            sizes: Sizes {
                train_dev: 1,
                dev: 1,
                test: 1,
            },
            leak: None,
        };
        let (config, document) = config::parse(draft, text(wanted, &sources, &facts, draft))?;
        let chunks = load(&config.data, config.seed, &|chunk, progress| {
            loading.show(chunk, progress);
        })
        .map_err(|error| document.error(&error))?;
        let channels = [&chunks.general, &chunks.target].map(|loaded| loaded.examples.shape[0]);
        let is_asked = sources
            .iter()
            .all(|source| source.keys.iter().any(|key| key.name == "channels"));
        let are_pictures = sources.iter().all(|source| source.name == "image_folder");
        if channels[0] == channels[1] || is_asked || !are_pictures {
            break chunks;
        }
        sources = sources.map(Source::in_colour);
    };
    loading.finish();
    Ok((sources, chunks))
}

/// How many of what, and in which classes.
fn summary(examples: &Examples) -> String {
    const MAX_NAMES: usize = 10;
    let shape: Vec<_> = examples.shape.iter().map(ToString::to_string).collect();
    let mut classes: Vec<_> = examples
        .classes
        .iter()
        .take(MAX_NAMES)
        .map(String::as_str)
        .collect();
    if examples.classes.len() > MAX_NAMES {
        classes.push("…");
    }
    format!(
        "{} examples of shape {} in {} classes ({})",
        thousands(examples.len() as u64),
        shape.join("×"),
        examples.classes.len(),
        classes.join(", ")
    )
}
