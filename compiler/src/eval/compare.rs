//! Equality and order of values.
//!
//! Numbers are compared by value (1 and 1.0 are equal), moments by instant, money of one currency by amount. JSON is
//! compared as the value it stands for. Null equals null and absent, and has no order.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Failure, failure, from_json};
use crate::value::{Num, Object, Value};

/// `a == b`. Never fails: what cannot be compared is different.
pub fn equals(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null | Value::Absent, Value::Null | Value::Absent) => true,
        (Value::Int(left), Value::Num(right)) | (Value::Num(right), Value::Int(left)) => {
            Num::from_i64(*left) == *right
        }
        (Value::Money(left), Value::Money(right)) => left.compare(right).is_ok_and(Ordering::is_eq),
        // `sum` of no money is 0.
        (Value::Money(money), Value::Int(0)) | (Value::Int(0), Value::Money(money)) => {
            money.amount.is_zero()
        }
        (Value::DateTime(left), Value::DateTime(right)) => left.timestamp() == right.timestamp(),
        (Value::List(left), Value::List(right)) => {
            Arc::ptr_eq(left, right)
                || left.len() == right.len()
                    && left
                        .iter()
                        .zip(&**right)
                        .all(|(left, right)| equals(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            Arc::ptr_eq(left, right) || within(left, right) && within(right, left)
        }
        (Value::Json(left), Value::Json(right)) if left == right => true,
        (Value::Json(json), other) | (other, Value::Json(json)) => {
            // Conversion leaves no JSON behind, so this goes one level deep.
            from_json(json).is_ok_and(|json| equals(&json, other))
        }
        (Value::Secret(_), _) | (_, Value::Secret(_)) => false,
        (left, right) => left == right,
    }
}

/// Every field of the one is in the other, with an equal value. A field that is not there equals null.
fn within(left: &Object, right: &Object) -> bool {
    left.fields
        .iter()
        .all(|(name, value)| equals(value, right.get(name)))
}

/// Which of two values comes first: numbers, money, texts (by characters), dates, times, moments, durations.
///
/// # Errors
/// `currency-mismatch`, `null-value`, `wrong-type` for what has no order.
pub fn compare(left: &Value, right: &Value) -> Result<Ordering, Failure> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Ok(left.cmp(right)),
        (Value::Num(left), Value::Num(right)) => Ok(left.cmp(right)),
        (Value::Int(left), Value::Num(right)) => Ok(Num::from_i64(*left).cmp(right)),
        (Value::Num(left), Value::Int(right)) => Ok(left.cmp(&Num::from_i64(*right))),
        (Value::Money(left), Value::Money(right)) => Ok(left.compare(right)?),
        (Value::Money(money), Value::Int(0)) => Ok(money.amount.cmp(&Num::ZERO)),
        (Value::Int(0), Value::Money(money)) => Ok(Num::ZERO.cmp(&money.amount)),
        (Value::Text(left), Value::Text(right)) => Ok(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Ok(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Ok(left.cmp(right)),
        (Value::DateTime(left), Value::DateTime(right)) => {
            Ok(left.timestamp().cmp(&right.timestamp()))
        }
        (Value::Duration(left), Value::Duration(right)) => Ok(left.cmp(right)),
        (left, right) => {
            if let Some(null) = [left, right].into_iter().find(|side| side.is_null()) {
                return Err(Failure::wrong_kind("a value to compare", null));
            }
            Err(Failure::new(
                "wrong-type",
                format!(
                    "{} and {} have no order",
                    failure::kind(left),
                    failure::kind(right)
                ),
            ))
        }
    }
}

/// Equal bytes, in a time that does not tell where they differ: signatures and tokens are compared so.
pub(super) fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0, |differences, (left, right)| differences | (left ^ right))
            == 0
}
