//! Values to HTTP messages and back, by the patterns of connector definitions. Pure.
//!
//! The same pattern is written by the client and read by the sandbox (requests), written by the sandbox and read by the
//! client (answers), so that both sides cannot drift apart.

mod answer;
mod check;
mod currencies;
mod decode;
mod deliver;
mod encode;
mod fits;
mod forms;
mod inputs;
mod json;
mod keys;
mod page;
mod path;
mod pattern;
mod reply;
mod request;
mod scalar;
mod send;
mod signature;
mod strict;
mod times;
mod urls;

#[cfg(test)]
mod tests;

pub use answer::{classify, payload_of_answer, split_list};
pub use check::read_request;
pub use decode::{decode, decode_value};
pub use deliver::{UNKNOWN_EVENT, read_delivery};
pub use encode::encode;
pub use inputs::compute;
pub use keys::event_key;
pub use page::{Item, Page, read_page};
pub use reply::{WrittenAnswer, answer_bytes, token_bytes};
pub use request::{auth_request, build_request, digest, read_token};
pub use signature::{authentic, deliver};
pub use urls::SANDBOX_BASE;

use crate::catalog::Catalog;
use crate::types::Name;
use crate::value::{Secret, Value};

/// What every message of an account is written and read with.
#[derive(Debug, Clone, Copy)]
pub struct Cx<'a> {
    /// For the types of the connectors.
    pub catalog: &'a Catalog,
    /// Of the account, by name; secrets are `Value::Secret`. What is not here has the connector's default. `currency`
    /// is the currency of amounts without one (put the bundle's here when the account has none). [`SANDBOX_BASE`] sends
    /// everything to the sandbox.
    pub settings: &'a [(Name, Value)],
    /// IANA name: the zone of dates that carry none. The account's setting `timezone` goes before it.
    pub zone: &'a str,
    /// `now()` of the connector's expressions, and the base of `Retry-After` dates.
    pub now: jiff::Timestamp,
}

/// A request, complete but for the connection.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// Upper case.
    pub method: Name,
    /// The whole URL. May hold a secret (tokens in paths): never shown.
    pub url: Secret,
    /// The URL with `***` in place of secrets.
    pub shown_url: String,
    /// In order. `Content-Type` included, `Host` and `Content-Length` not.
    pub headers: Vec<(String, HeaderText)>,
    /// The raw bytes.
    pub body: Vec<u8>,
    /// The body holds a secret (a token exchange): never stored or shown.
    pub secret_body: bool,
}

/// The value of a header.
#[derive(Debug, Clone)]
pub enum HeaderText {
    /// May be shown.
    Plain(String),
    /// May not.
    Secret(Secret),
}

/// What was seen of one attempt.
#[derive(Debug, Clone)]
pub enum Observed {
    /// The connection could not be made: nothing was sent.
    NotSent {
        /// Why, without URL and secrets.
        reason: String,
    },
    /// The address may not be called: nothing was sent, and no repetition changes that.
    NotAllowed {
        /// Why, without URL and secrets.
        reason: String,
    },
    /// Something may have been sent and no complete answer came.
    NoAnswer {
        /// `timeout`, `reset`, `closed`, …
        reason: String,
    },
    /// A complete head came.
    Answer(HttpAnswer),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, up to the cap.
    pub body: Vec<u8>,
    /// False when the body ended early or was over the cap.
    pub complete: bool,
}

/// What an attempt means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Certainly not sent.
    NotSent,
    /// Answered: no.
    Refused,
    /// Answered: done.
    Applied,
    /// Done, but the result could not be read.
    AppliedResultLost,
    /// Accepted; the result comes later.
    Pending,
    /// Nobody knows.
    Unknown,
}

/// An attempt with its outcome.
#[derive(Debug, Clone)]
pub struct Classified {
    /// `ok`, `rejected`, `rate_limited`, …; `not_sent`, `timeout`, `unreadable` where no answer's pattern fits.
    pub outcome: Name,
    /// What it means.
    pub verdict: Verdict,
    /// The record of the holes; null without a body.
    pub value: Value,
    /// The vendor asks to wait this long before the next call of the account (429, `Retry-After`).
    pub pause: Option<jiff::SignedDuration>,
    /// The token is used up.
    pub renew: bool,
    /// For people: `400: 3007 Гость не найден`. No secrets, no personal data.
    pub message: String,
}

/// A delivery as it came in over HTTP.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Upper case.
    pub method: String,
    /// The raw query string without `?`.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The raw bytes.
    pub body: Vec<u8>,
}

/// An event found in a delivery.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The event's name in the connector.
    pub event: Name,
    /// JSON bytes of the payload; none while an enrichment must fetch it.
    pub payload: Option<Vec<u8>>,
    /// The read that fetches it: action, arguments, and the field of its value that is the payload.
    pub enrich: Option<EnrichCall>,
    /// The delivery key, if the event has one.
    pub key: Option<String>,
}

/// A read that completes an event. Stored with the event, so that a restart repeats it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnrichCall {
    /// The action.
    pub action: Name,
    /// Its arguments.
    pub args: Vec<(Name, Value)>,
    /// The field of the outcome's value that is the payload.
    pub field: Option<Name>,
}

impl EnrichCall {
    /// As it is stored: `{"action":…,"args":{…},"field":…}`.
    pub fn to_json(&self, types: &crate::types::TypeTable) -> String {
        let mut args = serde_json::Map::new();
        for (name, value) in &self.args {
            let bytes = encode(&crate::types::Type::Json, types, value);
            let value = bytes
                .ok()
                .and_then(|bytes| serde_json::from_slice(&bytes).ok());
            args.insert(name.to_string(), value.unwrap_or(serde_json::Value::Null));
        }
        let read = serde_json::json!({
            "action": &*self.action,
            "args": args,
            "field": self.field.as_deref(),
        });
        read.to_string()
    }
}

/// Why a delivery is not an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The signature, token or header is wrong: 401, nothing is stored.
    NotAuthentic,
    /// Not JSON, not UTF-8, not the declared form, too deep: 400, kept among the rejects.
    Unreadable(String),
    /// No event of the connector takes this method: 405.
    Method {
        /// What would be taken.
        allowed: Vec<String>,
    },
    /// Neither JSON nor the declared form by its `Content-Type`: 415.
    MediaType(String),
}

/// What the sandbox found in a request.
#[derive(Debug, Clone)]
pub struct RequestCheck {
    /// The action whose request this is; `None`: the token exchange.
    pub action: Option<Name>,
    /// Its arguments, as far as they could be read.
    pub args: Vec<(Name, Value)>,
    /// What is wrong with it, in words: unknown field, missing field, wrong type, missing header.
    pub problems: Vec<String>,
    /// It proves who sends it.
    pub authentic: bool,
}

/// A delivery as the vendor would send it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Method, query, headers, body.
    pub delivery: Delivery,
    /// Ends the path of the hook's address.
    pub path_secret: Option<Secret>,
}

impl HttpAnswer {
    /// The header with this name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

impl Delivery {
    /// The header with this name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

fn find_header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
