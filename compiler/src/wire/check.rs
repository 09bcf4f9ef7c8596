//! Requests as the sandbox reads them: like the vendor, but stricter, and in words.

use super::decode::Reader;
use super::forms;
use super::inputs::{Inputs, currency_of};
use super::json::{self, Kind, Node};
use super::pattern::{Holes, read_section};
use super::request::{RESERVED_HEADERS, build_request, shown_value};
use super::strict::{Strict, other_literals};
use super::{Cx, Delivery, RequestCheck, SANDBOX_BASE, urls};
use crate::catalog::{Action, Connector, Request, Section};
use crate::types::{Name, Type};
use crate::value::{Secret, Value};
use ondo_grammar::ast::Place;

/// Reads a request as the vendor would, strictly: fields that nothing describes, missing ones, wrong types, broken
/// conditions and missing headers are problems. `None` if no action has such a method and path. With a setting `token`
/// in `cx` the token of the request is compared with it.
pub fn read_request(
    cx: &Cx<'_>,
    connector: &Connector,
    path: &str,
    request: &Delivery,
) -> Option<RequestCheck> {
    let inputs = Inputs::new(cx, connector);
    let exchange = connector
        .auth
        .as_ref()
        .and_then(|auth| auth.exchange.as_ref());
    if let Some(exchange) = exchange
        && let Some((_, problems)) = read(cx, &inputs, &exchange.request, path, request)
    {
        return Some(RequestCheck {
            action: None,
            args: Vec::new(),
            problems,
            authentic: true,
        });
    }
    // Some vendors have one address for everything: the action is meant that has the literals of the request, and of
    // several the one with the fewest problems.
    let mut best: Option<(usize, RequestCheck)> = None;
    for action in connector.actions.values() {
        let Some(pattern) = &action.request else {
            continue;
        };
        let Some((args, mut problems)) = read(cx, &inputs, pattern, path, request) else {
            continue;
        };
        let other = other_literals_of(cx, pattern, request);
        let has_args = problems.is_empty();
        let unproven = auth_problems(&inputs, request);
        let authentic = unproven.is_empty();
        problems.extend(unproven);
        if has_args {
            problems.extend(argument_problem(cx, connector, action, &args));
        }
        let is_better = best
            .as_ref()
            .is_none_or(|(least, best)| (other, problems.len()) < (*least, best.problems.len()));
        if is_better {
            let check = RequestCheck {
                action: Some(action.name.clone()),
                args,
                problems,
                authentic,
            };
            best = Some((other, check));
        }
    }
    best.map(|(_, check)| check)
}

/// How far the body is from one of this action.
fn other_literals_of(cx: &Cx<'_>, pattern: &Request, request: &Delivery) -> usize {
    let of_section = |section: &Section| {
        let node = match section.place {
            Place::Json => json::parse(&request.body).ok(),
            Place::Form => forms::parse(&request.body).ok(),
            _ => None,
        };
        node.map_or(0, |node| {
            other_literals(&cx.catalog.types, &section.ty, &node, 0)
        })
    };
    pattern.sections.iter().map(of_section).sum()
}

/// The arguments and the problems, if method and path are those of the pattern.
fn read(
    cx: &Cx<'_>,
    inputs: &Inputs<'_>,
    pattern: &Request,
    path: &str,
    request: &Delivery,
) -> Option<(Holes, Vec<String>)> {
    use crate::ir::Expr;
    if let Expr::Const(Value::Text(method)) = inputs.connector.exprs.get(pattern.method)
        && **method != *request.method
    {
        return None;
    }
    let mut in_path = urls::read_path(pattern.path, inputs, path)?;
    if let Expr::Input(name) = inputs.connector.exprs.get(pattern.method) {
        in_path.push((name.clone(), request.method.clone()));
    }
    let mut reader = Reader::new(&cx.catalog.types, inputs.zone, currency_of(cx));
    reader.strict = Some(Strict::default());
    let mut holes = Holes::new();
    let mut problems = Vec::new();
    let mut has_path = false;
    for section in &pattern.sections {
        has_path |= section.place == Place::Path;
        match read_part(&reader, inputs, section, &in_path, request) {
            Ok(read) => holes.extend(read),
            Err(problem) => problems.push(problem),
        }
    }
    if !has_path {
        for (name, text) in in_path {
            if inputs.connector.settings.get(&name).is_none() {
                holes.push((name, Value::text(text)));
            }
        }
    }
    let has_body = pattern.sections.iter().any(super::request::is_body);
    if !has_body && !request.body.is_empty() {
        problems.push("a body, where none is wanted".to_owned());
    }
    let has_query = pattern
        .sections
        .iter()
        .any(|section| section.place == Place::Query);
    if !has_query {
        problems.extend(foreign_query(inputs, request));
    }
    problems.extend(reader.strict.take().unwrap_or_default().into_problems());
    Some((holes, problems))
}

/// Names in the query of an action that has none.
fn foreign_query(inputs: &Inputs<'_>, request: &Delivery) -> Vec<String> {
    let auth = inputs.connector.auth.iter().flat_map(|auth| &auth.query);
    let known: Vec<&Name> = auth.map(|(name, _)| name).collect();
    let found = form_urlencoded::parse(request.query.as_bytes());
    let foreign = found.filter(|(name, _)| !known.iter().any(|known| ***known == **name));
    foreign
        .map(|(name, _)| format!("`{name}` in the query is no field of the request"))
        .collect()
}

