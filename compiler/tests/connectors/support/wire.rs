//! Requests and answers of the built-in connectors, as tests write them.

use std::sync::Arc;

use ondo_compiler::catalog::{Catalog, Connector};
use ondo_compiler::eval::{Frame, Scope, eval};
use ondo_compiler::ir::ExprId;
use ondo_compiler::types::{Name, Type};
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{
    self, Accepted, Classified, Delivery, HttpAnswer, HttpRequest, Observed, Rejection,
};
use serde_json::Value as Json;

use super::account::{account, cx};

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
