use std::time::Instant;

use crate::{
    Error,
    cli::TrainArgs,
    config, device,
    feed::Residents,
    init_from,
    initial::initial,
    prepare::prepare,
    progress::Loading,
    session::{self, Session},
};

pub(crate) fn run(args: &TrainArgs) -> Result<(), Error> {
    let start = Instant::now();
    let mut overrides = args.config.overrides.clone();
    overrides.extend(args.init_from.as_deref().map(init_from::setting));
    let (mut config, document) = config::read(&args.config.path, &overrides)?;
    if let Some(name) = &args.name {
        config::check_name(name)?;
        config.name.clone_from(name);
    }
    let loading = Loading::new(args.output.quiet);
    let prepared = prepare(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    let opened = device::open(args.device)?.skipping_warm_up(args.skip_warm_up);
    let session = Session {
        start,
        config: &config,
        prepared: &prepared,
        residents: &Residents::default(),
        opened: &opened,
        runs_dir: &args.runs_dir,
        earlier: None,
        skip_device_check: args.skip_device_check,
        on_epoch: None,
        output: (&args.output).into(),
        log: args.output.log,
    };
    session::begin(session, || {
        initial(&config, &document, &prepared, &opened.device)
    })?;
    Ok(())
}
