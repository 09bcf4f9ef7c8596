//! Deliveries: webhooks of vendors as the hook server reads them.
//!
//! The shapes of every event are tried in order, events of a kind before the event they are a kind of. A payload that has
//! the right place but the wrong shape is an event all the same: only the rules that read the wrong field fail.

use ondo_grammar::ast::Place;

use super::answer::hole_text;
use super::check::with_parsed_texts;
use super::decode::Reader;
use super::forms;
use super::inputs::{Inputs, currency_of};
use super::json::{self, Kind, Node};
use super::keys;
use super::pattern::read_section;
use super::request::natural;
use super::{Accepted, Cx, Delivery, EnrichCall, Rejection};
use crate::catalog::{Accept, Connector, Event, Section};
use crate::types::{Hole, Name, Type};
use crate::value::Value;

/// The name of what no event of the connector describes. It is kept and shown, and no rule sees it.
pub const UNKNOWN_EVENT: &str = "unknown";

/// The hole that is the payload.
const PAYLOAD: &str = "payload";

/// The events in a delivery. `events`: those that anybody listens to, with all that are a kind of them; `None`: all of
/// the connector.
///
/// # Errors
/// [`Rejection::Unreadable`] for a body that is not what it says it is, [`Rejection::MediaType`] and
/// [`Rejection::Method`] for what no event takes.
pub fn read_delivery(
    cx: &Cx<'_>,
    connector: &Connector,
    events: Option<&[Name]>,
    delivery: &Delivery,
) -> Result<Vec<Accepted>, Rejection> {
    let wanted: Vec<&Event> = connector
        .deliveries()
        .into_iter()
        .filter(|event| is_wanted(connector, event, events))
        .collect();
    let shapes: Vec<(&Event, &Accept)> = wanted
        .iter()
        .flat_map(|event| event.accepts.iter().map(|accept| (*event, accept)))
        .collect();
    let by_method: Vec<(&Event, &Accept)> = shapes
        .iter()
        .filter(|(_, accept)| takes_method(accept, &delivery.method))
        .copied()
        .collect();
    if by_method.is_empty() {
        return Err(Rejection::Method {
            allowed: allowed_methods(&shapes),
        });
    }
    let reading = Reading::new(cx, connector, delivery, &by_method)?;
    if let Some(accepted) = reading.each(&by_method)? {
        return Ok(accepted);
    }
    for is_strict in [true, false] {
        for (event, accept) in &by_method {
            if accept.each.is_some() {
                continue;
            }
            if let Some(accepted) = reading.one(event, accept, is_strict)? {
                return Ok(vec![accepted]);
            }
        }
    }
    Ok(vec![Accepted {
        event: UNKNOWN_EVENT.into(),
        payload: Some(reading.whole()),
        enrich: None,
        key: None,
    }])
}

fn is_wanted(connector: &Connector, event: &Event, events: Option<&[Name]>) -> bool {
    let Some(events) = events else { return true };
    let mut next = Some(event);
    // A chain of parents is no longer than there are events.
    for _ in 0..=connector.events.len() {
        let Some(event) = next else { return false };
        if events.contains(&event.name) {
            return true;
        }
        next = event
            .parent
            .as_ref()
            .and_then(|parent| connector.events.get(parent));
    }
    false
}

fn takes_method(accept: &Accept, method: &str) -> bool {
    &*accept.method == "*" || &*accept.method == method
}

fn allowed_methods(shapes: &[(&Event, &Accept)]) -> Vec<String> {
    let mut allowed: Vec<String> = Vec::new();
    for (_, accept) in shapes {
        let methods: &[&str] = match &*accept.method {
            "*" => &["GET", "POST", "PUT", "PATCH", "DELETE"],
            one => &[one],
        };
        for method in methods {
            if !allowed.iter().any(|known| known == method) {
                allowed.push((*method).to_owned());
            }
        }
    }
    allowed
}

struct Reading<'a> {
    inputs: Inputs<'a>,
    reader: Reader<'a>,
    delivery: &'a Delivery,
    /// Body or query; none for a body that nothing wants.
    body: Option<(Place, Node<'a>)>,
    query: Node<'static>,
}

