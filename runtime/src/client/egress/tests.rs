//! What a stranger can write into an address to reach this machine or its neighbours, and that nobody is reached.
//!
//! The proof is a count of connections at a listener on every address of this machine, not what the client says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ondo_compiler::value::Secret;
use ondo_compiler::wire::{HttpRequest, Observed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::{Access, Client, Pools};
use super::*;

/// Hosts that are this machine, its network, or nobody's, in every spelling that an address can have.
const HOSTS: &[&str] = &[
    // Loopback by number: dotted, short, decimal, octal, hexadecimal, mixed, with zeros and with a dot at the end.
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.1.",
    "127.0.1",
    "127.127.127.127",
    "127.255.255.254",
    "2130706433",
    "2130706433.",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "0177.1",
    "00000177.0.0.1",
    "0x7f000001",
    "0x7F000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0X7F.0X0.0X0.0X1",
    "0x7f.0x000001",
    "127.0x1",
    "127.00.00.01",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "%3127.0.0.1",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "0x７f.1",
    "12\t7.0.0.1",
    "127.0.0\u{ad}.1",
    // This machine as nobody.
    "0",
    "0.0.0.0",
    "0.0.0.0.",
    "0x0",
    "00",
    "0.1.2.3",
    "0.0.0.1",
    // Private networks.
    "10.0.0.1",
    "10.1",
    "167772161",
    "0xa000001",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "0xac100001",
    "192.168.0.1",
    "192.168.1",
    "3232235777",
    "0300.0250.0.1",
    "0xc0a80101",
    // The neighbourhood, and where clouds keep their keys.
    "169.254.169.254",
    "169.254.169.254.",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.16689662",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "4294967295",
    // IPv6: loopback, nobody, IPv4 inside, local, groups, transition, examples.
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::]",
    "[::0]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:0:0]",
    "[0:0:0:0:0:ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2002:a9fe:a9fe::]",
    "[2002:c0a8:101::1]",
    "[2001::1]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[100::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[5f00::1]",
    "[::ffff:0:7f00:1]",
    // Names of this machine.
    "localhost",
    "localhost.",
    "LOCALHOST",
    "LocalHost.",
    "admin.localhost",
    "admin.localhost.",
    "ｌｏｃａｌｈｏｓｔ",
    "local%68ost",
    "ⓛocalhost",
    // Behind something that looks like a name and a password.
    "example.com@127.0.0.1",
    "example.com:443@127.0.0.1",
    "user:password@127.0.0.1",
    "example.com%2f@127.0.0.1",
    "example.com%00@127.0.0.1",
    "127.0.0.1:80@127.0.0.1",
    "8.8.8.8@[::1]",
    "@127.0.0.1",
    ":@127.0.0.1",
];

/// Schemes and spellings around the host; the first one carries most of the work.
fn urls(port: u16) -> Vec<String> {
    let mut urls: Vec<String> = HOSTS
        .iter()
        .map(|host| format!("http://{host}:{port}/"))
        .collect();
    urls.extend([
        format!("HTTP://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("http:127.0.0.1:{port}/"),
        format!("http:/127.0.0.1:{port}/"),
        format!("http:\\\\127.0.0.1:{port}\\"),
        format!("http:///127.0.0.1:{port}/"),
        format!("http:////127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}#@example.com/"),
        format!("http://127.0.0.1:{port}?@example.com/"),
        format!("http://127.0.0.1:{port}\\@example.com/"),
        format!(" http://127.0.0.1:{port}/"),
        format!("ht\ntp://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}\r\n/"),
        format!("http://127.0.0.1:{port}/..//example.com/"),
        format!("ftp://127.0.0.1:{port}/"),
        format!("ws://127.0.0.1:{port}/"),
        format!("gopher://127.0.0.1:{port}/_POST"),
        format!("file://127.0.0.1:{port}/etc/passwd"),
        "file:///etc/passwd".to_owned(),
        format!("unix://127.0.0.1:{port}/run/docker.sock"),
        format!("data:text/plain,127.0.0.1:{port}"),
        format!("//127.0.0.1:{port}/"),
        format!("127.0.0.1:{port}"),
    ]);
    urls
}

fn request(url: &str) -> HttpRequest {
    HttpRequest {
        method: "POST".into(),
        url: Secret::new(url),
        shown_url: url.to_owned(),
        headers: Vec::new(),
        body: b"{}".to_vec(),
        secret_body: false,
    }
}

/// Counts the connections to every address of this machine, IPv4 and IPv6, and answers each of them.
async fn counting() -> (u16, Arc<AtomicUsize>) {
    let accepted = Arc::new(AtomicUsize::new(0));
    let both = TcpListener::bind("[::]:0").await;
    let listener = match both {
        Ok(listener) => listener,
        Err(error) => {
            println!("IPv6 is not listened to here: {error}");
            TcpListener::bind("0.0.0.0:0").await.unwrap()
        }
    };
    let port = listener.local_addr().unwrap().port();
    let count = accepted.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .await;
            });
        }
    });
    (port, accepted)
}

