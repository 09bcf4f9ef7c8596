//! The HTTP side: connections, bodies, answers that never come.

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use ondo_compiler::types::Name;
use ondo_compiler::wire::Delivery;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::bodies::AnswerBody;
use super::play::{Played, play};
use super::{State, control};
use crate::engine::ResolvedAccount;

/// Larger requests are answered 413.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Serves one account until it is aborted; its connections end with it.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>, account: Arc<ResolvedAccount>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors: those that end make room.
            connections.join_next().await;
            continue;
        };
        connections.spawn(connection(stream, Arc::clone(&state), Arc::clone(&account)));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, state: Arc<State>, account: Arc<ResolvedAccount>) {
    let Some((stream, handle)) = with_handle(stream) else {
        return;
    };
    let service = service_fn(|request: Request<Incoming>| {
        let (state, account, handle) = (Arc::clone(&state), &account, &handle);
        async move { answer(request, state, account, handle).await }
    });
    // A client that gives up ends the connection; there is nobody to tell.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A second handle of the connection, by which it can be told to end with a reset.
fn with_handle(stream: TcpStream) -> Option<(TcpStream, TcpStream)> {
    let stream = stream.into_std().ok()?;
    let handle = stream.try_clone().ok()?;
    Some((
        TcpStream::from_std(stream).ok()?,
        TcpStream::from_std(handle).ok()?,
    ))
}

/// Why a connection ends without an answer.
#[derive(Debug)]
pub(super) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sandbox was told to break the connection")
    }
}

impl std::error::Error for Broken {}

/// A request that is being answered; dropping it ends that, also when the client has given up.
pub(super) struct InFlight {
    state: Arc<State>,
    identity: Name,
}

impl InFlight {
    fn new(state: Arc<State>, identity: &Name) -> Self {
        state.memory().meters.of(identity).enter();
        Self {
            state,
            identity: identity.clone(),
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.state.memory().meters.of(&self.identity).leave();
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
    account: &ResolvedAccount,
    handle: &TcpStream,
) -> Result<Response<AnswerBody>, Broken> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return Ok(response(413, &[], AnswerBody::whole(Vec::new())));
    };
    let headers = head.headers.iter().map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), text)
    });
    let delivery = Delivery {
        method: head.method.as_str().to_owned(),
        query: head.uri.query().unwrap_or("").to_owned(),
        headers: headers.collect(),
        body: body.to_bytes().to_vec(),
    };
    let path = head.uri.path();
    if let Some(verb) = path.strip_prefix(control::PREFIX) {
        let (status, body) = control::control(&state, verb, &delivery);
        return Ok(response(status, &[json()], AnswerBody::whole(body)));
    }
    let in_flight = InFlight::new(Arc::clone(&state), &account.identity);
    let (played, latency) = play(&state, Timestamp::now(), account, path, &delivery);
    if !latency.is_zero() {
        tokio::time::sleep(latency.unsigned_abs()).await;
    }
    match played {
        Played::Answer {
            status,
            headers,
            body,
        } => Ok(response(status, &headers, AnswerBody::whole(body))),
        Played::Half {
            status,
            headers,
            body,
        } => Ok(response(status, &headers, AnswerBody::half(body))),
        Played::Slow {
            status,
            headers,
            body,
            time,
        } => {
            let body = AnswerBody::slow(body, time.unsigned_abs(), in_flight);
            Ok(response(status, &headers, body))
        }
        Played::Silence => never().await,
        // A server that has accepted a connection can no longer refuse it.
        Played::Reset | Played::Refused => {
            // Without lingering the end of a connection is a reset.
            let _ = handle.set_zero_linger();
            Err(Broken)
        }
    }
}

/// Until the client gives up and the connection with this future is dropped.
async fn never() -> Result<Response<AnswerBody>, Broken> {
    let waiting: std::future::Pending<Infallible> = std::future::pending();
    match waiting.await {}
}

fn json() -> (String, String) {
    ("Content-Type".to_owned(), "application/json".to_owned())
}

fn response(status: u16, headers: &[(String, String)], body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let parsed = (
            http::HeaderName::try_from(name.as_str()),
            http::HeaderValue::try_from(value.as_str()),
        );
        if let (Ok(name), Ok(value)) = parsed {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
