//! The examples beside the definitions: each is named, and each has the shape that its definition says.

use std::fs;

use crate::support::account::example;
use crate::support::wire::classify;
use crate::support::{built_in, root};
use ondo_compiler::catalog::Catalog;
use ondo_compiler::types::Type;
use ondo_compiler::value::Num;
use serde_json::Value as Json;

#[test]
fn every_example_exists_and_is_named_by_a_definition() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        let folder = root()
            .join("connectors")
            .join(&*connector.name)
            .join("examples");
        let mut there: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        let events = connector.events.values().flat_map(|event| &event.examples);
        let actions = connector
            .actions
            .values()
            .flat_map(|action| &action.examples);
        let mut named: Vec<String> = events.chain(actions).map(|name| name.to_string()).collect();
        named.sort();
        named.dedup();
        assert_eq!(there, named, "{}", connector.name);
    }
}

#[test]
fn an_example_of_a_delivery_has_the_fields_of_its_event() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for event in connector.events.values() {
            assert!(
                !event.examples.is_empty(),
                "{}.{}",
                connector.name,
                event.name
            );
            for name in &event.examples {
                fits(catalog, &event.payload, &example(connector, name), name);
            }
        }
    }
}

#[test]
fn an_example_of_an_action_has_the_fields_of_its_arguments_and_answer() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        for action in connector.actions.values() {
            // Made of steps: the calls in it have examples.
            if action.steps.is_some() {
                continue;
            }
            assert!(
                !action.examples.is_empty(),
                "{}.{}",
                connector.name,
                action.name
            );
            for name in &action.examples {
                let json = example(connector, name);
                let args = Type::Object(action.args.clone());
                fits(catalog, &args, &json["args"], name);
                let status = u16::try_from(json["status"].as_u64().unwrap()).unwrap();
                let body = json["answer"].to_string();
                let seen = classify(catalog, &connector.name, &action.name, status, &body);
                let answer = action
                    .answers
                    .iter()
                    .find(|answer| answer.name == seen.outcome);
                if let Some(body) = &answer.unwrap().body {
                    fits(catalog, &body.ty, &json["answer"], name);
                }
            }
        }
    }
}

/// No field that the type does not know, none missing that it requires.
fn fits(catalog: &Catalog, ty: &Type, json: &Json, at: &str) {
    match (catalog.types.resolve(ty), json) {
        (Type::Nullable(_), Json::Null) => {}
        (Type::Nullable(inner), _) => fits(catalog, inner, json, at),
        (Type::Object(object), Json::Object(fields)) => {
            for name in fields.keys() {
                let known = object.fields.iter().any(|field| {
                    *field.name == **name || field.aliases.iter().any(|alias| **alias == **name)
                });
                assert!(known, "{at}: nobody knows `{name}`");
            }
            for field in &object.fields {
                let value = fields
                    .get(&*field.name)
                    .or_else(|| field.aliases.iter().find_map(|alias| fields.get(&**alias)));
                let may_be_absent = field.ty.is_nullable()
                    || field.default.is_some()
                    || matches!(field.ty, Type::List(_));
                match value {
                    Some(value) => fits(catalog, &field.ty, value, &format!("{at}.{}", field.name)),
                    None => assert!(may_be_absent, "{at}: `{}` is missing", field.name),
                }
            }
        }
        (Type::List(item), Json::Array(items)) => {
            items.iter().for_each(|json| fits(catalog, item, json, at))
        }
        (Type::List(item), Json::Object(items)) => items
            .values()
            .for_each(|json| fits(catalog, item, json, at)),
        (Type::Object(_), Json::Array(items)) => assert!(items.is_empty(), "{at}"),
        (Type::Object(_), _) => panic!("{at}: {json} is no object"),
        // Wire forms: codes and moments as numbers, numbers as texts.
        (Type::DateTime, json) => assert!(json.is_string() || json.is_i64(), "{at}: {json}"),
        (Type::Text | Type::Phone | Type::Date | Type::Time, json) => {
            assert!(json.is_string() || at.ends_with(".code"), "{at}: {json}")
        }
        (Type::Int | Type::Decimal | Type::Money(_), Json::String(text)) => {
            assert!(Num::parse(text).is_ok(), "{at}: {text}")
        }
        (Type::Int | Type::Decimal | Type::Money(_), json) => {
            assert!(json.is_number(), "{at}: {json}")
        }
        (Type::Bool, json) => assert!(json.is_boolean(), "{at}: {json}"),
        _ => {}
    }
}
