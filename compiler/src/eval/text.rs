//! Values as text: in an interpolation, and as the key of a gate.

use std::fmt::Write;

use jiff::SignedDuration;

use super::{Failure, failure, from_json, limits, time, to_json};
use crate::value::{Num, Value};

/// How a value reads inside a text: `Order {number}, {total}`.
///
/// Numbers have no exponent and no zeros at the end, money has at least two digits behind the point, moments keep their
/// offset, lists and objects are JSON.
///
/// # Errors
/// `null-in-text`, `secret-in-text`; `wrong-type` for bytes and accounts.
pub fn display(value: &Value) -> Result<String, Failure> {
    Ok(match value {
        Value::Absent | Value::Null => {
            return Err(Failure::new("null-in-text", "null cannot stand in a text"));
        }
        Value::Secret(_) => {
            return Err(Failure::new(
                "secret-in-text",
                "a secret cannot stand in a text",
            ));
        }
        Value::Bytes(_) => {
            return Err(Failure::new(
                "wrong-type",
                "bytes cannot stand in a text; write `hex(…)` or `base64_encode(…)`",
            ));
        }
        Value::Account(_) => return Err(Failure::wrong_kind("a value that can be text", value)),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Num(number) => number.to_string(),
        Value::Money(money) => money.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::DateTime(moment) => time::with_offset(moment),
        Value::Duration(span) => duration(*span),
        Value::List(_) | Value::Object(_) => {
            let text = to_json(value)?.to_string();
            if text.len() > limits::TEXT_BYTES_MAX {
                return Err(Failure::too_large("the text"));
            }
            text
        }
        Value::Json(json) => match &**json {
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => json.to_string(),
            scalar => return display(&from_json(scalar)?),
        },
    })
}

/// The text by which a key is remembered and compared: equal values have equal texts (1 and 1.0, the same moment in two
/// zones, objects with fields in another order), different ones of a type have different texts.
///
/// # Errors
/// `null-key` for null, also inside; `secret-in-text`; `wrong-type` for accounts.
pub fn key_text(value: &Value) -> Result<String, Failure> {
    let mut text = String::new();
    write_key(value, &mut text, false)?;
    Ok(text)
}

fn write_key(value: &Value, text: &mut String, inner: bool) -> Result<(), Failure> {
    if text.len() > limits::TEXT_BYTES_MAX {
        return Err(Failure::too_large("the key"));
    }
    match value {
        Value::Absent | Value::Null => {
            return Err(Failure::new("null-key", "null cannot be a key"));
        }
        Value::Money(money) => {
            text.push_str(&money.amount.to_string());
            if let Some(currency) = &money.currency {
                text.push(' ');
                text.push_str(currency);
            }
        }
        Value::DateTime(moment) => text.push_str(&moment.timestamp().to_string()),
        Value::Duration(span) => text.push_str(&seconds(*span)?.to_string()),
        Value::Bytes(bytes) => text.push_str(&hex(bytes)),
        Value::Json(json) => write_key(&from_json(json)?, text, inner)?,
        // Inside a list or object texts are quoted, or ["a,b"] and ["a", "b"] would be one key.
        Value::Text(word) if inner => {
            text.push_str(&serde_json::Value::from(&**word).to_string());
        }
        Value::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_key(item, text, true)?;
            }
            text.push(']');
        }
        Value::Object(object) => {
            let mut fields: Vec<_> = object
                .fields
                .iter()
                .filter(|(_, value)| !matches!(value, Value::Absent))
                .collect();
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            text.push('{');
            for (at, (name, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&serde_json::Value::from(&**name).to_string());
                text.push(':');
                write_key(value, text, true)?;
            }
            text.push('}');
        }
        Value::Account(_) => {
            return Err(Failure::new(
                "wrong-type",
                format!("{} cannot be a key", failure::kind(value)),
            ));
        }
        scalar => text.push_str(&display(scalar)?),
    }
    Ok(())
}

/// `30d`, `2m30s`, `1.5s`, as a bundle would write it; in parts from days down.
fn duration(span: SignedDuration) -> String {
    if span.is_zero() {
        return "0s".to_owned();
    }
    let mut text = String::new();
    if span.is_negative() {
        text.push('-');
    }
    let mut seconds = span.as_secs().unsigned_abs();
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] {
        let count = seconds / length;
        seconds %= length;
        if count > 0 {
            text.push_str(&count.to_string());
            text.push_str(unit);
        }
    }
    let nanos = span.subsec_nanos().unsigned_abs();
    if nanos > 0 {
        let fraction = format!("{nanos:09}");
        text.push_str(&format!("{seconds}.{}s", fraction.trim_end_matches('0')));
    } else if seconds > 0 {
        text.push_str(&format!("{seconds}s"));
    }
    text
}

/// The whole span in seconds.
pub(crate) fn seconds(span: SignedDuration) -> Result<Num, Failure> {
    let nanos = Num::parse(&span.as_nanos().to_string())?;
    Ok(nanos.div(Num::from_i64(1_000_000_000))?)
}

/// Two small letters for each byte.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
