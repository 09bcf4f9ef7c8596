//! The examples of all built-in functions as tests: the settings of a connector have them as defaults, so they go
//! through the grammar, the lowering and the evaluator.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write;
use std::sync::Arc;

use super::{ALL, SPECIAL};
use crate::catalog::{self, Catalog, ConnectorSource};
use crate::check::{BundleInput, compile};
use crate::eval::{Failure, Frame, Scope, equals, eval};
use crate::source::SourceFile;
use crate::value::Value;

/// Names that no function has twice, with an expression and what it yields.
fn all() -> Vec<(String, &'static str, &'static str)> {
    let builtins = ALL.iter().map(|of| (of.name.to_owned(), of.examples));
    let special = SPECIAL
        .iter()
        .map(|of| (format!("special_{}", of.name), of.examples));
    let numbered = builtins.chain(special).flat_map(|(name, examples)| {
        let numbered = examples.iter().enumerate();
        numbered.map(move |(at, (example, result))| (format!("{name}_{at}"), *example, *result))
    });
    numbered.collect()
}

/// Every example with its result, in two settings.
fn examples() -> Catalog {
    let mut text = String::from("connector examples {\n");
    for (name, example, result) in all() {
        writeln!(text, "  setting {name}_example: json = {example}").unwrap();
        writeln!(text, "  setting {name}_result:  json = {result}").unwrap();
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
    for (name, example, result) in all() {
        let yielded = setting(&catalog, &format!("{name}_example"));
        let expected = setting(&catalog, &format!("{name}_result"));
        let same = match (&yielded, &expected) {
            (Ok(yielded), Ok(expected)) => equals(yielded, expected),
            _ => false,
        };
        if !same {
            wrong.push(format!("{example} is {yielded:?}, not {result}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_is_sound_in_a_bundle() {
    let mut text = String::from("bundle examples { timezone: \"Europe/Moscow\" }\n");
    for (name, example, _) in all() {
        writeln!(text, "fn example_{name}() -> bool = present({example})").unwrap();
    }
    let file = SourceFile {
        path: "examples.ondo".to_owned(),
        text,
    };
    let bundle = BundleInput {
        name: "examples".to_owned(),
        files: vec![Arc::new(file)],
        libraries: Vec::new(),
        tables: Vec::new(),
    };
    let compiled = compile(&bundle, &Arc::default());
    let findings: Vec<String> = compiled
        .diagnostics
        .iter()
        .filter(|finding| finding.code != "unused")
        .map(|finding| {
            let line = compiled.sources.line_col(finding.labels[0].place).0;
            let (_, example, _) = &all()[line as usize - 2];
            format!("{example}: {}: {}", finding.code, finding.message)
        })
        .collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
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
