//! JSON to values and back, digit by digit.

use serde_json::Value as Json;

use super::{Failure, failure, time};
use crate::value::{Num, NumError, Value};

/// The value that a piece of JSON stands for: whole numbers that fit 64 bits are ints, others decimals, texts stay texts.
///
/// # Errors
/// `too-many-digits` for a number beyond 28 digits.
pub fn from_json(json: &Json) -> Result<Value, Failure> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => {
            let number = number_from_json(number)?;
            match number.to_i64() {
                Some(whole) => Value::Int(whole),
                None => Value::Num(number),
            }
        }
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => {
            Value::list(items.iter().map(from_json).collect::<Result<Vec<_>, _>>()?)
        }
        Json::Object(fields) => Value::object(
            fields
                .iter()
                .map(|(name, value)| Ok((name.as_str().into(), from_json(value)?)))
                .collect::<Result<Vec<_>, Failure>>()?,
        ),
    })
}

/// A JSON number, from its own text.
pub(crate) fn number_from_json(number: &serde_json::Number) -> Result<Num, NumError> {
    Num::parse(number.as_str())
}

/// A value as JSON in its natural form: decimals and money are numbers with exactly their digits, dates and times are
/// ISO texts, durations are seconds. Fields that are absent are left out.
///
/// # Errors
/// `secret-in-text`; `wrong-type` for bytes and accounts.
pub fn to_json(value: &Value) -> Result<Json, Failure> {
    Ok(match value {
        Value::Absent | Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(number) => Json::from(*number),
        Value::Num(number) => Json::Number(number_to_json(*number)?),
        Value::Money(money) => Json::Number(number_to_json(money.amount)?),
        Value::Text(text) => Json::from(&**text),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Time(time) => Json::from(time.to_string()),
        Value::DateTime(moment) => Json::from(time::with_offset(moment)),
        Value::Duration(span) => Json::Number(number_to_json(super::text::seconds(*span)?)?),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        Value::Object(object) => Json::Object(
            object
                .fields
                .iter()
                .filter(|(_, value)| !matches!(value, Value::Absent))
                .map(|(name, value)| Ok((name.to_string(), to_json(value)?)))
                .collect::<Result<_, Failure>>()?,
        ),
        Value::Json(json) => (**json).clone(),
        Value::Secret(_) => {
            return Err(Failure::new(
                "secret-in-text",
                "a secret cannot stand in JSON",
            ));
        }
        Value::Bytes(_) | Value::Account(_) => {
            return Err(Failure::new(
                "wrong-type",
                format!("{} cannot stand in JSON", failure::kind(value)),
            ));
        }
    })
}

/// A number with exactly its digits.
pub(crate) fn number_to_json(number: Num) -> Result<serde_json::Number, Failure> {
    // The text of a `Num` is always a JSON number; the failure is there only so that nothing panics.
    number
        .to_string()
        .parse()
        .map_err(|_| Failure::from(NumError::NotANumber))
}
