//! Addresses: written from a path with holes, and read back into them.

use super::forms::Shown;
use super::inputs::{Inputs, plain_text};
use super::path::failure;
use crate::eval::Failure;
use crate::ir::{Expr, ExprId};
use crate::types::Name;
use crate::value::{Secret, Value};

/// The setting that sends every request of an account to the sandbox: `http://127.0.0.1:PORT`, before the setting `base`
/// or `url` and before whole URLs (`https://example.com/a` becomes `http://127.0.0.1:PORT/example.com/a`). It has a blank,
/// so no connector can have it.
pub const SANDBOX_BASE: &str = "sandbox base";

/// An address in the making: as it is sent and as it may be shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Address {
    pub(crate) sent: String,
    pub(crate) shown: String,
}

impl Address {
    pub(crate) fn push(&mut self, text: &str) {
        self.sent.push_str(text);
        self.shown.push_str(text);
    }

    fn push_value(&mut self, value: &Shown) {
        self.sent.push_str(&percent_encoded(value.expose()));
        match value {
            Shown::Plain(text) => self.shown.push_str(&percent_encoded(text)),
            Shown::Secret(_) => self.shown.push_str("***"),
        }
    }

    pub(crate) fn secret(&self) -> Secret {
        Secret::new(self.sent.as_str())
    }
}

/// The address of a request: the path behind the base, or a whole URL when it begins with a hole.
pub(crate) fn address(path: ExprId, inputs: &Inputs<'_>) -> Result<Address, Failure> {
    let mut address = Address::default();
    let parts = parts(path, inputs);
    let begins_with_text = match parts.first() {
        Some(Part::Text(text)) => !text.is_empty(),
        _ => false,
    };
    if begins_with_text {
        address.push(&base(inputs)?);
    }
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => address.push(text),
            Part::Hole(hole) => {
                let value = value(*hole, inputs)?;
                if index == 0 {
                    let url = absolute(value.expose())?;
                    match inputs.get(SANDBOX_BASE) {
                        Value::Text(sandbox) => {
                            let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
                            address.sent.push_str(&format!("{sandbox}/{behind}"));
                        }
                        _ => address.sent.push_str(url),
                    }
                    let shown = match &value {
                        Shown::Plain(_) => without_query_values(url),
                        Shown::Secret(_) => "***".to_owned(),
                    };
                    address.shown.push_str(&shown);
                } else {
                    address.push_value(&value);
                }
            }
        }
    }
    Ok(address)
}

/// The base URL of the account, without a slash at its end.
fn base(inputs: &Inputs<'_>) -> Result<String, Failure> {
    let base = [SANDBOX_BASE, "base", "url"]
        .iter()
        .find_map(|name| match inputs.get(name) {
            Value::Text(text) => Some(text.trim_end_matches('/').to_owned()),
            _ => None,
        });
    let base = base.ok_or_else(|| {
        let connector = &inputs.connector.name;
        failure(
            "missing-setting",
            format!("the account has no address: {connector} wants the setting `base` or `url`"),
        )
    })?;
    absolute(&base)?;
    Ok(base)
}

fn absolute(url: &str) -> Result<&str, Failure> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let has_host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    let is_clean = !url.chars().any(|char| char.is_control() || char == ' ');
    if has_host && is_clean {
        return Ok(url);
    }
    Err(failure(
        "not-a-url",
        "the address of the request is no URL with http or https",
    ))
}

/// A URL of the author's may hold personal data or keys in its query.
fn without_query_values(url: &str) -> String {
    match url.split_once('?') {
        Some((path, _)) => format!("{path}?***"),
        None => url.to_owned(),
    }
}

/// The value of a hole in a path. Texts that would lead elsewhere are refused.
fn value(hole: ExprId, inputs: &Inputs<'_>) -> Result<Shown, Failure> {
    let value = match inputs.compute(hole)? {
        Value::Secret(secret) => Shown::Secret(secret),
        value => Shown::Plain(plain_text(&value)),
    };
    if matches!(value.expose(), "" | "." | "..") {
        return Err(failure(
            "path-argument",
            "an argument in the path of the request is empty or leads elsewhere",
        ));
    }
    Ok(value)
}

enum Part {
    Text(Name),
    Hole(ExprId),
}

fn parts(path: ExprId, inputs: &Inputs<'_>) -> Vec<Part> {
    let exprs = &inputs.connector.exprs;
    let part = |id: ExprId| match exprs.get(id) {
        Expr::Const(Value::Text(text)) => Part::Text(text.clone()),
        _ => Part::Hole(id),
    };
    match exprs.get(path) {
        Expr::Text(ids) => ids.iter().map(|id| part(*id)).collect(),
        _ => vec![part(path)],
    }
}

/// The values of the path's holes, if this path is such a one: `/orders/{id}/edit` and `/orders/7/edit` give `id: "7"`.
pub(crate) fn read_path(
    path: ExprId,
    inputs: &Inputs<'_>,
    found: &str,
) -> Option<Vec<(Name, String)>> {
    let mut rest = found;
    let mut holes = Vec::new();
    let parts = parts(path, inputs);
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => rest = rest.strip_prefix(&**text)?,
            Part::Hole(hole) => {
                let end = match parts.get(index + 1) {
                    Some(Part::Text(next)) => rest.find(&**next)?,
                    _ => rest.len(),
                };
                let (text, after) = rest.split_at(end);
                // A hole stands for one part of a path.
                if text.is_empty() || text.contains('/') && index > 0 {
                    return None;
                }
                rest = after;
                // A whole URL: the sandbox finds it behind its own address.
                let text = match index {
                    0 => &*format!("https:/{text}"),
                    _ => text,
                };
                if let Expr::Input(name) = inputs.connector.exprs.get(*hole) {
                    holes.push((name.clone(), percent_decoded(text)));
                }
            }
        }
    }
    rest.is_empty().then_some(holes)
}

fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            // Allowed in a path by RFC 3986; bot tokens have it.
            b':' => out.push(':'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
