//! Whether a delivery proves that the vendor sent it, and deliveries that do: the same conditions, read and met.

use sha2::{Digest, Sha256};

use super::inputs::{Inputs, plain_text};
use super::path::failure;
use super::{Cx, Delivery, Rejection, Signed};
use crate::catalog::{Connector, Event};
use crate::eval::Failure;
use crate::ir::{Expr, ExprId, Op};
use crate::value::{Secret, Value};

/// Whether a delivery proves that the vendor sent it: the secret that ends the path, then the condition of `hook`.
/// Texts are compared in constant time.
///
/// # Errors
/// [`Rejection::NotAuthentic`], also when the condition cannot be computed.
pub fn authentic(
    cx: &Cx<'_>,
    connector: &Connector,
    delivery: &Delivery,
    path_secret: Option<&str>,
) -> Result<(), Rejection> {
    let Some(hook) = &connector.hook else {
        return Ok(());
    };
    let inputs = inputs_of(cx, connector, delivery);
    if let Some(setting) = &hook.path_secret {
        let wanted = bytes_of(inputs.get(setting));
        let is_right = match (wanted, path_secret) {
            (Some(wanted), Some(found)) => equal(&wanted, found.as_bytes()),
            _ => false,
        };
        if !is_right {
            return Err(Rejection::NotAuthentic);
        }
    }
    match hook.verify {
        None => Ok(()),
        Some(verify) if holds(&inputs, verify) == Ok(true) => Ok(()),
        Some(_) => Err(Rejection::NotAuthentic),
    }
}

fn inputs_of<'a>(cx: &Cx<'a>, connector: &'a Connector, delivery: &Delivery) -> Inputs<'a> {
    let mut inputs = Inputs::new(cx, connector);
    inputs.set("body".into(), Value::Bytes(delivery.body.as_slice().into()));
    for (name, text) in &delivery.headers {
        inputs.set(format!("header {name}").into(), Value::text(text.as_str()));
    }
    for (name, text) in form_urlencoded::parse(delivery.query.as_bytes()) {
        inputs.set(format!("query {name}").into(), Value::text(text.as_ref()));
    }
    inputs
}

/// A condition in which texts and secrets may be compared.
fn holds(inputs: &Inputs<'_>, id: ExprId) -> Result<bool, ()> {
    match inputs.connector.exprs.get(id) {
        Expr::And(left, right) => Ok(holds(inputs, *left)? && holds(inputs, *right)?),
        Expr::Or(left, right) => Ok(holds(inputs, *left)? || holds(inputs, *right)?),
        Expr::Not(inner) => Ok(!holds(inputs, *inner)?),
        Expr::Binary {
            op: Op::Eq,
            left,
            right,
        } => same(inputs, *left, *right),
        Expr::Binary {
            op: Op::Ne,
            left,
            right,
        } => Ok(!same(inputs, *left, *right)?),
        _ => inputs.holds(id).map_err(|_| ()),
    }
}

fn same(inputs: &Inputs<'_>, left: ExprId, right: ExprId) -> Result<bool, ()> {
    let left = inputs.compute(left).map_err(|_| ())?;
    let right = inputs.compute(right).map_err(|_| ())?;
    if left.is_null() || right.is_null() {
        return Ok(left.is_null() && right.is_null());
    }
    Ok(match (bytes_of(&left), bytes_of(&right)) {
        (Some(left), Some(right)) => equal(&left, &right),
        _ => left == right,
    })
}

fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Secret(secret) => Some(secret.expose().as_bytes().to_vec()),
        Value::Text(text) => Some(text.as_bytes().to_vec()),
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        _ => None,
    }
}

/// Compares hashes, so that the time says nothing about where two texts begin to differ.
fn equal(left: &[u8], right: &[u8]) -> bool {
    let (left, right) = (Sha256::digest(left), Sha256::digest(right));
    let differing = left
        .iter()
        .zip(right.iter())
        .fold(0, |seen, (a, b)| seen | (a ^ b));
    differing == 0
}

/// A delivery of this event as the vendor would send and sign it: the payload in the event's first shape, headers and
/// query values that meet the hook's condition.
///
/// # Errors
/// `cannot-sign` when the condition is none that can be met by setting headers or query values.
pub fn deliver(
    cx: &Cx<'_>,
    connector: &Connector,
    event: &Event,
    payload: &[u8],
) -> Result<Signed, Failure> {
    let mut delivery = super::send::envelope(cx, connector, event, payload)?;
    let Some(hook) = &connector.hook else {
        return Ok(Signed {
            delivery,
            path_secret: None,
        });
    };
    let inputs = inputs_of(cx, connector, &delivery);
    let path_secret = match hook.path_secret.as_ref().map(|name| inputs.get(name)) {
        Some(Value::Secret(secret)) => Some(secret.clone()),
        Some(Value::Text(text)) => Some(Secret::new(text.clone())),
        _ => None,
    };
    if let Some(verify) = hook.verify {
        meet(&inputs, verify, &mut delivery);
        let inputs = inputs_of(cx, connector, &delivery);
        if holds(&inputs, verify) != Ok(true) {
            let message = format!(
                "the deliveries of {} cannot be signed: is every secret of its hook set?",
                connector.name
            );
            return Err(failure("cannot-sign", message));
        }
    }
    Ok(Signed {
        delivery,
        path_secret,
    })
}

/// Sets what a condition compares: `header("X-Token") == token`.
fn meet(inputs: &Inputs<'_>, id: ExprId, delivery: &mut Delivery) {
    match inputs.connector.exprs.get(id) {
        Expr::And(left, right) => {
            meet(inputs, *left, delivery);
            // What is signed may be a header that was set just now.
            meet(&with_delivery(inputs, delivery), *right, delivery);
        }
        Expr::Or(left, right) => {
            if holds(inputs, id) == Ok(true) {
                return;
            }
            meet(inputs, *left, delivery);
            if holds(&with_delivery(inputs, delivery), *left) != Ok(true) {
                meet(inputs, *right, delivery);
            }
        }
        Expr::Binary {
            op: Op::Eq,
            left,
            right,
        } => {
            let _ = set(inputs, *left, *right, delivery) || set(inputs, *right, *left, delivery);
        }
        _ => {}
    }
}

fn with_delivery<'a>(inputs: &Inputs<'a>, delivery: &Delivery) -> Inputs<'a> {
    let mut inputs = inputs.clone();
    for (name, text) in &delivery.headers {
        inputs.set(format!("header {name}").into(), Value::text(text.as_str()));
    }
    inputs
}

fn set(inputs: &Inputs<'_>, target: ExprId, value: ExprId, delivery: &mut Delivery) -> bool {
    let Expr::Input(target) = inputs.connector.exprs.get(target) else {
        return false;
    };
    let text = match inputs.compute(value) {
        Ok(Value::Secret(secret)) => secret.expose().to_owned(),
        Ok(value) if !value.is_null() => plain_text(&value),
        _ => return false,
    };
    if let Some(name) = target.strip_prefix("header ") {
        delivery.headers.push((name.to_owned(), text));
        return true;
    }
    if let Some(name) = target.strip_prefix("query ") {
        let separator = if delivery.query.is_empty() { "" } else { "&" };
        let mut pair = form_urlencoded::Serializer::new(String::new());
        pair.append_pair(name, &text);
        delivery.query = format!("{}{separator}{}", delivery.query, pair.finish());
        return true;
    }
    false
}
