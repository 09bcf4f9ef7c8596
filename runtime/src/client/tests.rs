//! Against a server on the loopback that does what servers do.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ondo_compiler::value::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

fn request(method: &str, url: &str) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        url: Secret::new(url),
        shown_url: url.to_owned(),
        headers: vec![
            (
                "X-Api-Key".to_owned(),
                HeaderText::Secret(Secret::new("KEY")),
            ),
            (
                "Content-Type".to_owned(),
                HeaderText::Plain("application/json".to_owned()),
            ),
        ],
        body: b"{\"a\":1}".to_vec(),
        secret_body: false,
    }
}

/// What the server does with a connection once it has read the head of a request.
#[derive(Clone, Copy)]
enum Act {
    Answer(&'static [u8]),
    /// Answers and leaves the connection open.
    AnswerAndStay(&'static [u8]),
    Close,
    Reset,
    Stay,
}

/// A server that does this on every connection; gives its URL and, when joined, never ends.
async fn server(
    act: Act,
) -> (
    String,
    JoinHandle<()>,
    std::sync::Arc<std::sync::Mutex<Vec<String>>>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a", listener.local_addr().unwrap());
    let heads = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = heads.clone();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, act, seen.clone()));
        }
    });
    (url, task, heads)
}

async fn serve(
    mut stream: TcpStream,
    act: Act,
    seen: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
) {
    loop {
        let mut received = Vec::new();
        while !received.ends_with(b"}") {
            let mut buffer = [0; 1024];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => received.extend_from_slice(&buffer[..count]),
            }
        }
        seen.lock()
            .unwrap()
            .push(String::from_utf8(received).unwrap());
        match act {
            Act::Answer(bytes) => {
                stream.write_all(bytes).await.unwrap();
                stream.shutdown().await.unwrap();
                return;
            }
            Act::AnswerAndStay(bytes) => stream.write_all(bytes).await.unwrap(),
            Act::Close => return,
            Act::Reset => {
                // Unread bytes and no lingering: the peer sees a reset.
                stream.set_zero_linger().unwrap();
                return;
            }
            Act::Stay => std::future::pending::<()>().await,
        }
    }
}

async fn observe(act: Act, timeout: Duration) -> Observed {
    let (url, _task, _) = server(act).await;
    let client = Client::new().unwrap();
    client
        .send(&request("POST", &url), timeout, true, Access::PRIVATE)
        .await
}

fn answer(observed: Observed) -> HttpAnswer {
    match observed {
        Observed::Answer(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn no_answer(observed: Observed) -> String {
    match observed {
        Observed::NoAnswer { reason } => reason,
        other => panic!("{other:?}"),
    }
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_complete_answer_is_complete() {
    let act =
        Act::Answer(b"HTTP/1.1 400 Bad Request\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}");
    let answer = answer(observe(act, LONG).await);
    assert_eq!((answer.status, answer.complete), (400, true));
    assert_eq!(answer.body, b"{}");
    assert_eq!(answer.header("retry-after"), Some("7"));
}

#[tokio::test]
async fn the_request_goes_out_as_it_was_written() {
    let (url, _task, seen) = server(Act::Answer(b"HTTP/1.1 204 No Content\r\n\r\n")).await;
    let client = Client::new().unwrap();
    answer(
        client
            .send(&request("POST", &url), LONG, true, Access::PRIVATE)
            .await,
    );
    let head = seen.lock().unwrap()[0].to_lowercase();
    for part in [
        "post /a http/1.1\r\n",
        "x-api-key: key\r\n",
        "content-length: 7\r\n",
        "user-agent: ondo/",
        "{\"a\":1}",
    ] {
        assert!(head.contains(part), "{part} in {head}");
    }
    assert!(!head.contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/secret-token", listener.local_addr().unwrap());
    drop(listener);
    let observed = Client::new()
        .unwrap()
        .send(&request("POST", &url), LONG, true, Access::PRIVATE)
        .await;
    match observed {
        Observed::NotSent { reason } => assert_eq!(reason, "connection refused"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_without_tls_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let _task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    let client = Client::new().unwrap();
    let observed = client
        .send(&request("POST", &url), LONG, true, Access::PRIVATE)
        .await;
    assert!(matches!(observed, Observed::NotSent { .. }), "{observed:?}");
}

#[tokio::test]
async fn a_connection_that_ends_after_the_request_leaves_it_unknown() {
    assert_eq!(no_answer(observe(Act::Close, LONG).await), "closed");
    assert_eq!(no_answer(observe(Act::Reset, LONG).await), "reset");
    assert_eq!(
        no_answer(observe(Act::Answer(b"HTTP/1.1 200 OK\r\nContent-Le"), LONG).await),
        "closed"
    );
    assert_eq!(
        no_answer(observe(Act::Stay, Duration::from_millis(300)).await),
        "timeout"
    );
}

#[tokio::test]
async fn half_a_body_is_an_incomplete_answer() {
    for bytes in [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":".as_slice(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"ok\":\r\n",
    ] {
        let answer = answer(observe(Act::Answer(bytes), LONG).await);
        assert_eq!((answer.status, answer.complete), (200, false));
        assert_eq!(answer.body, b"{\"ok\":");
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_is_an_incomplete_answer() {
    let act = Act::AnswerAndStay(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    let answer = answer(observe(act, Duration::from_millis(500)).await);
    assert_eq!((answer.status, answer.complete), (200, false));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let act = Act::Answer(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(answer(observe(act, LONG).await).status, 302);
}

#[tokio::test]
async fn a_body_over_the_cap_is_cut() {
    let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', BODY_LENGTH_MAX + 1));
    let answer = answer(observe(Act::Answer(Box::leak(bytes.into_boxed_slice())), LONG).await);
    assert_eq!(
        (answer.body.len(), answer.complete),
        (BODY_LENGTH_MAX, false)
    );
}

#[tokio::test]
async fn a_private_address_is_refused_by_number_and_by_name() {
    let (url, _task, seen) = server(Act::Answer(b"HTTP/1.1 200 OK\r\n\r\n")).await;
    let client = Client::new().unwrap();
    for url in [url.clone(), url.replace("127.0.0.1", "localhost")] {
        match client
            .send(&request("POST", &url), LONG, false, Access::PUBLIC)
            .await
        {
            Observed::NotAllowed { reason } => assert_eq!(reason, PRIVATE_ADDRESS, "{url}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_kept_connection_is_used_again_and_a_fresh_one_is_not() {
    for (fresh, connections) in [(false, 1), (true, 2)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = count.clone();
        let _task = tokio::spawn(async move {
            let heads = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let act = Act::AnswerAndStay(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                tokio::spawn(serve(stream, act, heads.clone()));
            }
        });
        let client = Client::new().unwrap();
        for _ in 0..2 {
            answer(
                client
                    .send(&request("POST", &url), LONG, fresh, Access::PRIVATE)
                    .await,
            );
        }
        assert_eq!(
            count.load(std::sync::atomic::Ordering::SeqCst),
            connections,
            "fresh: {fresh}"
        );
    }
}

#[tokio::test]
async fn an_address_that_is_none_or_too_long_is_not_sent() {
    let too_long = format!("http://127.0.0.1:9/?q={}", "q".repeat(70_000));
    for url in ["no url", &too_long] {
        let observed = Client::new()
            .unwrap()
            .send(&request("POST", url), LONG, true, Access::PRIVATE)
            .await;
        match observed {
            Observed::NotAllowed { reason } => assert!(reason.contains("address"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
}
