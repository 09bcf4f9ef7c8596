//! Answers of the hook server. Every error is `{"error":{"code":"…","message":"…"}}`.

use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::store::EventId;

pub(super) type Answer = http::Response<Full<Bytes>>;

/// An error with a stable code. `message` says what to do and nothing of what is inside.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Answer {
    as_json(
        status,
        &json!({ "error": { "code": code, "message": message } }),
    )
}

pub(super) fn as_json(status: StatusCode, body: &Value) -> Answer {
    bytes(status, body.to_string().into_bytes(), "application/json")
}

pub(super) fn bytes(status: StatusCode, body: Vec<u8>, content_type: &'static str) -> Answer {
    let mut answer = http::Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// The same for a path that never was and for a wrong secret in a path that is.
pub(super) fn not_found() -> Answer {
    error(
        StatusCode::NOT_FOUND,
        "not-found",
        "there is no hook at this address",
    )
}

pub(super) fn internal() -> Answer {
    error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "the delivery was not stored; send it again later",
    )
}

/// 503 or 429 with the pause to make.
pub(super) fn later(status: StatusCode, code: &str, message: &str, seconds: u32) -> Answer {
    let mut answer = error(status, code, message);
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// What became of a delivery: the ids of its events, the first one by itself too.
pub(super) fn stored(events: &[EventId], all_known: bool) -> Value {
    let ids: Vec<&str> = events.iter().map(|id| id.0.as_str()).collect();
    let mut body = json!({});
    if let Some(first) = ids.first() {
        body["event"] = (*first).into();
    }
    if ids.len() != 1 {
        body["events"] = ids.into();
    }
    if all_known && !events.is_empty() {
        body["duplicate"] = true.into();
    }
    body
}
