//! What the grammar reads, and what it says about what it cannot read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod definitions;
mod exprs;
mod habits;
mod items;
mod nesting;
mod recovery;
mod robust;
mod slips;
mod spans;
mod steps;

use ondo_grammar::{Parsed, SyntaxError, debug, parse, parse_expression};

/// The tree of a text without mistakes.
fn tree(text: &str) -> String {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    debug::print(&parsed.file)
}

/// The only mistake of a text.
fn only_error(text: &str) -> SyntaxError {
    let Parsed { errors, file, .. } = parse(text);
    assert_eq!(
        errors.len(),
        1,
        "{text}\n{errors:#?}\n{}",
        debug::print(&file)
    );
    errors.into_iter().next().unwrap()
}

/// The s-expression of an expression without mistakes.
fn expr(text: &str) -> String {
    let (value, errors) = parse_expression(text);
    assert_eq!(errors, [], "{text}");
    debug::print_expr(&value.unwrap())
}

/// Compares all cases before it fails.
fn same(cases: &[(&str, &str)], read: impl Fn(&str) -> String) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, wanted)| (text, wanted, read(text)))
        .filter(|(_, wanted, found)| found.trim_end() != **wanted)
        .map(|(text, wanted, found)| format!("{text}\n  wanted {wanted}\n  found  {found}"))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