fn read_part(
    reader: &Reader<'_>,
    inputs: &Inputs<'_>,
    section: &Section,
    in_path: &[(Name, String)],
    request: &Delivery,
) -> Result<Holes, String> {
    let words = |failure: crate::eval::Failure| failure.message;
    match section.place {
        Place::Empty => Ok(Holes::new()),
        Place::Path => {
            let node = object(
                in_path
                    .iter()
                    .map(|(name, text)| (name.to_string(), text.clone())),
            );
            read_section(reader, section, &node).map_err(words)
        }
        Place::Query => {
            let mut node = forms::parse(request.query.as_bytes())?;
            if let (Kind::Object(fields), Some(auth)) = (&mut node.kind, &inputs.connector.auth) {
                fields.retain(|(name, _)| !auth.query.iter().any(|(known, _)| **known == **name));
            }
            read_section(reader, section, &node).map_err(words)
        }
        Place::Headers => {
            let node = headers(reader, section, request);
            read_section(reader, section, &node).map_err(words)
        }
        Place::Form => {
            wants_type(request, "application/x-www-form-urlencoded")?;
            let node = forms::parse(&request.body)?;
            let node = with_parsed_texts(reader, section, &node);
            read_section(reader, section, &node).map_err(words)
        }
        Place::Json if request.body.is_empty() && section.ty.is_nullable() => Ok(Holes::new()),
        Place::Json => {
            wants_type(request, "application/json")?;
            let node = json::parse(&request.body).map_err(|error| format!("not JSON: {error}"))?;
            read_section(reader, section, &node).map_err(words)
        }
        Place::Text => {
            let text = String::from_utf8_lossy(&request.body).into_owned();
            read_section(reader, section, &Node::made(Kind::Text(text.into()))).map_err(words)
        }
    }
}

fn wants_type(request: &Delivery, wanted: &str) -> Result<(), String> {
    let found = request.header("content-type").unwrap_or("");
    let found = found.split(';').next().unwrap_or("").trim();
    if found.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let found = if found.is_empty() { "none" } else { found };
    Err(format!("Content-Type is {found}, wanted {wanted}"))
}

fn object(pairs: impl Iterator<Item = (String, String)>) -> Node<'static> {
    Node::made(Kind::Object(
        pairs
            .map(|(name, text)| (name.into(), Node::made(Kind::Text(text.into()))))
            .collect(),
    ))
}

/// The headers that the pattern names, as it spells them.
fn headers(reader: &Reader<'_>, section: &Section, request: &Delivery) -> Node<'static> {
    let named = reader.types.object(&section.ty);
    let found = request.headers.iter().filter_map(|(name, text)| {
        let name = match named {
            Some(object) => {
                let mut fields = object.fields.iter();
                let field = fields.find(|field| field.name.eq_ignore_ascii_case(name))?;
                field.name.to_string()
            }
            None => name.clone(),
        };
        // What the client adds by itself is no argument.
        let is_own = ["content-type", "accept", "user-agent"].contains(&name.as_str())
            || RESERVED_HEADERS.contains(&name.as_str());
        (named.is_some() || !is_own).then(|| (name, text.clone()))
    });
    object(found)
}

/// A form's field that is an object or a list holds JSON, whether or not the pattern says `as json`.
pub(crate) fn with_parsed_texts<'n>(
    reader: &Reader<'_>,
    section: &Section,
    node: &'n Node<'n>,
) -> Node<'n> {
    let (Kind::Object(fields), Some(object)) = (&node.kind, reader.types.object(&section.ty))
    else {
        return node.clone();
    };
    let parsed = fields.iter().map(|(name, value)| {
        let is_nested = object.field(name).is_some_and(|field| {
            matches!(
                reader
                    .types
                    .resolve(reader.types.resolve(&field.ty).non_null()),
                Type::Object(_) | Type::List(_) | Type::Map(_) | Type::Json | Type::Union(_)
            )
        });
        let inner = match &value.kind {
            Kind::Text(text) if is_nested => json::parse(text.as_bytes()).ok(),
            _ => None,
        };
        (name.clone(), inner.unwrap_or_else(|| value.clone()))
    });
    Node::made(Kind::Object(parsed.collect()))
}

/// Headers and query values that prove who we are.
fn auth_problems(inputs: &Inputs<'_>, request: &Delivery) -> Vec<String> {
    let Some(auth) = &inputs.connector.auth else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let is_known = auth.exchange.is_none() || !inputs.get("token").is_null();
    let wanted = |id| inputs.compute(id).ok().and_then(shown_value);
    for (name, value) in &auth.headers {
        match (request.header(&name.to_lowercase()), wanted(*value)) {
            (None, None) => {}
            (None, Some(_)) => problems.push(format!("the header {name} is missing")),
            (Some(found), Some(wanted)) if is_known && wanted.expose() != found => {
                problems.push(format!(
                    "the header {name} has another value than the account's"
                ));
            }
            _ => {}
        }
    }
    for (name, value) in &auth.query {
        let found =
            form_urlencoded::parse(request.query.as_bytes()).find(|(known, _)| **known == **name);
        match (found, wanted(*value)) {
            (None, Some(_)) => problems.push(format!("`{name}` is missing in the query")),
            (Some((_, found)), Some(wanted)) if is_known && wanted.expose() != found => {
                problems.push(format!(
                    "`{name}` in the query has another value than the account's"
                ));
            }
            _ => {}
        }
    }
    problems
}

/// Conditions over the arguments: what cannot be written again is not right.
fn argument_problem(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    args: &Holes,
) -> Option<String> {
    let token = Secret::new("sandbox");
    // Where the account really is does not matter here.
    let mut settings = cx.settings.to_vec();
    settings.push((SANDBOX_BASE.into(), Value::text("http://sandbox")));
    let cx = &Cx {
        settings: &settings,
        ..*cx
    };
    build_request(cx, connector, action, args, Some(&token))
        .err()
        .map(|failure| failure.message)
}
