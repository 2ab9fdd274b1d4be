//! Boards, while a test asks them.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
};

use super::Workplace;

/// A board that ends with the test.
pub(crate) struct Running {
    child: Child,
    /// As in "127.0.0.1:7070".
    pub(crate) host: String,
}

impl Running {
    pub(crate) fn start(place: &Workplace, folder: &Path) -> Self {
        let mut command = place.command(&["board", folder.to_str().unwrap(), "--port", "0"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let host = line.trim().strip_prefix("http://").unwrap();
        let host = host.trim_end_matches('/').to_owned();
        Self { child, host }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
