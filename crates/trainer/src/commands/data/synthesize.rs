use super::export::write_examples;
use crate::{
    Error,
    cli::{ChunkName, SynthesizeArgs},
    config,
    data_summary::ChunkSummary,
    folder::NewFolder,
    load::load,
    progress::Loading,
    terminal,
};

/// Writes one chunk as a config reads, draws and synthesizes it, before it is split.
pub(super) fn run(args: &SynthesizeArgs) -> Result<(), Error> {
    let split = &args.export.split;
    let folder = NewFolder::check(&split.out)?;
    let (config, document) = config::read(&split.config.path, &split.config.overrides)?;
    let loading = Loading::new(false);
    let chunks = load(&config.data, config.seed, &|chunk, progress| {
        loading.show(chunk, progress);
    })
    .map_err(|error| document.error(&error))?;
    loading.finish();
    let (name, chunk) = match args.chunk {
        ChunkName::General => ("general", &chunks.general),
        ChunkName::Target => ("target", &chunks.target),
    };
    let folder = folder.create()?;
    let files = write_examples(&folder, name, &chunk.examples, args.export.format)?;
    folder.write("config.toml", config.to_toml()?.as_bytes())?;
    let summary = ChunkSummary::new(chunk);
    folder.write_json(
        "manifest.json",
        &serde_json::json!({ "format": 1, "seed": config.seed, "chunk": summary, "files": files }),
    )?;
    let path = folder.finish()?;
    terminal::talk(&format!("wrote {}: {summary}", path.display()));
    Ok(())
}
