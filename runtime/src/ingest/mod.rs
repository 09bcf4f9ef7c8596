//! The hook server: takes deliveries of vendors and answers 2xx only when they are on disk.
//!
//! ```text
//! POST /hooks/pizza/crm/SECRET        an account's events
//! POST /hooks/pizza/site              `on webhook.post("/site")`
//! GET  /healthz   GET /readyz
//! ```
//!
//! Everything has a limit: headers and bodies their time and size, connections and deliveries their number. An answer
//! says what was wrong, never what is inside.

mod answer;
mod handler;
mod hooks;
mod intake;
mod patience;
mod quota;
mod room;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use patience::Patient;

pub use hooks::{Address, Hook, Hooks, addresses};
pub use intake::{Intake, State};
pub use quota::Quota;

/// What the server allows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes_max: usize,
    /// Time for the head of a request, and for a quiet connection.
    pub head_time_max: Duration,
    /// Time for a body. With the size it is a minimum rate, so that a drip cannot hold a connection.
    pub body_time_max: Duration,
    /// Time in which somebody who is answered must take some of it.
    pub write_time_max: Duration,
    /// Connections at once; further ones wait in the system's queue.
    pub connections_max: usize,
    /// Deliveries at once; further ones are answered 429.
    pub deliveries_max: usize,
    /// Time for requests in flight when the server stops.
    pub drain_time_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 1024 * 1024,
            head_time_max: Duration::from_secs(10),
            body_time_max: Duration::from_secs(30),
            write_time_max: Duration::from_secs(10),
            connections_max: 4_096,
            deliveries_max: 1_024,
            drain_time_max: Duration::from_secs(5),
        }
    }
}

/// Largest head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Serves until `stop` is true; then finishes the requests in flight.
pub async fn serve(
    listener: TcpListener,
    intake: Arc<Intake>,
    limits: Limits,
    quota: Quota,
    mut stop: watch::Receiver<bool>,
) {
    let connections = Arc::new(Semaphore::new(limits.connections_max));
    let mut tasks = JoinSet::new();
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        while tasks.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                // Closed at once: who holds as many as this one needs no explanation.
                let Some(share) = quota.take(peer.ip()) else {
                    tracing::debug!(%peer, "too many connections of one address");
                    continue;
                };
                let (intake, stop) = (Arc::clone(&intake), stop.clone());
                tasks.spawn(async move {
                    connection(stream, peer, intake, limits, stop).await;
                    drop((permit, share));
                });
            }
            Err(error) => {
                // Out of file descriptors: the next accept would fail at once as well.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    let finished = async { while tasks.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(limits.drain_time_max, finished).await;
}

/// Ends when the server shall stop. Its sender is gone only when the process ends.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    intake: Arc<Intake>,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let intake = Arc::clone(&intake);
        async move {
            // A task of its own: a panic is an answer 500, not the end of the server.
            let handled = tokio::spawn(handler::handle(intake, limits, request)).await;
            Ok::<_, Infallible>(handled.unwrap_or_else(|_| answer::internal()))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time_max)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(
            TokioIo::new(Patient::new(stream, limits.write_time_max)),
            service,
        );
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests;
