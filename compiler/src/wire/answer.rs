//! Answers, read by the client and written by the sandbox.

use super::{Classified, Cx, HttpAnswer, Observed, Verdict};
use crate::catalog::{Action, Answer, Connector};
use crate::eval::Failure;
use crate::types::Name;
use crate::value::Value;

/// What an attempt means: the action's answers, then the connector's, then what HTTP says.
pub fn classify(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _action: &Action,
    _observed: &Observed,
) -> Classified {
    Classified {
        outcome: "unreadable".into(),
        verdict: Verdict::Unknown,
        value: Value::Null,
        pause: None,
        renew: false,
        message: "answers cannot be read yet".into(),
    }
}

/// The payload that an enrichment fetched, as the vendor wrote it: the bytes of this field of the outcome, or of the
/// whole body.
pub fn payload_of_answer(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _action: &Action,
    _field: Option<&Name>,
    _answer: &HttpAnswer,
) -> Result<Vec<u8>, Failure> {
    Err(super::not_yet("payload_of_answer"))
}

/// An answer as the vendor would write it: status, headers, body. What `value` does not say is filled in by type.
pub fn answer_bytes(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _answer: &Answer,
    _value: Option<&Value>,
) -> Result<(u16, Vec<(String, String)>, Vec<u8>), Failure> {
    Err(super::not_yet("answer_bytes"))
}
