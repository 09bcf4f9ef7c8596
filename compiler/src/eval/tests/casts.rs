//! `x as T` over JSON and values.

use super::*;
use crate::eval::cast;
use crate::types::{Currency, EnumType, EnumValue, Field, ObjectType, Type, TypeDef};

fn cast_in(program: &Program, value: &Value, ty: &Type) -> Result<Value, Failure> {
    let scope = Scope {
        exprs: &program.exprs,
        program: Some(program),
        inputs: &[],
        slots: &[],
        read_set: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        step_time: jiff::Timestamp::UNIX_EPOCH,
        zone: "Europe/Moscow",
    };
    cast(&scope, value, ty)
}

fn to(ty: &Type, text: &str) -> Result<Value, Failure> {
    cast_in(&program(Exprs::default()), &json(text), ty)
}

fn object(fields: Vec<(&str, Type)>) -> Type {
    Type::Object(Arc::new(ObjectType {
        fields: fields
            .into_iter()
            .map(|(name, ty)| Field::new(name, ty))
            .collect(),
        one_of: Vec::new(),
    }))
}

fn lead() -> Type {
    object(vec![
        ("id", Type::Int),
        ("phone", Type::Phone.nullable()),
        (
            "items",
            Type::List(Arc::new(object(vec![(
                "price",
                Type::Money(Currency::Unnamed),
            )]))),
        ),
    ])
}

#[test]
fn json_becomes_an_object_of_the_type() {
    let value = to(
        &lead(),
        r#"{"items": [{"price": 12.50}], "id": 7.0, "extra": 1}"#,
    )
    .unwrap();
    let items = list(&[Value::object(vec![("price".into(), money("12.5", ""))])]);
    assert_eq!(
        value,
        Value::object(vec![("id".into(), int(7)), ("items".into(), items)])
    );
}

