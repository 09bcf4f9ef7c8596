//! Values in texts, as keys, and as JSON.

use super::*;
use crate::eval::{display, equals, from_json, key_text, to_json};
use crate::value::Secret;

#[test]
fn values_read_in_a_text() {
    let span = |text: &str| Value::Duration(text.parse().unwrap());
    for (value, expected) in [
        (Value::Bool(true), "true"),
        (int(-5), "-5"),
        (num("12.50"), "12.5"),
        (money("1290.7", "RUB"), "1290.70"),
        (text("Гость"), "Гость"),
        (Value::Date("2026-11-21".parse().unwrap()), "2026-11-21"),
        (Value::Time("09:05".parse().unwrap()), "09:05:00"),
        (
            moment("2026-11-21T10:00:00+03:00"),
            "2026-11-21T10:00:00+03:00",
        ),
        (
            moment("2026-11-21T10:00:00.25Z"),
            "2026-11-21T10:00:00.25+00:00",
        ),
        (span("150s"), "2m30s"),
        (span("720h"), "30d"),
        (span("-1.5s"), "-1.5s"),
        (span("0s"), "0s"),
        (list(&[int(1), text("a")]), "[1,\"a\"]"),
        (json("\"Анна\""), "Анна"),
        (json("12.50"), "12.5"),
    ] {
        assert_eq!(display(&value).unwrap(), expected);
    }
}

#[test]
fn null_and_secrets_never_stand_in_a_text() {
    let secret = Value::Secret(Secret::new("hunter2"));
    assert_eq!(display(&Value::Null).unwrap_err().code, "null-in-text");
    assert_eq!(display(&json("null")).unwrap_err().code, "null-in-text");
    assert_eq!(display(&secret).unwrap_err().code, "secret-in-text");
    let hidden = list(std::slice::from_ref(&secret));
    assert_eq!(display(&hidden).unwrap_err().code, "secret-in-text");
    assert_eq!(key_text(&hidden).unwrap_err().code, "secret-in-text");
    assert_eq!(to_json(&secret).unwrap_err().code, "secret-in-text");
    assert!(!format!("{secret:?}").contains("hunter2"));
}

#[test]
fn equal_values_have_equal_keys() {
    let object = |fields: &[(&str, Value)]| {
        Value::object(
            fields
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect(),
        )
    };
    for (left, right) in [
        (int(1), num("1.0")),
        (
            moment("2026-11-21T10:00:00+03:00"),
            moment("2026-11-21T07:00:00Z"),
        ),
        (
            json("{\"b\": 1.0, \"a\": 2}"),
            object(&[("a", int(2)), ("b", int(1))]),
        ),
        (
            object(&[("a", int(2)), ("c", Value::Absent)]),
            object(&[("a", int(2))]),
        ),
    ] {
        assert!(equals(&left, &right));
        assert_eq!(key_text(&left).unwrap(), key_text(&right).unwrap());
    }
}

#[test]
fn different_lists_have_different_keys() {
    let one = key_text(&list(&[text("a,b")])).unwrap();
    let two = key_text(&list(&[text("a"), text("b")])).unwrap();
    assert_ne!(one, two);
    assert_ne!(
        key_text(&money("1", "RUB")).unwrap(),
        key_text(&money("1", "KZT")).unwrap()
    );
}

#[test]
fn null_is_no_key() {
    assert_eq!(key_text(&Value::Null).unwrap_err().code, "null-key");
    assert_eq!(
        key_text(&list(&[Value::Absent])).unwrap_err().code,
        "null-key"
    );
}

#[test]
fn json_numbers_keep_every_digit() {
    let read = |text: &str| from_json(&serde_json::from_str(text).unwrap());
    assert_eq!(read("9223372036854775807"), Ok(int(i64::MAX)));
    assert_eq!(read("9223372036854775808"), Ok(num("9223372036854775808")));
    assert_eq!(
        read("0.1234567890123456789012345678"),
        Ok(num("0.1234567890123456789012345678"))
    );
    assert_eq!(read("1e2"), Ok(int(100)));
    assert_eq!(
        read("[12345678901234567890123456789012345]")
            .unwrap_err()
            .code,
        "too-many-digits"
    );
    let written = to_json(&list(&[
        num("0.1234567890123456789012345678"),
        money("12.30", "RUB"),
    ]));
    assert_eq!(
        written.unwrap().to_string(),
        "[0.1234567890123456789012345678,12.3]"
    );
}

#[test]
fn absent_fields_are_not_written() {
    let object = Value::object(vec![("a".into(), Value::Absent), ("b".into(), Value::Null)]);
    assert_eq!(to_json(&object).unwrap().to_string(), "{\"b\":null}");
}

#[test]
fn objects_are_equal_in_any_order_and_with_missing_nulls() {
    let left = json("{\"a\": 1, \"b\": null}");
    let right = Value::object(vec![("a".into(), num("1"))]);
    assert!(equals(&left, &right));
    assert!(!equals(&left, &json("{\"a\": 2}")));
}

#[test]
fn a_secret_equals_nothing_in_data_but_a_signature_can_be_checked() {
    let secret = || Value::Secret(Secret::new("hunter2"));
    assert!(!equals(&secret(), &secret()));
    assert!(!equals(&secret(), &text("hunter2")));
    let verify = |sent: &str| {
        run(|b| {
            let (sent, known) = (b.value(text(sent)), b.value(secret()));
            b.binary(Op::Eq, sent, known)
        })
    };
    assert_eq!(verify("hunter2"), Ok(Value::Bool(true)));
    assert_eq!(verify("hunter3"), Ok(Value::Bool(false)));
}

#[test]
fn in_a_definition_a_text_with_a_secret_is_a_secret() {
    let bearer = |b: &mut Build| {
        let parts = [
            b.text("Bearer "),
            b.value(Value::Secret(Secret::new("hunter2"))),
        ];
        b.add(Expr::Text(parts.to_vec()))
    };
    let Ok(Value::Secret(header)) = run_in_connector(bearer) else {
        panic!("no secret")
    };
    assert_eq!(header.expose(), "Bearer hunter2");
    assert_eq!(code(run(bearer)), "secret-in-text");
    let basic = run_in_connector(|b| {
        let text = bearer(b);
        b.builtin("base64_encode", &[text])
    });
    assert!(matches!(basic, Ok(Value::Secret(_))));
}

#[test]
fn a_bundle_cannot_join_a_secret_to_data() {
    let result = run(|b| {
        let body = b.value(Value::Bytes((*b"a").into()));
        let secret = b.value(Value::Secret(Secret::new("hunter2")));
        b.binary(Op::Add, body, secret)
    });
    assert_eq!(code(result), "secret-in-text");
}

#[test]
fn a_signature_over_a_body_and_a_salt() {
    let signature = run_in_connector(|b| {
        let body = b.value(Value::Bytes((*b"{\"a\":1}").into()));
        let salt = b.value(Value::Secret(Secret::new("salt")));
        let data = b.binary(Op::Add, body, salt);
        let hash = b.builtin("sha256", &[data]);
        b.builtin("base64_encode", &[hash])
    });
    let whole = run(|b| {
        let data = b.text("{\"a\":1}salt");
        let hash = b.builtin("sha256", &[data]);
        b.builtin("base64_encode", &[hash])
    });
    assert_eq!(signature, whole);
    let Ok(Value::Text(signature)) = signature else {
        panic!("no text")
    };
    assert_eq!(signature.len(), 44);
}