impl<'a> Reading<'a> {
    fn new(
        cx: &Cx<'a>,
        connector: &'a Connector,
        delivery: &'a Delivery,
        shapes: &[(&Event, &Accept)],
    ) -> Result<Self, Rejection> {
        let wants = |place: Place| {
            shapes
                .iter()
                .any(|(_, accept)| accept.section.place == place)
        };
        let query = forms::parse(delivery.query.as_bytes()).map_err(Rejection::Unreadable)?;
        let mut inputs = Inputs::new(cx, connector);
        for (name, text) in &delivery.headers {
            inputs.set(format!("header {name}").into(), Value::text(text.as_str()));
        }
        for (name, text) in form_urlencoded::parse(delivery.query.as_bytes()) {
            inputs.set(format!("query {name}").into(), Value::text(text.as_ref()));
        }
        let body = read_body(delivery, &wants)?;
        Ok(Self {
            inputs,
            reader: Reader::new(
                &cx.catalog.types,
                super::inputs::zone_of(cx),
                currency_of(cx),
            ),
            delivery,
            body,
            query,
        })
    }

    fn node(&self, section: &Section) -> Option<&Node<'a>> {
        match (section.place, &self.body) {
            (Place::Query, _) => Some(&self.query),
            (place, Some((found, node))) if place == *found => Some(node),
            _ => None,
        }
    }

    /// The event, if the delivery has this shape. Not strict: the payload may have any.
    fn one(
        &self,
        event: &Event,
        accept: &Accept,
        is_strict: bool,
    ) -> Result<Option<Accepted>, Rejection> {
        let section = &accept.section;
        let Some(node) = self.node(section) else {
            return Ok(None);
        };
        let parsed = with_parsed_texts(&self.reader, section, node);
        let node = if section.place == Place::Form {
            &parsed
        } else {
            node
        };
        let lenient = without_payload_type(section);
        let shape = if is_strict { section } else { &lenient };
        let Ok(holes) = read_section(&self.reader, shape, node) else {
            return Ok(None);
        };
        let inputs = self.inputs.with(&holes);
        if let Some(when) = accept.when
            && !inputs.holds(when).unwrap_or(false)
        {
            return Ok(None);
        }
        if accept.then.is_some() {
            let enrich = enrich(accept, &inputs)?;
            return Ok(Some(Accepted {
                event: event.name.clone(),
                payload: None,
                enrich,
                key: keys::of_holes(&inputs, event, &holes),
            }));
        }
        let is_whole = section.place == Place::Json && section.hole.is_some();
        let payload = if is_whole {
            self.delivery.body.clone()
        } else {
            match hole_text(&self.reader, section, node, PAYLOAD) {
                Some(text) => text.into_bytes(),
                None => return Ok(None),
            }
        };
        let key = self.key(event, &payload);
        Ok(Some(Accepted {
            event: event.name.clone(),
            payload: Some(payload),
            enrich: None,
            key,
        }))
    }

    /// The events of a delivery that holds a list; none if no shape is a list.
    fn each(&self, shapes: &[(&Event, &Accept)]) -> Result<Option<Vec<Accepted>>, Rejection> {
        for (_, accept) in shapes {
            let (Some(each), Some(node)) = (&accept.each, self.node(&accept.section)) else {
                continue;
            };
            let Some(list) = hole_text(&self.reader, &accept.section, node, each) else {
                continue;
            };
            let Ok(list) = json::parse(list.as_bytes()) else {
                continue;
            };
            let Kind::List(items) = &list.kind else {
                continue;
            };
            let accepted = items.iter().map(|item| self.element(shapes, each, item));
            return accepted.collect::<Result<Vec<_>, _>>().map(Some);
        }
        Ok(None)
    }

    /// One element of a list of events: of the first event whose condition it meets. Conditions see its fields, and all of
    /// it as `item`.
    fn element(
        &self,
        shapes: &[(&Event, &Accept)],
        each: &Name,
        item: &Node<'_>,
    ) -> Result<Accepted, Rejection> {
        let value = natural(item);
        let mut seen = match &value {
            Value::Object(object) => object.fields.clone(),
            _ => Vec::new(),
        };
        seen.push(("item".into(), value.clone()));
        seen.push((each.clone(), value));
        let inputs = self.inputs.with(&seen);
        let payload = item.to_json().into_bytes();
        let mut of_list = shapes.iter().filter(|(_, accept)| accept.each.is_some());
        let found = of_list.find(|(_, accept)| {
            accept
                .when
                .is_none_or(|when| inputs.holds(when).unwrap_or(false))
        });
        let Some((event, accept)) = found else {
            return Ok(Accepted {
                event: UNKNOWN_EVENT.into(),
                payload: Some(payload),
                enrich: None,
                key: None,
            });
        };
        let enrich = enrich(accept, &inputs)?;
        let key = self.key(event, &payload);
        Ok(Accepted {
            event: event.name.clone(),
            payload: enrich.is_none().then_some(payload),
            enrich,
            key,
        })
    }

    /// The delivery key. An event whose key cannot be computed has none: it may be stored twice, but is not lost.
    fn key(&self, event: &Event, payload: &[u8]) -> Option<String> {
        keys::of_payload(&self.inputs, &self.reader, event, payload).ok()?
    }

    fn whole(&self) -> Vec<u8> {
        match &self.body {
            Some((Place::Json, _)) => self.delivery.body.clone(),
            Some((_, node)) => node.to_json().into_bytes(),
            None => self.query.to_json().into_bytes(),
        }
    }
}

