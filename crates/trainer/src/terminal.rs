//! Words for people and programs: stdout is data, stderr is talk.

mod screen;
mod symbols;

use std::{
    borrow::Cow,
    io::{IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use console::Term;

use crate::{Error, report::wrapped};

pub(crate) use self::{screen::Screen, symbols::Symbols};

/// Whether the person wants ASCII characters alone. A choice for the whole process, like `NO_COLOR`.
static ASCII: AtomicBool = AtomicBool::new(false);

/// Takes the choice of the command line, or else that of the environment variable `PLUMB_ASCII`.
pub(crate) fn choose_ascii(flag: bool) {
    let variable = std::env::var_os("PLUMB_ASCII");
    let is_set = variable.is_some_and(|value| !value.is_empty() && value != "0");
    ASCII.store(flag || is_set, Ordering::Relaxed);
}

/// Whether ASCII characters alone are wanted.
pub(crate) fn is_ascii() -> bool {
    ASCII.load(Ordering::Relaxed)
}

/// A text for people with those of plumb's own signs that are not ASCII replaced, where that is wanted. Names from
/// elsewhere stay as they are.
fn own_words(text: &str) -> Cow<'_, str> {
    if is_ascii() && !text.is_ascii() {
        symbols::spelled_out(text).into()
    } else {
        text.into()
    }
}

/// Writes a text for people to stdout.
///
/// # Errors
/// As [`data`].
pub(crate) fn report(text: &str) -> Result<(), Error> {
    data(&own_words(text))
}

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
    writeln!(std::io::stderr().lock(), "{}", own_words(line)).ok();
}

/// As [`talk`]; in a terminal the line is broken at words where it is too long.
pub(crate) fn talk_in_words(line: &str) {
    match Screen::of_terminal(&Term::stderr()) {
        Some(screen) => talk(wrapped(screen.width, "", line).trim_end()),
        None => talk(line),
    }
}

/// As [`talk`]; in a terminal the line has as many of its fields as there is room for.
pub(crate) fn talk_briefly(line: &str) {
    match Screen::of_terminal(&Term::stderr()) {
        Some(screen) => talk(&screen.cut_fields(line)),
        None => talk(line),
    }
}

/// Whether a stream wants colours: a terminal, and no `NO_COLOR` (<https://no-color.org>).
pub(crate) fn colours(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
