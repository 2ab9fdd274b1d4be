use std::time::Instant;

use crate::{
    Error,
    cli::TrainArgs,
    config, device,
    prepare::prepare,
    progress::Loading,
    session::{self, Session},
};

pub(crate) fn run(args: &TrainArgs) -> Result<(), Error> {
    let start = Instant::now();
    let (mut config, document) = config::read(&args.config.path, &args.config.overrides)?;
    if let Some(name) = &args.name {
        config::check_name(name)?;
        config.name.clone_from(name);
    }
    let loading = Loading::new(args.output.quiet);
    let prepared = prepare(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    let opened = device::open(args.device)?;
    session::run(Session {
        start,
        config: &config,
        prepared: &prepared,
        opened: &opened,
        runs_dir: &args.runs_dir,
        earlier: None,
        output: &args.output,
    })
}
