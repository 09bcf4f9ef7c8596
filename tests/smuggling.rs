//! Requests that two servers read differently: one of them would see a second request inside the first. Here nothing of
//! the kind is stored or answered twice; what is not clear is refused, and the connection ends.

use crate::support::door::{Door, HOOK};

/// The request that somebody would like to hide: an event of its own.
const HIDDEN: &str = "POST /hooks/site/lead HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"id\":666}";

/// Sends the head of a delivery with these lines, then what follows; what came back.
fn send(door: &Door, lines: &str, rest: &str) -> String {
    let head = format!("POST {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
    let received = door.exchange(format!("{head}{lines}\r\n{rest}").as_bytes());
    let hidden = door.count("SELECT count(*) FROM events WHERE instr(body, '666') > 0");
    assert_eq!(hidden, 0, "the hidden request was stored: {received}");
    door.assert_well();
    received
}

/// It is refused, once, and nothing is stored.
fn refused(lines: &str, rest: &str) {
    let door = Door::open(&[]);
    let received = send(&door, lines, rest);
    let answers = received.matches("HTTP/1.1 ").count();
    assert!(answers <= 1, "{lines:?}: {received}");
    assert!(
        received.is_empty() || received.starts_with("HTTP/1.1 4"),
        "{lines:?}: {received}"
    );
    // The one of `assert_well`.
    assert_eq!(door.events(), 1, "{lines:?}: {received}");
}

/// It is read in the one way that the standard allows, and the connection ends before anything behind it is read.
fn read_once(lines: &str, rest: &str) {
    let door = Door::open(&[]);
    let received = send(&door, lines, rest);
    assert_eq!(received.matches("HTTP/1.1 ").count(), 1, "{received}");
}

#[test]
fn a_length_before_chunks_hides_nothing() {
    let body = format!("8\r\n{{\"id\":1}}\r\n0\r\n\r\n{HIDDEN}");
    let lines = format!(
        "Content-Length: {}\r\nTransfer-Encoding: chunked\r\n",
        body.len()
    );
    read_once(&lines, &body);
}

#[test]
fn a_length_behind_chunks_hides_nothing() {
    let body = format!("8\r\n{{\"id\":1}}\r\n0\r\n\r\n{HIDDEN}");
    let lines = format!(
        "Transfer-Encoding: chunked\r\nContent-Length: {}\r\n",
        body.len()
    );
    read_once(&lines, &body);
    read_once("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", &body);
}

#[test]
fn two_lengths_that_differ_are_refused() {
    refused(
        "Content-Length: 8\r\nContent-Length: 200\r\n",
        &format!("{{\"id\":1}}{HIDDEN}"),
    );
    refused(
        "Content-Length: 8, 200\r\n",
        &format!("{{\"id\":1}}{HIDDEN}"),
    );
}

#[test]
fn a_length_that_is_no_plain_number_is_refused() {
    for length in [
        "+8",
        "-8",
        "0x8",
        "8 8",
        "8.0",
        "",
        "99999999999999999999999",
        "８",
        "8;",
    ] {
        refused(&format!("Content-Length: {length}\r\n"), "{\"id\":1}");
    }
}

#[test]
fn an_encoding_that_is_not_chunked_at_its_end_is_refused() {
    for encoding in [
        "identity",
        "xchunked",
        "chunked, identity",
        "chunked;q=1",
        "gzip",
        "\"chunked\"",
    ] {
        let body = format!("8\r\n{{\"id\":1}}\r\n0\r\n\r\n{HIDDEN}");
        refused(&format!("Transfer-Encoding: {encoding}\r\n"), &body);
    }
}

#[test]
fn a_folded_header_is_refused() {
    refused(
        "X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 8\r\n",
        &format!("{{\"id\":1}}{HIDDEN}"),
    );
    refused(
        "Transfer-Encoding:\r\n chunked\r\n",
        &format!("0\r\n\r\n{HIDDEN}"),
    );
}

#[test]
fn a_blank_before_the_colon_is_refused() {
    refused(
        "Transfer-Encoding : chunked\r\nContent-Length: 8\r\n",
        &format!("{{\"id\":1}}{HIDDEN}"),
    );
    refused("Content-Length : 8\r\n", "{\"id\":1}");
    refused(" Content-Length: 8\r\n", "{\"id\":1}");
}

#[test]
fn a_control_character_in_a_header_is_refused() {
    for value in ["a\0b", "a\rb", "a\u{1}b", "a\u{7f}b"] {
        refused(
            &format!("X-A: {value}\r\nContent-Length: 8\r\n"),
            "{\"id\":1}",
        );
    }
}

#[test]
fn chunk_sizes_that_are_no_plain_hex_are_refused() {
    for size in [
        "",
        "-8",
        "+8",
        "0x8",
        "8 8",
        "g",
        "ffffffffffffffffff",
        "８",
    ] {
        refused(
            "Transfer-Encoding: chunked\r\n",
            &format!("{size}\r\n{{\"id\":1}}\r\n0\r\n\r\n"),
        );
    }
}

#[test]
fn a_chunk_that_is_longer_than_it_says_is_refused() {
    refused(
        "Transfer-Encoding: chunked\r\n",
        &format!("8\r\n{{\"id\":1}}{HIDDEN}\r\n0\r\n\r\n"),
    );
}

#[test]
fn a_chunk_that_never_ends_its_line_is_refused() {
    let extension = "a".repeat(64 * 1024);
    refused(
        "Transfer-Encoding: chunked\r\n",
        &format!("8;{extension}\r\n{{\"id\":1}}\r\n0\r\n\r\n"),
    );
}

#[test]
fn trailers_change_nothing_and_have_a_limit() {
    let door = Door::open(&[]);
    let chunks = "8\r\n{\"id\":1}\r\n0\r\n";
    let received = send(
        &door,
        "Transfer-Encoding: chunked\r\nConnection: close\r\n",
        &format!("{chunks}Content-Length: 200\r\nHost: y\r\n\r\n"),
    );
    assert!(received.starts_with("HTTP/1.1 200"), "{received}");
    let many: String = (0..100_000).map(|n| format!("X-{n}: y\r\n")).collect();
    refused(
        "Transfer-Encoding: chunked\r\n",
        &format!("{chunks}{many}\r\n"),
    );
}

#[test]
fn lines_that_end_in_a_bare_line_feed_hide_nothing() {
    let door = Door::open(&[]);
    let body = format!("{{\"id\":1}}{HIDDEN}");
    // The length that is read is the length that counts, whatever ends the lines.
    let request = format!(
        "POST {HOOK} HTTP/1.1\nHost: x\nConnection: close\nContent-Type: application/json\nContent-Length: 8\n\n{body}"
    );
    let received = door.exchange(request.as_bytes());
    assert!(received.matches("HTTP/1.1 ").count() <= 1, "{received}");
    assert_eq!(
        door.count("SELECT count(*) FROM events WHERE instr(body, '666') > 0"),
        0
    );
    refused("Transfer-Encoding: chunked\r\n", "8\n{\"id\":1}\n0\n\n");
}

#[test]
fn http_1_0_knows_no_chunks() {
    let door = Door::open(&[]);
    let request = format!(
        "POST {HOOK} HTTP/1.0\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{{\"id\":1}}\r\n0\r\n\r\n{HIDDEN}"
    );
    let received = door.exchange(request.as_bytes());
    assert!(
        received.is_empty() || received.contains(" 400 "),
        "{received}"
    );
    assert_eq!(door.events(), 0);
}

#[test]
fn more_headers_than_anybody_needs_are_refused() {
    let lines: String = (0..1_000).map(|n| format!("X-{n}: y\r\n")).collect();
    refused(&format!("{lines}Content-Length: 8\r\n"), "{\"id\":1}");
    let long = format!("X-A: {}\r\nContent-Length: 8\r\n", "y".repeat(200 * 1024));
    refused(&long, "{\"id\":1}");
}

#[test]
fn a_line_of_an_address_that_is_too_long_is_refused() {
    let door = Door::open(&[]);
    let request = format!(
        "POST {HOOK}?{} HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n{{\"id\":1}}",
        "q".repeat(200 * 1024)
    );
    let received = door.exchange(request.as_bytes());
    assert!(
        received.is_empty() || received.starts_with("HTTP/1.1 4"),
        "{received}"
    );
    assert_eq!(door.events(), 0);
    door.assert_well();
}

#[test]
fn other_methods_and_protocols_are_refused() {
    let door = Door::open(&[]);
    for method in [
        "TRACE", "TRACK", "CONNECT", "OPTIONS", "DEBUG", "PROPFIND", "GET", "HEAD",
    ] {
        let request = format!(
            "{method} {HOOK} HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\nConnection: close\r\n\r\n"
        );
        let received = door.exchange(request.as_bytes());
        assert!(
            received.starts_with("HTTP/1.1 405") || received.starts_with("HTTP/1.1 4"),
            "{method}: {received}"
        );
        assert!(!received.contains("secret=1"), "{method}: {received}");
    }
    for request in [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03",
        "SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let received = door.exchange(request.as_bytes());
        assert!(
            received.is_empty() || received.starts_with("HTTP/1.1 4"),
            "{request:?}: {received}"
        );
    }
    assert_eq!(door.events(), 0);
    door.assert_well();
}

#[test]
fn who_sent_it_is_not_read_from_a_header() {
    let door = Door::open(&[]);
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Real-IP", "203.0.113.7"),
        ("Forwarded", "for=203.0.113.7"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Original-URL", "/healthz"),
        ("X-HTTP-Method-Override", "DELETE"),
    ];
    let answer = door.post(&headers, b"{\"id\":1}").unwrap();
    assert_eq!(answer.status, 200);
    let kept: String = door
        .daemon
        .sql()
        .query_row("SELECT headers FROM events", [], |row| row.get(0))
        .unwrap();
    assert!(
        !kept.contains("203.0.113.7") && !kept.contains("evil"),
        "{kept}"
    );
    assert!(!door.daemon.log().contains("203.0.113.7"));
}
