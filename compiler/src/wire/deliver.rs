//! Deliveries: webhooks of vendors, read by the hook server and written by `ondo send`.

use super::{Accepted, Cx, Delivery, Rejection, Signed};
use crate::catalog::{Connector, Event};
use crate::eval::Failure;
use crate::types::Name;

/// The events in a delivery. `events`: those that anybody listens to; `None`: all of the connector.
pub fn read_delivery(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _events: Option<&[Name]>,
    _delivery: &Delivery,
) -> Result<Vec<Accepted>, Rejection> {
    Err(Rejection::Unreadable(
        "deliveries cannot be read yet".into(),
    ))
}

/// Whether a delivery proves that the vendor sent it. `path_secret` is what ended the path.
pub fn authentic(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _delivery: &Delivery,
    _path_secret: Option<&str>,
) -> Result<(), Rejection> {
    Err(Rejection::NotAuthentic)
}

/// A delivery of this event as the vendor would send and sign it.
pub fn deliver(
    _cx: &Cx<'_>,
    _connector: &Connector,
    _event: &Event,
    _payload: &[u8],
) -> Result<Signed, Failure> {
    Err(super::not_yet("deliver"))
}
