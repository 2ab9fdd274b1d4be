//! `plumb board`: runs and sweeps in a browser, as they are and while they change.
//!
//! The server only reads. A page is made again when a file that it is made of has changed, and kept till then; the
//! browser asks every two seconds and hears that nothing has changed, or gets the new body.

mod index;
mod server;
mod version;

use std::{
    collections::HashMap,
    path::{Component, Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use askama::Template;

pub(crate) use self::server::serve;
use self::{
    index::{Entry, Index},
    version::Version,
};
use crate::{
    Error,
    page::{Live, Page, framed},
};

/// What the server shows.
pub(crate) struct Board {
    /// The folder of runs, as it really lies.
    root: PathBuf,
    /// As it was called.
    shown: String,
    index: Mutex<Index>,
    bodies: Mutex<HashMap<PathBuf, Body>>,
}

/// A page's content, and what it was made of.
#[derive(Clone)]
struct Body {
    version: Version,
    title: String,
    html: String,
}

/// Pages that are kept; more are made again.
const MOST_BODIES: usize = 64;

#[derive(Template)]
#[template(path = "board.html")]
struct BoardBody<'a> {
    folder: &'a str,
    entries: &'a [Entry],
}

impl Board {
    /// Of a folder of runs.
    ///
    /// # Errors
    /// Bad input if it is no folder.
    pub(crate) fn new(folder: &Path) -> Result<Self, Error> {
        let wrong = |what: &dyn std::fmt::Display| {
            Error::bad_input(format!("{} {what}", folder.display()))
                .hint("expected the folder that holds the runs, such as runs")
        };
        let root = folder.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => wrong(&"does not exist"),
            _ => wrong(&format!("can't be read: {error}")),
        })?;
        if !root.is_dir() {
            return Err(wrong(&"is a file"));
        }
        Ok(Self {
            root,
            shown: folder.display().to_string(),
            index: Mutex::default(),
            bodies: Mutex::default(),
        })
    }

    /// A directory below the root, from the path of an address; none for what leads out of it, or nowhere.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path);
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        if !relative.components().all(is_plain) {
            return None;
        }
        // A link may lead anywhere.
        let real = self.root.join(relative).canonicalize().ok()?;
        (real.starts_with(&self.root) && real.is_dir()).then_some(real)
    }

    /// The list of runs and sweeps in the folder, or in a sweep.
    fn list(&self, folder: &Path) -> Vec<Entry> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        index.entries(&self.root, folder)
    }

    /// The body of a page, and a tag that says what it was made of; none where there is nothing.
    ///
    /// # Errors
    /// What is wrong with the run.
    fn body(&self, path: &str) -> Option<Result<(String, Body), Error>> {
        let directory = self.inside(path)?;
        if directory == self.root {
            let entries = self.list(&directory);
            return Some(self.index_body(&entries));
        }
        let version = Version::of(&directory);
        let kept = {
            let bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
            bodies
                .get(&directory)
                .filter(|body| body.version == version)
                .cloned()
        };
        if let Some(body) = kept {
            return Some(Ok((body.version.tag(), body)));
        }
        Some(self.new_body(&directory, version))
    }

    fn index_body(&self, entries: &[Entry]) -> Result<(String, Body), Error> {
        let body = BoardBody {
            folder: &self.shown,
            entries,
        };
        let html = body
            .render()
            .map_err(|error| Error::failed(error.to_string()))?;
        let version = Version::of_text(&html);
        let title = format!("{}: plumb board", self.shown);
        Ok((
            version.tag(),
            Body {
                version,
                title,
                html,
            },
        ))
    }

    fn new_body(&self, directory: &Path, version: Version) -> Result<(String, Body), Error> {
        let page = Page::open(directory)?;
        let mut html = page.body()?;
        if matches!(page, Page::Sweep(_)) {
            let entries = self.list(directory);
            let list = BoardBody {
                folder: "",
                entries: &entries,
            };
            html.push_str(
                &list
                    .render()
                    .map_err(|error| Error::failed(error.to_string()))?,
            );
        }
        let body = Body {
            version,
            title: page.title(),
            html,
        };
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        if bodies.len() >= MOST_BODIES {
            bodies.clear();
        }
        bodies.insert(directory.to_owned(), body.clone());
        Ok((body.version.tag(), body))
    }

    /// A whole page.
    ///
    /// # Errors
    /// As [`Board::body`].
    fn page(&self, path: &str) -> Option<Result<String, Error>> {
        let made = self.body(path)?;
        Some(made.and_then(|(tag, body)| {
            let live = Live {
                address: format!("/fragment/{}", encoded(path)),
                tag,
                is_root: path.is_empty(),
            };
            framed(&body.title, &body.html, Some(&live))
        }))
    }
}

/// A path as a part of an address.
fn encoded(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            address.push(byte as char);
        } else {
            use std::fmt::Write;
            write!(address, "%{byte:02X}").ok();
        }
    }
    address
}

#[cfg(test)]
mod tests;
