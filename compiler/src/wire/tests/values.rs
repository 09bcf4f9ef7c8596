//! Values and their wire forms, without a connector.

use std::sync::Arc;

use super::*;
use crate::ir::{ReadPath, ReadSet};
use crate::types::{Codec, Currency, EnumType, EnumValue, Field, ObjectType, Type, TypeTable};

fn field(name: &str, ty: Type, codecs: &[Codec]) -> Field {
    Field {
        codecs: codecs.to_vec(),
        ..Field::new(name, ty)
    }
}

fn object_of(fields: Vec<Field>) -> Type {
    Type::Object(Arc::new(ObjectType {
        fields,
        one_of: Vec::new(),
    }))
}

fn list_of(ty: Type) -> Type {
    Type::List(Arc::new(ty))
}

fn moment(text: &str) -> Value {
    Value::DateTime(text.parse().unwrap())
}

/// Reads `{"x": JSON}` with `x` of this type, and writes it again.
fn read(ty: &Type, codecs: &[Codec], json: &str) -> Result<Value, String> {
    let whole = object_of(vec![field("x", ty.clone(), codecs)]);
    let text = format!("{{\"x\":{json}}}");
    let read = decode_value(
        &whole,
        text.as_bytes(),
        &TypeTable::default(),
        "Europe/Moscow",
        None,
    );
    match read {
        Ok(Value::Object(object)) => Ok(object.get("x").clone()),
        Ok(other) => panic!("{other:?}"),
        Err(failure) => Err(failure.message),
    }
}

fn write(ty: &Type, codecs: &[Codec], value: Value) -> Result<String, &'static str> {
    let whole = object_of(vec![field("x", ty.clone(), codecs)]);
    let written = encode(&whole, &TypeTable::default(), &object(&[("x", value)]));
    let text = written.map(|bytes| String::from_utf8(bytes).unwrap());
    text.map(|text| text[5..text.len() - 1].to_owned())
        .map_err(|failure| failure.code)
}

fn sex() -> Type {
    Type::Enum(Arc::new(EnumType {
        name: None,
        values: vec![
            EnumValue::Text("none".into()),
            EnumValue::Text("male".into()),
        ],
    }))
}

