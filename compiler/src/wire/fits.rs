//! Which values are of which type, and what both are called in messages.

use super::decode::Reader;
use crate::types::{EnumValue, Type, TypeTable};
use crate::value::Value;

/// Whether a single value can be written as this type.
pub(crate) fn fits(ty: &Type, value: &Value) -> bool {
    match (ty, value) {
        (Type::Null, Value::Null)
        | (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Decimal | Type::Percent, Value::Num(_) | Value::Int(_))
        | (Type::Money(_), Value::Money(_) | Value::Num(_) | Value::Int(_))
        | (Type::Text | Type::Phone | Type::Secret | Type::Bytes, Value::Text(_))
        | (Type::Text | Type::Bytes, Value::Bytes(_))
        | (Type::Date, Value::Date(_))
        | (Type::Time, Value::Time(_))
        | (Type::DateTime, Value::DateTime(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::Secret, Value::Secret(_)) => true,
        (Type::Int, Value::Num(num)) => num.to_i64().is_some(),
        (Type::Enum(known), _) => known.values.iter().any(|literal| match (literal, value) {
            (EnumValue::Text(name), Value::Text(text)) => name == text,
            (EnumValue::Int(known), Value::Int(int)) => known == int,
            (EnumValue::Bool(known), Value::Bool(bool)) => known == bool,
            _ => false,
        }),
        _ => false,
    }
}

/// What is wanted, in the words of the language.
pub(crate) fn describe(ty: &Type) -> String {
    let types = TypeTable::default();
    Reader::new(&types, "UTC", None).describe(ty)
}

/// What a value is, never what it holds.
pub(crate) fn describe_value(value: &Value) -> &'static str {
    match value {
        Value::Absent => "absent",
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Int(_) | Value::Num(_) => "a number",
        Value::Money(_) => "an amount",
        Value::Text(_) => "a text",
        Value::Date(_) => "a date",
        Value::Time(_) => "a time of day",
        Value::DateTime(_) => "a date with time",
        Value::Duration(_) => "a duration",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
        Value::Json(_) => "untyped JSON",
        Value::Bytes(_) => "bytes",
        Value::Secret(_) => "a secret",
        Value::Account(_) => "an account",
    }
}
