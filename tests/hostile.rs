//! What strangers send to a hook: each gets a clear status and a JSON error, and nothing else happens.

use crate::support::daemon::{Daemon, HOOK_SECRET, settings};
use crate::support::http::{Message, request};
use crate::support::stub::{Reply, plazius};
use crate::support::{PHRASE, bundle, order};

/// Sends something to a fresh daemon, checks that nothing came of it, and gives the answer.
fn answer_to(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Message {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    let answer = request(daemon.addr, method, path, headers, body).expect("an answer");
    // The daemon is well: the next order is taken, and it is the only event.
    let next = daemon.post_order("bonus", &order(1, |_| {})).unwrap();
    assert_eq!(next.status / 100, 2, "{}", next.text());
    vendor.wait_for("/addBonus", 1);
    daemon.wait_for("SELECT count(*) FROM events", 1);
    answer
}

/// The answer is JSON with a code and a message, and says nothing of what is inside.
fn assert_error(answer: &Message, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let error = answer.json();
    assert_eq!(error["error"]["code"], code, "{error}");
    assert!(
        error["error"]["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty()),
        "{error}"
    );
}

fn hook() -> String {
    format!("/hooks/bonus/retailcrm/{HOOK_SECRET}")
}

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

#[test]
fn bad_json_is_400() {
    assert_error(
        &answer_to("POST", &hook(), &JSON, b"{\"id\": 1,"),
        400,
        "unreadable",
    );
}

#[test]
fn a_body_over_the_limit_is_413() {
    let body = format!("{{\"id\":1,\"x\":\"{}\"}}", "ы".repeat(600 * 1024));
    assert_error(
        &answer_to("POST", &hook(), &JSON, body.as_bytes()),
        413,
        "too-large",
    );
}

#[test]
fn an_unknown_path_is_404() {
    assert_error(
        &answer_to("POST", "/hooks/nobody/home", &JSON, b"{}"),
        404,
        "not-found",
    );
    assert_error(&answer_to("POST", "/", &JSON, b"{}"), 404, "not-found");
}

#[test]
fn a_wrong_path_secret_is_the_same_404() {
    let wrong = answer_to("POST", "/hooks/bonus/retailcrm/guess", &JSON, b"{}");
    let unknown = answer_to("POST", "/hooks/nobody/home", &JSON, b"{}");
    assert_error(&wrong, 404, "not-found");
    assert_eq!(wrong.body, unknown.body);
}

#[test]
fn a_missing_path_secret_is_404() {
    assert_error(
        &answer_to("POST", "/hooks/bonus/retailcrm", &JSON, b"{}"),
        404,
        "not-found",
    );
}

#[test]
fn a_wrong_method_is_405_and_names_the_right_ones() {
    let answer = answer_to("DELETE", &hook(), &[], b"");
    assert_error(&answer, 405, "wrong-method");
    assert!(
        answer
            .header("allow")
            .is_some_and(|allowed| allowed.contains("POST")),
        "{:?}",
        answer.headers
    );
}

#[test]
fn invalid_utf8_is_400() {
    assert_error(
        &answer_to(
            "POST",
            &hook(),
            &JSON,
            b"{\"id\":1,\"number\":\"\xff\xfe\"}",
        ),
        400,
        "unreadable",
    );
}

#[test]
fn json_nested_100_000_deep_is_400() {
    let body = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    assert_error(&answer_to("POST", &hook(), &JSON, &body), 400, "unreadable");
}

#[test]
fn a_compressed_body_is_415() {
    let headers = [
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
    ];
    assert_error(
        &answer_to("POST", &hook(), &headers, b"\x1f\x8b"),
        415,
        "unsupported",
    );
}

#[test]
fn a_key_that_stands_twice_is_400() {
    assert_error(
        &answer_to("POST", &hook(), &JSON, b"{\"id\":1,\"id\":2}"),
        400,
        "unreadable",
    );
}

#[test]
fn what_could_not_be_read_is_kept_for_a_person() {
    let vendor = plazius(|_, _| Reply::Json(200, String::new()));
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let daemon = Daemon::start(
        &bundles,
        &dir.path().join("data"),
        &settings("http://127.0.0.1:9", &vendor.url()),
    );
    request(daemon.addr, "POST", &hook(), &JSON, b"{\"id\": 1,").unwrap();
    daemon.wait_for("SELECT count(*) FROM rejects", 1);
    let (path, body): (String, Vec<u8>) = daemon
        .sql()
        .query_row("SELECT hook, body FROM rejects", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert!(!path.contains(HOOK_SECRET), "{path}");
    assert_eq!(body, b"{\"id\": 1,");
}
