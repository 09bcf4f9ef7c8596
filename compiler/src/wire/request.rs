//! Requests, written by the client and read by the sandbox.

use super::{Cx, Delivery, HttpAnswer, HttpRequest, RequestCheck};
use crate::catalog::{Action, Connector};
use crate::eval::Failure;
use crate::types::Name;
use crate::value::{Secret, Value};

/// The request of an action with these arguments: defaults, computed fields and checks applied, authorised with the
/// token if the connector exchanges one.
pub fn build_request(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _action: &Action,
    _args: &[(Name, Value)],
    _token: Option<&Secret>,
) -> Result<HttpRequest, Failure> {
    Err(super::not_yet("build_request"))
}

/// The token exchange; `None` for connectors without one.
pub fn auth_request(_cx: &Cx<'_>, _connector: &Connector) -> Option<Result<HttpRequest, Failure>> {
    Some(Err(super::not_yet("auth_request")))
}

/// The token in the answer of a token exchange, and how long it may be used.
pub fn read_token(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _answer: &HttpAnswer,
) -> Result<(Secret, Option<jiff::SignedDuration>), Failure> {
    Err(super::not_yet("read_token"))
}

/// A hash of what the vendor is asked to do: method, shown URL and body, without what proves who we are. Equal for
/// every attempt of one call.
pub fn digest(_request: &HttpRequest) -> String {
    String::new()
}

/// Reads a request as the vendor would, strictly. `None` if no action has such a method and path.
pub fn read_request(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _path: &str,
    _request: &Delivery,
) -> Option<RequestCheck> {
    None
}
