//! Requests and answers of the built-in connectors, as tests write them.

use std::sync::Arc;

use ondo_compiler::catalog::{Answer, Catalog, Connector, Section};
use ondo_compiler::eval::{Frame, Scope, eval};
use ondo_compiler::ir::ExprId;
use ondo_compiler::types::{Name, Type};
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{
    self, Accepted, Classified, Delivery, HttpAnswer, HttpRequest, Observed, Rejection, Verdict,
};
use serde_json::Value as Json;

use super::account::{account, cx};
use super::fits::fits;

pub(crate) fn read_args(
    catalog: &Catalog,
    connector: &Connector,
    action: &str,
    args: &Json,
) -> Vec<(Name, Value)> {
    let mut args_type = (*connector.action(action).unwrap().args).clone();
    for field in &mut args_type.fields {
        field.ty = field.ty.clone().nullable();
    }
    let ty = Type::Object(Arc::new(args_type));
    let bytes = args.to_string();
    match wire::decode_value(&ty, bytes.as_bytes(), &catalog.types, "Europe/Moscow", None) {
        Ok(Value::Object(object)) => object
            .fields
            .iter()
            .filter(|(_, value)| *value != Value::Absent)
            .cloned()
            .collect(),
        other => panic!("{action}: {other:?}"),
    }
}

pub(crate) fn send(catalog: &Catalog, connector: &str, action: &str, args: &Json) -> HttpRequest {
    let connector = catalog.connector(connector).unwrap();
    let settings = account(&connector.name);
    let args = read_args(catalog, connector, action, args);
    let token = Secret::new("access-token");
    wire::build_request(
        &cx(catalog, &settings),
        connector,
        connector.action(action).unwrap(),
        &args,
        Some(&token),
    )
    .unwrap_or_else(|failure| panic!("{action}: {failure:?}"))
}

pub(crate) fn header<'r>(request: &'r HttpRequest, name: &str) -> &'r str {
    let found = request
        .headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    match &found.unwrap().1 {
        wire::HeaderText::Plain(text) => text,
        wire::HeaderText::Secret(secret) => secret.expose(),
    }
}

/// The fields of a form, decoded.
pub(crate) fn form(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

pub(crate) fn classify(
    catalog: &Catalog,
    connector: &str,
    action: &str,
    status: u16,
    body: &str,
) -> Classified {
    let connector = catalog.connector(connector).unwrap();
    let settings = account(&connector.name);
    let answer = HttpAnswer {
        status,
        headers: Vec::new(),
        body: body.into(),
        complete: true,
    };
    let action = connector.action(action).unwrap();
    wire::classify(
        &cx(catalog, &settings),
        connector,
        action,
        &Observed::Answer(answer),
    )
}

pub(crate) fn field<'v>(value: &'v Value, name: &str) -> &'v Value {
    match value {
        Value::Object(object) => object.get(name),
        other => panic!("{other:?} has no fields"),
    }
}
/// The events in a delivery of JSON.
pub(crate) fn take_json(
    catalog: &Catalog,
    connector: &str,
    body: &str,
) -> Result<Vec<Accepted>, Rejection> {
    let connector = catalog.connector(connector).unwrap();
    let settings = account(&connector.name);
    let delivery = Delivery {
        method: "POST".to_owned(),
        query: String::new(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into(),
    };
    wire::read_delivery(&cx(catalog, &settings), connector, None, &delivery)
}

/// What an expression of a connector yields over these inputs.
pub(crate) fn value_of(connector: &Connector, inputs: &[(Name, Value)], id: ExprId) -> Value {
    let now = "2026-11-21T10:00:00Z".parse().unwrap();
    let scope = Scope {
        exprs: &connector.exprs,
        program: None,
        inputs,
        slots: &[],
        read_set: None,
        now,
        step_time: now,
        zone: "Europe/Moscow",
    };
    eval(&scope, &mut Frame::new(connector.local_count), id).unwrap()
}

/// An event's payload, of its declared type: it has all that is required, nothing that nobody knows.
pub(crate) fn payload_of(catalog: &Catalog, connector: &str, accepted: &Accepted) -> Value {
    let connector = catalog.connector(connector).unwrap();
    let event = connector.event(&accepted.event).unwrap_or_else(|| {
        panic!("{}: no event `{}`", connector.name, accepted.event);
    });
    let bytes = accepted.payload.as_ref().expect("a payload");
    let json = serde_json::from_slice(bytes).unwrap();
    fits(catalog, &event.payload, &json, &event.name);
    wire::decode_value(&event.payload, bytes, &catalog.types, "Europe/Moscow", None)
        .unwrap_or_else(|failure| panic!("{}: {failure:?}", event.name))
}

/// What an action makes of an answer of the vendor's, all fields of which are known.
pub(crate) fn classify_known(
    catalog: &Catalog,
    connector: &str,
    action: &str,
    status: u16,
    body: &str,
) -> Classified {
    let seen = classify(catalog, connector, action, status, body);
    let connector = catalog.connector(connector).unwrap();
    let action = connector.action(action).unwrap();
    let json: Json = serde_json::from_str(body).unwrap();
    let known: Vec<&Type> = connector
        .answers_of(action)
        .filter(|answer| answer.name == seen.outcome)
        .filter_map(|answer| Some(&answer.body.as_ref()?.ty))
        .collect();
    // Of answers with the same name, one knows all fields.
    fits(catalog, &union(&known), &json, &action.name);
    seen
}

fn union(types: &[&Type]) -> Type {
    match types {
        [one] => (*one).clone(),
        many => Type::Union(many.iter().map(|ty| (*ty).clone()).collect()),
    }
}

/// The body of a request as JSON.
pub(crate) fn sent_json(catalog: &Catalog, connector: &str, action: &str, args: &Json) -> Json {
    let request = send(catalog, connector, action, args);
    serde_json::from_slice(&request.body).unwrap_or_else(|why| panic!("{action}: {why}"))
}

/// Outcome and verdict, for a comparison in one line.
pub(crate) fn ends(seen: &Classified) -> (&str, Verdict) {
    (&seen.outcome, seen.verdict)
}

pub(crate) fn list(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        other => panic!("{other:?} is no list"),
    }
}

/// An amount with its currency: `1259 RUB`.
pub(crate) fn money(value: &Value) -> String {
    match value {
        Value::Money(money) => match &money.currency {
            Some(currency) => format!("{} {currency}", money.amount),
            None => money.amount.to_string(),
        },
        other => panic!("{other:?} is no amount"),
    }
}

/// A moment in UTC.
pub(crate) fn moment(value: &Value) -> String {
    match value {
        Value::DateTime(moment) => moment.timestamp().to_string(),
        other => panic!("{other:?} is no moment"),
    }
}

/// What a vendor hears whose delivery was stored: status and body.
pub(crate) fn hook_answer(catalog: &Catalog, connector: &str) -> (u16, Json) {
    let connector = catalog.connector(connector).unwrap();
    let (status, body) = connector.hook.as_ref().unwrap().answer.clone().unwrap();
    let answer = Answer {
        name: "stored".into(),
        verdict: ondo_compiler::catalog::Verdict::Applied,
        statuses: vec![(status, status)],
        body: body.map(|ty| Section {
            place: ondo_grammar::ast::Place::Json,
            ty,
            hole: None,
        }),
        with_status: false,
        when: None,
        value: Type::Null,
        caption: None,
        place: connector.place,
    };
    let settings = account(&connector.name);
    let (status, _, bytes) =
        wire::answer_bytes(&cx(catalog, &settings), connector, &answer, None).unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
}
