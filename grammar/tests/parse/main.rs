//! What the grammar reads, and what it says about what it cannot read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod nesting;
mod slips;

use ondo_grammar::{Parsed, SyntaxError, debug, parse};

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