#[test]
fn an_absent_list_is_empty_and_an_absent_field_stays_absent() {
    let value = to(&lead(), r#"{"id": 7}"#).unwrap();
    assert_eq!(
        value,
        Value::object(vec![("id".into(), int(7)), ("items".into(), list(&[]))])
    );
    let sent = to(&lead(), r#"{"id": 7, "phone": null}"#).unwrap();
    assert!(matches!(sent, Value::Object(object) if *object.get("phone") == Value::Null));
}

#[test]
fn the_failure_names_the_path_and_not_the_value() {
    let failure = to(
        &lead(),
        r#"{"id": 1, "items": [{"price": 1}, {"price": "дорого"}]}"#,
    )
    .unwrap_err();
    assert_eq!(failure.code, "cast");
    assert_eq!(
        failure.message,
        "at `items[1].price`: found a string, wanted money"
    );
    let failure = to(&lead(), r#"{"items": []}"#).unwrap_err();
    assert_eq!(failure.message, "at `id`: found null, wanted an int");
    assert_eq!(
        to(&Type::Int, "2.5").unwrap_err().message,
        "found a decimal, wanted an int"
    );
    let failure = to(&lead(), r#"{"id": 1, "phone": "8 800 555"}"#).unwrap_err();
    assert_eq!(
        failure.message,
        "at `phone`: found a string, wanted a phone like +79990000000"
    );
}

#[test]
fn scalars_are_read_strictly() {
    assert_eq!(to(&Type::Decimal, "1.10"), Ok(num("1.1")));
    assert_eq!(code(to(&Type::Decimal, "\"1.10\"")), "cast");
    assert_eq!(code(to(&Type::Bool, "1")), "cast");
    assert_eq!(
        to(&Type::Phone, "\"+79991234567\""),
        Ok(text("+79991234567"))
    );
    let date = to(&Type::Date, "\"2026-11-21\"");
    assert_eq!(date, Ok(Value::Date("2026-11-21".parse().unwrap())));
    assert_eq!(code(to(&Type::Date, "\"21.11.2026\"")), "cast");
    assert_eq!(
        to(&Type::DateTime, "\"2026-11-21 10:00:00\""),
        Ok(moment("2026-11-21T10:00:00+03:00"))
    );
    assert_eq!(code(to(&Type::Text, "null")), "cast");
}

#[test]
fn too_many_digits_matter_only_where_they_are_read() {
    let long = "12345678901234567890123456789012345";
    assert!(to(&lead(), &format!(r#"{{"id": 7, "extra": {long}}}"#)).is_ok());
    let failure = to(&lead(), &format!(r#"{{"id": {long}}}"#)).unwrap_err();
    assert_eq!(
        failure.message,
        "at `id`: the number has more than 28 digits"
    );
}

#[test]
fn an_enum_has_only_its_members() {
    let site = Type::Enum(Arc::new(EnumType {
        name: None,
        values: vec![EnumValue::Text("msk".into()), EnumValue::Int(1)],
    }));
    assert_eq!(to(&site, "\"msk\""), Ok(text("msk")));
    assert_eq!(to(&site, "1"), Ok(int(1)));
    assert_eq!(
        to(&site, "\"tver\"").unwrap_err().message,
        "found a string, wanted \"msk\" or 1"
    );
}

#[test]
fn a_union_takes_the_first_that_fits() {
    let ids = Type::Union([Type::Int, object(vec![("id", Type::Int)])].into());
    assert_eq!(to(&ids, "5"), Ok(int(5)));
    assert_eq!(
        to(&ids, "{\"id\": 5}"),
        Ok(Value::object(vec![("id".into(), int(5))]))
    );
    assert_eq!(code(to(&ids, "true")), "cast");
}

#[test]
fn maps_keep_their_names() {
    let map = Type::Map(Arc::new(Type::Int));
    let value = to(&map, "{\"Москва\": 1}");
    assert_eq!(value, Ok(Value::object(vec![("Москва".into(), int(1))])));
    assert_eq!(
        to(&map, "{\"a\": \"b\"}").unwrap_err().message,
        "at `a`: found a string, wanted an int"
    );
}

#[test]
fn money_takes_the_currency_of_its_sibling() {
    let order = object(vec![
        ("currency", Type::Text.nullable()),
        ("total", Type::Money(Currency::Field("currency".into()))),
    ]);
    let value = to(&order, r#"{"total": 5, "currency": "KZT"}"#).unwrap();
    assert!(matches!(value, Value::Object(object) if *object.get("total") == money("5", "KZT")));
}

#[test]
fn declared_types_are_found_by_name_and_may_contain_themselves() {
    let mut program = program(Exprs::default());
    let category = object(vec![
        ("name", Type::Text),
        ("parent", Type::Named("Category".into()).nullable()),
    ]);
    let place = Place {
        file: FileId(0),
        span: Span::default(),
    };
    program.types.types.insert(
        "Category".into(),
        TypeDef {
            ty: category,
            caption: None,
            place,
        },
    );
    let ty = Type::Named("Category".into());
    let good = json(r#"{"name": "Чай", "parent": {"name": "Напитки"}}"#);
    assert!(cast_in(&program, &good, &ty).is_ok());
    let bad = json(r#"{"name": "Чай", "parent": {"parent": null}}"#);
    assert_eq!(
        cast_in(&program, &bad, &ty).unwrap_err().message,
        "at `parent.name`: found null, wanted a string"
    );
}

#[test]
fn typed_values_pass_unchanged() {
    let program = program(Exprs::default());
    let order = Value::object(vec![("id".into(), int(7)), ("items".into(), list(&[]))]);
    assert_eq!(cast_in(&program, &order, &lead()), Ok(order));
    assert_eq!(
        cast_in(&program, &moment("2026-11-21T10:00:00Z"), &Type::DateTime),
        Ok(moment("2026-11-21T10:00:00Z"))
    );
}
