//! Requests as the client sends them.
//!
//! The arguments of an action fill the holes of its request; defaults and computed fields are filled in, conditions
//! checked. Equal arguments give equal bytes.

use sha2::{Digest, Sha256};

use super::encode::Writer;
use super::forms::{self, Pairs, Shown};
use super::inputs::{self, Inputs};
use super::json::{self, Kind, Node};
use super::path::{Path, failure};
use super::pattern::section_value;
use super::{Cx, HeaderText, HttpAnswer, HttpRequest, times, urls};
use crate::catalog::{Action, Connector, Request, Section};
use crate::eval::{self, Failure};
use crate::types::{Name, Type};
use crate::value::{Num, Secret, Value};
use ondo_grammar::ast::Place;

/// Headers that the connection itself decides.
pub(crate) const RESERVED_HEADERS: &[&str] = &[
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
];

/// The request of an action with these arguments: defaults, computed fields and checks applied, authorised with the
/// token if the connector exchanges one.
///
/// # Errors
/// `missing-field`, `wrong-value`, `value-refused`, `one-of`, `currency-mismatch`, `inexact`, `header-value`,
/// `path-argument`, `not-a-url`, `missing-setting`, `missing-token`, and what the connector's expressions fail with.
pub fn build_request(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    args: &[(Name, Value)],
    token: Option<&Secret>,
) -> Result<HttpRequest, Failure> {
    let Some(request) = &action.request else {
        let name = &action.name;
        return Err(failure(
            "no-request",
            format!("`{name}` sends no request of its own"),
        ));
    };
    let settings = Inputs::new(cx, connector);
    let args = complete_args(action, args, &settings)?;
    let mut built = build(cx, &settings.with(&args), request, &args)?;
    authorise(&settings, token, &mut built)?;
    Ok(built)
}

/// The token exchange; `None` for connectors without one.
pub fn auth_request(cx: &Cx<'_>, connector: &Connector) -> Option<Result<HttpRequest, Failure>> {
    let exchange = connector.auth.as_ref()?.exchange.as_ref()?;
    let inputs = Inputs::new(cx, connector);
    Some(build(cx, &inputs, &exchange.request, &[]))
}

/// The token in the answer of a token exchange, and how long it may be used.
///
/// # Errors
/// `token-refused` for an answer other than 2xx, `event-shape` for one without a token.
pub fn read_token(
    cx: &Cx<'_>,
    connector: &Connector,
    answer: &HttpAnswer,
) -> Result<(Secret, Option<jiff::SignedDuration>), Failure> {
    let exchange = connector
        .auth
        .as_ref()
        .and_then(|auth| auth.exchange.as_ref());
    let Some(exchange) = exchange else {
        return Err(failure(
            "no-token",
            format!("{} exchanges no token", connector.name),
        ));
    };
    if !(200..300).contains(&answer.status) || !answer.complete {
        let message = format!(
            "{} answered the token exchange with {}",
            connector.name, answer.status
        );
        return Err(failure("token-refused", message));
    }
    let node = json::parse(&answer.body).map_err(|error| {
        failure(
            "event-shape",
            format!("the answer with the token is not JSON: {error}"),
        )
    })?;
    let mut inputs = Inputs::new(cx, connector);
    inputs.set("answer".into(), natural(&node));
    match inputs.compute(exchange.token)? {
        Value::Text(token) if !token.is_empty() => Ok((Secret::new(token), exchange.lives)),
        Value::Secret(token) => Ok((token, exchange.lives)),
        _ => Err(failure(
            "event-shape",
            "the answer of the token exchange holds no token",
        )),
    }
}

/// A hash of what the vendor is asked to do: method, path and query without the host, and body, without what proves who
/// we are. Equal for every attempt of one call, also when the base URL of the account has changed in between.
pub fn digest(request: &HttpRequest) -> String {
    let shown = &request.shown_url;
    let behind_scheme = shown
        .split_once("://")
        .map_or(shown.as_str(), |(_, rest)| rest);
    let target = behind_scheme
        .find('/')
        .map_or("", |at| &behind_scheme[at..]);
    let mut hasher = Sha256::new();
    hasher.update(request.method.as_bytes());
    hasher.update(b"\n");
    hasher.update(target.as_bytes());
    hasher.update(b"\n");
    if !request.secret_body {
        hasher.update(&request.body);
    }
    eval::hex(&hasher.finalize())
}

