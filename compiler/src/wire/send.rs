//! The body of a delivery around a payload, in the shape that the hook server reads.

use ondo_grammar::ast::Place;

use super::encode::Writer;
use super::forms::{self, Shown};
use super::json::{self, Kind, Node};
use super::path::{Path, failure};
use super::pattern::section_value;
use super::reply::filled;
use super::{Cx, Delivery, deliver::UNKNOWN_EVENT, read_delivery};
use crate::catalog::{Accept, Connector, Event};
use crate::eval::Failure;
use crate::types::{Hole, Name, Type};
use crate::value::Value;

/// The payload in the first shape that is read back as this event.
pub(crate) fn envelope(
    cx: &Cx<'_>,
    connector: &Connector,
    event: &Event,
    payload: &[u8],
) -> Result<Delivery, Failure> {
    let node = json::parse(payload)
        .map_err(|error| failure("event-shape", format!("the payload is not JSON: {error}")))?;
    let mut first = None;
    for accept in &event.accepts {
        let Some(delivery) = wrap(cx, accept, &node, payload) else {
            continue;
        };
        let read = read_delivery(cx, connector, None, &delivery);
        if read.is_ok_and(|accepted| accepted.iter().any(|accepted| accepted.event == event.name)) {
            return Ok(delivery);
        }
        first.get_or_insert(delivery);
    }
    if let Some(delivery) = first {
        return Ok(delivery);
    }
    debug_assert_ne!(&*event.name, UNKNOWN_EVENT);
    Err(failure(
        "cannot-send",
        format!(
            "`{}` of {} is not delivered by webhook",
            event.name, connector.name
        ),
    ))
}

fn wrap(cx: &Cx<'_>, accept: &Accept, node: &Node<'_>, payload: &[u8]) -> Option<Delivery> {
    let section = &accept.section;
    let method = if &*accept.method == "*" {
        "POST"
    } else {
        &*accept.method
    };
    let delivery = |query: String, kind: Option<&str>, body: Vec<u8>| {
        let headers = kind.map(|kind| ("content-type".to_owned(), kind.to_owned()));
        Some(Delivery {
            method: method.to_owned(),
            query,
            headers: headers.into_iter().collect(),
            body,
        })
    };
    match (section.place, &section.hole) {
        (Place::Json, Some(_)) => {
            let body = match accept.each {
                Some(_) => [b"[".as_slice(), payload, b"]"].concat(),
                None => payload.to_vec(),
            };
            delivery(String::new(), Some("application/json"), body)
        }
        (Place::Json, None) => {
            let body = object_around(cx, accept, node)?;
            delivery(String::new(), Some("application/json"), body)
        }
        (Place::Form | Place::Query, _) => {
            let text = pairs_around(cx, accept, node)?;
            if section.place == Place::Query {
                return delivery(text, None, Vec::new());
            }
            delivery(
                String::new(),
                Some("application/x-www-form-urlencoded"),
                text.into_bytes(),
            )
        }
        _ => None,
    }
}

/// `{ "event": "created", "order": PAYLOAD }`
fn object_around(cx: &Cx<'_>, accept: &Accept, node: &Node<'_>) -> Option<Vec<u8>> {
    let (ty, value) = values_around(cx, accept, node)?;
    let mut writer = Writer::new(&cx.catalog.types, None);
    writer.write(&ty, &[], &value, &Path::Root).ok()?;
    Some(writer.out.into_bytes())
}

fn pairs_around(cx: &Cx<'_>, accept: &Accept, node: &Node<'_>) -> Option<String> {
    let (ty, value) = match accept.section.hole {
        Some(_) => (Type::Json, super::request::natural(node)),
        None => values_around(cx, accept, node)?,
    };
    let mut writer = Writer::new(&cx.catalog.types, None);
    let pairs = forms::pairs(&mut writer, &ty, &cx.catalog.types, &value, true).ok()?;
    Some(forms::join(&pairs, Shown::expose))
}

/// The section's type with any payload, and its value. Of a delivery that only names the thing, the names come from the
/// payload's own fields.
fn values_around(cx: &Cx<'_>, accept: &Accept, node: &Node<'_>) -> Option<(Type, Value)> {
    let Type::Object(object) = &accept.section.ty else {
        return None;
    };
    let mut object = (**object).clone();
    let mut holes: Vec<(Name, Value)> = Vec::new();
    for field in &mut object.fields {
        let Some(Hole::Named(name)) = &field.hole else {
            continue;
        };
        if &**name == "payload" {
            field.ty = Type::Json;
            holes.push((
                name.clone(),
                Value::Json(super::decode::to_serde(node).into()),
            ));
        } else if accept.each.as_ref() == Some(name) {
            field.ty = Type::Json;
            let list = serde_json::Value::Array(vec![super::decode::to_serde(node)]);
            holes.push((name.clone(), Value::Json(list.into())));
        } else if let Some(found) = node.field(name)
            && !matches!(found.kind, Kind::Null)
        {
            holes.push((
                name.clone(),
                Value::Json(super::decode::to_serde(found).into()),
            ));
        }
    }
    let mut section = accept.section.clone();
    section.ty = Type::Object(object.into());
    let value = section_value(&section, &cx.catalog.types, &holes);
    let value = filled(&section.ty, value, &cx.catalog.types, "text", 0);
    Some((section.ty, value))
}
