//! `plumb board`: a real server, asked over a real connection.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use common::{QUICKSTART, SHORT, Workplace, boards::Running};

impl Running {
    /// Status, headers and body of an answer.
    fn ask_as(&self, path: &str, headers: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    fn ask(&self, path: &str) -> (u16, String, String) {
        self.ask_as(path, &format!("Host: {}\r\n", self.host))
    }
}

fn tag(head: &str) -> String {
    let line = head
        .lines()
        .find(|line| line.to_lowercase().starts_with("etag:"))
        .unwrap();
    line.split_once(':').unwrap().1.trim().to_owned()
}

#[test]
fn runs_appear_and_change_while_it_runs() {
    let place = Workplace::new();
    fs::create_dir_all(place.runs()).unwrap();
    let board = Running::start(&place, &place.runs());
    let (status, head, page) = board.ask("/");
    assert_eq!(status, 200);
    assert!(
        head.to_lowercase()
            .contains("content-security-policy: default-src 'none'"),
        "{head}"
    );
    assert!(page.contains("Nothing is there yet"), "{page}");

    let (_, run) = place.train(QUICKSTART, &SHORT);
    let (_, head, list) = board.ask("/fragment/");
    assert!(list.contains("href=\"/at/quickstart-0001\""), "{list}");
    assert!(list.contains("done, "), "{list}");
    // The same again is not sent again.
    let known = format!("Host: {}\r\nIf-None-Match: {}\r\n", board.host, tag(&head));
    let (status, _, body) = board.ask_as("/fragment/", &known);
    assert_eq!((status, body.as_str()), (304, ""));

    let (status, head, page) = board.ask("/at/quickstart-0001");
    assert_eq!(status, 200);
    assert!(
        page.contains("<figure id=\"ladder\">")
            && page.contains("data-live=\"/fragment/quickstart-0001\"")
    );
    drop(head);
    let (_, head, _) = board.ask("/fragment/quickstart-0001");
    let before = tag(&head);
    // A run that goes on: one more line, no diagnosis.
    fs::remove_file(run.join("diagnosis.json")).unwrap();
    let (status, head, body) = board.ask("/fragment/quickstart-0001");
    assert_eq!(status, 200);
    assert_ne!(tag(&head), before);
    assert!(body.contains("Not finished"));
    assert!(board.ask("/fragment/").2.contains("class=\"open\""));
}

#[test]
fn it_shows_nothing_else_and_answers_nobody_else() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    fs::write(place.runs().join("secret.txt"), "secret").unwrap();
    let board = Running::start(&place, &place.runs());
    for path in [
        "/at/..",
        "/at/%2e%2e",
        "/at/..%2f..%2fetc",
        "/at/secret.txt",
        "/at/nothing",
        "/fragment/%2fetc",
        "/x",
    ] {
        let (status, _, body) = board.ask(path);
        assert_eq!(status, 404, "{path}: {body}");
    }
    let port = board.host.rsplit_once(':').unwrap().1;
    let (status, _, body) = board.ask_as("/", &format!("Host: evil.example:{port}\r\n"));
    assert_eq!(status, 403, "{body}");
    assert_eq!(
        board.ask_as("/", &format!("Host: localhost:{port}\r\n")).0,
        200
    );
    // What is damaged is said, and stops nothing.
    fs::write(run.join("diagnosis.json"), "{").unwrap();
    let (status, _, body) = board.ask("/at/quickstart-0001");
    assert_eq!(status, 422, "{body}");
    assert!(body.contains("diagnosis.json"), "{body}");
    assert_eq!(board.ask("/").0, 200);
}

#[test]
fn what_it_cannot_serve_is_refused() {
    let place = Workplace::new();
    let file = place.write("file.txt", "x");
    let check = |args: &[&str], expected: &str| {
        place.check_refused(&[&["board"], args].concat(), expected);
    };
    check(&["nowhere"], "nowhere does not exist");
    check(&[file.to_str().unwrap()], "is a file");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    fs::create_dir_all(place.runs()).unwrap();
    check(
        &[place.runs().to_str().unwrap(), "--port", &port],
        "choose another port",
    );
}
