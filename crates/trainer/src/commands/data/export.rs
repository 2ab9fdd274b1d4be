use std::{fs::File, io::Write};

use plumb_data::{
    Examples,
    export::{
        ExportError, FORMAT_VERSION, Hashed, Manifest, ManifestFile, SetManifest, write_csv,
        write_idx, write_npz,
    },
};

use crate::{
    Error,
    cli::{ExportArgs, ExportFormat},
    config::Config,
    folder::{NewFolder, WritingFolder},
    prepare::{Divided, judge_leaks},
    terminal,
};

/// Writes the four sets, with a manifest of what they hold.
pub(super) fn run(args: &ExportArgs) -> Result<(), Error> {
    let folder = NewFolder::check(&args.split.out)?;
    let (config, document, divided) = super::read_and_divide(&args.split.config)?;
    judge_leaks(&config, &document, &divided)?;
    let folder = folder.create()?;
    let manifest = manifest(&config, &divided, |name, examples| {
        write_examples(&folder, name, examples, args.format)
    })?;
    folder.write("config.toml", config.to_toml()?.as_bytes())?;
    folder.write_json("manifest.json", &manifest)?;
    let path = folder.finish()?;
    terminal::talk(&format!("wrote {}", path.display()));
    Ok(())
}

/// What the sets hold, and the files that `write` puts each of them into.
pub(super) fn manifest(
    config: &Config,
    divided: &Divided,
    mut write: impl FnMut(&str, &Examples) -> Result<Vec<ManifestFile>, Error>,
) -> Result<Manifest, Error> {
    let (sets, members) = (&divided.sets, &divided.sets.membership);
    let each = [
        ("train", &sets.train, &members.train),
        ("train-dev", &sets.train_dev, &members.train_dev),
        ("dev", &sets.dev, &members.dev),
        ("test", &sets.test, &members.test),
    ];
    let mut described = Vec::with_capacity(each.len());
    for (name, examples, members) in each {
        let files = write(name, examples)?;
        described.push(SetManifest::new(name, examples, members, files));
    }
    Ok(Manifest {
        format_version: FORMAT_VERSION,
        seed: config.seed,
        classes: sets.train.classes.clone(),
        shape: sets.train.shape.clone(),
        sets: described,
    })
}

/// Writes examples as `name.csv`, `name.npz`, or `name-images.idx` and `name-labels.idx`.
pub(super) fn write_examples(
    folder: &WritingFolder,
    name: &str,
    examples: &Examples,
    format: ExportFormat,
) -> Result<Vec<ManifestFile>, Error> {
    match format {
        ExportFormat::Csv => {
            let mut csv = Writing::start(folder, format!("{name}.csv"))?;
            let written = write_csv(examples, &mut csv.out);
            Ok(vec![csv.finish(written)?])
        }
        ExportFormat::Npz => {
            let mut npz = Writing::start(folder, format!("{name}.npz"))?;
            let written = write_npz(examples, &mut npz.out);
            Ok(vec![npz.finish(written)?])
        }
        ExportFormat::Idx => {
            let mut images = Writing::start(folder, format!("{name}-images.idx"))?;
            let mut labels = Writing::start(folder, format!("{name}-labels.idx"))?;
            let written = write_idx(examples, &mut images.out, &mut labels.out);
            Ok(vec![images.finish(written)?, labels.finish(Ok(()))?])
        }
    }
}

/// A file that is hashed while it is written.
struct Writing {
    name: String,
    out: Hashed<File>,
}

impl Writing {
    fn start(folder: &WritingFolder, name: String) -> Result<Self, Error> {
        let file = File::create(folder.file(&name))
            .map_err(|error| Error::failed(format!("can't write {name}: {error}")))?;
        let out = Hashed::new(file);
        Ok(Self { name, out })
    }

    fn finish(mut self, written: Result<(), ExportError>) -> Result<ManifestFile, Error> {
        let name = self.name;
        let failed =
            |error: &dyn std::fmt::Display| Error::failed(format!("can't write {name}: {error}"));
        written.map_err(|error| failed(&error))?;
        self.out.flush().map_err(|error| failed(&error))?;
        let (_, sha256) = self.out.finish().map_err(|error| failed(&error))?;
        Ok(ManifestFile { name, sha256 })
    }
}
