//! Making failures, and the words for kinds of values. Messages never hold a value: it may be personal.

use super::Failure;
use crate::ir::Conversion;
use crate::types::{EnumValue, Type};
use crate::value::{MoneyError, NumError, Value};

impl Failure {
    /// A failure whose place is filled in by the expression that it passes.
    pub fn new(code: &'static str, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            place: None,
        }
    }

    /// `catch` does not stop an expression that has used up its budget: what follows would only use more.
    pub(super) fn is_final(&self) -> bool {
        self.code == "too-much-work"
    }

    /// A value of a kind that cannot stand here. The checker lets none through, other than in data without a type.
    pub(crate) fn wrong_kind(wanted: &str, found: &Value) -> Failure {
        if found.is_null() {
            return Failure::new("null-value", format!("found null, wanted {wanted}"));
        }
        Failure::new(
            "wrong-type",
            format!("found {}, wanted {wanted}", kind(found)),
        )
    }

    pub(crate) fn too_much_work() -> Failure {
        Failure::new("too-much-work", "the expression does too much work")
    }

    pub(crate) fn too_large(what: &str) -> Failure {
        Failure::new("too-large", format!("{what} would be too large"))
    }
}

impl From<NumError> for Failure {
    fn from(error: NumError) -> Self {
        match error {
            NumError::NotANumber => Failure::new("not-a-number", "the text is no number"),
            NumError::TooManyDigits => {
                Failure::new("too-many-digits", "the number has more than 28 digits")
            }
            NumError::Inexact => Failure::new(
                "inexact",
                "the exact result has more than 28 digits; write `round(…, 2)` around it",
            ),
            NumError::DivisionByZero => Failure::new("division-by-zero", "division by zero"),
        }
    }
}

impl From<MoneyError> for Failure {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::Num(error) => error.into(),
            mismatch => Failure::new("currency-mismatch", mismatch.to_string()),
        }
    }
}

/// What a value is, with its article.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Absent | Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Int(_) => "an int",
        Value::Num(_) => "a decimal",
        Value::Money(_) => "money",
        Value::Text(_) => "a string",
        Value::Date(_) => "a date",
        Value::Time(_) => "a time",
        Value::DateTime(_) => "a datetime",
        Value::Duration(_) => "a duration",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
        Value::Json(json) => json_kind(json),
        Value::Bytes(_) => "bytes",
        Value::Secret(_) => "a secret",
        Value::Account(_) => "an account",
    }
}

/// What a piece of JSON is, with its article.
pub(crate) fn json_kind(json: &serde_json::Value) -> &'static str {
    match json {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "a bool",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "a list",
        serde_json::Value::Object(_) => "an object",
    }
}

/// What a type is, with its article.
pub(crate) fn type_kind(ty: &Type) -> String {
    let word = match ty {
        Type::Unknown | Type::Json => "anything",
        Type::Never => "nothing",
        Type::Null => "null",
        Type::Bool => "a bool",
        Type::Int => "an int",
        Type::Decimal => "a decimal",
        Type::Percent => "a percent",
        Type::Money(_) => "money",
        Type::Text => "a string",
        Type::Phone => "a phone like +79990000000",
        Type::Date => "a date like 2026-11-21",
        Type::Time => "a time like 10:00:00",
        Type::DateTime => "a datetime like 2026-11-21T10:00:00+03:00",
        Type::Duration => "a duration",
        Type::Bytes => "bytes",
        Type::Secret => "a secret",
        Type::Nullable(inner) => return type_kind(inner),
        Type::List(_) => "a list",
        Type::Map(_) | Type::Object(_) => "an object",
        Type::Named(name) => return format!("`{name}`"),
        Type::Union(types) => {
            let kinds: Vec<_> = types.iter().map(type_kind).collect();
            return kinds.join(" or ");
        }
        Type::Account(connector) => return format!("an account of {connector}"),
        Type::Enum(of) => {
            if let Some(name) = &of.name {
                return format!("one of `{name}`");
            }
            let values: Vec<_> = of
                .values
                .iter()
                .map(|value| match value {
                    EnumValue::Text(text) => format!("\"{text}\""),
                    EnumValue::Int(number) => number.to_string(),
                    EnumValue::Bool(value) => value.to_string(),
                })
                .collect();
            return values.join(" or ");
        }
    };
    word.to_owned()
}

/// What a conversion takes.
pub(crate) fn conversion_takes(to: &Conversion) -> &'static str {
    match to {
        Conversion::Decimal => "a number",
        Conversion::Money(_) => "a number or money",
    }
}
