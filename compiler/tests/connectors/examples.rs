//! The examples beside the definitions: each is named, and each has the shape that its definition says.

use std::fs;

use crate::support::account::example;
use crate::support::fits::fits;
use crate::support::wire::classify;
use crate::support::{built_in, connectors_folder};
use ondo_compiler::types::Type;

#[test]
fn every_example_exists_and_is_named_by_a_definition() {
    let (catalog, _) = built_in();
    for connector in catalog.connectors.values() {
        let folder = connectors_folder().join(&*connector.name).join("examples");
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