/// The arguments with the defaults of those that were left out.
fn complete_args(
    action: &Action,
    args: &[(Name, Value)],
    settings: &Inputs<'_>,
) -> Result<Vec<(Name, Value)>, Failure> {
    if let Some((name, _)) = args
        .iter()
        .find(|(name, _)| action.args.field(name).is_none())
    {
        return Err(failure(
            "unknown-field",
            format!("`{}` takes no argument `{name}`", action.name),
        ));
    }
    let mut completed: Vec<(Name, Value)> = args
        .iter()
        .filter(|(_, value)| *value != Value::Absent)
        .cloned()
        .collect();
    for field in &action.args.fields {
        let is_given = completed.iter().any(|(name, _)| *name == field.name);
        if let (false, Some(default)) = (is_given, field.default) {
            let value = settings.with(&completed).compute(default)?;
            if value != Value::Absent {
                completed.push((field.name.clone(), value));
            }
        }
    }
    Ok(completed)
}

/// A request without what proves who we are.
fn build(
    cx: &Cx<'_>,
    inputs: &Inputs<'_>,
    request: &Request,
    args: &[(Name, Value)],
) -> Result<HttpRequest, Failure> {
    let types = &cx.catalog.types;
    let mut writer = Writer::new(types, Some(inputs));
    writer.zone = Some(times::zone_named(inputs.zone));
    writer.currency = inputs::currency_of(cx).cloned();
    let method = inputs::plain_text(&inputs.compute(request.method)?).to_uppercase();
    let mut headers = Vec::new();
    let mut query = Pairs::new();
    let mut body = None;
    for section in &request.sections {
        let value = section_value(section, types, args);
        match section.place {
            // Only checks what the path is made of.
            Place::Path => drop(forms::pairs(
                &mut writer,
                &section.ty,
                types,
                &value,
                false,
            )?),
            Place::Query => query.extend(forms::pairs(
                &mut writer,
                &section.ty,
                types,
                &value,
                false,
            )?),
            Place::Headers => {
                for (name, value) in forms::pairs(&mut writer, &section.ty, types, &value, false)? {
                    headers.push(header(&name, value)?);
                }
            }
            Place::Form | Place::Json | Place::Text | Place::Empty => {
                body = write_body(&mut writer, section, &value)?.or(body);
            }
        }
    }
    let mut address = urls::address(request.path, inputs)?;
    append_query(&mut address, &query);
    let (content_type, body) = body.map_or((None, Vec::new()), |(kind, bytes)| (Some(kind), bytes));
    let names_type = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let (Some(content_type), false) = (content_type, names_type) {
        headers.insert(
            0,
            (
                "Content-Type".to_owned(),
                HeaderText::Plain(content_type.to_owned()),
            ),
        );
    }
    Ok(HttpRequest {
        method: method.into(),
        url: address.secret(),
        shown_url: address.shown,
        headers,
        body,
        secret_body: writer.has_secret,
    })
}

fn write_body(
    writer: &mut Writer<'_>,
    section: &Section,
    value: &Value,
) -> Result<Option<(&'static str, Vec<u8>)>, Failure> {
    if section.place == Place::Empty || *value == Value::Absent {
        return Ok(None);
    }
    match section.place {
        Place::Json => {
            writer.out.clear();
            writer.write(&section.ty, &[], value, &Path::Root)?;
            let text = std::mem::take(&mut writer.out);
            Ok(Some(("application/json", text.into_bytes())))
        }
        Place::Form => {
            let types = writer.types;
            let pairs = forms::pairs(writer, &section.ty, types, value, true)?;
            writer.has_secret |= pairs
                .iter()
                .any(|(_, value)| matches!(value, Shown::Secret(_)));
            let text = forms::join(&pairs, Shown::expose);
            Ok(Some((
                "application/x-www-form-urlencoded",
                text.into_bytes(),
            )))
        }
        _ => match value {
            Value::Null => Ok(None),
            Value::Secret(_) => Err(super::encode::secret_refused(&Path::Root)),
            value => {
                let text = inputs::plain_text(value);
                Ok(Some(("text/plain; charset=utf-8", text.into_bytes())))
            }
        },
    }
}

