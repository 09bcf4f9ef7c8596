#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::io::{Read, Write};
use std::sync::atomic::AtomicUsize;

use tokio::sync::mpsc;

use super::*;
use crate::store::Memory;

/// A server without bundles on a port of its own.
async fn server(limits: Limits, state: State) -> (SocketAddr, watch::Sender<bool>) {
    let (engine, _inputs) = mpsc::unbounded_channel();
    let store = Arc::new(Memory::new());
    let intake = Arc::new(Intake::new(
        store,
        engine,
        Arc::new(AtomicUsize::new(0)),
        limits.deliveries_max,
    ));
    intake.set_state(state);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(serve(listener, intake, limits, stopped));
    (addr, stop)
}

async fn say(addr: SocketAddr, text: &'static str) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(addr).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn an_unknown_hook_is_404_as_json() {
    let (addr, _stop) = server(Limits::default(), State::Ready).await;
    let answer = say(
        addr,
        "POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(
        answer.contains(r#"{"error":{"code":"not-found""#),
        "{answer}"
    );
}

#[tokio::test]
async fn readiness_follows_the_state() {
    let (addr, _stop) = server(Limits::default(), State::Draining).await;
    let ready = say(
        addr,
        "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    let healthy = say(
        addr,
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(healthy.starts_with("HTTP/1.1 200"), "{healthy}");
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut() {
    let limits = Limits {
        head_time_max: Duration::from_millis(50),
        ..Limits::default()
    };
    let (addr, _stop) = server(limits, State::Ready).await;
    // Returns only because the server closes the connection.
    let answer = say(addr, "POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
}

#[tokio::test]
async fn a_stopped_server_takes_no_connection() {
    let (addr, stop) = server(Limits::default(), State::Ready).await;
    stop.send(true).unwrap();
    let mut patience = 200;
    while tokio::net::TcpStream::connect(addr).await.is_ok() && patience > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        patience -= 1;
    }
    assert!(patience > 0);
}
