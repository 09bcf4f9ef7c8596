//! Delivery keys: by what a repetition of an event is recognised.

use super::Cx;
use super::decode::Reader;
use super::inputs::{Inputs, currency_of, plain_text, zone_of};
use super::json;
use super::path::Path;
use super::pattern::{Holes, hole};
use super::request::natural;
use crate::catalog::{Connector, Event};
use crate::eval::Failure;
use crate::value::Value;

/// The key of an event with this payload (JSON bytes). None: its definition has no key, or it is null.
///
/// # Errors
/// `event-shape` for a payload that is not JSON; what the key's expression fails with.
pub fn event_key(
    cx: &Cx<'_>,
    connector: &Connector,
    event: &Event,
    payload: &[u8],
) -> Result<Option<String>, Failure> {
    let inputs = Inputs::new(cx, connector);
    let reader = Reader::new(&cx.catalog.types, zone_of(cx), currency_of(cx));
    of_payload(&inputs, &reader, event, payload)
}

/// The key over the payload's fields.
pub(super) fn of_payload(
    inputs: &Inputs<'_>,
    reader: &Reader<'_>,
    event: &Event,
    payload: &[u8],
) -> Result<Option<String>, Failure> {
    let Some(key) = event.key else {
        return Ok(None);
    };
    let node = json::parse(payload)
        .map_err(|error| super::path::failure("event-shape", format!("not JSON: {error}")))?;
    let mut fields: Holes = match natural(&node) {
        Value::Object(object) => object.fields.clone(),
        _ => Holes::new(),
    };
    // The declared types, where they fit: dates and numbers have one canonical text.
    if let Some(object) = reader.types.object(&event.payload) {
        for field in &object.fields {
            let read = reader.read_field(field, &node, &Path::Root);
            if let (Ok(value), true) = (read, hole(&fields, &field.name) != &Value::Absent) {
                fields.retain(|(name, _)| *name != field.name);
                fields.push((field.name.clone(), value));
            }
        }
    }
    Ok(match inputs.with(&fields).compute(key)? {
        value if value.is_null() => None,
        value => Some(plain_text(&value)),
    })
}

/// The key of an event of which a delivery brings only a name: known at once where all that the key reads stands in the
/// delivery, so that the same event is recognised however it comes.
pub(super) fn of_holes(inputs: &Inputs<'_>, event: &Event, holes: &Holes) -> Option<String> {
    let key = event.key?;
    let read = inputs.connector.exprs.inputs(key);
    let is_here = |name: &crate::types::Name| !hole(holes, name).is_null();
    if read.is_empty() || !read.iter().all(is_here) {
        return None;
    }
    match inputs.compute(key).ok()? {
        value if value.is_null() => None,
        value => Some(plain_text(&value)),
    }
}
