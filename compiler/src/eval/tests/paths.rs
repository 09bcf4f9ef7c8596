//! JSONPath.

use super::*;
use crate::eval::select;
use crate::ir::Take;

fn found(take: Take, path: &str) -> Result<Value, Failure> {
    let document = json(
        r#"{"items": [{"name": "Чай", "price": 1.50}, {"name": "Кофе"}, {"name": "Чай", "note": null}]}"#,
    );
    select(&document, take, path)
}

fn texts(value: Value) -> String {
    crate::eval::display(&value).unwrap()
}

#[test]
fn the_first_match_or_null() {
    assert_eq!(
        texts(found(Take::First, "$.items[?@.name == 'Чай'].price").unwrap()),
        "1.5"
    );
    assert_eq!(found(Take::First, "$.items[9].name"), Ok(Value::Null));
    assert_eq!(found(Take::First, "$.items[2].note"), Ok(Value::Null));
}

#[test]
fn all_matches_in_order() {
    assert_eq!(
        texts(found(Take::All, "$..name").unwrap()),
        "[\"Чай\",\"Кофе\",\"Чай\"]"
    );
    assert_eq!(found(Take::All, "$.nothing"), Ok(list(&[])));
}

#[test]
fn exactly_one_match_or_a_failure() {
    assert_eq!(
        texts(found(Take::One, "$.items[?@.name == 'Кофе'].name").unwrap()),
        "Кофе"
    );
    let failure = found(Take::One, "$.items[?@.name == 'Чай']").unwrap_err();
    assert_eq!(failure.code, "not-one");
    assert_eq!(
        failure.message,
        "the path has 2 matches, wanted exactly one"
    );
}

#[test]
fn typed_values_are_searched_too() {
    let order = Value::object(vec![("total".into(), money("12.5", "RUB"))]);
    assert_eq!(
        texts(select(&order, Take::First, "$.total").unwrap()),
        "12.5"
    );
}

#[test]
fn a_broken_path_is_a_failure() {
    assert_eq!(code(found(Take::First, "$.[")), "json-path");
}

#[test]
fn paths_that_multiply_are_refused() {
    let long = serde_json::Value::from(vec![1; 2000]);
    let document = Value::Json(Arc::new(long));
    assert_eq!(
        code(select(&document, Take::All, "$..*..*..*")),
        "too-much-work"
    );
    assert!(select(&document, Take::All, "$[*]").is_ok());
}
