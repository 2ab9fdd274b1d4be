//! Words for people and programs: stdout is data, stderr is talk.

use std::io::{IsTerminal, Write};

use crate::Error;

/// Writes data to stdout.
///
/// # Errors
/// [`Error::Failed`] if it can't be written, unless the reader has had enough and closed the pipe.
pub(crate) fn data(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::failed(
            format!("can't write to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

/// Writes a value to stdout as one indented JSON document.
///
/// # Errors
/// As [`data`].
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Error> {
    let json =
        serde_json::to_string_pretty(value).map_err(|error| Error::failed(error.to_string()))?;
    data(&format!("{json}\n"))
}

/// Writes a line of talk to stderr. Where nobody can hear, talk is dropped.
pub(crate) fn talk(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").ok();
}

/// Whether a stream wants colours: a terminal, and no `NO_COLOR` (<https://no-color.org>).
pub(crate) fn colours(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