fn append_query(address: &mut urls::Address, query: &Pairs) {
    if query.is_empty() {
        return;
    }
    let separator = if address.sent.contains('?') { "&" } else { "?" };
    address.push(separator);
    address.sent.push_str(&forms::join(query, Shown::expose));
    // Stars and brackets are easier to read as they are.
    let shown = forms::join(query, Shown::masked)
        .replace("%5B", "[")
        .replace("%5D", "]");
    address.shown.push_str(&shown);
}

/// A header that a server reads as one header.
fn header(name: &str, value: Shown) -> Result<(String, HeaderText), Failure> {
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_name
        || RESERVED_HEADERS
            .iter()
            .any(|reserved| name.eq_ignore_ascii_case(reserved))
    {
        return Err(failure(
            "header-name",
            "a header has a name that cannot be sent",
        ));
    }
    let is_clean = value
        .expose()
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if !is_clean {
        return Err(failure(
            "header-value",
            format!("the value of the header {name} has line breaks or letters that are not ASCII"),
        ));
    }
    let value = match value {
        Shown::Plain(text) => HeaderText::Plain(text),
        Shown::Secret(secret) => HeaderText::Secret(secret),
    };
    Ok((name.to_owned(), value))
}

/// Adds what proves who we are.
fn authorise(
    settings: &Inputs<'_>,
    token: Option<&Secret>,
    request: &mut HttpRequest,
) -> Result<(), Failure> {
    let Some(auth) = &settings.connector.auth else {
        return Ok(());
    };
    let mut inputs = settings.clone();
    match token {
        // Without an exchange `token` is a setting like any other.
        Some(token) if auth.exchange.is_some() => {
            inputs.set("token".into(), Value::Secret(token.clone()));
        }
        None if auth.exchange.is_some() => {
            let name = &settings.connector.name;
            return Err(failure(
                "missing-token",
                format!("{name} wants a token first"),
            ));
        }
        _ => {}
    }
    for (name, value) in &auth.headers {
        if let Some(value) = shown_value(inputs.compute(*value)?) {
            request.headers.push(header(name, value)?);
        }
    }
    let mut query = Pairs::new();
    for (name, value) in &auth.query {
        query.extend(shown_value(inputs.compute(*value)?).map(|value| (name.to_string(), value)));
    }
    let mut address = urls::Address {
        sent: request.url.expose().to_owned(),
        shown: std::mem::take(&mut request.shown_url),
    };
    append_query(&mut address, &query);
    request.url = address.secret();
    request.shown_url = address.shown;
    Ok(())
}

pub(crate) fn shown_value(value: Value) -> Option<Shown> {
    match value {
        Value::Absent | Value::Null => None,
        Value::Secret(secret) => Some(Shown::Secret(secret)),
        value => Some(Shown::Plain(inputs::plain_text(&value))),
    }
}

/// A JSON text as plain values: `answer.token` of an exchange, `item.id` of a delivery.
pub(crate) fn natural(node: &Node<'_>) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(bool) => Value::Bool(*bool),
        Kind::Number(text) => match Num::parse(text) {
            Ok(number) => number.to_i64().map_or(Value::Num(number), Value::Int),
            Err(_) => Value::text(text.as_ref()),
        },
        Kind::Text(text) => Value::text(text.as_ref()),
        Kind::List(items) => Value::list(items.iter().map(natural).collect()),
        Kind::Object(fields) => Value::object(
            fields
                .iter()
                .map(|(name, node)| (Name::from(name.as_ref()), natural(node)))
                .collect(),
        ),
    }
}

/// Whether the section has a body of this type at all.
pub(crate) fn is_body(section: &Section) -> bool {
    matches!(section.place, Place::Json | Place::Form | Place::Text) && section.ty != Type::Null
}
