//! The examples of all built-in functions as tests: the settings of a connector have them as defaults, so they go
//! through the grammar, the lowering and the evaluator.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write;

use super::ALL;
use crate::catalog::{self, Catalog, ConnectorSource};
use crate::eval::{Failure, Frame, Scope, equals, eval};
use crate::source::SourceFile;
use crate::value::Value;

/// Every example with its result, in two settings.
fn examples() -> Catalog {
    let mut text = String::from("connector examples {\n");
    for builtin in ALL {
        for (at, (example, result)) in builtin.examples.iter().enumerate() {
            let name = builtin.name;
            writeln!(text, "  setting {name}_{at}_example: json = {example}").unwrap();
            writeln!(text, "  setting {name}_{at}_result:  json = {result}").unwrap();
        }
    }
    text.push_str("}\n");
    let source = ConnectorSource {
        name: "examples".into(),
        files: vec![SourceFile {
            path: "examples.ondo".to_owned(),
            text,
        }],
    };
    let (catalog, diagnostics) = catalog::build(vec![source]);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    catalog
}

fn setting(catalog: &Catalog, name: &str) -> Result<Value, Failure> {
    let connector = &catalog.connectors["examples"];
    let scope = Scope {
        exprs: &connector.exprs,
        program: None,
        inputs: &[],
        slots: &[],
        read_set: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        step_time: jiff::Timestamp::UNIX_EPOCH,
        zone: "Europe/Moscow",
    };
    let default = connector.settings[name].default.unwrap();
    eval(&scope, &mut Frame::new(8), default)
}

#[test]
fn every_example_yields_what_it_says() {
    let catalog = examples();
    let mut wrong = Vec::new();
    for builtin in ALL {
        for (at, (example, result)) in builtin.examples.iter().enumerate() {
            let yielded = setting(&catalog, &format!("{}_{at}_example", builtin.name));
            let expected = setting(&catalog, &format!("{}_{at}_result", builtin.name));
            let same = match (&yielded, &expected) {
                (Ok(yielded), Ok(expected)) => equals(yielded, expected),
                _ => false,
            };
            if !same {
                wrong.push(format!("{example} is {yielded:?}, not {result}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn functions_that_fail_say_so() {
    // A function with `catch` in an example must be marked as one that can fail.
    for builtin in ALL {
        let caught = builtin
            .examples
            .iter()
            .any(|(example, _)| example.contains(" catch "));
        assert!(builtin.fails || !caught, "{}", builtin.name);
    }
}
