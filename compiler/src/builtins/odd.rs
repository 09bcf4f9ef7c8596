//! Every function with odd arguments of the right types: it yields a value or says why not, twice the same.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::testing::{call, int, json, list, moment, money, num, text};
use super::{ALL, Builtin, SigType};
use crate::eval::{display, limits};
use crate::types::Type;
use crate::value::{Secret, Value};

/// Values at the edges of what a parameter takes.
fn odd(ty: &SigType) -> Vec<Value> {
    match ty {
        SigType::Type(ty) => odd_of(ty),
        SigType::Var(_) => [
            odd_of(&Type::Text),
            odd_of(&Type::Decimal),
            odd_of(&Type::Date),
            odd_of(&Type::DateTime),
            vec![
                Value::Bool(true),
                money("-0.005", "RUB"),
                Value::Time("23:59:59.999999999".parse().unwrap()),
                Value::object(vec![("a".into(), text("чай")), ("b".into(), Value::Null)]),
                json("{\"a\": [1, null, \"x\"], \"b\": 1e400}"),
                list(&[int(1), text("1")]),
            ],
        ]
        .concat(),
        SigType::Num => [
            odd_of(&Type::Int),
            odd_of(&Type::Decimal),
            odd_of(&Type::Duration),
            vec![money("9999999999999999999999999999", "RUB"), money("0", "")],
        ]
        .concat(),
        SigType::Data => vec![
            text(""),
            text("чай"),
            Value::Bytes([0, 255].into()),
            Value::Secret(Secret::new("s")),
        ],
        SigType::Seq => [
            odd_of(&Type::Text),
            vec![list(&[]), list(&[int(1), Value::Null, text("чай")])],
        ]
        .concat(),
        SigType::Nullable(inner) => [vec![Value::Null, Value::Absent], odd(inner)].concat(),
        SigType::List(inner) => {
            let items = odd(inner);
            let one = items.last().cloned().unwrap_or(Value::Null);
            vec![
                list(&[]),
                Value::Null,
                list(std::slice::from_ref(&one)),
                list(&[one.clone(), one]),
                list(&items),
                json("[1, \"чай\", null, [], {}]"),
            ]
        }
        SigType::Keyed(..) => {
            let pair = |key: Value, item: Value| list(&[key, item]);
            vec![
                list(&[]),
                list(&[pair(int(1), text("чай"))]),
                list(&[
                    pair(int(2), int(0)),
                    pair(num("2.0"), int(1)),
                    pair(int(1), int(2)),
                ]),
                list(&[pair(text("a"), Value::Null), pair(Value::Null, int(1))]),
                list(&[pair(int(1), int(1)), pair(text("1"), int(1))]),
                list(&[int(1)]),
            ]
        }
        SigType::Object(_) | SigType::Map(_) => vec![Value::object(Vec::new())],
    }
}

fn odd_of(ty: &Type) -> Vec<Value> {
    match ty {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Int => [0, 1, -1, 28, i64::MAX, i64::MIN].map(int).to_vec(),
        Type::Decimal => [
            "0",
            "-0.0000000000000000000000000001",
            "9999999999999999999999999999",
            "2.5",
        ]
        .map(num)
        .to_vec(),
        Type::Text => [
            "",
            " ",
            "чай С мятой",
            "e\u{301}й\u{306}👨‍👩‍👧",
            "\u{0}\u{10ffff}İß",
            "%d.%m.%Y",
            "21.11.2026",
            "(",
            r"(\w+)",
            "+79991234567",
            "0YfQsNC5",
            "{\"a\": 1}",
            "a=1&a=2",
            "half-even",
            "Europe/Moscow",
        ]
        .map(text)
        .to_vec(),
        Type::Enum(words) => {
            let words = words.values.iter().filter_map(|value| match value {
                crate::types::EnumValue::Text(word) => Some(text(word)),
                _ => None,
            });
            words.chain([text("чай")]).collect()
        }
        Type::Money(_) => vec![money("-0.005", "RUB"), money("0", "")],
        Type::Date => ["-009999-01-01", "9999-12-31", "2024-02-29"]
            .map(|day| Value::Date(day.parse().unwrap()))
            .to_vec(),
        Type::Time => ["00:00", "23:59:59.999999999"]
            .map(|time| Value::Time(time.parse().unwrap()))
            .to_vec(),
        Type::DateTime => [
            "-009999-01-03T00:00:00Z",
            "9999-12-30T22:00:00Z",
            "2026-03-29T02:30:00+03:00",
        ]
        .map(moment)
        .to_vec(),
        Type::Duration => [i64::MIN, -1, 0, 90, i64::MAX]
            .map(|seconds| Value::Duration(jiff::SignedDuration::from_secs(seconds)))
            .to_vec(),
        Type::Bytes => vec![Value::Bytes([].into()), Value::Bytes([0xff, 0].into())],
        Type::Nullable(inner) => [vec![Value::Null], odd_of(inner)].concat(),
        Type::List(inner) => vec![list(&[]), list(&odd_of(inner))],
        _ => vec![Value::Null],
    }
}

/// Calls with every combination of odd arguments, at most so many.
const CALLS_MAX: usize = 1_500;

fn calls(builtin: &Builtin) -> Vec<Vec<Value>> {
    let mut calls: Vec<Vec<Value>> = vec![Vec::new()];
    for param in builtin.signature().params {
        let mut values = odd(&param.ty);
        if param.optional {
            values.insert(0, Value::Absent);
        }
        calls = calls
            .iter()
            .flat_map(|call| {
                values
                    .iter()
                    .map(move |value| [call.clone(), vec![value.clone()]].concat())
            })
            .collect();
        if calls.len() > CALLS_MAX {
            // Every so many, so that all values of all parameters stay among them.
            let step = calls.len() / CALLS_MAX + 1;
            calls = calls.into_iter().step_by(step | 1).collect();
        }
    }
    calls
}

#[test]
fn every_function_takes_odd_arguments() {
    for builtin in ALL {
        let name = builtin.name;
        let mut yielded = 0;
        for values in calls(builtin) {
            let result = call(builtin, &values);
            // Secrets equal nothing, so what they print like is compared.
            let again = format!("{:?}", call(builtin, &values));
            assert_eq!(format!("{result:?}"), again, "{name} of {values:?}");
            match result {
                Ok(value) => {
                    yielded += 1;
                    if let Value::Text(text) = &value {
                        assert!(text.len() <= 2 * limits::TEXT_BYTES_MAX, "{name}");
                    }
                    let _ = display(&value);
                }
                Err(failure) => {
                    let message = &failure.message;
                    assert!(
                        !message.is_empty() && !message.contains('\n'),
                        "{name}: {message}"
                    );
                    assert!(!message.ends_with('.'), "{name}: {message}");
                    // What a person wrote is told to nobody.
                    assert!(!message.contains("9991234567"), "{name}: {message}");
                }
            }
        }
        assert!(yielded > 0, "{name} never yields anything");
    }
}

#[test]
fn functions_that_are_said_not_to_fail_do_not_fail_on_texts() {
    // Texts and ints have no edges that a function without `fails` may stumble over.
    for builtin in ALL.iter().filter(|builtin| !builtin.fails) {
        let plain = builtin.signature().params.iter().all(|param| {
            matches!(
                param.ty,
                SigType::Type(Type::Text | Type::Bool | Type::Date)
            )
        });
        for values in calls(builtin).into_iter().filter(|_| plain) {
            let result = call(builtin, &values);
            assert!(result.is_ok(), "{} of {values:?}: {result:?}", builtin.name);
        }
    }
}
