//! Values: what expressions yield and events are made of.

mod money;
mod num;
mod secret;

use std::sync::Arc;

pub use money::{Money, MoneyError};
pub use num::{Num, NumError, Rounding};
pub use secret::Secret;

use crate::ir::AccountId;
use crate::types::Name;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A field that was not there, or `omit`. Behaves as null everywhere but in `present(x)`.
    Absent,
    /// Null.
    Null,
    /// A bool.
    Bool(bool),
    /// 64 bits.
    Int(i64),
    /// Exact; also a percent (`5%` is 0.05).
    Num(Num),
    /// An amount of a currency.
    Money(Money),
    /// A text; also a phone and an enum's text.
    Text(Name),
    /// A day.
    Date(jiff::civil::Date),
    /// A time of day.
    Time(jiff::civil::Time),
    /// A moment with its zone or offset. Two are equal when the moments are.
    DateTime(jiff::Zoned),
    /// A span of time.
    Duration(jiff::SignedDuration),
    /// A list.
    List(Arc<[Value]>),
    /// An object.
    Object(Arc<Object>),
    /// Something that has no type yet. The only home of `serde_json::Value`, besides JSONPath.
    Json(Arc<serde_json::Value>),
    /// A raw body.
    Bytes(Arc<[u8]>),
    /// Never printed, compared or put into a text; only the encoder of a request reads it.
    Secret(Secret),
    /// An account of the program.
    Account(AccountId),
}

/// Fields in order. Names are unique.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object {
    /// Name and value.
    pub fields: Vec<(Name, Value)>,
}

impl Object {
    /// The field's value; `Absent` without it.
    pub fn get(&self, name: &str) -> &Value {
        self.fields
            .iter()
            .find(|(field, _)| &**field == name)
            .map_or(&Value::Absent, |(_, value)| value)
    }

    /// Sets a field, keeping its place if it is there.
    pub fn set(&mut self, name: Name, value: Value) {
        match self.fields.iter_mut().find(|(field, _)| *field == name) {
            Some((_, slot)) => *slot = value,
            None => self.fields.push((name, value)),
        }
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Name>) -> Value {
        Value::Text(text.into())
    }

    /// A list.
    pub fn list(values: Vec<Value>) -> Value {
        Value::List(values.into())
    }

    /// An object.
    pub fn object(fields: Vec<(Name, Value)>) -> Value {
        Value::Object(Arc::new(Object { fields }))
    }

    /// Null or absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null | Value::Absent)
    }
}
