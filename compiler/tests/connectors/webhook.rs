//! The universal webhook: how a sender proves itself, and what is taken.

use crate::support::account::{cx, secret, settings};
use crate::support::built_in;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Accepted, Delivery, Rejection};
use serde_json::Value as Json;

const BODY: &str = "{\"id\":1}";

fn delivery(headers: &[(&str, &str)]) -> Delivery {
    Delivery {
        method: "POST".to_owned(),
        query: String::new(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: BODY.into(),
    }
}

/// Whether an account with these settings takes a delivery with these headers. It is 10 o'clock on the 21st of November.
fn is_taken(pairs: &[(&str, Value)], headers: &[(&str, &str)]) -> bool {
    let (catalog, _) = built_in();
    let settings = settings(pairs);
    let webhook = catalog.connector("webhook").unwrap();
    wire::authentic(&cx(catalog, &settings), webhook, &delivery(headers), None).is_ok()
}

// ------------------------------------------------------------------------------------------------------------- tokens

#[test]
fn a_webhook_knows_its_token() {
    let token = [("token", secret("abc"))];
    assert!(is_taken(&token, &[("x-token", "abc")]));
    assert!(is_taken(&token, &[("authorization", "Bearer abc")]));
    assert!(!is_taken(&token, &[("x-token", "abd")]));
    assert!(!is_taken(&token, &[("authorization", "Bearer ")]));
    assert!(!is_taken(&token, &[]));
}

#[test]
fn a_webhook_without_a_token_is_closed_unless_it_is_said_to_be_open() {
    assert!(!is_taken(&[], &[("x-token", "abc")]));
    assert!(is_taken(&[("open", Value::Bool(true))], &[]));
}

// --------------------------------------------------------------------------------------------------------- signatures

// printf '{"id":1}' | openssl dgst -sha256 -hmac key -hex
const HMAC_HEX: &str = "c95c6a7c2c7c761e984c68cf64b4bca93f07242900aafdbb328d3bb75ab0dcb0";
// … -binary | base64
const HMAC_BASE64: &str = "yVxqfCx8dh6YTGjPZLS8qT8HJCkAqv27Mo07t1qw3LA=";
// printf '{"id":1}pinch' | openssl dgst -sha256 -hex
const HASH_HEX: &str = "11e4099dde268e4e6a922074119be68cab35685beb3ff64cfc6ec224ac8156d2";
const HASH_BASE64: &str = "EeQJnd4mjk5qkiB0EZvmjKs1aFvrP/ZM/G7CJKyBVtI=";

#[test]
fn a_webhook_knows_its_signature() {
    let key = [("hmac", secret("key"))];
    assert!(is_taken(&key, &[("x-signature", HMAC_HEX)]));
    assert!(is_taken(&key, &[("x-signature", &HMAC_HEX.to_uppercase())]));
    assert!(is_taken(
        &key,
        &[("x-signature", &format!("sha256={HMAC_HEX}"))]
    ));
    assert!(is_taken(&key, &[("x-signature", HMAC_BASE64)]));
    assert!(!is_taken(
        &key,
        &[("x-signature", &HMAC_HEX.replace('c', "0"))]
    ));
    assert!(!is_taken(&key, &[("x-signature", HASH_HEX)]));
    assert!(!is_taken(&key, &[]));
}

#[test]
fn a_webhook_knows_a_plain_hash_of_body_and_salt() {
    let salt = [("salt", secret("pinch"))];
    for right in [HASH_HEX, HASH_BASE64, &format!("sha256={HASH_HEX}")] {
        assert!(is_taken(&salt, &[("x-signature", right)]), "{right}");
    }
    assert!(!is_taken(&salt, &[("x-signature", HMAC_HEX)]));
    assert!(!is_taken(&salt, &[]));
    let other = [("salt", secret("punch"))];
    assert!(!is_taken(&other, &[("x-signature", HASH_HEX)]));
}

#[test]
fn with_two_settings_both_must_be_right() {
    let both = [("token", secret("abc")), ("hmac", secret("key"))];
    let token = ("x-token", "abc");
    assert!(is_taken(&both, &[token, ("x-signature", HMAC_HEX)]));
    assert!(!is_taken(&both, &[token]));
    assert!(!is_taken(&both, &[("x-signature", HMAC_HEX)]));
}

// ------------------------------------------------------------------------------------------------------------- windows

// printf '1795255200.{"id":1}' | openssl dgst -sha256 -hmac key -hex, and so on for other times.
const NOW: (&str, &str) = (
    "1795255200",
    "e7db4340218b0a304c5ab19151939dd09830fdaa56c227568c6dd79bee463064",
);
const NOW_IN_MILLISECONDS: (&str, &str) = (
    "1795255200000",
    "a6908c6ab061de19cda69ee269a64aa0afa50851cb380475342082faca0d9995",
);
const FOUR_MINUTES_AGO: (&str, &str) = (
    "1795254960",
    "ab29a33150650b36db8e30590e177aa73feb638db3bb821764e16e8003fee612",
);
const SEVEN_MINUTES_AGO: (&str, &str) = (
    "1795254800",
    "f8b7ca450bf933a1458fcfb65dbb24e4ad789a8d6b26ee7595a2c4be196d83cb",
);

fn window(minutes: i64) -> (&'static str, Value) {
    (
        "window",
        Value::Duration(jiff::SignedDuration::from_mins(minutes)),
    )
}

fn is_taken_at((time, signature): (&str, &str), settings: &[(&str, Value)]) -> bool {
    is_taken(
        settings,
        &[("x-timestamp", time), ("x-signature", signature)],
    )
}

#[test]
fn a_webhook_takes_only_what_was_sent_a_short_time_ago() {
    let signed = [("hmac", secret("key")), window(5)];
    assert!(is_taken_at(NOW, &signed));
    assert!(is_taken_at(NOW_IN_MILLISECONDS, &signed));
    assert!(is_taken_at(FOUR_MINUTES_AGO, &signed));
    assert!(!is_taken_at(SEVEN_MINUTES_AGO, &signed));
    let wider = [("hmac", secret("key")), window(10)];
    assert!(is_taken_at(SEVEN_MINUTES_AGO, &wider));
}

#[test]
fn the_time_of_a_delivery_is_signed_with_it() {
    let signed = [("hmac", secret("key")), window(5)];
    // An old delivery with a new time, a signature of the body alone, no time, no number.
    assert!(!is_taken_at((NOW.0, SEVEN_MINUTES_AGO.1), &signed));
    assert!(!is_taken_at((NOW.0, HMAC_HEX), &signed));
    assert!(!is_taken(&signed, &[("x-signature", HMAC_HEX)]));
    assert!(!is_taken_at(("yesterday", HMAC_HEX), &signed));
    // printf '1795255200.{"id":1}pinch' | openssl dgst -sha256 -hex
    let hash = "4efa78737081070afc8baff20489518c88d09e48a71773356738e7e94890350c";
    let salted = [("salt", secret("pinch")), window(5)];
    assert!(is_taken_at((NOW.0, hash), &salted));
    assert!(!is_taken_at((NOW.0, HASH_HEX), &salted));
}

#[test]
fn a_window_without_a_signature_proves_nothing() {
    let unsigned = [("token", secret("abc")), window(5)];
    let headers = [("x-token", "abc"), ("x-timestamp", NOW.0)];
    assert!(!is_taken(&unsigned, &headers));
}

#[test]
fn a_delivery_of_our_own_proves_itself_in_every_way() {
    let (catalog, _) = built_in();
    let webhook = catalog.connector("webhook").unwrap();
    let ways: [&[(&str, Value)]; 6] = [
        &[("token", secret("abc"))],
        &[("hmac", secret("key"))],
        &[("salt", secret("pinch"))],
        &[("hmac", secret("key")), window(5)],
        &[("salt", secret("pinch")), window(5)],
        &[("token", secret("abc")), ("hmac", secret("key")), window(5)],
    ];
    for way in ways {
        let settings = settings(way);
        let cx = cx(catalog, &settings);
        let event = webhook.event("post").unwrap();
        let signed = wire::deliver(&cx, webhook, event, BODY.as_bytes());
        let signed = signed.unwrap_or_else(|failure| panic!("{way:?}: {failure:?}"));
        assert_eq!(
            wire::authentic(&cx, webhook, &signed.delivery, None),
            Ok(()),
            "{way:?}"
        );
    }
}

// --------------------------------------------------------------------------------------------------------- what is taken

fn take(method: &str, query: &str, media: &str, body: &str) -> Result<Vec<Accepted>, Rejection> {
    let (catalog, _) = built_in();
    let settings = settings(&[("open", Value::Bool(true))]);
    let delivery = Delivery {
        method: method.to_owned(),
        query: query.to_owned(),
        headers: vec![("content-type".to_owned(), media.to_owned())],
        body: body.into(),
    };
    let webhook = catalog.connector("webhook").unwrap();
    wire::read_delivery(&cx(catalog, &settings), webhook, None, &delivery)
}

#[test]
fn a_webhook_takes_json_forms_and_queries() {
    let lead = "{\"name\":\"Ёлка\",\"phone\":\"+79165550142\"}";
    let form = "name=%D0%81%D0%BB%D0%BA%D0%B0&phone=%2B79165550142";
    let wanted: Json = serde_json::from_str(lead).unwrap();
    let cases = [
        ("POST", "", "application/json", lead),
        ("POST", "", "application/x-www-form-urlencoded", form),
        ("GET", form, "", ""),
        ("PUT", "", "application/json; charset=utf-8", lead),
    ];
    for (method, query, media, body) in cases {
        let taken = take(method, query, media, body).unwrap();
        assert_eq!(taken.len(), 1);
        let payload = taken[0].payload.as_ref().unwrap();
        let payload: Json = serde_json::from_slice(payload).unwrap();
        assert_eq!(payload, wanted, "{method} {media}");
    }
    let names = |method, query, body| {
        take(method, query, "application/json", body).unwrap()[0]
            .event
            .to_string()
    };
    assert_eq!(names("POST", "", lead), "post");
    assert_eq!(names("GET", form, ""), "get");
    assert_eq!(names("PUT", "", lead), "any");
}

#[test]
fn what_is_no_json_is_turned_away() {
    assert!(matches!(
        take("POST", "", "application/json", "{\"name\":"),
        Err(Rejection::Unreadable(_))
    ));
}
