//! The server itself: four addresses, all of them to read.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

use super::Board;
use crate::Error;

/// What a page may do: show itself, its pictures, and ask this server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves a board until somebody ends it with Ctrl-C; `ready` hears where.
///
/// # Errors
/// Bad input if the address can't be had; [`Error::Failed`] if the server breaks.
pub(crate) fn serve(
    board: Board,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr) -> Result<(), Error>,
) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| Error::failed(format!("can't start the server: {error}")))?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| taken(address, &error))?;
        let bound = listener
            .local_addr()
            .map_err(|error| Error::failed(error.to_string()))?;
        ready(bound)?;
        let app = app(Arc::new(board), bound.ip());
        let ended = axum::serve(listener, app).with_graceful_shutdown(async {
            // Without a way to hear of Ctrl-C it ends the process.
            tokio::signal::ctrl_c().await.ok();
        });
        ended
            .await
            .map_err(|error| Error::failed(format!("the server broke: {error}")))
    })
}

fn taken(address: SocketAddr, error: &io::Error) -> Error {
    let message = format!("can't listen on {address}: {error}");
    Error::bad_input(message).hint("choose another port with --port, or 0 for any that is free")
}

fn app(board: Arc<Board>, ip: IpAddr) -> Router {
    Router::new()
        .route("/", get(root))
        .route("/at/{*path}", get(page))
        .route("/fragment/", get(root_fragment))
        .route("/fragment/{*path}", get(fragment))
        .layer(middleware::from_fn(move |request, next| {
            guard(ip, request, next)
        }))
        .with_state(board)
}

/// Refuses what another site's page asks under a name of its own (DNS rebinding), and says what pages may do.
async fn guard(ip: IpAddr, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    if ip.is_loopback() && !host.is_some_and(is_local) {
        let words =
            "this board answers to localhost only; start it with --host to open it to others\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Whether a name in an address means this machine.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

async fn root(State(board): State<Arc<Board>>) -> Response {
    whole(board, String::new()).await
}

async fn page(State(board): State<Arc<Board>>, Path(path): Path<String>) -> Response {
    whole(board, path).await
}

async fn root_fragment(State(board): State<Arc<Board>>, headers: HeaderMap) -> Response {
    part(board, String::new(), headers).await
}

async fn fragment(
    State(board): State<Arc<Board>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    part(board, path, headers).await
}

async fn whole(board: Arc<Board>, path: String) -> Response {
    let made = tokio::task::spawn_blocking(move || board.page(&path)).await;
    match made {
        Ok(Some(Ok(page))) => html(page),
        Ok(Some(Err(error))) => wrong(&error),
        Ok(None) => nothing(),
        Err(error) => wrong(&Error::failed(error.to_string())),
    }
}

async fn part(board: Arc<Board>, path: String, headers: HeaderMap) -> Response {
    let made = tokio::task::spawn_blocking(move || board.body(&path)).await;
    match made {
        Ok(Some(Ok((tag, body)))) => {
            let known = headers
                .get(header::IF_NONE_MATCH)
                .and_then(|tag| tag.to_str().ok());
            let mut response = if known == Some(tag.as_str()) {
                StatusCode::NOT_MODIFIED.into_response()
            } else {
                html(body.html)
            };
            if let Ok(tag) = HeaderValue::from_str(&tag) {
                response.headers_mut().insert(header::ETAG, tag);
            }
            response
        }
        Ok(Some(Err(error))) => wrong(&error),
        Ok(None) => nothing(),
        Err(error) => wrong(&Error::failed(error.to_string())),
    }
}

fn html(text: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (headers, Body::from(text)).into_response()
}

fn nothing() -> Response {
    (
        StatusCode::NOT_FOUND,
        "no run, sweep or experiment lies there\n",
    )
        .into_response()
}

/// What is wrong with a run, as plain text.
fn wrong(error: &Error) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in [
            "localhost",
            "localhost:7070",
            "LOCALHOST:1",
            "127.0.0.1:7070",
            "127.0.0.2",
            "[::1]:7070",
            "[::1]",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "example.org",
            "example.org:7070",
            "localhost.example.org",
            "10.0.0.1:80",
            "",
            "127.0.0.1.example.org",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
