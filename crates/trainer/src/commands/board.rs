//! `plumb board`.

use std::net::SocketAddr;

use crate::{
    Error,
    board::{Board, serve},
    cli::BoardArgs,
    terminal,
};

pub(crate) fn run(args: &BoardArgs) -> Result<(), Error> {
    let board = Board::new(&args.folder)?;
    let address = SocketAddr::new(args.host, args.port);
    serve(board, address, |bound| {
        let url = format!("http://{bound}/");
        terminal::data(&format!("{url}\n"))?;
        terminal::talk("Ctrl-C ends it");
        if !args.host.is_loopback() {
            terminal::talk("warning: everybody who reaches this machine can read these runs");
        }
        if args.open {
            open::that_detached(&url).map_err(|error| {
                Error::failed(format!("can't open the browser: {error}"))
                    .hint(format!("go to {url}"))
            })?;
        }
        Ok(())
    })
}
