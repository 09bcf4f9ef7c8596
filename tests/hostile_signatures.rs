//! Deliveries that only pretend to come from the sender. Each is refused in the same words, and nothing of it is kept.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::door::Door;
use crate::support::http::{Message, request};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const BODY: &[u8] = b"{\"id\":1}";

fn signed() -> Door {
    Door::with(
        r#"hmac: secret "FORM_HMAC""#,
        &[("FORM_HMAC", "ключ подписи 1")],
        &[],
    )
}

/// HMAC-SHA256 from its definition, so that the test does not ask the code that it tests.
fn hmac(key: &[u8], text: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = block.map(|byte| byte ^ 0x36);
    let outer = block.map(|byte| byte ^ 0x5c);
    let first = Sha256::new()
        .chain_update(inner)
        .chain_update(text)
        .finalize();
    let second = Sha256::new()
        .chain_update(outer)
        .chain_update(first)
        .finalize();
    second.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refused(answer: &Message) {
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert_eq!(answer.json()["error"]["code"], "not-authentic");
}

#[test]
fn the_right_signature_is_taken_and_every_other_refused() {
    let door = signed();
    let right = hmac("ключ подписи 1".as_bytes(), BODY);
    let answer = door.post(&[JSON, ("X-Signature", &right)], BODY).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(door.events(), 1);

    let of_other_body = hmac("ключ подписи 1".as_bytes(), b"{\"id\":2}");
    let of_other_key = hmac(b"other", BODY);
    let cut = &right[..right.len() - 2];
    let longer = format!("{right}00");
    let oversized = "a".repeat(30_000);
    let with_zeros = format!("{right}%00");
    for wrong in [
        "",
        "0",
        "sha256=",
        "null",
        &of_other_body,
        &of_other_key,
        cut,
        &longer,
        &oversized,
        &with_zeros,
        "ключ",
    ] {
        refused(&door.post(&[JSON, ("X-Signature", wrong)], BODY).unwrap());
    }
    // Nothing else proves it, nor does its absence.
    refused(&door.post(&[JSON], BODY).unwrap());
    refused(&door.post(&[JSON, ("Signature", &right)], BODY).unwrap());
    // A body that was changed by one byte.
    refused(
        &door
            .post(&[JSON, ("X-Signature", &right)], b"{\"id\":9}")
            .unwrap(),
    );
    assert_eq!(door.events(), 1);
    assert_eq!(door.count("SELECT count(*) FROM rejects"), 0);
}

#[test]
fn a_signature_that_stands_twice_is_refused_in_either_order() {
    let door = signed();
    let right = hmac("ключ подписи 1".as_bytes(), BODY);
    let (good, bad) = (("X-Signature", &*right), ("X-Signature", "0"));
    refused(&door.post(&[JSON, bad, good], BODY).unwrap());
    refused(&door.post(&[JSON, good, bad], BODY).unwrap());
    refused(&door.post(&[JSON, good, good], BODY).unwrap());
    assert_eq!(door.events(), 0);
}

#[test]
fn an_old_or_future_delivery_is_refused_at_the_edge_of_the_window() {
    let door = Door::with(
        r#"hmac: secret "FORM_HMAC", window: 5m"#,
        &[("FORM_HMAC", "k")],
        &[],
    );
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let post = |at: String| {
        let signature = hmac(b"k", &[at.as_bytes(), b".", BODY].concat());
        let headers = [JSON, ("X-Timestamp", &*at), ("X-Signature", &*signature)];
        door.post(&headers, BODY).unwrap()
    };
    for good in [now - 290, now, now + 290] {
        let answer = post(good.to_string());
        assert_eq!(answer.status, 200, "{good}: {}", answer.text());
    }
    for bad in [
        (now - 310).to_string(),
        (now + 310).to_string(),
        "0".to_owned(),
        "-1".to_owned(),
        String::new(),
        "сейчас".to_owned(),
        "9".repeat(40),
        format!("{now}.5e1"),
    ] {
        refused(&post(bad));
    }
    assert_eq!(door.events(), 3);
}

#[test]
fn a_wrong_token_says_no_more_than_none() {
    let door = Door::with(
        r#"token: secret "FORM_TOKEN""#,
        &[("FORM_TOKEN", "token-of-form")],
        &[],
    );
    let none = door.post(&[JSON], BODY).unwrap();
    refused(&none);
    for wrong in [
        "token-of-for",
        "token-of-formm",
        "TOKEN-OF-FORM",
        "",
        "Bearer ",
    ] {
        for name in ["X-Token", "Authorization"] {
            let answer = door.post(&[JSON, (name, wrong)], BODY).unwrap();
            refused(&answer);
            assert_eq!(answer.body, none.body);
        }
    }
    let right = door
        .post(&[JSON, ("X-Token", "token-of-form")], BODY)
        .unwrap();
    assert_eq!(right.status, 200);
}

#[test]
fn a_wrong_path_secret_is_a_path_that_never_was() {
    use crate::support::daemon::{Daemon, HOOK_SECRET, settings};
    use crate::support::{PHRASE, bundle};
    let dir = tempfile::tempdir().unwrap();
    let bundles = bundle(dir.path(), "bonus.ondo", PHRASE);
    let env = settings("http://127.0.0.1:9", "http://127.0.0.1:9");
    let daemon = Daemon::start(&bundles, &dir.path().join("data"), &env);
    let ask = |path: &str| {
        let answer = request(daemon.addr, "POST", path, &[JSON], BODY).unwrap();
        let mut headers = answer.headers.clone();
        headers.retain(|(name, _)| name != "date");
        (answer.status, headers, answer.body)
    };
    let unknown = ask("/hooks/nobody/home/x");
    assert_eq!(unknown.0, 404);
    let cut = &HOOK_SECRET[..HOOK_SECRET.len() - 1];
    for wrong in [
        "guess",
        cut,
        &format!("{HOOK_SECRET}1"),
        &format!("{HOOK_SECRET}/"),
        &format!("{HOOK_SECRET}%00"),
        &format!("./{HOOK_SECRET}"),
        "",
        "%",
        "%ff",
    ] {
        assert_eq!(
            ask(&format!("/hooks/bonus/retailcrm/{wrong}")),
            unknown,
            "{wrong}"
        );
    }
}
