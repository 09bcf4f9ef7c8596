//! Whether what was sent is what a test expects, and where it differs.

use ondo_compiler::eval;
use ondo_compiler::types::{Type, TypeTable};
use ondo_compiler::value::Value;
use ondo_compiler::wire;

/// A part of a call that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// `guest.phone`, `items[0].quantity`
    pub(super) path: String,
    pub(super) expected: String,
    /// None: it was not sent.
    pub(super) sent: Option<String>,
}

/// Where `sent` differs from `expected`. Objects are partial: what the test does not name may be anything.
pub(super) fn differences(path: &str, expected: &Value, sent: &Value) -> Vec<Difference> {
    let read = match (expected, sent) {
        (Value::Object(_) | Value::List(_), Value::Json(json)) => eval::from_json(json).ok(),
        _ => None,
    };
    let sent = read.as_ref().unwrap_or(sent);
    match (expected, sent) {
        (Value::Object(wanted), Value::Object(found)) => wanted
            .fields
            .iter()
            .filter(|(_, value)| *value != Value::Absent)
            .flat_map(|(name, value)| {
                differences(&format!("{path}.{name}"), value, found.get(name))
            })
            .collect(),
        (Value::List(wanted), Value::List(found)) if wanted.len() == found.len() => wanted
            .iter()
            .zip(found.iter())
            .enumerate()
            .flat_map(|(at, (wanted, found))| differences(&format!("{path}[{at}]"), wanted, found))
            .collect(),
        _ if same(expected, sent) => Vec::new(),
        (_, sent) => vec![Difference {
            path: path.to_owned(),
            expected: shown(expected),
            sent: (*sent != Value::Absent).then(|| shown(sent)),
        }],
    }
}

fn same(expected: &Value, sent: &Value) -> bool {
    match (expected, sent) {
        (expected, sent) if expected.is_null() || sent.is_null() => {
            expected.is_null() && sent.is_null()
        }
        (Value::Secret(secret), Value::Text(text)) => secret.expose() == &**text,
        (Value::Secret(secret), Value::Secret(other)) => secret.expose() == other.expose(),
        (Value::Money(wanted), Value::Money(found)) => {
            let currencies = wanted.currency.as_ref().zip(found.currency.as_ref());
            wanted.amount == found.amount && currencies.is_none_or(|(a, b)| a == b)
        }
        _ => eval::equals(expected, sent) || written(expected) == written(sent),
    }
}

/// A value as it would stand in JSON.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Secret(_) => "***".to_owned(),
        value => written(value).unwrap_or_else(|| "…".to_owned()),
    }
}

fn written(value: &Value) -> Option<String> {
    let bytes = wire::encode(&Type::Json, &TypeTable::default(), value).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(status: &str, number: i64) -> Value {
        Value::object(vec![
            ("status".into(), Value::text(status)),
            ("number".into(), Value::Int(number)),
        ])
    }

    #[test]
    fn what_is_not_named_may_be_anything() {
        let expected = Value::object(vec![("number".into(), Value::Int(7))]);
        assert_eq!(differences("order", &expected, &order("new", 7)), []);
    }

    #[test]
    fn a_difference_has_its_path() {
        let found = differences("order", &order("new", 7), &order("old", 7));
        assert_eq!(
            found,
            [Difference {
                path: "order.status".into(),
                expected: "\"new\"".into(),
                sent: Some("\"old\"".into()),
            }]
        );
    }

    #[test]
    fn lists_of_another_length_differ_as_a_whole() {
        let two = Value::list(vec![Value::Int(1), Value::Int(2)]);
        let one = Value::list(vec![Value::Int(1)]);
        assert_eq!(differences("items", &two, &one).len(), 1);
        assert_eq!(differences("items", &one, &one), []);
    }

    #[test]
    fn null_expects_that_nothing_was_sent() {
        assert_eq!(differences("comment", &Value::Null, &Value::Absent), []);
        assert_eq!(
            differences("comment", &Value::Null, &Value::text("a")).len(),
            1
        );
        assert_eq!(
            differences("comment", &Value::text("a"), &Value::Absent)[0].sent,
            None
        );
    }
}