#[test]
fn every_codec_reads_what_it_writes() {
    let words = Codec::Words(vec![(0, "none".into()), (1, "male".into())]);
    let pattern = |text: &str| Codec::Pattern(text.into());
    let amounts = list_of(Type::Money(Currency::Unnamed));
    for (ty, codecs, json, value) in [
        (Type::Int, vec![Codec::Text], r#""42""#, Value::Int(42)),
        (
            Type::Bool,
            vec![Codec::Text],
            r#""true""#,
            Value::Bool(true),
        ),
        (Type::Decimal, vec![], "0.1", num("0.1")),
        (Type::Percent, vec![], "0.05", num("0.05")),
        (
            Type::Money(Currency::Unnamed),
            vec![Codec::Hundredths],
            "1290",
            money("12.90", None),
        ),
        (
            Type::Money(Currency::Named("RUB".into())),
            vec![Codec::Scale(2)],
            "12.90",
            money("12.9", Some("RUB")),
        ),
        (
            Type::Money(Currency::Unnamed),
            vec![Codec::Text, Codec::Scale(2)],
            r#""5.00""#,
            money("5", None),
        ),
        (
            amounts,
            vec![Codec::Hundredths],
            "[1,250]",
            Value::list(vec![money("0.01", None), money("2.5", None)]),
        ),
        (
            Type::Int,
            vec![Codec::Padded(7)],
            r#""0000123""#,
            Value::Int(123),
        ),
        (
            Type::Text,
            vec![Codec::Padded(7)],
            "123",
            Value::text("0000123"),
        ),
        (
            Type::Date,
            vec![],
            r#""2026-11-21""#,
            Value::Date(jiff::civil::date(2026, 11, 21)),
        ),
        (
            Type::Date,
            vec![pattern("%d.%m.%Y")],
            r#""21.11.2026""#,
            Value::Date(jiff::civil::date(2026, 11, 21)),
        ),
        (
            Type::Time,
            vec![pattern("%H:%M")],
            r#""09:05""#,
            Value::Time(jiff::civil::time(9, 5, 0, 0)),
        ),
        (
            Type::DateTime,
            vec![],
            r#""2026-11-21T10:00:00+03:00""#,
            moment("2026-11-21T10:00:00+03:00[+03:00]"),
        ),
        (
            Type::DateTime,
            vec![pattern("%Y-%m-%d %H:%M:%S")],
            r#""2026-11-21 10:00:00""#,
            moment("2026-11-21T10:00:00+03:00[Europe/Moscow]"),
        ),
        (
            Type::DateTime,
            vec![pattern("%Y-%m-%dT%H:%M:%S%z")],
            r#""2026-11-21T10:00:00+0300""#,
            moment("2026-11-21T10:00:00+03:00[+03:00]"),
        ),
        (
            Type::DateTime,
            vec![Codec::EpochMs],
            "1700000000000",
            moment("2023-11-14T22:13:20Z[UTC]"),
        ),
        (
            Type::DateTime,
            vec![Codec::EpochS],
            "1700000000",
            moment("2023-11-14T22:13:20Z[UTC]"),
        ),
        (
            Type::Duration,
            vec![],
            r#""PT5M""#,
            Value::Duration(jiff::SignedDuration::from_mins(5)),
        ),
        (sex(), vec![words], "1", Value::text("male")),
        (
            list_of(Type::Int),
            vec![Codec::JsonText],
            r#""[1,2]""#,
            Value::list(vec![Value::Int(1), Value::Int(2)]),
        ),
        (
            Type::Map(Arc::new(Type::Int)),
            vec![Codec::EmptyList],
            "[]",
            object(&[]),
        ),
        (
            Type::Map(Arc::new(Type::Int)),
            vec![Codec::EmptyList],
            r#"{"a":1}"#,
            object(&[("a", Value::Int(1))]),
        ),
    ] {
        assert_eq!(read(&ty, &codecs, json), Ok(value.clone()), "{json}");
        assert_eq!(write(&ty, &codecs, value), Ok(json.to_owned()), "{json}");
    }
}

#[test]
fn an_absent_map_is_an_empty_one() {
    let map = Type::Map(Arc::new(Type::Int));
    assert_eq!(read(&map, &[], "null"), Ok(object(&[])));
    assert_eq!(read(&map, &[Codec::EmptyList], "null"), Ok(object(&[])));
}

#[test]
fn other_spellings_are_read_too() {
    let words = Codec::Words(vec![(1, "male".into())]);
    for (ty, codecs, json, value) in [
        (Type::Int, vec![], r#""42""#, Value::Int(42)),
        (Type::Int, vec![], "4.2e1", Value::Int(42)),
        (Type::Decimal, vec![], "1290.70", num("1290.7")),
        (Type::Int, vec![Codec::Text], "42", Value::Int(42)),
        (Type::Text, vec![Codec::Text], "42", Value::text("42")),
        (sex(), vec![words], r#""male""#, Value::text("male")),
        (
            Type::Text,
            vec![Codec::Padded(7)],
            r#""0000123""#,
            Value::text("0000123"),
        ),
        (
            list_of(Type::Int),
            vec![Codec::Keyed],
            r#"{"7":1,"9":2}"#,
            Value::list(vec![Value::Int(1), Value::Int(2)]),
        ),
        (
            list_of(Type::Int),
            vec![Codec::Keyed],
            "[1]",
            Value::list(vec![Value::Int(1)]),
        ),
        (
            list_of(Type::Int),
            vec![Codec::JsonText],
            "[1]",
            Value::list(vec![Value::Int(1)]),
        ),
        (list_of(Type::Int), vec![], "null", Value::list(Vec::new())),
        (Type::Int.nullable(), vec![], "null", Value::Null),
        (Type::Int.nullable(), vec![], r#""""#, Value::Null),
        (Type::Text.nullable(), vec![], r#""""#, Value::text("")),
        (
            Type::DateTime,
            vec![],
            r#""2026-11-21 10:00:00""#,
            moment("2026-11-21T10:00:00+03:00[Europe/Moscow]"),
        ),
        (
            Type::DateTime,
            vec![],
            r#""2026-11-21T07:00:00Z""#,
            moment("2026-11-21T10:00:00+03:00[Europe/Moscow]"),
        ),
        (
            Type::Union([Type::Int, Type::Text].into()),
            vec![],
            r#""a""#,
            Value::text("a"),
        ),
    ] {
        assert_eq!(read(&ty, &codecs, json), Ok(value), "{json}");
    }
}

#[test]
fn what_does_not_fit_is_named_with_its_place_and_without_its_content() {
    for (ty, json, message) in [
        (
            Type::Int,
            "1.5",
            "`x` is a number that is not whole or too large, wanted a whole number",
        ),
        (
            Type::Int,
            "9223372036854775808",
            "`x` is a number that is not whole or too large, wanted a whole number",
        ),
        (
            Type::Int,
            r#""ab""#,
            "`x` is text that is not one, wanted a whole number",
        ),
        (Type::Int, "null", "`x` is null, wanted a whole number"),
        (Type::Text, "5", "`x` is a number, wanted text"),
        (
            Type::Decimal,
            "0.12345678901234567890123456789",
            "`x` is a number of more than 28 digits, wanted a number",
        ),
        (
            Type::Date,
            r#""21.11.2026""#,
            "`x` is text that is not one, wanted a date",
        ),
        (
            sex(),
            r#""Иван""#,
            "`x` is text that is not among the known values, wanted one of \"none\", \"male\"",
        ),
        (
            list_of(Type::Int),
            "[1,true]",
            "`x[1]` is true or false, wanted a whole number",
        ),
        (
            Type::Map(Arc::new(Type::Int)),
            r#"{"a":[]}"#,
            "`x.a` is a list, wanted a whole number",
        ),
    ] {
        assert_eq!(read(&ty, &[], json), Err(message.to_owned()));
    }
}

#[test]
fn digits_that_would_be_lost_are_not_written() {
    let amount = Type::Money(Currency::Unnamed);
    assert_eq!(
        write(&amount, &[Codec::Hundredths], money("12.905", None)),
        Err("inexact")
    );
    assert_eq!(
        write(&amount, &[Codec::Scale(2)], money("12.905", None)),
        Err("inexact")
    );
    assert_eq!(
        write(&Type::Int, &[Codec::Padded(2)], Value::Int(123)),
        Err("inexact")
    );
    assert_eq!(
        write(
            &Type::Money(Currency::Named("RUB".into())),
            &[],
            money("1", Some("USD"))
        ),
        Err("currency-mismatch")
    );
    assert_eq!(write(&Type::Text, &[], secret("x")), Err("wrong-value"));
    assert_eq!(write(&Type::Json, &[], secret("x")), Err("secret"));
    assert_eq!(
        write(&sex(), &[], Value::text("female")),
        Err("wrong-value")
    );
}

#[test]
fn untyped_json_keeps_every_digit() {
    let json = r#"{"b":1.10,"a":[12345678901234567890.123456789012,null,true,"я\n"]}"#;
    let value = decode_value(
        &Type::Json,
        json.as_bytes(),
        &TypeTable::default(),
        "UTC",
        None,
    )
    .unwrap();
    assert_eq!(
        text(&encode(&Type::Json, &TypeTable::default(), &value).unwrap()),
        json
    );
    let mixed = object(&[
        ("sum", money("12.30", None)),
        ("none", Value::Absent),
        ("at", Value::Null),
    ]);
    assert_eq!(
        text(&encode(&Type::Json, &TypeTable::default(), &mixed).unwrap()),
        r#"{"sum":12.3,"at":null}"#
    );
}

#[test]
fn a_currency_stands_beside_its_amount() {
    let order = object_of(vec![
        Field::new("sum", Type::Money(Currency::Field("currency".into()))),
        Field::new("currency", Type::Text.nullable()),
    ]);
    let types = TypeTable::default();
    let read = |json: &str| {
        let value =
            decode_value(&order, json.as_bytes(), &types, "UTC", Some(&"RUB".into())).unwrap();
        match value {
            Value::Object(object) => object.get("sum").clone(),
            other => other,
        }
    };
    assert_eq!(
        read(r#"{"sum":1,"currency":"KZT"}"#),
        money("1", Some("KZT"))
    );
    assert_eq!(
        read(r#"{"sum":1,"currency":null}"#),
        money("1", Some("RUB"))
    );
    let mixed = object(&[
        ("sum", money("1", Some("RUB"))),
        ("currency", Value::text("KZT")),
    ]);
    assert_eq!(
        encode(&order, &types, &mixed).unwrap_err().code,
        "currency-mismatch"
    );
}

fn slot(path: &[&str], ty: Type) -> ReadPath {
    ReadPath {
        path: path.iter().map(|name| (*name).into()).collect(),
        ty,
        codecs: Vec::new(),
        aliases: Vec::new(),
    }
}

#[test]
fn slots_are_read_and_nothing_else_is_looked_at() {
    let mut earned = slot(&["earned"], Type::Int);
    earned.aliases.push("еarned".into());
    let read_set = ReadSet {
        paths: vec![
            slot(&["order", "id"], Type::Int),
            slot(&["order", "customer", "name"], Type::Text.nullable()),
            slot(&["order", "note"], Type::Text.nullable()),
            slot(&["order", "gone"], Type::Text.nullable()),
            slot(&["order", "tags"], list_of(Type::Text)),
            slot(&["sum"], Type::Money(Currency::Field("code".into()))),
            slot(&["custom", "utm"], Type::Text.nullable()),
            earned,
        ],
    };
    let json = r#"{"order":{"id":5,"customer":null,"note":null,"unread":{"a":[1]}},"sum":"12.50","code":"RUB","custom":[],"еarned":3}"#;
    let slots = decode(
        json.as_bytes(),
        &read_set,
        &TypeTable::default(),
        "UTC",
        None,
    )
    .unwrap();
    assert_eq!(
        slots,
        [
            Value::Int(5),
            Value::Absent,
            Value::Null,
            Value::Absent,
            Value::list(Vec::new()),
            money("12.5", Some("RUB")),
            Value::Absent,
            Value::Int(3),
        ]
    );
}

#[test]
fn only_what_is_read_can_have_the_wrong_shape() {
    let types = TypeTable::default();
    let read = |path: &[&str], ty: Type, json: &str| {
        let read_set = ReadSet {
            paths: vec![slot(path, ty)],
        };
        decode(json.as_bytes(), &read_set, &types, "UTC", None)
            .map_err(|failure| (failure.code, failure.message))
    };
    let json = r#"{"order":{"id":"x","number":"7"},"list":[1]}"#;
    assert_eq!(
        read(&["order", "number"], Type::Text, json),
        Ok(vec![Value::text("7")])
    );
    let failed = |message: &str| Err(("event-shape", message.to_owned()));
    assert_eq!(
        read(&["order", "id"], Type::Int, json),
        failed("`order.id` is text that is not one, wanted a whole number")
    );
    assert_eq!(
        read(&["order", "gone"], Type::Int, json),
        failed("`order.gone` is absent, wanted a whole number")
    );
    assert_eq!(
        read(&["list", "id"], Type::Int, json),
        failed("`list` is a list, wanted an object")
    );
    assert_eq!(
        read(&["order"], Type::Int, "{"),
        failed("not JSON: no name in quotes at byte 1")
    );
    let whole = read(&[], Type::Json, "[1]");
    assert!(matches!(whole.unwrap().as_slice(), [Value::Json(_)]));
}

#[test]
fn unknown_fields_of_an_event_are_left_aside_and_of_a_request_refused() {
    let types = TypeTable::default();
    let ty = object_of(vec![Field::new("a", Type::Int)]);
    let read = decode_value(&ty, br#"{"a":1,"b":2}"#, &types, "UTC", None).unwrap();
    assert_eq!(read, object(&[("a", Value::Int(1))]));
    let more = object(&[("a", Value::Int(1)), ("b", Value::Int(2))]);
    assert_eq!(
        encode(&ty, &types, &more).unwrap_err().message,
        "`b` is no field that the connector knows"
    );
}

#[test]
fn a_moment_in_utc_is_written_with_z_and_read_without_it() {
    let utc = [Codec::Pattern("[UTC]".into())];
    for text in [
        "\"2026-11-21T10:00:00+03:00\"",
        "\"2026-11-21T07:00:00Z\"",
        "\"2026-11-21T07:00:00\"",
    ] {
        let moment = read(&Type::DateTime, &utc, text).unwrap();
        let written = write(&Type::DateTime, &utc, moment).unwrap();
        assert_eq!(written, "\"2026-11-21T07:00:00Z\"", "{text}");
    }
}