/// The body by its `Content-Type`, or by what it looks like when there is none.
fn read_body<'a>(
    delivery: &'a Delivery,
    wants: &dyn Fn(Place) -> bool,
) -> Result<Option<(Place, Node<'a>)>, Rejection> {
    let wants_body = [Place::Json, Place::Form, Place::Text]
        .iter()
        .any(|place| wants(*place));
    let wants_less = wants(Place::Query) || wants(Place::Empty);
    if !wants_body || (delivery.body.is_empty() && wants_less) {
        return Ok(None);
    }
    let declared = delivery.header("content-type").unwrap_or("");
    let media = declared
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let place = match media.as_str() {
        "application/x-www-form-urlencoded" => Place::Form,
        "" => Place::Json,
        json if json == "application/json" || json.ends_with("+json") => Place::Json,
        "text/plain" if wants(Place::Text) => Place::Text,
        // Some senders call their JSON text.
        "text/plain" | "text/json" => Place::Json,
        _ => return Err(Rejection::MediaType(media)),
    };
    if !wants(place) {
        return if wants_less {
            Ok(None)
        } else {
            Err(Rejection::MediaType(media))
        };
    }
    let node = match place {
        Place::Form => {
            if std::str::from_utf8(&delivery.body).is_err() {
                return Err(Rejection::Unreadable("bytes that are not UTF-8".to_owned()));
            }
            forms::parse(&delivery.body).map_err(Rejection::Unreadable)?
        }
        Place::Text => {
            let text = std::str::from_utf8(&delivery.body)
                .map_err(|_| Rejection::Unreadable("bytes that are not UTF-8".to_owned()))?;
            Node::made(Kind::Text(text.into()))
        }
        _ => json::parse(&delivery.body)
            .map_err(|error| Rejection::Unreadable(format!("not JSON: {error}")))?,
    };
    Ok(Some((place, node)))
}

fn enrich(accept: &Accept, inputs: &Inputs<'_>) -> Result<Option<EnrichCall>, Rejection> {
    let Some(then) = &accept.then else {
        return Ok(None);
    };
    let mut args = Vec::with_capacity(then.read.args.len());
    for (name, value) in &then.read.args {
        let value = inputs
            .compute(*value)
            .map_err(|failure| Rejection::Unreadable(failure.message))?;
        args.push((name.clone(), value));
    }
    Ok(Some(EnrichCall {
        action: then.read.action.clone(),
        args,
        field: then.field.clone(),
    }))
}

/// The same shape with any payload.
fn without_payload_type(section: &Section) -> Section {
    let mut section = section.clone();
    if section.hole.is_some() {
        section.ty = Type::Json;
    } else if let Type::Object(object) = &section.ty {
        let mut object = (**object).clone();
        for field in &mut object.fields {
            if matches!(&field.hole, Some(Hole::Named(name)) if &**name == PAYLOAD) {
                // Still an object or a list: a null order is no order.
                field.ty = Type::Union(
                    [Type::Map(Type::Json.into()), Type::List(Type::Json.into())].into(),
                );
            }
        }
        section.ty = Type::Object(object.into());
    }
    section
}
