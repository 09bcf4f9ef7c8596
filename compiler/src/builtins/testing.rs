//! Calling built-in functions in their tests.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use super::Builtin;
use crate::eval::{Args, Failure, Scope};
use crate::ir::Exprs;
use crate::value::{Money, Num, Value};

pub(crate) fn text(text: &str) -> Value {
    Value::text(text)
}

pub(crate) fn int(number: i64) -> Value {
    Value::Int(number)
}

pub(crate) fn num(text: &str) -> Value {
    Value::Num(Num::parse(text).unwrap())
}

/// Money; no currency for an empty text.
pub(crate) fn money(text: &str, currency: &str) -> Value {
    let currency = (!currency.is_empty()).then(|| currency.into());
    Value::Money(Money::new(Num::parse(text).unwrap(), currency))
}

pub(crate) fn list(items: &[Value]) -> Value {
    Value::list(items.to_vec())
}

pub(crate) fn json(text: &str) -> Value {
    Value::Json(Arc::new(serde_json::from_str(text).unwrap()))
}

/// A moment in the zone of Moscow.
pub(crate) fn moment(text: &str) -> Value {
    Value::DateTime(crate::eval::time::parse_datetime(text, "Europe/Moscow").unwrap())
}

/// What the function yields. Trailing arguments may be left out.
pub(crate) fn yields(builtin: &Builtin, values: &[Value]) -> Value {
    call(builtin, values).unwrap()
}

/// The code of the function's failure.
pub(crate) fn fails(builtin: &Builtin, values: &[Value]) -> &'static str {
    call(builtin, values).unwrap_err().code
}

/// What the function yields, or why not.
pub(crate) fn call(builtin: &Builtin, values: &[Value]) -> Result<Value, Failure> {
    let exprs = Exprs::default();
    let moment = jiff::Timestamp::UNIX_EPOCH;
    let scope = Scope {
        exprs: &exprs,
        program: None,
        inputs: &[],
        slots: &[],
        read_set: None,
        now: moment,
        step_time: moment,
        zone: "Europe/Moscow",
    };
    (builtin.call)(&mut Args {
        scope: &scope,
        values: values.to_vec(),
    })
}