#[tokio::test]
async fn no_spelling_of_a_private_address_reaches_anybody() {
    let (port, accepted) = counting().await;
    let client = Client::new().unwrap();
    let urls = urls(port);
    for url in &urls {
        let request = request(url);
        let sent = client.send(&request, LONG, true, Access::PUBLIC);
        let observed = sent.await;
        assert!(
            matches!(observed, Observed::NotAllowed { .. }),
            "{url:?}: {observed:?}"
        );
    }
    let reached = accepted.load(Ordering::SeqCst);
    println!("{} addresses, {reached} connections", urls.len());
    assert!(urls.len() >= 100);
    assert_eq!(reached, 0);

    // The listener is there: the count would have moved.
    let url = format!("http://127.0.0.1:{port}/");
    let request = request(&url);
    let sent = client.send(&request, LONG, true, Access::PRIVATE);
    assert!(matches!(sent.await, Observed::Answer(_)));
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
}

const LONG: Duration = Duration::from_secs(20);

/// A client whose names mean what a test says. `3ffe::1` is public and given out to nobody.
fn scripted(answers: fn(&str, usize) -> Vec<IpAddr>, private: bool) -> Pools {
    let script = Script {
        asked: AtomicUsize::new(0),
        answers,
    };
    let access = match private {
        true => Access::PRIVATE,
        false => Access::PUBLIC,
    };
    Pools::with(access, &Names::Scripted(Arc::new(script))).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_name_that_turns_private_after_it_was_looked_at_reaches_nobody() {
    let (port, accepted) = counting().await;
    // Public the first time, private from then on.
    let pools = scripted(
        |_, before| match before {
            0 => vec![ip("3ffe::1")],
            _ => vec![ip("127.0.0.1")],
        },
        false,
    );
    let url = format!("http://rebinding.example:{port}/");
    for attempt in 0..3 {
        let call = pools
            .fresh
            .post(&url)
            .timeout(Duration::from_millis(300))
            .send();
        assert!(call.await.is_err(), "attempt {attempt}");
    }
    assert_eq!(accepted.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn of_a_name_with_public_and_private_addresses_only_the_public_ones_are_tried() {
    let (port, accepted) = counting().await;
    let answers = |_: &str, _: usize| vec![ip("127.0.0.1"), ip("3ffe::1"), ip("::1")];
    let url = format!("http://both.example:{port}/");
    let guarded = scripted(answers, false);
    let call = guarded
        .fresh
        .post(&url)
        .timeout(Duration::from_millis(300))
        .send();
    assert!(call.await.is_err());
    assert_eq!(accepted.load(Ordering::SeqCst), 0);
    // Whoever may call its own network reaches it: the name was indeed this machine.
    let open = scripted(|_, _| vec![ip("127.0.0.1")], true);
    assert!(open.fresh.post(&url).send().await.is_ok());
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_of_private_addresses_is_never_called() {
    let (port, accepted) = counting().await;
    let pools = scripted(|_, _| vec![ip("::ffff:127.0.0.1"), ip("10.0.0.1")], false);
    let url = format!("http://inside.example:{port}/");
    let error = pools.fresh.post(&url).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(super::super::innermost(&error), PRIVATE_ADDRESS);
    assert_eq!(accepted.load(Ordering::SeqCst), 0);
}

#[test]
fn public_addresses_may_be_called() {
    for url in [
        "http://8.8.8.8/",
        "http://172.32.0.1/",
        "http://172.15.255.255/",
        "http://100.63.0.1/",
        "http://100.128.0.1/",
        "http://192.0.1.1/",
        "http://198.17.0.1/",
        "http://223.255.255.255/",
        "http://[2606:4700::1111]/",
        "http://[2a00:1450:4010::1]/",
        "http://[2001:4860:4860::8888]/",
        "http://[2002:808:808::1]/",
        "http://[64:ff9b::808:808]/",
        "http://[::ffff:8.8.8.8]/",
        "http://example.com/",
    ] {
        assert!(!is_private_literal(&Url::parse(url).unwrap()), "{url}");
    }
}

#[test]
fn a_scheme_that_is_not_of_the_web_is_refused_before_anything_is_sent() {
    let client = Client::new().unwrap();
    for url in [
        "ftp://example.com/",
        "file:///etc/passwd",
        "ws://example.com/",
    ] {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let request = request(url);
        let sent = client.send(&request, LONG, true, Access::PUBLIC);
        let observed = runtime.block_on(sent);
        assert!(
            matches!(observed, Observed::NotAllowed { .. }),
            "{url}: {observed:?}"
        );
    }
}
