use crate::{Error, cli::SplitArgs, folder::NewFolder, prepare::judge_leaks, terminal};

/// Writes which example of which chunk each set holds, without the values.
pub(super) fn run(args: &SplitArgs) -> Result<(), Error> {
    let folder = NewFolder::check(&args.out)?;
    let (config, document, divided) = super::read_and_divide(&args.config)?;
    judge_leaks(&config, &document, &divided)?;
    let manifest = super::export::manifest(&config, &divided, |_, _| Ok(Vec::new()))?;
    let folder = folder.create()?;
    folder.write("config.toml", config.to_toml()?.as_bytes())?;
    folder.write_json("manifest.json", &manifest)?;
    let path = folder.finish()?;
    terminal::talk(&format!("wrote {}", path.display()));
    Ok(())
}
